"""The frame of a message: its headers, its name, its addresses."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.messages import Renderer, Sender, mailbox, message_id, pack, unsubscribed_by
from monitor.messages.seal import unsubscribe_token


def headers(mime):
    return message_from_bytes(mime, policy=SMTP)


def test_the_headers_of_a_digest(messages, renderer):
    mail = headers(renderer.render(messages["digest"]).mime)
    assert mail["From"] == "Footnote Watch <watch@example.org>"
    assert mail["To"] == "reader@example.org"
    assert mail["Date"] == "Tue, 24 Nov 2026 06:00:00 +0000"
    assert mail["Message-ID"] == "<2026-11-24.7.k3v9@example.org>"
    assert mail["List-Id"] == "Footnote Watch <footnote-watch.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["MIME-Version"] == "1.0"
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    "name",
    ["Observatory, AI & Law", 'The "Watch", Ghent', "Desk (AI); <law>: a@b", "Liège, l’équipe \\ droit", "a\\", "A.B."],
)
def test_the_name_of_the_sender_arrives_as_it_was_set(messages, week, name):
    mail = headers(Renderer(replace(week.sender, name=name)).render(messages["digest"]).mime)
    (address,) = mail["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "watch@example.org")


def test_unsubscribing_is_offered_where_it_works(messages, week):
    sender = replace(week.sender, unsubscribe_url="https://w.example.org/u/1", mail_in="in@example.org", key="secret")
    mail = headers(Renderer(sender).render(messages["digest"]).mime)
    by_mail = f"<mailto:in@example.org?subject=unsubscribe%20{unsubscribe_token('secret', 7)}>"
    assert " ".join(mail["List-Unsubscribe"].split()) == f"<https://w.example.org/u/1>, {by_mail}"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mail = headers(Renderer(replace(sender, unsubscribe_url="")).render(messages["digest"]).mime)
    assert mail["List-Unsubscribe"].strip() == by_mail
    assert mail["List-Unsubscribe-Post"] is None
    bare = headers(Renderer(replace(sender, unsubscribe_url="", mail_in="")).render(messages["digest"]).mime)
    assert bare["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "url", ["http://w.example.org/u/1", "javascript:x", "https://a b/", "https://a/\r\nBcc: x@y.example"]
)
def test_an_address_that_is_not_https_is_no_way_to_unsubscribe(url, messages, week):
    mail = headers(Renderer(replace(week.sender, unsubscribe_url=url)).render(messages["digest"]).mime)
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["Bcc"] is None


def test_a_long_address_to_unsubscribe_stays_one_address(messages, week):
    url = "https://watch.example.org/unsubscribe/" + "eyJzIjo3fQ." * 30
    sender = replace(week.sender, unsubscribe_url=url, mail_in="in@example.org", key="secret")
    raw = Renderer(sender).render(messages["digest"]).mime.partition(b"\r\n\r\n")[0]
    assert f"<{url}>,\r\n <mailto:in@example.org?".encode() in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_bounces_are_asked_to_go_where_mail_is_taken(messages, week):
    made = Renderer(replace(week.sender, mail_in="in@example.org", key="secret")).render(messages["digest"])
    assert made.sender == "in@example.org"
    assert headers(made.mime)["From"] == "Footnote Watch <watch@example.org>"
    assert Renderer(week.sender).render(messages["digest"]).sender == "watch@example.org"


def test_with_a_key_no_reader_can_work_out_the_name_of_anothers_message(week):
    order, sender = week.order(), replace(week.sender, key="secret")
    name = message_id(order, sender)
    assert re.fullmatch(r"<2026-11-24\.7\.k3v9\.[a-z2-7]{16}@example\.org>", name)
    assert name == message_id(order, sender)
    assert name != message_id(order, replace(sender, key="other"))


def test_a_token_ends_one_subscription_and_only_with_the_right_key():
    token = unsubscribe_token("secret", 7)
    assert unsubscribed_by("secret", f"Re: unsubscribe {token.upper()}") == 7
    assert unsubscribed_by("other", token) is None
    assert unsubscribed_by("secret", token.replace("7-", "8-", 1)) is None
    assert unsubscribed_by("secret", "unsubscribe") is None
    assert unsubscribed_by("secret", f"1-{'a' * 16} {token}") == 7


def test_the_name_of_a_message_is_that_of_subscriber_and_window(week):
    order = week.order()
    name = message_id(order, week.sender)
    assert name == message_id(replace(order, covers_to=order.covers_to + timedelta(hours=1)), week.sender)
    others = [
        message_id(replace(order, window="2026-11-25"), week.sender),
        message_id(replace(order, subscriber=replace(week.subscriber, id=8)), week.sender),
        message_id(order, replace(week.sender, instance="other")),
    ]
    assert len({name, *others}) == 4
    assert message_id(replace(order, window="urgent:change:12"), week.sender) == "<urgent-change-12.7.k3v9@example.org>"


@given(window=st.text(max_size=80), instance=st.text(max_size=80))
def test_whatever_a_window_or_instance_holds_the_name_is_one_token(window, instance, week):
    name = message_id(replace(week.order(), window=window), replace(week.sender, instance=instance))
    assert name.isascii()
    assert not set(name[1:-1]) & set(" <>\r\n\x00")


@pytest.mark.parametrize(
    "bad", ["", "a", "a@", "@b.example", "a@b@c", "a b@c.example", "a@b.example\r\nBcc: c@d.example", "<a@b.example>",
            "a@b.example, c@d.example", "a@" + "x" * 70 + ".example", "a@b.example\x00"],
)  # fmt: skip
def test_what_is_no_address_is_refused(bad):
    with pytest.raises(ConfigError):
        mailbox(bad)


def test_a_domain_goes_out_in_ascii():
    assert mailbox(" reader@bücher.example ") == "reader@xn--bcher-kva.example"


@settings(max_examples=50)
@given(text=st.text(max_size=120))
def test_no_subject_or_name_makes_a_second_header(text, week):
    sender = Sender("watch@example.org", name=text or "x")
    made = pack(week.order(), sender, subject=text, text="t\n", html="<p>h</p>", language="en")
    mail = headers(made.mime)
    assert mail.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Language",
    ]  # fmt: skip
    assert made.mime.isascii()
    assert not mail.defects
    assert len(mail["To"].addresses) == len(mail["From"].addresses) == 1


def test_the_body_of_a_part_with_the_longest_lines_stays_within_the_limits(week):
    made = pack(week.order(), week.sender, subject="x", text="é" * 5000 + "\n", html="<p>" + "x" * 5000, language="en")
    assert max(len(line) for line in made.mime.split(b"\r\n")) <= 78
    plain, page = headers(made.mime).iter_parts()
    assert plain.get_content().split() == ["é" * 5000]
    assert page.get_content().strip() == "<p>" + "x" * 5000
