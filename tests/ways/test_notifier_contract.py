"""What every way out must do, asked of each of them: files, SMTP, webhooks, chats."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from monitor.errors import DeliveryError, DeliveryKind
from monitor.fetch import Limits as WebLimits
from monitor.logs import Mask
from monitor.model import Delivery
from monitor.notify.chat import ChatNotifier
from monitor.notify.file import FileNotifier
from monitor.notify.line import Limits
from monitor.notify.smtp import SmtpNotifier
from monitor.notify.webhook import WebhookNotifier
from monitor.settings import SmtpServer
from monitor.settings.secrets import spellings

PASSWORD = "canary-Password/1"
KEY = b"canary-key-of-24-bytes-and-more"
TOKEN = "CanaryToken0123456789"
START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
WAYS = ("file", "smtp", "webhook", "chat")
HOSTILE = "\r\n.\r\nMAIL FROM:<evil@example.org>\r\n\u202e@everyone <!channel> \U0001f600 {{7*7}} %s ‘’\r\n..\r\n"


class _Side:
    """One way out and what stands at its other end. `brings` turns what arrived back into the message."""

    def __init__(self, notifier, arrived, brings, names, moods):
        self.notifier, self._arrived, self._brings, self._names = notifier, arrived, brings, names
        self._moods = moods

    def taken(self):
        """Without the line ends after the last word, which a chat service may drop."""
        return [self._brings(one).rstrip() for one in self._arrived()]

    def names(self):
        """What a reader of the other side recognises a repeated message by."""
        return [self._names(one) for one in self._arrived()]

    def now(self, mood):
        """Make the other side behave so; skips where that cannot happen."""
        if mood not in self._moods:
            pytest.skip("cannot happen there")
        self._moods[mood]()


class _Sides:
    def __init__(self, request, tmp_path):
        self._request, self._tmp_path = request, tmp_path

    def _get(self, name):
        return self._request.getfixturevalue(name)

    def file(self, *, quick=False):
        folder = self._tmp_path / "outbox"

        def down():
            shutil.rmtree(folder, ignore_errors=True)
            folder.write_text("a file where the folder should be")

        def arrived():
            return sorted(folder.glob("*.eml"))

        return _Side(FileNotifier(folder), arrived, lambda f: f.read_bytes(), lambda f: f.name, {"down": down})

    def smtp(self, *, quick=False):
        server = self._get("mail_server")
        closed = self._get("closed_port")
        place = SmtpServer("none", "127.0.0.1", server.port, "watch@example.org", SecretStr(PASSWORD))
        step = timedelta(seconds=0.3 if quick else 10)
        notifier = SmtpNotifier(place, limits=Limits(step=step, talk=step * 3, answer=step * 3))

        def down():
            notifier.server = replace(place, port=closed)

        def mood(command, answer):
            return lambda: server.moods.update({command: answer})

        def stall():
            server.stall = True

        moods = {
            "down": down, "stall": stall, "permanent": mood("RCPT", "550 nobody here"),
            "temporary": mood("RCPT", "451 come back"), "auth": mood("AUTH", "535 no"),
            "echo": mood("AUTH", "535 no: {password} {told} " + PASSWORD.upper()),
        }  # fmt: skip
        return _Side(notifier, lambda: server.taken, lambda raw: raw, lambda raw: raw.partition(b"\r\n")[0], moods)

    def webhook(self, *, quick=False):
        web = self._get("serve")()
        poster = self._get("poster_to")(web, limits=WebLimits(total=0.7, connect=0.5) if quick else None)
        notifier = WebhookNotifier(
            "https://hooks.example.org/in", [KEY], poster=poster, clock=self._get("clock"), missing="set it"
        )
        closed = self._get("closed_port")
        other = self._get("poster_to")(web, names=_Nowhere(closed), exceptions={("127.0.0.1", closed)})

        def down():
            notifier._poster = other

        secret = spellings(["whsec_Y2FuYXJ5LWtleS1vZi0yNC1ieXRlcy1hbmQtbW9yZQ=="])[0]
        moods = {
            "down": down, "stall": lambda: setattr(web, "stall", True), "permanent": lambda: web.answers(422, b"no"),
            "temporary": lambda: web.answers(503, b"later"), "auth": lambda: web.answers(401, b"who?"),
            "echo": lambda: web.answers(403, b"your key is " + secret.encode()),
        }  # fmt: skip
        return _Side(notifier, lambda: web.asked, lambda a: a.body, lambda a: a.headers["webhook-id"], moods)

    def chat(self, *, quick=False):
        web = self._get("serve")(host="")
        url = f"json://127.0.0.1:{web.port}/{TOKEN}"
        notifier = ChatNotifier(SecretStr(url), deadline=1.0 if quick else 30.0, missing="set it")
        closed = SecretStr(f"json://127.0.0.1:{self._get('closed_port')}/{TOKEN}")
        moods = {
            "down": lambda: setattr(notifier, "_url", closed), "stall": lambda: setattr(web, "stall", True),
            "permanent": lambda: web.answers(413), "temporary": lambda: web.answers(503),
            "auth": lambda: web.answers(401), "echo": lambda: web.answers(404, TOKEN.encode()),
        }  # fmt: skip
        return _Side(
            notifier, lambda: web.asked, lambda a: json.loads(a.body)["message"].encode(),
            lambda a: json.loads(a.body)["title"], moods,
        )  # fmt: skip


class _Nowhere:
    def __init__(self, port):
        self._port = port

    async def resolve(self, host, port):
        return (("127.0.0.1", self._port),)


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@pytest.fixture
def side(request, tmp_path, way):
    return getattr(_Sides(request, tmp_path), way)()


@pytest.fixture
def quick_side(request, tmp_path, way):
    return getattr(_Sides(request, tmp_path), way)(quick=True)


def message(text="hello\r\n", name="<2026-11-24.7.k3v9@example.org>"):
    body = f"Message-ID: {name}\r\n\r\n{text}".encode()
    return Delivery(
        1, 1, "reader@example.org", "watch@example.org", name, body, START, subject=f"3 changes ({name[1:11]})"
    )


def failure(work):
    with pytest.raises(DeliveryError) as caught:
        work()
    return caught.value


def test_the_frozen_bytes_arrive(side):
    side.notifier.send(message())
    assert side.taken() == [message().mime.rstrip()]


def test_nothing_in_a_message_means_anything_on_the_way(side):
    side.notifier.send(message(HOSTILE))
    assert side.taken() == [message(HOSTILE).mime.rstrip()]


def test_a_message_that_is_sent_again_is_recognised_and_another_is_not(side):
    for one in (message(), message(), message("other\r\n", "<2026-11-25.7.k3v9@example.org>")):
        side.notifier.send(one)
    names = side.names()
    assert len(set(names)) == 2
    assert names[0] == names[-2] or len(names) == 2


def test_a_message_that_is_refused_for_good_is_the_messages_fault(side):
    side.now("permanent")
    error = failure(lambda: side.notifier.send(message()))
    assert error.kind is DeliveryKind.MESSAGE_REFUSED
    assert error.permanent


def test_a_message_that_is_put_off_may_be_tried_again(side):
    side.now("temporary")
    error = failure(lambda: side.notifier.send(message()))
    assert error.kind is DeliveryKind.MESSAGE_LATER
    assert not error.permanent


def test_nobody_at_the_other_end_is_the_channels_state(side):
    side.now("down")
    assert failure(lambda: side.notifier.send(message())).kind is DeliveryKind.CHANNEL_DOWN


def test_a_probe_asks_whether_the_way_is_open_and_sends_nothing(side, way):
    side.notifier.probe()
    assert side.taken() == []
    if way != "chat":  # which cannot be asked without sending
        side.now("down")
        assert failure(side.notifier.probe).kind is DeliveryKind.CHANNEL_DOWN


def test_who_is_not_let_in_loses_no_message(side):
    side.now("auth")
    assert failure(lambda: side.notifier.send(message())).kind is DeliveryKind.CHANNEL_AUTH


@pytest.mark.slow
def test_the_other_side_that_says_nothing_is_not_waited_for(quick_side):
    quick_side.now("stall")
    error = failure(lambda: quick_side.notifier.send(message()))
    assert error.kind in {DeliveryKind.CHANNEL_DOWN, DeliveryKind.MESSAGE_LATER}


def test_no_way_out_tells_its_secrets_when_it_describes_itself(side):
    said = side.notifier.describe()
    assert said
    for secret in (PASSWORD, TOKEN, "canary"):
        assert secret.casefold() not in said.casefold()


def test_secrets_that_come_back_in_an_answer_are_known_in_every_spelling(side):
    side.now("echo")
    error = failure(lambda: side.notifier.send(message()))
    urls = [f"smtp://watch%40example.org:{PASSWORD.replace('/', '%2F')}@127.0.0.1", f"json://127.0.0.1/{TOKEN}"]
    mask = Mask(spellings([*urls, "whsec_Y2FuYXJ5LWtleS1vZi0yNC1ieXRlcy1hbmQtbW9yZQ=="]))
    said = mask.clean(error.answer).casefold()
    for secret in (PASSWORD, TOKEN, "Y2FuYXJ5", "AHdhdGNo"):
        assert secret.casefold() not in said
