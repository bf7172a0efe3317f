"""A chunked body taken out of its framing, as bytes come (RFC 9112 §7.1).

As browsers do: a line may end with LF alone, blanks round a size and everything behind a semicolon are passed over, and
after the last chunk the connection may end at once.
"""

import re
from collections.abc import Iterator

_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")
LONGEST_LINE = 16 * 1024
"""Bytes of one line of framing."""
MOST_TRAILERS = 64 * 1024


class ChunkError(ValueError):
    """The framing is broken; the message says how, in words that follow the server's name."""


class Chunks:
    """Sans I/O: `feed` gives the pieces of the body; `done` once the last chunk has begun."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        """Bytes of the current chunk still to come."""
        self._ending = False
        """The line end after a chunk's data is still to come."""
        self._trailers = 0
        self.done = False
        """The chunk of size zero was seen: the body is complete."""
        self.ended = False
        """The blank line after the trailers was seen too."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises ChunkError."""
        self._buffer += data
        while self._buffer and not self.ended:
            if self._left:
                piece = bytes(self._buffer[: self._left])
                del self._buffer[: len(piece)]
                self._left -= len(piece)
                self._ending = not self._left
                yield piece
                continue
            line = self._line()
            if line is None:
                return
            self._read(line)

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LONGEST_LINE:
                raise ChunkError("cuts its answer into chunks whose sizes cannot be read")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.strip(b" \t\r")

    def _read(self, line: bytes) -> None:
        if self.done:
            self._trailers += len(line) + 1
            if self._trailers > MOST_TRAILERS:
                raise ChunkError("does not end the lines after its answer")
            self.ended = not line
        elif self._ending:
            if line:
                raise ChunkError("sends a chunk of another size than it says")
            self._ending = False
        else:
            size = line.partition(b";")[0].rstrip(b" \t")
            if not _SIZE.fullmatch(size):
                shown = "".join(c if c.isprintable() else "·" for c in line[:40].decode("utf-8", "replace"))
                raise ChunkError(f"cuts its answer into chunks whose sizes cannot be read (“{shown}”)")
            self._left = int(size, 16)
            self.done = not self._left
