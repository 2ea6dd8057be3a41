"""Choices of selects and radios as WTForms 3.3 wants them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are those of 3.2


def choices(pairs: Iterable[tuple[str, Any]], first: Any = None) -> list[Any]:
    """Values with their words; ``first``: words for choosing nothing."""
    blank = [] if first is None else [SelectChoice("", first)]
    return [*blank, *(SelectChoice(value, words) for value, words in pairs)]
