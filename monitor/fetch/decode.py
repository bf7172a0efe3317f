"""Bodies taken out of their content codings, within bounds.

A coding can turn kilobytes into gigabytes, and HTTP libraries decode a whole chunk at once. Here every library is
asked for at most a small piece at a time, every layer's output is counted, and what has grown large is counted
before it is kept: memory stays small until the size is known to be allowed.

What a server says of its codings is often not what it sends: plain text under `gzip`, gzip under nothing, a character
set where a coding belongs. So each layer looks at its first bytes before it believes its name (`_Looking`).

Sources: RFC 9110 §8.4 (codings), RFC 1950–1952, RFC 7932 (brotli), RFC 8878 and RFC 9659 (zstd, window ≤ 8 MB).
"""

import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
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
_BROTLI_AGAIN = 256 * 1024
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
    """The library takes no bytes after the end of the stream: a body that has some is gone through byte by byte."""

    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()
        self._fed = bytearray()
        self._given = 0

    @property
    def finished(self) -> bool:
        return bool(self._brotli.is_finished())

    def write(self, data: bytes) -> Iterator[bytes]:
        if self._brotli.is_finished():
            return
        if len(self._fed) <= _BROTLI_AGAIN:
            self._fed += data
        try:
            yield from self._process(data)
        except brotli.error:
            if len(self._fed) > _BROTLI_AGAIN:
                raise
            yield from self._up_to_the_end()

    def _process(self, data: bytes) -> Iterator[bytes]:
        piece = self._brotli.process(data, output_buffer_limit=PIECE)
        # An empty piece means nothing is pending; `can_accept_more_data` alone does not (brotli 1.2).
        while piece:
            self._given += len(piece)
            yield piece
            if self._brotli.is_finished():
                return
            piece = self._brotli.process(b"", output_buffer_limit=PIECE)

    def _up_to_the_end(self) -> Iterator[bytes]:
        skip, self._given = self._given, 0
        self._brotli = brotli.Decompressor()
        for at in range(len(self._fed)):
            if self._brotli.is_finished():
                return
            for piece in self._process(bytes(self._fed[at : at + 1])):
                yield piece[skip:]
                skip = max(0, skip - len(piece))


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


class _Plain:
    """Bytes in no coding."""

    finished = True

    def write(self, data: bytes) -> Iterator[bytes]:
        yield data


_STAGES: dict[str, Callable[[], _Stage]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_BROKEN = (zlib.error, brotli.error, zstandard.ZstdError)
_GZIP = b"\x1f\x8b\x08"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = tuple(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16))
"""Frames that a zstd stream may begin with (RFC 8878 §3.1.2)."""
_MAGIC = {"gzip": (_GZIP[:2],), "x-gzip": (_GZIP[:2],), "zstd": (_ZSTD_MAGIC, *_SKIPPABLE)}
_FILES = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\f\r\x1b") + b"\x7f"
"""Bytes no text has (WHATWG MIME Sniffing §3, binary data bytes)."""
_ENOUGH = 256
"""Bytes by which text is known: one in nine of a compressed body's is a control character."""


def _is_readable(start: bytes) -> bool:
    """Whether bytes are a text or a file of a known kind, in no coding."""
    return start.startswith(_FILES) or start.translate(None, _CONTROL) == start


def _opens(coding: str, start: bytes, *, complete: bool) -> bool:
    """Whether a body that begins so can be taken out of a coding; one that grows beyond reason can."""
    stage, grown = _STAGES[coding](), 0
    try:
        for piece in stage.write(start):
            grown += len(piece)
            if grown > KEEP:
                return True
    except _BROKEN:
        return False
    return stage.finished or not complete


class _Looking:
    """One declared coding, believed once its first bytes bear it out.

    `coding` may be a word that names none. `undone` says what was really there, "" for nothing.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._start = b""
        self._stage: _Stage | None = None
        self.undone = ""

    @property
    def finished(self) -> bool:
        return self._stage is not None and self._stage.finished

    def write(self, data: bytes) -> Iterator[bytes]:
        if self._stage is None:
            self._start += data
            if len(self._start) < _ENOUGH:
                return
            data = self._settle(complete=False)
        assert self._stage is not None, "it was just settled"
        yield from self._stage.write(data)

    def end(self) -> Iterator[bytes]:
        """What was kept back while too little had come to look at."""
        if self._stage is None and self._start:
            start = self._settle(complete=True)
            assert self._stage is not None, "it was just settled"
            yield from self._stage.write(start)

    def _settle(self, *, complete: bool) -> bytes:
        start, self._start = self._start, b""
        self.undone = self._found(start, complete=complete)
        self._stage = _STAGES[self.undone]() if self.undone else _Plain()
        return start

    def _found(self, start: bytes, *, complete: bool) -> str:
        declared = self._coding if self._coding in _STAGES else ""
        readable = _is_readable(start)
        if declared in {"br", "deflate"} and not start.startswith(_GZIP):
            # Their streams begin with anything, a text that is merely stored among it.
            return "" if readable and not _opens(declared, start, complete=complete) else declared
        magic = _MAGIC.get(declared)
        if magic and start.startswith(magic):
            return declared
        if start.startswith(_GZIP):
            return "gzip"
        if readable or start.startswith(_MARKS):
            return ""
        if not declared and self._coding:
            raise FetchError(FetchKind.PROTOCOL, f"the body comes in an unknown compression “{self._coding[:40]}”")
        return declared


class _Undeclared(_Looking):
    """Text that was compressed without a word about it; a file that is sent as such is left as it is."""

    def __init__(self) -> None:
        super().__init__("")

    def _found(self, start: bytes, *, complete: bool) -> str:  # noqa: ARG002 - the first bytes suffice
        if start.startswith(_GZIP):
            return "gzip"
        return "zstd" if start.startswith(_ZSTD_MAGIC) else ""


def codings_of(header: str) -> tuple[str, ...]:
    """The codings of a Content-Encoding header in the order applied, words that name none among them.

    Raises FetchError(PROTOCOL) for more than MAX_LAYERS.
    """
    parts = (part.partition(";")[0].strip(" \t\"'") for part in header.lower().split(","))
    codings = tuple(coding for coding in parts if coding not in {"", "identity", "none"})
    if len(codings) > MAX_LAYERS:
        raise FetchError(FetchKind.PROTOCOL, f"the body is compressed {len(codings)} times over", transient=False)
    return codings


def _is_text(media: str) -> bool:
    """Whether a Content-Type promises something to read, not an archive."""
    kind = media.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in {"application/pdf", "application/json"} or kind.endswith("xml")


def _too_large(limit: int) -> FetchError:
    return FetchError(FetchKind.TOO_LARGE, f"the body is larger than {_size(limit)} when unpacked", transient=False)


def _size(count: int) -> str:
    return f"{count / 1_000_000:g} MB" if count >= 1_000_000 else f"{count} bytes"


class Decoder:
    """Takes a stream out of its codings. `limit`: decoded bytes allowed, of every layer by itself.

    `feed` and `finish` raise FetchError: TOO_LARGE past the limit or for a bomb, PROTOCOL for a broken stream.
    """

    def __init__(self, codings: tuple[str, ...], limit: int, media: str = "") -> None:
        self._codings = codings
        looking: list[_Looking] = [_Looking(coding) for coding in reversed(codings)]
        self._stages = [*looking, _Undeclared()] if _is_text(media) else looking
        self._sizes = [0] * len(self._stages)
        self._limit = limit
        self._fed = 0

    @property
    def undone(self) -> tuple[str, ...]:
        """The codings that were really there, in the order applied; known once something was fed."""
        return tuple(stage.undone for stage in reversed(self._stages) if stage.undone)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces of at most PIECE plus a little, as they come."""
        self._fed += len(data)
        try:
            yield from self._run(0, data)
        except _BROKEN as error:
            raise self._broken() from error

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

    def finish(self) -> Iterator[bytes]:
        """What is left, once nothing more comes."""
        try:
            for layer, stage in enumerate(self._stages):
                for piece in stage.end():
                    self._count(layer, len(piece))
                    yield from self._run(layer + 1, piece)
        except _BROKEN as error:
            raise self._broken() from error
        if self._fed and not all(stage.finished for stage in self._stages if stage.undone):
            raise FetchError(FetchKind.PROTOCOL, "the compressed body breaks off before its end")

    def _broken(self) -> FetchError:
        said = ", ".join(self.undone)
        return FetchError(FetchKind.PROTOCOL, f"the body cannot be unpacked (sent as {said})")


class Body:
    """A body as it arrives: counted on the wire and decoded, kept once its size is known to be allowed.

    A coded body that decodes to more than KEEP bytes is decoded twice: counted as it arrives, and once more from the
    coded bytes when all is there.
    """

    def __init__(self, codings: tuple[str, ...], *, wire_limit: int, decoded_limit: int, media: str = "") -> None:
        self._codings, self._media = codings, media
        self._wire_limit, self._decoded_limit = wire_limit, decoded_limit
        self._decoder = Decoder(codings, decoded_limit, media)
        self._raw = io.BytesIO()
        self._kept: io.BytesIO | None = io.BytesIO()
        self._digest = hashlib.sha256()
        self.wire = 0
        """Bytes that came: the content, its transfer framing taken away, its codings not undone."""
        self.decoded = 0

    @property
    def sha256(self) -> str:
        """Of the bytes that came, as `wire` counts them."""
        return self._digest.hexdigest()

    @property
    def received(self) -> bytes:
        return self._raw.getvalue()

    @property
    def undone(self) -> tuple[str, ...]:
        """The codings that were really there, in the order applied."""
        return self._decoder.undone

    def feed(self, chunk: bytes) -> None:
        self.wire += len(chunk)
        if self.wire > self._wire_limit:
            raise FetchError(FetchKind.TOO_LARGE, f"the body is larger than {_size(self._wire_limit)}", transient=False)
        self._digest.update(chunk)
        self._raw.write(chunk)
        for piece in self._decoder.feed(chunk):
            self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        self.decoded += len(piece)
        if self.decoded > self._decoded_limit:
            raise _too_large(self._decoded_limit)
        if self.decoded > KEEP:
            self._kept = None
        if self._kept is not None:
            self._kept.write(piece)

    def finish(self) -> bytes:
        """The decoded body. Raises FetchError(PROTOCOL) when the coded stream is incomplete."""
        for piece in self._decoder.finish():
            self._keep(piece)
        return self._all()

    def start(self, count: int) -> bytes:
        """The first `count` decoded bytes, complete or not."""
        with suppress(FetchError):
            # What is too short to look at waits for its end.
            for piece in self._decoder.finish():
                self._keep(piece)
        return self._all()[:count]

    def _all(self) -> bytes:
        if not self.undone:
            return self.received
        if self._kept is not None:
            return self._kept.getvalue()
        whole = io.BytesIO()
        again = Decoder(self._codings, self._decoded_limit, self._media)
        for piece in again.feed(self.received):
            whole.write(piece)
        return whole.getvalue()
