"""A disk that is full, a database that is locked, read-only, damaged, newer, or somebody else's."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import driver
import pytest

from monitor.store.locks import WriteLock

pytestmark = pytest.mark.slow

DAMAGED, BUSY, CONFIG = 74, 75, 78


def big(name, size=400_000):
    """A page that needs room: a comment of noise that no compression shrinks."""
    noise = random.Random(1).randbytes(size).hex()
    return b"<!-- " + noise.encode() + b" -->"


def raw(home):
    return sqlite3.connect(home.database, timeout=30, isolation_level=None)


@pytest.mark.story
def test_a_full_disk_ends_nothing_asks_nobody_and_mends_itself(home, web):
    home.watch("one", "two", "three", interval=60)
    home.warm()
    with closing(raw(home)) as ballast:
        ballast.execute("CREATE TABLE ballast AS SELECT randomblob(3000000) AS room")
        (pages,) = ballast.execute("PRAGMA page_count").fetchone()
    home.run_at(50)  # a lease lasts six seconds: longer than the disk is full
    home.change("one")
    web.pages["one.example"].body += big("one")
    process = home.start(max_pages=pages + 8)
    home.until(lambda: home.said("results cannot be written"), process)
    time.sleep(0.3)  # looks that were under way
    before = len(web.asked)
    assert home.store.history.polls(limit=1), "reading goes on"
    time.sleep(1.0)
    assert len(web.asked) == before
    assert process.exitcode is None
    with WriteLock(home.database.with_name(home.database.name + ".lock")).held(), closing(raw(home)) as ballast:
        ballast.execute("DROP TABLE ballast")
    home.until(home.store.history.changes, process)
    home.until(lambda: home.said("results are written again"), process)
    home.goes_on(process)
    home.stop(process)
    assert home.said("results cannot be written") == 1
    assert home.store.check() == ()
    assert claims_without_result(home) == 0


def hold(home, seconds):
    """Keep the database locked from this process, which is another than the daemon's."""
    with closing(raw(home)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("COMMIT")


def claims_without_result(home):
    return home.query("SELECT (SELECT sum(token) FROM source) - (SELECT count(*) FROM poll)")[0][0]


@pytest.mark.story
def test_a_database_locked_by_another_process_is_waited_for_and_no_result_is_lost(home):
    home.watch(*(f"s{n}" for n in range(6)), interval=120)
    process = home.start()
    home.until(home.polls, process)
    hold(home, 3)
    home.goes_on(process)
    home.stop(process)
    assert claims_without_result(home) == 0
    assert home.said("error") == 0, home.tail()


@pytest.mark.story
def test_a_database_locked_for_longer_than_anybody_waits_is_reported_once_and_no_result_is_lost(home):
    home.watch(*(f"s{n}" for n in range(6)), interval=60)
    home.warm()
    home.run_at(40)  # a lease lasts seven seconds: longer than the lock
    process = home.start(lock_wait=0.4)
    home.goes_on(process, 1)
    hold(home, 2)
    home.goes_on(process, 8)
    home.stop(process)
    assert claims_without_result(home) == 0
    assert home.said("results cannot be written") <= 1
    assert 1 <= home.said("trying again") <= 4, home.tail()


@pytest.mark.parametrize(("folder_mode", "said"), [(0o777, "read-only"), (0o555, "Cannot write beside the database")])
def test_a_database_that_is_read_only_is_refused_with_a_message(home, folder_mode, said):
    public = Path(tempfile.mkdtemp(prefix="read-only-home-"))
    try:
        public.chmod(0o755)
        database = public / "db" / "monitor.sqlite3"
        database.parent.mkdir()
        shutil.copy2(home.database, database)
        database.chmod(0o444)
        database.parent.chmod(folder_mode)
        home.watch("one")
        process = home.start(home=str(public), humble=True)
        assert home.exit_code(process) == CONFIG, home.tail()
        assert said in home.tail()
    finally:
        database.parent.chmod(0o755)
        shutil.rmtree(public)


def test_a_database_with_a_broken_header_is_refused_and_the_newest_backup_named(home, monitor_command):
    backup = home.store.backup()
    with home.database.open("r+b") as file:
        file.write(b"\xff" * 100)
    broken = home.database.read_bytes()
    shutil.copy(Path(driver.__file__).parents[2] / "sources.yaml", home.folder / "sources.yaml")
    done = monitor_command(home, "run")
    assert done.returncode == DAMAGED, done.stderr
    assert str(backup) in done.stderr
    assert "Traceback" not in done.stderr
    assert home.database.read_bytes() == broken


def spoil(home):
    """Overwrite the pages in the middle of the file, as a failing disk does."""
    size = home.database.stat().st_size
    with home.database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\x5a" * (size - 4096 * 4))


def test_a_database_with_damaged_pages_is_refused_at_the_start(home):
    home.watch("one", "two")
    home.warm()
    backup = home.store.backup()
    home.store.checkpoint()
    spoil(home)
    before = home.database.read_bytes()
    process = home.start()
    assert home.exit_code(process) == DAMAGED, home.tail()
    assert str(backup) in home.tail()
    assert home.said("daemon started") == 0
    assert home.database.read_bytes() == before


@pytest.mark.story
def test_damage_that_shows_while_it_runs_ends_the_daemon(home):
    home.watch("one", "two", interval=120)
    home.warm()
    process = home.start()
    home.goes_on(process, 2)
    home.store.checkpoint()
    spoil(home)
    assert home.exit_code(process) == DAMAGED, home.tail()
    assert "is damaged" in home.tail()


def test_a_second_daemon_ends_at_once_and_names_the_first(home, monitor_command):
    home.watch("one")
    process = home.start()
    home.until(lambda: home.said("daemon started"), process)
    done = monitor_command(home, "run")
    assert done.returncode == BUSY, done.stderr
    assert f"pid {process.pid} on " in done.stderr
    home.goes_on(process, 1)


def test_a_database_of_a_newer_program_is_refused(home, monitor_command):
    with closing(raw(home)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    done = monitor_command(home, "run")
    assert done.returncode == CONFIG, done.stderr
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr


WRITER = """
import pathlib, sys, time
from datetime import UTC, datetime
from monitor.clock import SystemClock
from monitor.model import Subscriber
from monitor.store import open_store
path, name, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for n in range(count):
    store = open_store(path, clock=SystemClock())
    who = store.subscribers.add(Subscriber(0, f"{name}{n}@example.org", paused=True))
    store.meta.set(f"{name}{n}", "written")
    store.sources.make_due(["s1", "s2"], datetime(2026, 1, 1, tzinfo=UTC))
    if n % 3 == 0:
        store.subscribers.forget(who.email)
    store.close()
"""


def hammer(home, checkout, count):
    """A daemon and two commands write at once; what each of them wrote is there."""
    home.watch(*(f"s{n}" for n in range(8)), interval=120)
    process = home.start()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home.database), name, str(count)],
            env={**os.environ, "PYTHONPATH": str(checkout)}, stderr=subprocess.PIPE, text=True,
        )
        for name in ("left", "right")
    ]  # fmt: skip
    failures = [writer.communicate(timeout=300)[1] for writer in writers]
    home.goes_on(process, 8)
    home.stop(process)
    assert failures == ["", ""]
    assert home.query("PRAGMA integrity_check") == [("ok",)]
    assert home.store.check() == ()
    emails = {subscriber.email for subscriber in home.store.subscribers.all()}
    for name in ("left", "right"):
        assert {f"{name}{n}@example.org" for n in range(count) if n % 3} <= emails
        assert all(home.store.meta.get(f"{name}{n}") == "written" for n in range(count))
    assert claims_without_result(home) == 0


@pytest.mark.story
def test_a_daemon_and_two_commands_write_at_once_and_nothing_is_lost(home, checkout):
    hammer(home, checkout, 40)


@pytest.mark.worst
def test_a_daemon_and_two_commands_write_for_half_a_minute_and_nothing_is_lost(home, checkout):
    hammer(home, checkout, 400)


FULL = """
import pathlib, resource, signal, sys
from monitor.clock import SystemClock
from monitor.errors import StorageError
from monitor.store import open_store
store = open_store(pathlib.Path(sys.argv[1]), clock=SystemClock())
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    store.backup()
except StorageError as error:
    print(error)
"""


def test_a_backup_that_finds_no_room_leaves_nothing_behind(home, checkout):
    done = subprocess.run([sys.executable, "-c", FULL, str(home.database)], env={"PYTHONPATH": str(checkout)},
                          capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert str(home.database) in done.stdout, done.stderr
    assert list((home.database.parent / "backups").glob("monitor-*")) == []


def test_what_a_kill_left_of_a_backup_is_swept_away_a_day_later(home):
    kept = home.store.backup()
    old, young = (kept.with_name(f"monitor-{name}Z.sqlite3.unfinished") for name in ("old", "young"))
    for half in (old, young):
        half.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    home.store.prune_backups(7)
    assert (kept.exists(), old.exists(), young.exists()) == (True, False, True)


@pytest.mark.story
def test_a_long_look_at_the_database_keeps_nobody_from_writing_not_even_the_daily_round(home):
    home.watch("one", interval=120)
    process = home.start()
    home.until(home.polls, process)
    with closing(raw(home)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM poll").fetchone()
        home.until(lambda: home.said("backup made"), process)
        begun = time.monotonic()
        home.goes_on(process)
        # The write lock would be held for its whole patience of a minute.
        assert time.monotonic() - begun < 30
    home.stop(process)
