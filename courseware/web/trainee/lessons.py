"""Reading a lesson, answering its checks, marking it as read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from courseware.domain.claims import Claim
from courseware.domain.items.base import Fields, InvalidResponse, Presentation, Review
from courseware.domain.lessons import Check, Lesson, Module, Prose
from courseware.services import lessons as reading
from courseware.services.errors import NotFound
from courseware.services.lessons import LessonState
from courseware.services.progress import course_progress
from courseware.web.context import course, db, now
from courseware.web.security import Policy, policy
from courseware.web.trainee import blueprint
from courseware.web.trainee.course import STRAND_NAMES
from courseware.web.trainee.lookups import answer_fields, me, the_lesson
from courseware.web.trainee.steps import next_step

HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
NOTE = re.compile(r"<sup>.*?</sup>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check as it stands in the page: a form (shown), or after an answer its review, never both."""

    number: int
    shown: Presentation | None
    review: Review | None
    fields: Fields
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that could not be kept: the check, what was sent, why."""

    check: str
    fields: Fields
    error: InvalidResponse


@blueprint.get("/modules/<slug>/lessons/<lesson>")
@policy(Policy.TRAINEE)
def lesson(slug: str, lesson: str) -> ResponseReturnValue:
    """The lesson, with feedback at the checks that were answered."""
    module, found = the_lesson(slug, lesson)
    with db().read() as session:
        state = reading.lesson_state(session, me(), found)
    return _page(module, found, state, again=request.args.get("again", ""))


@blueprint.route("/modules/<slug>/lessons/<lesson>/checks/<check_id>", methods=["GET", "POST"])
@policy(Policy.TRAINEE)
def check(slug: str, lesson: str, check_id: str) -> ResponseReturnValue:
    """Keep an answer to a check and show its feedback; whoever only looks is led to the check in its lesson."""
    module, found = the_lesson(slug, lesson)
    question = found.check(check_id)
    if question is None:
        raise NotFound(gettext("This lesson has no such check."))
    if request.method == "POST":
        fields = answer_fields()
        try:
            with db().write() as session:
                reading.answer_check(session, me(), found, question, fields, now=now())
        except InvalidResponse as error:
            return _refused(module, found, Fault(check_id, fields, error))
    return redirect(url_for("trainee.lesson", slug=slug, lesson=lesson, _anchor=f"check-{check_id}"), 303)


@blueprint.post("/modules/<slug>/lessons/<lesson>/read")
@policy(Policy.TRAINEE)
def mark_read(slug: str, lesson: str) -> ResponseReturnValue:
    """Keep that the lesson was read, and go on to the next."""
    module, found = the_lesson(slug, lesson)
    with db().write() as session:
        reading.mark_read(session, me(), found, now=now())
    following = course().neighbours(found)[1]
    if following is None or following.module != slug:
        return _module_end(module)
    flash(gettext("“%(title)s” is marked as read.", title=found.title), "success")
    return redirect(url_for("trainee.lesson", slug=slug, lesson=following.slug), 303)


def _module_end(module: Module) -> Response:
    """To the module's page, which says what comes after its last lesson."""
    with db().read() as session:
        step = next_step(course_progress(session, me(), course()), module.slug)
    if step is None:
        flash(gettext("That was the last lesson, and the whole course is complete."), "success")
    else:
        flash(gettext("That was the last lesson of this module. Next: %(title)s.", title=step.title), "success")
    return redirect(url_for("trainee.module", slug=module.slug), 303)


def _refused(module: Module, lesson: Lesson, fault: Fault) -> ResponseReturnValue:
    """The lesson again, with the reason at the check."""
    with db().read() as session:
        state = reading.lesson_state(session, me(), lesson)
    return _page(module, lesson, state, fault=fault), 422


def _page(module: Module, lesson: Lesson, state: LessonState, *, again: str = "", fault: Fault | None = None) -> str:
    before, after = course().neighbours(lesson)
    return render_template(
        "trainee/lesson.html",
        module=module,
        lesson=lesson,
        strand=STRAND_NAMES[lesson.strand],
        number=module.lessons.index(lesson) + 1,
        read_at=state.read_at,
        checks=_checks(lesson, state, again, fault),
        headings=_headings(lesson),
        notes=_notes(module, lesson),
        before=before,
        after=after,
    )


def _checks(lesson: Lesson, state: LessonState, again: str, fault: Fault | None) -> dict[str, CheckView]:
    seed = me()  # an order that stays the same for this reader
    return {
        check.id: _check(check, number, seed, state, fault, empty=again == check.id)
        for number, check in enumerate(lesson.checks, start=1)
    }


def _check(check: Check, number: int, seed: int, state: LessonState, fault: Fault | None, *, empty: bool) -> CheckView:
    if fault is not None and fault.check == check.id:
        errors = {fault.error.field: str(fault.error)}
        return CheckView(number, check.item.present(seed), None, fault.fields, errors)
    answer = None if empty else state.answers.get(check.id)
    if answer is None:
        return CheckView(number, check.item.present(seed), None, {}, {})
    return CheckView(number, None, check.item.review(answer, seed), {}, {})


def _headings(lesson: Lesson) -> list[tuple[str, Markup]]:
    """The sections of the text: (fragment, heading)."""
    prose = "".join(block.html for block in lesson.blocks if isinstance(block, Prose))
    # The text is the course's own, sanitised when it was rendered.
    return [(found[1], Markup(NOTE.sub("", found[2]))) for found in HEADING.finditer(prose)]  # noqa: S704 - as above


def _notes(module: Module, lesson: Lesson) -> list[Claim]:
    return [claim for mark in lesson.marks if (claim := module.claim(mark)) is not None]
