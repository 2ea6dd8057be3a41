"""Sign-in, sessions and passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from courseware.services import accounts
from courseware.services.passwords import hash_password
from courseware.storage.account_store import StaleAccount
from courseware.storage.accounts import BrowserSession, User, digest
from courseware.web.accounts import make_reset_link
from courseware.web.signing_in import store

from .small_app import OTHER, PASSWORD, Browser, Place, small_places


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with small_places(tmp_path) as place:
        yield place


@pytest.fixture
def place(places: Callable[..., Place]) -> Place:
    return places()


# ---- sign-in ----


def test_sign_in_and_the_way_on(place: Place) -> None:
    place.account()
    browser = place.browser()
    assert browser.get("/learn").location == "/sign-in?next=/learn"
    assert 'name="next" type="hidden" value="/learn"' in browser.get("/sign-in?next=/learn").text
    assert browser.sign_in(next="/learn").location == "/learn"
    assert browser.is_signed_in()
    for path in ("/sign-in", "/register"):
        assert browser.get(path).location == "/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "\\\\evil.example", "/\\evil.example", "///evil.example",
     "javascript:alert(1)", "\t//evil.example", "http:evil.example", "https://localhost@evil.example/"],
)  # fmt: skip
def test_next_never_leads_away(place: Place, target: str) -> None:
    place.account()
    browser = place.browser()
    page = browser.get("/sign-in", query_string={"next": target})
    assert page.status_code == 200
    answer = browser.sign_in(next=target)
    assert answer.status_code == 302
    assert urlsplit(answer.location).netloc in ("", "localhost")
    assert not answer.location.startswith(("//", "\\", "javascript"))


def test_a_wrong_password_and_an_unknown_address_get_the_same_bytes(place: Place) -> None:
    place.account()
    place.account("invited@example.org", password=None)
    closed = place.account("closed@example.org")
    with place.db.write() as session:
        accounts.set_active(session, closed, False)
    pages = [
        place.browser().sign_in("maria@example.org", OTHER),
        place.browser().sign_in("nobody@example.org", OTHER),
        place.browser().sign_in("invited@example.org", OTHER),
        place.browser().sign_in("closed@example.org", PASSWORD),
    ]
    assert {page.status_code for page in pages} == {422}
    bodies = {re.sub(r'name="csrf_token"[^>]*>|value="[^"]*@example.org"', "", page.text) for page in pages}
    assert len(bodies) == 1
    assert bodies.pop().count("do not match an account") == 1


def test_blank_fields_are_named(place: Place) -> None:
    page = place.browser().sign_in("", "")
    assert page.status_code == 422
    assert 'href="#email">Enter your e-mail address.' in page.text
    assert 'href="#password">Enter your password.' in page.text
    assert "do not match" not in page.text
    assert "Enter an e-mail address such as" in place.browser().sign_in("nowhere", "x").text


@pytest.mark.parametrize("email", ["maria@example.org", "nobody@example.org"])
def test_guessing_waits_and_the_wait_ends(place: Place, email: str) -> None:
    place.account()
    for _ in range(5):
        assert place.browser().sign_in(email, OTHER).status_code == 422
    page = place.browser().sign_in(email, PASSWORD)
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "900"
    assert "Try again in 15 minutes." in page.text
    place.clock.move(minutes=14, seconds=30)
    assert "Try again in 1 minute." in place.browser().sign_in(email, PASSWORD).text
    place.clock.move(seconds=30)
    assert place.browser().sign_in(email, PASSWORD).status_code == (302 if email.startswith("maria") else 422)


def test_a_success_starts_the_count_afresh(place: Place) -> None:
    place.account()
    for _ in range(3):
        for _ in range(4):
            place.browser().sign_in(password=OTHER)
        assert place.browser().sign_in().status_code == 302


def test_a_password_typed_on_another_keyboard_fits(place: Place) -> None:
    place.account("a@example.org", password=hash_password("café at the border"))
    assert place.browser().sign_in("A@Example.org", "cafe\u0301 at the border").status_code == 302


def test_an_old_hash_is_made_anew_and_keeps_the_session(place: Place) -> None:
    place.account(password=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD))
    browser = place.browser()
    assert browser.sign_in().status_code == 302
    assert browser.is_signed_in()
    with place.db.read() as session:
        assert "m=19456" in (session.scalar(select(User.password)) or "")


# ---- sessions ----


def test_the_cookie_holds_a_random_id_and_nothing_about_the_person(place: Place) -> None:
    user_id = place.account()
    browser = place.browser()
    browser.sign_in()
    serializer = SecureCookieSessionInterface().get_signing_serializer(place.app)
    assert serializer is not None
    held = serializer.loads(browser.cookie())
    assert set(held) == {"_user_id", "_permanent"}
    with place.db.read() as session:
        row = session.scalars(select(BrowserSession)).one()
    assert (row.digest, row.user_id) == (digest(held["_user_id"]), user_id)
    browser.get("/account")
    assert set(serializer.loads(browser.cookie())) == {"_user_id", "_permanent", "csrf_token"}


def test_each_sign_in_gets_an_id_and_a_csrf_token_of_its_own(place: Place) -> None:
    place.account()
    browser = place.browser()
    browser.get("/sign-in")
    before = browser.cookie()
    browser.sign_in()
    assert not browser.with_cookie(before).is_signed_in()
    first = browser.cookie()
    browser.sign_out()
    browser.sign_in()
    assert browser.cookie() != first
    assert not browser.with_cookie(first).is_signed_in()


def test_a_copied_cookie_is_worthless_after_sign_out(place: Place) -> None:
    place.account()
    browser, elsewhere = place.browser(), place.browser()
    browser.sign_in()
    elsewhere.sign_in()
    stolen = browser.cookie()
    assert browser.with_cookie(stolen).is_signed_in()
    assert browser.sign_out().location == "/"
    assert browser.cookie() == ""
    assert not browser.with_cookie(stolen).is_signed_in()
    assert elsewhere.is_signed_in()


def test_signing_out_needs_a_post_and_a_token(place: Place) -> None:
    place.account()
    browser = place.browser()
    browser.sign_in()
    assert browser.get("/sign-out").status_code == 405
    assert browser.client.post("/sign-out").status_code == 400
    assert browser.is_signed_in()
    anonymous = place.browser()
    assert anonymous.send("/sign-out", page="/sign-in").location == "/"


def test_a_session_ends_after_the_days_of_the_settings(places: Callable[..., Place]) -> None:
    place = places(session_days=3)
    place.account()
    browser = place.browser()
    browser.sign_in()
    place.clock.move(days=3, seconds=-1)
    assert browser.is_signed_in()
    place.clock.move(seconds=1)
    assert not browser.is_signed_in()


def test_a_signed_in_page_asks_the_database_once(place: Place) -> None:
    place.account("boss@example.org", "trainee", "instructor", "admin")
    browser = place.browser()
    browser.sign_in("boss@example.org")
    asked: list[str] = []
    event.listen(place.db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for path in ("/learn", "/teach", "/manage", "/"):
        asked.clear()
        assert browser.get(path).status_code == 200
        statements = [each for each in asked if not each.startswith("BEGIN")]
        assert len(statements) == 1, statements
        assert statements[0].startswith("SELECT users.id")
        assert "users.password" not in statements[0]
    asked.clear()
    assert browser.get("/asset").status_code == 200
    assert place.browser().get("/").status_code == 200
    assert asked == []


def test_closing_an_account_shuts_its_browsers(place: Place) -> None:
    user_id = place.account()
    browser = place.browser()
    browser.sign_in()
    with place.db.write() as session:
        accounts.set_active(session, user_id, False)
    assert not browser.is_signed_in()
    with place.db.write() as session:
        accounts.set_active(session, user_id, True)
    assert not browser.is_signed_in()


def test_sign_out_everywhere(place: Place) -> None:
    place.account()
    browser, elsewhere = place.browser(), place.browser()
    browser.sign_in()
    elsewhere.sign_in()
    answer = browser.send("/account/sign-out-everywhere", page="/account")
    assert answer.location == "/sign-in"
    assert "signed out in every browser" in browser.get("/sign-in").text
    assert not browser.is_signed_in()
    assert not elsewhere.is_signed_in()


# ---- passwords ----


def change(browser: Browser, old: str, new: str) -> TestResponse:
    return browser.send("/account/password", password=old, new_password=new, new_password_confirm=new)


def test_changing_the_password_ends_every_other_session(place: Place) -> None:
    user_id = place.account()
    browser, elsewhere = place.browser(), place.browser()
    browser.sign_in()
    elsewhere.sign_in()
    stolen, link = browser.cookie(), place.reset_link(user_id)
    assert change(browser, PASSWORD, OTHER).location == "/account"
    assert "Your password is changed" in browser.get("/account").text
    assert browser.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert not browser.with_cookie(stolen).is_signed_in()
    assert place.sessions() == [user_id]
    assert place.browser().get(link).location == "/forgotten-password"
    assert place.browser().sign_in(password=PASSWORD).status_code == 422
    assert place.browser().sign_in(password=OTHER).status_code == 302


def test_a_refused_change_keeps_everything(place: Place) -> None:
    place.account()
    browser, elsewhere = place.browser(), place.browser()
    browser.sign_in()
    elsewhere.sign_in()
    assert "not your present password" in change(browser, OTHER, OTHER).text
    assert "is the present one" in change(browser, PASSWORD, PASSWORD).text
    assert "10 characters or more" in change(browser, PASSWORD, "short").text
    assert "too close to the e-mail address" in change(browser, PASSWORD, "maria@example.org").text
    assert elsewhere.is_signed_in()


def test_a_reset_link_works_once(place: Place) -> None:
    user_id = place.account()
    browser = place.browser()
    browser.sign_in()
    link = place.reset_link(user_id)
    assert link.startswith("/reset-password/")
    visitor = place.browser()
    assert visitor.send(link, password="short", password_confirm="short").status_code == 422
    assert visitor.send(link, password=OTHER, password_confirm=OTHER).location == "/sign-in"
    assert not browser.is_signed_in()
    assert not visitor.is_signed_in()
    assert place.browser().sign_in(password=OTHER).status_code == 302
    again = place.browser()
    assert again.get(link).location == "/forgotten-password"
    assert "That link does not work" in again.get("/forgotten-password").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', again.get("/sign-in").text)
    assert token
    fields = {"csrf_token": token[1], "password": PASSWORD, "password_confirm": PASSWORD}
    assert again.client.post(link, data=fields).location == "/forgotten-password"
    assert place.browser().sign_in(password=PASSWORD).status_code == 422


def test_of_two_uses_at_once_one_is_refused(place: Place) -> None:
    user_id = place.account()
    with place.app.app_context():
        one, two = store().find_user(id=user_id), store().find_user(id=user_id)
        assert one is not None
        assert two is not None
        one.password = hash_password(OTHER)
        store().set_uniquifier(one)
        two.password = "other"
        with pytest.raises(StaleAccount):
            store().set_uniquifier(two)
    assert place.browser().sign_in(password=OTHER).status_code == 302


def test_a_reset_link_expires(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = place.account()
    link = place.reset_link(user_id)
    later = int((datetime.now(UTC) + timedelta(days=3, seconds=60)).timestamp())
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: later)
    browser = place.browser()
    assert browser.get(link).location == "/forgotten-password"
    assert "not used in time" in browser.get("/forgotten-password").text


def test_a_changed_reset_link_opens_nothing(place: Place) -> None:
    link = place.reset_link(place.account())
    # Not the last character: some of its bits are padding, which nobody reads.
    changed = link[:-5] + ("A" if link[-5] != "A" else "B") + link[-4:]
    assert place.browser().get(changed).location == "/forgotten-password"
    assert place.browser().get("/reset-password/nothing").location == "/forgotten-password"


def test_reset_links_name_the_host_they_were_asked_at(place: Place) -> None:
    user_id = place.account()
    with place.app.test_request_context(base_url="https://parley.example:8443"):
        assert make_reset_link(user_id).startswith("https://parley.example:8443/reset-password/")
        with pytest.raises(accounts.AccountUnknown):
            make_reset_link(999)


def test_the_forgotten_password_page_promises_no_mail(place: Place) -> None:
    page = place.browser().get("/forgotten-password").text
    assert "sends no mail" in page
    assert "courseware user reset" in page
    assert 'name="email"' not in page
    assert place.browser().send("/forgotten-password", page="/sign-in", email="a@b.org").status_code == 405
    with place.app.app_context(), pytest.raises(RuntimeError, match="no mail server"):
        place.app.extensions["security"].mail_util.send_mail()
