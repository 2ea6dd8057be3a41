"""The authoring forms: one file an interaction, listed in ALL and nowhere else."""

from __future__ import annotations

from courseware.web.instructor.item_forms.base import ItemForm, Problem
from courseware.web.instructor.item_forms.matching import MatchingForm
from courseware.web.instructor.item_forms.multiple_response import MultipleResponseForm
from courseware.web.instructor.item_forms.ordering import OrderingForm
from courseware.web.instructor.item_forms.single_choice import SingleChoiceForm
from courseware.web.instructor.item_forms.true_false_reason import TrueFalseReasonForm

__all__ = ["ALL", "ItemForm", "Problem", "get"]

ALL: tuple[type[ItemForm], ...] = (
    SingleChoiceForm,
    MultipleResponseForm,
    TrueFalseReasonForm,
    OrderingForm,
    MatchingForm,
)


def get(interaction: str) -> type[ItemForm]:
    """The form of an interaction. Raises KeyError for an unknown name."""
    return {each.interaction: each for each in ALL}[interaction]
