"""Reading what a person wrote: values come out typed, and every fault is named with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from courseware.domain.faults import Fault, Faulty, Reader


def messages(reader: Reader) -> list[str]:
    return [str(fault) for fault in reader.faults]


def test_fault_names_its_place_as_a_reader_would():
    assert str(Fault(("options", 2, "feedback"), "is missing")) == "options 3, feedback: is missing"
    assert str(Fault((), "is empty")) == "is empty"
    assert Fault((3, "stem"), "x").field == "3, stem"


def test_faulty_carries_every_fault():
    error = Faulty([Fault(("a",), "one"), Fault(("b",), "two")])
    assert [fault.message for fault in error.faults] == ["one", "two"]
    assert str(error) == "a: one; b: two"


@pytest.mark.parametrize(
    ("call", "given", "value", "fault"),
    [
        (lambda r: r.text("x"), " a ", "a", None),
        (lambda r: r.text("x"), 3, "3", None),
        (lambda r: r.text("x"), 2.5, "2.5", None),
        (lambda r: r.text("x"), "  ", "", "x: is missing; write a text"),
        (lambda r: r.text("x"), None, "", "x: is missing; write a text"),
        (lambda r: r.text("x", required=False), None, "", None),
        (lambda r: r.text("x"), True, "", "x: should be text, not true or false"),
        (lambda r: r.text("x"), ["a"], "", "x: should be text, not a list"),
        (lambda r: r.text("x", most=2), "abc", "abc", "x: has 3 characters; at most 2 fit"),
        (
            lambda r: r.text("x"),
            "a\x00b",
            "ab",
            "x: holds a character that can't be stored (NUL or half a surrogate pair)",
        ),
        (lambda r: r.slug("x"), "first-hour", "first-hour", None),
        (lambda r: r.slug("x"), "First hour", "First hour", "x: 'First hour' should be lower-case letters"),
        (lambda r: r.slug("x"), "", "", "x: is missing"),
        (lambda r: r.choice("x", ("a", "b")), "b", "b", None),
        (lambda r: r.choice("x", ("a", "b")), "c", "a", "x: 'c' is not known; use one of: a, b"),
        (lambda r: r.choice("x", ("a", "b"), default="b"), "c", "b", "x: 'c' is not known"),
        (lambda r: r.choice("x", ("a", "b"), default="b"), None, "b", None),
        (lambda r: r.choice("x", ("a", "b"), default="b"), " ", "b", "x: is missing"),
        (lambda r: r.choice("x", ("a", "b")), None, "a", "x: is missing"),
        (lambda r: r.flag("x"), False, False, None),
        (lambda r: r.flag("x", default=True), None, True, None),
        (lambda r: r.flag("x"), None, False, "x: should be true or false"),
        (lambda r: r.flag("x", default=True), "yes", True, "x: should be true or false"),
        (lambda r: r.whole("x", 1, 9), 9, 9, None),
        (lambda r: r.whole("x", 1, 9), 10, 1, "x: should be a whole number from 1 to 9, not '10'"),
        (lambda r: r.whole("x", 1, 9), 0, 1, "x: should be a whole number from 1 to 9, not '0'"),
        (lambda r: r.whole("x", 1, 9), True, 1, "x: should be a whole number from 1 to 9, not 'True'"),
        (lambda r: r.whole("x", 1, 9), None, 1, "x: should be a whole number from 1 to 9, not nothing"),
        (lambda r: r.whole("x", 1, 9, default=4), None, 4, None),
        (lambda r: r.whole("x", 1, 9, default=4), "z" * 50, 4, "not '" + "z" * 40 + "…'"),
        (lambda r: r.texts("x"), ["a", " b "], ("a", "b"), None),
        (lambda r: r.texts("x"), None, (), None),
        (lambda r: r.texts("x"), "a", (), "x: should be a list, not text"),
        (lambda r: r.texts("x"), 1.5, (), "x: should be a list, not a number with decimals"),
        (lambda r: r.texts("x"), ["a", "a"], ("a",), "x 2: 'a' stands twice"),
        (lambda r: r.texts("x"), ["a", 7], ("a",), "x 2: should be text, not '7'"),
        (lambda r: r.texts("x"), [" "], (), "x 1: should be text"),
        (lambda r: r.texts("x", ("a",)), ["b"], (), "x 1: 'b' is not known; use: a"),
        (lambda r: r.texts("x", least=1), None, (), "x: has 0; at least 1 are needed"),
        (lambda r: r.items("x", least=2, most=3), [1], [1], "x: has 1; 2 to 3 are needed"),
        (lambda r: r.items("x", least=2, most=3), [1, 2, 3, 4], [1, 2, 3, 4], "x: has 4; 2 to 3 are needed"),
    ],
)
def test_accessors_give_a_value_and_name_the_fault(
    call: Callable[[Reader], object], given: object, value: object, fault: str | None
):
    reader = Reader({"x": given})
    assert call(reader) == value
    found = messages(reader)
    assert (found == []) if fault is None else (len(found) == 1 and fault in found[0])


def test_nested_readers_share_faults_and_extend_the_path():
    reader = Reader({"rows": [{"a": 1}, "no fields"], "part": {"b": True}})
    for row in reader.readers("rows"):
        row.text("b")
    reader.reader("part").text("b")
    reader.reader("absent").text("c")
    assert messages(reader) == [
        "rows 2: should be fields with names, not text",
        "rows 1, b: is missing; write a text",
        "rows 2, b: is missing; write a text",
        "part, b: should be text, not true or false",
        "absent, c: is missing; write a text",
    ]


def test_what_is_not_fields_is_said_to_be():
    assert messages(Reader(None)) == ["should be fields with names, not nothing"]
    assert messages(Reader(object())) == ["should be fields with names, not object"]


def test_unknown_fields_are_refused_with_the_known_ones():
    reader = Reader({"a": "x", "b": "y", "z": 1})
    assert reader.has("a")
    assert not reader.has("c")
    reader.text("a")
    reader.text("b")
    reader.done()
    assert messages(reader) == ["z: is not a field here; known fields: a, b"]


def test_truth_values_as_names_read_as_written():
    reader = Reader({True: "yes", False: "no", 3: "three"})
    assert reader.names() == ("true", "false", "3")
    assert (reader.text("true"), reader.text("false"), reader.text("3")) == ("yes", "no", "three")
    reader.done()
    assert reader.faults == []
