"""The frozen values that pass between stages. No I/O, no behaviour beyond reading themselves."""

from monitor.model.citation import Citation, CitationKey, Quote, QuoteMatch, completed, numbered
from monitor.model.evidence import HopRecord, Trace
from monitor.model.follow import Document, DocumentState
from monitor.model.gap import Gap
from monitor.model.judgement import (
    Change,
    ChangeKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Health,
    Held,
    Mark,
    Outcome,
    Part,
    PartKind,
    QuoteState,
    QuoteTouch,
    Reason,
    Saying,
    SayingKind,
    Sayings,
    Severity,
    Span,
)
from monitor.model.mail import (
    Aside,
    ChannelState,
    Delivery,
    DeliveryState,
    Digest,
    DigestChange,
    DigestEvent,
    DigestKind,
    DigestOrder,
    Filters,
    Frequency,
    Material,
    Medium,
    Notice,
    NoticeCode,
    Outgoing,
    ReportLine,
    SectionOf,
    Subscriber,
)
from monitor.model.order import (
    Doubt,
    Look,
    Memory,
    Pending,
    PollIntent,
    PollOrder,
    RegionSide,
    Sighting,
    Slot,
    StandingNotice,
    Testimony,
    Trigger,
)
from monitor.model.text import Block, BlockKind, Extraction, Item, Link, Place, key_of, marked_figure, plain_figures
from monitor.model.watch import (
    Alternative,
    Expect,
    Follow,
    Role,
    Section,
    Source,
    Status,
    WatchAs,
    WatchList,
)
from monitor.model.wire import Answer, Capture, FetchOrder, Hop, HostRecord, NotModified

__all__ = [
    "Alternative", "Answer", "Aside", "Block", "BlockKind", "Capture", "Change", "ChangeKind", "ChannelState",
    "Citation", "CitationKey",
    "Delivery", "DeliveryState", "Digest", "DigestChange", "DigestEvent", "DigestKind", "DigestOrder", "Document",
    "DocumentState", "Doubt", "Event", "EventKind", "Expect", "Extraction", "FetchOrder", "Filters", "Finding",
    "FindingKind", "Follow", "Frequency",
    "Gap",
    "Health", "Held", "Hop", "HopRecord", "HostRecord", "Item", "Link", "Look", "Mark", "Material", "Medium", "Memory",
    "NotModified", "Notice", "NoticeCode",
    "Outcome", "Outgoing", "Part", "PartKind", "Pending", "Place", "PollIntent", "PollOrder", "Quote", "QuoteMatch",
    "QuoteState", "QuoteTouch", "Reason", "RegionSide", "ReportLine", "Role", "Saying", "SayingKind", "Sayings",
    "Section", "SectionOf", "Severity", "Sighting", "Slot", "Source", "Span", "StandingNotice", "Status", "Subscriber",
    "Testimony", "Trace", "Trigger", "WatchAs", "WatchList", "completed", "key_of", "marked_figure", "numbered",
    "plain_figures",
]  # fmt: skip
