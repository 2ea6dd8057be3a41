"""Writing an ordering question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext
from wtforms import FieldList, FormField, RadioField, StringField

from courseware.domain.items.base import Item
from courseware.domain.items.ordering import RULES, Ordering
from courseware.web.choices import choices
from courseware.web.instructor.item_forms.base import MOST_ROWS, ItemForm, OptionRow, Rows
from courseware.web.instructor.words import ORDERING_RULES

_ = lazy_gettext


class OrderingForm(ItemForm):
    """Entries in the right order, how the order is marked, and words for its two ends."""

    interaction = Ordering.interaction
    rows: ClassVar[Mapping[str, Rows]] = {"entries": Rows(_("Entry"), _("Add an entry"), 3, 8)}
    own_fields = ("entries", "first", "last", "scoring")

    entries = FieldList(FormField(OptionRow), _("Entries, in the right order"), max_entries=MOST_ROWS)
    first = StringField(_("Label of the first place"), description=_("Such as “earliest”."))
    last = StringField(_("Label of the last place"), description=_("Such as “latest”."))
    scoring = RadioField(_("Marking"), choices=choices(ORDERING_RULES.items()), validate_choice=False)

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {"scoring": RULES[0]}

    @classmethod
    def fill(cls, item: Item) -> dict[str, Any]:
        own = cast(Ordering, item)
        entries = [{"text": entry.text, "feedback": entry.feedback} for entry in own.entries]
        return {"entries": entries, "scoring": own.scoring, "first": own.first, "last": own.last}

    def own(self) -> dict[str, object]:
        def entry(row: Any, _index: int) -> dict[str, object]:
            return {"text": row.text.data, "feedback": row.feedback.data}

        return {
            "entries": self.in_rows("entries", entry),
            "scoring": self.scoring.data,
            "first": self.first.data,
            "last": self.last.data,
        }
