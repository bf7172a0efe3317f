"""Documents behind the entries of lists: what waits to be fetched, what was kept, what was given up."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.judge.follow import MOST_A_DAY
from monitor.model import Document, DocumentState, PollIntent, PollOrder, Reason
from monitor.store.codec import DOCUMENT as CODEC
from monitor.store.engine import Database
from monitor.store.tables import DOCUMENT, SOURCE, passed
from monitor.store.texts import PackedText, put_text
from monitor.store.withholding import read_veil

DAY = timedelta(days=1)
FARTHEST = timedelta(days=8)
"""No try is planned further ahead; a date beyond was written before the clock was set back."""


class Documents:
    """Only reads; documents are written by the polls that find and fetch them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, source: str, *, limit: int = 100) -> tuple[Document, ...]:
        """Those of a list, newest first."""
        return self._rows(_ALL.where(DOCUMENT.c.source_id == source).order_by(DOCUMENT.c.id.desc()).limit(limit))

    def behind(self, changes: Collection[int]) -> tuple[Document, ...]:
        """Those behind the entries that these changes told, in the order they were found."""
        wanted = sorted(changes)
        found: list[Document] = []
        for n in range(0, len(wanted), 1000):
            # SQLite takes no more than 32,766 values in one statement.
            some = DOCUMENT.c.change_id.in_(wanted[n : n + 1000])
            found += self._rows(_ALL.where(some).order_by(DOCUMENT.c.id))
        return tuple(found)

    def get(self, document_id: int) -> Document | None:
        return next(iter(self._rows(_ALL.where(DOCUMENT.c.id == document_id))), None)

    def _rows(self, statement: Select[Any]) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            veil = read_veil(connection)
            return tuple(veil.document(_read(row)) for row in connection.execute(statement))


_ALL = select(DOCUMENT)


def due_documents(now: datetime) -> Select[Any]:
    """Documents whose time has come, on lists that are watched and had less than their share of the day."""
    sated = (
        select(DOCUMENT.c.source_id)
        .where(DOCUMENT.c.tried_at > now - DAY, DOCUMENT.c.tried_at <= now)
        .group_by(DOCUMENT.c.source_id)
        .having(func.count() >= MOST_A_DAY)
    )
    return (
        select(DOCUMENT, SOURCE.c.host)
        .join(SOURCE, SOURCE.c.id == DOCUMENT.c.source_id)
        .where(DOCUMENT.c.state == DocumentState.WAITING, passed(DOCUMENT.c.due_at, now, FARTHEST))
        .where(SOURCE.c.next_poll_at.is_not(None), DOCUMENT.c.source_id.not_in(sated))
        .order_by(DOCUMENT.c.due_at, DOCUMENT.c.id)
    )


def due_document(connection: Connection, source_id: str, now: datetime) -> Document | None:
    """The one to fetch next for a source."""
    row = connection.execute(due_documents(now).where(DOCUMENT.c.source_id == source_id).limit(1)).first()
    return _read(row) if row else None


def found(connection: Connection, intent: PollIntent, change_ids: Sequence[int]) -> None:
    """Notes what is to be fetched; an address that was ever noted for this source is not noted again."""
    told = next((n for n, change in zip(change_ids, intent.changes, strict=True) if change.told), 0)
    for document in intent.found:
        noted = replace(document, change=document.change or told)
        connection.execute(upsert(DOCUMENT).values(**_values(noted)).on_conflict_do_nothing())


def tried(
    connection: Connection, intent: PollIntent, document: Document, packed: PackedText | None, snapshot: int
) -> None:
    """What became of a document that was asked for. Of the list itself only the lease is touched."""
    if intent.good:
        document = replace(document, snapshot=snapshot, text=put_text(connection, packed) if packed else "")
    connection.execute(update(DOCUMENT).where(DOCUMENT.c.id == document.id).values(**_values(document)))
    found(connection, intent, ())
    free = update(SOURCE).where(SOURCE.c.id == intent.source_id)
    connection.execute(free.values(lease_until=None, lease_owner=None))


def put_off(connection: Connection, order: PollOrder, until: datetime) -> None:
    """The program itself failed on a document: not now."""
    if order.document is not None:
        connection.execute(update(DOCUMENT).where(DOCUMENT.c.id == order.document.id).values(due_at=until))


def no_longer_followed(connection: Connection, source_id: str) -> None:
    """What still waits is not fetched any more."""
    waiting = (DOCUMENT.c.source_id == source_id) & (DOCUMENT.c.state == DocumentState.WAITING)
    for row in connection.execute(select(DOCUMENT).where(waiting)).all():
        reason = Reason("follow_ended")
        passed = replace(_read(row), state=DocumentState.PASSED_OVER, due_at=None, reason=reason)
        connection.execute(update(DOCUMENT).where(DOCUMENT.c.id == row.id).values(**_values(passed)))


def _values(document: Document) -> dict[str, Any]:
    return {
        "source_id": document.source_id,
        "url": document.url,
        "change_id": document.change or None,
        "state": document.state,
        "due_at": document.due_at,
        "tried_at": document.tried_at,
        "value": CODEC.pack(document),
    }


def _read(row: Row[Any]) -> Document:
    return replace(CODEC.unpack(row.value), id=row.id, state=DocumentState(row.state), due_at=row.due_at)
