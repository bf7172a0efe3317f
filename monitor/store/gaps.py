"""Times without looks: noted by the first look after one, for all sources and for the one it is of."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select
from sqlalchemy.dialects.sqlite import insert

from monitor.cadence import DAY, missed
from monitor.model import Gap, Outcome
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.engine import Database
from monitor.store.mail_tables import DIGEST_ITEM
from monitor.store.tables import GAP, HOST, POLL, SOURCE

EVERYBODY = ""
"""In place of a source: nobody looked at any."""
_LOOKED = POLL.c.outcome != Outcome.OFFLINE
"""Without our own network nothing was looked at."""
_PLANNED = func.max(SOURCE.c.planned_at, func.coalesce(HOST.c.not_before, SOURCE.c.planned_at), type_=GAP.c.until.type)
"""When the next look was meant to be: not while its host had asked to be left alone."""


def note_gaps(connection: Connection, source_id: str, at: datetime) -> None:
    """What was missed before the look at this source that began `at`; called before that look is written."""
    newest = _last_look(connection, at)
    if newest is not None and at - newest > DAY and any(_missed(row, newest, at) for row in _planned(connection, at)):
        _put(connection, EVERYBODY, newest, at)
    for row in _planned(connection, at, SOURCE.c.id == source_id):
        last = _last_look(connection, at, POLL.c.source_id == source_id)
        if last is not None and _missed(row, last, at):
            _put(connection, source_id, last, at)


class Gaps:
    """Only reads. A gap that ends in the future is none: it was noted while the clock was wrong."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, now: datetime, limit: int, source_id: str = EVERYBODY) -> tuple[Gap, ...]:
        """Of one source, or those in which nobody looked at any; newest first."""
        return self._read(now, GAP.c.source_id == source_id, limit=limit)

    def between(self, source_id: str, since: datetime, until: datetime) -> tuple[Gap, ...]:
        """Those of a source that lie, with some part of them, in this time; newest first."""
        return self._read(until, GAP.c.source_id == source_id, GAP.c.until > since, limit=10)

    def untold(self, subscriber_id: int, since: datetime | None, now: datetime) -> tuple[Gap, ...]:
        """Those in which nobody looked, that ended after `since`, and that this subscriber was not told of; oldest
        first.
        """
        done = select(DIGEST_ITEM.c.item).where(
            DIGEST_ITEM.c.subscriber_id == subscriber_id, DIGEST_ITEM.c.item.startswith("gap:")
        )
        with self._database.reading() as connection:
            told = set(connection.scalars(done))
        found = self._read(now, GAP.c.source_id == EVERYBODY, limit=100)
        return tuple(gap for gap in found[::-1] if gap.key not in told and (since is None or gap.until > since))

    def _read(self, now: datetime, *which: ColumnElement[bool], limit: int) -> tuple[Gap, ...]:
        statement = select(GAP).where(GAP.c.until <= now, *which).order_by(GAP.c.until.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(Gap(row.since, row.until, row.source_id) for row in connection.execute(statement))


def _last_look(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> datetime | None:
    """The newest look before now. None: there was none, or the one written last is of a time to come: the clock was
    wrong then, and how long ago it was is not known.
    """
    last = select(POLL.c.finished_at).where(_LOOKED, *which).order_by(POLL.c.id.desc()).limit(1)
    written: datetime | None = connection.scalar(last)
    if written is None or written > now:
        return None
    if now - written <= DAY:
        return written
    # Written last is not looked last where the clock had been far behind.
    newest = select(POLL.c.finished_at).where(_LOOKED, *which, POLL.c.finished_at <= now)
    found: datetime | None = connection.scalar(newest.order_by(POLL.c.finished_at.desc()).limit(1))
    return found


def _planned(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> list[Row[Any]]:
    """Definition and plan of the watched sources whose look is more than a day late."""
    statement = (
        select(SOURCE.c.definition, _PLANNED.label("planned"))
        .outerjoin(HOST, HOST.c.host == SOURCE.c.host)
        .where(SOURCE.c.next_poll_at.is_not(None), SOURCE.c.planned_at < now - DAY, *which)
    )
    return [*connection.execute(statement)]


def _missed(row: Row[Any], last: datetime, now: datetime) -> bool:
    return missed(row.planned, last, SOURCE_CODEC.load(row.definition).interval, now)


def _put(connection: Connection, source_id: str, since: datetime, until: datetime) -> None:
    row = insert(GAP).values(source_id=source_id, since=since, until=until)
    connection.execute(row.on_conflict_do_nothing())
