"""Finding one's way in the course, and how much of the claims it covers."""

from __future__ import annotations

from courseware.content.loader import Loaded
from courseware.domain.claims import Claim, coverage


def claim(claim_id: str, verdict: str, *, addition: bool = False) -> Claim:
    """A claim of which only id and verdict matter."""
    return Claim(claim_id, "s", "principle", "text", verdict, "high", "lookup", addition=addition)


def test_coverage_counts_what_may_be_taught() -> None:
    """Wrong and unsupported claims are not taught by being named, and additions are extra."""
    claims = [claim("a", "sound"), claim("b", "imprecise"), claim("c", "wrong"), claim("d", "unsupported")]
    claims.append(claim("x", "sound", addition=True))
    found = coverage(claims, marked=["a", "c", "x", "a"], assessed=["b", "d"])
    assert (found.claims, found.teachable) == (4, 2)
    assert found.taught == {"a"}
    assert found.assessed == {"b"}


def test_modules_lessons_drills_and_claims_are_found_by_name(loaded: Loaded) -> None:
    """And what is not there is None."""
    course = loaded.course
    module = course.modules[0]
    lesson, drill, first = module.lessons[0], module.drills[0], module.claims[0]
    assert course.module(module.slug) is module
    assert course.module("nowhere") is None
    assert module.lesson(lesson.slug) is lesson
    assert module.lesson("nowhere") is None
    assert module.drill(drill.id) is drill
    assert module.drill("nowhere") is None
    assert module.claim(first.id) is first
    assert module.claim("nowhere") is None
    assert course.competency(course.competencies[0].id) is course.competencies[0]
    assert course.competency("nowhere") is None


def test_a_check_is_found_in_its_lesson(loaded: Loaded) -> None:
    """By the name that its form carries."""
    lesson = loaded.course.modules[0].lessons[0]
    assert lesson.checks[0].id == "orla-clash"
    assert lesson.check("orla-clash") is lesson.checks[0]
    assert lesson.check("nowhere") is None


def test_a_claim_leads_to_the_first_lesson_that_rests_on_it(loaded: Loaded) -> None:
    """A claim that no lesson marks leads nowhere."""
    module = loaded.course.modules[0]
    passage = module.passage("000-s01-c04")
    assert passage is not None
    assert passage.slug == "01-the-talks-lead"
    assert module.passage("000-s99-c99") is None


def test_lessons_follow_each_other_across_modules(loaded: Loaded) -> None:
    """The last of a module is before the first of the next; the course has two ends."""
    course = loaded.course
    first, second = course.modules[0], course.modules[1]
    assert course.neighbours(first.lessons[0])[0] is None
    assert course.neighbours(first.lessons[-1])[1] is second.lessons[0]
    assert course.neighbours(second.lessons[0])[0] is first.lessons[-1]
    assert course.neighbours(course.modules[-1].lessons[-1])[1] is None


def test_drills_stand_in_their_order(loaded: Loaded) -> None:
    """The file's `order` decides, not its name."""
    assert [drill.id for drill in loaded.course.modules[0].drills] == ["three-rings", "fourteen-days"]
