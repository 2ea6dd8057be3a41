"""Accounts: wiring of sign-in, one-time links, one's own account."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_security.utils import login_user, logout_user
from flask_wtf.csrf import CSRFProtect

from courseware.services import accounts, sign_in
from courseware.services.passwords import hash_password
from courseware.web.account_forms import InvitationForm, NameForm, SetupForm
from courseware.web.context import Runtime, db, now
from courseware.web.security import Policy, policy
from courseware.web.signing_in import init_signing_in, make_reset_link, store

__all__ = ["blueprint", "init_accounts", "make_reset_link"]

blueprint = Blueprint("accounts", __name__)

ROLE_NAMES = {
    "trainee": lazy_gettext("Trainee"),
    "instructor": lazy_gettext("Instructor"),
    "admin": lazy_gettext("Administrator"),
}


def init_accounts(app: Flask, parts: Runtime) -> None:
    """Wire CSRF protection, Flask-Security and the pages of this module to the app.

    Needs ``app.extensions["parley"]``, Flask-Babel, and ``security.enforce(app)`` before it.
    """
    CSRFProtect(app)
    init_signing_in(app, parts)
    app.register_blueprint(blueprint)


@blueprint.route("/setup/<secret>", methods=["GET", "POST"])
@policy(Policy.ANYONE)
def setup(secret: str) -> ResponseReturnValue:
    """The first account, by its one-time link."""
    with db().read() as session:
        accounts.look_up_link(session, secret, "setup", now=now())
    form = SetupForm()
    if not form.validate_on_submit():
        return _page("accounts/setup.html", form)
    email, name = form.email.data or "", form.name.data or ""
    hashed = hash_password(form.password.data or "")
    try:
        with db().write() as session:
            user_id = accounts.use_setup_link(session, secret, email, name, hashed, now=now())
    except accounts.AddressTaken:
        form.email.errors = [gettext("This address has an account already. Use another one.")]
        return _page("accounts/setup.html", form)
    return _sign_in(user_id)


@blueprint.route("/invitation/<secret>", methods=["GET", "POST"])
@policy(Policy.ANYONE)
def invitation(secret: str) -> ResponseReturnValue:
    """The password of an invited account, by its one-time link."""
    with db().read() as session:
        link = accounts.look_up_link(session, secret, "invitation", now=now())
    form = InvitationForm(data={"name": link.name})
    form.address = link.email
    if not form.validate_on_submit():
        return _page("accounts/invitation.html", form)
    hashed = hash_password(form.password.data or "")
    with db().write() as session:
        user_id = accounts.accept_invitation(session, secret, form.name.data or "", hashed, now=now())
    return _sign_in(user_id)


@blueprint.route("/account", methods=["GET", "POST"])
@policy(Policy.SIGNED_IN)
def account() -> ResponseReturnValue:
    """One's own account: the name can be changed, the rest is links."""
    form = NameForm(data={"name": current_user.name})
    if not form.validate_on_submit():
        roles = [ROLE_NAMES[role] for role in ROLE_NAMES if current_user.has_role(role)]
        return _page("accounts/account.html", form, roles=roles)
    with db().write() as session:
        accounts.rename(session, current_user.id, form.name.data or "")
    flash(gettext("Your name is changed."), "success")
    return redirect(url_for("accounts.account"))


@blueprint.route("/account/sign-out-everywhere", methods=["POST"])
@policy(Policy.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of this account, this browser's too."""
    user_id = current_user.id
    logout_user()
    with db().write() as session:
        sign_in.close_sessions(session, user_id)
    flash(gettext("You are signed out in every browser."), "success")
    return redirect(url_for("security.login"))


@blueprint.errorhandler(accounts.LinkUnknown)
@blueprint.errorhandler(accounts.LinkUsed)
@blueprint.errorhandler(accounts.LinkExpired)
def link_problem(error: Exception) -> ResponseReturnValue:
    """What is the matter with a link, and what to do about it: 404 where it is unknown, else 410."""
    kind = type(error).__name__
    status = 404 if isinstance(error, accounts.LinkUnknown) else 410
    return render_template("accounts/link_problem.html", kind=kind, setup=request.endpoint == "accounts.setup"), status


def _sign_in(user_id: int) -> ResponseReturnValue:
    """Sign this browser in to an account that its visitor has just made."""
    if current_user.is_authenticated:
        logout_user()
    made = store().find_user(id=user_id)
    if made is None:
        raise accounts.AccountUnknown("The account was closed in the same moment.")
    login_user(made, remember=False, authn_via=["link"])
    return redirect("/")


def _page(template: str, form: NameForm, **context: object) -> ResponseReturnValue:
    return render_template(template, form=form, **context), 422 if request.method == "POST" else 200
