"""What differs between two versions of an item, field by field and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from flask_babel import gettext

from courseware.domain.items.base import Item
from courseware.web.instructor.words import FIELD_WORDS

Run = tuple[bool, str]
"""A stretch of text, and whether it is the same on both sides."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs: its name, and its text before and after as runs."""

    field: str
    before: tuple[Run, ...]
    after: tuple[Run, ...]


def differences(before: Item, after: Item) -> list[Difference]:
    """The fields that differ, in the order of the file form."""
    old, new = dict(_flat(before.dump())), dict(_flat(after.dump()))
    names = list(dict.fromkeys([*old, *new]))
    return [_difference(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _flat(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text of a file form with its name in words."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _flat(each, (*path, str(FIELD_WORDS.get(name, name))))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for index, each in enumerate(value, start=1):
            yield from _flat(each, (*path[:-1], f"{path[-1]} {index}"))
    elif isinstance(value, list):
        yield ", ".join(path), ", ".join(map(str, value))
    elif isinstance(value, bool):
        yield ", ".join(path), gettext("yes") if value else gettext("no")
    else:
        yield ", ".join(path), str(value).strip()


def _difference(name: str, before: str, after: str) -> Difference:
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    left: list[Run] = []
    right: list[Run] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = kind == "equal"
        if i1 < i2:
            left.append((same, "".join(old[i1:i2])))
        if j1 < j2:
            right.append((same, "".join(new[j1:j2])))
    return Difference(name, tuple(left), tuple(right))
