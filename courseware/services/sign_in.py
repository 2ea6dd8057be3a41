"""Signing in: signed-in browsers, and the wait that guessing passwords costs."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courseware.services.errors import Refused
from courseware.storage.accounts import BrowserSession, SignInFailure, digest
from courseware.storage.locks import take_turns

WINDOW = timedelta(minutes=15)
"""Failures this close together count as guessing."""

FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=4)
MEMORY = timedelta(hours=24)
"""How long failures make the next wait longer."""

ADDRESS_LIMIT = 5
NETWORK_LIMIT = 50
"""A classroom shares one network address, so it may fail more often than one person."""


class SignInRefused(Refused):
    """Too many failures; ``until`` says when the next try is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"Too many tries failed; try again after {until.isoformat(timespec='minutes')}.")
        self.until = until


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, already counted as a failure: keep it to take it back when the try succeeds."""

    address: str
    failure_ids: tuple[int, ...]


def record_failure(session: Session, email: str | None, network: str, *, now: datetime) -> Attempt:
    """Count one try for an address (None: for the network address alone) before its password is looked at.

    Counting first means that many guesses sent at once cannot all pass the check. A success
    takes the count back with ``forget_failures``. Raises SignInRefused, the same whether or
    not the account exists; a refused try is not counted, so that refusals end.
    """
    limits = {_network(network): NETWORK_LIMIT}
    if email is not None:
        limits[_address(email)] = ADDRESS_LIMIT
    take_turns(session, *limits)
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - MEMORY))
    waits = [until for subject, limit in limits.items() if (until := _refused_until(session, subject, limit, now))]
    if waits:
        raise SignInRefused(max(waits))
    failures = [SignInFailure(subject=subject, at=now) for subject in limits]
    session.add_all(failures)
    session.flush()
    return Attempt(address="" if email is None else _address(email), failure_ids=tuple(row.id for row in failures))


def forget_failures(session: Session, attempt: Attempt) -> None:
    """After a success: the address starts afresh, and the network address is not charged for this try."""
    if attempt.address:
        session.execute(delete(SignInFailure).where(SignInFailure.subject == attempt.address))
    session.execute(delete(SignInFailure).where(SignInFailure.id.in_(attempt.failure_ids)))


def failures(session: Session, email: str, *, now: datetime) -> int:
    """How many tries for an address failed within the last 24 hours."""
    since = now - MEMORY
    counted = select(func.count()).where(SignInFailure.subject == _address(email), SignInFailure.at > since)
    return session.scalar(counted) or 0


def open_session(session: Session, user_id: int, *, days: int, now: datetime) -> str:
    """Begin a browser session; expired ones of everybody are swept. Returns the secret for the cookie."""
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
    secret = secrets.token_urlsafe(32)
    session.add(
        BrowserSession(digest=digest(secret), user_id=user_id, created_at=now, expires_at=now + timedelta(days=days))
    )
    session.flush()
    return secret


def close_session(session: Session, key: str) -> None:
    """End one browser session, named by the digest of its secret."""
    session.execute(delete(BrowserSession).where(BrowserSession.digest == key))


def close_sessions(session: Session, user_id: int) -> int:
    """End every browser session of a person. Returns how many there were."""
    ended = session.scalars(
        delete(BrowserSession).where(BrowserSession.user_id == user_id).returning(BrowserSession.digest)
    )
    return len(ended.all())


def _refused_until(session: Session, subject: str, limit: int, now: datetime) -> datetime | None:
    """The end of the wait for a subject, where it has to wait now."""
    times: Sequence[datetime] = session.scalars(
        select(SignInFailure.at)
        .where(SignInFailure.subject == subject, SignInFailure.at > now - MEMORY)
        .order_by(SignInFailure.at.desc())
    ).all()
    if len(times) < limit or times[0] - times[limit - 1] >= WINDOW:
        return None
    rounds = min(len(times) // limit, 10)
    until = times[0] + min(FIRST_WAIT * 2 ** (rounds - 1), LONGEST_WAIT)
    return until if until > now else None


def _address(email: str) -> str:
    return hashlib.sha256(f"address:{email.strip().lower()}".encode()).hexdigest()


def _network(address: str) -> str:
    """A digest of an IPv4 address, or of the /64 that one IPv6 subscriber has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        name = address
    else:
        prefix = 64 if parsed.version == 6 else 32
        name = str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
    return hashlib.sha256(f"network:{name}".encode()).hexdigest()
