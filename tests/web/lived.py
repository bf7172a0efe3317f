"""A monitor's past, written as the daemon writes it: a little of everything the pages show."""

import hashlib
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

from fourfold import BAN, CITATIONS, SOURCES

from monitor.clock import SteppedClock
from monitor.model import (
    Block,
    BlockKind,
    Capture,
    Change,
    ChangeKind,
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
    Part,
    PartKind,
    Place,
    PollIntent,
    QuoteState,
    QuoteTouch,
    Reason,
    Severity,
    Span,
    Trigger,
)
from monitor.store import Store

__all__ = ["BAN", "CITATIONS", "DAY", "HOUR", "NOW", "SOURCES", "Past"]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""When the pages are looked at."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Past:
    """Days of looking. `words` goes into every text a page can bring, so that hostile words are seen everywhere."""

    store: Store
    clock: SteppedClock
    words: str = "until a legal framework has been adopted"

    def begin(self, watch_list) -> None:
        self.store.meta.set_once("first_start_at", self.clock.now().isoformat())
        self.store.sources.sync(watch_list, self.clock.now())

    def live(self, watch_list) -> None:
        """Three days: one change of each severity, an event, something held back, a blocked source."""
        self.begin(watch_list)
        self.look("coc-home", "The body asks for a ban.", finding=FindingKind.QUOTES_FOUND)
        self.look("senate-report", "Algorithms.", finding=FindingKind.THERE)
        self.look("wallonia", "Appel à projets.", finding=FindingKind.THERE)
        for days, severity in ((2, Severity.MINOR), (1, Severity.SUBSTANTIVE), (0, Severity.CRITICAL)):
            self.clock.set(NOW - days * DAY - 2 * HOUR)
            self.look(
                "coc-home", f"The body asks for {days} years.", outcome=Outcome.CHANGED,
                changes=(self.change(severity),), events=(self.lost(),) if days == 0 else (),
            )  # fmt: skip
        self.look("wallonia", "Rien.", outcome=Outcome.HELD, held=(self.noise(),))
        self.look(
            "senate-report", "Just a moment…", outcome=Outcome.BAD, health=Health.BLOCKED,
            reason=Reason("page_challenge", {"phrase": "Just a moment…"}),
            events=(Event("senate-report", EventKind.BLOCKED, self.clock.now(), {"looks": "3"}),),
        )  # fmt: skip
        self.clock.set(NOW)

    def look(self, source_id: str, text: str, *, body: bytes = b"", finding=None, **wanted) -> None:
        """One poll of a source that brought this text (or exactly this `body`). `wanted`: fields of the PollIntent."""
        now = self.clock.now() + timedelta(seconds=30)
        self.store.sources.make_due([source_id], now)
        order = self.store.polls.claim(source_id, now, timedelta(minutes=5), "test")
        assert order is not None
        raw = body or f"<!doctype html><title>{self.words}</title><h1>A page</h1><p>{text}</p>".encode()
        reading = Extraction(
            "html:1:",
            (Block("A page", BlockKind.HEADING), Block(text), Block(self.words)),
            (Block("Cookies", place=Place.FOOTER),),
            title=self.words,
            charset="utf-8",
        )
        url = order.source.url or ""
        capture = Capture(url, url, 200, (("content-type", "text/html; charset=utf-8"),), raw, now)
        look = Look(0, url, capture, reading, sha256=hashlib.sha256(raw).hexdigest())
        intent = PollIntent(
            source_id, order.token, order.trigger, now, now + timedelta(seconds=1), Outcome.UNCHANGED,
            Reason("same_text"), (look,), 0, good=True, health=Health.OK, next_poll_at=NOW + DAY,
            next_trigger=Trigger.SCHEDULED, told_text=reading, current_text=reading,
            memory=Memory(looks=order.memory.looks + 1, good_looks=1, last_good=now),
            finding=Finding(source_id, finding, now, url=url) if finding else None,
        )  # fmt: skip
        assert self.store.polls.record(replace(intent, **wanted)) is not None

    def change(self, severity: Severity = Severity.CRITICAL, source_id: str = "coc-home") -> Change:
        at = self.clock.now()
        spans = (
            Span(Mark.SAME, "The supervisory body asks for a"), Span(Mark.REMOVED, "temporary"),
            Span(Mark.SAME, "ban of the pilot project"), Span(Mark.ADDED, self.words),
        )  # fmt: skip
        old = "The supervisory body asks for a temporary ban of the pilot project"
        new = f"The supervisory body asks for a ban of the pilot project {self.words}"
        parts = (
            Part(PartKind.CHANGED, old, new, spans, headings=("Facial recognition", self.words)),
            Part(PartKind.ADDED, "", self.words, (Span(Mark.ADDED, self.words),), headings=("News",)),
        )
        touches = (QuoteTouch(BAN, QuoteState.FOUND, QuoteState.MISSING),) if severity is Severity.CRITICAL else ()
        return Change(
            source_id, ChangeKind.TEXT, severity, (Reason("number", {"old": "five", "new": self.words}),),
            parts, at, at, last_unchanged=at - DAY, looks_unchanged=7, topics=("oversight",), quotes=touches,
        )  # fmt: skip

    def lost(self) -> Event:
        return Event(
            "coc-home", EventKind.QUOTE_LOST, self.clock.now(), {"line": BAN.text, "new": self.words}, quote=BAN
        )

    def noise(self) -> Held:
        part = Part(PartKind.CHANGED, "12 visitors", "13 visitors", (Span(Mark.ADDED, "13 " + self.words),))
        return Held("wallonia", "ticking", Reason("ticking"), self.clock.now(), (part,) * 14)
