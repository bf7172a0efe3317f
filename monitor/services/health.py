"""Is all well? Figures that cost next to nothing, what of them needs somebody, and the one answer of it all.

The heartbeat, `monitor status`, `monitor doctor`, the page Health, `/healthz` and `/metrics` say it in their own way;
none of them judges. The thresholds stand here.
"""

import platform
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from monitor import __version__
from monitor.errors import StorageError
from monitor.judge.coverage import Seen
from monitor.model import Aside, ChannelState, Expect, Gap, Health
from monitor.settings import Settings
from monitor.store import SQLITE, Queue, Store, daemon_owner
from monitor.store.facts import BACKED_UP, FIRST_START, LIST_PROBLEM, OFFLINE

LATE = timedelta(hours=1)
"""A look may be so late before it is worth a word: the sources of one host wait for each other."""
WAITS_LONG = timedelta(hours=1)
OLD_BACKUP = timedelta(days=3)
RECENT_GAP = timedelta(days=7)
"""So long after its end a time without looks is named here; mails and pages say it longer."""
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
"""Bytes free on the disk."""
WELL = frozenset({Health.OK, Health.NEW, Health.DOUBT})
"""States of a source that need nobody."""


class Condition(StrEnum):
    """The answer."""

    WELL = "well"
    ATTENTION = "attention"
    """Something needs somebody when they can."""
    TROUBLE = "trouble"
    """The watching or the sending suffers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs somebody. `name` is an entry of `words/health.toml`; `grave`: the watching suffers.

    `advice`: better done, and all is well without it.
    """

    name: str
    grave: bool
    values: dict[str, object] = field(default_factory=dict)
    command: str = ""
    advice: bool = False


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
    suspended: tuple[str, ...] = ()
    """Addresses of readers whose mail came back for good."""
    writing: bool = True
    """Results can be written, as far as is known."""
    gaps: tuple[Gap, ...] = ()
    """Times in which nobody looked, that ended of late; newest first."""

    @property
    def condition(self) -> Condition:
        """Is all well?"""
        if any(one.grave for one in self.findings):
            return Condition.TROUBLE
        return Condition.ATTENTION if any(not one.advice for one in self.findings) else Condition.WELL

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.findings)

    @property
    def ailing(self) -> tuple[Seen, ...]:
        """Sources that do not bring their document, but for those of which that was expected; or the program fails."""
        return tuple(one for one in self.watched if one.faulty or (one.health not in WELL and not _expected(one)))

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
        return tuple(sorted(found, key=lambda one: (not one.grave, one.advice)))

    def _watching(self) -> Iterator[Finding]:
        if not self.writing:
            yield Finding("not_written", grave=True, command="monitor doctor")
        if not self.daemon:
            yield Finding("no_daemon", grave=True, command="monitor run")
        elif self.offline_since is not None:
            yield Finding("offline", grave=True, values={"since": self.offline_since})
        elif self.lateness > LATE:
            hours = int(self.lateness / timedelta(hours=1))
            yield Finding("late", grave=True, values={"count": hours}, command="monitor doctor")
        if self.list_problem:
            yield Finding("list_broken", grave=True, values={"problem": self.list_problem}, command="monitor check")
        for gap in self.gaps[:1]:
            yield Finding("gap", grave=False, values={"since": gap.since, "until": gap.until}, advice=True)
        denied = [one.source.id for one in self.watched if one.robots == "denied"]
        if denied:
            yield Finding("robots", grave=False, values={"count": len(denied), "list": ", ".join(denied)}, advice=True)
        if ailing := [one.source.id for one in self.ailing]:
            values = {"count": len(ailing), "list": ", ".join(ailing)}
            yield Finding("ailing", grave=False, values=values, command="monitor sources")

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
        if self.suspended:
            yield Finding(
                "suspended", grave=False, values={"count": len(self.suspended)}, command="monitor subscribers"
            )
        if not self.readers:
            yield Finding("no_readers", grave=False, command="monitor subscribers add you@example.org")

    def _keeping(self) -> Iterator[Finding]:
        if self.free is not None and (short := short_of_space(self.free, self.database)):
            yield Finding(short, grave=short == "no_space", values={"free": self.free // 1_000_000})
        newest = self.backup or self.first_start
        if newest is not None and self.now - newest > OLD_BACKUP:
            yield Finding("old_backup", grave=False, values={"since": newest}, command="monitor backup")
        if not self.contact:
            yield Finding("no_contact", grave=False, command="MONITOR_CONTACT", advice=True)
        if self.unknown_settings:
            unknown = self.unknown_settings
            yield Finding("settings", grave=False, values={"count": unknown}, command="monitor config", advice=True)


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


def _expected(one: Seen) -> bool:
    """The list says that the source does not bring its document, and it does not."""
    return one.source.expect is Expect.BLOCKED and one.health is Health.BLOCKED


def short_of_space(free: int, database: int) -> str:
    """Bytes free on the disk of a database of so many: `no_space`, `little_space`, or empty when there is enough."""
    if free < max(NO_SPACE, database):
        return "no_space"
    return "little_space" if free < max(LITTLE_SPACE, 3 * database) else ""


def wellbeing(store: Store, settings: Settings, now: datetime, *, daemon: str = "", writing: bool = True) -> Wellbeing:
    """A bounded number of questions to the store, and two to the disk; reads no body and checks no page of the file.

    `daemon`, `writing`: what the daemon knows of itself, when it asks.
    """
    readers = store.subscribers.all()
    silenced = sum(one.waiting for one in readers)
    database, free = _disk(store)
    return Wellbeing(
        now=now,
        first_start=_time(store.meta.get(FIRST_START)),
        daemon=daemon or _daemon(store),
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
        list_problem=store.meta.get(LIST_PROBLEM) or "",
        unknown_settings=len(settings.unknown),
        contact=settings.contact,
        suspended=tuple(one.email for one in readers if one.suspended_at is not None),
        writing=writing,
        gaps=tuple(gap for gap in store.gaps.newest(now, 5) if now - gap.until < RECENT_GAP),
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
