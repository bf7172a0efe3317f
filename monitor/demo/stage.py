"""A played web, ready to be looked at: server, resolver, clock and log of one script."""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from monitor.clock import SteppedClock
from monitor.demo.script import Asked, Play, Script
from monitor.demo.server import PlayedResolver, PlayedServer


class Stage:
    """One script, played. `start()` and `stop()` (or `async with`) inside the event loop that looks at it.

    Give the program `resolver`, `guard_exceptions` and `clock`; move `clock`; look at `requests`.
    """

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None, keep_alive: bool = False) -> None:
        self.script = script
        self.clock = SteppedClock(script.start)
        self._play = Play(script, self.clock)
        self._server = PlayedServer(self._play, tls=tls, keep_alive=keep_alive)
        self.resolver = PlayedResolver(self._play, self._server)

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def guard_exceptions(self) -> frozenset[tuple[str, int]]:
        """The exact addresses a fetcher must be allowed to connect to; known once the stage has started."""
        return self._server.guard_exceptions

    @property
    def requests(self) -> Sequence[Asked]:
        """Every request so far, in order."""
        return self._play.asked

    @property
    def lookups(self) -> Sequence[tuple[datetime, str]]:
        """Every name looked up so far, known or not, with the time."""
        return self._play.looked_up

    def requests_to(self, host: str, target: str | None = None) -> list[Asked]:
        return [asked for asked in self.requests if asked.host == host and target in {None, asked.target}]

    def shortest_gap(self, host: str) -> timedelta | None:
        """World time between the two closest requests to a host; None when there were fewer than two."""
        times = [asked.at for asked in self.requests_to(host)]
        return min((later - earlier for earlier, later in pairwise(times)), default=None)

    def day_of(self, moment: datetime) -> float:
        """Days since the start."""
        return (moment - self.script.start) / timedelta(days=1)
