"""Bodies taken out of their content codings, within bounds.

A coding can turn kilobytes into gigabytes, and HTTP libraries decode a whole chunk at once. Here every library is
asked for at most a small piece at a time, every layer's output is counted, and what has grown large is counted
before it is kept: memory stays small until the size is known to be allowed.

Sources: RFC 9110 §8.4 (codings), RFC 1950–1952, RFC 7932 (brotli), RFC 8878 and RFC 9659 (zstd, window ≤ 8 MB).
"""

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from monitor.errors import FetchError, FetchKind

PIECE = 64 * 1024
MAX_LAYERS = 3
MAX_MEMBERS = 4096
"""gzip members or zstd frames in one body; each costs a new decoder."""
KEEP = 1024 * 1024
"""Decoded bytes kept while the final size is unknown."""
BOMB_SIZE = 4 * 1024 * 1024
BOMB_RATIO = 500
"""More than this many times its size, and larger than BOMB_SIZE: nothing a publisher sends."""

_ZSTD_SLICE = 32
"""A zstd block of 4 bytes may stand for 128 KiB: eight of them are as much as one call may inflate."""
_ZSTD_WINDOW = 8 * 1024 * 1024


class _Stage(Protocol):
    """One content coding. `write` yields decoded pieces; `finished` says whether the coded stream came to its end."""

    def write(self, data: bytes) -> Iterator[bytes]: ...

    @property
    def finished(self) -> bool: ...


class _Members:
    """Counts the parts of a concatenated stream."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> None:
        self._count += 1
        if self._count > MAX_MEMBERS:
            raise FetchError(FetchKind.TOO_LARGE, "the compressed body is cut into too many parts", transient=False)


class _Zlib:
    """gzip and deflate. `deflate` comes with and without the zlib frame; the first two bytes tell."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._zip = zlib.decompressobj(31) if gzip else None
        self._head = b""
        self._members = _Members()

    @property
    def finished(self) -> bool:
        return self._zip is not None and self._zip.eof

    def write(self, data: bytes) -> Iterator[bytes]:
        if self._zip is None:
            self._head += data
            if len(self._head) < 2:
                return
            framed = self._head[0] & 0x0F == 8 and int.from_bytes(self._head[:2], "big") % 31 == 0
            self._zip, data = zlib.decompressobj(15 if framed else -15), self._head
        while True:
            if self._zip.eof:
                # Another gzip member may follow (RFC 1952 §2.2); padding after the last one is ignored, as browsers do.
                if not (self._gzip and data.startswith(b"\x1f")):
                    return
                self._members.next()
                self._zip = zlib.decompressobj(31)
            piece = self._zip.decompress(data, PIECE)
            data = self._zip.unconsumed_tail or self._zip.unused_data
            if piece:
                yield piece
            if not data and len(piece) < PIECE:
                return


class _Brotli:
    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()

    @property
    def finished(self) -> bool:
        return bool(self._brotli.is_finished())

    def write(self, data: bytes) -> Iterator[bytes]:
        if self._brotli.is_finished():
            return
        piece = self._brotli.process(data, output_buffer_limit=PIECE)
        # An empty piece means nothing is pending; `can_accept_more_data` alone does not (brotli 1.2).
        while piece:
            yield piece
            if self._brotli.is_finished():
                return
            piece = self._brotli.process(b"", output_buffer_limit=PIECE)


class _Zstd:
    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._zstd = self._context.decompressobj(write_size=PIECE // 4)
        self._members = _Members()

    @property
    def finished(self) -> bool:
        return self._zstd.eof

    def write(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            rest = data[start : start + _ZSTD_SLICE]
            while rest:
                if self._zstd.eof:
                    self._members.next()
                    self._zstd = self._context.decompressobj(write_size=PIECE // 4)
                burst = self._zstd.decompress(rest)
                rest = self._zstd.unused_data if self._zstd.eof else b""
                for at in range(0, len(burst), PIECE):
                    yield burst[at : at + PIECE]


_STAGES: dict[str, Callable[[], _Stage]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_BROKEN = (zlib.error, brotli.error, zstandard.ZstdError)


def codings_of(header: str) -> tuple[str, ...]:
    """The codings of a Content-Encoding header in the order applied. Raises FetchError(PROTOCOL)."""
    codings = tuple(c for part in header.lower().split(",") if (c := part.strip()) not in {"", "identity", "none"})
    if len(codings) > MAX_LAYERS:
        raise FetchError(FetchKind.PROTOCOL, f"the body is compressed {len(codings)} times over", transient=False)
    for coding in codings:
        if coding not in _STAGES:
            raise FetchError(FetchKind.PROTOCOL, f"the body comes in an unknown compression “{coding[:40]}”")
    return codings


def _too_large(limit: int) -> FetchError:
    return FetchError(FetchKind.TOO_LARGE, f"the body is larger than {_size(limit)} when unpacked", transient=False)


def _size(count: int) -> str:
    return f"{count / 1_000_000:g} MB" if count >= 1_000_000 else f"{count} bytes"


class Decoder:
    """Takes a stream out of its codings. `limit`: decoded bytes allowed, of every layer by itself.

    `feed` and `finish` raise FetchError: TOO_LARGE past the limit or for a bomb, PROTOCOL for a broken stream.
    """

    def __init__(self, codings: tuple[str, ...], limit: int) -> None:
        self._codings = codings
        self._stages = [_STAGES[coding]() for coding in reversed(codings)]
        self._sizes = [0] * len(self._stages)
        self._limit = limit
        self._fed = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces of at most PIECE plus a little, as they come."""
        self._fed += len(data)
        try:
            yield from self._run(0, data)
        except _BROKEN as error:
            said = ", ".join(self._codings)
            raise FetchError(FetchKind.PROTOCOL, f"the body cannot be unpacked (sent as {said})") from error

    def _run(self, layer: int, data: bytes) -> Iterator[bytes]:
        if layer == len(self._stages):
            yield data
            return
        for piece in self._stages[layer].write(data):
            self._count(layer, len(piece))
            yield from self._run(layer + 1, piece)

    def _count(self, layer: int, more: int) -> None:
        self._sizes[layer] += more
        size = self._sizes[layer]
        if size > self._limit:
            raise _too_large(self._limit)
        if size > BOMB_SIZE and size > BOMB_RATIO * self._fed:
            raise FetchError(
                FetchKind.TOO_LARGE,
                f"the body unpacks to more than {BOMB_RATIO} times its size, as only a trap does",
                transient=False,
            )

    def finish(self) -> None:
        if self._fed and not all(stage.finished for stage in self._stages):
            raise FetchError(FetchKind.PROTOCOL, "the compressed body breaks off before its end")


class Body:
    """A body as it arrives: counted on the wire and decoded, kept once its size is known to be allowed.

    A coded body that decodes to more than KEEP bytes is decoded twice: counted as it arrives, and once more from the
    coded bytes when all is there.
    """

    def __init__(self, codings: tuple[str, ...], *, wire_limit: int, decoded_limit: int) -> None:
        self._codings, self._wire_limit, self._decoded_limit = codings, wire_limit, decoded_limit
        self._decoder = Decoder(codings, decoded_limit)
        self._raw = io.BytesIO()
        self._kept: io.BytesIO | None = io.BytesIO()
        self.wire = 0
        """Body bytes that came over the wire, without transfer framing."""
        self.decoded = 0

    def feed(self, chunk: bytes) -> None:
        self.wire += len(chunk)
        if self.wire > self._wire_limit:
            raise FetchError(FetchKind.TOO_LARGE, f"the body is larger than {_size(self._wire_limit)}", transient=False)
        if not self._codings:
            self.decoded = self.wire
            if self.decoded > self._decoded_limit:
                raise _too_large(self._decoded_limit)
        self._raw.write(chunk)
        if self._codings:
            for piece in self._decoder.feed(chunk):
                self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        self.decoded += len(piece)
        if self.decoded > KEEP:
            self._kept = None
        if self._kept is not None:
            self._kept.write(piece)

    def finish(self) -> bytes:
        """The decoded body. Raises FetchError(PROTOCOL) when the coded stream is incomplete."""
        if not self._codings:
            return self._raw.getvalue()
        self._decoder.finish()
        return self._all()

    def start(self, count: int) -> bytes:
        """The first `count` decoded bytes, complete or not."""
        return (self._raw.getvalue() if not self._codings else self._all())[:count]

    def _all(self) -> bytes:
        if self._kept is not None:
            return self._kept.getvalue()
        whole = io.BytesIO()
        for piece in Decoder(self._codings, self._decoded_limit).feed(self._raw.getvalue()):
            whole.write(piece)
        return whole.getvalue()
