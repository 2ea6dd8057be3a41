"""The shape of each course file: plain data to domain values, faults collected in the reader."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from courseware.domain.blueprint import Blueprint, read_blueprint
from courseware.domain.claims import BASES, CONFIDENCES, KINDS, VERDICTS, Claim, Section
from courseware.domain.faults import Reader
from courseware.domain.lessons import STRANDS, Competency, Completion, Objective, QuizPlan, Term


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """What module.yaml says."""

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


@dataclass(frozen=True, slots=True)
class ClaimsFile:
    """What claims.yaml says; additions stand at the end of ``claims``."""

    sections: tuple[Section, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a lesson's front matter says."""

    title: str
    strand: str
    minutes: int
    objectives: tuple[str, ...]
    serves: tuple[str, ...]
    terms: tuple[Term, ...]


def read_course(reader: Reader) -> tuple[str, tuple[Competency, ...]]:
    """modules/course.yaml: the course's title and the competencies."""
    title = reader.text("title")
    found: list[Competency] = []
    for each in reader.readers("competencies", least=1):
        competency = Competency(each.slug("id"), each.text("name"), each.text("behaviour"))
        if any(competency.id == other.id for other in found):
            each.fault(f"'{competency.id}' stands twice", "id")
        found.append(competency)
        each.done()
    reader.done()
    return title, tuple(found)


def read_module(reader: Reader, slug: str, competencies: Collection[str] | None) -> ModuleFile:
    """module.yaml. ``slug`` is the folder's name, which the file repeats; competencies: None accepts any."""
    if reader.slug("slug") != slug:
        reader.fault(f"should be the folder's name, '{slug}'", "slug")
    module = ModuleFile(
        slug,
        reader.whole("order", 1, 99),
        reader.text("title", most=120),
        reader.text("article"),
        reader.text("audience"),
        reader.text("summary"),
        tuple(_objective(each) for each in reader.readers("objectives", least=1)),
        reader.texts("competencies", competencies, least=1),
        _quiz(reader.reader("quiz"), competencies),
        _completion(reader.reader("completion")),
    )
    reader.done()
    return module


def _objective(reader: Reader) -> Objective:
    objective = Objective(reader.slug("id"), reader.text("text"))
    reader.done()
    return objective


def _quiz(reader: Reader, competencies: Collection[str] | None) -> QuizPlan:
    title = reader.text("title")
    pass_mark = reader.whole("pass_mark", 1, 100)
    blueprint: Blueprint = read_blueprint(reader, competencies)
    reader.done()
    return QuizPlan(title, pass_mark, blueprint)


def _completion(reader: Reader) -> Completion:
    lessons = reader.choice("lessons", ("all", "none"), default="all")
    quiz = reader.choice("quiz", ("passed", "none"), default="passed")
    drills = reader.whole("drills", 0, 20, default=0)
    reader.done()
    return Completion(lessons == "all", quiz == "passed", drills)


def read_claims(reader: Reader) -> ClaimsFile:
    """claims.yaml: the article's sections, its claims, and the additions."""
    reader.text("article")
    reader.text("title")
    sections = tuple(_section(each) for each in reader.readers("sections", least=1))
    section_ids = [section.id for section in sections]
    claims = [_claim(each, section_ids) for each in reader.readers("claims", least=1)]
    additions = [_addition(each) for each in reader.readers("additions")]
    ids = [claim.id for claim in (*claims, *additions)]
    for index, claim_id in enumerate(ids):
        if claim_id and claim_id in ids[:index]:
            place = ("claims", index) if index < len(claims) else ("additions", index - len(claims))
            reader.fault(f"'{claim_id}' stands twice", *place, "id")
    reader.done()
    return ClaimsFile(sections, (*claims, *additions))


def _section(reader: Reader) -> Section:
    section = Section(reader.slug("id"), reader.text("heading"), reader.choice("strand", STRANDS))
    reader.done()
    return section


def _claim(reader: Reader, sections: Collection[str]) -> Claim:
    section = reader.choice("section", sections)
    verdict = reader.choice("verdict", VERDICTS)
    claim = _common(reader, section, verdict, addition=False)
    if verdict in ("imprecise", "wrong") and not claim.note:
        reader.fault(f"is missing; a claim that is {verdict} says what the record shows", "note")
    reader.done()
    return claim


def _addition(reader: Reader) -> Claim:
    strand = reader.choice("strand", STRANDS)
    claim = _common(reader, strand, "sound", addition=True)
    reader.done()
    return claim


def _common(reader: Reader, section: str, verdict: str, *, addition: bool) -> Claim:
    return Claim(
        reader.slug("id"),
        section,
        reader.choice("kind", KINDS),
        reader.text("claim"),
        verdict,
        reader.choice("confidence", CONFIDENCES),
        reader.choice("basis", BASES),
        reader.text("note", required=False),
        reader.texts("sources"),
        addition,
    )


def read_front_matter(reader: Reader, objectives: Collection[str] | None) -> FrontMatter:
    """A lesson's front matter. ``objectives`` are the ids that the module declares; None accepts any."""
    front = FrontMatter(
        reader.text("title", most=120),
        reader.choice("strand", STRANDS),
        reader.whole("minutes", 1, 120),
        reader.texts("objectives", least=1),
        reader.texts("serves", objectives, least=1),
        tuple(_term(each) for each in reader.readers("terms")),
    )
    reader.done()
    return front


def _term(reader: Reader) -> Term:
    term = Term(reader.text("term", most=80), reader.text("definition"))
    reader.done()
    return term
