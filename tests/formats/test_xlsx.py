"""Spreadsheets: real dates and numbers, and a text is never a formula."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest

from courseware.formats import xlsx
from courseware.formats.csv import Cell

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EAST = timezone(timedelta(hours=5, minutes=30))


def written(rows: Sequence[Sequence[Cell]], columns: Sequence[str] = ("a", "b")) -> zipfile.ZipFile:
    file = io.BytesIO()
    assert xlsx.write(file, "scores", columns, rows) == len(rows)
    return zipfile.ZipFile(file)


def sheet(rows: Sequence[Sequence[Cell]]) -> dict[str, ElementTree.Element]:
    """The cells by address."""
    tree = ElementTree.fromstring(written(rows).read("xl/worksheets/sheet1.xml"))  # noqa: S314 - made right above
    return {str(cell.get("r")): cell for cell in tree.iter(f"{MAIN}c")}


def value(cell: ElementTree.Element) -> tuple[str | None, str]:
    """Kind and text of a cell."""
    return cell.get("t"), "".join(cell.itertext())


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "https://example.org", "00123", ""]
)
def test_a_text_is_a_text(text: str) -> None:
    cell = sheet([(text, None)])["A2"]
    assert value(cell) == ("inlineStr", text)
    assert cell.find(f"{MAIN}f") is None


def test_no_formula_and_no_link_is_in_the_file() -> None:
    book = written([("=1+1", "https://example.org")])
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert b"<hyperlink" not in book.read("xl/worksheets/sheet1.xml")


def test_numbers_and_truth_values_are_such() -> None:
    cells = sheet([(66.67, 3), (True, False), (-0.5, 0)])
    assert [value(cells[at]) for at in ("A2", "B2", "A3", "B3", "A4", "B4")] == [
        (None, "66.67"), (None, "3"), ("b", "1"), ("b", "0"), (None, "-0.5"), (None, "0"),
    ]  # fmt: skip


def test_a_time_is_a_date_in_utc_with_a_format_of_its_own() -> None:
    cell = sheet([(datetime(2026, 3, 2, 5, 30, tzinfo=EAST), 1)])["A2"]
    assert float(value(cell)[1]) == 46083.0  # 2 March 2026, midnight, in days since the end of 1899
    assert cell.get("s") not in (None, "0")
    styles = written([(datetime(2026, 3, 2, tzinfo=EAST), 1)]).read("xl/styles.xml")
    assert b'formatCode="yyyy\\-mm\\-dd hh:mm:ss"' in styles or b'formatCode="yyyy-mm-dd hh:mm:ss"' in styles


def test_an_absent_value_is_an_empty_cell() -> None:
    assert "A2" not in sheet([(None, 1)])


def test_headings_stand_in_a_frozen_first_row() -> None:
    cells = sheet([("x", "y")])
    assert [value(cells[at]) for at in ("A1", "B1")] == [("inlineStr", "a"), ("inlineStr", "b")]
    assert b'state="frozen"' in written([]).read("xl/worksheets/sheet1.xml")


def test_the_sheet_has_its_name() -> None:
    assert b'name="scores"' in written([]).read("xl/workbook.xml")


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    written([(1, 2)] * 3)
    with pytest.raises(xlsx.TooManyRows, match="a sheet holds 3 rows; choose CSV instead"):
        written([(1, 2)] * 4)


def test_the_limit_is_that_of_the_format() -> None:
    assert xlsx.MOST_ROWS == 2**20 - 1
