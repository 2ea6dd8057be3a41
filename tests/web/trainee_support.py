"""What the tests of the trainee's pages share: raw posts, an open attempt, answers of every kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from courseware.domain.items.base import Item
from courseware.domain.items.matching import Matching
from courseware.domain.items.multiple_response import MultipleResponse
from courseware.domain.items.ordering import Ordering
from courseware.domain.items.single_choice import SingleChoice
from courseware.domain.items.true_false_reason import TrueFalseReason
from courseware.services.attempt_rows import places
from courseware.services.versions import loaded as item_of
from courseware.web.context import EXTENSION, Runtime
from tests.support.pages import Browser, values

MODULE = "military-support-to-talks"
LESSON = f"/modules/{MODULE}/lessons/03-three-ring-venue-security"
DRILL = f"/modules/{MODULE}/drills/fourteen-days"
QUIZ = f"/modules/{MODULE}/quiz"

Fields = dict[str, list[str]]


def runtime(app: Flask) -> Runtime:
    """The parts of the app."""
    found: Runtime = app.extensions[EXTENSION]
    return found


def form_values(browser: Browser, action: str) -> Fields:
    """What the page's form to that address holds."""
    assert browser.page is not None
    forms = browser.page.forms(action)
    assert forms, f"no form to {action} on {browser.page.url}"
    return values(forms[0])


def post(browser: Browser, url: str, fields: Fields, *, script: bool = False) -> TestResponse:
    """Send fields without following where the answer leads."""
    headers = {"X-Requested-With": "fetch"} if script else {}
    return browser.client.post(url, data=fields, headers=headers)


def start_quiz(browser: Browser) -> str:
    """Open an attempt; its address without a position."""
    browser.get(QUIZ)
    response = post(browser, f"{QUIZ}/attempts", form_values(browser, "/quiz/attempts"))
    assert response.status_code == 303
    return urlsplit(response.location).path.rsplit("/", 1)[0]


@dataclass(frozen=True)
class Question:
    """A place of an attempt: its address, and answers as a form sends them."""

    url: str
    interaction: str
    right: Fields
    other: Fields
    texts: tuple[str, ...]
    """What must not be seen before the attempt is handed in: feedback and rationale."""


def questions(app: Flask, attempt: str) -> list[Question]:
    """The questions of an attempt with their keys, read from the database."""
    with runtime(app).db.read() as session:
        rows = session.execute(places(int(attempt.rsplit("/", 1)[1]))).all()
        return [_question(f"{attempt}/{place.position}", item_of(version)) for place, version, _response in rows]


def _question(url: str, item: Item) -> Question:
    right, other = answers(item)
    return Question(url, item.interaction, right, other, tuple(secrets_of(item.dump())))


def answers(item: Item) -> tuple[Fields, Fields]:
    """The right answer to an item, and one that is wrong somewhere, as a form sends them."""
    if isinstance(item, SingleChoice | MultipleResponse):
        keys = [option.id for option in item.options if option.key]
        return {"answer": keys}, {"answer": [next(option.id for option in item.options if not option.key)]}
    if isinstance(item, TrueFalseReason):
        verdicts = ["true", "false"] if item.answer else ["false", "true"]
        reason = next(option.id for option in item.reasons if option.key)
        return {"verdict": verdicts[:1], "reason": [reason]}, {"verdict": verdicts[1:], "reason": [reason]}
    if isinstance(item, Ordering):
        names = [f"place-{entry.id}" for entry in item.entries]
        return _one_each(names), _one_each(names[::-1])
    assert isinstance(item, Matching)
    rights = [pair.right_id for pair in item.pairs]
    lefts = [f"match-{pair.left_id}" for pair in item.pairs]
    turned = rights[1:] + rights[:1]
    return (
        {left: [right] for left, right in zip(lefts, rights, strict=True)},
        {left: [right] for left, right in zip(lefts, turned, strict=True)},
    )


def _one_each(names: list[str]) -> Fields:
    return {name: [str(place)] for place, name in enumerate(names, start=1)}


def secrets_of(data: object, name: str = "") -> Iterator[str]:
    """A run of words of every feedback and rationale in an item's file form, as it stands in a page."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from secrets_of(value, name if name == "feedback" else key)
    elif isinstance(data, list):
        for value in data:
            yield from secrets_of(value, name)
    elif name in ("feedback", "rationale"):
        # typographic marks are set in the page, so the longest run of words between any of them is looked for
        yield max(re.split(r"['\"*_`.…-]", str(data)), key=len).strip()
