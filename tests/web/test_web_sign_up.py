"""Subscribing by page: off unless the operator allows it, and never without the address having answered."""

import re
import sqlite3
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest

from monitor.errors import ConfigError
from monitor.model import Frequency, Subscriber
from monitor.settings import Settings

PUBLIC = "https://w.example"


@pytest.fixture
def watch(site):
    return site("lived", public_url=PUBLIC, sign_up=True)


def stranger(site, ip="192.0.2.7"):
    return site.visitor(ip, PUBLIC)


def ask(site, email="bram@example.org", ip="192.0.2.7", **more):
    return stranger(site, ip).post("/sign-up", {"email": email, **more}, on="/sign-up")


def letters(site):
    """Every confirmation in the queue: (recipient, the path of its link)."""
    with sqlite3.connect(site.app.settings.database) as raw:
        rows = raw.execute(
            "SELECT recipient, digest.mime FROM delivery JOIN digest ON digest.id = digest_id"
        ).fetchall()
    found = []
    for recipient, mime in rows:
        text = message_from_bytes(mime, policy=default).get_body(("plain",)).get_content()
        link = re.search(r"https://w\.example/mail/confirm/\S+", text)
        if link:
            found.append((recipient, urlsplit(link[0]).path))
    return found


def test_nobody_can_subscribe_by_page_unless_it_is_allowed(site):
    pages = site("lived", public_url=PUBLIC)
    assert stranger(pages).get("/sign-up").status_code == 404
    assert stranger(pages).post("/sign-up", {"email": "bram@example.org"}, on="/login").status_code == 404
    assert letters(pages) == []


def test_it_is_not_allowed_without_a_public_address(tmp_path):
    with pytest.raises(ConfigError, match="MONITOR_PUBLIC_URL"):
        Settings(home=tmp_path, sign_up=True)


def test_an_address_is_written_to_and_subscribed_once_it_has_answered(watch):
    answer = ask(watch, frequency="weekly", language="nl")
    assert answer.status_code == 200
    assert "Look into your mailbox" in answer.text
    assert watch.store.subscribers.get("bram@example.org") is None
    ((recipient, link),) = letters(watch)
    assert recipient == "bram@example.org"
    visitor = stranger(watch)
    assert "bram@example.org" in visitor.get(link).text
    assert watch.store.subscribers.get("bram@example.org") is None
    done = visitor.post(link, {}, on=link)
    assert done.headers["location"].startswith("/mail/preferences/")
    bram = watch.store.subscribers.get("bram@example.org")
    assert (bram.language, bram.frequency, bram.timezone) == ("nl", Frequency.WEEKLY, "Europe/Brussels")
    assert visitor.get(done.headers["location"]).status_code == 200


def test_nothing_is_kept_of_whoever_does_not_answer_but_the_letter(watch):
    before = watch.store.subscribers.all()
    ask(watch)
    assert watch.store.subscribers.all() == before


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(watch):
    watch.store.subscribers.add(Subscriber(0, "anna@example.org"))
    known, unknown = ask(watch, "anna@example.org"), ask(watch, "bram@example.org")
    # The form token in the frame is another one for each visitor.
    plain = [re.sub(r"[0-9a-f]{64}", "", answer.text) for answer in (known, unknown)]
    assert plain[0] == plain[1]
    assert (known.status_code, known.headers.keys()) == (unknown.status_code, unknown.headers.keys())
    assert sorted(recipient for recipient, _ in letters(watch)) == ["anna@example.org", "bram@example.org"]


def test_whoever_is_subscribed_already_comes_to_their_preferences(watch):
    anna = watch.store.subscribers.add(Subscriber(0, "anna@example.org", hour=11))
    ask(watch, "Anna@Example.org")
    ((_, link),) = letters(watch)
    done = stranger(watch).post(link, {}, on=link)
    assert done.headers["location"].startswith("/mail/preferences/")
    assert watch.store.subscribers.get("anna@example.org") == anna


def test_one_letter_a_day_goes_to_an_address_however_often_it_is_asked_for(watch):
    for _ in range(4):
        assert ask(watch, "bram@example.org").status_code == 200
    assert len(letters(watch)) == 1
    watch.app.clock.advance(timedelta(days=1))
    ask(watch, "BRAM@example.org")
    assert len(letters(watch)) == 2


def test_a_link_works_for_three_days_and_every_day_of_them(watch):
    ask(watch)
    ((_, link),) = letters(watch)
    watch.app.clock.advance(timedelta(days=2, hours=23))
    assert stranger(watch).get(link).status_code == 200
    watch.app.clock.advance(timedelta(hours=2))
    assert stranger(watch).get(link).status_code == 404


def test_the_sixth_ask_within_a_minute_from_one_network_is_refused(watch):
    answers = [ask(watch, f"reader{n}@example.org") for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert ask(watch, "other@example.org", ip="198.51.100.1").status_code == 200


def test_all_networks_together_may_ask_sixty_times_an_hour(watch):
    now = watch.app.clock.now()
    assert [watch.house.all_sign_ups.allowed(now) for _ in range(61)] == [True] * 60 + [False]
    assert ask(watch).status_code == 429
    assert letters(watch) == []


@pytest.mark.parametrize(
    "email",
    ["", "bram", "bram@", "@example.org", "a b@example.org", "x@example.org\nBcc: y@z.org", "<script>@x.org",
     "bram@example.org,anna@example.org", "a" * 300],
)  # fmt: skip
def test_what_is_no_address_is_not_written_to(watch, email):
    answer = ask(watch, email)
    assert answer.status_code == 400
    assert "no mail address" in answer.text
    assert letters(watch) == []


def test_a_program_that_fills_in_every_field_is_thanked_and_ignored(watch):
    answer = ask(watch, website="https://spam.example")
    assert "Look into your mailbox" in answer.text
    assert letters(watch) == []


def test_a_forged_or_borrowed_link_confirms_nothing(watch):
    links = watch.house.links
    wish = {"email": "x@example.org", "language": "en", "frequency": "daily"}
    stale = links.signed("preferences", {**wish, "at": int(watch.app.clock.now().timestamp())})
    for token in (stale, links.signed("confirm", wish), links.signed("confirm", {**wish, "at": 0}), "x"):
        assert stranger(watch).get(f"/mail/confirm/{token}").status_code == 404
    assert watch.store.subscribers.get("x@example.org") is None


def test_the_letter_says_who_asked_and_until_when_the_link_works(watch):
    ask(watch)
    with sqlite3.connect(watch.app.settings.database) as raw:
        ((kind, mime),) = raw.execute("SELECT kind, mime FROM digest WHERE kind = 'confirm'").fetchall()
    message = message_from_bytes(mime, policy=default)
    assert kind == "confirm"
    assert message["List-Unsubscribe"] is None
    assert "26 Nov" in message.get_body(("plain",)).get_content()
