"""A trainee from registration through lesson, quiz and drill to the map."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitors
from tests.journeys.steps import SAVED, answer_all, give_some_answer, play_to_the_end, register, sign_in

pytestmark = pytest.mark.browser

MODULE = "/modules/military-support-to-talks"


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_learns_practises_and_is_assessed(visitors: Visitors, javascript: bool) -> None:
    """The whole way, with and without JavaScript, resumed in the middle on another machine."""
    page = visitors.window(javascript=javascript)
    register(page, "Amina Diallo")
    _read_first_lesson(page)
    _begin_quiz(page, javascript=javascript)

    elsewhere = visitors.window(javascript=javascript)
    sign_in(elsewhere, "Amina Diallo")
    elsewhere.goto(f"{MODULE}/quiz")
    elsewhere.get_by_role("link", name="Go on with the attempt").click()
    expect(elsewhere.get_by_role("heading", level=1)).to_contain_text("Question 2 of 12")
    answer_all(elsewhere, start=2)
    elsewhere.get_by_role("button", name="Hand in now").click()
    expect(elsewhere).to_have_url(re.compile(r"/attempts/\d+/review$"))
    expect(elsewhere.locator(".feedback, .review-lines").first).to_be_visible()
    passage = elsewhere.locator("a[href*='#at-']").first
    passage.click()
    expect(elsewhere).to_have_url(re.compile(r"/lessons/.*#at-\d{3}-"))

    elsewhere.goto(f"{MODULE}/drills/three-rings")
    elsewhere.get_by_role("button", name="Begin the drill").click()
    elsewhere.locator("button[name=choice]").first.click()
    page.goto(elsewhere.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(elsewhere.get_by_role("heading", level=1).inner_text())
    play_to_the_end(page)
    if "/debrief" not in page.url:
        page.locator("a[href$='/debrief']").first.click()
    expect(page.get_by_role("heading", name="The way you took")).to_be_visible()

    page.goto("/")
    card = page.locator(".module-card").first
    expect(card).to_contain_text("begun")
    expect(card).to_contain_text("2 of 12")


def _read_first_lesson(page: Page) -> None:
    page.locator(".next-step a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The talks lead, the soldiers serve")
    check = page.locator(".check").first
    assert "Feedback" not in check.inner_text()
    check.locator("input[type=radio]").first.check()
    check.get_by_role("button", name="Check my answer").click()
    expect(page.locator("#check-orla-clash")).to_contain_text("Silence at night is not consent")
    page.get_by_role("button", name="Mark as read and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What eleven vehicles say")


def _begin_quiz(page: Page, *, javascript: bool) -> None:
    page.goto(f"{MODULE}/quiz")
    page.get_by_role("button", name="Start the quiz").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question 1 of 12")
    status = page.locator("[data-save-status]")
    expect(status).not_to_contain_text("Saved")
    give_some_answer(page)
    if not javascript:
        page.get_by_role("button", name="Save", exact=True).click()
    expect(status).to_have_text(SAVED)
    if javascript:
        page.reload()
        expect(page.locator("[data-save-status]")).to_have_text(SAVED)
        filled = "input:checked, select:has(option:checked:not([value='']))"
        expect(page.locator(f"form#answer :is({filled})").first).to_be_attached()
