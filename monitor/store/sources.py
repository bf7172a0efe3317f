"""The watch list as kept: sources, sections, their schedule and state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, literal, select, update

from monitor.model import Follow, Health, Memory, Outcome, Section, Source, Trigger, WatchList
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.codec import REASON
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.documents import no_longer_followed
from monitor.store.engine import Database
from monitor.store.hosts import host_of
from monitor.store.tables import MEMORY, SECTION, SOURCE, UTC_DATE
from monitor.store.values import SourceState, SyncReport

SPREAD = timedelta(seconds=0.5)
"""Between the first looks at new sources, so that they do not all start at once."""


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, watchlist: WatchList, now: datetime) -> SyncReport:
        """Makes the tables follow the watch list, in one transaction.

        A source that left the list is retired, never deleted; one that is back goes on where it was. A new
        address or other rules are looked at now; a shorter interval pulls the next look earlier.
        """
        with self._database.writing() as connection:
            return _Sync(connection, now).run(watchlist)

    def all(self) -> tuple[SourceState, ...]:
        """Every source in the order of the list, retired ones last."""
        with self._database.reading() as connection:
            rows = connection.execute(_SELECT.order_by(SOURCE.c.retired_at.is_not(None), SOURCE.c.position)).all()
        return tuple(_state(row) for row in rows)

    def get(self, source_id: str) -> SourceState | None:
        with self._database.reading() as connection:
            row = connection.execute(_SELECT.where(SOURCE.c.id == source_id)).first()
        return _state(row) if row else None

    def sections(self) -> tuple[Section, ...]:
        """The report's sections, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(select(SECTION.c.id, SECTION.c.title).order_by(SECTION.c.position)).all()
        return tuple(Section(row.id, row.title) for row in rows)

    def make_due(self, ids: Sequence[str], now: datetime, trigger: Trigger = Trigger.MANUAL) -> int:
        """Plans a look at these sources now. Returns how many are looked at; retired and unpolled ones are not."""
        statement = (
            update(SOURCE)
            .where(SOURCE.c.id.in_(list(ids)), SOURCE.c.next_poll_at.is_not(None))
            .values(next_poll_at=func.min(SOURCE.c.next_poll_at, literal(now, UTC_DATE)), next_trigger=_sooner(trigger))
        )
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount

    def reschedule(self, dates: Mapping[str, datetime]) -> None:
        """Plans the next looks by source id, for their trigger as it is. Retired and unpolled sources stay without."""
        with self._database.writing() as connection:
            for source_id, when in dates.items():
                planned = update(SOURCE).where(SOURCE.c.id == source_id, SOURCE.c.next_poll_at.is_not(None))
                connection.execute(planned.values(next_poll_at=when))


_SELECT = select(SOURCE, MEMORY.c.value.label("memory")).outerjoin(MEMORY, MEMORY.c.source_id == SOURCE.c.id)


def _sooner(trigger: Trigger) -> Any:
    """A first look stays a first look, whoever asks for it."""
    return case((SOURCE.c.next_trigger == Trigger.FIRST, Trigger.FIRST.value), else_=trigger.value)


def _state(row: Row[Any]) -> SourceState:
    source = SOURCE_CODEC.load(row.definition)
    health = Health(row.health)
    if row.retired_at is not None:
        health = Health.RETIRED
    elif not source.pollable:
        health = Health.NOT_WATCHED
    return SourceState(
        source=source,
        health=health,
        health_since=row.retired_at or row.health_since,
        last_poll_at=row.last_poll_at,
        last_good_at=row.last_good_at,
        next_poll_at=row.next_poll_at,
        next_trigger=Trigger(row.next_trigger),
        last_outcome=Outcome(row.last_outcome) if row.last_outcome else None,
        last_reason=REASON.load(row.last_reason) if row.last_reason else None,
        memory=MEMORY_CODEC.unpack(row.memory) if row.memory else Memory(),
        looks=row.looks,
        added_at=row.added_at,
        retired_at=row.retired_at,
        robots=row.robots,
        address=row.address,
        leased_until=row.lease_until,
        token=row.token,
        told_text=row.told_text,
        current_text=row.current_text,
        last_sha256=row.last_sha256,
        last_snapshot=row.last_snapshot,
        told_snapshot=row.told_snapshot,
        fingerprint=row.fingerprint,
    )


@dataclass(slots=True)
class _Sync:
    """One run of `sync`."""

    connection: Connection
    now: datetime

    def run(self, watchlist: WatchList) -> SyncReport:
        self._sections(watchlist.sections)
        known = {row.id: row for row in self.connection.execute(select(SOURCE))}
        added: list[str] = []
        changed: list[str] = []
        returned: list[str] = []
        for position, source in enumerate(watchlist.sources):
            row = known.get(source.id)
            if row is None:
                self._add(source, position, SPREAD * len(added))
                added.append(source.id)
                continue
            before = SOURCE_CODEC.load(row.definition)
            values = self._plan(row, before, source)
            if before.follow is not Follow.NOTHING and source.follow is Follow.NOTHING:
                no_longer_followed(self.connection, source.id)
            if row.retired_at is not None:
                returned.append(source.id)
            elif before != source:
                changed.append(source.id)
            definition = SOURCE_CODEC.dump(source)
            if values or definition != row.definition or position != row.position:
                values |= {"definition": definition, "position": position, "host": host_of(source.url)}
                self.connection.execute(update(SOURCE).where(SOURCE.c.id == source.id).values(values))
        on_list = {source.id for source in watchlist.sources}
        retired = [row.id for row in known.values() if row.retired_at is None and row.id not in on_list]
        for source_id in retired:
            gone = update(SOURCE).where(SOURCE.c.id == source_id).values(retired_at=self.now)
            self.connection.execute(gone.values(next_poll_at=None, planned_at=None))
        return SyncReport(tuple(added), tuple(changed), tuple(retired), tuple(returned))

    def _sections(self, sections: Sequence[Section]) -> None:
        self.connection.execute(delete(SECTION))
        rows = [{"id": s.id, "title": s.title, "position": n} for n, s in enumerate(sections)]
        if rows:
            self.connection.execute(insert(SECTION), rows)

    def _add(self, source: Source, position: int, wait: timedelta) -> None:
        self.connection.execute(
            insert(SOURCE).values(
                id=source.id,
                position=position,
                host=host_of(source.url),
                definition=SOURCE_CODEC.dump(source),
                added_at=self.now,
                next_poll_at=self.now + wait if source.pollable else None,
                next_trigger=Trigger.FIRST,
                health=Health.NEW,
                health_since=self.now,
            )
        )

    def _plan(self, row: Row[Any], before: Source, source: Source) -> dict[str, Any]:
        """What the new entry changes about the schedule."""
        values: dict[str, Any] = {"retired_at": None} if row.retired_at is not None else {}
        if not source.pollable:
            if row.next_poll_at is not None:
                values |= {"next_poll_at": None, "planned_at": None}
            return values
        due = row.next_poll_at
        if _looked_at(before) != _looked_at(source):
            # What is being looked at right now is another document: its poll loses the lease.
            values |= {"token": row.token + 1, "lease_until": None, "lease_owner": None}
        if due is None or "token" in values:
            # Back on the list, polled again, or to be read another way: whoever edited the list waits for it.
            due = min(due, self.now) if due else self.now
            trigger = Trigger.FIRST if row.last_poll_at is None else Trigger.MANUAL
        else:
            trigger = Trigger(row.next_trigger)
            if source.interval < before.interval:
                due = min(due, (row.last_poll_at or self.now) + source.interval)
        if due != row.next_poll_at:
            values |= {"next_poll_at": due, "next_trigger": trigger}
        return values


def _looked_at(source: Source) -> tuple[object, ...]:
    """The fields that decide what a look asks and how it reads the answer."""
    return source.url, source.watch_as, source.selector, source.alternatives, source.robots_override, source.pollable
