"""The file `<database>.written`: the last number each table gave out, noted after every commit.

SQLite starts without a word when the write-ahead log beside a database is gone, or when somebody copied an older file
over it: what was written last is simply not there. The note stands outside the file, so the two can be compared at the
next start. It is written without waiting for the disk and may be behind after a power failure, never ahead; a change
that gives out no number (a lease, a setting) leaves no trace in it.
"""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.store.carrying import keep_numbers, note_restore
from monitor.store.locks import OWNER_ONLY

ENDING = ".written"
COUNTED = ("poll", "change", "event", "digest", "delivery", "held")
LOST = "lost_at_start"
"""Fact: what was found missing, and when (JSON)."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Rows that were written and are not there any more, by table. `at`: when it was noticed."""

    at: datetime
    rows: dict[str, int]

    def __str__(self) -> str:
        counted = (f"{number} {table}{'' if number == 1 else 's'}" for table, number in self.rows.items())
        return ", ".join(counted)


class Note:
    """The numbers of one database, beside it."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ENDING)
        self._last = ""

    def keep(self, numbers: dict[str, int], begun: str) -> None:
        """Called under the write lock, after a commit. A note that cannot be written is no reason to fail."""
        text = json.dumps({"begun": begun, "numbers": {name: numbers.get(name, 0) for name in COUNTED}})
        if text == self._last:
            return
        with suppress(OSError):
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, OWNER_ONLY)
            try:
                # One write of one short line, padded: a reader sees the old one or the new one.
                os.pwrite(handle, f"{text:<400}\n".encode(), 0)
            finally:
                os.close(handle)
            self._last = text

    def missing(self, connection: sqlite3.Connection) -> dict[str, int]:
        """By how many rows the database is behind the note; empty when it is not, or when the note is of another one.

        sqlite3 errors pass.
        """
        try:
            # Before the database is asked: a writer commits first and notes then.
            noted = json.loads(self.path.read_text("utf-8"))
            before = {name: int(noted["numbers"][name]) for name in COUNTED}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        numbers, begun = numbers_of(connection.execute)
        if not begun or noted.get("begun") != begun:
            return {}
        return {name: seq - numbers.get(name, 0) for name, seq in before.items() if seq > numbers.get(name, 0)}

    def forget(self) -> None:
        """There is a new database."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def numbers_of(execute: Callable[[str], Any]) -> tuple[dict[str, int], str]:
    """The last number of each table, and when the database was first started. `execute` runs a statement; its errors
    pass.
    """
    begun = execute("SELECT value FROM meta WHERE key = 'first_start_at'").fetchone()
    numbers = {str(name): int(seq) for name, seq in execute("SELECT name, seq FROM sqlite_sequence").fetchall()}
    # In the note and in words it is a poll; before schema 0007 its table had that name, too.
    numbers["poll"] = numbers.pop("polled", numbers.get("poll", 0))
    return numbers, str(begun[0]) if begun else ""


def own_up(connection: sqlite3.Connection, lost: Lost) -> None:
    """Writes down that rows are missing: what is found again may be a repeat, and no number is given out twice.

    sqlite3 errors pass.
    """
    numbers, _ = numbers_of(connection.execute)
    connection.execute("BEGIN IMMEDIATE")
    keep_numbers(connection, {name: numbers.get(name, 0) + number for name, number in lost.rows.items()})
    note_restore(connection, lost.at)
    connection.execute("DELETE FROM meta WHERE key IN ('restored_sources', 'told_before')")
    said = json.dumps({"at": lost.at.isoformat(), "rows": lost.rows})
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (LOST, said))
    connection.execute("COMMIT")


def read_lost(noted: str | None) -> Lost | None:
    """The fact `LOST` as it was noted."""
    if not noted:
        return None
    found = json.loads(noted)
    return Lost(datetime.fromisoformat(found["at"]), found["rows"])
