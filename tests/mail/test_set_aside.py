"""A mistake of ours in one message: it is set aside, its changes wait, the others go on, and the operator is told."""

import asyncio
import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import SteppedClock
from monitor.errors import DeliveryError, DeliveryKind, FetchError, FetchKind, StorageError
from monitor.mailing import Composer, deliver_pending
from monitor.mailing.deliver import Way
from monitor.mailing.operator import Operator
from monitor.messages import Renderer, Sender
from monitor.model import (
    Aside,
    DeliveryState,
    DigestKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Health,
    Look,
    Memory,
    Notice,
    NoticeCode,
    Outcome,
    PollIntent,
    Reason,
    Section,
    Source,
    Subscriber,
    Trigger,
    WatchList,
)
from monitor.store import open_store

START = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SENDER = Sender("watch@example.org", instance="k3v9")


class Clumsy:
    """A renderer with a mistake: it fails for these addresses."""

    def __init__(self, *fails):
        self.fails, self.tries, self._real = fails, 0, Renderer(SENDER)

    def render(self, digest):
        self.tries += 1
        if digest.order.subscriber.email in self.fails and digest.order.kind is DigestKind.DIGEST:
            raise ZeroDivisionError("an average of nothing")
        return self._real.render(digest)


class Home:
    """A store with one source and two readers who had the first report."""

    def __init__(self, store):
        self.store, self.told, self.source = store, [], Source("s", "A source", "one", "https://s.example/")
        store.meta.set_once("first_start_at", START.isoformat())
        store.sources.sync(WatchList((Section("one", "One"),), (self.source,)), START)
        for who in ("anna", "ben"):
            store.subscribers.add(Subscriber(0, f"{who}@example.org", created_at=START, urgent=False))
        self.happens(START, finding=Finding("s", FindingKind.THERE, START))
        self.compose(Clumsy(), START + timedelta(minutes=1))

    def happens(self, at, **more):
        order = self.store.polls.claim("s", at, timedelta(minutes=5), "test")
        look = Look(0, self.source.url, FetchError(FetchKind.DNS, "no such name"))
        intent = PollIntent("s", order.token, order.trigger, at, at, Outcome.FAILED, Reason("x"), (look,), 0, False,
                            Memory(), Health.OK, at, Trigger.SCHEDULED, **more)  # fmt: skip
        assert self.store.polls.record(intent)

    def event(self, at):
        self.happens(at, events=(Event("s", EventKind.BLOCKED, at),))

    def compose(self, renderer, at, version="1"):
        return Composer(self.store, renderer, (), tell=self.told.append, version=version).compose_due(at)

    def digests(self):
        rows = self.store.outbox.deliveries(100)
        return [r.recipient.partition("@")[0] for r in rows if r.kind is DigestKind.DIGEST]

    def untold(self, number):
        changes, events = self.store.outbox.untold(number)
        return len(changes) + len(events)


@pytest.fixture
def home(tmp_path):
    store = open_store(tmp_path / "m.sqlite3", clock=SteppedClock(START))
    yield Home(store)
    store.close()


def test_the_others_go_on_and_nothing_of_it_is_told(home):
    home.event(START + timedelta(hours=1))
    assert home.compose(Clumsy("anna@example.org"), START + DAY) == 1
    assert home.digests() == ["ben"]
    assert (home.untold(1), home.untold(2)) == (1, 0)
    [aside] = home.store.aside.all()
    assert aside == Aside(
        1, DigestKind.DIGEST, "2026-11-24", "1", START + DAY, "ZeroDivisionError: an average of nothing"
    )
    assert [(n.code, n.about, n.command) for n in home.told] == [
        (NoticeCode.SET_ASIDE, "anna@example.org", "monitor digest --retry")
    ]


def test_the_same_version_does_not_try_the_same_digest_again(home, caplog):
    home.event(START + timedelta(hours=1))
    renderer = Clumsy("anna@example.org")
    for minutes in range(0, 300, 30):
        home.compose(renderer, START + DAY + timedelta(minutes=minutes))
    assert renderer.tries == 2
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
    assert len(home.told) == 1


def test_the_next_day_is_tried_and_told_of_once(home):
    home.event(START + timedelta(hours=1))
    for day in (1, 2, 3):
        home.compose(Clumsy("anna@example.org"), START + day * DAY)
    assert home.store.aside.all()[0].window == "2026-11-26"
    assert len(home.told) == 1
    assert home.untold(1) == 1


def test_a_newer_version_tells_what_was_set_aside(home):
    home.event(START + timedelta(hours=1))
    home.compose(Clumsy("anna@example.org"), START + DAY)
    assert home.compose(Clumsy(), START + DAY + timedelta(minutes=5), version="1") == 0
    assert home.compose(Clumsy(), START + DAY + timedelta(minutes=5), version="2") == 1
    assert home.digests() == ["anna", "ben"]
    assert home.untold(1) == 0
    assert home.store.aside.all() == ()


def test_asked_for_it_is_tried_again_by_the_same_version(home):
    home.event(START + timedelta(hours=1))
    home.compose(Clumsy("anna@example.org"), START + DAY)
    assert home.store.aside.clear() == 1
    assert home.compose(Clumsy(), START + DAY + timedelta(minutes=5)) == 1
    assert home.untold(1) == 0


def test_a_clock_set_back_does_not_hold_it_for_a_year(home):
    home.event(START + timedelta(hours=1))
    home.compose(Clumsy("anna@example.org"), START + 365 * DAY)
    assert home.compose(Clumsy("ben@example.org"), START + DAY) == 1
    assert home.digests()[0] == "anna"


def test_trouble_with_the_database_is_no_mistake_of_a_message(home):
    class Full:
        def render(self, digest):
            raise StorageError("disk full")

    home.event(START + timedelta(hours=1))
    with pytest.raises(StorageError):
        home.compose(Full(), START + DAY)
    assert home.store.aside.all() == ()


def test_who_is_forgotten_leaves_nothing_set_aside(home):
    home.event(START + timedelta(hours=1))
    home.compose(Clumsy("anna@example.org"), START + DAY)
    home.store.subscribers.forget("anna@example.org")
    assert home.store.aside.all() == ()


# --- delivery ---------------------------------------------------------------------------------------------------------


def test_a_mistake_in_handing_over_one_message_puts_it_off_and_the_others_go_out(home):
    sent = []

    class Stumbling:
        def send(self, delivery):
            if delivery.recipient.startswith("anna") and not sent:
                raise UnicodeError("never seen such a letter")
            sent.append(delivery.recipient)
            return "250 ok"

    clock = SteppedClock(START + timedelta(minutes=2))
    done = asyncio.run(deliver_pending(home.store.outbox, Stumbling(), clock))
    assert (done.sent, done.later) == (1, 1)
    row = next(r for r in home.store.outbox.deliveries() if r.recipient.startswith("anna"))
    assert (row.state, row.attempts) == (DeliveryState.PENDING, 1)
    assert "a mistake in the program: UnicodeError" in row.answer
    clock.advance(timedelta(minutes=2))
    asyncio.run(deliver_pending(home.store.outbox, Stumbling(), clock))
    assert sent == ["ben@example.org", "anna@example.org"]


# --- the operator -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock():
    return SteppedClock(START)


@pytest.fixture
def operator(home, clock):
    return Operator("ops@example.org", "en", "Europe/Brussels", home.store.letters, clock, lambda: Renderer(SENDER))


def letters(home):
    return [r for r in home.store.outbox.deliveries(100) if r.kind is DigestKind.NOTICE]


PROBLEM = Notice(
    NoticeCode.SUSPENDED, START, "anna@example.org", "550 no", "monitor subscribers resume anna@example.org"
)


def test_the_operator_gets_a_letter_through_the_queue_once_a_day(home, clock, operator):
    assert operator.tell(PROBLEM)
    assert not operator.tell(PROBLEM)
    assert operator.tell(replace(PROBLEM, about="ben@example.org"))
    clock.advance(DAY)
    assert operator.tell(PROBLEM)
    assert [(r.recipient, r.subscriber_id) for r in letters(home)] == [("ops@example.org", None)] * 3
    assert len({r.message_id for r in letters(home)}) == 3
    mail = email.message_from_bytes(home.store.outbox.message(letters(home)[-1].id))
    assert "List-Unsubscribe" not in mail


def test_what_blocks_everybodys_mail_is_one_letter_a_day(home, clock, operator):
    blocked = Notice(NoticeCode.MAIL_BLOCKED, START, "anna@example.org", "550 5.7.1 listed", "monitor mail queue")
    assert operator.tell(blocked)
    assert not operator.tell(replace(blocked, about="ben@example.org", said="554 5.7.1 listed"))
    assert not operator.tell(replace(blocked, about="ops@example.org"))
    clock.advance(DAY)
    assert operator.tell(replace(blocked, about="ben@example.org"))
    assert len(letters(home)) == 2


def test_a_refused_message_is_told_and_a_refused_notice_is_not(home, clock, operator):
    class Refusing:
        def send(self, delivery):
            raise DeliveryError(DeliveryKind.MESSAGE_REFUSED, f"550 no {delivery.recipient}")

    clock.advance(timedelta(minutes=2))
    way = Way(Refusing(), tell=operator.tell)
    for _ in range(3):
        asyncio.run(deliver_pending(home.store.outbox, way, clock))
    assert sorted(r.subject.partition(": ")[2].partition(" –")[0] for r in letters(home)) == [
        "Not delivered: anna@example.org", "Not delivered: ben@example.org"
    ]  # fmt: skip
    assert {r.state for r in home.store.outbox.deliveries(100)} == {DeliveryState.FAILED}


def test_nobody_to_tell_and_nothing_to_tell_it_with_do_no_harm(home, clock, operator, caplog):
    assert not replace(operator, address="").tell(PROBLEM)

    def broken():
        raise ZeroDivisionError

    assert not replace(operator, renderer=broken).tell(PROBLEM)
    assert "a notice cannot be made" in caplog.text
    assert letters(home) == []


def test_a_letter_is_kept_for_a_month_after_it_was_sent(home, clock, operator):
    class Good:
        def send(self, delivery):
            return "250 ok"

    operator.tell(PROBLEM)
    clock.advance(timedelta(minutes=2))
    asyncio.run(deliver_pending(home.store.outbox, Good(), clock))
    assert home.store.letters.forget_old(clock.now() + 29 * DAY) == 0
    assert home.store.letters.forget_old(clock.now() + 31 * DAY) == 1
    assert letters(home) == []
    assert len(home.store.outbox.deliveries()) == 2
