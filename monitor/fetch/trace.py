"""Taking down what one request and its answer were, as they happen."""

import hashlib
import re
import ssl
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.fetch.certificates import chain_of
from monitor.fetch.connection import Connection
from monitor.fetch.decode import Body
from monitor.fetch.head import Head
from monitor.model.evidence import HopRecord, Trace

_COOKIES = frozenset({b"cookie", b"set-cookie", b"set-cookie2"})
_PAIR = re.compile(rb"(?P<name>[^=;]*=)?(?P<value>[^;]*)")


class HopNotes:
    """Of one hop. `record` may be asked for at any time, after a failure too.

    `keep`: the body as received is wanted.
    """

    def __init__(self, url: str, *, keep: bool = False) -> None:
        self._record, self._keep = HopRecord(url), keep
        self.begun = False
        """Something of the request may have gone out."""
        self.certificates: tuple[bytes, ...] = ()
        self.received: bytes | None = None

    def connected(self, connection: Connection) -> None:
        peer = connection.info("server_addr")
        self._note(peer=_address(peer) if isinstance(peer, tuple) else "")
        secured = connection.info("ssl_object")
        if isinstance(secured, ssl.SSLObject | ssl.SSLSocket):
            self.certificates = chain_of(secured)
            hashes = tuple(hashlib.sha256(der).hexdigest() for der in self.certificates)
            cipher = secured.cipher()
            self._note(tls=secured.version() or "", cipher=cipher[0] if cipher else "", certificates=hashes)

    def sending(self) -> None:
        self.begun = True

    def sent(self, head: bytes, at: datetime) -> None:
        self._note(request=_lines(head.removesuffix(b"\r\n\r\n").split(b"\r\n")), sent_at=at)

    def answered(self, head: Head, at: datetime) -> None:
        begun = self._record.sent_at
        self._note(answer=_lines(head.lines), first_byte=at - begun if begun else None)

    def read(self, head: Head, body: Body, at: datetime) -> None:
        """The whole body came."""
        framing, begun = head.framing, self._record.sent_at
        how = "chunked" if framing.chunked else "close" if framing.length is None else "length"
        self._note(
            last_byte=at - begun if begun else None,
            framing=how,
            codings=body.undone,
            body_bytes=body.wire,
            body_sha256=body.sha256,
        )
        self.received = body.received if self._keep and body.undone else None

    @property
    def record(self) -> HopRecord:
        return self._record

    def _note(self, **values: Any) -> None:
        self._record = replace(self._record, **values)


def traced(hops: Iterable[HopNotes]) -> Trace:
    """The hops of a journey together; one that did not come to a connection is none."""
    hops = tuple(hop for hop in hops if hop.record.peer)
    certificates = dict.fromkeys(der for hop in hops for der in hop.certificates)
    return Trace(tuple(hop.record for hop in hops), tuple(certificates), hops[-1].received if hops else None)


def _address(peer: tuple[Any, ...]) -> str:
    host, port = str(peer[0]), peer[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _lines(lines: Iterable[bytes]) -> tuple[str, ...]:
    """As they travelled, but for the values of cookies."""
    kept, in_cookie = [], False
    for line in lines:
        if in_cookie and line[:1] in {b" ", b"\t"}:
            kept.append(b" [%d bytes]" % len(line.strip()))
            continue
        name, colon, value = line.partition(b":")
        in_cookie = bool(colon) and name.strip().lower() in _COOKIES
        if in_cookie:
            every = name.strip().lower() == b"cookie"
            value = _PAIR.sub(_length, value, count=0 if every else 1)
        kept.append(name + colon + value)
    return tuple(line.decode("latin-1") for line in kept)


def _length(pair: re.Match[bytes]) -> bytes:
    name, value = pair["name"] or b"", pair["value"]
    if not name and not value.strip():
        return pair[0]
    return b"%s[%d bytes]" % (name or b" ", len(value.strip()))
