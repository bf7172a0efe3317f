"""SIGTERM and SIGINT, once and twice, under load; other signals; and a daemon that never lives for long."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import driver
import pytest
from test_daemon_list import written

from monitor.daemon import EXIT_AT_ONCE
from monitor.demo.pdf import typeset
from monitor.model import DeliveryState, Outcome

pytestmark = pytest.mark.slow

SLOW = {"MONITOR_MAX_POLLS": "8", "MONITOR_HOST_GAP": "500ms"}


@pytest.fixture
def busy(home, web):
    """A daemon with eight slow looks under way."""

    def begin(pause, **more):
        names = [f"s{n}" for n in range(8)]
        home.watch(*names, interval=3600)
        for name in names:
            web.pages[f"{name}.example"].pause = pause
        process = home.start(environment=SLOW, **more)
        home.until(lambda: len([a for a in web.asked if a.path == "/"]) >= 4, process)
        return process

    return begin


def claims(home):
    """A token is spent on each claim."""
    return home.query("SELECT sum(token) FROM source")[0][0]


def leases(home):
    return home.query("SELECT count(*) FROM source WHERE lease_until IS NOT NULL OR lease_owner IS NOT NULL")[0][0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_under_load_it_finishes_what_it_started_and_frees_every_lease(home, busy, number):
    process = busy(0.1)
    os.kill(process.pid, number)
    assert home.exit_code(process) == 0, home.tail()
    assert home.polls() == claims(home) >= 4
    assert leases(home) == 0
    assert home.said("daemon stopped") == 1


@pytest.mark.story
def test_looks_that_take_longer_than_its_patience_are_broken_off_and_as_due_as_before(home, busy):
    process = busy(30, pace={"patience": 0.5})
    os.kill(process.pid, signal.SIGTERM)
    assert home.exit_code(process) == 0, home.tail()
    assert home.polls() < claims(home)
    assert leases(home) == 0
    assert home.query("SELECT count(*) FROM snapshot") == [(0,)]
    due = {state.source.id for state in home.store.sources.all() if state.next_poll_at <= home.now()}
    assert due == {f"s{n}" for n in range(8)}


def test_the_second_signal_ends_it_at_once_and_nothing_is_half_recorded(home, busy, web):
    process = busy(30)
    os.kill(process.pid, signal.SIGTERM)
    home.until(lambda: home.said("daemon stopping"), process)
    os.kill(process.pid, signal.SIGTERM)
    # Without it the looks would go on for their patience of 20 seconds.
    process.join(10)
    assert process.exitcode == EXIT_AT_ONCE
    assert (home.polls(), home.query("SELECT count(*) FROM snapshot")) == (0, [(0,)])
    for answer in web.pages.values():
        answer.pause = 0
    next_one = home.start(environment=SLOW)
    home.until(lambda: home.polls() == 8, next_one)
    assert home.query("SELECT 1 FROM poll GROUP BY source_id, token HAVING count(*) > 1") == []


@pytest.mark.story
def test_a_message_on_its_way_is_finished_and_noted_before_the_end(home, mail):
    home.subscribe("reader@example.org")
    home.watch("one", interval=120)
    home.warm()
    home.change("one")
    mail.moods = ["sleep 1.5"]
    process = home.start(environment=mail.environment)
    home.until(lambda: mail.taken, process)
    home.stop(process)
    newest = home.store.outbox.deliveries(limit=1)[0]
    assert (newest.state, newest.message_id) == (DeliveryState.SENT, mail.ids[0])


@pytest.mark.story
def test_a_mail_server_that_hangs_does_not_keep_it_from_stopping(home, mail):
    home.subscribe("reader@example.org")
    home.watch("one", interval=120)
    home.warm()
    home.change("one")
    mail.moods = ["sleep 600"]
    process = home.start(environment=mail.environment, pace={"patience": 0.3, "last": 0.7})
    home.until(lambda: mail.taken, process)
    home.stop(process)
    assert home.said("the rest is taken up again") == 1
    after = home.start(environment=mail.environment)
    home.until(lambda: home.store.outbox.deliveries(limit=1)[0].state is DeliveryState.SENT, after)
    assert mail.ids[0] == mail.ids[1]


@pytest.mark.story
def test_no_message_is_begun_once_it_was_asked_to_stop(home, mail):
    home.subscribe("a@example.org", "b@example.org", "c@example.org")
    home.watch("one", interval=120)
    home.warm()
    home.change("one")
    mail.moods = ["sleep 1.5"]
    process = home.start(environment=mail.environment)
    home.until(lambda: mail.taken, process)
    home.stop(process)
    assert len(mail.taken) == 1
    states = [row.state for row in home.store.outbox.deliveries(limit=3)]
    assert sorted(states) == [DeliveryState.PENDING, DeliveryState.PENDING, DeliveryState.SENT]


def children(process):
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()] + [
        int(pid)
        for task in Path(f"/proc/{process.pid}/task").iterdir()
        for pid in (task / "children").read_text().split()
        if task.name != str(process.pid)
    ]


def deaf(pid):
    """Whether a process ignores SIGTERM by now."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        ignored = next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn"))
        return bool(int(ignored, 16) >> (signal.SIGTERM - 1) & 1)
    return False


@pytest.mark.story
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_supervisor_that_signals_every_process_does_not_make_a_document_look_broken(home, web):
    """As systemd does, and a terminal on Ctrl-C."""
    home.watch("paper", interval=3600)
    lines = [
        f"Paragraph {n} on the duties of public bodies that use systems of artificial intelligence." for n in range(900)
    ]
    web.pages["paper.example"].body = typeset(["# The paper\n\n" + "\n\n".join(lines)])
    web.pages["paper.example"].headers = {"Content-Type": "application/pdf"}
    process = home.start()
    (reader, *_) = home.until(lambda: [pid for pid in children(process) if deaf(pid)], process)
    os.kill(reader, signal.SIGTERM)
    os.kill(process.pid, signal.SIGTERM)
    assert home.exit_code(process) == 0, home.tail()
    assert [row.outcome for row in home.store.history.polls()] == [Outcome.BASELINE], home.tail()


# --- other signals ----------------------------------------------------------------------------------------------------


def test_a_quit_is_an_order_to_stop_too(home):
    home.watch("one")
    process = home.start()
    home.until(lambda: home.said("daemon started"), process)
    os.kill(process.pid, signal.SIGQUIT)
    assert home.exit_code(process) == 0, home.tail()
    assert home.said("daemon stopped") == 1


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE])
def test_a_signal_that_means_nothing_here_ends_nothing(home, number):
    home.watch("one", interval=60)
    process = home.start()
    home.until(lambda: home.said("daemon started"), process)
    os.kill(process.pid, number)
    home.goes_on(process)
    assert process.exitcode is None
    home.stop(process)


def test_a_hangup_without_a_terminal_reads_the_watch_list_and_the_daemon_goes_on(home):
    """As `systemctl reload` and logrotate send it."""
    written(home, "one")
    process = home.start(follow=True, pace={"follow": 3600})
    home.until(home.polls, process)
    written(home, "one", "two")
    os.kill(process.pid, signal.SIGHUP)
    home.until(lambda: "two" in {state.source.id for state in home.store.sources.all()}, process)
    assert home.said("SIGHUP: the watch list is read again") == 1
    home.stop(process)


RUN = """
import sys
sys.path.insert(0, sys.argv[1])
import driver, json
driver.serve(driver.Wish(**json.loads(sys.argv[2])))
"""


def test_a_terminal_that_is_closed_ends_it_in_order(home, checkout):
    home.watch("one")
    master, slave = pty.openpty()
    command = [sys.executable, "-c", RUN, str(Path(driver.__file__).parent), driver.spelled(home.wish())]
    process = subprocess.Popen(
        command, stdin=slave, start_new_session=True, env={**os.environ, "PYTHONPATH": str(checkout)}
    )
    os.close(slave)
    try:
        home.until(lambda: home.said("daemon started"))
        os.close(master)
        os.kill(process.pid, signal.SIGHUP)
        assert process.wait(90) == 0, home.tail()
    finally:
        process.kill()
        process.wait()
    assert home.said("daemon stopped") == 1


def test_a_daemon_that_never_lives_through_an_interval_still_composes_delivers_and_backs_up(home, mail):
    home.subscribe("reader@example.org")
    home.watch("one", interval=120)
    home.warm()
    home.change("one")
    never = {"compose": 3600, "deliver": 3600, "house": 3600}

    def lives_until(condition):
        process = home.start(environment=mail.environment, pace=never)
        home.until(condition, process)
        process.kill()
        process.join()

    lives_until(home.store.history.changes)
    assert home.store.backups()
    lives_until(lambda: home.store.outbox.deliveries(states=[DeliveryState.PENDING]) or mail.taken)
    lives_until(lambda: mail.taken)
    # The first report and what is urgent may both have gone before it was killed; neither was made twice.
    kinds = [delivery.message_id.partition(".")[0] for delivery in home.store.outbox.deliveries()]
    assert len(set(kinds)) == len(kinds) <= 2
