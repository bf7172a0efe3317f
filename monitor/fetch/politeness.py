"""Politeness: one request at a time per host with a gap between, and deadlines that do not count such waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.fetch.network import MAX_CONNECTIONS

_REMEMBERED = 1024
"""Hosts whose last request is remembered."""


class Budget:
    """Nested deadlines that stand still while we wait out of politeness: only the network's time counts."""

    def __init__(self) -> None:
        self._running: list[asyncio.Timeout] = []

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError when the body takes longer, waits in `paused` left out."""
        async with asyncio.timeout(seconds) as timeout:
            self._running.append(timeout)
            try:
                yield
            finally:
                self._running.remove(timeout)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        left = [(timeout, (timeout.when() or 0.0) - loop.time()) for timeout in self._running]
        for timeout, _ in left:
            timeout.reschedule(None)
        try:
            yield
        finally:
            for timeout, seconds in left:
                timeout.reschedule(loop.time() + seconds)


class Turns:
    """One request at a time per host and a gap after each; MAX_CONNECTIONS requests in all.

    A turn covers one request, never a chain of redirects: two hosts that point at each other cannot lock each other.
    """

    def __init__(self, clock: Clock, gap: timedelta) -> None:
        self._clock, self._gap = clock, gap
        self._locks: dict[str, asyncio.Lock] = {}
        self._last: dict[str, datetime] = {}
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)

    @asynccontextmanager
    async def turn(self, host: str, delay: timedelta, budget: Budget) -> AsyncIterator[None]:
        """Wait for the host's turn. `delay`: the gap the host wishes for, when longer than ours."""
        lock = self._locks.setdefault(host, asyncio.Lock())
        async with budget.paused():
            await lock.acquire()
        try:
            async with budget.paused():
                await self._rest(host, max(delay, self._gap))
                await self._slots.acquire()
            try:
                yield
            finally:
                self._slots.release()
                self._last[host] = self._clock.now()
        finally:
            lock.release()
            self._forget()

    async def _rest(self, host: str, gap: timedelta) -> None:
        last = self._last.get(host)
        if last is not None:
            # A clock set back must not turn a pause of seconds into hours.
            rest = min(last + gap - self._clock.now(), gap).total_seconds()
            if rest > 0:
                await self._clock.sleep(rest)

    def _forget(self) -> None:
        if len(self._locks) > _REMEMBERED:
            oldest = sorted(self._last, key=self._last.__getitem__)[: _REMEMBERED // 2]
            for host in oldest:
                if not self._locks[host].locked():
                    del self._last[host], self._locks[host]
