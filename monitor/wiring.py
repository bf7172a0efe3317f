"""The one composition root. `build` serves the daemon, the commands, the demo, the tests and the benchmarks alike.

Nothing in settings, YAML or environment opens a private address: the guard's exceptions exist only as an argument.
"""

import asyncio
import atexit
import os
import shutil
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from monitor import __version__, config
from monitor.backfill import read_on
from monitor.clock import Clock, SystemClock
from monitor.errors import StorageError
from monitor.extract import check_selector
from monitor.fetch import HttpFetcher, HttpPoster, Limits, Resolver, SystemResolver
from monitor.judge.coverage import by_source
from monitor.judge.lore import Lore
from monitor.logs import Mask
from monitor.mailing import Post
from monitor.meaning import reader
from monitor.messages import Templates
from monitor.model import Citation, Medium, Source, Subscriber, WatchList
from monitor.notify import Notifier, notifier_for
from monitor.notify.chat import ChatNotifier
from monitor.notify.webhook import WebhookNotifier
from monitor.poll import Polling
from monitor.services.health import Condition, wellbeing
from monitor.settings import Settings
from monitor.settings.ways import CHAT_URL, WEBHOOK_SECRET, variable_of
from monitor.store import Store, SyncReport, damaged, open_store
from monitor.store.facts import BACKED_UP, FIRST_START, ONLY_REPORT
from monitor.text.notices import NoticeList
from monitor.text.pages import FaultList
from monitor.text.topics import Lexicon
from monitor.text.words import WordLists
from monitor.worker import Run, Worker

NAME = "footnote-watch"
FIRST_READER = "first_subscriber_at"
BETWEEN_BACKUPS = timedelta(hours=23, minutes=50)
BACKUPS = 7
WORKER = Worker((Lore,))
"""Reads and judges for everything that is wired in this process; started when there is something to read."""
atexit.register(WORKER.close)


@dataclass
class App:
    """The wired program. Close it with `aclose`."""

    settings: Settings
    clock: Clock
    store: Store
    fetcher: HttpFetcher
    polling: Polling
    post: Post
    lore: Lore
    citations: dict[str, tuple[Citation, ...]]
    listed: str = ""
    """SHA-256 of the watch list taken over."""

    def break_off(self) -> None:
        """What is being read or judged is given up; whoever waits for it hears so at once."""
        WORKER.close()

    async def aclose(self) -> None:
        await self.fetcher.aclose()
        await asyncio.to_thread(self.store.close)

    def refuse_damage(self) -> None:
        """Read all of the database. Raises DamagedError naming the newest backup; then nothing is written any more."""
        problems = self.store.check()
        if problems:
            raise damaged(self.store.path, problems[0])

    def load_watch_list(self, path: Path) -> WatchList:
        """sources.yaml, checked with everything the program knows; ConfigError with all complaints."""
        return load_watch_list(path)

    def take_over(self, watch_list: WatchList) -> None:
        """Make the list the one that is polled; note the first start; make the first subscriber when there is none."""
        now = self.clock.now()
        self.store.meta.set_once(FIRST_START, now.isoformat())
        places = {citation.key.place for group in self.citations.values() for citation in group}
        if len(places) == 1 and (only := places.pop()):
            self.store.meta.set_once(ONLY_REPORT, only)
        self.follow(watch_list)
        if not self.store.meta.get(FIRST_READER) and not self.store.subscribers.all():
            self.store.subscribers.add(first_subscriber(self.settings, now))
        # Once only: whoever was forgotten does not come back at the next start.
        self.store.meta.set_once(FIRST_READER, now.isoformat())

    def follow(self, watch_list: WatchList) -> SyncReport:
        """Poll what the list says from now on."""
        report = self.store.sources.sync(watch_list, self.clock.now())
        self.listed = watch_list.sha256
        return report

    def outlook(self) -> tuple[int, str]:
        """How many sources are polled, and when the next one is."""
        states = [s for s in self.store.sources.all() if s.next_poll_at is not None and s.retired_at is None]
        soonest = min((s.next_poll_at for s in states if s.next_poll_at), default=None)
        return len(states), soonest.isoformat(timespec="seconds") if soonest else "never"

    def healthy(self) -> bool:
        """Does nothing keep the watching or the sending from its work? Asked by the daemon of itself."""
        found = wellbeing(
            self.store, self.settings, self.clock.now(), daemon=self.polling.owner, writing=self.polling.well
        )
        return found.condition is not Condition.TROUBLE

    def read_on(self, stopped: Callable[[], bool]) -> int:
        """Some of what an older program left unread is read for the search; how much, 0 when all is."""
        return read_on(self.store, stopped, reader(self.polling.run))

    def keep_house(self) -> Path | None:
        """Once a day: the write-ahead log folded in and a verified copy made, the seven newest kept.

        The copy's place; None when today's is made. Raises StorageError, DamagedError.
        """
        now, last = self.clock.now(), self.store.meta.get(BACKED_UP)
        if last and timedelta() <= now - datetime.fromisoformat(last) < BETWEEN_BACKUPS:
            return None
        self.store.letters.forget_old(now)
        self.store.checkpoint()
        size, free = self.store.path.stat().st_size, shutil.disk_usage(self.store.path.parent).free
        if free < 2 * size:
            raise StorageError(f"no room for a backup: {free >> 20} MB free, the database has {size >> 20} MB")
        made = self.store.backup()
        self.store.prune_backups(BACKUPS)
        self.store.meta.set(BACKED_UP, now.isoformat())
        return made


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    resolver: Resolver | None = None,
    guard_exceptions: Collection[tuple[str, int]] = (),
    trust: ssl.SSLContext | None = None,
    notifier: Notifier | None = None,
    limits: Limits | None = None,
    citations: tuple[Citation, ...] | None = None,
    store: Store | None = None,
    lore: Lore | None = None,
    run: Run | None = None,
) -> App:
    """Wire the program. Opens (and migrates) the database unless an open `store` is given; compiles the lexicon and
    word lists unless a `lore` is given. Hostile bytes are read and judged by `run`: the worker of this process, with a
    deadline, unless another is given (`monitor.worker.here`: in this process, without one).

    Raises SchemaError, DamagedError, StorageError.
    """
    clock = clock or SystemClock()
    store = store or open_store(settings.database, clock=clock)
    lore = lore or load_lore(settings.home)
    citations = config.load_citations(settings.home) if citations is None else citations
    cited = by_source(citations)
    fetcher = HttpFetcher(
        clock=clock,
        resolver=resolver or SystemResolver(),
        hosts=store.hosts,
        agent=agent(settings.contact),
        guard_exceptions=frozenset(guard_exceptions),
        trust=trust,
        limits=limits or Limits(),
        gap=settings.host_gap,
    )
    polling = Polling(
        store, fetcher, clock, lore, cited, owner=whoami(), slots=settings.max_polls, run=run or WORKER.call
    )

    def poster() -> HttpPoster:
        return HttpPoster(
            clock=clock,
            resolver=resolver or SystemResolver(),
            agent=agent(settings.contact),
            guard_exceptions=guard_exceptions,
            trust=trust,
        )

    post = build_post(settings, store, clock, notifier=notifier, citations=citations, poster=poster)
    return App(settings, clock, store, fetcher, polling, post, lore, cited)


def build_post(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    notifier: Notifier | None = None,
    citations: tuple[Citation, ...] | None = None,
    poster: Callable[[], HttpPoster] | None = None,
) -> Post:
    """The part that composes and delivers, for commands that look at nothing on the web."""
    return Post(
        reach=ways_out(settings, clock, poster or partial(public_poster, settings, clock)),
        clean=Mask(settings.secrets).clean,
        store=store,
        clock=clock,
        notifier=notifier or notifier_for(settings),
        templates=Templates(settings.home),
        sender=settings.sender,
        contact=settings.contact,
        mail_in=settings.mail_in,
        public_url=settings.public_url,
        operator=(settings.operator, settings.language, settings.timezone),
        citations=config.load_citations(settings.home) if citations is None else citations,
    )


def ways_out(settings: Settings, clock: Clock, poster: Callable[[], HttpPoster]) -> Callable[[Subscriber], Notifier]:
    """How webhooks and chats are reached. `poster` is asked for when the first webhook has something to send."""
    made: list[HttpPoster] = []

    def reach(reader: Subscriber) -> Notifier:
        if reader.medium is Medium.CHAT:
            missing = f"{variable_of(CHAT_URL, reader.email)} is not set"
            return ChatNotifier(settings.chat_url(reader.email), missing=missing)
        if not made:
            made.append(poster())
        keys = settings.webhook_keys(reader.email)
        missing = f"{variable_of(WEBHOOK_SECRET, reader.email)} is not set, and nothing is sent unsigned"
        return WebhookNotifier(reader.url, keys, poster=made[0], clock=clock, missing=missing)

    return reach


def public_poster(settings: Settings, clock: Clock) -> HttpPoster:
    """Posts to the public internet only."""
    return HttpPoster(clock=clock, resolver=SystemResolver(), agent=agent(settings.contact))


def load_lore(home: Path | None = None) -> Lore:
    """The compiled lexicon and word lists; a home may lay its own beside (`data/`)."""
    words = config.word_lists(home)
    return Lore(
        Lexicon.compile(config.lexicon(home)),
        NoticeList.compile(words),
        FaultList.compile(words),
        WordLists.compile(words),
    )


def load_watch_list(path: Path) -> WatchList:
    """sources.yaml, checked with everything the program knows; ConfigError with all complaints."""
    return config.load(path, checks=(_selector,))


def _selector(source: Source) -> str | None:
    complaint = check_selector(source.selector) if source.selector else None
    return f"selector: {complaint}" if complaint else None


def agent(contact: str) -> str:
    """Who we say we are: the product, its version, and whom to write to (else where the project is described)."""
    return f"{NAME}/{__version__} (+{contact or project_address()})"


def project_address() -> str:
    """The project's own page as its packaging metadata has it, else its name."""
    try:
        urls = metadata(NAME).get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    return next((str(u).partition(", ")[2] for u in urls), NAME)


def whoami() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def first_subscriber(settings: Settings, now: datetime) -> Subscriber:
    """The reader everybody starts with: everything, each day at seven, with the weekly sign of life."""
    return Subscriber(
        id=0,
        email=settings.mail_to or "reader@localhost",
        language=settings.language,
        timezone=settings.timezone,
        sign_of_life=True,
        created_at=now,
    )
