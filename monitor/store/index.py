"""What the pages sort and search by, written in the transaction that writes what it speaks of.

The timeline has a line for every change and event. Passages are the paragraphs and entries of a source's texts, each
once per source with the time it stood there; two full-text indexes (sqlite.org/fts5.html) hold their words and the
words that changes added and removed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, literal, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.digest import event_severity, item_key
from monitor.errors import ExtractError
from monitor.model import Capture, Change, Event, Extraction, Look, Mark, Part, PartKind, PollIntent, key_of
from monitor.model.review import ReviewState
from monitor.store.review_tables import PASSAGE, TIMELINE
from monitor.store.tables import UTC_DATE
from monitor.text.asked import searchable

MOST_PASSAGES = 20_000
"""Of one text; what is longer is no document that anybody reads."""
LONGEST = 50_000
"""Characters of a passage that are kept for the search."""
SOME = 500
_ENTRIES = frozenset({PartKind.ITEM_NEW, PartKind.ITEM_CHANGED, PartKind.ITEM_GONE})
_INDEX_PASSAGE = text("INSERT INTO passage_words (rowid, text, source_id) VALUES (:id, :text, :source_id)")
_INDEX_CHANGE = text(
    "INSERT INTO change_words (rowid, added, removed, source_id) VALUES (:id, :added, :removed, :source_id)"
)


def list_change(connection: Connection, change: Change, change_id: int) -> None:
    """A change that was just written gets its line and its words."""
    values = _line(change, f"change:{change_id}", change.confirmed_at, int(change.severity))
    connection.execute(insert(TIMELINE).values(**values, topics=packed_topics(change.topics)))
    index_change(connection, change, change_id)


def list_event(connection: Connection, event: Event, event_id: int) -> None:
    values = _line(event, f"event:{event_id}", event.at, int(event_severity(event)))
    connection.execute(insert(TIMELINE).values(**values, topics=""))


def _line(found: Change | Event, item: str, at: datetime, severity: int) -> dict[str, Any]:
    return {
        "item": item,
        "at": at,
        "source_id": found.source_id,
        "kind": found.kind,
        "severity": severity,
        "told": found.told,
        "state": ReviewState.CHECK,
    }


def packed_topics(topics: Iterable[str]) -> str:
    """` ai-act policing `: with a blank at both ends, each topic is found by ` topic `."""
    joined = " ".join(topics)
    return f" {joined} " if joined else ""


def index_change(connection: Connection, change: Change, change_id: int) -> None:
    """The words a change added and removed, for the search."""
    added, removed = changed_words(change.parts)
    row = {"id": change_id, "added": added, "removed": removed, "source_id": change.source_id}
    connection.execute(_INDEX_CHANGE, row)


def read_again(connection: Connection, change: Change) -> None:
    """What an older program did not write of a change: its topics and its words."""
    statement = update(TIMELINE).where(TIMELINE.c.item == item_key(change), TIMELINE.c.topics.is_(None))
    if connection.execute(statement.values(topics=packed_topics(change.topics))).rowcount:
        index_change(connection, change, change.id)


def changed_words(parts: Iterable[Part]) -> tuple[str, str]:
    """What was added and what was removed: the marked words, or all of a place that came or went."""
    added: list[str] = []
    removed: list[str] = []
    for part in parts:
        if part.kind in _ENTRIES or not part.spans:
            added.append(part.new)
            removed.append(part.old)
            continue
        added += [s.text for s in part.spans if s.mark is Mark.ADDED]
        removed += [s.text for s in part.spans if s.mark is Mark.REMOVED]
    return searchable("\n".join(filter(None, added))), searchable("\n".join(filter(None, removed)))


# --- passages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as one stored copy showed it: from when, and until when; None: it stands there."""

    source_id: str
    snapshot_id: int
    first_seen: datetime
    last_seen: datetime | None = None


def words_of(look: Look) -> int | None:
    """Of the text; None for bytes that were not read again."""
    if isinstance(look.reading, Extraction):
        return look.reading.words
    return -1 if isinstance(look.reading, ExtractError) else None


def follow(connection: Connection, row: Row[Any], intent: PollIntent, snapshot: int) -> None:
    """The passages of a good text. A text that was not read again is as it was."""
    look = intent.looks[intent.used] if intent.good and intent.looks else None
    if look is not None and isinstance(look.answer, Capture) and isinstance(look.reading, Extraction):
        shown = Shown(intent.source_id, snapshot, look.answer.fetched_at)
        follow_text(connection, look.reading, shown, row.last_good_at)


def follow_text(connection: Connection, reading: Extraction, shown: Shown, before: datetime | None) -> None:
    """The text a source shows now: new passages come, missing ones were last seen `before`."""
    passages = dict(_passages(reading))
    there = select(PASSAGE.c.hash, PASSAGE.c.id).where(
        PASSAGE.c.source_id == shown.source_id, PASSAGE.c.last_seen.is_(None)
    )
    known: dict[str, int] = {row.hash: row.id for row in connection.execute(there)}
    _write(connection, {h: p for h, p in passages.items() if h not in known}, shown)
    gone = [number for key, number in known.items() if key not in passages]
    for some in _slices(gone):
        missing = update(PASSAGE).where(PASSAGE.c.id.in_(some))
        connection.execute(missing.values(last_seen=before or shown.first_seen))


def add_past(connection: Connection, reading: Extraction, shown: Shown) -> None:
    """The text of an earlier copy, read after the event."""
    _write(connection, dict(_passages(reading)), shown)


def _passages(reading: Extraction) -> Iterator[tuple[str, tuple[str, int]]]:
    """Each passage by its hash: text and page. Letters, not punctuation or capitals, make it another one."""
    lines = [(block.text, block.page) for block in reading.blocks]
    lines += [(" – ".join(filter(None, (item.title, item.summary))), 0) for item in reading.items]
    for line, page in lines[:MOST_PASSAGES]:
        words = searchable(line[:LONGEST])
        if key := key_of(words):
            yield hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=12).hexdigest(), (words, page)


def _write(connection: Connection, passages: Mapping[str, tuple[str, int]], shown: Shown) -> None:
    known: dict[str, int] = {}
    for some in _slices(list(passages)):
        here = (PASSAGE.c.source_id == shown.source_id) & PASSAGE.c.hash.in_(some)
        known |= {row.hash: row.id for row in connection.execute(select(PASSAGE.c.hash, PASSAGE.c.id).where(here))}
    if known:
        connection.execute(_AGAIN, [{"number": n, **_times(shown)} for n in known.values()])
    fresh = [(key, *passage) for key, passage in passages.items() if key not in known]
    if not fresh:
        return
    first = int(connection.scalar(select(func.max(PASSAGE.c.id))) or 0) + 1
    rows = [
        {
            "id": number, "source_id": shown.source_id, "hash": key, "text": words, "page": page,
            "first_seen": shown.first_seen, "last_seen": shown.last_seen, "snapshot_id": shown.snapshot_id,
        }
        for number, (key, words, page) in enumerate(fresh, first)
    ]  # fmt: skip
    connection.execute(upsert(PASSAGE), rows)
    connection.execute(_INDEX_PASSAGE, [{k: row[k] for k in ("id", "text", "source_id")} for row in rows])


def _times(shown: Shown) -> dict[str, datetime | None]:
    return {"first": shown.first_seen, "last": shown.last_seen}


_LAST = bindparam("last", type_=UTC_DATE)
_AGAIN = (
    update(PASSAGE)
    .where(PASSAGE.c.id == bindparam("number"))
    .values(
        first_seen=func.min(PASSAGE.c.first_seen, bindparam("first", type_=UTC_DATE)),
        last_seen=case(
            (PASSAGE.c.last_seen.is_(None) | _LAST.is_(None), literal(None)),
            else_=func.max(PASSAGE.c.last_seen, _LAST),
        ),
    )
)
"""It stood there at one time more: from the earliest to the latest, or until now."""


def _slices(values: list[Any]) -> Iterator[list[Any]]:
    # SQLite takes no more than 32,766 values in one statement.
    return (values[n : n + SOME] for n in range(0, len(values), SOME))
