"""How secrets may come back: servers repeat what they were told, as it was or as it went over the wire."""

import base64
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SHORTEST_PIECE = 8
"""Shorter pieces of a URL's path are words; hiding them would hide every sentence they stand in."""


def spellings(values: Iterable[str]) -> tuple[str, ...]:
    """The secrets in these values, in every spelling they may be repeated in; longest first.

    Of a URL: the whole, its password (plain, percent-encoded, and as SMTP's AUTH sends it, RFC 4616 and the LOGIN
    mechanism), its longer path segments and query values, which is where chat services keep their tokens. A URL
    without any of these is none: `smtp://127.0.0.1:25`. Of a signing secret: each word, with and without its prefix.
    """
    found: dict[str, None] = {}
    for value in values:
        for secret in _of_url(value) if "://" in value else _of_words(value):
            found |= dict.fromkeys((secret, quote(secret, safe=""), unquote(secret)))
    return tuple(sorted((s for s in found if s), key=len, reverse=True))


def _of_words(value: str) -> Iterable[str]:
    for word in value.split():
        yield word
        yield word.partition("_")[2] if word.startswith("whsec_") else word


def _of_url(url: str) -> Iterable[str]:
    try:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError:
        yield url
        return
    pieces = [piece for piece in parts.path.split("/") if len(piece) >= SHORTEST_PIECE]
    pieces += [value for _, value in parse_qsl(parts.query) if len(value) >= SHORTEST_PIECE]
    if parts.scheme not in _HOSTED:
        # Chat services: tokens stand where host and port would. Their case was lost in `hostname`.
        written = [user, *parts.netloc.rpartition("@")[2].split(":")]
        pieces += [piece for piece in written if len(piece) >= SHORTEST_PIECE]
    if not pieces and not password:
        return
    yield url
    yield from pieces
    if password:
        yield password
        yield base64.b64encode(password.encode()).decode("ascii")
        yield base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")


_HOSTED = frozenset(
    {"http", "https", "smtp", "smtps", "smtp+starttls", "json", "jsons", "xml", "xmls", "form", "forms"}
)
"""Schemes whose host is one."""
