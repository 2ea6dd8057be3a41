"""Visits every state of a drill that can be reached, breadth first, and notes what happens there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from courseware.domain.drills.alike import Table, tables
from courseware.domain.drills.expression import Expression, Values
from courseware.domain.drills.values import LEAST, MOST, RESOLVE, Choice, Drill

Test = Callable[[Values], int]
Spot = tuple[str, int, int]
"""Where a condition stands: scene id, choice number, route number (-1: the choice's own).
An ending's condition: the ending's id, -1, -1."""

HELD, FAILED = 1, 2


@dataclass(slots=True)
class Visited:
    """All that was found. States are numbered in the order of discovery, so lower means no further away.

    places: the id of the scene or ending of each state. parents: the state it was first reached from
    and the number of the choice taken. onward: for each state that was opened, the state that each
    offered choice leads to. masks: by scene, each set of choices offered together (bit n: choice n)
    with the first state where it was. truths: what each condition turned out to be (HELD | FAILED).
    """

    places: list[str] = field(default_factory=list)
    parents: list[tuple[int, int]] = field(default_factory=list)
    onward: list[list[int]] = field(default_factory=list)
    masks: dict[str, dict[int, int]] = field(default_factory=dict)
    truths: dict[Spot, int] = field(default_factory=dict)
    firsts: dict[str, int] = field(default_factory=dict)

    @property
    def covered(self) -> bool:
        """Whether every reachable state was opened."""
        return len(self.onward) == len(self.places)

    def path(self, drill: Drill, state: int) -> tuple[tuple[str, str], ...]:
        """A shortest run to a state, as decisions (scene id, choice id)."""
        choices = {scene.id: scene.choices for scene in drill.scenes}
        steps: list[tuple[str, str]] = []
        while state:
            state, number = self.parents[state]
            place = self.places[state]
            steps.append((place, choices[place][number].id))
        return tuple(reversed(steps))


@dataclass(frozen=True, slots=True)
class _Move:
    """A choice made ready: its condition, what it makes of each value, and its ways on."""

    test: Test | None
    spot: Spot
    change: tuple[Table, ...]
    routes: tuple[tuple[Test | None, Spot, str], ...]
    direct: tuple[Table, ...] | None
    target: str


def explore(drill: Drill, most_states: int) -> Visited:
    """Open states from the start on, until none is left or ``most_states`` have been found."""
    return _Explorer(drill).run(most_states)


class _Explorer:
    """The search in progress: the readings of each state, and the number of each state by place and readings."""

    def __init__(self, drill: Drill) -> None:
        self.alike = tables(drill)
        self.moves = {
            scene.id: [_move(drill, scene.id, at, choice, self.alike) for at, choice in enumerate(scene.choices)]
            for scene in drill.scenes
        }
        self.endings = tuple((_condition(each.when), (each.id, -1, -1), each.id) for each in drill.endings)
        self.numbers: dict[str, dict[Values, int]] = {scene.id: {} for scene in drill.scenes}
        self.numbers |= {ending.id: {} for ending in drill.endings}
        self.states: list[Values] = []
        self.visited = Visited()
        start = (*(gauge.start for gauge in drill.gauges), *(0 for _ in drill.flags))
        self.number(drill.start, _alike(start, self.alike[drill.start]), (-1, -1))

    def run(self, most_states: int) -> Visited:
        at = 0
        while at < len(self.states) and len(self.states) <= most_states:
            self.open(at)
            at += 1
        return self.visited

    def open(self, at: int) -> None:
        """Try every choice of a state."""
        place, values = self.visited.places[at], self.states[at]
        onward: list[int] = []
        mask = 0
        for number, move in enumerate(self.moves.get(place, ())):
            if move.test is None or self.ask(move.test, move.spot, values):
                mask |= 1 << number
                onward.append(self.number(*self.after(move, values), (at, number)))
        self.visited.onward.append(onward)
        self.visited.masks.setdefault(place, {}).setdefault(mask, at)

    def number(self, place: str, values: Values, parent: tuple[int, int]) -> int:
        """The number of a state; a new one where it has not been met."""
        known = self.numbers[place]
        found = known.get(values)
        if found is None:
            found = known[values] = len(self.states)
            self.states.append(values)
            self.visited.places.append(place)
            self.visited.parents.append(parent)
            self.visited.firsts.setdefault(place, found)
        return found

    def after(self, move: _Move, values: Values) -> tuple[str, Values]:
        """The state that a choice leads to. An ending has no values: nothing can happen after it."""
        if move.direct is not None:
            return move.target, _alike(values, move.direct)
        changed = _alike(values, move.change)
        to = self.first(move.routes, changed)
        if to == RESOLVE:
            to = self.first(self.endings, changed)
        return to, _alike(changed, self.alike[to]) if to in self.alike else ()

    def first(self, ways: Sequence[tuple[Test | None, Spot, str]], values: Values) -> str:
        return next(to for test, spot, to in ways if test is None or self.ask(test, spot, values))

    def ask(self, test: Test, spot: Spot, values: Values) -> bool:
        held = bool(test(values))
        truths = self.visited.truths
        truths[spot] = truths.get(spot, 0) | (HELD if held else FAILED)
        return held


def _alike(values: Values, by: tuple[Table, ...]) -> Values:
    return tuple([table[value] for table, value in zip(by, values, strict=True)])


def _move(drill: Drill, scene: str, number: int, choice: Choice, alike: dict[str, tuple[Table, ...]]) -> _Move:
    change = (*(_shifted(effect) for effect in choice.effects), *(_switched(choice, flag) for flag in drill.flags))
    target = choice.routes[0].to
    direct = None
    if len(choice.routes) == 1 and target in alike:
        direct = tuple(
            tuple(after[value] for value in table) for table, after in zip(change, alike[target], strict=True)
        )
    routes = tuple((_condition(route.when), (scene, number, at), route.to) for at, route in enumerate(choice.routes))
    return _Move(_condition(choice.when), (scene, number, -1), change, routes, direct, target)


def _condition(when: Expression | None) -> Test | None:
    return None if when is None else when.test


def _shifted(effect: int) -> Table:
    return tuple(min(MOST, max(LEAST, value + effect)) for value in range(LEAST, MOST + 1))


def _switched(choice: Choice, flag: str) -> Table:
    return (1, 1) if flag in choice.sets else (0, 0) if flag in choice.clears else (0, 1)
