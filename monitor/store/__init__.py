"""Everything that is kept, in one SQLite file. The only door to sqlmodel, sqlalchemy and alembic.

The store is synchronous and safe to use from many threads. Readers wait for nobody; writers take turns, across
processes too. A caller meets `StorageError`, `DamagedError` and `SchemaError`, never a library's own exception.
"""

import logging
import sqlite3
from contextlib import suppress
from pathlib import Path

from monitor.clock import Clock
from monitor.errors import ReadOnlyError
from monitor.store.aside import SetAside
from monitor.store.audit import AuditLog
from monitor.store.backup import backup_name, restore
from monitor.store.bodies import Bodies
from monitor.store.carrying import Between, lies_between
from monitor.store.copies import backups_of, damaged, never_made, newest_backup, prune_backups
from monitor.store.documents import Documents
from monitor.store.ended import Ended
from monitor.store.engine import Database
from monitor.store.evidence import Evidence
from monitor.store.gaps import Gaps
from monitor.store.history import History
from monitor.store.hosts import Hosts, host_of
from monitor.store.inbox import Inbox
from monitor.store.letters import Letters
from monitor.store.locks import LOCK_WAIT, daemon_lock, daemon_owner
from monitor.store.meta import Facts
from monitor.store.neighbours import Neighbours
from monitor.store.outbox import Outbox
from monitor.store.past import Found, Past, Said, Telling
from monitor.store.polls import Polls
from monitor.store.reviews import Reviews, Saved, SavedSearch, Visits
from monitor.store.sayings import People, in_force
from monitor.store.seal import Seal
from monitor.store.search import Search
from monitor.store.series import Series
from monitor.store.sources import Sources
from monitor.store.standing import Standings
from monitor.store.subscribers import Subscribers
from monitor.store.texts import Texts
from monitor.store.timeline import Facets, Line, Mark, Timeline, Wanted
from monitor.store.users import ROLES, User, Users
from monitor.store.values import (
    Counts,
    Damage,
    DeliveryRow,
    DueRow,
    LookRow,
    Period,
    PollRow,
    Queue,
    Recorded,
    SnapshotRow,
    SourceState,
    SyncReport,
)
from monitor.store.withholding import WITHHELD_REASON, WithheldCopy, Withholding
from monitor.store.written import LOST, Lost, read_lost

__all__ = [
    "ROLES", "SQLITE", "WITHHELD_REASON", "Between", "Counts", "Damage", "DeliveryRow", "DueRow", "Ended", "Facets",
    "Found", "Line", "LookRow", "Mark", "Period", "PollRow", "Queue", "Recorded", "Said", "SavedSearch", "Seal",
    "SnapshotRow", "SourceState", "Store", "SyncReport", "Telling", "User", "Users", "Wanted", "WithheldCopy",
    "backup_name", "daemon_lock", "daemon_owner", "damaged", "host_of", "in_force", "lies_between",
    "never_made", "newest_backup", "open_store", "restore",
]  # fmt: skip

WHY_LOST = (
    "The log beside the file is gone, or an older copy was put in its place by hand. What is found again says that it "
    "may be a repeat"
)
_log = logging.getLogger("monitor.store")

SQLITE = sqlite3.sqlite_version
"""Version of the SQLite library in use."""


class Store:
    """The rooms of the store, and what concerns the file as a whole."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self.bodies = Bodies(database)
        self.texts = Texts(database)
        self.sources = Sources(database)
        self.polls = Polls(database, self.bodies)
        self.gaps = Gaps(database)
        self.documents = Documents(database)
        self.neighbours = Neighbours(database)
        self.hosts = Hosts(database)
        self.history = History(database)
        self.subscribers = Subscribers(database, clock)
        self.outbox = Outbox(database)
        self.inbox = Inbox(database)
        self.letters = Letters(database)
        self.aside = SetAside(database)
        self.meta = Facts(database)
        self.past = Past(database)
        self.people = People(database)
        self.standings = Standings(database)
        self.timeline = Timeline(database)
        self.reviews = Reviews(database)
        self.visits = Visits(database)
        self.saved = Saved(database)
        self.search = Search(database)
        self.series = Series(database)
        self.users = Users(database)
        self.seal = Seal(database.path)
        self.ended = Ended(database)
        self.audit = AuditLog(database)
        self.withholding = Withholding(database)
        self.evidence = Evidence(database)

    @property
    def path(self) -> Path:
        """Where the database is, absolute."""
        return self._database.path

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file; empty when it is sound. Reads all of it.

        After a finding this process writes nothing any more: every write raises DamagedError.
        """
        return self._database.problems()

    def backup(self, dest: Path | None = None) -> Path:
        """A verified copy as one file, made while others work; default: `backups/<name>-<time>.sqlite3`."""
        target = dest or backup_name(self.path, self._clock.now())
        self._database.copy_to(target)
        return target

    def backups(self) -> tuple[Path, ...]:
        """The copies in the usual place, newest first."""
        return tuple(sorted(backups_of(self.path).glob("*.sqlite3"), key=lambda f: f.stat().st_mtime_ns, reverse=True))

    def prune_backups(self, keep: int) -> tuple[Path, ...]:
        """Deletes all but the newest `keep` dated copies (at least one stays), and never the last one that has more in
        it than the newest. Returns what went.
        """
        return prune_backups(self.path, keep)

    def lost(self) -> Lost | None:
        """What was once found missing at a start; None: never anything."""
        return read_lost(self.meta.get(LOST))

    def checkpoint(self) -> None:
        """Housekeeping: moves the write-ahead log into the file and empties it."""
        self._database.checkpoint()

    def close(self) -> None:
        self._database.close()


def open_store(
    path: Path,
    *,
    clock: Clock,
    lock_wait: float = LOCK_WAIT,
    max_pages: int | None = None,
    migrations: Path | None = None,
) -> Store:
    """Opens the database at `path`, makes it when there is none, migrates it when it is older.

    `lock_wait`: seconds a writer waits for others before StorageError.
    `max_pages`: a size limit in pages of 4096 bytes. `migrations`: another folder than the bundled one.
    Raises SchemaError for a newer database or somebody else's, DamagedError, StorageError.
    """
    database = Database(path, lock_wait=lock_wait, max_pages=max_pages, migrations=migrations)
    # Who may only read says nothing: a daemon will.
    with suppress(ReadOnlyError):
        if lost := database.own_up(clock.now()):
            _log.warning("%s: written and not there any more: %s. %s", database.path, lost, WHY_LOST)
    return Store(database, clock)
