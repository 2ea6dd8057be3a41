"""Running a drill: every choice is kept as it is made; a run can be left, resumed, repeated and gone through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courseware.domain.drills import graph
from courseware.domain.drills.debrief import Debrief, debrief
from courseware.domain.drills.graph import Choice, Drill, Ending, Scene
from courseware.domain.faults import Faulty, Reader
from courseware.services.errors import Conflict, NotFound, Refused
from courseware.storage.accounts import User
from courseware.storage.practice import DrillDecision, DrillRun, DrillVersion


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list. ending is None while it goes on."""

    id: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class GaugeReading:
    """A gauge now, and what the last choice did to it."""

    name: str
    value: int
    change: int
    better: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a run stands. scene is None at the end, ending is None before it; last: the choice just made.

    step: the number that the next choice will have, from 1.
    """

    id: int
    module: str
    drill: Drill
    number: int
    step: int
    scene: Scene | None
    choices: tuple[Choice, ...]
    gauges: tuple[GaugeReading, ...]
    last: Choice | None
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class RunDebrief:
    """An ended run with the drill as it was then."""

    id: int
    module: str
    number: int
    ended_at: datetime
    drill: Drill
    debrief: Debrief


class ChoiceMoved(Conflict):
    """The run went on in another window; nothing was overwritten."""

    def __init__(self) -> None:
        super().__init__("This run has gone on in another window. Here is where it stands now.")


def begin(session: Session, user_id: int, module: str, drill: Drill, *, now: datetime) -> int:
    """Start a new run and return its id; a run that goes on is returned instead."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    runs = _runs(session, user_id, module, drill.id)
    for run in runs:
        if run.ended_at is None:
            return run.id
    run = DrillRun(
        user_id=user_id,
        module=module,
        drill_id=drill.id,
        number=len(runs) + 1,
        content_hash=_keep_version(session, module, drill, now),
        started_at=now,
    )
    session.add(run)
    session.flush()
    return run.id


def _keep_version(session: Session, module: str, drill: Drill, now: datetime) -> str:
    """Keep the drill as it is now and return its hash; somebody else may be keeping the same one in this moment."""
    content_hash = drill.content_hash()
    if session.get(DrillVersion, content_hash) is None:
        version = DrillVersion(
            content_hash=content_hash, module=module, drill_id=drill.id, content=drill.dump(), first_used_at=now
        )
        with suppress(IntegrityError), session.begin_nested():
            session.add(version)
    return content_hash


def list_runs(session: Session, user_id: int, module: str, drill_id: str) -> tuple[RunRow, ...]:
    """A trainee's runs of a drill, oldest first."""
    return tuple(_row(session, run) for run in _runs(session, user_id, module, drill_id))


def runs_by_drill(
    session: Session, user_id: int, module: str | None = None
) -> Mapping[tuple[str, str], tuple[RunRow, ...]]:
    """A trainee's runs by module and drill, oldest first: one query however many drills there are."""
    query = select(DrillRun).where(DrillRun.user_id == user_id).order_by(DrillRun.number)
    found: dict[tuple[str, str], tuple[RunRow, ...]] = {}
    for run in session.scalars(query if module is None else query.where(DrillRun.module == module)):
        key = (run.module, run.drill_id)
        found[key] = (*found.get(key, ()), _row(session, run))
    return found


def _row(session: Session, run: DrillRun) -> RunRow:
    ending = _drill(session, run.content_hash).ending(run.ending) if run.ending else None
    return RunRow(run.id, run.number, run.started_at, run.ended_at, ending)


def run_state(session: Session, run_id: int, user_id: int) -> RunState:
    """Where a run stands. Raises NotFound."""
    run = _own(session, run_id, user_id)
    return _state(run, _drill(session, run.content_hash), _decisions(session, run_id))


def choose(session: Session, run_id: int, user_id: int, choice_id: str, *, step: int, now: datetime) -> RunState:
    """Keep one choice. ``step`` is the number it should have.

    The same choice sent again gives the state back. Raises NotFound, Refused where the choice
    is not offered, ChoiceMoved where the run went on elsewhere.
    """
    run = _own(session, run_id, user_id, lock=True)
    drill = _drill(session, run.content_hash)
    made = _decisions(session, run_id)
    if made and step == len(made) and made[-1].choice == choice_id:
        return _state(run, drill, made)
    if step != len(made) + 1:
        raise ChoiceMoved
    state = graph.replay(drill, _pairs(made))[-1]
    try:
        after = graph.choose(drill, state, choice_id)
    except graph.DrillError as error:
        raise Refused("That choice is not open here. Choose one of those shown.") from error
    decision = DrillDecision(run_id=run.id, step=step, scene=state.place, choice=choice_id, at=now)
    session.add(decision)
    if drill.ending(after.place) is not None:
        run.ending, run.ended_at = after.place, now
    session.flush()
    return _state(run, drill, [*made, decision])


def run_debrief(session: Session, run_id: int, user_id: int | None) -> RunDebrief:
    """An ended run gone through, choice by choice. Raises NotFound, also while it goes on."""
    run = _own(session, run_id, user_id)
    if run.ended_at is None:
        raise NotFound("This run has not ended yet; its debrief comes at the end.")
    drill = _drill(session, run.content_hash)
    made = _pairs(_decisions(session, run_id))
    return RunDebrief(run.id, run.module, run.number, run.ended_at, drill, debrief(drill, made))


def _state(run: DrillRun, drill: Drill, made: Sequence[DrillDecision]) -> RunState:
    states = graph.replay(drill, _pairs(made))
    state, before = states[-1], states[-2] if made else states[-1]
    scene = drill.scene(state.place)
    previous = drill.scene(made[-1].scene) if made else None
    gauges = tuple(
        GaugeReading(gauge.name, value, value - earlier, gauge.better, gauge.low, gauge.high)
        for gauge, value, earlier in zip(drill.gauges, state.gauges, before.gauges, strict=True)
    )
    return RunState(
        run.id,
        run.module,
        drill,
        run.number,
        len(made) + 1,
        scene,
        graph.offered(drill, state),
        gauges,
        previous.choice(made[-1].choice) if previous else None,
        drill.ending(state.place),
    )


def _pairs(made: Sequence[DrillDecision]) -> list[tuple[str, str]]:
    return [(decision.scene, decision.choice) for decision in made]


def _runs(session: Session, user_id: int, module: str, drill_id: str) -> Sequence[DrillRun]:
    return session.scalars(
        select(DrillRun)
        .where(DrillRun.user_id == user_id, DrillRun.module == module, DrillRun.drill_id == drill_id)
        .order_by(DrillRun.number)
    ).all()


def _own(session: Session, run_id: int, user_id: int | None, *, lock: bool = False) -> DrillRun:
    query = select(DrillRun).where(DrillRun.id == run_id)
    if user_id is not None:
        query = query.where(DrillRun.user_id == user_id)
    run = session.scalar(query.with_for_update() if lock else query)
    if run is None:
        raise NotFound("There is no such run among yours.")
    return run


def _decisions(session: Session, run_id: int) -> list[DrillDecision]:
    return list(
        session.scalars(select(DrillDecision).where(DrillDecision.run_id == run_id).order_by(DrillDecision.step))
    )


_DRILLS: dict[str, Drill] = {}
"""Drills by content hash: a version never changes, so each is parsed once a process."""


def _drill(session: Session, content_hash: str) -> Drill:
    drill = _DRILLS.get(content_hash)
    if drill is None:
        row = session.get_one(DrillVersion, content_hash)
        reader = Reader(row.content)
        drill = graph.read_drill(reader, None)
        if drill is None or reader.faults:
            raise Faulty(reader.faults)
        _DRILLS[content_hash] = drill
    return drill
