"""JSON for programs: one array, an object a row."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.formats import json_rows

EAST = timezone(timedelta(hours=5, minutes=30))


def test_a_row_is_an_object_on_its_line() -> None:
    rows = [('Zoë, "Z"\n=1+1', 66.67, 3, True, None), ("Bo", 0.0, -1, False, "")]
    text = "".join(json_rows.write(("name", "percent", "n", "passed", "note"), rows))
    assert text.splitlines()[0] == "["
    assert len(text.splitlines()) == 4
    assert json.loads(text) == [
        {"name": 'Zoë, "Z"\n=1+1', "percent": 66.67, "n": 3, "passed": True, "note": None},
        {"name": "Bo", "percent": 0.0, "n": -1, "passed": False, "note": ""},
    ]
    assert "Zoë" in text


def test_times_are_utc() -> None:
    at = datetime(2026, 3, 2, 2, 15, 30, 900_000, tzinfo=EAST)
    assert json.loads("".join(json_rows.write(("at",), [(at,)]))) == [{"at": "2026-03-01T20:45:30Z"}]


def test_no_rows_are_an_empty_array() -> None:
    assert "".join(json_rows.write(("a",), [])) == "[]\n"


def test_rows_are_written_as_they_come() -> None:
    taken: list[int] = []

    def rows():  # type: ignore[no-untyped-def]  # rows of one test
        for number in range(3):
            taken.append(number)
            yield (number,)

    pieces = json_rows.write(("n",), rows())
    next(pieces)
    assert taken == [0]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(json_rows.write(("a", "b"), [(1,)]))


cells = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_whatever_stands_in_the_cells_it_is_json(rows: list[tuple[object, object]]) -> None:
    read = json.loads("".join(json_rows.write(("a", "b"), rows)))  # type: ignore[arg-type]  # any rows do
    assert [(row["a"], row["b"]) for row in read] == rows
