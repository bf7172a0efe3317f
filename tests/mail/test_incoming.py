"""Mail that comes in: what a bounce, an unsubscribe, an automatic reply and a hostile message are taken for."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bounces
from bounces import NAME

from monitor.mailing import incoming
from monitor.mailing.incoming import Kind, Refused, read


def test_a_report_says_who_what_and_for_good():
    found = read(bounces.report())
    assert (found.kind, found.names, found.own_name) == (Kind.HARD, (NAME,), "bounce-1@mx.example.org")
    assert found.said == "550 5.1.1 <reader@example.org>: User unknown"


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"status": "4.4.7"}, Kind.SOFT),
        ({"action": "delayed", "status": "4.0.0"}, Kind.SOFT),
        ({"action": "delivered", "status": "2.0.0"}, Kind.IGNORED),
        ({"action": "relayed", "status": "2.0.0"}, Kind.IGNORED),
        ({"action": "FAILED", "status": "5.0.0 (permanent)"}, Kind.HARD),
        ({"status": "", "diagnostic": ""}, Kind.SOFT),
    ],
)
def test_only_what_failed_for_good_is_a_hard_bounce(more, kind):
    assert read(bounces.report(**more)).kind is kind


@pytest.mark.parametrize(
    ("raw", "kind", "said"),
    [
        (bounces.EXIM, Kind.HARD, "550 5.1.1 no mailbox by that name is currently available"),
        (bounces.QMAIL, Kind.HARD, "550 No such user here"),
        (bounces.EXCHANGE, Kind.BLOCKED, "554 5.7.1 <mx.example.com #5.7.1 smtp; 554 5.7.1 Access denied>'"),
        (bounces.LATE, Kind.SOFT, "550 may come later"),
        (bounces.FULL, Kind.SOFT, "452 4.2.2 The email account is over quota"),
    ],
    ids=["exim", "qmail", "exchange", "late", "full"],
)
def test_a_bounce_in_plain_words_is_understood(raw, kind, said):
    found = read(raw)
    assert (found.kind, found.said) == (kind, said)
    assert NAME in found.names


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.7.1", "smtp; 550 5.7.1 Client host [1.2.3.4] blocked using zen.spamhaus.org", Kind.BLOCKED),
        ("5.7.26", "smtp; 550-5.7.26 This mail is unauthenticated", Kind.BLOCKED),
        ("5.7.509", "smtp; 550 5.7.509 Access denied, sending domain does not pass DMARC", Kind.BLOCKED),
        ("5.0.0", "smtp; 550 5.7.1 refused", Kind.BLOCKED),
        ("5.0.0", "smtp; 554 spam", Kind.BLOCKED),
        ("5.1.1", "smtp; 550 listed at Spamhaus", Kind.BLOCKED),
        ("5.2.2", "smtp; 552 5.2.2 over quota", Kind.BLOCKED),
        ("5.2.2", "", Kind.BLOCKED),
        ("5.3.4", "smtp; 552 5.3.4 message too large", Kind.BLOCKED),
        ("5.4.7", "smtp; 550 5.4.7 delivery time expired", Kind.BLOCKED),
        ("4.7.1", "smtp; 451 4.7.1 greylisted", Kind.SOFT),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", Kind.HARD),
        ("5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", Kind.HARD),
    ],
)
def test_only_a_bounce_about_the_address_is_hard(status, diagnostic, kind):
    assert read(bounces.report(status=status, diagnostic=diagnostic)).kind is kind


def test_the_reason_may_stand_in_a_later_line_of_the_answer():
    answer = b"550-5.7.0 Our system has detected\n    550 5.7.0 that this message is likely unsolicited mail."
    raw = bounces.EXIM.replace(b"550 5.1.1 no mailbox by that name is currently available", answer)
    assert raw != bounces.EXIM
    assert read(raw).kind is Kind.BLOCKED


def test_a_bounce_without_any_code_is_soft():
    raw = bounces.FULL.replace(b"452 4.2.2 The email account is over quota", b"something went wrong")
    assert read(raw).kind is Kind.SOFT
    assert read(raw.replace(b"something went wrong", b"user unknown")).kind is Kind.HARD


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (bounces.VACATION, "an out-of-office reply"),
        (bounces.RECEIPT, "a report about disposition-notification"),
        (bounces.unsubscribe("7-abc", Auto_Submitted="auto-replied"), "an automatic message"),
        (bounces.unsubscribe("7-abc", X_Autoreply="yes"), "an automatic reply"),
        (bounces.unsubscribe("7-abc", Precedence="bulk"), "bulk mail"),
        (bounces.unsubscribe("7-abc", List_Id="<x.example.org>"), "bulk mail"),
        (bounces.unsubscribe("").replace(b"unsubscribe", b"hello"), "neither a bounce nor an unsubscribe"),
        (b"no message at all", "neither a bounce nor an unsubscribe"),
    ],
)
def test_what_is_not_for_us_is_ignored_and_says_why(raw, why):
    found = read(raw)
    assert (found.kind, found.said) == (Kind.IGNORED, why)


def test_an_unsubscribe_is_read_from_subject_and_address():
    found = read(bounces.unsubscribe("7-k3v9", Auto_Submitted="no"))
    assert found.kind is Kind.UNSUBSCRIBE
    assert "7-k3v9" in found.text
    by_address = b"From: a@b.example\nDelivered-To: in+unsubscribe-7-k3v9@example.org\nSubject: \n\n"
    assert "7-k3v9" in read(by_address).text


def test_an_encoded_subject_is_decoded_and_a_broken_one_does_no_harm():
    raw = bounces.unsubscribe("").replace(b"Subject: unsubscribe ", b"Subject: =?utf-8?B?dW5zdWJzY3JpYmUgNy1hYmM=?=")
    assert "unsubscribe 7-abc" in read(raw).text
    for broken in (b"=?utf-8?B?####?=", b"=?utf-8?B?A?=", b"=?no-such-charset?Q?unsubscribe?=", b"=?utf-8?Q?=FF=00?="):
        read(bounces.unsubscribe("").replace(b"Subject: unsubscribe ", b"Subject: " + broken))


def test_a_name_is_found_in_quoted_headers_and_never_ones_own():
    head = b"From: postmaster@x.example\nSubject: Undeliverable\nMessage-ID: <self@x.example>\n\n"
    raw = head + b"> Message-ID: <a@b.example>\n> References: <self@x.example>\n"
    assert read(raw).names == ("a@b.example",)


def bomb(depth):
    nested = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)
    )  # fmt: skip
    return ("From: a@b.example\nMIME-Version: 1.0\n" + nested).encode()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"x" * (incoming.MOST_BYTES + 1), "MB"),
        (bomb(5000), "parts"),
        (b"From: a@b.example\nContent-Type: message/rfc822\n\n" * 3000, "parts"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000, "parts"),
        (b"".join(b"X-%d: 1\n" % n for n in range(20_000)) + b"\nbody", "headers"),
        (b"Subject: x\n" + b" y\n" * 100_000 + b"\nbody", "header"),
        (b"To: " + b"a" * 500_000 + b"\n\n", "header"),
        (b"\n\nContent-Type: x" + b';a="' * 100_000, "header"),
        (b"Content-Type: text/plain; a=" + b'";' * 2_000 + b"\n\n", "header"),
    ],
    ids=["large", "deep", "nested", "wide", "many headers", "folded", "long", "part header", "parameters"],
)
def test_a_message_not_worth_reading_is_refused_with_a_reason(raw, why):
    with pytest.raises(Refused, match=why):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0" * 1000, b"\n\n\n", b"From: \0\nSubject: \0 undeliverable\n\n\0", bounces.EXIM.replace(b"5", b"\0")],
)
def test_nuls_and_nothing_are_read_without_harm(raw):
    assert read(raw).kind in Kind


@pytest.mark.parametrize("charset", ["no-such-charset", "idna", "undefined", "hex", '"a\0b"'])
def test_a_bounce_in_a_charset_that_is_none_is_read_all_the_same(charset):
    raw = bounces.QMAIL.replace(b"Subject:", f"Content-Type: text/plain; charset={charset}\nSubject:".encode())
    assert read(raw).kind is Kind.HARD


def test_mime_that_breaks_the_parser_is_refused():
    with pytest.raises(Refused, match="broken MIME"):
        read(b"Content-Type: multipart/mixed; boundary*=a\0b'en'x\n\n--x\n\ny\n--x--")


def test_as_many_levels_as_are_let_through_are_read():
    assert read(bomb(incoming.MOST_PARTS // 2 - 1)).kind is Kind.IGNORED


def judged(raw):
    try:
        return read(raw).said or "well"
    except Refused as refused:
        return str(refused)


@given(st.binary(max_size=2000))
def test_any_bytes_at_all_are_read_or_refused(raw):
    for whole in (raw, bounces.report()[:400] + raw, bounces.EXIM + raw):
        assert judged(whole).isprintable()


@given(st.data())
def test_a_report_with_pieces_missing_is_read_or_refused(data):
    lines = bounces.report().split(b"\n")
    assert judged(b"\n".join(line for line in lines if data.draw(st.booleans())))
