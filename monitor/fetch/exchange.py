"""One request and its answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx

from monitor.clock import Clock
from monitor.errors import FetchError, FetchKind
from monitor.fetch.decode import ACCEPT_ENCODING, Body, codings_of
from monitor.fetch.faults import WIRE_ERRORS, fault_of
from monitor.fetch.hosts import HostBook, note_wait, refuse_while_waiting, wait_asked
from monitor.fetch.network import GuardedTransport, WatchedStream
from monitor.fetch.politeness import Budget, Turns
from monitor.fetch.urls import Address

REDIRECTS = frozenset({301, 302, 303, 307, 308})


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

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k == name), "")

    @property
    def location(self) -> str:
        """Where a redirect leads; empty when the answer is none."""
        return self.header("location") if self.status in REDIRECTS else ""


class Exchange:
    """Sends GET requests, one at a time per host, and reads answers within bounds."""

    def __init__(
        self, *, transport: GuardedTransport, clock: Clock, turns: Turns, hosts: HostBook, limits: Limits, agent: str
    ) -> None:
        self._transport, self._clock, self._turns, self._hosts = transport, clock, turns, hosts
        self._limits, self._agent = limits, agent

    async def get(
        self,
        address: Address,
        headers: Sequence[tuple[str, str]],
        budget: Budget,
        *,
        delay: timedelta = timedelta(),
        first: int | None = None,
    ) -> Reply:
        """Ask for an address. `delay`: wished for between requests. `first`: read only so many bytes of the body.

        A wait the host has asked for is obeyed, and one it asks for now is noted. Raises FetchError.
        """
        async with self._turns.turn(address.host_key, delay, budget):
            # Looked at inside the turn: whoever went before may just have been told to wait.
            refuse_while_waiting(self._hosts, address, self._clock.now())
            try:
                return await self._ask(address, headers, first)
            except FetchError as error:
                error.url = error.url or address.url
                raise
            except WIRE_ERRORS as error:
                fault = fault_of(error, address.host)
                fault.url = fault.url or address.url
                raise fault from error

    async def _ask(self, address: Address, headers: Sequence[tuple[str, str]], first: int | None) -> Reply:
        started = self._clock.now()
        response = await self._transport.handle_async_request(self._request(address, headers))
        try:
            fields = _fields(response)
            await self._note_wait(address, response.status_code, fields)
            body = Body((), wire_limit=0, decoded_limit=0)
            if response.status_code not in REDIRECTS or not any(name == "location" for name, _ in fields):
                body = await self._read(address, response, fields, first)
            content = body.finish() if first is None else body.start(first)
        finally:
            await response.aclose()
        kept = tuple(field for field in fields if field[0] not in _NEVER_KEPT)
        return Reply(address, response.status_code, kept, content, body.wire, self._clock.now() - started)

    def _request(self, address: Address, headers: Sequence[tuple[str, str]]) -> httpx.Request:
        return httpx.Request(
            "GET",
            httpx.URL(scheme=address.scheme, host=address.host, port=address.port, path="/"),
            headers=[
                ("Host", address.netloc),
                ("User-Agent", self._agent),
                ("Accept-Encoding", ACCEPT_ENCODING),
                *headers,
            ],
            # The target goes to the wire as it is; httpx's own would be tidied.
            extensions={"target": address.target.encode("ascii"), "timeout": {"connect": self._limits.connect}},
        )

    async def _note_wait(self, address: Address, status: int, fields: Sequence[tuple[str, str]]) -> None:
        now = self._clock.now()
        wait = wait_asked(status, fields, now)
        if wait is not None:
            # A book may wait for others to write; the loop must not.
            await asyncio.to_thread(note_wait, self._hosts, address, wait, now)

    async def _read(
        self, address: Address, response: httpx.Response, fields: Sequence[tuple[str, str]], first: int | None
    ) -> Body:
        names = [name for name, _ in fields]
        if "content-length" in names and "transfer-encoding" in names:
            raise _broken(address, "gives two contradicting lengths of its answer")
        body = Body(
            codings_of(",".join(value for name, value in fields if name == "content-encoding")),
            wire_limit=self._limits.wire_bytes,
            decoded_limit=self._limits.decoded_bytes,
        )
        assert isinstance(response.stream, httpx.AsyncByteStream), "the transport streams asynchronously"
        async for chunk in response.stream:
            body.feed(chunk)
            if first is not None and body.decoded >= first:
                return body
        wire = response.extensions["network_stream"]
        if "content-length" in names and isinstance(wire, WatchedStream) and await wire.beyond(body.wire) > 0:
            raise _broken(address, "sent more than the length it gives")
        return body


_NEVER_KEPT = frozenset({"set-cookie", "set-cookie2"})


def _fields(response: httpx.Response) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("ascii").lower(), _text(value)) for name, value in response.headers.raw)


def _text(value: bytes) -> str:
    # Header bytes beyond ASCII have no agreed meaning; UTF-8 is what servers mean when it fits (RFC 9110 §5.5).
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _broken(address: Address, what: str) -> FetchError:
    return FetchError(FetchKind.PROTOCOL, f"{address.host} {what}", url=address.url)
