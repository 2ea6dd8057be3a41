"""Items from a file into the bank: first what would happen, item by item, then all of it or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.domain.items.base import Item
from courseware.services import bank
from courseware.storage.bank import BankItem, ItemVersion


@dataclass(frozen=True, slots=True)
class Planned:
    """One item of a file. action: new, changed or unchanged."""

    item: Item
    module: str
    action: str
    base_number: int


def plan(session: Session, arriving: Iterable[tuple[str, Item]]) -> tuple[Planned, ...]:
    """What importing these (module, item) pairs would do."""
    current = {
        row.id: (row.current_number, row.content_hash, row.module)
        for row in session.execute(
            select(BankItem.id, BankItem.current_number, BankItem.module, ItemVersion.content_hash).join(
                ItemVersion, (ItemVersion.item_id == BankItem.id) & (ItemVersion.number == BankItem.current_number)
            )
        )
    }
    planned: list[Planned] = []
    for module, item in arriving:
        number, digest, there = current.get(item.head.id, (0, "", ""))
        same = digest == item.content_hash() and there == module
        planned.append(Planned(item, module, "unchanged" if same else "changed" if number else "new", number))
    return tuple(planned)


def carry_out(
    session: Session, planned: Iterable[Planned], *, author_id: int | None, reason: str, now: datetime
) -> None:
    """Do what was planned."""
    for each in planned:
        if each.action == "new":
            bank.create_item(session, each.item, each.module, author_id=author_id, reason=reason, now=now)
        elif each.action == "changed":
            bank.save_version(
                session,
                each.item,
                each.module,
                base_number=each.base_number,
                author_id=author_id,
                reason=reason,
                now=now,
            )
