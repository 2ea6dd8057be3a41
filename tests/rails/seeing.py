"""A real browser on real servers: how a page is come to, and what is measured on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, ViewportSize

from courseware.app import create_app
from courseware.config import Settings
from courseware.content.loader import Loaded
from courseware.services import accounts
from courseware.storage.database import Database
from tests.conftest import Clock
from tests.rails.place import ANONYMOUS, Place
from tests.support.server import SECRET_KEY, migrated_database, serving
from tests.support.world import World, fill, hashed

AXE = Path(__file__).parents[1] / "support" / "vendor" / "axe.min.js"
SCRIPTS = Path(__file__).parent / "scripts"
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)

WATCH = """
window.parleyViolations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.parleyViolations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile || ""}`));
"""

SEND = """([action, changes]) => {
  const where = (form) => form.getAttribute("action") || location.pathname; // a button may be called "action"
  const forms = [...document.forms].filter((form) => where(form).includes(action));
  const form = forms.sort((a, b) => where(a).length - where(b).length)[0];
  const copy = Object.assign(document.createElement("form"), { method: form.method, hidden: true });
  copy.setAttribute("action", where(form));
  const put = (name, value) => copy.append(Object.assign(document.createElement("textarea"), { name, value }));
  for (const [name, value] of new FormData(form)) if (!(name in changes)) put(name, value);
  for (const [name, value] of Object.entries(changes)) for (const one of [value].flat()) put(name, one);
  document.body.append(copy);
  HTMLFormElement.prototype.submit.call(copy);
}"""
"""Sends a form with other values, as a copy: the page's scripts see no change that they would save by themselves."""


@dataclass
class Site:
    """A running server, the place that it serves, and the browser that looks at it."""

    address: str
    place: Place
    contexts: dict[str, BrowserContext] = field(default_factory=dict)


@dataclass
class Sight:
    """A page in the browser, and what the browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def refused(self) -> list[str]:
        """What the content security policy has kept the page from, and every error of a script."""
        return self.complaints + list(self.page.evaluate("window.parleyViolations"))

    def script(self, name: str, *arguments: Any) -> Any:
        """What a function of scripts/<name>.js finds."""
        source = (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
        return self.page.evaluate(source, list(arguments))


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


@contextmanager
def make_site(
    folder: Path, loaded: Loaded, browser: Browser, world: Callable[..., World], **more: str
) -> Iterator[Site]:
    """A server whose database ``world`` has filled; every account is signed in."""
    folder.mkdir(parents=True)
    db = migrated_database(folder)
    filled = world(db, loaded, now=now())
    settings = Settings(instance_dir=str(folder), database_url=str(db.url), secret_key=SECRET_KEY, development=True)
    place = Place(create_app(settings, db=db, loaded=loaded), db, loaded, filled, Clock(now()))
    place.sign_in_all()
    place.make_reset_token()
    place.keep()
    with serving(folder, DEVELOPMENT="true", **more) as server:
        site = Site(server.url, place)
        for visitor in place.cookies:
            site.contexts[visitor] = _context(browser, server.url, place, visitor)
        yield site
        for context in site.contexts.values():
            context.close()
    db.dispose()


def _context(browser: Browser, address: str, place: Place, visitor: str) -> BrowserContext:
    """A browser with a visitor's cookie; nothing moves, so that colours are measured when they have settled."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", base_url=address)
    context.add_init_script(WATCH)
    if visitor != ANONYMOUS:
        cookie = {"name": place.cookie_name, "value": place.cookies[visitor], "url": address}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a plain mapping is what it takes
    return context


def bare_world(db: Database, loaded: Loaded, *, now: datetime) -> World:
    """A course in which there is nothing but one instructor, who learns nothing."""
    with db.write() as session:
        setup = accounts.make_setup_link(session, now=now)
        ines = accounts.create_account(session, "ines@example.org", "Ines", hashed(), ("instructor",), now=now)
    return World.of_nobody(setup, ines)


@contextmanager
def seen(site: Site, visitor: str) -> Iterator[Sight]:
    """A new page of a visitor."""
    page = site.contexts[visitor].new_page()
    sight = Sight(page)

    def note(message: ConsoleMessage) -> None:
        # the status of an answer is no fault of the page
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            sight.complaints.append(message.text)

    def heard(answer: Response) -> None:
        # files of the page; what a script of ours sends may be refused
        asked = answer.request
        if answer.status >= 400 and asked.method == "GET" and not asked.is_navigation_request():
            sight.complaints.append(f"{answer.status} for {answer.url}")

    page.on("console", note)
    page.on("response", heard)
    page.on("pageerror", lambda error: sight.complaints.append(str(error)))
    yield sight
    page.close()


def go(sight: Sight, url: str, status: int = 200) -> None:
    """Fetch a page and wait until its scripts have run."""
    answer = sight.page.goto(url, wait_until="load")
    assert answer is not None
    assert answer.status == status, f"{url}: {answer.status}"


def send(sight: Sight, action: str, changes: dict[str, Any], status: int) -> None:
    """Send a form of the page and wait for the page that follows."""
    with sight.page.expect_navigation(wait_until="load") as found:
        sight.page.evaluate(SEND, [urlsplit(action).path, changes])
    assert found.value is not None
    assert found.value.status == status, f"{action}: {found.value.status}"


def fill_whole(db: Database, loaded: Loaded, *, now: datetime) -> World:
    """The known world."""
    return fill(db, loaded, now=now)
