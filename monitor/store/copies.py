"""The copies beside a database: what each has in it, which one to restore, which ones go, and whether a database that
is missing or empty is a new one or a lost one.

A database is never called new where copies of it lie: whoever begins anew on purpose moves them away first.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from monitor.errors import DamagedError, SchemaError
from monitor.store.schema import state_of

UNFINISHED = ".unfinished"
"""What a copy is called until it is complete."""
BEFORE_MIGRATION = "before-*-was-*.sqlite3"


@dataclass(frozen=True, slots=True)
class Content:
    """How much a database has in it, in rows. `begun`: when it was started first; another one is another database."""

    changes: int = 0
    polls: int = 0
    sources: int = 0
    subscribers: int = 0
    begun: str = ""

    @property
    def amount(self) -> tuple[int, int, int, int]:
        """By this the richer of two is told; the history counts for more than the list, which is a file of its own."""
        return self.changes, self.polls, self.sources, self.subscribers


@dataclass(frozen=True, slots=True)
class Copy:
    path: Path
    content: Content

    @property
    def rank(self) -> tuple[tuple[int, int, int, int], int, str]:
        """The richest is the highest; of equals the newest."""
        return self.content.amount, self.path.stat().st_mtime_ns, self.path.name


def backups_of(path: Path) -> Path:
    """The folder of a database's backups."""
    return path.parent / "backups"


def content_of(path: Path) -> Content | None:
    """What a file has in it; None when it cannot be read, or is no database of ours."""
    try:
        with closing(sqlite3.connect(f"file:{quote(os.fspath(path.absolute()))}?mode=ro", uri=True)) as connection:
            return counted(connection) if state_of(connection) else None
    except (sqlite3.Error, SchemaError):
        return None


def counted(connection: sqlite3.Connection) -> Content:
    """sqlite3 errors pass."""

    def rows(table: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name of ours

    begun = connection.execute("SELECT value FROM meta WHERE key = 'first_start_at'").fetchone()
    return Content(rows("change"), rows("poll"), rows("source"), rows("subscriber"), str(begun[0]) if begun else "")


def newest_backup(path: Path) -> Path | None:
    """The copy to restore: the one with the most in it, of equals the newest; None when none can be read.

    One made before a migration only where no other of the same database is any good.
    """
    copies = _read(backups_of(path).glob("*.sqlite3"))
    older = set(backups_of(path).glob(BEFORE_MIGRATION))
    known = {copy.content.begun for copy in copies if copy.path not in older}
    best = [copy for copy in copies if copy.path not in older or copy.content.begun not in known]
    return max(best, key=lambda copy: copy.rank).path if best else None


def prune_backups(path: Path, keep: int) -> tuple[Path, ...]:
    """Deletes all but the newest `keep` dated backups, and what a kill left half made a day ago or more. Those made
    before a migration stay, and so does, whatever its age, the last copy that has more in it than the newest.

    Returns what went.
    """
    yesterday = time.time() - 86_400
    for half in backups_of(path).glob(f"*{UNFINISHED}*"):
        if half.stat().st_mtime < yesterday:
            half.unlink(missing_ok=True)
    dated = sorted(backups_of(path).glob(f"{path.stem}-*Z.sqlite3"), reverse=True)
    if len(dated) <= max(keep, 1):
        return ()
    kept = {*dated[: max(keep, 1)], *_irreplaceable(dated)}
    gone = [old for old in dated if old not in kept]
    for old in gone:
        old.unlink(missing_ok=True)
    return tuple(gone)


def _irreplaceable(dated: list[Path]) -> set[Path]:
    """Those among the copies, newest first, that have more in them than the newest. Of each kind the best one."""
    newest = content_of(dated[0]) or Content()
    copies = _read(dated)
    others = {copy.content.begun for copy in copies} - {newest.begun}
    found = {max((c for c in copies if c.content.begun == begun), key=lambda c: c.rank).path for begun in others}
    same = [copy for copy in copies if copy.content.begun == newest.begun]
    measures: tuple[Callable[[Content], int], ...] = (
        lambda content: content.changes,
        lambda content: content.polls,
        lambda content: content.sources,
    )
    for measure in measures:
        richest = max(same, key=lambda c: (measure(c.content), c.rank), default=None)
        if richest is not None and measure(richest.content) > measure(newest):
            found.add(richest.path)
    crowd = max(same, key=lambda c: (c.content.subscribers, c.rank), default=None)
    if crowd is not None and _fled(crowd.content.subscribers, newest.subscribers):
        found.add(crowd.path)
    return found


def _fled(before: int, after: int) -> bool:
    """Are subscribers lost? One who unsubscribes is none: no copy may keep their address for ever on that account."""
    return before - after >= 2 and 2 * after <= before


def _read(paths: Iterable[Path]) -> list[Copy]:
    found = ((path, content_of(path)) for path in paths)
    return [Copy(path, content) for path, content in found if content is not None]


# --- new, or lost? ----------------------------------------------------------------------------------------------------


def never_made(path: Path) -> bool:
    """Is there no database at `path` because there never was one? False when something says that it went away."""
    return not path.exists() and missing(path) is None


def missing(path: Path) -> str | None:
    """What is wrong where there is no database file, or one without a byte, although there was one; else None."""
    if path.is_symlink() and not path.exists():
        return f"it is a link to {path.readlink()}, which is not there; is a disk not mounted?"
    if path.is_dir():
        return "a folder stands in its place"
    gone = not path.exists()
    if not gone and path.stat().st_size:
        return None
    log = path.with_name(path.name + "-wal")
    if _any_copy(path) or (log.exists() and log.stat().st_size):
        return "the file is missing" if gone else "the file has 0 bytes"
    return None


def emptied(path: Path, connection: sqlite3.Connection) -> str | None:
    """What is wrong with a sound database that has nothing in it, beside copies that have; else None.

    sqlite3 errors pass.
    """
    state = state_of(connection)
    if not state:
        return "it has no tables" if _any_copy(path) else None
    if _any_row(connection, "poll", "change"):
        return None
    best = newest_backup(path)
    richest = (content_of(best) if best else None) or Content()
    if richest.polls or richest.changes or (any(richest.amount) and not _any_row(connection, "subscriber", "source")):
        return "it has tables and no history in them"
    return None


def _any_row(connection: sqlite3.Connection, *tables: str) -> bool:
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    found = (connection.execute(f"SELECT 1 FROM {name} LIMIT 1") for name in tables if name in there)  # noqa: S608
    return any(rows.fetchone() for rows in found)


def _any_copy(path: Path) -> bool:
    return next(backups_of(path).glob("*.sqlite3"), None) is not None


def damaged(path: Path, what: str) -> DamagedError:
    """The error for a file in which SQLite found `what`, with what a person can do now."""
    if backup := newest_backup(path):
        advice = f"Stop the daemon, then: monitor restore {backup}"
    else:
        advice = "There is no backup beside it. To begin anew, move it away; sqlite3's .recover may save the past"
    return DamagedError(f"{path} is damaged ({' '.join(what.split())}); nothing is written to it any more. {advice}.")


def lost(path: Path, what: str) -> DamagedError:
    """The error for a database that is missing or empty although there was one."""
    folder = backups_of(path)
    if backup := newest_backup(path):
        advice = f"Stop the daemon, then: monitor restore {backup}. To begin anew on purpose, move {folder} away"
    elif _any_copy(path):
        advice = f"No copy in {folder} can be read. To begin anew, move that folder away"
    else:
        advice = f"There is no backup beside it. To begin anew, move it away, with all that is called {path.name}-…"
    return DamagedError(f"{path} is damaged ({' '.join(what.split())}); nothing is written to it any more. {advice}.")
