"""Whether the database answers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from courseware.storage.bank import BankItem


def fault(session: Session) -> str | None:
    """Why the database can't be used, or None. The reason names no address and no data."""
    try:
        session.execute(select(BankItem.id).limit(1))
    except SQLAlchemyError as error:
        return f"the database does not answer ({type(error).__name__})"
    return None
