"""What one more version of a long page costs on disk, and how fast an old text is read.

    python benchmarks/snapshots.py                       300 and 1,000 versions
    python benchmarks/snapshots.py --versions 300 --keep DIR

A page of 281 KB that changes every day (one sentence is written anew, every tenth day a paragraph comes, and a
token in the markup turns), over HTTP on loopback through the wired program on a stepped clock. Prints bytes per version
by table (SQLite's dbstat), indexes included, and the processor time of reading texts back, the deepest of each chain
too. Exit code 1 beyond 12 KB a version or 5 ms a text.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.clock import SteppedClock
from monitor.model import Section, Source, WatchList
from monitor.settings import Settings
from monitor.store import Store, open_store
from monitor.wiring import build

PAGE_BYTES = 281_000
MOST_BYTES, MOST_MS = 12_000, 5.0
START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "page.example"
OF = {"passage_words": "search", "change_words": "search", "passage": "search", "timeline": "timeline"}


class Page:
    """A long policy page; `turn()` makes the next day's version."""

    def __init__(self) -> None:
        self._chance = random.Random(281)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = ["".join(self._chance.choices(letters, k=self._chance.randint(2, 11))) for _ in range(6_000)]
        self._blocks: list[tuple[str, list[str]]] = []
        size = 0
        while size < PAGE_BYTES:
            heading = len(self._blocks) % 12 == 0
            sentences = [self._sentence() for _ in range(1 if heading else self._chance.randint(2, 7))]
            self._blocks.append(("h2" if heading else "p", sentences))
            size += len(" ".join(sentences)) + 10
        self._days = 0
        self._token = ""

    def turn(self) -> None:
        self._days += 1
        self._token = f"{self._chance.getrandbits(128):032x}"
        paragraph = self._chance.choice([sentences for tag, sentences in self._blocks if tag == "p"])
        paragraph[self._chance.randrange(len(paragraph))] = self._sentence()
        if self._days % 10 == 0:
            place = self._chance.randrange(1, len(self._blocks))
            self._blocks.insert(place, ("p", [self._sentence() for _ in range(4)]))

    def html(self) -> bytes:
        lines = ["<!doctype html><html lang=en><head><title>A long policy</title>"]
        lines.append(f"<meta name=csrf content={self._token}></head><body><main><h1>A long policy</h1>")
        lines += [f"<{tag}>{' '.join(sentences)}</{tag}>" for tag, sentences in self._blocks]
        return "\n".join([*lines, "</main></body></html>"]).encode()

    def _sentence(self) -> str:
        # Few words make most of a text (Zipf).
        ranks = (min(int(self._chance.paretovariate(0.55)) - 1, 5_999) for _ in range(self._chance.randint(8, 24)))
        return " ".join(self._words[rank] for rank in ranks).capitalize() + "."


class Loopback:
    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:  # noqa: ARG002 - the program's words
        return (("127.0.0.1", self._port),)


async def _played(home: Path, versions: int) -> Path:
    page = Page()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b" /robots.txt " in head:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                else:
                    body = page.html()
                    kind = "Content-Type: text/html; charset=utf-8"
                    writer.write(f"HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clock = SteppedClock(START)
    settings = Settings(home=home, mail_from="Watch <watch@example.org>", mail_to="reader@example.org")
    app = build(settings, clock=clock, resolver=Loopback(port), guard_exceptions={("127.0.0.1", port)})
    source = Source(id="page", name="A long policy", section="s", url=f"http://{HOST}/policy")
    try:
        app.take_over(WatchList((Section("s", "Section"),), (source,)))
        for day in range(versions):
            page.turn()
            end = START + DAY * (day + 1)
            while (due := app.store.sources.get("page").next_poll_at) is not None and due < end:
                clock.set(max(due, clock.now()))
                await app.polling.run_due()
            clock.set(end)
    finally:
        await app.aclose()
        server.close()
    return home / "db" / "monitor.sqlite3"


def _tables(path: Path) -> dict[str, int]:
    """Bytes by table, its indexes with it."""
    with closing(sqlite3.connect(path)) as connection:
        owners = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master"))
        found: dict[str, int] = {}
        for name, size in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            owner = owners.get(name, name)
            kind = next((k for t, k in OF.items() if owner == t or owner.startswith(f"{t}_")), owner)
            found[kind] = found.get(kind, 0) + size
    return found


def _reads(store: Store, path: Path) -> Iterator[float]:
    """Processor milliseconds of each text, unpacked and made a value again."""
    with closing(sqlite3.connect(path)) as connection:
        hashes = [name for (name,) in connection.execute("SELECT hash FROM text ORDER BY rowid")]
    for name in hashes[-200:]:
        begin = time.process_time()
        store.texts.get(name)
        yield (time.process_time() - begin) * 1000


def measured(home: Path, versions: int) -> bool:
    """Plays and prints; whether both bounds hold."""
    path = asyncio.run(_played(home, versions))
    with closing(sqlite3.connect(path)) as connection:
        kept, texts, looks = (
            connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("body", "text", "poll")
        )
    tables = _tables(path)
    print(f"{versions} days: {kept} bodies, {texts} texts, {looks} looks")
    for name, size in sorted(tables.items(), key=lambda item: -item[1])[:9]:
        print(f"  {name:<12} {size / kept:8.0f} bytes a version")
    whole = sum(tables.values()) / kept
    store = open_store(path, clock=SteppedClock(START))
    try:
        times = sorted(_reads(store, path))
    finally:
        store.close()
    median, worst = statistics.median(times), times[int(len(times) * 0.95)]
    print(f"  {'all':<12} {whole:8.0f} bytes a version; a text is read in {median:.1f} ms (95 of 100 in {worst:.1f})")
    return whole <= MOST_BYTES and median <= MOST_MS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, action="append", help="how many days; may be said several times")
    parser.add_argument("--keep", type=Path, help="where the homes stay")
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory(prefix="snapshots-") as scratch:
        for versions in options.versions or [300, 1000]:
            home = (options.keep or Path(scratch)) / str(versions)
            home.mkdir(parents=True)
            good &= measured(home, versions)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
