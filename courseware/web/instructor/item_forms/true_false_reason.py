"""Writing a true-or-false question with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext
from wtforms import FieldList, FormField, RadioField, StringField

from courseware.domain.faults import Path
from courseware.domain.items.base import Item
from courseware.domain.items.true_false_reason import TrueFalseReason
from courseware.web.choices import choices
from courseware.web.instructor.item_forms.base import MOST_ROWS, ItemForm, OptionRow, Rows, lines

_ = lazy_gettext

VERDICTS = {"true": _("True"), "false": _("False")}


class TrueFalseReasonForm(ItemForm):
    """The verdict with feedback on both, and reasons, one of them the key (``key``: its row, from 0)."""

    interaction = TrueFalseReason.interaction
    rows: ClassVar[Mapping[str, Rows]] = {"reasons": Rows(_("Reason"), _("Add a reason"), 3, 5, key="key")}
    own_fields = ("answer", "when_true", "when_false", "reasons")
    renamed: ClassVar[Mapping[Path, str]] = {
        ("feedback", "true"): "when_true",
        ("feedback", "false"): "when_false",
        ("feedback",): "when_true",
    }

    answer = RadioField(
        _("Verdict"),
        description=_("What the statement in the stem is."),
        choices=choices(VERDICTS.items()),
        validate_choice=False,
    )
    when_true = lines(_("Feedback on “true”"))
    when_false = lines(_("Feedback on “false”"))
    reasons = FieldList(FormField(OptionRow), _("Reasons"), max_entries=MOST_ROWS)
    key = StringField(_("The right reason"))

    @classmethod
    def fill(cls, item: Item) -> dict[str, Any]:
        own = cast(TrueFalseReason, item)
        return {
            "answer": "true" if own.answer else "false",
            "when_true": own.when_true,
            "when_false": own.when_false,
            "reasons": [{"text": each.text, "feedback": each.feedback} for each in own.reasons],
            "key": next((str(index) for index, each in enumerate(own.reasons) if each.key), ""),
        }

    def own(self) -> dict[str, object]:
        def reason(row: Any, index: int) -> dict[str, object]:
            return {"text": row.text.data, "feedback": row.feedback.data, "key": self.key.data == str(index)}

        return {
            "answer": {"true": True, "false": False}.get(self.answer.data or ""),
            "feedback": {"true": self.when_true.data, "false": self.when_false.data},
            "reasons": self.in_rows("reasons", reason),
        }
