"""What came of attempts: marks, and the review with keys and feedback after submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.domain import attempts as rules
from courseware.domain.items.base import Review
from courseware.services.attempt_rows import answer, module_of, own, places, quiz_of
from courseware.services.errors import NotFound
from courseware.services.versions import loaded
from courseware.storage.attempts import Attempt, AttemptItem, GradeEvent


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt in a list. result is None until it is submitted."""

    id: int
    assessment: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    result: rules.Result | None


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """A place of a submitted attempt with everything a trainee may see after release."""

    position: int
    item_id: str
    claims: tuple[str, ...]
    competency: str
    review: Review
    share: Fraction


@dataclass(frozen=True, slots=True)
class ReviewedAttempt:
    """A submitted attempt with its marks."""

    id: int
    module: str
    number: int
    submitted_at: datetime
    result: rules.Result
    items: tuple[ReviewedItem, ...]


def review(session: Session, attempt_id: int, user_id: int | None) -> ReviewedAttempt:
    """A submitted attempt with marks, keys and feedback. ``user_id`` None: an instructor looks.

    Raises NotFound, also while the attempt is open: there is nothing to review yet.
    """
    attempt = own(session, attempt_id, user_id)
    if attempt.submitted_at is None:
        raise NotFound("This attempt was not handed in yet; there is nothing to review.")
    marks = marks_of(session, [attempt_id])
    reviewed: list[ReviewedItem] = []
    for place, version, response in session.execute(places(attempt_id)):
        item = loaded(version)
        reviewed.append(
            ReviewedItem(
                place.position,
                item.head.id,
                item.head.claims,
                item.head.competency,
                item.review(answer(response), attempt.seed),
                marks[attempt_id][place.position],
            )
        )
    result = rules.result(marks[attempt_id].values(), attempt.pass_mark)
    return ReviewedAttempt(
        attempt.id, module_of(attempt.assessment), attempt.number, attempt.submitted_at, result, tuple(reviewed)
    )


def list_attempts(session: Session, user_id: int, module: str | None = None) -> tuple[AttemptRow, ...]:
    """A trainee's attempts, oldest first; of one module's quiz where told."""
    query = select(Attempt).where(Attempt.user_id == user_id).order_by(Attempt.started_at, Attempt.id)
    if module is not None:
        query = query.where(Attempt.assessment == quiz_of(module))
    return with_results(session, session.scalars(query).all())


def with_results(session: Session, attempts: Sequence[Attempt]) -> tuple[AttemptRow, ...]:
    """Attempts with their marks, in two queries however many there are."""
    marks = marks_of(session, [attempt.id for attempt in attempts if attempt.submitted_at is not None])
    return tuple(
        AttemptRow(
            attempt.id,
            attempt.assessment,
            attempt.number,
            attempt.started_at,
            attempt.submitted_at,
            rules.result(marks[attempt.id].values(), attempt.pass_mark) if attempt.submitted_at is not None else None,
        )
        for attempt in attempts
    )


def marks_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, dict[int, Fraction]]:
    """The mark that holds at each place of each attempt: that of the newest grade event."""
    marks: dict[int, dict[int, Fraction]] = {attempt_id: {} for attempt_id in attempt_ids}
    newest = (
        select(func.max(GradeEvent.id))
        .join(AttemptItem, AttemptItem.id == GradeEvent.attempt_item_id)
        .where(AttemptItem.attempt_id.in_(attempt_ids))
        .group_by(GradeEvent.attempt_item_id)
    )
    query = (
        select(AttemptItem.attempt_id, AttemptItem.position, GradeEvent.numerator, GradeEvent.denominator)
        .join(GradeEvent, GradeEvent.attempt_item_id == AttemptItem.id)
        .where(GradeEvent.id.in_(newest))
        .order_by(AttemptItem.attempt_id, AttemptItem.position)
    )
    for attempt_id, position, numerator, denominator in session.execute(query):
        marks[attempt_id][position] = Fraction(numerator, denominator)
    return marks
