"""Every page and state in a real browser: axe-core, and what it does not measure. 320 and 1280 wide, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from courseware.content.loader import Loaded
from tests.rails.place import ANONYMOUS
from tests.rails.routes import PAGES, Row
from tests.rails.seeing import AXE, NARROW, WIDE, Sight, Site, bare_world, fill_whole, go, make_site, seen, send
from tests.rails.states import STATES, State

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""The rules whose outcome depends on colours: the others find in the dark what they found in the light."""

IN_DRAWINGS = {
    "imgNode": "the text stands in an SVG, whose shapes axe does not look at; scripts/figures.js measures it",
    "bgOverlap": "a shape of the same drawing lies under the text; scripts/figures.js measures it",
    "shortTextContent": "a figure of one character on an axis; scripts/figures.js measures it",
}
"""Why axe leaves the contrast of a text in a drawing open, and what is done about it."""

KEY_PAGES = (
    "GET trainee.home", "GET trainee.module", "GET trainee.lesson", "GET trainee.quiz_item", "GET trainee.submit",
    "GET trainee.review", "GET trainee.run", "GET trainee.debrief", "GET instructor.items", "GET instructor.item",
    "GET instructor.edit_item", "GET instructor.trainees", "GET admin.accounts", "GET security.login",
    "question ordering", "question matching", "sign-in left blank", "ordering left blank",
)  # fmt: skip
"""Where every stop of the Tab key is looked at."""


@pytest.fixture(scope="session")
def site(chromium: Browser, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server with the known world."""
    with make_site(tmp_path_factory.mktemp("site") / "whole", loaded, chromium, fill_whole) as found:
        yield found


@pytest.fixture(scope="session")
def bare_site(chromium: Browser, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on which there is next to nothing, closed for registration, marked as a demonstration."""
    folder = tmp_path_factory.mktemp("site") / "bare"
    with make_site(folder, loaded, chromium, bare_world, REGISTRATION="closed", DEMO="true") as found:
        yield found


def name_of(each: Row | State) -> str:
    """The name of a row or state."""
    return each.name


@pytest.mark.parametrize("thing", [*PAGES, *STATES], ids=name_of)
def test_nothing_keeps_anybody_out(thing: Row | State, request: pytest.FixtureRequest) -> None:
    bare = thing.bare if isinstance(thing, State) else thing.alone
    found: Site = request.getfixturevalue("bare_site" if bare else "site")
    found.place.reset()
    with seen(found, thing.visitor if isinstance(thing, State) else thing.seer) as sight:
        if isinstance(thing, State):
            come_to(sight, found, thing)
        else:
            go(sight, thing.url(found.place), thing.status)
        if faults := audit(sight, keys=thing.name in KEY_PAGES):
            pytest.fail(f"{thing.name}, {sight.page.url}:\n  " + "\n  ".join(faults), pytrace=False)


def come_to(sight: Sight, site: Site, state: State) -> None:
    """Come to a state in the browser."""
    go(sight, state.url(site.place), 200 if state.form else state.status)
    if state.form:
        send(sight, state.action(site.place), dict(state.changes(site.place)), state.status)


def audit(sight: Sight, *, keys: bool) -> list[str]:
    """Everything that is wrong with the page, wide and narrow, in the light and in the dark."""
    page = sight.page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults: list[str] = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            where = f"{size['width']} {scheme}"
            faults += [f"{where}: {each}" for each in axe(sight, OF_COLOUR if scheme == "dark" else None)]
            faults += [f"{where}: {each}" for each in sight.script("figures")]
        page.emulate_media(color_scheme="light")
        checks = [*sight.script("layout"), *sight.script("targets"), *(stops(sight) if keys else [])]
        faults += [f"{size['width']}: {each}" for each in checks]
    sight.script("spacing")
    faults += [f"320, text spaced out: {each}" for each in sight.script("layout")]
    page.set_viewport_size(WIDE)
    faults += [f"1280, text spaced out: {each}" for each in sight.script("layout")]
    return faults + [f"the browser complains: {each}" for each in sight.refused()]


def axe(sight: Sight, rules: list[str] | None) -> list[str]:
    """The violations, and what is incomplete and not triaged."""
    found: dict[str, list[dict[str, Any]]] = sight.script("axe", TAGS, rules)
    told = [f"{each['rule']} at {each['target']}: {each['why']} {each['html']}" for each in found["violations"]]
    unclear = [each for each in found["incomplete"] if not triaged(each)]
    return told + [f"incomplete, {each['rule']} {each['keys']} at {each['target']}: {each['html']}" for each in unclear]


def triaged(node: dict[str, Any]) -> bool:
    """Whether what axe leaves open is measured otherwise."""
    return bool(node["rule"] == "color-contrast" and node["drawn"] and set(node["keys"]) & set(IN_DRAWINGS))


def stops(sight: Sight) -> list[str]:
    """The stops of the Tab key that can't be seen."""
    sight.page.keyboard.press("Tab")  # from here on the browser shows where the focus is
    found = sight.script("focus")
    assert found["count"] > 2, "there should be something to come to"
    return list(found["faults"])


# ---- planted faults: the checks can fail ----

SOUND = """<!doctype html><html lang="en"><head><title>Planted</title></head><body><main><h1>Planted</h1>
<p>Some text.</p><form><label for="a">A</label><input id="a"></form>
<button>One</button><button>Two</button></main></body></html>"""

PLANTED = {
    "an unlabelled field": ('<label for="a">A</label>', "", "label at #a"),
    "pale text": ("<p>", '<p style="color: #bbb">', "color-contrast at p"),
    "pale text in a drawing": (
        "<p>",
        '<svg width="90" height="40"><rect width="90" height="40" fill="#fff"/>'
        '<text y="20" fill="#aaa">Pale</text></svg><p>',
        "contrast 2.32 in a drawing",
    ),
    "something wide": ("<p>", '<p style="width: 900px">', "the page is"),
    "text that is cut off": ("<p>", '<p style="height: 8px; overflow: hidden">', "text is cut off"),
    "a small target": ("<button>", '<button style="padding: 0; height: 12px; font-size: 8px">', "by 12"),
    "focus that is not shown": ("<button>", '<button style="outline: none; border: 1px solid">', "looks the same"),
    "focus that is covered": (
        "<p>",
        '<div style="position: fixed; inset: 0; background: #fff">Over everything</div><p>',
        "is covered while it has the focus",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(site: Site, name: str) -> None:
    sound, planted, told = PLANTED[name]
    with seen(site, ANONYMOUS) as sight:
        sight.page.set_content(SOUND.replace(sound, planted, 1))
        faults = audit(sight, keys=True)
    assert any(told in each for each in faults), faults


def test_a_refused_script_is_seen(site: Site) -> None:
    with seen(site, ANONYMOUS) as sight:
        go(sight, "/sign-in")
        sight.page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'void 0'}))")
        sight.page.wait_for_function("window.parleyViolations.length > 0")
        assert any("script-src" in each for each in sight.refused())


def test_a_missing_file_is_seen(site: Site) -> None:
    with seen(site, ANONYMOUS) as sight:
        go(sight, "/sign-in")
        with sight.page.expect_response("**/assets/none.svg"):
            sight.page.evaluate("document.body.append(Object.assign(new Image(), {src: '/assets/none.svg'}))")
        assert any("404 for" in each for each in sight.refused())


def test_dark_is_dark_and_light_is_light(site: Site) -> None:
    with seen(site, ANONYMOUS) as sight:
        go(sight, "/sign-in")
        grounds = []
        for scheme in ("light", "dark"):
            sight.page.emulate_media(color_scheme=scheme)
            grounds.append(sight.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        assert len(set(grounds)) == 2


def test_every_page_of_the_table_is_looked_at() -> None:
    names = [each.name for each in PAGES] + [each.name for each in STATES]
    assert len(names) == len(set(names)), "two things of one name"
    assert set(KEY_PAGES) <= set(names)
