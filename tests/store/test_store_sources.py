"""The watch list as kept."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import Alternative, Health, Outcome, Role, Trigger, WatchAs, WatchList
from monitor.store import SyncReport

HOUR = timedelta(hours=1)


def test_the_first_reading_adds_every_source_and_the_sections(tool, world):
    report = tool.store.sources.sync(world.watch_list("a", "b"), world.start)
    assert report == SyncReport(added=("a", "b"))
    assert [s.source for s in tool.store.sources.all()] == [world.source("a"), world.source("b")]
    assert tool.store.sources.sections() == world.watch_list().sections


def test_the_same_list_again_changes_nothing(tool, world):
    tool.follow("a", "b")
    before = tool.store.sources.all()
    assert tool.store.sources.sync(world.watch_list("a", "b"), world.start + HOUR) == SyncReport()
    assert tool.store.sources.all() == before


def test_a_moved_line_is_no_change_of_a_source(tool, world):
    tool.follow("a")
    moved = replace(world.source("a"), line=77)
    assert tool.store.sources.sync(world.watch_list(moved), world.start) == SyncReport()
    assert tool.store.sources.get("a").source.line == 77


def test_a_source_that_left_the_list_is_retired_and_keeps_its_past(tool, world):
    tool.follow("a", "b")
    tool.poll("a")
    report = tool.store.sources.sync(world.watch_list("b"), world.start + HOUR)
    assert report == SyncReport(retired=("a",))
    state = tool.store.sources.get("a")
    assert (state.health, state.retired_at, state.next_poll_at) == (Health.RETIRED, world.start + HOUR, None)
    assert len(tool.store.history.polls("a")) == 1
    assert [s.source.id for s in tool.store.sources.all()] == ["b", "a"]
    assert tool.store.sources.make_due(["a"], world.start) == 0


def test_a_source_that_returns_goes_on_where_it_was(tool, world):
    tool.follow("a", "b")
    tool.poll("a")
    tool.follow("b")
    report = tool.store.sources.sync(world.watch_list("a", "b"), world.start + HOUR)
    assert report == SyncReport(returned=("a",))
    state = tool.store.sources.get("a")
    assert (state.health, state.retired_at, state.next_poll_at) == (Health.OK, None, world.start + HOUR)
    assert state.looks == 1


def test_a_source_retired_while_it_is_looked_at_stays_retired(tool, world):
    tool.follow("a", "b")
    order, other = tool.claim("a"), tool.claim("b")
    tool.follow()
    assert tool.store.polls.record(world.intent(order, world.look(order))) is not None
    assert tool.store.polls.fault(other, world.start, "bug") is True
    assert [s.next_poll_at for s in tool.store.sources.all()] == [None, None]


def test_a_shorter_interval_pulls_the_next_look_earlier(tool, world):
    tool.follow("a")
    tool.poll("a")
    polled = tool.store.sources.get("a").last_poll_at
    tool.follow(world.source("a", interval=timedelta(hours=6)), at=world.start + HOUR)
    assert tool.store.sources.get("a").next_poll_at == polled + timedelta(hours=6)


def test_a_longer_interval_leaves_the_next_look_where_it_is(tool, world):
    tool.follow("a")
    tool.poll("a")
    planned = tool.store.sources.get("a").next_poll_at
    tool.follow(world.source("a", interval=timedelta(days=7)), at=world.start + HOUR)
    assert tool.store.sources.get("a").next_poll_at == planned


def test_a_new_address_is_looked_at_now(tool, world):
    tool.follow("a")
    tool.poll("a")
    moved = world.source("a", url="https://elsewhere.example.be/")
    report = tool.store.sources.sync(world.watch_list(moved), world.start + HOUR)
    assert report == SyncReport(changed=("a",))
    (row,) = tool.store.polls.due(world.start + HOUR, 8)
    assert (row.host, tool.store.sources.get("a").next_trigger) == ("elsewhere.example.be:443", Trigger.MANUAL)


def test_a_poll_of_the_old_address_is_not_recorded_for_the_new_one(tool, world):
    tool.follow("a")
    order = tool.claim("a")
    tool.follow(world.source("a", url="https://elsewhere.example.be/"), at=world.start + HOUR)
    assert tool.store.polls.record(world.intent(order, world.look(order))) is None
    assert [row.source_id for row in tool.store.polls.due(world.start + HOUR, 8)] == ["a"]


def test_a_source_without_an_address_is_kept_and_never_due(tool, world):
    tool.follow(world.source("book", url=None), world.source("api", watch_as=WatchAs.API))
    assert tool.store.polls.due(world.start + HOUR, 8) == ()
    assert {s.health for s in tool.store.sources.all()} == {Health.NOT_WATCHED}


def test_a_source_that_gets_an_address_has_its_first_look(tool, world):
    tool.follow(world.source("book", url=None))
    tool.follow("book")
    assert tool.claim("book").trigger is Trigger.FIRST


def test_a_source_that_loses_its_address_is_no_longer_due(tool, world):
    tool.follow("a")
    tool.follow(world.source("a", url=None))
    assert tool.store.sources.get("a").next_poll_at is None


def test_make_due_brings_looks_forward_and_never_back(tool, world):
    tool.follow("a", "b")
    tool.poll("a")
    due_b = tool.store.sources.get("b").next_poll_at
    assert tool.store.sources.make_due(["a", "b", "unknown"], world.start + HOUR) == 2
    a, b = tool.store.sources.all()
    assert (a.next_poll_at, a.next_trigger) == (world.start + HOUR, Trigger.MANUAL)
    assert (b.next_poll_at, b.next_trigger) == (due_b, Trigger.FIRST)


def test_make_due_takes_a_time_of_another_zone(tool, world):
    from zoneinfo import ZoneInfo

    tool.follow("a")
    tool.poll("a")
    tool.store.sources.make_due(["a"], (world.start + HOUR).astimezone(ZoneInfo("Europe/Brussels")))
    assert tool.store.sources.get("a").next_poll_at == world.start + HOUR


def test_the_whole_definition_comes_back(tool, world):
    rich = world.source(
        "rich",
        languages=("nl", "fr"),
        footnotes=(144, 145),
        interval=timedelta(hours=6),
        alternatives=(Alternative("https://mirror.example.be", Role.MIRROR, "a note"),),
        selector="main",
        line=12,
    )
    tool.store.sources.sync(WatchList((), (rich,)), world.start)
    state = tool.store.sources.get("rich")
    assert (state.source, state.source.line) == (rich, 12)
    assert tool.store.sources.get("poor") is None


def test_the_state_says_how_the_source_stands(tool, world):
    tool.follow("a")
    fresh = tool.store.sources.get("a")
    assert (fresh.health, fresh.last_outcome, fresh.last_reason, fresh.looks) == (Health.NEW, None, None, 0)
    tool.poll("a")
    state = tool.store.sources.get("a")
    assert (state.health, state.last_outcome, state.last_reason.code) == (Health.OK, Outcome.UNCHANGED, "same_text")
    assert (state.looks, state.leased_until, state.address) == (1, None, "https://www.example.be/ai")
    assert state.last_good_at == state.last_poll_at == world.start + timedelta(seconds=61)
    assert state.memory.good_looks == 1
    assert state.last_poll_at.utcoffset() == timedelta(0)


def test_single_facts_are_kept_and_forgotten(store):
    assert store.meta.get("first_start_at") is None
    assert store.meta.set_once("first_start_at", "monday") == "monday"
    assert store.meta.set_once("first_start_at", "tuesday") == "monday"
    store.meta.set("offline_since", "noon")
    store.meta.set("offline_since", "one")
    assert store.meta.get("offline_since") == "one"
    store.meta.set("offline_since", None)
    assert store.meta.get("offline_since") is None
