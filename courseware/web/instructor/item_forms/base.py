"""What every authoring form shares: the common fields, rows, and where a fault is shown.

The form checks nothing itself. It becomes the item's file form, the domain reads that and
finds the faults, and each fault comes back to the field that its path names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from flask_babel import gettext, lazy_gettext
from wtforms import (
    Field,
    FieldList,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput

from courseware.domain.faults import Fault, Path
from courseware.domain.items.base import Item
from courseware.domain.lessons import Course, Module
from courseware.web.choices import choices
from courseware.web.instructor import words

_ = lazy_gettext

MOST_ROWS = 20
"""More rows than any interaction takes: a bound on what one request can ask for."""

BETWEEN_IDS = re.compile(r"[\s,;]+")
BETWEEN_TAGS = re.compile(r"[,;\r\n]+")


def unix_lines(text: str | None) -> str:
    """Browsers send CRLF; files and hashes have LF."""
    return (text or "").replace("\r\n", "\n")


def lines(label: Any, description: Any = "") -> TextAreaField:
    """A field of several lines."""
    return TextAreaField(label, description=description, filters=[unix_lines])


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows in a form: what one is called, and how many there can be.

    key: the form's field that holds the number of the row marked as the answer, or "".
    """

    name: Any
    add: Any
    least: int
    most: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault as it is told: what is wrong, and the field to go to."""

    message: str
    href: str


class OptionRow(Form):
    """An option: its text and the feedback on it."""

    text = lines(_("Text"))
    feedback = lines(_("Feedback"))


class ItemForm(Form):
    """The fields of every question. ``base``: the version that the edit began from."""

    interaction: ClassVar[str]
    rows: ClassVar[Mapping[str, Rows]] = {}
    own_fields: ClassVar[tuple[str, ...]] = ()
    renamed: ClassVar[Mapping[Path, str]] = {}

    base = HiddenField()
    stem = lines(_("Stem"), _("The case and the question, in Markdown. End with what is asked."))
    rationale = lines(_("Rationale"), _("Why the answer is right. Shown to everybody after the quiz."))
    module = SelectField(_("Module"), validate_choice=False)
    competency = SelectField(_("Competency"), validate_choice=False)
    level = RadioField(_("Level"), choices=choices(words.LEVELS.items()), validate_choice=False)
    claims = lines(_("Claims"), _("The ids of the statements it rests on, with spaces or one a line."))
    pick = SelectMultipleField(_("Add claims"), validate_choice=False)
    objectives = SelectMultipleField(_("Objectives"), validate_choice=False, option_widget=CheckboxInput())
    item_id = StringField(_("Id"), description=_("Lower-case letters, digits and hyphens. Empty: made from the stem."))
    tags = StringField(_("Tags"), description=_("With commas between them."))
    status = RadioField(_("Status"), choices=choices(words.STATUSES.items()), validate_choice=False)
    reason = StringField(_("Reason of the change"))

    @classmethod
    def blank(cls, module: str) -> ItemForm:
        """A form to begin with."""
        start: dict[str, Any] = {name: [{}] * (rows.least + (rows.least > 0)) for name, rows in cls.rows.items()}
        return cls(data=start | {"module": module, "level": "application", "status": "live"} | cls.defaults())

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """What this interaction's own fields begin with."""
        return {}

    @classmethod
    def of(cls, item: Item, module: str, number: int) -> ItemForm:
        """The form filled with an item."""
        head = item.head
        filled: dict[str, Any] = {
            "base": str(number),
            "module": module,
            "item_id": head.id,
            "stem": head.stem,
            "rationale": head.rationale,
            "competency": head.competency,
            "level": head.level,
            "claims": "\n".join(head.claims),
            "objectives": list(head.objectives),
            "tags": ", ".join(head.tags),
            "status": head.status,
        }
        return cls(data=filled | cls.fill(item))

    @classmethod
    def fill(cls, item: Item) -> dict[str, Any]:
        """This interaction's own fields of an item."""
        raise NotImplementedError

    def own(self) -> dict[str, object]:
        """This interaction's own fields in file form."""
        raise NotImplementedError

    def file_form(self, item_id: str) -> dict[str, object]:
        """What was typed as an item in file form, ready for the domain to read."""
        return {
            "id": item_id,
            "type": self.interaction,
            "competency": self.competency.data,
            "level": self.level.data,
            "claims": self.claim_ids(),
            "objectives": list(self.objectives.data or []),
            "tags": _parts(BETWEEN_TAGS, self.tags.data),
            "status": self.status.data,
            "stem": self.stem.data,
            "rationale": self.rationale.data,
        } | self.own()

    def base_number(self) -> int:
        """The version that the edit began from; 0 where that can't be told."""
        base = str(self.base.data or "")
        return int(base) if base.isdecimal() and len(base) < 7 else 0

    def claim_ids(self) -> list[str]:
        """The claims in the field, in order."""
        return _parts(BETWEEN_IDS, self.claims.data)

    def take_picks(self) -> None:
        """Move the claims that were ticked in the list into the field."""
        fresh = [each for each in self.pick.data or [] if each not in self.claim_ids()]
        if fresh:
            self.claims.data = "\n".join([*self.claim_ids(), *fresh])
        self.pick.data = []

    def offer(self, course: Course) -> Module | None:
        """Fill the lists that depend on the course and on the module chosen; the module."""
        self.module.choices = choices(((each.slug, each.title) for each in course.modules), _("Choose a module"))
        named = ((each.id, each.name) for each in course.competencies)
        self.competency.choices = choices(named, _("Choose a competency"))
        module = course.module(self.module.data or "")
        known = [(each.id, each.text) for each in module.objectives] if module else []
        strange = [each for each in self.objectives.data or [] if each not in dict(known)]
        marked = [(each, gettext("%(id)s (not an objective of this module)", id=each)) for each in strange]
        self.objectives.choices = choices([*known, *marked])
        return module

    # Rows

    def kept(self, name: str) -> list[int]:
        """The numbers of the rows in which something stands: a blank row is not sent to the domain."""
        entries = self._list(name).entries
        return [index for index, entry in enumerate(entries) if any(map(_filled, entry.form))]

    def in_rows(self, name: str, make: Callable[[Any, int], dict[str, object]]) -> list[dict[str, object]]:
        """The rows that are not blank in file form, made from each row's form and number."""
        entries = self._list(name).entries
        return [make(entries[index].form, index) for index in self.kept(name)]

    def rearrange(self, verb: str, name: str, index: int) -> str:
        """Add, remove or move a row with everything typed kept. Returns the row or list to show next."""
        rows, field = self.rows[name], cast(Any, self._list(name))
        last = len(field) - 1
        if verb == "add" and last + 1 < MOST_ROWS:
            field.append_entry({})
            return f"{name}-{last + 1}"
        target = index + {"up": -1, "down": 1}.get(verb, 0)
        if not (0 <= index <= last and 0 <= target <= last):
            return name
        taken = field.pop_entry(index)
        if verb != "remove":
            field.insert_entry(target, taken.data)
        if rows.key:
            self._keep_key(self[rows.key], verb, index, target)
        return name if verb == "remove" else f"{name}-{target}"

    @staticmethod
    def _keep_key(key: Field, verb: str, index: int, target: int) -> None:
        """Let the mark of the answer go along with its row."""
        marked = int(key.data) if (key.data or "").isdecimal() and len(key.data) < 4 else -1
        if verb == "remove":
            moved = -1 if marked == index else marked - (marked > index)
        else:
            moved = {index: target, target: index}.get(marked, marked)
        key.data = str(moved) if moved >= 0 else ""

    def _list(self, name: str) -> FieldList[Any]:
        return cast("FieldList[Any]", self[name])

    # Faults

    def show(self, faults: Sequence[Fault]) -> list[Problem]:
        """Put each fault on the field that its path names; the same as a list in the page's order."""
        placed = [(self._place(fault.path), fault) for fault in faults]
        return [self._tell(field, label, fault.message) for (field, label), fault in sorted(placed, key=self._order)]

    def problem(self, name: str, message: str) -> Problem:
        """A fault that only this page can find, put on a field."""
        field = self[name]
        field.errors = [*field.errors, message]
        return Problem(message, f"#{_target(field)}")

    def _order(self, placed: tuple[tuple[Field, str], Fault]) -> tuple[int, Path]:
        order = (
            "stem", *self.own_fields, "rationale", "module", "competency", "level", "claims", "objectives",
            "status", "tags", "id", "reason",
        )  # fmt: skip
        path = placed[1].path
        name = self.renamed.get(path, str(path[0]) if path else "")
        # rows before their fields, and each in the order of the page
        steps = tuple(f"{step:04}" if isinstance(step, int) else step for step in path[1:])
        return (order.index(name) if name in order else -1, steps)

    def _place(self, path: Path) -> tuple[Field, str]:
        """The field that a path names, or the nearest one above it, and its name in words."""
        name = self.renamed.get(path) or ("item_id" if path[:1] == ("id",) else str(path[0]) if path else "stem")
        field = self[name] if name in self else self["stem"]
        label = str(field.label.text)
        if name in self.rows and len(path) > 1:
            index = self.kept(name)[int(path[1])]
            field = self._list(name).entries[index]
            label = f"{self.rows[name].name} {index + 1}"
            if len(path) > 2 and path[2] in field.form:
                field = field.form[str(path[2])]
                label = f"{label}, {str(field.label.text).lower()}"
        return field, label

    def _tell(self, field: Field, label: str, message: str) -> Problem:
        if message.startswith("is missing") and isinstance(field, SelectField):
            message = gettext("is missing; choose one")
        if isinstance(field, FieldList) and message.startswith("has "):
            message = gettext("there are %(number_and_bounds)s", number_and_bounds=message.removeprefix("has "))
        told = f"{label} {message}" if message.startswith(("is ", "has ", "should ")) else f"{label}: {message}"
        _mark(field, told)
        return Problem(told, f"#{_target(field)}")


def _parts(between: re.Pattern[str], text: str | None) -> list[str]:
    return [part.strip() for part in between.split(text or "") if part.strip()]


def _filled(field: Field) -> bool:
    return bool(field.data.strip()) if isinstance(field.data, str) else bool(field.data)


def _mark(field: Field, told: str) -> None:
    """A row shows its faults at its first field: a form in a list has no errors of its own."""
    at = next(iter(field.form)) if hasattr(field, "form") else field
    at.errors = [*at.errors, told]


def _target(field: Field) -> str:
    return str(next(iter(field.form)).id) if hasattr(field, "form") else str(field.id)
