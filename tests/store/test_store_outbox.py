"""Digests and deliveries: every change reaches every subscriber exactly once, every message goes out."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import (
    ChangeKind,
    ChannelState,
    DeliveryState,
    DigestKind,
    Filters,
    Frequency,
    Held,
    Outcome,
    Reason,
    Severity,
    Subscriber,
)
from monitor.store import Period, Queue

MINUTE = timedelta(minutes=1)


def untold(tool, subscriber):
    changes, events = tool.store.outbox.untold(subscriber.id)
    return [f"change:{c.id}" for c in changes] + [f"event:{e.id}" for e in events]


def enqueue(tool, subscriber, window, items, *, skipped=(), message=True):
    order = tool.world.digest_order(subscriber, window)
    outgoing = tool.world.outgoing(window, subscriber.email) if message else None
    return tool.store.outbox.enqueue(order, items, skipped, outgoing, tool.world.start)


def send_one(tool, at, state=DeliveryState.SENT, **kwargs):
    delivery = tool.store.outbox.claim(at, tool.world.lease)
    assert tool.store.outbox.settle(delivery, state, "250 OK", at, **kwargs)
    return delivery


def test_a_told_change_is_untold_until_a_digest_has_it(tool):
    reader = tool.subscribe()
    tool.follow("coc")
    changes, events = tool.tell("coc", changes=2, events=1)
    assert untold(tool, reader) == changes + events
    assert enqueue(tool, reader, "2026-11-22", changes + events) is not None
    assert untold(tool, reader) == []


def test_a_change_committed_late_is_told_by_the_next_digest(tool, world):
    reader = tool.subscribe()
    tool.follow("coc")
    enqueue(tool, reader, "2026-11-22", [])
    tool.poll("coc", changes=(world.change("coc", at=world.start - timedelta(days=30)),))
    assert untold(tool, reader) == ["change:1"]


def test_changes_that_are_not_told_never_reach_a_digest(tool, world):
    reader = tool.subscribe()
    tool.follow("coc")
    silent = world.change("coc", told=False, severity=Severity.EDITORIAL)
    technical = world.change("coc", kind=ChangeKind.TECHNICAL)
    tool.poll("coc", changes=(silent, technical), events=(world.event("coc", told=False),))
    assert untold(tool, reader) == []


def test_what_was_told_before_is_not_told_to_a_new_subscriber(tool):
    tool.follow("coc")
    tool.tell("coc", changes=2, events=2)
    late = tool.subscribe("late@example.org")
    assert untold(tool, late) == []
    after, _ = tool.tell("coc")
    assert untold(tool, late) == after


def test_a_window_is_used_once(tool):
    reader = tool.subscribe()
    assert enqueue(tool, reader, "2026-11-22", []) is not None
    assert enqueue(tool, reader, "2026-11-22", []) is None
    assert tool.store.outbox.has_window(reader.id, "2026-11-22")
    assert not tool.store.outbox.has_window(reader.id, "2026-11-23")


def test_the_same_window_serves_every_subscriber(tool):
    one, two = tool.subscribe("one@example.org"), tool.subscribe("two@example.org")
    assert enqueue(tool, one, "2026-11-22", []) is not None
    assert enqueue(tool, two, "2026-11-22", []) is not None


def test_a_digest_composed_from_an_old_view_is_refused_whole(tool):
    reader = tool.subscribe()
    tool.follow("coc")
    first, _ = tool.tell("coc")
    second, _ = tool.tell("coc")
    assert enqueue(tool, reader, "now:1", first) is not None
    assert enqueue(tool, reader, "2026-11-22", first + second) is None
    assert untold(tool, reader) == second
    assert not tool.store.outbox.has_window(reader.id, "2026-11-22")


def test_skipped_items_are_done_with(tool):
    reader = tool.subscribe()
    tool.follow("coc")
    items, _ = tool.tell("coc", changes=2)
    enqueue(tool, reader, "2026-11-22", items[:1], skipped=items)
    assert untold(tool, reader) == []
    assert enqueue(tool, reader, "2026-11-23", [], skipped=items) is not None


def test_a_window_without_a_message_is_used_up_and_sends_nothing(tool, world):
    reader = tool.subscribe()
    assert enqueue(tool, reader, "2026-11-22", [], message=False) is not None
    assert tool.store.outbox.claim(world.start + MINUTE, world.lease) is None
    assert tool.store.outbox.has_window(reader.id, "2026-11-22")


def test_nothing_is_made_for_a_subscriber_who_left(tool):
    reader = tool.subscribe()
    tool.store.subscribers.forget(reader.email)
    assert enqueue(tool, reader, "2026-11-22", []) is None


def test_a_digest_of_thousands_of_items_is_made(tool):
    reader = tool.subscribe()
    items = [f"change:{n}" for n in range(2500)]
    assert enqueue(tool, reader, "2026-11-22", items) is not None
    assert enqueue(tool, reader, "2026-11-23", items[-1:]) is None


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.integers(1, 3), st.integers(-3, 3)),
        st.tuples(st.just("subscribe"), st.just(0), st.just(0)),
        st.tuples(st.just("compose"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("race"), st.integers(0, 2), st.integers(0, 2)),
    ),
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
@pytest.mark.slow
def test_in_any_order_each_change_reaches_each_subscriber_exactly_once(tool, world, operations):
    tool.follow("coc")
    run = len(tool.store.subscribers.all())
    readers, due, told = [], {}, {}

    def subscribe():
        nonlocal run
        run += 1
        reader = tool.subscribe(f"r{run}@example.org")
        readers.append(reader)
        due[reader.id], told[reader.id] = set(), Counter()

    def compose(reader, items, skipped=()):
        tool.times["windows"] = tool.times.get("windows", 0) + 1
        if enqueue(tool, reader, f"now:{tool.times['windows']}", items, skipped=skipped) is not None:
            told[reader.id].update([*items, *skipped])

    subscribe()
    for kind, first, second in operations:
        if kind == "commit":
            changes = tuple(world.change("coc", at=world.start + second * MINUTE) for _ in range(first))
            recorded = tool.poll("coc", changes=changes, events=(world.event("coc"),))
            made = {f"change:{n}" for n in recorded.change_ids} | {f"event:{n}" for n in recorded.event_ids}
            for known in due.values():
                known.update(made)
        elif kind == "subscribe":
            subscribe()
        elif kind == "compose":
            reader = readers[first % len(readers)]
            items = untold(tool, reader)
            compose(reader, items[: len(items) // 2] if second else items)
        else:
            # Two composers see the same items; the second one comes too late.
            reader = readers[first % len(readers)]
            items = untold(tool, reader)
            compose(reader, items)
            compose(reader, items[second:]) if items[second:] else None
    for reader in readers:
        compose(reader, untold(tool, reader))
        assert told[reader.id] == Counter(due[reader.id])
        assert untold(tool, reader) == []


def test_deliveries_go_out_oldest_first_with_their_frozen_bytes(tool, world):
    one, two = tool.subscribe("one@example.org"), tool.subscribe("two@example.org")
    enqueue(tool, one, "w1", [])
    enqueue(tool, two, "w2", [])
    first = tool.store.outbox.claim(world.start, world.lease)
    second = tool.store.outbox.claim(world.start, world.lease)
    message = world.outgoing("w1", "one@example.org")
    assert (first.recipient, first.mime, first.message_id) == ("one@example.org", message.mime, message.message_id)
    assert (first.sender, first.subject, first.attempts) == (message.sender, message.subject, 0)
    assert second.recipient == "two@example.org"
    assert tool.store.outbox.claim(world.start, world.lease) is None
    assert tool.store.outbox.message(first.id) == message.mime


def test_a_sent_message_is_not_sent_again(tool, world):
    enqueue(tool, tool.subscribe(), "w1", [])
    delivery = send_one(tool, world.start)
    assert tool.store.outbox.claim(world.start + timedelta(days=9), world.lease) is None
    (row,) = tool.store.outbox.deliveries()
    assert (row.id, row.state, row.answer, row.attempts) == (delivery.id, DeliveryState.SENT, "250 OK", 1)
    assert (row.settled_at, row.window, row.kind) == (world.start, "w1", DigestKind.DIGEST)


def test_an_expired_sending_lease_is_claimed_again_with_the_same_message(tool, world):
    enqueue(tool, tool.subscribe(), "w1", [])
    lost = tool.store.outbox.claim(world.start, world.lease)
    again = tool.store.outbox.claim(world.start + world.lease, world.lease)
    assert (again.id, again.mime, again.message_id) == (lost.id, lost.mime, lost.message_id)
    assert again.token == lost.token + 1
    assert tool.store.outbox.settle(lost, DeliveryState.FAILED, "550", world.start) is False
    assert tool.store.outbox.settle(again, DeliveryState.SENT, "250", world.start) is True
    assert tool.store.outbox.settle(again, DeliveryState.SENT, "250", world.start) is False


def test_a_put_off_message_waits_for_its_time(tool, world):
    enqueue(tool, tool.subscribe(), "w1", [])
    send_one(tool, world.start, DeliveryState.PENDING, next_try_at=world.start + 5 * MINUTE)
    assert tool.store.outbox.claim(world.start + 4 * MINUTE, world.lease) is None
    assert tool.store.outbox.claim(world.start + 5 * MINUTE, world.lease).attempts == 1


def test_a_message_put_off_before_the_clock_was_set_back_is_due(tool, world):
    enqueue(tool, tool.subscribe(), "w1", [])
    late = world.start + timedelta(days=365)
    send_one(tool, late, DeliveryState.PENDING, next_try_at=late + MINUTE)
    tool.store.outbox.claim(late + MINUTE, world.lease)
    assert tool.store.outbox.claim(world.start, world.lease).attempts == 1


def test_a_channel_that_is_down_counts_against_no_message(tool, world):
    enqueue(tool, tool.subscribe(), "w1", [])
    send_one(tool, world.start, DeliveryState.PENDING, count=False)
    assert tool.store.outbox.claim(world.start, world.lease).attempts == 0


def test_the_queue_is_told_in_figures(tool, world):
    reader = tool.subscribe()
    assert tool.store.outbox.pending(world.start) == Queue()
    for n in range(4):
        enqueue(tool, reader, f"w{n}", [])
    send_one(tool, world.start, DeliveryState.FAILED)
    send_one(tool, world.start, DeliveryState.DEAD)
    tool.store.outbox.claim(world.start, world.lease)
    now = world.start + 3 * MINUTE
    queue = tool.store.outbox.pending(now)
    assert queue == Queue(pending=1, sending=1, failed=1, dead=1, oldest=world.start, next_try_at=now)
    failed = tool.store.outbox.deliveries(states=[DeliveryState.FAILED, DeliveryState.DEAD])
    assert [row.state for row in failed] == [DeliveryState.DEAD, DeliveryState.FAILED]
    assert len(tool.store.outbox.deliveries(limit=3)) == 3


def test_a_failed_delivery_can_be_tried_again_by_hand(tool, world):
    enqueue(tool, tool.subscribe(), "w1", [])
    failed = send_one(tool, world.start, DeliveryState.FAILED)
    assert tool.store.outbox.retry(failed.id, world.start) is True
    assert tool.store.outbox.retry(failed.id, world.start) is False
    assert tool.store.outbox.claim(world.start, world.lease).attempts == 0


def test_the_channel_is_up_until_something_else_is_noted(store, world):
    assert store.outbox.channel() == ChannelState()
    down = ChannelState("down", world.start, world.start + MINUTE, "connection refused")
    store.outbox.set_channel(ChannelState("paused"))
    store.outbox.set_channel(down)
    assert store.outbox.channel() == down
    assert store.outbox.channel("other") == ChannelState()


def test_the_last_digest_of_some_kinds(tool, world):
    reader = tool.subscribe()
    kinds = [DigestKind.DIGEST, DigestKind.FIRST_REPORT]
    assert tool.store.outbox.last_digest(reader.id, kinds) is None
    early = replace(world.digest_order(reader, "first", DigestKind.FIRST_REPORT), covers_to=world.start - MINUTE)
    tool.store.outbox.enqueue(early, [], [], None, world.start)
    enqueue(tool, reader, "2026-11-22", [])
    urgent = world.digest_order(reader, "urgent:change:1", DigestKind.URGENT)
    tool.store.outbox.enqueue(replace(urgent, covers_to=world.start + MINUTE), [], [], None, world.start)
    assert tool.store.outbox.last_digest(reader.id, kinds) == ("2026-11-22", world.start)


def test_a_period_counts_looks_and_what_was_held_back(tool, world):
    tool.follow("a", "b")
    held = Held("a", "flicker", Reason("flicker"), world.start)
    tool.poll("a", held=(held, held))
    tool.poll("b")
    tool.poll("b", at=world.start + MINUTE, outcome=Outcome.OFFLINE)
    tool.poll("b", at=world.start + timedelta(days=1))
    covers = world.start, world.start + timedelta(days=1)
    assert tool.store.outbox.period(*covers) == Period(looks=2, sources=2, held_back=2, held_sources=1)


def test_a_subscriber_comes_back_as_they_were_added(tool, clock):
    filters = Filters(topics=("biometrics",), words=("gezichtsherkenning",), min_severity=Severity.SUBSTANTIVE)
    wanted = Subscriber(
        0, "Reader@Example.org", "nl", frequency=Frequency.WEEKLY, weekday=4, hour=6, filters=filters, urgent=False
    )
    added = tool.store.subscribers.add(wanted)
    assert added == replace(wanted, id=added.id, created_at=clock.now())
    assert tool.store.subscribers.get("reader@example.ORG") == added
    assert tool.store.subscribers.all() == (added,)
    assert tool.store.subscribers.get("nobody@example.org") is None


def test_an_address_is_subscribed_once(tool):
    tool.subscribe("reader@example.org")
    with pytest.raises(ConfigError, match="already"):
        tool.subscribe("READER@example.org")


def test_a_subscriber_can_be_changed(tool):
    reader, other = tool.subscribe(), tool.subscribe("other@example.org")
    wanted = replace(reader, email="new@example.org", language="fr", paused=True)
    assert tool.store.subscribers.update(wanted) is True
    assert tool.store.subscribers.get("new@example.org") == wanted
    with pytest.raises(ConfigError, match="already"):
        tool.store.subscribers.update(replace(wanted, email=other.email))
    assert tool.store.subscribers.update(replace(wanted, id=99, email="x@example.org")) is False


def test_a_forgotten_subscriber_leaves_nothing_behind(tool, world):
    reader, other = tool.subscribe(), tool.subscribe("other@example.org")
    tool.follow("coc")
    items, _ = tool.tell("coc")
    enqueue(tool, reader, "w1", items)
    enqueue(tool, other, "w1", items)
    claimed = tool.store.outbox.claim(world.start, world.lease)
    assert tool.store.subscribers.forget("READER@example.org") is True
    assert tool.store.subscribers.forget("reader@example.org") is False
    assert tool.store.outbox.settle(claimed, DeliveryState.SENT, "250", world.start) is False
    assert [row.recipient for row in tool.store.outbox.deliveries()] == ["other@example.org"]
    assert untold(tool, other) == []
