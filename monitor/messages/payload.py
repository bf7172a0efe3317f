"""Digest → the JSON that a webhook gets: the facts of the mail for programs, and its sentences beside them.

`docs/reference/webhook.md` documents every name here; a test compares the two.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.digest import event_severity
from monitor.messages.changes import LINE, SEVERITIES, Telling, change_view, keys_of
from monitor.messages.happened import event_views
from monitor.messages.head import subject, summary
from monitor.messages.mime import Sender, message_id
from monitor.messages.report import finding_words
from monitor.messages.standing import tally_facts
from monitor.messages.words import Words
from monitor.model import (
    Citation,
    CitationKey,
    Digest,
    DigestChange,
    DigestEvent,
    Document,
    Outgoing,
    Part,
    Quote,
    QuoteTouch,
    Reason,
    ReportLine,
    SectionOf,
    Source,
    completed,
)
from monitor.model.verdict import Tally

VERSION = 1
"""Of the schema. A name is added under the same version; one that goes or means something else makes a new one."""
MOST = 256 * 1024
"""Bytes of a payload. Many receivers take no more, whatever they say of themselves."""


DOCUMENTS = 50
"""Of one change."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much is told of each change, and of how many changes, events and lines."""

    parts: int
    characters: int
    """Of page text in one part, each side."""
    entries: int


SHARES = (
    Share(400, 60_000, 10_000),
    Share(60, 8_000, 2_000),
    Share(12, 1_000, 500),
    Share(3, 300, 200),
    Share(0, 0, 150),
    Share(0, 0, 40),
    Share(0, 0, 0),
)
"""Tried in turn until the payload fits; what is left out is counted in `left`."""


def pack_json(digest: Digest, words: Words, sender: Sender) -> Outgoing:
    """The message of a digest to a webhook: the same bytes for the same digest and sender. ASCII: what would hide in a
    text (control, bidi and zero-width characters) is spelt out.
    """
    reader = digest.order.subscriber
    telling = Telling(words, ZoneInfo(reader.timezone), digest.order.covers_to, sender.links, digest.standing)
    body = b""
    for share in SHARES:
        body = json.dumps(_payload(digest, telling, sender, share), ensure_ascii=True, separators=(",", ":")).encode()
        if len(body) <= MOST:
            break
    return Outgoing(
        recipient=reader.email,
        sender=sender.address,
        subject=subject(digest, telling),
        message_id=message_id(digest.order, sender),
        mime=body,
        channel=reader.channel,
    )


def _payload(digest: Digest, telling: Telling, sender: Sender, share: Share) -> dict[str, Any]:
    order, most = digest.order, share.entries
    sections = [(section, entry) for section in digest.sections for entry in section.changes]
    ranked = sorted(sections, key=lambda pair: (-pair[1].change.severity, pair[1].change.id))
    lines = [(section, line) for section in digest.sections for line in section.lines]
    data: dict[str, Any] = {
        "schema": VERSION,
        "message": message_id(order, sender).strip("<>"),
        "kind": str(order.kind),
        "subscriber": order.subscriber.email,
        "language": telling.words.language,
        "window": order.window,
        "covers": {"from": _time(order.covers_from), "to": _time(order.covers_to)},
        "subject": subject(digest, telling),
        "summary": list(summary(digest, telling)),
        "figures": {
            "sources": digest.sources,
            "looks": digest.looks,
            "held_back": digest.held_back,
            "held_sources": digest.held_sources,
        },
        "standing": _standing(digest.standing, telling),
        "changes": [
            {"section": section.section.title, **_change(entry, telling, share)} for section, entry in ranked[:most]
        ],
        "events": [_event(entry, telling) for entry in digest.events[:most]],
        "attention": [_event(entry, telling) for entry in digest.attention[:most]],
        "report": [_line(section, line, telling) for section, line in lines[:most]],
        "left": {
            "changes": max(0, len(ranked) - most),
            "events": max(0, len(digest.events) - most) + max(0, len(digest.attention) - most),
            "report": max(0, len(lines) - most),
        },
    }
    return {"type": f"footnote_watch.{order.kind}", "timestamp": _time(order.covers_to), "data": data}


def change_facts(entry: DigestChange, telling: Telling, *, parts: int, characters: int) -> dict[str, Any]:
    """What others are told of one change: `parts` places of it, `characters` of page text in each, either side.

    Times are texts (RFC 3339). Without source, documents, command and link.
    """
    facts = _change(entry, telling, Share(parts, characters, 0))
    return {name: value for name, value in facts.items() if name not in {"source", "documents", "command", "link"}}


def event_facts(entry: DigestEvent, telling: Telling) -> dict[str, Any]:
    """What others are told of one event; without source and quote."""
    return {name: value for name, value in _event(entry, telling).items() if name not in {"source", "quote"}}


def citation_facts(citation: Citation) -> dict[str, Any]:
    """Footnote, its key, title and claims."""
    return _citation(citation)


def _change(entry: DigestChange, telling: Telling, share: Share) -> dict[str, Any]:
    change, seen = entry.change, change_view(entry, 0, telling, LINE)
    known = keys_of(entry)
    return {
        "id": change.id,
        "source": _source(entry.source),
        "kind": str(change.kind),
        "severity": SEVERITIES[change.severity],
        "why": seen.why,
        "reasons": [_reason(reason, telling.words) for reason in change.reasons],
        "topics": list(change.topics),
        "first_seen": _time(change.first_seen),
        "confirmed_at": _time(change.confirmed_at),
        "unchanged_since": _time(change.unchanged_since),
        "last_unchanged": _time(change.last_unchanged),
        "looks_unchanged": change.looks_unchanged,
        "restored_from": _time(change.restored_from),
        "old_sha256": change.old_sha256,
        "new_sha256": change.new_sha256,
        "parts": [_part(part, share.characters) for part in change.parts[: share.parts]],
        "parts_left": max(0, len(change.parts) - share.parts),
        "quotes": [_quote(touch, known) for touch in change.quotes],
        "citations": [_citation(citation) for citation in entry.citations],
        "documents": [_document(document) for document in entry.documents[:DOCUMENTS]],
        "command": seen.command,
        "link": seen.link,
    }


def _event(entry: DigestEvent, telling: Telling) -> dict[str, Any]:
    event, words = entry.event, telling.words
    (seen,) = event_views([entry], telling)
    quote = event.quote
    return {
        "id": event.id,
        "source": _source(entry.source),
        "kind": str(event.kind),
        "severity": SEVERITIES[event_severity(event)],
        "urgent": event.urgent,
        "at": _time(event.at),
        "label": words(f"events.{event.kind}"),
        "text": seen.text,
        "values": dict(event.values),
        "quote": {"footnote": quote.footnote, "key": _key(quote, keys_of(entry)), "text": quote.text}
        if quote
        else None,
        "citations": [_citation(citation) for citation in entry.citations],
    }


def _standing(tally: Tally | None, telling: Telling) -> dict[str, Any] | None:
    return {**tally_facts(tally, telling.words), "as_of": _time(tally.as_of)} if tally else None


def _line(section: SectionOf, line: ReportLine, telling: Telling) -> dict[str, Any]:
    found = line.finding
    return {
        "section": section.section.title,
        "source": _source(line.source),
        "state": str(found.kind),
        "text": finding_words(line, telling.words),
        "surprising": found.surprising,
        "at": _time(found.at),
        "url": found.url,
        "final_url": found.final_url,
        "alternative_url": found.alternative_url,
        "quotes": [_quote(touch, line.source.keys) for touch in found.quotes],
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "publisher": source.publisher,
        "url": source.url or "",
        "footnotes": sorted(source.footnotes),
        "keys": [str(key) for key in source.keys],
        "jurisdiction": source.jurisdiction,
        "languages": list(source.languages),
        "topics": list(source.topics),
    }


def _reason(reason: Reason, words: Words) -> dict[str, Any]:
    return {"code": reason.code, "text": words.reason(reason), "values": dict(reason.values)}


def _part(part: Part, most: int) -> dict[str, Any]:
    marks, left = [], most
    for span in part.spans:
        if left <= 0:
            break
        marks.append({"mark": str(span.mark), "text": span.text[:left]})
        left -= len(span.text)
    return {
        "kind": str(part.kind),
        "headings": list(part.headings),
        "page": part.page,
        "old": part.old[:most],
        "new": part.new[:most],
        "marks": marks,
        "url": part.url,
        "date": part.date,
        "cut": left < 0 or max(len(part.old), len(part.new)) > most,
    }


def _key(quote: Quote, known: Iterable[CitationKey]) -> str:
    return str(completed(quote.key, known))


def _quote(touch: QuoteTouch, known: Iterable[CitationKey]) -> dict[str, Any]:
    return {
        "footnote": touch.quote.footnote,
        "key": _key(touch.quote, known),
        "text": touch.quote.text,
        "before": str(touch.before),
        "after": str(touch.after),
        "nearest": touch.nearest,
        "page": touch.page,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "footnote": citation.footnote,
        "key": str(citation.key),
        "title": citation.title,
        "claims": list(citation.claims),
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "url": document.url,
        "entry": document.entry,
        "state": str(document.state),
        "final_url": document.final_url,
        "media": document.media,
        "title": document.title,
        "beginning": document.beginning,
        "pages": document.pages,
        "words": document.words,
        "language": document.language,
        "sha256": document.sha256,
    }


def _time(when: datetime | None) -> str | None:
    """`2026-11-24T06:00:00Z` (RFC 3339)."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if when else None


def names(value: Any) -> Iterable[str]:
    """Every name that stands in a payload, but not those of `values` and `verdicts`, which are codes."""
    if isinstance(value, list):
        for one in value:
            yield from names(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name not in {"values", "verdicts"}:
                yield from names(inner)
