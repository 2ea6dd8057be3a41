"""The forms of accounts: sign-in, registration, passwords, setup, invitation, name."""

from __future__ import annotations

import hmac
from datetime import datetime
from math import ceil
from typing import Any

from flask import g, request
from flask_babel import lazy_gettext, ngettext
from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    Form,
    LoginForm,
    RegisterFormV2,
    ResetPasswordForm,
    unique_user_email,
)
from flask_security.utils import validate_redirect_url
from wtforms import EmailField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, EqualTo

from courseware.services import names, sign_in
from courseware.services.errors import Refused
from courseware.services.passwords import PasswordFault, normalised, password_fault
from courseware.web.context import db, now, runtime

_ = lazy_gettext

FAULTS = {
    PasswordFault.TOO_SHORT: _("Choose a password of 10 characters or more."),
    PasswordFault.TOO_LONG: _("Choose a password of 200 characters or fewer."),
    PasswordFault.COMMON: _("This password is among the first that are guessed. Choose another one."),
    PasswordFault.ADDRESS: _("This password is too close to the e-mail address. Choose another one."),
}

NEW_PASSWORD_HINT = _("At least 10 characters. Three or four words of your own choice are easy to remember.")
FAILED = _("The e-mail address and the password do not match an account that can sign in.")


def _name() -> StringField:
    return StringField(_("Name"), validators=[DataRequired(_("Enter your name."))], render_kw={"autocomplete": "name"})


def _new_password(label: str = _("Password")) -> PasswordField:
    return PasswordField(label, validators=[DataRequired(_("Choose a password."))], description=NEW_PASSWORD_HINT)


def _again(field: str) -> PasswordField:
    differ = _("The two passwords differ. Type the same one twice.")
    again = [DataRequired(_("Type the password a second time.")), EqualTo(field, message=differ)]
    return PasswordField(_("The password again"), validators=again)


class NextIfLocal:
    """A form that forgets a ``next`` which leads to another site, without a word."""

    def validate_next(self, field: Field) -> None:
        """Empty an address that is not ours."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""


class SignInForm(NextIfLocal, LoginForm):
    """Address and password. Whatever does not match gets one answer; blank fields are named."""

    email = EmailField(
        _("E-mail address"), validators=[DataRequired(_("Enter your e-mail address.")), EmailValidation(verify=False)]
    )
    password = PasswordField(_("Password"), validators=[DataRequired(_("Enter your password."))])
    remember = None  # type: ignore[assignment]  # WTForms' way to leave a field out

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""
        self.retry_after = 0
        self._kept: dict[Field, list[str]] = {}
        self._answer: list[str] = []

    def validate(self, **kwargs: Any) -> bool:
        """Whether this is the password of an active account, unless too many tries failed before."""
        if not Form.validate(self, **kwargs):
            self._kept = {field: list(field.errors) for field in (self.email, self.password) if field.errors}
            return False
        try:
            with db().write() as session:
                attempt = sign_in.record_failure(session, self.email.data, network(), now=now())
        except sign_in.SignInRefused as refused:
            self.retry_after = ceil((refused.until - now()).total_seconds())
            self._answer = [too_many(refused.until)]
            return False
        if super().validate(**kwargs):
            g.sign_in_attempt = attempt
            return True
        self._answer = [str(FAILED)]
        return False

    def restate(self) -> None:
        """Put this form's own words where the library has put one answer for every failure."""
        self.form_errors = list(self._answer)
        for field in (self.email, self.password):
            field.errors = self._kept.get(field, [])


class RegistrationForm(NextIfLocal, RegisterFormV2):
    """Address, name, password, and the code where registration asks for one."""

    email = EmailField(
        _("E-mail address"),
        validators=[DataRequired(_("Enter your e-mail address.")), EmailValidation(verify=True), unique_user_email],
        description=_("You sign in with it. Nothing is ever mailed to it."),
    )
    name = _name()
    password = _new_password()
    password_confirm = _again("password")
    code = StringField(
        _("Registration code"),
        validators=[DataRequired(_("Enter the registration code."))],
        description=_("Your instructor has given it to you."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if runtime().settings.registration != "code":
            del self.code

    def validate_name(self, field: Field) -> None:
        """Refuse a name that can't be kept."""
        check_name(field)

    def validate_code(self, field: Field) -> None:
        """Compare the code in constant time; guessing it costs the network address its tries."""
        try:
            with db().write() as session:
                attempt = sign_in.record_failure(session, None, network(), now=now())
        except sign_in.SignInRefused as refused:
            raise ValidationError(too_many(refused.until)) from refused
        given = (field.data or "").strip().encode()
        if not hmac.compare_digest(given, runtime().settings.registration_code.encode()):
            raise ValidationError(_("This is not the registration code. Ask your instructor for it."))
        with db().write() as session:
            sign_in.forget_failures(session, attempt)


class ChangeForm(ChangePasswordForm):
    """The present password, and a new one twice."""

    password = PasswordField(_("Present password"), validators=[DataRequired(_("Enter your present password."))])
    new_password = _new_password(_("New password"))
    new_password_confirm = _again("new_password")


class ResetForm(ResetPasswordForm):
    """A new password, twice."""

    password = _new_password(_("New password"))
    password_confirm = _again("password")


class NameForm(Form):
    """A person's name."""

    name = _name()

    def validate_name(self, field: Field) -> None:
        """Refuse a name that can't be kept."""
        check_name(field)


class InvitationForm(NameForm):
    """What an invited person adds: a name and a password. ``address`` is set by the view."""

    password = _new_password()
    password_confirm = _again("password")
    address = ""

    def validate_password(self, field: Field) -> None:
        """Refuse a weak password; keep it normalised."""
        field.data = normalised(field.data or "")
        fault = password_fault(field.data, self.address)
        if fault is not None:
            raise ValidationError(FAULTS[fault])


class SetupForm(InvitationForm):
    """The first account: an invitation that also asks for the address."""

    email = EmailField(
        _("E-mail address"),
        validators=[DataRequired(_("Enter your e-mail address.")), EmailValidation(verify=True)],
        description=_("You sign in with it. Nothing is ever mailed to it."),
    )

    def validate_password(self, field: Field) -> None:
        """As for an invitation, with the address of the form."""
        self.address = self.email.data or ""
        super().validate_password(field)


def check_name(field: Field) -> None:
    """Raise ValidationError where a field's name can't be kept."""
    try:
        field.data = names.clean_name(field.data or "")
    except Refused as error:
        raise ValidationError(_("Enter a name of at most %(most)s characters.", most=names.LONGEST_NAME)) from error


def network() -> str:
    """The visitor's network address."""
    return request.remote_addr or ""


def too_many(until: datetime) -> str:
    """The words for a try that is not looked at yet."""
    minutes = max(1, ceil((until - now()).total_seconds() / 60))
    return str(
        ngettext(
            "Too many tries failed. Try again in %(num)s minute.",
            "Too many tries failed. Try again in %(num)s minutes.",
            minutes,
        )
    )
