"""Taking turns at something that is more than one row."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turns(session: Session, *names: str) -> None:
    """Let transactions that name the same thing wait for each other until they end.

    PostgreSQL locks the names; SQLite's writers queue already. Decide only in statements after
    this one: READ COMMITTED shows each statement what was committed before it began.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in sorted(names):
            number = int(hashlib.sha256(name.encode()).hexdigest()[:15], 16)
            session.execute(select(func.pg_advisory_xact_lock(number)))
