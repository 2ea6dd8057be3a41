"""The bank: loading three ways, versions, edits that meet, finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from courseware.domain.items.base import Item
from courseware.services import attempts, bank, results
from courseware.services.errors import NotFound
from courseware.storage.database import Database
from tests.conftest import START
from tests.factories import RIGHT, add_items, form, make_item, make_user, make_world

LATER = START + timedelta(days=1)


def load(db: Database, *items: Item, module: str = "alpha") -> bank.LoadReport:
    with db.write() as session:
        return bank.load_shipped(session, [(module, item) for item in items], now=START)


def edit(db: Database, item: Item, base: int, *, module: str = "alpha", reason: str = "clearer") -> int:
    with db.write() as session:
        return bank.save_version(session, item, module, base_number=base, author_id=None, reason=reason, now=LATER)


def get(db: Database, item_id: str, number: int | None = None) -> bank.ItemDetail:
    with db.read() as session:
        return bank.get_item(session, item_id, number)


def worded(item: Item, stem: str) -> Item:
    return replace(item, head=replace(item.head, stem=stem))


class TestLoading:
    def test_adds_what_is_new_and_loading_again_changes_nothing(self, db: Database) -> None:
        first, second = make_item("one"), make_item("two")
        assert load(db, first, second) == bank.LoadReport(("one", "two"), (), 0, ())
        assert load(db, first, second) == bank.LoadReport((), (), 2, ())
        assert [each.number for each in get(db, "one").history] == [1]

    def test_a_changed_file_becomes_a_version(self, db: Database) -> None:
        item = make_item("one")
        load(db, item, make_item("noise"))
        report = load(db, worded(item, "What now?"), make_item("noise"))
        assert report == bank.LoadReport((), ("one",), 1, ())
        detail = get(db, "one")
        assert (detail.number, detail.item.head.stem) == (2, "What now?")
        assert get(db, "one", 1).item == item

    def test_an_edit_stays_where_the_file_did_not_change(self, db: Database) -> None:
        item = make_item("one")
        load(db, item)
        edit(db, worded(item, "Edited?"), 1)
        assert load(db, item) == bank.LoadReport((), (), 1, ())
        assert get(db, "one").item.head.stem == "Edited?"

    def test_a_change_on_both_sides_is_reported_and_left(self, db: Database) -> None:
        item = make_item("one")
        load(db, item)
        edit(db, worded(item, "Edited?"), 1)
        for _again in range(2):
            assert load(db, worded(item, "In the file?")) == bank.LoadReport((), (), 0, ("one",))
        assert get(db, "one").item.head.stem == "Edited?"

    def test_the_same_change_on_both_sides_is_no_conflict(self, db: Database) -> None:
        item = make_item("one")
        load(db, item)
        edit(db, worded(item, "Both?"), 1)
        assert load(db, worded(item, "Both?")) == bank.LoadReport((), (), 1, ())
        assert load(db, worded(item, "Then the file?")).updated == ("one",)

    def test_an_items_id_taken_by_an_author_is_a_conflict(self, db: Database) -> None:
        with db.write() as session:
            add_items(session, "alpha", [make_item("one", stem="Mine?")])
        assert load(db, make_item("one")).conflicts == ("one",)
        assert get(db, "one").item.head.stem == "Mine?"


class TestWriting:
    def test_an_edit_is_a_new_version_with_who_when_and_why(self, db: Database) -> None:
        with db.write() as session:
            author = make_user(session, name="Inés")
            add_items(session, "alpha", [make_item("one"), make_item("noise")])
            changed = make_item("one", stem="What now?", level="judgement", status="review")
            bank.save_version(session, changed, "beta", base_number=1, author_id=author, reason="sharper", now=LATER)
        detail = get(db, "one")
        newest, first = detail.history
        assert (newest.number, newest.author, newest.reason, newest.created_at) == (2, "Inés", "sharper", LATER)
        assert (first.number, first.author) == (1, "")
        assert (detail.item, detail.module, detail.current_number) == (changed, "beta", 2)
        with db.read() as session:
            rows = bank.list_items(session, bank.Filter(level="judgement")).rows
        assert [(row.id, row.module, row.status, row.number) for row in rows] == [("one", "beta", "review", 2)]

    def test_an_edit_that_changes_nothing_makes_no_version(self, db: Database) -> None:
        load(db, make_item("one"))
        assert edit(db, make_item("one"), 1) == 1
        assert len(get(db, "one").history) == 1

    def test_moving_to_another_module_is_a_version(self, db: Database) -> None:
        load(db, make_item("one"))
        assert edit(db, make_item("one"), 1, module="beta") == 2
        assert get(db, "one").module == "beta"

    def test_the_second_of_two_edits_is_refused_and_writes_nothing(self, db: Database) -> None:
        item = make_item("one")
        load(db, item)
        assert edit(db, worded(item, "First?"), 1) == 2
        with pytest.raises(bank.StaleEdit, match="Version 2"):
            edit(db, worded(item, "Second?"), 1)
        assert get(db, "one").item.head.stem == "First?"

    def test_a_taken_id_is_refused(self, db: Database) -> None:
        load(db, make_item("one"))
        with db.write() as session, pytest.raises(bank.IdTaken, match="'one'"):
            add_items(session, "alpha", [make_item("one")])

    @pytest.mark.parametrize(("item_id", "number"), [("none", None), ("one", 2), ("one", 0)])
    def test_what_is_not_there_is_not_found(self, db: Database, item_id: str, number: int | None) -> None:
        load(db, make_item("one"))
        with pytest.raises(NotFound):
            get(db, item_id, number)
        with pytest.raises(NotFound):
            edit(db, make_item("none"), 1)

    def test_an_unused_id_gets_a_number_only_where_it_must(self, db: Database) -> None:
        load(db, make_item("log"), make_item("log-2"), make_item("logs"))
        with db.read() as session:
            assert bank.unused_id(session, "log") == "log-3"
            assert bank.unused_id(session, "lo") == "lo"
        assert bank.retitled(make_item("log"), "log-3").head.id == "log-3"


def test_a_running_attempt_keeps_the_version_it_showed(db: Database) -> None:
    world = make_world(db)
    with db.write() as session:
        attempt = attempts.start(session, world.user, world.alpha, seed=5, now=START)
        before = [attempts.item_page(session, attempt, world.user, n).presentation.stem for n in (1, 2, 3, 4)]
    for number in range(8):
        item = get(db, f"alpha-{number}").item
        options = tuple(replace(option, key=not option.key and option.text != "Publish it") for option in item.options)  # type: ignore[attr-defined]
        edit(db, replace(worded(item, f"Another question {number}?"), options=options), 1)
    with db.write() as session:
        after = [attempts.item_page(session, attempt, world.user, n).presentation.stem for n in (1, 2, 3, 4)]
        for position in (1, 2, 3, 4):
            attempts.save_response(
                session, attempt, world.user, position, form(RIGHT), token=f"t{position}", sequence=1, now=LATER
            )
        attempts.submit(session, attempt, world.user, now=LATER)
        reviewed = results.review(session, attempt, world.user)
        second = attempts.start(session, world.user, world.alpha, seed=6, now=LATER)
        fresh = attempts.item_page(session, second, world.user, 1).presentation.stem
    assert after == before
    assert reviewed.result.earned == 4
    assert fresh.startswith("Another question")
    uses = {each.number: each.uses for number in range(8) for each in get(db, f"alpha-{number}").history}
    assert set(uses) == {1, 2}


class TestFinding:
    @pytest.fixture
    def filled(self, db: Database) -> Database:
        with db.write() as session:
            add_items(session, "alpha", [make_item("one", stem="Log 100% of it?"), make_item("two", level="judgement")])
            add_items(session, "beta", [make_item("three", stem="Write_it down", status="draft")])
        return db

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({}, ["one", "two", "three"]),
            ({"module": "beta"}, ["three"]),
            ({"level": "judgement"}, ["two"]),
            ({"status": "live"}, ["one", "two"]),
            ({"interaction": "ordering"}, []),
            ({"competency": "listening", "words": "LOG it"}, ["one"]),
            ({"words": "100%"}, ["one"]),
            ({"words": "%"}, ["one"]),
            ({"words": "_"}, ["three"]),
            ({"words": "tw"}, ["two"]),
            ({"words": "\\"}, []),
        ],
    )
    def test_filters(self, filled: Database, wanted: dict[str, str], found: list[str]) -> None:
        with filled.read() as session:
            rows = bank.list_items(session, bank.Filter(**wanted)).rows
        assert [row.id for row in rows] == found

    def test_pages_hold_all_and_a_page_too_far_is_the_last(self, filled: Database) -> None:
        with filled.read() as session:
            pages = [bank.list_items(session, bank.Filter(), page=number, size=2) for number in (0, 1, 2, 9)]
        assert [[row.id for row in page.rows] for page in pages] == [
            ["one", "two"],
            ["one", "two"],
            ["three"],
            ["three"],
        ]
        assert {(page.total, page.pages) for page in pages} == {(3, 2)}
        assert [page.page for page in pages] == [1, 1, 2, 2]

    def test_all_items_come_at_their_current_version(self, filled: Database) -> None:
        edit(filled, make_item("two", stem="Newer?"), 1)
        with filled.read() as session:
            found = list(bank.all_items(session))
        assert [(module, item.head.id) for module, item in found] == [
            ("alpha", "one"),
            ("alpha", "two"),
            ("beta", "three"),
        ]
        assert found[1][1].head.stem == "Newer?"
