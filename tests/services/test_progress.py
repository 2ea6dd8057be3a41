"""Where a trainee is and what comes next, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from courseware.domain.lessons import Completion, Course, Module
from courseware.services import accounts, attempts, drills, lessons, progress
from courseware.storage.database import Database
from tests.conftest import START
from tests.factories import RIGHT, WRONG, Statements, World, form, make_course, make_drill, make_user, make_world

HOUR = timedelta(hours=1)


@pytest.fixture
def world(db: Database) -> World:
    return make_world(db)


def found(world: World, course: Course | None = None, user: int = 0) -> progress.Progress:
    with world.db.read() as session:
        return progress.course_progress(session, user or world.user, course or world.course)


def alpha(world: World) -> progress.ModuleProgress:
    return found(world).module("alpha")


def read(world: World, *lessons_: int, module: Module | None = None) -> None:
    with world.db.write() as session:
        for index in lessons_:
            lessons.mark_read(session, world.user, (module or world.alpha).lessons[index], now=START)


def run(world: World, *choices: str) -> None:
    with world.db.write() as session:
        run_id = drills.begin(session, world.user, "alpha", world.alpha.drills[0], now=START)
        for step, choice in enumerate(choices, start=1):
            drills.choose(session, run_id, world.user, choice, step=step, now=START + HOUR)


def sit(world: World, right: int, *, submit: bool = True) -> int:
    with world.db.write() as session:
        return sit_in(session, world, right, submit=submit)


def sit_in(session: Session, world: World, right: int, *, submit: bool = True, user: int = 0) -> int:
    user = user or world.user
    attempt = attempts.start(session, user, world.alpha, seed=1, now=START)
    for position in range(1, 5):
        fields, token = form(RIGHT if position <= right else WRONG), f"{attempt}-{position}"
        attempts.save_response(session, attempt, user, position, fields, token=token, sequence=1, now=START)
    if submit:
        attempts.submit(session, attempt, user, now=START + 2 * HOUR)
    return attempt


def test_one_who_has_done_nothing_begins_at_the_first_lesson(world: World) -> None:
    whole = found(world)
    assert whole.next == progress.Next("lesson", "alpha", "01-first")
    for each in whole.modules:
        assert (each.read, each.best, each.open_attempt, each.drills) == (frozenset(), None, None, frozenset())
        assert (each.steps_done, each.steps, each.started, each.complete, each.passed) == (0, 4, False, False, False)


def test_a_module_leads_through_lessons_then_drill_then_quiz(world: World) -> None:
    steps = []
    for act in (lambda: read(world, 0), lambda: read(world, 1), lambda: run(world, "shout"), lambda: sit(world, 4)):
        steps.append((alpha(world).next, alpha(world).steps_done))
        act()
    assert steps == [
        (progress.Next("lesson", "alpha", "01-first"), 0),
        (progress.Next("lesson", "alpha", "02-second"), 1),
        (progress.Next("drill", "alpha", "ridge"), 2),
        (progress.Next("quiz", "alpha"), 3),
    ]
    done = alpha(world)
    assert (done.complete, done.passed, done.steps_done, done.next) == (True, True, 4, progress.Next("done", "alpha"))
    assert found(world).next == progress.Next("lesson", "beta", "01-first")


def test_a_skipped_lesson_comes_next(world: World) -> None:
    read(world, 1)
    assert alpha(world).next.name == "01-first"


def test_the_course_has_nothing_next_when_all_is_done(world: World) -> None:
    read(world, 0, 1)
    run(world, "shout")
    sit(world, 4)
    assert found(world, make_course(world.alpha)).next is None


def test_a_drill_counts_when_it_came_to_an_ending(world: World) -> None:
    run(world, "calm")
    assert (alpha(world).drills, alpha(world).started) == (frozenset(), False)
    run(world, "calm", "calm")
    assert alpha(world).drills == {"ridge"}


def test_a_quiz_counts_when_it_was_passed_in_any_attempt(world: World) -> None:
    sit(world, 2)
    assert (alpha(world).passed, alpha(world).steps_done) == (False, 0)
    sit(world, 3)
    sit(world, 0)
    assert (alpha(world).passed, alpha(world).steps_done) == (True, 1)


def test_the_best_attempt_is_the_earlier_of_equals(world: World) -> None:
    sit(world, 2)
    best = sit(world, 3)
    sit(world, 3)
    sit(world, 1)
    found_best = alpha(world).best
    assert found_best is not None
    assert found_best.result is not None
    assert (found_best.id, found_best.number, found_best.result.earned) == (best, 2, 3)


def test_an_open_attempt_is_told_and_is_not_the_best(world: World) -> None:
    attempt = sit(world, 4, submit=False)
    assert (alpha(world).open_attempt, alpha(world).best, alpha(world).started) == (attempt, None, True)


@pytest.mark.parametrize(
    ("completion", "steps", "first"),
    [
        (Completion(lessons=False, quiz=True, drills=0), 1, "quiz"),
        (Completion(lessons=False, quiz=True, drills=1), 2, "drill"),
        (Completion(lessons=True, quiz=False, drills=0), 2, "lesson"),
        (Completion(lessons=False, quiz=False, drills=2), 2, "drill"),
        (Completion(lessons=False, quiz=False, drills=0), 0, "done"),
    ],
)
def test_completion_asks_for_what_the_module_says(
    sqlite: Database, completion: Completion, steps: int, first: str
) -> None:
    world = make_world(sqlite)
    module = replace(world.alpha, completion=completion, drills=(*world.alpha.drills, make_drill("second")))
    each = found(world, make_course(module)).modules[0]
    assert (each.steps, each.next.kind, each.complete) == (steps, first, steps == 0)


def test_more_than_is_asked_for_is_not_over_the_whole(world: World) -> None:
    read(world, 0, 1)
    run(world, "shout")
    module = replace(world.alpha, completion=Completion(lessons=False, quiz=False, drills=0))
    each = found(world, make_course(module)).modules[0]
    assert (each.steps_done, each.steps, each.complete) == (0, 0, True)


def test_lessons_that_are_no_longer_there_are_not_counted(world: World) -> None:
    read(world, 0, 1)
    shorter = replace(world.alpha, lessons=world.alpha.lessons[:1])
    each = found(world, make_course(shorter)).modules[0]
    assert (each.read, each.steps_done, each.steps) == ({"01-first"}, 1, 3)


def test_progress_in_one_module_is_none_in_another(world: World) -> None:
    read(world, 0, module=world.beta)
    assert (alpha(world).started, found(world).module("beta").started) == (False, True)


def test_trainees_are_told_apart(world: World) -> None:
    read(world, 0)
    with world.db.write() as session:
        teacher = make_user(session, "t@example.org", "instructor", name="A Teacher")
        accounts.set_active(session, make_user(session, "z@example.org", name="Zoe"), active=False)
        rows = progress.trainees(session, world.course).rows
        assert progress.trainee(session, world.user, world.course) == rows[0]
        assert progress.trainee(session, teacher, world.course) is not None
        assert progress.trainee(session, 999, world.course) is None
    assert [(row.name, row.active) for row in rows] == [("Maria", True), ("Noise", True), ("Zoe", False)]
    assert [row.progress.module("alpha").read for row in rows] == [{"01-first"}, {"01-first"}, frozenset()]
    maria, noise, zoe = (row.progress.module("alpha") for row in rows)
    assert (maria.open_attempt, noise.open_attempt, zoe.open_attempt) == (None, world.others_attempt, None)
    assert [row.last_activity for row in rows] == [START, START, None]


def test_the_last_activity_is_the_latest_of_all_kinds(world: World) -> None:
    read(world, 0)
    run(world, "shout")
    assert last(world) == START + HOUR
    sit(world, 1)
    assert last(world) == START + 2 * HOUR


def last(world: World) -> object:
    with world.db.read() as session:
        row = progress.trainee(session, world.user, world.course)
    return row.last_activity if row else None


def test_a_class_takes_no_more_queries_than_one_trainee(world: World) -> None:
    def queries() -> int:
        with world.db.read() as session:
            session.connection()
            with Statements(world.db) as told:
                progress.trainees(session, world.course)
        return len(told)

    before = queries()
    with world.db.write() as session:
        for number in range(25):
            user = make_user(session, f"t{number}@example.org", name=f"T{number:02}")
            lessons.mark_read(session, user, world.alpha.lessons[0], now=START)
            sit_in(session, world, number % 5, user=user)
    assert queries() == before <= 6
