"""httpx's way to the network: a guarded connection for each request, answers read as leniently as browsers do.

A transport is used, and no client of httpx: a client would keep cookies between journeys, and ours may last for one.
What a request is asked with is its headers in their order; its target is the extension `target`, as httpx has it, since
httpx.URL would write some targets anew.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import cast

import httpx

from monitor.clock import Clock
from monitor.fetch.connection import Connection, request_head
from monitor.fetch.head import Head
from monitor.fetch.network import GuardedBackend
from monitor.fetch.trace import HopNotes
from monitor.fetch.urls import Address


def request_to(
    method: str, address: Address, headers: Sequence[tuple[str, str]], notes: HopNotes, content: bytes | None = None
) -> httpx.Request:
    """A request for this transport. What happens to it is taken down in `notes`."""
    raw = [(name.encode(), value.encode()) for name, value in headers]
    extensions = {"address": address, "notes": notes, "target": address.target.encode()}
    return httpx.Request(method, f"{address.origin}/", headers=raw, content=content, extensions=extensions)


def head_of(response: httpx.Response) -> Head:
    """The head of an answer, every line of it as it came."""
    head = response.extensions["head"]
    assert isinstance(head, Head), "made below"
    return head


def pieces_of(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as it comes, in pieces: to be closed when it is not read to its end."""
    return cast("AsyncGenerator[bytes]", response.aiter_raw())


class GuardedTransport(httpx.AsyncBaseTransport):
    """Serves what `request_to` makes. Raises FetchError, and what httpcore's streams raise (`faults.WIRE_ERRORS`)."""

    def __init__(self, backend: GuardedBackend, trust: ssl.SSLContext, clock: Clock, head_limit: int) -> None:
        self._backend, self._trust, self._clock, self._head_limit = backend, trust, clock, head_limit

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head; the body is read from the response, which is to be closed (`aclose`)."""
        address, notes = request.extensions["address"], request.extensions["notes"]
        stream = await self._backend.connect(
            address.host, address.port, self._trust if address.scheme == "https" else None
        )
        connection = Connection(stream, address, self._head_limit)
        try:
            notes.connected(connection)
            asked = [(n.decode(), v.decode()) for n, v in request.headers.raw if n.lower() != b"host"]
            lines = request_head(request.method, address, asked)
            notes.sending()
            await connection.send(lines, request.content)
            notes.sent(lines, self._clock.now())
            head = await connection.head()
            notes.answered(head, self._clock.now())
        except BaseException:
            await connection.aclose()
            raise
        fields = [(name.encode(), value.encode()) for name, value in head.fields]
        return httpx.Response(head.status, headers=fields, stream=_Content(connection, head), extensions={"head": head})


class _Content(httpx.AsyncByteStream):
    """The body, its transfer framing taken away; content codings are left as they came."""

    def __init__(self, connection: Connection, head: Head) -> None:
        self._connection, self._head = connection, head
        self._pieces: AsyncGenerator[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._pieces = self._connection.body(self._head)
        return self._pieces

    async def aclose(self) -> None:
        if self._pieces is not None:
            await self._pieces.aclose()
        await self._connection.aclose()
