"""What went over the wire is kept with each look, and what repeats is kept once."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import resources
from monitor.errors import FetchError, FetchKind
from monitor.model import HopRecord, Look, NotModified, Reason, Trace
from monitor.store import open_store
from monitor.store.engine import Database
from monitor.store.evidence import CANDIDATES
from monitor.store.record import short_reason
from monitor.store.rows import Instant

URL = "https://coc.example.be/ai"
DER = b"\x30\x03cert"


def hop(at, *lines: str, body: bytes = b"<p>as it was</p>") -> HopRecord:
    return HopRecord(
        URL,
        ("GET /ai HTTP/1.1", "Host: coc.example.be", "User-Agent: footnote-watch"),
        ("HTTP/1.1 200 OK", f"Date: {at:%a, %d %b %Y %H:%M:%S} GMT", "content-TYPE: text/html", *lines),
        "203.0.113.7:443", "TLSv1.3", "TLS_AES_256_GCM_SHA384", (hashlib.sha256(DER).hexdigest(),),
        at, timedelta(milliseconds=31), timedelta(milliseconds=45), "chunked", ("gzip",), len(body),
        hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


def traced(look: Look, *hops: HopRecord, received: bytes | None = None) -> Look:
    headers = hops[-1].headers
    return replace(look, answer=replace(look.answer, headers=headers, trace=Trace(hops, (DER,), received)))


def looked(tool, world, at, *lines: str, **more):
    """One more look at coc, at which nothing changed."""
    order = tool.claim("coc", at)
    return tool.store.polls.record(
        world.intent(order, traced(world.look(order, at=at), hop(at, *lines)), at=at, **more)
    )


def count(path, table: str) -> int:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
def followed(tool, world):
    """coc, which is due at each of these days."""
    tool.follow("coc")
    days = [world.start + timedelta(days=n) for n in range(12)]

    def look(n: int, *lines: str, **more):
        tool.store.sources.reschedule({"coc": days[n]})
        return looked(tool, world, days[n], *lines, **more)

    look.days = days
    return look


def test_every_hop_comes_back_as_it_went(tool, followed):
    lines = ("X-Odd:  caf\xe9", "no header at all", "Set-Cookie: a=[3 bytes]; Path=/")
    recorded = followed(0, *lines)
    (look,) = tool.store.history.poll(recorded.poll_id).looks
    assert look.hops == (
        hop(followed.days[0], "X-Odd:  caf\xe9", "no header at all", "Set-Cookie: a=[3 bytes]; Path=/"),
    )
    assert dict(look.headers)["x-odd"] == "caf\xe9"
    assert "set-cookie" not in dict(look.headers)
    assert [p.id for p in tool.store.past.polls("coc")] == [recorded.poll_id]


def test_looks_that_are_alike_share_what_repeats(tool, followed, path):
    for n in range(10):
        followed(n, f"CF-RAY: {hashlib.sha256(b'%d' % n).hexdigest()[:16]}-BRU", "Server: cloudflare", f"Age: {n * 7}")
    with closing(sqlite3.connect(path)) as raw:
        sizes = [size for (size,) in raw.execute("SELECT length(looks) FROM polled ORDER BY id")]
    assert count(path, "look_base") == 1
    assert max(sizes) < 120
    kept = tool.store.history.polls("coc")
    assert [dict(p.looks[0].headers)["age"] for p in kept] == [str(n * 7) for n in reversed(range(10))]


def test_a_look_of_another_kind_or_wholly_other_lines_has_its_own_base(tool, world, followed, path):
    followed(0)
    followed(1, *(f"X-{n}: {hashlib.sha256(b'%d' % n).hexdigest()}" for n in range(9)))
    assert count(path, "look_base") == 2
    tool.store.sources.reschedule({"coc": followed.days[2]})
    order = tool.claim("coc", followed.days[2])
    answer = FetchError(FetchKind.TIMEOUT, "too late", url="https://coc.example.be/ai")
    answer.trace = Trace((hop(followed.days[2]),), (DER,))
    broken = world.intent(order, Look(0, "https://coc.example.be/ai", answer), at=followed.days[2], good=False)
    recorded = tool.store.polls.record(broken)
    assert count(path, "look_base") == 3
    (look,) = tool.store.history.poll(recorded.poll_id).looks
    assert (look.error_kind, look.status, look.hops[0].status, look.headers) == ("timeout", 0, 200, ())


def test_a_server_that_answers_in_turns_needs_a_base_for_each_turn(tool, followed, path):
    ways = [
        tuple(f"X-{way}-{n}: {hashlib.sha256(b'%d %d' % (way, n)).hexdigest()}" for n in range(9)) for way in range(3)
    ]
    for n in range(12):
        followed(n, *ways[n % 3])
    assert count(path, "look_base") == 3 <= CANDIDATES
    for n, poll in enumerate(reversed(tool.store.history.polls("coc"))):
        assert poll.looks[0].hops[0].answer[3:] == ways[n % 3]


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40), max_size=5))
def test_any_lines_come_back(tmp_path_factory, world, clock, lines):
    from monitor.store.evidence import put_looks, read_looks
    from monitor.store.tables import LOOK_BASE
    from monitor.store.values import LookRow

    path = tmp_path_factory.mktemp("any") / "one.sqlite3"
    with closing(open_store(path, clock=clock)) as store:
        store.sources.sync(world.watch_list("coc"), world.start)
    records = (hop(world.start, *lines), hop(world.start + timedelta(hours=1), *lines[::-1]))
    rows = tuple(LookRow(n, one.url, status=200, headers=one.headers, hops=(one,)) for n, one in enumerate(records))
    database = Database(path)
    with closing(database), database.writing() as connection:
        for looks in ((rows[0],), (rows[1],), rows):
            base_id, packed = put_looks(connection, "coc", looks)
            base = connection.execute(LOOK_BASE.select().where(LOOK_BASE.c.id == base_id)).one().value
            assert read_looks(packed, base) == looks


def test_certificates_and_bodies_as_received_are_kept_once(tool, world, followed):
    packed = b"\x1f\x8b as it travelled"
    for n in range(2):
        tool.store.sources.reschedule({"coc": followed.days[n]})
        order = tool.claim("coc", followed.days[n])
        look = traced(world.look(order, at=followed.days[n]), hop(followed.days[n]), received=packed)
        tool.store.polls.record(world.intent(order, look, at=followed.days[n]))
    assert tool.store.evidence.certificate(hashlib.sha256(DER).hexdigest()) == DER
    assert tool.store.evidence.received(hashlib.sha256(packed).hexdigest()) == packed
    assert tool.store.evidence.received("0" * 64) is None


def test_a_copy_names_the_poll_that_brought_it_first(tool, followed):
    first, again = followed(0), followed(1)
    assert first.snapshot_id == again.snapshot_id
    assert tool.store.history.snapshot(first.snapshot_id).poll_id == first.poll_id


def test_not_modified_is_kept_with_its_lines(tool, world, followed):
    first = followed(0)
    tool.store.sources.reschedule({"coc": followed.days[1]})
    order = tool.claim("coc", followed.days[1])
    record = replace(hop(followed.days[1]), answer=("HTTP/1.1 304 Not Modified", 'ETag: "a"'), body_bytes=0)
    answer = NotModified(order.source.url, order.source.url, followed.days[1], record.headers, trace=Trace((record,)))
    look = Look(0, order.source.url, answer, same=True, sha256=order.last_sha256)
    recorded = tool.store.polls.record(world.intent(order, look, at=followed.days[1]))
    (kept,) = tool.store.history.poll(recorded.poll_id).looks
    assert (kept.status, kept.snapshot, kept.sha256) == (304, first.snapshot_id, order.last_sha256)
    assert kept.hops == (record,)


def test_the_view_shows_polls_as_a_person_reads_them(tool, followed, path):
    followed(0)
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        row = raw.execute("SELECT * FROM poll").fetchone()
    assert row["finished_at"] == "2026-11-22 07:00:01.000000"
    assert row["started_at"] == "2026-11-22 07:00:00.000000"
    assert json.loads(row["reason"]) == {"code": "same_text", "values": {"looks": "1"}}
    (look,) = json.loads(row["looks"])
    assert (look["status"], look["sha256"]) == (200, hashlib.sha256(b"<p>as it was</p>").hexdigest())


def test_a_reason_without_values_is_kept_as_its_code():
    assert short_reason(Reason("same_bytes")) == "same_bytes"
    assert json.loads(short_reason(Reason("status", {"status": "404"})))["values"] == {"status": "404"}


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_to_the_microsecond(moment):
    kept = Instant()
    assert kept.process_result_value(kept.process_bind_param(moment, None), None) == moment


# --- homes from before --------------------------------------------------------------------------------------------


OLD_LOOKS = [
    {
        "place": 0, "url": URL, "final_url": URL, "status": 200, "headers": [["date", "Sun, 22 Nov 2026 07:00:00 GMT"]],
        "wire_bytes": 77, "sha256": "ab" * 32, "snapshot": 1, "read": "text", "words": 3,
    }
]  # fmt: skip
AT = "2026-11-22 07:00:00.000000"
OLD_SOURCE = {
    "id": "coc", "position": 0, "host": "", "definition": '{"id": "coc", "name": "C", "section": "s1", "url": null}',
    "added_at": AT, "next_trigger": "first", "token": 3, "health": "ok", "last_outcome": "", "last_reason": "",
    "looks": 3, "last_snapshot": 0, "told_snapshot": 0,
    **dict.fromkeys(("robots", "address", "etag", "last_modified", "validators_url", "last_sha256"), ""),
    **dict.fromkeys(("told_text", "current_text", "fingerprint"), ""),
}  # fmt: skip
OLD_REASONS = (
    '{"code":"same_bytes","values":{}}',
    '{"code":"fetch","values":{"kind":"dns"}}',
    '{"code":"x","values":{}}',
)


@pytest.fixture
def before(tmp_path):
    """A database of schema 0006 with a little of everything that refers to polls."""
    scripts = tmp_path / "migrations"
    shutil.copytree(resources.bundled("db/migrations"), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (scripts / "versions").glob("*.py"):
        if script.name[:4] > "0006":
            script.unlink()
    old = tmp_path / "old.sqlite3"
    Database(old, migrations=scripts).close()
    packed = zstandard.ZstdCompressor().compress(json.dumps(OLD_LOOKS).encode())
    with closing(sqlite3.connect(old)) as raw, raw:
        places = ", ".join(f":{name}" for name in OLD_SOURCE)
        raw.execute(f"INSERT INTO source ({', '.join(OLD_SOURCE)}) VALUES ({places})", OLD_SOURCE)
        for n, reason in enumerate(OLD_REASONS, 1):
            at = (f"2026-11-2{n} 07:00:00.000001", f"2026-11-2{n} 07:00:01.500000")
            looks = packed if n > 1 else json.dumps(OLD_LOOKS).encode()
            poll = "INSERT INTO poll VALUES (?, 'coc', ?, 'first', ?, ?, 'unchanged', ?, ?, 0, 1)"
            raw.execute(poll, (n * 10, n, *at, reason, looks))
        raw.execute("INSERT INTO event VALUES (5, 'coc', 20, 'fault', 1, 0, '2026-11-22 07:00:00.000000', x'00')")
        raw.execute("UPDATE sqlite_sequence SET seq = 30 WHERE name = 'poll'")
    return old


def test_a_home_from_before_says_what_it_knows_and_no_more(before, clock):
    with closing(open_store(before, clock=clock)) as store:
        kept = store.history.polls("coc")
        assert [(p.id, p.token, p.reason) for p in kept] == [
            (30, 3, Reason("x")), (20, 2, Reason("fetch", {"kind": "dns"})), (10, 1, Reason("same_bytes"))
        ]  # fmt: skip
        assert str(kept[0].started_at) == "2026-11-23 07:00:00.000001+00:00"
        assert str(kept[0].finished_at) == "2026-11-23 07:00:01.500000+00:00"
        for poll in kept:
            (look,) = poll.looks
            assert (look.hops, look.status, look.wire_bytes, look.sha256) == ((), 200, 77, "ab" * 32)
            assert look.headers == (("date", "Sun, 22 Nov 2026 07:00:00 GMT"),)
        assert store.check() == ()
        assert store.series.polls() == 30
    with closing(sqlite3.connect(before)) as raw:
        assert raw.execute("SELECT count(*) FROM polled WHERE base_id IS NULL AND snapshot IS NULL").fetchone() == (3,)
        assert '"polled"' in raw.execute("SELECT sql FROM sqlite_master WHERE name = 'event'").fetchone()[0]
        assert json.loads(raw.execute("SELECT reason FROM poll WHERE id = 10").fetchone()[0])["code"] == "same_bytes"
        assert raw.execute("SELECT started_at FROM poll WHERE id = 10").fetchone()[0] == "2026-11-21 07:00:00.000001"
