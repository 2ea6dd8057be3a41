"""Walks every page that one visitor can reach by links and forms, in one app or in several side by side."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.rails.tree import tree_of
from tests.support.pages import values

Form = dict[str, list[str]]
Look = Callable[[str, str, Sequence[TestResponse]], None]
"""Is shown the endpoint, the request in words, and each app's answer to it."""

LEAVING = frozenset({"security.logout", "accounts.sign_out_everywhere"})
"""Forms that would end the walk."""

RELEASING = frozenset({"trainee.submit"})
"""Forms whose sending releases keys: left alone until asked for."""

ANSWERING = {"trainee.save_response": True, "trainee.check": False}
"""Forms that hold a question, and whether an answer to it may be sent before release."""

BY_PAGE = 3
"""How many of the answers are also sent as a browser without scripts does; the first ones differ most."""

OURS = frozenset({"csrf_token", "token", "sequence", "go"})
FETCH = {"X-Requested-With": "fetch"}
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Walker:
    """Visits pages in ``clients`` (one an app) and shows every answer to ``look``.

    valid: tells whether a form's fields answer a check, which must not be sent before release.
    """

    app: Flask
    clients: Sequence[FlaskClient]
    look: Look
    valid: Callable[[str, Form], bool]
    visited: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)
    saves: int = 0
    _thorough: set[str] = field(default_factory=set)
    _sent: set[tuple[str, str]] = field(default_factory=set)
    _waiting: deque[str] = field(default_factory=deque)

    def walk(self, *starts: str) -> None:
        """Visit these addresses and everything that they lead to."""
        self._waiting.extend(starts)
        while self._waiting:
            url = self._waiting.popleft()
            if url not in self.visited:
                self.visited.add(url)
                self._page(url, self.get(url))

    def get(self, url: str) -> Sequence[TestResponse]:
        """Fetch an address."""
        answers = [client.get(url) for client in self.clients]
        return self._shown(url, "GET", url, answers)

    def post(self, url: str, form: Form, *, script: bool = False) -> Sequence[TestResponse]:
        """Send a form with each client's own CSRF token."""
        answers = []
        for client in self.clients:
            token = str(getattr(client, "parley_token", ""))
            headers = FETCH if script else {}
            answers.append(client.post(url, data=form | {"csrf_token": [token]}, headers=headers))
        return self._shown(url, "POST", f"{url} {form}{' by script' if script else ''}", answers)

    def _shown(self, url: str, method: str, told: str, answers: list[TestResponse]) -> Sequence[TestResponse]:
        endpoint = self._endpoint(url, method)
        self.endpoints.add(endpoint)
        self.look(endpoint, f"{method} {told}", answers)
        return answers

    def _endpoint(self, url: str, method: str) -> str:
        try:
            endpoint, _arguments = self.app.url_map.bind("localhost").match(urlsplit(url).path, method=method)
        except HTTPException:
            return ""
        return str(endpoint)

    def _page(self, url: str, answers: Sequence[TestResponse]) -> None:
        """Go on from an answer: a redirect, or the links and forms of a page."""
        first = answers[0]
        if first.status_code in (301, 302, 303):
            self._add(urljoin(url, first.location))
            return
        if first.mimetype != "text/html":
            return
        tree = tree_of(first.text)
        for link in tree.iter("a"):
            self._add(urljoin(url, link.get("href") or ""))
        for form in tree.iter("form"):
            self._form(url, form)

    def _add(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            return
        self._waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))

    def _form(self, url: str, form: Element) -> None:
        """Send a form once, as it stands; a question's form in every way that can go right or wrong."""
        action = urlsplit(urljoin(url, form.get("action") or url)).path
        method = (form.get("method") or "get").upper()
        endpoint = self._endpoint(action, method)
        body = {name: sent for name, sent in values(form).items() if name != "csrf_token"} | _first_button(form)
        key = (endpoint, action + "".join(body.get("step", [])))
        if key in self._sent or endpoint in LEAVING | RELEASING:
            return
        self._sent.add(key)
        if endpoint in ANSWERING:
            self._answer(action, endpoint, form, body)
        elif method == "POST":
            self._follow(action, self.post(action, body))
        else:
            query = "&".join(f"{name}={each}" for name, sent in body.items() for each in sent)
            self._add(f"{action}?{query}")

    def _answer(self, action: str, endpoint: str, form: Element, body: Form) -> None:
        """Send a question's form blank, wrong in every way, and where that is open to anybody, answered."""
        hidden = {name: body[name] for name in ("go",) if name in body}
        saving = ANSWERING[endpoint]
        for place, fields in enumerate(answers(form)):
            whole = hidden | fields
            if saving:
                self.post(action, whole | self._save(), script=True)
            elif self.valid(action, fields):
                continue
            if place < BY_PAGE or (not saving and self._is_new(form)):
                self._follow(action, self.post(action, whole | self._save()))
        self._thorough.update(shape(form))
        if saving:
            for script in (True, False):
                self.post(action, hidden | {"token": ["walker-stale"], "sequence": ["1"]}, script=script)

    def _is_new(self, form: Element) -> bool:
        """Whether no check of this sort was answered in every way yet."""
        return not self._thorough.issuperset(shape(form))

    def _save(self) -> Form:
        self.saves += 1
        return {"token": [f"walker-{self.saves}"], "sequence": [str(self.saves)]}

    def _follow(self, url: str, answers: Sequence[TestResponse]) -> None:
        """Look at the page after a form, even where it was seen before: it may say something else now."""
        if answers[0].status_code in (302, 303):
            where = urlsplit(urljoin(url, answers[0].location))
            target = where.path + (f"?{where.query}" if where.query else "")
            self.visited.add(target)
            self._page(target, self.get(target))


def _first_button(form: Element) -> Form:
    """The name and value of the first button that has a name."""
    for each in form.iter("button"):
        if each.get("name") and each.get("type", "submit") == "submit":
            return {str(each.get("name")): [each.get("value", "")]}
    return {}


def controls(form: Element) -> dict[str, list[str]]:
    """The controls of a question's form with the values that can be chosen, in the page's order."""
    found: dict[str, list[str]] = {}
    for each in form.iter():
        name = each.get("name") or ""
        if not name or name in OURS:
            continue
        if each.tag == "input" and each.get("type") in ("radio", "checkbox"):
            found.setdefault(name, []).append(each.get("value", ""))
        elif each.tag == "select":
            found[name] = [option.get("value", "") for option in each.iter("option") if option.get("value")]
    assert found, "a question without a control"
    return found


def answers(form: Element) -> Iterator[Form]:
    """Answers of every sort: none, strange, too many, each control alone, all alike, and a whole one."""
    offered = controls(form)
    first = next(iter(offered))
    yield {}
    yield {first: ["no-such-value"]}
    yield {name: [each[place % len(each)]] for place, (name, each) in enumerate(offered.items())}
    yield {f"{first}-stranger": offered[first][:1]}
    yield {name: each[:2] for name, each in offered.items()}
    if len(offered) > 1:
        for name, each in offered.items():
            yield {name: each[:1]}
            yield {other: ["no-such-value"] if other == name else each[:1] for other in offered}
            yield {other: each[place : place + 1] for place, other in enumerate(offered) if other != name}
        yield {name: each[:1] for name, each in offered.items()}


def shape(form: Element) -> set[str]:
    """What sort of question a form holds, by its controls."""
    kinds = {each.get("name", "").split("-")[0] + (each.get("type") or "") for each in form.iter() if each.get("name")}
    return {kind for kind in kinds if kind.startswith(("answer", "verdict", "reason", "place", "match"))}
