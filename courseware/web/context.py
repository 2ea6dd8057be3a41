"""What a view may ask of the running program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from courseware.config import Settings
from courseware.content.loader import Course
from courseware.storage.database import Database

EXTENSION = "parley"


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts that the factory puts together: settings, database, course, clock."""

    settings: Settings
    db: Database
    course: Course
    clock: Callable[[], datetime]


def runtime() -> Runtime:
    """The parts of the current application."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def db() -> Database:
    """The database."""
    return runtime().db


def course() -> Course:
    """The course as loaded at start."""
    return runtime().course


def now() -> datetime:
    """This instant, by the program's clock."""
    return runtime().clock()
