"""What was found, read back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import EventKind, Health, Held, HostRecord, Outcome, Reason, Severity
from monitor.store import Counts

DAY = timedelta(days=1)


@pytest.fixture
def busy(tool, world):
    """Two sources: `a` with an editorial and a told change on the second day, `b` with one on the first."""
    tool.follow("a", "b")
    tool.poll("b", changes=(world.change("b", severity=Severity.CRITICAL),), outcome=Outcome.CHANGED)
    minor = world.change("a", severity=Severity.EDITORIAL, told=False, at=world.start + DAY)
    held = Held("a", "flicker", Reason("flicker"), world.start + DAY)
    events = (world.event("a", EventKind.GONE, at=world.start + DAY), world.event("a", EventKind.RETURNED, told=False))
    told = world.change("a", at=world.start + DAY)
    tool.poll("a", b"new", at=world.start + DAY, changes=(minor, told), held=(held,), events=events)
    return tool


def numbers(values):
    return [value.id for value in values]


def test_changes_come_newest_first(busy):
    assert numbers(busy.store.history.changes()) == [3, 2, 1]


def test_changes_can_be_chosen(busy, world):
    history = busy.store.history
    assert numbers(history.changes(source="a")) == [3, 2]
    assert numbers(history.changes(told=True)) == [3, 1]
    assert numbers(history.changes(told=False)) == [2]
    assert numbers(history.changes(min_severity=Severity.CRITICAL)) == [1]
    assert numbers(history.changes(since=world.start + DAY)) == [3, 2]
    assert history.change(99) is None


def test_a_list_goes_on_after_its_last_entry(busy):
    first = busy.store.history.changes(limit=2)
    assert numbers(first + busy.store.history.changes(limit=2, before_id=first[-1].id)) == [3, 2, 1]


def test_events_can_be_chosen(busy, world):
    history = busy.store.history
    assert numbers(history.events()) == [2, 1]
    assert numbers(history.events(kinds=[EventKind.GONE])) == [1]
    assert numbers(history.events(told=False)) == [2]
    assert numbers(history.events(since=world.start + DAY, source="a")) == [1]
    assert history.event(99) is None


def test_what_was_held_back_can_be_chosen(busy, world):
    history = busy.store.history
    assert numbers(history.held()) == [1]
    assert history.held("b") == ()
    assert history.held(since=world.start + 2 * DAY) == ()


def test_polls_are_listed_by_source_and_page(busy):
    history = busy.store.history
    assert [(p.id, p.source_id) for p in history.polls()] == [(2, "a"), (1, "b")]
    assert numbers(history.polls("b")) == [1]
    assert numbers(history.polls(before_id=2)) == [1]
    assert history.snapshot(99) is None


def test_the_store_in_figures(busy, world):
    counts = busy.store.history.counts(world.start + DAY + timedelta(minutes=1))
    assert counts == Counts(
        sources=2,
        by_health={Health.OK: 2},
        due=1,
        polls=2,
        polls_last_day=2,
        changes=3,
        told_changes=2,
        events=2,
        held=1,
        snapshots=2,
        bodies=2,
        body_bytes=len(b"<p>as it was</p>") + 3,
        stored_bytes=counts.stored_bytes,
        subscribers=0,
        last_poll_at=world.start + DAY + timedelta(minutes=1, seconds=1),
        next_poll_at=world.start + DAY + timedelta(minutes=1),
    )
    assert counts.stored_bytes > 0


def test_an_empty_store_in_figures(store, world):
    assert store.history.counts(world.start) == Counts()


def test_an_unknown_host_has_an_empty_record(store):
    assert store.hosts.get("www.example.be:443") == HostRecord("www.example.be:443")


def test_a_host_record_comes_back(store, world):
    record = HostRecord("a:443", world.start, 200, b"User-agent: *\nDisallow: /x", world.start)
    store.hosts.put(record)
    assert store.hosts.get("a:443") == record
    later = replace(record, not_before=world.start + DAY, robots_status=None, robots_body=b"")
    store.hosts.put(later)
    assert store.hosts.get("a:443") == later


@pytest.mark.parametrize("earlier", [None, timedelta(0)])
def test_a_wait_the_host_asked_for_is_not_shortened(store, world, earlier):
    until = world.start + DAY
    store.hosts.put(HostRecord("a:443", until))
    store.hosts.put(HostRecord("a:443", world.start + earlier if earlier is not None else None, 404))
    assert store.hosts.get("a:443") == HostRecord("a:443", until, 404)
