"""How the monitor itself is doing: figures that cost next to nothing, and what of them needs somebody."""

import platform
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor import __version__
from monitor.errors import StorageError
from monitor.judge.coverage import Seen
from monitor.model import Aside, ChannelState, Health
from monitor.poll import OFFLINE
from monitor.store import SQLITE, Queue, Store, daemon_owner
from monitor.wiring import BACKED_UP, App

LATE = timedelta(hours=1)
"""A look may be so late before it is worth a word: the sources of one host wait for each other."""
WAITS_LONG = timedelta(hours=1)
OLD_BACKUP = timedelta(days=3)
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
"""Bytes free on the disk."""
PROBLEM = "watch_list_problem"
"""The fact that says what is wrong with the edited list."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs somebody. `name` is an entry of `words/health.toml`; `grave`: the watching suffers."""

    name: str
    grave: bool
    values: dict[str, object] = field(default_factory=dict)
    command: str = ""


@dataclass(frozen=True, slots=True)
class Wellbeing:
    """Everything at one moment. Sizes in bytes; None: it cannot be found out."""

    now: datetime
    first_start: datetime | None
    daemon: str
    """Which process it is; empty: none runs."""
    offline_since: datetime | None
    seen: tuple[Seen, ...]
    polls: int
    polls_last_day: int
    queue: Queue
    shut: tuple[tuple[str, ChannelState], ...]
    aside: tuple[Aside, ...]
    readers: int
    """Subscribers who get messages."""
    silenced: int
    """Paused or suspended."""
    to_check: int
    database: int
    free: int | None
    backup: datetime | None
    list_problem: str = ""
    unknown_settings: int = 0
    contact: str = ""

    @property
    def watched(self) -> tuple[Seen, ...]:
        return tuple(one for one in self.seen if one.next_poll_at is not None)

    @property
    def healths(self) -> Counter[Health]:
        return Counter(one.health for one in self.seen if one.health is not Health.RETIRED)

    @property
    def last_look(self) -> datetime | None:
        return max((one.last_poll_at for one in self.seen if one.last_poll_at), default=None)

    @property
    def next_look(self) -> datetime | None:
        return min((one.next_poll_at for one in self.seen if one.next_poll_at), default=None)

    @property
    def due(self) -> int:
        return sum(one.next_poll_at <= self.now for one in self.watched if one.next_poll_at)

    @property
    def lateness(self) -> timedelta:
        """Of the look that is longest overdue."""
        return max(self.now - self.next_look, timedelta()) if self.next_look else timedelta()

    @property
    def versions(self) -> dict[str, str]:
        return {"Footnote Watch": __version__, "Python": platform.python_version(), "SQLite": SQLITE}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What needs somebody, gravest first."""
        found = (*self._watching(), *self._mail(), *self._keeping())
        return tuple(sorted(found, key=lambda one: not one.grave))

    def _watching(self) -> Iterator[Finding]:
        if not self.daemon:
            yield Finding("no_daemon", grave=True, command="monitor run")
        elif self.offline_since is not None:
            yield Finding("offline", grave=True, values={"since": self.offline_since})
        elif self.lateness > LATE:
            hours = int(self.lateness / timedelta(hours=1))
            yield Finding("late", grave=True, values={"count": hours}, command="monitor doctor")
        if self.list_problem:
            yield Finding("list_broken", grave=True, values={"problem": self.list_problem}, command="monitor check")
        denied = [one.source.id for one in self.watched if one.robots == "denied"]
        if denied:
            yield Finding("robots", grave=False, values={"count": len(denied), "list": ", ".join(denied)})

    def _mail(self) -> Iterator[Finding]:
        for name, way in self.shut:
            values = {"way": name, "note": way.note, "since": way.since or self.now}
            yield Finding("shut", grave=True, values=values, command="monitor mail test you@example.org")
        oldest = self.queue.oldest
        if not self.shut and oldest is not None and self.now - oldest > WAITS_LONG:
            waiting = self.queue.pending + self.queue.sending
            yield Finding("waits", grave=True, values={"count": waiting, "since": oldest})
        if self.queue.failed + self.queue.dead:
            yield Finding("undelivered", grave=False, values={"count": self.queue.failed + self.queue.dead})
        if self.aside:
            yield Finding("aside", grave=True, values={"count": len(self.aside)})
        if not self.readers:
            yield Finding("no_readers", grave=False, command="monitor subscribers add you@example.org")

    def _keeping(self) -> Iterator[Finding]:
        if self.free is not None and self.free < max(NO_SPACE, self.database):
            yield Finding("no_space", grave=True, values={"free": self.free // 1_000_000})
        elif self.free is not None and self.free < max(LITTLE_SPACE, 3 * self.database):
            yield Finding("little_space", grave=False, values={"free": self.free // 1_000_000})
        newest = self.backup or self.first_start
        if newest is not None and self.now - newest > OLD_BACKUP:
            yield Finding("old_backup", grave=False, values={"since": newest}, command="monitor backup")
        if not self.contact:
            yield Finding("no_contact", grave=False, command="MONITOR_CONTACT")
        if self.unknown_settings:
            yield Finding("settings", grave=False, values={"count": self.unknown_settings}, command="monitor config")


@dataclass(frozen=True, slots=True)
class Overdue:
    """Nobody looks: how many hours the oldest look is overdue, and when the last one was (None: never)."""

    hours: int
    last_look: datetime | None


def overdue(store: Store, now: datetime) -> Overdue | None:
    """Is what the pages say old? One question to the store, for the bar on every page."""
    due, last = store.series.pace()
    late = now - due if due else timedelta()
    return Overdue(int(late / timedelta(hours=1)), last) if late > LATE else None


def wellbeing(app: App) -> Wellbeing:
    """A bounded number of questions to the store, and two to the disk; reads no body and checks no page of the file."""
    store, now = app.store, app.clock.now()
    readers = store.subscribers.all()
    silenced = sum(one.waiting for one in readers)
    database, free = _disk(store)
    return Wellbeing(
        now=now,
        first_start=_time(store.meta.get("first_start_at")),
        daemon=_daemon(store),
        offline_since=_time(store.meta.get(OFFLINE)),
        seen=tuple(store.standings.seen().values()),
        polls=store.series.polls(),
        polls_last_day=store.series.polls_since(now - timedelta(days=1)),
        queue=store.outbox.pending(now),
        shut=store.outbox.shut(),
        aside=store.aside.all(),
        readers=len(readers) - silenced,
        silenced=silenced,
        to_check=store.timeline.to_check(),
        database=database,
        free=free,
        backup=_backup(store),
        list_problem=store.meta.get(PROBLEM) or "",
        unknown_settings=len(app.settings.unknown),
        contact=app.settings.contact,
    )


def _daemon(store: Store) -> str:
    try:
        return daemon_owner(store.path) or ""
    except StorageError:
        return ""


def _disk(store: Store) -> tuple[int, int | None]:
    try:
        return store.path.stat().st_size, shutil.disk_usage(store.path.parent).free
    except OSError:
        return 0, None


def _backup(store: Store) -> datetime | None:
    """When the newest copy was made, by the file; else by what was noted."""
    newest = next(iter(store.backups()), None)
    if newest is None:
        return _time(store.meta.get(BACKED_UP))
    try:
        return datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    except OSError:
        return None


def _time(stamp: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
