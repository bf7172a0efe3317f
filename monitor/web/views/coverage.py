"""Does the chapter still stand? Every citation with its state, for people, for paper and for spreadsheets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.judge.coverage import Stand, by_footnote, tally
from monitor.messages import visible
from monitor.messages.standing import answer_lines, verdict_word, why
from monitor.model import QuoteState, Source
from monitor.model.verdict import Tally
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.tables import csv_of

router = APIRouter()
NAV = NavItem("/coverage", "coverage.title", 20)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The whole, as the page shows it."""

    stands: tuple[Stand, ...]
    footnotes: dict[int, Stand]

    @property
    def tally(self) -> Tally:
        """The footnotes counted."""
        return tally(self.stands)

    @property
    def sections(self) -> list[tuple[str, list[Stand]]]:
        """The report's sections in the order of their first footnote."""
        found: dict[str, list[Stand]] = {}
        for stand in self.stands:
            found.setdefault(stand.citation.section, []).append(stand)
        return list(found.items())

    @property
    def unanchored(self) -> int:
        """Quoted passages that cannot be looked for: translated, and nothing set to look for instead."""
        return sum(quote.state is QuoteState.NO_ANCHOR for stand in self.stands for quote in stand.quotes)

    @property
    def looks(self) -> int:
        """At all sources cited."""
        cited = {stand.seen.source.id: stand.seen.looks for stand in self.stands if stand.seen}
        return sum(cited.values())


@router.get("/coverage")
def show(desk: AtDesk) -> Response:
    found = chapter(desk)
    return desk.page(
        "coverage.html", chapter=found, tally=found.tally, lead=answer_lines(found.tally, desk.t.mail),
        names=section_names(found, desk), gaps=desk.gap_lines(), why=lambda stand: why(stand, desk.t.mail),
    )  # fmt: skip


@router.get("/coverage.csv")
def table(desk: AtDesk) -> Response:
    """One line for each quoted passage, and for each citation without one."""
    head = [
        "footnote", "section", "state", "state_in_words", "answer", "footnote_state", "title", "author",
        "source", "source_name", "address", "watched_at", "claims", "quote", "quote_state", "quote_nearest", "looks",
        "unchanged_since", "last_good_look", "why",
    ]  # fmt: skip
    found = chapter(desk)
    names = section_names(found, desk)
    name = f"coverage-{desk.now.astimezone(desk.zone):%Y-%m-%d}.csv"
    rows = (row for stand in found.stands for row in _rows(stand, found, names, desk))
    return csv_of(head, rows, name, desk.t.language)


def chapter(desk: Desk) -> Chapter:
    """A bounded number of questions to the store, however long the history is."""
    stands = desk.store.standings.stands(desk.house.app.citations)
    if desk.public:
        sources = desk.store.timeline.sources()
        stands = tuple(_without_passages(stand, sources, desk) for stand in stands)
    return Chapter(stands, by_footnote(stands))


def _without_passages(stand: Stand, sources: Mapping[str, Source], desk: Desk) -> Stand:
    """For strangers: what stands on a page instead of a quoted passage is a passage of that page."""
    quotes = tuple(q if desk.may_see(sources.get(q.quote.source_id)) else replace(q, nearest="") for q in stand.quotes)
    return replace(stand, quotes=quotes)


def section_names(found: Chapter, desk: Desk) -> dict[str, str]:
    """The report's section titles as read: in the reader's language where the watch list's section has a name there."""
    titles = {section.id: section.title for section in desk.store.sources.sections()}
    names = {}
    for printed, stands in found.sections:
        listed = Counter(stand.seen.source.section for stand in stands if stand.seen).most_common(1)
        title = titles.get(listed[0][0], "") if listed else ""
        words = desk.t.mail.section(title)
        names[printed] = words if words != title else printed
    return names


def _rows(stand: Stand, found: Chapter, names: dict[str, str], desk: Desk) -> Iterator[list[object]]:
    citation, seen, words = stand.citation, stand.seen, desk.t.mail
    memory = seen.memory if seen else None
    first = [
        citation.footnote, names[citation.section], stand.verdict, verdict_word(stand.verdict, words),
        stand.answer, found.footnotes[citation.footnote].verdict, citation.title, citation.author,
        citation.source_id, seen.source.name if seen else "",
        (seen.source.url if seen else "") or citation.url_printed, stand.moved or stand.copy,
        "\n".join(citation.claims),
    ]  # fmt: skip
    last = [
        seen.looks if seen else 0, _stamp(memory.told_since if memory else None),
        _stamp(seen.last_good_at if seen else None), why(stand, words),
    ]  # fmt: skip
    for quote in stand.quotes:
        yield [*first, visible(quote.quote.text), quote.state, visible(quote.nearest), *last]
    if not stand.quotes:
        yield [*first, "", "", "", *last]


def _stamp(at: object) -> str:
    return at.isoformat(timespec="seconds") if hasattr(at, "isoformat") else ""
