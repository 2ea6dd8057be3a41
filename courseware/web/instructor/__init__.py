"""The instructor's pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from courseware.web.context import course
from courseware.web.instructor import words

blueprint = Blueprint("instructor", __name__, url_prefix="/instructor")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """The words for what files and tables name, for every page of this package."""
    modules = course().modules
    return {
        "words": words,
        "course_modules": {module.slug: module for module in modules},
        "competencies": {each.id: each.name for each in course().competencies},
        "objective_texts": {each.id: each.text for module in modules for each in module.objectives},
    }


from courseware.web.instructor import item_pages, score_pages, trainee_pages, writing_pages  # noqa: E402,F401 - views
