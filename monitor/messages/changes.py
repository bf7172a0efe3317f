"""A change in words: why it matters, where it stands, its word marks, what the report says about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.links import Links
from monitor.messages.documents import with_documents
from monitor.messages.safe import short
from monitor.messages.view import ChangeView, Marked, PartView
from monitor.messages.words import Words
from monitor.model import (
    Change,
    ChangeKind,
    Citation,
    CitationKey,
    DigestChange,
    DigestEvent,
    Mark,
    Part,
    PartKind,
    QuoteState,
    Reason,
    Source,
    Span,
    completed,
    key_of,
)
from monitor.model.verdict import Tally
from monitor.text.language import language_of
from monitor.text.marks import shorten

SEVERITIES = {0: "noise", 1: "editorial", 2: "minor", 3: "substantive", 4: "critical"}
REASONS_SHOWN = 4
_PLAIN = frozenset({"words_changed", "words_added", "words_removed"})
"""Reasons that the marks show anyhow: left out where a graver one stands."""
_NAMED = frozenset({"media", "language"})
"""Reasons whose values are codes that need words of their own."""
CLAIM = 320
"""Characters of a claim or quote shown."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a change is shown."""

    parts: int
    characters: int
    """Of page text, all parts together."""


AMPLE = (Room(parts=400, characters=70_000), Room(parts=250, characters=40_000), Room(parts=120, characters=24_000))
"""Tried first, largest first: a reader without a link to the comparison should find it in the mail."""
FULL = Room(parts=60, characters=12_000)
SHORT = Room(parts=4, characters=900)
LINE = Room(parts=0, characters=0)
HEADING = 60
"""Characters of a heading that is one of several."""
NAME = 160
"""Characters of a source's name, a publisher or a reason shown."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What wording depends on beside the thing told."""

    words: Words
    zone: ZoneInfo
    now: datetime
    links: Links | None = None
    """To our pages, where readers reach them; else they are told the command."""
    standing: Tally | None = None
    """With it each footnote is named with its verdict."""

    def see(self, change_id: int) -> str:
        """What shows the whole change: its page, or the command."""
        return self.links.change(change_id) if self.links else self.words("change.compare", id=change_id)

    def see_page(self, path: str) -> str:
        """A page of ours; empty when readers cannot reach it."""
        return self.links.at(path) if self.links else ""


def change_view(entry: DigestChange, number: int, telling: Telling, room: Room) -> ChangeView:
    """One change as the templates see it."""
    words, change, source = telling.words, entry.change, entry.source
    see = telling.see(change.id)
    parts, cut = _parts(change, source, words, room)
    left = len(change.parts) - len(parts)
    why = words("change.why", why=_why(change, words))
    return ChangeView(
        number=number,
        id=change.id,
        name=named(source, words),
        by=_by(source, telling),
        severity=SEVERITIES[change.severity],
        severity_word=words(f"severity.{SEVERITIES[change.severity]}"),
        why=why,
        seen=_seen(change, telling),
        brief=f"{number}. {short(source.name, NAME)} – {reason_words(change, words)} · {see}",
        parts=with_documents(parts, entry.documents, see, words),
        more=words("change.more_parts", count=left, command=see) if left else "",
        cut=words("change.cut", command=see) if cut else "",
        quotes=tuple(_quotes(entry, words)),
        says=tuple(_says(entry, words)),
        restored=words("change.restored", date=words.day(change.restored_from, telling.zone))
        if change.restored_from
        else "",
        page=source.url or "",
        kept=change.new_sha256,
        command=words("change.compare", id=change.id),
        link=telling.links.change(change.id) if telling.links else "",
    )


def _by(source: Source, telling: Telling) -> str:
    """Who publishes it, unless its name says so, and the footnotes that stand on it."""
    publisher = short(source.publisher, NAME) if source.publisher not in source.name else ""
    said = (publisher, footnotes(source.keys, telling.words, telling.standing))
    return " · ".join(one for one in said if one)


def named(source: Source, words: Words) -> str:
    """`Digital Wallonia (in French)`: the source's name, and its language when it is not the reader's."""
    name = short(source.name, NAME)
    foreign = [code for code in source.languages if code != words.language]
    if words.language in source.languages or not foreign:
        return name
    known = [words(f"languages.{code}") for code in foreign if words.has(f"languages.{code}")]
    return f"{name} ({words.join(known)})" if known else name


def reason_words(change: Change, words: Words) -> str:
    """The gravest reason alone."""
    reasons = change.reasons[:1]
    return words.reason(reasons[0]) if reasons else words.name_of("reasons", "words_changed")


def footnotes(keys: Iterable[CitationKey], words: Words, standing: Tally | None = None) -> str:
    """`footnotes 142 and 167`; with a tally `footnotes 142 (Stands) and 167 (Passage not found)`; empty without any.
    Where there are several reports, `Belgium, footnotes 142 and 167; France, footnote 12`.
    """
    said = []
    for (_, name), group in groupby(sorted(set(keys)), key=lambda key: (key.place, key.name)):
        ordered = list(group)
        named = [_with_verdict(key, words, standing) for key in ordered]
        one = words("change.footnotes", count=len(ordered), list=words.join(named))
        said.append(words("change.of_report", report=name, footnotes=one) if name else one)
    return words("lists.semicolon").join(said)


def _with_verdict(key: CitationKey, words: Words, standing: Tally | None) -> str:
    verdict = standing.verdict(key) if standing else None
    return f"{key.number} ({words(f'verdict.{verdict}')})" if verdict else str(key.number)


def keys_of(entry: DigestChange | DigestEvent) -> tuple[CitationKey, ...]:
    """What the footnotes that stand on its source are known by, as far as is known."""
    return (*(citation.key for citation in entry.citations), *entry.source.keys)


def _why(change: Change, words: Words) -> str:
    telling = [r for r in change.reasons if r.code not in _PLAIN] or change.reasons
    said = list(dict.fromkeys(_together(telling, words)))[:REASONS_SHOWN]
    if change.topics:
        names = words.join([words.name_of("topics", topic) for topic in change.topics], last=False)
        said.append(words("change.topics", topics=names))
    return words("lists.semicolon").join(said) or words.name_of("reasons", "words_changed")


def _together(reasons: Sequence[Reason], words: Words) -> Iterable[str]:
    """Reasons in words, those of one kind in one: `a number changed: 2 → 3, 5 → 7`.

    They are not counted: the judge keeps the gravest few.
    """
    groups: dict[tuple[str, bool, bool], list[Reason]] = {}
    for reason in reasons:
        values = reason.values
        groups.setdefault((reason.code, bool(values.get("old")), bool(values.get("new"))), []).append(reason)
    for (code, old, new), group in groups.items():
        said = words.reason(group[0])
        places = len(group)
        if places > 1 and words.has(f"reasons_many.{code}"):
            yield words(f"reasons_many.{code}", list=words.join([_fact(r, words) for r in group]))
        elif places > 1 and (old or new) and code not in _NAMED:
            facts = dict.fromkeys((r.values.get("old", ""), r.values.get("new", "")) for r in group)
            more = [short(" → ".join(v for v in fact if v), NAME) for fact in facts]
            yield words("lists.comma").join([said, *more[1:]])
        else:
            yield from (words.reason(r) for r in group)


def _fact(reason: Reason, words: Words) -> str:
    """What tells one reason of a kind from the next: the heading, in quote marks, or how many words."""
    heading = reason.values.get("heading", "")
    return words("marks.quoted", quote=short(heading, HEADING)) if heading else reason.values.get("words", "")


def _seen(change: Change, telling: Telling) -> str:
    words, zone, now = telling.words, telling.zone, telling.now
    first = words.moment(change.first_seen, zone, now=now)
    if change.may_repeat is not None:
        again = words("change.may_repeat", date=words.day(change.may_repeat, zone))
        return words("change.first_seen", first=first) + " " + again
    if change.last_unchanged is None:
        return words("change.first_seen", first=first)
    last = words.moment(change.last_unchanged, zone, now=now)
    if change.unchanged_since is None or change.looks_unchanged < 1:
        return words("change.first_seen_last", first=first, last=last)
    since = words.day(change.unchanged_since, zone)
    return words("change.unchanged_since", first=first, last=last, since=since, count=change.looks_unchanged)


def _quotes(entry: DigestChange, words: Words) -> Iterable[str]:
    known = keys_of(entry)
    for touch in entry.change.quotes:
        if touch.after is QuoteState.FOUND and touch.before is QuoteState.FOUND:
            continue
        note = completed(touch.quote.key, known).shown
        yield words("change.quotes", footnote=note, quote=short(touch.quote.text, CLAIM))
        if touch.nearest:
            yield words("change.nearest", quote=short(touch.nearest, CLAIM))


def _says(entry: DigestChange, words: Words) -> Iterable[str]:
    """The claims that stand on this source: those whose quote was touched first, two at most.

    A claim that is nothing but the passage shown above is left out.
    """
    shown_above = {key_of(t.quote.text) for t in entry.change.quotes}
    known = keys_of(entry)
    touched = {completed(t.quote.key, known) for t in entry.change.quotes}
    cited: Sequence[Citation] = sorted(entry.citations, key=lambda c: (c.key not in touched, c.key))
    shown = 0
    for citation in cited:
        claims = [claim for claim in citation.claims if key_of(claim) not in shown_above]
        if shown == 2 or not claims:
            continue
        shown += 1
        claim = short(claims[0], CLAIM)
        yield words("change.says", footnotes=footnotes([citation.key], words), claim=claim)


def _parts(change: Change, source: Source, words: Words, room: Room) -> tuple[tuple[PartView, ...], bool]:
    """The parts that fit, and whether any was shortened."""
    if not change.parts:
        lead = words("part.file" if change.kind is ChangeKind.FILE else "part.nothing")
        return (PartView(kind="file", lead=lead, where="", marks=(), lang=""),), False
    left, where, cut = room.characters, "", False
    shown: list[PartView] = []
    for part in change.parts[: room.parts]:
        marks, whole = _marks(part, left)
        cut = cut or not whole
        left -= sum(len(m.text) for m in marks)
        here, lead = _where(part, words), words(f"part.{part.kind}")
        joined = bool(shown) and here == where
        shown.append(
            PartView(
                kind=str(part.kind),
                lead=lead,
                where=here if here != where else "",
                marks=marks,
                lang=_language(part, source),
                url=part.url if part.kind is not PartKind.LINK else "",
                date=part.date if part.date not in (part.new or part.old) else "",
                joined=joined,
                again=joined and lead == shown[-1].lead,
            )
        )
        where = here
        if left <= 0:
            break
    return tuple(shown), cut


def _where(part: Part, words: Words) -> str:
    path = " > ".join(short(heading, 100) for heading in part.headings)
    page = words("change.page", page=part.page) if part.page else ""
    place = ", ".join(piece for piece in (path, page) if piece)
    return words("change.where", where=place) if place else ""


def _language(part: Part, source: Source) -> str:
    if len(source.languages) == 1:
        return source.languages[0]
    return language_of(part.new or part.old, source.languages[0] if source.languages else "")


def _marks(part: Part, most: int) -> tuple[tuple[Marked, ...], bool]:
    """The word marks of a part within so many characters, and whether all changed words are there."""
    spans = part.spans or _plain(part)
    if part.kind in {PartKind.CHANGED, PartKind.MOVED}:
        spans = shorten(spans)
    shown: list[Marked] = []
    for span in spans:
        if most <= 0:
            return (*shown, Marked(Mark.CUT, "")), False
        text = span.text
        if len(text) > most:
            head = text[:most].rpartition(" ")[0] or text[:most]
            return (*shown, Marked(span.mark, head), Marked(Mark.CUT, "")), False
        shown.append(Marked(span.mark, text))
        most -= len(text)
    return tuple(shown), True


def _plain(part: Part) -> tuple[Span, ...]:
    """Marks for a part that came without any."""
    if part.kind is PartKind.MOVED:
        return (Span(Mark.SAME, part.new or part.old),)
    spans = (Span(Mark.REMOVED, part.old), Span(Mark.ADDED, part.new))
    return tuple(span for span in spans if span.text)
