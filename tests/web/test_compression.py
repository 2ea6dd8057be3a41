"""Pages travel compressed where that is safe, and a lesson's first view stays small."""

from __future__ import annotations

import gzip
import re

from flask import Flask

from tests.support.people import new_person

LESSON = "/modules/military-support-to-talks/lessons/03-three-ring-venue-security"
PACKED = {"Accept-Encoding": "gzip"}
FIRST_VIEW = 100_000
"""Bytes of a lesson's first view with all that its page asks for."""


def test_a_page_is_compressed_for_those_who_take_it(app: Flask) -> None:
    """And is the same page."""
    client = app.test_client()
    plain, packed = client.get("/"), client.get("/", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Learn to work where" in gzip.decompress(packed.data).decode()
    assert len(packed.data) < len(plain.data) / 2


def test_a_page_that_may_repeat_what_a_link_said_is_not(app: Flask) -> None:
    """Compression would tell an attacker whether a guess stands in the page."""
    answer = app.test_client().get("/sign-in?next=/glossary", headers=PACKED)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_a_lessons_first_view_is_small(app: Flask) -> None:
    """The page, its style, its scripts and both cuts of the font."""
    client = new_person(app, "ana").client
    page = client.get(LESSON, headers=PACKED)
    total = len(page.data)
    for address in sorted(set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', gzip.decompress(page.data).decode()))):
        total += len(client.get(address, headers=PACKED).data)
    italic = app.extensions["assets"].url("vendor/parley-serif/parley-serif-italic.woff2")
    total += len(client.get(italic).data)
    assert total <= FIRST_VIEW
