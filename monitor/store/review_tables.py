"""The tables behind the pages: the timeline, reviews, search, and who may do what."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from monitor.store.rows import NEVER_AGAIN, Row, table

STATES = "state IN ('check', 'relevant', 'routine', 'noise')"


class Timeline(Row, table=True):
    """One line for every change and event: what pages sort, filter and count by, written with what it speaks of."""

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("item"),
        CheckConstraint(STATES, name="state"),
        Index("ix_timeline_at", "at", "id"),
        Index("ix_timeline_source_id", "source_id", "at", "id"),
        Index("ix_timeline_to_check", "at", "id", sqlite_where=text("state = 'check' AND told")),
        Index("ix_timeline_unread", "id", sqlite_where=text("topics IS NULL")),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    item: str
    """`change:12`, `event:7`."""
    at: datetime
    source_id: str = Field(foreign_key="source.id")
    kind: str
    severity: int
    told: bool
    topics: str | None = Field(default=None, sa_type=Text)
    """` ai-act policing `; NULL: written by an older program and not read yet."""
    state: str
    """That of the newest review."""
    review_id: int | None = None


class ReviewRow(Row, table=True):
    """Reviews, one below the other: a trigger refuses to change or delete one."""

    __tablename__ = "review"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(STATES, name="state"),
        Index("ix_review_item", "item", "id"),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    item: str = Field(foreign_key="timeline.item")
    state: str
    note: str = Field(sa_type=Text)
    who: str
    at: datetime


class Visit(Row, table=True):
    who: str = Field(primary_key=True)
    before: datetime | None = None
    """End of the visit before the present one."""
    latest: datetime


class SavedSearch(Row, table=True):
    __tablename__ = "saved_search"
    __table_args__: ClassVar[Any] = (UniqueConstraint("name"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    page: str
    """Of what: `changes` or `search`."""
    query: str = Field(sa_type=Text)
    """As in the page's address."""
    who: str
    created_at: datetime


class Passage(Row, table=True):
    """A paragraph, heading, row or entry that a source's text showed, once per source, and from when until when."""

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("source_id", "hash"),
        Index("ix_passage_there", "source_id", sqlite_where=text("last_seen IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    hash: str
    text: str = Field(sa_type=Text)
    page: int
    first_seen: datetime
    last_seen: datetime | None = None
    """NULL: it stands there."""
    snapshot_id: int = Field(foreign_key="snapshot.id", index=True)
    """The copy that showed it first."""


class Withheld(Row, table=True):
    """A stored copy that is not shown; its bytes, hash and row stay."""

    __table_args__: ClassVar[Any] = (
        Index("uq_withheld_in_force", "snapshot_id", unique=True, sqlite_where=text("lifted_at IS NULL")),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    snapshot_id: int = Field(foreign_key="snapshot.id")
    reason: str = Field(sa_type=Text)
    who: str
    at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = Field(default="", sa_column_kwargs={"server_default": ""})


class User(Row, table=True):
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("name"),
        CheckConstraint("role IN ('admin', 'reviewer', 'reader')", name="role"),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    hash: str
    """argon2id, in the PHC format; never the password."""
    role: str
    disabled: bool = False
    created_at: datetime


class Audit(Row, table=True):
    """Who did what. Append-only, as reviews are."""

    __table_args__: ClassVar[Any] = (NEVER_AGAIN,)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    who: str
    what: str
    target: str
    detail: str = Field(sa_type=Text)


TIMELINE, REVIEW, VISIT, SAVED = table(Timeline), table(ReviewRow), table(Visit), table(SavedSearch)
PASSAGE, WITHHELD, USER, AUDIT = table(Passage), table(Withheld), table(User), table(Audit)
WORDS = ("passage_words", "change_words")
"""Full-text indexes (sqlite.org/fts5.html): of `passage`, and of the words that changes added and removed. SQLite
keeps each in tables of its own, named after it.
"""
