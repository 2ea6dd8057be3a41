"""``courseware check``: every fault of the course and the bank, and how much of them there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from courseware.content.loader import Loaded, load
from courseware.content.report import Problem
from courseware.domain import items
from courseware.domain.claims import coverage
from courseware.domain.drills.proof import Finding, prove


@dataclass(frozen=True, slots=True)
class Checked:
    """The counts of contract ``check --json`` and the problems."""

    counts: dict[str, object]
    problems: tuple[Problem, ...]


def check(root: Path) -> Checked:
    """Read everything below ``root``, prove every drill, count."""
    loaded = load(root)
    problems = tuple(sorted({*loaded.problems, *_proofs(loaded)}))
    return Checked(_counts(loaded), problems)


def _proofs(loaded: Loaded) -> list[Problem]:
    return [
        Problem(f"modules/{module.slug}/drills/{drill.id}.yaml", 1, _told(finding))
        for module in loaded.course.modules
        for drill in module.drills
        for finding in prove(drill).problems
    ]


def _told(finding: Finding) -> str:
    where = ", ".join(word for word in (finding.place, finding.choice) if word)
    path = " > ".join(f"{scene}: {choice}" for scene, choice in finding.path)
    return f"{where}: {finding.message}" + (f" (a shortest run there: {path})" if path else "")


def _counts(loaded: Loaded) -> dict[str, object]:
    modules = loaded.course.modules
    lessons = [lesson for module in modules for lesson in module.lessons]
    covered = coverage(
        (claim for module in modules for claim in module.claims),
        (mark for lesson in lessons for mark in lesson.marks),
        (claim for each in loaded.bank for claim in each.item.head.claims),
    )
    by_interaction = Counter(each.item.interaction for each in loaded.bank)
    return {
        "modules": len(modules),
        "lessons": len(lessons),
        "words": sum(lesson.words for lesson in lessons),
        "claims": covered.claims,
        "claims_taught": len(covered.taught),
        "claims_assessed": len(covered.assessed),
        "items": {each.interaction: by_interaction[each.interaction] for each in items.ALL},
        "items_total": len(loaded.bank),
        "drills": sum(len(module.drills) for module in modules),
        "tables": 0,
    }
