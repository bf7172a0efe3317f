"""Digest → MailView: everything a message says, in words, before any template."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.messages import report
from monitor.messages.changes import FULL, LINE, SEVERITIES, SHORT, Room, Telling, change_view
from monitor.messages.happened import event_views
from monitor.messages.head import sources_of, subject, summary
from monitor.messages.mime import Sender
from monitor.messages.safe import short
from monitor.messages.standing import answer_lines, as_of_line, verdict_counts
from monitor.messages.view import ChangeView, FooterView, GroupView, MailView, Row
from monitor.messages.words import Words
from monitor.model import Digest, DigestChange, DigestKind, Frequency, Severity, Subscriber


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of a message is shown: the `full` most severe changes in full, the next `brief` in short, `also` in
    a line each, and so many events and lines of the first report; whatever is left is counted.
    """

    full: int = 0
    brief: int = 0
    also: int = 150
    events: int = 80
    lines: int = 400
    room: Room = FULL
    """Of a change in full."""


STEPS = (
    Detail(),
    Detail(also=60, events=30, lines=150),
    Detail(also=15, events=8, lines=60),
    Detail(also=0, events=0, lines=0),
)
"""What is tried in turn, without any change in full, until the message fits; then changes fill the rest."""


class Draft:
    """A digest being put into words, at any detail."""

    def __init__(self, digest: Digest, words: Words, sender: Sender) -> None:
        self._digest, self._words, self._sender = digest, words, sender
        zone = ZoneInfo(digest.order.subscriber.timezone)
        self._telling = Telling(words, zone, digest.order.covers_to, sender.links, digest.standing)
        ranked = sorted(digest.changes, key=lambda e: (-e.change.severity, e.change.id))
        self._views: dict[tuple[int, Room], ChangeView] = {}
        self._events = event_views(digest.events, self._telling, changes=digest.changes, lines=digest.new_lines)
        self._attention = event_views(digest.attention, self._telling)
        self._rank = {e.change.id: place for place, e in enumerate(ranked)}

    @property
    def size(self) -> int:
        return len(self._rank)

    def is_cut(self, detail: Detail) -> bool:
        """Is a change that is shown in full at this detail shown without all of its words?"""
        groups, _ = self._groups(detail)
        return detail.full > 0 and any(change.cut or change.more for group in groups for change in group.changes)

    def view(self, detail: Detail) -> MailView:
        digest, words = self._digest, self._words
        groups, also = self._groups(detail)
        if digest.order.kind is DigestKind.FIRST_REPORT:
            groups, left = self._lines(detail)
        else:
            left = self._left("left", len(also) - detail.also)
        events, attention = self._events, self._attention
        shown = events[: detail.events]
        calls = attention[: max(0, detail.events - len(shown))]
        told = sources_of(digest)
        return MailView(
            kind=str(digest.order.kind),
            lang=words.language,
            product=words("product.name"),
            product_line=words("product.line"),
            subject=subject(digest, self._telling),
            heading=words(_HEADINGS[digest.order.kind], count=len(told), number=words.number(len(told))),
            date=words.full(digest.order.covers_to, self._telling.zone),
            summary=summary(digest, self._telling),
            standing=self._standing(),
            footer=self._footer([c for g in groups for c in g.changes]),
            groups=groups,
            events_title=words("heading.events"),
            events=shown,
            attention_title=words("heading.attention"),
            attention=calls,
            also_title=words("change.also") if also[: detail.also] else "",
            also=tuple(v.brief for v in also[: detail.also]),
            left=left,
            left_events=self._left("left_events", len(events) + len(attention) - len(shown) - len(calls)),
            held=self._held(),
            legend=words("marks.legend_html") if any(g.changes for g in groups) else "",
            public=self._sender.links.public_url if self._sender.links else "",
            words={name: words(key) for name, key in _FIXED.items()},
        )

    def _groups(self, detail: Detail) -> tuple[tuple[GroupView, ...], Sequence[ChangeView]]:
        """Sections with the changes that are shown, and those that only get a line."""
        number = 0
        groups: list[GroupView] = []
        also: list[ChangeView] = []
        for section in self._digest.sections:
            shown: list[ChangeView] = []
            for entry in section.changes:
                number += 1
                room = self._room(entry, detail)
                view = self._view_of(entry, number, room or LINE)
                (shown if room else also).append(view)
            if shown:
                groups.append(GroupView(self._words.section(section.section.title), changes=tuple(shown)))
        return tuple(groups), also

    def _view_of(self, entry: DigestChange, number: int, room: Room) -> ChangeView:
        """A change in words, worked out once: a message that must shrink is built several times."""
        key = entry.change.id, room
        if key not in self._views:
            self._views[key] = change_view(entry, number, self._telling, room)
        return self._views[key]

    def _room(self, entry: DigestChange, detail: Detail) -> Room | None:
        rank = self._rank[entry.change.id]
        if rank < detail.full:
            return detail.room
        return SHORT if rank < detail.full + detail.brief else None

    def _lines(self, detail: Detail) -> tuple[tuple[GroupView, ...], str]:
        """The first report's lines as far as there is room."""
        room, groups = detail.lines, []
        for group in report.groups(self._digest.sections, self._words):
            if kept := group.lines[:room]:
                groups.append(GroupView(group.title, lines=kept))
            room -= len(kept)
        total = sum(len(section.lines) for section in self._digest.sections)
        return tuple(groups), self._left("left_lines", total - detail.lines)

    def _left(self, key: str, count: int) -> str:
        if count <= 0:
            return ""
        words = self._words
        if key == "left_lines":
            command = self._telling.see_page("/sources") or words("change.sources_command")
        else:
            since = self._digest.order.covers_from.astimezone(self._telling.zone).date().isoformat()
            command = self._telling.see_page("/") or words("change.left_command", date=since)
        return words(f"change.{key}", count=count, command=command)

    def _standing(self) -> str:
        """Does the report still stand? The first report counts every verdict."""
        standing, words = self._digest.standing, self._words
        if standing is None or not standing.total:
            return ""
        counts = words("lists.semicolon").join(verdict_counts(standing, words))
        first = self._digest.order.kind is DigestKind.FIRST_REPORT
        said = [*answer_lines(standing, words), *([f"{counts}."] if first else [])]
        return " ".join([*said, as_of_line(standing, words, self._telling.zone)]).strip()

    def _held(self) -> str:
        digest, words = self._digest, self._words
        if not digest.held_back:
            return ""
        count = digest.held_sources
        since = digest.order.covers_from.astimezone(self._telling.zone).date().isoformat()
        return words(
            "held.line",
            count=digest.held_back,
            number=words.number(digest.held_back),
            sources=words("held.sources", count=count, number=words.number(count)),
            command=self._telling.see_page("/held") or words("held.command", date=since),
        )

    def _footer(self, shown: Sequence[ChangeView]) -> FooterView:
        words, order, zone = self._words, self._digest.order, self._telling.zone
        command = words("footer.stop_command", email=order.subscriber.email)
        contact = self._sender.contact
        stop = words("footer.stop" if contact else "footer.stop_bare", contact=contact, command=command)
        links = self._links()
        covered = {
            "from": words.moment(order.covers_from, zone),
            "to": words.moment(order.covers_to, zone),
            "zone": words.zone(order.subscriber.timezone),
        }
        kept = tuple((view.name, view.kept) for view in shown if view.kept)
        return FooterView(
            why=_reason_for(order.kind, order.subscriber, words),
            follows=_follows(order.subscriber, words),
            stop="" if links else stop,
            window="" if order.kind is DigestKind.TEST else words("footer.window", **covered),
            snapshots_title=words("footer.snapshots") if kept else "",
            snapshots=tuple(dict.fromkeys(kept)),
            links=links,
        )

    def _links(self) -> tuple[Row, ...]:
        sender, words = self._sender, self._words
        if not sender.preferences_url:
            return ()
        return (
            Row(words("footer.preferences"), sender.preferences_url),
            Row(words("footer.unsubscribe"), sender.unsubscribe_url),
        )


_FIXED = {
    "page": "change.page_row",
    "kept": "change.kept_row",
    "compare": "change.compare_row",
    "removed": "marks.removed",
    "added": "marks.added",
    "cut": "marks.cut",
    "colon": "marks.colon",
}
_HEADINGS = {
    DigestKind.FIRST_REPORT: "heading.report",
    DigestKind.DIGEST: "heading.digest",
    DigestKind.URGENT: "heading.urgent",
    DigestKind.SIGN_OF_LIFE: "heading.life",
    DigestKind.TEST: "heading.test",
}


def _reason_for(kind: DigestKind, subscriber: Subscriber, words: Words) -> str:
    named = {
        DigestKind.FIRST_REPORT: "footer.report",
        DigestKind.URGENT: "footer.urgent",
        DigestKind.SIGN_OF_LIFE: "footer.life",
        DigestKind.TEST: "footer.test",
    }
    if kind in named:
        return words(named[kind])
    if subscriber.frequency is Frequency.IMMEDIATE:
        return words("footer.immediate")
    weekday = words.rows("dates.weekdays_long")[subscriber.weekday]
    hour, zone = words.clock(subscriber.hour), words.zone(subscriber.timezone)
    return words(f"footer.{subscriber.frequency}", hour=hour, zone=zone, weekday=weekday)


def _follows(subscriber: Subscriber, words: Words) -> str:
    filters = subscriber.filters
    said = []
    if filters.topics:
        said.append(
            words("footer.filter_topics", list=words.join([words.name_of("topics", t) for t in filters.topics]))
        )
    if filters.sources:
        said.append(words("footer.filter_sources", list=words.join(filters.sources)))
    if filters.jurisdictions:
        said.append(words("footer.filter_jurisdictions", list=words.join(filters.jurisdictions)))
    if filters.words:
        said.append(
            words("footer.filter_words", list=words.join([words("marks.quoted", quote=w) for w in filters.words]))
        )
    if filters.min_severity > Severity.MINOR:
        level = words(f"severity.{SEVERITIES[filters.min_severity]}").lower()
        said.append(words("footer.filter_severity", severity=level))
    return (
        words("footer.some", filters=short(words("lists.semicolon").join(said), 400)) if said else words("footer.all")
    )
