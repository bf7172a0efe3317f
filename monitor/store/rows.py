"""What all tables share."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast

from sqlalchemy import BigInteger, Dialect, MetaData, Table, TypeDecorator
from sqlmodel import SQLModel

# Alembic's batch mode can only drop what has a name.
CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Ids of deleted rows are not given out again: mails and links name them."""


class Instant(TypeDecorator[datetime]):
    """A moment as microseconds since 1970: a third of what its text takes, in the row and again in an index."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - its interface
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        return None if value is None else _EPOCH + value * _MICROSECOND


class Row(SQLModel):
    """Base of all tables."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=CONVENTION)


def table(row: type[Row]) -> Table:
    """The table behind a row type, for statements."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]  # made by SQLModel's metaclass
