"""Which values of a gauge are alike for all that can still happen.

A drill of five gauges has ten thousand million gauge readings, yet only those count that some
condition ahead can tell apart. Two readings of a gauge are alike in a scene where no sum of effects
that lies ahead can put a value at which a condition changes between them. Taking one reading for all
that are alike changes nothing that can be chosen or reached (the two states are bisimilar), so a
proof over these classes is a proof over all states.

Why that holds with clamping: the same effects keep two readings in order, and a clamp moves only the
outer one towards the other or both to the same bound. So while they differ, they lie within what the
effects alone make of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from courseware.domain.drills.expression import Expression
from courseware.domain.drills.values import LEAST, MOST, RESOLVE, Choice, Drill, Scene

Cuts = dict[str, set[int] | None]
"""By name, the values at which a condition ahead can change; None where any value may matter."""

Table = tuple[int, ...]
"""For each value from 0 to 100 the least value that is alike."""

SPAN = MOST - LEAST


def tables(drill: Drill) -> dict[str, tuple[Table, ...]]:
    """By scene id, one table for each gauge and then each flag (a flag's first two entries count)."""
    cuts = _cuts_ahead(drill)
    sums = _sums_ahead(drill)
    found: dict[str, tuple[Table, ...]] = {}
    for scene in drill.scenes:
        ahead, (low, high) = cuts[scene.id], sums[scene.id]
        gauges = tuple(_table(ahead.get(gauge.id, set()), low[at], high[at]) for at, gauge in enumerate(drill.gauges))
        found[scene.id] = (*gauges, *(_table(ahead.get(flag, set()), 0, 0) for flag in drill.flags))
    return found


def _table(cuts: set[int] | None, low: int, high: int) -> Table:
    """low, high: the least and greatest sum of effects that lies ahead, 0 (nothing) among them."""
    table = [LEAST]
    for value in range(LEAST + 1, MOST + 1):
        # a cut parts value - 1 from value where some sum s has value - 1 + s < cut <= value + s
        parted = cuts is None or any(cut - high <= value <= cut - low for cut in cuts)
        table.append(value if parted else table[-1])
    return tuple(table)


def _next_scenes(scene: Scene, scenes: Mapping[str, Scene]) -> Iterable[tuple[Choice, str]]:
    return ((choice, route.to) for choice in scene.choices for route in choice.routes if route.to in scenes)


def _cuts_ahead(drill: Drill) -> dict[str, Cuts]:
    """By scene, the cuts of every condition that can be asked there or further on."""
    scenes = {scene.id: scene for scene in drill.scenes}
    found: dict[str, Cuts] = {scene.id: {} for scene in drill.scenes}
    for scene in drill.scenes:
        for condition in _asked(drill, scene):
            _merge(found[scene.id], condition.cuts)
    changed = True
    while changed:
        changes = [
            _merge(found[scene.id], found[to].items())
            for scene in reversed(drill.scenes)
            for _, to in _next_scenes(scene, scenes)
        ]
        changed = any(changes)
    return found


def _asked(drill: Drill, scene: Scene) -> list[Expression]:
    routes = [route for choice in scene.choices for route in choice.routes]
    conditions = [choice.when for choice in scene.choices] + [route.when for route in routes]
    if any(route.to == RESOLVE for route in routes):
        conditions += [ending.when for ending in drill.endings]
    return [condition for condition in conditions if condition is not None]


def _merge(into: Cuts, more: Iterable[tuple[str, Iterable[int] | None]]) -> bool:
    """Add cuts; say whether anything was new."""
    before = {name: None if at is None else len(at) for name, at in into.items()}
    for name, at in list(more):
        known = into.setdefault(name, set())
        if at is None:
            into[name] = None
        elif known is not None:
            known |= set(at)
    return before != {name: None if at is None else len(at) for name, at in into.items()}


def _sums_ahead(drill: Drill) -> dict[str, tuple[list[int], list[int]]]:
    """By scene, the least and the greatest sum of effects of any way on, for each gauge; at most 100 either way.

    What happens after the last condition counts too, which only makes the classes finer.
    """
    scenes = {scene.id: scene for scene in drill.scenes}
    count = len(drill.gauges)
    found = {scene.id: ([0] * count, [0] * count) for scene in drill.scenes}
    changed = True
    while changed:
        changed = False
        for scene in reversed(drill.scenes):
            low, high = found[scene.id]
            before = (low.copy(), high.copy())
            for choice in scene.choices:
                _stretch(low, high, choice.effects, [0] * count, [0] * count)
            for choice, to in _next_scenes(scene, scenes):
                _stretch(low, high, choice.effects, *found[to])
            changed |= before != (low, high)
    return found


def _stretch(low: list[int], high: list[int], effects: tuple[int, ...], after: list[int], beyond: list[int]) -> None:
    for at, effect in enumerate(effects):
        low[at] = max(-SPAN, min(low[at], effect + after[at]))
        high[at] = min(SPAN, max(high[at], effect + beyond[at]))
