"""The question bank: items, their immutable versions, and what was last loaded from the shipped files."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courseware.domain.items.base import LEVELS, STATUSES
from courseware.storage.base import Base, Data, Digest, Instant, Key, Line, Name, OptionalOwner, one_of


class BankItem(Base):
    """An item of the bank. Its newest version's searchable fields stand here again, for lists and draws."""

    __tablename__ = "bank_items"
    __table_args__ = (
        CheckConstraint(one_of("level", LEVELS), name="level_known"),
        CheckConstraint(one_of("status", STATUSES), name="status_known"),
        CheckConstraint("current_number >= 1", name="current_number_positive"),
        Index("ix_bank_items_module_status", "module", "status"),
    )

    id: Mapped[Name] = mapped_column(primary_key=True)
    module: Mapped[Name]
    interaction: Mapped[Name]
    competency: Mapped[Name]
    level: Mapped[Name]
    status: Mapped[Name]
    current_number: Mapped[int]
    loaded_hash: Mapped[str | None]
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class ItemVersion(Base):
    """One state of an item, never changed once written. ``content`` is the item in file form."""

    __tablename__ = "item_versions"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: Mapped[Key]
    item_id: Mapped[str] = mapped_column(ForeignKey("bank_items.id", ondelete="RESTRICT"))
    number: Mapped[int]
    content: Mapped[Data]
    content_hash: Mapped[Digest]
    author_id: Mapped[OptionalOwner]
    reason: Mapped[Line]
    created_at: Mapped[Instant]
