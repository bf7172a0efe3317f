"""What a certificate says of itself: the few fields that a person needs, out of its DER bytes.

Only for words; whether a certificate is to be trusted is OpenSSL's to say. Sources: RFC 5280 §4.1 (certificate),
§4.2.2.1 (where the issuer's certificate can be had); X.690 (DER).
"""

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_COMMON_NAME, _ORGANISATION, _UNIT = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b"
_ISSUERS_ADDRESS = b"\x2b\x06\x01\x05\x05\x07\x30\x02"
_ADDRESS = re.compile(rb"http://[!-~]{1,200}")
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class CertificateWords:
    """`subject` and `issuer` as a person would name them; empty where nothing could be read."""

    subject: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    issuers_address: str = ""
    """Where the issuer's own certificate can be had."""

    @property
    def self_signed(self) -> bool:
        return bool(self.subject) and self.subject == self.issuer


def chain_of(connection: ssl.SSLObject | ssl.SSLSocket) -> tuple[bytes, ...]:
    """The certificates a server sent, its own first, in DER."""
    if hasattr(connection, "get_unverified_chain"):
        return tuple(connection.get_unverified_chain())
    # Before Python 3.13 the method is there, one floor below.
    below: Any = connection._sslobj  # type: ignore[union-attr]  # noqa: SLF001
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in below.get_unverified_chain() or ())


def words_of(der: bytes) -> CertificateWords:
    """Never fails: what cannot be read stays empty."""
    try:
        return _words(der)
    except (IndexError, ValueError):
        return CertificateWords()


def _words(der: bytes) -> CertificateWords:
    (_, whole), *_ = _parts(der)
    (_, signed), *_ = _parts(whole)
    fields = list(_parts(signed))
    if fields[0][0] == 0xA0:
        fields = fields[1:]
    issuer, validity, subject = fields[2][1], fields[3][1], fields[4][1]
    begin, end = (_moment(tag, value) for tag, value in _parts(validity))
    at = der.find(_ISSUERS_ADDRESS)
    address = _ADDRESS.match(der, at + len(_ISSUERS_ADDRESS) + 2) if at >= 0 else None
    where = address[0].decode() if address else ""
    if where:
        # The address ends where its DER value does.
        where = where[: der[at + len(_ISSUERS_ADDRESS) + 1]]
    return CertificateWords(_name(subject), _name(issuer), begin, end, where)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each value in a row. Raises IndexError or ValueError for what is no DER."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if length > len(data) - at:
            raise ValueError("a value is longer than what holds it")
        yield tag, data[at : at + length]
        at += length


def _name(name: bytes) -> str:
    """The common name, or the organisation and its unit."""
    found: dict[bytes, str] = {}
    for _, group in _parts(name):
        for _, pair in _parts(group):
            (_, kind), (tag, value), *_ = _parts(pair)
            text = value.decode(_TEXTS.get(tag, "latin-1"), "replace")
            found.setdefault(kind, "".join(c for c in text if c.isprintable())[:_SHOWN])
    common, rest = found.get(_COMMON_NAME, ""), [found[k] for k in (_ORGANISATION, _UNIT) if k in found]
    return common or ", ".join(rest)


def _moment(tag: int, value: bytes) -> datetime:
    """UTCTime (two digits of the year, RFC 5280 §4.1.2.5.1) or GeneralizedTime."""
    text = value.decode("ascii")
    if tag == 0x17:
        text = ("20" if int(text[:2]) < 50 else "19") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
