"""The README's pictures, made from the running course: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.journeys.steps import give_some_answer, register
from tests.support import browser as browsers
from tests.support.server import serving

FOLDER = Path(__file__).resolve().parents[2] / ".readme"
MODULE = "/modules/military-support-to-talks"


def main() -> None:
    """Walk to a lesson, a quiz question and a scene, and keep a picture of each."""
    FOLDER.mkdir(exist_ok=True)
    path = browsers.find()
    if path is None:
        raise SystemExit("No Chromium was found.")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.arguments())
        window = {"width": 1100, "height": 760}
        page = browser.new_page(base_url=server.url, viewport=window, color_scheme="light", reduced_motion="reduce")
        register(page, "Amina Diallo")
        _lesson(page)
        _quiz(page)
        _drill(page)
        browser.close()


def _lesson(page: Page) -> None:
    page.goto(f"{MODULE}/lessons/03-three-ring-venue-security#h-the-idea")
    page.screenshot(path=FOLDER / "lesson.png")


def _quiz(page: Page) -> None:
    page.goto(f"{MODULE}/quiz")
    page.get_by_role("button", name="Start the quiz").click()
    give_some_answer(page)
    page.locator("[data-save-status]", has_text="Saved").wait_for()
    page.screenshot(path=FOLDER / "quiz.png")


def _drill(page: Page) -> None:
    page.goto(f"{MODULE}/drills/three-rings")
    page.get_by_role("button", name="Begin the drill").click()
    for _ in range(2):
        page.locator("button[name=choice]").first.click()
    page.screenshot(path=FOLDER / "drill.png")


if __name__ == "__main__":
    main()
