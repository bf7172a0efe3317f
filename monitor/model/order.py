"""One poll: its order, its looks, what it remembers, its intent."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.errors import ExtractError
from monitor.model.follow import Document
from monitor.model.judgement import Change, Event, Finding, Health, Held, Outcome, QuoteState, Reason, Sayings
from monitor.model.text import Extraction
from monitor.model.watch import Source
from monitor.model.wire import Answer


class Trigger(StrEnum):
    """Why a look is due."""

    FIRST = "first"
    SCHEDULED = "scheduled"
    WARM_UP = "warm_up"
    CONFIRM = "confirm"
    DOUBT = "doubt"
    FAILURE = "failure"
    RETRY_AFTER = "retry_after"
    MANUAL = "manual"
    FOLLOW = "follow"
    """A document behind an entry waits; the list itself is not due."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A block that came or went, by hash of its key."""

    key: str
    present: bool
    since: datetime
    """When it came or went."""
    last_present: datetime
    turns: int = 1
    """How often it came or went."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A line whose digits alone keep changing, by hash of its digit-free key."""

    key: str
    turns: int
    last: str
    """Hash of the last value."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """A difference that waits for confirmation, by hash of what it takes and gives."""

    key: str
    since: datetime
    looks: int
    rule: str
    """confirm | flicker | warm_up | …"""
    last_without: datetime | None = None
    """The last good look before it came."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A running spell of looks that did not bring the document."""

    kind: str
    reason: Reason
    since: datetime
    looks: int
    declared: bool = False
    """It stands: the event was told, or the first report said so."""
    told: tuple[str, ...] = ()
    """Kinds of this spell that the readers heard of."""
    file: str = ""
    """SHA-256 of an unreadable file whose state was told."""
    other_kind: str = ""
    other_looks: int = 0
    """Looks in a row at which a declared spell showed another face."""


@dataclass(frozen=True, slots=True)
class StandingNotice:
    """A status notice that stands on the page: `kind` as in `text.notices.NoticeKind`, its words, and the hash of the
    line that begins it. `told_at`: when it was told as an event; None when it was not, having been told before.
    """

    kind: str
    line: str
    key: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Testimony:
    """What another page of the same site said of a page's lines. Kept with the poll, so that nobody is asked again."""

    url: str
    sha256: str
    at: datetime
    title: str = ""
    lines: tuple[str, ...] = ()
    """Hashes of the lines outside the document that stand there too."""
    reason: str = ""
    """Why it says nothing: same_page | same_title | same_text | not_good; empty for a witness."""
    requested: bool = True
    """It was fetched for this; else the text of another source was at hand."""


@dataclass(frozen=True, slots=True)
class RegionSide:
    """Where the map of a source puts a region of its page: into the document, or into the margin."""

    key: str
    """Path of the parts of the page around it, and the place of its lines."""
    document: bool
    evidence: str = ""
    """looks | mixed (lines on both sides) | turning | prose | quote | person"""
    turns: int = 0
    """Of the first looks, those that showed mostly other words."""
    edits: int = 0
    """Looks that showed a new sentence in it while it was margin."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a source between looks. Bounded."""

    looks: int = 0
    good_looks: int = 0
    first_good: datetime | None = None
    last_good: datetime | None = None
    address: str = ""
    """The address asked that brought the last good document."""
    final_url: str = ""
    media: str = ""
    language: str = ""
    title: str = ""
    told_since: datetime | None = None
    """When the told text was first seen."""
    told_looks: int = 0
    """Good looks since then."""
    sightings: tuple[Sighting, ...] = ()
    slots: tuple[Slot, ...] = ()
    pending: tuple[Pending, ...] = ()
    doubt: Doubt | None = None
    quotes: dict[str, QuoteState] = field(default_factory=dict)
    """By the `quote_key` of the passage."""
    notices: tuple[str, ...] = ()
    """Hashes of status notices already told."""
    margin_key: str = ""
    fallbacks_declared: tuple[str, ...] = ()
    """Addresses whose standing-in was told."""
    margin_at: datetime | None = None
    """When a change of the margin was last kept."""
    unsettled: int = 0
    """Looks in a row that ended with something waiting."""
    last_full: datetime | None = None
    """Last answer with a body: validators may lie."""
    looked_at: datetime | None = None
    """The last look that counts, good or bad."""
    early: tuple[datetime, ...] = ()
    """Looks of the last 24 hours that came before their interval was over."""
    standing: tuple[StandingNotice, ...] | None = None
    """Status notices on the page at its last reading; None: written by an older version, and not known."""
    missed: int = 0
    """Looks in a row that brought the document from no address."""
    regions: tuple[RegionSide, ...] = ()
    """The map: which parts of the page are the document."""
    shared: tuple[str, ...] = ()
    """Hashes of lines outside the document that other pages of the site carry too."""
    neighbours_at: datetime | None = None
    """When neighbours were last asked; None when the source is new or its page was built anew."""


@dataclass(frozen=True, slots=True)
class PollOrder:
    """A source that is due, claimed under a fencing token.

    `etag`/`last_modified` belong to `validators_url`. `last_sha256` is the body of the last good snapshot,
    `told_snapshot` the snapshot the told text stems from, `fingerprint` that of the last extraction.
    """

    source: Source
    token: int
    trigger: Trigger
    due_at: datetime
    memory: Memory
    health: Health = Health.NEW
    etag: str = ""
    last_modified: str = ""
    validators_url: str = ""
    last_sha256: str = ""
    last_snapshot: int = 0
    told_snapshot: int = 0
    told_text: str = ""
    """Hash of the text the readers know; empty before the baseline."""
    current_text: str = ""
    """Hash of the last good text."""
    fingerprint: str = ""
    early_report: bool = False
    """The first report has gone out: a first look is told as an event."""
    sayings: Sayings = field(default_factory=Sayings)
    """What a person said of this source's differences."""
    document: Document | None = None
    """With the trigger FOLLOW: what to fetch instead of the source."""


@dataclass(frozen=True, slots=True)
class Look:
    """One address asked during a poll and what came of it."""

    place: int
    """0: the cited address; n: the n-th alternative (1-based)."""
    url: str
    answer: Answer
    reading: Extraction | ExtractError | None = None
    """None when the bytes are those of the last good snapshot and nothing waits, or when no bytes came."""
    same: bool = False
    """The bytes (or a 304) say: as at the last good look."""
    sha256: str = ""
    """Of the body; empty without one."""


@dataclass(frozen=True, slots=True)
class PollIntent:
    """Everything one poll wants written, in one transaction guarded by the token.

    `used` is the index in `looks` of the look that was judged. `good`: its snapshot becomes the last good one.
    `told_text`/`current_text` are None when they stay as they are.
    """

    source_id: str
    token: int
    trigger: Trigger
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    reason: Reason
    looks: tuple[Look, ...]
    used: int
    good: bool
    memory: Memory
    health: Health
    next_poll_at: datetime
    next_trigger: Trigger
    told_text: Extraction | None = None
    current_text: Extraction | None = None
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    held: tuple[Held, ...] = ()
    finding: Finding | None = None
    found: tuple[Document, ...] = ()
    """Documents behind new entries, to be fetched from now on."""
    document: Document | None = None
    """The document that was tried, as it stands now: then nothing about the source itself is written."""
    document_text: Extraction | None = None
    testimonies: tuple[Testimony, ...] | None = None
    """What neighbours said for this poll; None when nobody was asked."""
