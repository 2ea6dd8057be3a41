"""Writing a single-choice question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext
from wtforms import BooleanField, FieldList, FormField, StringField

from courseware.domain.items.base import Item
from courseware.domain.items.single_choice import SingleChoice
from courseware.web.instructor.item_forms.base import MOST_ROWS, ItemForm, OptionRow, Rows

_ = lazy_gettext


class SingleChoiceForm(ItemForm):
    """Options, one of them the answer. ``key``: the number of its row, from 0."""

    interaction = SingleChoice.interaction
    rows: ClassVar[Mapping[str, Rows]] = {"options": Rows(_("Option"), _("Add an option"), 3, 6, key="key")}
    own_fields = ("options", "shuffle")

    options = FieldList(FormField(OptionRow), _("Options"), max_entries=MOST_ROWS)
    key = StringField(_("The answer"))
    shuffle = BooleanField(_("Show the options in an order drawn for each trainee"))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {"shuffle": True}

    @classmethod
    def fill(cls, item: Item) -> dict[str, Any]:
        own = cast(SingleChoice, item)
        key = next((str(index) for index, option in enumerate(own.options) if option.key), "")
        options = [{"text": option.text, "feedback": option.feedback} for option in own.options]
        return {"options": options, "key": key, "shuffle": own.shuffle}

    def own(self) -> dict[str, object]:
        def option(row: Any, index: int) -> dict[str, object]:
            return {"text": row.text.data, "feedback": row.feedback.data, "key": self.key.data == str(index)}

        return {"options": self.in_rows("options", option), "shuffle": self.shuffle.data}
