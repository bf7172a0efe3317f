"""The way to the wire: every connection is made here, to an address the guard has looked at.

A name is looked up once, every answer is checked, and the connection goes to a checked literal. Name servers cannot
change their mind in between (DNS rebinding), and TLS still verifies the name. Proxy variables are not looked at.
"""

import asyncio
import ssl

import httpcore

from monitor.errors import FetchError, FetchKind
from monitor.fetch.certificates import chain_of
from monitor.fetch.faults import WIRE_ERRORS, fault_of, is_incomplete_chain
from monitor.fetch.guard import Guard, is_disguised, is_literal
from monitor.fetch.resolve import Resolver, dns_fault
from monitor.fetch.tls import missing_issuer, only_looking

MAX_CONNECTIONS = 8
"""Open at once, to all hosts together."""
MAX_TRIES = 6
"""Addresses of one name that are tried."""


class GuardedBackend:
    """Looks names up, has the answers checked, connects to a checked literal."""

    def __init__(self, *, resolver: Resolver, guard: Guard, dns_seconds: float, connect_seconds: float) -> None:
        self._resolver, self._guard = resolver, guard
        self._dns_seconds, self._connect_seconds = dns_seconds, connect_seconds
        self._inner = httpcore.AnyIOBackend()

    async def connect(self, host: str, port: int, trust: ssl.SSLContext | None = None) -> httpcore.AsyncNetworkStream:
        """A connection to one of the name's addresses; with `trust`, secured by TLS. Raises FetchError."""
        allowed = self._allowed(host, await self._look_up(host, port))
        deadline = asyncio.get_running_loop().time() + self._connect_seconds
        last: FetchError | None = None
        for tried, (literal, at_port) in enumerate(allowed, 1):
            left = deadline - asyncio.get_running_loop().time()
            share = left if tried == len(allowed) else left / 2
            try:
                stream = await self._inner.connect_tcp(literal, at_port, timeout=share)
            except WIRE_ERRORS as error:
                last = fault_of(error, host)
            else:
                return await self._secured(stream, host, trust, (literal, at_port)) if trust else stream
        assert last is not None, "there is at least one address"
        raise last

    async def _secured(
        self, stream: httpcore.AsyncNetworkStream, host: str, trust: ssl.SSLContext, at: tuple[str, int]
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._handshake(stream, host, trust)
        except WIRE_ERRORS as error:
            missing = await self._missing_issuer(host, at) if is_incomplete_chain(error) else None
            raise missing or fault_of(error, host) from error

    async def _handshake(
        self, stream: httpcore.AsyncNetworkStream, host: str, trust: ssl.SSLContext
    ) -> httpcore.AsyncNetworkStream:
        try:
            # A trailing dot belongs to the name service, not to certificates (RFC 6066 §3).
            return await stream.start_tls(trust, host.rstrip("."), self._connect_seconds)
        except asyncio.CancelledError:
            await stream.aclose()
            raise

    async def _missing_issuer(self, host: str, at: tuple[str, int]) -> FetchError | None:
        """Which certificate a server does not send: OpenSSL does not tell when it refuses a chain.

        One more handshake, to the same checked address, unverified; nothing is sent over it and nothing read.
        """
        try:
            stream = await self._inner.connect_tcp(*at, timeout=self._connect_seconds)
            stream = await self._handshake(stream, host, only_looking())
        except WIRE_ERRORS:
            return None
        try:
            return missing_issuer(chain_of(stream.get_extra_info("ssl_object")), host)
        finally:
            await stream.aclose()

    async def _look_up(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        if is_literal(host):
            return ((host, port),)
        if is_disguised(host):
            raise FetchError(
                FetchKind.REFUSED_ADDRESS, f"{host} is an IP address in disguise, not a host name", transient=False
            )
        try:
            async with asyncio.timeout(self._dns_seconds):
                found = await self._resolver.resolve(host, port)
        except TimeoutError as error:
            raise FetchError(FetchKind.DNS, f"no name server answered for {host} in time") from error
        except (OSError, UnicodeError) as error:
            raise dns_fault(host, error) from error
        if not found:
            raise dns_fault(host, None)
        return found

    def _allowed(self, host: str, found: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        refusals = {pair: self._guard.refusal(*pair) for pair in found}
        allowed = tuple(pair for pair, why in refusals.items() if not why)
        if not allowed:
            (literal, _), why = next(iter(refusals.items()))
            where = host if host == literal else f"{host} leads to {literal}"
            raise FetchError(
                FetchKind.REFUSED_ADDRESS,
                f"{where}, which is {why}: only the public internet is watched",
                transient=host != literal,
            )
        return allowed[:MAX_TRIES]
