"""What the links in the mails lead to: preferences, pause, unsubscribing with one click."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from monitor.model import Filters, Frequency, Severity, Subscriber

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PUBLIC = "https://w.example"


@pytest.fixture
def watch(site):
    """Pages with a public address, where everybody is a stranger."""
    return site("lived", public_url=PUBLIC)


@pytest.fixture
def anna(watch):
    filters = Filters(topics=("oversight",), sources=("coc-home", "long-gone"), words=("gezichtsherkenning", "a, b"))
    return watch.store.subscribers.add(
        Subscriber(0, "anna@example.org", frequency=Frequency.WEEKLY, hour=9, weekday=3, filters=filters, urgent=False)
    )


def path(url):
    return urlsplit(url).path


def stranger(site):
    return site.visitor("192.0.2.7", PUBLIC)


def links(site):
    return site.house.links


# --- unsubscribing ----------------------------------------------------------------------------------------------------


def test_one_click_unsubscribes_without_login_cookie_redirect_or_question(watch, anna):
    """RFC 8058: the mail program posts this body, and nothing else, to the address in the header."""
    answer = stranger(watch).ask("POST", path(links(watch).unsubscribe(anna.id)), data=ONE_CLICK)
    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert watch.store.subscribers.get("anna@example.org") is None


def test_one_click_works_whatever_the_mail_program_sends_along(watch, anna):
    url = path(links(watch).unsubscribe(anna.id))
    headers = {"origin": "https://mail.example", "cookie": "x=y", "sec-fetch-site": "cross-site"}
    files = {"List-Unsubscribe": (None, "One-Click")}
    assert stranger(watch).ask("POST", url, headers=headers, files=files).status_code == 200
    assert watch.store.subscribers.get("anna@example.org") is None


def test_a_second_click_changes_nothing_and_is_no_error(watch, anna):
    url = path(links(watch).unsubscribe(anna.id))
    visitor = stranger(watch)
    assert [visitor.ask("POST", url, data=ONE_CLICK).status_code for _ in range(2)] == [200, 200]
    assert "subscription that has ended" in visitor.get(url).text


def test_looking_at_the_link_asks_and_does_nothing(watch, anna):
    """Scanners follow the links in mails."""
    url = path(links(watch).unsubscribe(anna.id))
    visitor = stranger(watch)
    page = visitor.get(url)
    assert "Yes, unsubscribe" in page.text
    assert visitor.ask("HEAD", url).status_code == 200
    assert watch.store.subscribers.get("anna@example.org") is not None
    action = re.search(r'<form method="post" action="(/mail/unsubscribe/[^"]+)"', page.text)[1]
    assert visitor.ask("POST", action).status_code == 200
    assert watch.store.subscribers.get("anna@example.org") is None


def test_whoever_unsubscribes_leaves_nothing_behind(watch, anna):
    stranger(watch).ask("POST", path(links(watch).unsubscribe(anna.id)), data=ONE_CLICK)
    assert b"anna@example.org" not in watch.app.settings.database.read_bytes()


def test_it_works_against_the_running_program(watch, anna, serve):
    url = serve(watch) + path(links(watch).unsubscribe(anna.id))
    with httpx.Client(trust_env=False) as client:
        answer = client.post(url, data=ONE_CLICK)
    assert (answer.status_code, answer.history) == (200, [])
    assert watch.store.subscribers.get("anna@example.org") is None


@pytest.mark.parametrize("purpose", ["unsubscribe", "preferences"])
def test_a_link_is_good_for_its_own_purpose_and_person_only(watch, anna, purpose):
    other = {"unsubscribe": "preferences", "preferences": "unsubscribe"}[purpose]
    token = links(watch).signed(other, anna.id)
    forged = replace(links(watch), secret="guess").signed(purpose, anna.id)
    visitor = stranger(watch)
    for bad in (token, forged, "x", "MQ." + "A" * 27, "%00", "a" * 5000):
        assert visitor.get(f"/mail/{purpose}/{bad}").status_code == 404, bad
    wrong = links(watch).signed("preferences", anna.id)
    assert visitor.ask("POST", f"/mail/unsubscribe/{wrong}", data=ONE_CLICK).status_code == 404
    assert watch.store.subscribers.get("anna@example.org") is not None


@pytest.mark.parametrize("value", ["1", 1.5, None, [1], {"id": 1}, True])
def test_a_signed_value_that_is_no_number_is_nobodys(watch, anna, value):
    token = links(watch).signed("unsubscribe", value)
    answer = stranger(watch).ask("POST", f"/mail/unsubscribe/{token}", data=ONE_CLICK)
    assert answer.status_code in {200, 404}
    assert watch.store.subscribers.get("anna@example.org") is not None or value is True


# --- preferences ------------------------------------------------------------------------------------------------------


def test_preferences_are_shown_as_they_are(watch, anna):
    page = stranger(watch).get(path(links(watch).preferences(anna.id))).text
    assert "a…a@example.org" in page
    assert "anna@example.org" not in page
    assert 'value="weekly" checked' in page
    assert '<option value="9" selected>' in page
    assert 'name="topics" value="oversight" checked' in page
    assert 'name="sources" value="coc-home" checked' in page
    assert "gezichtsherkenning\na, b</textarea>" in page


def test_preferences_are_changed_by_whoever_has_the_link(watch, anna):
    url = path(links(watch).preferences(anna.id))
    visitor = stranger(watch)
    wish = {
        "frequency": "immediate", "hour": "23", "weekday": "0", "timezone": "Asia/Tokyo", "language": "fr",
        "urgent": "yes", "sign_of_life": "yes", "topics": ["laws", "ai"], "jurisdictions": ["Wallonia"],
        "sources": ["wallonia"], "words": "  drone \r\n\r\nsous-traitant\r\ndrone", "min_severity": "critical",
    }  # fmt: skip
    answer = visitor.post(url, wish, on=url)
    assert (answer.status_code, answer.headers["location"]) == (303, url + "?done=yes")
    assert "Saved." in visitor.get(answer.headers["location"]).text
    after = watch.store.subscribers.get("anna@example.org")
    assert (after.frequency, after.hour, after.weekday, after.timezone) == (Frequency.IMMEDIATE, 23, 0, "Asia/Tokyo")
    assert (after.language, after.urgent, after.sign_of_life, after.paused) == ("fr", True, True, False)
    assert after.filters == Filters(
        topics=("laws", "ai"), sources=("long-gone", "wallonia"), jurisdictions=("Wallonia",),
        words=("drone", "sous-traitant"), min_severity=Severity.CRITICAL,
    )  # fmt: skip


def test_what_was_not_among_the_choices_is_passed_over(watch, anna):
    url = path(links(watch).preferences(anna.id))
    wish = {"frequency": "hourly", "hour": "24", "weekday": "-1", "timezone": "Mars/Olympus", "language": "xx",
            "topics": "gardening", "sources": "../etc", "jurisdictions": "Mars", "min_severity": "noise",
            "words": "x" * 500 + "\n" * 50 + "y", "email": "mallory@example.org", "id": "7"}  # fmt: skip
    stranger(watch).post(url, wish, on=url)
    after = watch.store.subscribers.get("anna@example.org")
    assert (after.frequency, after.hour, after.weekday, after.timezone) == (Frequency.WEEKLY, 9, 3, "Europe/Brussels")
    assert (after.language, after.email, after.id) == ("en", "anna@example.org", anna.id)
    assert after.filters == Filters(sources=("long-gone",), words=("x" * 100, "y"))


def test_a_pause_begins_and_ends_by_the_page(watch, anna):
    url = path(links(watch).preferences(anna.id))
    visitor = stranger(watch)
    visitor.post(url, {"paused": "yes"}, on=url)
    assert watch.store.subscribers.get("anna@example.org").paused
    visitor.post(url, {}, on=url)
    assert not watch.store.subscribers.get("anna@example.org").paused


def test_preferences_cannot_be_changed_from_another_page(watch, anna):
    url = path(links(watch).preferences(anna.id))
    answer = stranger(watch).ask("POST", url, data={"paused": "yes"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not watch.store.subscribers.get("anna@example.org").paused


def test_preferences_of_somebody_who_is_gone_say_so(watch, anna):
    url = path(links(watch).preferences(anna.id))
    watch.store.subscribers.forget("anna@example.org")
    assert "subscription that has ended" in stranger(watch).get(url).text
    visitor = stranger(watch)
    assert "subscription that has ended" in visitor.post(url, {"paused": "yes"}, on="/login").text


def test_a_suspended_reader_is_told_so(watch, anna):
    watch.store.subscribers.suspend(anna.id, "three messages came back", watch.app.clock.now())
    assert "came back several times" in stranger(watch).get(path(links(watch).preferences(anna.id))).text


def test_preferences_speak_four_languages(watch, anna):
    url = path(links(watch).preferences(anna.id))
    titles = {
        code: stranger(watch).get(url, headers={"accept-language": code}).text for code in ("en", "nl", "fr", "de")
    }
    for code, title in {
        "en": "Your digests",
        "nl": "Uw overzichten",
        "fr": "Vos bulletins",
        "de": "Ihre Übersichten",
    }.items():
        assert f"<h1>{title}</h1>" in titles[code]
