"""Texts: what was read from the bytes comes back as it was, whatever it is built on."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import resources
from monitor.errors import DamagedError
from monitor.store import open_store
from monitor.store.engine import Database


def rows(path, sql, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(sql, values).fetchall()


@pytest.fixture
def told(tool, world):
    """Records texts of one source, one after the other; their hashes."""

    def record(*texts, source="coc"):
        tool.follow(source)
        hashes = []
        for text in texts:
            tool.poll(source, f"{source} {text.words}", told_text=text, current_text=text)
            hashes.append(tool.store.sources.get(source).told_text)
        return hashes

    return record


def versions(world, number):
    lines = [f"Article {n}: the controller keeps records for {n} years." for n in range(40)]
    for n in range(number):
        lines[n % 40] = f"Article {n % 40}: amended for the {n}th time."
        yield world.text(*lines)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=60), min_size=1, max_size=8), min_size=1, max_size=70))
def test_every_text_of_a_source_comes_back(tool, world, pages):
    source = f"s{len(tool.store.sources.all())}"
    tool.store.sources.sync(world.watch_list(*(s.source for s in tool.store.sources.all()), source), world.start)
    kept = {}
    for page in pages:
        text = world.text(*(line.encode("utf-8", "replace").decode() for line in page))
        tool.poll(source, "x", told_text=text, current_text=text)
        kept[tool.store.sources.get(source).told_text] = text
    assert {name: tool.store.texts.get(name) for name in kept} == kept
    assert tool.store.texts.verify() == ()


@pytest.mark.slow
def test_a_text_is_kept_as_what_it_differs_in(tool, world, told, path):
    hashes = told(*versions(world, 70))
    sizes = rows(path, "SELECT place, length(value) FROM text ORDER BY rowid")
    assert [place for place, _ in sizes] == [*range(64), *range(6)]
    assert max(size for place, size in sizes if place % 2) < min(size for place, size in sizes if not place) / 3
    assert [tool.store.texts.get(name) for name in hashes] == list(versions(world, 70))


def test_a_text_is_stored_once_whoever_shows_it(world, told, path):
    text = next(versions(world, 1))
    assert told(text, source="a") == told(text, source="b")
    assert rows(path, "SELECT count(*) FROM text") == [(1,)]


def test_a_damaged_base_is_named_with_all_that_stands_on_it_and_nothing_new_is_built_on_it(tool, world, told, path):
    texts = list(versions(world, 6))
    first = told(*texts[:4])
    other = told(world.text("another page " * 20), source="other")
    rows(path, "UPDATE text SET value = substr(value, 1, 30) WHERE hash = ?", first[0])
    assert set(tool.store.texts.verify()) == set(first)
    with pytest.raises(DamagedError, match=first[3]):
        tool.store.texts.get(first[3])
    assert tool.store.texts.get(other[0]).text.startswith("another page")
    fresh = told(*texts[4:])
    assert [tool.store.texts.get(name) for name in fresh] == texts[4:]


def test_a_text_swapped_for_another_is_noticed(tool, world, told, path):
    (name,) = told(world.text("what was said"))
    (other,) = told(world.text("what was never said"), source="other")
    rows(path, "UPDATE text SET value = (SELECT value FROM text WHERE hash = ?) WHERE hash = ?", other, name)
    with pytest.raises(DamagedError, match="no longer what was stored"):
        tool.store.texts.get(name)


def test_texts_of_an_earlier_version_are_what_new_ones_are_built_on(tool, world, told, path, clock, tmp_path):
    texts = list(versions(world, 3))
    hashes = told(texts[0])
    tool.store.close()
    old = _before_chains(path, tmp_path)
    with closing(open_store(old, clock=clock)) as store:
        assert store.texts.get(hashes[0]) == texts[0]
        built = store.texts.prepare("coc", texts[1])
        assert (built.base_hash, built.place) == (hashes[0], 1)


def _before_chains(path, folder):
    """The same rows in a database of schema 0006."""
    scripts = folder / "migrations"
    shutil.copytree(resources.bundled("db/migrations"), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (scripts / "versions").glob("*.py"):
        if script.name[:4] > "0006":
            script.unlink()
    old = folder / "old.sqlite3"
    Database(old, migrations=scripts).close()
    with closing(sqlite3.connect(old)) as raw, raw:
        raw.execute("ATTACH ? AS now", (str(path),))
        for name in ("section", "source", "text"):
            mine = ", ".join(f'"{row[1]}"' for row in raw.execute(f"PRAGMA main.table_info('{name}')"))
            raw.execute(f"INSERT INTO main.{name} ({mine}) SELECT {mine} FROM now.{name}")
    return old


def test_a_damaged_text_is_said_to_be_damaged(tool, world, path):
    tool.follow("coc")
    text = world.text("words " * 200)
    tool.poll("coc", told_text=text, current_text=text)
    text_hash = tool.store.sources.get("coc").told_text
    rows(path, "UPDATE text SET value = substr(value, 1, 30)")
    with pytest.raises(DamagedError, match=text_hash):
        tool.store.texts.get(text_hash)
