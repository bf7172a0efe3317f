"""A source's past in the order it happened, and who was told of it: what judging again needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from monitor.model import Change, DeliveryState, DigestKind, Event, Held, Saying
from monitor.store.codec import HELD as HELD_CODEC
from monitor.store.engine import Database
from monitor.store.history import POLLS, read_change, read_event, read_poll
from monitor.store.mail_tables import DELIVERY, DIGEST, DIGEST_ITEM, SUBSCRIBER
from monitor.store.sayings import read_saying
from monitor.store.tables import CHANGE, EVENT, HELD, POLL, SAYING
from monitor.store.values import PollRow

PAGE = 500
"""Polls read at a time."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one poll wrote, as it was judged then."""

    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One subscriber's share in a change: the digest it came in and what became of that message.

    `skipped`: it did not match their filters. `kind` is None for what was told before they subscribed; `state` is
    None when no message was made.
    """

    recipient: str
    skipped: bool
    kind: DigestKind | None
    window: str
    composed_at: datetime | None
    state: DeliveryState | None
    settled_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word, with what had been held back when it says that this was news."""

    saying: Saying
    held: Held | None


class Past:
    """Only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def polls(self, source: str) -> Iterator[PollRow]:
        """Every poll of a source, oldest first."""
        last = -1
        while True:
            statement = POLLS.where(POLL.c.source_id == source, POLL.c.token > last).order_by(POLL.c.token).limit(PAGE)
            with self._database.reading() as connection:
                rows = connection.execute(statement).all()
            yield from map(read_poll, rows)
            if len(rows) < PAGE:
                return
            last = rows[-1].token

    def found(self, source: str) -> dict[int, Found]:
        """What each poll of a source wrote, by the poll's id; polls that wrote nothing are left out."""
        by_poll: dict[int, tuple[list[Change], list[Event], list[Held]]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(CHANGE).where(CHANGE.c.source_id == source).order_by(CHANGE.c.id)):
                by_poll.setdefault(row.poll_id, ([], [], []))[0].append(read_change(row))
            for row in connection.execute(select(EVENT).where(EVENT.c.source_id == source).order_by(EVENT.c.id)):
                by_poll.setdefault(row.poll_id, ([], [], []))[1].append(read_event(row))
            for row in connection.execute(select(HELD).where(HELD.c.source_id == source).order_by(HELD.c.id)):
                by_poll.setdefault(row.poll_id, ([], [], []))[2].append(HELD_CODEC.unpack(row.value))
        return {poll: Found(tuple(c), tuple(e), tuple(h)) for poll, (c, e, h) in by_poll.items()}

    def said(self, source: str) -> tuple[Said, ...]:
        """What people said of this source's differences, oldest first, what was taken back too."""
        statement = (
            select(SAYING, HELD.c.value)
            .outerjoin(HELD, HELD.c.id == SAYING.c.held_id)
            .where(SAYING.c.source_id == source)
            .order_by(SAYING.c.id)
        )
        with self._database.reading() as connection:
            return tuple(
                Said(read_saying(row), HELD_CODEC.unpack(row.value) if row.value else None)
                for row in connection.execute(statement)
            )

    def poll_of(self, change_id: int) -> int:
        """The poll that wrote a change; 0 when there is no such change."""
        with self._database.reading() as connection:
            return int(connection.scalar(select(CHANGE.c.poll_id).where(CHANGE.c.id == change_id)) or 0)

    def tellings(self, change_id: int) -> tuple[Telling, ...]:
        """Who was told of a change, in which digest, and whether it arrived."""
        statement = (
            select(
                SUBSCRIBER.c.email, DIGEST_ITEM.c.skipped, DIGEST.c.kind, DIGEST.c.window, DIGEST.c.created_at,
                DELIVERY.c.state, DELIVERY.c.settled_at, DELIVERY.c.answer,
            )
            .select_from(DIGEST_ITEM)
            .join(SUBSCRIBER, SUBSCRIBER.c.id == DIGEST_ITEM.c.subscriber_id)
            .outerjoin(DIGEST, DIGEST.c.id == DIGEST_ITEM.c.digest_id)
            .outerjoin(DELIVERY, DELIVERY.c.digest_id == DIGEST.c.id)
            .where(DIGEST_ITEM.c.item == f"change:{change_id}")
            .order_by(SUBSCRIBER.c.id)
        )  # fmt: skip
        with self._database.reading() as connection:
            return tuple(
                Telling(
                    recipient=row.email,
                    skipped=row.skipped,
                    kind=DigestKind(row.kind) if row.kind else None,
                    window=row.window or "",
                    composed_at=row.created_at,
                    state=DeliveryState(row.state) if row.state else None,
                    settled_at=row.settled_at,
                    answer=row.answer or "",
                )
                for row in connection.execute(statement)
            )

    def first_report_at(self) -> datetime | None:
        """When the first report was composed; from then on a first look is told as an event."""
        statement = (
            select(DIGEST.c.created_at)
            .where(DIGEST.c.kind == DigestKind.FIRST_REPORT)
            .order_by(DIGEST.c.created_at)
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.scalar(statement)
