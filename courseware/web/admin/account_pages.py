"""Accounts: who there is, with which roles, open or closed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from courseware.services import accounts as service
from courseware.web.accounts import ROLE_NAMES
from courseware.web.admin import blueprint
from courseware.web.context import db
from courseware.web.inviting import invite_page, reset_page
from courseware.web.security import Policy, policy

ID = "<int(max=2147483647):user_id>"


@blueprint.get("/accounts")
@policy(Policy.ADMIN)
def accounts() -> ResponseReturnValue:
    """Everybody, searched by name or address."""
    words = request.args.get("words", "").strip()
    with db().read() as session:
        found = service.list_accounts(session, words, request.args.get("page", 1, type=int))

    def page_url(number: int) -> str:
        return url_for("admin.accounts", words=words or None, page=number)

    return render_template(
        "admin/accounts.html", found=found, search=words, page_url=page_url, role_names=ROLE_NAMES, me=current_user.id
    )


@blueprint.post(f"/accounts/{ID}/role")
@policy(Policy.ADMIN)
def role(user_id: int) -> ResponseReturnValue:
    """Give a role or take it away."""
    name, giving = request.form.get("role", ""), request.form.get("action") == "grant"
    try:
        with db().write() as session:
            (service.grant_role if giving else service.revoke_role)(session, user_id, name)
            account = service.get_account(session, user_id)
    except service.LastAdmin as error:
        return _back(str(error), "error")
    words = {"name": account.name, "role": str(ROLE_NAMES[name]).lower()}
    if giving:
        return _back(gettext("%(name)s now has the role: %(role)s.", **words))
    return _back(gettext("%(name)s no longer has the role: %(role)s.", **words))


@blueprint.post(f"/accounts/{ID}/active")
@policy(Policy.ADMIN)
def active(user_id: int) -> ResponseReturnValue:
    """Close an account, which ends its sessions, or open it again. Nothing of its work is deleted."""
    opening = request.form.get("action") == "activate"
    try:
        with db().write() as session:
            service.set_active(session, user_id, opening)
            account = service.get_account(session, user_id)
    except service.LastAdmin as error:
        return _back(str(error), "error")
    if opening:
        return _back(gettext("The account of %(name)s is open again.", name=account.name))
    return _back(gettext("The account of %(name)s is closed and signed out everywhere.", name=account.name))


@blueprint.route("/invitations/new", methods=["GET", "POST"])
@policy(Policy.ADMIN)
def invite() -> ResponseReturnValue:
    """Invite a person with any role."""
    return invite_page("admin/invite.html", "admin/link.html", request.args.get("role", "instructor"))


@blueprint.route(f"/accounts/{ID}/reset-link", methods=["GET", "POST"])
@policy(Policy.ADMIN)
def reset_link(user_id: int) -> ResponseReturnValue:
    """A link on which a person chooses a new password; looking at the address makes none."""
    if request.method != "POST":
        return redirect(url_for("admin.accounts"))
    return reset_page("admin/link.html", user_id)


def _back(text: str, kind: str = "success") -> ResponseReturnValue:
    """To the list, where it was, with a word on what happened."""
    flash(text, kind)
    words, page = request.form.get("words") or None, request.form.get("page", type=int)
    return redirect(url_for("admin.accounts", words=words, page=page))
