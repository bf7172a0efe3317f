"""The clock: APScheduler ticks, the database knows what is due. Orderly start, orderly stop.

    every second        start the polls that are due
    every 5 seconds     hand over pending mail; look whether sources.yaml was edited, and whether the clock was set
    every 30 seconds    compose the digests that are due
    every minute        the heartbeat, when all is well
    every 10 minutes    once a day: a backup, and the write-ahead log folded in; what an older program left unread

The first of each comes at the start: a daemon that never lives through an interval still delivers, composes and backs
up what is due by the database's own record. Only the heartbeat waits, for it says that the daemon lives.

No job per source, no schedule of our own: `misfire_grace_time=None` and `coalesce=True`, so that a late tick is one
tick and none is dropped; uniqueness is the database's.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor.cadence import LONGEST, catch_up
from monitor.config import Followed, Stamp
from monitor.errors import ConfigError, FetchError, MonitorError, StorageError
from monitor.model import Notice, NoticeCode, Trigger
from monitor.store.facts import LIST_PROBLEM
from monitor.wiring import App

EXIT_AT_ONCE = 130
JUMP = timedelta(minutes=10)
"""Between two looks at the clock a few seconds pass; this much means that it was set, or that the machine slept."""
_WAITING = {"heartbeat", "watch list"}
"""Ticks that come only after their interval: one says that the daemon lives, the other follows what was just read."""

_log = logging.getLogger("monitor.daemon")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two ticks. When the daemon is asked to stop, polls under way get `patience` to finish; what is
    neither done nor broken off then gets `last` more.
    """

    poll: float = 1.0
    deliver: float = 5.0
    others: float = 2.0
    """How long a round of deliveries waits for webhooks and chats when mail is through."""
    follow: float = 5.0
    compose: float = 30.0
    heartbeat: float = 60.0
    house: float = 600.0
    patience: float = 35.0
    last: float = 10.0


class Every(BaseTrigger):  # type: ignore[misc] # APScheduler ships no types
    """Again so many seconds from now.

    APScheduler's own trigger makes a list of every tick missed since the last one: after a clock that was wrong by
    years it fills the memory before the first of them runs.
    """

    def __init__(self, seconds: float) -> None:
        self.wait = timedelta(seconds=seconds)

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> datetime:
        return now + self.wait


class Daemon:
    """Runs an App until it is asked to stop. `watch_list`: the file followed; `terminal`: does it run in one?"""

    def __init__(
        self, app: App, watch_list: Path, pace: Pace | None = None, *, terminal: Callable[[], bool] | None = None
    ) -> None:
        self._terminal = terminal or _in_a_terminal
        self._app, self._watch_list, self._pace = app, watch_list, pace or Pace()
        self._stop = asyncio.Event()
        self._signals = 0
        self._fatal: BaseException | None = None
        self._followed = Followed(watch_list)
        self._seen: Stamp | None = None
        self._taken: Stamp | None = None
        self._complaint = ""
        self._heart = ""
        self._latest = app.clock.now()
        self._troubles: set[str] = set()
        self._ticking: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until SIGTERM, SIGINT or SIGQUIT, or until the terminal it runs in goes away (SIGHUP). A second of these ends
        the process at once; leases then expire by themselves. Without a terminal SIGHUP reads the watch list again.

        Raises DamagedError, and whatever was not foreseen, after the same orderly stop.
        """
        self._install_signals()
        # A tick that takes longer than its interval is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = self._scheduler()
        clock = asyncio.create_task(self._mind_the_clock(scheduler))
        try:
            await asyncio.to_thread(self._catch_up)
            scheduler.start()
            _log.info("daemon started: %d sources, next look %s", *self._app.outlook())
            await self._stop.wait()
        finally:
            clock.cancel()
            if scheduler.running:
                # Not shut down yet: that would break off the ticks under way.
                scheduler.pause()
            ended = await self._drain()
        fatal = self._fatal or self._app.polling.fatal
        if not ended:
            self._leave(fatal)
        scheduler.shutdown(wait=False)
        if fatal is not None:
            raise fatal
        _log.info("daemon stopped")

    def stop(self) -> None:
        self._stop.set()

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        pace = self._pace
        jobs: tuple[tuple[str, float, Callable[[], Awaitable[object]]], ...] = (
            ("poll", pace.poll, self._app.polling.start_due),
            ("deliver", pace.deliver, partial(self._app.post.deliver, pace.others)),
            ("watch list", pace.follow, self.follow_file),
            ("compose", pace.compose, self._app.post.compose),
            ("heartbeat", pace.heartbeat, self.heartbeat),
            ("housekeeping", pace.house, self.housekeeping),
        )
        now = datetime.now(UTC)
        for name, seconds, work in jobs:
            first = now + timedelta(seconds=seconds if name in _WAITING else 0)
            scheduler.add_job(self._guarded, Every(seconds), args=(name, work), id=name, next_run_time=first)
        return scheduler

    async def _guarded(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """One tick.

        A database that cannot be written just now is reported once and tried again; a damaged one and anything
        unforeseen end the daemon, so that the supervisor starts a fresh one.
        """
        if self._stop.is_set():
            return
        task = asyncio.current_task()
        if task is not None:
            self._ticking.add(task)
            task.add_done_callback(self._ticking.discard)
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except StorageError as error:
            if name not in self._troubles:
                _log.error("%s: %s; trying again", name, error)
                self._troubles.add(name)
        except BaseException as error:  # noqa: BLE001 - the top of the daemon: it ends, with the error
            self._fatal = error
            self._stop.set()
        else:
            if name in self._troubles:
                _log.warning("%s: works again", name)
                self._troubles.discard(name)

    # --- the end ----------------------------------------------------------------------------------------------------

    async def _drain(self) -> bool:
        """Finish what is under way and close the store; False when something could not be ended in time."""
        _log.info("daemon stopping: finishing what is under way")
        loop = asyncio.get_running_loop()
        end = loop.time() + self._pace.patience + self._pace.last
        self._app.post.stop()
        ended = await self._app.polling.drain(self._pace.patience)
        self._app.break_off()
        others = (self._ticking - {asyncio.current_task()}) | self._app.post.busy
        if others:
            _, late = await asyncio.wait(others, timeout=max(0.0, end - loop.time()))
            ended = ended and not late
        try:
            async with asyncio.timeout(self._pace.last):
                await self._app.aclose()
        except TimeoutError:
            return False
        except StorageError as error:
            _log.warning("the write-ahead log was not folded in: %s", error)
        return ended

    def _leave(self, fatal: BaseException | None) -> None:
        """End the process although a thread may still be at work: reading, or waiting for a mail server or a lock.

        What it had in hand is due, or under a lease and due when that ends.
        """
        _log.warning("daemon stopped before everything was finished; the rest is taken up again")
        if fatal is not None:
            _log.error("%s", fatal, exc_info=None if isinstance(fatal, MonitorError) else fatal)
        logging.shutdown()
        code = fatal.exit_code if isinstance(fatal, MonitorError) else 1
        os._exit(code if fatal else 0)

    def _install_signals(self) -> None:
        # Not the loop's own handlers: the second signal must be heard while the loop is busy, too.
        loop = asyncio.get_running_loop()

        def asked(_: int, __: FrameType | None) -> None:
            self._signals += 1
            if self._signals > 1:
                # Nothing is half-recorded: every result is one transaction, and a lease that is not freed expires.
                os._exit(EXIT_AT_ONCE)
            loop.call_soon_threadsafe(self._stop.set)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, asked)
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            # Nobody's business here, and by default the end.
            signal.signal(number, signal.SIG_IGN)
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
            return  # started under nohup
        if self._terminal():
            signal.signal(signal.SIGHUP, asked)
        else:
            signal.signal(signal.SIGHUP, lambda _, __: loop.call_soon_threadsafe(self._read_again))

    def _read_again(self) -> None:
        """Take the watch list over now, as it stands, whether it was edited or not."""
        _log.info("SIGHUP: the watch list is read again")
        self._seen, self._taken, self._complaint = self._followed.stamp(), None, ""
        task = asyncio.create_task(self._guarded("watch list", self.follow_file))
        self._ticking.add(task)

    # --- the clock --------------------------------------------------------------------------------------------------

    async def _mind_the_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Waits on the machine's monotonic clock: after one set back no tick would come to notice it."""
        while True:
            await asyncio.sleep(self._pace.follow)
            if scheduler.running:
                bring_back(scheduler.get_jobs(), datetime.now(UTC))
                await self._guarded("clock", self.follow_clock)

    async def follow_clock(self) -> None:
        """After a clock that was set, or a long sleep: bring the looks back into range, spread what is overdue."""
        now = self._app.clock.now()
        if abs(now - self._latest) > JUMP:
            _log.warning("the clock went from %s to %s", *(f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in (self._latest, now)))
            await asyncio.to_thread(self._catch_up)
        self._latest = now

    def _catch_up(self) -> None:
        """After days off, and after a clock was set back: spread what is overdue, bring back what is out of range."""
        now = self._app.clock.now()
        moved = {}
        for state in self._app.store.sources.all():
            if state.next_poll_at is None:
                continue
            interval = state.source.interval
            # Only a host that asks to be left alone makes us wait for longer than the interval.
            longest = LONGEST if state.next_trigger is Trigger.RETRY_AFTER else interval
            when = catch_up(now, state.next_poll_at, interval, state.source.id, longest)
            if when != state.next_poll_at:
                moved[state.source.id] = when
        if moved:
            self._app.store.sources.reschedule(moved)
            _log.info("catching up: the looks of %d sources spread over their interval", len(moved))

    # --- the rest ---------------------------------------------------------------------------------------------------

    async def follow_file(self) -> None:
        """Take over an edited watch list; a broken one changes nothing and is reported once."""
        stamp = self._followed.stamp()
        if stamp == self._taken:
            return
        if stamp != self._seen:
            # It may be half written: taken when it has stood still from one tick to the next.
            self._seen = stamp
            return
        try:
            watch_list = await asyncio.to_thread(self._app.load_watch_list, self._watch_list)
        except ConfigError as error:
            if str(error) != self._complaint:
                for problem in error.problems:
                    _log.error("watch list not taken over: %s", problem)
                now, first = self._app.clock.now(), str(error).partition("\n")[0]
                notice = Notice(NoticeCode.LIST_BROKEN, now, self._watch_list.name, first, "monitor check")
                await asyncio.to_thread(self._app.post.operator.tell, notice)
            self._complaint = str(error)
        else:
            if watch_list.sha256 != self._app.listed:
                report = await asyncio.to_thread(self._app.follow, watch_list)
                _log.info(
                    "watch list taken over: %d added, %d changed, %d retired, %d back",
                    len(report.added), len(report.changed), len(report.retired), len(report.returned),
                )  # fmt: skip
            self._complaint = ""
        await asyncio.to_thread(self._app.store.meta.set, LIST_PROBLEM, self._complaint[:4000])
        self._taken = stamp

    async def heartbeat(self) -> None:
        """Ask for MONITOR_HEARTBEAT_URL while all is well; whoever runs that address notices when it stops."""
        url = self._app.settings.heartbeat_url.get_secret_value()
        if not url or self._troubles or not await asyncio.to_thread(self._app.healthy):
            return
        try:
            status = await self._app.fetcher.get_plain(url)
            problem = "" if 200 <= status < 300 else f"answer {status}"
        except FetchError as error:
            problem = str(error.kind)
        if problem and problem != self._heart:
            _log.warning("heartbeat not delivered: %s", problem)
        elif self._heart and not problem:
            _log.info("heartbeat delivered again")
        self._heart = problem

    async def housekeeping(self) -> None:
        """A verified backup a day, the last seven kept; the write-ahead log folded into the database.

        And what an older program left unread is read for the search, a little at a time.
        """
        made = await asyncio.to_thread(self._app.keep_house)
        if made:
            _log.info("backup made: %s", made)
        if read := await asyncio.to_thread(self._app.read_on, self._stop.is_set):
            _log.info("read for the search, of what an older version had kept: %d", read)


def _in_a_terminal() -> bool:
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def bring_back(jobs: Iterable[Job], now: datetime) -> None:
    """Ticks further ahead than their interval were planned before the clock was set back: they come now."""
    for job in jobs:
        if job.next_run_time is not None and job.next_run_time - now > job.trigger.wait + timedelta(seconds=1):
            job.modify(next_run_time=now)
