"""The daemon's world: a played web, a mail server, a home on disk, and daemons that are started and killed there."""

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import driver
from played import Answer, MailServer, Web, page

from monitor.clock import SteppedClock
from monitor.model import Frequency, Subscriber
from monitor.settings import Settings
from monitor.store import Store, open_store
from monitor.wiring import App, build

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
PATIENCE = 90.0
"""Ten times what anything here takes; nothing is asserted about speed."""
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["driver"])


@pytest.fixture
def web() -> Iterator[Web]:
    played = Web()
    played.start()
    yield played
    played.stop()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.close()


# --- the home, and daemons in it --------------------------------------------------------------------------------------


class Home:
    """A folder with a database, a watch list of invented hosts, a clock, and the daemons that work there."""

    def __init__(self, folder: Path, web: Web, empty: Path) -> None:
        self.folder, self.web = folder, web
        self.database = folder / "db" / "monitor.sqlite3"
        self.database.parent.mkdir(parents=True)
        shutil.copy2(empty, self.database)
        self.log = folder / "daemon.log"
        self.sources: list[dict[str, Any]] = []
        self.origin, self.since, self.speed = START, time.time(), 600.0
        self.processes: list[Any] = []
        self._store: Store | None = None

    # the watch list

    def watch(self, *names: str, interval: float = 240) -> None:
        for name in names:
            self.web.pages[f"{name}.example"] = Answer(page(name))
            self.sources.append({
                "id": name, "name": f"The {name} code", "url": f"http://{name}.example/", "interval": interval
            })  # fmt: skip

    def change(self, name: str, version: int = 2, **more: Any) -> None:
        self.web.pages[f"{name}.example"] = Answer(page(name, version), **more)

    # its clock

    def now(self) -> datetime:
        return driver.QuickClock(self.origin.timestamp(), self.since, self.speed).now()

    def run_at(self, speed: float) -> None:
        self.origin, self.since, self.speed = self.now(), time.time(), speed

    def jump(self, delta: timedelta) -> None:
        """While no daemon runs: the time goes by (or back)."""
        self.origin, self.since = self.now() + delta, time.time()

    # its store, read

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = open_store(self.database, clock=SteppedClock(START))
        return self._store

    def subscribe(self, *emails: str, frequency: Frequency = Frequency.IMMEDIATE, **more: Any) -> None:
        for address in emails:
            self.store.subscribers.add(Subscriber(0, address, frequency=frequency, created_at=self.now(), **more))

    def warm(self, **environment: str) -> None:
        """Three good looks at every source, the first report made and sent: from now on changes are told."""
        clock = SteppedClock(self.now())
        asyncio.run(self._warmed(clock, environment))
        self.origin, self.since = clock.now(), time.time()

    async def _warmed(self, clock: SteppedClock, environment: dict[str, str]) -> None:
        async with self.app(clock) as app:
            app.take_over(driver.listed(self.sources))
            for _ in range(4):
                await app.polling.run_due()
                clock.advance(timedelta(seconds=self.sources[0]["interval"]))
            await app.post.compose()
            await app.post.deliver()

    @contextlib.asynccontextmanager
    async def app(self, clock: SteppedClock, **more: Any):
        """The wired program in this process, on a clock that is stepped."""
        settings = Settings(home=self.folder, host_gap=timedelta(seconds=1))
        app: App = build(
            settings, clock=clock, resolver=driver.OneServer(self.web.port), citations=(),
            guard_exceptions={(driver.LOOPBACK, self.web.port)}, **more,
        )  # fmt: skip
        try:
            yield app
        finally:
            await app.aclose()

    # daemons

    def wish(self, **more: Any) -> driver.Wish:
        environment = {"MONITOR_HOST_GAP": "1s", **more.pop("environment", {})}
        wish = driver.Wish(
            home=str(self.folder), origin=self.origin.timestamp(), since=self.since, speed=self.speed,
            port=self.web.port, sources=self.sources, log=str(self.log), environment=environment,
        )  # fmt: skip
        return replace(wish, **more)

    def start(self, *, crash_at: str = "", environment: dict[str, str] | None = None, **more: Any):
        """A daemon in a process of its own; `crash_at` kills it there."""
        crash = {"MONITOR_CRASH_AT": crash_at} if crash_at else {}
        wish = self.wish(environment={**(environment or {}), **crash}, **more)
        process = _forking.Process(target=driver.serve, args=(wish,))
        process.start()
        self.processes.append(process)
        return process

    def until(self, condition: Callable[[], Any], process: Any = None) -> Any:
        """What the condition gives once it holds; fails with the log when it does not, or when the process ends."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := condition():
                return found
            if process is not None and process.exitcode is not None:
                if found := condition():
                    return found
                pytest.fail(f"the daemon ended with {process.exitcode}:\n{self.tail()}")
            time.sleep(0.03)
        pytest.fail(f"it never came to that:\n{self.tail()}")

    def exit_code(self, process: Any) -> int:
        process.join(PATIENCE)
        assert process.exitcode is not None, f"it does not end:\n{self.tail()}"
        return process.exitcode

    def stop(self, process: Any) -> None:
        """An orderly stop."""
        os.kill(process.pid, signal.SIGTERM)
        assert self.exit_code(process) == 0, self.tail()

    def query(self, sql: str, *values: Any) -> list[Any]:
        """Rows of the database as it is."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as raw:
            return raw.execute(sql, values).fetchall()

    def polls(self) -> int:
        return self.query("SELECT count(*) FROM poll")[0][0]

    def goes_on(self, process: Any, polls: int = 4) -> None:
        """Some more looks are taken: enough ticks for whatever was going to happen."""
        enough = self.polls() + polls
        self.until(lambda: self.polls() >= enough, process)

    def said(self, words: str) -> int:
        """How many log lines have these words."""
        return sum(words in line for line in self.log.read_text().splitlines()) if self.log.exists() else 0

    def tail(self) -> str:
        return self.log.read_text()[-6000:] if self.log.exists() else "no log"

    def close(self) -> None:
        for process in self.processes:
            if process.exitcode is None:
                process.terminate()
        for process in self.processes:
            process.join(10)
            if process.exitcode is None:
                process.kill()
                process.join()
        if self._store is not None:
            self._store.close()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "monitor.sqlite3"
    open_store(path, clock=SteppedClock(START)).close()
    return path


@pytest.fixture
def home(tmp_path: Path, web: Web, empty_database: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home", web, empty_database)
    yield made
    made.close()


@pytest.fixture
def monitor_command(checkout: Path):
    """The real command, in a home; it must end by itself."""

    def run(home: Home, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
        return subprocess.run(
            [sys.executable, "-m", "monitor", *arguments], capture_output=True, text=True, check=False,
            timeout=PATIENCE,
            env={**clean, "PYTHONPATH": str(checkout), "MONITOR_HOME": str(home.folder), **environment},
        )  # fmt: skip

    return run
