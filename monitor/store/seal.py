"""A key beside the database, in no backup: whoever has a stolen copy of the database can sign no login with it."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from monitor.errors import StorageError
from monitor.store.locks import OWNER_ONLY

ENDING = ".key"


class Seal:
    """The file `<database>.key`. When it is lost, every login ends and keys for programs are made anew."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ENDING)
        self._known = ""

    def read(self) -> str:
        """Empty when none was made yet, so that nobody has logged in. StorageError when it cannot be read."""
        if not self._known:
            with suppress(FileNotFoundError):
                self._known = self._read()
        return self._known

    def made(self) -> str:
        """Made when there is none. StorageError when it cannot be written."""
        if not self.read():
            fresh = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
            try:
                descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
                with os.fdopen(descriptor, "w") as file:
                    file.write(secrets.token_hex(32))
                    file.flush()
                    # A name that reached the disk before its content would be an empty key after a power failure.
                    os.fsync(file.fileno())
                self._put(fresh)
            except OSError as error:
                raise StorageError(f"{self.path} cannot be written: {error.strerror}.") from error
            finally:
                with suppress(OSError):
                    fresh.unlink(missing_ok=True)
        return self.read()

    def _put(self, fresh: Path) -> None:
        """Whoever is first wins; half a key is never seen. One that was emptied is none, and is replaced."""
        try:
            os.link(fresh, self.path)
        except FileExistsError:
            if not self._read():
                fresh.replace(self.path)

    def _read(self) -> str:
        try:
            return self.path.read_text("ascii").strip()
        except FileNotFoundError:
            raise
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{self.path} cannot be read.") from error
