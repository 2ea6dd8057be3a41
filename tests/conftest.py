"""What every test can ask for: databases, the course, an application, a page client, people."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from sqlalchemy import create_engine, make_url, text

from courseware.app import create_app
from courseware.config import Settings
from courseware.content.loader import Loaded, course_folder, load_sound
from courseware.services.bank import load_shipped
from courseware.storage import migrations
from courseware.storage.database import Database
from courseware.storage.tables import Base
from tests.support import browser as browsers
from tests.support.pages import Browser

hypothesis_settings.register_profile("parley", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("parley")

POSTGRESQL = os.environ.get("PARLEY_TEST_POSTGRESQL", "")
WITHOUT_POSTGRESQL = "PARLEY_TEST_POSTGRESQL names no server; .ci/run starts one"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        """Go on by a span given as timedelta's arguments."""
        self.at += timedelta(**span)
        return self.at


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped test is a failed one."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy's result
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.fixture
def clock() -> Clock:
    """A standing clock."""
    return Clock()


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """The course as shipped."""
    return load_sound(course_folder())


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with the schema."""
    db = Database(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    Base.metadata.create_all(db.engine)
    yield db
    db.dispose()


@pytest.fixture(scope="session")
def shared_postgresql() -> Iterator[Database]:
    """One PostgreSQL database with the schema for the whole run: making one takes most of a second."""
    if not POSTGRESQL:
        pytest.skip(WITHOUT_POSTGRESQL)
    with fresh_postgresql() as db:
        Base.metadata.create_all(db.engine)
        yield db


@pytest.fixture
def postgresql(shared_postgresql: Database) -> Database:
    """An empty PostgreSQL database with the schema; ids begin at 1."""
    names = ", ".join(Base.metadata.tables)
    with shared_postgresql.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '20s'"))  # a test that left a transaction open is told
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    return shared_postgresql


class fresh_postgresql:  # noqa: N801 - used like a function
    """A new database on the test server for the length of a ``with`` block."""

    def __enter__(self) -> Database:
        self.name = f"parley_{uuid.uuid4().hex}"
        self._run(f'CREATE DATABASE "{self.name}"')
        self.db = Database(make_url(POSTGRESQL).set(database=self.name))
        return self.db

    def __exit__(self, *_error: object) -> None:
        self.db.dispose()
        self._run(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        url = make_url(POSTGRESQL).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """Each of the two databases in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database made by the migrations, as a user's is."""
    db = Database(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")
    migrations.upgrade(db, course_folder() / "migrations")
    yield db
    db.dispose()


@pytest.fixture
def app(sqlite: Database, loaded: Loaded, clock: Clock, tmp_path: Path) -> Flask:
    """The application on a SQLite database with the shipped bank."""
    with sqlite.write() as session:
        load_shipped(session, [(each.module, each.item) for each in loaded.bank], now=clock())
    settings = Settings(instance_dir=str(tmp_path), database_url=str(sqlite.url))
    return create_app(settings, db=sqlite, loaded=loaded, clock=clock)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A visitor who is not signed in; every page fetched is checked."""
    return Browser(app)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """One browser a worker: Playwright does not run twice in a process."""
    path = browsers.find()
    if path is None:
        pytest.skip("no Chromium was found; `make test` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.arguments())
        yield browser
        browser.close()
