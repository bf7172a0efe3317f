"""What one poll writes: its row, bodies, snapshots, texts, findings, and the new state of the source.

`Prepared` holds what can be made before the write lock is taken; `write` runs inside the transaction.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor import crash
from monitor.errors import ExtractError, FetchError, FetchKind
from monitor.model import (
    Capture,
    Change,
    ChangeKind,
    Extraction,
    FindingKind,
    HopRecord,
    Look,
    Memory,
    NotModified,
    Outcome,
    PollIntent,
    Reason,
    Trace,
)
from monitor.store import documents
from monitor.store.bodies import Bodies, Packed
from monitor.store.codec import CHANGE as CHANGE_CODEC
from monitor.store.codec import EVENT as EVENT_CODEC
from monitor.store.codec import FINDING as FINDING_CODEC
from monitor.store.codec import HEADERS, HOPS, REASON, TESTIMONIES
from monitor.store.codec import HELD as HELD_CODEC
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.evidence import put_looks, put_trace
from monitor.store.gaps import note_gaps
from monitor.store.index import follow, list_change, list_event, words_of
from monitor.store.repeats import Repeats
from monitor.store.tables import CHANGE, EVENT, FINDING, HELD, MEMORY, POLL, SNAPSHOT, SOURCE
from monitor.store.texts import PackedText, Texts, pack_text, put_text
from monitor.store.values import LookRow, Recorded

_NO_DOCUMENT = frozenset(
    {
        FindingKind.WAITING,
        FindingKind.UNREACHABLE,
        FindingKind.BLOCKED,
        FindingKind.GONE,
        FindingKind.UNREADABLE,
        FindingKind.REPLACED,
        FindingKind.NOT_WATCHED,
    }
)
"""First looks that brought nothing to say of the document; a later finding takes their place."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The costly part of a record, done while nobody waits. Bodies already stored are left out."""

    hashes: tuple[str, ...]
    """SHA-256 of the body each look shows, in the order of the looks; empty where there is none."""
    bodies: tuple[Packed, ...]
    told_text: PackedText | None
    current_text: PackedText | None
    document_text: PackedText | None = None

    @classmethod
    def of(cls, intent: PollIntent, bodies: Bodies, texts: Texts) -> "Prepared":
        hashes, packed = [], {}
        for look in intent.looks:
            if not isinstance(look.answer, Capture):
                hashes.append(look.sha256)
                continue
            sha256 = hashlib.sha256(look.answer.body).hexdigest()
            hashes.append(sha256)
            if sha256 not in packed:
                packed[sha256] = bodies.prepare(intent.source_id, look.url, look.answer.body, sha256)
        told = texts.prepare(intent.source_id, intent.told_text) if intent.told_text else None
        current = told if intent.current_text is intent.told_text else None
        if intent.current_text is not None and current is None:
            current = texts.prepare(intent.source_id, intent.current_text)
        document = pack_text(intent.document_text) if intent.document_text else None
        return cls(tuple(hashes), tuple(body for body in packed.values() if body), told, current, document)


def write(connection: Connection, bodies: Bodies, row: Row[Any], intent: PollIntent, prepared: Prepared) -> Recorded:
    """Everything the intent wants. `row` is the source's row, read in this transaction under its token."""
    for packed in prepared.bodies:
        bodies.put(connection, packed)
    snapshots = [_snapshot(connection, row, intent, n, sha256) for n, sha256 in enumerate(prepared.hashes)]
    crash.reach("record.after_body")
    if intent.outcome is not Outcome.OFFLINE:
        note_gaps(connection, intent.source_id, intent.started_at)
    poll_id = _poll(connection, intent, snapshots, prepared)
    _brought(connection, intent, snapshots, poll_id)
    used = snapshots[intent.used] if intent.looks else 0
    if intent.document is not None:
        documents.tried(connection, intent, intent.document, prepared.document_text, used)
        return Recorded(poll_id, snapshot_id=used)
    told = prepared.told_text.hash if prepared.told_text else row.told_text
    changes = [replace(change, old_text=row.told_text, new_text=told) for change in intent.changes]
    change_ids = _changes(connection, row, changes, poll_id, used or row.last_snapshot)
    event_ids = _events(connection, intent, poll_id)
    _held(connection, intent, poll_id)
    _finding(connection, intent, poll_id)
    documents.found(connection, intent, change_ids)
    _state(connection, row, intent, prepared, used)
    follow(connection, row, intent, used)
    return Recorded(poll_id, change_ids, event_ids, used)


def _snapshot(connection: Connection, row: Row[Any], intent: PollIntent, place: int, sha256: str) -> int:
    """The snapshot a look shows: new, or seen again. 0 when it shows none."""
    look = intent.looks[place]
    answer = look.answer
    if isinstance(answer, FetchError):
        return 0
    good = intent.good and place == intent.used
    if isinstance(answer, NotModified):
        return _seen_again(connection, row, answer) if look.same else 0
    statement = upsert(SNAPSHOT).values(
        source_id=intent.source_id,
        url=look.url,
        final_url=_plain(answer.final_url),
        sha256=sha256,
        status=answer.status,
        content_type=_plain(answer.header("content-type")),
        charset=_plain(look.reading.charset) if isinstance(look.reading, Extraction) else "",
        headers=HEADERS.dump(answer.headers),
        chain=HOPS.dump(answer.chain),
        good=good,
        first_seen=answer.fetched_at,
        last_seen=answer.fetched_at,
        words=words_of(look),
    )
    again = {
        "last_seen": statement.excluded.last_seen,
        "good": SNAPSHOT.c.good | statement.excluded.good,
        "words": func.coalesce(statement.excluded.words, SNAPSHOT.c.words),
    }
    statement = statement.on_conflict_do_update(
        index_elements=[SNAPSHOT.c.source_id, SNAPSHOT.c.url, SNAPSHOT.c.sha256], set_=again
    )
    return int(connection.execute(statement.returning(SNAPSHOT.c.id)).scalar_one())


def _brought(connection: Connection, intent: PollIntent, snapshots: list[int], poll_id: int) -> None:
    """Copies that this poll is the first to bring name it; what was there before it was kept names none."""
    for look, snapshot in zip(intent.looks, snapshots, strict=True):
        if isinstance(look.answer, Capture):
            new = (SNAPSHOT.c.id == snapshot) & (SNAPSHOT.c.first_seen == look.answer.fetched_at)
            statement = update(SNAPSHOT).where(new, SNAPSHOT.c.poll_id.is_(None)).values(poll_id=poll_id)
            connection.execute(statement)


def short_reason(reason: Reason) -> str:
    """Its code alone when it has no values; else JSON."""
    return REASON.dump(reason) if reason.values or reason.code.startswith("{") else reason.code


def _seen_again(connection: Connection, row: Row[Any], answer: NotModified) -> int:
    statement = update(SNAPSHOT).where(SNAPSHOT.c.id == row.last_snapshot).values(last_seen=answer.fetched_at)
    return int(row.last_snapshot) if connection.execute(statement).rowcount else 0


def _poll(connection: Connection, intent: PollIntent, snapshots: list[int], prepared: Prepared) -> int:
    looks = tuple(starmap(look_row, zip(intent.looks, snapshots, prepared.hashes, strict=True)))
    base_id, packed = put_looks(connection, intent.source_id, looks)
    put_trace(connection, intent.looks)
    statement = insert(POLL).values(
        source_id=intent.source_id,
        token=intent.token,
        trigger=intent.trigger,
        finished_at=intent.finished_at,
        took=(intent.finished_at - intent.started_at) // timedelta(microseconds=1),
        outcome=intent.outcome,
        reason=short_reason(intent.reason),
        status=looks[intent.used].status or None if looks else None,
        snapshot=snapshots[intent.used] or None if looks else None,
        base_id=base_id,
        looks=packed,
        used=intent.used,
        good=intent.good,
        testimonies=TESTIMONIES.pack(intent.testimonies) if intent.testimonies is not None else None,
        asked=sum(said.requested for said in intent.testimonies or ()),
    )
    return int(connection.execute(statement.returning(POLL.c.id)).scalar_one())


def _changes(
    connection: Connection, row: Row[Any], changes: Iterable[Change], poll_id: int, new: int
) -> tuple[int, ...]:
    ids = []
    repeats = Repeats.of(connection, row.id)
    for change in map(repeats.marked, changes):
        statement = insert(CHANGE).values(
            source_id=change.source_id,
            poll_id=poll_id,
            kind=change.kind,
            severity=int(change.severity),
            told=change.told,
            first_seen=change.first_seen,
            confirmed_at=change.confirmed_at,
            old_snapshot=row.told_snapshot,
            new_snapshot=new,
            old_sha256=change.old_sha256 or _sha256_of(connection, row.told_snapshot),
            new_sha256=change.new_sha256 or _sha256_of(connection, new),
            value=CHANGE_CODEC.pack(change),
        )
        change_id = int(connection.execute(statement.returning(CHANGE.c.id)).scalar_one())
        list_change(connection, change, change_id)
        repeats.hold_back(connection, change, f"change:{change_id}")
        ids.append(change_id)
    return tuple(ids)


def _events(connection: Connection, intent: PollIntent, poll_id: int) -> tuple[int, ...]:
    ids = []
    repeats = Repeats.of(connection, intent.source_id)
    for event in intent.events:
        statement = insert(EVENT).values(
            source_id=event.source_id,
            poll_id=poll_id,
            kind=event.kind,
            told=event.told,
            urgent=event.urgent,
            at=event.at,
            value=EVENT_CODEC.pack(event),
        )
        event_id = int(connection.execute(statement.returning(EVENT.c.id)).scalar_one())
        list_event(connection, event, event_id)
        repeats.hold_back(connection, event, f"event:{event_id}")
        ids.append(event_id)
    return tuple(ids)


def _held(connection: Connection, intent: PollIntent, poll_id: int) -> None:
    rows = [
        {
            "source_id": held.source_id,
            "poll_id": poll_id,
            "rule": held.rule,
            "at": held.at,
            "value": HELD_CODEC.pack(held),
        }
        for held in intent.held
    ]
    if rows:
        connection.execute(insert(HELD), rows)


def _finding(connection: Connection, intent: PollIntent, poll_id: int) -> None:
    """Keeps what the first look found; replaces it while it only says that there was no document to see."""
    finding = intent.finding
    if finding is None:
        return
    values = {"poll_id": poll_id, "kind": finding.kind, "value": FINDING_CODEC.pack(finding)}
    statement = upsert(FINDING).values(source_id=finding.source_id, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[FINDING.c.source_id], set_=values, where=FINDING.c.kind.in_(sorted(_NO_DOCUMENT))
        )
    )


def _state(connection: Connection, row: Row[Any], intent: PollIntent, prepared: Prepared, used: int) -> None:
    # A source retired while it was looked at stays retired.
    planned = intent.next_poll_at if row.next_poll_at is not None else None
    values: dict[str, Any] = {
        "lease_until": None,
        "lease_owner": None,
        "last_poll_at": intent.finished_at,
        "last_outcome": intent.outcome,
        "last_reason": REASON.dump(intent.reason),
        "next_poll_at": planned,
        "next_trigger": intent.next_trigger,
    }
    if intent.outcome is not Outcome.OFFLINE:
        values["planned_at"] = planned
        values |= _looked(row, intent)
        values |= _texts(connection, intent, prepared, used or row.last_snapshot)
        put_memory(connection, intent.source_id, intent.memory)
        if intent.good and intent.looks:
            values |= _last_good(intent, used, prepared.hashes[intent.used])
    connection.execute(update(SOURCE).where(SOURCE.c.id == intent.source_id).values(values))


def put_memory(connection: Connection, source_id: str, memory: Memory) -> None:
    packed = MEMORY_CODEC.pack(memory)
    keep = upsert(MEMORY).values(source_id=source_id, value=packed)
    connection.execute(keep.on_conflict_do_update(index_elements=[MEMORY.c.source_id], set_={"value": packed}))


def _looked(row: Row[Any], intent: PollIntent) -> dict[str, Any]:
    values: dict[str, Any] = {"looks": row.looks + 1, "health": intent.health}
    if row.health != intent.health:
        values["health_since"] = intent.finished_at
    if intent.looks:
        look = intent.looks[intent.used]
        values["address"] = intent.memory.address or look.url
        if robots := _robots(look):
            values["robots"] = robots
    return values


def _texts(connection: Connection, intent: PollIntent, prepared: Prepared, used: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if prepared.told_text is not None:
        values["told_text"] = put_text(connection, prepared.told_text)
        kinds = {change.kind for change in intent.changes}
        if kinds != {ChangeKind.TECHNICAL}:
            # Else it is what the readers know, read again under new rules: it stems from where it did.
            values["told_snapshot"] = used
    if prepared.current_text is not None:
        values["current_text"] = put_text(connection, prepared.current_text)
    return values


def _last_good(intent: PollIntent, used: int, sha256: str) -> dict[str, Any]:
    """Validators are kept of good answers only: a 304 must mean the document, never a block page."""
    look = intent.looks[intent.used]
    values: dict[str, Any] = {"last_good_at": intent.finished_at}
    if isinstance(look.answer, Capture):
        values |= {
            "etag": _plain(look.answer.header("etag")),
            "last_modified": _plain(look.answer.header("last-modified")),
            "validators_url": look.url,
            "last_sha256": sha256,
            "last_snapshot": used,
        }
    if isinstance(look.reading, Extraction):
        values["fingerprint"] = look.reading.fingerprint
    return values


def _robots(look: Look) -> str:
    if isinstance(look.answer, Capture):
        return look.answer.robots
    if isinstance(look.answer, FetchError) and look.answer.kind is FetchKind.ROBOTS:
        return "denied"
    return ""


def look_row(look: Look, snapshot: int, sha256: str) -> LookRow:
    """A look as kept on the poll's row: without its bytes and its text."""
    answer = look.answer
    if isinstance(answer, FetchError):
        return LookRow(
            look.place, look.url, answer.url, error_kind=answer.kind, error_detail=answer.detail,
            transient=answer.transient, robots=_robots(look),
            retry_after_s=answer.retry_after.total_seconds() if answer.retry_after is not None else None,
            hops=_hops(look),
        )  # fmt: skip
    read, words, note = ("same" if look.same else ""), 0, ""
    if isinstance(look.reading, ExtractError):
        read, note = look.reading.kind.value, look.reading.detail
    elif look.reading is not None:
        read, words, note = "text", look.reading.words, look.reading.note
    return LookRow(
        place=look.place,
        url=look.url,
        final_url=answer.final_url,
        status=answer.status,
        chain=answer.chain,
        headers=answer.headers,
        elapsed_ms=round(answer.elapsed.total_seconds() * 1000),
        wire_bytes=answer.wire_bytes if isinstance(answer, Capture) else 0,
        robots=_robots(look),
        sha256=sha256,
        snapshot=snapshot,
        read=read,
        words=words,
        note=note,
        hops=_hops(look),
    )


def _hops(look: Look) -> tuple[HopRecord, ...]:
    trace = look.answer.trace
    return trace.hops if isinstance(trace, Trace) else ()


def _sha256_of(connection: Connection, snapshot: int) -> str:
    return str(connection.scalar(select(SNAPSHOT.c.sha256).where(SNAPSHOT.c.id == snapshot)) or "")


def _plain(value: str) -> str:
    """Half surrogate pairs, which no server sends on purpose, have no place in a column."""
    return value.encode("utf-8", "replace").decode()
