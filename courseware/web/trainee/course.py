"""The course map, a module, the glossary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user

from courseware.domain.lessons import STRANDS, Course, Lesson, Module, Term
from courseware.services.drills import runs_by_drill
from courseware.services.progress import course_progress
from courseware.services.results import list_attempts
from courseware.web.context import course, db, runtime
from courseware.web.security import Policy, policy
from courseware.web.trainee import blueprint
from courseware.web.trainee.lookups import me, the_module
from courseware.web.trainee.steps import next_step

STRAND_NAMES = {
    "principles": lazy_gettext("Principles"),
    "techniques": lazy_gettext("Negotiation techniques"),
    "legal": lazy_gettext("Legal frameworks"),
    "cases": lazy_gettext("Case studies"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A term of the glossary: each wording it has, with the lessons that give it."""

    term: str
    meanings: tuple[tuple[str, tuple[Lesson, ...]], ...]


@blueprint.get("/")
@policy(Policy.ANYONE)
def home() -> ResponseReturnValue:
    """The course map; for a visitor without an account, what the course is."""
    if not current_user.is_authenticated:
        closed = runtime().settings.registration == "closed"
        return render_template("trainee/welcome.html", course=course(), closed=closed)
    with db().read() as session:
        progress = course_progress(session, me(), course())
    return render_template("trainee/home.html", course=course(), progress=progress, step=next_step(progress))


@blueprint.get("/modules/<slug>")
@policy(Policy.TRAINEE)
def module(slug: str) -> ResponseReturnValue:
    """One module: what is in it, what is done, what completion asks for."""
    found = the_module(slug)
    with db().read() as session:
        progress = course_progress(session, me(), course())
        attempts = list_attempts(session, me(), slug)
        runs = runs_by_drill(session, me(), slug)
    return render_template(
        "trainee/module.html",
        module=found,
        progress=progress.module(slug),
        attempts=attempts,
        runs={drill.id: runs.get((slug, drill.id), ()) for drill in found.drills},
        strands=_by_strand(found),
        step=next_step(progress, slug),
    )


@blueprint.get("/glossary")
@policy(Policy.TRAINEE)
def glossary() -> ResponseReturnValue:
    """Every key term of the course, A to Z."""
    letters: dict[str, list[Entry]] = defaultdict(list)
    for entry in _entries(course()):
        letters[entry.term[0].upper()].append(entry)
    modules = {each.slug: each for each in course().modules}
    return render_template("trainee/glossary.html", letters=letters, modules=modules)


def _by_strand(module: Module) -> list[tuple[str, list[Lesson]]]:
    """The strands that the module has, each with its lessons."""
    found = [(strand, [lesson for lesson in module.lessons if lesson.strand == strand]) for strand in STRANDS]
    return [(str(STRAND_NAMES[strand]), lessons) for strand, lessons in found if lessons]


def _entries(whole: Course) -> list[Entry]:
    found: dict[str, dict[str, list[Lesson]]] = defaultdict(lambda: defaultdict(list))
    names: dict[str, str] = {}
    for lesson, term in _terms(whole):
        key = term.term.casefold()
        names.setdefault(key, term.term)
        found[key][term.definition].append(lesson)
    return [
        Entry(names[key], tuple((text, tuple(lessons)) for text, lessons in found[key].items()))
        for key in sorted(found)
    ]


def _terms(whole: Course) -> list[tuple[Lesson, Term]]:
    return [(lesson, term) for module in whole.modules for lesson in module.lessons for term in lesson.terms]
