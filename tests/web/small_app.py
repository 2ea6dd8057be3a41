"""A small app with accounts and a page for each policy, and a browser that fills in forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_login import current_user
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from sqlalchemy import select
from werkzeug.test import TestResponse

from courseware.config import Settings
from courseware.content.loader import Course
from courseware.services import accounts
from courseware.services.passwords import hash_password
from courseware.storage.accounts import BrowserSession
from courseware.storage.base import Base
from courseware.storage.database import Database
from courseware.web.accounts import init_accounts, make_reset_link
from courseware.web.context import EXTENSION, Runtime
from courseware.web.errors import init_errors
from courseware.web.security import (
    Policy,
    check_policies,
    enforce,
    policy,
)

TEMPLATES = Path(__file__).parents[2] / "courseware" / "web" / "templates"
ERROR = "<h1>{{ title }}</h1><p>{{ text }}</p>"
NOW = datetime.now(UTC)  # reset tokens are stamped by the library's own clock
PASSWORD = "winter in Geneva 41"
OTHER = "spring over Nicosia 7"
HASHED = hash_password(PASSWORD)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: int) -> None:
        self.at += timedelta(**by)


@dataclass
class Place:
    """An app with its database and clock."""

    app: Flask
    db: Database
    clock: Clock

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def account(self, email: str = "maria@example.org", *roles: str, password: str | None = HASHED) -> int:
        with self.db.write() as session:
            return accounts.create_account(
                session, email, "Maria López", password, roles or ("trainee",), now=self.clock()
            )

    def sessions(self) -> list[int]:
        with self.db.read() as session:
            return list(session.scalars(select(BrowserSession.user_id)))

    def reset_link(self, user_id: int) -> str:
        with self.app.test_request_context(base_url="http://localhost"):
            return urlsplit(make_reset_link(user_id)).path


class Browser:
    """A client that fills in forms with the CSRF token of the page it fetched."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def send(self, path: str, page: str | None = None, **fields: str) -> TestResponse:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page or path).text)
        assert found, f"no form on {page or path}"
        return self.client.post(path, data={"csrf_token": found[1], **fields})

    def sign_in(self, email: str = "maria@example.org", password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.send("/sign-in", email=email, password=password, **fields)

    def register(self, **fields: str) -> TestResponse:
        filled = {
            "name": "Ana", "email": "ana@example.org", "password": PASSWORD, "password_confirm": PASSWORD, **fields
        }  # fmt: skip
        return self.send("/register", **filled)

    def sign_out(self) -> TestResponse:
        return self.send("/sign-out", page="/account")

    def cookie(self) -> str:
        cookie = self.client.get_cookie("parley")
        return cookie.value if cookie else ""

    def with_cookie(self, value: str) -> Browser:
        copy = Browser(self.client.application.test_client())
        copy.client.set_cookie("parley", value)
        return copy

    def is_signed_in(self) -> bool:
        return self.get("/learn").status_code == 200


def build(path: Path, settings: Settings, clock: Clock) -> Place:
    db = Database(f"sqlite:///{path}")
    Base.metadata.create_all(db.engine)
    parts = Runtime(settings=settings, db=db, course=cast(Course, None), clock=clock)
    app = Flask("small", static_folder=None)
    app.jinja_loader = ChoiceLoader([DictLoader({"error.html": ERROR}), FileSystemLoader(TEMPLATES)])
    app.secret_key = "k" * 40
    app.extensions[EXTENSION] = parts
    Babel(app)
    app.context_processor(lambda: {"account": current_user if current_user.is_authenticated else None})
    app.jinja_env.globals.update(asset=lambda name: f"/assets/{name}", asset_imports=lambda _name: [])
    enforce(app)
    init_accounts(app, parts)
    init_errors(app)
    _add_views(app)
    check_policies(app)
    return Place(app, db, clock)


def _add_views(app: Flask) -> None:
    @app.get("/")
    @policy(Policy.ANYONE)
    def home() -> str:
        return render_template_string("{% extends 'base.html' %}{% block main %}<h1>Home</h1>{% endblock %}")

    @app.route("/learn", methods=["GET", "POST"])
    @policy(Policy.TRAINEE)
    def learn() -> str:
        return f"learning as {current_user.name}"

    @app.get("/teach")
    @policy(Policy.INSTRUCTOR)
    def teach() -> str:
        return "teaching"

    @app.get("/manage")
    @policy(Policy.ADMIN)
    def manage() -> str:
        return "managing"

    @app.get("/styleguide")
    @policy(Policy.DEVELOPMENT)
    def styleguide() -> str:
        return "styles"

    @app.get("/asset")
    @policy(Policy.ANYONE)
    def asset() -> tuple[str, dict[str, str]]:
        return "css", {"Cache-Control": "public, max-age=1"}


@contextmanager
def small_places(folder: Path) -> Iterator[Callable[..., Place]]:
    """A function from settings to a place, each with a database of its own."""
    made: list[Place] = []

    def place(**settings: Any) -> Place:
        made.append(build(folder / f"{len(made)}.sqlite3", Settings(**settings), Clock()))
        return made[-1]

    yield place
    for each in made:
        each.db.dispose()
