"""JSON for programs: one array with an object a row, written as it comes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from courseware.formats.csv import Cell


def write(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The array in pieces, a line a row; times are ISO 8601 in UTC."""
    before = "[\n"
    for row in rows:
        plain = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
        yield before + json.dumps(plain, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _plain(cell: Cell) -> object:
    return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(cell, datetime) else cell
