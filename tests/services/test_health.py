"""Whether the database answers, on both databases."""

from __future__ import annotations

from pathlib import Path

from courseware.services import health
from courseware.storage.database import Database


def test_a_database_that_answers_has_no_fault(db: Database) -> None:
    with db.read() as session:
        assert health.fault(session) is None


def test_a_database_without_our_tables_has_one(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with db.read() as session:
        assert health.fault(session) == "the database does not answer (OperationalError)"
    db.dispose()


def test_a_server_that_is_not_there_has_one_that_names_no_address() -> None:
    db = Database("postgresql+psycopg://somebody:secret-word@127.0.0.1:1/parley")
    with db.read() as session:
        assert health.fault(session) == "the database does not answer (OperationalError)"
    db.dispose()
