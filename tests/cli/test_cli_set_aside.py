"""What the operator sees of digests that could not be made, and of readers nothing arrives at."""

import json
from datetime import timedelta

import pytest

from monitor.model import Aside, DigestKind
from monitor.store import daemon_lock


@pytest.fixture
def reader(opened):
    return opened.subscribers.all()[0]


@pytest.fixture
def aside(opened, reader):
    made = Aside(reader.id, DigestKind.DIGEST, "2026-11-23", "0.0.1", opened._clock.now(), "ZeroDivisionError: x")
    opened.aside.put(made)
    return made


def lines(monitor, name):
    return [row for row in json.loads(monitor("doctor", "--offline", "--json").out) if row["check"] == name]


def test_a_digest_that_was_set_aside_is_named_by_doctor_and_status(monitor, opened, reader, aside):
    [line] = lines(monitor, "digests")
    assert line["state"] == "fail"
    assert line["said"] == f"the digest of {reader.email} could not be made: ZeroDivisionError: x"
    assert "monitor digest --retry" in line["mend"]
    with daemon_lock(opened.path):
        done = monitor("status")
        facts = json.loads(monitor("status", "--json").out)
    assert done.code in {1, 2}
    assert "1 digest set aside" in done.out
    assert facts["set_aside"] == 1


def test_retry_tries_what_was_set_aside_now(monitor, opened, aside):
    assert monitor("digest", "--retry").out.startswith("1 digest set aside: tried again.\n")
    assert opened.aside.all() == ()
    assert monitor("digest", "--retry").out.startswith("0 digests set aside")


def test_a_reader_whose_mail_comes_back_is_named_before_they_are_suspended(monitor, opened, reader):
    [sent] = [r for r in opened.outbox.deliveries(100) if r.state == "sent" and r.subscriber_id == reader.id][:1]
    name = sent.message_id.strip("<>")
    for number in range(3):
        opened.inbox.take_bounce(f"soft {number}", [name], hard=False, said="452 full", now=opened._clock.now())
    opened.inbox.take_bounce("hard", [name], hard=True, said="550 no", now=opened._clock.now())
    found = [line for line in lines(monitor, "subscribers") if line["state"] == "warn"]
    assert found[0]["said"] == f"1 message to {reader.email} came back for good, 3 for a while"


def test_a_suspended_reader_is_named_by_doctor_and_status(monitor, opened, reader):
    opened.subscribers.suspend(reader.id, "3 messages came back: 550 no", opened._clock.now() - timedelta(hours=1))
    found = lines(monitor, "subscribers")
    assert found[0]["said"].startswith(f"{reader.email} is suspended since ")
    assert found[0]["said"].endswith(": 3 messages came back: 550 no")
    assert found[0]["mend"] == f"monitor subscribers resume {reader.email}"
    assert "1 subscriber is suspended" in monitor("status").out
    opened.subscribers.resume(reader.id)
    assert "suspended" not in monitor("status").out
