"""A real server and a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.server import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The course on an empty database."""
    with serving(tmp_path, WORKERS="2") as server:
        yield server


@dataclass
class Visitors:
    """Makes browser windows of different people, and hears what the browser complains of."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, *, javascript: bool = True) -> Page:
        """A window with cookies of its own."""
        context = self.browser.new_context(base_url=self.url, java_script_enabled=javascript, accept_downloads=True)
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)


@pytest.fixture
def visitors(chromium: Browser, served: Served) -> Iterator[Visitors]:
    """Windows on the served course; a Content Security Policy violation or a script error fails the test."""
    people = Visitors(chromium, served.url)
    yield people
    for context in people.contexts:
        context.close()
    assert people.complaints == []
