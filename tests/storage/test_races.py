"""Many at once, on both databases: what may happen once happens once, and nobody is turned away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from courseware.services import attempts, drills, lessons
from courseware.storage import database
from courseware.storage.attempts import Attempt, AttemptItem, GradeEvent, Response
from courseware.storage.database import Database
from courseware.storage.practice import DrillRun, DrillVersion, LessonRead
from tests.conftest import START
from tests.factories import RIGHT, World, form, make_drill, make_user, make_world

Action = Callable[[Session, int], object]


def race(db: Database, action: Action, threads: int = 20) -> list[object]:
    """What ``action`` gave or raised in each of so many threads that begin together."""
    ready = threading.Barrier(threads)

    def run(number: int) -> object:
        ready.wait(20)
        try:
            with db.write() as session:
                return action(session, number)
        except (DBAPIError, ValueError) as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def starting(world: World) -> Action:
    return lambda session, seed: attempts.start(session, world.user, world.alpha, seed=seed, now=START)


def own_attempts(world: World) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).where(Attempt.user_id == world.user)) or 0


def test_twenty_starts_at_once_make_one_attempt(db: Database) -> None:
    world = make_world(db)
    given = race(db, starting(world))
    assert {type(each) for each in given} == {int}
    assert (len(set(given)), own_attempts(world)) == (1, 1)


def without_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave writers to SQLite alone, as on a system that has no file locks."""
    monkeypatch.setattr(database, "fcntl", None)


def test_begin_immediate_alone_makes_one_attempt_too(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(sqlite)
    without_queue(monkeypatch)
    given = race(sqlite, starting(world))
    assert {type(each) for each in given} == {int}
    assert (len(set(given)), own_attempts(world)) == (1, 1)


def all_have_looked_before_any_writes(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """Make every thread wait between its look at the attempts and its first row."""
    looked = threading.Barrier(threads)
    draw = attempts.draw

    def wait_and_draw(*given: object) -> object:
        looked.wait(20)
        return draw(*given)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(attempts, "draw", wait_and_draw)


def test_planted_deferred_writers_turn_trainees_away(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the race above is there to notice: with BEGIN DEFERRED all but one fail."""
    world = make_world(sqlite)
    without_queue(monkeypatch)
    all_have_looked_before_any_writes(monkeypatch, 8)
    deferred = sqlite.engine.execution_options(begin="BEGIN DEFERRED")
    sqlite._writers = sessionmaker(deferred, autoflush=False, expire_on_commit=False)
    given = race(sqlite, starting(world), 8)
    assert sum(isinstance(each, OperationalError) for each in given) == 7


def test_planted_lack_of_the_row_lock_turns_trainees_away(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same on PostgreSQL, where the lock on the person's row does it."""
    world = make_world(postgresql)
    all_have_looked_before_any_writes(monkeypatch, 8)
    monkeypatch.setattr(attempts, "_lock", lambda _session, _user: None)
    given = race(postgresql, starting(world), 8)
    assert sum(isinstance(each, IntegrityError) for each in given) == 7


@pytest.fixture
def opened(db: Database) -> tuple[World, int]:
    world = make_world(db)
    with db.write() as session:
        return world, attempts.start(session, world.user, world.alpha, seed=1, now=START)


def test_submitting_twenty_times_at_once_marks_once(opened: tuple[World, int]) -> None:
    world, attempt = opened
    given = race(world.db, lambda session, _n: attempts.submit(session, attempt, world.user, now=START))
    assert sorted(type(each).__name__ for each in given) == ["AttemptClosed"] * 19 + ["Result"]
    with world.db.read() as session:
        marks = session.scalar(select(func.count(GradeEvent.id)).join(AttemptItem).filter_by(attempt_id=attempt))
    assert marks == 4


def test_one_save_sent_twenty_times_at_once_is_one_row(opened: tuple[World, int]) -> None:
    world, attempt = opened

    def save(session: Session, _number: int) -> object:
        fields = form(RIGHT)
        return attempts.save_response(
            session, attempt, world.user, 1, fields, token="same", sequence=1, now=START
        ).repeated

    assert sorted(race(world.db, save), key=str) == [False] + [True] * 19


def test_of_twenty_windows_that_save_at_once_one_is_kept(opened: tuple[World, int]) -> None:
    world, attempt = opened

    def save(session: Session, number: int) -> object:
        fields = form(RIGHT)
        return attempts.save_response(
            session, attempt, world.user, 1, fields, token=f"window {number}", sequence=1, now=START
        )

    given = race(world.db, save)
    assert sorted(type(each).__name__ for each in given) == ["Saved"] + ["StaleSave"] * 19
    with world.db.read() as session:
        rows = session.scalar(select(func.count(Response.id)).where(Response.token.startswith("window")))
    assert rows == 1


def test_twenty_clicks_on_begin_make_one_run(db: Database) -> None:
    world = make_world(db)
    drill = world.alpha.drills[0]
    given = race(db, lambda session, _n: drills.begin(session, world.user, "alpha", drill, now=START))
    with db.read() as session:
        rows = session.scalar(select(func.count()).where(DrillRun.user_id == world.user))
    assert (len(set(given)), rows) == (1, 1)


def test_a_class_that_begins_a_new_drill_at_once_gets_one_run_each(db: Database) -> None:
    with db.write() as session:
        people = [make_user(session, f"t{number}@example.org") for number in range(12)]
    drill = make_drill("never-run-before")
    given = race(db, lambda session, n: drills.begin(session, people[n], "alpha", drill, now=START), 12)
    with db.read() as session:
        versions = session.scalar(select(func.count()).select_from(DrillVersion))
    assert {type(each) for each in given} == {int}
    assert (len(set(given)), versions) == (12, 1)


def test_one_choice_sent_twenty_times_at_once_is_made_once(db: Database) -> None:
    world = make_world(db)
    with db.write() as session:
        run = drills.begin(session, world.user, "alpha", world.alpha.drills[0], now=START)
    given = race(db, lambda session, _n: drills.choose(session, run, world.user, "calm", step=1, now=START).step)
    assert given == [2] * 20


def test_twenty_clicks_on_read_make_one_row(db: Database) -> None:
    world = make_world(db)
    lesson = world.alpha.lessons[0]
    given = race(db, lambda session, _n: lessons.mark_read(session, world.user, lesson, now=START))
    with db.read() as session:
        rows = session.scalar(select(func.count()).where(LessonRead.user_id == world.user))
    assert (given, rows) == ([None] * 20, 1)
