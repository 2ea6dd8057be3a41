"""CSV that opens right in a spreadsheet.

UTF-8 with a byte-order mark (or Excel reads it in a local code page), CRLF and quotes after
RFC 4180, ISO 8601 times in UTC, a full stop in numbers. A text that a spreadsheet would take
for a formula gets an apostrophe before it (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float | bool | datetime | None


def write(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file in pieces, one a row, the first with the byte-order mark and the column names."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    yield BYTE_ORDER_MARK + _taken(buffer)
    for row in rows:
        writer.writerow([text(cell) for cell in row])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    piece = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return piece


def text(cell: Cell) -> str:
    """A cell as it is written. Only texts can be taken for formulas; numbers keep their sign."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, str):
        return neutral(cell)
    return repr(cell)


def neutral(value: str) -> str:
    """A text that no spreadsheet runs: an apostrophe goes before what could begin a formula."""
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value
