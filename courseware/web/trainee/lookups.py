"""Who is looking, and the part of the course that an address names."""

from __future__ import annotations

from flask import request
from flask_babel import gettext
from flask_login import current_user

from courseware.domain.drills.values import Drill
from courseware.domain.items.base import Fields
from courseware.domain.lessons import Lesson, Module
from courseware.services.errors import NotFound
from courseware.web.context import course

OURS = ("csrf_token", "token", "sequence", "base", "go")
"""Fields of an answer's form that are not the item's."""


def me() -> int:
    """The id of the account that is signed in."""
    return int(current_user.id)


def the_module(slug: str) -> Module:
    """The module of that name. Raises NotFound."""
    module = course().module(slug)
    if module is None:
        raise NotFound(gettext("This course has no such module. The course map lists those it has."))
    return module


def the_lesson(slug: str, lesson_slug: str) -> tuple[Module, Lesson]:
    """The lesson of that name and its module. Raises NotFound."""
    module = the_module(slug)
    lesson = module.lesson(lesson_slug)
    if lesson is None:
        raise NotFound(gettext("This module has no such lesson. The module’s page lists those it has."))
    return module, lesson


def the_drill(slug: str, drill_id: str) -> tuple[Module, Drill]:
    """The drill of that name and its module. Raises NotFound."""
    module = the_module(slug)
    drill = module.drill(drill_id)
    if drill is None:
        raise NotFound(gettext("This module has no such drill. The module’s page lists those it has."))
    return module, drill


def answer_fields() -> Fields:
    """The item's own fields of the form that was sent."""
    sent = request.form.to_dict(flat=False)
    return {name: values for name, values in sent.items() if name not in OURS}
