"""People: accounts, roles, signed-in browsers, one-time links, failed sign-ins."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courseware.storage.base import Base, Digest, Instant, Key, Line, Name, OptionalInstant, one_of

ROLES = ("trainee", "instructor", "admin")
LINK_PURPOSES = ("setup", "invitation")


class User(Base):
    """One person's account. The address is kept as typed and unique without regard to case."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_email_folded", text("lower(email)"), unique=True),)

    id: Mapped[Key]
    email: Mapped[str] = mapped_column()
    name: Mapped[Line]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Instant]
    simulated: Mapped[bool] = mapped_column(default=False)
    grants: Mapped[list[RoleGrant]] = relationship(cascade="all, delete-orphan", lazy="raise")


class RoleGrant(Base):
    """That a person has a role."""

    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint("user_id", "role"),
        CheckConstraint(one_of("role", ROLES), name="role_known"),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[Name]


class BrowserSession(Base):
    """A signed-in browser. Signing out deletes the row, and with it what the cookie is worth."""

    __tablename__ = "browser_sessions"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)


class OneTimeLink(Base):
    """A link that works once: only the digest of its secret is kept."""

    __tablename__ = "one_time_links"
    __table_args__ = (CheckConstraint(one_of("purpose", LINK_PURPOSES), name="purpose_known"),)

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    purpose: Mapped[Name]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]


class SignInFailure(Base):
    """A sign-in that failed, by what it was tried for (digests of the address and of the network address)."""

    __tablename__ = "sign_in_failures"

    id: Mapped[Key]
    subject: Mapped[Digest] = mapped_column(index=True)
    at: Mapped[Instant] = mapped_column(index=True)


def digest(secret: str) -> str:
    """The SHA-256 of a random secret, in hex: what is stored in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_identity() -> str:
    """A fresh ``fs_uniquifier``: changing it makes every link and session made from the old one worthless."""
    return secrets.token_hex(16)


def new_user(email: str, name: str, password: str | None, roles: Iterable[str], now: datetime) -> User:
    """A row for a new person with these roles, not yet added to a session. ``password`` is a hash or None."""
    return User(
        email=email,
        name=name,
        password=password,
        active=True,
        fs_uniquifier=new_identity(),
        created_at=now,
        simulated=False,
        grants=[RoleGrant(role=role) for role in sorted(set(roles))],
    )
