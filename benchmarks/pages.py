"""What the pages cost on a large past: 100,000 changes (5,000 in the period) and 1,000,000 polls.

    python benchmarks/pages.py                 a database in a temporary folder, then every query and page
    python benchmarks/pages.py --keep DIR      made there once, measured there again

Prints CPU milliseconds (of this process: the page, its queries and SQLite itself), the median of several runs.
The rows are written straight into the tables: only their number and size are to be true to life.
"""

import argparse
import asyncio
import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Connection, insert

from monitor.clock import SteppedClock
from monitor.model import (
    Block,
    Change,
    ChangeKind,
    Extraction,
    Held,
    Hop,
    Mark,
    Part,
    PartKind,
    Reason,
    Section,
    Severity,
    Source,
    Span,
    WatchList,
)
from monitor.settings import Settings
from monitor.store import Store, Wanted, open_store
from monitor.store.chains import pack
from monitor.store.codec import CHANGE, HELD, LOOKS, REASON
from monitor.store.engine import Database
from monitor.store.index import Shown, add_past, index_change, packed_topics
from monitor.store.review_tables import REVIEW, TIMELINE
from monitor.store.tables import BODY, POLL, SNAPSHOT
from monitor.store.tables import CHANGE as CHANGE_TABLE
from monitor.store.tables import HELD as HELD_TABLE
from monitor.store.texts import pack_text, put_text
from monitor.store.values import LookRow
from monitor.text.asked import asked
from monitor.web.application import create_app
from monitor.wiring import build as wired

OTHERS = (
    "/sources", "/sources/source-05", "/sources/source-05/looks", "/coverage", "/search", "/search?q=biometric",
    "/search?q=data", "/search?q=register&what=removed",
)  # fmt: skip
"""Pages of the other parts."""
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CHANGES, IN_PERIOD, POLLS, HELD_BACK, SOURCES = 100_000, 5_000, 1_000_000, 200_000, 32
PERIOD = timedelta(days=90)
TOPICS = ("ai-act", "policing", "biometrics", "algorithms-in-government", "data-protection", "health", "work")
WORDS = (
    "the", "authority", "shall", "may", "keep", "data", "for", "years", "police", "system", "artificial",
    "intelligence", "high-risk", "provider", "annex", "supervision", "market", "fundamental", "rights", "impact",
    "assessment", "public", "register", "notified", "conformity", "biometric", "citizen", "complaint", "decision",
)  # fmt: skip
KINDS = (ChangeKind.TEXT, ChangeKind.TEXT, ChangeKind.TEXT, ChangeKind.ITEMS, ChangeKind.LINKS, ChangeKind.RESTORED)
SEVERITIES = (Severity.MINOR, Severity.MINOR, Severity.SUBSTANTIVE, Severity.SUBSTANTIVE, Severity.CRITICAL)
RULES = ("clock", "flicker", "counter", "confirm", "order", "margin")


def build(path: Path, chance: random.Random, changes: int = CHANGES, polls: int = POLLS) -> None:
    """Writes the database. Half a minute."""
    store = open_store(path, clock=SteppedClock(NOW))
    sections = tuple(Section(f"s{n}", f"Section {n} of the report") for n in range(6))
    sources = tuple(
        Source(
            f"source-{n:02d}", f"Authority number {n}, policy on artificial intelligence", f"s{n % 6}",
            f"https://www.example{n}.be/ai", jurisdiction=("federal", "EU", "Flanders", "Wallonia")[n % 4],
            languages=(("en", "nl", "fr", "de")[n % 4],), footnotes=(140 + n,),
        )
        for n in range(SOURCES)
    )  # fmt: skip
    store.sources.sync(WatchList(sections, sources, "0" * 64), NOW - timedelta(days=2000))
    store.close()
    database = Database(path)
    with database.writing() as connection:
        texts = [put_text(connection, pack_text(text)) for text in _texts(chance)]
        page = b"<html lang=en><body><main>" + b"<p>as it was kept</p>" * 400 + b"</main>"
        body = hashlib.sha256(page).hexdigest()
        connection.execute(insert(BODY), {"sha256": body, "depth": 0, "size": len(page), "zstd": pack(page)})
        connection.execute(insert(SNAPSHOT), [_snapshot(source, body, n) for source in sources for n in range(20)])
        _polls(connection, sources, polls, chance)
    hashes = (texts[0], texts[1])
    for first in range(0, changes, 10_000):
        with database.writing() as connection:
            numbers = range(first, min(first + 10_000, changes))
            _changes(connection, sources, numbers, changes, hashes, chance)
    with database.writing() as connection:
        _held(connection, sources, chance)
        connection.exec_driver_sql("UPDATE source SET looks = 31250, health = 'ok', last_snapshot = 1")
    for place, source in enumerate(sources):
        blocks = tuple(Block(_sentence(chance, 25)) for _ in range(5000))
        with database.writing() as connection:
            shown = Shown(source.id, place * 20 + 1, NOW - timedelta(days=900), None if place % 2 else NOW)
            add_past(connection, Extraction("html:3:", blocks), shown)
    with database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
    database.close()


def _sentence(chance: random.Random, words: int = 30) -> str:
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def _texts(chance: random.Random) -> tuple[Extraction, Extraction]:
    """A page before and after: three of its two hundred paragraphs changed."""
    old = [Block(_sentence(chance)) for _ in range(200)]
    new = [
        Block(f"{block.text} {_sentence(chance, 6)}") if n in {20, 90, 150} else block for n, block in enumerate(old)
    ]
    return Extraction("html:3:", tuple(old), title="AI"), Extraction("html:3:", tuple(new), title="AI")


def _snapshot(source: Source, body: str, n: int) -> dict[str, object]:
    at = NOW - timedelta(days=1900 - 90 * n)
    return {
        "source_id": source.id, "url": f"{source.url}?{n}", "final_url": source.url, "sha256": body, "status": 200,
        "content_type": "text/html", "charset": "utf-8", "headers": "[]", "chain": "[]", "good": True,
        "first_seen": at, "last_seen": at + timedelta(days=89), "words": 900 + n,
    }  # fmt: skip


def _polls(connection: Connection, sources: tuple[Source, ...], number: int, chance: random.Random) -> None:
    headers = (("content-type", "text/html"), ("etag", '"abcdef"'), ("server", "nginx"))
    url = "https://www.example.be/ai"
    look = LookRow(0, url, url, 200, (Hop("a", 301, "b"),), headers, sha256="0" * 64, read="same")
    looks, reason = LOOKS.pack((look,)), REASON.dump(Reason("same_text", {"looks": "1"}))
    step = timedelta(days=2000) / number
    for first in range(0, number, 50_000):
        rows = []
        for n in range(first, min(first + 50_000, number)):
            at = NOW - timedelta(days=2000) + step * n
            source = sources[n % len(sources)]
            rows.append({
                "source_id": source.id, "token": n // len(sources) + 1, "trigger": "scheduled", "started_at": at,
                "finished_at": at, "outcome": chance.choice(("unchanged", "unchanged", "held", "failed")),
                "reason": reason, "looks": looks, "used": 0, "good": True,
            })  # fmt: skip
        connection.execute(insert(POLL), rows)


def _changes(
    connection: Connection,
    sources: tuple[Source, ...],
    numbers: range,
    total: int,
    texts: tuple[str, str],
    chance: random.Random,
) -> None:
    old_until = NOW - PERIOD
    rows, lines, reviews = [], [], []
    for n in numbers:
        recent = n >= total - IN_PERIOD
        share = (n - (total - IN_PERIOD)) / IN_PERIOD if recent else n / (total - IN_PERIOD)
        at = old_until + PERIOD * share if recent else NOW - timedelta(days=2000) + timedelta(days=1900) * share
        source = chance.choice(sources)
        change = _change(source, at, texts, chance)
        number = n + 1
        rows.append({
            "id": number, "source_id": source.id, "poll_id": chance.randrange(1, 1000), "kind": change.kind,
            "severity": int(change.severity), "told": True, "first_seen": at, "confirmed_at": at, "old_snapshot": 1,
            "new_snapshot": 2, "old_sha256": "a" * 64, "new_sha256": "b" * 64, "value": CHANGE.pack(change),
        })  # fmt: skip
        state = chance.choice(("check", "check", "relevant", "routine", "noise"))
        lines.append({
            "id": number, "item": f"change:{number}", "at": at, "source_id": source.id, "kind": change.kind,
            "severity": int(change.severity), "told": True, "topics": packed_topics(change.topics), "state": state,
            "review_id": number if state != "check" else None,
        })  # fmt: skip
        if state != "check":
            reviews.append(
                {"id": number, "item": f"change:{number}", "state": state, "note": "", "who": "An", "at": at}
            )
        index_change(connection, change, number)
    connection.execute(insert(CHANGE_TABLE), rows)
    connection.execute(insert(TIMELINE), lines)
    connection.execute(insert(REVIEW), reviews)


def _change(source: Source, at: datetime, texts: tuple[str, str], chance: random.Random) -> Change:
    parts = []
    for _ in range(chance.choice((1, 1, 2, 4))):
        before, after = _sentence(chance, 12), _sentence(chance, 12)
        spans = (
            Span(Mark.SAME, before), Span(Mark.REMOVED, _sentence(chance, 3)), Span(Mark.ADDED, _sentence(chance, 4)),
            Span(Mark.SAME, after),
        )  # fmt: skip
        old, new = f"{before} {spans[1].text} {after}", f"{before} {spans[2].text} {after}"
        parts.append(Part(PartKind.CHANGED, old, new, spans, ("Annex III", "Retention"), slot="0123456789abcdef"))
    return Change(
        source.id, chance.choice(KINDS), chance.choice(SEVERITIES),
        (Reason("number_changed", {"old": "five", "new": "two"}), Reason("words_changed")), tuple(parts), at, at,
        unchanged_since=at - timedelta(days=30), last_unchanged=at - timedelta(days=1), looks_unchanged=30,
        topics=_topics(source, chance), old_text=texts[0], new_text=texts[1],
    )  # fmt: skip


def _topics(source: Source, chance: random.Random) -> tuple[str, ...]:
    """A source speaks of what it speaks of, and now and then of one thing more."""
    own = sum(map(ord, source.id)) % len(TOPICS)
    more = chance.choice(TOPICS) if chance.random() < 0.2 else TOPICS[own]
    return tuple(dict.fromkeys((TOPICS[own], more)))


def _held(connection: Connection, sources: tuple[Source, ...], chance: random.Random) -> None:
    rows = []
    for n in range(HELD_BACK):
        at = NOW - timedelta(days=2000) * (1 - n / HELD_BACK)
        source = chance.choice(sources)
        held = Held(source.id, chance.choice(RULES), Reason("flicker"), at, (Part(PartKind.CHANGED, "10:01", "10:02"),))
        rows.append(
            {"source_id": source.id, "poll_id": 1 + n % 1000, "rule": held.rule, "at": at, "value": HELD.pack(held)}
        )
    connection.execute(insert(HELD_TABLE), rows)


def measured(work: Callable[[], object], runs: int = 7) -> float:
    """CPU milliseconds, the median; the first run is not counted."""
    work()
    spent = []
    for _ in range(runs):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1000)
    return statistics.median(spent)


def queries(store: Store) -> dict[str, Callable[[], object]]:
    """Every query that a page makes, by name."""
    since = NOW - PERIOD
    sources = store.timeline.sources()
    quarter = Wanted(since=since)
    narrow = Wanted(
        since=since,
        sections=frozenset({"s1"}),
        topics=frozenset({"policing"}),
        severities=frozenset({Severity.CRITICAL}),
    )
    weeks = [since + timedelta(days=7 * n) for n in range(13)]
    page = store.timeline.page(quarter, sources)
    far = store.timeline.page(Wanted(), sources, limit=1, after=store.timeline.line("change:2000").mark)[0].mark
    middle = store.timeline.line("change:50000")
    return {
        "sources of the list": store.timeline.sources,
        "timeline, newest page": lambda: store.timeline.page(quarter, sources),
        "timeline, filtered": lambda: store.timeline.page(narrow, sources),
        "timeline, 98,000 lines back": lambda: store.timeline.page(Wanted(), sources, after=far),
        "facets and weeks of the period": lambda: store.timeline.facets(quarter, sources, steps=weeks),
        "facets, filtered": lambda: store.timeline.facets(narrow, sources, steps=weeks),
        "facets of all time": lambda: store.timeline.facets(Wanted(), sources),
        "since the last visit": lambda: store.timeline.after(NOW - timedelta(days=3)),
        "to check": store.timeline.to_check,
        "next to check": lambda: store.timeline.next_to_check(middle.mark),
        "beside a change": lambda: store.timeline.beside(middle),
        "changes of a page": lambda: store.timeline.found(page),
        "held back, counted": lambda: store.series.held_counts(since),
        "held back, a page": lambda: store.series.held(since=since),
        "held back of one source": lambda: store.series.held(sources=["source-05"], rule="clock"),
        "looks of a source": lambda: store.series.looks("source-05", 400),
        "sizes of a source": lambda: store.series.sizes("source-05"),
        "polls counted": lambda: (store.series.polls(), store.series.polls_since(since)),
        "search, a common word": lambda: store.search.passages(asked("data")),
        "search, a phrase of one source": lambda: store.search.passages(asked('"high risk"'), sources=["source-05"]),
        "search, first and last seen": lambda: store.search.traces(asked("biometric")),
        "search, words taken": lambda: store.search.changes(asked("register"), side="removed"),
    }


def pages(home: Path, store: Store) -> dict[str, Callable[[], object]]:
    """Every page, asked for through the whole application, by its address."""
    app = wired(Settings(home=home), clock=SteppedClock(NOW), store=store)
    gate = create_app(app)
    loop = asyncio.new_event_loop()

    async def ask(path: str) -> None:
        transport = httpx.ASGITransport(gate, client=("127.0.0.1", 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            answer = await client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

    mark = store.timeline.line("change:97000").mark
    older = f"/?after={mark.at.timestamp():.6f}~{mark.id}"
    paths = (
        "/", older, "/?topic=policing&severity=critical&section=s1", "/?step=2026-11-16", "/?days=365", "/?days=0",
        "/held", "/held?days=0", "/held?source=source-05&rule=clock", "/changes/99990", "/changes/50000?view=side",
        "/changes/99990?view=whole", "/changes/99990?view=pages", "/changes/99990/explain", *OTHERS,
    )  # fmt: skip
    return {path: lambda path=path: loop.run_until_complete(ask(path)) for path in paths}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="a folder for the database; made when it has none")
    parser.add_argument("--size", type=float, default=1.0, help="a share of the changes and polls (1.0: all)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (given.keep or Path(folder)) / "monitor.sqlite3"
        if not path.exists():
            start = time.process_time()
            build(path, random.Random(7), int(CHANGES * given.size), int(POLLS * given.size))
            print(f"made {path.stat().st_size >> 20} MB in {time.process_time() - start:.0f} s of CPU")
        store = open_store(path, clock=SteppedClock(NOW))
        for name, query in queries(store).items():
            print(f"{measured(query):8.1f} ms  {name}")
        for name, page in pages(path.parent, store).items():
            print(f"{measured(page):8.1f} ms  {name}")
        store.close()


if __name__ == "__main__":
    main()
