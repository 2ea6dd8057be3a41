"""The course as frozen values: modules, lessons, terms, checks, and the rules of completion."""

from __future__ import annotations

from dataclasses import dataclass, field

from courseware.domain.blueprint import Blueprint
from courseware.domain.claims import Claim, Section
from courseware.domain.drills.graph import Drill
from courseware.domain.items.base import Item

STRANDS = ("principles", "techniques", "legal", "cases")


@dataclass(frozen=True, slots=True)
class Competency:
    """Something a practitioner can be seen to do."""

    id: str
    name: str
    behaviour: str


@dataclass(frozen=True, slots=True)
class Objective:
    """What a trainee can do after a module."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A key term with its definition."""

    term: str
    definition: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A run of lesson text as safe HTML."""

    html: str


@dataclass(frozen=True, slots=True)
class Check:
    """A knowledge check in the text: answered in place, with feedback, never marked."""

    item: Item

    @property
    def id(self) -> str:
        """The check's name, unique in its lesson."""
        return self.item.head.id


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: checked SVG, a caption, and the same in words."""

    svg: str
    caption: str
    text: str


Block = Prose | Check | Figure


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson of a module.

    marks: the ids of the claims it rests on, in order of first appearance; the n-th is note n.
    words: how many words of prose it has, knowledge checks left out.
    """

    module: str
    slug: str
    title: str
    strand: str
    minutes: int
    objectives: tuple[str, ...]
    serves: tuple[str, ...]
    terms: tuple[Term, ...]
    blocks: tuple[Block, ...]
    marks: tuple[str, ...]
    words: int
    content_hash: str

    @property
    def checks(self) -> tuple[Check, ...]:
        """The knowledge checks in the order of the text."""
        return tuple(block for block in self.blocks if isinstance(block, Check))

    def check(self, check_id: str) -> Check | None:
        """The knowledge check of that name, or None."""
        return next((check for check in self.checks if check.id == check_id), None)


@dataclass(frozen=True, slots=True)
class QuizPlan:
    """How a module's quiz is drawn and passed. pass_mark: per cent."""

    title: str
    pass_mark: int
    blueprint: Blueprint


@dataclass(frozen=True, slots=True)
class Completion:
    """What completes a module: all lessons or not, a passed quiz or not, drills run to an ending."""

    lessons: bool
    quiz: bool
    drills: int


@dataclass(frozen=True, slots=True)
class Module:
    """One of the course's modules, derived from one article."""

    slug: str
    order: int
    title: str
    article: str
    audience: str
    summary: str
    objectives: tuple[Objective, ...]
    competencies: tuple[str, ...]
    quiz: QuizPlan
    completion: Completion
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...]
    lessons: tuple[Lesson, ...]
    drills: tuple[Drill, ...]

    def lesson(self, slug: str) -> Lesson | None:
        """The lesson of that name, or None."""
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)

    def drill(self, drill_id: str) -> Drill | None:
        """The drill of that name, or None."""
        return next((drill for drill in self.drills if drill.id == drill_id), None)

    def claim(self, claim_id: str) -> Claim | None:
        """The claim of that id, or None."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)

    def passage(self, claim_id: str) -> Lesson | None:
        """The first lesson that rests on a claim, or None."""
        return next((lesson for lesson in self.lessons if claim_id in lesson.marks), None)


@dataclass(frozen=True, slots=True)
class Course:
    """The whole course, immutable once loaded."""

    title: str
    competencies: tuple[Competency, ...]
    modules: tuple[Module, ...]
    _by_slug: dict[str, Module] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_slug", {module.slug: module for module in self.modules})

    def module(self, slug: str) -> Module | None:
        """The module of that name, or None."""
        return self._by_slug.get(slug)

    def competency(self, competency_id: str) -> Competency | None:
        """The competency of that id, or None."""
        return next((each for each in self.competencies if each.id == competency_id), None)

    def neighbours(self, lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
        """The lessons before and after, across modules."""
        ordered = [each for module in self.modules for each in module.lessons]
        place = ordered.index(lesson)
        before = ordered[place - 1] if place else None
        after = ordered[place + 1] if place + 1 < len(ordered) else None
        return before, after
