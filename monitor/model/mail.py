"""Subscribers, digests, deliveries."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.citation import Citation
from monitor.model.follow import Document
from monitor.model.gap import Gap
from monitor.model.judgement import Change, Event, Finding, Severity
from monitor.model.verdict import Tally
from monitor.model.watch import Section, Source


class Frequency(StrEnum):
    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class Medium(StrEnum):
    """How a subscriber is reached."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a subscriber wants to hear of. Empty tuples: everything."""

    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    min_severity: Severity = Severity.MINOR


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who gets which digests. `hour` and `weekday` (0 = Monday) are in `timezone`.

    `email`: the mail address; of a webhook or a chat, which have none, the name it goes by.
    """

    id: int
    email: str
    language: str = "en"
    timezone: str = "Europe/Brussels"
    frequency: Frequency = Frequency.DAILY
    hour: int = 7
    weekday: int = 0
    filters: Filters = Filters()
    urgent: bool = True
    """Urgent changes do not wait for the hour."""
    sign_of_life: bool = False
    paused: bool = False
    created_at: datetime | None = None
    medium: Medium = Medium.MAIL
    url: str = ""
    """Where a webhook's messages go. That of a chat is a secret, and stands in the settings."""
    bounces: int = 0
    """Hard bounces, one after the other."""
    bounced_at: datetime | None = None
    suspended_at: datetime | None = None
    """Nothing is made or sent since, because nothing arrives, until somebody resumes it."""
    suspended_reason: str = ""

    @property
    def channel(self) -> str:
        """The way out: one for all mail, one of its own for each webhook and chat."""
        return str(self.medium) if self.medium is Medium.MAIL else f"{self.medium}:{self.id}"

    @property
    def waiting(self) -> bool:
        """Is nothing to be made or sent, for now?"""
        return self.paused or self.suspended_at is not None


class DigestKind(StrEnum):
    FIRST_REPORT = "first_report"
    DIGEST = "digest"
    URGENT = "urgent"
    SIGN_OF_LIFE = "sign_of_life"
    TEST = "test"
    CONFIRM = "confirm"
    """Somebody entered this address on a page: is it theirs?"""
    NOTICE = "notice"
    """To whoever runs the monitor."""


class NoticeCode(StrEnum):
    """What the operator is told by mail."""

    SUSPENDED = "suspended"
    UNDELIVERED = "undelivered"
    SET_ASIDE = "set_aside"
    LIST_BROKEN = "list_broken"
    CHANNEL_PAUSED = "channel_paused"
    MAIL_BLOCKED = "mail_blocked"
    """Refused for what we are or did, for a full box or for its size: nobody's address is wrong."""
    WAY_PAUSED = "way_paused"
    """A webhook or a chat refuses messages."""
    WAY_GONE = "way_gone"
    """A webhook wants no more of them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that needs the operator. `about`: whom or what it is about; `said`: what a server or the program
    said; `command`: what shows more or mends it.
    """

    code: NoticeCode
    at: datetime
    about: str = ""
    said: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A digest that could not be made: whose, which, by which version of the program, and what went wrong."""

    subscriber_id: int
    kind: DigestKind
    window: str
    version: str
    at: datetime
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DigestOrder:
    """A digest that is due: UNIQUE (subscriber, window)."""

    subscriber: Subscriber
    kind: DigestKind
    window: str
    """`2026-11-24`, `2026-W48`, `now:<n>`, `first`, `urgent:<change or event>`, `life:2026-W48`."""
    covers_from: datetime
    covers_to: datetime


@dataclass(frozen=True, slots=True)
class DigestChange:
    """A change in a digest, with its source and the citations of the report it touches."""

    change: Change
    source: Source
    citations: tuple[Citation, ...] = ()
    documents: tuple[Document, ...] = ()
    """Behind the new entries it tells, when the list is followed."""


@dataclass(frozen=True, slots=True)
class DigestEvent:
    event: Event
    source: Source
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One source in the first report."""

    source: Source
    finding: Finding


@dataclass(frozen=True, slots=True)
class SectionOf:
    """One section of the report and what belongs to it, in order."""

    section: Section
    changes: tuple[DigestChange, ...] = ()
    lines: tuple[ReportLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a digest may be made of. `changes` and `events` are those not yet told to this subscriber."""

    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    citations: tuple[Citation, ...]
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    looks: int = 0
    """Looks taken in the period."""
    held_back: int = 0
    held_sources: int = 0
    retired: frozenset[str] = frozenset()
    """Ids of sources that are no longer on the list: named when told of, not counted."""
    documents: tuple[Document, ...] = ()
    """Behind the new entries that the changes tell."""
    standing: Tally | None = None
    """How the report stands when the message is made."""
    gaps: tuple[Gap, ...] = ()
    """Times in which nobody looked, of which this subscriber was not told yet; oldest first."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The content of one message for one subscriber and window; no words of any language yet.

    `held_back`/`held_sources`: differences not told in the period, and on how many sources.
    """

    order: DigestOrder
    sections: tuple[SectionOf, ...] = ()
    events: tuple[DigestEvent, ...] = ()
    attention: tuple[DigestEvent, ...] = ()
    sources: int = 0
    looks: int = 0
    held_back: int = 0
    held_sources: int = 0
    new_lines: tuple[ReportLine, ...] = ()
    """Sources added to the list since the last digest."""
    standing: Tally | None = None
    """How the report stands when the message is made; None: not told."""
    gaps: tuple[Gap, ...] = ()
    """Times in which nobody looked, said in this message; oldest first."""

    @property
    def changes(self) -> tuple[DigestChange, ...]:
        return tuple(c for s in self.sections for c in s.changes)

    @property
    def items(self) -> tuple[str, ...]:
        """The keys of everything told here, as in `digest_item`: `change:12`, `event:7`, `gap:…`."""
        changes = [f"change:{c.change.id}" for c in self.changes]
        events = [f"event:{e.event.id}" for e in (*self.events, *self.attention)]
        return (*changes, *events, *(gap.key for gap in self.gaps))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A rendered message, ready to be frozen into the outbox."""

    recipient: str
    sender: str
    subject: str
    message_id: str
    mime: bytes = field(repr=False)
    channel: str = "mail"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """The state of a way out, apart from any message.

    `state`: up; down (cannot be reached); paused (refuses us: a login, a key, an address); resting (asked to be left
    alone until `next_probe`); gone (wants no more).
    """

    state: str = "up"
    since: datetime | None = None
    next_probe: datetime | None = None
    note: str = ""


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest on its way, claimed under a token. `mime` are the exact bytes, frozen when it was composed."""

    id: int
    token: int
    recipient: str
    sender: str
    message_id: str
    mime: bytes = field(repr=False)
    created_at: datetime
    attempts: int = 0
    subject: str = ""
    channel: str = "mail"
