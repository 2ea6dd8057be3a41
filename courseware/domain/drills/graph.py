"""How a drill is played: its state and the steps from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courseware.domain.drills.expression import Values
from courseware.domain.drills.reading import read_drill
from courseware.domain.drills.values import (
    LEAST,
    MOST,
    RESOLVE,
    Choice,
    Document,
    Drill,
    Ending,
    Gauge,
    Party,
    Route,
    Scene,
)

__all__ = [
    "RESOLVE",
    "Choice",
    "Document",
    "Drill",
    "DrillError",
    "Ended",
    "Ending",
    "Gauge",
    "NotOffered",
    "OutOfPlace",
    "Party",
    "Route",
    "Scene",
    "State",
    "begin",
    "choose",
    "offered",
    "read_drill",
    "replay",
]


class DrillError(ValueError):
    """A step that the drill does not allow. Nothing has changed."""


class Ended(DrillError):
    """The drill has come to an ending; there is nothing left to choose."""


class NotOffered(DrillError):
    """The choice is unknown in this scene, or its condition does not hold. ``offered`` names those that are."""

    def __init__(self, scene: str, choice: str, offered: Sequence[str]) -> None:
        self.scene, self.choice, self.offered = scene, choice, tuple(offered)
        super().__init__(f"'{choice}' is not offered in '{scene}'; offered: {', '.join(offered) or 'nothing'}")


class OutOfPlace(DrillError):
    """A decision was made in another scene than the one the drill stands at."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a run of a drill stands.

    place: the id of a scene or an ending. gauges: 0 to 100, in the drill's order.
    flags: those that are set. step: how many choices have been made.
    """

    place: str
    gauges: tuple[int, ...]
    flags: frozenset[str]
    step: int


def begin(drill: Drill) -> State:
    """The state before the first choice."""
    return State(drill.start, tuple(gauge.start for gauge in drill.gauges), frozenset(), 0)


def offered(drill: Drill, state: State) -> tuple[Choice, ...]:
    """The choices whose condition holds, in file order; none at an ending."""
    scene = drill.scene(state.place)
    if scene is None:
        return ()
    values = _values(drill, state)
    return tuple(choice for choice in scene.choices if choice.when is None or choice.when.holds(values))


def choose(drill: Drill, state: State, choice_id: str) -> State:
    """The state after a choice. Effects come first, clamped to 0 and 100; routes and endings see their result.

    Raises Ended at an ending, NotOffered where the choice can't be made.
    """
    if drill.scene(state.place) is None:
        raise Ended(f"the drill has ended with '{state.place}'")
    choices = offered(drill, state)
    choice = next((each for each in choices if each.id == choice_id), None)
    if choice is None:
        raise NotOffered(state.place, choice_id, [each.id for each in choices])
    gauges = tuple(
        min(MOST, max(LEAST, value + effect)) for value, effect in zip(state.gauges, choice.effects, strict=True)
    )
    flags = (state.flags | set(choice.sets)) - set(choice.clears)
    after = State(state.place, gauges, flags, state.step + 1)
    return State(_target(drill, choice, _values(drill, after)), gauges, flags, after.step)


def replay(drill: Drill, decisions: Iterable[tuple[str, str]]) -> tuple[State, ...]:
    """The states of a run, the first before any choice, from its decisions as (scene id, choice id).

    Raises OutOfPlace where a decision belongs to another scene, else as ``choose`` does.
    """
    states = [begin(drill)]
    for scene, choice in decisions:
        if states[-1].place != scene:
            raise OutOfPlace(
                f"step {len(states)} was decided in '{scene}', but the drill stands at '{states[-1].place}'"
            )
        states.append(choose(drill, states[-1], choice))
    return tuple(states)


def _values(drill: Drill, state: State) -> Values:
    return (*state.gauges, *(int(flag in state.flags) for flag in drill.flags))


def _target(drill: Drill, choice: Choice, values: Values) -> str:
    to = next(route.to for route in choice.routes if route.when is None or route.when.holds(values))
    if to != RESOLVE:
        return to
    return next(ending.id for ending in drill.endings if ending.when is None or ending.when.holds(values))
