"""Reads a drill's file form, collecting every fault."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from courseware.domain.drills.expression import KEYWORDS, Expression, ExpressionError, parse
from courseware.domain.drills.values import (
    BETTER,
    LEAST,
    MOST,
    QUALITIES,
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
from courseware.domain.faults import Reader

SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\Z")
MOST_GAUGES = 8
MOST_FLAGS = 60
MOST_LEVEL = 3


def read_drill(reader: Reader, competencies: Collection[str] | None) -> Drill | None:
    """Read a drill, collecting faults in the reader; None where there is any.

    competencies: the ids that may be shown; None accepts any.
    """
    before = len(reader.faults)
    head = [reader.slug("id"), reader.text("title"), reader.text("place")]
    order, minutes = reader.whole("order", 1, 99, default=1), reader.whole("minutes", 1, 240)
    texts = [reader.text("role"), reader.text("summary")]
    objectives, lessons = reader.texts("objectives", least=1), reader.texts("lessons")
    parties = tuple(_party(row) for row in reader.readers("parties", least=1))
    gauges = tuple(_gauge(row) for row in reader.readers("gauges", least=1, most=MOST_GAUGES))
    flags = reader.texts("flags")
    _check_names(reader, [gauge.id for gauge in gauges], flags)
    _refuse_repeats(reader, "parties", [party.id for party in parties])
    words = _Words(tuple(gauge.id for gauge in gauges), flags, competencies)
    start = reader.slug("start")
    scenes = tuple(_scene(row, words) for row in reader.readers("scenes", least=1, most=500))
    endings = tuple(_ending(row, words) for row in reader.readers("endings", least=1, most=50))
    debrief = reader.text("debrief")
    reader.done()
    _check_links(reader, start, scenes, endings)
    if len(reader.faults) > before:
        return None
    identity, title, place = head
    role, summary = texts
    about = (identity, title, place, minutes, role, summary, objectives, lessons)
    return Drill(*about, parties, gauges, flags, start, scenes, endings, debrief, order)


@dataclass(frozen=True, slots=True)
class _Words:
    """The names that the scenes of a drill may use."""

    gauges: tuple[str, ...]
    flags: tuple[str, ...]
    competencies: Collection[str] | None

    def condition(self, reader: Reader) -> Expression | None:
        """The condition under ``when``, None where there is none or it is at fault."""
        source = reader.text("when", required=False)
        try:
            return parse(source, self.gauges, self.flags) if source else None
        except ExpressionError as error:
            reader.fault(str(error), "when")
            return None


def _party(row: Reader) -> Party:
    fields = ("name", "position", "interest", "red_line", "batna")
    party = Party(row.slug("id"), *(row.text(name) for name in fields))
    row.done()
    return party


def _gauge(row: Reader) -> Gauge:
    gauge = Gauge(
        row.text("id", most=40),
        row.text("name", most=80),
        row.whole("start", LEAST, MOST),
        row.choice("better", BETTER),
        row.text("low"),
        row.text("high"),
    )
    row.done()
    return gauge


def _check_names(reader: Reader, gauges: Sequence[str], flags: Sequence[str]) -> None:
    if len(flags) > MOST_FLAGS:
        reader.fault(f"has {len(flags)}; at most {MOST_FLAGS} fit", "flags")
    places: list[tuple[str, tuple[str | int, ...]]] = [(name, ("gauges", at, "id")) for at, name in enumerate(gauges)]
    places += [(name, ("flags", at)) for at, name in enumerate(flags)]
    taken: set[str] = set()
    for name, path in places:
        if name and (not SNAKE.match(name) or name in KEYWORDS):
            reader.fault(f"'{name}' should be lower-case words joined by '_', such as 'route_shared'", *path)
        elif name in taken:
            reader.fault(f"'{name}' stands twice; gauges and flags need names of their own", *path)
        taken.add(name)


def _refuse_repeats(reader: Reader, name: str, ids: Iterable[str], taken: Collection[str] = ()) -> None:
    seen = set(taken)
    for index, identity in enumerate(ids):
        if identity and identity in seen:
            reader.fault(f"'{identity}' is already taken", name, index, "id")
        seen.add(identity)


def _scene(row: Reader, words: _Words) -> Scene:
    identity, title = row.slug("id"), row.text("title")
    speaker, text = row.text("speaker", required=False), row.text("text")
    document = None
    if row.has("document"):
        paper = row.reader("document")
        document = Document(paper.text("title"), paper.text("text"))
        paper.done()
    decision = row.text("decision", required=False)
    choices = tuple(_choice(each, words, bool(decision)) for each in row.readers("choices", least=1, most=8))
    _refuse_repeats(row, "choices", [choice.id for choice in choices])
    if decision and len(choices) == 1:
        row.fault("a decision needs two choices or more; leave `decision` out where there is one way on", "choices")
    if not decision and len(choices) > 1:
        row.fault("is missing; write the heading of the choices", "decision")
    row.done()
    return Scene(identity, title, text, choices, speaker, document, decision)


def _choice(row: Reader, words: _Words, decides: bool) -> Choice:
    """A choice. Where it decides something, its consequence and rationale must be written."""
    identity, text, when = row.slug("id"), row.text("text"), words.condition(row)
    effects = _numbers(row, "effects", words.gauges, -MOST, MOST, "gauge")
    sets, clears = row.texts("set", words.flags), row.texts("clear", words.flags)
    for flag in set(sets) & set(clears):
        row.fault(f"'{flag}' is set and cleared by the same choice", "clear")
    choice = Choice(
        identity,
        text,
        tuple(effects.get(gauge, 0) for gauge in words.gauges),
        _routes(row, words),
        when,
        sets,
        clears,
        row.text("consequence", required=decides),
        row.text("rationale", required=decides),
        tuple(_numbers(row, "shows", words.competencies, 0, MOST_LEVEL, "competency").items()),
        row.texts("claims"),
        row.text("accepted", required=False),
    )
    row.done()
    return choice


def _numbers(
    row: Reader, name: str, allowed: Collection[str] | None, least: int, most: int, kind: str
) -> dict[str, int]:
    """Whole numbers by name, such as ``{consent: 4, time: -3}``."""
    numbers = row.reader(name)
    for each in numbers.names():
        if allowed is not None and each not in allowed:
            numbers.fault(f"'{each}' is not a {kind} here; known: {', '.join(allowed)}", each)
    return {each: numbers.whole(each, least, most) for each in numbers.names()}


def _routes(row: Reader, words: _Words) -> tuple[Route, ...]:
    """Under ``next``, one target or a list of ``{when, to}`` whose last has no ``when``."""
    if not isinstance(row.raw("next"), list):
        return (Route(row.text("next")),)
    routes: list[Route] = []
    rows = row.readers("next", least=1)
    for index, each in enumerate(rows):
        routes.append(Route(each.text("to"), words.condition(each)))
        last = index == len(rows) - 1
        if last and each.has("when"):
            each.fault("the last route has no condition, so that there is always a way on", "when")
        if not last and not each.has("when"):
            each.fault("is missing; only the last route has no condition", "when")
        each.done()
    return tuple(routes)


def _ending(row: Reader, words: _Words) -> Ending:
    identity, title, quality = row.slug("id"), row.text("title"), row.choice("quality", QUALITIES)
    ending = Ending(identity, title, quality, row.text("text"), words.condition(row))
    row.done()
    return ending


def _check_links(reader: Reader, start: str, scenes: Sequence[Scene], endings: Sequence[Ending]) -> None:
    """Targets must exist, ids differ, and links must lead from the start to every scene and ending."""
    scene_ids, ending_ids = [scene.id for scene in scenes], [ending.id for ending in endings]
    _refuse_repeats(reader, "scenes", scene_ids, [RESOLVE])
    _refuse_repeats(reader, "endings", ending_ids, [RESOLVE, *scene_ids])
    if start and start not in scene_ids:
        reader.fault(f"'{start}' is not a scene", "start")
    known = {*scene_ids, *ending_ids, RESOLVE}
    for index, scene in enumerate(scenes):
        for number, choice in enumerate(scene.choices):
            for route in choice.routes:
                if route.to and route.to not in known:
                    message = f"'{route.to}' is not a scene, an ending or '{RESOLVE}'"
                    reader.fault(message, "scenes", index, "choices", number, "next")
    reached = _linked(start, {scene.id: scene for scene in scenes})
    for name, ids in (("scenes", scene_ids), ("endings", ending_ids)):
        for index, identity in enumerate(ids):
            if identity and identity not in reached and not (name == "endings" and RESOLVE in reached):
                reader.fault(f"no choice leads to '{identity}'", name, index, "id")
    _check_endings(reader, endings, RESOLVE in reached)


def _linked(start: str, scenes: dict[str, Scene]) -> set[str]:
    """Every target that links lead to from the start, conditions left aside."""
    reached, waiting = {start}, [start]
    while waiting:
        scene = scenes.get(waiting.pop())
        targets = {route.to for choice in scene.choices for route in choice.routes} if scene else set()
        waiting += targets - reached
        reached |= targets
    return reached


def _check_endings(reader: Reader, endings: Sequence[Ending], resolved: bool) -> None:
    for index, ending in enumerate(endings):
        last = index == len(endings) - 1
        if last and ending.when:
            message = f"the last ending has no condition, so that '{RESOLVE}' always finds one"
            reader.fault(message, "endings", index, "when")
        if not last and not ending.when and resolved:
            message = f"is missing; '{RESOLVE}' would never get past this ending, and only the last has no condition"
            reader.fault(message, "endings", index, "when")
