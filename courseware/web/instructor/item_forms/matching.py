"""Writing a matching question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext
from wtforms import FieldList, Form, FormField

from courseware.domain.items.base import Item
from courseware.domain.items.matching import Matching
from courseware.web.instructor.item_forms.base import MOST_ROWS, ItemForm, OptionRow, Rows, lines

_ = lazy_gettext


class PairRow(Form):
    """Two texts that belong together."""

    left = lines(_("Left-hand text"))
    right = lines(_("Partner"))
    feedback = lines(_("Feedback"))


class MatchingForm(ItemForm):
    """Pairs, and further texts that match nothing."""

    interaction = Matching.interaction
    rows: ClassVar[Mapping[str, Rows]] = {
        "pairs": Rows(_("Pair"), _("Add a pair"), 3, 8),
        "extra": Rows(_("Extra text"), _("Add an extra text"), 0, 8),
    }
    own_fields = ("pairs", "extra")

    pairs = FieldList(FormField(PairRow), _("Pairs"), max_entries=MOST_ROWS)
    extra = FieldList(FormField(OptionRow), _("Texts that match nothing"), max_entries=MOST_ROWS)

    @classmethod
    def fill(cls, item: Item) -> dict[str, Any]:
        own = cast(Matching, item)
        return {
            "pairs": [{"left": each.left, "right": each.right, "feedback": each.feedback} for each in own.pairs],
            "extra": [{"text": each.text, "feedback": each.feedback} for each in own.extra],
        }

    def own(self) -> dict[str, object]:
        def pair(row: Any, _index: int) -> dict[str, object]:
            return {"left": row.left.data, "right": row.right.data, "feedback": row.feedback.data}

        def extra(row: Any, _index: int) -> dict[str, object]:
            return {"text": row.text.data, "feedback": row.feedback.data}

        return {"pairs": self.in_rows("pairs", pair), "extra": self.in_rows("extra", extra)}
