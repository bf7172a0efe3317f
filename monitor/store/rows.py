"""What all tables share."""

from typing import ClassVar, cast

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

# Alembic's batch mode can only drop what has a name.
CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""Ids of deleted rows are not given out again: mails and links name them."""


class Row(SQLModel):
    """Base of all tables."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=CONVENTION)


def table(row: type[Row]) -> Table:
    """The table behind a row type, for statements."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]  # made by SQLModel's metaclass
