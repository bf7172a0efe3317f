"""Mail, webhooks and chats out of one outbox: beside each other, each in its order, nothing lost, no secret kept."""

import asyncio
import logging
import sqlite3
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest

from monitor.errors import DeliveryError, DeliveryKind, StorageError
from monitor.logs import Mask
from monitor.mailing import Post
from monitor.messages import Templates
from monitor.model import DeliveryState, DigestKind, DigestOrder, Medium, Outgoing, Subscriber
from monitor.store import open_store

HOUR = timedelta(hours=1)
SECRET = "canary-Password-1"


class Other:
    """The other side of one way out: `mood` is what it answers with, None: it takes everything."""

    def __init__(self):
        self.sent, self.tries, self.probes, self.mood, self.gate = [], 0, 0, None, None

    def send(self, delivery):
        self.tries += 1
        if self.gate is not None:
            assert self.gate.wait(20)
        if self.mood:
            raise DeliveryError(**self.mood)
        self.sent.append(delivery.mime.decode())
        return f"250 taken, and your password is {SECRET}"

    def probe(self):
        self.probes += 1
        if self.mood and self.mood["kind"] is DeliveryKind.CHANNEL_DOWN:
            raise DeliveryError(**self.mood)

    def describe(self):
        return "somebody"


def refusing(kind, answer="no", **more):
    return {"kind": kind, "answer": answer, **more}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.sqlite3"


@pytest.fixture
def world(path, clock):
    """Three subscribers – by mail, webhook and chat – with two messages each, and whoever is at the other end."""
    made = SimpleNamespace(clock=clock, others={})
    made.mail = made.others["mail"] = Other()

    def open_again():
        made.store = open_store(path, clock=clock)
        made.post = Post(
            store=made.store, clock=clock, notifier=made.mail, templates=Templates(), sender="W <watch@example.org>",
            contact="", citations=(), reach=lambda reader: made.others.setdefault(reader.email, Other()),
            clean=Mask([SECRET]).clean,
        )  # fmt: skip

    def round_():
        return asyncio.run(made.post.deliver())

    def for_a_while(length, step=timedelta(seconds=30)):
        end = clock.now() + length
        while clock.now() < end:
            round_()
            clock.advance(step)

    def queue(reader, word):
        order = DigestOrder(reader, DigestKind.DIGEST, word, clock.now() - HOUR, clock.now())
        message = Outgoing(
            reader.email, "watch@example.org", "s", f"<{word}.{reader.id}@x>", word.encode(), reader.channel
        )
        assert made.store.outbox.enqueue(order, (), (), message, clock.now())

    made.open_again, made.round, made.for_a_while, made.queue = open_again, round_, for_a_while, queue
    open_again()
    readers = (
        Subscriber(0, "an@example.org"), Subscriber(0, "desk", medium=Medium.WEBHOOK, url="https://hooks.example.org/in"),
        Subscriber(0, "team", medium=Medium.CHAT),
    )  # fmt: skip
    made.readers = {reader.email: made.store.subscribers.add(reader) for reader in readers}
    for word in ("one", "two"):
        for reader in made.readers.values():
            queue(reader, word)
    made.others |= {"desk": Other(), "team": Other()}
    yield made
    made.store.close()


def states(world, name):
    number = world.readers[name].id
    return [row.state for row in reversed(world.store.outbox.deliveries(99, subscriber_id=number))]


def test_each_way_gets_its_own_messages_in_order(world):
    assert world.round().sent == 6
    assert [other.sent for other in world.others.values()] == [["one", "two"]] * 3
    assert world.round().sent == 0


def test_a_receiver_that_hangs_keeps_nobody_else_waiting_not_even_in_later_rounds(world):
    desk = world.others["desk"]
    desk.gate = gate = threading.Event()

    async def rounds():
        first = await world.post.deliver(patience=0.0)
        for _ in range(2000):  # the chat is through soon
            if len(world.post.busy) == 1:
                break
            await asyncio.sleep(0.01)
        world.queue(world.readers["an@example.org"], "three")
        second = await world.post.deliver(patience=0.0)
        assert len(world.post.busy) == 1
        gate.set()
        return first, second, await world.post.deliver()

    first, second, third = asyncio.run(rounds())
    assert first.sent + second.sent + third.sent == 7
    assert (first.channel, third.sent >= 2) == ("up", True)
    assert world.mail.sent == ["one", "two", "three"]
    assert desk.sent == world.others["team"].sent == ["one", "two"]
    assert world.post.busy == set()


def test_many_receivers_that_hang_take_no_thread_from_mail(world):
    gate = threading.Event()
    for number in range(12):
        hook = Subscriber(0, f"hook{number}", medium=Medium.WEBHOOK, url=f"https://hooks.example.org/{number}")
        reader = world.store.subscribers.add(hook)
        world.others[hook.email] = other = Other()
        other.gate = gate
        world.queue(reader, "one")

    async def rounds():
        first = await world.post.deliver(patience=0.0)
        world.queue(world.readers["an@example.org"], "three")
        second = await world.post.deliver(patience=0.0)
        gate.set()
        return first, second, await world.post.deliver()

    first, second, third = asyncio.run(rounds())
    assert world.mail.sent == ["one", "two", "three"]
    assert first.sent + second.sent + third.sent == 3 + 4 + 12
    assert [row.state for row in world.store.outbox.deliveries(99)] == [DeliveryState.SENT] * 19


def test_what_one_way_could_not_note_is_raised_when_all_have_ended(world, monkeypatch):
    def broken(*_, **__):
        raise StorageError("disk full")

    monkeypatch.setattr(world.post, "_others", lambda: [world.post.way(world.readers["desk"])])
    monkeypatch.setattr(world.others["desk"], "send", broken)
    with pytest.raises(StorageError, match="disk full"):
        world.round()
    assert world.mail.sent == ["one", "two"]


def test_a_mail_server_that_is_down_is_no_matter_of_the_webhook(world):
    world.mail.mood = refusing(DeliveryKind.CHANNEL_DOWN)
    done = world.round()
    assert (done.sent, done.channel) == (4, "down")
    assert [name for name, _ in world.store.outbox.shut()] == ["mail"]


def test_a_webhook_that_is_down_is_looked_at_each_half_minute_and_no_message_counts(world):
    desk = world.others["desk"]
    desk.mood = refusing(DeliveryKind.CHANNEL_DOWN, "refused the connection")
    world.for_a_while(timedelta(minutes=10))
    assert desk.tries == 1
    assert 17 <= desk.probes <= 20
    assert {row.attempts for row in world.store.outbox.deliveries(99) if row.channel != "mail"} == {0, 1}
    desk.mood = None
    world.for_a_while(timedelta(minutes=1))
    assert desk.sent == ["one", "two"]
    assert world.store.outbox.shut() == ()


@pytest.mark.slow
def test_gone_suspends_the_webhook_and_loses_nothing(world):
    desk = world.others["desk"]
    desk.mood = refusing(DeliveryKind.CHANNEL_GONE, "410 no more, please", code=410)
    world.for_a_while(timedelta(days=6), HOUR)
    reader = world.store.subscribers.get("desk")
    assert desk.tries == 1
    assert reader.waiting
    assert reader.suspended_reason == "410 no more, please"
    assert states(world, "desk") == [DeliveryState.PENDING] * 2
    queue = world.store.outbox.pending(world.clock.now())
    assert (queue.pending, queue.held, queue.oldest) == (0, 2, None)
    desk.mood = None
    world.store.subscribers.resume(reader.id)
    world.round()
    assert desk.sent == ["one", "two"]


@pytest.mark.slow
def test_who_asks_to_be_left_alone_for_an_hour_is_left_alone_also_after_a_restart(world):
    desk = world.others["desk"]
    desk.mood = refusing(DeliveryKind.MESSAGE_LATER, "429 slow down", code=429, retry_after=HOUR)
    world.round()
    desk.mood = None
    world.store.close()
    world.open_again()
    world.for_a_while(HOUR - timedelta(seconds=30))
    assert (desk.tries, desk.probes) == (1, 0)
    assert dict(world.store.outbox.shut())["webhook:2"].state == "resting"
    world.for_a_while(timedelta(minutes=2))
    assert desk.sent == ["one", "two"]
    assert world.store.outbox.shut() == ()


@pytest.mark.slow
def test_a_rest_that_seems_endless_was_asked_for_by_another_clock(world):
    desk = world.others["desk"]
    desk.mood = refusing(DeliveryKind.MESSAGE_LATER, "503", code=503, retry_after=timedelta(days=30))
    world.round()
    desk.mood = None
    world.for_a_while(timedelta(days=1, minutes=1), timedelta(minutes=10))
    assert sorted(desk.sent) == ["one", "two"]


@pytest.mark.slow
def test_a_webhook_that_never_recovers_gets_its_five_days_and_then_says_so(world, caplog):
    desk = world.others["desk"]
    desk.mood = refusing(DeliveryKind.MESSAGE_LATER, "500 sorry", code=500)
    world.for_a_while(timedelta(days=7), timedelta(minutes=30))
    assert states(world, "desk") == [DeliveryState.DEAD] * 2
    assert 36 <= desk.tries <= 80
    assert caplog.text.count("given up after five days") == 2


def test_one_message_that_is_refused_leaves_the_next_one_its_chance(world):
    desk = world.others["desk"]
    first = desk.send

    def once(delivery):
        desk.send = first
        raise DeliveryError(DeliveryKind.MESSAGE_REFUSED, "422 no", code=422)

    desk.send = once
    world.round()
    assert states(world, "desk") == [DeliveryState.FAILED, DeliveryState.SENT]


@pytest.mark.parametrize("how", ["paused", "suspended"])
def test_what_waits_for_somebody_who_is_paused_goes_out_when_they_resume(world, how):
    for reader in world.readers.values():
        if how == "paused":
            from dataclasses import replace

            world.store.subscribers.update(replace(reader, paused=True))
        else:
            world.store.subscribers.suspend(reader.id, "three messages came back", world.clock.now())
    assert world.round().sent == 0
    for reader in world.readers.values():
        world.store.subscribers.resume(reader.id)
    assert world.round().sent == 6


@pytest.mark.slow
def test_no_secret_that_comes_back_is_noted_anywhere(world, path, caplog):
    caplog.set_level(logging.INFO)
    kept = ""
    for kind in DeliveryKind:
        answer = f"{kind}: your password {SECRET.upper()} is wrong, I said {SECRET} " + "x" * 30 + SECRET[:9]
        for name in ("mail", "desk", "team"):
            world.others[name].mood = refusing(kind, answer)
            world.queue(world.readers["an@example.org" if name == "mail" else name], f"more {kind}")
        world.for_a_while(timedelta(minutes=40), timedelta(minutes=5))
        world.store.checkpoint()
        with sqlite3.connect(path) as raw:
            kept += "\n".join(raw.iterdump())
        for reader in world.readers.values():
            world.store.subscribers.resume(reader.id)
    for other in world.others.values():
        other.mood = None
    world.for_a_while(timedelta(hours=4), timedelta(minutes=15))  # what was blocked is tried again after three hours
    kept += "\n".join(row.answer for row in world.store.outbox.deliveries(99))
    for kind in DeliveryKind:
        assert f"{kind}: your password *** is wrong" in kept
    assert "taken, and your password is ***" in kept
    for where in (kept.casefold(), caplog.text.casefold()):
        assert SECRET.casefold() not in where
        assert SECRET[:9].casefold() not in where


def test_forgetting_leaves_no_byte_of_them_in_the_file(world, path):
    store, clock = world.store, world.clock
    words = b"the words of a message to nobody else, and an answer to it"
    an = world.readers["an@example.org"]
    order = DigestOrder(an, DigestKind.DIGEST, "private", clock.now() - HOUR, clock.now())
    message = Outgoing(an.email, "w@example.org", "s", "<p@x>", words * 400)
    store.outbox.enqueue(order, ("change:1",), (), message, clock.now())
    desk = world.others["desk"]
    desk.mood = refusing(DeliveryKind.CHANNEL_AUTH, "403 an answer about desk alone")
    world.round()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO inbox VALUES ('keyofabounce', '2026-11-24 06:00:00.000000', 'bounce', ?)", (an.id,))
    raw.close()
    store.checkpoint()
    whole = path.read_bytes()
    for there in (words, b"an@example.org", b"keyofabounce", b"an answer about desk alone", b"hooks.example.org/in"):
        assert there in whole
    assert store.subscribers.forget("an@example.org")
    assert store.subscribers.forget("desk")
    assert not store.subscribers.forget("desk")
    whole = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    for gone in (
        words[:30],
        b"an@example.org",
        b"keyofabounce",
        b"an answer about desk alone",
        b"hooks.example.org/in",
    ):
        assert gone not in whole
    assert [reader.email for reader in store.subscribers.all()] == ["team"]
    assert {row.subscriber_id for row in store.outbox.deliveries(99)} == {world.readers["team"].id}
    assert store.check() == ()
    world.queue(world.readers["team"], "three")
    assert world.round().sent >= 1


def test_forgetting_takes_letters_to_them_and_about_them_along(world, path):
    store, now = world.store, world.clock.now()
    long = "word " * 12 + "an@exa=\r\nmple.org came back"
    for number, (to, text) in enumerate((
        ("AN@example.org", "To: AN@example.org\r\n\r\nplease confirm"), ("me@example.org", long),
        ("me@example.org", "dan@example.org and an@example.org.nz came back"),
    )):  # fmt: skip
        letter = Outgoing(to, "watch@example.org", "s", f"<letter{number}@x>", text.encode())
        assert store.letters.post(letter, DigestKind.NOTICE, f"notice:{number}", now)
    store.subscribers.forget("an@example.org")
    store.checkpoint()
    left = [row.message_id for row in store.outbox.deliveries(99) if row.message_id.startswith("<letter")]
    assert left == ["<letter2@x>"]
    assert b"AN@example.org" not in path.read_bytes()
    assert b"please confirm" not in path.read_bytes()


def test_the_operator_is_told_of_a_webhook_that_refuses_and_of_one_that_is_gone(world):
    from monitor.mailing.deliver import Way, deliver_pending

    told = []
    desk = world.others["desk"]
    for kind in (DeliveryKind.CHANNEL_AUTH, DeliveryKind.CHANNEL_AUTH, DeliveryKind.CHANNEL_GONE):
        desk.mood = refusing(kind, "an answer")
        way = Way(desk, "webhook:2", tell=told.append, reader="desk")
        asyncio.run(deliver_pending(world.store.outbox, way, world.clock))
        world.clock.advance(timedelta(minutes=16))
    assert [(n.code, n.about, n.said, n.command) for n in told] == [
        ("way_paused", "desk", "an answer", "monitor webhook test desk"),
        ("way_gone", "desk", "an answer", "monitor subscribers resume desk"),
    ]


def test_the_state_of_a_channel_whose_subscriber_is_gone_is_not_kept(world):
    from monitor.model import ChannelState

    world.store.subscribers.forget("desk")
    world.store.outbox.set_channel(ChannelState("down", world.clock.now()), "webhook:2")
    assert world.store.outbox.shut() == ()


def test_a_new_address_starts_afresh(world):
    from dataclasses import replace

    world.others["desk"].mood = refusing(DeliveryKind.CHANNEL_AUTH, "404 not here")
    world.round()
    assert [name for name, _ in world.store.outbox.shut()] == ["webhook:2"]
    reader = world.store.subscribers.get("desk")
    world.store.subscribers.update(replace(reader, hour=9))
    assert [name for name, _ in world.store.outbox.shut()] == ["webhook:2"]
    world.store.subscribers.update(replace(reader, url="https://hooks.example.org/new"))
    assert world.store.outbox.shut() == ()
