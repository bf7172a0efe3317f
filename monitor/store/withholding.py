"""Stored copies that are not shown: bytes, hash, times and address stay, what they say is covered.

Every copy with the same bytes (SHA-256) is covered with it. What the store reads out for pages, mails and commands
passes the `Veil`: a change between a withheld copy and another keeps its numbers and loses its words; so do
differences that were held back, and events that quote, while the source showed that copy.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, insert, select, text, update

from monitor.model import Change, Document, Event, EventKind, Held, Reason
from monitor.store.audit import note
from monitor.store.engine import Database
from monitor.store.review_tables import WITHHELD
from monitor.store.tables import SNAPSHOT, UTC_DATE

WITHHELD_REASON = "withheld"
"""Code of the reason that stands in place of all others."""
QUOTING = frozenset({EventKind.STATUS_NOTICE, EventKind.QUOTE_LOST, EventKind.QUOTE_FOUND})
"""Events whose values are text of a page."""
FACTS = frozenset({"since", "looks", "first_look", "was", "url", "footnote"})
"""Values of such an event that are not."""
LONGEST_REASON = 500
SLACK = timedelta(minutes=10)
"""What a look found is dated when the look began, a copy when it arrived."""


@dataclass(frozen=True, slots=True)
class WithheldCopy:
    """Why and since when a copy is not shown. `snapshot_id` is the copy it was said of; others have its bytes."""

    snapshot_id: int
    sha256: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Covered:
    source_id: str
    sha256: str
    reason: str
    at: datetime
    first_seen: datetime
    until: datetime | None
    """When its text was told as gone; None: what is found now may still be measured against it."""


class Veil:
    """What is covered at this moment. Without a withheld copy everything passes as it is."""

    def __init__(self, covered: Collection[_Covered] = ()) -> None:
        self._by_hash = {one.sha256: one for one in covered}
        self._by_source: dict[str, list[_Covered]] = {}
        for one in covered:
            self._by_source.setdefault(one.source_id, []).append(one)

    def __bool__(self) -> bool:
        return bool(self._by_hash)

    def change(self, change: Change) -> Change:
        """Kind, severity, times, hashes and footnotes stay; places and quoted words go, their number is told."""
        found = self._by_hash.get(change.old_sha256) or self._by_hash.get(change.new_sha256)
        if found is None:
            return change
        quotes = tuple(replace(touch, nearest="") for touch in change.quotes)
        reason = _reason(found, len(change.parts))
        return replace(change, reasons=(reason,), parts=(), quotes=quotes, old_text="", new_text="")

    def held(self, held: Held) -> Held:
        found = self._then(held.source_id, held.at)
        return held if found is None else replace(held, reason=_reason(found, len(held.parts)), parts=())

    def event(self, event: Event) -> Event:
        if event.kind not in QUOTING or self._then(event.source_id, event.at) is None:
            return event
        return replace(event, values={k: v for k, v in event.values.items() if k in FACTS})

    def document(self, document: Document) -> Document:
        if document.sha256 not in self._by_hash:
            return document
        return replace(document, title="", beginning="")

    def covers(self, source_id: str) -> bool:
        """Is any copy of this source withheld?"""
        return source_id in self._by_source

    def _then(self, source_id: str, at: datetime) -> _Covered | None:
        """Of copies whose text the source showed, or was still measured against, at that time."""
        for one in self._by_source.get(source_id, ()):
            if one.first_seen - SLACK <= at and (one.until is None or at <= one.until):
                return one
        return None


def read_veil(connection: Connection) -> Veil:
    """One question; next to nothing where nothing is withheld."""
    return Veil([_Covered(*row) for row in connection.execute(_COVERED)])


def _reason(found: _Covered, places: int) -> Reason:
    values = {"since": found.at.isoformat(), "why": found.reason, "places": str(places)}
    return Reason(WITHHELD_REASON, values)


class Withholding:
    """Says which copies are withheld, and is told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, snapshot_id: int, reason: str, who: str, now: datetime) -> bool:
        """False, and nothing is written: there is no such copy, or it is withheld already."""
        reason = " ".join(reason.split())[:LONGEST_REASON]
        with self._database.writing() as connection:
            known = connection.scalar(select(SNAPSHOT.c.id).where(SNAPSHOT.c.id == snapshot_id))
            if known is None or connection.scalar(select(WITHHELD.c.id).where(_in_force(snapshot_id))):
                return False
            values = {"snapshot_id": snapshot_id, "reason": reason, "who": who[:200], "at": now}
            connection.execute(insert(WITHHELD).values(**values))
            note(connection, who, "withhold", f"snapshot:{snapshot_id}", reason, now)
        return True

    def lift(self, snapshot_id: int, reason: str, who: str, now: datetime) -> bool:
        """It is shown again. False: it is not withheld by itself."""
        with self._database.writing() as connection:
            lifted = update(WITHHELD).where(_in_force(snapshot_id)).values(lifted_at=now, lifted_by=who[:200])
            if not connection.execute(lifted).rowcount:
                return False
            note(connection, who, "lift", f"snapshot:{snapshot_id}", reason, now)
        return True

    def of(self, snapshots: Collection[int]) -> dict[int, WithheldCopy]:
        """Which of these copies are not to be shown; what was said of the copy itself goes before its twins."""
        return withheld_copies(self._database, snapshots)

    def veil(self) -> Veil:
        with self._database.reading() as connection:
            return read_veil(connection)


def withheld_copies(database: Database, snapshots: Collection[int]) -> dict[int, WithheldCopy]:
    """As `Withholding.of`."""
    if not snapshots:
        return {}
    marks = ", ".join(f":n{n}" for n in range(len(snapshots)))
    values = {f"n{n}": number for n, number in enumerate(sorted(snapshots))}
    with database.reading() as connection:
        rows = connection.execute(_typed(text(_OF.format(marks=marks))), values).all()
    found: dict[int, WithheldCopy] = {}
    for row in rows:
        if row.shown not in found or row.shown == row.snapshot_id:
            found[row.shown] = WithheldCopy(row.snapshot_id, row.sha256, row.reason, row.who, row.at)
    return found


def _in_force(snapshot_id: int) -> Any:
    return (WITHHELD.c.snapshot_id == snapshot_id) & WITHHELD.c.lifted_at.is_(None)


def _typed(statement: TextClause) -> Any:
    columns: dict[str, Any] = {
        "shown": SNAPSHOT.c.id.type, "snapshot_id": SNAPSHOT.c.id.type, "sha256": SNAPSHOT.c.sha256.type,
        "reason": WITHHELD.c.reason.type, "who": WITHHELD.c.who.type, "at": UTC_DATE,
    }  # fmt: skip
    return statement.columns(**columns)


COVERED_COPIES = (
    "SELECT t.id FROM withheld AS x JOIN snapshot AS s ON s.id = x.snapshot_id"
    " JOIN snapshot AS t ON t.sha256 = s.sha256 WHERE x.lifted_at IS NULL"
)
"""Ids of all copies that are not shown, for other statements."""
COVERED_HASHES = (
    "SELECT s.sha256 FROM withheld AS x JOIN snapshot AS s ON s.id = x.snapshot_id WHERE x.lifted_at IS NULL"
)
_OF = (
    "SELECT t.id AS shown, x.snapshot_id, s.sha256, x.reason, x.who, x.at FROM withheld AS x"
    " JOIN snapshot AS s ON s.id = x.snapshot_id JOIN snapshot AS t ON t.sha256 = s.sha256"
    " WHERE x.lifted_at IS NULL AND t.id IN ({marks}) ORDER BY x.id"
)
# A change that tells the text as gone ends the time; not when the copy came back after it.
# CROSS JOIN keeps this order (sqlite.org/optoverview.html#crossjoin): where nothing is withheld, nothing else is read.
_COVERED = text(
    "SELECT t.source_id, t.sha256, x.reason, x.at, t.first_seen,"
    " (SELECT max(c.confirmed_at) FROM change AS c WHERE c.source_id = t.source_id AND c.old_sha256 = t.sha256"
    "  AND c.confirmed_at >= t.last_seen) AS until"
    " FROM withheld AS x CROSS JOIN snapshot AS s ON s.id = x.snapshot_id"
    " CROSS JOIN snapshot AS t ON t.sha256 = s.sha256"
    " WHERE x.lifted_at IS NULL ORDER BY x.id DESC"
).columns(
    source_id=SNAPSHOT.c.source_id.type, sha256=SNAPSHOT.c.sha256.type, reason=WITHHELD.c.reason.type, at=UTC_DATE,
    first_seen=UTC_DATE, until=UTC_DATE,
)  # fmt: skip
