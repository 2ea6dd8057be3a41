"""The headers of every page, the cookie's flags, whose host is answered, which settings are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from courseware.app import create_app
from courseware.config import BadSetting, Settings, from_environment
from courseware.content.loader import Loaded
from courseware.web.assets import FOR_EVER
from courseware.web.security import HEADERS, Policy, policy
from tests.rails.place import ANONYMOUS, Place, empty_database
from tests.rails.routes import ROWS, Row

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""Written out once more: whoever loosens it in the program has to do so here too."""

GETS = [row for row in ROWS if row.method == "GET"]


def faults(place: Place, url: str, visitor: str) -> list[str]:
    """What is wrong with the headers of an answer."""
    answer = place.client(visitor).get(url)
    wanted = HEADERS | {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": FOR_EVER if url.startswith("/assets/") and answer.status_code == 200 else "no-store",
    }
    found = [
        f"{name}: {answer.headers.get(name)}" for name, value in wanted.items() if answer.headers.get(name) != value
    ]
    return found + [
        name for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin") if name in answer.headers
    ]


@pytest.mark.parametrize("row", GETS, ids=lambda row: row.name)
def test_every_page_has_the_headers(place: Place, row: Row) -> None:
    if row.alone:
        place.without_admin()
    url = row.url(place)
    for visitor in {row.seer, ANONYMOUS, "ben"}:
        assert faults(place, url, visitor) == []
    for arguments in row.absent(place):
        assert faults(place, row.url(place, arguments), row.seer) == []


def test_an_address_that_is_no_route_has_them_too(place: Place) -> None:
    assert faults(place, "/no/such/page", ANONYMOUS) == []


def test_a_view_that_allows_itself_to_be_kept_is_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault."""
    glossary = place.app.view_functions["trainee.glossary"]
    kept = policy(Policy.TRAINEE)(lambda: (glossary(), {"Cache-Control": "public"}))
    monkeypatch.setitem(place.app.view_functions, "trainee.glossary", kept)
    assert faults(place, "/glossary", "ada") == ["Cache-Control: public"]


@pytest.mark.parametrize("row", GETS, ids=lambda row: row.name)
def test_a_foreign_host_is_refused(place: Place, row: Row) -> None:
    answer = place.client(row.seer).get(row.url(place), headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "evil.example" not in answer.text + str(answer.headers)


def cookie_of(app: Flask, base_url: str) -> tuple[str, set[str]]:
    """The session cookie's name and flags."""
    header = app.test_client().get("/sign-in", base_url=base_url).headers["Set-Cookie"]
    name, *flags = [part.strip() for part in header.split(";")]
    return name.partition("=")[0], {flag.partition("=")[0] if flag.startswith("Expires") else flag for flag in flags}


@pytest.mark.parametrize("https", [False, True])
def test_the_cookie_is_for_the_server_alone(tmp_path: Path, loaded: Loaded, https: bool) -> None:
    db = empty_database(tmp_path)
    settings = Settings(instance_dir=str(tmp_path), https=https)
    app = create_app(settings, db=db, loaded=loaded)
    name, flags = cookie_of(app, "https://localhost" if https else "http://localhost")
    assert name == ("__Host-parley" if https else "parley")
    assert flags - {"Expires"} == {"HttpOnly", "SameSite=Lax", "Path=/"} | ({"Secure"} if https else set())
    answer = app.test_client().get("/sign-in")
    assert ("Strict-Transport-Security" in answer.headers) is https
    db.dispose()


def test_assets_set_no_cookie(place: Place) -> None:
    for asset in place.app.extensions["assets"]:
        answer = place.client("ada").get(f"/assets/{asset.path}")
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "k" * 40}, "TRUSTED_HOSTS"),
    ],
)
def test_off_loopback_the_defaults_are_refused(more: dict[str, str], wanted: str) -> None:
    given = {"COURSEWARE_HOST": "0.0.0.0"} | {f"COURSEWARE_{name}": value for name, value in more.items()}  # noqa: S104
    with pytest.raises(BadSetting, match=wanted):
        from_environment(given)


def test_off_loopback_a_whole_setting_is_taken() -> None:
    given = {"HOST": "0.0.0.0", "SECRET_KEY": "k" * 40, "TRUSTED_HOSTS": "parley.example"}  # noqa: S104 - not bound
    assert not from_environment({f"COURSEWARE_{name}": value for name, value in given.items()}).on_loopback
