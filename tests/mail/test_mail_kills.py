"""From a stored change to a server's 250, killed on the way: told once, and sent at most once too often."""

import subprocess
import sys
from pathlib import Path

import pytest

WORK = '''
import asyncio, os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from monitor.clock import SteppedClock
from monitor.errors import FetchError, FetchKind
from monitor.mailing import Composer, deliver_pending
from monitor.messages import Renderer, Sender
from monitor.model import *

from monitor.store import open_store

START = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
folder, hours = Path(sys.argv[1]), int(sys.argv[2])
clock = SteppedClock(START)
store = open_store(folder / "m.sqlite3", clock=clock)
source = Source("s", "A source", "one", "https://s.example/", languages=("en",), footnotes=(140,))
if not store.subscribers.all():
    store.meta.set_once("first_start_at", START.isoformat())
    store.sources.sync(WatchList((Section("one", "One"),), (source,)), START)
    store.subscribers.add(Subscriber(0, "reader@example.org", created_at=START, urgent=False))
    order = store.polls.claim("s", START + timedelta(minutes=1), timedelta(minutes=5), "test")
    look = Look(0, source.url, FetchError(FetchKind.DNS, "no such name"))
    change = Change("s", ChangeKind.TEXT, Severity.MINOR, (Reason("words_added"),),
                    (Part(PartKind.ADDED, "", "new words"),), first_seen=START, confirmed_at=START + timedelta(hours=1))
    intent = PollIntent("s", order.token, order.trigger, START, START, Outcome.CHANGED, Reason("x"), (look,), 0, False,
                        Memory(), Health.OK, START + timedelta(days=9), Trigger.SCHEDULED, changes=(change,),
                        events=(Event("s", EventKind.BLOCKED, START + timedelta(hours=1)),),
                        finding=Finding("s", FindingKind.THERE, START))
    assert store.polls.record(intent)


class Log:
    """A mail server that keeps what it accepts."""

    def send(self, delivery):
        with open(folder / "taken", "ab") as file:
            file.write(delivery.message_id.encode() + b"\\t" + delivery.mime.hex().encode() + b"\\n")
            file.flush()
            os.fsync(file.fileno())
        return "250 ok"


composer = Composer(store, Renderer(Sender("watch@example.org")), ())
for hour in range(hours, hours + 30, 3):
    clock.set(START + timedelta(hours=hour))
    composer.compose_due(clock.now())
    asyncio.run(deliver_pending(store.outbox, Log(), clock))
told = store.outbox.untold(1)
print(len(told[0]) + len(told[1]), *(d.state for d in store.outbox.deliveries()))
'''


def work(folder, hours, crash_at=""):
    environment = {"PATH": "", "MONITOR_CRASH_AT": crash_at} if crash_at else {"PATH": ""}
    return subprocess.run(
        [sys.executable, "-c", WORK, str(folder), str(hours)],
        capture_output=True, text=True, timeout=120, check=False, env=environment, cwd=Path(__file__).parents[2],
    )  # fmt: skip


@pytest.mark.story
@pytest.mark.parametrize(
    ("point", "most"),
    [
        ("enqueue.before_commit:2", 1),
        ("settle.before_commit:2", 2),
    ],
)
def test_a_change_is_told_once_whatever_dies_on_the_way(tmp_path, point, most):
    killed = work(tmp_path, 0, point)
    assert killed.returncode == 137, killed.stderr
    after = work(tmp_path, 30)
    assert after.returncode == 0, after.stderr
    assert after.stdout.split() == ["0", "sent", "sent"]
    taken = [line.split("\t") for line in (tmp_path / "taken").read_text().splitlines()]
    by_name = {}
    for name, mime in taken:
        by_name.setdefault(name, []).append(mime)
    digest = [name for name, mimes in by_name.items() if b"new words" in bytes.fromhex(mimes[0])]
    assert len(by_name) == 2
    assert len(digest) == 1
    assert len(taken) <= 1 + most
    assert all(len(set(mimes)) == 1 for mimes in by_name.values())
