"""What was found, read back: changes, events, what was held back, snapshots, polls, figures.

Lists come newest first (by id); `before_id` continues a list after its last entry. What a withheld
copy says is left out.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select

from monitor.judge.firstlook import not_watched
from monitor.model import (
    Change,
    ChangeKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Health,
    Held,
    Outcome,
    Reason,
    SayingKind,
    Severity,
    Trigger,
)
from monitor.store.codec import CHANGE as CHANGE_CODEC
from monitor.store.codec import EVENT as EVENT_CODEC
from monitor.store.codec import FINDING as FINDING_CODEC
from monitor.store.codec import HEADERS, HOPS, REASON, TESTIMONIES
from monitor.store.codec import HELD as HELD_CODEC
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.engine import Database
from monitor.store.evidence import read_looks
from monitor.store.mail_tables import SUBSCRIBER
from monitor.store.tables import BODY, CHANGE, EVENT, FINDING, HELD, LOOK_BASE, POLL, SAYING, SNAPSHOT, SOURCE
from monitor.store.values import Counts, PollRow, SnapshotRow, Witness
from monitor.store.withholding import Veil, read_veil

NO_LOOK = (Outcome.OFFLINE, Outcome.FAULT, Outcome.FOLLOWED)
"""Polls that say nothing of their source."""


_IN_FORCE = select(SAYING.c.change_id).where(SAYING.c.undone_at.is_(None))
_UNSAID = select(SAYING.c.change_id).where(
    ((SAYING.c.kind == SayingKind.QUIET) & SAYING.c.undone_at.is_(None))
    | (
        (SAYING.c.kind == SayingKind.NEWS)
        & SAYING.c.change_id.not_in(_IN_FORCE.where(SAYING.c.kind == SayingKind.NEWS).correlate(None))
    )
)
"""Changes that a person called noise, or told and took back."""
TELLABLE = CHANGE.c.told.is_(True) & (CHANGE.c.kind != ChangeKind.TECHNICAL) & CHANGE.c.id.not_in(_UNSAID)
"""Changes that digests may carry: none that our own rules made, none that a person does not want told."""


class History:
    def __init__(self, database: Database) -> None:
        self._database = database

    def changes(
        self,
        *,
        source: str | None = None,
        since: datetime | None = None,
        told: bool | None = None,
        min_severity: Severity | None = None,
        limit: int = 100,
        before_id: int | None = None,
    ) -> tuple[Change, ...]:
        """Changes confirmed at `since` or later."""
        statement = _page(CHANGE, limit, before_id, source=source, told=told)
        if since is not None:
            statement = statement.where(CHANGE.c.confirmed_at >= since)
        if min_severity is not None:
            statement = statement.where(CHANGE.c.severity >= int(min_severity))
        rows, veil = self._veiled(statement)
        return tuple(veil.change(read_change(row)) for row in rows)

    def change(self, change_id: int) -> Change | None:
        rows, veil = self._veiled(select(CHANGE).where(CHANGE.c.id == change_id))
        return next((veil.change(read_change(row)) for row in rows), None)

    def events(
        self,
        *,
        source: str | None = None,
        since: datetime | None = None,
        told: bool | None = None,
        kinds: Collection[EventKind] = (),
        limit: int = 100,
        before_id: int | None = None,
    ) -> tuple[Event, ...]:
        """Events dated `since` or later; `kinds` empty: all."""
        statement = _page(EVENT, limit, before_id, source=source, told=told)
        if since is not None:
            statement = statement.where(EVENT.c.at >= since)
        if kinds:
            statement = statement.where(EVENT.c.kind.in_(sorted(kinds)))
        rows, veil = self._veiled(statement)
        return tuple(veil.event(read_event(row)) for row in rows)

    def newest(self, source: str, limit: int) -> tuple[tuple[Change, ...], tuple[Event, ...]]:
        """The newest told changes and the newest events of a source, as one moment shows them."""
        with self._database.reading() as connection:
            changes = connection.execute(_page(CHANGE, limit, None, source=source, told=True)).all()
            events = connection.execute(_page(EVENT, limit, None, source=source)).all()
            veil = read_veil(connection)
        found = tuple(veil.change(read_change(row)) for row in changes)
        return found, tuple(veil.event(read_event(row)) for row in events)

    def event(self, event_id: int) -> Event | None:
        rows, veil = self._veiled(select(EVENT).where(EVENT.c.id == event_id))
        return next((veil.event(read_event(row)) for row in rows), None)

    def held(
        self,
        source: str | None = None,
        since: datetime | None = None,
        *,
        limit: int = 100,
        before_id: int | None = None,
    ) -> tuple[Held, ...]:
        """Differences that were not told, dated `since` or later."""
        statement = _page(HELD, limit, before_id, source=source)
        if since is not None:
            statement = statement.where(HELD.c.at >= since)
        rows, veil = self._veiled(statement)
        return tuple(veil.held(replace(HELD_CODEC.unpack(row.value), id=row.id)) for row in rows)

    def held_row(self, held_id: int) -> Held | None:
        """As it was written, for judging: not to be shown."""
        statement = select(HELD).where(HELD.c.id == held_id)
        return next((replace(HELD_CODEC.unpack(row.value), id=row.id) for row in self._rows(statement)), None)

    def findings(self) -> tuple[Finding, ...]:
        """The first look at each source on the list, in its order.

        Sources that are not polled are NOT_WATCHED, those not looked at yet WAITING, since they were added.
        """
        statement = (
            select(SOURCE.c.definition, SOURCE.c.added_at, FINDING.c.value)
            .outerjoin(FINDING, FINDING.c.source_id == SOURCE.c.id)
            .where(SOURCE.c.retired_at.is_(None))
            .order_by(SOURCE.c.position)
        )
        return tuple(_finding(row) for row in self._rows(statement))

    def snapshots(self, source: str, *, limit: int = 1000, before_id: int | None = None) -> tuple[SnapshotRow, ...]:
        """A source's stored captures, newest first, without their bytes."""
        statement = _SNAPSHOTS.where(SNAPSHOT.c.source_id == source).order_by(SNAPSHOT.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(SNAPSHOT.c.id < before_id)
        return tuple(_snapshot(row) for row in self._rows(statement))

    def snapshot(self, snapshot_id: int) -> SnapshotRow | None:
        return next((_snapshot(row) for row in self._rows(_SNAPSHOTS.where(SNAPSHOT.c.id == snapshot_id))), None)

    def polls(
        self, source: str | None = None, limit: int = 100, *, before_id: int | None = None
    ) -> tuple[PollRow, ...]:
        """Newest first."""
        return tuple(read_poll(row) for row in self._rows(newest_polls(POLLS, source, before_id).limit(limit)))

    def poll(self, poll_id: int) -> PollRow | None:
        return next((read_poll(row) for row in self._rows(POLLS.where(POLL.c.id == poll_id))), None)

    def witnesses(self, change: Change) -> tuple[Witness | None, Witness | None]:
        """The copy really seen last before a change, and the one first seen with it: bytes, time and hash of one look.

        The texts of a change may have stood in other bytes before and after: some pages turn at every look.
        """
        looked = POLLS.where(POLL.c.source_id == change.source_id, POLL.c.good, POLL.c.outcome != Outcome.FOLLOWED)
        before = looked.where(POLL.c.finished_at <= (change.last_unchanged or change.first_seen))
        if change.last_unchanged is None:
            before = looked.where(POLL.c.finished_at < change.first_seen)
        after = looked.where(POLL.c.finished_at >= change.first_seen)
        return (
            self._witness(self._rows(before.order_by(POLL.c.token.desc()).limit(1))),
            self._witness(self._rows(after.order_by(POLL.c.token).limit(1))),
        )

    def _witness(self, rows: list[Row[Any]]) -> Witness | None:
        """None where the look is not kept, or showed no copy."""
        if not rows:
            return None
        poll = read_poll(rows[0])
        look = poll.looks[poll.used]
        if not look.snapshot:
            return None
        sha256 = look.sha256 or self._rows(select(SNAPSHOT.c.sha256).where(SNAPSHOT.c.id == look.snapshot))[0].sha256
        return Witness(poll.finished_at, look.snapshot, sha256)

    def counts(self, now: datetime) -> Counts:
        """The whole store in figures."""
        with self._database.reading() as connection:
            return _counts(connection, now)

    def _veiled(self, statement: Select[Any]) -> tuple[list[Row[Any]], Veil]:
        with self._database.reading() as connection:
            return list(connection.execute(statement).all()), read_veil(connection)

    def _rows(self, statement: Select[Any]) -> list[Row[Any]]:
        with self._database.reading() as connection:
            return list(connection.execute(statement).all())


_SNAPSHOTS = select(SNAPSHOT, BODY.c.size).join(BODY, BODY.c.sha256 == SNAPSHOT.c.sha256)


def newest_polls(statement: Select[Any], source: str | None, before_id: int | None) -> Select[Any]:
    """In the order of their making, newest first; within a source the tokens say it, and their index serves."""
    if source is None:
        statement = statement.order_by(POLL.c.id.desc())
        return statement if before_id is None else statement.where(POLL.c.id < before_id)
    statement = statement.where(POLL.c.source_id == source).order_by(POLL.c.token.desc())
    if before_id is None:
        return statement
    last = select(func.max(POLL.c.token)).where(POLL.c.source_id == source, POLL.c.id < before_id)
    return statement.where(POLL.c.token <= last.scalar_subquery())


def read_change(row: Row[Any]) -> Change:
    return replace(
        CHANGE_CODEC.unpack(row.value),
        id=row.id,
        told=row.told,
        old_snapshot=row.old_snapshot,
        new_snapshot=row.new_snapshot,
        old_sha256=row.old_sha256,
        new_sha256=row.new_sha256,
    )


def read_event(row: Row[Any]) -> Event:
    return replace(EVENT_CODEC.unpack(row.value), id=row.id, told=row.told)


def _page(
    table: Table, limit: int, before_id: int | None, *, source: str | None, told: bool | None = None
) -> Select[Any]:
    statement = select(table).order_by(table.c.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(table.c.id < before_id)
    if source is not None:
        statement = statement.where(table.c.source_id == source)
    if told is not None:
        statement = statement.where(table.c.told.is_(told))
    return statement


def _finding(row: Row[Any]) -> Finding:
    if row.value is not None:
        return FINDING_CODEC.unpack(row.value)
    source = SOURCE_CODEC.load(row.definition)
    if not source.pollable:
        return not_watched(source, row.added_at)
    return Finding(source.id, FindingKind.WAITING, row.added_at, url=source.url or "")


def _snapshot(row: Row[Any]) -> SnapshotRow:
    return SnapshotRow(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        final_url=row.final_url,
        sha256=row.sha256,
        size=row.size,
        status=row.status,
        content_type=row.content_type,
        charset=row.charset,
        headers=HEADERS.load(row.headers),
        chain=HOPS.load(row.chain),
        good=row.good,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        poll_id=row.poll_id or 0,
    )


POLLS = select(POLL, LOOK_BASE.c.value.label("base")).outerjoin(LOOK_BASE, LOOK_BASE.c.id == POLL.c.base_id)


def read_poll(row: Row[Any]) -> PollRow:
    """A row of `POLLS`."""
    return PollRow(
        id=row.id,
        source_id=row.source_id,
        token=row.token,
        trigger=Trigger(row.trigger),
        started_at=row.finished_at - timedelta(microseconds=row.took),
        finished_at=row.finished_at,
        outcome=Outcome(row.outcome),
        reason=REASON.load(row.reason) if row.reason.startswith("{") else Reason(row.reason),
        looks=read_looks(row.looks, row.base),
        used=row.used,
        good=row.good,
        testimonies=TESTIMONIES.unpack(row.testimonies) if row.testimonies else None,
    )


def _counts(connection: Connection, now: datetime) -> Counts:
    def count(table: Table, *where: ColumnElement[bool]) -> int:
        return int(connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)

    polled = SOURCE.c.next_poll_at.is_not(None)
    healths = select(SOURCE.c.health, func.count()).where(polled).group_by(SOURCE.c.health)
    sizes = connection.execute(select(func.sum(BODY.c.size), func.sum(func.length(BODY.c.zstd)))).one()
    return Counts(
        sources=count(SOURCE, polled),
        by_health={Health(health): number for health, number in connection.execute(healths)},
        due=count(SOURCE, SOURCE.c.next_poll_at <= now),
        polls=count(POLL),
        polls_last_day=count(POLL, POLL.c.finished_at > now - timedelta(days=1)),
        changes=count(CHANGE),
        told_changes=count(CHANGE, TELLABLE),
        events=count(EVENT),
        held=count(HELD),
        snapshots=count(SNAPSHOT),
        bodies=count(BODY),
        body_bytes=sizes[0] or 0,
        stored_bytes=sizes[1] or 0,
        subscribers=count(SUBSCRIBER),
        last_poll_at=connection.scalar(select(func.max(POLL.c.finished_at))),
        next_poll_at=connection.scalar(select(func.min(SOURCE.c.next_poll_at))),
    )
