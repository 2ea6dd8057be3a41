"""What the marks of an attempt come to."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.domain import attempts

SHARES = st.lists(st.fractions(min_value=0, max_value=1, max_denominator=12), max_size=40)


@given(SHARES, st.integers(1, 100))
def test_the_result_is_exact(shares: list[Fraction], pass_mark: int) -> None:
    """No rounding anywhere: sum, per cent and verdict agree with plain fractions."""
    result = attempts.result(shares, pass_mark)
    assert result.earned == sum(shares, Fraction(0))
    assert result.possible == len(shares)
    assert result.percent * len(shares) == 100 * sum(shares, Fraction(0))
    assert result.passed == (len(shares) > 0 and 100 * sum(shares, Fraction(0)) >= pass_mark * len(shares))


def test_the_pass_mark_itself_passes_and_a_hair_less_does_not() -> None:
    """79.99... per cent is not rounded up to 80."""
    assert attempts.result([Fraction(4, 5)] * 5, 80).passed
    assert not attempts.result([Fraction(4, 5)] * 4 + [Fraction(4, 5) - Fraction(1, 10**9)], 80).passed


def test_no_items_earn_nothing() -> None:
    """An empty form is not a division by zero."""
    assert attempts.result([], 1).percent == 0


def test_only_an_attempt_in_progress_is_open() -> None:
    """A submitted one is closed, with a sentence for the trainee."""
    attempts.require_open(attempts.IN_PROGRESS)
    with pytest.raises(attempts.AttemptClosed, match="handed in"):
        attempts.require_open(attempts.SUBMITTED)


@pytest.mark.parametrize(
    ("sequence", "base", "stored", "same_window", "follows"),
    [
        (2, 1, 1, False, True),  # it knew the stored answer
        (2, 1, 2, False, False),  # another window was as quick
        (5, 1, 4, False, False),  # it counted on after a refusal, and still has not seen answer 4
        (5, 4, 4, False, True),
        (3, 0, 2, True, True),  # its own save, whose answer was lost on the line
        (2, 0, 2, True, False),  # an older save of its own that came late
    ],
)
def test_nobody_writes_over_an_answer_unseen(
    sequence: int, base: int, stored: int, same_window: bool, follows: bool
) -> None:
    """A save follows the answer that its page knew, or its own window's."""
    assert attempts.follows(sequence, base, stored, same_window=same_window) is follows


def test_a_window_is_known_by_how_its_tokens_begin() -> None:
    """A page without scripts makes tokens without a hyphen: each is a window of its own."""
    assert attempts.window_of("a1b2-c3d4-e5") == attempts.window_of("a1b2-ffff-00") == "a1b2"
    assert attempts.window_of("a1b2c3") == "a1b2c3"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Fraction(2, 3), 0.67),
        (Fraction(1, 8), 0.13),
        (Fraction(5, 1000), 0.01),
        (Fraction(100), 100.0),
        (Fraction(0), 0.0),
    ],
)
def test_a_mark_is_told_with_two_decimals_halves_up(value: Fraction, told: float) -> None:
    """Everywhere alike: on screen and in files."""
    assert attempts.decimal(value) == told
