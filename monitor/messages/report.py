"""The first report in words: what stands at the addresses the report cites."""

from collections.abc import Iterable
from itertools import groupby

from monitor.messages.changes import NAME
from monitor.messages.safe import short
from monitor.messages.view import GroupView, LineView, Row
from monitor.messages.words import Words
from monitor.model import CitationKey, FindingKind, QuoteState, QuoteTouch, ReportLine, SectionOf, Source, WatchAs

_MARKS = {
    FindingKind.QUOTES_FOUND: "good",
    FindingKind.THERE: "good",
    FindingKind.QUOTES_MISSING: "note-state",
    FindingKind.MOVED: "note-state",
    FindingKind.MOVED_CHECK: "note-state",
    FindingKind.OFF_TOPIC: "note-state",
    FindingKind.UNREADABLE: "note-state",
    FindingKind.BLOCKED: "note-state",
    FindingKind.UNREACHABLE: "note-state",
    FindingKind.REPLACED: "bad",
    FindingKind.GONE: "bad",
    FindingKind.NOT_WATCHED: "quiet",
    FindingKind.WAITING: "quiet",
}
_STATES = {
    FindingKind.QUOTES_FOUND: "stand",
    FindingKind.THERE: "stand",
    FindingKind.QUOTES_MISSING: "missing",
    FindingKind.MOVED_CHECK: "off_topic",
}
"""Findings that are counted under another name in the subject; the rest under their own."""
_ORDER = ("stand", "missing", "moved", "replaced", "off_topic", "blocked", "gone", "unreachable", "unreadable",
          "not_watched", "waiting")  # fmt: skip
_WITH_QUOTES = frozenset({FindingKind.QUOTES_FOUND, FindingKind.QUOTES_MISSING, FindingKind.THERE, FindingKind.MOVED,
                          FindingKind.MOVED_CHECK})  # fmt: skip
_QUOTE = 90
"""Characters of a quote named in a line."""


def groups(sections: Iterable[SectionOf], words: Words) -> tuple[GroupView, ...]:
    return tuple(
        GroupView(words.section(group.section.title), lines=tuple(_line(line, words) for line in group.lines))
        for group in sections
    )


def numbers_of(keys: Iterable[CitationKey], words: Words) -> str:
    """`140, 142`; where there are several reports, `Belgium 140, 142; France 12`."""
    said = []
    for (_, name), group in groupby(sorted(keys), key=lambda key: (key.place, key.name)):
        numbers = words("lists.comma").join(str(key.number) for key in group)
        said.append(f"{name} {numbers}" if name else numbers)
    return words("lists.semicolon").join(said)


def states(lines: Iterable[ReportLine], words: Words) -> list[str]:
    """`19 stand`, `6 moved`, …: what is there in the report's whole, in a fixed order, empty ones left out."""
    counts: dict[str, int] = {}
    for line in lines:
        name = _STATES.get(line.finding.kind, str(line.finding.kind))
        counts[name] = counts.get(name, 0) + 1
    return [words(f"states.{name}", count=counts[name]) for name in _ORDER if name in counts]


def _line(line: ReportLine, words: Words) -> LineView:
    source, finding = line.source, line.finding
    expected = words("finding.surprising", expected=words(f"expected.{source.expect}"))
    return LineView(
        footnotes=numbers_of(source.keys, words),
        name=short(source.name, NAME),
        state=_MARKS[finding.kind],
        text=finding_words(line, words),
        surprising=expected if finding.surprising else "",
        rows=tuple(_rows(line, words)),
    )


def why_not_watched(source: Source, words: Words) -> str:
    """Why nobody looks at a source; empty when it is looked at."""
    if source.pollable:
        return ""
    key = "not_watched.refused" if source.url and source.watch_as is WatchAs.NONE else f"not_watched.{source.watch_as}"
    return words(key if words.has(key) else "not_watched.none")


def finding_words(line: ReportLine, words: Words) -> str:
    """`there; quoted passage found, p. 1` – one line, no full stop."""
    finding, source = line.finding, line.source
    reason = words.reason(finding.reason) if finding.reason else ""
    if finding.kind is FindingKind.NOT_WATCHED and not reason:
        reason = why_not_watched(source, words)
    key = f"finding.{finding.kind}"
    if finding.kind is FindingKind.REPLACED:
        said = words(key, reason=reason) if reason else words("finding.replaced_bare")
    else:
        said = words(key, reason=words("finding.because", reason=reason) if reason else "")
    more = _quotes(finding.quotes, words) if finding.kind in _WITH_QUOTES else []
    if finding.alternative:
        more.append(words("finding.alternative", n=finding.alternative))
    return words("lists.semicolon").join([said, *more])


def _rows(line: ReportLine, words: Words) -> Iterable[Row]:
    source, finding = line.source, line.finding
    if source.url and _MARKS[finding.kind] in {"note-state", "bad"}:
        yield Row(words("finding.cited_row"), source.url)
    elsewhere = finding.kind in {FindingKind.MOVED, FindingKind.MOVED_CHECK} and finding.final_url != source.url
    if elsewhere and finding.final_url:
        yield Row(words("finding.answers_row"), finding.final_url)
    if finding.alternative:
        yield Row(words("finding.alternative_row"), finding.alternative_url)


def _quotes(touches: Iterable[QuoteTouch], words: Words) -> list[str]:
    by_state: dict[QuoteState, list[QuoteTouch]] = {}
    for touch in touches:
        by_state.setdefault(touch.after, []).append(touch)
    looked = [QuoteState.FOUND, QuoteState.CHANGED, QuoteState.MISSING]
    total = sum(len(by_state.get(state, ())) for state in looked)
    said: list[str] = []
    if found := by_state.get(QuoteState.FOUND):
        said.append(_found(found, total, words))
    if changed := by_state.get(QuoteState.CHANGED):
        nearest = short(changed[0].nearest or changed[0].quote.text, _QUOTE)
        said.append(words("quotes.changed", count=len(changed), number=words.number(len(changed)), quote=nearest))
    if missing := by_state.get(QuoteState.MISSING):
        quote = short(missing[0].quote.text, _QUOTE)
        said.append(words("quotes.missing", count=len(missing), number=words.number(len(missing)), quote=quote))
    others = (QuoteState.NO_ANCHOR, QuoteState.ELSEWHERE, QuoteState.UNREAD)
    return said + [words(f"quotes.{state}") for state in others if state in by_state]


def _found(found: list[QuoteTouch], total: int, words: Words) -> str:
    pages = sorted({touch.page for touch in found if touch.page})
    page = words("quotes.page", page=words("lists.comma").join(str(n) for n in pages)) if pages else ""
    if len(found) < total:
        return words("quotes.found_some", found=len(found), count=total, page=page)
    if total == 2:
        return words("quotes.found_two", page=page)
    return words("quotes.found", count=total, number=words.number(total), page=page)
