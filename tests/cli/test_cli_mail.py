"""`digest`, `mail test`, `mail queue`."""

import asyncio
import json
import threading
from email import message_from_bytes
from email.policy import SMTP as WIRE

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from monitor.model import ChannelState, DeliveryState

CANARY = "p%40ss-c4nary"
PLAIN = "p@ss-c4nary"


class Mailbox:
    """A mail server's opinions, and what it took in."""

    def __init__(self, rcpt: str = "250 recipient ok") -> None:
        self.rcpt, self.taken = rcpt, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(message_from_bytes(envelope.content, policy=WIRE))
        return "250 2.0.0 queued as 4F2A"


def refuse(server, session, envelope, mechanism, data):
    """Refuses the login, and says the password out loud."""
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 no, {data.password.decode()} is wrong")


@pytest.fixture
def mail_server():
    """Starts mail servers on loopback; gives the address of one as MONITOR_SMTP_URL has it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers = []

    def start(handler, login="", **more):
        made = loop.create_server(lambda: SMTP(handler, hostname="mx.example.org", loop=loop, **more), "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(made, loop).result(10)
        servers.append(server)
        return f"smtp://{login}127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def by_server(lived_in, mail_server, monkeypatch):
    """Sends mail through a server with these opinions."""

    def use(handler, **more):
        monkeypatch.setenv("MONITOR_SMTP_URL", mail_server(handler, **more))
        monkeypatch.setenv("MONITOR_MAIL_FROM", "Footnote Watch <watch@example.org>")
        return handler

    return use


def everything(path):
    with_log = [path, path.with_name(path.name + "-wal")]
    return b"".join(p.read_bytes() for p in with_log if p.exists())


def test_a_look_at_the_digests_changes_nothing(monitor, database):
    before = everything(database)
    done = monitor("digest", "--dry-run")
    assert done.code == 0
    assert everything(database) == before
    assert done.out.startswith("To: anna@example.org\nSubject: 1 change, 1 quoted passage lost: Supervisory Body")
    assert "kept for [-five years-] {+five⟨U+001B⟩[2Jtwo⟨U+202E⟩years⟨U+200B⟩+}" in done.out
    assert "To: bram@example.org (paused)\nSubject: " in done.out


def test_a_look_at_one_subscribers_digest(monitor, lived_in):
    done = monitor("digest", "--dry-run", "Anna@example.org")
    assert done.out.count("To: ") == 1
    wrong = monitor("digest", "--dry-run", "anna@example.com")
    assert (wrong.code, wrong.err) == (78, "anna@example.com: is not subscribed (did you mean anna@example.org?)\n")


def test_a_look_at_a_digest_obeys_the_filters(monitor, lived_in):
    monitor("subscribers", "change", "anna@example.org", "--source", "wallonia")
    assert monitor("digest", "--dry-run", "anna@example.org").out == "To: anna@example.org\nNothing to tell.\n"


def test_a_look_at_the_digests_of_nobody(monitor, home):
    assert monitor("digest", "--dry-run").out == "Nobody is subscribed: monitor subscribers add you@example.org\n"


def test_digest_composes_what_is_due_once(monitor, opened):
    monitor("subscribers", "change", "anna@example.org", "--frequency", "immediate")
    before = len(opened.outbox.deliveries())
    done = monitor("digest")
    assert (done.code, done.out) == (0, "1 message composed; 2 handed over.\n")
    assert len(opened.outbox.deliveries()) == before + 1
    assert monitor("digest").out.startswith("Nothing is due")


def test_an_address_without_dry_run_is_refused(monitor, lived_in):
    done = monitor("digest", "anna@example.org")
    assert (done.code, done.err) == (78, "anna@example.org: an address is taken with --dry-run only\n")


def test_without_a_server_the_test_message_is_a_file_and_its_place_is_named(monitor, lived_in):
    done = monitor("mail", "test", "anna@example.org")
    assert done.code == 0
    (file,) = (lived_in / "alerts" / "outbox").iterdir()
    assert str(lived_in / "alerts" / "outbox") in done.out
    assert file.name in done.out
    assert message_from_bytes(file.read_bytes(), policy=WIRE)["To"] == "anna@example.org"


def test_a_test_message_that_cannot_be_written_says_so(monitor, lived_in):
    (lived_in / "alerts").write_text("a file where a folder should be")
    done = monitor("mail", "test", "anna@example.org")
    assert done.code == 1
    assert "FAIL" in done.err
    assert "Traceback" not in done.said


def test_the_test_message_is_told_step_by_step(monitor, by_server):
    box = by_server(Mailbox())
    done = monitor("mail", "test", "carla@example.org")
    assert done.code == 0
    steps = [line.split()[1] for line in done.out.splitlines() if line.startswith("ok")]
    assert steps == ["resolve", "connect", "greet", "login", "sender", "recipient", "message"]
    assert "Sent. Look into the mailbox" in done.out
    (mail,) = box.taken
    assert mail["To"] == "carla@example.org"
    assert "test" in mail["Subject"].lower()


def test_a_step_that_fails_comes_with_its_usual_cause(monitor, by_server):
    by_server(Mailbox(rcpt="550 5.1.1 \x1b[2Jno such user"))
    done = monitor("mail", "test", "carla@example.org")
    assert done.code == 1
    assert "FAIL  recipient" in done.out
    assert "550 5.1.1" in done.out
    assert "→ The server refuses the recipient." in done.out
    assert "Not sent." in done.out
    assert "\x1b" not in done.out


def test_a_server_that_is_not_there_is_told_from_a_wrong_password(monitor, lived_in, monkeypatch):
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("MONITOR_MAIL_FROM", "watch@example.org")
    done = monitor("mail", "test", "carla@example.org")
    assert done.code == 1
    assert "FAIL  connect" in done.out
    assert "Is the port right" in done.out


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_server_that_repeats_the_password_is_not_quoted_anywhere(monitor, by_server, database):
    by_server(Mailbox(), login=f"watch:{CANARY}@", authenticator=refuse, auth_required=True, auth_require_tls=False)
    said = monitor("mail", "test", "carla@example.org")
    assert said.code == 1
    assert "FAIL  login" in said.out
    assert "535 5.7.8" in said.out
    for done in (said, monitor("mail", "queue"), monitor("doctor", "--json"), monitor("config")):
        assert PLAIN not in done.said
        assert CANARY not in done.said


def test_a_message_that_gets_through_opens_a_closed_way_out(monitor, by_server, opened):
    by_server(Mailbox())
    opened.outbox.set_channel(ChannelState("paused", note="535 bad password"))
    assert "What waited goes out with the daemon" in monitor("mail", "test", "carla@example.org").out
    assert opened.outbox.channel().state == "up"


@pytest.mark.parametrize("address", ["carla", "carla@example.org\nBcc: x@y.z"])
def test_a_test_message_goes_to_an_address_only(monitor, lived_in, address):
    done = monitor("mail", "test", address)
    assert done.code == 78
    assert len(done.err.splitlines()) == 1


def test_the_queue_shows_state_tries_and_the_servers_answer(monitor, lived_in):
    rows = {line.split()[0]: line for line in monitor("mail", "queue").out.splitlines()[1:]}
    assert list(rows) == ["4", "3", "2", "1"]
    assert "failed" in rows["2"]
    assert "550 5.1.1 no such user" in rows["2"]
    assert "dead" in rows["3"]
    assert [r["state"] for r in json.loads(monitor("mail", "queue", "--json", "--limit", "2").out)] == [
        "pending",
        "dead",
    ]


def test_the_queue_says_that_the_way_out_is_closed(monitor, opened):
    opened.outbox.set_channel(ChannelState("down", note="cannot connect: \x1b refused"))
    out = monitor("mail", "queue").out
    assert out.startswith("The way out for mail is down since never: cannot connect: ⟨U+001B⟩ refused\n")


def test_an_empty_queue_says_so(monitor, home):
    assert monitor("mail", "queue").out == "No message was composed yet.\n"


def test_a_failed_message_can_be_tried_again_once(monitor, opened):
    assert monitor("mail", "queue", "--retry", 2).out.startswith("Delivery 2 is in the queue again")
    assert opened.outbox.deliveries(1, states=[DeliveryState.FAILED]) == ()
    done = monitor("mail", "queue", "--retry", 2)
    assert (done.code, done.err) == (
        1, "monitor: Delivery 2 is neither failed nor dead; `monitor mail queue` shows all.\n",
    )  # fmt: skip
