"""What mailing needs of the store; `monitor.store.Store` fits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.judge.coverage import Stand
from monitor.model import (
    Aside,
    Change,
    ChannelState,
    Citation,
    Delivery,
    DeliveryState,
    DigestKind,
    DigestOrder,
    Document,
    Event,
    Finding,
    Gap,
    Outgoing,
    Section,
    Source,
    Subscriber,
)


class Period(Protocol):
    """Figures of a stretch of time."""

    @property
    def looks(self) -> int: ...
    @property
    def held_back(self) -> int: ...
    @property
    def held_sources(self) -> int: ...


class State(Protocol):
    """A source and how it stands."""

    @property
    def source(self) -> Source: ...
    @property
    def retired_at(self) -> datetime | None: ...


class Standings(Protocol):
    def stands(self, citations: Mapping[str, tuple[Citation, ...]]) -> tuple[Stand, ...]: ...


class Outbox(Protocol):
    def untold(self, subscriber_id: int) -> tuple[tuple[Change, ...], tuple[Event, ...]]: ...
    def period(self, covers_from: datetime, covers_to: datetime) -> Period: ...
    def last_digest(self, subscriber_id: int, kinds: Collection[DigestKind]) -> tuple[str, datetime] | None: ...
    def has_window(self, subscriber_id: int, window: str) -> bool: ...
    def enqueue(
        self,
        order: DigestOrder,
        items: Sequence[str],
        skipped: Sequence[str],
        message: Outgoing | None,
        now: datetime,
    ) -> int | None: ...
    def channels(self, now: datetime) -> tuple[str, ...]: ...
    def claim(self, now: datetime, lease: timedelta, channel: str = "mail") -> Delivery | None: ...
    def settle(
        self,
        delivery: Delivery,
        state: DeliveryState,
        answer: str,
        now: datetime,
        *,
        next_try_at: datetime | None = None,
        count: bool = True,
    ) -> bool: ...
    def channel(self, name: str = "mail") -> ChannelState: ...
    def set_channel(self, state: ChannelState, name: str = "mail") -> None: ...


class Taken(Protocol):
    """What a bounce changed."""

    @property
    def email(self) -> str: ...
    @property
    def bounces(self) -> int: ...
    @property
    def suspended(self) -> bool: ...
    @property
    def again(self) -> bool: ...


class Inbox(Protocol):
    def take_bounce(
        self, key: str, names: Sequence[str], *, hard: bool, said: str, now: datetime, counts: bool = True
    ) -> Taken: ...


class Letters(Protocol):
    def post(self, message: Outgoing, kind: DigestKind, window: str, now: datetime) -> bool: ...


class SetAside(Protocol):
    def all(self) -> tuple[Aside, ...]: ...
    def put(self, aside: Aside) -> None: ...
    def clear(self, subscriber_id: int | None = None, kind: DigestKind | None = None) -> int: ...


class History(Protocol):
    def changes(
        self, *, since: datetime | None = None, told: bool | None = None, limit: int = 100
    ) -> tuple[Change, ...]: ...
    def events(
        self, *, since: datetime | None = None, told: bool | None = None, limit: int = 100
    ) -> tuple[Event, ...]: ...
    def findings(self) -> tuple[Finding, ...]: ...


class Sources(Protocol):
    def all(self) -> Sequence[State]: ...
    def sections(self) -> tuple[Section, ...]: ...


class Documents(Protocol):
    def behind(self, changes: Collection[int]) -> tuple[Document, ...]: ...


class Subscribers(Protocol):
    def all(self) -> tuple[Subscriber, ...]: ...
    def forget(self, email: str) -> bool: ...
    def suspend(self, subscriber_id: int, reason: str, at: datetime) -> bool: ...


class Gaps(Protocol):
    def untold(self, subscriber_id: int, since: datetime | None, now: datetime) -> tuple[Gap, ...]: ...


class Facts(Protocol):
    def get(self, key: str) -> str | None: ...
    def set_once(self, key: str, value: str) -> str: ...


class Store(Protocol):
    @property
    def outbox(self) -> Outbox: ...
    @property
    def history(self) -> History: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def subscribers(self) -> Subscribers: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def aside(self) -> SetAside: ...
    @property
    def standings(self) -> Standings: ...
    @property
    def gaps(self) -> Gaps: ...
    @property
    def meta(self) -> Facts: ...
