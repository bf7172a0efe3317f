"""The daemon as a process of its own, as `monitor run` starts it, in a played web and on a clock that may run faster.

`serve` is what a test starts, in a process forked from one that has everything imported, or by `python driver.py`.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import crash, wiring
from monitor.cli import ground
from monitor.daemon import Daemon, Pace
from monitor.errors import MonitorError
from monitor.model import Section, Source, WatchList
from monitor.store import daemon_lock, open_store
from monitor.worker import here

LOOPBACK = "127.0.0.1"
LORE = wiring.load_lore()
# Reading the word lists takes half a second of every start; forked processes find them read.
wiring.load_lore = lambda _home=None: LORE


@dataclass(frozen=True)
class Wish:
    """Everything a driver is told. Its clock says `origin` when the machine's says `since`; it runs `speed` times."""

    home: str
    origin: float
    since: float
    speed: float
    port: int
    sources: list[dict] = field(default_factory=list)
    follow: bool = False
    """Watch sources.yaml instead of `sources`."""
    log: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    max_pages: int | None = None
    lock_wait: float = 60.0
    pace: dict[str, float] = field(default_factory=dict)
    apart: bool = False
    """Read and judge in a worker, as `monitor run` does: its start is a second of each daemon that reads something."""
    humble: bool = False
    """Run as nobody, for whom a read-only file is one."""
    freeze: float = 0.0
    """For so many seconds SIGWINCH, which the daemon leaves alone, keeps the event loop from running."""


class QuickClock:
    """The machine's clock, running faster: what takes minutes takes seconds, and restarts do not stop it."""

    def __init__(self, origin: float, since: float, speed: float) -> None:
        self._origin, self._since, self._speed = origin, since, speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._origin + (time.time() - self._since) * self._speed, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)


class OneServer:
    """Every name leads to the played web."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        return ((LOOPBACK, self._port),)


PACE = Pace(poll=0.1, deliver=0.15, follow=0.2, compose=0.2, heartbeat=0.2, house=0.3, patience=20, last=5)


def listed(sources: list[dict]) -> WatchList:
    """A watch list built in code: its intervals may be shorter than the file allows."""
    made = [
        Source(**(entry | {"section": "s", "interval": timedelta(seconds=entry.get("interval", 300))}))
        for entry in sources
    ]
    return WatchList((Section("s", "The section"),), tuple(made))


def serve(wish: Wish) -> None:
    """As `monitor run` does, down to the exit codes."""
    if wish.log:
        handle = os.open(wish.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        del os.environ[name]
    os.environ |= {"MONITOR_HOME": wish.home, "MONITOR_LOG_LEVEL": "debug", **wish.environment}
    importlib.reload(crash)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have told it to be ignored (nohup)
    if wish.humble and os.getuid() == 0:
        os.setuid(65534)
    try:
        _run(wish)
    except MonitorError as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.stderr.flush()
        sys.exit(error.exit_code)


def _run(wish: Wish) -> None:
    if wish.freeze:
        signal.signal(signal.SIGWINCH, lambda *_: _freeze(wish.freeze))
    found = ground.settings(logging_on=True)
    clock = QuickClock(wish.origin, wish.since, wish.speed)
    where = Path(wish.home, "sources.yaml")
    with daemon_lock(found.database):
        store = open_store(found.database, clock=clock, max_pages=wish.max_pages, lock_wait=wish.lock_wait)
        app = wiring.build(
            found, clock=clock, resolver=OneServer(wish.port), guard_exceptions={(LOOPBACK, wish.port)}, citations=(),
            store=store, run=None if wish.apart else here,
        )  # fmt: skip
        app.refuse_damage()
        if not wish.follow:
            app.load_watch_list = lambda _: listed(wish.sources)
        app.take_over(app.load_watch_list(where))
        asyncio.run(Daemon(app, where, replace(PACE, **wish.pace)).run())


def _freeze(seconds: float) -> None:
    """In the thread of the event loop, where Python runs its signal handlers."""
    os.write(2, b"the loop stands still\n")
    time.sleep(seconds)
    os.write(2, b"the loop goes on\n")


def spelled(wish: Wish) -> str:
    """For the command line."""
    return json.dumps(asdict(wish))


if __name__ == "__main__":
    serve(Wish(**json.loads(sys.argv[1])))
