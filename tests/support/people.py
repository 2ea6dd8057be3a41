"""People for tests: accounts of each role, signed in through the page as anybody is."""

from __future__ import annotations

from flask import Flask

from courseware.services import accounts
from courseware.services.passwords import hash_password, normalised
from courseware.web.context import EXTENSION, Runtime
from tests.support.pages import Browser

PASSWORD = "seven grey herons on a bank"
_HASH = ""
"""Hashing is slow on purpose; all test accounts share one."""


def account(app: Flask, name: str, *roles: str) -> int:
    """Make an account that can sign in with PASSWORD and return its id."""
    global _HASH
    _HASH = _HASH or hash_password(normalised(PASSWORD))
    runtime: Runtime = app.extensions[EXTENSION]
    with runtime.db.write() as session:
        return accounts.create_account(
            session, f"{name}@example.org", name.title(), _HASH, roles or ("trainee",), now=runtime.clock()
        )


def signed_in(app: Flask, name: str) -> Browser:
    """A browser signed in as the account of that name."""
    browser = Browser(app)
    browser.get("/sign-in")
    page = browser.submit(changes={"email": f"{name}@example.org", "password": PASSWORD}, action="/sign-in")
    assert "/sign-in" not in page.url, page.text
    return browser


def new_person(app: Flask, name: str, *roles: str) -> Browser:
    """Make an account and sign in with it."""
    account(app, name, *roles)
    return signed_in(app, name)
