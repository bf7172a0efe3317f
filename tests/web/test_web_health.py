"""Health: what needs somebody, and the figures for Prometheus."""

import re
from dataclasses import replace
from datetime import timedelta

import lived
import pytest
from conftest import HOSTILE

from monitor.judge.coverage import Seen
from monitor.model import Aside, ChannelState, DigestKind, Health, Memory, Source, Subscriber
from monitor.model.verdict import Tally
from monitor.services.health import Wellbeing, wellbeing
from monitor.store import Queue, daemon_lock
from monitor.store.facts import LIST_PROBLEM
from monitor.web.metrics import written
from monitor.web.wording import LANGUAGES, Wording

NOW = lived.NOW
SEEN = Seen(
    Source("page", "A page", "s", "https://page.invalid"), Health.OK, NOW, 3, NOW - lived.HOUR, NOW - lived.HOUR,
    Memory(), next_poll_at=NOW + lived.HOUR,
)  # fmt: skip
WELL = Wellbeing(
    now=NOW, first_start=NOW - 9 * lived.DAY, daemon="pid 4 on host", offline_since=None, seen=(SEEN,), polls=9,
    polls_last_day=3, queue=Queue(), shut=(), aside=(), readers=1, silenced=0, to_check=0, database=1000,
    free=50_000_000_000, backup=NOW - lived.HOUR, contact="ops@example.org",
)  # fmt: skip
WAITING = Queue(pending=2, oldest=NOW - 3 * lived.HOUR)
ASIDE = Aside(1, DigestKind.DIGEST, "w", "1", NOW, "fault")


def names(found):
    return [one.name for one in found.findings]


def test_when_all_is_well_nothing_is_found():
    assert names(WELL) == []


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"daemon": ""}, "no_daemon"),
        ({"offline_since": NOW - lived.HOUR}, "offline"),
        ({"seen": (replace(SEEN, next_poll_at=NOW - 3 * lived.HOUR),)}, "late"),
        ({"list_problem": "sources.yaml:4: no url"}, "list_broken"),
        ({"seen": (replace(SEEN, robots="denied"),)}, "robots"),
        ({"shut": (("mail", ChannelState("down", NOW, None, "refused")),)}, "shut"),
        ({"queue": WAITING}, "waits"),
        ({"queue": Queue(failed=1)}, "undelivered"),
        ({"queue": Queue(dead=1)}, "undelivered"),
        ({"aside": (ASIDE,)}, "aside"),
        ({"readers": 0}, "no_readers"),
        ({"free": 50_000_000}, "no_space"),
        ({"free": 500_000_000}, "little_space"),
        ({"backup": NOW - 5 * lived.DAY}, "old_backup"),
        ({"backup": None}, "old_backup"),
        ({"contact": ""}, "no_contact"),
        ({"unknown_settings": 2}, "settings"),
        ({"writing": False}, "not_written"),
        ({"seen": (replace(SEEN, health=Health.GONE),)}, "ailing"),
        ({"seen": (replace(SEEN, faulty=True),)}, "ailing"),
        ({"suspended": ("anna@example.org",)}, "suspended"),
    ],
)
def test_what_is_wrong_is_found_and_has_words_in_every_language(changed, name):
    found = replace(WELL, **changed)
    assert names(found) == [name]
    for language in LANGUAGES:
        said = Wording()[language](f"health.found.{name}", **found.findings[0].values)
        assert "{" not in said


def test_a_look_that_is_a_little_late_is_not_worth_a_word():
    assert names(replace(WELL, seen=(replace(SEEN, next_poll_at=NOW - timedelta(minutes=20)),))) == []


def test_while_the_network_is_gone_nothing_is_called_late():
    late = replace(SEEN, next_poll_at=NOW - 9 * lived.HOUR)
    assert names(replace(WELL, offline_since=NOW, seen=(late,))) == ["offline"]


def test_a_young_monitor_without_backup_is_not_warned_of():
    assert names(replace(WELL, backup=None, first_start=NOW - lived.DAY)) == []


def test_a_closed_way_out_explains_what_waits():
    shut = (("mail", ChannelState("down", NOW, None, "refused")),)
    assert names(replace(WELL, shut=shut, queue=WAITING)) == ["shut"]


def test_the_gravest_findings_come_first():
    assert names(replace(WELL, contact="", readers=0, daemon="")) == ["no_daemon", "no_readers", "no_contact"]


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_says_what_needs_somebody_and_the_command_that_helps(pages):
    text = pages.get("/health").text
    assert "No daemon is running" in text
    assert "<code>monitor run</code>" in text
    assert "Nobody gets the digests." in text
    assert re.search(r"SQLite</dt><dd>3\.\d+", text)


def test_a_running_daemon_is_seen(pages):
    pages.store.subscribers.add(Subscriber(0, "anna@example.org", created_at=NOW))
    with daemon_lock(pages.store.path):
        text = pages.get("/health").text
    assert "No daemon is running" not in text
    assert "at work" in text


def test_what_is_wrong_with_the_list_is_shown_as_text(pages):
    pages.store.meta.set(LIST_PROBLEM, f"sources.yaml:4: {HOSTILE}")
    text = pages.get("/health").text
    assert "was not taken over: sources.yaml:4" in text
    assert "<script>alert" not in text


def test_the_page_speaks_every_language_with_every_past(site):
    for past in ("empty", "lived", "hostile"):
        watch = site(past)
        for language in LANGUAGES:
            assert f'<html lang="{language}">' in watch.visitor(accept_language=language).get("/health").text


def test_the_number_of_questions_is_bounded(pages, queries):
    assert queries(pages, "/health") <= 24
    assert queries(pages, "/metrics") <= 26


def test_the_figures_are_those_of_the_store(pages):
    found = wellbeing(pages.store, pages.app.settings, NOW)
    assert found.polls == 8
    assert found.healths[Health.BLOCKED] == 1
    assert found.healths[Health.NOT_WATCHED] == 1
    assert found.due == 0
    assert found.last_look is not None


# --- Prometheus ------------------------------------------------------------------------------------------------------

LINE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\\\n]*(\\.[^"\\\n]*)*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+]+')


def test_the_figures_come_in_the_format_of_prometheus(pages):
    answer = pages.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert answer.text.endswith("\n")
    samples = [line for line in lines if not line.startswith("#")]
    assert [line for line in samples if not LINE.fullmatch(line)] == []
    named = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(named) == len(set(named)) > 20
    assert 'footnote_watch_footnotes{state="unseen"} 1' in lines
    assert "footnote_watch_polls_total 8" in lines
    assert "footnote_watch_daemon_running 0" in lines


def test_the_figures_of_an_empty_home_are_well_formed(empty_pages):
    assert "footnote_watch_polls_total 0" in empty_pages.get("/metrics").text


def test_labels_are_escaped():
    odd = replace(SEEN, source=Source('a"b\\c\nd', "A page", "s", "https://page.invalid"))
    assert 'source="a\\"b\\\\c\\nd"' in written(replace(WELL, seen=(odd,)), Tally())


def test_every_figure_is_in_the_reference_and_nothing_else(pages, checkout):
    page = (checkout / "docs/reference/metrics.md").read_text("utf-8")
    written_down = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    told = {line.split()[2] for line in pages.get("/metrics").text.splitlines() if line.startswith("# TYPE")}
    assert {f"footnote_watch_{name}" for name in written_down} == told


def test_figures_name_nobody(pages):
    pages.store.subscribers.add(Subscriber(0, "anna@example.org", created_at=NOW))
    assert "anna" not in pages.get("/metrics").text


def test_a_stranger_needs_the_key_that_the_page_shows(site):
    guarded = site("lived", web_password="$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA")
    key = guarded.get("/health").text.partition("/metrics?key=")[2].partition('"')[0]
    stranger = guarded.visitor(ip="192.0.2.7")
    assert stranger.get("/metrics").status_code == 403
    assert stranger.get("/metrics?key=" + key[:-1]).status_code == 403
    assert stranger.get("/metrics?key=" + key).status_code == 200


def test_on_this_machine_no_key_is_needed(pages):
    assert 'href="/metrics"' in pages.get("/health").text
    assert pages.get("/metrics").status_code == 200
