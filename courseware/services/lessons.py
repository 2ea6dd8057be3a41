"""Reading: which lessons a trainee has read, and answers to the knowledge checks in the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.domain.items.base import Fields, InvalidResponse, Stored
from courseware.domain.lessons import Check, Lesson
from courseware.storage.accounts import User
from courseware.storage.practice import CheckResponse, LessonRead


@dataclass(frozen=True, slots=True)
class LessonState:
    """What is kept of a trainee and a lesson. answers: the newest answer by check, where the check is unchanged."""

    read_at: datetime | None
    answers: Mapping[str, Stored]


def lesson_state(session: Session, user_id: int, lesson: Lesson) -> LessonState:
    """Whether the trainee has read the lesson, and the answers given to its checks."""
    read_at = session.scalar(
        select(LessonRead.at).where(
            LessonRead.user_id == user_id, LessonRead.module == lesson.module, LessonRead.lesson == lesson.slug
        )
    )
    newest = (
        select(func.max(CheckResponse.id))
        .where(
            CheckResponse.user_id == user_id,
            CheckResponse.module == lesson.module,
            CheckResponse.lesson == lesson.slug,
        )
        .group_by(CheckResponse.check_id)
    )
    hashes = {check.id: check.item.content_hash() for check in lesson.checks}
    answers = {
        row.check_id: row.answer
        for row in session.scalars(select(CheckResponse).where(CheckResponse.id.in_(newest)))
        if hashes.get(row.check_id) == row.item_hash
    }
    return LessonState(read_at, answers)


def mark_read(session: Session, user_id: int, lesson: Lesson, *, now: datetime) -> None:
    """Keep that the trainee has read the lesson; the first time counts."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    if lesson_state(session, user_id, lesson).read_at is None:
        session.add(
            LessonRead(
                user_id=user_id, module=lesson.module, lesson=lesson.slug, content_hash=lesson.content_hash, at=now
            )
        )
        session.flush()


def answer_check(
    session: Session, user_id: int, lesson: Lesson, check: Check, fields: Fields, *, now: datetime
) -> Stored:
    """Keep an answer to a knowledge check. Raises InvalidResponse, also for a blank one."""
    answer = check.item.parse_response(fields)
    if answer is None:
        raise InvalidResponse("Choose an answer first; then the feedback is shown.")
    session.add(
        CheckResponse(
            user_id=user_id,
            module=lesson.module,
            lesson=lesson.slug,
            check_id=check.id,
            item_hash=check.item.content_hash(),
            answer=dict(answer),
            at=now,
        )
    )
    session.flush()
    return answer
