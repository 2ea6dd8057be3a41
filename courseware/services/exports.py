"""What the office takes away. Rows come one by one, so that an export of any size runs in little memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.domain import attempts as rules
from courseware.domain.items.base import Line
from courseware.domain.lessons import Course
from courseware.services.attempt_rows import module_of
from courseware.services.versions import loaded
from courseware.storage.accounts import User
from courseware.storage.attempts import Attempt, AttemptItem, GradeEvent, Response
from courseware.storage.bank import ItemVersion

CHUNK = 500

Cell = str | int | float | bool | datetime | None
Table = tuple[Sequence[str], Generator[Sequence[Cell], None, None]]
"""Column names, and the rows. Whoever stops before the last row closes them."""

SCORES = (
    "trainee_id", "name", "email", "module", "assessment", "attempt", "started_at", "submitted_at",
    "marks", "marks_possible", "percent", "pass_mark", "passed", "simulated",
)  # fmt: skip
RESPONSES = (
    "trainee_id", "name", "email", "assessment", "attempt", "position", "item", "version", "interaction",
    "competency", "level", "answered", "response", "mark", "saved_at", "simulated",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scored:
    user: User
    attempt: Attempt
    result: rules.Result

    @property
    def rank(self) -> tuple[Fraction, int]:
        return self.result.percent, -self.attempt.number


def scores(session: Session, course: Course, *, best_only: bool) -> Table:
    """One row a trainee and submitted attempt, or only the best attempt at each assessment (the earlier of equals)."""
    titles = {module.slug: module.title for module in course.modules}
    return SCORES, (_score_row(each, titles) for each in _scored(session, best_only=best_only))


def count_scores(session: Session, *, best_only: bool) -> int:
    """How many rows ``scores`` gives."""
    columns = (Attempt.user_id, Attempt.assessment) if best_only else (Attempt.id,)
    found = select(*columns).where(Attempt.submitted_at.is_not(None)).distinct()
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _scored(session: Session, *, best_only: bool) -> Iterator[_Scored]:
    held: _Scored | None = None
    for each in _all_scored(session):
        if not best_only:
            yield each
        elif held is None:
            held = each
        elif (held.user.id, held.attempt.assessment) != (each.user.id, each.attempt.assessment):
            yield held
            held = each
        elif each.rank > held.rank:
            held = each
    if held is not None:
        yield held


def _all_scored(session: Session) -> Iterator[_Scored]:
    query = (
        select(User, Attempt)
        .join(Attempt, Attempt.user_id == User.id)
        .where(Attempt.submitted_at.is_not(None))
        .order_by(User.name, User.id, Attempt.assessment, Attempt.number)
    )
    with session.execute(query.execution_options(yield_per=CHUNK)) as found:
        for chunk in found.partitions():
            shares = _shares(session, [attempt.id for _user, attempt in chunk])
            for user, attempt in chunk:
                yield _Scored(user, attempt, rules.result(shares[attempt.id], attempt.pass_mark))


def _shares(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Fraction]]:
    shares: dict[int, list[Fraction]] = {attempt_id: [] for attempt_id in attempt_ids}
    query = (
        select(AttemptItem.attempt_id, GradeEvent.numerator, GradeEvent.denominator)
        .join(GradeEvent, GradeEvent.attempt_item_id == AttemptItem.id)
        .where(AttemptItem.attempt_id.in_(attempt_ids), GradeEvent.id == _newest_grade())
    )
    for attempt_id, numerator, denominator in session.execute(query):
        shares[attempt_id].append(Fraction(numerator, denominator))
    return shares


def _newest_grade() -> object:
    return (
        select(func.max(GradeEvent.id))
        .where(GradeEvent.attempt_item_id == AttemptItem.id)
        .correlate(AttemptItem)
        .scalar_subquery()
    )


def _score_row(each: _Scored, titles: dict[str, str]) -> Sequence[Cell]:
    module = module_of(each.attempt.assessment)
    return (
        each.user.id,
        each.user.name,
        each.user.email,
        titles.get(module, module),
        each.attempt.assessment,
        each.attempt.number,
        each.attempt.started_at,
        each.attempt.submitted_at,
        rules.decimal(each.result.earned),
        each.result.possible,
        rules.decimal(each.result.percent),
        each.attempt.pass_mark,
        each.result.passed,
        each.user.simulated,
    )


def responses(session: Session) -> Table:
    """One row a place of a submitted attempt: the item and version shown, the response that counted, its mark."""
    return RESPONSES, _response_rows(session)


def _response_rows(session: Session) -> Generator[Sequence[Cell], None, None]:
    newest = (
        select(func.max(Response.sequence))
        .where(Response.attempt_item_id == AttemptItem.id)
        .correlate(AttemptItem)
        .scalar_subquery()
    )
    query = (
        select(User, Attempt, AttemptItem, ItemVersion, Response, GradeEvent)
        .join(Attempt, Attempt.user_id == User.id)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.version_id)
        .join(GradeEvent, (GradeEvent.attempt_item_id == AttemptItem.id) & (GradeEvent.id == _newest_grade()))
        .outerjoin(Response, (Response.attempt_item_id == AttemptItem.id) & (Response.sequence == newest))
        .where(Attempt.submitted_at.is_not(None))
        .order_by(User.name, User.id, Attempt.assessment, Attempt.number, AttemptItem.position)
    )
    with session.execute(query.execution_options(yield_per=CHUNK)) as found:
        for row in found:
            yield _response_row(*row)


def _response_row(
    user: User, attempt: Attempt, place: AttemptItem, version: ItemVersion, response: Response | None, grade: GradeEvent
) -> Sequence[Cell]:
    answer = response.answer if response is not None else None
    item = loaded(version)
    lines = item.review(answer, attempt.seed).lines if answer is not None else ()
    return (
        user.id,
        user.name,
        user.email,
        attempt.assessment,
        attempt.number,
        place.position,
        place.item_id,
        version.number,
        item.interaction,
        item.head.competency,
        item.head.level,
        answer is not None,
        "; ".join(_in_words(line) for line in lines if line.chosen),
        rules.decimal(Fraction(grade.numerator, grade.denominator)),
        response.saved_at if response is not None else None,
        user.simulated,
    )


def _in_words(line: Line) -> str:
    return line.text if line.chosen == "chosen" else f"{line.text} = {line.chosen}"
