"""A client that checks every page it fetches: valid HTML, one h1, a title, ids, labels, links and form targets."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

FIELDS = ("input", "select", "textarea")
UNLABELLED = ("hidden", "submit", "button", "image", "reset")


class BadPage(AssertionError):
    """A fetched page breaks a rule that every page keeps."""


@dataclass
class Page:
    """One fetched page."""

    url: str
    status: int
    html: str
    tree: Element
    response: TestResponse

    @property
    def text(self) -> str:
        """The text of the main part, white space folded."""
        main = self.tree.find(".//main")
        return " ".join("".join((main if main is not None else self.tree).itertext()).split())

    @property
    def heading(self) -> str:
        """The h1."""
        return " ".join("".join(self.tree.find(".//h1").itertext()).split())

    def forms(self, action: str = "") -> list[Element]:
        """The forms whose action contains ``action``."""
        return [form for form in self.tree.iter("form") if action in (form.get("action") or self.url)]

    def links(self, containing: str = "") -> list[str]:
        """The addresses of links that contain a text."""
        return [str(a.get("href")) for a in self.tree.iter("a") if containing in str(a.get("href"))]


def values(form: Element) -> dict[str, list[str]]:
    """What a browser would send of a form as it stands, without pressing a named button."""
    sent: dict[str, list[str]] = {}
    for each in form.iter():
        name = each.get("name")
        if not name or each.get("disabled") is not None:
            continue
        if each.tag == "input":
            kind = each.get("type", "text")
            if kind in ("submit", "button", "image", "reset", "file"):
                continue
            if kind in ("radio", "checkbox") and each.get("checked") is None:
                continue
            sent.setdefault(name, []).append(each.get("value", "on" if kind == "checkbox" else ""))
        elif each.tag == "textarea":
            sent.setdefault(name, []).append("".join(each.itertext()).removeprefix("\n"))
        elif each.tag == "select":
            options = list(each.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            for option in chosen:
                sent.setdefault(name, []).append(option.get("value", "".join(option.itertext())))
    return sent


@dataclass
class Browser:
    """Fetches pages and submits their forms as a browser without JavaScript does."""

    app: Flask
    client: FlaskClient = field(init=False)
    page: Page | None = None
    visited: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, url: str, status: int = 200) -> Page:
        """Fetch a page, following redirects, and check it."""
        return self._arrive(self.client.get(url, follow_redirects=True), url, status)

    def submit(
        self,
        form: Element | None = None,
        changes: dict[str, str | list[str]] | None = None,
        *,
        action: str = "",
        status: int = 200,
    ) -> Page:
        """Send a form of the current page with some fields changed, follow redirects, check where it leads."""
        assert self.page is not None
        if form is None:
            form = self.page.forms(action)[-1] if action else self.page.forms()[-1]
        data: dict[str, list[str]] = values(form)
        for name, value in (changes or {}).items():
            data[name] = [value] if isinstance(value, str) else value
        url = urljoin(self.page.url, form.get("action") or self.page.url)
        if (form.get("method") or "get").lower() == "get":
            response = self.client.get(url, query_string=data, follow_redirects=True)
        else:
            response = self.client.post(url, data=data, follow_redirects=True)
        return self._arrive(response, url, status)

    def _arrive(self, response: TestResponse, url: str, status: int) -> Page:
        query = response.request.query_string.decode()
        url = response.request.path + (f"?{query}" if query else "")
        if response.status_code != status:
            raise BadPage(f"{url}: {response.status_code}, not {status}: {response.get_data(as_text=True)[:600]}")
        page = read_page(self.app, url, response)
        self.page = page
        self.visited.append(url)
        return page


def read_page(app: Flask, url: str, response: TestResponse) -> Page:
    """Parse and check one page. Raises BadPage, naming everything that is wrong with it."""
    html = response.get_data(as_text=True)
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(html)
    faults = [f"invalid HTML at {place}: {code} {data}" for place, code, data in parser.errors]
    faults += _structure(tree) + _references(tree) + _labels(tree) + _targets(app, url, tree)
    if faults:
        raise BadPage(f"{url}:\n  " + "\n  ".join(faults))
    return Page(url, response.status_code, html, tree, response)


def _structure(tree: Element) -> list[str]:
    faults = []
    root = tree if tree.tag == "html" else tree.find(".//html")
    if root is None or not root.get("lang"):
        faults.append("no language")
    title = tree.find(".//title")
    if title is None or not "".join(title.itertext()).removesuffix("– Parley").strip():
        faults.append("no title of its own")
    if len(headings := list(tree.iter("h1"))) != 1:
        faults.append(f"{len(headings)} h1 headings")
    faults += [f"inline style on <{each.tag}>" for each in tree.iter() if each.get("style") is not None]
    faults += ["inline script" for each in tree.iter("script") if not each.get("src")]
    faults += [f"{name} on <{each.tag}>" for each in tree.iter() for name in each.attrib if name.startswith("on")]
    faults += ["image without alt" for each in tree.iter("img") if each.get("alt") is None]
    return faults


def _references(tree: Element) -> list[str]:
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    faults = [f"id '{each}' stands twice" for each in sorted({i for i in ids if ids.count(i) > 1})]
    for each in tree.iter():
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list", "form"):
            for target in (each.get(name) or "").split():
                if target not in ids:
                    faults.append(f"{name}='{target}' on <{each.tag}> points at nothing")
        href = each.get("href") or ""
        if each.tag == "a" and href.startswith("#") and href[1:] not in ids:
            faults.append(f"link to '{href}' points at nothing")
    return faults


def _labels(tree: Element) -> list[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    wrapped = {id(each) for label in tree.iter("label") for each in label.iter()}
    faults = []
    for each in tree.iter():
        if each.tag in FIELDS and each.get("type") not in UNLABELLED:
            named = each.get("aria-label") or each.get("aria-labelledby")
            if each.get("id") not in labelled and id(each) not in wrapped and not named:
                faults.append(f"<{each.tag} name={each.get('name')}> has no label")
        if each.tag == "button" and not "".join(each.itertext()).strip() and not each.get("aria-label"):
            faults.append("button without a name")
        if each.tag == "a" and not "".join(each.itertext()).strip() and not each.get("aria-label"):
            faults.append(f"link to {each.get('href')} without a text")
    return faults


def _targets(app: Flask, url: str, tree: Element) -> list[str]:
    adapter = app.url_map.bind("localhost")
    faults = []
    for form in tree.iter("form"):
        method = (form.get("method") or "get").upper()
        path = urlsplit(urljoin(url, form.get("action") or url)).path
        if not _routed(adapter, path, method):
            faults.append(f"form to {method} {path}, which is not a route")
        names = [each.get("name") for each in form.iter("input")]
        if method == "POST" and "csrf_token" not in names:
            faults.append(f"form to {path} without a CSRF token")
    for link in tree.iter("a"):
        href = link.get("href") or ""
        parts = urlsplit(urljoin(url, href))
        if href.startswith("#"):
            continue  # a place on this page, whose address may be no route: it may say that there is nothing here
        if not parts.scheme and not parts.netloc and not _routed(adapter, parts.path, "GET"):
            faults.append(f"link to {parts.path}, which is not a route")
    return faults


def _routed(adapter: object, path: str, method: str) -> bool:
    try:
        adapter.match(path, method=method)  # type: ignore[attr-defined]  # Werkzeug's adapter
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
