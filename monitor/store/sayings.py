"""What people said of differences: kept for the source, handed to every poll, taken back without losing a trace."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Change, Extraction, Memory, Saying, SayingKind, Sayings
from monitor.store.codec import CHANGE as CHANGE_CODEC
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.codec import PLACES
from monitor.store.engine import Database
from monitor.store.index import list_change
from monitor.store.tables import CHANGE, HELD, MEMORY, SAYING, SNAPSHOT, SOURCE
from monitor.store.texts import pack_text, put_text


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, source: str | None = None) -> tuple[Saying, ...]:
        """Everything that was said, oldest first, what was taken back too."""
        statement = select(SAYING).order_by(SAYING.c.id)
        if source is not None:
            statement = statement.where(SAYING.c.source_id == source)
        with self._database.reading() as connection:
            return tuple(map(read_saying, connection.execute(statement)))

    def of_change(self, number: int) -> tuple[Saying, ...]:
        """What was said of a change, oldest first, what was taken back too."""
        return self._chosen(SAYING.c.change_id == number)

    def of_held(self, numbers: Collection[int]) -> dict[int, Saying]:
        """Which of these differences that were held back count as news, by number."""
        counts = SAYING.c.held_id.in_(sorted(numbers)) & SAYING.c.undone_at.is_(None)
        return {saying.held: saying for saying in self._chosen(counts)}

    def _chosen(self, which: ColumnElement[bool]) -> tuple[Saying, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(SAYING).where(which).order_by(SAYING.c.id).limit(1000))
            return tuple(map(read_saying, rows))

    def news(self, saying: Saying, change: Change, told: Extraction | None, memory: Memory, token: int) -> int | None:
        """Tells what was held back: the change, the told text and the word itself, in one transaction.

        `token` is that of the source when its texts were read. None, and nothing is written, when it was looked at
        since. A look that is under way loses its lease and writes nothing; the source is as due as before.
        """
        text = pack_text(told) if told is not None else None
        with self._database.writing() as connection:
            mine = (SOURCE.c.id == saying.source_id) & (SOURCE.c.token == token)
            row = connection.execute(select(SOURCE).where(mine)).first()
            if row is None:
                return None
            values: dict[str, Any] = {"token": token + 1, "lease_until": None, "lease_owner": None}
            texts = {"old_text": row.told_text, "new_text": text.hash if text else row.told_text}
            change_id = _change(connection, row, saying, replace(change, **texts))
            if text is not None:
                values |= {"told_text": put_text(connection, text), "told_snapshot": row.last_snapshot}
                packed = MEMORY_CODEC.pack(memory)
                keep = upsert(MEMORY).values(source_id=saying.source_id, value=packed)
                connection.execute(keep.on_conflict_do_update(index_elements=["source_id"], set_={"value": packed}))
            connection.execute(update(SOURCE).where(SOURCE.c.id == saying.source_id).values(values))
            _say(connection, saying, change_id)
        return change_id

    def say(self, saying: Saying) -> None:
        """Of a change that is there: told before because of a person's word, or to be quiet from now on.

        Who has not had a change that is called noise does not get it.
        """
        with self._database.writing() as connection:
            _say(connection, saying, saying.change)

    def undo(self, saying_id: int, now: datetime) -> None:
        """The word counts no longer. A change that was quiet is told again to those who did not have it."""
        with self._database.writing() as connection:
            connection.execute(update(SAYING).where(SAYING.c.id == saying_id).values(undone_at=now))


def sayings_of(connection: Connection, source: str) -> Sayings:
    """What counts for a source now."""
    statement = select(SAYING).where(SAYING.c.source_id == source, SAYING.c.undone_at.is_(None))
    return in_force(map(read_saying, connection.execute(statement)))


def in_force(sayings: Iterable[Saying]) -> Sayings:
    """Sayings as the judgement takes them."""
    said = tuple(sayings)
    return Sayings(
        frozenset(place for s in said if s.kind is SayingKind.QUIET for place in s.places),
        frozenset((place, s.rule) for s in said if s.kind is SayingKind.NEWS for place in s.places),
    )


def _say(connection: Connection, saying: Saying, change_id: int) -> None:
    connection.execute(
        insert(SAYING).values(
            source_id=saying.source_id,
            kind=saying.kind,
            rule=saying.rule,
            places=PLACES.dump(saying.places),
            held_id=saying.held or None,
            change_id=change_id,
            said_at=saying.said_at,
        )
    )


def _change(connection: Connection, row: Row[Any], saying: Saying, change: Change) -> int:
    """The change belongs to the poll that held it back."""
    poll_id = connection.scalar(select(HELD.c.poll_id).where(HELD.c.id == saying.held))
    known = select(SNAPSHOT.c.id, SNAPSHOT.c.sha256).where(SNAPSHOT.c.id.in_([row.told_snapshot, row.last_snapshot]))
    shas = {snapshot.id: snapshot.sha256 for snapshot in connection.execute(known)}
    statement = insert(CHANGE).values(
        source_id=change.source_id,
        poll_id=poll_id,
        kind=change.kind,
        severity=int(change.severity),
        told=change.told,
        first_seen=change.first_seen,
        confirmed_at=change.confirmed_at,
        old_snapshot=row.told_snapshot,
        new_snapshot=row.last_snapshot,
        old_sha256=shas.get(row.told_snapshot, ""),
        new_sha256=shas.get(row.last_snapshot, ""),
        value=CHANGE_CODEC.pack(change),
    )
    change_id = int(connection.execute(statement.returning(CHANGE.c.id)).scalar_one())
    list_change(connection, change, change_id)
    return change_id


def read_saying(row: Row[Any]) -> Saying:
    return Saying(
        source_id=row.source_id,
        kind=SayingKind(row.kind),
        places=PLACES.load(row.places),
        said_at=row.said_at,
        rule=row.rule,
        held=row.held_id or 0,
        change=row.change_id,
        undone_at=row.undone_at,
        id=row.id,
    )
