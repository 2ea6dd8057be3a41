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


@pytest.mark.parametrize(("stored", "offered", "newer"), [(None, 1, True), (1, 2, True), (2, 2, False), (3, 2, False)])
def test_a_save_has_to_be_newer(stored: int | None, offered: int, newer: bool) -> None:
    """The same number twice is not newer: two windows began from the same answer."""
    assert attempts.newest(stored, offered) is newer
