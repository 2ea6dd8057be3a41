"""How many SQL statements each page takes: pinned, and the same however much there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from courseware.content.loader import Loaded
from courseware.web.security import policy
from tests.conftest import Clock
from tests.factories import Statements
from tests.rails.place import Place, make_place
from tests.rails.routes import ROWS, Row
from tests.support.world import crowd

PINNED: dict[str, int] = {
    "assets": 0,
    "styleguide": 0,
    "health.healthz": 1,
    "security.login": 0,
    "security.register": 0,
    "security.forgot_password": 0,
    "security.reset_password": 1,
    "security.change_password": 2,
    "accounts.setup": 2,
    "accounts.invitation": 2,
    "accounts.account": 1,
    "trainee.home": 5,
    "trainee.module": 8,
    "trainee.glossary": 1,
    "trainee.lesson": 3,
    "trainee.check": 1,
    "trainee.quiz": 5,
    "trainee.quiz_item": 3,
    "trainee.submit": 3,
    "trainee.review": 8,
    "trainee.drill": 2,
    "trainee.run": 3,
    "trainee.debrief": 4,
    "instructor.items": 3,
    "instructor.item": 7,
    "instructor.new_item": 1,
    "instructor.edit_item": 4,
    "instructor.trainees": 7,
    "instructor.trainee": 11,
    "instructor.attempt": 7,
    "instructor.invite": 1,
    "instructor.reset_link": 1,
    "instructor.scores": 4,
    "instructor.scores_file": 3,
    "instructor.responses_file": 2,
    "admin.accounts": 4,
    "admin.reset_link": 1,
    "admin.invite": 1,
}
"""Statements of each page for who looks at it (``Row.seer``), the look-up of the browser session included."""

GETS = [row for row in ROWS if row.method == "GET"]
MANY = 12


def statements(place: Place, row: Row) -> list[str]:
    """The statements of a page, after one visit that fills the program's caches of what never changes."""
    url, client = row.url(place), place.client(row.seer)
    client.get(url)
    with Statements(place.db) as told:
        answer = client.get(url)
        assert answer.status_code == row.expected(row.seer)
        answer.get_data()
    return [each for each in told if not each.startswith(("BEGIN", "ROLLBACK"))]


@pytest.fixture(scope="module")
def crowded_place(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded) -> Iterator[Place]:
    """The known world with twelve more of everything."""
    place = make_place(tmp_path_factory.mktemp("crowd"), loaded, Clock())
    crowd(place.db, loaded, place.world, MANY, now=place.clock())
    place.keep()
    yield place
    place.db.dispose()


@pytest.mark.parametrize("row", GETS, ids=lambda row: row.name)
def test_the_number_is_pinned_and_does_not_grow(place: Place, crowded_place: Place, row: Row) -> None:
    found = []
    for each in (place, crowded_place):
        each.reset()
        if row.alone:
            each.without_admin()
        found.append(statements(each, row))
    few, many = found
    assert len(few) == PINNED.get(row.endpoint, -1), "\n".join([f"{row.endpoint} takes {len(few)}:", *few])
    assert len(many) == len(few), "\n".join([f"{row.endpoint} grows with the data:", *many])


def test_the_table_names_pages_that_are_there() -> None:
    assert set(PINNED) == {row.endpoint for row in GETS}


def test_a_page_that_asks_for_each_row_is_seen(crowded_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: one statement more for each trainee."""
    row = next(each for each in GETS if each.endpoint == "instructor.trainees")
    view = crowded_place.app.view_functions["instructor.trainees"]

    @policy(row.policy)
    def slow() -> object:
        with crowded_place.db.read() as session:
            for user in session.scalars(text("SELECT id FROM users")).all():
                session.execute(text("SELECT name FROM users WHERE id = :id"), {"id": user})
        return view()

    monkeypatch.setitem(crowded_place.app.view_functions, row.endpoint, slow)
    assert len(statements(crowded_place, row)) > PINNED[row.endpoint] + MANY
