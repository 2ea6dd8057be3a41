"""The interactions: one file each, listed in ALL and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from courseware.domain.faults import Faulty, Reader
from courseware.domain.items.base import LEVELS, STATUSES, Head, Item
from courseware.domain.items.matching import Matching
from courseware.domain.items.multiple_response import MultipleResponse
from courseware.domain.items.ordering import Ordering
from courseware.domain.items.single_choice import SingleChoice
from courseware.domain.items.true_false_reason import TrueFalseReason

ALL: tuple[type[Item], ...] = (SingleChoice, MultipleResponse, TrueFalseReason, Ordering, Matching)


def get(interaction: str) -> type[Item]:
    """The class of an interaction. Raises KeyError for an unknown name."""
    return {each.interaction: each for each in ALL}[interaction]


def read(reader: Reader, *, competencies: Collection[str] | None, practice: bool = False) -> Item | None:
    """Read an item in file form, collecting faults in the reader.

    competencies: the ids that may be named; None accepts any.
    practice: a knowledge check of a lesson, which carries no competency or level.
    Returns None where the interaction itself is unknown.
    """
    names = [each.interaction for each in ALL]
    interaction = reader.text("type")
    head = _head(reader, competencies, practice)
    if interaction not in names:
        if interaction:
            reader.fault(f"'{interaction}' is not known; use one of: {', '.join(names)}", "type")
        return None
    item = get(interaction).read(head, reader)
    reader.done()
    return item


def _head(reader: Reader, competencies: Collection[str] | None, practice: bool) -> Head:
    identity = reader.slug("id")
    competency, level = "", "application"
    if not practice:
        competency = reader.text("competency")
        if competency and competencies is not None and competency not in competencies:
            reader.fault(f"'{competency}' is not known; use one of: {', '.join(competencies)}", "competency")
        level = reader.choice("level", LEVELS)
    return Head(
        identity,
        reader.text("stem"),
        reader.text("rationale", required=not practice),
        competency,
        level,
        reader.texts("claims"),
        reader.texts("objectives"),
        reader.texts("tags"),
        reader.choice("status", STATUSES, default="live"),
    )


def load(data: Mapping[str, object]) -> Item:
    """An item from its stored file form. Raises Faulty with every fault."""
    reader = Reader(data)
    item = read(reader, competencies=None, practice="competency" not in data)
    if reader.faults or item is None:
        raise Faulty(reader.faults)
    return item
