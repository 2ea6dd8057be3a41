"""The table names every route, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from courseware.app import create_app
from courseware.config import Settings
from courseware.content.loader import Loaded
from courseware.web.security import Policy, UndeclaredRoute, check_policies, policy
from tests.rails.place import Place, empty_database
from tests.rails.routes import ROWS, faults, row


@pytest.fixture
def new_app(tmp_path: Path, loaded: Loaded) -> Iterator[Callable[..., Flask]]:
    """Makes an app that a test may alter."""
    db = empty_database(tmp_path)
    yield lambda **more: create_app(Settings(instance_dir=str(tmp_path), **more), db=db, loaded=loaded)
    db.dispose()


def test_every_route_has_a_row_and_every_row_a_route(place: Place) -> None:
    assert faults(place.app) == []


def test_a_route_without_a_row_fails(new_app: Callable[..., Flask]) -> None:
    app = new_app(development=True)
    app.add_url_rule("/secret-door", "door", policy(Policy.TRAINEE)(lambda: "open"), methods=["GET", "POST"])
    assert faults(app) == ["GET door has no row", "POST door has no row"]


def test_a_row_without_a_route_fails(place: Place) -> None:
    gone = replace(row("trainee.glossary"), endpoint="trainee.index_of_people")
    assert faults(place.app, (*ROWS, gone))[0] == "the row GET trainee.index_of_people has no route"


def test_a_row_that_says_another_policy_fails(place: Place) -> None:
    others = tuple(each for each in ROWS if each.name != "GET instructor.scores")
    wrong = replace(row("instructor.scores"), policy=Policy.TRAINEE)
    assert faults(place.app, (*others, wrong)) == [
        "GET instructor.scores: the row says trainee, the app Policy.INSTRUCTOR"
    ]


def test_a_route_without_a_policy_stops_the_start(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    app.add_url_rule("/secret-door", "door", lambda: "open")
    with pytest.raises(UndeclaredRoute, match="door"):
        check_policies(app)
    assert app.test_client().get("/secret-door").status_code == 403


def test_the_styleguide_is_a_route_in_development_alone(new_app: Callable[..., Flask]) -> None:
    assert faults(new_app()) == [
        "the row GET styleguide has no route",
        "GET styleguide: the row says development, the app None",
    ]
