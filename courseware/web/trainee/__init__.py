"""The trainee's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("trainee", __name__)

from courseware.web.trainee import course, drills, lessons, quizzes  # noqa: E402,F401 - the views join the blueprint above
