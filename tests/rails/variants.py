"""The course and the bank with other keys, or with a canary in every text that is released late, by their file form."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from courseware.content.loader import Loaded
from courseware.domain import items
from courseware.domain.drills.graph import Drill, read_drill
from courseware.domain.faults import Reader
from courseware.domain.items.base import Item
from courseware.domain.lessons import Check, Course, Lesson, Module

Data = dict[str, Any]
ItemChange = Callable[[Data], None]
DrillChange = Callable[[Data], None]


def changed(loaded: Loaded, item: ItemChange, drill: DrillChange | None = None) -> Loaded:
    """The same course and bank with every question (those of lessons too) and every drill changed in file form."""
    course = loaded.course
    modules = tuple(_module(module, item, drill) for module in course.modules)
    bank = tuple(replace(each, item=_item(each.item, item)) for each in loaded.bank)
    return Loaded(Course(course.title, course.competencies, modules), bank, ())


def _module(module: Module, item: ItemChange, drill: DrillChange | None) -> Module:
    drills = tuple(_drill(each, drill) for each in module.drills) if drill else module.drills
    return replace(module, lessons=tuple(_lesson(each, item) for each in module.lessons), drills=drills)


def _lesson(lesson: Lesson, item: ItemChange) -> Lesson:
    blocks = tuple(Check(_item(each.item, item)) if isinstance(each, Check) else each for each in lesson.blocks)
    return replace(lesson, blocks=blocks)


def _item(item: Item, change: ItemChange) -> Item:
    data = copy.deepcopy(item.dump())
    change(data)
    return items.load(data)


def _drill(drill: Drill, change: DrillChange) -> Drill:
    data = copy.deepcopy(drill.dump())
    change(data)
    reader = Reader(data)
    read = read_drill(reader, None)
    assert read is not None, reader.faults
    return read


# ---- other keys ----


def with_another_key(data: Data) -> None:
    """Make other options right, reverse orders, deal out partners anew; change every text that is released late.

    Where the order in the file is not the order on the screen, that changes too: authors tend to write
    the answer first.
    """
    _late_texts(data, lambda text: f"Said otherwise: {text[::-1]}")
    kind = data["type"]
    if kind == "single_choice" or kind == "multiple_response":
        _next_key(data["options"])
        if data.get("shuffle", True):
            data["options"].reverse()
    elif kind == "true_false_reason":
        data["answer"] = not data["answer"]
        _next_key(data["reasons"])
        data["reasons"].reverse()
    elif kind == "ordering":
        data["entries"].reverse()
    else:
        assert kind == "matching", f"say here how {kind} gets another key"
        _deal_anew(data)


def _next_key(options: list[Data]) -> None:
    """Every option gets the key mark of its neighbour."""
    marks = [bool(option.get("key")) for option in options]
    for option, mark in zip(options, [*marks[1:], marks[0]], strict=True):
        option["key"] = mark


def _deal_anew(data: Data) -> None:
    """Every left-hand text gets the partner of the next; the first of the extra texts becomes a partner too."""
    rights = [pair["right"] for pair in data["pairs"]]
    for pair, right in zip(data["pairs"], [*rights[1:], rights[0]], strict=True):
        pair["right"] = right
    if data.get("extra"):
        extra, pair = data["extra"][0], data["pairs"][0]
        extra["text"], pair["right"] = pair["right"], extra["text"]


def _late_texts(data: Data, change: Callable[[str], str]) -> None:
    """Change the rationale and every feedback, wherever they stand."""
    for name, value in data.items():
        if name in ("feedback", "rationale") and isinstance(value, str):
            data[name] = change(value)
        elif name == "feedback":
            data[name] = {verdict: change(text) for verdict, text in value.items()}
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, dict):
                    _late_texts(each, change)


# ---- canaries ----


@dataclass
class Canaries:
    """Words that stand nowhere else, one for each text that is released late, by whose text it was."""

    of: dict[str, list[str]] = field(default_factory=dict)

    def item(self, data: Data) -> None:
        """Put a canary in the place of a question's rationale and feedback."""
        _late_texts(data, lambda _text: self._new(f"item {data['id']} {data['stem'][:40]}"))

    def drill(self, data: Data) -> None:
        """Put a canary in the place of what a drill's debrief reveals."""
        for scene in data["scenes"]:
            for choice in scene["choices"]:
                if choice.get("rationale"):
                    choice["rationale"] = self._new(f"drill {data['id']}")
        data["debrief"] = self._new(f"drill {data['id']}")

    def _new(self, owner: str) -> str:
        number = sum(map(len, self.of.values())) + 1
        word = f"canary{number:05}bird"
        self.of.setdefault(owner, []).append(word)
        return word
