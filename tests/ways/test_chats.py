"""Chats: what Apprise says given its meaning, nothing without a URL, nothing said twice or unmasked."""

import io
import logging

import pytest
from pydantic import SecretStr

from monitor import logs
from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.notify.chat import ChatNotifier, installed

TOKEN = "CanaryToken0123456789"


def send(notifier, start):
    message = Delivery(1, 1, "team", "w@example.org", "<m@x>", b"one\ntwo\n", start, subject="3 changes")
    return notifier.send(message)


def failure(notifier, start):
    with pytest.raises(DeliveryError) as caught:
        send(notifier, start)
    return caught.value


def test_without_a_url_it_says_what_to_set(clock):
    error = failure(ChatNotifier(SecretStr(""), missing="MONITOR_CHAT_URL_TEAM is not set"), clock.now())
    assert (error.kind, error.answer) == (DeliveryKind.CHANNEL_AUTH, "MONITOR_CHAT_URL_TEAM is not set")
    assert ChatNotifier(SecretStr("")).describe() == "chat (not set)"


@pytest.mark.parametrize("url", [f"nosuchservice://{TOKEN}", "slack://", "://", TOKEN])
def test_a_url_that_is_none_pauses_and_is_not_repeated(url, clock):
    error = failure(ChatNotifier(SecretStr(url)), clock.now())
    assert error.kind is DeliveryKind.CHANNEL_AUTH
    assert TOKEN not in error.answer


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, DeliveryKind.MESSAGE_REFUSED), (413, DeliveryKind.MESSAGE_REFUSED), (401, DeliveryKind.CHANNEL_AUTH),
        (403, DeliveryKind.CHANNEL_AUTH), (404, DeliveryKind.CHANNEL_AUTH), (410, DeliveryKind.CHANNEL_AUTH),
        (302, DeliveryKind.CHANNEL_AUTH), (429, DeliveryKind.MESSAGE_LATER), (500, DeliveryKind.MESSAGE_LATER),
        (503, DeliveryKind.MESSAGE_LATER),
    ],
)  # fmt: skip
def test_what_each_answer_means(status, kind, serve, clock):
    web = serve(host="")
    web.answers(status, b"no", Location="http://127.0.0.1:1/elsewhere")
    error = failure(ChatNotifier(SecretStr(f"json://127.0.0.1:{web.port}/{TOKEN}")), clock.now())
    assert (error.kind, error.code) == (kind, status)
    assert len(web.asked) == 1


def test_what_apprise_logs_is_not_said_a_second_time(serve, clock, capfd):
    web, heard = serve(host=""), io.StringIO()
    web.answers(401)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        logs.set_up("debug", "text", [], heard)
        failure(ChatNotifier(SecretStr(f"json://127.0.0.1:{web.port}/{TOKEN}")), clock.now())
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    out, err = capfd.readouterr()
    assert (heard.getvalue(), out, err) == ("", "", "")


def test_no_picture_is_fetched_and_nothing_but_the_text_is_sent(serve, clock):
    web = serve(host="")
    assert send(ChatNotifier(SecretStr(f"json://127.0.0.1:{web.port}/x")), clock.now()) == "taken"
    (asked,) = web.asked
    assert b"one\\ntwo" in asked.body
    assert b"http" not in asked.body


def test_the_extra_is_there_in_the_tests():
    assert installed()
