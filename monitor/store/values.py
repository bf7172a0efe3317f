"""What the store gives back where the model has no word for it. Frozen; times are UTC."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.model import (
    DeliveryState,
    DigestKind,
    Health,
    Hop,
    HopRecord,
    Memory,
    Outcome,
    Reason,
    Source,
    Testimony,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a new reading of the watch list changed: source ids, in the order of the list."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source and how it stands.

    `looks` counts polls (offline ones and faults of the program apart). `health` is RETIRED for a source that
    left the list and NOT_WATCHED for one that is not polled, whatever it was before.
    """

    source: Source
    health: Health
    health_since: datetime | None
    last_poll_at: datetime | None
    last_good_at: datetime | None
    next_poll_at: datetime | None
    """None: no look is planned."""
    next_trigger: Trigger
    last_outcome: Outcome | None
    last_reason: Reason | None
    memory: Memory
    looks: int
    added_at: datetime
    retired_at: datetime | None
    robots: str
    """allowed | overridden | unreachable | denied, as at the last answer; empty before one."""
    address: str
    """The address that brought the last good document, else the one asked last."""
    leased_until: datetime | None
    told_text: str
    current_text: str
    last_sha256: str
    last_snapshot: int
    told_snapshot: int
    fingerprint: str
    token: int
    """Of the last claim."""


@dataclass(frozen=True, slots=True)
class DueRow:
    """A source that is due. `host` as in `HostRecord`: lower-case name and port."""

    source_id: str
    host: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a poll was written as. The ids are in the order of the intent's tuples."""

    poll_id: int
    change_ids: tuple[int, ...] = ()
    event_ids: tuple[int, ...] = ()
    snapshot_id: int = 0
    """Of the look that was judged; 0 when it brought no document."""


@dataclass(frozen=True, slots=True)
class LookRow:
    """One address asked, as kept on the poll's row.

    `status` is 0 and `error_kind` set when nothing usable came. `read` says what became of the bytes: `text`,
    an `ExtractKind`, `same`, or empty when there were none.
    """

    place: int
    url: str
    final_url: str = ""
    status: int = 0
    chain: tuple[Hop, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    error_kind: str = ""
    error_detail: str = ""
    transient: bool = True
    """Of an error: worth another look soon."""
    retry_after_s: float | None = None
    """Of an error: how long the host asked to be left alone, in seconds."""
    elapsed_ms: int = 0
    wire_bytes: int = 0
    robots: str = ""
    sha256: str = ""
    snapshot: int = 0
    read: str = ""
    words: int = 0
    note: str = ""
    hops: tuple[HopRecord, ...] = ()
    """What went over the wire; empty for looks from before it was kept."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A copy and a look that really showed it."""

    at: datetime
    snapshot: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PollRow:
    """One poll, as kept."""

    id: int
    source_id: str
    token: int
    trigger: Trigger
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    reason: Reason
    looks: tuple[LookRow, ...]
    used: int
    good: bool
    testimonies: tuple[Testimony, ...] | None = None
    """What neighbours of the page said for it; None when nobody was asked."""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A stored capture without its bytes (`bodies.get(sha256)` has them).

    `content_type` is the whole header value. `good`: it was, once at least, the document. An equal body from
    the same address moves `last_seen` only.
    """

    id: int
    source_id: str
    url: str
    final_url: str
    sha256: str
    size: int
    """Bytes of the body."""
    status: int
    content_type: str
    charset: str
    headers: tuple[tuple[str, str], ...]
    chain: tuple[Hop, ...]
    good: bool
    first_seen: datetime
    last_seen: datetime
    poll_id: int = 0
    """The poll that brought it first; 0 for a copy from before that was kept."""


@dataclass(frozen=True, slots=True)
class Period:
    """What was looked at, and what was held back, in a period."""

    looks: int = 0
    sources: int = 0
    """Sources looked at."""
    held_back: int = 0
    held_sources: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox in figures. `oldest`: when the longest waiting message was composed."""

    pending: int = 0
    sending: int = 0
    failed: int = 0
    dead: int = 0
    oldest: datetime | None = None
    next_try_at: datetime | None = None
    held: int = 0
    """Kept for subscribers who are paused or suspended."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as listed, without its bytes."""

    id: int
    subscriber_id: int | None
    """None: a letter to somebody who is no subscriber."""
    recipient: str
    subject: str
    message_id: str
    kind: DigestKind
    window: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    settled_at: datetime | None
    answer: str
    channel: str = "mail"
    digest_id: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """The whole store in figures, for status pages."""

    sources: int = 0
    """On the list and polled."""
    by_health: dict[Health, int] = field(default_factory=dict)
    due: int = 0
    polls: int = 0
    polls_last_day: int = 0
    changes: int = 0
    told_changes: int = 0
    events: int = 0
    held: int = 0
    snapshots: int = 0
    bodies: int = 0
    body_bytes: int = 0
    """Of the bodies as they came."""
    stored_bytes: int = 0
    """Of the bodies as they are kept."""
    subscribers: int = 0
    last_poll_at: datetime | None = None
    next_poll_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """A body that can no longer be read, and the snapshots that show it."""

    sha256: str
    snapshots: tuple[int, ...]
    sources: tuple[str, ...]
