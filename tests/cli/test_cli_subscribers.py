"""`subscribers`: who gets what, and every way to change it."""

import json
from typing import get_args

import pytest

from monitor import config
from monitor.cli.wishes import AtLeast, Filter, Language, Weekday
from monitor.model import Filters, Frequency, Severity


def test_the_choices_are_those_of_the_watch_list_and_the_model():
    assert get_args(Language) == config.LANGUAGES
    assert [Severity[x.name] for x in AtLeast] == [s for s in Severity if s >= Severity.MINOR]
    assert all(isinstance(getattr(Filters(), name), tuple) for name in Filter)
    assert len(Weekday) == 7


def test_a_subscriber_gets_everything_daily_at_seven_unless_told_otherwise(monitor, opened):
    done = monitor("subscribers", "add", "carla@example.org")
    assert done.out == "added carla@example.org: daily at 07:00 Europe/Brussels, urgent at once; everything\n"
    found = opened.subscribers.get("carla@example.org")
    assert (found.frequency, found.hour, found.filters, found.language) == (Frequency.DAILY, 7, Filters(), "en")


def test_language_and_zone_come_from_the_settings(monitor, opened, monkeypatch):
    monkeypatch.setenv("MONITOR_LANGUAGE", "nl")
    monkeypatch.setenv("MONITOR_TIMEZONE", "Europe/London")
    monitor("subscribers", "add", "carla@example.org")
    found = opened.subscribers.get("carla@example.org")
    assert (found.language, found.timezone) == ("nl", "Europe/London")


def test_every_option_of_a_new_subscriber_is_kept(monitor, opened):
    done = monitor(
        "subscribers", "add", "carla@example.org", "--frequency", "weekly", "--hour", 18, "--weekday", "friday",
        "--timezone", "europe/lisbon", "--language", "fr", "--topic", "Oversight", "--topic", "ai", "--source",
        "coc-home", "--jurisdiction", "wallonia", "--word", "gezichtsherkenning", "--word", "drone strike",
        "--min-severity", "substantive", "--no-urgent", "--sign-of-life",
    )  # fmt: skip
    assert done.code == 0
    found = opened.subscribers.get("carla@example.org")
    assert (found.frequency, found.hour, found.weekday, found.timezone) == (Frequency.WEEKLY, 18, 4, "Europe/Lisbon")
    assert (found.language, found.urgent, found.sign_of_life, found.paused) == ("fr", False, True, False)
    assert found.filters == Filters(
        ("oversight", "ai"), ("coc-home",), ("Wallonia",), ("gezichtsherkenning", "drone strike"), Severity.SUBSTANTIVE
    )
    assert done.out == (
        "added carla@example.org: weekly on friday at 18:00 Europe/Lisbon, sign of life; topics oversight, ai; "
        "sources coc-home; jurisdictions Wallonia; words gezichtsherkenning, drone strike; from substantive on\n"
    )


def test_what_was_told_before_is_not_told_to_a_new_subscriber(monitor, opened):
    monitor("subscribers", "add", "carla@example.org")
    assert opened.outbox.untold(opened.subscribers.get("carla@example.org").id) == ((), ())


def test_every_wish_that_cannot_be_met_is_named_with_what_was_meant(monitor, opened):
    done = monitor(
        "subscribers", "add", "carla@example.org", "--topic", "oversigt", "--source", "coc", "--source", "wallonai",
        "--jurisdiction", "Mars", "--timezone", "Europe/Brusels",
    )  # fmt: skip
    assert done.code == 78
    assert done.err.splitlines() == [
        "--timezone Europe/Brusels: is not known (did you mean Europe/Brussels?)",
        "--topic oversigt: is not known (did you mean oversight?)",
        "--source coc: is not known (one of coc-home, oecd-api, senate-report, wallonia)",
        "--source wallonai: is not known (did you mean wallonia?)",
        "--jurisdiction Mars: is not known (one of " + ", ".join(sorted(config.JURISDICTIONS)) + ")",
    ]
    assert opened.subscribers.get("carla@example.org") is None


@pytest.mark.parametrize(
    "address", ["carla", "carla@", "@example.org", "a b@example.org", "a@example.org\r\nBcc: x@y.z", "<a@example.org>"]
)
def test_what_is_no_address_is_refused(monitor, opened, address):
    done = monitor("subscribers", "add", address)
    assert done.code == 78
    assert len(done.err.splitlines()) == 1
    assert len(opened.subscribers.all()) == 2


@pytest.mark.parametrize(
    "option", [("--hour", 24), ("--weekday", "freitag"), ("--frequency", "hourly"), ("--language", "de_DE")]
)
def test_a_choice_that_is_none_is_refused_before_anything_is_opened(monitor, home, option):
    assert monitor("subscribers", "add", "carla@example.org", *option).code == 2
    assert not (home / "db").exists()


def test_nobody_subscribes_twice(monitor, lived_in):
    done = monitor("subscribers", "add", "ANNA@example.org")
    assert (done.code, done.err) == (78, "ANNA@example.org: this address is subscribed already\n")


def test_a_change_leaves_alone_what_is_not_named(monitor, opened):
    before = opened.subscribers.get("anna@example.org")
    done = monitor("subscribers", "change", "anna@example.org", "--hour", 5, "--topic", "laws")
    assert done.out.startswith("changed anna@example.org: daily at 05:00")
    after = opened.subscribers.get("anna@example.org")
    assert (after.hour, after.filters.topics) == (5, ("laws",))
    assert (after.id, after.sign_of_life, after.created_at) == (before.id, before.sign_of_life, before.created_at)


def test_a_filter_that_is_given_replaces_and_one_that_is_cleared_goes(monitor, opened):
    monitor("subscribers", "change", "anna@example.org", "--topic", "laws", "--word", "drone", "--jurisdiction", "EU")
    monitor(
        "subscribers", "change", "anna@example.org", "--topic", "oversight", "--clear", "words", "--clear", "sources"
    )
    found = opened.subscribers.get("anna@example.org").filters
    assert (found.topics, found.words, found.jurisdictions, found.sources) == (("oversight",), (), ("EU",), ())


def test_an_address_can_change_but_not_to_somebody_elses(monitor, opened):
    assert monitor("subscribers", "change", "anna@example.org", "--email", "anne@example.org").code == 0
    assert opened.subscribers.get("anne@example.org").sign_of_life
    done = monitor("subscribers", "change", "anne@example.org", "--email", "bram@example.org")
    assert (done.code, done.err) == (78, "bram@example.org: this address is subscribed already\n")
    assert monitor("subscribers", "change", "anne@example.org", "--email", "nonsense").code == 78


def test_a_change_of_nothing_is_refused(monitor, lived_in):
    done = monitor("subscribers", "change", "anna@example.org")
    assert done.code == 78
    assert "nothing to change was given" in done.err


@pytest.mark.parametrize("verb", ["change", "pause", "resume", "forget"])
def test_a_stranger_is_answered_with_the_nearest_address(monitor, lived_in, verb):
    done = monitor("subscribers", verb, "ana@example.org")
    assert (done.code, done.err) == (78, "ana@example.org: is not subscribed (did you mean anna@example.org?)\n")


def test_pause_and_resume(monitor, opened):
    assert monitor("subscribers", "pause", "Anna@example.org").code == 0
    assert opened.subscribers.get("anna@example.org").paused
    assert monitor("subscribers", "resume", "anna@example.org").code == 0
    assert not opened.subscribers.get("anna@example.org").paused


def test_forget_asks_first(monitor, opened):
    done = monitor("subscribers", "forget", "anna@example.org", typed="n\n")
    assert done.code == 1
    assert "Forget anna@example.org and every message to them?" in done.said
    assert opened.subscribers.get("anna@example.org") is not None
    assert monitor("subscribers", "forget", "anna@example.org", typed="y\n").code == 0
    assert opened.subscribers.get("anna@example.org") is None
    assert opened.outbox.deliveries() == ()


def test_forget_without_anybody_to_ask_forgets_nobody(monitor, opened):
    assert monitor("subscribers", "forget", "anna@example.org").code == 1
    assert opened.subscribers.get("anna@example.org") is not None


def test_forget_can_be_told_not_to_ask(monitor, opened):
    assert monitor("subscribers", "forget", "anna@example.org", "--yes").out == "forgotten anna@example.org\n"
    assert [s.email for s in opened.subscribers.all()] == ["bram@example.org"]


def test_the_list_shows_rhythm_filters_and_state(monitor, lived_in):
    _, anna, bram = monitor("subscribers").out.splitlines()
    assert anna.split("  ")[0] == "anna@example.org"
    assert "daily at 07:00 Europe/Brussels, urgent at once, sign of life" in anna
    assert "everything" in anna
    assert bram.split()[-1] == "paused"
    rows = json.loads(monitor("subscribers", "--json").out)
    assert [(r["email"], r["paused"], r["weekday"], r["topics"]) for r in rows] == [
        ("anna@example.org", False, "monday", []), ("bram@example.org", True, "monday", []),
    ]  # fmt: skip


def test_before_the_first_start_sources_are_known_from_the_file(monitor, home):
    assert monitor("subscribers").out == "Nobody is subscribed: monitor subscribers add you@example.org\n"
    assert monitor("subscribers", "add", "carla@example.org", "--source", "wallonia").code == 0
    assert "did you mean wallonia?" in monitor("subscribers", "add", "d@example.org", "--source", "walonia").err


def test_a_paused_subscribers_news_wait(monitor, opened):
    monitor("subscribers", "pause", "anna@example.org")
    monitor("digest")
    anna = opened.subscribers.get("anna@example.org")
    changes, events = opened.outbox.untold(anna.id)
    assert (len(changes), len(events)) == (1, 2)
