"""What the services on attempts share: whose an attempt is, and the rows of its places."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from courseware.domain.items.base import Stored
from courseware.services.errors import NotFound
from courseware.storage.attempts import Attempt, AttemptItem, Response
from courseware.storage.bank import ItemVersion


def quiz_of(module: str) -> str:
    """The name under which attempts at a module's quiz are kept."""
    return f"quiz:{module}"


def module_of(assessment: str) -> str:
    """The module whose quiz this is."""
    return assessment.removeprefix("quiz:")


def own(session: Session, attempt_id: int, user_id: int | None, *, lock: bool = False) -> Attempt:
    """The attempt where it is this trainee's (anybody's for ``user_id`` None). Raises NotFound."""
    query = select(Attempt).where(Attempt.id == attempt_id)
    if user_id is not None:
        query = query.where(Attempt.user_id == user_id)
    attempt = session.scalar(query.with_for_update() if lock else query)
    if attempt is None:
        raise NotFound("There is no such attempt among yours.")
    return attempt


def places(attempt_id: int) -> Select[AttemptItem, ItemVersion, Response | None]:
    """Each place of an attempt with its version and the newest response, in order."""
    newest = (
        select(func.max(Response.sequence))
        .where(Response.attempt_item_id == AttemptItem.id)
        .correlate(AttemptItem)
        .scalar_subquery()
    )
    return (
        select(AttemptItem, ItemVersion, Response)
        .join(ItemVersion, ItemVersion.id == AttemptItem.version_id)
        .outerjoin(Response, (Response.attempt_item_id == AttemptItem.id) & (Response.sequence == newest))
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptItem.position)
    )


def answer(response: Response | None) -> Stored | None:
    """The stored answer; None where there is none or it was blanked."""
    return response.answer if response is not None else None
