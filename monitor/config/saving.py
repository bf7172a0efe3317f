"""Putting an edited list back, whole or not at all."""

import os
import tempfile
from pathlib import Path

from monitor.config.complaints import complain
from monitor.config.reading import read_file
from monitor.errors import MonitorError


def save(path: Path, before: bytes, after: bytes) -> None:
    """Replace a file in one step, with its permissions; a link is followed.

    ConfigError when it no longer says what it said `before`; MonitorError when it cannot be written.
    """
    target = path.resolve()
    if read_file(target) != before:
        complain(str(path), "was edited meanwhile", "nothing is changed; try again")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
                file.flush()
                os.fsync(file.fileno())
            kept = target.stat()
            Path(name).chmod(kept.st_mode & 0o7777)
            if os.geteuid() == 0:  # root edits for the user the monitor runs as
                os.chown(name, kept.st_uid, kept.st_gid)
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise MonitorError(f"{path} cannot be written: {error.strerror}; nothing is changed.") from error
