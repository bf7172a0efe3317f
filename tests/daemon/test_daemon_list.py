"""The watch list edited under a running daemon, hosts that want to be left alone, a network that is gone."""

import time
from datetime import timedelta

import pytest

from monitor.model import DigestKind, EventKind, Health, Outcome

pytestmark = pytest.mark.slow

LIST = """\
version: 1
defaults:
  interval: 1h
sections:
- id: s
  title: The section
  sources:
"""


def written(home, *names, tail=""):
    """Put sources.yaml in place, in one stroke as editors do."""
    entries = [
        f"  - id: {name}\n    name: The {name} code\n    watch: page\n    status: watch\n    url: http://{name}.example/\n"
        for name in names
    ]
    fresh = home.folder / "sources.yaml.new"
    fresh.write_text(LIST + "".join(entries) + tail)
    fresh.replace(home.folder / "sources.yaml")


def active(home):
    return {state.source.id for state in home.store.sources.all() if state.retired_at is None}


def test_a_broken_list_changes_nothing_is_reported_once_and_a_repaired_one_is_taken_over(home):
    home.run_at(4000)
    home.watch("one", "two", "three")
    written(home, "one", "two")
    process = home.start(follow=True, pace={"follow": 0.1}, environment={"MONITOR_CONTACT": "ops@example.org"})
    home.until(home.polls, process)
    assert active(home) == {"one", "two"}

    written(home, "one", "three", tail="  - id: one\n    nonsense: [\n")
    home.until(lambda: home.store.meta.get("watch_list_problem"), process)
    written(home, "one", "three", tail="  - id: one\n    nonsense: [\n")
    home.goes_on(process, 4)
    assert home.said("watch list not taken over") == 1
    assert "sources.yaml:" in home.store.meta.get("watch_list_problem")
    assert active(home) == {"one", "two"}
    told = home.store.outbox.deliveries()
    assert [(r.recipient, r.kind) for r in told if r.kind is DigestKind.NOTICE] == [("ops@example.org", "notice")]

    written(home, "one", "three")
    home.until(lambda: home.said("watch list taken over: 1 added, 0 changed, 1 retired, 0 back"), process)
    assert active(home) == {"one", "three"}
    home.until(lambda: home.store.history.polls(source="three"), process)
    home.until(lambda: not home.store.meta.get("watch_list_problem"), process)
    assert home.store.sources.get("two").health is Health.RETIRED
    looked_at_two = len(home.store.history.polls(source="two"))
    home.goes_on(process)
    assert len(home.store.history.polls(source="two")) == looked_at_two


def test_a_list_that_is_edited_right_after_the_start_is_not_missed(home):
    home.run_at(4000)
    home.watch("one", "two")
    written(home, "one")
    process = home.start(follow=True, pace={"follow": 0.1})
    home.until(lambda: "one" in active(home), process)
    written(home, "one", "two")
    assert home.until(lambda: active(home) == {"one", "two"}, process)


@pytest.mark.story
def test_a_list_that_is_not_there_for_a_moment_retires_nobody(home):
    home.run_at(4000)
    home.watch("one", "two")
    written(home, "one", "two")
    process = home.start(follow=True, pace={"follow": 0.1})
    home.until(lambda: home.said("daemon started"), process)
    (home.folder / "sources.yaml").unlink()
    home.until(lambda: home.store.meta.get("watch_list_problem"), process)
    written(home, "one", "two")
    home.until(lambda: not home.store.meta.get("watch_list_problem"), process)
    assert active(home) == {"one", "two"}


def test_a_broken_list_at_the_start_is_refused_with_its_line(home, monitor_command):
    written(home, "one", tail="  - id: two\n    nmae: x\n")
    done = monitor_command(home, "run")
    assert done.returncode == 78, done.stderr
    assert "sources.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.story
def test_a_host_that_asks_for_an_hour_is_left_alone_for_an_hour_also_after_restarts(home, web):
    home.watch("one", "busy", interval=120)
    home.warm()
    web.pages["busy.example"].status = 429
    web.pages["busy.example"].headers = {"Retry-After": "3600"}
    asked = len(web.asked_for("busy.example"))
    process = home.start()
    home.until(lambda: len(web.asked_for("busy.example")) > asked, process)
    home.until(lambda: home.store.hosts.get("busy.example:80").not_before, process)
    until = home.store.hosts.get("busy.example:80").not_before
    home.stop(process)
    count = sum(a.host == "busy.example" for a in web.asked)
    web.pages["busy.example"].status = 200

    home.run_at(50)  # forty minutes are enough for a slow machine
    home.jump(timedelta(minutes=20))
    process = home.start()
    home.goes_on(process, 1)
    home.stop(process)
    assert home.now() < until, "the test itself was too slow"
    assert sum(a.host == "busy.example" for a in web.asked) == count

    home.jump(until - home.now() + timedelta(minutes=5))
    process = home.start()
    home.until(lambda: len(web.asked_for("busy.example")) > asked + 1, process)


@pytest.mark.story
def test_without_a_network_nothing_counts_and_when_it_is_back_all_looks_are_due_within_a_minute(home, web):
    names = [f"s{n}" for n in range(6)]
    home.watch(*names, interval=3600)
    home.warm()
    memories = {state.source.id: state.memory for state in home.store.sources.all()}
    home.run_at(50)  # so that a slow start is no hour off, after which looks would be spread
    web.stop()
    home.store.sources.make_due(names, home.now())
    process = home.start()
    home.until(lambda: home.store.meta.get("offline_since"), process)
    time.sleep(1)
    offline = home.store.sources.all()
    assert {state.health for state in offline} == {Health.OK}
    assert {state.source.id: state.memory for state in offline} == memories
    assert home.store.history.events() == ()
    for state in offline:
        if state.last_outcome is Outcome.OFFLINE:
            assert state.next_poll_at - state.last_poll_at <= timedelta(minutes=1)
        else:
            assert state.next_poll_at <= home.now()

    web.start()
    home.until(lambda: not home.store.meta.get("offline_since"), process)
    back = home.now()
    home.until(lambda: all(s.last_outcome is Outcome.UNCHANGED for s in home.store.sources.all()), process)
    assert home.said("network gone") == home.said("network back") == 1
    assert [e for e in home.store.history.events() if e.kind is EventKind.UNREACHABLE] == []
    assert all(state.next_poll_at > back for state in home.store.sources.all())


@pytest.mark.story
def test_a_network_that_was_gone_before_the_start_is_noticed_as_well(home, web):
    home.watch("one", "two", interval=3600)
    web.stop()
    process = home.start()
    home.until(lambda: home.store.meta.get("offline_since"), process)
    web.start()
    assert home.until(lambda: {s.last_outcome for s in home.store.sources.all()} == {Outcome.BASELINE}, process)
