"""YAML as plain data that knows its lines, and written back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.content import yaml_lines
from courseware.content.yaml_lines import DEEPEST, load

NESTED = """\
title: A course
options:
  - text: First
    feedback: |
      Two lines
      of it
  - {text: Second,
     feedback: Short}
quiz:
  blueprint:
    - level: recall
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("title",), 1),
        (("options",), 2),
        (("options", 0), 3),
        (("options", 0, "feedback"), 4),
        (("options", 1, "text"), 7),
        (("options", 1, "feedback"), 8),
        (("quiz", "blueprint", 0, "level"), 11),
        (("quiz", "blueprint", 0, "count"), 11),
        (("quiz", "title"), 9),
        (("nothing", "here"), 1),
    ],
)
def test_each_path_has_the_line_it_stands_on_or_the_nearest_around_it(path: tuple[str | int, ...], line: int) -> None:
    assert load(NESTED).line(path) == line


def test_lines_count_from_where_the_piece_begins_in_its_file() -> None:
    located = load("title: A\ntitle: B\nx: [", first_line=10)
    assert (located.line(()), located.faults) == (
        12,
        ((12, "is not valid YAML: expected the node content, but found '<stream end>'"),),
    )
    assert load("a: 1\nb: 2\n", first_line=10).line(("b",)) == 11


def test_a_field_that_stands_twice_is_a_fault_at_its_second_place() -> None:
    assert load("a: 1\nquiz:\n  title: x\n  title: y\na: 2\n").faults == (
        (4, "quiz, title: stands twice"),
        (5, "a: stands twice"),
    )


def test_an_alias_is_refused() -> None:
    assert load("a: &one [1]\nb: *one\n").faults == ((2, "is not valid YAML: aliases (*name) are not used here"),)


def test_a_small_file_that_would_unfold_into_a_huge_one_is_refused_before_it_does() -> None:
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30))
    assert load(f"l0: &l0 [x, x]\n{layers}\n").faults[0][0] == 2


@pytest.mark.parametrize("depth", [DEEPEST + 1, 500, 50_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    assert load("x\n" if depth == 0 else "[" * depth + "]" * depth).faults == (
        (1, "is not valid YAML: is nested too deeply"),
    )


def test_nesting_up_to_the_limit_is_read() -> None:
    assert load("[" * DEEPEST + "]" * DEEPEST).faults == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("no", "no"), ("Yes", "Yes"), ("off", "off"), ("y", "y"),
        ("true", True), ("False", False), ("2026-11-21", "2026-11-21"), ("2026-11-21 09:00:00", "2026-11-21 09:00:00"),
        ("0600", "0600"), ("14:30", "14:30"), ("1_000", "1_000"), ("0x1f", "0x1f"), ("1e5", "1e5"), ("12:30:45.5",
        "12:30:45.5"), (".5", ".5"), (".inf", ".inf"),
        ("0", 0), ("12", 12), ("-3", -3), ("+4", 4), ("2.5", 2.5), ("-0.25", -0.25), ("'12'", "12"), ("~", None),
        ("", None), ("null", None),
    ],
)  # fmt: skip
def test_only_plain_numbers_and_truth_values_are_not_texts(text: str, value: object) -> None:
    """Hours, dates, codes and short answers stay as they were written."""
    data = load(f"a: {text}\n").data
    assert isinstance(data, dict)
    assert (data["a"], type(data["a"])) == (value, type(value))


def test_keys_are_texts_as_written() -> None:
    assert load("true: a\n12: b\nno: c\n0600: d\n").data == {"true": "a", "12": "b", "no": "c", "0600": "d"}


@pytest.mark.parametrize(
    "text",
    ["a: [1, 2", "a: 'x", "a: b: c", "\tb: 1", "a: !!python/name:os.system", "--- 1\n--- 2\n", "%TAG\n", "a: \x07"],
)
def test_what_can_not_be_read_is_one_fault_with_a_line(text: str) -> None:
    located = load(text, first_line=5)
    ((line, message),) = located.faults
    assert located.data is None
    assert line >= 5
    assert message.startswith("is not valid YAML: ")


def test_an_empty_document_is_nothing() -> None:
    assert (load("").data, load("# only a comment\n").data) == (None, None)


# What a file of items may hold: any text a form takes, numbers, truth values, lists and fields.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(texts, inside, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_what_is_written_reads_back_equal(data: object) -> None:
    located = load(yaml_lines.dump(data))
    assert (located.data, located.faults) == (data, ())


@given(st.text(st.sampled_from("a \n\t-:#|>'\"&*%@`0\r\x85\u2028\ufeff")))
def test_awkward_texts_read_back_equal(text: str) -> None:
    assert load(yaml_lines.dump([{"stem": text}])).data == [{"stem": text}]


def test_a_file_reads_like_one_a_person_wrote() -> None:
    items = [
        {"id": "one", "stem": "First.\nSecond.\n", "claims": ["a", "b"], "answer": False, "place": "über dem Fluss"}
    ]
    assert yaml_lines.dump(items) == (
        "- id: one\n  stem: |\n    First.\n    Second.\n  claims:\n    - a\n    - b\n  answer: false\n"
        "  place: über dem Fluss\n"
    )
