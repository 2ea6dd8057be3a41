"""An attempt's states, and what its marks come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

IN_PROGRESS = "in_progress"
SUBMITTED = "submitted"
STATES = (IN_PROGRESS, SUBMITTED)


class AttemptClosed(ValueError):
    """The attempt was submitted; nothing in it can change any more."""


@dataclass(frozen=True, slots=True)
class Result:
    """The marks of an attempt. One item is worth one mark.

    earned: the sum of the items' shares; possible: the number of items; pass_mark: per cent.
    """

    earned: Fraction
    possible: int
    pass_mark: int

    @property
    def percent(self) -> Fraction:
        """The share of the possible marks, 0 to 100, exact."""
        return 100 * self.earned / self.possible if self.possible else Fraction(0)

    @property
    def passed(self) -> bool:
        """Whether the exact per cent reaches the pass mark: nothing is rounded first."""
        return self.percent >= self.pass_mark


def result(shares: Iterable[Fraction], pass_mark: int) -> Result:
    """Add up the shares (each 0 to 1) of an attempt's items."""
    each = list(shares)
    return Result(sum(each, Fraction(0)), len(each), pass_mark)


def decimal(value: Fraction) -> float:
    """A mark as it is written everywhere, on screen and in files: two decimals, halves rounded up."""
    return int(value * 100 + Fraction(1, 2)) / 100


def require_open(state: str) -> None:
    """Raise AttemptClosed unless the attempt is in progress."""
    if state != IN_PROGRESS:
        raise AttemptClosed("This attempt was handed in. Nothing in it can be changed.")


def window_of(token: str) -> str:
    """The browser window that made a save's token: what stands before its first hyphen."""
    return token.split("-", 1)[0]


def follows(sequence: int, base: int, stored: int, *, same_window: bool) -> bool:
    """Whether a save may take the place of the stored answer.

    sequence: the save's number. base: the number of the stored answer its page knew. stored: that
    of the answer which is there. A window may follow itself without having heard what became of
    its last save; nobody may write over an answer that he or she has not seen.
    """
    return sequence > stored and (base >= stored or same_window)
