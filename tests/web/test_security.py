"""Policies, headers, cookies, hosts, CSRF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from courseware.web.context import EXTENSION
from courseware.web.security import (
    CONTENT_SECURITY_POLICY,
    Policy,
    UndeclaredRoute,
    check_policies,
    declare,
    enforce,
    policy_of,
)
from courseware.web.signing_in import store

from .small_app import NOW, PASSWORD, Place, small_places


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with small_places(tmp_path) as place:
        yield place


@pytest.fixture
def place(places: Callable[..., Place]) -> Place:
    return places()


# ---- policies ----


def test_the_start_is_refused_with_a_route_that_declares_nothing(place: Place) -> None:
    app = Flask("bare", static_folder=None)
    app.extensions[EXTENSION] = place.app.extensions[EXTENSION]
    Babel(app)
    enforce(app)
    app.add_url_rule("/a", "first", lambda: "a")
    app.add_url_rule("/b", "second", lambda: "b")
    with pytest.raises(UndeclaredRoute, match="first, second"):
        check_policies(app)
    declare(app, "first", Policy.ANYONE)
    with pytest.raises(UndeclaredRoute, match="for: second"):
        check_policies(app)
    assert app.test_client().get("/a").status_code == 200
    assert app.test_client().get("/b").status_code == 403


def test_every_route_has_a_policy_and_the_library_brings_no_others(place: Place) -> None:
    found = {rule.endpoint: str(rule) for rule in place.app.url_map.iter_rules() if rule.endpoint[:8] == "security"}
    assert found == {
        "security.login": "/sign-in",
        "security.logout": "/sign-out",
        "security.register": "/register",
        "security.forgot_password": "/forgotten-password",
        "security.reset_password": "/reset-password/<token>",
        "security.change_password": "/account/password",
    }
    assert policy_of(place.app, "security.change_password") is Policy.SIGNED_IN
    assert policy_of(place.app, "accounts.account") is Policy.SIGNED_IN
    assert policy_of(place.app, "nothing") is None


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((), {"/learn": 302, "/teach": 302, "/manage": 302, "/account": 302, "/": 200}),
        (("trainee",), {"/learn": 200, "/teach": 403, "/manage": 403, "/account": 200, "/": 200}),
        (("instructor",), {"/learn": 200, "/teach": 200, "/manage": 403, "/account": 200, "/": 200}),
        (("admin",), {"/learn": 200, "/teach": 403, "/manage": 200, "/account": 200, "/": 200}),
    ],
)
def test_who_may_what(place: Place, roles: tuple[str, ...], expected: dict[str, int]) -> None:
    browser = place.browser()
    if roles:
        place.account("maria@example.org", *roles)
        browser.sign_in()
    assert {path: browser.get(path).status_code for path in expected} == expected


def test_an_anonymous_post_is_refused_with_a_page(place: Place) -> None:
    answer = place.browser().client.post("/learn")
    assert answer.status_code == 401
    assert "<h1>" in answer.text
    assert "You are not signed in, or no longer." in answer.text


def test_a_missing_page_is_missing_and_a_wrong_role_gets_a_page(place: Place) -> None:
    place.account()
    browser = place.browser()
    browser.sign_in()
    assert browser.get("/nothing").status_code == 404
    assert "does not have the role" in browser.get("/teach").text


def test_development_pages_exist_in_development_only(place: Place, places: Callable[..., Place]) -> None:
    assert place.browser().get("/styleguide").status_code == 404
    assert places(development=True).browser().get("/styleguide").status_code == 200


def test_a_token_in_a_header_or_address_signs_nobody_in(place: Place) -> None:
    user_id = place.account()
    with place.app.test_request_context():
        account = store().find_user(id=user_id)
        assert account is not None
        token = account.get_auth_token()
    client = place.app.test_client()
    assert client.get("/learn", headers={"Authentication-Token": token}).status_code == 302
    assert client.get("/learn", query_string={"auth_token": token}).status_code == 302
    assert client.get("/learn", headers={"Accept": "application/json"}).status_code == 302


# ---- headers, cookies, hosts, CSRF ----


def test_every_answer_has_the_headers(place: Place) -> None:
    browser = place.browser()
    for path, status in (("/", 200), ("/sign-in", 200), ("/nothing", 404), ("/learn", 302), ("/asset", 200)):
        answer = browser.get(path)
        assert answer.status_code == status
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers
        assert answer.headers["Cache-Control"] == ("public, max-age=1" if path == "/asset" else "no-store")


def test_an_asset_does_not_depend_on_the_cookie(place: Place) -> None:
    place.account()
    browser = place.browser()
    browser.sign_in()
    assert "Cookie" not in browser.get("/asset").headers.get("Vary", "")


def test_cookie_flags_with_and_without_https(place: Place, places: Callable[..., Place]) -> None:
    plain = place.browser().get("/sign-in").headers["Set-Cookie"]
    assert plain.startswith("parley=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    answer = places(https=True).browser().get("/sign-in", base_url="https://localhost")
    secure = answer.headers["Set-Cookie"]
    assert secure.startswith("__Host-parley=")
    assert all(flag in secure for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in secure
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:80"])
def test_this_machine_answers_to_its_own_names(place: Place, host: str) -> None:
    assert place.browser().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "a b", "[::2]"])
def test_a_foreign_host_is_refused(place: Place, host: str) -> None:
    answer = place.browser().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert host not in answer.text


def test_the_hosts_of_the_settings_take_the_place_of_loopback(places: Callable[..., Place]) -> None:
    browser = places(trusted_hosts=("Parley.example", "fd00::5")).browser()
    assert browser.get("/", headers={"Host": "parley.example"}).status_code == 200
    assert browser.get("/", headers={"Host": "[fd00::5]:8000"}).status_code == 200
    assert browser.get("/", headers={"Host": "localhost"}).status_code == 400


@pytest.mark.parametrize("token", [None, "", "made-up"])
def test_a_form_without_its_token_gets_a_page_that_says_so(place: Place, token: str | None) -> None:
    place.account()
    browser = place.browser()
    data = {"email": "maria@example.org", "password": PASSWORD} | ({} if token is None else {"csrf_token": token})
    answer = browser.client.post("/sign-in", data=data)
    assert answer.status_code == 400
    assert "nothing was changed" in answer.text.lower()
    assert not browser.is_signed_in()


def test_a_csrf_token_does_not_grow_old(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.account()
    browser = place.browser()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").text)
    assert found
    later = int((NOW + timedelta(days=2)).timestamp())
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: later)
    fields = {"csrf_token": found[1], "email": "maria@example.org", "password": PASSWORD}
    assert browser.client.post("/sign-in", data=fields).status_code == 302


def test_json_is_not_spoken(place: Place) -> None:
    browser = place.browser()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").text)
    assert found
    answer = browser.client.post("/sign-in", json={"email": {}, "password": []}, headers={"X-CSRFToken": found[1]})
    assert answer.status_code == 415


def test_too_large_a_form_is_refused(place: Place) -> None:
    answer = place.browser().client.post("/sign-in", data={"csrf_token": "x" * (2 * 1024 * 1024 + 1)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sign-in", {"email": "username", "password": "current-password"}),
        ("/register", {"name": "name", "email": "username", "password": "new-password"}),
    ],
)
def test_browsers_are_told_what_each_field_holds(place: Place, path: str, fields: dict[str, str]) -> None:
    page = place.browser().get(path).text
    assert page.count("<h1>") == 1
    for name, value in fields.items():
        tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
        assert tag
        assert f'autocomplete="{value}"' in tag[0]
