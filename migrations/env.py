"""Alembic's way into our database: one transaction, foreign keys off before it and checked after."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import JSON, Connection

from courseware.storage.base import UtcDateTime
from courseware.storage.tables import Base


def render(kind: str, value: Any, _context: object) -> str | bool:
    """Our own types as plain ones, so that a migration stays what it was when a type changes."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, JSON):
        return "PLAIN_JSON"
    return False


def run(connection: Connection) -> None:
    """Run the migrations on the connection that ``courseware.storage.migrations`` handed over."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        render_item=render,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
