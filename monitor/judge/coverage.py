"""Does the report still stand? The state of each citation, from what is known of its sources. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.judge.document import same_place
from monitor.model import Citation, Finding, FindingKind, Health, Memory, Quote, QuoteMatch, QuoteState, Source
from monitor.text.quotes import quote_key


class Verdict(StrEnum):
    """The state of a citation, gravest first."""

    GONE = "gone"
    QUOTE_GONE = "quote_gone"
    QUOTE_CHANGED = "quote_changed"
    CHECK = "check"
    """A page answers, and nothing says that it is the cited document."""
    CHANGED = "changed"
    """The document changed, and nobody has called that routine or noise yet."""
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    DOUBT = "doubt"
    """Never seen yet: the looks so far did not bring the document."""
    WAITING = "waiting"
    UNWATCHED = "unwatched"
    """Cannot be watched, or is no longer."""
    MOVED = "moved"
    """There, at another address than the one in the report."""
    ANCHOR = "anchor"
    """There; the quoted passage is watched in the source's own language."""
    INTACT = "intact"


class Answer(StrEnum):
    """What a verdict says of the footnote."""

    LOOK = "look"
    """A person has to look."""
    UNKNOWN = "unknown"
    """Nothing can be said."""
    STANDS = "stands"


ANSWERS: Mapping[Verdict, Answer] = {
    **dict.fromkeys(Verdict, Answer.LOOK),
    **dict.fromkeys(
        (Verdict.BLOCKED, Verdict.UNREACHABLE, Verdict.UNREADABLE, Verdict.DOUBT, Verdict.WAITING, Verdict.UNWATCHED),
        Answer.UNKNOWN,
    ),
    **dict.fromkeys((Verdict.MOVED, Verdict.ANCHOR, Verdict.INTACT), Answer.STANDS),
}
_GRAVITY = {verdict: place for place, verdict in enumerate(Verdict)}
_BY_HEALTH = {
    Health.NOT_WATCHED: Verdict.UNWATCHED,
    Health.RETIRED: Verdict.UNWATCHED,
    Health.GONE: Verdict.GONE,
    Health.BLOCKED: Verdict.BLOCKED,
    Health.UNREACHABLE: Verdict.UNREACHABLE,
    Health.UNREADABLE: Verdict.UNREADABLE,
}
_DOUBTED = frozenset({FindingKind.OFF_TOPIC, FindingKind.MOVED_CHECK})


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
    """A citation, how it stands, and the source it stands on (None: it is on no list)."""

    citation: Citation
    verdict: Verdict
    quotes: tuple[QuoteStand, ...]
    seen: Seen | None

    @property
    def answer(self) -> Answer:
        return ANSWERS[self.verdict]


def coverage(
    citations: Mapping[str, Iterable[Citation]], seen: Mapping[str, Seen], lost: Mapping[str, Lost]
) -> tuple[Stand, ...]:
    """Every citation in the report's order. `citations` by source, as `wiring.by_source` has them: passages that are
    looked for in another source than the cited one come under a citation without a title.
    """
    every = [citation for group in citations.values() for citation in group]
    guests: dict[int, list[Quote]] = {}
    for citation in every:
        if not citation.title:
            guests.setdefault(citation.footnote, []).extend(citation.quotes)
    own = sorted((c for c in every if c.title), key=lambda c: (c.footnote, c.source_id))
    stands = []
    for citation in own:
        passages = [*citation.quotes, *guests.pop(citation.footnote, [])]
        stands.append(_stand(citation, passages, seen, lost))
    return tuple(stands)


def _stand(citation: Citation, passages: Iterable[Quote], seen: Mapping[str, Seen], lost: Mapping[str, Lost]) -> Stand:
    quotes = tuple(_quote(quote, seen.get(quote.source_id), lost) for quote in passages)
    mine = seen.get(citation.source_id)
    return Stand(citation, _verdict(mine, quotes), quotes, mine)


def _quote(quote: Quote, there: Seen | None, lost: Mapping[str, Lost]) -> QuoteStand:
    name = quote_key(quote)
    # As at the last look that brought the document.
    state = there.memory.quotes.get(name, QuoteState.UNREAD) if there else QuoteState.UNREAD
    if quote.match is QuoteMatch.ELSEWHERE:
        state = QuoteState.ELSEWHERE
    elif quote.match is QuoteMatch.TRANSLATED and not quote.anchor.strip():
        state = QuoteState.NO_ANCHOR
    if state not in {QuoteState.MISSING, QuoteState.CHANGED}:
        return QuoteStand(quote, state)
    gone = lost.get(name)
    return QuoteStand(quote, state, gone.nearest if gone else _nearest(name, there), gone)


def _nearest(name: str, there: Seen | None) -> str:
    """What the first look found in place of a passage."""
    touches = there.finding.quotes if there and there.finding else ()
    return next((t.nearest for t in touches if quote_key(t.quote) == name), "")


def _verdict(seen: Seen | None, quotes: Iterable[QuoteStand]) -> Verdict:
    if seen is None:
        return Verdict.UNWATCHED
    if seen.health in _BY_HEALTH:
        return _BY_HEALTH[seen.health]
    if seen.memory.first_good is None and seen.last_good_at is None:
        return Verdict.DOUBT if seen.looks else Verdict.WAITING
    # Entries of lists are watched, but the report does not put them in quotation marks.
    decisive = [q for q in quotes if not q.quote.phrase]
    states = {q.state for q in decisive}
    if QuoteState.MISSING in states:
        return Verdict.QUOTE_GONE
    if QuoteState.CHANGED in states:
        return Verdict.QUOTE_CHANGED
    if QuoteState.FOUND not in states and _doubted(seen):
        return Verdict.CHECK
    if seen.open_changes:
        return Verdict.CHANGED
    if seen.elsewhere:
        return Verdict.MOVED
    return Verdict.ANCHOR if any(q.anchored and q.state is QuoteState.FOUND for q in decisive) else Verdict.INTACT


def _doubted(seen: Seen) -> bool:
    """Did the first look leave open whether this is the document? Another address in the list settles that."""
    first = seen.finding
    return first is not None and first.kind in _DOUBTED and first.url == (seen.source.url or "")


def gravest(stands: Iterable[Stand]) -> Stand:
    """Of the citations of one footnote. ValueError when there is none."""
    return min(stands, key=lambda stand: _GRAVITY[stand.verdict])


def by_footnote(stands: Iterable[Stand]) -> dict[int, Stand]:
    """The gravest citation of each footnote, in order."""
    groups: dict[int, list[Stand]] = {}
    for stand in stands:
        groups.setdefault(stand.citation.footnote, []).append(stand)
    return {footnote: gravest(group) for footnote, group in sorted(groups.items())}
