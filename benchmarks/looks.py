"""What a look at which nothing happened costs on disk: the poll, its lines, times, peers, hashes, indexes and all.

    python benchmarks/looks.py                  1,000 quiet looks at 20 sources
    python benchmarks/looks.py --looks 5000

The sources answer over HTTP on loopback through the wired program on a stepped clock, as sites do: most whole pages,
some “not modified”; with dates, ages, numbers of requests, cookies and weak ETags that turn at each answer, behind the
caches of a Cloudflare, a Varnish with two machines, a plain nginx. Prints bytes a look by table (SQLite's dbstat),
indexes included. Exit code 1 beyond 250 bytes a look.
"""

import argparse
import asyncio
import random
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from monitor.clock import SteppedClock
from monitor.model import Section, Source, WatchList
from monitor.settings import Settings
from monitor.wiring import build

MOST_BYTES = 250
SOURCES = 20
WARM_UP = 6
START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CONTENT = "<!doctype html><html lang=en><title>{0}</title><main><h1>{0}</h1>" + "".join(
    f"<p>Article {n}. Public bodies keep a list of their systems and answer residents within {n + 10} days.</p>"
    for n in range(1, 30)
)


class Sites:
    """Every host answers in its own way, and always the same page."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock, self._chance = clock, random.Random(250)

    def _hex(self, digits: int) -> str:
        return f"{self._chance.getrandbits(4 * digits):0{digits}x}"

    def answer(self, host: str, asked: str) -> bytes:
        number = int(host.removeprefix("site").partition(".")[0])
        body = CONTENT.format(host).encode()
        lines = [self._cloudflare, self._varnish, self._nginx, self._apache][number % 4](number)
        if number % 4 == 2 and "if-none-match" in asked.lower():
            return "\r\n".join(["HTTP/1.1 304 Not Modified", *lines, "", ""]).encode()
        lines += ["Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}"]
        return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body

    def _date(self) -> str:
        return f"Date: {format_datetime(self._clock.now(), usegmt=True)}"

    def _cloudflare(self, number: int) -> list[str]:
        return [
            self._date(), "Connection: keep-alive", "Cache-Control: max-age=600", "CF-Cache-Status: HIT",
            f"Age: {self._chance.randrange(600)}", "Last-Modified: Fri, 02 Jan 2026 10:11:12 GMT",
            f'ETag: W/"{self._hex(16)}"' if number % 8 == 0 else 'ETag: W/"5d41402abc4b2a76"',
            "Strict-Transport-Security: max-age=15552000; includeSubDomains; preload",
            f'Report-To: {{"endpoints":[{{"url":"https://a.nel.example/report/v4?s={self._hex(24)}"}}],"max_age":604800}}',
            'NEL: {"success_fraction":0,"report_to":"cf-nel","max_age":604800}',
            "Vary: Accept-Encoding", "Server: cloudflare", f"CF-RAY: {self._hex(16)}-BRU",
            'alt-svc: h3=":443"; ma=86400', "X-Content-Type-Options: nosniff",
        ]  # fmt: skip

    def _varnish(self, number: int) -> list[str]:  # noqa: ARG002 - as the others
        machine = self._chance.choice("ab")
        return [
            "Server: Apache", "X-Drupal-Dynamic-Cache: HIT", "Content-language: nl", "X-Generator: Drupal 10",
            self._date(), f"X-Varnish: {self._chance.randrange(10**8)} {self._chance.randrange(10**8)}",
            f"Age: {self._chance.randrange(9000)}", f"Via: 1.1 varnish-{machine} (Varnish/7.1)",
            f"X-Served-By: cache-{machine}-bru", "Accept-Ranges: bytes", "X-Frame-Options: SAMEORIGIN",
        ]  # fmt: skip

    def _nginx(self, number: int) -> list[str]:  # noqa: ARG002 - as the others
        return ["Server: nginx", self._date(), 'ETag: "65a1-3f2c"', "Accept-Ranges: bytes"]

    def _apache(self, number: int) -> list[str]:  # noqa: ARG002 - as the others
        return [
            self._date(), "Server: Apache/2.4.57 (Debian)", f"X-Request-Id: {self._hex(32)}",
            f"Set-Cookie: PHPSESSID={self._hex(26)}; path=/; HttpOnly", "Expires: Thu, 19 Nov 1981 08:52:00 GMT",
            "Cache-Control: no-store, no-cache, must-revalidate", "Pragma: no-cache", "Vary: Accept-Encoding",
        ]  # fmt: skip


class Loopback:
    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:  # noqa: ARG002 - the program's words
        return (("127.0.0.1", self._port),)


def _ids() -> list[str]:
    """Names as the shipped list has them: long ones cost."""
    found = re.findall(
        r"^ *- id: (\S+)", (Path(__file__).parent.parent / "sources.yaml").read_text("utf-8"), re.MULTILINE
    )
    return [one for one in found if found.count(one) == 1][:SOURCES]


async def _played(home: Path, looks: int) -> tuple[Counter[str], Counter[str], int]:
    """Pages in use before and after, and the looks between."""
    clock = SteppedClock(START)
    sites = Sites(clock)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: ")).partition(":")[0]
            robots = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            writer.write(robots if " /robots.txt " in head else sites.answer(host, head))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = Settings(home=home, mail_from="Watch <watch@example.org>", mail_to="reader@example.org")
    app = build(settings, clock=clock, resolver=Loopback(port), guard_exceptions={("127.0.0.1", port)})
    ids = _ids()
    sources = [Source(id=one, name=one, section="s", url=f"http://site{n}.example/ai") for n, one in enumerate(ids)]
    try:
        app.take_over(WatchList((Section("s", "Section"),), tuple(sources)))

        async def days(count: int) -> None:
            for _ in range(count):
                clock.advance(DAY)
                app.store.sources.reschedule(dict.fromkeys(ids, clock.now()))
                await app.polling.run_due()

        await days(WARM_UP)
        before, polls = _pages(app.store.path), app.store.series.polls()
        await days(-(-looks // len(ids)))
        quiet = app.store.series.polls() - polls
        if app.store.history.changes(limit=1) or app.store.history.held(limit=1):
            raise SystemExit("something happened: these looks are not quiet")
    finally:
        await app.aclose()
        server.close()
    return before, _pages(app.store.path), quiet


def _pages(path: Path) -> Counter[str]:
    """Bytes in use by table or index."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    return Counter(dict(rows))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--looks", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "db").mkdir()
        before, after, looks = asyncio.run(_played(home, arguments.looks))
    grown = {name: (size - before[name]) / looks for name, size in after.items() if size != before[name]}
    for name, size in sorted(grown.items(), key=lambda one: -one[1]):
        print(f"{size:8.1f}  {name}")
    each = sum(grown.values())
    print(f"{each:8.1f}  bytes for each of {looks:,} quiet looks (at most {MOST_BYTES})")
    return int(each > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
