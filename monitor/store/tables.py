"""The tables; those of mail are in `mail_tables.py`, those of the pages in `review_tables.py`.

`db/README.md` says what each holds and what binds them.

Values with structure are JSON in one column (`codec.py`); what is asked for, sorted or counted has a column of
its own. A plain `datetime` annotation is stored in UTC and comes back aware.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, ColumnElement, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from monitor.store.mail_tables import SUBSCRIBER
from monitor.store.review_tables import TIMELINE
from monitor.store.rows import NEVER_AGAIN, Instant, Row, table


class Meta(Row, table=True):
    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


class Section(Row, table=True):
    id: str = Field(primary_key=True)
    title: str
    position: int


class Source(Row, table=True):
    """One entry of the watch list, its schedule and its state."""

    __table_args__: ClassVar[Any] = (
        Index("ix_source_next_poll_at", "next_poll_at"),
        Index("ix_source_lease_until", "lease_until"),
    )

    id: str = Field(primary_key=True)
    position: int
    host: str = ""
    definition: str = Field(sa_type=Text)
    added_at: datetime
    retired_at: datetime | None = None

    next_poll_at: datetime | None = None
    next_trigger: str
    planned_at: datetime | None = None
    """As the last look planned the next one; whoever moves that later leaves this as it is."""
    token: int = 0
    lease_until: datetime | None = None
    lease_owner: str | None = None

    health: str
    health_since: datetime | None = None
    last_poll_at: datetime | None = None
    last_good_at: datetime | None = None
    last_outcome: str = ""
    last_reason: str = Field(default="", sa_type=Text)
    looks: int = 0
    robots: str = ""
    address: str = ""

    etag: str = ""
    last_modified: str = ""
    validators_url: str = ""
    last_sha256: str = ""
    last_snapshot: int = 0
    told_snapshot: int = 0
    told_text: str = ""
    current_text: str = ""
    fingerprint: str = ""


class Memory(Row, table=True):
    """Apart from `source`, so that a claim does not rewrite it."""

    source_id: str = Field(primary_key=True, foreign_key="source.id")
    value: bytes


class Poll(Row, table=True):
    """There are more of these than of anything else, so they are small: see `evidence.py`. Within a source they follow
    each other by token as by id. `took` is in microseconds; a reason without values is its code alone; `status` and
    `snapshot` are those of the look that was judged. The view `poll` shows them as a person reads them.
    """

    __tablename__ = "polled"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("source_id", "token"),
        Index("ix_polled_finished_at", "finished_at"),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    token: int
    trigger: str
    finished_at: datetime = Field(sa_type=Instant)
    took: int
    outcome: str
    reason: str = Field(sa_type=Text)
    status: int | None = None
    snapshot: int | None = None
    base_id: int | None = Field(default=None, foreign_key="look_base.id")
    looks: bytes
    used: int
    good: bool
    testimonies: bytes | None = None
    """What neighbours of the page said for it."""
    asked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Requests that were made for that."""


class Gap(Row, table=True):
    """A stretch without looks: of one source, or of all (`source_id` empty)."""

    source_id: str = Field(primary_key=True)
    since: datetime = Field(primary_key=True)
    until: datetime


class LookBase(Row, table=True):
    """The looks of one poll as JSON, from which those of others are told apart."""

    __tablename__ = "look_base"
    __table_args__: ClassVar[Any] = (Index("ix_look_base_source_id", "source_id", "kind", "id"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    kind: str
    """What came of each look: `200 same 1` (status, what became of the bytes, hops)."""
    value: bytes


class Certificate(Row, table=True):
    """A certificate that a server sent, once each."""

    sha256: str = Field(primary_key=True)
    der: bytes


class Received(Row, table=True):
    """A body as it travelled, its codings not undone (`evidence: wire`), once each."""

    sha256: str = Field(primary_key=True)
    value: bytes


class Body(Row, table=True):
    """Bytes, once each. `zstd` needs the base's bytes as dictionary when there is a base."""

    __table_args__: ClassVar[Any] = (
        CheckConstraint("(base_sha256 IS NULL) = (depth = 0) AND depth BETWEEN 0 AND 19", name="chain"),
    )

    sha256: str = Field(primary_key=True)
    base_sha256: str | None = Field(default=None, foreign_key="body.sha256", index=True)
    depth: int
    place: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    size: int
    zstd: bytes


class Snapshot(Row, table=True):
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("source_id", "url", "sha256"),
        Index("ix_snapshot_unread", "id", sqlite_where=text("good AND words IS NULL")),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    url: str
    final_url: str
    sha256: str = Field(foreign_key="body.sha256", index=True)
    status: int
    content_type: str
    charset: str
    headers: str = Field(sa_type=Text)
    chain: str = Field(sa_type=Text)
    good: bool
    first_seen: datetime
    last_seen: datetime
    poll_id: int | None = Field(default=None, foreign_key="polled.id")
    """The poll that brought it first; NULL where that was not kept."""
    words: int | None = None
    """Of its text, once it is read for the search; -1 when it gives none."""


class Reading(Row, table=True):
    """An extraction by the hash of its canonical JSON, once each. `value` needs the base's JSON as dictionary when
    there is a base.
    """

    __tablename__ = "text"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("(base_hash IS NULL) = (place = 0) AND place BETWEEN 0 AND 63", name="chain"),
    )

    hash: str = Field(primary_key=True)
    base_hash: str | None = Field(default=None, foreign_key="text.hash")
    place: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    value: bytes


class Change(Row, table=True):
    __table_args__: ClassVar[Any] = (Index("ix_change_source_id", "source_id", "id"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    poll_id: int = Field(foreign_key="polled.id", index=True)
    kind: str
    severity: int
    told: bool
    first_seen: datetime
    confirmed_at: datetime = Field(index=True)
    old_snapshot: int
    new_snapshot: int
    old_sha256: str
    new_sha256: str
    value: bytes


class Event(Row, table=True):
    __table_args__: ClassVar[Any] = (Index("ix_event_source_id", "source_id", "id"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    poll_id: int = Field(foreign_key="polled.id", index=True)
    kind: str
    told: bool
    urgent: bool
    at: datetime = Field(index=True)
    value: bytes


class Held(Row, table=True):
    __table_args__: ClassVar[Any] = (
        Index("ix_held_source_id", "source_id", "id"),
        Index("ix_held_at", "at", "source_id", "rule"),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    poll_id: int = Field(foreign_key="polled.id", index=True)
    rule: str
    at: datetime
    value: bytes


class Saying(Row, table=True):
    """A person's word: this was news (`held_id`, told as `change_id`), or this is noise (`change_id`)."""

    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind IN ('news', 'quiet')", name="kind"),
        # In force at most once; what was taken back stays.
        Index("uq_saying_in_force", "kind", "change_id", unique=True, sqlite_where=text("undone_at IS NULL")),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id", index=True)
    kind: str
    rule: str
    places: str = Field(sa_type=Text)
    held_id: int | None = Field(default=None, foreign_key="held.id")
    change_id: int = Field(foreign_key="change.id")
    said_at: datetime
    undone_at: datetime | None = None


class Finding(Row, table=True):
    source_id: str = Field(primary_key=True, foreign_key="source.id")
    poll_id: int = Field(foreign_key="polled.id", index=True)
    kind: str
    value: bytes


class Document(Row, table=True):
    """A document behind an entry of a list (`follow: documents`), once per address; `value` says the rest."""

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("source_id", "url"),
        CheckConstraint("state IN ('waiting', 'kept', 'given_up', 'passed_over')", name="state"),
        Index("ix_document_state", "state", "due_at"),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id")
    change_id: int | None = Field(default=None, foreign_key="change.id", index=True)
    url: str
    state: str
    due_at: datetime | None = None
    tried_at: datetime | None = Field(default=None, index=True)
    value: bytes


class Host(Row, table=True):
    host: str = Field(primary_key=True)
    not_before: datetime | None = Field(default=None, index=True)
    robots_status: int | None = None
    robots_body: bytes = b""
    robots_at: datetime | None = None


METADATA = SUBSCRIBER.metadata
"""Of all tables, those of mail and of the pages with them."""
assert TIMELINE.metadata is METADATA, "all tables are known once this module is"

META, SECTION, SOURCE, MEMORY = table(Meta), table(Section), table(Source), table(Memory)
POLL, BODY, SNAPSHOT, TEXT = table(Poll), table(Body), table(Snapshot), table(Reading)
CHANGE, EVENT, HELD, FINDING = table(Change), table(Event), table(Held), table(Finding)
SAYING = table(Saying)
LOOK_BASE, CERTIFICATE, RECEIVED = table(LookBase), table(Certificate), table(Received)
HOST, DOCUMENT, GAP = table(Host), table(Document), table(Gap)
FAR = timedelta(days=1)
"""Longer than any lease and any wait of a message. A date further off was written before the clock was set back."""


def passed(date: Column[Any], now: datetime, far: timedelta = FAR) -> ColumnElement[bool]:
    """The date is not ahead of us; NULL counts as neither."""
    return (date <= now) | (date > now + far)


def ahead(date: Column[Any], now: datetime, far: timedelta = FAR) -> ColumnElement[bool]:
    """The date is still to come: the opposite of `passed`, in words that let an index serve."""
    return (date > now) & (date <= now + far)


UTC_DATE = SOURCE.c.added_at.type
"""The type of all dates, for values that stand in no comparison with a column."""
