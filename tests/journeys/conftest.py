"""A real server and a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support import browser as browsers

PATIENCE = 60
"""Seconds in which a server has to be there."""


@dataclass
class Served:
    """A running course on an empty database of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def setup_link(self) -> str:
        """The one-time link that the first start prints."""
        found = re.search(r"http\S+/setup/\S+", self.log.read_text(encoding="utf-8"))
        assert found is not None
        return found.group(0)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """`courseware serve` as a user starts it, in an empty folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSEWARE_")}
    environment |= {"COURSEWARE_PORT": str(port), "COURSEWARE_WORKERS": "2"}
    command = [sys.executable, "-c", "from courseware.cli import main; main()", "serve"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )
    server = Served(tmp_path, port, process, log)
    try:
        _wait(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


def _wait(server: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{server.log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys."""
    path = browsers.find()
    if path is None:
        pytest.skip("no Chromium was found; `make test` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.arguments())
        yield browser
        browser.close()


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
