"""Homes to work in, and two ways to type a command: in this process, and in one of its own."""

import asyncio
import hashlib
import io
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))

from fourfold import BAN, CITATIONS, SOURCES

from monitor.cli import main
from monitor.clock import SteppedClock
from monitor.demo import Reply, Scene, Script, Stage
from monitor.model import (
    Block,
    BlockKind,
    Capture,
    Change,
    ChangeKind,
    DeliveryState,
    DigestKind,
    DigestOrder,
    Event,
    EventKind,
    Extraction,
    Finding,
    FindingKind,
    Health,
    Held,
    Look,
    Mark,
    Memory,
    Outcome,
    Outgoing,
    Part,
    PartKind,
    Place,
    PollIntent,
    Quote,
    QuoteState,
    QuoteTouch,
    Reason,
    Severity,
    Span,
    Subscriber,
    Trigger,
)
from monitor.settings import Settings
from monitor.store import Store, open_store
from monitor.text.quotes import quote_key
from monitor.wiring import build, load_watch_list
from monitor.worker import here

NOW = datetime.now(UTC).replace(microsecond=0)
"""The commands look at the machine's clock, so what they are shown lies just behind it."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN = Quote("senate-report", 145, "Algorithms must be open to inspection by everybody.")
HIDDEN = "five\x1b[2Jtwo\u202eyears\u200b"
"""Page text that would clear a terminal and turn words round."""


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that was never started: four sources, their citations, no settings."""
    folder = tmp_path / "home"
    (folder / "data").mkdir(parents=True)
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "data" / "citations.yaml").write_text(CITATIONS)
    monkeypatch.setenv("MONITOR_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a home that has been at work for some days."""
    folder = tmp_path_factory.mktemp("past")
    (folder / "sources.yaml").write_text(SOURCES)
    database = folder / "monitor.sqlite3"
    clock = SteppedClock(NOW - 3 * DAY)
    store = open_store(database, clock=clock)
    Past(store, clock).live(load_watch_list(folder / "sources.yaml"))
    store.close()
    return database


@pytest.fixture
def lived_in(home: Path, past: Path) -> Path:
    """A home with some days of history, two subscribers, and mail in every state."""
    (home / "db").mkdir(mode=0o700)
    shutil.copy2(past, home / "db" / "monitor.sqlite3")
    return home


@pytest.fixture
def database(lived_in: Path) -> Path:
    return lived_in / "db" / "monitor.sqlite3"


@pytest.fixture
def opened(database: Path) -> Iterator[Store]:
    """The store behind the commands, to look at or to change."""
    store = open_store(database, clock=SteppedClock(NOW))
    yield store
    store.close()


@pytest.fixture
def monitor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Types a command in this process, as the console script would run it."""
    handlers = list(logging.getLogger().handlers)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*arguments: object, typed: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return Done(int(end.value.code or 0), out, err)

    yield run
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def process(checkout: Path, home: Path, tmp_path: Path):
    """Types a command in a process of its own, somewhere else than in the home."""

    def run(*arguments: object, **variables: str) -> Done:
        environment = {**os.environ, "PYTHONPATH": str(checkout), "MONITOR_HOME": str(home), **variables}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "monitor", *map(str, arguments)],
            cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def played():
    """Runs something with the wired program of the home while www.played.example answers on loopback."""

    def run(pages: dict[str, bytes], work):
        async def play():
            scenes = [Scene("www.played.example", path, Reply(body)) for path, body in pages.items()]
            async with Stage(Script(NOW, tuple(scenes))) as stage:
                app = build(
                    Settings(),
                    clock=stage.clock,
                    resolver=stage.resolver,
                    guard_exceptions=stage.guard_exceptions,
                    run=here,
                )
                try:
                    return await work(app)
                finally:
                    await app.aclose()

        return asyncio.run(play())

    return run


@dataclass
class Past:
    """Some days of a monitor's life, written as the daemon writes it."""

    store: Store
    clock: SteppedClock

    def live(self, watch_list) -> None:
        store = self.store
        store.meta.set_once("first_start_at", self.clock.now().isoformat())
        store.sources.sync(watch_list, self.clock.now())
        self.look(
            "coc-home",
            "The body asks for a ban.",
            quotes={quote_key(BAN): QuoteState.FOUND},
            finding=FindingKind.QUOTES_FOUND,
        )
        self.look(
            "senate-report", "Algorithms.", quotes={quote_key(OPEN): QuoteState.FOUND}, finding=FindingKind.QUOTES_FOUND
        )
        self.look("wallonia", "Appel à projets.", finding=FindingKind.THERE)
        anna = store.subscribers.add(Subscriber(0, "anna@example.org", sign_of_life=True))
        store.subscribers.add(Subscriber(0, "bram@example.org", language="nl", paused=True))
        self.mail(anna, "first", DigestKind.FIRST_REPORT, DeliveryState.SENT, "250 2.0.0 queued as 4F2A")
        self.clock.set(NOW - 2 * HOUR)
        self.look(
            "coc-home", "The body asks for two years.", outcome=Outcome.CHANGED, changes=(self.change(),),
            quotes={quote_key(BAN): QuoteState.MISSING}, events=(self.lost(),),
        )  # fmt: skip
        self.look("wallonia", "Rien.", outcome=Outcome.HELD, held=(self.noise(),))
        self.look(
            "senate-report", "Just a moment…", outcome=Outcome.BAD, health=Health.BLOCKED,
            reason=Reason("page_challenge", {"phrase": "Just a moment…"}),
            quotes={quote_key(OPEN): QuoteState.FOUND},
            events=(Event("senate-report", EventKind.BLOCKED, self.clock.now(), {"looks": "3"}),),
        )  # fmt: skip
        self.mail(anna, "2026-11-20", DigestKind.DIGEST, DeliveryState.FAILED, "550 5.1.1 no such user")
        self.mail(anna, "2026-11-21", DigestKind.DIGEST, DeliveryState.DEAD, "451 4.7.1 come back later")
        self.mail(anna, "2026-11-22", DigestKind.DIGEST, DeliveryState.PENDING, "")

    def look(self, source_id: str, text: str, *, quotes=None, finding=None, **wanted) -> None:
        """One poll of a source that brought this text."""
        now = self.clock.now() + timedelta(seconds=30)
        self.store.sources.make_due([source_id], now)
        order = self.store.polls.claim(source_id, now, timedelta(minutes=5), "test")
        assert order is not None
        body = f"<h1>A page</h1><p>{text}</p>".encode()
        reading = Extraction(
            "html:1:",
            (Block("A page", BlockKind.HEADING), Block(text), Block("Page " + HIDDEN)),
            (Block("Cookies", place=Place.FOOTER),),
            title="A page",
            charset="utf-8",
        )
        capture = Capture(
            order.source.url or "", order.source.url or "", 200,
            (("content-type", "text/html; charset=utf-8"), ("date", f"{now:%a, %d %b %Y %H:%M:%S} GMT")), body, now,
        )  # fmt: skip
        look = Look(0, order.source.url or "", capture, reading, sha256=hashlib.sha256(body).hexdigest())
        intent = PollIntent(
            source_id, order.token, order.trigger, now, now + timedelta(seconds=1), Outcome.UNCHANGED,
            Reason("same_text"), (look,), 0, good=True, health=Health.OK, next_poll_at=NOW + DAY,
            next_trigger=Trigger.SCHEDULED, told_text=reading, current_text=reading,
            memory=Memory(looks=order.memory.looks + 1, good_looks=1, last_good=now, quotes=quotes or {}),
            finding=Finding(source_id, finding, now, url=order.source.url or "") if finding else None,
        )  # fmt: skip
        assert self.store.polls.record(replace(intent, **wanted)) is not None

    def change(self) -> Change:
        at = self.clock.now()
        spans = (Span(Mark.SAME, "kept for"), Span(Mark.REMOVED, "five years"), Span(Mark.ADDED, HIDDEN))
        part = Part(PartKind.CHANGED, "kept for five years", f"kept for {HIDDEN}", spans, headings=("Retention",))
        return Change(
            "coc-home", ChangeKind.TEXT, Severity.CRITICAL, (Reason("number", {"old": "five", "new": HIDDEN}),),
            (part,), at, at, last_unchanged=at - DAY, looks_unchanged=7, topics=("oversight",),
            quotes=(QuoteTouch(BAN, QuoteState.FOUND, QuoteState.MISSING),),
        )  # fmt: skip

    def lost(self) -> Event:
        return Event("coc-home", EventKind.QUOTE_LOST, self.clock.now(), {"line": BAN.text, "new": HIDDEN}, quote=BAN)

    def noise(self) -> Held:
        part = Part(PartKind.CHANGED, "12 visitors", "13 visitors", (Span(Mark.ADDED, "13 visitors" + HIDDEN),))
        return Held("wallonia", "ticking", Reason("ticking"), self.clock.now(), (part,) * 14)

    def mail(self, reader: Subscriber, window: str, kind: DigestKind, state: DeliveryState, answer: str) -> None:
        """A message in this state. Nothing is told in it."""
        now = self.clock.now()
        message = Outgoing(
            reader.email, "watch@example.org", f"Digest {window}", f"<{window}@example.org>", b"Subject: x\r\n\r\nx"
        )
        assert self.store.outbox.enqueue(DigestOrder(reader, kind, window, now - DAY, now), (), (), message, now)
        if state is not DeliveryState.PENDING:
            claimed = self.store.outbox.claim(now, timedelta(minutes=5))
            assert claimed is not None
            assert self.store.outbox.settle(claimed, state, answer, now)
