"""What is due becomes one frozen message each, whatever the store holds and however the clock behaves."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from monitor.clock import SteppedClock
from monitor.errors import DeliveryError, DeliveryKind
from monitor.mailing import Composer, Post, first_report_due
from monitor.mailing.compose import DOCUMENTS_WAIT
from monitor.messages import Templates
from monitor.model import (
    ChannelState,
    Delivery,
    DeliveryState,
    DigestKind,
    Document,
    DocumentState,
    Filters,
    Finding,
    FindingKind,
    Frequency,
    Severity,
)
from monitor.windows import FIRST

MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


class FakeOutbox:
    """digest, digest_item and delivery in memory, with the store's two UNIQUE rules."""

    def __init__(self, world):
        self.world, self.digests, self.items, self.messages = world, [], {}, []
        self.state, self.settled = ChannelState(), []

    def untold(self, subscriber_id):
        def waits(item, kind):
            return (subscriber_id, f"{kind}:{item.id}") not in self.items

        changes = tuple(c for c in self.world.changes if c.told and waits(c, "change"))
        return changes, tuple(e for e in self.world.events if e.told and waits(e, "event"))

    def period(self, covers_from, covers_to):
        assert covers_from <= covers_to
        return SimpleNamespace(looks=self.world.looks, sources=1, held_back=2, held_sources=1)

    def last_digest(self, subscriber_id, kinds):
        found = [o for o, _ in self.digests if o.subscriber.id == subscriber_id and o.kind in kinds]
        return (found[-1].window, found[-1].covers_to) if found else None

    def has_window(self, subscriber_id, window):
        return any(o.subscriber.id == subscriber_id and o.window == window for o, _ in self.digests)

    def enqueue(self, order, items, skipped, message, now):
        if self.has_window(order.subscriber.id, order.window):
            return None
        for key in items:
            assert (order.subscriber.id, key) not in self.items, "told twice"
        self.items |= {(order.subscriber.id, key): order.window for key in (*items, *skipped)}
        self.digests.append((order, message))
        if message:
            self.messages.append(message)
        return len(self.digests)

    def channels(self, now):
        return ("mail",)

    def claim(self, now, lease, channel="mail"):
        if len(self.settled) < len(self.messages):
            made = self.messages[len(self.settled)]
            return Delivery(1, 1, made.recipient, made.sender, made.message_id, made.mime, now)
        return None

    def settle(self, delivery, state, answer, now, *, next_try_at=None, count=True):
        self.settled.append(state)
        return True

    def channel(self, name="mail"):
        return self.state

    def set_channel(self, state, name="mail"):
        self.state = state


class FakeAside:
    """set_aside in memory."""

    def __init__(self):
        self.rows = {}

    def all(self):
        return tuple(self.rows.values())

    def put(self, aside):
        self.rows[aside.subscriber_id, aside.kind] = aside

    def clear(self, subscriber_id=None, kind=None):
        if subscriber_id is None:
            self.rows.clear()
        else:
            del self.rows[subscriber_id, kind]


class World:
    """A store in memory."""

    def __init__(self, week, *, findings=None, now=MONDAY):
        self.changes, self.events, self.looks = (), (), 412
        self.readers = [replace(week.subscriber, created_at=now)]
        self.facts = {"first_start_at": now.isoformat()}
        self.outbox = FakeOutbox(self)
        self.found = week.findings if findings is None else findings
        states = tuple(SimpleNamespace(source=s, retired_at=None) for s in week.sources)
        self.sources = SimpleNamespace(all=lambda: states, sections=lambda: week.sections)
        self.subscribers = SimpleNamespace(all=lambda: tuple(self.readers))
        self.history = self
        self.meta = self
        self.aside = FakeAside()
        self.gaps = SimpleNamespace(untold=lambda _subscriber, _since, _now: ())
        self.letters = SimpleNamespace(post=lambda message, kind, window, now: self.notices.append(message) or True)
        self.notices = []
        self.behind = ()
        self.documents = SimpleNamespace(
            behind=lambda changes: tuple(d for d in self.behind if d.change in set(changes))
        )

    def get(self, key):
        return self.facts.get(key)

    def set_once(self, key, value):
        return self.facts.setdefault(key, value)

    def findings(self):
        return self.found

    def history_of(self, items, since, when):
        return tuple(i for i in items if since is None or when(i) >= since)


class Past(World):
    """The same, with `history.changes` and `history.events` as calls."""

    def __init__(self, week, **more):
        super().__init__(week, **more)
        self.standings = SimpleNamespace(stands=lambda _citations: ())
        self.history = SimpleNamespace(
            findings=lambda: self.found,
            changes=lambda *, since=None, told=None, limit=100: self.history_of(
                self.changes, since, lambda c: c.confirmed_at
            ),
            events=lambda *, since=None, told=None, limit=100: self.history_of(self.events, since, lambda e: e.at),
        )


@pytest.fixture
def world(week):
    return Past(week)


@pytest.fixture
def composer(world, renderer, week):
    return Composer(world, renderer, week.citations)


def made(world):
    return [(str(o.kind), o.window, m is not None) for o, m in world.outbox.digests]


def test_the_first_report_comes_before_anything_else_and_once(world, composer, week):
    world.changes = week.changes
    assert composer.compose_due(MONDAY) == 1
    assert made(world) == [("first_report", FIRST, True)]
    assert composer.compose_due(MONDAY + timedelta(minutes=1)) == 1
    assert [o.kind for o, _ in world.outbox.digests].count(DigestKind.FIRST_REPORT) == 1


def _finding(kind, source="a"):
    return Finding(source, kind, MONDAY)


@pytest.mark.parametrize(
    ("kinds", "minutes", "due"),
    [
        (["quotes_found", "blocked"], 0, True),
        (["quotes_found", "waiting"], 14, False),
        (["quotes_found", "waiting"], 15, True),
        (["waiting", "waiting"], 600, False),
        (["quotes_found", "not_watched"], 0, True),
        (["not_watched"], 600, False),
        ([], 600, False),
    ],
)
def test_when_the_first_report_is_due(kinds, minutes, due):
    findings = [_finding(FindingKind(kind)) for kind in kinds]
    assert first_report_due(findings, MONDAY, MONDAY + timedelta(minutes=minutes)) is due


def test_the_first_report_waits_while_our_own_network_is_gone(world, composer):
    world.facts["offline_since"] = MONDAY.isoformat()
    assert composer.compose_due(MONDAY) == 0
    world.facts.pop("offline_since")
    assert composer.compose_due(MONDAY) == 1


def test_a_change_reaches_each_reader_exactly_once(world, composer, week):
    world.readers.append(replace(world.readers[0], id=8, email="two@example.org", urgent=False))
    composer.compose_due(MONDAY)
    world.changes, world.events = week.changes, week.events
    for hour in range(80):
        composer.compose_due(MONDAY + timedelta(hours=hour))
    for reader in (7, 8):
        keys = [key for number, key in world.outbox.items if number == reader]
        assert len(keys) == len(set(keys)) == len(week.changes) + len(week.events)


def test_an_urgent_change_breaks_out_and_the_rest_waits_for_the_morning(world, composer, week):
    composer.compose_due(MONDAY)
    composer.compose_due(MONDAY + timedelta(minutes=1))
    world.changes = week.changes
    composer.compose_due(MONDAY + timedelta(minutes=2))
    composer.compose_due(MONDAY + timedelta(days=1))
    urgent, morning = (o for o, m in world.outbox.digests if m and o.kind is not DigestKind.FIRST_REPORT)
    assert urgent.window == "urgent:change:412"
    assert world.outbox.items[7, "change:412"] == urgent.window
    assert world.outbox.items[7, "change:413"] == morning.window == "2026-11-24"


def test_an_empty_window_is_closed_without_a_message(world, composer):
    composer.compose_due(MONDAY)
    assert composer.compose_due(MONDAY + timedelta(days=1)) == 0
    assert ("digest", "2026-11-24", False) in made(world)


def test_what_a_reader_does_not_follow_is_done_with(world, composer, week):
    world.readers[0] = replace(world.readers[0], filters=Filters(sources=("hunton-reform",)))
    composer.compose_due(MONDAY)
    world.changes = week.changes
    assert composer.compose_due(MONDAY + timedelta(days=1)) == 0
    assert {key for _, key in world.outbox.items} == {"change:412", "change:413", "change:414"}
    assert world.outbox.untold(7) == ((), ())


def test_the_sign_of_life_comes_on_a_monday_after_a_quiet_week(world, composer):
    composer.compose_due(MONDAY)
    for day in range(1, 16):
        composer.compose_due(MONDAY + timedelta(days=day))
    life = [(o.window, m is not None) for o, m in world.outbox.digests if o.kind is DigestKind.SIGN_OF_LIFE]
    assert life == [("life:2026-W49", False), ("life:2026-W50", True)]
    assert "412 looks at 10 sources" in world.outbox.messages[-1].subject


def test_no_sign_of_life_in_a_week_with_news(world, composer, week):
    composer.compose_due(MONDAY)
    world.changes = (replace(week.changes[0], confirmed_at=MONDAY + timedelta(days=9)),)
    for day in range(8, 15):
        composer.compose_due(MONDAY + timedelta(days=day))
    assert ("sign_of_life", "life:2026-W50", False) in made(world)


def test_immediate_readers_hear_within_minutes(world, composer, week):
    world.readers[0] = replace(world.readers[0], frequency=Frequency.IMMEDIATE)
    composer.compose_due(MONDAY)
    world.changes = (replace(week.changes[0], confirmed_at=MONDAY + timedelta(minutes=1)),)
    assert composer.compose_due(MONDAY + timedelta(minutes=2)) == 0
    assert composer.compose_due(MONDAY + timedelta(minutes=6)) == 1
    assert composer.compose_due(MONDAY + timedelta(minutes=12)) == 0


def test_a_message_that_may_go_at_any_time_waits_for_the_document_behind_a_new_entry_but_not_long(
    world, composer, week
):
    composer.compose_due(MONDAY)
    composer.compose_due(MONDAY + timedelta(minutes=1))
    at = MONDAY + timedelta(minutes=2)
    world.changes = (replace(week.changes[0], confirmed_at=at),)
    number = world.changes[0].id
    world.changes = (replace(world.changes[0], severity=Severity.CRITICAL),)
    waits = Document("a", "https://a.example/x.pdf", "X", at, change=number)
    world.behind = (waits,)
    assert composer.compose_due(at + timedelta(minutes=1)) == 0
    assert composer.compose_due(at + DOCUMENTS_WAIT) == 1
    world.behind = (replace(waits, state=DocumentState.KEPT),)
    world.outbox.items.clear()
    world.outbox.digests[:] = [d for d in world.outbox.digests if d[0].kind is not DigestKind.URGENT]
    assert composer.compose_due(at + timedelta(minutes=1)) == 1


def test_the_morning_mail_waits_for_no_document(world, composer, week):
    world.readers[0] = replace(world.readers[0], urgent=False)
    composer.compose_due(MONDAY)
    at = MONDAY + timedelta(days=1) - timedelta(minutes=1)
    world.changes = (replace(week.changes[0], confirmed_at=at),)
    world.behind = (Document("a", "https://a.example/x.pdf", "X", at, change=world.changes[0].id),)
    assert composer.compose_due(MONDAY + timedelta(days=1)) == 1


def test_a_paused_reader_gets_nothing_until_they_come_back(world, composer, week):
    composer.compose_due(MONDAY)
    world.changes = week.changes
    reader = world.readers[0]
    world.readers[0] = replace(reader, paused=True)
    assert composer.compose_due(MONDAY + timedelta(days=2)) == 0
    world.readers[0] = reader
    assert composer.compose_due(MONDAY + timedelta(days=3)) == 1


def test_a_reader_without_a_good_address_keeps_nobody_waiting_and_is_reported_once(world, composer, caplog):
    world.readers.insert(0, replace(world.readers[0], id=6, email="not an address"))
    assert composer.compose_due(MONDAY) == 1
    composer.compose_due(MONDAY + timedelta(minutes=1))
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
    assert [m.recipient for m in world.outbox.messages] == ["reader@example.org"]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=365), timedelta(days=-365)])
def test_a_clock_that_jumps_tells_nothing_twice(world, composer, week, jump):
    composer.compose_due(MONDAY)
    world.changes = week.changes
    now = MONDAY + timedelta(days=1)
    for at in (now, now + jump, now + jump + timedelta(minutes=1), now, now + timedelta(hours=2)):
        composer.compose_due(at)
    windows = [o.window for o, _ in world.outbox.digests]
    assert len(windows) == len(set(windows))
    dates = [o.window for o, m in world.outbox.digests if m and o.kind is DigestKind.DIGEST]
    assert dates == ["2026-11-24"]


class Way:
    def __init__(self):
        self.sent = []

    def send(self, delivery):
        if not self.sent and delivery.recipient.startswith("reader"):
            self.sent.append(delivery)
            return "250 ok"
        raise DeliveryError(DeliveryKind.MESSAGE_REFUSED, "550")

    def probe(self):
        return None

    def describe(self):
        return "a way out"


def _post(world, week, way, **more):
    return Post(
        store=world, clock=SteppedClock(MONDAY), notifier=way, templates=Templates(),
        sender=more.get("sender", "The Watch <watch@example.org>"), contact=more.get("contact", ""),
        citations=week.citations,
    )  # fmt: skip


def test_the_post_composes_delivers_and_describes_itself(world, week):
    way = Way()
    post = _post(world, week, way)
    assert asyncio.run(post.compose()) == 1
    assert asyncio.run(post.deliver()).sent == 1
    assert world.outbox.settled == [DeliveryState.SENT]
    assert post.describe() == "a way out"
    assert b"From: The Watch <watch@example.org>" in way.sent[0].mime


def test_a_post_that_is_stopping_begins_no_message(world, week):
    post = _post(world, week, Way())
    asyncio.run(post.compose())
    post.stop()
    assert asyncio.run(post.deliver()).sent == 0


def test_an_installation_keeps_the_name_it_gave_itself(world, week):
    first, second = _post(world, week, Way()).sender(), _post(world, week, Way()).sender()
    assert first.instance == second.instance == world.facts["instance"]
    assert first.contact == "watch@example.org"
    local = _post(world, week, Way(), sender="Footnote Watch <footnote-watch@localhost>").sender()
    assert local.contact == ""
    assert _post(world, week, Way(), contact="desk@example.org").sender().contact == "desk@example.org"


def test_a_preview_is_what_would_be_sent_now_and_writes_nothing(world, week):
    post, reader = _post(world, week, Way()), world.readers[0]
    assert post.preview(reader).subject.startswith("First report: 11 sources")
    assert world.outbox.digests == []
    assert "instance" not in world.facts
    asyncio.run(post.compose())
    assert post.preview(reader) is None
    world.changes = week.changes
    assert post.preview(reader).subject.startswith("3 changes: ")
    assert len(world.outbox.digests) == 1
