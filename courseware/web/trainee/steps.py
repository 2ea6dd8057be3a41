"""The one thing to do next, as a heading, a line and a link."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, ngettext

from courseware.domain.lessons import Lesson, Module
from courseware.services.progress import ModuleProgress, Progress


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next. number: the module's, for its colour and pictogram."""

    number: int
    title: str
    text: str
    label: str
    url: str


def next_step(progress: Progress, slug: str | None = None) -> Step | None:
    """The next step in a module, or in the course where the module is complete; None where all is done."""
    if slug is not None and not progress.module(slug).complete:
        return _step(progress.module(slug))
    return _step(progress.module(progress.next.module)) if progress.next else None


def _step(progress: ModuleProgress) -> Step | None:
    module, wanted = progress.module, progress.next
    if wanted.kind == "lesson" and (lesson := module.lesson(wanted.name)):
        return lesson_step(module, lesson, first=not progress.started)
    if wanted.kind == "drill" and (drill := module.drill(wanted.name)):
        text = gettext(
            "Drill of module %(number)s, about %(minutes)s minutes", number=module.order, minutes=drill.minutes
        )
        url = url_for("trainee.drill", slug=module.slug, drill_id=drill.id)
        return Step(module.order, drill.title, text, gettext("Open the drill"), url)
    return quiz_step(module, running=progress.open_attempt is not None) if wanted.kind == "quiz" else None


def lesson_step(module: Module, lesson: Lesson, *, first: bool = False) -> Step:
    """Read this lesson."""
    text = gettext(
        "Module %(number)s, lesson %(place)s of %(total)s, about %(minutes)s minutes",
        number=module.order,
        place=module.lessons.index(lesson) + 1,
        total=len(module.lessons),
        minutes=lesson.minutes,
    )
    label = gettext("Begin reading") if first else gettext("Read the lesson")
    return Step(
        module.order, lesson.title, text, label, url_for("trainee.lesson", slug=module.slug, lesson=lesson.slug)
    )


def quiz_step(module: Module, *, running: bool) -> Step:
    """Open the quiz, or go on with it."""
    total = module.quiz.blueprint.total
    text = ngettext(
        "%(num)s question, pass mark %(mark)s per cent",
        "%(num)s questions, pass mark %(mark)s per cent",
        total,
        mark=module.quiz.pass_mark,
    )
    label = gettext("Go on with the quiz") if running else gettext("Open the quiz")
    return Step(module.order, module.quiz.title, text, label, url_for("trainee.quiz", slug=module.slug))
