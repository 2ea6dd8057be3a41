"""What people do, in the words of the pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

PASSWORD = "seven grey herons on a bank"
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")


def register(page: Page, name: str) -> None:
    """Make an account from the front page and arrive at the course map."""
    page.goto("/")
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address").fill(f"{name.split()[0].lower()}@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Course map")).to_be_visible()


def sign_in(page: Page, name: str) -> None:
    """Sign in on another machine."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(f"{name.split()[0].lower()}@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Course map")).to_be_visible()


def give_some_answer(page: Page) -> None:
    """Answer the question on the page, whatever its interaction, with whatever comes first."""
    form = page.locator("form#answer")
    radios = form.locator("input[type=radio]")
    boxes = form.locator("input[type=checkbox]")
    selects = form.locator("select")
    if radios.count():
        for name in dict.fromkeys(radio.get_attribute("name") for radio in radios.all()):
            form.locator(f"input[type=radio][name='{name}']").first.check()
    elif boxes.count():
        boxes.first.check()
    elif (keep := form.get_by_role("button", name="Keep this order")).count():
        keep.click()
    else:
        ordering = "place-" in (selects.first.get_attribute("name") or "")
        for number, select in enumerate(selects.all(), start=1):
            select.select_option(index=number if ordering else 1)


def answer_all(page: Page, start: int = 1) -> None:
    """Answer every question from ``start`` by the buttons, to the page before handing in."""
    number = start
    while True:
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"Question {number} of")
        give_some_answer(page)
        last = page.get_by_role("button", name="Save and finish")
        if last.count():
            last.click()
            return
        page.get_by_role("button", name="Save and go on").click()
        number += 1


def play_to_the_end(page: Page) -> None:
    """Take the first choice of each scene until the drill ends."""
    for _ in range(40):
        choices = page.locator("button[name=choice]")
        if choices.count() == 0:
            return
        choices.first.click()
    raise AssertionError("the drill did not end in forty choices")
