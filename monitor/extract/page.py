"""Web pages to an extraction: characters, cost, walk, furniture, entries, put together."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import charset, cost, furniture, html, limits, listing
from monitor.extract.lines import to_blocks
from monitor.extract.links import Addresses
from monitor.model import Extraction, Source, WatchAs

VERSION = 7
"""Must be raised when the output for the same bytes changes: old snapshots are then read again, quietly."""

MOST_NOFOLLOW = 200

_LIBRARY = version("selectolax")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a page is read by besides its characters."""

    url: str
    selector: str
    listing: bool
    fingerprint: str
    charset: str


class PageExtractor:
    """Reads HTML. `limits` are those of the child that reads pages which could be bombs (see `cost.py`)."""

    def __init__(self, given: limits.Limits | None = None) -> None:
        self._limits = given or limits.Limits(cpu=3, wall=20.0)

    def read(self, body: bytes, *, content_type: str, url: str, source: Source) -> Extraction:
        """Blocks, margin and, for listings, items. Raises ExtractError (EMPTY, TOO_COSTLY)."""
        if len(body) > cost.MAX_BYTES:
            raise ExtractError(ExtractKind.TOO_COSTLY, f"a page of {len(body) / 1e6:.0f} MB")
        decoded = charset.decode(body, content_type)
        reason = cost.is_refused(decoded.text)
        if reason:
            raise ExtractError(ExtractKind.TOO_COSTLY, reason)
        rules = Rules(url, source.selector, _is_listing(source), self.fingerprint(source), decoded.charset)
        if not cost.is_heavy(decoded.text):
            return read_page(decoded.text, rules)
        arguments = (
            rules.url,
            rules.selector,
            "listing" if rules.listing else "page",
            rules.fingerprint,
            rules.charset,
        )
        return limits.run(
            "monitor.extract.html_child", arguments, decoded.text.encode("utf-8", "replace"), self._limits
        )

    def fingerprint(self, source: Source) -> str:
        rules = [_LIBRARY, source.selector, listing.VERSION if _is_listing(source) else 0]
        return f"html:{VERSION}:{hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:8]}"


def _is_listing(source: Source) -> bool:
    return source.watch_as is WatchAs.LISTING


def read_page(text: str, rules: Rules) -> Extraction:
    """The text of a decoded page. Raises ExtractError (EMPTY: no text at all, or the selector matches nothing)."""
    head, page = html.scan(text, url=rules.url, selector=rules.selector, listing=rules.listing)
    placed = furniture.settle(page.lines, page.regions, keep_links=rules.listing)
    if not placed:
        raise ExtractError(ExtractKind.EMPTY, "the page shows no text (without running its scripts)")
    canonical = Addresses(rules.url, head.base).absolute(head.canonical)
    return Extraction(
        fingerprint=rules.fingerprint,
        blocks=to_blocks(p[:3] for p in placed if not p.margin),
        margin=to_blocks(p[:3] for p in placed if p.margin),
        margin_at=tuple(n for n, p in enumerate(placed) if p.margin),
        items=listing.find_items([p.line for p in placed if not p.margin], page.elements) if rules.listing else (),
        title=head.title,
        declared_language=head.language,
        charset=rules.charset,
        canonical=canonical,
        noindex=head.noindex,
        password_form=page.password,
        nofollow=page.nofollow[:MOST_NOFOLLOW],
    )
