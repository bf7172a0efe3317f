"""Does the chapter still stand? Every citation with its state, for people, for paper and for spreadsheets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.judge.coverage import ANSWERS, Answer, Stand, Verdict, by_footnote, coverage
from monitor.messages import visible, why_not_watched
from monitor.model import Health, QuoteState, Source
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.tables import csv_of

router = APIRouter()
NAV = NavItem("/coverage", "coverage.title", 20)
_MISSED = frozenset({QuoteState.MISSING, QuoteState.CHANGED})


@dataclass(frozen=True, slots=True)
class Chapter:
    """The whole, as the page shows it."""

    stands: tuple[Stand, ...]
    footnotes: dict[int, Stand]

    @property
    def answers(self) -> Counter[Answer]:
        """How many footnotes there are of each."""
        return Counter(stand.answer for stand in self.footnotes.values())

    @property
    def legend(self) -> list[tuple[Verdict, list[int]]]:
        """Every state that occurs, gravest first, with its footnotes."""
        return [
            (verdict, [n for n, stand in self.footnotes.items() if stand.verdict is verdict])
            for verdict in Verdict
            if any(stand.verdict is verdict for stand in self.footnotes.values())
        ]

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
        "coverage.html", chapter=found, lead=lead(found, desk), names=section_names(found, desk),
        why=lambda stand: why(stand, desk),
    )  # fmt: skip


@router.get("/coverage.csv")
def table(desk: AtDesk) -> Response:
    """One line for each quoted passage, and for each citation without one."""
    head = [
        "footnote", "section", "state", "state_in_words", "answer", "title", "author", "source", "source_name",
        "address", "watched_at", "claims", "quote", "quote_state", "quote_nearest", "looks", "unchanged_since",
        "last_good_look", "why",
    ]  # fmt: skip
    found = chapter(desk)
    names = section_names(found, desk)
    name = f"coverage-{desk.now.astimezone(desk.zone):%Y-%m-%d}.csv"
    return csv_of(head, (row for stand in found.stands for row in _rows(stand, names, desk)), name, desk.t.language)


def chapter(desk: Desk) -> Chapter:
    """Three questions to the store, however long the history is."""
    citations, seen = desk.house.app.citations, desk.store.standings.seen()
    stands = coverage(citations, seen, {})
    missed = {q.quote.source_id for stand in stands for q in stand.quotes if q.state in _MISSED}
    if missed:
        stands = coverage(citations, seen, desk.store.standings.lost(missed))
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


def lead(found: Chapter, desk: Desk) -> list[str]:
    """The answer in up to three sentences."""
    t, answers, total = desk.t, found.answers, len(found.footnotes)
    if not total:
        return [t("coverage.lead.none")]
    if answers[Answer.UNKNOWN] == total and not any(s.seen and s.seen.last_good_at for s in found.stands):
        return [t("coverage.lead.waiting")]
    if answers[Answer.STANDS] == total:
        return [t("coverage.lead.all", count=total)]
    said = [t("coverage.lead.stand", count=answers[Answer.STANDS], total=total)]
    for answer in (Answer.LOOK, Answer.UNKNOWN):
        if answers[answer]:
            of_it = (n for n, stand in found.footnotes.items() if stand.answer is answer)
            said.append(t(f"coverage.lead.{answer}", count=answers[answer], list=ranges(of_it, desk)))
    return said


def ranges(numbers: Iterable[int], desk: Desk) -> str:
    """`140, 142–145 and 170`"""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    named: list[str] = []
    for run in runs:
        named += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(number) for number in run]
    return desk.t.mail.join(named)


def why(stand: Stand, desk: Desk) -> str:
    """What a person should know of a state that is not simply good; else empty."""
    t, seen = desk.t, stand.seen
    if seen is None:
        return t("coverage.why.unlisted")
    if seen.health is Health.RETIRED:
        return t("coverage.why.retired")
    if seen.health is Health.NOT_WATCHED:
        return why_not_watched(seen.source, t.mail)
    doubt = seen.memory.doubt
    if doubt is None or seen.health is Health.OK:
        return ""
    reason = t.mail.reason(doubt.reason)
    return t("coverage.why.doubt", reason=reason) if seen.health is Health.DOUBT else reason


def _rows(stand: Stand, names: dict[str, str], desk: Desk) -> Iterator[list[object]]:
    citation, seen, t = stand.citation, stand.seen, desk.t
    memory = seen.memory if seen else None
    first = [
        citation.footnote, names[citation.section], stand.verdict, t(f"coverage.verdict.{stand.verdict}"),
        ANSWERS[stand.verdict], citation.title, citation.author, citation.source_id, seen.source.name if seen else "",
        (seen.source.url if seen else "") or citation.url_printed, seen.elsewhere if seen else "",
        "\n".join(citation.claims),
    ]  # fmt: skip
    last = [
        seen.looks if seen else 0, _stamp(memory.told_since if memory else None),
        _stamp(seen.last_good_at if seen else None), why(stand, desk),
    ]  # fmt: skip
    for quote in stand.quotes:
        yield [*first, visible(quote.quote.text), quote.state, visible(quote.nearest), *last]
    if not stand.quotes:
        yield [*first, "", "", "", *last]


def _stamp(at: object) -> str:
    return at.isoformat(timespec="seconds") if hasattr(at, "isoformat") else ""
