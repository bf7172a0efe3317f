"""What strangers may read where MONITOR_WEB_PUBLIC=read: what happened, with marks and a few words around them, times,
hashes and links. Never a stored body or a whole text, unless the watch list says `republish: true` of the source; never
a person's name or note. Two locks: only addresses listed here reach a view, and each view asks `desk.public`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.model import Change, Mark, Part, PartKind, Source, Span
from monitor.text.marks import shorten

_OPEN = re.compile(
    r"/|/(?:changes|events)/[0-9]{1,18}|/coverage|/coverage\.csv|/sources|/sources/[^/]{1,120}"
    r"|/feeds|/feeds/all\.atom|/feeds/(?:topic|section|source)/[^/]{1,120}\.atom"
    r"|/api/v1/(?:changes|events|sources|snapshots)(?:/[^/]{1,120})?|/api/v1/sources/[^/]{1,120}/snapshots"
    r"|/api/v1/citations|/api/v1/openapi\.json"
)
_WITH_LEAVE = re.compile(r"/kept/[0-9]{1,18}(?:/page|/file)?|/sources/[^/]{1,120}/(?:text|compare)")
"""Their views ask whether the source may be republished."""
NAV = frozenset({"/", "/coverage", "/sources"})
"""Entries of the bar on top that strangers see."""
CACHED: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"public, max-age=60"),
    (b"vary", b"Accept-Language, Cookie, Authorization"),
)
"""Of an answer that strangers got: a cache may give it to other strangers for a minute."""


OF_A_PART, OF_A_CHANGE = 600, 6_000
"""Characters of page text that strangers get of one place, and of one change."""


def may_reach(method: str, path: str) -> bool:
    """May a stranger's request get as far as a view? Only to read, only these addresses."""
    return method == "GET" and bool(_OPEN.fullmatch(path) or _WITH_LEAVE.fullmatch(path))


def excerpted(change: Change, source: Source) -> Change:
    """A change for strangers: its marks with a few words around, not the paragraphs they stand in."""
    if source.republish:
        return change
    quotes = tuple(replace(touch, nearest="") for touch in change.quotes)
    parts, left = [], OF_A_CHANGE
    for part in change.parts:
        shown = _excerpt(part, min(OF_A_PART, left))
        left -= _size(shown)
        parts.append(shown)
    return replace(change, parts=tuple(parts), quotes=quotes, old_text="", new_text="")


def _excerpt(part: Part, most: int) -> Part:
    """At most so many characters: a document replaced as a whole would else be given away whole."""
    if part.kind is PartKind.LINK:
        return part
    if not part.spans:
        # Without marks the words of a place that only came or went are all there is of it.
        return replace(part, old=_begin(part.old, most), new=_begin(part.new, most))
    stays = part.kind in {PartKind.CHANGED, PartKind.MOVED}
    return replace(part, old="", new="", spans=_first(shorten(part.spans) if stays else part.spans, most))


def _first(spans: Sequence[Span], most: int) -> tuple[Span, ...]:
    shown: list[Span] = []
    for span in spans:
        text = _begin(span.text, most)
        shown += [replace(span, text=text)] if text or span.mark is Mark.CUT else []
        most -= len(text)
        if len(text) < len(span.text):
            return (*shown, Span(Mark.CUT, ""))
    return tuple(shown)


def _begin(text: str, most: int) -> str:
    """Whole words from the beginning."""
    return text if len(text) <= most else text[: max(0, most)].rpartition(" ")[0]


def _size(part: Part) -> int:
    return len(part.old) + len(part.new) + sum(len(span.text) for span in part.spans)
