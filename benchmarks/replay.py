"""Replay real page histories through the real program, over real HTTP, and account for every snapshot.

    ./run python benchmarks/replay.py CORPUS [--only REGEX] [--limit N] [--streams N] [--home DIR] [--keep]
                                             [--every-digest day|week|never] [--predictions FILE]

CORPUS is a folder of `*.jsonl.zst` streams with a MANIFEST.json; `corpuslib.py` beside it reads them. Each stream is
a host on loopback; its snapshots are served one after the other, in the order of their times over all streams, and
looked at once each. Exit code 1 when anything does not add up.
"""

import argparse
import asyncio
import gc
import json
import logging
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from replay_account import Account, Cost
from replay_stage import LOOPBACK, Choice, Closed, Opened, Row, Stream, play

from monitor.clock import SteppedClock
from monitor.model import Section, Source, Status, WatchAs, WatchList
from monitor.settings import Settings
from monitor.wiring import App, build

READER = "reader@example.org"
GAP = timedelta(seconds=0.5)
"""Between two requests to one host; on the stepped clock it costs no real time."""
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
DIGEST_EVERY = {"day": timedelta(days=1), "week": timedelta(days=7), "never": None}
MORNING = timedelta(hours=6)
"""Digests are composed at six, UTC: after seven where the reader lives."""


@dataclass
class Loopback:
    """A resolver that leads every host of the replay to the stage."""

    port: int

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:  # noqa: ARG002 - the interface's
        return ((LOOPBACK, self.port),)


class Complaints(logging.Handler):
    """Everything logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record)

    def lines(self) -> list[str]:
        """One line each, with the place an exception came from."""
        return [f"logged: {r.name}: {r.getMessage()}{_origin(r)}" for r in self.found]


def _origin(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[2] is None:
        return ""
    last = traceback.extract_tb(record.exc_info[2])[-1]
    return f": {record.exc_info[1]!r} at {Path(last.filename).name}:{last.lineno}"


@dataclass
class Replay:
    """One run: the wired program, the stage's wire, and what each poll cost."""

    app: App
    clock: SteppedClock
    link: Connection
    every: timedelta | None
    costs: list[Cost] = field(default_factory=list)
    mail_cpu: float = 0.0
    miscounted: list[str] = field(default_factory=list)
    _composed_until: datetime | None = None

    async def run(self, rows: Sequence[Row]) -> None:
        self.app.store.sources.reschedule(dict.fromkeys({r.stream for r in rows}, NEVER))
        last = ""
        for number, row in enumerate(rows):
            await self._post_until(row.at)
            await self._look(row, last)
            last = row.stream
            if number % 500 == 499:
                _say(f"{number + 1} of {len(rows)} snapshots, {self.clock.now():%Y-%m-%d}")
        await self._post_until(self.clock.now() + 2 * (self.every or timedelta(0)))

    async def _look(self, row: Row, last: str) -> None:
        """Show one snapshot and make exactly its source due."""
        self.clock.set(row.at)
        self.link.send(("show", row.stream, row.index))
        self.link.recv()
        self.app.store.sources.reschedule({last: NEVER, row.stream: self.clock.now()})
        cpu, wall = _cpu(), time.perf_counter()
        polls = await self.app.polling.run_due()
        self.costs.append(Cost(_cpu() - cpu, time.perf_counter() - wall))
        if polls != 1:
            self.miscounted.append(f"{row.stream} {row.index}: {polls} polls")

    async def _post_until(self, now: datetime) -> None:
        """Compose and deliver on the morning after a day with looks; a long pause between snapshots is one morning."""
        if self.every is None:
            return
        if self._composed_until is None:
            self._composed_until = _morning_after(now)
            return
        if now < self._composed_until:
            return
        self.clock.set(self._composed_until)
        cpu = _cpu()
        await self.app.post.compose()
        while (await self.app.post.deliver()).sent:
            pass
        self.mail_cpu += _cpu() - cpu
        self._composed_until = max(_morning_after(now), self._composed_until + self.every)


def _morning_after(now: datetime) -> datetime:
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1) + MORNING


def _cpu() -> float:
    """Seconds of processor time of this process, all threads, and of its finished children (the PDF readers)."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def watch_list(streams: Sequence[Stream]) -> WatchList:
    """One source per stream, with what an operator would have written."""
    return WatchList(
        (Section("replay", "Replay"),),
        tuple(
            Source(
                id=s.name,
                name=s.name,
                section="replay",
                url=s.url,
                watch_as=WatchAs(s.watch_as),
                status=Status.INDEX if s.watch_as == "listing" else Status.WATCH,
                languages=(s.language,) if s.language else (),
            )
            for s in streams
        ),
    )


def wired(home: Path, opened: Opened, clock: SteppedClock, mail_to: str = "") -> App:
    """The program as it always is, but for its resolver, the guard's exception for the stage, and its clock."""
    settings = Settings(
        home=home,
        database=Path("db/monitor.sqlite3"),
        smtp_url=f"smtp://{LOOPBACK}:{opened.mail_port}",
        mail_from="Footnote Watch <watch@example.org>",
        mail_to=mail_to,
        host_gap=GAP,
    )
    return build(
        settings,
        clock=clock,
        resolver=Loopback(opened.web_port),
        guard_exceptions={(LOOPBACK, opened.web_port)},
        citations=(),
    )


async def replay(options: argparse.Namespace, home: Path, opened: Opened, link: Connection) -> Account:
    """Play all rows and close the account."""
    clock = SteppedClock(opened.rows[0].at)
    app = wired(home, opened, clock, READER)
    account = Account()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: account.problems.append(f"unhandled: {context.get('exception') or context['message']}")
    )
    try:
        app.take_over(watch_list(opened.streams))
        run = Replay(app, clock, link, DIGEST_EVERY[options.every_digest])
        began = time.perf_counter()
        await run.run(opened.rows)
        account.figures["minutes"] = round((time.perf_counter() - began) / 60, 2)
        account.figures["peak_rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        account.figures["mail_cpu_s"] = round(run.mail_cpu, 1)
        account.problems += run.miscounted
        _close(account, app, run, opened, link)
    finally:
        await app.aclose()
    return account


def _close(account: Account, app: App, run: Replay, opened: Opened, link: Connection) -> None:
    """Read back and compare."""
    link.send(("close",))
    seen: Closed = link.recv()
    account.collect(app, opened.rows, run.costs)
    account.compare_bodies(app)
    deliveries = app.store.outbox.deliveries(limit=1_000_000)
    account.balance(seen, [d.message_id for d in deliveries if d.state == "sent"])
    unsent = [d for d in deliveries if d.state != "sent"]
    account.problems += [f"mail {d.message_id} is {d.state}: {d.answer}" for d in unsent]
    if run.every is not None:
        for subscriber in app.store.subscribers.all():
            changes, events = app.store.outbox.untold(subscriber.id)
            if changes or events:
                account.problems.append(f"{len(changes)} changes and {len(events)} events were never told")
    account.measure()
    app.store.checkpoint()
    size, kept = app.store.path.stat().st_size, app.store.history.counts(run.clock.now())
    snapshots = max(1, account.figures["snapshot_rows"])
    account.figures |= {
        "database_mb": round(size / 1e6, 1),
        "database_bytes_per_snapshot": round(size / snapshots),
        "body_bytes_per_snapshot": round(kept.stored_bytes / snapshots),
    }
    gc.collect()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def chooser(described: str | None) -> argparse.ArgumentParser:
    """A parser that knows which part of a corpus to play."""
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--only", default="", help="regular expression on stream names")
    parser.add_argument("--limit", type=int, default=0, help="at most so many snapshots of each stream")
    parser.add_argument("--streams", type=int, default=0, help="at most so many streams")
    return parser


def parse() -> argparse.Namespace:
    parser = chooser(__doc__)
    parser.add_argument(
        "--home", type=Path, help="where the program works; must hold no database yet (default: a new one)"
    )
    parser.add_argument("--every-digest", choices=tuple(DIGEST_EVERY), default="day", help="how often mail is composed")
    parser.add_argument("--keep", action="store_true", help="leave a home that was made for the run")
    parser.add_argument("--predictions", type=Path, help="write what was told, one JSON line a snapshot, for a scorer")
    return parser.parse_args()


def main() -> int:
    options = parse()
    home: Path = options.home or Path(tempfile.mkdtemp(prefix="replay-"))
    if (home / "db" / "monitor.sqlite3").exists():
        _say(f"{home} holds a database already")
        return 2
    home.mkdir(parents=True, exist_ok=True)
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    stage, link, spool = staged(options, home)
    try:
        opened = awaited(link, options.corpus)
        account = asyncio.run(replay(options, home, opened, link))
        account.problems += complaints.lines()
        account.write(home / "replay.jsonl", options.predictions)
        account.tell()
        _figures(account)
    finally:
        link.close()
        stage.join(timeout=10)
        spool.unlink(missing_ok=True)
        if options.home is None and not options.keep:
            shutil.rmtree(home)
    if options.home is not None or options.keep:
        _say(f"home: {home}")
    return 1 if account.problems else 0


def staged(options: argparse.Namespace, home: Path) -> tuple[SpawnProcess, Connection, Path]:
    """The world around the program, started: its process, the wire to it, the file it keeps the bodies in."""
    choice = Choice(options.corpus, options.only, options.limit, options.streams)
    link, far_end = multiprocessing.Pipe()
    spool = home / "spool"
    stage = multiprocessing.get_context("spawn").Process(target=play, args=(choice, spool, far_end), daemon=True)
    stage.start()
    far_end.close()
    return stage, link, spool


def awaited(link: Connection, corpus: Path) -> Opened:
    """What the stage read; it has said why when it could not."""
    try:
        opened: Opened = link.recv()
    except EOFError:
        raise SystemExit(f"{corpus} could not be read") from None
    if not opened.rows:
        raise SystemExit(f"{corpus}: no stream of that name")
    _say(f"{len(opened.rows)} snapshots of {len(opened.streams)} streams")
    return opened


def _figures(account: Account) -> None:
    figures: dict[str, Any] = {**account.figures, "problems": len(account.problems)}
    print()
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):34s} {value:>12}")
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
