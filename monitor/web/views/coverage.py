"""Does the chapter still stand? Every citation with its state, for people, for paper and for spreadsheets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query
from fastapi.responses import Response

from monitor.judge.coverage import Stand, by_footnote, tally
from monitor.messages import visible
from monitor.messages.standing import answer_lines, verdict_word, why
from monitor.model import CitationKey, QuoteState, Source
from monitor.model.verdict import Tally
from monitor.store.facts import ONLY_REPORT
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.tables import csv_of

router = APIRouter()
Report = Annotated[str, Query(max_length=300, description="Only this report, by its key: `aidv:2026:belgium`.")]
NAV = NavItem("/coverage", "coverage.title", 20)


Section: TypeAlias = tuple[str, str]
"""The report's key, and the section's title as printed."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The whole, as the page shows it."""

    stands: tuple[Stand, ...]
    footnotes: dict[CitationKey, Stand]
    reports: dict[str, str] = field(default_factory=dict)
    """Every report of the home, its name by its key; also when only one is shown."""
    first: str = ""
    """The report that old links without one mean."""

    @property
    def tally(self) -> Tally:
        """The footnotes counted."""
        return tally(self.stands)

    @property
    def sections(self) -> list[tuple[Section, list[Stand]]]:
        """The reports' sections, each in the order of their first footnote."""
        found: dict[Section, list[Stand]] = {}
        for stand in self.stands:
            found.setdefault(section_of(stand), []).append(stand)
        return list(found.items())

    @property
    def several(self) -> bool:
        """Whether a footnote's number alone leaves open which is meant."""
        return len(self.reports) > 1

    def tiles(self) -> list[tuple[str, list[tuple[CitationKey, Stand]]]]:
        """The footnotes of each report, with its name."""
        found: dict[str, list[tuple[CitationKey, Stand]]] = {}
        for key, stand in self.footnotes.items():
            found.setdefault(key.place, []).append((key, stand))
        return [(self.reports.get(place, ""), tiles) for place, tiles in found.items()]

    def anchor(self, key: CitationKey) -> str:
        """Where a footnote stands on the page: `footnote-140`; with its whole key where there are several reports."""
        return f"footnote-{key if self.several else key.number}"

    def old_anchor(self, key: CitationKey) -> str:
        """Where links from the time of the only report find it; empty when they mean another."""
        return f"footnote-{key.number}" if self.several and key.place == self.first else ""

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
def show(desk: AtDesk, report: Report = "") -> Response:
    found = chapter(desk, report)
    return desk.page(
        "coverage.html", chapter=found, report=report, tally=found.tally, lead=answer_lines(found.tally, desk.t.mail),
        names=section_names(found, desk), gaps=desk.gap_lines(), why=lambda stand: why(stand, desk.t.mail),
    )  # fmt: skip


@router.get("/coverage.csv")
def table(desk: AtDesk, report: Report = "") -> Response:
    """One line for each quoted passage, and for each citation without one; of one report when it is named."""
    head = [
        "footnote", "section", "state", "state_in_words", "answer", "footnote_state", "title", "author",
        "source", "source_name", "address", "watched_at", "claims", "quote", "quote_state", "quote_nearest", "looks",
        "unchanged_since", "last_good_look", "why", "key", "report",
    ]  # fmt: skip
    found = chapter(desk, report)
    names = section_names(found, desk)
    name = f"coverage-{desk.now.astimezone(desk.zone):%Y-%m-%d}.csv"
    rows = (row for stand in found.stands for row in _rows(stand, found, names, desk))
    return csv_of(head, rows, name, desk.t.language)


def chapter(desk: Desk, report: str = "") -> Chapter:
    """Everything, or one report by its key (`aidv:2026:belgium`). A bounded number of questions to the store, however
    long the history is.
    """
    stands = desk.store.standings.stands(desk.house.app.citations)
    if desk.public:
        sources = desk.store.timeline.sources()
        stands = tuple(_without_passages(stand, sources, desk) for stand in stands)
    reports = {stand.citation.key.place: stand.citation.report_name for stand in stands}
    if report in reports:
        stands = tuple(stand for stand in stands if stand.citation.key.place == report)
    first = desk.store.meta.get(ONLY_REPORT) or ""
    return Chapter(stands, by_footnote(stands), reports, first if first in reports else next(iter(reports), ""))


def section_of(stand: Stand) -> Section:
    return stand.citation.key.place, stand.citation.section


def _without_passages(stand: Stand, sources: Mapping[str, Source], desk: Desk) -> Stand:
    """For strangers: what stands on a page instead of a quoted passage is a passage of that page."""
    quotes = tuple(q if desk.may_see(sources.get(q.quote.source_id)) else replace(q, nearest="") for q in stand.quotes)
    return replace(stand, quotes=quotes)


def section_names(found: Chapter, desk: Desk) -> dict[Section, str]:
    """The report's section titles as read: in the reader's language where the watch list's section has a name there."""
    titles = {section.id: section.title for section in desk.store.sources.sections()}
    names = {}
    for section, stands in found.sections:
        printed = section[1]
        listed = Counter(stand.seen.source.section for stand in stands if stand.seen).most_common(1)
        title = titles.get(listed[0][0], "") if listed else ""
        words = desk.t.mail.section(title)
        names[section] = words if words != title else printed
    return names


def _rows(stand: Stand, found: Chapter, names: dict[Section, str], desk: Desk) -> Iterator[list[object]]:
    citation, seen, words = stand.citation, stand.seen, desk.t.mail
    memory = seen.memory if seen else None
    first = [
        citation.footnote, names[section_of(stand)], stand.verdict, verdict_word(stand.verdict, words),
        stand.answer, found.footnotes[citation.key].verdict, citation.title, citation.author,
        citation.source_id, seen.source.name if seen else "",
        (seen.source.url if seen else "") or citation.url_printed, stand.moved or stand.copy,
        "\n".join(citation.claims),
    ]  # fmt: skip
    last = [
        seen.looks if seen else 0, _stamp(memory.told_since if memory else None),
        _stamp(seen.last_good_at if seen else None), why(stand, words),
        str(citation.key), citation.report_name,
    ]  # fmt: skip
    for quote in stand.quotes:
        yield [*first, visible(quote.quote.text), quote.state, visible(quote.nearest), *last]
    if not stand.quotes:
        yield [*first, "", "", "", *last]


def _stamp(at: object) -> str:
    return at.isoformat(timespec="seconds") if hasattr(at, "isoformat") else ""
