"""Bounces and unsubscribes taken: counted once, for what was really sent, and nothing forged changes anything."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bounces

from monitor.clock import SteppedClock
from monitor.mailing import take
from monitor.messages import Sender, message_id
from monitor.messages.seal import unsubscribe_token
from monitor.model import DeliveryState, DigestKind, DigestOrder, NoticeCode, Outgoing, Subscriber
from monitor.store import open_store

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
KEY = "the key of this installation"
SENDER = Sender("watch@example.org", instance="k3v9", mail_in="in@example.org", key=KEY)


class Mail:
    """A store with two readers, and the mail that goes to and comes back from them."""

    def __init__(self, store, clock):
        self.store, self.clock, self.told, self.number = store, clock, [], 0
        self.anna = store.subscribers.add(Subscriber(0, "anna@example.org", created_at=START))
        self.ben = store.subscribers.add(Subscriber(0, "ben@example.org", created_at=START))

    def send(self, reader):
        """A digest made and sent; its Message-ID without brackets."""
        self.number += 1
        order = DigestOrder(reader, DigestKind.DIGEST, f"day {self.number}", START, self.clock.now())
        name = message_id(order, SENDER)
        message = Outgoing(reader.email, "in@example.org", "s", name, b"mime")
        assert self.store.outbox.enqueue(order, (), (), message, self.clock.now())
        delivery = self.store.outbox.claim(self.clock.now(), timedelta(minutes=10))
        assert self.store.outbox.settle(delivery, DeliveryState.SENT, "250 ok", self.clock.now())
        return name.strip("<>")

    def take(self, raw):
        return take(raw, self.store, KEY, self.clock.now(), self.told.append)

    def comes_back(self, name, own=None, **more):
        returned = bounces.RETURNED.replace(bounces.NAME, name)
        return self.take(bounces.report(returned=returned, own=own or f"b-{name}", **more))

    def reader(self, email="anna@example.org"):
        return self.store.subscribers.get(email)

    def state(self):
        return [(r.subscriber_id, r.state) for r in self.store.outbox.deliveries()], self.store.subscribers.all()


@pytest.fixture
def clock():
    return SteppedClock(START)


@pytest.fixture
def mail(tmp_path, clock):
    store = open_store(tmp_path / "m.sqlite3", clock=clock)
    yield Mail(store, clock)
    store.close()


def test_three_hard_bounces_suspend_and_tell_the_operator(mail, clock):
    for count in (1, 2):
        assert f"hard bounce {count} of a message to anna@example.org" in mail.comes_back(mail.send(mail.anna))
        assert mail.reader().suspended_at is None
        clock.advance(timedelta(days=7))
    said = mail.comes_back(mail.send(mail.anna))
    assert "suspended, `monitor subscribers resume anna@example.org` ends it" in said
    assert mail.reader().suspended_at == clock.now()
    assert "550 5.1.1" in mail.reader().suspended_reason
    assert [(n.code, n.about) for n in mail.told] == [(NoticeCode.SUSPENDED, "anna@example.org")]
    assert mail.reader("ben@example.org").bounces == 0


def test_a_resumed_reader_starts_from_nothing(mail):
    for _ in range(3):
        mail.comes_back(mail.send(mail.anna))
    mail.store.subscribers.resume(mail.anna.id)
    assert (mail.reader().bounces, mail.reader().suspended_at) == (0, None)
    mail.comes_back(mail.send(mail.anna))
    assert (mail.reader().bounces, mail.reader().suspended_at) == (1, None)


def test_what_came_back_is_shown_as_failed_and_can_be_sent_again(mail, clock):
    mail.comes_back(mail.send(mail.anna))
    [row] = mail.store.outbox.deliveries()
    assert (row.state, row.answer) == (
        DeliveryState.FAILED,
        "came back: 550 5.1.1 <reader@example.org>: User unknown",
    )
    assert mail.store.outbox.retry(row.id, clock.now())


def test_the_same_bounce_twice_counts_once(mail):
    name = mail.send(mail.anna)
    mail.comes_back(name)
    before = mail.state()
    assert mail.comes_back(name).startswith("counted before")
    assert mail.comes_back(name, own="another-report@mx.example.org").startswith("counted before")
    assert mail.state() == before
    assert mail.reader().bounces == 1


def test_a_message_without_a_name_of_its_own_counts_once_too(mail):
    returned = bounces.RETURNED.replace(bounces.NAME, mail.send(mail.anna))
    raw = b"\n".join(line for line in bounces.report(status="4.4.7", returned=returned).split(b"\n")
                     if not line.startswith(b"Message-Id:"))  # fmt: skip
    assert mail.take(raw).startswith("soft")
    assert mail.take(raw).startswith("counted before")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.7.1", "550 5.7.1 blocked using zen.spamhaus.org"),
        ("5.7.26", "550 5.7.26 unauthenticated"),
        ("5.2.2", "552 5.2.2 mailbox full"),
        ("5.3.4", "552 5.3.4 message too large"),
        ("4.7.1", "451 4.7.1 greylisted for five days"),
    ],
)
def test_bounces_about_us_suspend_nobody_and_are_told_to_the_operator(mail, status, said):
    for _ in range(5):
        mail.comes_back(mail.send(mail.anna), status=status, diagnostic=f"smtp; {said}")
    assert (mail.reader().bounces, mail.reader().suspended_at) == (0, None)
    assert {(n.code, n.said) for n in mail.told} == {(NoticeCode.MAIL_BLOCKED, said)}
    wanted = DeliveryState.SENT if status.startswith("4") else DeliveryState.FAILED
    assert {row.state for row in mail.store.outbox.deliveries()} == {wanted}


def test_soft_bounces_are_counted_and_never_suspend(mail):
    for _ in range(5):
        assert mail.comes_back(mail.send(mail.anna), status="4.2.2").startswith("soft bounce")
    assert mail.reader().bounces == 0
    assert mail.reader().suspended_at is None
    assert mail.store.inbox.soft_bounces(mail.anna.id, START) == 5
    assert {row.state for row in mail.store.outbox.deliveries()} == {DeliveryState.SENT}
    assert mail.told == []


def test_bounces_far_apart_are_no_row(mail, clock):
    for _ in range(4):
        mail.comes_back(mail.send(mail.anna))
        clock.advance(timedelta(days=40))
    assert (mail.reader().bounces, mail.reader().suspended_at) == (1, None)


@pytest.mark.parametrize("name", ["day-1.1.k3v9@example.org", "day-1.1.k3v9.aaaaaaaaaaaaaaaa@example.org", ""])
def test_a_forged_bounce_changes_nothing(name, mail):
    """Who never had the message cannot know its name, although all but the seal can be worked out."""
    mail.send(mail.anna)
    before = mail.state()
    for raw in (bounces.report(returned=bounces.RETURNED.replace(bounces.NAME, name)),
                bounces.EXIM.replace(bounces.NAME.encode(), name.encode())):  # fmt: skip
        assert mail.take(raw) == "ignored: a bounce of no message that was sent from here"
    assert mail.state() == before


def test_an_unsubscribe_forgets_that_reader_and_nobody_else(mail):
    mail.send(mail.anna)
    mail.send(mail.ben)
    token = unsubscribe_token(KEY, mail.anna.id)
    assert mail.take(bounces.unsubscribe(token)) == "unsubscribed and forgotten: anna@example.org"
    assert mail.store.subscribers.all() == (mail.ben,)
    assert [row.recipient for row in mail.store.outbox.deliveries()] == ["ben@example.org"]


def test_a_replayed_unsubscribe_does_not_end_a_new_subscription(mail):
    raw = bounces.unsubscribe(unsubscribe_token(KEY, mail.anna.id))
    mail.take(raw)
    mail.store.subscribers.add(Subscriber(0, "anna@example.org", created_at=START))
    assert mail.take(raw).startswith("ignored")
    assert mail.take(raw.replace(b"u-1@", b"u-2@")).startswith("ignored")
    assert mail.reader() is not None


@pytest.mark.parametrize("token", ["", "1", "1-aaaaaaaaaaaaaaaa", "2-{seal}", "99999999999999999-{seal}"])
def test_a_forged_unsubscribe_changes_nothing(token, mail):
    before = mail.state()
    seal = unsubscribe_token(KEY, 1).partition("-")[2]
    assert mail.take(bounces.unsubscribe(token.format(seal=seal))).startswith("ignored")
    assert mail.state() == before


def test_without_a_key_nobody_can_be_unsubscribed(mail):
    token = unsubscribe_token("", mail.anna.id)
    said = take(bounces.unsubscribe(token), mail.store, "", START, mail.told.append)
    assert said.startswith("ignored")
    assert mail.reader() is not None


def test_automatic_replies_to_an_unsubscribe_address_change_nothing(mail):
    before = mail.state()
    token = unsubscribe_token(KEY, mail.anna.id)
    for raw in (bounces.VACATION, bounces.RECEIPT, bounces.unsubscribe(token, Auto_Submitted="auto-replied")):
        assert mail.take(raw).startswith("ignored")
    assert mail.state() == before


def test_a_message_not_worth_reading_is_named(mail):
    assert mail.take(b"x" * 3_000_000) == "not read: more than 2 MB"


# --- the command ------------------------------------------------------------------------------------------------------


def pipe(home, raw, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    own = {"PYTHONPATH": str(Path(__file__).parents[2]), "MONITOR_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-P", "-m", "monitor", "mail", "in"], input=raw, capture_output=True, timeout=120, check=False,
        env=clean | own | environment,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path):
    (tmp_path / "sources.yaml").write_text("sections: []\nsources: []\n")
    return tmp_path


@pytest.mark.slow
def test_the_pipe_takes_a_bounce_and_says_what_it_was(home):
    (home / "db").mkdir()
    store = open_store(home / "db" / "monitor.sqlite3", clock=SteppedClock(START))
    mail = Mail(store, SteppedClock(START))
    name = mail.send(mail.anna)
    done = pipe(home, bounces.report(returned=bounces.RETURNED.replace(bounces.NAME, name)))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"hard bounce 1 of a message to anna@example.org")
    assert mail.reader().bounces == 1
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", b"ignored: an empty message"),
        (b"\0" * 100, b"ignored"),
        (b"x" * 5_000_000, b"not read: more than 2 MB"),
        (bounces.VACATION, b"ignored: an out-of-office reply"),
    ],
    ids=["empty", "nuls", "large", "vacation"],
)
def test_whatever_comes_the_mail_server_is_not_told_to_send_it_back(raw, said, home):
    done = pipe(home, raw)
    assert done.returncode == 0
    assert done.stdout.startswith(said)


@pytest.mark.slow
def test_while_the_database_or_the_settings_cannot_be_read_the_mail_server_tries_again(home):
    (home / "db").mkdir()
    (home / "db" / "monitor.sqlite3").write_bytes(b"this is no database" * 100)
    broken = pipe(home, bounces.report())
    assert broken.returncode == 75
    assert b"monitor: " in broken.stderr
    assert pipe(home, bounces.report(), MONITOR_TIMEZONE="Atlantis").returncode == 75
