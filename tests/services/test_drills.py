"""Runs of a drill, on both databases: every choice kept as it is made, resumed, repeated, gone through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courseware.domain.drills.graph import Drill
from courseware.services import drills
from courseware.services.errors import NotFound, Refused
from courseware.storage.database import Database
from courseware.storage.practice import DrillDecision, DrillVersion
from tests.conftest import START
from tests.domain.drill_files import choice, scene
from tests.factories import World, make_drill, make_world

LATER = START + timedelta(minutes=3)


@pytest.fixture
def world(db: Database) -> World:
    return make_world(db)


def begin(world: World, drill: Drill | None = None) -> int:
    with world.db.write() as session:
        return drills.begin(session, world.user, "alpha", drill or world.alpha.drills[0], now=START)


def choose(world: World, run: int, choice_id: str, step: int, *, user: int = 0) -> drills.RunState:
    with world.db.write() as session:
        return drills.choose(session, run, user or world.user, choice_id, step=step, now=LATER)


def state(world: World, run: int, user: int = 0) -> drills.RunState:
    with world.db.read() as session:
        return drills.run_state(session, run, user or world.user)


def runs(world: World) -> tuple[drills.RunRow, ...]:
    with world.db.read() as session:
        return drills.list_runs(session, world.user, "alpha", "ridge")


def decisions(world: World, run: int) -> list[tuple[int, str, str]]:
    with world.db.read() as session:
        query = select(DrillDecision).where(DrillDecision.run_id == run).order_by(DrillDecision.step)
        return [(row.step, row.scene, row.choice) for row in session.scalars(query)]


def finish(world: World, run: int) -> drills.RunState:
    choose(world, run, "calm", 1)
    return choose(world, run, "calm", 2)


def test_a_run_begins_at_the_start(world: World) -> None:
    found = state(world, begin(world))
    assert found.scene is not None
    assert (found.scene.id, found.step, found.number, found.last, found.ending) == ("one", 1, 1, None, None)
    assert [each.id for each in found.choices] == ["calm", "shout"]
    assert [(each.name, each.value, each.change) for each in found.gauges] == [("Consent", 50, 0), ("Violence", 30, 0)]


def test_beginning_again_resumes_the_run_that_goes_on(world: World) -> None:
    run = begin(world)
    choose(world, run, "calm", 1)
    assert begin(world) == run
    assert state(world, run).scene.id == "two"  # type: ignore[union-attr]  # the run goes on
    assert run != world.others_run


def test_each_choice_is_kept_as_it_is_made(world: World) -> None:
    run = begin(world)
    after = choose(world, run, "calm", 1)
    assert after == state(world, run)
    assert decisions(world, run) == [(1, "one", "calm")]
    assert (after.step, after.last.text if after.last else "") == (2, "Do calm")
    assert [(each.value, each.change) for each in after.gauges] == [(60, 10), (30, 0)]
    assert [each.id for each in after.choices] == ["calm", "late"]


def test_the_same_choice_sent_again_changes_nothing(world: World) -> None:
    run = begin(world)
    first = choose(world, run, "calm", 1)
    assert choose(world, run, "calm", 1) == first
    choose(world, run, "calm", 2)
    assert choose(world, run, "calm", 2).ending is not None
    assert decisions(world, run) == [(1, "one", "calm"), (2, "two", "calm")]


@pytest.mark.parametrize(("choice_id", "step"), [("shout", 1), ("calm", 3), ("calm", 0)])
def test_a_choice_of_another_window_is_refused_and_nothing_overwritten(world: World, choice_id: str, step: int) -> None:
    run = begin(world)
    choose(world, run, "calm", 1)
    with pytest.raises(drills.ChoiceMoved, match="gone on in another window"):
        choose(world, run, choice_id, step)
    assert decisions(world, run) == [(1, "one", "calm")]


@pytest.mark.parametrize("choice_id", ["late", "nothing", ""])
def test_a_choice_that_is_not_offered_is_refused(world: World, choice_id: str) -> None:
    """``late`` stands in the scene, but its condition does not hold."""
    run = begin(world)
    with pytest.raises(Refused, match="That choice is not open here"):
        choose(world, run, choice_id, 1)
    assert decisions(world, run) == []


def test_a_run_ends_and_says_how(world: World) -> None:
    run = begin(world)
    after = finish(world, run)
    assert after.ending is not None
    assert (after.ending.id, after.scene, after.choices) == ("good", None, ())
    (row,) = runs(world)
    assert (row.id, row.ended_at, row.ending.id if row.ending else "") == (run, LATER, "good")


def test_nothing_can_be_chosen_after_the_end(world: World) -> None:
    run = begin(world)
    finish(world, run)
    with pytest.raises(Refused):
        choose(world, run, "calm", 3)
    assert len(decisions(world, run)) == 2


def test_every_run_is_kept_and_the_next_begins_anew(world: World) -> None:
    first = begin(world)
    finish(world, first)
    second = begin(world)
    choose(world, second, "shout", 1)
    assert [(row.id, row.number, row.ending.id if row.ending else "") for row in runs(world)] == [
        (first, 1, "good"),
        (second, 2, "poor"),
    ]


def test_another_trainees_run_is_not_there(world: World) -> None:
    before = decisions(world, world.others_run)
    with pytest.raises(NotFound, match="There is no such run among yours"):
        state(world, world.others_run)
    with pytest.raises(NotFound):
        choose(world, world.others_run, "calm", 2)
    with world.db.read() as session, pytest.raises(NotFound):
        drills.run_debrief(session, world.others_run, world.user)
    assert decisions(world, world.others_run) == before == [(1, "one", "calm")]


def test_the_debrief_comes_at_the_end_and_not_before(world: World) -> None:
    run = begin(world)
    choose(world, run, "calm", 1)
    for user in (world.user, None):
        with world.db.read() as session, pytest.raises(NotFound, match="its debrief comes at the end"):
            drills.run_debrief(session, run, user)
    choose(world, run, "calm", 2)
    with world.db.read() as session:
        found = drills.run_debrief(session, run, world.user)
        assert drills.run_debrief(session, run, None) == found
    assert [step.choice for step in found.debrief.steps] == ["Do calm", "Do calm"]
    assert [other.text for other in found.debrief.steps[0].others] == ["Do shout"]
    assert found.debrief.ending == found.drill.ending("good")
    assert (found.number, found.ended_at, found.module) == (1, LATER, "alpha")


def changed_drill() -> Drill:
    """The same drill a week later: another start, other choices."""
    only = scene("three", choice("leave", "resolve"))
    return make_drill(start="three", scenes=[only])


def test_a_run_goes_on_with_the_drill_as_it_was_when_it_began(world: World) -> None:
    run = begin(world)
    choose(world, run, "calm", 1)
    assert begin(world, changed_drill()) == run
    drills._DRILLS.clear()  # as in a process started with the changed file
    assert choose(world, run, "calm", 2).ending is not None


def test_a_run_can_be_gone_through_after_the_drill_changed(world: World) -> None:
    run = begin(world)
    finish(world, run)
    second = begin(world, changed_drill())
    drills._DRILLS.clear()
    assert [each.id for each in state(world, second).choices] == ["leave"]
    with world.db.read() as session:
        found = drills.run_debrief(session, run, world.user)
    assert found.drill == world.alpha.drills[0]
    assert [step.choice for step in found.debrief.steps] == ["Do calm", "Do calm"]
    assert [row.ending.id if row.ending else "" for row in runs(world)] == ["good", ""]


def test_a_drill_is_kept_once_a_version(world: World) -> None:
    finish(world, begin(world))
    begin(world)
    with world.db.read() as session:
        kept = session.scalar(select(func.count()).select_from(DrillVersion))
    assert kept == 1  # the noise in both modules ran the same drill
