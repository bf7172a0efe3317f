"""The head of an HTTP/1.1 answer: read as leniently as browsers do, kept as it came.

Servers send lines that no standard allows: without a colon, with a blank in the name, ended by LF alone. A browser
passes over what says nothing and shows the page; so does this. What would make two readers cut the body at different
places is refused, with the line in question.

Sources: RFC 9112 §2.2 (robust parsing), §5 (fields), §6 (framing); Chromium's `net/http/http_response_headers.cc` and
`http_stream_parser.cc`.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from monitor.model.evidence import fields_of

_BLANK_LINE = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP(?:/(\d{1,3}(?:\.\d{1,3})?))?[ \t]+(\d{3})(?!\d)", re.IGNORECASE)
_SLACK = 4
"""Bytes of rubbish that may stand before the status line (as in Chromium)."""
_SHOWN = 80
_BODYLESS = frozenset({204, 205, 304})
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)


class HeadError(ValueError):
    """The head cannot be read; the message says what of it, in words that follow the server's name."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How the end of the body is known. `length` None and not `chunked`: by the end of the connection."""

    chunked: bool = False
    length: int | None = None


@dataclass(frozen=True)
class Head:
    """`lines`: as they came, the status line first, without their line ends; a folded line is two of them."""

    status: int
    lines: tuple[bytes, ...]

    @cached_property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Names in lower case, values unfolded and trimmed, in order. Lines that are no field are passed over."""
        return fields_of(self.lines[1:])

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.fields if known == name)

    @property
    def framing(self) -> Framing:
        """Raises HeadError when two readers could differ about where the body ends."""
        lengths = {part.strip() for value in self.values("content-length") for part in value.split(",")} - {""}
        codings = [p.strip().lower() for value in self.values("transfer-encoding") for p in value.split(",")]
        codings = [coding for coding in codings if coding not in {"", "identity"}]
        if self.values("content-length") and self.values("transfer-encoding"):
            raise HeadError("gives two contradicting lengths of its answer (Content-Length and Transfer-Encoding)")
        if unknown := [coding for coding in codings if coding != "chunked"]:
            raise HeadError(f"sends its answer in a way that is not known (“Transfer-Encoding: {unknown[0][:_SHOWN]}”)")
        if wrong := sorted(length for length in lengths if not _DIGITS.fullmatch(length)):
            raise HeadError(f"gives a length that is none (“Content-Length: {wrong[0][:_SHOWN]}”)")
        numbers = sorted({int(length) for length in lengths})
        if len(numbers) > 1:
            raise HeadError(
                f"gives two contradicting lengths of its answer (“Content-Length: {numbers[0]}”, {numbers[1]})"
            )
        if self.status in _BODYLESS:
            return Framing(length=0)
        return Framing(bool(codings), numbers[0] if numbers and not codings else None)


def head_end(raw: bytes | bytearray, start: int = 0) -> int | None:
    """Where the head that begins at `start` ends, its blank line included; None when it is not all there."""
    while raw[start : start + 1] in (b"\r", b"\n"):
        start += 1
    end = _BLANK_LINE.search(raw, start)
    return end.end() if end else None


def parse_head(raw: bytes) -> Head:
    """Read a head that ends with its blank line. Raises HeadError."""
    lines = [line.removesuffix(b"\r") for line in raw.strip(b"\r\n").split(b"\n")]
    at = lines[0][: _SLACK + 4].upper().find(b"HTTP")
    found = _STATUS_LINE.match(lines[0], max(at, 0))
    if found is None:
        raise HeadError(f"does not answer in HTTP: its first line is {_shown(lines[0])}")
    if int(found[2]) < 100:
        raise HeadError(f"answers with a status that there is not: {_shown(lines[0])}")
    return Head(int(found[2]), tuple(lines))


def _shown(line: bytes) -> str:
    text = "".join(c if c.isprintable() else "·" for c in line[:_SHOWN].decode("utf-8", "replace"))
    return f"“{text}{'…' if len(line) > _SHOWN else ''}”"
