"""What a restored copy takes over from the database it replaces, so that nobody is told twice and nobody who left gets
mail: what was told, the messages themselves, readers and their wishes, reviews, what was withheld.

The history between is not taken over: whoever restores doubts it. What changed meanwhile is found again at the next
looks; where it is word for word what a reader was told, they are not told again, and anything else found at the first
looks says that it may be a repeat. Numbers are never given out twice: a link in an old mail leads to nothing, not to
another change.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from monitor.model import Change, Event
from monitor.store.codec import CHANGE, EVENT

RESTORED_AT, RESTORED_FROM = "restored_at", "restored_from"
"""Facts: when a copy was put in place, and of when its newest look is."""
TOLD_BEFORE = "told_before"
"""Fact: the subscribers who were told of something that the copy does not have, by `identity`."""
NUMBERS_FROM = "numbers_from"
"""Fact: the numbers that were given out before, by table; their rows are not missing."""
RESTORED_SOURCES = "restored_sources"
"""Fact: the sources of which something was found between; without it, all of them may be."""
_WHOLE = ("inbox", "saying", "saved_search", "audit", "digest", "delivery")
"""Tables whose rows are taken over as they are, where the copy lacks them."""
_PASSING = frozenset({"since", "looks", "first_look", "was"})
"""Values of an event that differ each time it is found."""


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between a copy and the database it replaces, in rows. `readable`: could that be read at all?"""

    copied_at: datetime | None
    """Of its newest look."""
    readable: bool = False
    polls: int = 0
    changes: int = 0
    events: int = 0
    digests: int = 0
    joined: int = 0
    left: int = 0


def identity(found: Change | Event) -> str:
    """The same for the same thing found again: by what it says, not by its number or its time."""
    if isinstance(found, Change):
        said = [[str(p.kind), p.old, p.new] for p in found.parts]
    else:
        said = sorted([key, str(value)] for key, value in found.values.items() if key not in _PASSING)
    whole = json.dumps([found.source_id, type(found).__name__, str(found.kind), said], ensure_ascii=True)
    return sha256(whole.encode()).hexdigest()


@contextmanager
def _both(fresh: Path, old: Path) -> Iterator[sqlite3.Connection]:
    """The copy, with the database that is replaced attached as `old`, read-only. sqlite3 errors pass."""
    with closing(sqlite3.connect(f"file:{quote(str(fresh))}", uri=True, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS old", (f"file:{quote(str(old))}?mode=ro",))
        yield connection


def lies_between(copy: Path, old: Path) -> Between:
    """Reads both; what cannot be read counts as unknown."""
    copied_at = None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(copy))}?mode=ro", uri=True)) as alone:
            copied_at = _newest(alone)
        with closing(sqlite3.connect(f"file:{quote(str(copy))}?mode=ro", uri=True)) as both:
            both.execute("ATTACH ? AS old", (f"file:{quote(str(old))}?mode=ro",))
            if not _comparable(both):
                return Between(copied_at)
            lost = {table: _missing(both, table) for table in ("poll", "change", "event", "digest", "subscriber")}
            gone = "SELECT count(*) FROM main.subscriber WHERE id NOT IN (SELECT id FROM old.subscriber)"
            (left,) = both.execute(gone).fetchone()
    except sqlite3.Error:
        return Between(copied_at)
    return Between(
        copied_at, readable=True, polls=lost["poll"], changes=lost["change"], events=lost["event"],
        digests=lost["digest"], joined=lost["subscriber"], left=int(left),
    )  # fmt: skip


def carry_over(fresh: Path, old: Path | None, now: datetime) -> bool:
    """Writes into the copy at `fresh`, which nobody uses yet, what has to outlive the restore. `old`: the database it
    replaces, None when there is none. False when that could not be read: then only the day of the restore is noted.
    """
    taken = False
    if old is not None:
        try:
            with _both(fresh, old) as connection:
                if _comparable(connection):
                    connection.execute("PRAGMA foreign_keys = ON")
                    connection.execute("PRAGMA secure_delete = ON")
                    connection.execute("BEGIN IMMEDIATE")
                    _take(connection)
                    note_restore(connection, now)
                    connection.execute("COMMIT")
                    taken = True
        except sqlite3.Error:
            taken = False
    if taken:
        return True
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        note_restore(connection, now)
    return False


def note_restore(connection: sqlite3.Connection, now: datetime) -> None:
    """From now on what is found at a source's first looks may have been told before."""
    made = _newest(connection)
    _note(connection, RESTORED_AT, now.isoformat())
    _note(connection, RESTORED_FROM, made.isoformat() if made else now.isoformat())


def _note(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO main.meta (key, value) VALUES (?, ?)", (key, value))


def _comparable(connection: sqlite3.Connection) -> bool:
    """Are both the same database, at the same schema?"""
    for table, column in (("alembic_version", "version_num"), ("meta WHERE key = 'first_start_at'", "value")):
        ours, theirs = (
            connection.execute(f"SELECT {column} FROM {schema}.{table}").fetchall()  # noqa: S608 - names of ours
            for schema in ("main", "old")
        )
        if ours != theirs:
            return False
    return True


def _newest(connection: sqlite3.Connection) -> datetime | None:
    (stamp,) = connection.execute("SELECT max(finished_at) FROM main.poll").fetchone()
    return datetime.fromisoformat(f"{stamp}+00:00") if stamp else None


def _missing(connection: sqlite3.Connection, table: str) -> int:
    statement = f"SELECT count(*) FROM old.{table} WHERE id NOT IN (SELECT id FROM main.{table})"  # noqa: S608
    return int(connection.execute(statement).fetchone()[0])


def _take(connection: sqlite3.Connection) -> None:
    _people(connection)
    before = {table: _newest_id(connection, table) for table in ("change", "event")}
    for table in _WHOLE:
        _rows(connection, table)
    connection.execute(
        "UPDATE main.delivery SET (state, token, lease_until, attempts, next_try_at, settled_at, answer) = "
        "(SELECT state, token, lease_until, attempts, next_try_at, settled_at, answer FROM old.delivery AS o "
        "WHERE o.id = main.delivery.id) WHERE id IN (SELECT id FROM old.delivery)"
    )
    _told(connection, before)
    _note(connection, RESTORED_SOURCES, json.dumps(_changed_since(connection, before["change"])))
    _reviews(connection)
    _withheld(connection)
    _numbers(connection)


def _people(connection: sqlite3.Connection) -> None:
    """Readers and their wishes, and who may log in, as they were last. Who left is forgotten here, too; who came since
    is not taken over, unless it is somebody of the copy who left and came back.
    """
    addresses = [row[0] for row in connection.execute("SELECT address FROM main.subscriber")]
    connection.execute("DELETE FROM main.subscriber WHERE id NOT IN (SELECT id FROM old.subscriber)")
    names = _columns(connection, "subscriber")
    fresh = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    columns = ", ".join(names)
    connection.execute(
        f"INSERT INTO main.subscriber ({columns}) SELECT {columns} FROM old.subscriber "  # noqa: S608
        "WHERE id IN (SELECT id FROM main.subscriber) OR address IN (SELECT value FROM json_each(?)) "
        f"ON CONFLICT (id) DO UPDATE SET {fresh}",
        (json.dumps(addresses),),
    )
    connection.execute("DELETE FROM main.user")
    _rows(connection, "user")


def _told(connection: sqlite3.Connection, before: dict[str, int]) -> None:
    """What each reader is done with: by number where the copy has it, by what it says where it has not."""
    told: dict[str, list[int]] = {}
    rows = connection.execute(
        "SELECT subscriber_id, item, digest_id, skipped FROM old.digest_item "
        "WHERE subscriber_id IN (SELECT id FROM main.subscriber)"
    ).fetchall()
    for subscriber, item, digest, skipped in rows:
        kind, _, number = item.partition(":")
        if kind in before and int(number) <= before[kind]:
            connection.execute(
                "INSERT OR IGNORE INTO main.digest_item (subscriber_id, item, digest_id, skipped) VALUES (?, ?, ?, ?)",
                (subscriber, item, digest, skipped),
            )
        elif kind in before:
            told.setdefault(item, []).append(subscriber)
    found: dict[str, list[int]] = {}
    for item, subscribers in told.items():
        kind, _, number = item.partition(":")
        row = connection.execute(f"SELECT value FROM old.{kind} WHERE id = ?", (int(number),)).fetchone()  # noqa: S608
        if row is not None:
            name = identity(CHANGE.unpack(row[0]) if kind == "change" else EVENT.unpack(row[0]))
            found[name] = sorted({*found.get(name, ()), *subscribers})
    if found:
        _note(connection, TOLD_BEFORE, json.dumps(found))


def _changed_since(connection: sqlite3.Connection, last: int) -> list[str]:
    rows = connection.execute("SELECT DISTINCT source_id FROM old.change WHERE id > ? ORDER BY 1", (last,))
    return [str(source) for (source,) in rows]


def _reviews(connection: sqlite3.Connection) -> None:
    _rows(connection, "review", "item IN (SELECT item FROM main.timeline)")
    connection.execute(
        "UPDATE main.timeline SET (state, review_id) = (SELECT state, id FROM main.review AS r "
        "WHERE r.item = main.timeline.item ORDER BY r.id DESC LIMIT 1) WHERE item IN (SELECT item FROM main.review)"
    )


def _withheld(connection: sqlite3.Connection) -> None:
    """What may not be shown stays so, as far as the copy has those bytes."""
    _rows(
        connection, "withheld",
        "EXISTS (SELECT 1 FROM main.snapshot AS s JOIN old.snapshot AS o ON o.id = s.id AND o.sha256 = s.sha256 "
        "WHERE s.id = snapshot_id)",
    )  # fmt: skip
    connection.execute(
        "UPDATE main.withheld SET (lifted_at, lifted_by) = (SELECT lifted_at, lifted_by FROM old.withheld AS o "
        "WHERE o.id = main.withheld.id) WHERE id IN (SELECT id FROM old.withheld)"
    )


def _numbers(connection: sqlite3.Connection) -> None:
    given = dict(connection.execute("SELECT name, seq FROM old.sqlite_sequence").fetchall())
    keep_numbers(connection, given)


def keep_numbers(connection: sqlite3.Connection, given: dict[str, int]) -> None:
    """No table gives out a number again that it, or another form of this database, gave out before."""
    given = {"polled" if name == "poll" else name: seq for name, seq in given.items()}
    ours = dict(connection.execute("SELECT name, seq FROM main.sqlite_sequence").fetchall())
    ahead = {name: seq for name, seq in given.items() if seq > ours.get(name, 0)}
    for name, seq in ahead.items():
        connection.execute("DELETE FROM main.sqlite_sequence WHERE name = ?", (name,))
        connection.execute("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)", (name, seq))
    row = connection.execute("SELECT value FROM main.meta WHERE key = ?", (NUMBERS_FROM,)).fetchone()
    _note(connection, NUMBERS_FROM, json.dumps({**(json.loads(row[0]) if row else {}), **ahead}))


def _newest_id(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT max(id) FROM main.{table}").fetchone()[0] or 0)  # noqa: S608


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]


def _rows(connection: sqlite3.Connection, table: str, where: str = "true") -> None:
    """Takes over the rows that the copy lacks, as far as it has what they refer to."""
    columns = ", ".join(f'"{name}"' for name in _columns(connection, table))
    for _, _, parent, ours, theirs, *_ in connection.execute(f"PRAGMA main.foreign_key_list({table})").fetchall():
        where += f" AND ({ours} IS NULL OR {ours} IN (SELECT {theirs} FROM main.{parent}))"  # noqa: S608
    connection.execute(
        f"INSERT OR IGNORE INTO main.{table} ({columns}) SELECT {columns} FROM old.{table} WHERE {where}"  # noqa: S608
    )
