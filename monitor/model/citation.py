"""What a footnote is known by, and what the report says and quotes in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class CitationKey:
    """What a footnote is known by. Sorts by report, edition and chapter, then by number.

    As text `aidv:2026:belgium:140`: in addresses, tables and answers of the API. Without a report (written before
    footnotes had keys) it is the number alone.
    """

    report: str
    edition: str
    chapter: str
    number: int
    name: str = field(default="", compare=False)
    """What readers are told this report's chapter is: `France`. Empty as long as the home has one report only."""

    def __str__(self) -> str:
        return f"{self.place}:{self.number}" if self.report else str(self.number)

    @property
    def place(self) -> str:
        """The report's chapter, without the number: `aidv:2026:belgium`; empty without a report."""
        return f"{self.report}:{self.edition}:{self.chapter}" if self.report else ""

    @property
    def shown(self) -> str:
        """As read in a sentence: `12`, and `12 (France)` where there are several reports."""
        return f"{self.number} ({self.name})" if self.name else str(self.number)


def numbered(number: int) -> CitationKey:
    """A footnote of which only the number is known."""
    return CitationKey("", "", "", number)


def completed(key: CitationKey, known: Iterable[CitationKey]) -> CitationKey:
    """A key as today's home has it: what an older version wrote without a report is the one known footnote of that
    number. As it is when there is none, or more than one.
    """
    found = {one for one in known if one.report and (one == key or (not key.report and one.number == key.number))}
    return found.pop() if len(found) == 1 else key


class QuoteMatch(StrEnum):
    """How a quoted passage can be found in its source."""

    EXACT = "exact"
    FUZZY = "fuzzy"
    TRANSLATED = "translated"
    """The source is in another language: only an anchor in that language can be found."""
    ELSEWHERE = "not-in-this-document"


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage the report quotes from a source."""

    source_id: str
    footnote: int
    text: str
    match: QuoteMatch = QuoteMatch.EXACT
    anchor: str = ""
    """The passage in the source's own language, set by the operator."""
    phrase: bool = False
    """A verbatim list entry, not in quotation marks in the report."""
    report: str = ""
    edition: str = ""
    chapter: str = ""
    report_name: str = ""
    """As `CitationKey.name`."""

    @property
    def key(self) -> CitationKey:
        return CitationKey(self.report, self.edition, self.chapter, self.footnote, self.report_name)


@dataclass(frozen=True, slots=True)
class Citation:
    """One footnote of the report and one source it cites."""

    footnote: int
    source_id: str
    title: str
    author: str
    date_as_cited: str
    section: str
    """Section title as printed in the report."""
    url_printed: str
    claims: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    note: str = ""
    report: str = ""
    edition: str = ""
    chapter: str = ""
    report_name: str = ""
    """As `CitationKey.name`."""

    @property
    def key(self) -> CitationKey:
        return CitationKey(self.report, self.edition, self.chapter, self.footnote, self.report_name)
