"""Our own network: is it the sources, or is it us?"""

import asyncio
import logging
import random
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.clock import Clock
from monitor.fetch import HttpFetcher
from monitor.store import Store
from monitor.store.facts import OFFLINE

BETWEEN_PROBES = timedelta(seconds=20)
PROBES = 4
"""Hosts asked at a time."""

_log = logging.getLogger("monitor.poll")


class Network:
    """Remembers the last success; asks other hosts when in doubt."""

    def __init__(self, fetcher: HttpFetcher, store: Store, clock: Clock) -> None:
        self._fetcher, self._store, self._clock = fetcher, store, clock
        self._succeeded: datetime | None = None
        self._next_probe = clock.now()
        self._asking = asyncio.Lock()

    def succeeded(self) -> None:
        self._succeeded = self._clock.now()

    async def gone(self, failed: str, since: datetime) -> bool:
        """After a failure of the network kind at `failed`: is no other host to be reached either?

        An answer from anywhere since `since`, when this poll began, proves that the network was there. Polls that fail
        together ask once.
        """
        async with self._asking:
            if self._succeeded is not None and since <= self._succeeded <= self._clock.now():
                return False
            if self._store.meta.get(OFFLINE):
                return True
            others = self._others(failed)
            if not others or await self._fetcher.online(others):
                return False
            await asyncio.to_thread(self._store.meta.set, OFFLINE, self._clock.now().isoformat())
            _log.warning("network gone: no host can be reached; looks wait, nothing counts against any source")
            return True

    async def back(self) -> bool:
        """While offline: has the network returned? Asked at most every twenty seconds."""
        if not self._store.meta.get(OFFLINE):
            return True
        now = self._clock.now()
        # A date further off was set by a clock that has been set back since.
        if now < self._next_probe <= now + BETWEEN_PROBES:
            return False
        self._next_probe = now + BETWEEN_PROBES
        if not await self._fetcher.online(self._others("")):
            return False
        await asyncio.to_thread(self._store.meta.set, OFFLINE, "")
        _log.warning("network back: looks go on")
        return True

    def _others(self, failed: str) -> list[str]:
        """Addresses on other hosts, a few at random."""
        avoid = _host(failed)
        watched = (s.source.url for s in self._store.sources.all() if s.next_poll_at is not None and s.source.url)
        by_host = {_host(url): url for url in watched}
        by_host.pop(avoid, None)
        urls = list(by_host.values())
        return random.sample(urls, min(PROBES, len(urls)))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
