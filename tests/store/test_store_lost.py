"""A database that is missing, cut, emptied or replaced beside its backups; and which copies are never pruned."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.clock import SteppedClock
from monitor.errors import DamagedError
from monitor.store import never_made, newest_backup, open_store, restore

DAY = timedelta(days=1)


@pytest.fixture
def backup(tool):
    """A copy of a database with a history and three subscribers; the database is closed afterwards."""
    tool.follow("coc", "senate")
    tool.tell("coc", changes=2)
    tool.store.meta.set("first_start_at", "2026-11-22T07:00:00+00:00")
    for name in ("ann", "bert", "carla"):
        tool.subscribe(f"{name}@example.org")
    made = tool.store.backup()
    tool.store.close()
    return made


def rows(path, table="poll"):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def cut(path, _empty):
    path.write_bytes(b"")


def remove(path, _empty):
    path.unlink()


def halve(path, _empty):
    os.truncate(path, path.stat().st_size // 2)


def cut_within_the_header(path, _empty):
    os.truncate(path, 50)


def zero(path, _empty):
    path.write_bytes(bytes(path.stat().st_size))


def make_a_folder(path, _empty):
    path.unlink()
    path.mkdir()


def link_to_nowhere(path, _empty):
    path.unlink()
    path.symlink_to(path.parent / "not-mounted.sqlite3")


def replace_by_an_empty_one(path, empty):
    shutil.copy(empty, path)


def replace_by_one_without_tables(path, _empty):
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA user_version = 1")


SPOILT = [
    cut, remove, halve, cut_within_the_header, zero, make_a_folder, link_to_nowhere, replace_by_an_empty_one,
    replace_by_one_without_tables,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_database_that_went_away_beside_its_backups_is_refused_and_can_be_restored(
    backup, path, clock, empty_database, spoil
):
    spoil(path, empty_database)
    assert not never_made(path)
    for _ in range(2):  # the refusal itself leaves nothing behind that would count as a database
        with pytest.raises(DamagedError) as caught:
            open_store(path, clock=clock)
        assert f"monitor restore {backup}" in str(caught.value)
        assert caught.value.exit_code == 74
    restore(path, backup, clock.now())
    store = open_store(path, clock=clock)
    assert len(store.subscribers.all()) == 3
    assert len(store.history.changes()) == 2
    store.close()


@pytest.mark.parametrize("spoil", [cut, remove, replace_by_an_empty_one])
def test_it_is_begun_anew_once_the_copies_were_moved_away(backup, path, clock, empty_database, spoil):
    spoil(path, empty_database)
    with pytest.raises(DamagedError, match=r"To begin anew on purpose, move .*backups away"):
        open_store(path, clock=clock)
    backup.parent.rename(path.parent / "kept")
    store = open_store(path, clock=clock)
    assert store.check() == ()
    store.close()


def test_a_database_without_copies_whose_log_is_left_is_refused_too(path, clock):
    path.unlink()
    path.with_name(path.name + "-wal").write_bytes(b"frames")
    with pytest.raises(DamagedError, match="the file is missing"):
        open_store(path, clock=clock)


def test_a_home_that_was_never_started_is_new(tmp_path, clock):
    path = tmp_path / "db" / "monitor.sqlite3"
    assert never_made(path)
    open_store(path, clock=clock).close()
    assert not never_made(path)


def test_a_database_that_is_replaced_by_an_empty_one_while_it_is_open_is_not_written(
    tool, path, clock, empty_database, tmp_path
):
    tool.follow("coc")
    tool.poll("coc")
    tool.store.backup()
    tool.store.checkpoint()
    shutil.copy(empty_database, tmp_path / "fresh")
    (tmp_path / "fresh").replace(path)
    with pytest.raises(DamagedError, match="no history"):
        tool.store.meta.set("k", "v")
    assert rows(path, "meta") == 0


# --- which copies stay ------------------------------------------------------------------------------------------------


def daily(store, clock, path, days=30, keep=7, begin=lambda: None):
    for _ in range(days):
        clock.advance(DAY)
        begin()
        made = store.backup()
        stamp = clock.now().timestamp()
        os.utime(made, (stamp, stamp))
        store.prune_backups(keep)
    return {copy.name for copy in store.backups()}


@pytest.mark.slow
def test_thirty_rounds_over_a_database_begun_anew_do_not_cost_the_last_good_copy(
    backup, path, tool_for, clock, empty_database
):
    """As an older version, which did not refuse, would have gone on: with looks and readers of its own."""
    aside = backup.rename(path.parent / "aside")
    shutil.copy(empty_database, path)
    store = open_store(path, clock=SteppedClock(clock.now()))
    aside.rename(backup)
    later = tool_for(store)
    store.meta.set("first_start_at", "2026-12-01T07:00:00+00:00")
    later.follow("coc", "senate", "a", "b")
    left = daily(store, store._clock, path, begin=lambda: later.poll("coc"))
    store.close()
    assert backup.name in left
    assert len(left) == 8
    assert rows(backup, "subscriber") == 3
    # The one to restore is the one with the changes, not the one of yesterday.
    assert newest_backup(path) == backup


@pytest.mark.slow
@pytest.mark.parametrize("table", ["change", "poll", "subscriber"])
def test_thirty_rounds_after_rows_went_do_not_cost_the_last_copy_that_has_them(backup, path, clock, table):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DROP TRIGGER IF EXISTS timeline_keeps")
        name = "polled" if table == "poll" else table
        connection.execute(f"DELETE FROM {name} WHERE id > (SELECT min(id) FROM {name})")
        if table == "poll":
            connection.execute("DELETE FROM polled")
    store = open_store(path, clock=SteppedClock(clock.now()))
    left = daily(store, store._clock, path)
    store.close()
    assert backup.name in left


def test_where_nothing_went_the_seven_newest_are_kept_and_no_more(backup, path, clock):
    store = open_store(path, clock=SteppedClock(clock.now()))
    left = daily(store, store._clock, path, days=12)
    store.subscribers.forget("ann@example.org")
    assert backup.name not in left
    assert len(left) == 7
    # One reader who left keeps no copy with their address from going.
    assert not left & daily(store, store._clock, path, days=8)
    store.close()


def test_a_copy_that_cannot_be_read_is_not_the_one_to_restore(backup, path, clock):
    broken = backup.with_name("monitor-29990101T000000Z.sqlite3")
    broken.write_bytes(b"half a copy")
    assert newest_backup(path) == backup
