"""Copies of the learners' records: taken while the program runs, verified, and put back with care."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from courseware.storage import migrations
from courseware.storage.database import Database


class BackupRefused(RuntimeError):
    """The copy can't be taken or put back; the message says why. Nothing was changed."""


def backup(db: Database, target: Path) -> int:
    """Write a verified copy of the database to ``target`` and return its size in bytes.

    The program may go on writing meanwhile: the copy is of one instant. Raises BackupRefused.
    """
    source = _sqlite_path(db)
    if not source.is_file():
        raise BackupRefused(f"there is no database at {source} yet")
    if target.exists():
        raise BackupRefused(f"{target} exists already; choose another name")
    if not target.parent.is_dir():
        raise BackupRefused(f"the folder {target.parent} does not exist")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        _copy(source, partial)
        if (fault := damage(partial)) is not None:
            raise BackupRefused(f"the copy did not verify: {fault}")
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    reading, writing = sqlite.connect(str(source)), sqlite.connect(str(target))
    try:
        # All pages at once: in steps, every write begins the copy anew and it may never end.
        reading.backup(writing, pages=-1)
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        writing.close()
        reading.close()


def damage(path: Path) -> str | None:
    """What is wrong with a database file, or None."""
    if not path.is_file():
        return "there is no such file"
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\x00":
            return "it is not an SQLite database"
    connection = sqlite.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check(3)").fetchall()
        if found != [("ok",)]:
            return f"it is damaged: {found[0][0]}"
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            return "it holds rows that point at nothing"
    except sqlite.DatabaseError as error:
        return f"it is damaged: {error}"
    finally:
        connection.close()
    return None


def restore(db: Database, source: Path, folder: Path, *, now: datetime) -> Path | None:
    """Put a copy in the database's place and return where the replaced one was kept (None: there was none).

    folder: that of the migrations. Refuses a damaged file, one of a later version, one that is
    not Parley's, and to replace a database that is in use. Raises BackupRefused.
    """
    target = _sqlite_path(db)
    if (fault := damage(source)) is not None:
        raise BackupRefused(f"{source} is not restored: {fault}")
    _refuse_foreign(source, folder)
    db.dispose()
    if target.exists():
        _refuse_in_use(target)
    arriving = target.with_name(f"{target.name}.arriving")
    arriving.unlink(missing_ok=True)
    _copy(source, arriving)
    kept = None
    if target.exists():
        kept = _unused(target.with_name(f"{target.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"))
        target.rename(kept)
    for suffix in ("-wal", "-shm"):
        # What a crash left beside the replaced file belongs to it: under the old name it would be replayed
        # over the restored one.
        if (left := target.with_name(target.name + suffix)).exists():
            beside = kept or target.with_name(f"{target.name}.left")
            left.rename(beside.with_name(beside.name + suffix))
    arriving.rename(target)
    migrations.upgrade(db, folder)
    return kept


def _refuse_foreign(source: Path, folder: Path) -> None:
    connection = sqlite.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite.DatabaseError as error:
        raise BackupRefused(f"{source} is not restored: it is not a database of Parley") from error
    finally:
        connection.close()
    if row is None or not migrations.knows(folder, row[0]):
        raise BackupRefused(f"{source} is not restored: a later version of Parley wrote it; update Parley first")


def _refuse_in_use(target: Path) -> None:
    """Leaving WAL needs the file for oneself: it fails while any other connection is open."""
    connection = sqlite.connect(str(target), timeout=0)
    try:
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite.OperationalError as error:
        raise BackupRefused(f"{target} is in use; stop Parley first, then restore") from error
    except sqlite.DatabaseError:
        return  # It is damaged, which is what a backup is for.
    finally:
        connection.close()
    if mode != "delete":
        raise BackupRefused(f"{target} is in use; stop Parley first, then restore")


def _unused(path: Path) -> Path:
    """``path``, or with a number behind it where something is there already."""
    number, candidate = 2, path
    while candidate.exists():
        candidate, number = path.with_name(f"{path.name}-{number}"), number + 1
    return candidate


def _sqlite_path(db: Database) -> Path:
    if db.path is None:
        raise BackupRefused("this is for SQLite; for PostgreSQL use pg_dump and pg_restore")
    return db.path
