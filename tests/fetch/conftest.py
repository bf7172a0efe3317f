"""A loopback web with scripted raw answers, and a count of every connection the process makes."""

import asyncio
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest
import trustme

from monitor.clock import SteppedClock
from monitor.fetch import HttpFetcher, Limits, MemoryHostBook
from monitor.model.wire import FetchOrder

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AGENT = "footnote-watch/0.1 (+mailto:watch@example.org)"

Scripted = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(status: int = 200, body: bytes = b"", *headers: str, length: bool = True) -> bytes:
    """A raw HTTP answer, with its Content-Length unless told otherwise."""
    lines = [f"HTTP/1.1 {status} Said", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Web:
    """Every name leads to this server unless `names` says otherwise; every path answers as `pages` says."""

    tls: ssl.SSLContext | None = None
    pages: dict[str, Scripted] = field(default_factory=dict)
    """By target, or by host and target (`www.example.be/a`)."""
    names: dict[str, object] = field(default_factory=dict)
    """By host: a list of (ip, port) pairs, an exception, or a coroutine function."""
    clock: SteppedClock = field(default_factory=lambda: SteppedClock(START))
    hosts: MemoryHostBook = field(default_factory=MemoryHostBook)
    requests: list[bytes] = field(default_factory=list)
    """As they came over the wire, headers only."""
    looked_up: list[str] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    fetchers: list[HttpFetcher] = field(default_factory=list)
    visits: set[asyncio.Task[None]] = field(default_factory=set)
    http = staticmethod(http)

    async def __aenter__(self) -> Self:
        self._plain = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._secure = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls) if self.tls else None
        self.port = self._plain.sockets[0].getsockname()[1]
        self.tls_port = self._secure.sockets[0].getsockname()[1] if self._secure else 0
        return self

    async def __aexit__(self, *_: object) -> None:
        for fetcher in self.fetchers:
            await fetcher.aclose()
        for server in (self._plain, self._secure):
            if server:
                server.close()
        for visit in self.visits:
            visit.cancel()
        await asyncio.gather(*self.visits, return_exceptions=True)
        # One more turn of the loop lets the aborted transports close their sockets.
        await asyncio.sleep(0)

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        self.looked_up.append(host)
        said = self.names.get(host, [("127.0.0.1", self.tls_port if port == 443 else self.port)])
        if isinstance(said, Exception):
            raise said
        if callable(said):
            return await said()
        return tuple(said)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self.visits.add(visit)
        try:
            await self._answer(reader, writer)
            writer.close()
        finally:
            self.open_now -= 1
            self.visits.discard(visit)
            if not writer.is_closing():
                writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            target = head.split()[1].decode()
            said = self.pages.get(self._host(head) + target, self.pages.get(target, http(404)))
            if callable(said):
                await said(writer)
            else:
                writer.write(said)
                await writer.drain()

    @staticmethod
    def _host(head: bytes) -> str:
        lines = head.decode("latin-1").split("\r\n")
        return next(line[6:] for line in lines if line.lower().startswith("host: "))

    @property
    def asked(self) -> list[str]:
        """What was asked for, robots.txt left out: `www.example.be/a`."""
        asked = [self._host(head) + head.split()[1].decode() for head in self.requests]
        return [one for one in asked if not one.endswith("/robots.txt")]

    @property
    def asked_robots(self) -> int:
        return len(self.requests) - len(self.asked)

    def fetcher(self, **options: object) -> HttpFetcher:
        settings: dict[str, object] = {
            "clock": self.clock,
            "resolver": self,
            "hosts": self.hosts,
            "agent": AGENT,
            "guard_exceptions": frozenset({("127.0.0.1", self.port), ("127.0.0.1", self.tls_port)}),
            "gap": timedelta(0),
            "limits": Limits(total=20),
        }
        fetcher = HttpFetcher(**(settings | options))
        self.fetchers.append(fetcher)
        return fetcher

    async def fetch(self, url: str, *, fetcher: HttpFetcher | None = None, **order: object):
        return await (fetcher or self.fetcher()).fetch(FetchOrder("s", url, **order))


@pytest.fixture
def on_web():
    """Runs a scene, `async def scene(web)`, against a fresh loopback web."""

    def run(scene: Callable[[Web], Awaitable[object]], **options: object):
        async def main() -> object:
            async with Web(**options) as web:
                return await scene(web)

        return asyncio.run(main())

    return run


_listening: list[list[tuple[str, int]]] = []


def _on_audit(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect" and _listening and isinstance(args[1], tuple):
        for heard in _listening:
            heard.append(args[1][:2])


@pytest.fixture(scope="session")
def _audit() -> None:
    sys.addaudithook(_on_audit)


@pytest.fixture
def connects(_audit: None) -> Iterator[list[tuple[str, int]]]:
    """Every (ip, port) the process connects a socket to, as the interpreter itself reports it."""
    heard: list[tuple[str, int]] = []
    _listening.append(heard)
    yield heard
    _listening.remove(heard)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def served_by(authority: trustme.CA):
    """A server's TLS context with a certificate for these names."""

    def make(*names: str, issuer: object = None, **options: object) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (issuer or authority).issue_cert(*names, **options).configure_cert(context)
        return context

    return make


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
