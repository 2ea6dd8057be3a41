"""Items from a file into the bank: first what would happen, then all of it, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from courseware.domain.items.base import Item
from courseware.services import bank, bank_import
from courseware.storage.bank import BankItem, ItemVersion
from courseware.storage.database import Database
from tests.conftest import START
from tests.factories import World, make_item, make_world


@pytest.fixture
def world(db: Database) -> World:
    return make_world(db)


def arriving(world: World) -> list[tuple[str, Item]]:
    """One new item, one changed, one as it is, one moved to another module."""
    return [
        ("alpha", make_item("new-one")),
        ("alpha", make_item("alpha-1", stem="Reworded?")),
        ("alpha", make_item("alpha-2")),
        ("alpha", make_item("beta-3")),
    ]


def contents(world: World) -> dict[str, tuple[str, int, str]]:
    """Module, version and stem of each item."""
    with world.db.read() as session:
        found = session.execute(
            select(BankItem, ItemVersion).join(
                ItemVersion, (ItemVersion.item_id == BankItem.id) & (ItemVersion.number == BankItem.current_number)
            )
        )
        return {item.id: (item.module, item.current_number, version.content["stem"]) for item, version in found}


def test_the_plan_says_what_would_happen_and_does_nothing(world: World) -> None:
    before = contents(world)
    with world.db.write() as session:
        planned = bank_import.plan(session, arriving(world))
    assert [(each.item.head.id, each.action, each.base_number) for each in planned] == [
        ("new-one", "new", 0),
        ("alpha-1", "changed", 1),
        ("alpha-2", "unchanged", 1),
        ("beta-3", "changed", 1),
    ]
    assert contents(world) == before


def carry_out(world: World) -> None:
    with world.db.write() as session:
        planned = bank_import.plan(session, arriving(world))
        bank_import.carry_out(session, planned, author_id=world.other, reason="From a file", now=START)


def test_carrying_it_out_does_what_was_planned_and_touches_nothing_else(world: World) -> None:
    before = contents(world)
    carry_out(world)
    after = contents(world)
    assert {item_id: after[item_id] for item_id in after if after[item_id] != before.get(item_id)} == {
        "new-one": ("alpha", 1, "What first, in new-one?"),
        "alpha-1": ("alpha", 2, "Reworded?"),
        "beta-3": ("alpha", 2, "What first, in beta-3?"),
    }


def test_the_history_says_who_and_why(world: World) -> None:
    carry_out(world)
    with world.db.read() as session:
        history = bank.get_item(session, "alpha-1").history
    assert [(row.number, row.author, row.reason) for row in history] == [(2, "Noise", "From a file"), (1, "", "test")]


def test_importing_again_changes_nothing(world: World) -> None:
    carry_out(world)
    before = contents(world)
    with world.db.read() as session:
        assert {each.action for each in bank_import.plan(session, arriving(world))} == {"unchanged"}
    carry_out(world)
    assert contents(world) == before


def test_an_edit_made_after_the_plan_is_not_overwritten(world: World) -> None:
    with world.db.read() as session:
        planned = bank_import.plan(session, arriving(world))
    mine = replace(make_item("alpha-1", stem="Mine?"))
    with world.db.write() as session:
        bank.save_version(session, mine, "alpha", base_number=1, author_id=None, reason="edit", now=START)
    before = contents(world)

    def carry_out_late() -> None:
        with world.db.write() as session:
            bank_import.carry_out(session, planned, author_id=None, reason="late", now=START)

    with pytest.raises(bank.StaleEdit):
        carry_out_late()
    assert contents(world) == before


def test_running_attempts_keep_the_versions_they_show(world: World) -> None:
    carry_out(world)
    with world.db.read() as session:
        uses = {row.number: row.uses for row in bank.get_item(session, "alpha-1").history}
    assert uses[2] == 0
