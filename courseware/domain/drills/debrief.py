"""Looking back on a run: what each decision moved, why, and what was not done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from courseware.domain.drills.graph import State, offered, replay
from courseware.domain.drills.values import Choice, Drill, Ending, Scene


@dataclass(frozen=True, slots=True)
class GaugeChange:
    """A gauge before and after a choice. delta: after less before, so that clamping shows."""

    id: str
    name: str
    before: int
    after: int
    delta: int


@dataclass(frozen=True, slots=True)
class OtherOption:
    """A choice that was offered and not taken."""

    text: str
    rationale: str


@dataclass(frozen=True, slots=True)
class Step:
    """One choice of the run, in order. decision: "" where there was only one way on.

    changes: one for each gauge, unmoved ones too. others: what else was offered at that moment.
    """

    scene: str
    decision: str
    choice: str
    consequence: str
    rationale: str
    changes: tuple[GaugeChange, ...]
    others: tuple[OtherOption, ...]


@dataclass(frozen=True, slots=True)
class CompetencyShown:
    """mean: of the levels 0 to 3 shown in the run, exact. count: how many choices showed one."""

    id: str
    mean: Fraction
    count: int


@dataclass(frozen=True, slots=True)
class Debrief:
    """A run looked back on.

    gauges: from the start of the drill to the end of the run. ending: None where the run has not come to one.
    competencies: those shown, in the order of first appearance.
    """

    drill: str
    steps: tuple[Step, ...]
    gauges: tuple[GaugeChange, ...]
    ending: Ending | None
    competencies: tuple[CompetencyShown, ...]


def debrief(drill: Drill, decisions: Sequence[tuple[str, str]]) -> Debrief:
    """Look back on the decisions made, given as (scene id, choice id).

    Raises DrillError, as ``replay`` does, where they are no run of this drill.
    """
    states = replay(drill, decisions)
    steps: list[Step] = []
    levels: dict[str, list[int]] = {}
    for before, after, (scene_id, choice_id) in zip(states, states[1:], decisions, strict=False):
        scene = next(each for each in drill.scenes if each.id == scene_id)
        choice = next(each for each in scene.choices if each.id == choice_id)
        steps.append(_step(drill, scene, choice, before, after))
        for competency, level in choice.shows:
            levels.setdefault(competency, []).append(level)
    return Debrief(
        drill.id,
        tuple(steps),
        _changes(drill, states[0], states[-1]),
        drill.ending(states[-1].place),
        tuple(CompetencyShown(name, Fraction(sum(each), len(each)), len(each)) for name, each in levels.items()),
    )


def _step(drill: Drill, scene: Scene, choice: Choice, before: State, after: State) -> Step:
    others = tuple(OtherOption(o.text, o.rationale) for o in offered(drill, before) if o.id != choice.id)
    changes = _changes(drill, before, after)
    return Step(scene.title, scene.decision, choice.text, choice.consequence, choice.rationale, changes, others)


def _changes(drill: Drill, before: State, after: State) -> tuple[GaugeChange, ...]:
    return tuple(
        GaugeChange(gauge.id, gauge.name, was, now, now - was)
        for gauge, was, now in zip(drill.gauges, before.gauges, after.gauges, strict=True)
    )
