"""What charts and long lists are drawn from: looks, sizes of texts, what was held back, digests. Cheap columns only."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text

from monitor.model import DeliveryState, DigestKind, Held, Outcome, Trigger
from monitor.store.codec import HELD as HELD_CODEC
from monitor.store.engine import Database
from monitor.store.history import newest_polls
from monitor.store.mail_tables import DELIVERY, DIGEST, DIGEST_ITEM, SUBSCRIBER
from monitor.store.tables import HELD, POLL, SNAPSHOT, SOURCE
from monitor.store.withholding import read_veil, withheld_copies

MOST_COUNTED = 50_000
"""Of what was held back, so that a page costs no more however long the past is."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A poll as a square of the strip."""

    id: int
    at: datetime
    outcome: Outcome
    good: bool
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Size:
    """A kept copy: bytes, words of its text (None: not read yet, -1: none), and when it was seen."""

    snapshot_id: int
    first_seen: datetime
    last_seen: datetime
    words: int | None
    good: bool


@dataclass(frozen=True, slots=True)
class HeldCount:
    """How often a rule held something of a source back."""

    source_id: str
    rule: str
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A digest as listed. `state` None: no message was made."""

    id: int
    recipient: str
    kind: DigestKind
    window: str
    created_at: datetime
    covers_from: datetime
    covers_to: datetime
    items: int
    state: DeliveryState | None
    attempts: int
    settled_at: datetime | None
    answer: str
    delivery_id: int


class Series:
    """Only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def looks(self, source: str, limit: int = 200, *, before_id: int | None = None) -> tuple[Glance, ...]:
        """Newest first."""
        statement = select(POLL.c.id, POLL.c.finished_at, POLL.c.outcome, POLL.c.good, POLL.c.trigger)
        with self._database.reading() as connection:
            rows = connection.execute(newest_polls(statement, source, before_id).limit(limit)).all()
        return tuple(Glance(r.id, r.finished_at, Outcome(r.outcome), r.good, Trigger(r.trigger)) for r in rows)

    def sizes(self, source: str, limit: int = 400) -> tuple[Size, ...]:
        """Of the newest copies, oldest first."""
        statement = (
            select(SNAPSHOT.c.id, SNAPSHOT.c.first_seen, SNAPSHOT.c.last_seen, SNAPSHOT.c.words, SNAPSHOT.c.good)
            .where(SNAPSHOT.c.source_id == source)
            .order_by(SNAPSHOT.c.id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        return tuple(Size(*row) for row in reversed(rows))

    def polls(self) -> int:
        """All polls there ever were: none is deleted, so the last number says it."""
        with self._database.reading() as connection:
            return int(connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'polled'")) or 0)

    def pace(self) -> tuple[datetime | None, datetime | None]:
        """When the look that has waited longest was due, and when the last look at any source was."""
        statement = select(func.min(SOURCE.c.next_poll_at), func.max(SOURCE.c.last_poll_at)).where(
            SOURCE.c.retired_at.is_(None)
        )
        with self._database.reading() as connection:
            due, last = connection.execute(statement).one()
        return due, last

    def polls_since(self, since: datetime) -> int:
        """Polls that ended at `since` or later."""
        statement = select(func.count()).select_from(POLL).where(POLL.c.finished_at >= since)
        with self._database.reading() as connection:
            return int(connection.scalar(statement) or 0)

    def held(
        self,
        *,
        since: datetime | None = None,
        sources: Collection[str] = (),
        rule: str = "",
        before_id: int | None = None,
        limit: int = 50,
    ) -> tuple[Held, ...]:
        """What was held back, newest first."""
        statement = select(HELD).where(*_held(since, sources))
        if rule:
            statement = statement.where(HELD.c.rule == rule)
        if before_id is not None:
            statement = statement.where(HELD.c.id < before_id)
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(HELD.c.id.desc()).limit(limit)).all()
            veil = read_veil(connection)
        return tuple(veil.held(replace(HELD_CODEC.unpack(row.value), id=row.id)) for row in rows)

    def held_total(self, since: datetime | None = None, sources: Collection[str] = ()) -> int:
        """How many differences were held back."""
        statement = select(func.count()).select_from(HELD).where(*_held(since, sources))
        with self._database.reading() as connection:
            return int(connection.scalar(statement) or 0)

    def held_counts(self, since: datetime | None = None, sources: Collection[str] = ()) -> tuple[HeldCount, ...]:
        """By source and rule, most first; of the newest `MOST_COUNTED`."""
        newest = (
            select(HELD.c.source_id, HELD.c.rule, HELD.c.at)
            .where(*_held(since, sources))
            .order_by(HELD.c.at.desc())
            .limit(MOST_COUNTED)
            .subquery()
        )
        times = func.count().label("times")
        statement = (
            select(newest.c.source_id, newest.c.rule, times, func.max(newest.c.at))
            .group_by(newest.c.source_id, newest.c.rule)
            .order_by(times.desc(), newest.c.source_id, newest.c.rule)
        )
        with self._database.reading() as connection:
            return tuple(HeldCount(*row) for row in connection.execute(statement))

    def digests(self, limit: int = 50, *, before_id: int | None = None) -> tuple[DigestRow, ...]:
        """Newest first, each with what became of its message."""
        items = select(func.count()).where(DIGEST_ITEM.c.digest_id == DIGEST.c.id, DIGEST_ITEM.c.skipped.is_(False))
        items = items.where(~DIGEST_ITEM.c.item.startswith("gap:"))
        statement = (
            select(
                DIGEST.c.id, SUBSCRIBER.c.email, DIGEST.c.kind, DIGEST.c.window, DIGEST.c.created_at,
                DIGEST.c.covers_from, DIGEST.c.covers_to, items.scalar_subquery().label("items"),
                DELIVERY.c.state, DELIVERY.c.attempts, DELIVERY.c.settled_at, DELIVERY.c.answer,
                DELIVERY.c.id.label("delivery_id"),
            )
            .select_from(DIGEST)
            .join(SUBSCRIBER, SUBSCRIBER.c.id == DIGEST.c.subscriber_id)
            .outerjoin(DELIVERY, DELIVERY.c.digest_id == DIGEST.c.id)
            .order_by(DIGEST.c.id.desc())
            .limit(limit)
        )  # fmt: skip
        if before_id is not None:
            statement = statement.where(DIGEST.c.id < before_id)
        with self._database.reading() as connection:
            return tuple(map(_digest_row, connection.execute(statement)))

    def digest(self, digest_id: int) -> tuple[DigestRow, bytes | None, tuple[str, ...]] | None:
        """One digest: its row, its frozen bytes, and what it told (`change:12`, …)."""
        found = self.digests(1, before_id=digest_id + 1)
        if not found or found[0].id != digest_id:
            return None
        told = select(DIGEST_ITEM.c.item).where(DIGEST_ITEM.c.digest_id == digest_id, DIGEST_ITEM.c.skipped.is_(False))
        with self._database.reading() as connection:
            mime = connection.scalar(select(DIGEST.c.mime).where(DIGEST.c.id == digest_id))
            return found[0], mime, tuple(connection.scalars(told.order_by(DIGEST_ITEM.c.item)))

    def withheld(self, snapshots: Collection[int]) -> dict[int, str]:
        """Which of these copies are not to be shown, and why."""
        return {number: found.reason for number, found in withheld_copies(self._database, snapshots).items()}


def _held(since: datetime | None, sources: Collection[str]) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if since is not None:
        filters.append(HELD.c.at >= since)
    if sources:
        filters.append(HELD.c.source_id.in_(sorted(sources)))
    return filters


def _digest_row(row: Any) -> DigestRow:
    return DigestRow(
        id=row.id,
        recipient=row.email,
        kind=DigestKind(row.kind),
        window=row.window,
        created_at=row.created_at,
        covers_from=row.covers_from,
        covers_to=row.covers_to,
        items=row.items,
        state=DeliveryState(row.state) if row.state else None,
        attempts=row.attempts or 0,
        settled_at=row.settled_at,
        answer=row.answer or "",
        delivery_id=row.delivery_id or 0,
    )
