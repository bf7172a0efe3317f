"""Messages that tell of no change: is this your address, what the operator has to know."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest

from monitor.messages import Renderer, Templates
from monitor.model import DigestKind, DigestOrder, Notice, NoticeCode

UNTIL = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
LINK = "https://watch.example.org/confirm/Nh3dKq0vTz7w"
AT = datetime(2026, 11, 24, 5, 12, tzinfo=UTC)
LANGUAGES = ("en", "nl", "fr", "de")


def order(week, kind, window, language="en", email="reader@example.org"):
    reader = replace(week.subscriber, language=language, email=email)
    return DigestOrder(reader, kind, window, week.now, week.now)


def letters(week, renderer, language="en"):
    return {kind: week.letter(renderer, kind, language) for kind in ("confirm", "notice")}


def read(made):
    mail = message_from_bytes(made.mime, policy=SMTP)
    plain, page = mail.iter_parts()
    return mail, plain.get_content(), page.get_content()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["confirm", "notice"])
def test_a_letter_is_sound_in_every_language(kind, language, week, renderer):
    made = letters(week, renderer, language)[kind]
    mail, text, page = read(made)
    assert [part.defects for part in (mail, *mail.iter_parts())] == [[], [], []]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language
    assert mail["To"] == "reader@example.org"
    assert made.message_id == mail["Message-ID"]
    assert made.mime.isascii()
    assert all(len(line) <= 76 or "://" in line for line in text.splitlines())
    assert "{" not in text
    assert page.count("<h1>") + page.count("<h1 ") == 1
    assert not re.search(r"<(?:img|script|form|link)\b", page)


def test_a_confirmation_says_what_was_asked_and_how_to_say_yes(week, renderer):
    mail, text, page = read(letters(week, renderer)["confirm"])
    assert "reader@example.org" in text
    assert f"   {LINK}\n" in text.replace("\r\n", "\n")
    assert page.count(f'href="{LINK}"') == 2
    assert "Thu 26 Nov 07:00" in text
    assert "Please confirm" in str(mail["Subject"])


def test_a_letter_offers_no_end_to_what_has_not_begun(week):
    sender = replace(
        week.sender, mail_in="in@example.org", key="secret", unsubscribe_url="https://watch.example.org/u/7"
    )
    for made in letters(week, Renderer(sender)).values():
        mail, text, _ = read(made)
        assert "List-Unsubscribe" not in mail
        assert "monitor subscribers forget" not in text


def test_the_same_request_makes_the_same_message_and_another_another(week, renderer):
    first, again = (renderer.confirm(order(week, DigestKind.CONFIRM, "confirm:aa"), LINK, UNTIL) for _ in range(2))
    other = renderer.confirm(order(week, DigestKind.CONFIRM, "confirm:bb"), LINK, UNTIL)
    assert first == again
    assert other.message_id != first.message_id


def test_a_link_that_is_no_web_address_is_shown_and_leads_nowhere(week, renderer):
    made = renderer.confirm(order(week, DigestKind.CONFIRM, "confirm:aa"), "javascript:alert(1)", UNTIL)
    assert "href" not in read(made)[2]


def test_a_notice_names_each_thing_what_was_said_and_what_helps(week, renderer):
    mail, text, _ = read(letters(week, renderer)["notice"])
    assert str(mail["Subject"]) == (
        "For the operator: Suspended: anna@example.org, List not taken over: sources.yaml – Tue 24 Nov 2026"
    )
    assert "Two things need you." in text
    assert "550 5.1.1 User unknown" in text
    assert "monitor subscribers resume anna@example.org" in text


def test_every_notice_has_words_and_many_fit(week, renderer):
    each = [Notice(code, AT, f"number {n}", "said", "monitor doctor") for n, code in enumerate(NoticeCode)]
    made = renderer.notice(order(week, DigestKind.NOTICE, "notice:2"), each * 100)
    assert len(made.mime) < 100_000
    _, text, _ = read(made)
    assert all(f"number {n}" in text for n in range(len(each)))


@pytest.mark.parametrize(
    "hostile", ["a\r\nBcc: x@example.org", "\u202egro.elpmaxe", "<script>alert(1)</script>", "{{ 7*7 }}"]
)
def test_what_a_server_said_stays_what_it_is(hostile, week, renderer):
    said = Notice(NoticeCode.UNDELIVERED, AT, hostile, hostile, hostile)
    mail, text, page = read(renderer.notice(order(week, DigestKind.NOTICE, "notice:3"), [said]))
    assert "Bcc" not in mail
    assert mail.defects == []
    assert "\u202e" not in str(mail["Subject"]) + text + page
    assert "<script" not in page
    assert "49" not in text


def test_a_letter_of_the_home_that_fails_gives_way_to_the_programs_own(week, tmp_path, caplog):
    (tmp_path / "alerts" / "templates").mkdir(parents=True)
    (tmp_path / "alerts" / "templates" / "confirm.text.j2").write_text("{{ mail.no.such.thing }}")
    made = Renderer(week.sender, Templates(tmp_path)).confirm(
        order(week, DigestKind.CONFIRM, "confirm:aa"), LINK, UNTIL
    )
    assert LINK in read(made)[1]
    assert "using the program's own" in caplog.text
