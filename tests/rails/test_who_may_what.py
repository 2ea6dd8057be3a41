"""Who may what: every route and method, asked by everybody, of what is one's own, another's and absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from courseware.services import results
from courseware.web.security import Policy
from tests.rails.place import ANONYMOUS, VISITORS, Place
from tests.rails.routes import ROWS, Row

OPEN = (Policy.ANYONE, Policy.DEVELOPMENT)
ROLE = {Policy.INSTRUCTOR: ("ines", "olga"), Policy.ADMIN: ("olga",)}
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
each_post = pytest.mark.parametrize("row", [each for each in ROWS if each.method == "POST"], ids=lambda row: row.name)


def ask(
    place: Place, row: Row, visitor: str, arguments: Mapping[str, Any] | None = None, *, token: bool = True
) -> TestResponse:
    """One request of a visitor, with a form that would be taken."""
    url = row.url(place, arguments)
    if row.method == "GET":
        return place.client(visitor).get(url)
    body = dict(row.body(place)) | ({"csrf_token": place.tokens[visitor]} if token else {})
    return place.client(visitor).post(url, data=body)


def refusal(row: Row, visitor: str) -> int | None:
    """The status with which the policy alone refuses a visitor; None where it lets the visitor pass."""
    if row.policy in OPEN:
        return None
    if visitor == ANONYMOUS:
        return 302 if row.method == "GET" else 401
    return 403 if row.policy in ROLE and visitor not in ROLE[row.policy] else None


def expected(row: Row, visitor: str, *, absent: bool) -> int:
    """The status of the answer, by the table."""
    refused = refusal(row, visitor)
    if refused is not None:
        return refused
    if absent or (row.owned and visitor != "ada"):
        return 404
    return row.expected(visitor)


@each_row
@pytest.mark.parametrize("visitor", VISITORS)
def test_each_gets_what_the_table_says_and_a_refusal_alters_nothing(place: Place, row: Row, visitor: str) -> None:
    if row.alone:
        place.without_admin()
    before = place.fingerprint()
    for arguments in row.absent(place):
        answer = ask(place, row, visitor, arguments)
        assert answer.status_code == expected(row, visitor, absent=True), f"absent: {arguments}"
    if visitor == "olga" and row.alone:
        return  # she is the administrator who is not there
    answer = ask(place, row, visitor)
    assert answer.status_code == expected(row, visitor, absent=False), answer.text[:400]
    if refusal(row, visitor) == 302:
        assert answer.location.startswith("/sign-in"), answer.location
    if row.writes and visitor == row.seer:
        assert place.fingerprint() != before, "the table says that it alters rows"
    elif row.method == "GET" or answer.status_code >= 400:
        assert place.fingerprint() == before, "it altered rows"


@pytest.mark.parametrize("row", [each for each in ROWS if each.owned], ids=lambda row: row.name)
@pytest.mark.parametrize("visitor", ["ben", "ines", "olga"])
def test_another_trainees_work_is_not_told_apart_from_none(place: Place, row: Row, visitor: str) -> None:
    foreign, absent = ask(place, row, visitor), ask(place, row, visitor, row.absent(place)[0])
    assert foreign.status_code == absent.status_code == 404
    assert masked(foreign) == masked(absent)
    assert {name for name, _value in foreign.headers} == {name for name, _value in absent.headers}


@each_post
def test_a_form_without_its_token_is_refused_and_alters_nothing(place: Place, row: Row) -> None:
    before = place.fingerprint()
    assert ask(place, row, row.seer, token=False).status_code == 400
    other = "ben" if row.seer != "ben" else "ada"
    stolen = dict(row.body(place)) | {"csrf_token": place.tokens[other]}
    assert place.client(row.seer).post(row.url(place), data=stolen).status_code == 400
    assert place.fingerprint() == before


@each_row
def test_the_methods_that_nobody_declared(place: Place, row: Row) -> None:
    """HEAD is GET without a body, OPTIONS is for those who may post, everything else is refused."""
    before, url, methods = place.fingerprint(), row.url(place), {each.method for each in ROWS if at_one(each, row)}
    for visitor in (ANONYMOUS, row.seer):
        client = place.client(visitor)
        allowed = refusal(row, visitor) is None
        if row.method == "GET" and not row.alone:
            told = client.head(url)
            assert told.status_code == expected(row, visitor, absent=False)
            assert told.data == b""
        assert client.options(url).status_code == (200 if allowed else 401)
        for method in {"PUT", "PATCH", "DELETE", "POST", "TRACE"} - methods:
            assert client.open(url, method=method).status_code == 405, method
    assert place.fingerprint() == before


def at_one(one: Row, other: Row) -> bool:
    """Whether two rows share an address."""
    pair = {one.endpoint, other.endpoint}
    shared = [{"trainee.quiz_item", "trainee.save_response"}, {"trainee.run", "trainee.choose"}]
    return len(pair) == 1 or pair in shared


def masked(answer: TestResponse) -> str:
    """A page without its CSRF tokens."""
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", answer.text)


def test_the_matrix_sees_an_open_door(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: the review forgets to ask whose attempt it is."""
    review = results.review
    monkeypatch.setattr(results, "review", lambda session, attempt, _user: review(session, attempt, None))
    row = next(each for each in ROWS if each.endpoint == "trainee.review")
    assert ask(place, row, "ben").status_code == 200 != expected(row, "ben", absent=False)
