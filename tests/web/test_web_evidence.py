"""What went over the wire is shown with a copy and with a look, and where it was not kept this is said."""

import hashlib
from datetime import timedelta

import pytest

from monitor.model import Capture, HopRecord, Look, Outcome, PollIntent, Reason, Trace, Trigger

DER = b"\x30\x03der"
BODY = b"<!doctype html><title>T</title><p>As it travelled.</p>"
HOSTILE = "X-Evil: <script>alert(1)</script> caf\xe9"


@pytest.fixture
def brought(pages):
    """One more look at a source of the lived home, with its wire; the number of the copy and of the look."""
    store = pages.store
    source = next(s.source for s in store.sources.all() if s.source.pollable)
    now = max(p.finished_at for p in store.history.polls(limit=5)) + timedelta(days=1)
    store.sources.make_due([source.id], now)
    order = store.polls.claim(source.id, now, timedelta(minutes=5), "test")
    hop = HopRecord(
        source.url, ("GET /ai HTTP/1.1", "Host: www.example.be", "Cookie: sid=[12 bytes]"),
        ("HTTP/1.1 200 OK", "DATE: Sun, 22 Nov 2026 07:00:00 GMT", HOSTILE), "203.0.113.7:443", "TLSv1.3",
        "TLS_AES_256_GCM_SHA384", (hashlib.sha256(DER).hexdigest(),), now, timedelta(milliseconds=31),
        timedelta(milliseconds=1045), "chunked", ("gzip",), 4711, "ab" * 32,
    )  # fmt: skip
    answer = Capture(source.url, source.url, 200, hop.headers, BODY, now, trace=Trace((hop,), (DER,)))
    look = Look(0, source.url, answer, sha256=hashlib.sha256(BODY).hexdigest())
    recorded = store.polls.record(
        PollIntent(
            source.id, order.token, Trigger.SCHEDULED, now, now, Outcome.UNCHANGED, Reason("readable"), (look,), 0,
            good=False, memory=order.memory, health=order.health, next_poll_at=now + timedelta(days=1),
            next_trigger=Trigger.SCHEDULED,
        )
    )  # fmt: skip
    return recorded.snapshot_id, recorded.poll_id


@pytest.mark.parametrize("place", ["kept", "looks"])
def test_a_copy_and_a_look_show_what_went_over_the_wire(pages, brought, place):
    number = brought[place == "looks"]
    answer = pages.get(f"/{place}/{number}")
    assert answer.status_code == 200
    for shown in ("203.0.113.7:443", "TLSv1.3", "ab" * 32, hashlib.sha256(DER).hexdigest(), "GET /ai HTTP/1.1",
                  "DATE: Sun, 22 Nov 2026", "sid=[12 bytes]", "gzip"):  # fmt: skip
        assert shown in answer.text
    assert "<script>alert(1)" not in answer.text


def test_a_copy_leads_to_its_look_and_a_look_to_its_copy(pages, brought):
    copy, look = brought
    assert f'href="/looks/{look}"' in pages.get(f"/kept/{copy}").text
    assert f'href="/kept/{copy}"' in pages.get(f"/looks/{look}").text


def test_where_it_was_not_kept_this_is_said(pages):
    old = next(p for p in pages.store.history.polls() if p.looks and p.looks[0].status)
    assert "was not kept at this look" in pages.get(f"/looks/{old.id}").text
    assert pages.get("/looks/999999").status_code == 404


def test_the_api_says_the_same(pages, brought):
    copy, look = brought
    told = pages.get(f"/api/v1/snapshots/{copy}").json()
    (hop,) = told["hops"]
    assert (told["look"], hop["peer"], hop["received_bytes"]) == (look, "203.0.113.7:443", 4711)
    assert hop["answer"][2] == HOSTILE
    assert hop["last_byte"] == 1.045
    older = pages.store.history.polls()[-1].looks[0].snapshot
    assert pages.get(f"/api/v1/snapshots/{older}").json()["hops"] == []


def test_a_certificate_is_saved_as_it_was_sent(pages, brought):
    answer = pages.get(f"/certificates/{hashlib.sha256(DER).hexdigest()}")
    assert answer.status_code == 200
    assert answer.text.startswith("-----BEGIN CERTIFICATE-----")
    assert pages.get("/certificates/abc").status_code == 404
