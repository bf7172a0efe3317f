"""Plain text, JSON and feeds to blocks. No XML parser is near: entities stay the words they are."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import charset, feed
from monitor.extract.kinds import sniff
from monitor.extract.lines import tidy
from monitor.model import Block, Extraction, Source

VERSION = 2
"""Must be raised when the output for the same bytes changes: old snapshots are then read again, quietly."""

MAX_BYTES = 20_000_000
MAX_BLOCKS = 200_000
_PARAGRAPH = re.compile(r"\n[ \t\f\v]*(?:\n[ \t\f\v]*)+")
_LIST = re.compile(r"\s*(?:[-*•–]|\(?\w{1,3}[.)])\s")
_WRAPPED = range(40, 101)
"""Lengths of lines that were broken by width and not by meaning."""


class PlainExtractor:
    """Reads text without markup, JSON (one block a value) and RSS or Atom feeds (with items)."""

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
            texts = _json_lines(decoded.text) if kind == "json" else paragraphs(decoded.text)
            blocks = tuple(Block(text) for text in texts)
            margin, items, title = (), (), ""
        if not blocks and not margin:
            raise ExtractError(ExtractKind.EMPTY, "the file holds no text")
        if len(blocks) > MAX_BLOCKS:
            raise ExtractError(ExtractKind.TOO_COSTLY, f"more than {MAX_BLOCKS:,} paragraphs")
        return Extraction(fingerprint, blocks, margin, items, title, charset=decoded.charset, media="plain")

    def fingerprint(self, source: Source) -> str:  # noqa: ARG002 - plain text has no rules of its source's
        rules = hashlib.sha256(f"feed {feed.VERSION}".encode()).hexdigest()[:8]
        return f"plain:{VERSION}:{rules}"


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a text; lines that were only broken by width are joined, others stay lines."""
    found: list[str] = []
    for part in _PARAGRAPH.split(text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line for line in part.split("\n") if line.strip()]
        wrapped = all(len(line) in _WRAPPED for line in lines[:-1]) and not any(_LIST.match(line) for line in lines)
        found += [" ".join(lines)] if wrapped else lines
    return [clean for line in found if (clean := tidy(line))]


def _json_lines(text: str) -> list[str]:
    """One line a value, `where: value`; the text itself when it is no JSON (or nested beyond reading)."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return paragraphs(text)
    return [clean for line in _leaves(value) if (clean := tidy(line))]


def _leaves(value: Any) -> Iterator[str]:
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        where, value = stack.pop()
        if isinstance(value, dict):
            stack += [(f"{where}.{name}" if where else str(name), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(where, inner) for inner in reversed(value)]
        elif value is not None and value != "":
            shown = value if isinstance(value, str) else json.dumps(value)
            yield f"{where}: {shown}" if where else shown
