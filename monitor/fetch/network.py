"""The way to the wire: every connection is made here, to an address the guard has looked at.

httpcore asks for a connection to a name; the backend looks the name up once, has every answer checked, and connects
to a checked literal. Name servers cannot change their mind in between (DNS rebinding), and TLS still verifies the name.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import suppress
from typing import Any

import httpcore
import httpx

from monitor.errors import FetchError, FetchKind
from monitor.fetch.faults import fault_of
from monitor.fetch.guard import Guard, is_disguised, is_literal
from monitor.fetch.resolve import Resolver, dns_fault

MAX_CONNECTIONS = 8
"""httpcore's pool is quadratic in its connections."""
MAX_TRIES = 6
"""Addresses of one name that are tried."""
_HEAD_READ = 4096
_BLANK_LINE = re.compile(rb"\n\r?\n")


class WatchedStream(httpcore.AsyncNetworkStream):
    """A connection that counts what arrives: the answer's header is capped, and bytes beyond its body are noticed."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, *, host: str, head_limit: int) -> None:
        self._inner, self._host, self._head_limit = inner, host, head_limit
        self._head = bytearray()
        self._head_length: int | None = None
        self._received = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's interface
        if self._head_length is not None:
            data = await self._inner.read(max_bytes, timeout)
            self._received += len(data)
            return data
        data = await self._inner.read(min(max_bytes, _HEAD_READ), timeout)
        self._received += len(data)
        self._head += data
        self._head_length = _head_length(self._head)
        if self._head_length is None and len(self._head) > self._head_limit:
            raise FetchError(
                FetchKind.TOO_LARGE,
                f"the answer of {self._host} has a header of more than {self._head_limit // 1024} KB",
                transient=False,
            )
        return data

    async def beyond(self, body_length: int) -> int:
        """Bytes that arrived after a body of this length; waits for none that are not there yet."""
        if self.get_extra_info("is_readable"):
            # Readable may also mean closed, or a TLS message that carries no data: then nothing comes.
            with suppress(httpcore.NetworkError, httpcore.TimeoutException, OSError):
                await self.read(_HEAD_READ, timeout=0.05)
        return self._received - (self._head_length or 0) - body_length

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's interface
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> "WatchedStream":
        # A trailing dot belongs to the name service, not to certificates (RFC 6066 §3).
        name = (server_hostname or self._host).rstrip(".")
        try:
            inner = await self._inner.start_tls(ssl_context, name, timeout)
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
            # The pool re-raises without the cause, so it is read here.
            raise fault_of(error, self._host) from error
        except asyncio.CancelledError:
            await self._inner.aclose()
            raise
        return WatchedStream(inner, host=self._host, head_limit=self._head_limit)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _head_length(raw: bytearray) -> int | None:
    """Length of the header up to its blank line, interim 1xx answers included; None when it is not all there."""
    start = 0
    while end := _BLANK_LINE.search(raw, start):
        status = raw[start : start + 12].partition(b" ")[2]
        if not status.startswith(b"1") or status.startswith(b"101"):
            return end.end()
        start = end.end()
    return None


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Looks names up, has the answers checked, connects to a checked literal."""

    def __init__(
        self, *, resolver: Resolver, guard: Guard, dns_seconds: float, connect_seconds: float, head_limit: int
    ) -> None:
        self._resolver, self._guard = resolver, guard
        self._dns_seconds, self._connect_seconds, self._head_limit = dns_seconds, connect_seconds, head_limit
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's interface; ours is in the constructor
        local_address: str | None = None,  # noqa: ARG002 - httpcore's interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        allowed = self._allowed(host, await self._look_up(host, port))
        deadline = asyncio.get_running_loop().time() + self._connect_seconds
        last: FetchError | None = None
        for tried, (literal, at_port) in enumerate(allowed, 1):
            left = deadline - asyncio.get_running_loop().time()
            share = left if tried == len(allowed) else left / 2
            try:
                inner = await self._inner.connect_tcp(literal, at_port, timeout=share)
            except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
                last = fault_of(error, host)
            else:
                return WatchedStream(inner, host=host, head_limit=self._head_limit)
        assert last is not None, "there is at least one address"
        raise last

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

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        raise FetchError(FetchKind.REFUSED_ADDRESS, f"{path} is a local socket", transient=False)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, AsyncIterable), "an asynchronous pool answers asynchronously"
        return aiter(self._answer.stream)

    async def aclose(self) -> None:
        await self._answer.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over a guarded connection pool: HTTP/1.1, verified certificates, one request per connection.

    It is used without an httpx.Client: a client would keep cookies, read Location its own way and decode bodies
    without bound; and without one nothing reads proxy variables. Connections are not used again, so leftovers
    of one answer can never be taken for the next, and no request meets a connection that has just gone stale.

    Requests carry the raw path in the extension `target`. Raises httpcore's exceptions and FetchError.
    """

    def __init__(self, backend: GuardedBackend, trust: ssl.SSLContext) -> None:
        self.backend = backend
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=0,
            http1=True,
            http2=False,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream), "a request's body is bytes"
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
