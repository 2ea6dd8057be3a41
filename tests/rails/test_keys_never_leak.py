"""Keys stay where they are until release: nothing depends on them, and no text of theirs gets out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from courseware.app import create_app
from courseware.config import Settings
from courseware.content.loader import Loaded
from courseware.domain.items.base import InvalidResponse
from courseware.domain.items.ordering import Ordering
from courseware.domain.lessons import Module
from courseware.services import accounts
from courseware.storage.database import Database
from courseware.web.security import Policy, policy
from courseware.web.trainee import quizzes
from tests.conftest import Clock
from tests.rails.place import TOKEN, empty_database
from tests.rails.routes import ROWS
from tests.rails.variants import Canaries, changed, with_another_key
from tests.rails.walker import LEAVING, Form, Look, Walker
from tests.support.pages import Browser
from tests.support.people import PASSWORD
from tests.support.world import hashed, load_bank

LATE = ("/attempts/{}/review", "/attempts/{}/submit", "/runs/{}/debrief")
"""Addresses that no link leads to before release; the walk tries them by hand."""

MASKED = (
    # Random by design, new with each session: they can't hold what the server does not know of the session.
    re.compile(r'(name="csrf_token"[^>]*value=")[^"]+'),
    # A save token, new with each page that is drawn.
    re.compile(r'(name="token" value=")[0-9a-f]{32}'),
)
"""All that may differ between two answers. Times need no mask, as the clock stands still."""


@pytest.fixture(autouse=True)
def one_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt is drawn from the same seed."""
    monkeypatch.setattr(quizzes, "secrets", SimpleNamespace(randbits=lambda _bits: 20_260_302))


@contextmanager
def an_app(folder: Path, name: str, loaded: Loaded) -> Iterator[tuple[Flask, Database]]:
    """An app with one trainee, who has done nothing yet."""
    db, clock = empty_database(folder, name), Clock()
    load_bank(db, loaded, now=clock())
    with db.write() as session:
        accounts.create_account(session, "ada@example.org", "Ada", hashed(), ("trainee",), now=clock())
    settings = Settings(instance_dir=str(folder), database_url=str(db.url))
    yield create_app(settings, db=db, loaded=loaded, clock=clock), db
    db.dispose()


def signed_in(app: Flask) -> FlaskClient:
    """Ada's client, with the CSRF token of her session as ``parley_token``."""
    browser = Browser(app)
    browser.get("/sign-in")
    browser.submit(changes={"email": "ada@example.org", "password": PASSWORD}, action="/sign-in")
    found = TOKEN.search(browser.get("/account").html)
    assert found is not None
    browser.client.parley_token = found[1]  # type: ignore[attr-defined]  # carried along for the walker
    return browser.client


def make_walker(apps: Sequence[Flask], loaded: Loaded, look: Look) -> Walker:
    """A walker through the apps as Ada. ``loaded``: the course that the first app shows."""

    def valid(action: str, fields: Form) -> bool:
        _root, _modules, slug, _lessons, lesson_slug, _checks, check_id = action.split("/")
        module = loaded.course.module(slug)
        lesson = module.lesson(lesson_slug) if module else None
        check = lesson.check(check_id) if lesson else None
        assert check is not None
        try:
            return check.item.parse_response(fields) is not None
        except InvalidResponse:
            return False

    return Walker(apps[0], [signed_in(app) for app in apps], look, valid)


def walk_before_release(walker: Walker) -> None:
    """Every page that a trainee reaches without an answer to a check and without handing in."""
    walker.walk("/")
    walker.walk(*(address.format(number) for address in LATE for number in range(1, 9)))


# ---- nothing depends on the key ----


def essence(answer: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    """What of an answer must be the same: status, body, and all headers but the signed cookie."""
    body = answer.get_data(as_text=True)
    for mask in MASKED:
        body = mask.sub(r"\1", body)
    return answer.status_code, body, sorted(pair for pair in answer.headers if pair[0] != "Set-Cookie")


def the_same(_endpoint: str, told: str, found: Sequence[TestResponse]) -> None:
    """Every app gives the same answer."""
    first, second = (essence(each) for each in found)
    if first != second:
        lines = zip(first[1].splitlines(), second[1].splitlines(), strict=False)
        differ = [f"  {one.strip()}\n  {two.strip()}" for one, two in lines if one != two]
        pytest.fail(f"{told}: the answer depends on the key\n" + "\n".join(differ[:6] or [str(first), str(second)]))


@pytest.fixture
def two_apps(tmp_path: Path, loaded: Loaded) -> Iterator[list[Flask]]:
    """Apps that differ in nothing but the keys and the texts that are released with them."""
    with an_app(tmp_path, "one", loaded) as one, an_app(tmp_path, "two", changed(loaded, with_another_key)) as two:
        yield [one[0], two[0]]


def test_no_answer_before_release_depends_on_a_key(two_apps: list[Flask], loaded: Loaded) -> None:
    walker = make_walker(two_apps, loaded, the_same)
    walk_before_release(walker)
    assert walker.saves > 500, "the walk should have answered every question in many ways"
    assert lacking(walker) == set()


def test_every_key_differs_between_the_two(loaded: Loaded) -> None:
    """The comparison means something: what is right in one app is not right in the other."""
    other = changed(loaded, with_another_key)
    for one, two in zip(loaded.bank, other.bank, strict=True):
        assert two.item.grade(one.item.key()).score < 1
        assert one.item.present(5) == two.item.present(5)
        assert not {one.item.head.rationale} & {two.item.head.rationale}


def test_the_comparison_sees_a_leak(two_apps: list[Flask], loaded: Loaded) -> None:
    """A planted fault: a page tells how many of its readers would be right with the first option."""
    walker = make_walker(two_apps, loaded, the_same)
    for app, course in zip(two_apps, (loaded, changed(loaded, with_another_key)), strict=True):
        key = course.bank[0].item.key()
        app.view_functions["trainee.glossary"] = policy(Policy.TRAINEE)(lambda key=key: f"<p>{key}</p>")
    with pytest.raises(pytest.fail.Exception, match="GET /glossary: the answer depends on the key"):
        walker.walk("/glossary")


def test_the_comparison_sees_the_order_in_which_faults_are_told(
    two_apps: list[Flask], loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that once was: of an ordering's entries without a place, the first in the right order was named."""
    in_key_order: Callable[..., list[str]] = lambda item, _fields: [entry.id for entry in item.entries]  # noqa: E731
    monkeypatch.setattr(Ordering, "_as_sent", in_key_order)
    walker = make_walker(two_apps, loaded, the_same)
    module = next(each for each in loaded.course.modules if orderings(each))
    lesson = orderings(module)[0]
    with pytest.raises(pytest.fail.Exception, match="Give every entry a place"):
        walker.walk(f"/modules/{module.slug}/lessons/{lesson}")


def orderings(module: Module) -> list[str]:
    """The lessons whose checks ask for an order."""
    return [lesson.slug for lesson in module.lessons if any(isinstance(c.item, Ordering) for c in lesson.checks)]


def lacking(walker: Walker) -> set[str]:
    """The endpoints that a trainee may ask for and the walk did not reach."""
    own = (Policy.TRAINEE, Policy.SIGNED_IN)
    return {row.endpoint for row in ROWS if row.policy in own} - walker.endpoints - LEAVING


# ---- no text of theirs gets out ----


@pytest.fixture
def canaries() -> Canaries:
    """The canaries, as yet in no course."""
    return Canaries()


@pytest.fixture
def marked_app(tmp_path: Path, loaded: Loaded, canaries: Canaries) -> Iterator[tuple[Flask, Database, Loaded]]:
    """An app in which a canary sits in every text that is released late."""
    marked = changed(loaded, canaries.item, canaries.drill)
    with an_app(tmp_path, "marked", marked) as (app, db):
        yield app, db, marked


def silent(_endpoint: str, told: str, found: Sequence[TestResponse]) -> None:
    """No canary sings in an answer, but those of a drill in its debrief."""
    singing = heard(found[0])
    if _endpoint != "trainee.debrief" and singing:
        pytest.fail(f"{told}: {sorted(singing)[:3]} got out before release")


def heard(answer: TestResponse) -> set[str]:
    """The canaries in an answer, its headers among it."""
    return set(re.findall(r"canary\d{5}bird", answer.get_data(as_text=True) + str(answer.headers)))


def test_no_canary_before_release_and_all_of_them_after(
    marked_app: tuple[Flask, Database, Loaded], canaries: Canaries
) -> None:
    app, db, marked = marked_app
    walker = make_walker([app], marked, silent)
    walk_before_release(walker)
    assert lacking(walker) == set()
    debrief = heard(walker.get("/runs/1/debrief")[0])
    assert debrief, "the debrief of an ended run tells what the drill is about"
    assert debrief <= {bird for owner, birds in canaries.of.items() if owner.startswith("drill") for bird in birds}
    walker.look = lambda _endpoint, _told, _found: None
    for attempt in range(1, len(marked.course.modules) + 1):
        walker.post(f"/attempts/{attempt}/submit", {})
        shown = heard(walker.get(f"/attempts/{attempt}/review")[0])
        assert shown == drawn(db, attempt, canaries), f"the review of attempt {attempt} tells the canaries of its items"
    check_by_check(walker, marked, canaries)


def drawn(db: Database, attempt: int, canaries: Canaries) -> set[str]:
    """The canaries of the items of an attempt."""
    with db.read() as session:
        names = session.scalars(text("SELECT item_id FROM attempt_items WHERE attempt_id = :id"), {"id": attempt}).all()
    assert names
    return {bird for name in names for bird in birds_of(canaries, str(name))}


def birds_of(canaries: Canaries, item_id: str) -> set[str]:
    """The canaries of the questions of one name."""
    found = [birds for owner, birds in canaries.of.items() if owner.split()[:2] == ["item", item_id]]
    return {bird for birds in found for bird in birds}


def check_by_check(walker: Walker, marked: Loaded, canaries: Canaries) -> None:
    """An answer to a check releases that check's texts and no other's."""
    for module in marked.course.modules:
        for lesson in module.lessons:
            told: set[str] = set()
            for check in lesson.checks:
                url = f"/modules/{module.slug}/lessons/{lesson.slug}"
                item = check.item
                walker.post(f"{url}/checks/{check.id}", {k: list(v) for k, v in item.form_of(item.guess(1)).items()})
                told |= birds_of(canaries, check.id)
                shown = heard(walker.get(url)[0])
                assert shown, check.id
                assert shown <= told


def test_the_walker_hears_a_canary(marked_app: tuple[Flask, Database, Loaded], canaries: Canaries) -> None:
    """A planted fault: a new page tells the trainee too much, and it is enough that a link leads to it."""
    app, _db, marked = marked_app
    bird = next(iter(canaries.of.values()))[0]
    app.add_url_rule("/hints", "trainee.hints", policy(Policy.TRAINEE)(lambda: f"<p>{bird}</p>"))
    glossary: Callable[..., object] = app.view_functions["trainee.glossary"]
    linked = policy(Policy.TRAINEE)(lambda: f"{glossary()}<a href='/hints'>Hints</a>")
    app.view_functions["trainee.glossary"] = linked
    walker = make_walker([app], marked, silent)
    with pytest.raises(pytest.fail.Exception, match=rf"GET /hints: \['{bird}'\] got out"):
        walker.walk("/glossary")
