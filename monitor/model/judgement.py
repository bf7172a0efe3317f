"""What was found: changes and their parts, events, findings, what was held back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from monitor.model.citation import Quote
from monitor.model.text import BlockKind, Place


class Outcome(StrEnum):
    """How a poll ended. Exactly one per poll row."""

    BASELINE = "baseline"
    """The first good document."""
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    """A change was written (told, or stored as editorial or technical)."""
    HELD = "held"
    """A difference is there and waits, or was judged noise."""
    BAD = "bad"
    """An answer came, but not the document."""
    FAILED = "failed"
    """No usable answer."""
    OFFLINE = "offline"
    """Our own network was gone; counts against nobody."""
    FAULT = "fault"
    """The program itself failed on this source."""
    FOLLOWED = "followed"
    """A document behind an entry of the list was asked for, not the list."""


class Health(StrEnum):
    """The state of a source, as shown to the operator."""

    NEW = "new"
    OK = "ok"
    DOUBT = "doubt"
    """The last look was not good; being looked at again."""
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    GONE = "gone"
    UNREADABLE = "unreadable"
    """The document is there but gives no text (scanned, encrypted, too heavy)."""
    NOT_WATCHED = "not_watched"
    RETIRED = "retired"


class Severity(IntEnum):
    """How much a change matters. Minor and above are told."""

    NOISE = 0
    EDITORIAL = 1
    MINOR = 2
    SUBSTANTIVE = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as code and values; words come from the catalogue `reasons` of alerts/templates."""

    code: str
    values: dict[str, str] = field(default_factory=dict)


class Mark(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CUT = "cut"
    """Text left out for length; the span's text is empty."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words under one mark. Concatenated with blanks between."""

    mark: Mark
    text: str


class PartKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    LINK = "link"
    """Same words, another document behind them; `old` and `new` are addresses."""
    ITEM_NEW = "item_new"
    ITEM_CHANGED = "item_changed"
    ITEM_GONE = "item_gone"


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a change. `old` and `new` are the whole block texts; `spans` the word marks between them."""

    kind: PartKind
    old: str = ""
    new: str = ""
    spans: tuple[Span, ...] = ()
    headings: tuple[str, ...] = ()
    block: BlockKind = BlockKind.PARAGRAPH
    place: Place = Place.MAIN
    page: int = 0
    url: str = ""
    """Of an item, or of the linked document."""
    date: str = ""
    """Of an item, as printed."""
    slot: str = ""
    """Hash of the place, as the judgement remembers it; empty in what was kept before places were."""


class QuoteState(StrEnum):
    FOUND = "found"
    CHANGED = "changed"
    """A passage close to it stands there."""
    MISSING = "missing"
    NO_ANCHOR = "no_anchor"
    """Translated, and no anchor set: cannot be looked for."""
    ELSEWHERE = "elsewhere"
    """Known not to be in this document."""
    UNREAD = "unread"
    """The document could not be read."""


@dataclass(frozen=True, slots=True)
class QuoteTouch:
    """The state of a quoted passage before and after. `nearest` is the passage found instead."""

    quote: Quote
    before: QuoteState
    after: QuoteState
    nearest: str = ""
    page: int = 0


class ChangeKind(StrEnum):
    TEXT = "text"
    ITEMS = "items"
    LINKS = "links"
    ORDER = "order"
    PUNCTUATION = "punctuation"
    RESTORED = "restored"
    """Back to wording that stood there before."""
    COLLAPSED = "collapsed"
    """Most of the text is gone, for good as it seems."""
    FILE = "file"
    """The file changed and its text cannot be read."""
    TECHNICAL = "technical"
    """Our own rules changed; never told."""


@dataclass(frozen=True, slots=True)
class Change:
    """An ordered pair of texts of one source that differ, and what it means.

    `id`, `old_snapshot`, `new_snapshot` are given by the store (0 before). Times are UTC.
    """

    source_id: str
    kind: ChangeKind
    severity: Severity
    reasons: tuple[Reason, ...]
    parts: tuple[Part, ...]
    first_seen: datetime
    """First look that showed the new text."""
    confirmed_at: datetime
    unchanged_since: datetime | None = None
    """When the old text was first seen."""
    last_unchanged: datetime | None = None
    """Last look that still showed the old text."""
    looks_unchanged: int = 0
    topics: tuple[str, ...] = ()
    quotes: tuple[QuoteTouch, ...] = ()
    told: bool = True
    restored_from: datetime | None = None
    """For `restored`: when that wording was last there."""
    may_repeat: datetime | None = None
    """Readers may have been told before: it was found right after a copy of the database, of this day, was restored."""
    id: int = 0
    old_snapshot: int = 0
    new_snapshot: int = 0
    old_sha256: str = ""
    new_sha256: str = ""
    old_text: str = ""
    """Hash of the told text before, given by the store; empty in what was kept before hashes were."""
    new_text: str = ""


class EventKind(StrEnum):
    MOVED = "moved"
    """Another address, the cited document."""
    MOVED_CHECK = "moved_check"
    """Another address; whether it is the cited document needs a person."""
    GONE = "gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    RETURNED = "returned"
    REPLACED = "replaced"
    """A web page where a PDF was, or the reverse."""
    ALTERNATIVE = "alternative"
    """An alternative address answers in place of the cited one."""
    STATUS_NOTICE = "status_notice"
    QUOTE_LOST = "quote_lost"
    QUOTE_FOUND = "quote_found"
    LANGUAGE = "language"
    FAULT = "fault"
    ADDED = "added"
    """A source new to the list, with what its first look found."""
    FIRST_COPY = "first_copy"
    """The first real copy was read; what had been kept as the first text was no document."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the source itself.

    `values` holds the facts by name, all strings: old, new, line, reason, since, looks, similarity, …
    """

    source_id: str
    kind: EventKind
    at: datetime
    values: dict[str, str] = field(default_factory=dict)
    quote: Quote | None = None
    urgent: bool = False
    told: bool = True
    id: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A difference that was not told, and why. `rule` is the rule's name, `parts` what it showed."""

    source_id: str
    rule: str
    reason: Reason
    at: datetime
    parts: tuple[Part, ...] = ()
    id: int = 0


class SayingKind(StrEnum):
    """What a person said of a difference."""

    NEWS = "news"
    """It was held back, and it was news."""
    QUIET = "quiet"
    """It was told, and it is noise."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A person's word about one difference, remembered for its source until it is taken back.

    `places` are hashes of places and lines. NEWS: `rule` must not hold them back again; `held` is what it speaks of
    and `change` what was told because of it. QUIET: they are held back from now on; `change` is what it speaks of.
    """

    source_id: str
    kind: SayingKind
    places: tuple[str, ...]
    said_at: datetime
    rule: str = ""
    held: int = 0
    change: int = 0
    undone_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Sayings:
    """What is in force for one source."""

    quiet: frozenset[str] = frozenset()
    """Places."""
    news: frozenset[tuple[str, str]] = frozenset()
    """A place, and the rule that must not hold it back."""


class FindingKind(StrEnum):
    """What the first look found at the cited address."""

    QUOTES_FOUND = "quotes_found"
    QUOTES_MISSING = "quotes_missing"
    THERE = "there"
    """There, and nothing quoted that could be looked for."""
    MOVED = "moved"
    MOVED_CHECK = "moved_check"
    REPLACED = "replaced"
    OFF_TOPIC = "off_topic"
    """A page answers, but nothing says it is the cited document."""
    BLOCKED = "blocked"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    NOT_WATCHED = "not_watched"
    WAITING = "waiting"
    """Not looked at yet."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first look at a source, for the first report."""

    source_id: str
    kind: FindingKind
    at: datetime
    url: str = ""
    """The address that was asked."""
    final_url: str = ""
    """The address that answered."""
    alternative: int = 0
    """1-based place in `alternatives` of the address that has the document; 0: the cited one, or none."""
    alternative_url: str = ""
    quotes: tuple[QuoteTouch, ...] = ()
    reason: Reason | None = None
    surprising: bool = False
    """Not what the list expected."""
