"""What every table shares: constraint names, a UTC time type, and typed columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC. A datetime without an offset is refused, whatever the database.

    SQLite keeps no offset, so the value is converted to UTC before it is stored and given
    its offset again when it is read.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. Raises ValueError for a datetime without an offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no offset; give every time its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, with its offset."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


PlainJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

Key = Annotated[int, mapped_column(primary_key=True)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
OptionalInstant = Annotated[datetime | None, mapped_column(UtcDateTime)]
Name = Annotated[str, mapped_column(String(80))]
Line = Annotated[str, mapped_column(String(400))]
Digest = Annotated[str, mapped_column(String(64))]
Data = Annotated[dict[str, Any], mapped_column(PlainJson)]
OptionalData = Annotated[dict[str, Any] | None, mapped_column(PlainJson)]
Owner = Annotated[int, mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)]
OptionalOwner = Annotated[int | None, mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))]


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a CHECK that a text column holds one of a few words."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"
