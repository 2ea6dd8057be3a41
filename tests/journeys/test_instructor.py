"""An instructor from the one-time link through a question to the file; the trainee's next quiz draws the question."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitors
from tests.journeys.steps import PASSWORD, give_some_answer, register
from tests.support.server import Served

pytestmark = pytest.mark.browser

MODULE = "/modules/military-diplomacy"
STEM = "A liaison officer hears two versions of one shot. What does she write first?"
OPTIONS = (
    ("The version told by the officer of the higher rank", "Rank tells who speaks, not what was seen."),
    ("Both versions, each with its source and hour", "The log keeps who said what, before anybody weighs it."),
    ("Her own view of which of the versions is true", "A judgement comes after looking, and is marked as one."),
)


def test_writes_a_question_and_takes_scores_away(visitors: Visitors, served: Served) -> None:
    """The question is drawn in the trainee's next quiz, because unseen items come first."""
    trainee = visitors.window()
    register(trainee, "Bilal Haddad")
    _sit(trainee, "Start the quiz")

    instructor = visitors.window()
    _use_setup_link(instructor, served.setup_link)
    _write_question(instructor)

    stems = _sit(trainee, "Start another attempt")
    assert STEM in stems

    rows = _scores(instructor)
    assert [row["attempt"] for row in rows] == ["1", "2"]
    assert {row["name"] for row in rows} == {"Bilal Haddad"}
    assert all(datetime.fromisoformat(row["submitted_at"]) for row in rows)
    best = _scores(instructor, "Scores of the best attempts")
    assert len(best) == 1
    assert float(best[0]["percent"]) == max(float(row["percent"]) for row in rows)


def test_the_one_time_link_works_once(visitors: Visitors, served: Served) -> None:
    """A second visitor gets a clear page and no account."""
    _use_setup_link(visitors.window(), served.setup_link)
    late = visitors.window()
    answer = late.goto(served.setup_link)
    assert answer is not None
    assert answer.status == 410
    expect(late.get_by_role("heading", level=1)).to_be_visible()
    expect(late.locator("form[action*='/setup/']")).to_have_count(0)


def _sit(page: Page, button: str) -> list[str]:
    """Sit the module's quiz and return the stems that it asked."""
    page.goto(f"{MODULE}/quiz")
    page.get_by_role("button", name=button).click()
    stems: list[str] = []
    for number in range(1, 9):
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"Question {number} of 8")
        stems.append(" ".join(page.locator("form#answer .stem").inner_text().split()))
        give_some_answer(page)
        page.locator("button[name=go]").first.click()
    page.get_by_role("button", name="Hand in now").click()
    return stems


def _use_setup_link(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Name", exact=True).fill("Ines Okafor")
    page.get_by_label("E-mail address").fill("ines@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("link", name="Questions")).to_be_visible()


def _write_question(page: Page) -> None:
    page.get_by_role("link", name="Questions").click()
    page.get_by_role("link", name="Single choice").click()
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("alert")).to_contain_text("Stem is missing")
    page.get_by_label("Stem").fill(STEM)
    for number, (text, feedback) in enumerate(OPTIONS):
        page.locator(f"[name='options-{number}-text']").fill(text)
        page.locator(f"[name='options-{number}-feedback']").fill(feedback)
    page.locator("input[name=key][value='1']").check()
    page.get_by_label("Rationale").fill("What was reported is kept apart from what is concluded.")
    page.get_by_label("Module").select_option("military-diplomacy")
    page.get_by_label("Competency").select_option("active-listening")
    page.get_by_role("button", name="Preview").first.click()
    preview = page.locator(".preview")
    expect(preview).to_contain_text(STEM)
    expect(preview).to_contain_text("As a trainee sees it")
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A liaison officer hears")
    expect(page.locator("main")).to_contain_text("Version 1 of 1")


def _scores(page: Page, link: str = "Scores of every attempt") -> list[dict[str, str]]:
    page.goto("/instructor/scores")
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
