"""Bringing a database to the program's schema, and telling whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from courseware.storage.database import Database

QUEUE = 7_275_395_999
"""The advisory lock for which programs that migrate one PostgreSQL database at the same time queue."""


class BrokenReferences(RuntimeError):
    """A migration left rows that point at nothing; it was rolled back."""


class NewerDatabase(RuntimeError):
    """The database was migrated by a later version of the program."""


def config(folder: Path, connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file. ``folder`` holds env.py and versions/."""
    settings = Config()
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def head(folder: Path) -> str:
    """The newest revision that the program knows."""
    return ScriptDirectory.from_config(config(folder)).get_current_head() or ""


def knows(folder: Path, revision: str) -> bool:
    """Whether the program has this revision."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(config(folder)).walk_revisions())


def current(db: Database) -> str | None:
    """The database's revision; None where it is new."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(db: Database, folder: Path, revision: str = "head") -> None:
    """Migrate up to ``revision``.

    Raises NewerDatabase where the database is ahead of the program, BrokenReferences where a
    migration would leave rows that point at nothing. Nothing half-done is kept.
    """
    found = current(db)
    if found is not None and not knows(folder, found):
        raise NewerDatabase(f"the database is at revision {found}, which this version of Parley does not know")
    with _migrating(db) as connection:
        command.upgrade(config(folder, connection), revision)


def downgrade(db: Database, folder: Path, revision: str) -> None:
    """Migrate down to ``revision`` ("base" undoes everything)."""
    with _migrating(db) as connection:
        command.downgrade(config(folder, connection), revision)


@contextmanager
def _migrating(db: Database) -> Iterator[Connection]:
    """A connection in one transaction. On SQLite foreign keys are off in it, because batch mode
    rebuilds tables and would delete their children in silence; the references are checked before
    the commit instead."""
    with db.queue(), db.engine.connect() as connection:
        if db.kind != "sqlite":
            with connection.begin():
                connection.execute(select(func.pg_advisory_xact_lock(QUEUE)))
                yield connection
            return
        connection.execution_options(begin="BEGIN IMMEDIATE")
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 - a checked-out connection has one
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise BrokenReferences(f"rows that point at nothing: {broken[:5]}")
        finally:
            raw.execute("PRAGMA foreign_keys=ON")
