"""The question bank: loading the shipped files, finding, reading and writing items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from courseware.domain import items
from courseware.domain.items.base import Item
from courseware.services.errors import Conflict, NotFound
from courseware.storage.accounts import User
from courseware.storage.attempts import AttemptItem
from courseware.storage.bank import BankItem, ItemVersion
from courseware.storage.locks import take_turns

SHIPPED = "Shipped with the course"
PAGE = 50


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading the shipped bank did, by item id. ``conflicts`` were changed on both sides and left alone."""

    new: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in a list."""

    id: str
    module: str
    interaction: str
    competency: str
    level: str
    status: str
    number: int
    stem: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of a list: the rows, how many there are in all, and which page this is (from 1)."""

    rows: tuple[ItemRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for in the bank; empty fields match everything."""

    words: str = ""
    module: str = ""
    interaction: str = ""
    competency: str = ""
    level: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in an item's history. ``uses``: places in attempts that showed it."""

    number: int
    author: str
    reason: str
    created_at: datetime
    uses: int


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """An item at one version, with its history, newest first."""

    item: Item
    module: str
    number: int
    current_number: int
    history: tuple[VersionRow, ...]


class StaleEdit(Conflict):
    """The item got a newer version while this one was being written."""


class IdTaken(Conflict):
    """Another item has this id."""


def load_shipped(session: Session, shipped: Iterable[tuple[str, Item]], *, now: datetime) -> LoadReport:
    """Bring the shipped items in: new ones are added, changed ones become new versions.

    Three-way: an item changed in the files and by an instructor since it was last loaded is
    reported and left alone. Loading the same files again changes nothing.
    """
    take_turns(session, "the shipped bank")
    rows = {row.id: row for row in session.scalars(select(BankItem).with_for_update())}
    hashes = _current_hashes(session)
    new: list[str] = []
    updated: list[str] = []
    conflicts: list[str] = []
    unchanged = 0
    for module, item in shipped:
        mark = _mark(module, item.content_hash())
        row = rows.get(item.head.id)
        here = _mark(row.module, hashes[row.id]) if row is not None else ""
        if row is None:
            row = _add_item(session, item, module, None, SHIPPED, now)
            new.append(item.head.id)
        elif mark in (row.loaded_hash, here):
            unchanged += 1
            if mark != here:
                continue
        elif here == row.loaded_hash:
            _add_version(session, row, item, module, None, SHIPPED, now)
            updated.append(item.head.id)
        else:
            conflicts.append(item.head.id)
            continue
        row.loaded_hash = mark
    session.flush()
    return LoadReport(tuple(new), tuple(updated), unchanged, tuple(conflicts))


def _mark(module: str, content_hash: str) -> str:
    """What names an item's text and its place: a move to another module is a change too."""
    return f"{module}:{content_hash}"


def _current_hashes(session: Session) -> dict[str, str]:
    query = select(ItemVersion.item_id, ItemVersion.content_hash).join(
        BankItem, (BankItem.id == ItemVersion.item_id) & (BankItem.current_number == ItemVersion.number)
    )
    return {row.item_id: row.content_hash for row in session.execute(query)}


def list_items(session: Session, wanted: Filter, *, page: int = 1, size: int = PAGE) -> ItemPage:
    """The items that match, by module and id, one page of them; a page too far is the last."""
    query = _matching(wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    found = session.execute(query.order_by(BankItem.module, BankItem.id).offset((page - 1) * size).limit(size))
    rows = tuple(
        ItemRow(
            item.id, item.module, item.interaction, item.competency, item.level, item.status,
            item.current_number, str(version.content["stem"]), item.updated_at,
        )
        for item, version in found
    )  # fmt: skip
    return ItemPage(rows, total, page, pages)


def _matching(wanted: Filter) -> Select[BankItem, ItemVersion]:
    query = select(BankItem, ItemVersion).join(
        ItemVersion, (ItemVersion.item_id == BankItem.id) & (ItemVersion.number == BankItem.current_number)
    )
    for name in ("module", "interaction", "competency", "level", "status"):
        if value := getattr(wanted, name):
            query = query.where(getattr(BankItem, name) == value)
    for word in wanted.words.split()[:8]:
        pattern = f"%{_escaped(word)}%"
        stem = ItemVersion.content["stem"].as_string()
        query = query.where(or_(BankItem.id.ilike(pattern, escape="\\"), stem.ilike(pattern, escape="\\")))
    return query


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def get_item(session: Session, item_id: str, number: int | None = None) -> ItemDetail:
    """An item at a version (the current one unless told). Raises NotFound."""
    row = session.get(BankItem, item_id)
    if row is None:
        raise NotFound(f"There is no item '{item_id}' in the bank.")
    version = session.scalar(
        select(ItemVersion).where(
            ItemVersion.item_id == item_id,
            ItemVersion.number == (row.current_number if number is None else number),
        )
    )
    if version is None:
        raise NotFound(f"Item '{item_id}' has no version {number}.")
    return ItemDetail(
        items.load(version.content), row.module, version.number, row.current_number, _history(session, item_id)
    )


def _history(session: Session, item_id: str) -> tuple[VersionRow, ...]:
    uses = select(func.count()).where(AttemptItem.version_id == ItemVersion.id).correlate(ItemVersion).scalar_subquery()
    found = session.execute(
        select(ItemVersion.number, User.name, ItemVersion.reason, ItemVersion.created_at, uses)
        .outerjoin(User, User.id == ItemVersion.author_id)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc())
    )
    return tuple(VersionRow(number, name or "", reason, at, count) for number, name, reason, at, count in found)


def create_item(
    session: Session, item: Item, module: str, *, author_id: int | None, reason: str, now: datetime
) -> None:
    """Add a new item at version 1. Raises IdTaken."""
    take_turns(session, f"item {item.head.id}")
    if session.get(BankItem, item.head.id) is not None:
        raise IdTaken(f"The id '{item.head.id}' is taken by another item; choose another.")
    _add_item(session, item, module, author_id, reason, now)
    session.flush()


def save_version(
    session: Session,
    item: Item,
    module: str,
    *,
    base_number: int,
    author_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    """Keep an edited item as a new version and return its number; attempts keep the versions they showed.

    base_number: the version the edit began from. Raises NotFound, and StaleEdit where a newer
    one was saved meanwhile. An edit that changes nothing makes no version.
    """
    row = session.scalar(select(BankItem).where(BankItem.id == item.head.id).with_for_update())
    if row is None:
        raise NotFound(f"There is no item '{item.head.id}' in the bank.")
    if row.current_number != base_number:
        raise StaleEdit(
            f"Version {row.current_number} of this item was saved while you were writing on version {base_number}."
        )
    if _current_hash(session, row) != item.content_hash() or row.module != module:
        _add_version(session, row, item, module, author_id, reason, now)
        session.flush()
    return row.current_number


def _current_hash(session: Session, row: BankItem) -> str | None:
    return session.scalar(
        select(ItemVersion.content_hash).where(ItemVersion.item_id == row.id, ItemVersion.number == row.current_number)
    )


def _add_item(session: Session, item: Item, module: str, author_id: int | None, reason: str, now: datetime) -> BankItem:
    row = BankItem(id=item.head.id, current_number=0, loaded_hash=None, created_at=now)
    _add_version(session, row, item, module, author_id, reason, now)
    session.add(row)
    return row


def _add_version(
    session: Session, row: BankItem, item: Item, module: str, author_id: int | None, reason: str, now: datetime
) -> None:
    row.module, row.interaction = module, item.interaction
    row.competency, row.level, row.status = item.head.competency, item.head.level, item.head.status
    row.current_number += 1
    row.updated_at = now
    session.add(
        ItemVersion(
            item_id=row.id,
            number=row.current_number,
            content=item.dump(),
            content_hash=item.content_hash(),
            author_id=author_id,
            reason=reason,
            created_at=now,
        )
    )


def all_items(session: Session) -> Iterator[tuple[str, Item]]:
    """Every item at its current version with its module, by module and id."""
    query = (
        select(BankItem.module, ItemVersion.content)
        .join(ItemVersion, (ItemVersion.item_id == BankItem.id) & (ItemVersion.number == BankItem.current_number))
        .order_by(BankItem.module, BankItem.id)
    )
    for module, content in session.execute(query.execution_options(yield_per=500)):
        yield module, items.load(content)


def unused_id(session: Session, wanted: str) -> str:
    """``wanted``, or with a number behind it where it is taken."""
    taken = set(session.scalars(select(BankItem.id).where(BankItem.id.startswith(wanted))))
    number, candidate = 2, wanted
    while candidate in taken:
        candidate, number = f"{wanted}-{number}", number + 1
    return candidate


def retitled(item: Item, item_id: str) -> Item:
    """The same item under another id."""
    return replace(item, head=replace(item.head, id=item_id))
