"""Every answer a mail server can give, by a real one on loopback, and what becomes of message and channel."""

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from pydantic import SecretStr

from monitor.clock import SteppedClock
from monitor.mailing import deliver_pending
from monitor.model import DeliveryState, DigestKind, DigestOrder, Outgoing, Subscriber
from monitor.notify.line import Limits
from monitor.notify.smtp import SmtpNotifier
from monitor.settings import SmtpServer
from monitor.store import open_store

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
QUICK = Limits(timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=10))
READERS = ("one", "two", "three")
PENDING, SENT, FAILED = DeliveryState.PENDING, DeliveryState.SENT, DeliveryState.FAILED


@dataclass
class Server:
    """A mail server. `moods`: an answer by stage (`mail`, `rcpt`, `data`), or by stage and reader (`rcpt two`)."""

    moods: dict[str, str] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    logins: int = 0
    password_good: bool = True

    def says(self, stage, address=""):
        reader = address.partition("@")[0]
        return self.moods.get(f"{stage} {reader}") or self.moods.get(stage)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = address
        return self.says("mail") or "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        envelope.rcpt_tos.append(address)
        return self.says("rcpt", address) or "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope.content)
        answer = self.says("data", envelope.rcpt_tos[0]) or "250 queued"
        if answer == "drop":
            server.transport.abort()
        return answer

    def judge(self, server, session, envelope, mechanism, data):
        self.logins += 1
        return AuthResult(success=self.password_good, handled=False)

    @property
    def names(self):
        return Counter(message_from_bytes(raw)["Message-ID"] for raw in self.taken)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def port(server):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen():
        def protocol():
            return SMTP(server, hostname="mx.example.org", loop=loop, authenticator=server.judge,
                        auth_require_tls=False)  # fmt: skip

        return await loop.create_server(protocol, "127.0.0.1", 0)

    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    yield listening.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(listening.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


class Outgoings:
    """Three messages in a real outbox, and the daemon's rounds."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        for name in READERS:
            who = store.subscribers.add(Subscriber(0, f"{name}@example.org", created_at=START))
            order = DigestOrder(who, DigestKind.DIGEST, "2026-11-24", START - timedelta(days=1), START)
            mime = f"Message-ID: <{name}@example.org>\r\nSubject: s\r\n\r\nbody\r\n".encode()
            message = Outgoing(who.email, "watch@example.org", "s", f"<{name}@example.org>", mime)
            assert store.outbox.enqueue(order, (), (), message, START)

    def rounds(self, way, length=timedelta(), step=timedelta(seconds=30)):
        end = self.clock.now() + length
        while True:
            asyncio.run(deliver_pending(self.store.outbox, way, self.clock, jitter=lambda: 0.5))
            if self.clock.now() >= end:
                return
            self.clock.advance(step)

    def states(self):
        rows = sorted(self.store.outbox.deliveries(), key=lambda row: row.id)
        return [(row.state, row.attempts) for row in rows]

    def channel(self):
        return self.store.outbox.channel().state


@pytest.fixture
def mail(tmp_path):
    clock = SteppedClock(START)
    store = open_store(tmp_path / "m.sqlite3", clock=clock)
    yield Outgoings(store, clock)
    store.close()


def way(port, user=""):
    secret = SecretStr("geheim" if user else "")
    return SmtpNotifier(SmtpServer("none", "127.0.0.1", port, user, secret), limits=QUICK)


LATER, NOW, WAITS = (PENDING, 1), (SENT, 1), (PENDING, 0)


@pytest.mark.parametrize(
    ("moods", "states", "channel"),
    [
        ({}, [NOW, NOW, NOW], "up"),
        ({"rcpt two": "450 4.2.0 greylisted"}, [NOW, LATER, NOW], "up"),
        ({"rcpt two": "451 4.3.0 local error"}, [NOW, LATER, NOW], "up"),
        ({"rcpt two": "452 4.2.2 mailbox full"}, [NOW, LATER, NOW], "up"),
        ({"rcpt two": "421 4.3.2 going down"}, [NOW, LATER, NOW], "up"),
        ({"data two": "451 4.7.1 try later"}, [NOW, LATER, NOW], "up"),
        ({"data two": "drop"}, [NOW, LATER, NOW], "up"),
        ({"mail": "451 4.3.0 not now"}, [LATER, LATER, LATER], "up"),
        ({"rcpt two": "550 5.1.1 nobody"}, [NOW, (FAILED, 1), NOW], "up"),
        ({"rcpt two": "551 5.1.6 moved"}, [NOW, (FAILED, 1), NOW], "up"),
        ({"rcpt two": "553 5.1.3 bad address"}, [NOW, (FAILED, 1), NOW], "up"),
        ({"data two": "554 5.7.1 spam"}, [NOW, LATER, NOW], "up"),
        ({"rcpt two": "550 5.7.26 unauthenticated"}, [NOW, LATER, NOW], "up"),
        ({"rcpt two": "552 5.2.2 mailbox full"}, [NOW, LATER, NOW], "up"),
        ({"data two": "552 5.3.4 too large"}, [NOW, (FAILED, 1), NOW], "up"),
        ({"mail": "552 5.3.4 too large"}, [(FAILED, 1)] * 3, "up"),
        ({"mail": "553 5.7.1 not your address"}, [WAITS] * 3, "paused"),
        ({"mail": "530 5.7.0 log in first"}, [WAITS] * 3, "paused"),
        ({"rcpt": "530 5.7.0 log in first"}, [WAITS] * 3, "paused"),
    ],
)
def test_an_answer_is_the_messages_or_the_channels(moods, states, channel, mail, server, port):
    server.moods = moods
    mail.rounds(way(port))
    assert (mail.states(), mail.channel()) == (states, channel)


@pytest.mark.parametrize("mood", ["450 4.2.0 greylisted", "451 4.3.0 x", "421 4.3.2 y"])
@pytest.mark.slow
def test_what_was_put_off_is_sent_when_it_is_taken_once(mood, mail, server, port):
    server.moods = {"rcpt two": mood}
    mail.rounds(way(port), timedelta(minutes=4))
    server.moods = {}
    mail.rounds(way(port), timedelta(minutes=6))
    assert [state for state, _ in mail.states()] == [SENT] * 3
    assert server.names == Counter({f"<{name}@example.org>": 1 for name in READERS})


@pytest.mark.slow
def test_a_server_that_blocks_us_is_asked_again_for_days_and_the_mail_arrives_when_it_stops(mail, server, port):
    server.moods = {"rcpt": "550 5.7.1 Client host blocked using zen.spamhaus.org"}
    mail.rounds(way(port), timedelta(days=1), timedelta(minutes=10))
    assert {state for state, _ in mail.states()} == {PENDING}
    assert max(attempts for _, attempts in mail.states()) <= 8
    server.moods = {}
    mail.rounds(way(port), timedelta(hours=7), timedelta(minutes=10))
    assert [state for state, _ in mail.states()] == [SENT] * 3
    assert server.names == Counter({f"<{name}@example.org>": 1 for name in READERS})


def test_a_server_that_takes_a_message_and_drops_the_line_gets_the_same_again(mail, server, port):
    server.moods = {"data two": "drop"}
    mail.rounds(way(port))
    server.moods = {}
    mail.rounds(way(port), timedelta(minutes=2))
    assert server.names["<two@example.org>"] == 2
    assert len(set(server.taken)) == 3
    assert [state for state, _ in mail.states()] == [SENT] * 3


@pytest.mark.slow
def test_a_wrong_password_is_tried_four_times_an_hour_and_nothing_is_lost(mail, server, port, caplog):
    server.password_good = False
    mail.rounds(way(port, "me"), timedelta(minutes=59))
    assert server.logins == 4
    assert (mail.states(), mail.channel()) == ([WAITS] * 3, "paused")
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
    server.password_good = True
    mail.rounds(way(port, "me"), timedelta(minutes=16))
    assert [state for state, _ in mail.states()] == [SENT] * 3


@pytest.mark.slow
def test_a_port_that_refuses_counts_against_no_message_and_all_goes_out_within_a_minute(mail, server, port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    mail.rounds(way(nobody), timedelta(hours=1))
    assert (mail.states(), mail.channel()) == ([WAITS] * 3, "down")
    mail.rounds(way(port), timedelta(minutes=1), timedelta(seconds=5))
    assert mail.states() == [NOW] * 3
    assert list(server.names) == [f"<{name}@example.org>" for name in READERS]


def test_a_server_that_greets_with_a_refusal_is_down(mail):
    def refuse(listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.sendall(b"554 5.3.2 no service here\r\n")
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse, args=(listener,), daemon=True)
        thread.start()
        mail.rounds(way(listener.getsockname()[1]), timedelta(minutes=2))
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    assert (mail.states(), mail.channel()) == ([WAITS] * 3, "down")
