"""How often something may be tried: five times a minute."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

MOST = 5
WINDOW = timedelta(minutes=1)
REMEMBERED = 20_000
"""Keys; whoever tries from more places than that makes the oldest ones forgotten."""


class Attempts:
    """Counts tries by key. Safe to use from many threads."""

    def __init__(
        self, most: int = MOST, window: timedelta = WINDOW, remembered: int = REMEMBERED, *, count_refused: bool = True
    ) -> None:
        self._count_refused = count_refused
        self._most, self._window, self._remembered = most, window, remembered
        self._tried: OrderedDict[tuple[str, ...], list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def allowed(self, now: datetime, *key: str) -> bool:
        """Counts this try; False when there were too many lately. A try that is refused counts as well, unless
        that would let others keep somebody out for as long as they go on trying (`count_refused`).
        """
        with self._lock:
            lately = [at for at in self._tried.pop(key, []) if abs(now - at) < self._window][-self._most :]
            self._tried[key] = [*lately, now] if self._count_refused or len(lately) < self._most else lately
            while len(self._tried) > self._remembered:
                self._tried.popitem(last=False)
            return len(lately) < self._most
