"""Registration, one-time links and one's own account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from courseware.services import accounts, sign_in
from courseware.web.signing_in import store

from .small_app import OTHER, PASSWORD, Place, small_places


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with small_places(tmp_path) as place:
        yield place


@pytest.fixture
def place(places: Callable[..., Place]) -> Place:
    return places()


# ---- registration ----


def test_open_registration_makes_a_trainee_who_is_signed_in(place: Place) -> None:
    browser = place.browser()
    answer = browser.register()
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    assert browser.get("/sign-in").location == "/"
    assert browser.get("/learn").text == "learning as Ana"
    assert browser.get("/teach").status_code == 403
    with place.db.read() as session:
        account = accounts.find_account(session, "ana@example.org")
    assert (account.roles, account.name) == (("trainee",), "Ana")


def test_registration_goes_on_to_where_its_visitor_wanted(place: Place) -> None:
    assert place.browser().register(next="/learn").location == "/learn"


def test_registration_names_every_fault_at_its_field(place: Place) -> None:
    page = place.browser().register(name=" ", email="nowhere", password="short", password_confirm="other")
    assert page.status_code == 422
    for words in ("Enter your name", "Enter an e-mail address", "10 characters or more", "The two passwords differ"):
        assert words in page.text
    assert "<title>Error:" in page.text


@pytest.mark.parametrize("password", ["password1234", "ana@example.org", "x" * 201])
def test_registration_refuses_weak_passwords(place: Place, password: str) -> None:
    assert place.browser().register(password=password, password_confirm=password).status_code == 422
    with place.db.read() as session:
        assert accounts.list_accounts(session).total == 0


def test_registering_a_known_address_changes_nothing_and_says_what_to_do(place: Place) -> None:
    place.account()
    browser = place.browser()
    answer = browser.register(email="MARIA@example.org", password=OTHER, password_confirm=OTHER)
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    assert "No account was made" in browser.get("/sign-in").text
    assert not browser.is_signed_in()
    assert place.browser().sign_in().status_code == 302


def test_registering_in_the_same_moment_makes_one_account(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.account()
    with place.app.app_context():
        monkeypatch.setattr(store(), "find_user", lambda **_kwargs: None)
    answer = place.browser().register(email="maria@example.org")
    assert (answer.status_code, answer.location) == (302, "/sign-in")


def test_registration_by_code(places: Callable[..., Place]) -> None:
    place = places(registration="code", registration_code="Sinai-1973")
    browser = place.browser()
    assert browser.register().status_code == 422
    page = browser.register(code="sinai-1973")
    assert page.status_code == 422
    assert "not the registration code" in page.text
    assert browser.register(code="Sinai-1973").status_code == 302
    assert browser.is_signed_in()


def test_the_registration_code_cannot_be_guessed_without_end(places: Callable[..., Place]) -> None:
    place = places(registration="code", registration_code="Sinai-1973")
    with place.db.write() as session:
        for _ in range(50):
            sign_in.record_failure(session, None, "127.0.0.1", now=place.clock())
    page = place.browser().register(code="Sinai-1973")
    assert "Try again in 15 minutes" in page.text


def test_open_registration_asks_for_no_code(place: Place) -> None:
    assert 'name="code"' not in place.browser().get("/register").text


def test_closed_registration_says_who_to_ask(places: Callable[..., Place]) -> None:
    place = places(registration="closed")
    browser = place.browser()
    page = browser.get("/register")
    assert page.status_code == 200
    assert "Ask the instructor" in page.text
    assert "<form" not in page.text
    fields = {"name": "A", "email": "a@example.org", "password": PASSWORD, "password_confirm": PASSWORD}
    assert browser.send("/register", page="/sign-in", **fields).status_code == 403
    with place.db.read() as session:
        assert accounts.list_accounts(session).total == 0


# ---- one-time links ----


def test_the_setup_link_makes_the_first_visitor_admin(place: Place) -> None:
    with place.db.write() as session:
        secret = accounts.make_setup_link(session, now=place.clock())
    browser = place.browser()
    fields = {"name": "First", "email": "first@example.org", "password": PASSWORD, "password_confirm": PASSWORD}
    assert browser.send(f"/setup/{secret}", **{**fields, "email": "x", "password": "short"}).status_code == 422
    assert browser.send(f"/setup/{secret}", **fields).location == "/"
    assert browser.get("/manage").status_code == browser.get("/teach").status_code == 200
    late = place.browser().get(f"/setup/{secret}")
    assert late.status_code == 410
    assert "used already" in late.text
    assert place.browser().get("/setup/nothing").status_code == 404


def test_a_setup_with_a_taken_address_keeps_the_link(place: Place) -> None:
    place.account()
    with place.db.write() as session:
        secret = accounts.make_setup_link(session, now=place.clock())
    fields = {"name": "First", "password": PASSWORD, "password_confirm": PASSWORD}
    page = place.browser().send(f"/setup/{secret}", email="maria@example.org", **fields)
    assert page.status_code == 422
    assert "has an account already" in page.text
    assert place.browser().send(f"/setup/{secret}", email="first@example.org", **fields).status_code == 302


def test_an_invited_person_chooses_a_password(place: Place) -> None:
    with place.db.write() as session:
        invitation = accounts.make_invitation(session, "guest@example.org", "Guest", "instructor", now=place.clock())
    path = f"/invitation/{invitation.secret}"
    browser = place.browser()
    page = browser.get(path).text
    assert "guest@example.org" in page
    assert 'value="Guest"' in page
    weak = {"name": "Guest", "password": "guest@example.org", "password_confirm": "guest@example.org"}
    assert "too close to the e-mail address" in browser.send(path, **weak).text
    assert browser.send(path, name="Gast", password=OTHER, password_confirm=OTHER).location == "/"
    assert browser.get("/teach").status_code == 200
    assert place.browser().get(path).status_code == 410
    assert place.browser().sign_in("guest@example.org", OTHER).status_code == 302


def test_an_expired_invitation_says_so(place: Place) -> None:
    with place.db.write() as session:
        invitation = accounts.make_invitation(session, "guest@example.org", "Guest", "trainee", now=place.clock())
    place.clock.move(days=14)
    page = place.browser().get(f"/invitation/{invitation.secret}")
    assert page.status_code == 410
    assert "not used in time" in page.text


def test_accepting_while_signed_in_as_another_ends_that_session(place: Place) -> None:
    place.account()
    with place.db.write() as session:
        invitation = accounts.make_invitation(session, "guest@example.org", "Guest", "trainee", now=place.clock())
    browser = place.browser()
    browser.sign_in()
    path = f"/invitation/{invitation.secret}"
    assert browser.send(path, name="Guest", password=OTHER, password_confirm=OTHER).location == "/"
    assert browser.get("/learn").text == "learning as Guest"
    assert place.sessions() == [invitation.user_id]


def test_the_name_can_be_changed(place: Place) -> None:
    place.account()
    browser = place.browser()
    browser.sign_in()
    assert browser.send("/account", name="").status_code == 422
    assert browser.send("/account", name="  Maria   L. ").location == "/account"
    assert "learning as Maria L." in browser.get("/learn").text
