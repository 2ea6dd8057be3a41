"""People: accounts, roles, and the one-time links that make them.

Nothing here hashes a password: callers do that before they open a transaction, because it
takes long. A link's secret is returned once; the database keeps only its digest.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, Select, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from courseware.services.errors import Conflict, NotFound, Refused
from courseware.services.names import clean_address, clean_name
from courseware.services.sign_in import close_sessions
from courseware.storage.accounts import ROLES, OneTimeLink, RoleGrant, User, digest, new_identity, new_user
from courseware.storage.locks import take_turns

SETUP_LASTS = timedelta(days=7)
INVITATION_LASTS = timedelta(days=14)
PAGE = 50

ROLES_CHANGE = "who has which role"
"""What those take turns at who give and take roles."""


class AddressTaken(Conflict):
    """The address has an account already."""


class AccountUnknown(NotFound):
    """There is no such account."""


class RoleUnknown(Refused):
    """It is not one of the roles."""


class LastAdmin(Refused):
    """Without this administrator nobody could manage accounts any more."""


class AdminExists(Refused):
    """The first administrator is made once; further ones are invited."""


class LinkUnknown(NotFound):
    """No link has this secret."""


class LinkUsed(Refused):
    """The link has made its account already, or what it was for is done."""


class LinkExpired(Refused):
    """The link was not used in time."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list. ``invited``: it has no password yet."""

    id: int
    email: str
    name: str
    active: bool
    roles: tuple[str, ...]
    created_at: datetime
    invited: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of a list of accounts, counted from 1."""

    rows: tuple[AccountRow, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invited account and the secret of its link, which can't be asked for again."""

    user_id: int
    email: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A link that can still be used. ``email`` and ``name`` are empty where it makes a new account."""

    purpose: str
    email: str
    name: str
    expires_at: datetime


def create_account(
    session: Session, email: str, name: str, password_hash: str | None, roles: Iterable[str], *, now: datetime
) -> int:
    """Make an account and return its id. Raises BadAddress, BadName, RoleUnknown, AddressTaken."""
    wanted = [_role(role) for role in roles]
    address = clean_address(email)
    user = new_user(address, clean_name(name), password_hash, wanted, now)
    if session.scalar(select(_by_email(address).exists())):
        raise AddressTaken(f"{address} has an account already.")
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        raise AddressTaken(f"{address} has an account already.") from error
    return user.id


def admin_exists(session: Session) -> bool:
    """Whether an active administrator exists."""
    return bool(session.scalar(select(_active_admins().exists())))


def make_setup_link(session: Session, *, now: datetime) -> str:
    """The secret of the link that makes the first administrator; older unused ones stop working.

    Raises AdminExists.
    """
    take_turns(session, ROLES_CHANGE)
    if admin_exists(session):
        raise AdminExists("An administrator exists already; further ones are invited.")
    session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == "setup", OneTimeLink.used_at.is_(None)))
    return _new_link(session, "setup", None, now + SETUP_LASTS, now)


def use_setup_link(session: Session, secret: str, email: str, name: str, password_hash: str, *, now: datetime) -> int:
    """Make the first account, which has all roles, and return its id.

    Works once, however many visitors try at the same time. Raises LinkUnknown, LinkUsed,
    LinkExpired, BadAddress, BadName, AddressTaken; a refused address leaves the link unused.
    """
    take_turns(session, ROLES_CHANGE)
    _spend(session, secret, "setup", now)
    if admin_exists(session):
        raise LinkUsed("An administrator exists already, so this link makes none.")
    return create_account(session, email, name, password_hash, ROLES, now=now)


def make_invitation(session: Session, email: str, name: str, role: str, *, now: datetime) -> Invitation:
    """Make an account without a password and a link on which its owner chooses one.

    Inviting an address again before it has a password replaces the link. Raises BadAddress,
    BadName, RoleUnknown, AddressTaken.
    """
    address = clean_address(email)
    user = session.scalar(_by_email(address).options(selectinload(User.grants)))
    if user is None:
        user_id = create_account(session, address, name, None, (role,), now=now)
    elif user.simulated or user.password is not None or not user.active:
        raise AddressTaken(f"{address} has an account already.")
    else:
        user_id = user.id
        user.name = clean_name(name)
        if _role(role) not in {grant.role for grant in user.grants}:
            user.grants.append(RoleGrant(role=role))
        session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None)))
    expires_at = now + INVITATION_LASTS
    return Invitation(user_id, address, _new_link(session, "invitation", user_id, expires_at, now), expires_at)


def look_up_link(session: Session, secret: str, purpose: str, *, now: datetime) -> Link:
    """A link that can still be used. Raises LinkUnknown, LinkUsed, LinkExpired."""
    link = _link(session, secret, purpose)
    _check(link, now)
    if purpose == "setup" and admin_exists(session):
        raise LinkUsed("An administrator exists already, so this link makes none.")
    user = session.get(User, link.user_id) if link.user_id is not None else None
    if user is not None and user.password is not None:
        raise LinkUsed("This account has a password already.")
    return Link(link.purpose, user.email if user else "", user.name if user else "", link.expires_at)


def accept_invitation(session: Session, secret: str, name: str, password_hash: str, *, now: datetime) -> int:
    """Give an invited account its name and password, once, and return its id.

    Raises LinkUnknown, LinkUsed, LinkExpired, BadName.
    """
    link = _spend(session, secret, "invitation", now)
    user = session.get(User, link.user_id, with_for_update=True)
    if user is None or not user.active:
        raise LinkUnknown("The account of this link was closed.")
    if user.password is not None:
        raise LinkUsed("This account has a password already.")
    user.name = clean_name(name)
    user.password = password_hash
    user.fs_uniquifier = new_identity()
    session.flush()
    return user.id


def get_account(session: Session, user_id: int) -> AccountRow:
    """One account. Raises AccountUnknown."""
    return _row(_user(session, user_id))


def find_account(session: Session, email: str) -> AccountRow:
    """The account with this address, whatever its case. Raises BadAddress, AccountUnknown."""
    address = clean_address(email)
    user = session.scalar(_by_email(address).options(selectinload(User.grants)))
    if user is None:
        raise AccountUnknown(f"{address} has no account.")
    return _row(user)


def list_accounts(session: Session, search: str = "", page: int = 1) -> AccountPage:
    """The accounts whose name or address holds ``search``, by name, 50 a page; a page too far is the last."""
    condition = or_(
        func.lower(User.name).contains(search.strip().lower(), autoescape=True),
        func.lower(User.email).contains(search.strip().lower(), autoescape=True),
    )
    total = session.scalar(select(func.count()).select_from(User).where(condition)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    found = session.scalars(
        select(User)
        .where(condition)
        .options(selectinload(User.grants))
        .order_by(func.lower(User.name), User.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return AccountPage(tuple(_row(user) for user in found), page, pages, total)


def rename(session: Session, user_id: int, name: str) -> None:
    """Change a person's name. Raises AccountUnknown, BadName."""
    _user(session, user_id).name = clean_name(name)
    session.flush()


def set_active(session: Session, user_id: int, active: bool) -> None:
    """Open or close an account; closing it ends its sessions. Raises AccountUnknown, LastAdmin."""
    user = _user(session, user_id)
    if user.active and not active:
        _keep_an_admin(session, user)
        close_sessions(session, user_id)
    user.active = active
    session.flush()


def grant_role(session: Session, user_id: int, role: str) -> None:
    """Give a role; nothing happens where it is held already. Raises AccountUnknown, RoleUnknown."""
    take_turns(session, ROLES_CHANGE)
    user = _user(session, user_id)
    if _role(role) not in {grant.role for grant in user.grants}:
        user.grants.append(RoleGrant(role=role))
        session.flush()


def revoke_role(session: Session, user_id: int, role: str) -> None:
    """Take a role away; nothing happens where it is not held. Raises AccountUnknown, RoleUnknown, LastAdmin."""
    take_turns(session, ROLES_CHANGE)
    user = _user(session, user_id)
    _role(role)
    if role == "admin" and user.active:
        _keep_an_admin(session, user)
    user.grants = [grant for grant in user.grants if grant.role != role]
    session.flush()


def _role(role: str) -> str:
    if role not in ROLES:
        raise RoleUnknown(f"'{role}' is not a role; use one of: {', '.join(ROLES)}.")
    return role


def _by_email(address: str) -> Select[User]:
    return select(User).where(func.lower(User.email) == func.lower(address))


def _active_admins() -> Select[int]:
    granted = exists().where(RoleGrant.user_id == User.id, RoleGrant.role == "admin")
    return select(User.id).where(User.active.is_(True), granted)


def _keep_an_admin(session: Session, user: User) -> None:
    """Refuse to lose the last administrator. Role changes take turns: two could remove each other otherwise."""
    take_turns(session, ROLES_CHANGE)
    admins = set(session.scalars(_active_admins()))
    if admins == {user.id}:
        raise LastAdmin(f"{user.email} is the only administrator; make another one first.")


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, options=[selectinload(User.grants)])
    if user is None:
        raise AccountUnknown("There is no such account.")
    return user


def _row(user: User) -> AccountRow:
    return AccountRow(
        id=user.id,
        email=user.email,
        name=user.name,
        active=user.active,
        roles=tuple(role for role in ROLES if role in {grant.role for grant in user.grants}),
        created_at=user.created_at,
        invited=user.password is None and not user.simulated,
        simulated=user.simulated,
    )


def _new_link(session: Session, purpose: str, user_id: int | None, expires_at: datetime, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            digest=digest(secret),
            purpose=purpose,
            user_id=user_id,
            created_at=now,
            expires_at=expires_at,
            used_at=None,
        )
    )
    session.flush()
    return secret


def _link(session: Session, secret: str, purpose: str) -> OneTimeLink:
    link = session.get(OneTimeLink, digest(secret), populate_existing=True)
    if link is None or link.purpose != purpose:
        raise LinkUnknown("There is no such link; check that it was copied whole.")
    return link


def _check(link: OneTimeLink, now: datetime) -> None:
    if link.used_at is not None:
        raise LinkUsed("This link was used already; each works once.")
    if link.expires_at <= now:
        raise LinkExpired("This link was not used in time.")


def _spend(session: Session, secret: str, purpose: str, now: datetime) -> OneTimeLink:
    """Mark a link as used, in one statement: of two visitors at once, the second finds it used."""
    spent = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.digest == digest(secret),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    link = _link(session, secret, purpose)
    if cast("CursorResult[tuple[()]]", spent).rowcount != 1:
        _check(link, now)
        raise LinkUsed("This link was used already; each works once.")
    return link
