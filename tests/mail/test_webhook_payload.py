"""The JSON of a webhook: the facts of the mail, nothing hidden, never too long, every name documented."""

import json
import os
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digest import compose
from monitor.messages import Press, Templates
from monitor.messages.payload import MOST, names
from monitor.model import DigestKind, Medium, PartKind, Reason, Severity

OF_A_DOCUMENT = {"entry", "media", "title", "beginning", "pages", "words", "language", "sha256", "final_url"}
"""Named in no message of the invented week."""
KINDS = ["digest", "first_report", "urgent", "sign_of_life", "test"]


@pytest.fixture(scope="session")
def press(week):
    return Press(week.sender, Templates())


def to_webhook(digest, **more):
    reader = replace(digest.order.subscriber, medium=Medium.WEBHOOK, email="desk", url="https://h.example/in", **more)
    return replace(digest, order=replace(digest.order, subscriber=reader))


@pytest.fixture
def payload(messages, press):
    def of(kind, **more):
        return json.loads(press.render(to_webhook(messages[kind], **more)).mime)

    return of


SENTENCES = {"subject", "summary", "why", "text", "label"}


def facts(value):
    """A payload without its sentences: those are worded anew now and then."""
    if isinstance(value, list):
        return [facts(one) for one in value]
    if isinstance(value, dict):
        return {name: type(one).__name__ if name in SENTENCES else facts(one) for name, one in value.items()}
    return value


def test_the_committed_example_is_what_is_sent(messages, press, checkout):
    place = checkout / "docs" / "reference" / "webhook-example.json"
    made = json.loads(press.render(to_webhook(messages["digest"])).mime)
    if os.environ.get("WRITE_SAMPLES"):
        place.write_text(json.dumps(made, indent=1, ensure_ascii=True) + "\n", "utf-8")
    shown = json.loads(place.read_text("utf-8"))
    assert facts(shown) == facts(made), "WRITE_SAMPLES=1 ./run test tests/mail/test_webhook_payload.py"


def test_every_name_is_documented_and_no_other(payload, checkout):
    page = (checkout / "docs" / "reference" / "webhook.md").read_text("utf-8").partition("## The body")[2]
    documented = set(re.findall(r"`([a-z_0-9]+)`", page))
    sent = {name for kind in KINDS for name in names(payload(kind))} | OF_A_DOCUMENT
    assert sent - documented == set()
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert {name for cell in cells for name in re.findall(r"`([a-z_0-9]+)`", cell)} - sent == set()


def test_all_kinds_have_the_same_shape(payload):
    shapes = {kind: (set(payload(kind)), set(payload(kind)["data"])) for kind in KINDS}
    assert len({(frozenset(a), frozenset(b)) for a, b in shapes.values()}) == 1


def test_the_facts_are_those_of_the_mail(payload, week, messages, renderer):
    data = payload("digest")["data"]
    mail = renderer.parts(messages["digest"])
    assert data["subject"] == mail.subject
    assert {c["id"] for c in data["changes"]} == {c.id for c in week.changes}
    assert {e["id"] for e in data["events"] + data["attention"]} == {e.id for e in week.events}
    flat = " ".join(mail.text.split())
    for change in data["changes"]:
        for fact in (change["why"], change["new_sha256"], change["command"], change["source"]["url"]):
            assert fact in flat
    for event in data["events"] + data["attention"]:
        assert event["label"] in mail.text
        assert event["text"][:60] in flat


def test_its_sentences_are_in_the_readers_language_and_the_page_keeps_its_own(payload):
    found = {code: payload("digest", language=code)["data"] for code in ("en", "nl", "fr", "de")}
    for told in (
        lambda data: data["subject"], lambda data: data["summary"][1], lambda data: data["changes"][0]["why"],
        lambda data: data["events"][0]["text"], lambda data: data["language"],
    ):  # fmt: skip
        assert len({told(data) for data in found.values()}) == 4
    assert len({data["changes"][0]["parts"][0]["old"] for data in found.values()}) == 1


def test_the_first_report_has_a_line_for_every_source(payload, week):
    report = payload("first_report")["data"]["report"]
    assert {line["source"]["id"] for line in report} == {source.id for source in week.sources}
    assert {line["state"] for line in report} >= {"quotes_found", "gone", "blocked", "moved", "not_watched"}


def test_times_are_utc_and_say_so(payload):
    whole = payload("digest")
    for stamp in (whole["timestamp"], whole["data"]["covers"]["from"], whole["data"]["changes"][0]["first_seen"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
        assert datetime.fromisoformat(stamp).utcoffset() == timedelta()


def test_the_same_digest_is_the_same_bytes(messages, week):
    digest = to_webhook(messages["digest"])
    first, second = (Press(week.sender, Templates()).render(digest) for _ in range(2))
    assert first == second
    assert first.channel == "webhook:7"
    assert first.recipient == "desk"
    assert b"https://h.example" not in first.mime


EVIL = '</script><img src=x onerror=alert(1)>\u202egpj.exe\u200b\x00\r\nX-Evil: 1\u2028{{7*7}}"\\'


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_whatever_a_page_says_is_one_json_string(week, press, text):
    said = EVIL + text
    change = replace(
        week.changes[1], parts=(replace(week.changed(f"a [-{'x'}-] {{+y+}}"), old=said, new=said, headings=(said,)),),
        reasons=(Reason("date", {"old": said, "new": said}),),
    )  # fmt: skip
    digest = to_webhook(compose(week.order(), week.material(changes=(change,))))
    raw = press.render(digest).mime
    assert raw.isascii()
    assert raw.decode().isprintable()
    (found,) = json.loads(raw)["data"]["changes"]
    assert found["parts"][0]["old"] == said
    assert found["reasons"][0]["values"]["new"] == said


@pytest.mark.parametrize(("most", "size"), [(100, 3_000), pytest.param(400, 30_000, marks=pytest.mark.worst)])
@pytest.mark.slow
def test_a_page_cannot_make_it_too_long(week, press, most, size):
    words = "wort " * size
    part = replace(week.changed("a [-b-] {+c+}"), old=words, new=words, headings=("h" * 5000,) * 3)
    many = tuple(
        replace(week.changes[1], id=n, parts=(part,) * 50, severity=Severity(2 + n % 3))
        for n in range(1000, 1000 + most)
    )
    raw = press.render(to_webhook(compose(week.order(), week.material(changes=many)))).mime
    assert len(raw) <= MOST
    data = json.loads(raw)["data"]
    assert len(data["changes"]) + data["left"]["changes"] == most
    severities = [change["severity"] for change in data["changes"]]
    assert severities == sorted(severities, key=["critical", "substantive", "minor"].index)
    assert all(change["parts_left"] + len(change["parts"]) == 50 for change in data["changes"])


def test_the_documents_behind_new_entries_are_named(week, press):
    from monitor.model import Document, DocumentState

    document = Document(
        "ai4belgium-news", "https://ai4belgium.be/news/annual-report-2026.pdf", "Annual report", week.now, change=414,
        state=DocumentState.KEPT, media="pdf", title="Annual report 2026", pages=12, words=4321, sha256="ab" * 32,
    )  # fmt: skip
    made = compose(week.order(), week.material(documents=(document,)))
    changes = json.loads(press.render(to_webhook(made)).mime)["data"]["changes"]
    (told,) = [d for change in changes if change["id"] == 414 for d in change["documents"]]
    assert (told["title"], told["state"], told["sha256"], told["pages"]) == (
        "Annual report 2026",
        "kept",
        "ab" * 32,
        12,
    )


def test_a_long_part_is_shortened_and_says_so(week, press):
    words = "wort " * 20_000
    part = replace(week.changed("a [-b-] {+c+}"), kind=PartKind.ADDED, old="", new=words, spans=())
    made = compose(week.order(), week.material(changes=(replace(week.changes[1], parts=(part, part)),)))
    (change,) = json.loads(press.render(to_webhook(made)).mime)["data"]["changes"]
    assert [p["cut"] for p in change["parts"]] == [True, True]
    assert words.startswith(change["parts"][0]["new"])


def test_it_is_shown_before_anything_is_sent(messages, press):
    digest = to_webhook(messages["urgent"])
    parts = press.parts(digest)
    assert json.loads(parts.text)["type"] == "footnote_watch.urgent"
    assert digest.order.kind is DigestKind.URGENT
    assert parts.subject.startswith("Urgent")
