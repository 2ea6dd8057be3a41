"""An app with a known world that can be put back, and a signed-in client for each kind of visitor."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pysqlite3.dbapi2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from courseware.app import create_app
from courseware.config import Settings
from courseware.content.loader import Loaded
from courseware.storage.accounts import User
from courseware.storage.database import Database
from courseware.storage.tables import Base
from courseware.web.accounts import make_reset_link
from tests.conftest import Clock
from tests.support.pages import Browser
from tests.support.people import PASSWORD
from tests.support.world import World, fill

ANONYMOUS = "anonymous"
VISITORS = (ANONYMOUS, "ada", "ben", "ines", "olga")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Place:
    """An app, its database and what is in it. ``reset`` puts the database back to how it was."""

    app: Flask
    db: Database
    loaded: Loaded
    world: World
    clock: Clock
    reset_token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The database's file."""
        assert self.db.path is not None
        return self.db.path

    @property
    def cookie_name(self) -> str:
        """The name of the session cookie."""
        return str(self.app.config["SESSION_COOKIE_NAME"])

    def client(self, visitor: str) -> FlaskClient:
        """A client of this visitor, whose CSRF token is ``tokens[visitor]``."""
        client = self.app.test_client()
        client.set_cookie(self.cookie_name, self.cookies[visitor])
        return client

    def browser(self, visitor: str) -> Browser:
        """A browser of this visitor that checks every page it fetches."""
        browser = Browser(self.app)
        browser.client.set_cookie(self.cookie_name, self.cookies[visitor])
        return browser

    def sign_in_all(self) -> None:
        """Open a session for each visitor, as the sign-in page does, and keep cookie and CSRF token."""
        for visitor in (ANONYMOUS, *self.world.users):
            browser = Browser(self.app)
            page = browser.get("/sign-in")
            if visitor != ANONYMOUS:
                browser.submit(changes={"email": f"{visitor}@example.org", "password": PASSWORD}, action="/sign-in")
                page = browser.get("/account")
            found = TOKEN.search(page.html)
            cookie = browser.client.get_cookie(self.cookie_name)
            assert found is not None
            assert cookie is not None
            self.tokens[visitor], self.cookies[visitor] = found[1], cookie.value

    def make_reset_token(self) -> None:
        """Make a link on which Ada chooses a new password."""
        ada = self.world.users.get("ada")
        if ada is not None:
            with self.app.test_request_context(base_url="http://localhost"):
                self.reset_token = make_reset_link(ada).rsplit("/", 1)[1]

    def keep(self) -> None:
        """Take the database as it is for what ``reset`` puts back."""
        self.file.with_suffix(".kept").unlink(missing_ok=True)
        self._copy(self.file, self.file.with_suffix(".kept"))

    def reset(self) -> None:
        """Put the database back, under a running server too: it is one transaction like any other."""
        self._copy(self.file.with_suffix(".kept"), self.file)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        with closing(pysqlite3.dbapi2.connect(source)) as one, closing(pysqlite3.dbapi2.connect(target)) as other:
            one.backup(other)

    def without_admin(self) -> None:
        """Let there be no administrator, so that a setup link is worth something."""
        with self.db.write() as session:
            session.execute(update(User).where(User.id == self.world.users["olga"]).values(active=False))

    def fingerprint(self) -> Mapping[str, str]:
        """A digest of every row of every table."""
        found: dict[str, str] = {}
        with self.db.read() as session:
            for table in Base.metadata.sorted_tables:
                rows = session.execute(text(f'SELECT * FROM "{table.name}" ORDER BY 1')).all()
                found[table.name] = f"{len(rows)} rows, {hashlib.sha256(repr(rows).encode()).hexdigest()}"
        return found


def empty_database(folder: Path, name: str = "rails") -> Database:
    """A new SQLite database with the schema."""
    db = Database(f"sqlite:///{folder / name}.sqlite3")
    Base.metadata.create_all(db.engine)
    return db


def make_place(folder: Path, loaded: Loaded, clock: Clock) -> Place:
    """The app with the known world, everybody signed in."""
    db = empty_database(folder)
    world = fill(db, loaded, now=clock())
    settings = Settings(instance_dir=str(folder), database_url=str(db.url), development=True)
    place = Place(create_app(settings, db=db, loaded=loaded, clock=clock), db, loaded, world, clock)
    place.sign_in_all()
    place.make_reset_token()
    place.keep()
    return place
