"""Flask-Security, fitted in: its views at our addresses, our store, sessions, forms, words and hashing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user, user_logged_out
from flask_principal import identity_changed  # type: ignore[import-untyped]  # it ships no types
from flask_security import Security, user_authenticated, user_not_registered, views
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.password_util import PasswordUtil
from flask_security.recoverable import generate_reset_link
from flask_security.utils import set_request_attr

from courseware.services import accounts, names, passwords, sign_in
from courseware.storage.account_store import Account, AccountStore, EmailExists, StaleAccount
from courseware.web.account_forms import FAULTS, ChangeForm, RegistrationForm, ResetForm, SignInForm
from courseware.web.context import Runtime, db, now, runtime
from courseware.web.security import Policy, declare

RESET_LASTS = timedelta(days=3)

_ = lazy_gettext

SETTINGS: dict[str, Any] = {
    "WTF_CSRF_TIME_LIMIT": None,  # an answer may be sent hours after its page was fetched
    "SESSION_PROTECTION": None,  # Flask-Login's own marks in the cookie; the session's row does that work
    "SECURITY_REGISTERABLE": True,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CLI_USERS_NAME": False,
    "SECURITY_CLI_ROLES_NAME": False,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_FRESHNESS": timedelta(minutes=-1),
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": True,
    "SECURITY_RESET_PASSWORD_WITHIN": RESET_LASTS,
    "SECURITY_SEND_REGISTER_EMAIL": False,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_SEND_PASSWORD_RESET_EMAIL": False,
    "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/",
    # Someone who registered is sent on from the sign-in page; someone who has an account already stays there.
    "SECURITY_POST_REGISTER_VIEW": "security.login",
    "SECURITY_POST_RESET_VIEW": "security.login",
    "SECURITY_POST_CHANGE_VIEW": "accounts.account",
    "SECURITY_LOGIN_USER_TEMPLATE": "security/login.html",
    "SECURITY_REGISTER_USER_TEMPLATE": "security/register.html",
    "SECURITY_MSG_INVALID_EMAIL_ADDRESS": (_("Enter an e-mail address such as name@example.org."), "error"),
    "SECURITY_MSG_INVALID_PASSWORD": (_("This is not your present password."), "error"),
    "SECURITY_MSG_PASSWORD_IS_THE_SAME": (_("The new password is the present one. Choose another."), "error"),
    "SECURITY_MSG_PASSWORD_CHANGE": (_("Your password is changed. Every other browser was signed out."), "success"),
    "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": (_("Your password is changed. Sign in with it."), "success"),
    "SECURITY_MSG_PASSWORD_RESET_EXPIRED": (_("That link was not used in time. Ask for a new one."), "error"),
    "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": (
        _("That link does not work: it was used already, or not copied whole. Ask for a new one."),
        "error",
    ),
}


class NoMail(MailUtil):
    """There is no mail server: addresses are checked, nothing is sent."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Refuse. Raises RuntimeError."""
        raise RuntimeError("there is no mail server; no page may promise a mail")

    def normalize(self, email: str) -> str:
        """The address in one spelling. Raises EmailValidateException."""
        try:
            return names.clean_address(email)
        except names.BadAddress as error:
            raise EmailValidateException(gettext("Enter an e-mail address such as name@example.org.")) from error

    def validate(self, email: str) -> str:
        """The same: whether mail would arrive is no question here. Raises EmailValidateException."""
        return self.normalize(email)


class OurPasswords(PasswordUtil):
    """Which passwords are taken, asked of ``services.passwords``."""

    def normalize(self, password: str) -> str:
        """The password as it is hashed."""
        return passwords.normalised(password)

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """The reasons against a password (None where there are none), and its normal form."""
        normal = self.normalize(password)
        user = kwargs.get("user")
        fault = passwords.password_fault(normal, str(user.email if user else kwargs.get("email") or ""))
        return ([str(FAULTS[fault])] if fault else None), normal


class OurHashing:
    """What Flask-Security asks of passlib, answered by ``services.passwords``, with its limit on turns."""

    def hash(self, password: str, **_options: object) -> str:
        """The hash of a normalised password."""
        return passwords.hash_password(password)

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password is the one that was hashed."""
        return passwords.verify_password(password, hashed)

    def needs_update(self, hashed: str) -> bool:
        """Whether the hash should be made anew."""
        return passwords.needs_rehash(hashed)

    def identify(self, _hashed: str) -> str:
        """The only scheme there is."""
        return "argon2"


def init_signing_in(app: Flask, parts: Runtime) -> AccountStore:
    """Fit Flask-Security to the app: six endpoints of its own, no others. Returns the store of accounts."""
    app.config.update(SETTINGS)
    store = AccountStore(parts.db, parts.clock)
    security = Security(
        register_blueprint=False,
        login_form=SignInForm,
        register_form=RegistrationForm,
        change_password_form=ChangeForm,
        reset_password_form=ResetForm,
        mail_util_cls=NoMail,
        password_util_cls=OurPasswords,
        render_template=_render,
    )
    security.init_app(app, store)
    security.pwd_context = OurHashing()
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(_load_account)
    security.login_manager.request_loader(None)
    _unhook(app, security)
    user_authenticated.connect(_open_session, app)
    user_logged_out.connect(_close_session, app)
    user_not_registered.connect(_say_not_registered, app)
    app.register_blueprint(_blueprint(app))
    app.register_error_handler(StaleAccount, _stale)
    return store


def make_reset_link(user_id: int) -> str:
    """The whole address at which this person can choose a new password within three days, once.

    Needs a request context, which gives the address its host: outside of a request, open
    ``app.test_request_context(base_url=...)``. Raises AccountUnknown.
    """
    account = store().find_user(id=user_id)
    if account is None:
        raise accounts.AccountUnknown("There is no such account.")
    link, _token = generate_reset_link(account)  # type: ignore[no-untyped-call]  # the library left it untyped
    return str(link)


def store() -> AccountStore:
    """The store of accounts of the current application."""
    return cast(AccountStore, current_app.extensions["security"].datastore)


def register() -> ResponseReturnValue:
    """Registration, or who to ask where the settings close it."""
    if runtime().settings.registration == "closed":
        if current_user.is_authenticated:
            return redirect("/")
        return render_template("security/registration_closed.html"), 403 if request.method == "POST" else 200
    try:
        return cast(ResponseReturnValue, views.register())
    except EmailExists:
        _say_not_registered()
        return redirect(url_for("security.login"))


def forgot_password() -> str:
    """Who makes a reset link: nothing is mailed, so there is nothing to fill in."""
    return render_template("security/forgot_password.html", days=RESET_LASTS.days)


ROUTES: tuple[tuple[str, str, Callable[..., Any], tuple[str, ...], Policy], ...] = (
    ("/sign-in", "login", views.login, ("GET", "POST"), Policy.ANYONE),
    ("/sign-out", "logout", views.logout, ("POST",), Policy.ANYONE),
    ("/register", "register", register, ("GET", "POST"), Policy.ANYONE),
    ("/forgotten-password", "forgot_password", forgot_password, ("GET",), Policy.ANYONE),
    ("/reset-password/<token>", "reset_password", views.reset_password, ("GET", "POST"), Policy.ANYONE),
    ("/account/password", "change_password", views.change_password, ("GET", "POST"), Policy.SIGNED_IN),
)


def _blueprint(app: Flask) -> Blueprint:
    """The library's views at our addresses: its own blueprint would bring more, at others."""
    blueprint = Blueprint("security", __name__)
    for address, endpoint, view, methods, needed in ROUTES:
        blueprint.add_url_rule(address, endpoint, view, methods=methods)
        declare(app, f"security.{endpoint}", needed)

    @blueprint.before_request
    def refuse_json() -> None:
        if request.is_json:
            abort(415)

    @blueprint.after_request
    def tidy_cookie(response: Response) -> Response:
        session.pop("fs_cc", None)  # the library's note to itself about a cookie that we do not use
        return response

    return blueprint


def _unhook(app: Flask, security: Security) -> None:
    """Take out what looks at every request, static files too, for features that we do not offer.

    Flask-Principal would load the account before each request, and Flask-Login would look for
    a remember-me cookie after it; our policies ask for the account where a page needs it.
    """
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)
    identity_changed.disconnect(security.principal._on_identity_changed, app)


def _load_account(secret: str) -> Account | None:
    """The account of the browser session whose secret the cookie holds."""
    account = store().find_by_session(secret, now())
    if account is not None:
        set_request_attr("fs_authn_via", "session")
    return account


def _open_session(_app: Flask, user: Account, **_extra: object) -> None:
    """After a sign-in: a fresh session id each time, in a cookie that holds nothing from before."""
    attempt = g.pop("sign_in_attempt", None)
    with db().write() as transaction:
        if attempt is not None:
            sign_in.forget_failures(transaction, attempt)
        secret = sign_in.open_session(transaction, user.id, days=runtime().settings.session_days, now=now())
    session.clear()
    session.permanent = True
    g.pop("csrf_token", None)
    session["_user_id"] = secret


def _close_session(_app: Flask, user: object, **_extra: object) -> None:
    """After a sign-out: the session's row goes, and with it what a copy of the cookie is worth."""
    if isinstance(user, Account) and user.session_digest:
        with db().write() as transaction:
            sign_in.close_session(transaction, user.session_digest)
    session.clear()


def _say_not_registered(*_args: object, **_extra: object) -> None:
    flash(
        gettext(
            "No account was made. If you have one with this address already, sign in with it; "
            "if you have forgotten its password, an instructor can make you a link."
        ),
        "warning",
    )


def _render(template: str, **context: Any) -> Any:
    """A page of the library, its form under the name ``form`` too: 422 where it was refused, 429 for too many tries."""
    form = next((value for name, value in context.items() if name.endswith("_form")), None)
    refused = request.method == "POST"
    wait = 0
    if refused and isinstance(form, SignInForm):
        form.restate()
        wait = form.retry_after
    response = make_response(render_template(template, form=form, **context), 422 if refused else 200)
    if wait:
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    return response


def _stale(_error: StaleAccount) -> ResponseReturnValue:
    flash(gettext("The password of this account was changed in the meantime. Sign in with the new one."), "warning")
    return redirect(url_for("security.login"))
