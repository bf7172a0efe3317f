"""Webhooks: signed as Standard Webhooks 1.0.0 says, and every answer given its meaning."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.model.wire import Posted
from monitor.notify.webhook import WebhookNotifier, judge, message_name, signed
from monitor.settings.ways import keys, new_secret

URL = "https://hooks.example.org/in"
KEY = b"k" * 24


def delivery(start, mime=b'{"type":"x"}', name="<2026-11-24.7.k3v9@example.org>"):
    return Delivery(1, 1, "desk", "watch@example.org", name, mime, start, channel="webhook:7")


def verified(asked, key):
    """As a receiver does it, from the specification alone."""
    content = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return [f"v1,{expected}" == one for one in asked.headers["webhook-signature"].split(" ")]


def test_the_example_of_the_reference_libraries_is_signed_as_they_sign_it():
    (key,) = keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = dict(signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [key]))
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_receiver_can_verify_what_it_got(serve, poster_to, clock):
    web = serve()
    web.answers(200, b"ok")
    way = WebhookNotifier(URL, [KEY], poster=poster_to(web), clock=clock)
    assert way.send(delivery(clock.now())) == "200 ok"
    (asked,) = web.asked
    assert verified(asked, KEY) == [True]
    assert verified(asked, b"x" * 24) == [False]
    assert asked.headers["webhook-timestamp"] == str(int(clock.now().timestamp()))
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {"type": "x"}


def test_the_receiver_in_the_documentation_works(serve, poster_to, clock, checkout, monkeypatch):
    page = (checkout / "docs" / "how-to" / "webhook.md").read_text("utf-8")
    room: dict[str, object] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], room)
    web, secret, other = serve(), new_secret(KEY), new_secret(b"o" * 24)
    WebhookNotifier(URL, keys(f"{other} {secret}"), poster=poster_to(web), clock=clock).send(delivery(clock.now()))
    (asked,) = web.asked
    monkeypatch.setattr(room["time"], "time", clock.now().timestamp)
    assert room["verified"](asked.headers, asked.body, secret)
    assert not room["verified"](asked.headers, asked.body + b" ", secret)
    assert not room["verified"](asked.headers, asked.body, new_secret(b"x" * 24))
    monkeypatch.setattr(room["time"], "time", lambda: clock.now().timestamp() + 301)
    assert not room["verified"](asked.headers, asked.body, secret)


def test_while_a_secret_is_changed_both_sign(serve, poster_to, clock):
    web = serve()
    old, new = KEY, b"n" * 32
    WebhookNotifier(URL, [new, old], poster=poster_to(web), clock=clock).send(delivery(clock.now()))
    assert verified(web.asked[0], new) == [True, False]
    assert verified(web.asked[0], old) == [False, True]


def test_a_second_try_has_the_same_id_and_its_own_time(serve, poster_to, clock):
    web = serve()
    way = WebhookNotifier(URL, [KEY], poster=poster_to(web), clock=clock)
    way.send(delivery(clock.now()))
    clock.advance(timedelta(seconds=300))
    way.send(delivery(clock.now()))
    first, second = web.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300
    assert verified(second, KEY) == [True]


def test_nothing_is_ever_sent_unsigned(serve, poster_to, clock):
    web = serve()
    way = WebhookNotifier(URL, [], poster=poster_to(web), clock=clock, missing="MONITOR_WEBHOOK_SECRET_DESK is not set")
    with pytest.raises(DeliveryError, match="MONITOR_WEBHOOK_SECRET_DESK") as caught:
        way.send(delivery(clock.now()))
    assert caught.value.kind is DeliveryKind.CHANNEL_AUTH
    assert web.asked == []


@given(st.text(min_size=1))
def test_the_name_of_a_message_holds_no_dot_and_fits_a_header(message_id):
    name = message_name(message_id)
    assert name.startswith("fw_")
    assert name.replace("_", "").isalnum()
    assert name.isascii()
    assert name == message_name(message_id)
    assert name != message_name(message_id + "x")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (0, DeliveryKind.MESSAGE_LATER), (408, DeliveryKind.MESSAGE_LATER), (425, DeliveryKind.MESSAGE_LATER),
        (429, DeliveryKind.MESSAGE_LATER), (500, DeliveryKind.MESSAGE_LATER), (502, DeliveryKind.MESSAGE_LATER),
        (503, DeliveryKind.MESSAGE_LATER), (599, DeliveryKind.MESSAGE_LATER),
        (400, DeliveryKind.MESSAGE_REFUSED), (413, DeliveryKind.MESSAGE_REFUSED), (415, DeliveryKind.MESSAGE_REFUSED),
        (422, DeliveryKind.MESSAGE_REFUSED),
        (301, DeliveryKind.CHANNEL_AUTH), (302, DeliveryKind.CHANNEL_AUTH), (304, DeliveryKind.CHANNEL_AUTH),
        (307, DeliveryKind.CHANNEL_AUTH), (308, DeliveryKind.CHANNEL_AUTH), (401, DeliveryKind.CHANNEL_AUTH),
        (403, DeliveryKind.CHANNEL_AUTH), (404, DeliveryKind.CHANNEL_AUTH), (405, DeliveryKind.CHANNEL_AUTH),
        (451, DeliveryKind.CHANNEL_AUTH),
        (410, DeliveryKind.CHANNEL_GONE),
    ],
)  # fmt: skip
def test_what_each_answer_means(status, kind):
    with pytest.raises(DeliveryError) as caught:
        judge(Posted(status, "said so"))
    assert caught.value.kind is kind
    assert "said so" in caught.value.answer
    assert caught.value.code == (status or None)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(status):
    assert judge(Posted(status, "")) == str(status)


@given(st.integers(0, 999), st.text(max_size=300))
def test_every_answer_is_either_taken_or_an_error_in_one_printable_line(status, said):
    try:
        line = judge(Posted(status, said, location="https://x.example/\r\nevil"))
    except DeliveryError as error:
        line = error.answer
    assert line.isprintable()
    assert len(line) < 600


def test_a_redirect_says_where_it_leads_and_that_it_is_not_followed():
    with pytest.raises(DeliveryError, match=r"redirects to https://new\.example\.org/in, which is not followed"):
        judge(Posted(308, "", location="https://new.example.org/in"))


@given(st.binary(min_size=24, max_size=64))
def test_a_secret_is_read_as_it_is_written(random):
    assert keys(new_secret(random)) == (random,)
    assert keys(f"  {new_secret(random)} {new_secret(random[::-1])} ") == (random, random[::-1])


@pytest.mark.parametrize("value", ["whsec_", "whsec_c2hvcnQ=", "secret", "whsec_!!!!", "whsec_" + "QUFB" * 30, "a b"])
def test_what_is_no_secret_is_refused_without_being_repeated(value):
    with pytest.raises(ValueError, match="not a signing secret"):
        keys(value)
