"""Never lost, hardly ever twice: a hundred digests through ten kills, then a mail server that is off for an hour.

    ./run python benchmarks/delivery.py [--seed N]

First the real daemon, in a process of its own, watches a played page and mails each change to twenty readers, five
changes in all. Ten times it is killed: at a named point of the program (MONITOR_CRASH_AT), or by SIGKILL while the mail
server takes a message or just after it said 250. Then the wired program, on a clock that is stepped, meets a mail
server whose port refuses for an hour. Both talk SMTP over real sockets. The last line has the figures as JSON; the exit
code is 1 when they fall short.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "daemon"))

import driver  # noqa: E402 - the daemon's process and its world, as the tests have them
from played import Answer, MailServer, Web, page  # noqa: E402

from monitor.clock import SteppedClock  # noqa: E402
from monitor.mailing.deliver import PROBE  # noqa: E402
from monitor.model import DeliveryState, DigestKind, Frequency, Subscriber  # noqa: E402
from monitor.settings import Settings  # noqa: E402
from monitor.store import open_store  # noqa: E402
from monitor.wiring import App, build  # noqa: E402

READERS, CHANGES, KILLS = 20, 5, 10
START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
SPEED = 300.0
"""How much faster the daemon's clock runs."""
INTERVAL = timedelta(minutes=4)
POINTS = ("enqueue.before_commit", "enqueue.after_commit", "delivery.claimed", "settle.before_commit")
ON_DATA, ON_250 = "SIGKILL while a message is taken", "SIGKILL after the 250"
PATIENCE = 120.0


class Killer(MailServer):
    """The mail server; on request it kills the daemon when it takes its so many-th message from now on."""

    def __init__(self) -> None:
        super().__init__()
        self.when, self.left, self.pid = "", 0, 0

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: ANN001, N802 - aiosmtpd's shape
        answer = await super().handle_DATA(server, session, envelope)
        if self.when and (left := self.left - 1) <= 0:
            if self.when == ON_DATA:
                os.kill(self.pid, signal.SIGKILL)
            else:
                server.loop.call_later(0.0005 * abs(left), os.kill, self.pid, signal.SIGKILL)
            self.when = ""
        else:
            self.left -= 1
        return answer


@dataclass
class World:
    """A home, the page it watches, and its mail server."""

    folder: Path
    web: Web
    mail: Killer
    chance: random.Random
    since: float = field(default_factory=time.time)
    version: int = 1
    deaths: Counter[str] = field(default_factory=Counter)

    @property
    def database(self) -> Path:
        return self.folder / "db" / "monitor.sqlite3"

    def sources(self) -> list[dict]:
        interval = INTERVAL.total_seconds()
        return [{"id": "one", "name": "The one code", "url": "http://one.example/", "interval": interval}]

    def change(self) -> None:
        self.version += 1
        self.web.pages["one.example"] = Answer(page("one", self.version))

    def app(self, clock: SteppedClock, **settings: str) -> App:
        return build(
            Settings(home=self.folder, host_gap=timedelta(seconds=1), **settings), clock=clock, citations=(),
            resolver=driver.OneServer(self.web.port), guard_exceptions={(driver.LOOPBACK, self.web.port)},
        )  # fmt: skip

    async def warm(self, clock: SteppedClock) -> None:
        """Three good looks and the first reports: from then on changes are told."""
        app = self.app(clock)
        for number in range(1, READERS + 1):
            reader = Subscriber(0, f"r{number}@example.org", frequency=Frequency.IMMEDIATE, created_at=clock.now())
            app.store.subscribers.add(reader)
        app.take_over(driver.listed(self.sources()))
        for _ in range(4):
            await app.polling.run_due()
            clock.advance(INTERVAL)
        await app.post.compose()
        while (await app.post.deliver()).sent:
            pass
        await app.aclose()

    def daemon(self, origin: datetime, crash_at: str = "") -> subprocess.Popen[bytes]:
        environment = {"MONITOR_HOST_GAP": "1s", **self.mail.environment}
        wish = driver.Wish(
            home=str(self.folder), origin=origin.timestamp(), since=self.since, speed=SPEED, port=self.web.port,
            sources=self.sources(), log=str(self.folder / "daemon.log"),
            environment=environment | ({"MONITOR_CRASH_AT": crash_at} if crash_at else {}),
        )  # fmt: skip
        command = [sys.executable, str(ROOT / "tests/daemon/driver.py"), driver.spelled(wish)]
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=self.folder)

    def told(self) -> int:
        """How many digests were made and sent so far."""
        store = open_store(self.database, clock=SteppedClock(START))
        rows = [r for r in store.outbox.deliveries(10_000) if r.kind is DigestKind.DIGEST]
        store.close()
        return sum(r.state is DeliveryState.SENT for r in rows)


def until(done: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> bool:
    """True once it is done, False when the process died first."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        if done():
            return True
        time.sleep(0.1)
    raise SystemExit(f"it never came to that:\n{log.read_text()[-4000:]}")


def killed(world: World) -> None:
    """Five changes to twenty readers through ten kills."""
    clock = SteppedClock(START)
    asyncio.run(world.warm(clock))
    world.mail.taken.clear()
    world.since, origin = time.time(), clock.now()
    log, kills = world.folder / "daemon.log", 0
    while (sent := world.told()) < READERS * CHANGES or kills < KILLS:
        if sent == READERS * (world.version - 1) and world.version <= CHANGES:
            world.change()
        how = world.chance.choice([*POINTS, ON_DATA, ON_250]) if kills < KILLS else ""
        count = world.chance.randint(1, READERS // 2)
        process = world.daemon(origin, f"{how}:{count}" if how in POINTS else "")
        world.mail.pid, world.mail.left, world.mail.when = process.pid, count, how if how in {ON_DATA, ON_250} else ""
        goal = READERS * (world.version - 1)
        if until(lambda goal=goal: world.told() >= goal, process, log):
            world.mail.when = ""
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
        else:
            kills += 1
            world.deaths[how] += 1
            if process.wait() not in {137, -signal.SIGKILL}:
                raise SystemExit(f"it ended with {process.returncode}:\n{log.read_text()[-4000:]}")
            sys.stdout.write(f"kill {kills:2}: {how} ({count}), {len(world.mail.taken)} messages taken so far\n")
            sys.stdout.flush()
        if world.version > CHANGES and kills < KILLS and world.told() == READERS * CHANGES:
            raise SystemExit(f"only {kills} kills fell into the work")


def judged(world: World) -> dict[str, int | bool]:
    """What arrived, against what the database says had to."""
    store = open_store(world.database, clock=SteppedClock(START))
    rows = [r for r in store.outbox.deliveries(10_000) if r.kind is DigestKind.DIGEST]
    told = [f"change:{c.id}" for c in store.history.changes(limit=1000) if c.told]
    untold = sum(len(changes) + len(events) for changes, events in map(store.outbox.untold, range(1, READERS + 1)))
    sound = store.check() == ()
    store.close()
    arrived = Counter(message["Message-ID"] for message in world.mail.taken)
    bytes_of: dict[str, set[bytes]] = {}
    for message in world.mail.taken:
        del message["X-Recipient"]
        bytes_of.setdefault(message["Message-ID"], set()).add(message.as_bytes())
    wanted = {row.message_id for row in rows}
    return {
        "changes": len(told),
        "digests": len(rows),
        "lost": len(wanted - set(arrived)) + untold,
        "strangers": len(set(arrived) - wanted),
        "duplicates": sum(arrived.values()) - len(arrived),
        "duplicates_differ": sum(len(found) > 1 for found in bytes_of.values()),
        "database_sound": sound,
    }


def _asked_at(app: App, at: datetime) -> bool:
    """Was the server asked then, without an answer?"""
    return app.store.outbox.channel().next_probe == at + PROBE


async def hour_off(world: World) -> dict[str, float | int | bool]:
    """A hundred digests pending while the port refuses for an hour, in steps of the daemon's five seconds."""
    world.mail.taken.clear()
    clock, tick = SteppedClock(START + timedelta(days=30)), timedelta(seconds=5)
    address = world.mail.environment
    app = world.app(clock, smtp_url=address["MONITOR_SMTP_URL"], mail_from=address["MONITOR_MAIL_FROM"])
    app.take_over(driver.listed(world.sources()))
    world.mail.stop()
    before = {row.id for row in app.store.outbox.deliveries(10_000)}
    while len(made := [r for r in app.store.outbox.deliveries(10_000) if r.id not in before]) < READERS * CHANGES:
        if len(made) == READERS * (world.version - 1 - CHANGES):
            world.change()
        await app.polling.run_due()
        await app.post.compose()
        await app.post.deliver()
        clock.advance(INTERVAL)
    off = clock.now()
    # An hour, and on until the server was asked for the last time before it is back: then the next look is far.
    while clock.now() - off < timedelta(hours=1) or not _asked_at(app, clock.now() - tick):
        await app.post.deliver()
        clock.advance(tick)
    rows = [r for r in app.store.outbox.deliveries(10_000) if r.id not in before]
    counted, waiting = sum(r.attempts for r in rows), len(rows)
    world.mail.start()
    back = clock.now()
    while clock.now() - back < timedelta(minutes=10) and len(world.mail.taken) < waiting:
        begun = time.monotonic()
        await app.post.deliver()
        clock.advance(max(tick, timedelta(seconds=time.monotonic() - begun)))
    took = (clock.now() - back).total_seconds()
    for _ in range(24):
        await app.post.deliver()
        clock.advance(tick)
    await app.aclose()
    wanted = [r.message_id for r in sorted(rows, key=lambda r: r.id)]
    return {
        "waiting": waiting,
        "attempts_counted": counted,
        "seconds_to_the_last": took,
        "in_order_and_once": world.mail.ids == wanted,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run; default: another one each time")
    seed = parser.parse_args().seed
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    web, mail = Web(), Killer()
    web.pages["one.example"] = Answer(page("one"))
    web.start()
    mail.start()
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name) / "home", web, mail, random.Random(seed))
        world.database.parent.mkdir(parents=True)
        killed(world)
        kills = judged(world)
        hour = asyncio.run(hour_off(world))
    web.stop()
    mail.close()
    figures = {"seed": seed, "kills": sum(world.deaths.values()), **kills, "hour_off": hour}
    good = (
        kills["digests"] == READERS * CHANGES
        and kills["lost"] == kills["strangers"] == kills["duplicates_differ"] == 0
        and kills["duplicates"] <= KILLS
        and bool(kills["database_sound"])
        and hour["attempts_counted"] == 0
        and hour["seconds_to_the_last"] <= 60
        and bool(hour["in_order_and_once"])
    )
    sys.stdout.write(json.dumps(figures) + "\n")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
