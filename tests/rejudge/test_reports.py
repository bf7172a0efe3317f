"""Reports for bug reports: what is in them, what is not, and what a stranger's file can do to us (nothing)."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.casefile import Report, last_polls, pack, unpack
from monitor.errors import MonitorError
from monitor.rejudge import Judges, told_then_and_now

EVERYBODY = ("edited", "ticking", "gone")


@pytest.fixture
def packed(monitor, home, tmp_path):
    """Types `report` for some sources; the file."""

    def run(*sources, **options):
        where = tmp_path / "report.zip"
        where.unlink(missing_ok=True)
        more = [word for name, value in options.items() for word in (f"--{name}", value)]
        done = monitor("report", *(sources or EVERYBODY), "--out", where, *more)
        assert done.code == 0, done.err
        return where

    return run


def members(where):
    with zipfile.ZipFile(where) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files, **options):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.slow
def test_a_report_played_elsewhere_says_what_the_store_says(packed, monitor, store, judges, tmp_path, monkeypatch):
    where = packed()
    here = [
        c for name in EVERYBODY for c in told_then_and_now(store, store.sources.get(name).source, judges)
    ]  # fmt: skip
    assert [c.verdict for c in here] == ["same", "same"]
    monkeypatch.setenv("MONITOR_HOME", str(tmp_path / "nowhere"))
    done = monitor("replay", where, "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert [(r["source"], r["verdict"], r["then"]) for r in rows] == [
        (c.source_id, "same", c.then.severity.name.lower()) for c in here
    ]
    assert not (tmp_path / "nowhere").exists()


def test_what_differs_is_shown_and_is_an_exit_code(packed, monitor, tmp_path):
    where = packed("edited")
    files = members(where)
    report = json.loads(files["report.json"])
    for found in report["sources"][0]["found"].values():
        found["changes"] = []
    where.write_bytes(zipped({**files, "report.json": json.dumps(report)}))
    done = monitor("replay", where)
    assert done.code == 1
    assert done.out.count("only now") == 2
    assert "edited: " in done.out


def test_nothing_is_unpacked_or_named_by_the_file(packed, monitor, tmp_path):
    where = packed("edited")
    evil = {"../../evil": b"x", "/etc/evil": b"x", "bodies/../../../evil": b"x"}
    where.write_bytes(zipped({**members(where), **evil}))
    before = sorted(tmp_path.parent.rglob("*"))
    assert monitor("replay", where).code == 0
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_people_and_secrets_are_taken_out_and_counted(monitor, home, tmp_path, monkeypatch):
    page = (
        b"<html><title>P</title><p>Ask Anna.Smith@example.org or <a href='mailto:anna.smith%40example.org'>her</a></p>"
    )
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtps://user:s3cr3t-word@mx.example.org:465")
    monkeypatch.setenv("MONITOR_MAIL_FROM", "watch@example.org")
    where = tmp_path / "r.zip"
    assert monitor("report", "edited", "--out", where).code == 0
    data = b"".join(members(where).values())
    assert [
        w for w in (b"s3cr3t-word", b"reader@example.org", b"watch@example.org", str(home).encode()) if w in data
    ] == []

    cut = last_polls(unpack(where.read_bytes()).report.sources[0].polls, 1)
    report = unpack(where.read_bytes()).report
    one = replace(
        report, sources=(replace(report.sources[0], polls=cut, found={}),), settings={"x": "Anna.Smith@example.org"}
    )
    files = members(io.BytesIO(pack(one, lambda _: page)))
    assert b"example.org" not in files["bodies/1"]
    assert files["bodies/1"].count(b"address-1@removed.invalid") == 2
    assert json.loads(files["report.json"])["settings"] == {"x": "address-1@removed.invalid"}
    manifest = files["MANIFEST.txt"].decode()
    assert re.search(r"mail addresses: \d+ times, 1 different", manifest)
    assert "mail addresses replaced" in manifest


def test_headers_that_say_who_asked_stay_here(packed):
    rows = json.loads(members(packed("ticking"))["report.json"])["sources"][0]["polls"]
    names = {name for poll in rows for look in poll["looks"] for name, _ in look["headers"]}
    assert names <= {"content-type", "content-length", "date", "etag", "last-modified", "server"}
    assert "content-type" in names


def test_bodies_that_are_no_text_are_named_as_not_looked_through():
    report = Report(datetime(2026, 3, 2, tzinfo=UTC), {}, {}, ())
    assert "0 bodies that are no texts" in members(io.BytesIO(pack(report, lambda _: b"")))["MANIFEST.txt"].decode()


def test_the_last_looks_reach_back_to_one_that_can_be_judged(store):
    polls = tuple(store.past.polls("edited"))
    for count in (1, 3, len(polls), 10_000):
        kept = last_polls(polls, count)
        assert len(kept) >= min(count, len(polls))
        assert kept == polls[-len(kept) :]
        assert kept[0].good
        assert kept[0].looks[0].read == "text"


def test_a_short_report_is_smaller_and_still_plays(packed, monitor):
    whole = len(members(packed("ticking")))
    where = packed("ticking", polls=3)
    assert len(members(where)) < whole
    assert monitor("replay", where).code == 0


def test_a_report_is_never_written_over_something(monitor, home, tmp_path):
    where = tmp_path / "r.zip"
    where.write_text("mine")
    done = monitor("report", "edited", "--out", where)
    assert (done.code, "File exists" in done.err, where.read_text()) == (1, True, "mine")


def test_a_report_is_its_owner_s_alone(packed):
    assert packed("edited").stat().st_mode & 0o777 == 0o600


def test_an_unknown_source_is_answered_with_the_nearest(monitor, home):
    assert monitor("report", "editet").err == "editet: is not a source of this list (did you mean edited?)\n"


GOOD = json.dumps({"made_at": "2026-03-02T05:00:00Z", "versions": {}, "settings": {}, "sources": [], "version": 1})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK no zip", "This is no report"),
        (zipped({"other": "x"}), "it has no report.json"),
        (zipped({"report.json": "[" * 100_000}), "cannot be read"),
        (zipped({"report.json": "{}"}), "made_at"),
        (zipped({"report.json": GOOD.replace('"version": 1', '"version": 9')}), "has the form 9"),
        (zipped({str(n): "" for n in range(20_001)}), "20001 files"),
        (zipped({"report.json": b" " * 70_000_001}), "too large"),
        (zipped({"report.json": GOOD})[:-30], "This is no report"),
    ],
    ids=["no zip", "no report", "deep", "fields", "version", "many", "bomb", "cut"],
)
@pytest.mark.slow
def test_what_is_no_report_is_one_clear_line(monitor, home, tmp_path, data, said):
    where = tmp_path / "r.zip"
    where.write_bytes(data)
    done = monitor("replay", where)
    assert (done.code, said in done.err, done.err.count("\n")) == (1, True, 1), done.err


def test_a_missing_body_and_a_missing_file_are_clear_too(packed, monitor, tmp_path):
    where = packed("edited")
    where.write_bytes(zipped({n: c for n, c in members(where).items() if not n.startswith("bodies/")}))
    assert "lacks the body" in monitor("replay", where).err
    assert "cannot be read" in monitor("replay", tmp_path / "none.zip").err


def test_words_this_program_does_not_know_are_refused(packed, monitor):
    where = packed("gone")
    files = members(where)
    text = files["report.json"].decode().replace('"selector": ""', '"selector": "p[["', 1)
    where.write_bytes(zipped({**files, "report.json": text}))
    assert "selector" in monitor("replay", where).err
    report = json.loads(files["report.json"])
    report["sources"][0]["polls"][0]["looks"][0]["error_kind"] = "magic"
    where.write_bytes(zipped({**files, "report.json": json.dumps(report)}))
    assert "cannot be played" in monitor("replay", where).err


@given(st.binary(max_size=400), st.integers(0, 300))
def test_broken_files_are_refused_and_never_crash(noise, place):
    data = bytearray(zipped({"report.json": GOOD, "bodies/1": b"x"}))
    place %= len(data)
    data[place : place + len(noise) // 8] = noise[: len(noise) // 8]
    for broken in (bytes(data), noise):
        try:
            played = unpack(broken)
        except MonitorError:
            continue
        assert told_then_and_now_of(played) == []


def told_then_and_now_of(played):
    return [c for s in played.report.sources for c in told_then_and_now(played, s.source, Judges(None, {}))]
