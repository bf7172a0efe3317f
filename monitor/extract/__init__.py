"""Bytes to text: what a body is, who reads it, and under which fingerprint.

Three built-in readers; a reader of one's own is a line in the table. Reading is synchronous and may take a while (PDFs
and pages that could be bombs are read in a child process): call it from a thread.
"""

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol, cast

from monitor.errors import ExtractError, ExtractKind
from monitor.extract.html import check_selector
from monitor.extract.kinds import sniff
from monitor.model import Extraction, Source

__all__ = ["EXTRACTORS", "Extractor", "check_selector", "extractor", "fingerprint", "read", "sniff"]


class Extractor(Protocol):
    """Reads one kind of body.

    `fingerprint` names the extractor, its version and a short hash of what else shapes its output (`html:1:3fa4c2d1`):
    the source's rules, the version of the library. Two extractions may be compared only under the same fingerprint;
    an extractor's VERSION must be raised whenever its output for the same bytes changes.
    """

    def read(self, body: bytes, *, content_type: str, url: str, source: Source) -> Extraction:
        """Raises ExtractError and nothing else for anything bytes can do."""
        ...

    def fingerprint(self, source: Source) -> str: ...


EXTRACTORS: Mapping[str, str] = MappingProxyType(
    {
        "html": "monitor.extract.page:PageExtractor",
        "pdf": "monitor.extract.pdf:PdfExtractor",
        "plain": "monitor.extract.plain:PlainExtractor",
    }
)
"""Name → `module:factory`."""

_READERS = {"html": "html", "pdf": "pdf", "plain": "plain", "feed": "plain", "json": "plain", "xml": "plain"}
"""What `sniff` says → the extractor that reads it."""


@lru_cache(maxsize=32)
def extractor(name: str) -> Extractor:
    """The extractor of that name. Raises KeyError for a name that is not in the table."""
    return cast("Extractor", pkgutil.resolve_name(EXTRACTORS[name])())


def read(body: bytes, *, content_type: str, url: str, source: Source) -> Extraction:
    """The text of a body; the bytes decide who reads it.

    `content_type` is the whole header value, `url` the final address (links are made absolute against it). Raises
    ExtractError: EMPTY, UNSUPPORTED_TYPE and what the extractors raise.
    """
    if not body.strip():
        raise ExtractError(ExtractKind.EMPTY, "the answer has no content")
    kind = sniff(body, content_type)
    name = _READERS.get(kind)
    if name is None:
        declared = content_type.partition(";")[0].strip() or "nothing"
        raise ExtractError(ExtractKind.UNSUPPORTED_TYPE, f"no text is read from {kind} files (declared as {declared})")
    return extractor(name).read(body, content_type=content_type, url=url, source=source)


def fingerprint(media: str, source: Source) -> str:
    """The fingerprint an extraction of this source gets when the bytes are html, pdf, plain, feed, json or xml."""
    return extractor(_READERS.get(media, media)).fingerprint(source)
