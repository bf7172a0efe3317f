"""A real mail server on loopback: what it says, what it drops, what it takes away."""

import asyncio
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult
from pydantic import SecretStr

from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.notify import sasl
from monitor.notify.line import Limits, is_local
from monitor.notify.smtp import SmtpNotifier
from monitor.notify.steps import explain
from monitor.settings import SmtpServer

MAIL = b"Subject: x\r\n\r\nline\r\n.leading dot\r\n" + b"a" * 900 + b"\r\n"
QUICK = Limits(step=timedelta(seconds=5), talk=timedelta(seconds=20), answer=timedelta(seconds=20))


def delivery(recipient="reader@example.org", sender="watch@example.org"):
    return Delivery(1, 1, recipient, sender, "<m@example.org>", MAIL, datetime(2026, 11, 24, tzinfo=UTC))


class Says:
    """A mail server's opinions: answers by stage, and what it took in."""

    def __init__(self, **answers):
        self.answers, self.taken = answers, []

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = address
        return self.answers.get("mail", "250 sender ok")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        answer = self.answers.get(address, self.answers.get("rcpt", "250 recipient ok"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(SimpleNamespace(sender=envelope.mail_from, to=envelope.rcpt_tos, data=envelope.content,
                                          tls=server.transport.get_extra_info("ssl_object") is not None))  # fmt: skip
        return self.answers.get("data", "250 queued as 7")


@pytest.fixture(scope="module")
def loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def serve(loop, authority):
    """Start a server; gives its port. `host` is the name on its certificate."""
    servers = []

    def start(handler, *, security="none", host="localhost", ours=authority, **more):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.issue_cert(host).configure_cert(context)
        if security == "starttls":
            more |= {"tls_context": context}

        def protocol():
            return SMTP(handler, hostname="mx.example.org", loop=loop, **more)

        async def listen():
            return await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if security == "tls" else None)

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
        servers.append(server)
        return server.sockets[0].getsockname()[1]

    yield start
    for server in servers:
        loop.call_soon_threadsafe(server.close)


def play(listener, script, stop):
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        lines = connection.makefile("rb")
        for step in script:
            if step == "drop":
                return
            if step is None:
                lines.readline()
            elif step == "message":
                while lines.readline() not in {b".\r\n", b""}:
                    pass
            elif step == "drip":
                while not stop.wait(0.02):
                    connection.sendall(b"x")
            else:
                connection.sendall(step)


@pytest.fixture
def scripted():
    """A server that plays a script.

    Bytes are sent, None waits for a line, "message" for a closing dot; "drip" sends a byte now and then for ever,
    "drop" closes.
    """
    listeners, threads, stop = [], [], threading.Event()

    def start(*script):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        thread = threading.Thread(target=play, args=(listener, script, stop), daemon=True)
        thread.start()
        threads.append(thread)
        return listener.getsockname()[1]

    yield start
    stop.set()
    for listener in listeners:
        listener.close()
    for thread in threads:
        thread.join(5)


def notifier(port, security="none", *, host="localhost", authority=None, user="", limits=QUICK):
    trust = ssl.create_default_context()
    if authority:
        authority.configure_trust(trust)
    server = SmtpServer(security, host, port, user, SecretStr("geheim" if user else ""))
    return SmtpNotifier(server, trust=trust, limits=limits)


def refused(way, **more):
    with pytest.raises(DeliveryError) as caught:
        way.send(delivery(**more))
    return caught.value


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_message_arrives_byte_for_byte(security, serve, authority):
    handler = Says()
    port = serve(handler, security=security)
    answer = notifier(port, security, authority=authority).send(delivery())
    assert answer == "250 queued as 7"
    [taken] = handler.taken
    assert (taken.sender, taken.to, taken.data) == ("watch@example.org", ["reader@example.org"], MAIL)
    assert taken.tls is (security != "none")


def test_a_server_that_takes_starttls_away_gets_nothing(serve, authority):
    handler = Says()
    error = refused(notifier(serve(handler), "starttls", authority=authority))
    assert error.kind is DeliveryKind.CHANNEL_DOWN
    assert "refusing to send unencrypted" in error.answer
    assert handler.taken == []


def test_a_server_that_refuses_starttls_gets_nothing(scripted, authority):
    port = scripted(b"220 hi\r\n", None, b"250-mx\r\n250 STARTTLS\r\n", None, b"454 not now\r\n", None)
    error = refused(notifier(port, "starttls", authority=authority))
    assert (error.kind, error.code) == (DeliveryKind.CHANNEL_DOWN, 454)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_we_trust_is_refused(security, serve, authority):
    handler = Says()
    error = refused(notifier(serve(handler, security=security, ours=trustme.CA()), security, authority=authority))
    assert error.kind is DeliveryKind.CHANNEL_DOWN
    assert error.answer.startswith("certificate refused")
    assert handler.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name_is_refused(security, serve, authority):
    handler = Says()
    error = refused(notifier(serve(handler, security=security, host="other.example"), security, authority=authority))
    assert error.answer.startswith("certificate refused")
    assert handler.taken == []


@pytest.mark.parametrize(("address", "local"), [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True),
                                                ("203.0.113.9", False), ("fe80::1%eth0", False)])  # fmt: skip
def test_plain_smtp_does_not_leave_this_machine(address, local):
    assert is_local(address) is local


def test_a_port_nobody_listens_on_is_the_channels_state():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refused(notifier(port)).kind is DeliveryKind.CHANNEL_DOWN


def test_a_name_that_does_not_exist_is_the_channels_state():
    error = refused(notifier(25, "tls", host="no-such-host.invalid"))
    assert error.kind is DeliveryKind.CHANNEL_DOWN
    assert error.answer.startswith("cannot connect")


@pytest.mark.parametrize("greeting", [b"421 too busy\r\n", b"554 go away\r\n", b"drop"])
def test_a_server_that_does_not_greet_is_down(greeting, scripted):
    port = scripted(greeting if greeting != b"drop" else "drop")
    assert refused(notifier(port)).kind is DeliveryKind.CHANNEL_DOWN


@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
@pytest.mark.parametrize("stage", ["rcpt", "data", "mail"])
def test_a_temporary_refusal_is_for_later(code, stage, serve):
    error = refused(notifier(serve(Says(**{stage: f"{code} try later"}))))
    assert error.kind is DeliveryKind.MESSAGE_LATER
    assert error.code == int(code)
    assert "try later" in error.answer


def test_one_recipient_refused_for_good_leaves_the_others(serve):
    handler = Says(**{"bad@example.org": "550 5.1.1 nobody here"})
    way = notifier(serve(handler))
    way.send(delivery("one@example.org"))
    assert refused(way, recipient="bad@example.org").kind is DeliveryKind.MESSAGE_REFUSED
    way.send(delivery("two@example.org"))
    assert [t.to for t in handler.taken] == [["one@example.org"], ["two@example.org"]]


def test_a_message_refused_for_good_is_that_messages_state(serve):
    assert refused(notifier(serve(Says(data="554 5.6.0 broken")))).kind is DeliveryKind.MESSAGE_REFUSED
    assert refused(notifier(serve(Says(data="554 spam")))).kind is DeliveryKind.MESSAGE_BLOCKED
    assert refused(notifier(serve(Says(mail="552 too big")))).kind is DeliveryKind.MESSAGE_REFUSED


def test_a_refused_sender_pauses_the_channel_and_loses_no_message(serve):
    assert refused(notifier(serve(Says(mail="553 not yours")))).kind is DeliveryKind.CHANNEL_AUTH
    assert refused(notifier(serve(Says(mail="530 log in first")))).kind is DeliveryKind.CHANNEL_AUTH


def _authenticator(tries, good):
    def check(server, session, envelope, mechanism, data):
        tries.append((mechanism, data.login, data.password))
        return AuthResult(success=good, handled=False)

    return check


@pytest.mark.parametrize("good", [True, False])
def test_a_login_is_tried_once_and_a_refusal_pauses(good, serve, authority):
    tries, handler = [], Says()
    port = serve(handler, security="starttls", authenticator=_authenticator(tries, good), auth_required=True)
    way = notifier(port, "starttls", authority=authority, user="me@example.org")
    if good:
        way.send(delivery())
        assert len(handler.taken) == 1
    else:
        error = refused(way)
        assert (error.kind, error.code) == (DeliveryKind.CHANNEL_AUTH, 535)
        assert "geheim" not in error.answer
    assert tries == [("PLAIN", b"me@example.org", b"geheim")]


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]], ids=["plain", "login"])
def test_user_names_and_passwords_beyond_ascii_are_said_in_utf8(excluded, serve, authority):
    tries, handler = [], Says()
    port = serve(
        handler, security="starttls", authenticator=_authenticator(tries, good=True), auth_required=True,
        auth_exclude_mechanism=excluded,
    )  # fmt: skip
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    server = SmtpServer("starttls", "localhost", port, "zoë@example.org", SecretStr("pässwörd €"))
    SmtpNotifier(server, trust=trust, limits=QUICK).send(delivery())
    assert tries == [("LOGIN" if excluded else "PLAIN", "zoë@example.org".encode(), "pässwörd €".encode())]
    assert len(handler.taken) == 1


def test_a_challenge_is_answered_with_the_digest_of_rfc_2195(scripted):
    heard = []

    class Line:
        def docmd(self, *words):
            heard.append(words)
            return (
                (334, b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+") if len(heard) == 1 else (235, b"ok")
            )

    sasl.log_in(Line(), "CRAM-MD5", "tim", "tanstaaftanstaaf")
    assert heard[1] == ("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",)


def test_a_server_that_hangs_up_during_login_pauses_too(scripted):
    port = scripted(b"220 hi\r\n", None, b"250-mx\r\n250 AUTH PLAIN LOGIN\r\n", None, "drop")
    assert refused(notifier(port, user="me@example.org")).kind is DeliveryKind.CHANNEL_AUTH


def test_a_server_without_a_known_login_pauses(scripted):
    port = scripted(b"220 hi\r\n", None, b"250-mx\r\n250 AUTH GSSAPI\r\n", None)
    assert "no login" in refused(notifier(port, user="me@example.org")).answer


def test_probing_never_logs_in(serve, authority):
    tries = []
    port = serve(Says(), security="tls", authenticator=_authenticator(tries, good=True), auth_require_tls=False)
    notifier(port, "tls", authority=authority, user="me@example.org").probe()
    assert tries == []


def test_a_server_that_sends_a_byte_at_a_time_is_given_up(scripted):
    way = notifier(scripted(b"220-", "drip"), limits=Limits(QUICK.step, timedelta(seconds=0.3), QUICK.answer))
    error = refused(way)
    assert error.kind is DeliveryKind.CHANNEL_DOWN
    assert error.answer.startswith("timeout")


def test_a_message_swallowed_without_an_answer_is_sent_again_later(scripted):
    port = scripted(b"220 hi\r\n", None, b"250 mx\r\n", None, b"250 ok\r\n", None, b"250 ok\r\n", None, b"354 go\r\n",
                    "message", "drop")  # fmt: skip
    error = refused(notifier(port))
    assert error.kind is DeliveryKind.MESSAGE_LATER
    assert "closed the connection" in error.answer


def test_a_server_that_never_answers_for_the_message_is_left(scripted):
    port = scripted(b"220 hi\r\n", None, b"250 mx\r\n", None, b"250 ok\r\n", None, b"250 ok\r\n", None, b"354 go\r\n",
                    "message", None)  # fmt: skip
    error = refused(notifier(port, limits=Limits(QUICK.step, QUICK.talk, timedelta(seconds=0.3))))
    assert error.kind is DeliveryKind.MESSAGE_LATER
    assert "took too long" in error.answer


def test_no_leave_to_send_data_is_for_later(scripted):
    port = scripted(
        b"220 hi\r\n", None, b"250 mx\r\n", None, b"250 ok\r\n", None, b"250 ok\r\n", None, b"250 what\r\n", None
    )
    assert refused(notifier(port)).kind is DeliveryKind.MESSAGE_LATER


@pytest.mark.parametrize(
    "bad", ["a@b.example\r\nRCPT TO:<c@d.example>", "<x@y>", "no address", "ü@example.org", "a@b\x00"]
)
def test_an_address_that_could_carry_a_command_is_refused(bad, serve):
    handler = Says()
    assert refused(notifier(serve(handler)), recipient=bad).kind is DeliveryKind.MESSAGE_REFUSED
    assert handler.taken == []


def test_an_answer_is_one_printable_line(scripted):
    port = scripted(b"554 a\x1b[31m" + "é".encode() + b"\xff\x00" + b"x" * 2000 + b"\r\n")
    answer = refused(notifier(port)).answer
    assert answer.isprintable()
    assert len(answer) <= 520


def test_a_way_out_describes_itself_without_its_secrets():
    assert notifier(465, "tls", host="mx.example.org", user="me").describe() == "smtps://mx.example.org:465"


def test_every_step_of_a_good_delivery_is_told(serve, authority):
    tries, handler = [], Says()
    port = serve(handler, security="starttls", authenticator=_authenticator(tries, good=True), auth_required=True)
    steps = explain(notifier(port, "starttls", authority=authority, user="me@example.org"), delivery())
    assert [s.name for s in steps] == [
        "resolve", "connect", "greet", "tls", "encryption", "login", "sender", "recipient", "message",
    ]  # fmt: skip
    assert all(s.ok and not s.hint for s in steps)
    assert "certificate verified" in steps[4].said
    assert "geheim" not in str(steps)
    assert len(handler.taken) == 1


@pytest.mark.parametrize(
    ("answers", "step", "hint"),
    [
        ({"mail": "553 not yours"}, "sender", "MONITOR_MAIL_FROM"),
        ({"rcpt": "550 nobody"}, "recipient", "spelt right"),
        ({"rcpt": "451 greylisted"}, "recipient", "tries again by itself"),
        ({"data": "554 spam"}, "message", "answer says why"),
    ],
)
def test_the_step_that_fails_says_what_to_do(answers, step, hint, serve):
    last = explain(notifier(serve(Says(**answers))), delivery())[-1]
    assert (last.name, last.ok) == (step, False)
    assert hint in last.hint


def test_a_bad_certificate_and_a_missing_server_are_explained(serve):
    bad = explain(notifier(serve(Says(), security="tls"), "tls"), delivery())[-1]
    assert "certificate" in bad.hint
    assert not bad.ok
    [missing] = explain(notifier(465, "tls", host="no-such-host.invalid"), delivery())
    assert missing.name == "resolve"
    assert "spelt right" in missing.hint
    wrong = explain(notifier(serve(Says()), "tls"), delivery())[-1]
    assert "smtp+starttls" in wrong.hint


def test_a_login_that_is_refused_is_explained(serve, authority):
    port = serve(Says(), security="tls", authenticator=_authenticator([], good=False), auth_require_tls=False)
    last = explain(notifier(port, "tls", authority=authority, user="me"), delivery())[-1]
    assert last.name == "login"
    assert "app password" in last.hint
