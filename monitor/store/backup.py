"""Copies of the database, and putting one back."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from monitor.errors import DamagedError, SchemaError, StorageError
from monitor.store.carrying import carry_over, keep_numbers
from monitor.store.copies import backups_of
from monitor.store.engine import copy_database
from monitor.store.locks import LOCK_WAIT, WriteLock, daemon_lock
from monitor.store.schema import state_of
from monitor.store.written import Note, numbers_of


def backup_name(path: Path, now: datetime) -> Path:
    """Where a backup made now goes."""
    return backups_of(path) / f"{path.stem}-{now:%Y%m%dT%H%M%SZ}.sqlite3"


def restore(path: Path, source: Path, now: datetime, *, lock_wait: float = LOCK_WAIT) -> Path | None:
    """Puts a backup in the place of a database. Returns where the old file was kept, None when there was none.

    What readers were told, and whether they are readers still, is taken over from the old one where it can be read
    (`carrying.py`). Nothing is touched unless the backup passes SQLite's quick_check and is one of ours. At every
    moment either the old or the new database stands at `path`. Raises AlreadyRunningError while a daemon works on it,
    DamagedError or SchemaError when the backup is not good, StorageError when the files cannot be written.
    """
    path = path.absolute()
    # A link stays one: SQLite keeps its log beside the file that the link leads to.
    place = Path(os.path.realpath(path))
    with daemon_lock(path), WriteLock(path.with_name(path.name + ".lock"), lock_wait).held():
        fresh = place.with_name(place.name + ".restoring")
        if not place.parent.is_dir():
            raise StorageError(f"{path} is a link to {place}, and that folder is not there.")
        _checked_copy(source, fresh)
        if not carry_over(fresh, place if place.is_file() else None, now):
            _numbers_noted(fresh, path)
        try:
            aside = _set_aside(place, now) if place.exists() else None
            fresh.replace(place)
        except OSError as error:
            raise StorageError(f"Cannot put the backup in place of {path}: {error.strerror}.") from error
    return aside


def _checked_copy(source: Path, fresh: Path) -> None:
    if not source.is_file():
        raise StorageError(f"There is no backup {source}.")
    try:
        with closing(sqlite3.connect(f"file:{quote(os.fspath(source.absolute()))}?mode=ro", uri=True)) as backup:
            if not state_of(backup):
                raise SchemaError(f"{source} is an empty database.")
            (verdict,) = backup.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise DamagedError(f"The backup {source} is damaged ({verdict}); nothing was changed.")
            copy_database(backup, fresh)
    except sqlite3.DatabaseError as error:
        raise DamagedError(f"The backup {source} cannot be read ({error}); nothing was changed.") from error


def _numbers_noted(fresh: Path, path: Path) -> None:
    """Where the old database tells nothing, its note beside it still says which numbers were given out."""
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        if missing := Note(path).missing(connection):
            numbers, _ = numbers_of(connection.execute)
            keep_numbers(connection, {name: numbers.get(name, 0) + more for name, more in missing.items()})


def _set_aside(path: Path, now: datetime) -> Path:
    """Keeps the old database, with what its log still holds, under another name; it stays at `path` as well."""
    aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    if path.is_dir():
        return path.rename(aside)
    aside.unlink(missing_ok=True)
    os.link(path, aside)
    log = path.with_name(path.name + "-wal")
    if log.exists():
        # A log left beside another database would be played into it.
        if log.stat().st_size:
            shutil.copy2(log, aside.with_name(aside.name + "-wal"))
        log.unlink()
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return aside
