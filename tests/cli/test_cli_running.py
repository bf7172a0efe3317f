"""`status`, `poll`, `run`: the main job, as it is started and asked after."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from monitor import resources
from monitor.cli import running
from monitor.clock import SystemClock
from monitor.model import DeliveryState
from monitor.store import daemon_lock, daemon_owner, open_store
from monitor.store.facts import BACKED_UP

UNREACHABLE = """\
version: 1
sections:
- id: laws
  title: Laws
  sources:
  - id: here
    name: This machine
    url: http://localhost:9/
  - id: there
    name: This machine again
    url: http://127.0.0.1:9/other
"""
"""Addresses that are refused before anything is asked: what is run on them stays on this machine."""
PLAYED = """\
version: 1
sections:
- id: laws
  title: Laws
  sources:
  - id: page
    name: A page
    url: http://www.played.example/page
  - id: gone
    name: A page that is not there
    url: http://www.played.example/gone
"""


@pytest.fixture
def alone(home):
    (home / "sources.yaml").write_text(UNREACHABLE)
    (home / "data" / "citations.yaml").unlink()
    return home


def test_status_of_a_home_that_was_never_started(monitor, home):
    done = monitor("status")
    assert (done.code, done.out) == (2, "not running: this home was never started\n")
    assert json.loads(monitor("status", "--json").out)["state"] == "not running"
    assert not (home / "db").exists()


def test_status_names_what_is_urgent_first(monitor, lived_in):
    done = monitor("status")
    assert done.code == 2
    assert done.out.startswith("not running; 1 mail undelivered since ")
    assert "; 1 source needs attention; 2 mails failed; no backup since " in done.out


def test_status_of_a_home_where_nothing_was_polled_yet(monitor, alone):
    (alone / "db").mkdir(exist_ok=True)
    (alone / "db/monitor.sqlite3").touch()
    assert monitor("status").out == "not running; nobody gets the digests: 0 sources, last look never\n"


def test_a_start_while_the_network_is_gone_says_why_nothing_is_looked_at(monitor, alone):
    (alone / "db").mkdir(exist_ok=True)
    store = open_store(alone / "db/monitor.sqlite3", clock=SystemClock())
    store.meta.set("offline_since", "2026-03-01T10:11:12.5+00:00")
    store.close()
    assert "network gone since 2026-03-01T10:11:12Z" in monitor("poll").err


def settle_everything(store):
    store.meta.set(BACKED_UP, store._clock.now().isoformat())
    for row in store.outbox.deliveries(states=[DeliveryState.FAILED, DeliveryState.DEAD]):
        store.outbox.retry(row.id, row.created_at)
    while claimed := store.outbox.claim(store._clock.now(), timedelta(minutes=1)):
        store.outbox.settle(claimed, DeliveryState.SENT, "250 ok", store._clock.now())


def test_status_needs_attention_when_it_runs_but_not_all_is_well(monitor, opened):
    settle_everything(opened)
    with daemon_lock(opened.path):
        done = monitor("status")
        assert (done.code, done.out.partition(":")[0]) == (1, "1 source needs attention")
        opened.meta.set("offline_since", "2026-11-22T00:00:00+00:00")
        opened.meta.set("watch_list_problem", "sources.yaml:3: nonsense")
        facts = json.loads(monitor("status", "--json").out)
    assert facts["state"] == (
        "our own network is gone; sources.yaml has a mistake (monitor check); 1 source needs attention"
    )
    assert facts["condition"] == "trouble"
    assert facts["running"].startswith(f"pid {os.getpid()} on ")
    assert facts["attention"] == ["senate-report"]


def test_status_is_well_when_all_is_well(monitor, opened):
    settle_everything(opened)
    text = (opened.path.parent.parent / "sources.yaml").read_text()
    assert "senate-report" in text
    with daemon_lock(opened.path):
        from monitor.config import parse

        watch_list = parse(text.encode(), "sources.yaml")
        kept = tuple(s for s in watch_list.sources if s.id != "senate-report")
        opened.sources.sync(type(watch_list)(watch_list.sections, kept), opened._clock.now())
        done = monitor("status")
    assert (done.code, done.out.partition(":")[0]) == (0, "well")


def test_poll_looks_at_what_is_due_and_prints_what_came_of_it(monitor, alone):
    done = monitor("poll")
    assert done.code == 0
    rows = {line.split()[0]: line for line in done.out.splitlines()[1:]}
    assert sorted(rows) == ["here", "there"]
    assert "failed" in rows["here"]
    assert monitor("poll").out == "Nothing was due. `monitor poll --all` looks all the same.\n"


@pytest.mark.slow
def test_poll_looks_at_the_sources_that_are_named(monitor, alone):
    monitor("poll")
    rows = json.loads(monitor("poll", "there", "--json").out)
    assert [(r["source"], r["outcome"]) for r in rows] == [("there", "failed")]
    assert [r["source"] for r in json.loads(monitor("poll", "--all", "--json").out)] == ["here", "there"]


def test_poll_of_unknown_sources_names_each_and_looks_at_none(monitor, alone):
    done = monitor("poll", "heer", "ther", "here")
    assert done.code == 78
    lines = [line for line in done.err.splitlines() if "warning" not in line]
    assert lines == [
        "heer: is not a source of this list (did you mean here?)",
        "ther: is not a source of this list (did you mean there?)",
    ]
    assert json.loads(monitor("sources", "here", "--json").out)[0]["looks"] == 0


def test_poll_with_a_broken_list_says_where_and_changes_nothing(monitor, alone):
    (alone / "sources.yaml").write_text(UNREACHABLE.replace("title: Laws", "titel: Laws"))
    done = monitor("poll")
    assert done.code == 78
    assert [line for line in done.err.splitlines() if line.startswith("sources.yaml:4: ")]
    assert json.loads(monitor("sources", "--json").out) == []


def test_a_poll_that_brings_something_is_told(home, played, capsys):
    (home / "sources.yaml").write_text(PLAYED)
    (home / "data" / "citations.yaml").unlink()
    page = b"<html><title>Policy</title><body><h1>Policy</h1><p>The ban stands for two years.</p></body></html>"

    async def look(app):
        app.take_over(app.load_watch_list(resources.sources_path(app.settings.home)))
        return await running._poll_once(app, [], everything=False, quiet=False)

    rows = {r["source"]: r for r in played({"/page": page}, look)}
    assert rows["page"]["outcome"] == "baseline"
    assert rows["gone"]["outcome"] == "bad"
    assert "baseline" in capsys.readouterr().out


@pytest.fixture
def daemon(alone, checkout, tmp_path):
    """Starts `monitor run` in a process of its own; gives the process once it is at work."""
    started = []

    def start(**variables):
        environment = {**os.environ, "PYTHONPATH": str(checkout), "MONITOR_HOME": str(alone), **variables}
        log = tmp_path / f"daemon{len(started)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "monitor", "run"], cwd=tmp_path, env=environment, stdout=file, stderr=file
            )
        started.append(process)
        asyncio.run(until(lambda: process.poll() is not None or "daemon started" in log.read_text()))
        return process, log

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(30)


async def until(condition):
    for _ in range(1200):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it never came to that")


@pytest.mark.slow
def test_a_second_daemon_names_the_first_and_a_polite_end_is_one(monitor, process, daemon, alone):
    first, log = daemon()
    assert first.poll() is None, log.read_text()
    owner = daemon_owner(alone / "db" / "monitor.sqlite3")
    second = process("run")
    assert second.code == 75
    assert f"pid {first.pid} on " in second.err
    assert owner in second.err
    assert json.loads(monitor("status", "--json").out)["running"] == owner
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    assert "daemon stopped" in log.read_text()
    assert daemon_owner(alone / "db" / "monitor.sqlite3") is None


@pytest.mark.slow
def test_the_daemon_does_not_start_on_a_broken_list(process, alone):
    (alone / "sources.yaml").write_text("version: 1\nsections: [\n")
    done = process("run")
    assert done.code == 78
    assert done.err.splitlines()[-1].startswith("sources.yaml:")
    assert "Traceback" not in done.err
