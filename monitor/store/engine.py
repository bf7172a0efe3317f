"""The one way into the database file: pragmas, the write lock, transactions, and what goes wrong with them.

Every writing transaction and checkpoint, in whichever process, goes through `Database.writing` or
`Database.checkpoint` and so under one exclusive flock: SQLite before 3.51.3 can corrupt a WAL database when two
connections write at once (sqlite.org/wal.html#walresetbug). Readers open the file read-only and wait for nobody.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool, QueuePool

from monitor.errors import DamagedError, MonitorError, ReadOnlyError, StorageError
from monitor.resources import own_folder
from monitor.store.carrying import NUMBERS_FROM
from monitor.store.copies import UNFINISHED, backups_of, damaged, emptied, lost, missing
from monitor.store.locks import LOCK_WAIT, OWNER_ONLY, WriteLock
from monitor.store.schema import HEAD, migrate, state_of
from monitor.store.written import Lost, Note, numbers_of, own_up

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PASSING = {
    sqlite3.SQLITE_FULL: "the disk (or the database's size limit) is full",
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another connection keeps it locked",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_AUTH: "access is denied",
    sqlite3.SQLITE_NOMEM: "memory is exhausted",
    sqlite3.SQLITE_PROTOCOL: "its locks do not work on this file system",
}
NEVER_DELETED = ("change", "event", "held", "polled")
"""Tables whose rows stay. Not `snapshot`: a copy seen again is an upsert, and that uses up a number."""
READERS_WAIT_MS = 300
READERS = 32
"""Reading connections at once; far more than there are threads."""


class Database:
    """A database file, opened. Safe to use from many threads.

    `lock_wait`: seconds to wait for the write lock, and again for programs that hold SQLite's own lock.
    `max_pages`: the file may not grow beyond (pages of 4096 bytes). `migrations`: where they are.
    """

    def __init__(
        self,
        path: Path,
        *,
        lock_wait: float = LOCK_WAIT,
        max_pages: int | None = None,
        migrations: Path | None = None,
    ) -> None:
        self.path = path.absolute()
        self._lock = WriteLock(self.path.with_name(self.path.name + ".lock"), lock_wait)
        self._lock_wait, self._max_pages, self._migrations = lock_wait, max_pages, migrations
        self._note = Note(self.path)
        self._damage: str | None = None
        self._writer = self._engine("rw", QueuePool)
        self._reader = self._engine("ro", QueuePool)
        if self.path.is_dir() and next(backups_of(self.path).glob("*.sqlite3"), None) is None:
            # With copies beside it there was a database, and it is named as lost.
            raise StorageError(f"{self.path} is a folder, not a database. Remove it, and a database is made there.")
        with self.translated():
            self._bring_to_head()
        self._inode = self._inode_now()

    def own_up(self, now: datetime) -> Lost | None:
        """What was written last and is not there any more, noted so that it is said; None when nothing is missing."""
        with self.translated():
            with closing(self._raw("ro")) as connection:
                if not self._note.missing(connection):
                    return None
            with self._lock.held(), closing(self._raw()) as connection:
                if not (rows := self._note.missing(connection)):
                    return None
                own_up(connection, lost := Lost(now, rows))
                return lost

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction: the flock, BEGIN IMMEDIATE, commit at the end, roll back on any exception.

        Raises StorageError or DamagedError; in both cases nothing was written.
        """
        with self.translated(), self._exclusive():
            with self._writer.begin() as connection:
                yield connection
                numbers = numbers_of(connection.exec_driver_sql)
            self._note.keep(*numbers)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database, read-only. Waits for no writer."""
        with self.translated():
            self._notice_replacement()
            with self._reader.begin() as connection:
                yield connection

    def checkpoint(self) -> None:
        """Moves the write-ahead log into the file and empties it; as much of it as readers allow."""
        with self.translated(), self._exclusive(), closing(self._raw()) as connection:
            # Under the write lock: a reader with an old view must not keep every writer waiting.
            connection.execute(f"PRAGMA busy_timeout = {READERS_WAIT_MS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA optimize")

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the file (quick_check, foreign_key_check, rows that went); empty when it is sound.

        After a finding nothing is written any more by this process.
        """
        found: list[str] = []
        try:
            with self.reading() as connection:
                rows = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
                found += [str(row) for row in rows if row != "ok"]
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20)
                found += [f"row {row[1]} of {row[0]} refers to a row missing from {row[2]}" for row in broken]
                found += [f"rows are missing from {name}" for name in NEVER_DELETED if _ends_early(connection, name)]
        except DamagedError as error:
            found.append(self._damage or str(error))
        if found:
            self._damage = self._damage or found[0]
        return tuple(found)

    def copy_to(self, target: Path) -> None:
        """A verified copy of the database as one file, made while others work."""
        with self.translated(), closing(self._raw("ro")) as connection:
            copy_database(connection, target)

    def close(self) -> None:
        """Closes all connections, and moves the log into the file if nobody else has it open."""
        self._reader.dispose()
        # The last connection to close checkpoints: that is a write.
        with self._lock.held():
            self._writer.dispose()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """The one place where SQLite's errors become ours. What is a bug (a broken constraint, bad SQL) passes."""
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error) and (ours := self._ours(error.orig)):
                raise ours from error
            raise
        except sqlite3.Error as error:
            if ours := self._ours(error):
                raise ours from error
            raise
        except PoolTimeoutError as error:
            raise StorageError(f"{self.path}: too many readers at once.") from error

    def _ours(self, error: sqlite3.Error) -> MonitorError | None:
        # The low byte of an extended code is the primary one (sqlite.org/rescode.html).
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGED:
            self._damage = str(error)
            return self._damaged()
        if code == sqlite3.SQLITE_READONLY:
            return ReadOnlyError(f"{self.path}: the file is read-only ({error}).")
        if code in _PASSING:
            return StorageError(f"{self.path}: {_PASSING[code]} ({error}).")
        return None

    def _damaged(self) -> DamagedError:
        return damaged(self.path, self._damage or "unreadable")

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        if self._damage:
            raise self._damaged()
        with self._lock.held():
            self._notice_replacement()
            yield

    def _bring_to_head(self) -> None:
        if self._refuse_loss() == HEAD:
            return
        try:
            own_folder(self.path.parent)
        except OSError as error:
            raise StorageError(f"Cannot make {self.path.parent}: {error.strerror}.") from error
        with self._lock.held():
            if not self.path.exists():
                # It holds e-mail addresses. SQLite gives its log the same mode.
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, OWNER_ONLY))
                self._note.forget()
            with closing(self._raw()) as connection:
                found = state_of(connection)
                if found == HEAD:
                    return
                connection.execute("PRAGMA journal_mode = WAL")
                if found:
                    copy_database(connection, backups_of(self.path) / f"before-{HEAD}-was-{found}.sqlite3")
            engine = self._engine("rw", NullPool, foreign_keys=False)
            migrate(engine, found, self._migrations)

    def _refuse_loss(self) -> str:
        """The schema of the file, empty for a new one. DamagedError where there was a database and is none any more:
        nothing may be written there, or the good copies would be pruned for those of an empty one.
        """
        if what := missing(self.path):
            raise lost(self.path, what)
        if not self.path.exists() or not self.path.stat().st_size:
            return ""
        # mode=ro: a database that is up to date is opened without writing anything.
        with closing(self._raw("ro")) as connection:
            if what := emptied(self.path, connection):
                raise lost(self.path, what)
            return state_of(connection)

    def _engine(self, mode: str, pool: type[NullPool | QueuePool], *, foreign_keys: bool = True) -> Engine:
        size = {} if pool is NullPool else {"pool_size": 1 if mode == "rw" else READERS, "max_overflow": 0}
        connect: Callable[[], sqlite3.Connection] = lambda: self._raw(mode, foreign_keys=foreign_keys)  # noqa: E731
        engine = create_engine("sqlite://", creator=connect, poolclass=pool, **size)
        # A deferred transaction that turns to writing fails at once when another wrote meanwhile.
        begin = "BEGIN IMMEDIATE" if mode == "rw" else "BEGIN"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def _raw(self, mode: str = "rw", *, foreign_keys: bool = True) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(os.fspath(self.path))}?mode={mode}",
            uri=True,
            timeout=self._lock_wait,
            isolation_level=None,  # we say BEGIN ourselves
            check_same_thread=False,  # the pool and the write lock see to it
        )
        connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
        connection.execute("PRAGMA synchronous = FULL")
        if mode == "rw" and self._max_pages is not None:
            connection.execute(f"PRAGMA max_page_count = {self._max_pages}")
        return connection

    def _inode_now(self) -> tuple[int, int]:
        try:
            stat = self.path.stat()
        except OSError as error:
            raise StorageError(f"The database is gone: {self.path}: {error.strerror}.") from error
        return stat.st_dev, stat.st_ino

    def _notice_replacement(self) -> None:
        """A restore puts another file in place: connections to the old one would write into the void."""
        now = self._inode_now()
        if now != self._inode:
            self._writer.dispose()
            self._reader.dispose()
            self._refuse_loss()
            self._inode = now


def _ends_early(connection: Connection, table: str) -> bool:
    """Does a table lack the last id it gave out? A page emptied by damage is well-formed to SQLite's own check."""
    given = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).scalar() or 0
    last = connection.exec_driver_sql(f"SELECT max(id) FROM {table}").scalar() or 0  # noqa: S608 - a name of ours
    if last >= given:
        return False
    # After a restore numbers go on where the database before it had come to.
    known = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (NUMBERS_FROM,)).scalar()
    return bool(given > (json.loads(known).get(table, 0) if known else 0))


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """A copy of a live database as one plain file, complete and on the disk, or not there. sqlite3 errors pass.

    Raises DamagedError when the copy does not pass SQLite's quick_check.
    """
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        own_folder(target.parent)
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_RDWR, OWNER_ONLY))
        with closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            # One file instead of three, for whoever carries it away.
            copy.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise DamagedError(f"The copy to {target} is damaged: {verdict}.")
        _to_disk(unfinished)
        unfinished.replace(target)
        _to_disk(target.parent)
    except OSError as error:
        raise StorageError(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        # On a full disk half a copy would keep the room that everything else waits for.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
