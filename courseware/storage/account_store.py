"""Flask-Security's datastore over our database, and the account it hands out.

Every find is one short ``read()`` and every put one ``write()``; ``commit()`` does nothing. So
no transaction of ours is ever open while the library renders a page or hashes a password.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore
from sqlalchemy import CursorResult, Row, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from courseware.storage.accounts import BrowserSession, RoleGrant, User, digest, new_user
from courseware.storage.database import Database

STORED = ("email", "name", "active", "fs_uniquifier")

_IDENTITY = (User.id, User.email, User.name, User.active, User.fs_uniquifier, RoleGrant.role)

_BY_SESSION = (
    select(*_IDENTITY)
    .select_from(BrowserSession)
    .join(User, User.id == BrowserSession.user_id)
    .outerjoin(RoleGrant, RoleGrant.user_id == User.id)
    .where(
        BrowserSession.digest == bindparam("digest"),
        BrowserSession.expires_at > bindparam("now"),
        User.active.is_(True),
    )
)
"""All that a signed-in page asks about its visitor: one row for each role, by the session's key."""

_BY_IDENTITY = select(*_IDENTITY, User.password).select_from(User).outerjoin(RoleGrant, RoleGrant.user_id == User.id)


class EmailExists(ValueError):
    """Somebody registered this e-mail address in the same moment."""


class StaleAccount(RuntimeError):
    """The account's password was changed elsewhere since it was read; nothing was written."""


class _Unread:
    """Stands where a password hash was not fetched."""


UNREAD: Final = _Unread()


class Account(UserMixin):
    """One person as Flask-Login's ``current_user``: plain values, tied to no database session.

    ``password`` (the hash) is fetched when it is first asked for; pages do without it.
    ``session_digest`` is the key of the browser session it was loaded by, "" otherwise.
    """

    id: int = 0
    email: str = ""
    name: str = ""
    active: bool = False
    fs_uniquifier: str = ""
    roles: frozenset[str] = frozenset()  # type: ignore[assignment]  # the library expects rows; we give the names
    session_digest: str = ""

    def __init__(
        self,
        rows: Sequence[Row[*tuple[Any, ...]]],
        password: str | _Unread | None = UNREAD,
        *,
        session_digest: str = "",
        fetch_password: Callable[[int], str | None] | None = None,
    ) -> None:
        """From the rows of one account, one for each of its roles."""
        first = rows[0]
        self.id = first.id
        self.email = first.email
        self.name = first.name
        self.active = first.active
        self.fs_uniquifier = first.fs_uniquifier
        self.roles = frozenset(row.role for row in rows if row.role)
        self.session_digest = session_digest
        self._password = password
        self._fetch_password = fetch_password
        self.settle()

    @property
    def password(self) -> str | None:
        """The password's hash; None where none was set yet."""
        if isinstance(self._password, _Unread):
            self._password = self._fetch_password(self.id) if self._fetch_password else None
            self._settled["password"] = self._password
        return self._password

    @password.setter
    def password(self, value: str | None) -> None:
        self._password = value

    def has_role(self, role: str | RoleMixin) -> bool:
        """Whether the account has the role of this name."""
        return (role if isinstance(role, str) else role.name) in self.roles

    def has_permission(self, permission: str) -> bool:
        """Always False: roles are all there is."""
        return False

    def changes(self) -> dict[str, object]:
        """The columns whose values differ from what is stored."""
        values: dict[str, object] = {name: getattr(self, name) for name in STORED}
        if not isinstance(self._password, _Unread):
            values["password"] = self._password
        return {name: value for name, value in values.items() if self._settled.get(name, UNREAD) != value}

    def settle(self) -> None:
        """Take the present values for what is stored."""
        self._settled: dict[str, object] = {name: getattr(self, name) for name in STORED}
        if not isinstance(self._password, _Unread):
            self._settled["password"] = self._password

    @property
    def stored_identity(self) -> str:
        """The ``fs_uniquifier`` that the database had when the account was read."""
        return str(self._settled["fs_uniquifier"])


class AccountStore(UserDatastore):
    """Finds and puts accounts for Flask-Security."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(Account, RoleMixin)
        self._db = db
        self._clock = clock

    def find_by_session(self, secret: str, now: datetime) -> Account | None:
        """The active account of a browser session that has not expired, by the secret in its cookie: one SELECT."""
        key = digest(secret)
        with self._db.read() as session:
            rows = session.execute(_BY_SESSION, {"digest": key, "now": now}).all()
        return Account(rows, session_digest=key, fetch_password=self._password) if rows else None

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """The account with this ``id``, ``email`` (whatever its case) or ``fs_uniquifier``.

        Raises ValueError for another question.
        """
        ((name, value),) = kwargs.items()
        if name == "email":
            condition = func.lower(User.email) == func.lower(str(value))
        elif name == "id":
            condition = User.id == int(value)
        elif name == "fs_uniquifier":
            condition = User.fs_uniquifier == str(value)
        else:
            raise ValueError(f"accounts are not found by '{name}'")
        with self._db.read() as session:
            rows = session.execute(_BY_IDENTITY.where(condition)).all()
        return Account(rows, rows[0].password) if rows else None

    def create_user(self, **kwargs: Any) -> Account:
        """A new trainee from ``email``, ``name`` and ``password`` (a hash). Raises EmailExists."""
        email = kwargs["email"]
        try:
            with self._db.write() as session:
                user = new_user(email, kwargs["name"], kwargs["password"], ("trainee",), self._clock())
                session.add(user)
        except IntegrityError as error:
            raise EmailExists(email) from error
        account = self.find_user(id=user.id)
        assert account is not None, "committed above, and accounts are never deleted"  # noqa: S101 - tells mypy
        return account

    def put(self, model: Any) -> Any:
        """Write an account's changed columns. A new identity, or deactivation, ends all of its sessions.

        Raises StaleAccount when the identity was changed by someone else since it was read, so
        that a reset link used twice at once works once.
        """
        changes = model.changes()
        if not changes:
            return model
        with self._db.write() as session:
            written = session.execute(
                update(User)
                .where(User.id == model.id, User.fs_uniquifier == model.stored_identity)
                .values(**changes)
                .execution_options(synchronize_session=False)
            )
            if not isinstance(written, CursorResult) or written.rowcount != 1:
                raise StaleAccount(f"account {model.id} was changed elsewhere")
            if "fs_uniquifier" in changes or not model.active:
                session.execute(delete(BrowserSession).where(BrowserSession.user_id == model.id))
        model.settle()
        return model

    def find_role(self, role: str) -> None:
        """Nothing: roles are granted by ``services.accounts``."""

    def delete(self, model: Any) -> None:
        """Refused: a person's records outlive their access; deactivate instead. Raises NotImplementedError."""
        raise NotImplementedError("accounts are deactivated, never deleted")

    def commit(self) -> None:
        """Nothing: every put has committed already."""

    def _password(self, user_id: int) -> str | None:
        with self._db.read() as session:
            return session.scalar(select(User.password).where(User.id == user_id))
