"""What the API answers, as shapes: FastAPI checks every answer against them and writes them into the OpenAPI document.

Version 1: a name may be added; one that goes, or means something else, makes a version 2 beside this one. Times are
UTC (RFC 3339). Every text of a watched page is data of strangers: escape it before you show it.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SeverityName = Literal["critical", "substantive", "minor", "editorial", "noise"]
StateName = Literal["check", "relevant", "routine", "noise"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceShape(Shape):
    """A source, as it stands."""

    id: str
    name: str
    publisher: str
    section: str
    jurisdiction: str
    languages: list[str]
    topics: list[str]
    footnotes: list[int]
    keys: list[str] = Field(description="The same footnotes, with their reports: `aidv:2026:belgium:140`.")
    url: str
    watched_at: str = Field(description="The address that brings the document, if it is another one; else empty.")
    health: str
    health_since: datetime | None
    looks: int = Field(description="Polls so far.")
    last_look: datetime | None
    last_good_look: datetime | None
    next_look: datetime | None
    unchanged_since: datetime | None
    to_check: int = Field(description="Told changes that nobody has called routine or noise.")
    link: str


class ReviewShape(Shape):
    """What a person made of it; the newest counts."""

    state: StateName
    who: str
    at: datetime | None
    note: str


class LineShape(Shape):
    """A change or an event, as a list shows it."""

    type: Literal["change", "event"]
    id: int = Field(description="Its number among changes, or among events; never given twice.")
    at: datetime
    source: str
    section: str
    footnotes: list[int]
    keys: list[str] = Field(description="The same footnotes, with their reports: `aidv:2026:belgium:140`.")
    kind: str
    severity: SeverityName
    told: bool = Field(description="False: found, and kept out of the mails (editorial, technical).")
    topics: list[str]
    review: ReviewShape
    url: str = Field(description="Of the whole of it in this API.")
    link: str = Field(description="Of its page.")


class ReasonShape(Shape):
    code: str
    text: str
    values: dict[str, str]


class MarkShape(Shape):
    mark: Literal["same", "removed", "added", "cut"]
    text: str


class PartShape(Shape):
    """One place that changed."""

    kind: str
    headings: list[str]
    page: int = Field(description="Of a PDF; 0 without.")
    old: str
    new: str
    marks: list[MarkShape]
    url: str
    date: str
    cut: bool


class QuoteTouchShape(Shape):
    """A quoted passage before and after."""

    footnote: int
    key: str = Field(description="Report, edition, chapter and number: `aidv:2026:belgium:140`.")
    text: str
    before: str
    after: str
    nearest: str
    page: int


class CitationNote(Shape):
    footnote: int
    key: str = Field(description="Report, edition, chapter and number: `aidv:2026:belgium:140`.")
    title: str
    claims: list[str]


class ChangeShape(Shape):
    """An ordered pair of texts that differ, and what it means."""

    type: Literal["change"] = "change"
    id: int
    source: str
    kind: str
    severity: SeverityName
    told: bool
    why: str
    reasons: list[ReasonShape]
    topics: list[str]
    first_seen: datetime
    confirmed_at: datetime
    unchanged_since: datetime | None
    last_unchanged: datetime | None
    looks_unchanged: int
    restored_from: datetime | None
    old_snapshot: int | None
    new_snapshot: int | None
    old_sha256: str
    new_sha256: str
    parts: list[PartShape]
    parts_left: int
    quotes: list[QuoteTouchShape]
    citations: list[CitationNote]
    reviews: list[ReviewShape] = Field(description="Newest first.")
    link: str


class EventShape(Shape):
    """What happened to the source itself."""

    type: Literal["event"] = "event"
    id: int
    source: str
    kind: str
    severity: SeverityName
    urgent: bool
    told: bool
    at: datetime
    label: str
    text: str
    values: dict[str, str]
    citations: list[CitationNote]
    reviews: list[ReviewShape] = Field(description="Newest first.")
    link: str


class SnapshotShape(Shape):
    """A stored capture: what is known of it, without its bytes."""

    id: int
    source: str
    url: str
    final_url: str
    chain: list[dict[str, Any]] = Field(description="The redirects, in order.")
    status: int
    content_type: str
    charset: str
    sha256: str = Field(description="Of the body as it came over the wire, content coding taken off.")
    size: int
    good: bool = Field(description="It was, once at least, the document.")
    first_seen: datetime
    last_seen: datetime
    withheld: str = Field(description="Why the copy is not shown; empty: it is.")
    link: str


class HopShape(Shape):
    """A request of the look that brought a copy first, and its answer, as they went over the wire."""

    url: str
    request: list[str] = Field(description="The request line and the header lines; values of cookies as their length.")
    answer: list[str] = Field(description="The status line and the header lines as they came, each byte a character.")
    peer: str = Field(description="Address and port that were connected to.")
    tls: str
    cipher: str
    certificates: list[str] = Field(description="SHA-256 of each certificate that was sent, the server's own first.")
    sent_at: datetime | None
    first_byte: float | None = Field(description="Seconds from then until the answer began.")
    last_byte: float | None = Field(description="Seconds until the body was whole.")
    framing: str = Field(description="length, chunked or close: how the end of the body was known.")
    codings: list[str] = Field(description="Content codings that were undone.")
    received_bytes: int | None = Field(description="Of the body as received, its codings not undone; null: not read.")
    received_sha256: str


class SnapshotWithHops(SnapshotShape):
    look: int | None = Field(description="The look that brought it first; null: not known.")
    hops: list[HopShape] = Field(description="Empty where what went over the wire was not kept.")


class QuoteShape(Shape):
    text: str
    state: str
    nearest: str


class CitationShape(Shape):
    """A footnote of the report: does it still stand?"""

    footnote: int
    key: str = Field(description="Report, edition, chapter and number: `aidv:2026:belgium:140`.")
    section: str
    title: str
    author: str
    source: str
    printed_url: str
    claims: list[str]
    state: str = Field(description="The verdict on this citation.")
    state_in_words: str
    answer: Literal["look", "unknown", "stands"]
    footnote_state: str = Field(description="The gravest verdict of the footnote's citations, which is counted.")
    why: str
    watched_at: str = Field(description="Where the document is read when not at the cited address; else empty.")
    quotes: list[QuoteShape]
    looks: int
    unchanged_since: datetime | None
    last_good_look: datetime | None


class Page(Shape):
    """`next`: the address that goes on after these; null at the end."""

    next: str | None


class Lines(Page):
    items: list[LineShape]


class Sources(Page):
    items: list[SourceShape]


class Snapshots(Page):
    items: list[SnapshotShape]


class ReportTally(Shape):
    """The answer for one report."""

    report: str = Field(description="Report, edition and chapter: `aidv:2026:belgium`.")
    name: str = Field(description="How readers are told it; empty for the only one.")
    footnotes: int
    answers: dict[str, int]
    verdicts: dict[str, int]


class TallyShape(Shape):
    """The answer for all reports. What is counted is footnotes; the counts add up to `footnotes`."""

    footnotes: int
    as_of: datetime | None = Field(description="The last look at any source cited.")
    answers: dict[str, int]
    verdicts: dict[str, int]
    text: str
    reports: list[ReportTally]


class Citations(Page):
    items: list[CitationShape]
    counts: TallyShape


class Problem(Shape):
    """What went wrong (RFC 9457), as `application/problem+json`."""

    status: int
    title: str
    detail: str = ""
