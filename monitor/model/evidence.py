"""What went over the wire during one fetch: enough to show later what was asked and what was answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NEVER_KEPT = frozenset({"set-cookie", "set-cookie2"})


def fields_of(lines: Sequence[bytes]) -> tuple[tuple[str, str], ...]:
    """What header lines say: names in lower case, values unfolded and trimmed, in order.

    Lines that are no field are passed over, as browsers do (RFC 9110 §5, RFC 9112 §5).
    """
    found: list[tuple[str, bytes]] = []
    folds = False
    for line in lines:
        if line[:1] in {b" ", b"\t"}:
            if folds:
                found[-1] = (found[-1][0], found[-1][1] + b" " + line.strip(b" \t"))
            continue
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        folds = bool(colon) and _TOKEN.fullmatch(name) is not None
        if folds:
            found.append((name.decode("ascii").lower(), value.strip(b" \t")))
    return tuple((name, _text(value)) for name, value in found)


def _text(value: bytes) -> str:
    # RFC 9110 §5.5: CR and NUL inside a value are read as blanks. Bytes beyond ASCII have no agreed meaning; UTF-8 is
    # what servers mean when it fits.
    value = value.replace(b"\r", b" ").replace(b"\0", b" ")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@dataclass(frozen=True, slots=True)
class HopRecord:
    """One request of a journey and its answer.

    Lines are the bytes that travelled, read as Latin-1 (each byte one character), without their line ends, in the order
    and case in which they came; a folded header line is two of them. Values of cookies stand as their length:
    `sid=[12 bytes]`. Interim answers (1xx) are not kept. What did not happen is empty or None.
    """

    url: str
    request: tuple[str, ...] = ()
    """The request line and the header lines."""
    answer: tuple[str, ...] = ()
    """The status line and the header lines."""
    peer: str = ""
    """Address and port that were connected to: `203.0.113.7:443`, `[2001:db8::7]:443`."""
    tls: str = ""
    """`TLSv1.3`; empty for a connection without encryption."""
    cipher: str = ""
    certificates: tuple[str, ...] = ()
    """SHA-256 of the DER of each certificate the server sent, its own first."""
    sent_at: datetime | None = None
    """UTC; when the request had been sent."""
    first_byte: timedelta | None = None
    """From then until the answer began to come, rounded up to what the first read brought."""
    last_byte: timedelta | None = None
    """… until the last byte of the body was there."""
    framing: str = ""
    """How the end of the body was known: `length`, `chunked`, `close`."""
    codings: tuple[str, ...] = ()
    """Content codings that were really undone, in the order applied, whatever the answer declares."""
    body_bytes: int | None = None
    """Length of the body as received: its transfer framing (chunk sizes) taken away, its content codings not undone.
    None: it was not read (redirects), or did not come whole."""
    body_sha256: str = ""
    """SHA-256 of the same bytes."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The answer's fields, names in lower case, cookies left out."""
        fields = fields_of([line.encode("latin-1") for line in self.answer[1:]])
        return tuple(field for field in fields if field[0] not in _NEVER_KEPT)

    @property
    def status(self) -> int:
        """Of the final answer; 0 when none came."""
        words = self.answer[0].split(None, 2) if self.answer else []
        return int(words[1][:3]) if len(words) > 1 and words[1][:3].isdigit() else 0


@dataclass(frozen=True, slots=True)
class Trace:
    """What one fetch left, whatever came of it."""

    hops: tuple[HopRecord, ...] = ()
    certificates: tuple[bytes, ...] = ()
    """DER, each once."""
    received: bytes | None = None
    """The last body as received, when it was asked for and codings were undone; else None."""
