"""CSV as a spreadsheet reads it."""

from __future__ import annotations

import csv as reader
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.formats import csv


def read(pieces: str) -> list[list[str]]:
    return list(reader.reader(io.StringIO(pieces.removeprefix(csv.BYTE_ORDER_MARK), newline="")))


def written(*rows: list[csv.Cell]) -> str:
    return "".join(csv.write(["a", "b"], rows))


def test_begins_with_the_byte_order_mark_and_the_names_once() -> None:
    text = written(["x", "y"])
    assert text == "\ufeffa,b\r\nx,y\r\n"
    assert text.encode()[:3] == b"\xef\xbb\xbf"
    assert written() == "\ufeffa,b\r\n"


def test_comes_row_by_row() -> None:
    taken: list[int] = []

    def rows() -> object:
        for number in range(3):
            taken.append(number)
            yield [number]

    pieces = csv.write(["a"], rows())  # type: ignore[arg-type]  # any rows do
    next(pieces)
    assert taken == []
    next(pieces)
    assert taken == [0]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  =", " @"])
def test_a_text_that_could_be_a_formula_is_neutral(start: str) -> None:
    value = f'{start}HYPERLINK("http://example.org")'
    assert read(written([value, "after"]))[1] == [f"'{value}", "after"]


@pytest.mark.parametrize("value", ["Maria", "a=b", "'quoted", "", " ", "3-4", "José"])
def test_other_texts_stay_as_they_are(value: str) -> None:
    assert read(written([value, "after"]))[1] == [value, "after"]


@pytest.mark.parametrize("value", ['say "no"', "a,b", "two\nlines", "two\r\nlines", "semi;colon", 'a "b", c\nd'])
def test_quotes_commas_and_newlines_stay_in_their_cell(value: str) -> None:
    assert read(written([value, "after"])) == [["a", "b"], [value, "after"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (-3, "-3"),
        (66.67, "66.67"),
        (-0.5, "-0.5"),
        (datetime(2026, 3, 2, 9, 5, 7, 999, tzinfo=UTC), "2026-03-02T09:05:07Z"),
        (datetime(2026, 3, 2, 1, 0, tzinfo=timezone(timedelta(hours=3))), "2026-03-01T22:00:00Z"),
    ],
)
def test_other_cells(cell: csv.Cell, text: str) -> None:
    assert read(written([cell, "after"]))[1] == [text, "after"]


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_every_cell_comes_back_from_a_csv_reader(rows: list[list[csv.Cell]]) -> None:
    found = read(written(*rows))
    assert found[0] == ["a", "b"]
    assert found[1:] == [[csv.text(cell) for cell in row] for row in rows]


@given(st.text())
def test_no_text_begins_as_a_formula_and_none_is_changed_otherwise(value: str) -> None:
    neutral = csv.neutral(value)
    assert not neutral.lstrip(" ").startswith(csv.FORMULA_STARTS)
    assert neutral in (value, f"'{value}")
