"""The clock: APScheduler ticks, the database knows what is due. Orderly start, orderly stop.

    every second        start the polls that are due
    every 5 seconds     hand over pending mail; look whether sources.yaml was edited
    every 30 seconds    compose the digests that are due
    every minute        the heartbeat, when all is well
    every day           a backup, and the write-ahead log folded in

No job per source, no schedule of our own: `misfire_grace_time=None` and `coalesce=True`, so that a late tick is one
tick and none is dropped; uniqueness is the database's.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.cadence import catch_up
from monitor.errors import ConfigError, FetchError, StorageError
from monitor.wiring import App

PATIENCE = 45.0
"""Seconds that polls under way get to finish when the daemon is asked to stop."""
EXIT_AT_ONCE = 130

_log = logging.getLogger("monitor.daemon")


class Daemon:
    """Runs an App until it is asked to stop. `watch_list`: the file that is followed."""

    def __init__(self, app: App, watch_list: Path) -> None:
        self._app, self._watch_list = app, watch_list
        self._stop = asyncio.Event()
        self._fatal: BaseException | None = None
        self._stamp: tuple[int, int] | None = None
        self._troubles: set[str] = set()
        self._ticking: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. A second signal ends the process at once; leases then expire by themselves."""
        self._install_signals()
        await asyncio.to_thread(self._catch_up)
        self._stamp = self._file_stamp()
        scheduler = self._scheduler()
        scheduler.start()
        _log.info("daemon started: %d sources, next look %s", *self._app.outlook())
        try:
            await self._stop.wait()
        finally:
            _log.info("daemon stopping: finishing what is under way")
            scheduler.shutdown(wait=False)
            await self._drain()
        if self._fatal is not None:
            raise self._fatal
        _log.info("daemon stopped")

    def stop(self) -> None:
        self._stop.set()

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        jobs: tuple[tuple[str, int, Callable[[], Awaitable[object]]], ...] = (
            ("poll", 1, self._app.polling.start_due),
            ("deliver", 5, self._app.post.deliver),
            ("watch list", 5, self.follow_file),
            ("compose", 30, self._app.post.compose),
            ("heartbeat", 60, self.heartbeat),
            ("housekeeping", 86_400, self.housekeeping),
        )
        for name, seconds, work in jobs:
            scheduler.add_job(self._guarded, IntervalTrigger(seconds=seconds), args=(name, work), id=name)
        return scheduler

    async def _guarded(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """One tick.

        A database that cannot be written just now is reported once and tried again; a damaged one and anything
        unforeseen end the daemon, so that the supervisor starts a fresh one.
        """
        task = asyncio.current_task()
        if task is not None:
            self._ticking.add(task)
            task.add_done_callback(self._ticking.discard)
        try:
            await work()
        except StorageError as error:
            if name not in self._troubles:
                _log.error("%s: %s; trying again", name, error)
                self._troubles.add(name)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - the top of the daemon: it ends, with the error
            self._fatal = error
            self._stop.set()
        else:
            if name in self._troubles:
                _log.warning("%s: works again", name)
                self._troubles.discard(name)

    async def _drain(self) -> None:
        await self._app.polling.drain(PATIENCE)
        others = {t for t in self._ticking if t is not asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=10)
        await self._app.aclose()

    def _install_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():
            # Nothing half-recorded: every result is one transaction, and a lease that is not freed expires.
            os._exit(EXIT_AT_ONCE)
        self._stop.set()

    def _catch_up(self) -> None:
        """After days off, and after a clock was set back: spread what is overdue, bring back what is out of range."""
        now = self._app.clock.now()
        moved = {}
        for state in self._app.store.sources.all():
            if state.next_poll_at is None:
                continue
            when = catch_up(now, state.next_poll_at, state.source.interval, state.source.id)
            if when != state.next_poll_at:
                moved[state.source.id] = when
        if moved:
            self._app.store.sources.reschedule(moved)
            _log.info("catching up: the looks of %d sources spread over their interval", len(moved))

    async def follow_file(self) -> None:
        """Take over an edited watch list; a broken one changes nothing and is reported once."""
        stamp = self._file_stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            watch_list = await asyncio.to_thread(self._app.load_watch_list, self._watch_list)
        except ConfigError as error:
            for problem in error.problems:
                _log.error("watch list not taken over: %s", problem)
            await asyncio.to_thread(self._app.store.meta.set, "watch_list_problem", str(error)[:4000])
            return
        report = await asyncio.to_thread(self._app.store.sources.sync, watch_list, self._app.clock.now())
        await asyncio.to_thread(self._app.store.meta.set, "watch_list_problem", "")
        _log.info(
            "watch list taken over: %d added, %d changed, %d retired, %d back",
            len(report.added), len(report.changed), len(report.retired), len(report.returned),
        )  # fmt: skip

    def _file_stamp(self) -> tuple[int, int] | None:
        try:
            found = self._watch_list.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    async def heartbeat(self) -> None:
        """Ask for MONITOR_HEARTBEAT_URL while all is well; whoever runs that address notices when it stops."""
        url = self._app.settings.heartbeat_url.get_secret_value()
        if not url or not await asyncio.to_thread(self._app.healthy):
            return
        try:
            await self._app.fetcher.get_plain(url)
        except FetchError as error:
            _log.warning("heartbeat not delivered: %s", error.kind)

    async def housekeeping(self) -> None:
        """A verified backup a day, the last seven kept; the write-ahead log folded into the database."""
        try:
            await asyncio.to_thread(self._app.back_up)
        except (StorageError, OSError) as error:
            _log.error("backup failed: %s", error)
