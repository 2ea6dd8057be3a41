"""The condition language: it means what Python would mean by it, and refuses the rest with the column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.domain.drills.expression import DEEPEST, LONGEST, ExpressionError, parse

GAUGES = ("consent", "violence", "time")
FLAGS = ("route_shared", "elder_searched")
NAMES = GAUGES + FLAGS

numbers = st.integers(0, 120).map(str) | st.sampled_from(GAUGES)
sums = st.recursive(
    numbers,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from("+-"), inner)
        | st.builds("({})".format, inner)
        | st.builds("-{}".format, numbers)
    ),
    max_leaves=4,
)
comparisons = st.builds("{} {} {}".format, sums, st.sampled_from((">=", "<=", ">", "<", "==", "!=")), sums)
truths = st.recursive(
    comparisons | st.sampled_from(FLAGS),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(("and", "or")), inner)
        | st.builds("({})".format, inner)
        | st.builds("not {}".format, inner)
    ),
    max_leaves=6,
).filter(lambda source: len(source) <= LONGEST)
readings = st.tuples(*[st.integers(0, 100)] * 3, *[st.integers(0, 1)] * 2)


@given(truths, readings)
def test_conditions_mean_what_python_means(source: str, values: tuple[int, ...]):
    expression = parse(source, GAUGES, FLAGS)
    named = dict(zip(NAMES, values, strict=True))
    assert expression.holds(values) is bool(eval(source, {"__builtins__": {}}, named))  # noqa: S307 - the oracle
    words = source.replace("(", " ").replace(")", " ").replace("-", " ").split()
    assert expression.names() == {word for word in words if word in NAMES}


@given(truths, readings, st.integers(0, 2))
def test_truth_changes_only_at_the_cuts(source: str, values: tuple[int, ...], gauge: int):
    expression = parse(source, GAUGES, FLAGS)
    cuts = dict(expression.cuts).get(GAUGES[gauge], ())
    if cuts is None:
        return
    before = None
    for value in range(101):
        after = expression.holds((*values[:gauge], value, *values[gauge + 1 :]))
        assert before in (None, after) or value in cuts
        before = after


def test_cuts_of_simple_comparisons_and_of_sums():
    assert parse("consent >= 30", GAUGES, FLAGS).cuts == (("consent", (30, 31)),)
    assert parse("30 > consent and route_shared", GAUGES, FLAGS).cuts == (
        ("consent", (30, 31)),
        ("route_shared", (1,)),
    )
    assert parse("(consent) < 20 + 10 - 5 or consent > -5", GAUGES, FLAGS).cuts == (("consent", (-5, -4, 25, 26)),)
    assert parse("consent >= violence or consent > 3", GAUGES, FLAGS).cuts == (("consent", None), ("violence", None))
    assert parse("consent + 1 >= 3", GAUGES, FLAGS).cuts == (("consent", None),)


def test_equal_sources_are_equal_values():
    assert parse("consent > 3", GAUGES, FLAGS) == parse("consent > 3", GAUGES, FLAGS)
    assert parse("consent > 3", GAUGES, FLAGS) != parse("consent > 4", GAUGES, FLAGS)


@pytest.mark.parametrize(
    ("source", "column", "message"),
    [
        ("", 1, "ends too early"),
        ("consent >=", 11, "ends too early"),
        ("consent >= 3 and", 17, "ends too early"),
        ("trust >= 3", 1, "'trust' is not a gauge or flag here; known: consent, violence"),
        ("not __import__", 5, "'__import__' is not a gauge or flag"),
        ("consent", 1, "should be true or false"),
        ("route_shared and consent", 18, "should be true or false"),
        ("consent and route_shared", 1, "should be true or false"),
        ("not consent", 5, "should be true or false"),
        ("consent + 3", 1, "should be true or false"),
        ("route_shared >= 1", 1, "a number or a gauge should stand here"),
        ("3 < elder_searched", 5, "a number or a gauge should stand here"),
        ("consent + route_shared > 3", 11, "a number or a gauge should stand here"),
        ("route_shared + 1 > 3", 1, "a number or a gauge should stand here"),
        ("-route_shared > 3", 2, "a number or a gauge should stand here"),
        ("(consent > 3) > 1", 2, "a number or a gauge should stand here"),
        ("consent > 3 > 1", 13, "compare two values at a time"),
        ("consent > 3 violence", 13, "'violence' is too much here"),
        ("consent > 3)", 12, "')' is too much here"),
        ("(consent > 3", 13, "a bracket is missing"),
        ("consent >= >= 3", 12, "should stand here, not '>='"),
        ("consent >= and", 12, "should stand here, not 'and'"),
        ("consent >= not route_shared", 12, "should stand here, not 'not'"),
        ("consent = 3", 9, "'=' is not used in conditions"),
        ("consent >= 3.5", 13, "'.' is not used in conditions"),
        ("  consent * 2 > 3", 11, "'*' is not used in conditions"),
        ("consent > 3 # why", 13, "'#' is not used in conditions"),
        ("3 x", 3, "'x' is too much here"),
        ("(" * 100 + "consent > 1" + ")" * 100, DEEPEST + 2, "nested more than"),
        ("not " * 100 + "route_shared", 4 * (DEEPEST + 1) + 1, "nested more than"),
        ("-" * 100 + "3 > 1", DEEPEST + 2, "nested more than"),
        ("consent > 1 or " * 50 + "route_shared", LONGEST + 1, "at most 500 characters"),
    ],
)
def test_errors_name_the_column(source: str, column: int, message: str):
    with pytest.raises(ExpressionError, match=f"column {column}: ") as refused:
        parse(source, GAUGES, FLAGS)
    assert message in str(refused.value)
    assert refused.value.column == column


def test_deep_but_allowed_nesting_is_read():
    assert parse("(" * DEEPEST + "consent > 1" + ")" * DEEPEST, GAUGES, FLAGS).holds((2, 0, 0, 0, 0))
