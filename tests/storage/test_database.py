"""Two ways into one database, and what every connection of it keeps to."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pysqlite3.dbapi2
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from courseware.services import attempts
from courseware.storage.accounts import User
from courseware.storage.attempts import Response
from courseware.storage.bank import ItemVersion
from courseware.storage.base import Base
from courseware.storage.database import Database, UnsafeLibrary
from tests.conftest import START
from tests.factories import Statements, form, make_user, make_world

PRAGMAS = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000}


@pytest.mark.parametrize("pragma", PRAGMAS)
def test_each_setting_holds_on_every_connection(sqlite: Database, pragma: str) -> None:
    with ExitStack() as stack:
        open_at_once = [stack.enter_context(sqlite.engine.connect()) for _ in range(5)]
        found = [each.exec_driver_sql(f"PRAGMA {pragma}").scalar() for each in open_at_once]
    assert found == [PRAGMAS[pragma]] * 5


def test_a_reader_begins_deferred_and_a_writer_immediate(sqlite: Database) -> None:
    with Statements(sqlite) as told:
        with sqlite.read() as session:
            session.scalar(select(User.id))
        with sqlite.write() as session:
            session.scalar(select(User.id))
    assert [each for each in told if each.startswith("BEGIN")] == ["BEGIN DEFERRED", "BEGIN IMMEDIATE"]


def test_read_keeps_nothing(db: Database) -> None:
    with db.read() as session:
        make_user(session)
        assert session.scalar(select(func.count()).select_from(User)) == 1
    assert count(db) == 0


def test_write_keeps_what_was_done(db: Database) -> None:
    with db.write() as session:
        make_user(session)
    assert count(db) == 1


def test_write_keeps_nothing_when_it_raises(db: Database) -> None:
    def fail() -> None:
        with db.write() as session:
            make_user(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(db) == 0


def test_a_refused_row_takes_its_whole_block_along(db: Database) -> None:
    def point_at_nothing() -> None:
        row = ItemVersion(item_id="none", number=1, content={}, content_hash="", reason="", created_at=START)
        with db.write() as session:
            make_user(session)
            session.add(row)

    with pytest.raises(IntegrityError):
        point_at_nothing()
    assert count(db) == 0


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


def test_an_address_is_unique_without_regard_to_case(db: Database) -> None:
    values = {"name": "A", "password": None, "active": True, "created_at": START, "simulated": False}
    with db.write() as session:
        session.add(User(email="Maria@example.org", fs_uniquifier="a", **values))
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(User(email="maria@EXAMPLE.org", fs_uniquifier="b", **values))


def test_an_sqlite_library_with_the_wal_fault_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    monkeypatch.setattr(pysqlite3.dbapi2, "sqlite_version", "3.51.2")
    with pytest.raises(UnsafeLibrary, match=r"SQLite 3\.51\.2 can corrupt a WAL database; 3\.51\.3 or later"):
        Database(url)
    monkeypatch.setattr(pysqlite3.dbapi2, "sqlite_version", "3.51.3")
    Database(url).dispose()


def test_the_bundled_library_is_the_one_in_use(sqlite: Database) -> None:
    with sqlite.read() as session:
        assert session.scalar(text("select sqlite_version()")) == pysqlite3.dbapi2.sqlite_version


def test_another_backend_is_refused() -> None:
    with pytest.raises(ValueError, match="'mysql' is not a database we store in; use sqlite or postgresql"):
        Database("mysql://somebody@localhost/parley")


def test_a_folder_for_the_file_is_made(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'records.sqlite3'}")
    with db.read() as session:
        assert session.scalar(text("select 1")) == 1
    db.dispose()


INSTANTS = [
    START,
    datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=timezone(timedelta(hours=1))),
    datetime(2026, 12, 31, 23, 30, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
]


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_instant_is_kept_whatever_its_offset(db: Database, instant: datetime) -> None:
    with db.write() as session:
        user_id = make_user(session)
        session.get_one(User, user_id).created_at = instant
    with db.read() as session:
        found = session.get_one(User, user_id).created_at
        asked = session.scalar(select(User.id).where(User.created_at == instant))
    assert (found, found.tzinfo, asked) == (instant, UTC, user_id)


def test_a_time_without_an_offset_is_refused(db: Database) -> None:
    def keep_naive() -> None:
        with db.write() as session:
            session.get_one(User, make_user(session)).created_at = START.replace(tzinfo=None)

    with pytest.raises(StatementError, match="has no offset"):
        keep_naive()
    assert count(db) == 0


def test_an_absent_answer_is_null_and_not_json_null(db: Database) -> None:
    world = make_world(db)
    with db.write() as session:
        attempt = attempts.start(session, world.user, world.alpha, seed=1, now=START)
        for sequence, fields in enumerate((form("Log it"), {}), start=1):
            token = f"t{sequence}"
            attempts.save_response(session, attempt, world.user, 1, fields, token=token, sequence=sequence, now=START)
    with db.read() as session:
        blank = select(Response.token).where(Response.answer.is_(None))
        assert session.scalars(blank).all() == ["t2"]


BREAKING = """
    UPDATE bank_items SET level = 'hard'
    UPDATE bank_items SET status = 'gone'
    UPDATE bank_items SET current_number = 0
    UPDATE attempts SET state = 'lost'
    UPDATE attempts SET state = 'submitted' WHERE state = 'in_progress'
    UPDATE attempts SET submitted_at = NULL WHERE state = 'submitted'
    UPDATE attempts SET state = 'in_progress', submitted_at = NULL
    UPDATE attempts SET number = 0
    UPDATE attempt_items SET position = 0
    UPDATE responses SET sequence = 0
    UPDATE responses SET token = 'the same'
    UPDATE grade_events SET numerator = denominator + 1
    UPDATE grade_events SET numerator = -1
    UPDATE grade_events SET numerator = 0, denominator = 0
    UPDATE drill_runs SET ending = 'good'
    UPDATE drill_decisions SET step = 0
    UPDATE role_grants SET role = 'owner'
    DELETE FROM users
    DELETE FROM attempts
    DELETE FROM attempt_items
    DELETE FROM item_versions
    DELETE FROM bank_items
    DELETE FROM drill_runs
    DELETE FROM drill_versions
"""


def test_the_database_repeats_the_rules(db: Database) -> None:
    make_world(db)
    statements = [line.strip() for line in BREAKING.strip().splitlines()]
    assert [each for each in statements if not refused(db, each)] == []


def refused(db: Database, statement: str) -> bool:
    try:
        with db.write() as session:
            session.execute(text(statement))
    except IntegrityError:
        return True
    return False


def test_every_table_has_a_name_for_every_constraint() -> None:
    unnamed = [
        (table.name, constraint)
        for table in Base.metadata.tables.values()
        for constraint in (*table.constraints, *table.indexes)
        if not constraint.name
    ]
    assert unnamed == []
