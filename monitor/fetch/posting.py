"""Posting a message to an address: for webhooks. Guarded like every fetch, without redirects, one answer, soon over."""

import asyncio
import ssl
from collections.abc import Collection, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta

import httpx

from monitor.clock import Clock
from monitor.errors import FetchError, FetchKind
from monitor.fetch.exchange import REDIRECTS, Limits
from monitor.fetch.faults import WIRE_ERRORS, fault_of
from monitor.fetch.guard import Guard, is_literal
from monitor.fetch.hosts import wait_asked
from monitor.fetch.network import GuardedBackend
from monitor.fetch.resolve import Resolver
from monitor.fetch.tls import trust_store, verifying
from monitor.fetch.trace import HopNotes
from monitor.fetch.transport import GuardedTransport, head_of, pieces_of, request_to
from monitor.fetch.urls import Address, AddressError, parse
from monitor.model.wire import Posted

POSTING = Limits(total=30.0, connect=10.0, headers=16 * 1024)
"""15 to 30 seconds for everything are what a receiver is told to expect (Standard Webhooks 1.0.0, “Request timeouts”).
Of an answer's body SAID bytes are read, and nothing is decoded."""
SAID = 2000
READING = 3.0
LONGEST = timedelta(hours=12)
"""Of a wait that is asked for: whoever wants longer is asked again in between."""


class HttpPoster:
    """Sends POST requests over verified connections to the public internet. Blocking; called in a thread.

    `guard_exceptions`, `trust`: as for `HttpFetcher`. Plain http is spoken to the guard's exceptions only.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver,
        agent: str,
        guard_exceptions: Collection[tuple[str, int]] = (),
        trust: ssl.SSLContext | None = None,
        limits: Limits = POSTING,
    ) -> None:
        self._clock, self._resolver, self._agent, self._limits = clock, resolver, agent, limits
        self._exceptions = frozenset(guard_exceptions)
        self._trust = verifying(trust) if trust else trust_store()

    def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Posted:
        """Post the body. Raises FetchError when nothing of it went out; whatever happens later is an answer."""
        return asyncio.run(self._post(_address(url, self._exceptions), headers, body))

    def reach(self, url: str) -> None:
        """Connect and check the certificate; nothing is sent. Raises FetchError."""
        asyncio.run(self._reach(_address(url, self._exceptions)))

    def _backend(self) -> GuardedBackend:
        return GuardedBackend(
            resolver=self._resolver,
            guard=Guard(self._exceptions),
            dns_seconds=self._limits.connect,
            connect_seconds=self._limits.connect,
        )

    async def _post(self, address: Address, headers: Sequence[tuple[str, str]], body: bytes) -> Posted:
        notes = HopNotes(address.url)
        transport = GuardedTransport(self._backend(), self._trust, self._clock, self._limits.headers)
        try:
            async with asyncio.timeout(self._limits.total):
                request = request_to("POST", address, self._fields(headers, body), notes, body)
                response = await transport.handle_async_request(request)
                try:
                    return await self._answer(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            late = f"{address.host} gave no answer within {self._limits.total:g} seconds"
            if notes.begun:
                return Posted(0, late)
            raise FetchError(FetchKind.TIMEOUT, late) from error
        except (FetchError, *WIRE_ERRORS) as error:
            fault = error if isinstance(error, FetchError) else fault_of(error, address.host)
            if notes.begun:
                return Posted(0, fault.detail)
            raise fault from error

    def _fields(self, headers: Sequence[tuple[str, str]], body: bytes) -> list[tuple[str, str]]:
        own = [("User-Agent", self._agent), ("Accept-Encoding", "identity"), *headers]
        return [*own, ("Content-Length", str(len(body)))]

    async def _answer(self, response: httpx.Response) -> Posted:
        head = head_of(response)
        said = bytearray()
        # The status line is the answer; what is written below it is for people, and not waited for.
        with suppress(FetchError, TimeoutError, *WIRE_ERRORS):
            async with asyncio.timeout(READING), aclosing(pieces_of(response)) as pieces:
                async for piece in pieces:
                    said += piece[: SAID - len(said)]
                    if len(said) >= SAID:
                        break
        wait = wait_asked(503 if head.status >= 500 else head.status, head.fields, self._clock.now())
        where = next(iter(head.values("location")), "") if head.status in REDIRECTS else ""
        words = bytes(said).decode("utf-8", "replace")
        return Posted(head.status, words, where, min(wait, LONGEST) if wait else None)

    async def _reach(self, address: Address) -> None:
        try:
            async with asyncio.timeout(self._limits.total):
                trust = self._trust if address.scheme == "https" else None
                stream = await self._backend().connect(address.host, address.port, trust)
                await stream.aclose()
        except TimeoutError as error:
            raise FetchError(FetchKind.TIMEOUT, f"{address.host} does not answer the connection") from error
        except WIRE_ERRORS as error:
            raise fault_of(error, address.host) from error


def why_not_posted(url: str) -> str:
    """Why nothing can be posted to an address, in one line; empty when something may. Looks no name up."""
    try:
        _address(url, frozenset())
    except FetchError as error:
        return error.detail
    return ""


def _address(url: str, exceptions: frozenset[tuple[str, int]]) -> Address:
    try:
        address = parse(url)
    except AddressError as error:
        raise FetchError(FetchKind.BAD_ADDRESS, str(error), transient=False) from error
    if address.scheme != "https" and (address.host, address.port) not in exceptions:
        raise FetchError(FetchKind.BAD_ADDRESS, "only https addresses are posted to", transient=False)
    why = Guard(exceptions).refusal(address.host, address.port) if is_literal(address.host) else ""
    if why:
        detail = f"{address.host} is {why}: only the public internet is posted to"
        raise FetchError(FetchKind.REFUSED_ADDRESS, detail, transient=False)
    return address
