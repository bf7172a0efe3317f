"""A store in a temporary folder, and polls as the rest of the program makes them."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.clock import SteppedClock
from monitor.model import (
    Block,
    Capture,
    Change,
    ChangeKind,
    DigestKind,
    DigestOrder,
    Event,
    EventKind,
    Extraction,
    Health,
    Hop,
    Look,
    Memory,
    Outcome,
    Outgoing,
    Part,
    PartKind,
    PollIntent,
    PollOrder,
    QuoteState,
    Reason,
    Section,
    Severity,
    Sighting,
    Source,
    Subscriber,
    Trigger,
    WatchList,
)
from monitor.store import Store, open_store

START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
DAY = timedelta(days=1)


@dataclass
class World:
    """Values as the stages before the store make them."""

    start: datetime = START
    lease: timedelta = LEASE

    def source(self, source_id: str, **kwargs) -> Source:
        url = kwargs.pop("url", f"https://{source_id}.example.be/ai?page=1#top")
        return Source(source_id, f"The {source_id}", kwargs.pop("section", "s1"), url, **kwargs)

    def watch_list(self, *sources: str | Source) -> WatchList:
        entries = tuple(s if isinstance(s, Source) else self.source(s) for s in sources)
        return WatchList((Section("s1", "Oversight"), Section("s2", "Policing")), entries, "0" * 64)

    def text(self, *paragraphs: str) -> Extraction:
        return Extraction("html:1:", tuple(Block(p) for p in paragraphs), title="AI", charset="utf-8")

    def look(
        self,
        order: PollOrder,
        body: bytes | str = b"<p>as it was</p>",
        *,
        at: datetime = START,
        url: str = "",
        status: int = 200,
        headers: tuple[tuple[str, str], ...] = (),
        place: int = 0,
    ) -> Look:
        """An answer as it came over the wire, read."""
        body = body.encode() if isinstance(body, str) else body
        url = url or order.source.url or ""
        capture = Capture(
            url,
            url + "/",
            status,
            (("content-type", "text/html; charset=utf-8"), *headers),
            body,
            at,
            chain=(Hop(url, 301, url + "/"),),
            elapsed=timedelta(milliseconds=125),
            wire_bytes=len(body),
        )
        reading = self.text(body.decode(errors="replace") or "nothing")
        return Look(place, url, capture, reading, sha256=hashlib.sha256(body).hexdigest())

    def intent(self, order: PollOrder, *looks: Look, at: datetime = START, **wanted) -> PollIntent:
        """A poll that went well; `wanted` replaces what it says."""
        intent = PollIntent(
            source_id=order.source.id,
            token=order.token,
            trigger=order.trigger,
            started_at=at,
            finished_at=at + timedelta(seconds=1),
            outcome=Outcome.UNCHANGED,
            reason=Reason("same_text", {"looks": "1"}),
            looks=looks,
            used=0,
            good=bool(looks),
            memory=self.memory(order.memory.looks + 1, at),
            health=Health.OK,
            next_poll_at=at + DAY,
            next_trigger=Trigger.SCHEDULED,
        )
        return replace(intent, **wanted)

    def memory(self, looks: int, at: datetime) -> Memory:
        return Memory(
            looks=looks,
            good_looks=looks,
            first_good=START,
            last_good=at,
            address="https://www.example.be/ai",
            sightings=tuple(Sighting(f"{n:016x}", present=True, since=at, last_present=at) for n in range(looks % 40)),
            quotes={"145:ab": QuoteState.FOUND},
        )

    def change(self, source_id: str, words: str = "five → two", **kwargs) -> Change:
        at = kwargs.pop("at", START)
        return Change(
            source_id,
            kwargs.pop("kind", ChangeKind.TEXT),
            kwargs.pop("severity", Severity.SUBSTANTIVE),
            (Reason("number_changed", {"old": "five", "new": "two"}),),
            (Part(PartKind.CHANGED, "kept for five years", words, headings=("Retention",)),),
            first_seen=at,
            confirmed_at=at,
            **kwargs,
        )

    def event(self, source_id: str, kind: EventKind = EventKind.MOVED, **kwargs) -> Event:
        values = {"old": "https://old.example.be", "new": "https://new.example.be"}
        return Event(source_id, kind, kwargs.pop("at", START), values, **kwargs)

    def digest_order(self, subscriber: Subscriber, window: str, kind: DigestKind = DigestKind.DIGEST) -> DigestOrder:
        return DigestOrder(subscriber, kind, window, START - DAY, START)

    def outgoing(self, window: str, recipient: str = "reader@example.org") -> Outgoing:
        message_id = f"<{window}@example.org>"
        return Outgoing(recipient, "monitor@example.org", f"Digest {window}", message_id, b"Subject: x\r\n\r\n\xc3\xa9")


@dataclass
class Tool:
    """The store and short ways to do with it what the rest of the program does."""

    store: Store
    world: World
    clock: SteppedClock
    times: dict[str, int] = field(default_factory=dict)

    def follow(self, *sources: str | Source, at: datetime = START) -> None:
        self.store.sources.sync(self.world.watch_list(*sources), at)

    def claim(self, source_id: str, at: datetime = START + timedelta(minutes=1)) -> PollOrder:
        order = self.store.polls.claim(source_id, at, LEASE, "test")
        assert order is not None
        return order

    def poll(self, source_id: str, body: bytes | str = b"<p>as it was</p>", *, at: datetime = START, **wanted):
        """One poll from making it due to its record."""
        at = at + timedelta(minutes=1)
        self.store.sources.make_due([source_id], at)
        order = self.claim(source_id, at)
        recorded = self.store.polls.record(
            self.world.intent(order, self.world.look(order, body, at=at), at=at, **wanted)
        )
        assert recorded is not None
        return recorded

    def tell(self, source_id: str, *, changes: int = 1, events: int = 0) -> tuple[list[str], list[str]]:
        """A poll that found something; the keys of what it found."""
        found = tuple(self.world.change(source_id, f"{n} years") for n in range(changes))
        happened = tuple(self.world.event(source_id) for _ in range(events))
        recorded = self.poll(source_id, changes=found, events=happened, outcome=Outcome.CHANGED)
        return [f"change:{n}" for n in recorded.change_ids], [f"event:{n}" for n in recorded.event_ids]

    def subscribe(self, email: str = "reader@example.org") -> Subscriber:
        return self.store.subscribers.add(Subscriber(0, email))


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as made by the first start, in one file."""
    path = tmp_path_factory.mktemp("empty") / "monitor.sqlite3"
    open_store(path, clock=SteppedClock(START)).close()
    return path


@pytest.fixture
def path(tmp_path: Path, empty_database: Path) -> Path:
    copy = tmp_path / "db" / "monitor.sqlite3"
    copy.parent.mkdir()
    shutil.copy2(empty_database, copy)
    return copy


@pytest.fixture
def store(path: Path, clock: SteppedClock) -> Iterator[Store]:
    opened = open_store(path, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def tool(store: Store, world: World, clock: SteppedClock) -> Tool:
    return Tool(store, world, clock)


@pytest.fixture
def tool_for(world: World):
    """Another handle on a database, as another process would have."""
    return lambda store: Tool(store, world, SteppedClock(START))


@pytest.fixture
def run_python(checkout: Path):
    """Runs a script in a process of its own; `crash_at` kills it there."""

    def run(script: str, *arguments: object, crash_at: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        if crash_at:
            environment["MONITOR_CRASH_AT"] = crash_at
        command = [sys.executable, "-c", script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)

    return run
