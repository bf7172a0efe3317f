"""One request over one connection, and the answer as it comes: HTTP/1.1 (RFC 9112).

A connection serves one request: leftovers of one answer can never be taken for the next, and no request meets a
connection that has just gone stale. Reading is lenient where browsers are (`head.py`, `chunks.py`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from monitor.errors import FetchError, FetchKind
from monitor.fetch.chunks import ChunkError, Chunks
from monitor.fetch.head import Framing, Head, HeadError, head_end, parse_head
from monitor.fetch.urls import Address

_READ = 64 * 1024
_HEAD_READ = 4096
_HARMLESS = b" \t\r\n\0"


def request_head(method: str, address: Address, headers: Sequence[tuple[str, str]]) -> bytes:
    """The request line and header lines as they are sent, blank line included.

    Raises ValueError for a name or value that would end its line.
    """
    lines = [f"{method} {address.target} HTTP/1.1", f"Host: {address.netloc}", *(f"{n}: {v}" for n, v in headers)]
    if any(c in line for line in lines for c in "\r\n\0"):
        raise ValueError("a header holds a line break")
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


class Connection:
    """Used once: `send`, `head`, `body`, then `aclose`. Raises FetchError and what httpcore's streams raise."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, address: Address, head_limit: int) -> None:
        self._stream, self._address, self._head_limit = stream, address, head_limit
        self._ahead = bytearray()
        """Bytes read, and not yet asked for."""

    async def send(self, head: bytes, body: bytes = b"") -> None:
        # A server may answer, and close, before it has read everything: its answer counts.
        with suppress(httpcore.WriteError):
            await self._stream.write(head + body)

    async def head(self) -> Head:
        """The head of the final answer; interim ones (1xx) are passed over."""
        read = 0
        while True:
            end = head_end(self._ahead)
            if read > self._head_limit and (end is None or read - len(self._ahead) + end > self._head_limit):
                raise self._large()
            if end is None:
                data = await self._stream.read(_HEAD_READ)
                if not data:
                    raise self._broken("broke off before its answer was complete" if self._ahead else "gave no answer")
                read += len(data)
                self._ahead += data
                continue
            head = self._parsed(bytes(self._ahead[:end]))
            del self._ahead[:end]
            if head.status == 101:
                raise self._broken("wants to speak another protocol than HTTP")
            if head.status >= 200:
                return head

    async def body(self, head: Head) -> AsyncGenerator[bytes]:
        """The content, its transfer framing taken away, in pieces as they come."""
        try:
            framing = head.framing
        except HeadError as error:
            raise self._broken(str(error)) from error
        pieces = self._chunked() if framing.chunked else self._plain(framing)
        async for piece in pieces:
            yield piece

    async def _plain(self, framing: Framing) -> AsyncGenerator[bytes]:
        left = framing.length
        while left is None or left > 0:
            data = bytes(self._ahead) or await self._stream.read(_READ)
            self._ahead.clear()
            if not data:
                if left is not None:
                    raise self._broken(f"broke off: {left} bytes less came than the length it gives")
                return
            if left is not None:
                self._ahead += data[left:]
                data = data[:left]
                left -= len(data)
            yield data
        if await self._says_more():
            raise self._broken("sent more than the length it gives")

    async def _chunked(self) -> AsyncGenerator[bytes]:
        chunks = Chunks()
        while not chunks.ended:
            data = bytes(self._ahead) or await self._stream.read(_READ)
            self._ahead.clear()
            if not data:
                if chunks.done:
                    return
                raise self._broken("broke off before its last chunk")
            try:
                for piece in chunks.feed(data):
                    yield piece
            except ChunkError as error:
                raise self._broken(str(error)) from error

    async def _says_more(self) -> bool:
        """Whether bytes of substance follow the body; waits for none that are not there yet.

        Blanks, and another whole answer, are no rest of the body that was cut off by a wrong length.
        """
        if not self._ahead and self._stream.get_extra_info("is_readable"):
            # Readable may also mean closed, or a TLS message that carries no data: then nothing comes.
            with suppress(httpcore.NetworkError, httpcore.TimeoutException, OSError):
                self._ahead += await self._stream.read(_HEAD_READ, timeout=0.05)
        rest = bytes(self._ahead).strip(_HARMLESS)
        return bool(rest) and not rest.startswith(b"HTTP/1.")

    def info(self, name: str) -> Any:
        """Of the stream below: `server_addr`, `ssl_object`."""
        return self._stream.get_extra_info(name)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _parsed(self, raw: bytes) -> Head:
        try:
            return parse_head(raw)
        except HeadError as error:
            raise self._broken(str(error)) from error

    def _broken(self, what: str) -> FetchError:
        return FetchError(FetchKind.PROTOCOL, f"{self._address.host} {what}", url=self._address.url)

    def _large(self) -> FetchError:
        return FetchError(
            FetchKind.TOO_LARGE,
            f"the answer of {self._address.host} has a header of more than {self._head_limit // 1024} KB",
            url=self._address.url,
            transient=False,
        )
