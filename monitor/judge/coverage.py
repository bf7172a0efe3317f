"""Does the report still stand? What is judged of each citation, from what is known of its sources. Pure.

The table of all cases is docs/explanation/verdicts.md; a test plays it row by row.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.judge.document import same_place
from monitor.model import (
    Citation,
    CitationKey,
    Finding,
    FindingKind,
    Health,
    Memory,
    Quote,
    QuoteMatch,
    QuoteState,
    Source,
    StandingNotice,
)
from monitor.model.verdict import ANSWERS, GRAVITY, Answer, Tally, Verdict
from monitor.text.quotes import of_quote, quote_key

MISSED = 3
"""Looks in a row that bring the document from no address, after which a copy no longer counts as there."""
_BY_HEALTH = {
    Health.NOT_WATCHED: Verdict.UNWATCHED,
    Health.RETIRED: Verdict.UNWATCHED,
    Health.BLOCKED: Verdict.UNSEEN,
    Health.UNREACHABLE: Verdict.UNSEEN,
    Health.UNREADABLE: Verdict.UNSEEN,
}
_DOUBTED = frozenset({FindingKind.OFF_TOPIC, FindingKind.MOVED_CHECK})
_LOST = frozenset({QuoteState.MISSING, QuoteState.CHANGED, QuoteState.ELSEWHERE})
_WITHDRAWN = ("withdrawn", "repealed", "superseded", "outdated", "archived")
"""Kinds of status notices that call a document's standing into question, gravest first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A source as it stands."""

    source: Source
    health: Health
    health_since: datetime | None
    looks: int
    last_poll_at: datetime | None
    last_good_at: datetime | None
    memory: Memory
    finding: Finding | None = None
    open_changes: int = 0
    """Told changes that nobody has called routine or noise."""
    next_poll_at: datetime | None = None
    """None: no look is planned."""
    robots: str = ""
    """As in `SourceState`."""
    notices: tuple[StandingNotice, ...] = ()
    """Status notices that stand on its page and that nobody has called noise."""
    faulty: bool = False
    """The program itself failed on it at the last look."""

    @property
    def url(self) -> str:
        """The address of the list, without its fragment."""
        return (self.source.url or "").partition("#")[0]

    @property
    def elsewhere(self) -> str:
        """The address at which the document stands when it is not that of the list; else empty."""
        memory = self.memory
        if memory.address and not same_place(memory.address, self.url):
            return memory.address
        return memory.final_url if memory.final_url and not same_place(memory.final_url, self.url) else ""

    @property
    def copy(self) -> str:
        """The other address of the list at which the document is read in place of the cited one; else empty."""
        address = self.memory.address
        listed = any(address == other.url for other in self.source.alternatives)
        return address if listed and address != self.source.url and self.memory.missed < MISSED else ""

    @property
    def notice(self) -> StandingNotice | None:
        """The gravest notice that says the document is no longer in force."""
        grave = [one for one in self.notices if one.kind in _WITHDRAWN]
        return min(grave, key=lambda one: _WITHDRAWN.index(one.kind), default=None)


@dataclass(frozen=True, slots=True)
class Lost:
    """The change that took a passage, and what stood there instead."""

    at: datetime
    nearest: str = ""
    change: int = 0


@dataclass(frozen=True, slots=True)
class QuoteStand:
    """A quoted passage. `nearest`: what stands there instead, where that is known. `lost`: what took it."""

    quote: Quote
    state: QuoteState
    nearest: str = ""
    lost: Lost | None = None

    @property
    def anchored(self) -> bool:
        return self.quote.match is QuoteMatch.TRANSLATED and bool(self.quote.anchor.strip())


@dataclass(frozen=True, slots=True)
class Stand:
    """A citation, how it stands, and the source it stands on (None: it is on no list).

    `found_in`: other sources in which a passage stands that the cited document does not have (or cannot show).
    """

    citation: Citation
    verdict: Verdict
    quotes: tuple[QuoteStand, ...]
    seen: Seen | None
    found_in: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        return ANSWERS[self.verdict]

    @property
    def moved(self) -> str:
        """Where the document stands now, when that is not the cited address and it was read there; else empty."""
        there = self.seen is not None and self.seen.health not in _BY_HEALTH and self.seen.health is not Health.GONE
        return self.seen.elsewhere if self.seen and there and self.seen.memory.first_good else ""

    @property
    def copy(self) -> str:
        """Where a copy is read while the cited address does not show the document; else empty."""
        gone = self.seen is not None and self.seen.health in {*_BY_HEALTH, Health.GONE}
        return self.seen.copy if self.seen and gone else ""


def by_source(citations: tuple[Citation, ...]) -> dict[str, tuple[Citation, ...]]:
    """The citations of each source, with the passages to look for in that source.

    A passage may be worded in another source than the one its footnote names (the report quotes a translation); it
    is looked for there, under a citation without a title.
    """
    found: dict[str, tuple[Citation, ...]] = {}
    for citation in citations:
        own = tuple(q for q in citation.quotes if q.source_id == citation.source_id)
        group = found.get(citation.source_id, ())
        found[citation.source_id] = (*group, replace(citation, quotes=own))
        for elsewhere in dict.fromkeys(q.source_id for q in citation.quotes if q.source_id != citation.source_id):
            quotes = tuple(q for q in citation.quotes if q.source_id == elsewhere)
            guest = replace(citation, source_id=elsewhere, title="", claims=(), quotes=quotes)
            found[elsewhere] = (*found.get(elsewhere, ()), guest)
    return found


def coverage(
    citations: Mapping[str, Iterable[Citation]], seen: Mapping[str, Seen], lost: Mapping[str, Lost]
) -> tuple[Stand, ...]:
    """Every citation in the reports' order. `citations` as `by_source` has them: passages that are looked
    for in another source than the cited one come under a citation without a title.
    """
    every = [citation for group in citations.values() for citation in group]
    guests: dict[CitationKey, list[Quote]] = {}
    for citation in every:
        if not citation.title:
            guests.setdefault(citation.key, []).extend(citation.quotes)
    own = sorted((c for c in every if c.title), key=lambda c: (c.key, c.source_id))
    stands = []
    for citation in own:
        passages = [*citation.quotes, *guests.pop(citation.key, [])]
        stands.append(_stand(citation, passages, seen, lost))
    return tuple(stands)


def tally(stands: Iterable[Stand]) -> Tally:
    """The footnotes of these citations, counted, as of the last look at any of their sources."""
    every = tuple(stands)
    looks = [stand.seen.last_poll_at for stand in every if stand.seen and stand.seen.last_poll_at]
    verdicts = {key: stand.verdict for key, stand in by_footnote(every).items()}
    return Tally(verdicts, max(looks, default=None))


def _stand(citation: Citation, passages: Iterable[Quote], seen: Mapping[str, Seen], lost: Mapping[str, Lost]) -> Stand:
    quotes = tuple(_quote(quote, seen.get(quote.source_id), lost) for quote in passages)
    mine = seen.get(citation.source_id)
    found = [_passage(group, citation.source_id) for group in _by_text(quotes)]
    others = dict.fromkeys(name for one in found for name in one.found_in)
    return Stand(citation, _verdict(mine, found), quotes, mine, tuple(others))


def _quote(quote: Quote, there: Seen | None, lost: Mapping[str, Lost]) -> QuoteStand:
    # As at the last look that brought the document.
    state = (of_quote(there.memory.quotes, quote) if there else None) or QuoteState.UNREAD
    if quote.match is QuoteMatch.ELSEWHERE:
        state = QuoteState.ELSEWHERE
    elif quote.match is QuoteMatch.TRANSLATED and not quote.anchor.strip():
        state = QuoteState.NO_ANCHOR
    if state not in {QuoteState.MISSING, QuoteState.CHANGED}:
        return QuoteStand(quote, state)
    gone = of_quote(lost, quote)
    return QuoteStand(quote, state, gone.nearest if gone else _nearest(quote, there), gone)


def _nearest(quote: Quote, there: Seen | None) -> str:
    """What the first look found in place of a passage."""
    touches = there.finding.quotes if there and there.finding else ()
    return of_quote({quote_key(touch.quote): touch.nearest for touch in reversed(touches)}, quote) or ""


# --- a passage --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passage:
    """One quoted passage, wherever it is looked for. `verdict` None: it stands."""

    verdict: Verdict | None
    found_in: tuple[str, ...] = ()


def _by_text(quotes: Iterable[QuoteStand]) -> Iterator[list[QuoteStand]]:
    groups: dict[str, list[QuoteStand]] = {}
    for quote in quotes:
        groups.setdefault(quote_key(quote.quote), []).append(quote)
    # Entries of lists are watched, but the report does not put them in quotation marks: that they stand in another
    # document altogether is all they can say.
    return (g for g in groups.values() if not g[0].quote.phrase or g[0].state is QuoteState.ELSEWHERE)


def _passage(group: list[QuoteStand], cited: str) -> _Passage:
    """What the cited document shows decides; another source may only speak where that one has it not, or cannot."""
    own = next((q.state for q in group if q.quote.source_id == cited), QuoteState.NO_ANCHOR)
    if own is QuoteState.FOUND:
        return _Passage(None)
    there = tuple(q.quote.source_id for q in group if q.quote.source_id != cited and q.state is QuoteState.FOUND)
    if there:
        return _Passage(Verdict.ELSEWHERE if own in _LOST else None, there)
    return _Passage(_OF_PASSAGES[own])


_OF_PASSAGES = {
    QuoteState.MISSING: Verdict.PASSAGE_GONE,
    QuoteState.CHANGED: Verdict.REWORDED,
    QuoteState.ELSEWHERE: Verdict.ELSEWHERE,
    QuoteState.NO_ANCHOR: Verdict.UNCHECKED,
    QuoteState.UNREAD: Verdict.UNCHECKED,
}


# --- a citation -------------------------------------------------------------------------------------------------------


def _verdict(seen: Seen | None, passages: list[_Passage]) -> Verdict:
    if seen is None:
        return Verdict.UNWATCHED
    if seen.health in _BY_HEALTH:
        return _BY_HEALTH[seen.health]
    of_passages = {p.verdict for p in passages if p.verdict}
    if seen.health is Health.GONE:
        lost = of_passages & {Verdict.PASSAGE_GONE, Verdict.REWORDED}
        return Verdict.GONE_COPY if seen.copy and not lost else Verdict.GONE
    if seen.memory.first_good is None and seen.last_good_at is None:
        return Verdict.UNSEEN if seen.looks else Verdict.WAITING
    found = any(p.verdict is None for p in passages)
    facts = {*of_passages, Verdict.STANDS}
    if found:
        facts.discard(Verdict.UNCHECKED)
    elif _doubted(seen):
        facts.add(Verdict.CHECK)
    if seen.notice:
        facts.add(Verdict.WITHDRAWN)
    if seen.open_changes:
        facts.add(Verdict.CHANGED)
    return min(facts, key=GRAVITY.__getitem__)


def _doubted(seen: Seen) -> bool:
    """Did the first look leave open whether this is the document? Another address in the list settles that."""
    first = seen.finding
    return first is not None and first.kind in _DOUBTED and first.url == (seen.source.url or "")


def gravest(stands: Iterable[Stand]) -> Stand:
    """Of the citations of one footnote. ValueError when there is none."""
    return min(stands, key=lambda stand: GRAVITY[stand.verdict])


def by_footnote(stands: Iterable[Stand]) -> dict[CitationKey, Stand]:
    """The gravest citation of each footnote, in order."""
    groups: dict[CitationKey, list[Stand]] = {}
    for stand in stands:
        groups.setdefault(stand.citation.key, []).append(stand)
    return {key: gravest(group) for key, group in sorted(groups.items())}
