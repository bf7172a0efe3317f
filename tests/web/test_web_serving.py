"""The pages on a socket: beside the daemon, alone, and not at all; with the real command."""

import logging
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import httpx
import pytest
from threads import elsewhere

from monitor.errors import ConfigError, StorageError
from monitor.model import Frequency, Subscriber
from monitor.settings import Place
from monitor.web.password import matches
from monitor.web.serving import beside, listening

PATIENCE = 60.0
PUBLIC = "https://w.example"


@pytest.fixture
def taken():
    """A port that somebody else has."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def answers(address, **headers):
    with httpx.Client(trust_env=False) as client:
        return client.get(address, headers=headers)


# --- beside the daemon ------------------------------------------------------------------------------------------------


def test_the_pages_are_there_for_as_long_as_the_daemon_runs(site):
    app = site("lived", web="127.0.0.1:0").app
    with beside(app) as address:
        assert answers(address + "/healthz").json()["status"] == "ok"
    with pytest.raises(httpx.ConnectError):
        answers(address + "/healthz")


def test_a_page_asked_for_after_the_store_was_closed_leaves_nothing_open(site):
    """The daemon closes the store first; its log is folded in all the same."""
    app = site("lived", web="127.0.0.1:0").app
    with beside(app) as address:
        app.store.close()
        assert answers(address + "/").status_code == 200
    assert not app.settings.database.with_name("monitor.sqlite3-wal").exists()


def test_a_port_that_is_taken_is_one_line_in_the_log_and_the_watching_goes_on(site, taken, caplog):
    app = site("lived", web=f"127.0.0.1:{taken}").app
    with caplog.at_level(logging.WARNING), beside(app) as address:
        assert address == ""
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"127.0.0.1:{taken}" in line
    assert "MONITOR_WEB" in line


def test_pages_nobody_could_log_in_to_are_not_served_beside_the_daemon(site, caplog):
    app = site("lived", web="0.0.0.0:0").app
    with caplog.at_level(logging.WARNING), beside(app) as address:
        assert address == ""
    assert "monitor web password" in caplog.text


def test_a_store_that_cannot_be_written_just_now_keeps_nobody_from_watching(site, caplog):
    app = site("empty", web="127.0.0.1:0").app
    app.store.meta.set("secret", None)

    def full(*_):
        raise StorageError("the disk is full")

    app.store.meta.set_once = full
    with caplog.at_level(logging.WARNING), beside(app) as address:
        assert address == ""
    assert "the disk is full" in caplog.text


def test_the_pages_can_be_switched_off(site, caplog):
    app = site("lived", web="off").app
    with caplog.at_level(logging.INFO), beside(app) as address:
        assert address == ""
    assert caplog.records == []


def test_a_name_that_is_no_place_is_a_clear_complaint():
    with pytest.raises(ConfigError, match="cannot serve the pages there"):
        listening(Place("no-such-host.invalid", 8000))


# --- the command ------------------------------------------------------------------------------------------------------


class Running:
    """`monitor …` in a process of its own, its output gathered."""

    def __init__(self, checkout, home, log, *arguments, **variables):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        environment = {**clean, "PYTHONPATH": str(checkout), "MONITOR_HOME": str(home), **variables}
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "monitor", *arguments], cwd=home, env=environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def said(self, pattern):
        """The first group of what it printed, once it has."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := re.search(pattern, self.log.read_text()):
                return found[1]
            if self.process.poll() is not None and not re.search(pattern, self.log.read_text()):
                break
            time.sleep(0.05)
        pytest.fail(f"it never said {pattern}:\n{self.log.read_text()[-4000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture
def run(checkout, tmp_path):
    """Runs `monitor …` in the home of a site; ended when the test ends."""
    running = []

    def start(site, *arguments, **variables):
        log = tmp_path / f"log{len(running)}"
        running.append(Running(checkout, site.app.settings.home, log, *arguments, **variables))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.mark.slow
def test_serve_shows_the_pages_until_it_is_asked_to_stop(site, run):
    server = run(site("lived"), "serve", "--port", "0")
    address = server.said(r"Pages: (\S+)")
    assert "Supervisory Body" in answers(address).text
    assert server.stop() == 0


@pytest.mark.slow
def test_serve_says_what_is_missing_where_nothing_was_ever_started(site, run):
    empty = site("empty")
    empty.store.close()
    empty.app.settings.database.unlink()
    server = run(empty, "serve", "--port", "0")
    assert server.process.wait(PATIENCE) == 78
    assert "there is no database to show" in server.log.read_text()
    assert not empty.app.settings.database.exists()


@pytest.mark.slow
def test_serve_says_that_its_port_is_taken(site, run, taken):
    server = run(site("lived"), "serve", "--port", str(taken))
    assert server.process.wait(PATIENCE) == 78
    assert "Address already in use" in server.log.read_text()


@pytest.mark.slow
def test_serve_does_not_open_the_pages_to_everybody(site, run):
    server = run(site("lived"), "serve", "--host", "0.0.0.0", "--port", "0")
    assert server.process.wait(PATIENCE) == 78
    assert "nobody could log in" in server.log.read_text()


@pytest.mark.slow
def test_the_hash_that_is_printed_lets_its_password_in(checkout):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "monitor", "web", "password"], input="correct horse battery\n",
        env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    kept = re.fullmatch(r"MONITOR_WEB_PASSWORD='(\S+)'\n", done.stdout)[1]
    assert matches(kept, "correct horse battery")
    assert "correct horse" not in done.stdout + done.stderr


def test_a_short_password_is_not_taken(checkout):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "monitor", "web", "password"], input="hunter2\n",
        env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 78
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.slow
def test_the_link_in_a_mail_unsubscribes_with_one_click_from_the_running_monitor(site, run):
    """Everything together: a digest written to a file, its header read, `monitor run` asked as a mail program asks."""
    watch = site("lived", public_url=PUBLIC)
    reader = watch.store.subscribers.add(Subscriber(0, "anna@example.org", frequency=Frequency.IMMEDIATE))
    assert elsewhere(watch.app.post.compose()) == 1
    elsewhere(watch.app.post.deliver())
    (file,) = watch.app.settings.outbox.glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=default)
    url = re.fullmatch(r"<(\S+)>", mail["List-Unsubscribe"])[1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url == watch.house.links.unsubscribe(reader.id)
    watch.store.close()

    monitor = run(watch, "run", MONITOR_PUBLIC_URL=PUBLIC, MONITOR_WEB="127.0.0.1:0")
    address = monitor.said(r"pages: (\S+)")
    with httpx.Client(trust_env=False) as client:
        # What the proxy that holds the certificate would pass on.
        answer = client.post(
            address + urlsplit(url).path, data={"List-Unsubscribe": "One-Click"}, headers={"Host": "w.example"}
        )
    assert (answer.status_code, answer.history) == (200, [])
    with sqlite3.connect(watch.app.settings.database) as raw:
        assert raw.execute("SELECT count(*) FROM subscriber WHERE email = 'anna@example.org'").fetchone() == (0,)
    assert monitor.stop() == 0
