"""Plain text, JSON, XML and feeds to blocks. No XML parser is near: entities stay the words they are."""

import hashlib
import re

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import charset, feed, markup, records
from monitor.extract.kinds import sniff
from monitor.extract.lines import tidy
from monitor.model import Block, Extraction, Item, Source, WatchAs

VERSION = 2
"""Must be raised when the output for the same bytes changes: old snapshots are then read again, quietly."""

MAX_BYTES = 20_000_000
MAX_BLOCKS = 200_000
_PARAGRAPH = re.compile(r"\n[ \t\f\v]*(?:\n[ \t\f\v]*)+")
_LIST = re.compile(r"\s*(?:[-*•–]|\(?\w{1,3}[.)])\s")
_WRAPPED = range(40, 101)
"""Lengths of lines that were broken by width and not by meaning."""


class PlainExtractor:
    """Reads text without markup, JSON (one row a record), XML (its words) and RSS or Atom feeds (with items)."""

    def read(self, body: bytes, *, content_type: str, url: str, source: Source) -> Extraction:
        """Raises ExtractError (EMPTY, TOO_COSTLY)."""
        if len(body) > MAX_BYTES:
            raise ExtractError(ExtractKind.TOO_COSTLY, f"a text of {len(body) / 1e6:.0f} MB")
        kind = sniff(body, content_type)
        decoded = charset.decode(body, content_type)
        fingerprint = self.fingerprint(source)
        if kind == "feed":
            found = feed.read(decoded.text, url=url)
            blocks, margin, items, title = found.blocks, found.margin, found.items, found.title
        else:
            blocks, items = _read(decoded.text, kind, url)
            items = items if source.watch_as is WatchAs.LISTING else ()
            margin, title = (), ""
        if not blocks and not margin:
            raise ExtractError(ExtractKind.EMPTY, "the file holds no text")
        if len(blocks) > MAX_BLOCKS:
            raise ExtractError(ExtractKind.TOO_COSTLY, f"more than {MAX_BLOCKS:,} paragraphs")
        return Extraction(fingerprint, blocks, margin, items, title, charset=decoded.charset, media="plain")

    def fingerprint(self, source: Source) -> str:  # noqa: ARG002 - plain text has no rules of its source's
        rules = hashlib.sha256(f"feed {feed.VERSION} json {records.VERSION} xml {markup.VERSION}".encode()).hexdigest()[
            :8
        ]
        return f"plain:{VERSION}:{rules}"


def _read(text: str, kind: str, url: str) -> tuple[tuple[Block, ...], tuple[Item, ...]]:
    """Blocks, and the entries that a listing of this kind has."""
    if kind == "json" and (found := records.read(text, url=url)) is not None:
        return found
    if kind == "xml" and markup.is_sitemap(text):
        items = markup.sitemap(text, url=url)
        return markup.blocks_of(items), items
    if kind == "xml" and (blocks := markup.read(text)):
        return blocks, ()
    return tuple(Block(line) for line in paragraphs(text)), ()


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a text; lines that were only broken by width are joined, others stay lines."""
    found: list[str] = []
    for part in _PARAGRAPH.split(text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line for line in part.split("\n") if line.strip()]
        wrapped = all(len(line) in _WRAPPED for line in lines[:-1]) and not any(_LIST.match(line) for line in lines)
        found += [" ".join(lines)] if wrapped else lines
    return [clean for line in found if (clean := tidy(line))]
