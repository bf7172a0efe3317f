"""Power loss: the files as they lie on the disk at any moment, copied, are a sound database with all that was promised.

A writing process is stopped in the middle of whatever it does (SIGSTOP: no clean-up, and nothing moves while its files
are copied, as in a snapshot of a virtual machine), its files are copied, and it goes on. What the process had been told
was committed it noted in a file of its own: that must be in the copy. Then the end of the copied log is torn off, as a
disk does that had not written its last sectors: what was committed before is still there.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from monitor.store import open_store

WRITER = """
import pathlib, sys
sys.path.insert(0, sys.argv[2])
from conftest import START, Tool, World
from monitor.clock import SteppedClock
from monitor.model import Subscriber
from monitor.store import open_store
world = World()
tool = Tool(open_store(pathlib.Path(sys.argv[1]), clock=SteppedClock(START)), world, SteppedClock(START))
reader = tool.store.subscribers.get("reader@example.org")
promised = open(sys.argv[3], "a", buffering=1)
for n in range(100_000):
    tool.poll("coc", f"version {n} ".encode() * 2000, changes=(world.change("coc", f"{n} years"),))
    order = world.digest_order(reader, f"w{n}")
    assert tool.store.outbox.enqueue(order, [f"change:{n + 1}"], [], world.outgoing(f"w{n}"), START)
    print(n, file=promised)
    if n % 7 == 0:
        tool.store.checkpoint()
"""


@pytest.fixture
def writer(tool, path, request, checkout, tmp_path):
    """A process that records changes and puts digests into the outbox, and the file of what it was promised."""
    tool.follow("coc")
    tool.subscribe()
    tool.store.close()
    promised = tmp_path / "promised"
    command = [sys.executable, "-c", WRITER, str(path), str(request.path.parent), str(promised)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(checkout)})
    yield process, promised
    process.kill()
    process.wait()


def until(condition, process):
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("the writer does not write")


def snapshot(process, path, folder):
    """The files of the database while nothing moves."""
    folder.mkdir()
    os.kill(process.pid, signal.SIGSTOP)
    try:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        for name in (path.name, path.name + "-wal"):
            if path.with_name(name).exists():
                shutil.copy2(path.with_name(name), folder / name)
    finally:
        os.kill(process.pid, signal.SIGCONT)
    return folder / path.name


def outbox(copy, clock):
    """The windows of the digests in a copy, opened as the next start does, and whether all of it is sound."""
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(open_store(copy, clock=clock)) as store:
        assert store.check() == ()
        assert store.bodies.verify() == ()
        rows = store.outbox.deliveries(limit=1_000_000)
        assert all(store.outbox.message(row.id) for row in rows)
        return [int(row.window.removeprefix("w")) for row in rows]


def tear(copy, chance):
    """The last pages of the log are missing, the last one that is left is half old."""
    log = copy.with_name(copy.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > 8192:
        with log.open("r+b") as file:
            file.truncate(size - chance.randrange(1, 8192))


def noted(promised):
    return promised.read_text().count("\n") if promised.exists() else 0


def lose_power(writer, path, clock, tmp_path, times):
    """The figures of so many copies."""
    process, promised = writer
    chance, digests, torn_off = random.Random(times), 0, 0
    for turn in range(times):
        before = noted(promised)
        until(lambda so_far=before: noted(promised) > so_far, process)
        time.sleep(chance.uniform(0, 0.05))
        known = noted(promised)
        copy = snapshot(process, path, tmp_path / f"copy{turn}")
        torn = tmp_path / f"torn{turn}"
        shutil.copytree(copy.parent, torn)
        found = outbox(copy, clock)
        assert set(range(known)) <= set(found)
        assert len(found) == len(set(found))
        tear(torn / path.name, chance)
        left = outbox(torn / path.name, clock)
        # A prefix of the history: nothing from the middle is gone, nothing half is there.
        assert sorted(left) == list(range(len(left)))
        assert len(found) - len(left) <= 3
        digests, torn_off = len(found), torn_off + len(found) - len(left)
    return (
        f"{times} copies in the middle of a write, and {times} with the log torn: all sound, of {digests} digests "
        f"committed at the last none missing, {torn_off} that the torn logs had no more"
    )


@pytest.mark.slow
def test_files_copied_in_the_middle_of_a_write_hold_all_that_was_promised(
    writer, path, clock, tmp_path, record_property
):
    record_property("figure", lose_power(writer, path, clock, tmp_path, 4))


@pytest.mark.worst
def test_files_copied_forty_times_in_the_middle_of_a_write_hold_all_that_was_promised(
    writer, path, clock, tmp_path, record_property
):
    record_property("figure", lose_power(writer, path, clock, tmp_path, 40))


def test_every_commit_reaches_the_disk_before_it_is_promised(store):
    """What SIGSTOP cannot show: sqlite.org/pragma.html#pragma_synchronous, FULL syncs the log at each commit."""
    with store._database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
