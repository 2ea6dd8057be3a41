"""Browser sessions and the wait that guessing costs, on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from courseware.services import accounts, sign_in
from courseware.storage.accounts import BrowserSession, SignInFailure, digest
from courseware.storage.base import Base
from courseware.storage.database import Database

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NETWORK = "192.0.2.7"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'accounts.sqlite3'}")
    Base.metadata.create_all(database.engine)
    with database.write() as session:  # noise that no test may touch
        accounts.create_account(session, "noise@example.org", "Noise", "hash", ("trainee", "instructor"), now=NOW)
    yield database
    database.dispose()


def make(db: Database, email: str, *roles: str) -> int:
    with db.write() as session:
        return accounts.create_account(session, email, "A Name", "hash", roles, now=NOW)


def test_signing_in_sweeps_expired_sessions(db: Database) -> None:
    user_id = make(db, "a@example.org", "trainee")
    with db.write() as session:
        sign_in.open_session(session, user_id, days=1, now=NOW)
    with db.write() as session:
        secret = sign_in.open_session(session, user_id, days=1, now=NOW + DAY)
        assert session.scalars(select(BrowserSession.digest)).all() == [digest(secret)]
        assert sign_in.close_sessions(session, user_id) == 1


def fail(db: Database, email: str | None, at: datetime, network: str = NETWORK) -> sign_in.Attempt:
    with db.write() as session:
        return sign_in.record_failure(session, email, network, now=at)


def test_the_sixth_try_waits_15_minutes_whoever_asks(db: Database) -> None:
    for second in range(5):
        fail(db, "nobody@example.org", NOW + timedelta(seconds=second), network=f"198.51.100.{second}")
    last = NOW + timedelta(seconds=4)
    with pytest.raises(sign_in.SignInRefused) as refused:
        fail(db, "NOBODY@example.org ", last + 14 * MINUTE)
    assert refused.value.until == last + 15 * MINUTE
    fail(db, "other@example.org", last + 14 * MINUTE)
    fail(db, "nobody@example.org", last + 15 * MINUTE)


def test_each_further_round_waits_twice_as_long_up_to_four_hours(db: Database) -> None:
    at, waits = NOW, []
    for _ in range(6):
        for _ in range(5):
            fail(db, "a@example.org", at)
        with pytest.raises(sign_in.SignInRefused) as refused:
            fail(db, "a@example.org", at)
        waits.append((refused.value.until - at) // MINUTE)
        at = refused.value.until
    assert waits == [15, 30, 60, 120, 240, 240]


def test_four_failures_in_15_minutes_cost_nothing(db: Database) -> None:
    for minute in range(0, 80, 4):
        fail(db, "a@example.org", NOW + minute * MINUTE)


def test_a_success_clears_the_address_and_is_not_charged_to_the_network(db: Database) -> None:
    for _ in range(4):
        fail(db, "a@example.org", NOW)
    attempt = fail(db, "a@example.org", NOW)
    with db.write() as session:
        assert sign_in.failures(session, "A@example.org", now=NOW) == 5
        sign_in.forget_failures(session, attempt)
        assert sign_in.failures(session, "a@example.org", now=NOW) == 0
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == 4


def test_a_network_address_waits_after_50_failures(db: Database) -> None:
    for number in range(50):
        fail(db, f"a{number}@example.org", NOW, network="2001:db8::1")
    with pytest.raises(sign_in.SignInRefused):
        fail(db, "new@example.org", NOW, network="2001:db8::ffff")
    fail(db, "new@example.org", NOW, network="2001:db8:0:1::1")


def test_failures_are_forgotten_after_a_day(db: Database) -> None:
    fail(db, "a@example.org", NOW)
    fail(db, None, NOW + DAY)
    with db.read() as session:
        assert session.scalars(select(SignInFailure.at)).all() == [NOW + DAY]


def test_guesses_sent_at_once_cannot_all_pass(db: Database) -> None:
    start, passed = threading.Barrier(12), []

    def guess() -> None:
        start.wait()
        try:
            fail(db, "a@example.org", NOW)
            passed.append(True)
        except sign_in.SignInRefused:
            pass

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 5
