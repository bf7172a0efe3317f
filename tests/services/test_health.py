"""Is all well? One judgement, given by whoever is asked: heartbeat, `status`, `doctor`, Health, `/metrics`."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli import running
from monitor.cli.doctor import Patient
from monitor.cli.doctor_store import database
from monitor.cli.ground import Kept
from monitor.clock import SteppedClock
from monitor.model import Aside, ChannelState, DigestKind, Section, Source, WatchList
from monitor.model.verdict import Tally
from monitor.services import health
from monitor.services.health import Condition, Finding, short_of_space, wellbeing
from monitor.settings import Settings
from monitor.store import Queue, daemon_lock
from monitor.web.metrics import written
from monitor.web.wording import LANGUAGES, Wording
from monitor.wiring import build

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


class Watch:
    """A home with a daemon and two sources, and the four who are asked."""

    def __init__(self, folder):
        settings = Settings(
            home=folder, mail_to="reader@example.org", mail_from="watch@example.org", contact="ops@example.org",
            timezone="UTC", smtp_url="smtp+starttls://mail.example.org",
        )  # fmt: skip
        self.clock = SteppedClock(NOW)
        self.app = build(settings, clock=self.clock, citations=())
        sources = tuple(Source(n, n, "s", f"https://{n}.invalid/", languages=("en",)) for n in ("one", "two"))
        self.app.take_over(WatchList((Section("s", "S"),), sources))
        self.app.store.sources.make_due(["one", "two"], NOW)

    @property
    def found(self):
        return wellbeing(self.app.store, self.app.settings, self.clock.now())

    def heartbeat(self):
        return self.app.healthy()

    def status(self):
        return running._judge(Kept(self.app.settings, self.clock, self.app.store))

    def doctor(self):
        lines = database(Patient(self.app.settings, self.clock))
        return [line for line in lines if line.state == "fail"]

    def page(self):
        return [Wording()["en"](f"health.found.{one.name}", **one.values) for one in self.found.findings]


@pytest.fixture
def watch(tmp_path):
    made = Watch(tmp_path)
    with daemon_lock(made.app.store.path):
        yield made
    made.app.store.close()


def overdue(watch):
    watch.clock.set(NOW + 20 * HOUR)


def refused(watch):
    watch.app.store.outbox.set_channel(ChannelState("paused", NOW - 9 * HOUR, NOW + HOUR, "535 5.7.8 bad password"))


def put_aside(watch):
    watch.app.store.aside.put(Aside(1, DigestKind.DIGEST, "2026-11-24", "0.0.1", NOW, "ZeroDivisionError: x"))


@pytest.mark.parametrize(
    ("happens", "name", "in_status", "in_doctor"),
    [
        (overdue, "late", "looks are 20 hours late", "looks are 20 hours late"),
        (refused, "shut", "nothing goes out by mail since", "535 5.7.8 bad password"),
        (put_aside, "aside", "1 digest set aside", "could not be made: ZeroDivisionError"),
    ],
)
def test_what_is_not_well_is_well_for_none_of_those_who_are_asked(watch, happens, name, in_status, in_doctor):
    happens(watch)
    assert watch.heartbeat() is False
    code, facts = watch.status()
    assert code == 2
    assert in_status in facts["line"]
    assert any(in_doctor in line.said for line in watch.doctor())
    assert watch.found.condition is Condition.TROUBLE
    assert watch.found.names == {name}
    assert len(watch.page()) == 1
    assert 'footnote_watch_problems{grave="yes"} 1' in written(watch.found, Tally())


def test_what_is_well_is_well_for_all_of_them(watch):
    assert watch.heartbeat() is True
    assert watch.status()[0] == 0
    assert watch.status()[1]["state"] == "well"
    assert watch.doctor() == []
    assert watch.page() == []


def test_what_waits_for_somebody_stops_no_heartbeat(watch):
    watch.app.store.subscribers.suspend(1, "550 no", NOW)
    assert watch.found.condition is Condition.ATTENTION
    assert watch.heartbeat() is True
    assert watch.status()[0] == 1


def test_advice_leaves_all_well(tmp_path):
    settings = Settings(home=tmp_path, mail_to="reader@example.org", contact="")
    app = build(settings, clock=SteppedClock(NOW), citations=())
    app.take_over(WatchList((), ()))
    found = wellbeing(app.store, settings, NOW, daemon="pid 4")
    app.store.close()
    assert (found.names, found.condition) == ({"no_contact"}, Condition.WELL)


def test_a_daemon_whose_results_cannot_be_written_is_not_well(watch):
    found = wellbeing(watch.app.store, watch.app.settings, NOW, writing=False)
    assert (found.names, found.condition) == ({"not_written"}, Condition.TROUBLE)


# --- the thresholds: each moves a test when it moves -----------------------------------------------------------------


@pytest.mark.parametrize(("late", "names"), [(HOUR, set()), (HOUR + SECOND, {"late"})])
def test_a_look_may_be_an_hour_late(watch, late, names):
    watch.clock.set(NOW + late)
    assert watch.found.names == names
    assert watch.status()[0] == (2 if names else 0)


@pytest.mark.parametrize(("age", "names"), [(3 * 24 * HOUR, set()), (3 * 24 * HOUR + SECOND, {"old_backup"})])
def test_a_backup_may_be_three_days_old(watch, age, names):
    watch.app.store.sources.sync(WatchList((), ()), NOW)
    watch.clock.set(NOW + age)
    assert watch.found.names == names


@pytest.mark.parametrize(
    ("free", "database", "short"),
    [
        (1_000_000_000, 1000, ""), (999_999_999, 1000, "little_space"), (99_999_999, 1000, "no_space"),
        (100_000_000, 1000, "little_space"), (6_000_000_000, 2_000_000_000, ""),
        (5_999_999_999, 2_000_000_000, "little_space"), (1_999_999_999, 2_000_000_000, "no_space"),
    ],
)  # fmt: skip
def test_room_for_a_backup_and_for_growth(free, database, short):
    assert short_of_space(free, database) == short


@pytest.mark.parametrize(("waits", "names"), [(HOUR, set()), (HOUR + SECOND, {"waits"})])
def test_a_message_may_wait_an_hour(watch, waits, names):
    found = replace(watch.found, queue=Queue(pending=1, oldest=NOW - waits))
    assert found.names == names


NAMES = (
    "no_daemon", "not_written", "offline", "late", "list_broken", "robots", "ailing", "shut", "waits", "undelivered",
    "aside", "suspended", "no_readers", "no_space", "little_space", "old_backup", "no_contact", "settings", "gap",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_finding_has_words_for_the_command_and_for_the_page(watch, name):
    values = {"count": 2, "list": "a", "since": NOW, "way": "mail", "note": "no", "free": 1, "problem": "x"} | {
        "until": NOW
    }
    assert running.in_short(Finding(name, grave=True, values=values), watch.found, UTC)
    for language in LANGUAGES:
        assert Wording()[language](f"health.found.{name}", **values)


def test_no_finding_is_without_words():
    made = set(re.findall(r'Finding\(\s*"(\w+)"', Path(health.__file__).read_text(encoding="utf-8")))
    assert made | {"no_space", "little_space"} == set(NAMES)
