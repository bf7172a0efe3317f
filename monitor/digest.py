"""Pure: what one subscriber is told – a subscriber, changes and events become a Digest, or nothing.

What goes into a digest is a set, never a stretch of time: everything told that this subscriber has not had yet.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from monitor.model import (
    Change,
    Citation,
    CitationKey,
    Digest,
    DigestChange,
    DigestEvent,
    DigestKind,
    DigestOrder,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Material,
    PartKind,
    QuoteState,
    ReportLine,
    Section,
    SectionOf,
    Severity,
    Source,
    Subscriber,
    key_of,
)

EVENT_SEVERITY = {
    EventKind.GONE: Severity.CRITICAL,
    EventKind.STATUS_NOTICE: Severity.CRITICAL,
    EventKind.QUOTE_LOST: Severity.CRITICAL,
    EventKind.REPLACED: Severity.CRITICAL,
    EventKind.MOVED_CHECK: Severity.SUBSTANTIVE,
    EventKind.MOVED: Severity.SUBSTANTIVE,
    EventKind.QUOTE_FOUND: Severity.SUBSTANTIVE,
    EventKind.ALTERNATIVE: Severity.SUBSTANTIVE,
    EventKind.LANGUAGE: Severity.SUBSTANTIVE,
    EventKind.BLOCKED: Severity.SUBSTANTIVE,
    EventKind.UNREACHABLE: Severity.SUBSTANTIVE,
    EventKind.UNREADABLE: Severity.SUBSTANTIVE,
    EventKind.RETURNED: Severity.SUBSTANTIVE,
    EventKind.FIRST_COPY: Severity.SUBSTANTIVE,
    EventKind.ADDED: Severity.MINOR,
    EventKind.FAULT: Severity.MINOR,
}
"""How much an event matters; an urgent one is always critical."""

ATTENTION = frozenset(
    {EventKind.BLOCKED, EventKind.UNREACHABLE, EventKind.UNREADABLE, EventKind.FAULT, EventKind.RETURNED}
)
"""States of a source, not news about it: one line on entering, one on recovery."""

OVERSIGHT = "DPA/oversight body"
"""`publisher_kind` whose new documents do not wait."""


def item_key(item: Change | Event) -> str:
    """The name of a thing told, as in the outbox: `change:12`, `event:7`."""
    return f"change:{item.id}" if isinstance(item, Change) else f"event:{item.id}"


def event_severity(event: Event) -> Severity:
    return Severity.CRITICAL if event.urgent else EVENT_SEVERITY[event.kind]


def is_urgent(source: Source, item: Change | Event) -> bool:
    """May it break out of a daily or weekly rhythm? A critical change, a new document of an oversight body."""
    if isinstance(item, Event):
        return item.urgent
    if item.severity is Severity.CRITICAL:
        return True
    if any(q.before is QuoteState.FOUND and q.after is QuoteState.MISSING for q in item.quotes):
        return True
    return source.publisher_kind == OVERSIGHT and any(p.kind is PartKind.ITEM_NEW for p in item.parts)


def matches(subscriber: Subscriber, source: Source, item: Change | Event) -> bool:
    """Does the subscriber want to hear of this? Every filter that is set must agree.

    The words filter is asked of what carries page text (changes, notices, quotes); that a source moved or vanished
    is told whatever the words.
    """
    filters = subscriber.filters
    severity = item.severity if isinstance(item, Change) else event_severity(item)
    if severity < filters.min_severity or not _wants_source(subscriber, source):
        return False
    if filters.topics and not _about(item, source) & {t.casefold() for t in filters.topics}:
        return False
    texts = tuple(_texts(item))
    return not filters.words or not texts or any(says(" ".join(texts), phrase) for phrase in filters.words)


def says(text: str, phrase: str) -> bool:
    """Does the text use the phrase? Letter case, punctuation and accents do not count: capitals often go without.

    From five letters on it may stand inside a longer word, as Dutch and German compounds do; a shorter one
    must stand alone.
    """
    wanted, words = _bare(key_of(phrase)), _bare(key_of(text))
    if not wanted:
        return False
    return wanted in words if len(wanted) >= 5 else f" {wanted} " in f" {words} "


def _bare(key: str) -> str:
    """Without accents: `etat` for `état`, `uberwachung` for `überwachung`."""
    if key.isascii():
        return key
    return "".join(c for c in unicodedata.normalize("NFKD", key) if not unicodedata.combining(c))


def compose(order: DigestOrder, material: Material) -> Digest | None:
    """The content of one message; None when this window has nothing to say.

    For the sign of life the material is what was confirmed in its week: with anything of interest in it, silence
    was not ambiguous and there is nothing to say.
    """
    if order.kind is DigestKind.FIRST_REPORT:
        return _first_report(order, material)
    if order.kind is DigestKind.SIGN_OF_LIFE:
        return None if any(True for _ in _wanted(order, material)) else _empty(order, material)
    if order.kind is DigestKind.TEST:
        return _empty(order, material)
    return _news(order, material)


def skipped(order: DigestOrder, material: Material) -> tuple[str, ...]:
    """Keys of what this subscriber does not want: marked as dealt with, so that a later, wider filter starts fresh.

    Only the regular digest deals with everything that waits.
    """
    if order.kind is not DigestKind.DIGEST:
        return ()
    wanted = {item_key(item) for _, item in _wanted(order, material)}
    keys = [*map(item_key, material.changes), *map(item_key, material.events)]
    return tuple(key for key in keys if key not in wanted)


def _wants_source(subscriber: Subscriber, source: Source) -> bool:
    filters = subscriber.filters
    if filters.sources and source.id not in filters.sources:
        return False
    wanted = {j.casefold() for j in filters.jurisdictions}
    return not wanted or source.jurisdiction.casefold() in wanted


def _about(item: Change | Event, source: Source) -> set[str]:
    own = item.topics if isinstance(item, Change) else ()
    return {topic.casefold() for topic in (*own, *source.topics)}


def _texts(item: Change | Event) -> Iterable[str]:
    """Page text an item carries."""
    if isinstance(item, Change):
        for part in item.parts:
            yield from (part.old, part.new, *part.headings, *(span.text for span in part.spans))
        for touch in item.quotes:
            yield from (touch.quote.text, touch.nearest)
    elif item.kind in {EventKind.STATUS_NOTICE, EventKind.QUOTE_LOST, EventKind.QUOTE_FOUND}:
        yield item.values.get("line", "")
        yield item.quote.text if item.quote else ""


def _wanted(order: DigestOrder, material: Material) -> Iterable[tuple[Source, Change | Event]]:
    sources = {s.id: s for s in material.sources}
    items: tuple[Change | Event, ...] = (*material.changes, *material.events)
    for item in items:
        source = sources.get(item.source_id) or Source(id=item.source_id, name=item.source_id, section="", url=None)
        if matches(order.subscriber, source, item) and (order.kind is not DigestKind.URGENT or is_urgent(source, item)):
            yield source, item


def _counted(material: Material) -> int:
    return sum(1 for s in material.sources if s.pollable and s.id not in material.retired)


def _empty(order: DigestOrder, material: Material) -> Digest:
    return Digest(
        order,
        sources=_counted(material),
        looks=material.looks,
        held_back=material.held_back,
        held_sources=material.held_sources,
        standing=material.standing,
        gaps=() if order.kind is DigestKind.TEST else material.gaps,
    )


def _news(order: DigestOrder, material: Material) -> Digest | None:
    changes: list[DigestChange] = []
    events: list[DigestEvent] = []
    for source, item in _wanted(order, material):
        cited = _citations(source, material.citations)
        if isinstance(item, Change):
            behind = tuple(d for d in material.documents if d.change == item.id)
            changes.append(DigestChange(item, source, cited, behind))
        else:
            events.append(DigestEvent(item, source, cited))
    if not changes and not events:
        return None
    events.sort(key=lambda e: (-event_severity(e.event), e.event.at, e.event.id))
    urgent = order.kind is DigestKind.URGENT
    return Digest(
        order,
        sections=_by_section(changes, material.sections),
        events=tuple(e for e in events if e.event.kind not in ATTENTION),
        attention=tuple(sorted((e for e in events if e.event.kind in ATTENTION), key=_in_time)),
        sources=_counted(material),
        looks=material.looks,
        held_back=0 if urgent else material.held_back,
        held_sources=0 if urgent else material.held_sources,
        new_lines=_new_lines(events, material),
        standing=material.standing,
        gaps=material.gaps,
    )


def _in_time(entry: DigestEvent) -> tuple[datetime, int]:
    return entry.event.at, entry.event.id


def _citations(source: Source, citations: Iterable[Citation]) -> tuple[Citation, ...]:
    return tuple(sorted((c for c in citations if c.source_id == source.id), key=lambda c: c.key))


def _by_section(changes: Iterable[DigestChange], sections: tuple[Section, ...]) -> tuple[SectionOf, ...]:
    """The report's sections, the one with the most severe change first; inside, the most severe first."""
    groups: dict[str, list[DigestChange]] = {}
    for entry in changes:
        groups.setdefault(entry.source.section, []).append(entry)
    known = {s.id: (place, s) for place, s in enumerate(sections)}
    made: list[tuple[tuple[int, int, str], SectionOf]] = []
    for name, entries in groups.items():
        place, section = known.get(name, (len(sections), Section(name, name)))
        entries.sort(key=lambda e: (-e.change.severity, e.change.confirmed_at, e.change.id))
        made.append(((-entries[0].change.severity, place, name), SectionOf(section, changes=tuple(entries))))
    return tuple(group for _, group in sorted(made, key=lambda pair: pair[0]))


def _new_lines(events: Iterable[DigestEvent], material: Material) -> tuple[ReportLine, ...]:
    found = {f.source_id: f for f in material.findings}
    return tuple(
        ReportLine(e.source, found[e.source.id])
        for e in events
        if e.event.kind is EventKind.ADDED and e.source.id in found
    )


def _first_report(order: DigestOrder, material: Material) -> Digest | None:
    """One line for every source the subscriber follows, grouped and ordered as in the report."""
    found = {f.source_id: f for f in material.findings}
    filters = order.subscriber.filters
    topics = {t.casefold() for t in filters.topics}
    groups: dict[str, list[ReportLine]] = {}
    for source in material.sources:
        if source.id in material.retired or not _wants_source(order.subscriber, source):
            continue
        if topics and not topics & {t.casefold() for t in source.topics}:
            continue
        finding = found.get(source.id) or _nothing_yet(source, order.covers_to)
        groups.setdefault(source.section, []).append(ReportLine(source, finding))
    titles = {s.id: s for s in material.sections}
    names = [s.id for s in material.sections if s.id in groups] + sorted(set(groups) - set(titles))
    sections = tuple(
        SectionOf(titles.get(name, Section(name, name)), lines=tuple(sorted(groups[name], key=_by_footnote)))
        for name in names
    )
    if not sections:
        return None
    sources = _counted(material)
    return Digest(
        order,
        sections=sections,
        sources=sources,
        looks=material.looks,
        standing=material.standing,
        gaps=material.gaps,
    )


def _nothing_yet(source: Source, now: datetime) -> Finding:
    return Finding(source.id, FindingKind.WAITING if source.pollable else FindingKind.NOT_WATCHED, now)


def _by_footnote(line: ReportLine) -> tuple[bool, tuple[CitationKey, ...], str]:
    """What no footnote cites comes last."""
    first = line.source.keys[:1]
    return not first, first, line.source.id
