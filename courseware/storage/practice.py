"""What a trainee reads and practises: lessons, knowledge checks, drill runs with every decision."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courseware.storage.base import Base, Data, Digest, Instant, Key, Name, OptionalInstant, Owner


class LessonRead(Base):
    """That a trainee has read a lesson, by his or her own word."""

    __tablename__ = "lesson_reads"
    __table_args__ = (UniqueConstraint("user_id", "module", "lesson"),)

    id: Mapped[Key]
    user_id: Mapped[Owner]
    module: Mapped[Name]
    lesson: Mapped[Name]
    content_hash: Mapped[Digest]
    at: Mapped[Instant]


class CheckResponse(Base):
    """An answer to a knowledge check in a lesson. Never counted as a mark; the newest is shown again."""

    __tablename__ = "check_responses"
    __table_args__ = (Index("ix_check_responses_place", "user_id", "module", "lesson", "check_id"),)

    id: Mapped[Key]
    user_id: Mapped[Owner]
    module: Mapped[Name]
    lesson: Mapped[Name]
    check_id: Mapped[Name]
    item_hash: Mapped[Digest]
    answer: Mapped[Data]
    at: Mapped[Instant]


class DrillVersion(Base):
    """A drill as it was when somebody ran it, so that the run can be gone through for ever."""

    __tablename__ = "drill_versions"

    content_hash: Mapped[Digest] = mapped_column(primary_key=True)
    module: Mapped[Name]
    drill_id: Mapped[Name]
    content: Mapped[Data]
    first_used_at: Mapped[Instant]


class DrillRun(Base):
    """One run of a drill from its start. ``ending`` is null while it goes on."""

    __tablename__ = "drill_runs"
    __table_args__ = (
        UniqueConstraint("user_id", "module", "drill_id", "number"),
        CheckConstraint("(ending IS NULL) = (ended_at IS NULL)", name="ending_has_time"),
    )

    id: Mapped[Key]
    user_id: Mapped[Owner]
    module: Mapped[Name]
    drill_id: Mapped[Name]
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(ForeignKey("drill_versions.content_hash", ondelete="RESTRICT"))
    started_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]
    ending: Mapped[str | None]


class DrillDecision(Base):
    """One choice of a run. Only ever added, in order: the state of a run is its decisions replayed."""

    __tablename__ = "drill_decisions"
    __table_args__ = (
        UniqueConstraint("run_id", "step"),
        CheckConstraint("step >= 1", name="step_positive"),
    )

    id: Mapped[Key]
    run_id: Mapped[int] = mapped_column(ForeignKey("drill_runs.id", ondelete="RESTRICT"))
    step: Mapped[int]
    scene: Mapped[Name]
    choice: Mapped[Name]
    at: Mapped[Instant]
