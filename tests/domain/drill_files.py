"""Small drills in file form for tests."""

from __future__ import annotations

import random

from courseware.domain.drills.graph import Drill, read_drill
from courseware.domain.faults import Reader

Data = dict[str, object]
UNITS = (7, 10, 15, 33)


def choice(identity: str, to: object, **more: object) -> Data:
    return {
        "id": identity,
        "text": f"Do {identity}",
        "consequence": "It is done.",
        "rationale": "Why.",
        "next": to,
    } | more


def scene(identity: str, *choices: Data, **more: object) -> Data:
    heading: Data = {"decision": "What now?"} if len(choices) > 1 else {}
    return {"id": identity, "title": f"At {identity}", "text": "You wait.", "choices": list(choices)} | heading | more


def ending(identity: str, when: str = "", quality: str = "mixed") -> Data:
    data: Data = {"id": identity, "title": f"End {identity}", "quality": quality, "text": "It is over."}
    return data | {"when": when} if when else data


def gauge(identity: str, start: int = 50, better: str = "high") -> Data:
    return {"id": identity, "name": identity.title(), "start": start, "better": better, "low": "Low.", "high": "High."}


def drill_data(*scenes: Data, **more: object) -> Data:
    party = {"id": "front", "name": "Front", "position": "p", "interest": "i", "red_line": "r", "batna": "b"}
    data: Data = {
        "id": "sample",
        "title": "Sample",
        "place": "Veldara (fictional)",
        "minutes": 5,
        "role": "You advise.",
        "summary": "A short one.",
        "objectives": ["Decide"],
        "lessons": ["01-first"],
        "parties": [party],
        "gauges": [gauge("consent"), gauge("violence", 30, "low")],
        "flags": ["searched", "shared"],
        "start": "one",
        "scenes": list(scenes),
        "endings": [ending("good", "consent >= 60", "good"), ending("poor", quality="poor")],
        "debrief": "No option is right.",
    }
    return data | more


def faults_of(data: object, competencies: tuple[str, ...] | None = None) -> list[str]:
    reader = Reader(data)
    drill = read_drill(reader, competencies)
    assert (drill is None) == bool(reader.faults)
    return [str(fault) for fault in reader.faults]


def built(data: Data) -> Drill:
    reader = Reader(data)
    drill = read_drill(reader, None)
    assert drill is not None, [str(fault) for fault in reader.faults]
    return drill


def random_data(seed: int) -> Data:
    """A drill of up to five scenes with loops, flags, clamping, and conditions of every kind, some pointless."""
    rng = random.Random(seed)
    unit = rng.choice(UNITS)
    count = rng.randint(1, 5)

    def condition() -> str:
        at = rng.randint(0, 100)
        simple = [f"consent >= {at}", f"violence < {at}", f"{at} != consent", f"violence == {at // unit * unit}"]
        flags = ["searched", "not shared", "searched and shared"]
        wide = [f"consent + violence > {at}", "consent > violence", "consent >= 0", "violence > 100"]
        return rng.choice([*simple, *flags, *wide, f"{rng.choice(simple)} or {rng.choice(flags)}"])

    def target(at: int) -> str:
        forward = [f"s{each}" for each in range(at + 1, count)] or ["resolve"]
        return rng.choice([*forward * 3, f"s{rng.randrange(count)}", "resolve", "e0", "e2"])

    def option(at: int, number: int) -> Data:
        on = f"s{at + 1}" if at + 1 < count else "resolve"
        to: object = on if number == 0 else target(at)
        if rng.random() < 0.3:
            to = [{"when": condition(), "to": target(at)}, {"to": to}]
        more: Data = {"effects": {name: unit * rng.randint(-3, 3) for name in ("consent", "violence")}}
        if rng.random() < 0.4:
            more["when"] = condition()
        if rng.random() < 0.4:
            more[rng.choice(["set", "clear"])] = [rng.choice(["searched", "shared"])]
        return choice(f"c{number}", to, **more)

    scenes = [scene(f"s{at}", *(option(at, n) for n in range(rng.randint(1, 3)))) for at in range(count)]
    gauges = [gauge("consent", rng.choice([0, 50, 55])), gauge("violence", rng.choice([30, 100]), "low")]
    endings = [ending("e0", condition()), ending("e1", condition()), ending("e2")]
    return drill_data(*scenes, start="s0", gauges=gauges, endings=endings)
