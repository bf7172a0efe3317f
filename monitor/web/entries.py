"""A change or an event as a list shows it: what happened, how grave, why, its first words, what people made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.messages.changes import SEVERITIES, Room, Telling, change_view, keys_of, named
from monitor.messages.happened import event_views
from monitor.messages.view import PartView, Row
from monitor.model import Change, Citation, CitationKey, DigestChange, DigestEvent, Event, Source, completed
from monitor.store import Line
from monitor.web.desk import Desk

LISTED = Room(parts=2, characters=420)
"""How much of a change a list shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, in words."""

    line: Line
    name: str
    href: str
    severity: str
    kind: str
    """What happened, in a word or two."""
    why: str
    text: str = ""
    quote: str = ""
    parts: tuple[PartView, ...] = ()
    more: int = 0
    quotes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    footnotes: tuple[CitationKey, ...] = ()
    section: str = ""
    rows: tuple[Row, ...] = ()

    @property
    def anchor(self) -> str:
        return self.line.item.replace(":", "-")


@dataclass(frozen=True, slots=True)
class Known:
    """What entries are made with: the sources, the citations and the titles of the sections."""

    sources: Mapping[str, Source]
    citations: Mapping[str, tuple[Citation, ...]]
    sections: Mapping[str, str]

    def source(self, source_id: str) -> Source:
        return self.sources.get(source_id) or Source(source_id, source_id, "", None)


def entries(lines: Sequence[Line], found: Mapping[str, Change | Event], known: Known, desk: Desk) -> tuple[Entry, ...]:
    """Lines without what they speak of (a damaged row) are left out."""
    return tuple(entry_of(line, found[line.item], known, desk) for line in lines if line.item in found)


def telling_of(desk: Desk) -> Telling:
    """The reader's words, zone and time, as the wording of mails takes them."""
    return Telling(desk.t.mail, desk.zone, desk.now)


def entry_of(line: Line, thing: Change | Event, known: Known, desk: Desk) -> Entry:
    telling = telling_of(desk)
    source = known.source(line.source_id)
    words = telling.words
    topics = tuple(words.name_of("topics", topic) for topic in line.topics)
    if isinstance(thing, Event):
        event = DigestEvent(thing, source, known.citations.get(source.id, ()))
        (view,) = event_views([event], telling)
        footnotes = (completed(thing.quote.key, keys_of(event)),) if thing.quote else source.keys
        return Entry(
            line, view.name, f"/events/{line.number}", view.severity, view.label, "", view.text, quote=view.quote,
            topics=topics, footnotes=footnotes, section=known.sections.get(source.section, ""), rows=view.rows,
        )  # fmt: skip
    change = DigestChange(thing, source, known.citations.get(source.id, ()))
    shown = change_view(change, line.number, telling, LISTED)
    return Entry(
        line, named(source, words), f"/changes/{line.number}", SEVERITIES[thing.severity],
        desk.t(f"kinds.{thing.kind}"), _reasons(thing, telling), parts=shown.parts,
        more=max(0, len(thing.parts) - len(shown.parts)), quotes=shown.quotes, topics=topics,
        footnotes=_touched(change) or source.keys, section=known.sections.get(source.section, ""),
    )  # fmt: skip


def _reasons(change: Change, telling: Telling) -> str:
    said = list(dict.fromkeys(telling.words.reason(r) for r in change.reasons))[:3]
    return telling.words("lists.semicolon").join(said) or telling.words.name_of("reasons", "words_changed")


def _touched(entry: DigestChange) -> tuple[CitationKey, ...]:
    known = keys_of(entry)
    touches = (touch for touch in entry.change.quotes if touch.before is not touch.after)
    return tuple(sorted({completed(touch.quote.key, known) for touch in touches}))


def known_of(desk: Desk) -> Known:
    """Two queries; sources are read again only when their entry of the list changed."""
    sections = {section.id: desk.t.mail.section(section.title) for section in desk.store.sources.sections()}
    return Known(desk.store.timeline.sources(), desk.house.app.citations, sections)
