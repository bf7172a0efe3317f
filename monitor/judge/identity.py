"""Is it the cited document? Asked on the first look: quoted passages, title words and language decide, not the host."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Citation, Extraction, QuoteState, QuoteTouch, Source, WatchAs
from monitor.text.quotes import look_on_page, title_overlap

ENOUGH_TITLE = 0.6
"""Share of the cited title's words that must stand in the page's title or first headings."""


class Match(StrEnum):
    """How sure we are."""

    YES = "yes"
    """A quoted passage stands there, or title and language agree."""
    UNSURE = "unsure"
    """Nothing speaks against it, nothing proves it."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class Identity:
    """The verdict and the state of each quoted passage."""

    match: Match
    quotes: tuple[QuoteTouch, ...]
    named: bool = False
    """The page's own title is the cited one."""

    @property
    def found(self) -> bool:
        return any(q.after is QuoteState.FOUND for q in self.quotes)

    @property
    def certain(self) -> bool:
        """A quoted passage stands there, or the page's own title is the cited one and nothing speaks against it."""
        return self.found or (self.named and not self.missing)

    @property
    def missing(self) -> bool:
        """Something could be looked for and nothing of it was found."""
        states = {q.after for q in self.quotes}
        return bool(states & {QuoteState.MISSING, QuoteState.CHANGED}) and QuoteState.FOUND not in states


def identify(source: Source, citations: tuple[Citation, ...], reading: Extraction, language: str) -> Identity:
    """Compare a text with what the report says of it. `language` is that of the text, empty if unknown."""
    quotes = tuple(
        QuoteTouch(quote, QuoteState.UNREAD, found.state, found.nearest, found.page)
        for citation in citations
        for quote in citation.quotes
        for found in (look_on_page(quote, reading.blocks, reading.margin),)
    )
    verdict = Identity(Match.UNSURE, quotes)
    if verdict.found:
        return Identity(Match.YES, quotes)
    if language and source.languages and language not in source.languages:
        return Identity(Match.NO, quotes)
    titled = _titled(citations, source, [reading.title, *(b.text for b in reading.blocks[:12])])
    if titled and not verdict.missing:
        return Identity(Match.YES, quotes, named=_titled(citations, source, [reading.title]))
    if titled or source.watch_as is WatchAs.LISTING:
        return verdict
    return Identity(Match.NO if verdict.missing else Match.UNSURE, quotes)


def _titled(citations: tuple[Citation, ...], source: Source, lines: list[str]) -> bool:
    head = " ".join(lines)
    titles = [c.title for c in citations if c.title and not c.title.startswith("(")] or [source.name]
    return max(title_overlap(title, head) for title in titles) >= ENOUGH_TITLE
