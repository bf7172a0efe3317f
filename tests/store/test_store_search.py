"""Search through time: which passages stood where, from when until when, and what changes brought and took."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import extract, resources
from monitor.backfill import read_on
from monitor.model import Health, Held, Item, Outcome, Reason
from monitor.store import Wanted, open_store
from monitor.store.engine import Database
from monitor.text.asked import asked

DAY = timedelta(days=1)


@pytest.fixture
def search(tool):
    tool.follow("alpha-1", "b")
    return tool.store.search


def texts(found):
    return [f.text for f in found]


def test_a_passage_is_found_without_capitals_and_accents(tool, search):
    tool.poll("alpha-1", "La Sécurité des données")
    assert texts(search.passages(asked("securite DONNEES"))) == ["La Sécurité des données"]


def test_a_passage_knows_from_when_until_when_it_stood_there(tool, search, world):
    for day, body in enumerate(("kept five years", "kept five years", "kept two years")):
        tool.poll("alpha-1", body, at=world.start + day * DAY)
    (five,) = search.passages(asked("five"))
    (two,) = search.passages(asked("two"))
    minute = timedelta(minutes=1)
    # Seen last at the end of the second look, a second after it began.
    seen = (five.first_seen, five.last_seen)
    assert seen == (world.start + minute, world.start + DAY + minute + timedelta(seconds=1))
    assert two.last_seen is None
    assert texts(search.passages(asked("kept"), there=True)) == ["kept two years"]
    assert texts(search.passages(asked("kept"), there=False)) == ["kept five years"]


def test_a_passage_that_returns_stands_there_again_and_is_kept_once(tool, search, world):
    for day, body in enumerate(("kept five years", "kept two years", "kept five years")):
        tool.poll("alpha-1", body, at=world.start + day * DAY)
    (found,) = search.passages(asked("five"))
    assert found.last_seen is None
    assert found.first_seen == world.start + timedelta(minutes=1)


def test_a_look_that_was_not_good_moves_nothing(tool, search, world):
    tool.poll("alpha-1", "kept five years")
    tool.poll("alpha-1", "Checking your browser", at=world.start + DAY, good=False, outcome=Outcome.BAD,
              health=Health.DOUBT)  # fmt: skip
    assert search.passages(asked("browser")) == ()
    assert search.passages(asked("five"))[0].last_seen is None


def test_a_search_can_be_kept_to_some_sources(tool, search):
    tool.poll("alpha-1", "retention of data")
    tool.poll("b", "data of persons")
    assert texts(search.passages(asked("data"), sources=["alpha-1"])) == ["retention of data"]
    assert len(search.passages(asked("data"), sources=["alpha-1", "b"])) == 2


def test_a_list_of_passages_goes_on_after_its_last_entry(tool, search):
    tool.poll("alpha-1", "data one")
    tool.poll("b", "data two")
    first = search.passages(asked("data"), limit=1)
    assert texts(first + search.passages(asked("data"), before=first[0].id)) == ["data two", "data one"]


def test_traces_say_first_and_last_by_source(tool, search, world):
    tool.poll("alpha-1", "biometric data")
    tool.poll("alpha-1", "other data", at=world.start + DAY)
    tool.poll("b", "biometric gates", at=world.start + 2 * DAY)
    traces, whole = search.traces(asked("biometric"))
    assert [(t.source_id, t.passages, t.last_seen is None) for t in traces] == [("alpha-1", 1, False), ("b", 1, True)]
    assert whole


def test_entries_of_a_list_are_found(tool, search, world):
    order_text = world.text("List")
    tool.store.sources.make_due(["b"], world.start)
    order = tool.claim("b")
    look = world.look(order, "list")
    reading = replace(order_text, items=(Item("k", "Opinion on police drones", summary="of the authority"),))
    tool.store.polls.record(world.intent(order, replace(look, reading=reading)))
    assert texts(search.passages(asked("drones"))) == ["Opinion on police drones – of the authority"]


def test_words_that_nobody_sees_do_not_hide_a_word(tool, search):
    tool.poll("alpha-1", "bio\u200bmet\u00adric \u202eda\u202cta")
    assert texts(search.passages(asked("biometric data"))) == ["biometric data"]


@pytest.mark.parametrize(
    "typed", ['"', "(", "a AND", "NEAR(", "*", "-", "source_id:", "{text}", "a\x00b", "' OR 1", "^x"]
)
def test_nothing_that_is_typed_is_an_error(tool, search, typed):
    tool.poll("alpha-1", "a b x or 1")
    question = asked(typed)
    assert len(search.passages(question)) <= 1
    assert search.changes(question) == ()
    assert search.traces(question)[1]


def test_changes_are_found_by_the_words_they_brought_and_took(tool, search, world):
    tool.poll("alpha-1", changes=(world.change("alpha-1", "kept for two years"),), outcome=Outcome.CHANGED)
    assert [c.id for c in search.changes(asked("two"), side="added")] == [1]
    assert search.changes(asked("two"), side="removed") == ()
    assert [c.id for c in search.changes(asked("five"), side="removed", sources=["alpha-1"])] == [1]
    assert search.changes(asked("five"), sources=["b"]) == ()
    assert search.changes(asked("five"), before=1) == ()


def test_what_is_withheld_is_not_found(tool, search, path):
    tool.poll("alpha-1", "a name that must go")
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("INSERT INTO withheld (snapshot_id, reason, who, at) VALUES (1, 'a person', 'An', '2026-11-22')")
    assert search.passages(asked("name")) == ()
    assert search.traces(asked("name"))[0] == ()
    assert tool.store.series.withheld([1, 2]) == {1: "a person"}


# --- a database of an older program -----------------------------------------------------------------------------


def _as_of(revision, path, folder):
    """The same rows in a database with the tables of an earlier revision."""
    scripts = folder / "migrations"
    shutil.copytree(resources.bundled("db/migrations"), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (scripts / "versions").glob("*.py"):
        if script.name[:4] > revision:
            script.unlink()
    old = folder / "old.sqlite3"
    Database(old, migrations=scripts).close()
    with closing(sqlite3.connect(old)) as raw, raw:
        raw.execute("ATTACH ? AS now", (str(path),))
        names = [name for (name,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for name in names:
            if name in {"alembic_version", "sqlite_sequence"}:
                continue
            mine, now = ([row[1] for row in raw.execute(f"PRAGMA {db}.table_info('{name}')")] for db in ("main", "now"))
            both = ", ".join(f'"{column}"' for column in mine if column in now)
            raw.execute(f"INSERT INTO main.{name} ({both}) SELECT {both} FROM now.{name}")
    return old


@pytest.fixture
def older(tool, world, path, clock, tmp_path):
    """A database as the last version left it: two copies, a change, an event; opened by this one."""
    tool.follow("alpha-1")
    tool.poll("alpha-1", "kept five years")
    change = world.change("alpha-1", "kept for two years", topics=("policing",), at=world.start + DAY)
    held = Held("alpha-1", "clock", Reason("flicker"), world.start)
    tool.poll("alpha-1", "kept two years", at=world.start + DAY, changes=(change,), held=(held,),
              events=(world.event("alpha-1", at=world.start + DAY),), outcome=Outcome.CHANGED)  # fmt: skip
    tool.store.close()
    old = _as_of("0003", path, tmp_path)
    store = open_store(old, clock=clock)
    yield store
    store.close()


def test_an_older_database_gets_its_timeline_at_once(older):
    lines = older.timeline.page(Wanted(), older.timeline.sources())
    assert [(line.item, line.kind, line.severity.name) for line in lines] == [
        ("event:1", "moved", "SUBSTANTIVE"),
        ("change:1", "text", "SUBSTANTIVE"),
    ]


def test_an_older_database_is_read_on_for_the_search(older):
    assert older.search.passages(asked("years")) == ()
    assert read_on(older) == 3
    assert read_on(older) == 0
    assert [(f.text, f.last_seen is None) for f in older.search.passages(asked("years"))] == [
        ("kept two years", True),
        ("kept five years", False),
    ]
    assert [c.id for c in older.search.changes(asked("two"))] == [1]
    assert older.timeline.line("change:1").topics == ("policing",)
    assert [size.words for size in older.series.sizes("alpha-1")] == [3, 3]


def test_reading_on_ends_when_it_is_asked_to(older):
    assert read_on(older, lambda: True) == 0


def test_a_bug_that_one_copy_brings_out_costs_that_copy_alone(older, caplog):
    seen = []

    def broken_once(body, **facts):
        seen.append(body)
        if len(seen) == 1:
            raise RecursionError("too deep")
        return extract.read(body, **facts)

    read_on(older, read=broken_once)
    assert [size.words for size in older.series.sizes("alpha-1")] == [-1, 3]
    assert "left out of the search" in caplog.text
    assert read_on(older, read=broken_once) == 0


def test_a_copy_that_cannot_be_read_is_not_tried_again(older):
    with closing(sqlite3.connect(older.path)) as raw, raw:
        raw.execute("UPDATE body SET zstd = x'00'")
    read_on(older)
    assert [size.words for size in older.series.sizes("alpha-1")] == [-1, -1]
    assert read_on(older) == 0
