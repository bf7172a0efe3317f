"""One request and its answer."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

import httpx

from monitor.clock import Clock
from monitor.errors import FetchError
from monitor.fetch.decode import ACCEPT_ENCODING, Body, codings_of
from monitor.fetch.faults import WIRE_ERRORS, fault_of
from monitor.fetch.head import Head
from monitor.fetch.hosts import HostBook, note_wait, refuse_while_waiting, wait_asked
from monitor.fetch.politeness import Budget, Turns
from monitor.fetch.trace import HopNotes
from monitor.fetch.transport import GuardedTransport, head_of, pieces_of, request_to
from monitor.fetch.urls import Address

REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
"""With a Location. 300 is one of them: its Location is the server's own choice (RFC 9110 §15.4.1)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take. Times in seconds, sizes in bytes."""

    total: float = 60.0
    """Everything on the wire: names, robots.txt, all hops, the body; polite waits do not count."""
    connect: float = 10.0
    """Each of: looking the name up, connecting, the TLS handshake."""
    wire_bytes: int = 30_000_000
    decoded_bytes: int = 60_000_000
    headers: int = 64 * 1024
    hops: int = 8


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer: `headers` lower-case, in order, without set-cookie. The body of a redirect is not read."""

    address: Address
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    wire_bytes: int
    elapsed: timedelta
    cookies: tuple[str, ...] = ()
    """The values of its Set-Cookie lines."""

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k == name), "")

    @property
    def location(self) -> str:
        """Where a redirect leads; empty when the answer is none."""
        return self.header("location") if self.status in REDIRECTS else ""


class Exchange:
    """Sends GET requests, one at a time per host, and reads answers within bounds."""

    def __init__(
        self,
        *,
        transport: GuardedTransport,
        clock: Clock,
        turns: Turns,
        hosts: HostBook,
        limits: Limits,
        agent: str,
    ) -> None:
        self._transport = transport
        self._clock, self._turns, self._hosts = clock, turns, hosts
        self._limits, self._agent = limits, agent

    async def get(
        self,
        address: Address,
        headers: Sequence[tuple[str, str]],
        budget: Budget,
        *,
        delay: timedelta = timedelta(),
        first: int | None = None,
        notes: HopNotes | None = None,
    ) -> Reply:
        """Ask for an address. `delay`: wished for between requests. `first`: read only so many bytes of the body.

        `notes`: what happens is taken down there. A wait the host has asked for is obeyed, and one it asks for now is
        noted. Raises FetchError.
        """
        async with self._turns.turn(address.host_key, delay, budget):
            # Looked at inside the turn: whoever went before may just have been told to wait.
            refuse_while_waiting(self._hosts, address, self._clock.now())
            try:
                return await self._ask(address, headers, first, notes or HopNotes(address.url))
            except FetchError as error:
                error.url = error.url or address.url
                raise
            except WIRE_ERRORS as error:
                fault = fault_of(error, address.host)
                fault.url = fault.url or address.url
                raise fault from error

    async def _ask(
        self, address: Address, headers: Sequence[tuple[str, str]], first: int | None, notes: HopNotes
    ) -> Reply:
        started = self._clock.now()
        asked = [("User-Agent", self._agent), ("Accept-Encoding", ACCEPT_ENCODING), *headers]
        response = await self._transport.handle_async_request(request_to("GET", address, asked, notes))
        try:
            head = head_of(response)
            await self._note_wait(address, head)
            content, wire = b"", 0
            if head.status not in REDIRECTS or not head.values("location"):
                body = await self._read(response, first)
                content, wire = body.finish() if first is None else body.start(first), body.wire
                notes.read(head, body, self._clock.now())
        finally:
            await response.aclose()
        kept = tuple(field for field in head.fields if field[0] not in _NEVER_KEPT)
        cookies = head.values("set-cookie")
        return Reply(address, head.status, kept, content, wire, self._clock.now() - started, cookies)

    async def _note_wait(self, address: Address, head: Head) -> None:
        now = self._clock.now()
        wait = wait_asked(head.status, head.fields, now)
        if wait is not None:
            # A book may wait for others to write; the loop must not.
            await asyncio.to_thread(note_wait, self._hosts, address, wait, now)

    async def _read(self, response: httpx.Response, first: int | None) -> Body:
        head = head_of(response)
        body = Body(
            codings_of(",".join(head.values("content-encoding"))),
            media=",".join(head.values("content-type")),
            wire_limit=self._limits.wire_bytes,
            decoded_limit=self._limits.decoded_bytes,
        )
        async with aclosing(pieces_of(response)) as pieces:
            async for piece in pieces:
                body.feed(piece)
                if first is not None and body.decoded >= first:
                    break
        return body


_NEVER_KEPT = frozenset({"set-cookie", "set-cookie2"})
