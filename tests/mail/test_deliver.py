"""The outbox handed over: two clocks, nothing lost, nobody hammered. The outbox is the real one."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import SteppedClock
from monitor.errors import DeliveryError, DeliveryKind
from monitor.mailing import deliver_pending, wait_after
from monitor.mailing.deliver import GIVE_UP
from monitor.model import DeliveryState, DigestKind, DigestOrder, Outgoing, Subscriber
from monitor.store import open_store

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


class Server:
    """A mail server as the notifier sees it: `down` and `moods` (by recipient) decide what happens."""

    def __init__(self):
        self.sent, self.tries, self.probes = [], 0, 0
        self.down, self.locked, self.moods = False, False, {}

    def send(self, delivery):
        if self.down:
            raise DeliveryError(DeliveryKind.CHANNEL_DOWN, "connection refused")
        self.tries += 1
        if self.locked:
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, "535 no", code=535)
        if mood := self.moods.get(delivery.recipient):
            raise DeliveryError(mood, "some answer")
        self.sent.append(delivery)
        return "250 ok"

    def probe(self):
        self.probes += 1
        if self.down:
            raise DeliveryError(DeliveryKind.CHANNEL_DOWN, "connection refused")

    def describe(self):
        return "a server"


@pytest.fixture
def clock():
    return SteppedClock(START)


@pytest.fixture
def outbox(tmp_path, clock):
    store = open_store(Path(tmp_path) / "m.sqlite3", clock=clock)
    for name in ("one", "two", "three"):
        who = store.subscribers.add(Subscriber(0, f"{name}@example.org", created_at=START))
        order = DigestOrder(who, DigestKind.DIGEST, "2026-11-24", START - timedelta(days=1), START)
        message = Outgoing(who.email, "watch@example.org", "s", f"<{name}@example.org>", f"body of {name}".encode())
        assert store.outbox.enqueue(order, (), (), message, START)
    yield store.outbox
    store.close()


def states(outbox):
    return {row.recipient.partition("@")[0]: row.state for row in outbox.deliveries()}


def tick(outbox, server, clock, **more):
    return asyncio.run(deliver_pending(outbox, server, clock, jitter=lambda: 0.5, **more))


def for_a_while(outbox, server, clock, length, step=timedelta(seconds=5)):
    end = clock.now() + length
    while clock.now() < end:
        tick(outbox, server, clock)
        clock.advance(step)


def test_everything_pending_goes_out_in_order(outbox, clock):
    server = Server()
    done = tick(outbox, server, clock)
    assert (done.sent, done.channel) == (3, "up")
    assert [d.mime for d in server.sent] == [b"body of one", b"body of two", b"body of three"]
    assert tick(outbox, server, clock).sent == 0


def test_a_round_stops_when_asked_and_at_its_limit(outbox, clock):
    assert tick(outbox, Server(), clock, go_on=lambda: False).sent == 0
    assert tick(outbox, Server(), clock, limit=2).sent == 2


def test_a_server_that_is_down_is_probed_each_half_minute_and_no_message_counts(outbox, clock):
    server = Server()
    server.down = True
    for_a_while(outbox, server, clock, timedelta(minutes=10))
    assert 18 <= server.probes <= 20
    assert outbox.channel().state == "down"
    assert outbox.channel().since == START
    assert {row.attempts for row in outbox.deliveries()} == {0}
    server.down = False
    for_a_while(outbox, server, clock, timedelta(minutes=1))
    assert [d.recipient for d in server.sent] == ["one@example.org", "two@example.org", "three@example.org"]
    assert outbox.channel().state == "up"


@pytest.mark.slow
def test_a_refused_login_is_tried_once_a_quarter_of_an_hour_and_said_once(outbox, clock, caplog):
    server = Server()
    server.locked = True
    for_a_while(outbox, server, clock, timedelta(hours=2), timedelta(seconds=30))
    assert server.tries == 8
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
    assert outbox.channel().state == "paused"
    assert {row.attempts for row in outbox.deliveries()} == {0}
    server.locked = False
    for_a_while(outbox, server, clock, timedelta(minutes=16), timedelta(seconds=30))
    assert set(states(outbox).values()) == {DeliveryState.SENT}
    assert outbox.channel().state == "up"


def test_a_paused_channel_that_goes_down_still_does_not_log_in_sooner(outbox, clock):
    server = Server()
    server.locked = True
    tick(outbox, server, clock)
    clock.advance(timedelta(minutes=15))
    server.down = True
    tick(outbox, server, clock)
    server.down = False
    before = server.tries
    for_a_while(outbox, server, clock, timedelta(minutes=14), timedelta(seconds=10))
    assert server.tries == before + 1


def test_one_recipient_refused_leaves_the_other_two_delivered_once(outbox, clock):
    server = Server()
    server.moods["two@example.org"] = DeliveryKind.MESSAGE_REFUSED
    done = tick(outbox, server, clock)
    assert (done.sent, done.failed) == (2, 1)
    assert states(outbox) == {"one": DeliveryState.SENT, "two": DeliveryState.FAILED, "three": DeliveryState.SENT}
    for_a_while(outbox, server, clock, timedelta(hours=1), timedelta(minutes=5))
    assert len(server.sent) == 2


def test_a_temporary_refusal_backs_that_message_off_and_then_it_is_sent(outbox, clock):
    server = Server()
    server.moods["one@example.org"] = DeliveryKind.MESSAGE_LATER
    done = tick(outbox, server, clock)
    assert (done.sent, done.later) == (2, 1)
    first = next(row for row in outbox.deliveries() if row.recipient.startswith("one"))
    assert (first.state, first.attempts, first.next_try_at) == (DeliveryState.PENDING, 1, START + timedelta(minutes=1))
    server.moods.clear()
    for_a_while(outbox, server, clock, timedelta(minutes=2))
    assert states(outbox)["one"] is DeliveryState.SENT
    assert len(server.sent) == 3


@pytest.mark.slow
def test_a_message_that_is_never_taken_is_given_up_after_five_days(outbox, clock):
    server = Server()
    server.moods["one@example.org"] = DeliveryKind.MESSAGE_LATER
    for_a_while(outbox, server, clock, timedelta(days=4, hours=20), timedelta(minutes=30))
    assert states(outbox)["one"] is DeliveryState.PENDING
    for_a_while(outbox, server, clock, timedelta(days=2), timedelta(minutes=30))
    assert states(outbox)["one"] is DeliveryState.DEAD
    assert states(outbox)["two"] is DeliveryState.SENT


def test_a_message_dropped_without_an_answer_is_sent_again_with_the_same_name(outbox, clock):
    server = Server()
    seen = []

    class Swallowing(Server):
        def send(self, delivery):
            seen.append((delivery.message_id, delivery.mime))
            if len(seen) == 1:
                raise DeliveryError(DeliveryKind.MESSAGE_LATER, "closed the connection before it answered")
            return super().send(delivery)

    server = Swallowing()
    for_a_while(outbox, server, clock, timedelta(minutes=2))
    assert seen[0] == seen[-1]
    assert len(seen) == 4
    assert set(states(outbox).values()) == {DeliveryState.SENT}


def test_a_clock_set_back_does_not_hold_the_channel_shut(outbox, clock):
    server = Server()
    server.down = True
    clock.advance(timedelta(days=365))
    tick(outbox, server, clock)
    back = SteppedClock(START + timedelta(hours=1))
    server.down = False
    for_a_while(outbox, server, back, timedelta(minutes=1))
    assert server.probes == 1
    assert outbox.channel().state == "up"


def test_other_work_continues_while_a_server_is_slow(outbox, clock):
    class Slow(Server):
        def send(self, delivery):
            assert released.wait(20)
            return super().send(delivery)

    released, server = threading.Event(), Slow()

    async def both():
        async def others():
            await asyncio.sleep(0)
            released.set()

        done, _ = await asyncio.gather(deliver_pending(outbox, server, clock), others())
        return done

    assert asyncio.run(both()).sent == 3


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_waits_grow_to_six_hours_and_end_after_five_days(attempts, jitter):
    waits = [wait_after(n, jitter) for n in range(1, attempts + 1)]
    real = [w for w in waits if w is not None]
    assert real == sorted(real)
    assert all(timedelta(seconds=54) <= w <= timedelta(hours=6.6) for w in real)
    assert None not in waits[: len(real)]
    if len(real) < attempts:
        assert GIVE_UP * 0.9 <= sum(real, timedelta()) <= GIVE_UP * 1.2
