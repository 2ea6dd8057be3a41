"""From an authoring form to an item: the domain reads it, the page adds what only the course knows."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flask_babel import gettext

from courseware.content.lesson_files import check_claims
from courseware.domain import items
from courseware.domain.faults import Reader
from courseware.domain.items.base import Item
from courseware.domain.lessons import Course, Module
from courseware.web.instructor.item_forms import ItemForm, Problem

UNSEEN = frozenset(
    {"id", "competency", "level", "claims", "objectives", "tags", "status", "rationale", "module", "reason"}
)
"""Fields that a trainee does not see before the end: their faults do not stand in the way of a preview."""

LONGEST_ID = 60
LONGEST_REASON = 400
LITTLE_WORDS = re.compile(
    r"(a|an|and|are|as|at|be|by|do|does|for|from|has|have|in|is|it|its|of|on|or|that|the|to|was|with)"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form came to. ``item`` can be shown where it is not None, and kept where there are no problems.

    named: the author chose the id; else it may get a number behind it.
    """

    item: Item | None
    problems: tuple[Problem, ...] = ()
    named: bool = False


def read(form: ItemForm, course: Course, *, item_id: str = "") -> Draft:
    """Read what was typed and put every fault on its field. ``item_id``: that of the item being edited."""
    module = course.module(form.module.data or "")
    typed = item_id or (form.item_id.data or "").strip()
    reader = Reader(form.file_form(typed or suggested_id(form.stem.data or "", module)))
    item = items.read(reader, competencies=[each.id for each in course.competencies])
    if module is None:
        reader.fault("is missing; choose one", "module")
    elif item is not None:
        _check_module(reader, item, module)
    _check_reason(reader, (form.reason.data or "").strip(), edited=bool(item_id))
    shown = all(fault.path and fault.path[0] in UNSEEN for fault in reader.faults)
    return Draft(item if shown else None, tuple(form.show(reader.faults)), bool(typed))


def _check_module(reader: Reader, item: Item, module: Module) -> None:
    """Fault claims and objectives that are not the module's, as for the files of the bank."""
    check_claims(reader, item, {claim.id: claim for claim in module.claims})
    known = {objective.id for objective in module.objectives}
    for index, objective in enumerate(item.head.objectives):
        if objective not in known:
            reader.fault(f"'{objective}' is not an objective of this module", "objectives", index)


def _check_reason(reader: Reader, reason: str, *, edited: bool) -> None:
    if edited and not reason:
        reader.fault(gettext("say in a few words why the question changes; it is kept with it"), "reason")
    if len(reason) > LONGEST_REASON:
        reader.fault(gettext("at most %(most)s characters fit", most=LONGEST_REASON), "reason")


def suggested_id(stem: str, module: Module | None) -> str:
    """An id from the module's initials and the first telling words of the stem."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain.replace("'", "")) if not LITTLE_WORDS.fullmatch(word)]
    initials = "".join(part[0] for part in module.slug.split("-")) if module else "item"
    name = initials
    for word in words[:6] or ["question"]:
        if len(name) + 1 + len(word) > LONGEST_ID:
            break
        name = f"{name}-{word}"
    return name
