"""Attempts: the form that was drawn, every response as it was given, and every mark with its history."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from courseware.domain.attempts import STATES
from courseware.storage.base import (
    Base,
    Instant,
    Key,
    Line,
    Name,
    OptionalData,
    OptionalInstant,
    OptionalOwner,
    Owner,
    one_of,
)


class Attempt(Base):
    """One trainee's sitting of one form of an assessment. At most one of them is open at a time."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("user_id", "assessment", "number"),
        CheckConstraint(one_of("state", STATES), name="state_known"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("(state = 'in_progress') = (submitted_at IS NULL)", name="submitted_has_time"),
        Index(
            "uq_attempts_open",
            "user_id",
            "assessment",
            unique=True,
            sqlite_where=text("state = 'in_progress'"),
            postgresql_where=text("state = 'in_progress'"),
        ),
    )

    id: Mapped[Key]
    user_id: Mapped[Owner]
    assessment: Mapped[Name]
    number: Mapped[int]
    seed: Mapped[int]
    state: Mapped[Name]
    pass_mark: Mapped[int]
    started_at: Mapped[Instant]
    submitted_at: Mapped[OptionalInstant]


class AttemptItem(Base):
    """A place of the form and the item version that stands there."""

    __tablename__ = "attempt_items"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        CheckConstraint("position >= 1", name="position_positive"),
    )

    id: Mapped[Key]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="RESTRICT"))
    position: Mapped[int]
    item_id: Mapped[str] = mapped_column(ForeignKey("bank_items.id", ondelete="RESTRICT"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id", ondelete="RESTRICT"), index=True)


class Response(Base):
    """What a trainee answered, each save a row of its own. ``answer`` is null where it was blanked.

    token: made by the page for one save; sending it again gives the first answer back.
    sequence: the page's counter; the stored answer of a place is the row with the highest.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("attempt_item_id", "sequence"),
        CheckConstraint("sequence >= 1", name="sequence_positive"),
    )

    id: Mapped[Key]
    attempt_item_id: Mapped[int] = mapped_column(ForeignKey("attempt_items.id", ondelete="RESTRICT"))
    token: Mapped[Name] = mapped_column(unique=True)
    sequence: Mapped[int]
    answer: Mapped[OptionalData]
    saved_at: Mapped[Instant]


class GradeEvent(Base):
    """A mark given to one place of an attempt. The newest holds; older ones stay.

    points: the share of the item's mark as an exact fraction, ``numerator/denominator``.
    """

    __tablename__ = "grade_events"
    __table_args__ = (
        CheckConstraint("numerator >= 0 AND denominator >= 1 AND numerator <= denominator", name="share_in_bounds"),
        Index("ix_grade_events_attempt_item_id_id", "attempt_item_id", "id"),
    )

    id: Mapped[Key]
    attempt_item_id: Mapped[int] = mapped_column(ForeignKey("attempt_items.id", ondelete="RESTRICT"))
    response_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id", ondelete="RESTRICT"))
    numerator: Mapped[int]
    denominator: Mapped[int]
    marker_id: Mapped[OptionalOwner]
    reason: Mapped[Line]
    at: Mapped[Instant]
