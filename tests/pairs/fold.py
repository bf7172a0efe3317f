"""The product's own path from bytes to what a reader is told, for one source: extract → judge → decide → mail."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor import extract
from monitor.decide import ask_next, decide, question
from monitor.digest import compose
from monitor.errors import ExtractError
from monitor.judge.case import Case
from monitor.judge.lore import Lore
from monitor.messages import Renderer, Sender, read_marks
from monitor.model import (
    Capture,
    Change,
    Citation,
    DigestKind,
    DigestOrder,
    Event,
    EventKind,
    Extraction,
    Health,
    Held,
    Look,
    Material,
    Memory,
    NotModified,
    PollIntent,
    PollOrder,
    Section,
    Source,
    Subscriber,
    Testimony,
    Trigger,
)
from monitor.store.codec import EXTRACTION, MEMORY

START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
NEWS = frozenset({EventKind.STATUS_NOTICE, EventKind.QUOTE_LOST, EventKind.GONE, EventKind.BLOCKED})
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Served:
    """What the server answers."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    final_url: str = ""


@dataclass
class Fold:
    """One source, looked at again and again; the state is fed back as the store would.

    `restarts`: every look is followed by a restart, that is, memory and texts go through the store's JSON and back.
    `ask`: what neighbours of the page say about a reading at a time; without it there are none.
    """

    source: Source
    lore: Lore
    citations: tuple[Citation, ...] = ()
    restarts: bool = False
    ask: Callable[[Extraction, datetime], tuple[Testimony, ...]] | None = None
    now: datetime = START
    due: datetime = START
    token: int = 0
    memory: Memory = field(default_factory=Memory)
    health: Health = Health.NEW
    told: Extraction | None = None
    before: Extraction | None = None
    sha256: str = ""
    intents: list[PollIntent] = field(default_factory=list)

    def look(self, served: Served, after: timedelta | None = None) -> PollIntent:
        """Look when it is due, or `after` a time."""
        self.now = self.now + after if after is not None else max(self.due, self.now)
        self.token += 1
        order = PollOrder(
            self.source, self.token, Trigger.SCHEDULED, self.now, self.memory, health=self.health,
            last_sha256=self.sha256,
        )  # fmt: skip
        case = Case(order, self.citations, self.lore, self.now, self.now, self.told, self.before)
        looks = (self._answered(served),)
        ask_next(case, looks)
        asked = question(case, looks) if self.ask is not None else None
        if asked is not None and self.ask is not None:
            case = replace(case, testimonies=self.ask(asked.reading, self.now))
        intent = decide(case, looks)
        self._keep(intent)
        self.intents.append(intent)
        return intent

    def until(self, moment: timedelta, served: Served) -> list[PollIntent]:
        """Look whenever it is due until `moment` from now."""
        end, intents = self.now + moment, []
        while self.due <= end:
            intents.append(self.look(served))
        return intents

    def _answered(self, served: Served) -> Look:
        url = self.source.url or ""
        sha256 = hashlib.sha256(served.body).hexdigest()
        if sha256 == self.sha256 and served.status == 200:  # as the poll does with bytes it has seen
            reading = self.before if self.memory.pending else None
            return Look(0, url, NotModified(url, served.final_url or url, self.now), reading, same=True, sha256=sha256)
        headers = (("content-type", served.content_type),)
        answer = Capture(url, served.final_url or url, served.status, headers, served.body, self.now)
        return Look(0, url, answer, self.read(served), sha256=sha256)

    def read(self, served: Served) -> Extraction | ExtractError:
        url = served.final_url or self.source.url or ""
        try:
            return extract.read(served.body, content_type=served.content_type, url=url, source=self.source)
        except ExtractError as error:
            return error

    def _keep(self, intent: PollIntent) -> None:
        self.memory, self.health, self.due = intent.memory, intent.health, intent.next_poll_at
        if intent.told_text is not None:
            self.told = intent.told_text
        if intent.good:
            self.before, self.sha256 = intent.current_text or self.before, intent.looks[intent.used].sha256
        if self.restarts:
            self.memory = MEMORY.load(MEMORY.dump(self.memory))
            self.told = EXTRACTION.unpack(EXTRACTION.pack(self.told)) if self.told else None
            self.before = EXTRACTION.unpack(EXTRACTION.pack(self.before)) if self.before else None

    @property
    def changes(self) -> list[Change]:
        """Everything told as a change so far."""
        return [change for intent in self.intents for change in intent.changes if change.told]

    @property
    def events(self) -> list[Event]:
        return [event for intent in self.intents for event in intent.events if event.told]

    @property
    def held(self) -> list[Held]:
        return [held for intent in self.intents for held in intent.held]


def held_words(held: Iterable[Held]) -> str:
    """Everything held back shows, in one string."""
    return " \n".join(f"{part.old} \n{part.new}" for entry in held for part in entry.parts)


@dataclass(frozen=True)
class Mailed:
    """What a reader's mail shows of a change, read back from the rendered text part."""

    removed: str
    added: str
    text: str

    @property
    def marked(self) -> str:
        return f"{self.removed} {self.added}"


class Post:
    """The mail to a reader with the default settings."""

    def __init__(self) -> None:
        self.renderer = Renderer(Sender("watch@example.org", "Footnote Watch", "pairs", "watch@example.org"))

    def mail(self, source: Source, now: datetime, changes: Iterable[Change], events: Iterable[Event] = ()) -> Mailed:
        numbered = tuple(replace(c, id=n, old_sha256="0" * 64, new_sha256="1" * 64) for n, c in enumerate(changes, 1))
        known = tuple(replace(e, id=n) for n, e in enumerate(events, 1))
        order = DigestOrder(Subscriber(1, "reader@example.org"), DigestKind.DIGEST, "w", now - timedelta(days=1), now)
        section = Section(source.section, source.section)
        digest = compose(order, Material((section,), (source,), (), changes=numbered, events=known))
        if digest is None:
            return Mailed("", "", "")
        text = self.renderer.parts(digest).text
        removed, added = read_marks(text)
        return Mailed(" ".join(removed), " ".join(added), " ".join(text.split()))
