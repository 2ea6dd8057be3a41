"""What every path of a drill can reach: dead ends, traps, idle choices and conditions, false dilemmas.

The proof visits all states (scene, gauges, flags) that can be reached, up to readings that no
condition ahead can tell apart (``alike`` says why that loses nothing). What it reports comes with a
shortest run that shows it. Where a drill has more states than the cap, it says so and reports only
what holds whatever the rest would show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from courseware.domain.drills.explore import FAILED, HELD, Spot, Visited, explore
from courseware.domain.drills.expression import Expression
from courseware.domain.drills.values import Choice, Drill, Scene

MOST_STATES = 700_000
MOST_WORK = 5_000_000
NEGLIGIBLE = 1e-9

Run = tuple[tuple[str, str], ...]
"""Decisions from the start on, as (scene id, choice id)."""

KINDS = (
    "scene_unreached",
    "ending_unreached",
    "dead_end",
    "trap",
    "never_offered",
    "always_true",
    "always_false",
    "dominated",
    "same",
    "not_covered",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a drill.

    kind: one of KINDS. place: the scene or ending. choice: its id, or "". path: a shortest run to
    where it shows, empty where there is none. accepted: the author's reason to keep it, or "".
    """

    kind: str
    place: str
    choice: str
    message: str
    path: Run = ()
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found.

    states, moves: how many were visited, readings that are alike counted once. covered: whether that was
    all. shares: by ending in file order, the share of runs that come to it where each offered choice is
    equally likely; they add up to 1 less what is trapped or not covered. paths: a shortest run to each
    ending that was reached.
    """

    drill: str
    states: int
    moves: int
    covered: bool
    findings: tuple[Finding, ...]
    shares: tuple[tuple[str, float], ...]
    paths: tuple[tuple[str, Run], ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that the file does not accept with a reason."""
        return tuple(finding for finding in self.findings if not finding.accepted)


def prove(drill: Drill, most_states: int = MOST_STATES) -> Proof:
    """Explore the drill and report. Pure; time and memory grow with ``most_states``."""
    visited = explore(drill, most_states)
    ends = {ending.id for ending in drill.endings}
    hopeful = _hopeful(visited, ends)
    findings = [*_dead_ends(drill, visited), *_traps(drill, visited, hopeful), *_false_dilemmas(drill, visited)]
    if visited.covered:
        findings = [*_unreached(drill, visited), *findings, *_idle(drill, visited)]
    else:
        message = f"has more than {most_states} states; {len(visited.onward)} of them were proven"
        findings.append(Finding("not_covered", drill.start, "", message))
    shares = _shares(visited, hopeful, ends)
    reached = [(ending.id, visited.firsts[ending.id]) for ending in drill.endings if ending.id in visited.firsts]
    return Proof(
        drill.id,
        len(visited.places),
        sum(len(onward) for onward in visited.onward),
        visited.covered,
        tuple(findings),
        tuple((ending.id, shares.get(ending.id, 0.0)) for ending in drill.endings),
        tuple((ending, visited.path(drill, state)) for ending, state in reached),
    )


def _hopeful(visited: Visited, ends: set[str]) -> bytearray:
    """By state, 1 where an ending can be reached or can't be ruled out because the state was not opened."""
    opened = len(visited.onward)
    hopeful = bytearray(state >= opened or place in ends for state, place in enumerate(visited.places))
    changed = True
    while changed:
        # choices mostly lead to later numbers, so one pass from the end suffices but for loops
        changed = False
        for state in range(opened - 1, -1, -1):
            if not hopeful[state] and any(hopeful[after] for after in visited.onward[state]):
                hopeful[state] = 1
                changed = True
    return hopeful


def _unreached(drill: Drill, visited: Visited) -> Iterator[Finding]:
    for scene in drill.scenes:
        if scene.id not in visited.firsts:
            yield Finding("scene_unreached", scene.id, "", "no run comes to this scene")
    for ending in drill.endings:
        if ending.id not in visited.firsts:
            yield Finding("ending_unreached", ending.id, "", "no run comes to this ending")


def _dead_ends(drill: Drill, visited: Visited) -> Iterator[Finding]:
    for scene in drill.scenes:
        masks = visited.masks.get(scene.id, {})
        if 0 in masks:
            path = visited.path(drill, masks[0])
            yield Finding("dead_end", scene.id, "", "a run stops here: no choice is offered", path)


def _traps(drill: Drill, visited: Visited, hopeful: bytearray) -> Iterator[Finding]:
    """The nearest state of each scene from which the story goes on and no ending can come."""
    told: set[str] = set()
    for state, onward in enumerate(visited.onward):
        place = visited.places[state]
        if onward and not hopeful[state] and place not in told:
            told.add(place)
            message = "from here on no ending can be reached, whatever is chosen"
            yield Finding("trap", place, "", message, visited.path(drill, state))


def _idle(drill: Drill, visited: Visited) -> Iterator[Finding]:
    """Choices that are never offered and conditions that decide nothing."""
    for scene in drill.scenes:
        if scene.id not in visited.firsts:
            continue
        path = visited.path(drill, visited.firsts[scene.id])
        for number, choice in enumerate(scene.choices):
            if not any(mask >> number & 1 for mask in visited.masks[scene.id]):
                yield Finding("never_offered", scene.id, choice.id, f"'{choice.id}' is never offered", path)
                continue
            for spot, when in _conditions(scene, number, choice):
                yield from _decided(scene.id, choice.id, when, visited.truths.get(spot, 0), path)
    for ending in drill.endings:
        if ending.when is not None and ending.id in visited.firsts:
            path = visited.path(drill, visited.firsts[ending.id])
            yield from _decided(ending.id, "", ending.when, visited.truths.get((ending.id, -1, -1), 0), path)


def _conditions(scene: Scene, number: int, choice: Choice) -> Iterator[tuple[Spot, Expression]]:
    whens = [choice.when, *(route.when for route in choice.routes)]
    for at, when in enumerate(whens, -1):
        if when is not None:
            yield (scene.id, number, at), when


def _decided(place: str, choice: str, when: Expression, truth: int, path: Run) -> Iterator[Finding]:
    if truth == HELD:
        yield Finding("always_true", place, choice, f"'{when.source}' holds whenever it is asked", path)
    elif not truth & HELD:
        asked = "never holds" if truth == FAILED else "is never asked"
        yield Finding("always_false", place, choice, f"'{when.source}' {asked}", path)


def _false_dilemmas(drill: Drill, visited: Visited) -> Iterator[Finding]:
    """Choices of one decision that are offered together though one is no worse, or that are the same."""
    upwards = tuple(1 if gauge.better == "high" else -1 for gauge in drill.gauges)
    for scene in drill.scenes:
        masks = visited.masks.get(scene.id, {})
        for (first, strong), (second, weak) in permutations(enumerate(scene.choices), 2):
            both = 1 << first | 1 << second
            states = [state for mask, state in masks.items() if mask & both == both]
            if not states:
                continue
            path = visited.path(drill, min(states))
            if first < second and _acts(strong) == _acts(weak):
                message = f"'{weak.id}' does the same as '{strong.id}': equal effects, flags and targets"
                yield Finding("same", scene.id, weak.id, message, path, weak.accepted)
            if _dominates(strong, weak, upwards):
                message = (
                    f"'{strong.id}' is at least as good as '{weak.id}' on every gauge and competency; give "
                    f"'{weak.id}' something it is better at, or say why it stays under `accepted`"
                )
                yield Finding("dominated", scene.id, weak.id, message, path, weak.accepted)


def _acts(choice: Choice) -> tuple[object, ...]:
    return choice.effects, frozenset(choice.sets), frozenset(choice.clears), choice.routes


def _dominates(strong: Choice, weak: Choice, upwards: tuple[int, ...]) -> bool:
    """Whether ``strong`` is nowhere worse and somewhere better; a competency not shown counts as level 0."""
    gains = [way * (a - b) for way, a, b in zip(upwards, strong.effects, weak.effects, strict=True)]
    ours, theirs = dict(strong.shows), dict(weak.shows)
    gains += [ours.get(name, 0) - theirs.get(name, 0) for name in ours.keys() | theirs.keys()]
    return min(gains) >= 0 < max(gains)


def _shares(visited: Visited, hopeful: bytearray, ends: Iterable[str]) -> dict[str, float]:
    """The share of random runs that comes to each ending, to within NEGLIGIBLE where work allows.

    The runs are followed one step at a time, all at once. Traps are left out, so what stays in a loop
    shrinks by at least a constant factor every few steps.
    """
    shares = dict.fromkeys(ends, 0.0)
    running = {0: 1.0}
    work = 0
    while running and sum(running.values()) > NEGLIGIBLE and work < MOST_WORK:
        following: dict[int, float] = {}
        for state, share in running.items():
            if visited.places[state] in shares:
                shares[visited.places[state]] += share
            elif hopeful[state] and state < len(visited.onward):
                onward = visited.onward[state]
                work += len(onward)
                for after in onward:
                    following[after] = following.get(after, 0.0) + share / len(onward)
        running = following
    return shares
