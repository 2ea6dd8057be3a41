"""What a review adds to the marks: the result by competency, and where to read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from flask import url_for

from courseware.domain.lessons import Competency, Course, Module
from courseware.services.results import ReviewedItem


@dataclass(frozen=True, slots=True)
class CompetencyResult:
    """The marks that the questions of one competency earned."""

    name: str
    behaviour: str
    earned: Fraction
    possible: int

    @property
    def percent(self) -> Fraction:
        """The share of the possible marks, 0 to 100."""
        return 100 * self.earned / self.possible


@dataclass(frozen=True, slots=True)
class Passage:
    """A place to read again. note: its number in the lesson, 0 where only the list of lessons is known."""

    title: str
    note: int
    url: str


def by_competency(items: Iterable[ReviewedItem], course: Course) -> list[CompetencyResult]:
    """The marks by competency, the weakest first; the course's order among equals."""
    shares: dict[str, list[Fraction]] = {each.id: [] for each in course.competencies}
    for item in items:
        shares.setdefault(item.competency, []).append(item.share)
    found = [_result(course.competency(name), name, each) for name, each in shares.items() if each]
    return sorted(found, key=lambda each: each.percent)


def _result(competency: Competency | None, name: str, shares: list[Fraction]) -> CompetencyResult:
    title, behaviour = (competency.name, competency.behaviour) if competency else (name, "")
    return CompetencyResult(title, behaviour, sum(shares, Fraction(0)), len(shares))


def passages(module: Module, claims: Iterable[str]) -> list[Passage]:
    """Where the course teaches each claim; the module's list of lessons where no lesson marks it."""
    found: dict[str, Passage] = {}
    for claim in claims:
        lesson = module.passage(claim)
        if lesson is None:
            url = url_for("trainee.module", slug=module.slug, _anchor="lessons")
            found[url] = Passage(module.title, 0, url)
        else:
            url = url_for("trainee.lesson", slug=module.slug, lesson=lesson.slug, _anchor=f"at-{claim}")
            found[url] = Passage(lesson.title, lesson.marks.index(claim) + 1, url)
    return list(found.values())
