"""One database, two ways in: ``read()`` and ``write()``.

SQLite's driver begins nothing by itself; ``write()`` begins IMMEDIATE, so that two writers
queue instead of failing half-way, and ``read()`` begins DEFERRED. Writers of several
processes also queue on a file lock, because SQLite's own busy handler sleeps and polls,
which makes a long tail. On PostgreSQL the services lock rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: SQLite's own busy handler still queues writers
    fcntl = None  # type: ignore[assignment]  # the module is absent there, and the code asks first

SAFE_SQLITE = (3, 51, 3)
"""The first release without the WAL-reset fault (sqlite.org/wal.html)."""

PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000")


class UnsafeLibrary(RuntimeError):
    """The SQLite library may corrupt a database in WAL mode."""


class Database:
    """An engine and its sessions. Only ``web`` and ``cli`` open transactions."""

    def __init__(self, url: str | URL) -> None:
        """Prepare the database at ``url``: ``sqlite:///path`` or ``postgresql+psycopg://...``.

        Raises UnsafeLibrary where SQLite is too old for WAL, and ValueError for another kind
        of database.
        """
        self.url = make_url(url)
        self.kind = self.url.get_backend_name()
        self.path: Path | None = None
        if self.kind == "sqlite":
            self.engine = self._sqlite()
        elif self.kind == "postgresql":
            self.engine = create_engine(self.url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        else:
            raise ValueError(f"'{self.kind}' is not a database we store in; use sqlite or postgresql")
        settings: dict[str, Any] = {"autoflush": False, "expire_on_commit": False}
        self._readers = sessionmaker(self.engine.execution_options(begin="BEGIN DEFERRED"), **settings)
        self._writers = sessionmaker(self.engine.execution_options(begin="BEGIN IMMEDIATE"), **settings)

    def _sqlite(self) -> Engine:
        version = tuple(int(part) for part in pysqlite3.dbapi2.sqlite_version.split("."))
        if version < SAFE_SQLITE:
            raise UnsafeLibrary(
                f"SQLite {pysqlite3.dbapi2.sqlite_version} can corrupt a WAL database; 3.51.3 or later is needed"
            )
        if self.url.database and self.url.database != ":memory:":
            self.path = Path(self.url.database)
            self.path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url.set(drivername="sqlite+pysqlite"), module=pysqlite3.dbapi2)
        event.listen(engine, "do_connect", self._make_private)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _make_private(self, *_arguments: object) -> None:
        """Before SQLite makes the file: records are for the account that serves them alone."""
        if self.path is not None:
            self.path.touch(mode=0o600)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking: whatever happens in it is rolled back."""
        with self._readers() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends and keeps nothing when it raises."""
        with self.queue(), self._writers.begin() as session:
            yield session

    @contextmanager
    def queue(self) -> Iterator[None]:
        """Wait for the other writers of this file; PostgreSQL needs no queue of ours."""
        if self.path is None or fcntl is None:
            yield
            return
        with self.path.with_name(self.path.name + ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN DEFERRED"))
