"""The offline Belgium: all cited sites on loopback, for thirty days."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Self

import trustme
from world.acts import DEAD, OFFLINE, all_scenes
from world.expected import STORY, Told

from monitor.clock import SteppedClock
from monitor.demo.script import Asked, Play, Script
from monitor.demo.server import PlayedResolver, PlayedServer

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""A Monday; summer time begins in Brussels on day 27."""


class World:
    """The played Belgium. `start()` and `stop()` (or `async with`) inside the event loop that uses it.

    Give the program `resolver`, `trust`, `guard_exceptions` and `clock`; move `clock`; look at `requests`.
    """

    def __init__(self, *, script: Script | None = None, keep_alive: bool = False) -> None:
        self.script = script or Script(START, all_scenes(), (OFFLINE, DEAD))
        self.clock = SteppedClock(self.script.start)
        self._play = Play(self.script, self.clock)
        authority = trustme.CA()
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*sorted(self.script.hosts)).configure_cert(certificates)
        self._server = PlayedServer(self._play, tls=certificates, keep_alive=keep_alive)
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
        return [r for r in self.requests if r.host == host and target in {None, r.target}]

    def shortest_gap(self, host: str) -> timedelta | None:
        """World time between the two closest requests to a host; None when there were fewer than two."""
        times = [r.at for r in self.requests_to(host)]
        return min((b - a for a, b in pairwise(times)), default=None)

    def day_of(self, moment: datetime) -> float:
        return (moment - self.script.start) / timedelta(days=1)

    def story(self) -> tuple[Told, ...]:
        """What a run of thirty days must tell, and nothing else."""
        return STORY
