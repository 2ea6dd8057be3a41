"""What an author types, and how the pages of instructors are read."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from flask import Flask

from courseware.domain.items.base import Item
from courseware.services import bank
from courseware.web.context import EXTENSION, Runtime
from tests.support.pages import Browser, Page, values

MODULE = "military-support-to-talks"
COMPETENCY = "legal-basis"
ROW_LISTS = ("options", "entries", "reasons", "pairs", "extra")


def typed(item: Item, **more: str | list[str]) -> dict[str, str | list[str]]:
    """The fields of the authoring form as an author would fill them for an item."""
    data = item.dump()
    sent: dict[str, str | list[str]] = {
        "stem": item.head.stem,
        "rationale": item.head.rationale,
        "module": MODULE,
        "competency": COMPETENCY,
        "level": "recall",
        "status": "live",
    }
    for name in ROW_LISTS:
        rows = data.get(name, [])
        assert isinstance(rows, list)
        for number, row in enumerate(rows):
            sent |= {f"{name}-{number}-{part}": text for part, text in row.items() if part != "key"}
            if row.get("key") and item.interaction == "multiple_response":
                sent[f"{name}-{number}-key"] = "y"
            elif row.get("key"):
                sent["key"] = str(number)
    feedback = data.get("feedback")
    if isinstance(feedback, dict):
        sent |= {"when_true": feedback["true"], "when_false": feedback["false"]}
        sent["answer"] = "true" if data["answer"] else "false"
    return sent | {name: str(data[name]) for name in ("scoring", "first", "last") if name in data} | more


def form_of(page: Page) -> Element:
    """The authoring form of a page."""
    return next(form for form in page.tree.iter("form") if form.get("id") == "item-form")


def fields_of(page: Page) -> dict[str, list[str]]:
    """What stands in the authoring form of a page."""
    return values(form_of(page))


def press(browser: Browser, action: str, answer: int = 200, /, **changes: str | list[str]) -> Page:
    """Press a button of the authoring form. answer: the HTTP status that should come."""
    assert browser.page is not None
    form = form_of(browser.page)
    buttons = [each.get("value") for each in browser.page.tree.iter("button") if each.get("name") == "action"]
    assert action in buttons, f"no button '{action}' among {buttons}"
    return browser.submit(form, {**changes, "action": action}, status=answer)


def problems(page: Page) -> dict[str, str]:
    """The error summary: each message by the id it leads to."""
    summary = next(each for each in page.tree.iter("div") if "error-summary" in (each.get("class") or ""))
    return {str(a.get("href"))[1:]: "".join(a.itertext()) for a in summary.iter("a")}


def described(page: Page, field: str) -> str:
    """The texts by which a field is described: its hint and its errors."""
    ids = {str(each.get("id")): each for each in page.tree.iter() if each.get("id")}
    return " ".join("".join(ids[name].itertext()) for name in (ids[field].get("aria-describedby") or "").split())


def stored(app: Flask, item_id: str, number: int | None = None) -> bank.ItemDetail:
    """An item as the bank has it."""
    runtime: Runtime = app.extensions[EXTENSION]
    with runtime.db.read() as session:
        return bank.get_item(session, item_id, number)
