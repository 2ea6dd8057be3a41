"""Writing a multiple-response question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext
from wtforms import BooleanField, FieldList, FormField, RadioField

from courseware.domain.items.base import Item
from courseware.domain.items.multiple_response import RULES, MultipleResponse
from courseware.web.choices import choices
from courseware.web.instructor.item_forms.base import MOST_ROWS, ItemForm, OptionRow, Rows
from courseware.web.instructor.words import MULTIPLE_RULES

_ = lazy_gettext


class KeyedRow(OptionRow):
    """An option that can be right beside others."""

    key = BooleanField(_("It should be ticked"))


class MultipleResponseForm(ItemForm):
    """Options, each to be ticked or left, and how ticks are marked."""

    interaction = MultipleResponse.interaction
    rows: ClassVar[Mapping[str, Rows]] = {"options": Rows(_("Option"), _("Add an option"), 4, 8)}
    own_fields = ("options", "scoring")

    options = FieldList(FormField(KeyedRow), _("Options"), max_entries=MOST_ROWS)
    scoring = RadioField(_("Marking"), choices=choices(MULTIPLE_RULES.items()), validate_choice=False)

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {"scoring": RULES[0]}

    @classmethod
    def fill(cls, item: Item) -> dict[str, Any]:
        own = cast(MultipleResponse, item)
        options = [{"text": each.text, "feedback": each.feedback, "key": each.key} for each in own.options]
        return {"options": options, "scoring": own.scoring}

    def own(self) -> dict[str, object]:
        def option(row: Any, _index: int) -> dict[str, object]:
            return {"text": row.text.data, "feedback": row.feedback.data, "key": row.key.data}

        return {"options": self.in_rows("options", option), "scoring": self.scoring.data}
