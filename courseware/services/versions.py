"""Items of stored versions."""

from __future__ import annotations

from courseware.domain import items
from courseware.domain.items.base import Item
from courseware.storage.bank import ItemVersion

_ITEMS: dict[str, Item] = {}
"""Items by content hash: a version never changes, so each is parsed once a process."""


def loaded(version: ItemVersion) -> Item:
    """The item of a version."""
    item = _ITEMS.get(version.content_hash)
    if item is None:
        if len(_ITEMS) >= 4_096:
            _ITEMS.clear()
        item = _ITEMS[version.content_hash] = items.load(version.content)
    return item
