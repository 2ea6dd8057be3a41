"""Inviting people and making links for them, for instructors and administrators alike.

Nothing is mailed: a link is shown once, to whoever made it, to be handed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import EmailField, Form, RadioField, StringField

from courseware.services import accounts, names, oversight
from courseware.services.errors import Refused
from courseware.web.accounts import ROLE_NAMES, make_reset_link
from courseware.web.choices import choices
from courseware.web.context import db, now
from courseware.web.signing_in import RESET_LASTS

_ = lazy_gettext

ROLE_HINTS = {
    "trainee": _("Learns, practises and is assessed."),
    "instructor": _("Writes questions, sees every trainee’s work, takes scores away, invites trainees."),
    "admin": _("Gives and takes roles, closes accounts."),
}


class InviteForm(Form):
    """Who is invited, and as what."""

    name = StringField(_("Name"), description=_("As it will stand in lists. It can be changed later."))
    email = EmailField(_("E-mail address"), description=_("To sign in with. Nothing is mailed to it."))
    role = RadioField(_("Role"), validate_choice=False)

    def offer(self, roles: Iterable[str]) -> None:
        """The roles that may be given."""
        self.role.choices = choices((role, ROLE_NAMES[role]) for role in roles)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link that is shown once. kind: invitation or reset."""

    kind: str
    name: str
    email: str
    url: str
    expires_at: datetime


def is_admin() -> bool:
    """Whether the visitor is an administrator."""
    return bool(current_user.has_role("admin"))


def invite_page(template: str, link_template: str, role: str) -> ResponseReturnValue:
    """The form of an invitation, and the link that it makes. ``role``: the one that is chosen at first."""
    roles = tuple(ROLE_NAMES) if is_admin() else ("trainee",)
    form = InviteForm(request.form, data={"role": role if role in roles else "trainee"})
    form.offer(roles)
    if request.method != "POST":
        return render_template(template, form=form, role_hints=ROLE_HINTS)
    try:
        made = _invite(form)
    except (names.BadAddress, accounts.AddressTaken) as error:
        form.email.errors = [str(error)]
    except names.BadName as error:
        form.name.errors = [str(error)]
    except (accounts.RoleUnknown, oversight.NotYours) as error:
        form.form_errors = [str(error)]
    else:
        return render_template(link_template, made=made)
    return render_template(template, form=form, role_hints=ROLE_HINTS), 422


def _invite(form: InviteForm) -> MadeLink:
    name, email, role = form.name.data or "", form.email.data or "", form.role.data or ""
    with db().write() as session:
        made = oversight.invite(session, email, name, role, by_admin=is_admin(), now=now())
    url = url_for("accounts.invitation", secret=made.secret, _external=True)
    return MadeLink("invitation", names.clean_name(name), made.email, url, made.expires_at)


def reset_page(link_template: str, user_id: int) -> ResponseReturnValue:
    """Make a link on which a person chooses a new password, and show it once."""
    with db().read() as session:
        account = oversight.require_manageable(session, user_id, by_admin=is_admin())
    if account.invited:
        raise Refused(gettext("This person has no password yet. Invite the same address again instead."))
    made = MadeLink("reset", account.name, account.email, make_reset_link(user_id), now() + RESET_LASTS)
    return render_template(link_template, made=made)
