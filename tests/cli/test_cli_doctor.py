"""`doctor`: each thing that can be wrong is found, and what mends it is said."""

import json
import os
import shutil
import sqlite3
import tomllib
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from monitor.cli import doctor as checks
from monitor.cli.doctor import LEAST, Line, Patient, examine, numbers, reach_with
from monitor.cli.doctor_store import database as of_database
from monitor.clock import SteppedClock, SystemClock
from monitor.errors import DeliveryError, DeliveryKind, StorageError
from monitor.model import ChannelState, DeliveryState, Medium, Subscriber
from monitor.settings import Settings
from monitor.store import daemon_lock


class Away:
    """A mail server that is not there."""

    def describe(self):
        return "smtps://mx.example.org:465"

    def probe(self):
        raise DeliveryError(DeliveryKind.CHANNEL_DOWN, "cannot connect: Connection refused")


class There(Away):
    def probe(self):
        return


@pytest.fixture
def now(opened):
    """Just behind the past that is kept."""
    return max(p.finished_at for p in opened.history.polls()) + timedelta(hours=2)


@pytest.fixture
def look(now):
    """Examines the home; gives the lines of one check, or all by name."""

    def examined(name="", at=now, **patient):
        found = examine(Patient(Settings(), SteppedClock(at), **patient), [("database", of_database)])
        return [line for line in found if line.name == name] if name else found

    return examined


def test_own_templates_that_are_wrong_are_named_with_their_line(look):
    assert look("templates") == []
    file = Settings().home / "alerts" / "templates" / "digest.text.j2"
    file.parent.mkdir(parents=True)
    file.write_text("{{ mail.heading | caps }}")
    assert only(look("templates")).state == "ok"
    file.write_text("one\n{% for %}")
    line = only(look("templates"))
    assert (line.state, line.said[:18]) == ("warn", "digest.text.j2:2: ")


def only(lines):
    (line,) = lines
    return line


def test_a_home_that_was_never_started_is_warned_of_and_not_made(monitor, home):
    done = monitor("doctor", "--offline")
    assert done.code == 0
    assert "warn  database" in done.out
    assert "→ monitor run makes it" in done.out
    assert done.out.splitlines()[-1] == "Nothing fails."
    assert not (home / "db").exists()


def test_what_fails_is_counted_and_ends_with_1(monitor, lived_in):
    done = monitor("doctor", "--offline")
    assert done.code == 1
    assert done.out.splitlines()[-1] == "2 checks failed."
    rows = json.loads(monitor("doctor", "--offline", "--json").out)
    assert sum(row["state"] == "fail" for row in rows) == 2
    assert {row["state"] for row in rows} == {"ok", "warn", "fail"}
    assert all(row["mend"] for row in rows if row["state"] != "ok")


def test_every_check_has_its_line(look):
    names = list(dict.fromkeys(line.name for line in look(reach=lambda urls: True, notifier=There())))
    assert names == [
        "program", "home", "settings", "contact", "watch list", "reports", "disk", "database", "bodies", "backups",
        "clock", "daemon", "robots.txt", "subscribers", "mail", "mail server", "network",
    ]  # fmt: skip


def test_all_is_well_is_said_when_it_is(monitor, opened, monkeypatch):
    monkeypatch.setenv("MONITOR_CONTACT", "desk@example.org")
    for row in opened.outbox.deliveries(states=[DeliveryState.FAILED, DeliveryState.DEAD]):
        opened.outbox.retry(row.id, row.created_at)
    while claimed := opened.outbox.claim(opened._clock.now(), timedelta(minutes=1)):
        opened.outbox.settle(claimed, DeliveryState.SENT, "250 ok", opened._clock.now())
    opened.path.chmod(0o600)
    assert monitor("backup").code == 0
    with daemon_lock(opened.path):
        done = monitor("doctor", "--offline")
    assert [line for line in done.out.splitlines() if line.startswith(("warn", "fail"))] == []
    assert (done.code, done.out.splitlines()[-1]) == (0, "All is well.")


def test_the_least_versions_are_those_of_the_project(checkout):
    wanted = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["dependencies"]
    least = dict(line.partition(",")[0].split(">=") for line in wanted if ">=" in line)
    least = {name.partition("[")[0]: version for name, version in least.items()}
    assert {name: least[name] for name in LEAST} == LEAST


def test_a_library_that_is_missing_or_too_old_fails(monkeypatch, look):
    monkeypatch.setitem(LEAST, "alembic", "999.1")
    monkeypatch.setitem(LEAST, "no-such-library-x", "1")
    line = only(look("program"))
    assert line.state == "fail"
    assert "is older than 999.1" in line.said
    assert "no-such-library-x is missing" in line.said


@pytest.mark.parametrize(
    ("text", "found"), [("3.11.3", (3, 11, 3)), ("5.0.0b1", (5, 0)), ("0.0.45.post1", (0, 0, 45)), ("x", ())]
)
def test_versions_are_compared_as_numbers(text, found):
    assert numbers(text) == found


def test_files_that_everybody_can_read_are_named_with_the_command_that_hides_them(look, lived_in):
    (lived_in / ".env").write_text("MONITOR_LANGUAGE=nl\n")
    (lived_in / ".env").chmod(0o644)
    (lived_in / "db" / "monitor.sqlite3").chmod(0o600)
    line = only(look("home"))
    assert (line.state, line.mend) == ("warn", f"chmod 600 {lived_in / '.env'}")
    (lived_in / ".env").chmod(0o600)
    assert only(look("home")).state == "ok"


def test_folders_that_everybody_can_look_into_are_named_and_left_as_they_are(look, lived_in):
    (lived_in / "db").chmod(0o755)
    line = only(look("home"))
    assert (line.state, line.mend) == ("warn", f"chmod 700 {lived_in / 'db'}")
    assert (lived_in / "db").stat().st_mode & 0o777 == 0o755


def test_a_home_that_is_gone_fails_and_the_rest_is_looked_at_all_the_same(look, tmp_path, monkeypatch):
    monkeypatch.setenv("MONITOR_HOME", str(tmp_path / "gone"))
    found = {line.name: line.state for line in look()}
    assert (found["home"], found["watch list"], found["database"]) == ("fail", "ok", "warn")


def test_a_mistyped_variable_is_found_without_its_value(look, monkeypatch):
    monkeypatch.setenv("MONITOR_SMTP_ULR", "smtps://c4nary:c4nary@host")
    line = only(look("settings"))
    assert (line.state, line.said) == ("warn", "MONITOR_SMTP_ULR is not a setting")
    assert line.mend == "did you mean MONITOR_SMTP_URL?"


def test_every_mistake_in_the_watch_list_is_a_failure_with_its_line(look, lived_in):
    text = (lived_in / "sources.yaml").read_text().replace("watch: pdf", "watch: pfd")
    (lived_in / "sources.yaml").write_text(text + "nonsense: 1\n")
    lines = look("watch list")
    assert [line.state for line in lines] == ["fail", "fail"]
    assert lines[0].said.startswith("sources.yaml:16: ")
    assert only(look("database")).state == "ok"


@pytest.mark.parametrize(("free", "state"), [(50_000_000, "fail"), (500_000_000, "warn"), (50_000_000_000, "ok")])
def test_room_on_the_disk(look, monkeypatch, free, state):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    assert only(look("disk")).state == state


def test_a_damaged_file_fails_and_the_backup_to_restore_is_named(look, opened):
    made = opened.backup()
    opened.close()
    raw = bytearray(opened.path.read_bytes())
    middle = len(raw) // 3
    raw[middle : middle + 8192] = os.urandom(8192)
    opened.path.write_bytes(raw)
    (opened.path.parent / "backups" / "before-0009-was-0008.sqlite3").write_bytes(made.read_bytes())
    line = only(look("database"))
    assert line.state == "fail"
    assert str(made) in line.mend


def test_a_body_that_was_damaged_is_named_with_what_shows_it(look, opened):
    opened.close()
    with sqlite3.connect(opened.path) as connection:
        sha256, source = connection.execute(
            "SELECT sha256, source_id FROM snapshot WHERE source_id = 'wallonia' ORDER BY id DESC"
        ).fetchone()
        connection.execute("UPDATE body SET zstd = substr(zstd, 1, length(zstd) - 9) WHERE sha256 = ?", [sha256])
    connection.close()
    line = only(look("bodies"))
    assert line.state == "fail"
    assert sha256[:16] in line.said
    assert source in line.said


def test_an_old_backup_is_warned_of_and_a_fresh_one_is_not(look, opened, now):
    opened.meta.set("first_start_at", (now - timedelta(days=1)).isoformat())
    assert only(look("backups")).state == "ok"
    opened.meta.set("first_start_at", (now - timedelta(days=30)).isoformat())
    assert only(look("backups")).state == "warn"
    made = opened.backup()
    os.utime(made, (now.timestamp(), now.timestamp()))
    assert only(look("backups")).state == "ok"
    assert only(look("backups", at=now + timedelta(days=4))).state == "warn"


def test_a_clock_that_was_set_back_fails(look, now):
    line = only(look("clock", at=now - timedelta(days=300)))
    assert (line.state, line.mend) == ("fail", "set the machine's clock: timedatectl")


def test_a_clock_that_differs_from_the_sites_is_warned_of(look, opened):
    assert only(look("clock")).state == "ok"
    opened.close()
    with sqlite3.connect(opened.path) as connection:
        connection.execute("UPDATE polled SET finished_at = finished_at - 40 * 60 * 1000000")
    connection.close()
    line = only(look("clock"))
    assert line.state == "warn"
    assert "about 40 minutes behind those of the sites" in line.said


def test_the_daemon_is_named_while_it_runs(look, opened):
    assert only(look("daemon")).said.startswith("not running; last look ")
    with daemon_lock(opened.path):
        line = only(look("daemon"))
    assert (line.state, line.said.partition(" on ")[0]) == ("ok", f"pid {os.getpid()}")


def test_a_daemon_that_polls_nothing_fails(look, opened, now):
    with daemon_lock(opened.path):
        line = only(look("daemon", at=now + timedelta(days=4)))
    assert line.state == "fail"
    assert line.mend == "read its log, then start it again"


def test_what_robots_txt_forbids_is_listed(look, opened):
    opened.close()
    with sqlite3.connect(opened.path) as connection:
        connection.execute("UPDATE source SET robots = 'denied' WHERE id = 'coc-home'")
        connection.execute("UPDATE source SET robots = 'unreachable' WHERE id = 'wallonia'")
    connection.close()
    denied, silent = look("robots.txt")
    assert (denied.state, denied.said) == ("warn", "forbids coc-home")
    assert "ignore_robots" in denied.mend
    assert (silent.state, silent.said) == ("warn", "cannot be asked for wallonia")


def test_that_nobody_reads_is_warned_of(look, opened):
    opened.subscribers.update(replace(opened.subscribers.get("anna@example.org"), paused=True))
    assert only(look("subscribers")).said == "every subscriber is paused"
    opened.subscribers.forget("anna@example.org")
    opened.subscribers.forget("bram@example.org")
    assert only(look("subscribers")).said == "nobody is subscribed yet"


def test_an_address_that_leads_nowhere_is_warned_of_when_there_is_a_server(look, opened, monkeypatch):
    opened.subscribers.update(replace(opened.subscribers.get("anna@example.org"), email="reader@localhost"))
    assert only(look("subscribers")).state == "ok"
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("MONITOR_MAIL_FROM", "watch@example.org")
    line = only(look("subscribers"))
    assert (line.state, line.said) == ("warn", "reader@localhost is nobody's address")
    assert line.mend == "monitor subscribers change reader@localhost --email you@example.org"


def test_mail_that_waits_or_was_refused_fails(look):
    waits, lost = look("mail")
    assert (waits.state, lost.state) == ("fail", "fail")
    assert "1 message waits, the oldest since " in waits.said
    assert lost.said == "2 messages were not delivered, the last one to anna@example.org"
    assert lost.mend.endswith("monitor mail queue --retry 3")


def test_a_way_out_that_is_closed_fails_with_the_servers_words(look, opened, now):
    opened.outbox.set_channel(ChannelState("paused", now, None, "535 bad password"))
    assert look("mail")[0].said.endswith(": 535 bad password")


def test_a_webhook_that_takes_nothing_fails_and_one_without_secret_is_warned_of(look, opened, now):
    hook = Subscriber(0, "desk", medium=Medium.WEBHOOK, url="https://hooks.example.org/in")
    reader = opened.subscribers.add(hook)
    opened.outbox.set_channel(ChannelState("paused", now, None, "404 not here"), reader.channel)
    line = only(look("webhook"))
    assert (line.state, line.mend) == ("fail", "monitor webhook test desk")
    assert line.said.endswith(": 404 not here")
    warned = look("subscribers")[0]
    assert warned.state == "warn"
    assert "MONITOR_WEBHOOK_SECRET_DESK is not set" in warned.said


def test_a_mail_server_that_does_not_answer_fails(look):
    assert only(look("mail server", notifier=There())).state == "ok"
    line = only(look("mail server", notifier=Away()))
    assert (line.state, line.said) == ("fail", "smtps://mx.example.org:465: cannot connect: Connection refused")


def test_the_network_is_tried_on_the_sites_of_the_list(look):
    asked = []
    assert only(look("network", reach=lambda urls: asked.extend(urls) or True)).state == "ok"
    assert asked == [
        "https://www.coc.invalid/en",
        "https://www.senate.invalid/6-413.pdf",
        "https://www.wallonia.invalid/ia",
    ]
    assert only(look("network", reach=lambda urls: False)).state == "fail"


def test_nobody_outside_is_asked_offline(look):
    assert [line for line in look() if line.name in {"network", "mail server"}] == []


@pytest.mark.parametrize("addresses", [["http://nowhere.invalid/"], ["http://127.0.0.1:1/", "http://[::1]/"], []])
def test_the_real_network_is_asked_as_the_daemon_would(home, addresses):
    class Nobody:
        async def resolve(self, host, port):
            if host == "nowhere.invalid":
                raise OSError(host)
            return ((host, port),)

    assert not reach_with(Settings(), SystemClock(), Nobody())(addresses)


def test_a_check_that_breaks_off_is_a_finding_and_stops_no_other(home):
    def broken(patient):
        yield Line("odd", "ok", "first")
        raise StorageError("the disk reports an error")

    found = examine(Patient(Settings(), SystemClock(), reach=lambda urls: True), [("odd", broken)])
    odd = [(line.state, line.said) for line in found if line.name == "odd"]
    assert odd == [("ok", "first"), ("fail", "the disk reports an error")]
    assert [found[0].name, found[-1].name] == ["program", "network"]


def test_a_database_of_another_program_is_refused_in_words(look, lived_in):
    path = lived_in / "db" / "monitor.sqlite3"
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    line = only(look("database"))
    assert line.state == "fail"
    assert "not one of Footnote Watch" in line.said
