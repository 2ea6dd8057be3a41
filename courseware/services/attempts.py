"""One answer's way: a form is drawn, responses are kept as they are given, submitted once, marked, reviewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from courseware.domain import attempts as rules
from courseware.domain.blueprint import Candidate, draw
from courseware.domain.items.base import Fields, Item, Outcome, Presentation, Stored
from courseware.domain.lessons import Module
from courseware.services.attempt_rows import answer as answer_of
from courseware.services.attempt_rows import module_of, own, places, quiz_of
from courseware.services.errors import Conflict, NotFound
from courseware.services.versions import loaded
from courseware.storage.accounts import User
from courseware.storage.attempts import Attempt, AttemptItem, GradeEvent, Response
from courseware.storage.bank import BankItem, ItemVersion

MOST_SEQUENCE = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a form: its position from 1, and whether an answer is stored."""

    position: int
    answered: bool


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt in progress: what a trainee may see of it."""

    id: int
    module: str
    number: int
    pass_mark: int
    places: tuple[Place, ...]

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The positions without an answer."""
        return tuple(place.position for place in self.places if not place.answered)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item of an open attempt as it is shown: no key can be in it.

    fields: the stored answer as form fields; sequence: that of the stored answer, 0 for none.
    """

    attempt: OpenAttempt
    position: int
    presentation: Presentation
    fields: dict[str, list[str]]
    sequence: int
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """That an answer is stored. ``repeated``: this very save had been stored before."""

    saved_at: datetime
    sequence: int
    answered: bool
    repeated: bool


class StaleSave(Conflict):
    """A newer answer is stored. ``stored`` is it, as form fields; ``sequence`` its number."""

    def __init__(self, stored: dict[str, list[str]], sequence: int, saved_at: datetime) -> None:
        super().__init__("A newer answer to this question was saved from another window. It was kept.")
        self.stored = stored
        self.sequence = sequence
        self.saved_at = saved_at


def start(session: Session, user_id: int, module: Module, *, seed: int, now: datetime) -> int:
    """Open an attempt at a module's quiz and return its id; an open one is returned instead.

    seed: decides the draw and the order of options. Raises BlueprintUnfilled where the bank
    has too few live items.
    """
    _lock(session, user_id)
    assessment = quiz_of(module.slug)
    earlier = session.scalars(
        select(Attempt).where(Attempt.user_id == user_id, Attempt.assessment == assessment).order_by(Attempt.number)
    ).all()
    for attempt in earlier:
        if attempt.state == rules.IN_PROGRESS:
            return attempt.id
    drawn = draw(module.quiz.blueprint, _candidates(session, user_id, module.slug), seed)
    attempt = Attempt(
        user_id=user_id,
        assessment=assessment,
        number=len(earlier) + 1,
        seed=seed,
        state=rules.IN_PROGRESS,
        pass_mark=module.quiz.pass_mark,
        started_at=now,
    )
    session.add(attempt)
    session.flush()
    session.add_all(
        AttemptItem(attempt_id=attempt.id, position=position, item_id=each.item_id, version_id=each.version_id)
        for position, each in enumerate(drawn, start=1)
    )
    session.flush()
    return attempt.id


def _lock(session: Session, user_id: int) -> None:
    """One start at a time for a person: SQLite's writers queue already, PostgreSQL locks the row."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())


def _candidates(session: Session, user_id: int, module: str) -> list[Candidate]:
    seen = Counter[str](
        session.scalars(
            select(AttemptItem.item_id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.user_id == user_id, Attempt.assessment == quiz_of(module))
        )
    )
    exposure = {
        row.item_id: row.uses
        for row in session.execute(
            select(AttemptItem.item_id, func.count().label("uses")).group_by(AttemptItem.item_id)
        )
    }
    live = session.execute(
        select(BankItem.id, ItemVersion.id.label("version_id"), BankItem.competency, BankItem.level)
        .join(ItemVersion, (ItemVersion.item_id == BankItem.id) & (ItemVersion.number == BankItem.current_number))
        .where(BankItem.module == module, BankItem.status == "live")
        .order_by(BankItem.id)
    )
    return [
        Candidate(row.id, row.version_id, row.competency, row.level, seen[row.id], exposure.get(row.id, 0))
        for row in live
    ]


def open_attempt(session: Session, attempt_id: int, user_id: int) -> OpenAttempt:
    """The attempt with which places are answered. Raises NotFound, AttemptClosed."""
    attempt = own(session, attempt_id, user_id)
    rules.require_open(attempt.state)
    return _open(attempt, session.execute(places(attempt_id)).all())


def _open(attempt: Attempt, rows: Sequence[Row[AttemptItem, ItemVersion, Response | None]]) -> OpenAttempt:
    found = tuple(
        Place(place.position, response is not None and response.answer is not None)
        for place, _version, response in rows
    )
    return OpenAttempt(attempt.id, module_of(attempt.assessment), attempt.number, attempt.pass_mark, found)


def item_page(session: Session, attempt_id: int, user_id: int, position: int) -> ItemPage:
    """What is shown at one place of an open attempt. Raises NotFound, AttemptClosed."""
    attempt = own(session, attempt_id, user_id)
    rules.require_open(attempt.state)
    rows = session.execute(places(attempt_id)).all()
    for place, version, response in rows:
        if place.position == position:
            item = loaded(version)
            answer = response.answer if response else None
            return ItemPage(
                _open(attempt, rows),
                position,
                item.present(attempt.seed),
                item.form_of(answer) if answer is not None else {},
                response.sequence if response else 0,
                response.saved_at if response else None,
            )
    raise NotFound(f"This attempt has no question {position}.")


def save_response(
    session: Session,
    attempt_id: int,
    user_id: int,
    position: int,
    fields: Fields,
    *,
    token: str,
    sequence: int,
    base: int | None = None,
    now: datetime,
) -> Saved:
    """Keep one answer of an open attempt.

    token: made by the page for this save; the same token again gives the first result back.
    sequence: the page's counter, higher with each answer. base: the number of the stored answer that the page
    knows (one less than ``sequence`` unless told): an answer that another window stored since stays.
    Raises NotFound, AttemptClosed, InvalidResponse (nothing is stored), StaleSave (a newer
    answer is stored and stays).
    """
    attempt = own(session, attempt_id, user_id, lock=True)
    place, version = _place(session, attempt_id, position)
    item = loaded(version)
    known = session.scalar(select(Response).where(Response.token == token))
    if known is None:
        rules.require_open(attempt.state)
    answer = item.parse_response(fields)
    if known is not None:
        return _repeated(known, place.id, item, answer)
    latest = session.scalar(
        select(Response).where(Response.attempt_item_id == place.id).order_by(Response.sequence.desc()).limit(1)
    )
    if latest is not None:
        base = sequence - 1 if base is None else base
        same_window = rules.window_of(latest.token) == rules.window_of(token)
        if not rules.follows(sequence, base, latest.sequence, same_window=same_window):
            raise _stale(item, latest)
    row = Response(
        attempt_item_id=place.id,
        token=token,
        sequence=sequence,
        answer=dict(answer) if answer is not None else None,
        saved_at=now,
    )
    session.add(row)
    session.flush()
    return Saved(now, sequence, answer is not None, repeated=False)


def _repeated(row: Response, place_id: int, item: Item, answer: Stored | None) -> Saved:
    """What the first save with this token came to; another answer under the same token is no repetition."""
    if row.attempt_item_id != place_id:
        raise NotFound("This save belongs to another question.")
    if row.answer != (dict(answer) if answer is not None else None):
        raise _stale(item, row)
    return Saved(row.saved_at, row.sequence, row.answer is not None, repeated=True)


def _stale(item: Item, stored: Response) -> StaleSave:
    fields = item.form_of(stored.answer) if stored.answer is not None else {}
    return StaleSave(fields, stored.sequence, stored.saved_at)


def submit(session: Session, attempt_id: int, user_id: int, *, now: datetime) -> rules.Result:
    """Close an attempt and mark it, once. Raises NotFound, AttemptClosed."""
    attempt = own(session, attempt_id, user_id, lock=True)
    rules.require_open(attempt.state)
    attempt.state = rules.SUBMITTED
    attempt.submitted_at = now
    shares: list[Fraction] = []
    for place, version, response in session.execute(places(attempt_id)):
        outcome = loaded(version).grade(answer_of(response))
        shares.append(outcome.score)
        session.add(_grade(place, response, outcome, now))
    session.flush()
    return rules.result(shares, attempt.pass_mark)


def _grade(place: AttemptItem, response: Response | None, outcome: Outcome, now: datetime) -> GradeEvent:
    return GradeEvent(
        attempt_item_id=place.id,
        response_id=response.id if response else None,
        numerator=outcome.score.numerator,
        denominator=outcome.score.denominator,
        marker_id=None,
        reason="Marked at submission",
        at=now,
    )


def _place(session: Session, attempt_id: int, position: int) -> tuple[AttemptItem, ItemVersion]:
    found = session.execute(
        select(AttemptItem, ItemVersion)
        .join(ItemVersion, ItemVersion.id == AttemptItem.version_id)
        .where(AttemptItem.attempt_id == attempt_id, AttemptItem.position == position)
    ).first()
    if found is None:
        raise NotFound(f"This attempt has no question {position}.")
    return found[0], found[1]
