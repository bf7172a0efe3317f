"""Locks beside the database file: the one that every writer takes, and the daemon's own.

flock(2) belongs to an open file: it keeps out other processes and other handles of this process, and the
kernel frees it when its holder dies, however it dies. Threads sharing one handle are kept apart by a
`threading.Lock`.
"""

import errno
import fcntl
import os
import random
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import AlreadyRunningError, ReadOnlyError, StorageError
from monitor.resources import own_folder

LOCK_WAIT = 60.0
"""Seconds a writer waits for the others before it gives up."""
OWNER_ONLY = 0o600
_LOOKS_PAST = 20
"""How often a starting daemon tries again: somebody may just be asking who owns the lock."""

_MAY_NOT = {errno.EACCES, errno.EPERM, errno.EROFS}


class WriteLock:
    """Exclusive, between threads and between processes. Not reentrant: a second hold by one thread is a bug.

    Waits on the machine's monotonic clock, not on the injected one: the holder is another process.
    """

    def __init__(self, path: Path, wait: float = LOCK_WAIT) -> None:
        self.path, self.wait = path, wait
        self._threads = threading.Lock()
        self._owner: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises StorageError when the lock is not to be had in time."""
        if self._owner == threading.get_ident():
            raise RuntimeError("a writing transaction inside a writing transaction")
        end = time.monotonic() + self.wait
        if not self._threads.acquire(timeout=self.wait):
            raise self._too_long()
        try:
            self._owner = threading.get_ident()
            handle = _open(self.path)
            try:
                self._lock(handle, end)
                yield
            finally:
                os.close(handle)
        finally:
            self._owner = None
            self._threads.release()

    def _lock(self, handle: int, end: float) -> None:
        pause = 0.0005
        while not _take(handle):
            if time.monotonic() >= end:
                raise self._too_long()
            # Uneven pauses, so that two waiters do not keep missing in step.
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - nothing secret
            pause = min(pause * 1.5, 0.02)

    def _too_long(self) -> StorageError:
        return StorageError(f"{self.path.with_suffix('')} was locked by others for more than {self.wait:g} s.")


@contextmanager
def daemon_lock(path: Path) -> Iterator[None]:
    """One daemon per database file. Raises AlreadyRunningError, naming the owner, while another one lives.

    The file beside the database keeps the last owner's name; only the lock says whether it lives.
    """
    beside = path.with_name(path.name + ".daemon")
    try:
        own_folder(beside.parent)
    except OSError as error:
        raise StorageError(f"Cannot make {beside.parent}: {error.strerror}.") from error
    handle = _open(beside)
    try:
        tries = 0
        while not _take(handle):
            tries += 1
            if tries > _LOOKS_PAST:
                raise AlreadyRunningError(f"Another monitor works on {path}: {_owner(handle)}.")
            time.sleep(0.01)
        os.ftruncate(handle, 0)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        os.pwrite(handle, f"pid {os.getpid()} on {socket.gethostname()}, started {started}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def daemon_owner(path: Path) -> str | None:
    """Which process is the daemon of this database just now (`pid 412 on host, started …`); None: there is none.

    Raises StorageError when that cannot be found out.
    """
    beside = path.with_name(path.name + ".daemon")
    try:
        handle = os.open(beside, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"Cannot read {beside}: {_why(error)}.") from error
    try:
        # Shared, so that two who ask do not take each other for a daemon.
        return None if _take(handle, fcntl.LOCK_SH) else _owner(handle)
    finally:
        os.close(handle)


def _owner(handle: int) -> str:
    return os.pread(handle, 500, 0).decode(errors="replace").strip() or "an unnamed process"


def _open(path: Path) -> int:
    """A lock file: our own, or none. A link may lead to anybody's file, and the owner's name is written there."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, OWNER_ONLY)
    except OSError as error:
        kind = ReadOnlyError if error.errno in _MAY_NOT else StorageError
        raise kind(f"Cannot write beside the database: {path}: {_why(error)}.") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise StorageError(f"Cannot lock {path}: it is no plain file. Look what it is, and remove it.")
    return handle


def _why(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a symbolic link, which is not followed; look where it leads, and remove it"
    return error.strerror or str(error)


def _take(handle: int, kind: int = fcntl.LOCK_EX) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
        return True
    return False
