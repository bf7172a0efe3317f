"""Kills at named points, and many processes at once. Each kill is a process of its own that dies there."""

import pathlib
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from monitor.crash import STATUS, Trap
from monitor.model import DeliveryState
from monitor.store import open_store

pytestmark = pytest.mark.slow

PRELUDE = """
import pathlib, sys
sys.path.insert(0, sys.argv[2])
from conftest import START, LEASE, DAY, Tool, World
from datetime import timedelta
from monitor.clock import SteppedClock
from monitor.model import DeliveryState, Subscriber
from monitor.store import open_store
world = World()
tool = Tool(open_store(pathlib.Path(sys.argv[1]), clock=SteppedClock(START)), world, SteppedClock(START))
store = tool.store
"""
POLL = """
order = tool.claim("coc")
text = world.text("two years")
look = world.look(order, b"two years" * 30)
store.polls.record(world.intent(order, look, changes=(world.change("coc"),), told_text=text, current_text=text))
"""
COMPOSE = """
reader = store.subscribers.get("reader@example.org")
changes, _ = store.outbox.untold(reader.id)
items = [f"change:{c.id}" for c in changes]
store.outbox.enqueue(world.digest_order(reader, "2026-11-22"), items, [], world.outgoing("2026-11-22"), START)
"""
DELIVER = """
delivery = store.outbox.claim(START, LEASE)
pathlib.Path(sys.argv[3]).open("a").write(delivery.message_id)
store.outbox.settle(delivery, DeliveryState.SENT, "250", START)
"""


@pytest.fixture
def dies(run_python, path, request, tmp_path):
    """Runs a script on the database in a process that must die at the point named."""

    def run(script, crash_at):
        done = run_python(PRELUDE + script, path, request.path.parent, tmp_path / "wire", crash_at=crash_at)
        assert done.returncode == STATUS, done.stderr

    return run


@pytest.fixture
def lives(tool, tmp_path, monkeypatch):
    """Runs the same script here, to its end."""

    def run(script):
        monkeypatch.setattr(sys, "argv", ["", "", "", str(tmp_path / "wire")])
        names = {"tool": tool, "store": tool.store, "world": tool.world, "START": tool.world.start}
        exec(
            script, names | {"LEASE": tool.world.lease, "DeliveryState": DeliveryState, "pathlib": pathlib, "sys": sys}
        )

    return run


@pytest.fixture
def ready(tool):
    tool.follow("coc")
    tool.subscribe()
    return tool


def at(world, minutes):
    return world.start + timedelta(minutes=minutes)


def test_killed_before_the_claim_is_committed_the_source_is_still_due(ready, dies, world):
    dies(POLL, "claim.before_commit")
    assert [row.source_id for row in ready.store.polls.due(at(world, 1), 8)] == ["coc"]


def test_killed_after_the_claim_the_source_is_due_when_the_lease_ends(ready, dies, world):
    dies(POLL, "claim.after_commit")
    assert ready.store.polls.due(at(world, 1), 8) == ()
    assert [row.source_id for row in ready.store.polls.due(at(world, 1) + world.lease, 8)] == ["coc"]


@pytest.mark.parametrize("point", ["record.after_body", "record.before_commit"])
def test_killed_inside_a_record_nothing_of_it_is_there(ready, dies, world, point):
    dies(POLL, point)
    store = ready.store
    assert (store.history.snapshots("coc"), store.history.polls(), store.history.changes()) == ((), (), ())
    assert store.history.counts(world.start).bodies == 0
    assert store.check() == ()
    ready.claim("coc", at(world, 1) + world.lease)


def test_killed_after_a_record_the_change_reaches_one_digest(ready, dies, lives):
    dies(POLL, "record.after_commit")
    lives(COMPOSE)
    lives(COMPOSE)
    reader = ready.store.subscribers.get("reader@example.org")
    assert len(ready.store.history.changes()) == 1
    assert ready.store.outbox.untold(reader.id) == ((), ())
    assert len(ready.store.outbox.deliveries()) == 1


@pytest.mark.parametrize("point", ["enqueue.before_commit", "enqueue.after_commit"])
def test_killed_while_a_digest_is_made_there_is_one_in_the_end(ready, dies, lives, point):
    ready.tell("coc", changes=3)
    dies(COMPOSE, point)
    lives(COMPOSE)
    reader = ready.store.subscribers.get("reader@example.org")
    assert ready.store.outbox.untold(reader.id) == ((), ())
    assert len(ready.store.outbox.deliveries()) == 1


def test_killed_between_the_answer_and_its_note_the_same_message_goes_out_once_more(
    ready, dies, lives, world, tmp_path
):
    lives(COMPOSE)
    dies(DELIVER, "settle.before_commit")
    lives(DELIVER.replace("claim(START", "claim(START + LEASE"))
    message_id = world.outgoing("2026-11-22").message_id
    assert (tmp_path / "wire").read_text() == message_id * 2
    (row,) = ready.store.outbox.deliveries()
    assert row.state is DeliveryState.SENT


def test_killed_before_the_wire_is_touched_the_message_goes_out_once(ready, dies, lives, world, tmp_path):
    lives(COMPOSE)
    dies(DELIVER, "delivery.claimed")
    assert ready.store.outbox.claim(world.start, world.lease) is None
    lives(DELIVER.replace("claim(START", "claim(START + LEASE"))
    assert (tmp_path / "wire").read_text() == world.outgoing("2026-11-22").message_id


def test_killed_in_a_migration_the_next_start_completes_it(dies, path, clock):
    path.unlink()
    dies("", "migrate.middle")
    store = open_store(path, clock=clock)
    store.meta.set("k", "v")
    assert (store.meta.get("k"), store.check()) == ("v", ())
    store.close()


def test_the_trap_springs_at_the_asked_time():
    trap = Trap("record.before_commit:3")
    reached = [trap.springs("record.before_commit") for _ in range(4)]
    assert reached == [False, False, True, False]
    assert Trap("here").springs("elsewhere") is False
    assert Trap("").springs("here") is False
    assert Trap("here").springs("here") is True


HAMMER = """
name, rounds = sys.argv[4], int(sys.argv[5])
from monitor.model import HostRecord
made = 0
for n in range(rounds):
    now = START + timedelta(hours=1, seconds=n)
    for row in store.polls.due(now, 2):
        order = store.polls.claim(row.source_id, now, LEASE, name)
        if order is None:
            continue
        body = f"{name} {n} ".encode() * 40
        intent = world.intent(order, world.look(order, body), at=now, changes=(world.change(row.source_id, name),))
        assert store.polls.record(intent) is not None
        made += 1
        store.sources.make_due([row.source_id], now)
    store.hosts.put(HostRecord(f"{name}:{n}", robots_status=200))
    store.meta.set(name, str(n))
    if n % 10 == 0:
        store.checkpoint()
store.close()
print(made)
"""


def hammer(path, folder, checkout, rounds):
    """Three processes write at once. How many polls each of them recorded."""
    command = [sys.executable, "-c", PRELUDE + HAMMER, str(path), str(folder), "-"]
    processes = [
        subprocess.Popen(
            [*command, name, str(rounds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(checkout), "PATH": ""},
        )
        for name in ("one", "two", "three")
    ]
    made = {}
    for name, process in zip(("one", "two", "three"), processes, strict=True):
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        made[name] = int(out)
    return made


def lost_nothing(tool, made, rounds):
    store = tool.store
    counts = store.history.counts(tool.world.start)
    assert counts.polls == counts.changes == sum(made.values())
    changes = store.history.changes(limit=100_000)
    assert Counter(change.parts[0].new for change in changes) == Counter(made)
    tokens = Counter((poll.source_id, poll.token) for poll in store.history.polls(limit=100_000))
    assert set(tokens.values()) == {1}
    for name in made:
        assert store.meta.get(name) == str(rounds - 1)
        assert all(store.hosts.get(f"{name}:{n}").robots_status == 200 for n in range(rounds))
    assert store.bodies.verify() == ()
    assert store.check() == ()


def test_three_processes_write_at_once_and_nothing_is_lost(tool, path, request, checkout):
    tool.follow("a", "b", "c", "d")
    made = hammer(path, request.path.parent, checkout, 30)
    assert sum(made.values()) >= 30
    lost_nothing(tool, made, 30)


@pytest.mark.worst
def test_three_processes_write_for_half_a_minute_and_nothing_is_lost(tool, path, request, checkout, record_property):
    tool.follow("a", "b", "c", "d")
    made = hammer(path, request.path.parent, checkout, 600)
    lost_nothing(tool, made, 600)
    record_property("figure", f"three processes wrote {sum(made.values())} results at once: all there, none twice")
