"""Spreadsheets with real dates and numbers; a text is always a text, never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO

import xlsxwriter

from courseware.formats.csv import Cell

MOST_ROWS = 1_048_575
"""Rows that fit a sheet below its headings (Excel's specification)."""


class TooManyRows(ValueError):
    """More rows than a sheet holds; CSV takes any number."""


def write(file: IO[bytes], sheet: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write one sheet with frozen headings to a seekable binary file; returns how many rows. Raises TooManyRows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    count = 0
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet(sheet)
        heading = book.add_format({"bold": True})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.freeze_panes(1, 0)
        page.set_column(0, len(columns) - 1, 18)
        for column, name in enumerate(columns):
            page.write_string(0, column, name, heading)
        for count, row in enumerate(rows, start=1):
            if count > MOST_ROWS:
                raise TooManyRows(f"a sheet holds {MOST_ROWS} rows; choose CSV instead")
            for column, cell in enumerate(row):
                _write_cell(page, count, column, cell, instant)
    return count


def _write_cell(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, instant: object) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), instant)
    elif isinstance(cell, str):
        page.write_string(row, column, cell)
    else:
        page.write_number(row, column, cell)
