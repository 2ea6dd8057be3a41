"""The instructor's pages of questions: writing, editing, finding."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from courseware.content.loader import Loaded
from courseware.domain import items
from courseware.domain.items.base import Item
from courseware.web.instructor import item_forms
from tests.support.pages import Browser
from tests.support.people import new_person
from tests.web.instructor_support import (
    COMPETENCY,
    MODULE,
    described,
    fields_of,
    press,
    problems,
    stored,
    typed,
)

SAMPLES = [cls.samples()[-1].item for cls in items.ALL]


@pytest.fixture
def ines(app: Flask) -> Browser:
    """An instructor, signed in."""
    return new_person(app, "ines", "instructor")


def begin(browser: Browser, item: Item) -> None:
    browser.get(f"/instructor/items/new/{item.interaction}?module={MODULE}")


def test_every_interaction_has_its_form() -> None:
    assert [form.interaction for form in item_forms.ALL] == [cls.interaction for cls in items.ALL]


class TestWriting:
    @pytest.mark.parametrize("item", SAMPLES, ids=lambda item: item.interaction)
    def test_each_interaction_is_written_through_its_form(self, app: Flask, ines: Browser, item: Item) -> None:
        begin(ines, item)
        page = press(ines, "save", **typed(item, item_id="written"))
        assert page.url == "/instructor/items/written"
        assert "is in the bank" in page.text
        kept = stored(app, "written")
        head = replace(item.head, id="written", competency=COMPETENCY, level="recall")
        assert kept.item == replace(item, head=head)
        assert (kept.module, kept.history[0].author, kept.history[0].reason) == (MODULE, "Ines", "First version")

    @pytest.mark.parametrize("item", SAMPLES, ids=lambda item: item.interaction)
    def test_an_edit_form_sent_back_as_it_is_changes_nothing(self, app: Flask, ines: Browser, item: Item) -> None:
        begin(ines, item)
        press(ines, "save", **typed(item, item_id="written", tags="one, two words"))
        ines.get("/instructor/items/written/edit")
        page = press(ines, "save", reason="none")
        assert "no version was made" in page.text
        assert stored(app, "written").item.head.tags == ("one", "two words")

    def test_an_id_is_made_from_the_stem_and_numbered_where_it_is_taken(self, app: Flask, ines: Browser) -> None:
        item = SAMPLES[0]
        for expected in ("mstt-report-comes-what-first", "mstt-report-comes-what-first-2"):
            begin(ines, item)
            page = press(ines, "save", **typed(item))
            assert page.url == f"/instructor/items/{expected}"
        assert stored(app, "mstt-report-comes-what-first-2").item.head.stem == item.head.stem

    def test_a_taken_id_is_told_at_its_field(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        page = press(ines, "save", 409, **typed(SAMPLES[0], item_id="mst-monastery-road"))
        assert "is taken" in problems(page)["item_id"]
        assert fields_of(page)["stem"] == [SAMPLES[0].head.stem]

    def test_objectives_and_claims_of_the_module_are_kept(self, app: Flask, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        more = {"claims": "000-s04-c03,\r\n000-s04-c04", "objectives": ["m1-o1", "m1-o2"], "status": "draft"}
        press(ines, "save", **typed(SAMPLES[0], item_id="written", **more))
        head = stored(app, "written").item.head
        assert (head.claims, head.objectives, head.status) == (
            ("000-s04-c03", "000-s04-c04"), ("m1-o1", "m1-o2"), "draft"
        )  # fmt: skip

    def test_an_unknown_interaction_is_not_found(self, ines: Browser) -> None:
        ines.get("/instructor/items/new/essay", 404)


class TestFaults:
    def test_an_empty_form_says_what_is_needed_in_the_order_of_the_page(self, ines: Browser) -> None:
        ines.get("/instructor/items/new/single_choice")
        page = press(ines, "save", 422)
        assert list(problems(page)) == ["stem", "options", "rationale", "module", "competency"]
        assert problems(page)["options"] == "Options: there are 0; 3 to 6 are needed"
        assert "Error:" in "".join(page.tree.find(".//title").itertext())  # type: ignore[union-attr]  # it is there

    def test_every_fault_stands_at_its_field_and_nothing_typed_is_lost(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        sent = typed(SAMPLES[0], item_id="Not An Id", claims="000-s04-c03 nowhere", objectives=["m1-o1", "m9-o9"])
        sent |= {"options-1-feedback": " ", "options-2-text": sent["options-0-text"], "key": "", "tags": "a, b, a"}
        page = press(ines, "save", 422, **sent)
        told = problems(page)
        assert list(told) == [
            "options", "options-1-feedback", "options-2-text", "claims", "objectives", "tags", "item_id"
        ]  # fmt: skip
        assert told["options"] == "Options: 0 options are marked as the key; exactly one must be"
        assert told["options-1-feedback"] == "Option 2, feedback is missing; write a text"
        assert "stands twice" in told["options-2-text"]
        assert "'nowhere' is not a claim of this module" in told["claims"]
        for field, message in told.items():
            assert message in described(page, field)
        kept = fields_of(page)
        for name, value in sent.items():
            if name != "key":
                assert kept[name] == (value if isinstance(value, list) else [value]), name

    def test_faults_skip_blank_rows_and_stay_at_the_right_one(self, ines: Browser) -> None:
        begin(ines, SAMPLES[3])
        sent = typed(SAMPLES[3])
        sent["entries-7-text"] = "Last and without feedback"
        page = press(ines, "save", 422, **sent)
        assert list(problems(page)) == ["entries-4-feedback"]
        assert fields_of(page)["entries-4-text"] == ["Last and without feedback"]

    @pytest.mark.parametrize(
        ("interaction", "changes", "field", "message"),
        [
            ("single_choice", {"options-0-text": ""}, "options-0-text", "Option 1, text is missing"),
            ("multiple_response", {"options-0-key": [], "options-2-key": []}, "options", "mark at least one"),
            ("true_false_reason", {"answer": []}, "answer", "Verdict should be true or false"),
            ("true_false_reason", {"when_false": ""}, "when_false", "Feedback on “false” is missing"),
            ("true_false_reason", {"key": []}, "reasons", "0 reasons are marked"),
            ("ordering", {"first": "x" * 101}, "first", "at most 100"),
            ("ordering", {"entries-1-text": "listen "}, "entries-1-text", "stands twice"),
            ("matching", {"pairs-2-right": "", "pairs-2-feedback": ""}, "pairs-2-right", "Pair 3, partner is missing"),
            ("matching", {"extra-0-text": "Why a party wants it"}, "extra-0-text", "stands twice"),
        ],
    )
    def test_each_interactions_own_faults(
        self, ines: Browser, interaction: str, changes: dict[str, str | list[str]], field: str, message: str
    ) -> None:
        item = next(each for each in SAMPLES if each.interaction == interaction)
        begin(ines, item)
        page = press(ines, "save", 422, **{**typed(item), **changes})
        assert message in problems(page)[field]
        assert message in described(page, field)

    def test_a_choice_that_was_never_offered_is_refused_by_the_domain(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        page = press(ines, "save", 422, **typed(SAMPLES[0], level="easy", status="gone", competency="magic"))
        assert list(problems(page)) == ["competency", "level", "status"]

    def test_an_edit_needs_a_reason(self, ines: Browser) -> None:
        ines.get("/instructor/items/mst-monastery-road/edit")
        assert list(problems(press(ines, "save", 422, stem="Other?"))) == ["reason"]
        assert list(problems(press(ines, "save", 422, stem="Other?", reason="x" * 401))) == ["reason"]


class TestRows:
    """Single choice begins with four rows; the third is the answer here."""

    ROWS = ("a", "b", "c", "d")

    def act(self, browser: Browser, action: str) -> tuple[list[str], str]:
        browser.get(f"/instructor/items/new/single_choice?module={MODULE}")
        rows = {f"options-{n}-text": text for n, text in enumerate(self.ROWS)}
        page = press(browser, action, **rows, key="2", stem="Typed\r\nstem", claims="half", reason="why")
        fields = fields_of(page)
        assert (fields["stem"], fields["claims"], fields["reason"]) == (["Typed\nstem"], ["half"], ["why"])
        assert not [each for each in page.tree.iter("div") if "error-summary" in (each.get("class") or "")]
        texts = [fields[f"options-{n}-text"][0] for n in range(20) if f"options-{n}-text" in fields]
        return texts, fields.get("key", [""])[0]

    @pytest.mark.parametrize(
        ("action", "texts", "key"),
        [
            ("add:options:0", ["a", "b", "c", "d", ""], "2"),
            ("remove:options:0", ["b", "c", "d"], "1"),
            ("remove:options:2", ["a", "b", "d"], ""),
            ("remove:options:3", ["a", "b", "c"], "2"),
            ("up:options:2", ["a", "c", "b", "d"], "1"),
            ("up:options:3", ["a", "b", "d", "c"], "3"),
            ("down:options:2", ["a", "b", "d", "c"], "3"),
            ("down:options:0", ["b", "a", "c", "d"], "2"),
        ],
    )
    def test_buttons_keep_everything_typed(self, ines: Browser, action: str, texts: list[str], key: str) -> None:
        assert self.act(ines, action) == (texts, key)

    def test_moving_leads_to_the_row_that_moved(self, ines: Browser) -> None:
        page = ines.get("/instructor/items/new/single_choice")
        targets = {each.get("value"): each.get("formaction") for each in page.tree.iter("button")}
        assert str(targets["down:options:1"]).endswith("#options-2")
        assert str(targets["add:options:0"]).endswith("#options-4")
        assert "up:options:0" not in targets
        assert "down:options:3" not in targets

    def test_there_is_room_for_as_many_as_the_interaction_takes(self, ines: Browser) -> None:
        ines.get("/instructor/items/new/single_choice")
        page = press(ines, "add:options:0")
        page = press(ines, "add:options:0")
        buttons = [each.get("value") for each in page.tree.iter("button")]
        assert "add:options:0" not in buttons
        assert "There is room for 6." in page.text

    @pytest.mark.parametrize("action", ["up:options:0", "down:options:3", "remove:options:99", "add:nowhere:0", "up:x"])
    def test_a_move_that_can_not_be_made_changes_nothing(self, ines: Browser, action: str) -> None:
        page = ines.get("/instructor/items/new/single_choice")
        sent = {"options-0-text": "a", "options-3-text": "d", "action": action}
        page = ines.submit(next(iter(page.forms("/new/single_choice"))), sent, status=422 if action == "up:x" else 200)
        fields = fields_of(page)
        assert (fields["options-0-text"], fields["options-3-text"]) == (["a"], ["d"])

    def test_ticked_claims_move_into_the_field(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        page = press(ines, "module", claims="000-s04-c03", pick=["000-s04-c03", "000-s04-c04"], stem="Kept?")
        assert fields_of(page)["claims"] == ["000-s04-c03\n000-s04-c04"]
        assert "pick" not in fields_of(page)
        assert fields_of(page)["stem"] == ["Kept?"]


class TestPreview:
    @pytest.mark.parametrize("item", SAMPLES, ids=lambda item: item.interaction)
    def test_shows_what_the_trainee_will_see_and_saves_nothing(self, app: Flask, ines: Browser, item: Item) -> None:
        begin(ines, item)
        page = press(ines, "preview", **typed(item, item_id="not-kept"))
        preview = next(each for each in page.tree.iter("div") if each.get("id") == "preview")
        text = " ".join("".join(preview.itertext()).split())
        assert "As a trainee sees it" in text
        assert item.head.stem.split("?")[0] in text
        assert item.head.rationale.rstrip(".") in text
        assert [each for each in preview.iter() if each.tag in ("input", "select")]
        ines.get("/instructor/items/not-kept", 404)

    def test_comes_up_while_hidden_fields_are_still_missing_and_says_which(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        page = press(ines, "preview", **typed(SAMPLES[0], competency="", rationale=""))
        assert "As a trainee sees it" in page.text
        assert list(problems(page)) == ["rationale", "competency"]

    def test_does_not_come_up_while_it_would_show_less_than_the_trainee_sees(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        page = press(ines, "preview", **typed(SAMPLES[0], stem=""))
        assert "As a trainee sees it" not in page.text
        assert list(problems(page)) == ["stem"]

    def test_markdown_is_rendered_and_html_is_not(self, ines: Browser) -> None:
        begin(ines, SAMPLES[0])
        page = press(ines, "preview", **typed(SAMPLES[0], stem="Is it *so*?\n\n<script>alert(1)</script>"))
        assert "<em>so</em>" in page.html
        assert "<script>alert" not in page.html


class TestEditing:
    PATH = "/instructor/items/mst-monastery-road"

    def test_makes_version_two_and_both_can_be_read(self, app: Flask, ines: Browser) -> None:
        ines.get(f"{self.PATH}/edit")
        page = press(ines, "save", rationale="Because it is agreed.", reason="Shorter")
        assert "Saved as version 2" in page.text
        assert "Version 2 of 2" in page.text
        assert [(each.number, each.author, each.reason) for each in stored(app, "mst-monastery-road").history] == [
            (2, "Ines", "Shorter"),
            (1, "", "Shipped with the course"),
        ]
        assert "What version 2 changed" in page.text
        old = ines.get(f"{self.PATH}?version=1")
        assert "Quizzes that start now draw version 2" in old.text
        assert "Because it is agreed." not in old.text
        ines.get(f"{self.PATH}?version=3", 404)

    def test_the_second_of_two_authors_sees_what_the_first_changed_and_keeps_the_text(
        self, app: Flask, ines: Browser
    ) -> None:
        otto = new_person(app, "otto", "instructor")
        ines.get(f"{self.PATH}/edit")
        otto.get(f"{self.PATH}/edit")
        press(otto, "save", rationale="Otto was here.", reason="Otto’s reason")
        page = press(ines, "save", 409, stem="Ines was here?", reason="mine")
        assert "Otto saved version 2 while you were writing on version 1" in page.text
        assert "Otto’s reason" in page.text
        changes = next(each for each in page.tree.iter("table") if each.get("id") == "theirs")
        assert "Otto was here." in "".join(changes.itertext())
        fields = fields_of(page)
        assert (fields["stem"], fields["reason"], fields["base"]) == (["Ines was here?"], ["mine"], ["2"])
        assert stored(app, "mst-monastery-road").current_number == 2
        assert "Saved as version 3" in press(ines, "save").text
        assert stored(app, "mst-monastery-road").item.head.stem == "Ines was here?"

    @pytest.mark.parametrize("base", ["", "0", "-1", "x", "7", "9" * 30])
    def test_a_base_that_can_not_be_is_refused_with_the_text_kept(self, app: Flask, ines: Browser, base: str) -> None:
        ines.get(f"{self.PATH}/edit")
        page = press(ines, "save", 409, base=base, reason="x", stem="Other?")
        assert (fields_of(page)["stem"], fields_of(page)["base"]) == (["Other?"], ["1"])
        assert stored(app, "mst-monastery-road").current_number == 1


class TestFinding:
    def test_the_list_filters_and_pages(self, app: Flask, ines: Browser, loaded: Loaded) -> None:
        page = ines.get("/instructor/items")
        assert f"{len(loaded.bank)} questions" in page.text
        found = ines.submit(page.forms("/instructor/items")[0], {"words": "monastery", "module": MODULE})
        assert "/instructor/items/mst-monastery-road" in found.links("/instructor/items/mst")
        second = ines.get("/instructor/items?page=2&status=live")
        assert second.links("page=1") == ["/instructor/items?page=1&status=live"] * len(second.links("page=1"))
        assert second.links("page=1")

    def test_nothing_found_says_what_to_do(self, ines: Browser) -> None:
        page = ines.get("/instructor/items?words=zebra")
        assert "No question matches" in page.text
        assert len(page.links("/items/new/")) == 5

    @pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999", "status=none", "level=%01", "version=0"])
    def test_odd_queries_do_no_harm(self, ines: Browser, query: str) -> None:
        ines.get(f"/instructor/items?{query}")

    @pytest.mark.parametrize("version", ["0", "-1", "99999999999999999999"])
    def test_a_version_that_can_not_be_is_not_found(self, ines: Browser, version: str) -> None:
        ines.get(f"/instructor/items/mst-monastery-road?version={version}", 404)
