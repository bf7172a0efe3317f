"""Named points at which the process dies on request, so that kills can be repeated at will.

`MONITOR_CRASH_AT=record.before_commit` ends the process there as `kill -9` would: no clean-up, no
`finally`, nothing flushed. `record.before_commit:3` lets it pass twice. Unset (always, outside of tests),
a point costs one comparison.
"""

import os
import threading

STATUS = 137
"""Exit status of a killed process: 128 + SIGKILL."""


class Trap:
    """Counts how often its point is reached, and says when it is time."""

    def __init__(self, setting: str) -> None:
        self.point, _, times = setting.partition(":")
        self._left = int(times) if times.isdecimal() else 1
        self._lock = threading.Lock()

    def springs(self, name: str) -> bool:
        """True when `name` is the point and was now reached the asked number of times."""
        if name != self.point:
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0


_endless = frozenset(os.environ.get("MONITOR_HANG_AT", "").split())


def hang(name: str) -> None:
    """Work that never ends, when `MONITOR_HANG_AT` names this point: what a bug in reading or judging would be."""
    while name in _endless:
        pass


_trap = Trap(os.environ.get("MONITOR_CRASH_AT", ""))


def reach(name: str) -> None:
    """The process has come to this point."""
    if _trap.springs(name):
        os._exit(STATUS)
