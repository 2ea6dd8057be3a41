"""A drill as frozen values, and back to its file form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from courseware.domain.drills.expression import Expression

RESOLVE = "resolve"
"""The target that stands for the first ending whose condition holds."""

LEAST, MOST = 0, 100
"""The bounds of every gauge."""

BETTER = ("high", "low")
QUALITIES = ("good", "mixed", "poor")


@dataclass(frozen=True, slots=True)
class Party:
    """One side: what it says it wants, why, what it will not accept, what it does without a deal."""

    id: str
    name: str
    position: str
    interest: str
    red_line: str
    batna: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measure from 0 to 100 with its value at the start, its better end, and what low and high look like."""

    id: str
    name: str
    start: int
    better: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Document:
    """A message, order or note shown as a paper."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where a choice leads: a scene, an ending or RESOLVE, taken where ``when`` holds (None: in any case)."""

    to: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be done in a scene.

    effects: what each gauge gains or loses, one number a gauge in the drill's order.
    sets, clears: flags. shows: competency and level shown, 0 to 3. routes: the first that holds is taken.
    accepted: why it stays although another choice is at least as good in everything, or "".
    """

    id: str
    text: str
    effects: tuple[int, ...]
    routes: tuple[Route, ...]
    when: Expression | None = None
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    consequence: str = ""
    rationale: str = ""
    shows: tuple[tuple[str, int], ...] = ()
    claims: tuple[str, ...] = ()
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A situation with its choices. decision: the heading of the choices, "" where there is only one way on."""

    id: str
    title: str
    text: str
    choices: tuple[Choice, ...]
    speaker: str = ""
    document: Document | None = None
    decision: str = ""

    def choice(self, choice_id: str) -> Choice | None:
        """The choice of that name, or None."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)


@dataclass(frozen=True, slots=True)
class Ending:
    """What the world looks like in the end. quality: good, mixed or poor."""

    id: str
    title: str
    quality: str
    text: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """A branching scenario, immutable once read. order: its place among the module's drills."""

    id: str
    title: str
    place: str
    minutes: int
    role: str
    summary: str
    objectives: tuple[str, ...]
    lessons: tuple[str, ...]
    parties: tuple[Party, ...]
    gauges: tuple[Gauge, ...]
    flags: tuple[str, ...]
    start: str
    scenes: tuple[Scene, ...]
    endings: tuple[Ending, ...]
    debrief: str
    order: int = 1

    def scene(self, scene_id: str) -> Scene | None:
        """The scene of that name, or None."""
        return next((scene for scene in self.scenes if scene.id == scene_id), None)

    def ending(self, ending_id: str) -> Ending | None:
        """The ending of that name, or None."""
        return next((ending for ending in self.endings if ending.id == ending_id), None)

    def dump(self) -> dict[str, object]:
        """The whole drill in file form, such that reading it gives an equal drill."""
        names = ("id", "title", "place", "order", "minutes", "role", "summary")
        data: dict[str, object] = {name: getattr(self, name) for name in names}
        data |= {"objectives": list(self.objectives), "lessons": list(self.lessons)}
        data["parties"] = [{name: getattr(party, name) for name in Party.__slots__} for party in self.parties]
        data["gauges"] = [{name: getattr(gauge, name) for name in Gauge.__slots__} for gauge in self.gauges]
        data |= {"flags": list(self.flags), "start": self.start}
        data["scenes"] = [_dump_scene(scene, self.gauges) for scene in self.scenes]
        data["endings"] = [_dump_ending(ending) for ending in self.endings]
        return data | {"debrief": self.debrief}

    def content_hash(self) -> str:
        """64 hex digits that name this exact drill: SHA-256 of its canonical JSON file form."""
        text = json.dumps(self.dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _dump_scene(scene: Scene, gauges: tuple[Gauge, ...]) -> dict[str, object]:
    data: dict[str, object] = {"id": scene.id, "title": scene.title}
    if scene.speaker:
        data["speaker"] = scene.speaker
    data["text"] = scene.text
    if scene.document:
        data["document"] = {"title": scene.document.title, "text": scene.document.text}
    if scene.decision:
        data["decision"] = scene.decision
    return data | {"choices": [_dump_choice(choice, gauges) for choice in scene.choices]}


def _dump_choice(choice: Choice, gauges: tuple[Gauge, ...]) -> dict[str, object]:
    data: dict[str, object] = {"id": choice.id, "text": choice.text}
    if choice.when:
        data["when"] = choice.when.source
    effects = {gauge.id: effect for gauge, effect in zip(gauges, choice.effects, strict=True) if effect}
    lists = {"set": list(choice.sets), "clear": list(choice.clears)}
    texts = {"consequence": choice.consequence, "rationale": choice.rationale, "accepted": choice.accepted}
    more = {"effects": effects, **lists, **texts, "shows": dict(choice.shows), "claims": list(choice.claims)}
    data |= {name: value for name, value in more.items() if value}
    plain = len(choice.routes) == 1 and choice.routes[0].when is None
    return data | {"next": choice.routes[0].to if plain else [_dump_route(route) for route in choice.routes]}


def _dump_route(route: Route) -> dict[str, object]:
    return {"when": route.when.source, "to": route.to} if route.when else {"to": route.to}


def _dump_ending(ending: Ending) -> dict[str, object]:
    data: dict[str, object] = {"id": ending.id, "title": ending.title, "quality": ending.quality}
    if ending.when:
        data["when"] = ending.when.source
    return data | {"text": ending.text}
