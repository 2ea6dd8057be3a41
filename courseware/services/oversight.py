"""What an instructor may look up about a trainee, and whom he or she may let in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.domain.drills.graph import Drill
from courseware.domain.lessons import Course, Module
from courseware.services import accounts
from courseware.services.drills import RunRow, runs_by_drill
from courseware.services.errors import NotFound, Refused
from courseware.services.progress import TraineeRow, trainee
from courseware.services.results import AttemptRow, ReviewedAttempt, list_attempts, review
from courseware.storage.attempts import Attempt


class NotYours(Refused):
    """Only an administrator may do this to that account."""


@dataclass(frozen=True, slots=True)
class DrillRuns:
    """A trainee's runs of one drill, oldest first."""

    module: Module
    drill: Drill
    runs: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True)
class TraineeDetail:
    """Everything that is known of one trainee's work."""

    row: TraineeRow
    account: accounts.AccountRow
    attempts: tuple[AttemptRow, ...]
    drills: tuple[DrillRuns, ...]


@dataclass(frozen=True, slots=True)
class SeenAttempt:
    """A submitted attempt with its review, and whose it is."""

    user_id: int
    name: str
    email: str
    reviewed: ReviewedAttempt


def trainee_detail(session: Session, user_id: int, course: Course) -> TraineeDetail:
    """One account's work in the course. Raises NotFound."""
    row = trainee(session, user_id, course)
    if row is None:
        raise NotFound("There is no such account.")
    runs = runs_by_drill(session, user_id)
    drills = tuple(
        DrillRuns(module, drill, runs.get((module.slug, drill.id), ()))
        for module in course.modules
        for drill in module.drills
    )
    account = accounts.get_account(session, user_id)
    return TraineeDetail(row, account, list_attempts(session, user_id), drills)


def seen_attempt(session: Session, attempt_id: int) -> SeenAttempt:
    """A submitted attempt as its trainee sees it. Raises NotFound."""
    reviewed = review(session, attempt_id, None)
    owner = session.scalar(select(Attempt.user_id).where(Attempt.id == attempt_id))
    account = accounts.get_account(session, owner or 0)
    return SeenAttempt(account.id, account.name, account.email, reviewed)


def invite(session: Session, email: str, name: str, role: str, *, by_admin: bool, now: datetime) -> accounts.Invitation:
    """Invite a person. An instructor invites trainees; only an administrator gives other roles.

    A link to an account that waits for its password and has such a role is an administrator's
    to make, too: whoever holds the link chooses the password. Raises NotYours and what
    ``accounts.make_invitation`` raises.
    """
    if role != "trainee" and not by_admin:
        raise NotYours("Only an administrator can invite instructors and administrators.")
    invitation = accounts.make_invitation(session, email, name, role, now=now)
    require_manageable(session, invitation.user_id, by_admin=by_admin)
    return invitation


def manageable(account: accounts.AccountRow, *, by_admin: bool) -> bool:
    """Whether this person may make links to an account."""
    return by_admin or set(account.roles) <= {"trainee"}


def require_manageable(session: Session, user_id: int, *, by_admin: bool) -> accounts.AccountRow:
    """The account, where this person may make links to it. Raises NotYours, AccountUnknown.

    Whoever makes a link to an account could use it; so an instructor makes links to accounts
    of trainees alone.
    """
    account = accounts.get_account(session, user_id)
    if not manageable(account, by_admin=by_admin):
        raise NotYours(f"{account.email} has more than the trainee's role; only an administrator can make its links.")
    return account
