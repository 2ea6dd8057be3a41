"""The gauges of a run drawn as lines: coordinates only, so that the page needs no style attribute."""

from __future__ import annotations

from dataclasses import dataclass

from courseware.domain.drills.debrief import Debrief
from courseware.domain.drills.values import MOST, Drill

LEFT, RIGHT, TOP, BOTTOM = 30, 310, 10, 110
"""The plot inside a drawing of 320 by 132."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A value of a gauge after so many choices, and where it is drawn."""

    step: int
    value: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class GaugeLine:
    """One gauge over the run, from its start to its end."""

    name: str
    better: str
    dots: tuple[Dot, ...]

    @property
    def points(self) -> str:
        """The line for ``<polyline points>``."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)

    @property
    def start(self) -> int:
        """The value before the first choice."""
        return self.dots[0].value

    @property
    def end(self) -> int:
        """The value after the last choice."""
        return self.dots[-1].value

    @property
    def lowest(self) -> int:
        """The lowest value on the way."""
        return min(dot.value for dot in self.dots)

    @property
    def highest(self) -> int:
        """The highest value on the way."""
        return max(dot.value for dot in self.dots)


def gauge_lines(drill: Drill, debrief: Debrief) -> tuple[GaugeLine, ...]:
    """One line a gauge, in the drill's order."""
    lines: list[GaugeLine] = []
    for index, gauge in enumerate(drill.gauges):
        values = [gauge.start, *(step.changes[index].after for step in debrief.steps)]
        lines.append(GaugeLine(gauge.name, gauge.better, _dots(values)))
    return tuple(lines)


def _dots(values: list[int]) -> tuple[Dot, ...]:
    apart = (RIGHT - LEFT) / max(1, len(values) - 1)
    return tuple(
        Dot(step, value, round(LEFT + step * apart, 1), round(BOTTOM - (BOTTOM - TOP) * value / MOST, 1))
        for step, value in enumerate(values)
    )
