"""Mail servers that come and go, the heartbeat, and what a log must not say."""

import json
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult

from monitor.model import DeliveryState, DigestKind

pytestmark = pytest.mark.slow


@pytest.fixture
def readers(home):
    """Three readers who have had the first report, and a page that has just changed."""
    home.subscribe("a@example.org", "b@example.org", "c@example.org")
    home.watch("one", interval=120)
    home.warm()
    home.change("one")


def digests(home):
    return [row for row in reversed(home.store.outbox.deliveries()) if row.kind is DigestKind.DIGEST]


@pytest.mark.story
def test_while_the_server_refuses_nothing_counts_and_afterwards_all_goes_out_in_order_once(home, mail, readers):
    mail.stop()
    process = home.start(environment=mail.environment)
    home.until(lambda: len(digests(home)) == 3, process)
    home.until(lambda: home.store.outbox.channel().state == "down", process)
    home.change("one", 3)
    home.until(lambda: len(digests(home)) == 6, process)
    home.goes_on(process)
    assert {(row.state, row.attempts) for row in digests(home)} == {(DeliveryState.PENDING, 0)}
    mail.start()
    home.until(lambda: all(row.state is DeliveryState.SENT for row in digests(home)), process)
    home.goes_on(process)
    assert mail.ids == [row.message_id for row in digests(home)]
    assert home.store.outbox.channel().state == "up"
    assert home.said("the mail server cannot be reached") == 1


@pytest.mark.story
def test_a_server_that_takes_a_message_and_drops_the_line_gets_the_same_message_again(home, mail, readers):
    mail.moods = ["drop"]
    process = home.start(environment=mail.environment)
    home.until(lambda: digests(home) and all(row.state is DeliveryState.SENT for row in digests(home)), process)
    home.goes_on(process)
    first, *others = mail.ids
    assert len(mail.ids) == 4
    assert others.count(first) == 1
    assert {row.message_id for row in digests(home)} == set(mail.ids)
    assert sorted(row.attempts for row in digests(home)) == [1, 1, 2]


def test_the_heartbeat_is_asked_for_while_all_is_well_and_not_while_mail_is_stuck(home, web, mail, readers):
    heart = "http://heart.example/beat/8d2f"
    web.pages["heart.example/beat/8d2f"] = web.pages["one.example"]
    home.run_at(1500)
    mail.stop()
    process = home.start(environment={**mail.environment, "MONITOR_HEARTBEAT_URL": heart})

    def beats():
        return len(web.asked_for("heart.example", "/beat/8d2f"))

    home.until(beats, process)
    home.until(lambda: len(digests(home)) == 3, process)
    home.until(lambda: home.now() - home.store.outbox.pending(home.now()).oldest > timedelta(hours=1.5), process)
    stuck = beats()
    home.goes_on(process, 12)
    assert beats() == stuck
    mail.start()
    home.until(lambda: beats() > stuck + 1, process)
    assert {row.state for row in digests(home)} == {DeliveryState.SENT}


@pytest.mark.story
def test_there_is_no_heartbeat_while_results_cannot_be_written(home, web):
    """The whole point of it: somebody notices."""
    home.watch("one", interval=120)
    home.warm()
    web.pages["heart.example/beat"] = web.pages["one.example"]
    home.run_at(150)
    pages = home.query("PRAGMA page_count")[0][0]
    web.pages["one.example"].body += b"<!-- " + bytes(range(97, 123)) * 30_000 + b" -->"
    process = home.start(environment={"MONITOR_HEARTBEAT_URL": "http://heart.example/beat"}, max_pages=pages + 1)
    home.until(lambda: home.said("results cannot be written"), process)
    after = len(web.asked_for("heart.example", "/beat"))
    home.until(lambda: home.store.sources.get("one").leased_until < home.now(), process)
    assert len(web.asked_for("heart.example", "/beat")) <= after + 1


CANARIES = {"user": "canary-user-71", "password": "canary/pass word-72", "token": "canary-token-73"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_log_line_has_a_secret_whatever_goes_wrong(home, web, mail, readers, form):
    def refuse(server, session, envelope, mechanism, data):
        # Some servers repeat what they were told.
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 no: {CANARIES['password']}")

    mail.stop()
    mail.auth = refuse
    mail.start()
    url = f"smtp://{CANARIES['user']}:canary%2Fpass%20word-72@127.0.0.1:{mail.port}"
    process = home.start(environment={
        "MONITOR_SMTP_URL": url, "MONITOR_MAIL_FROM": "watch@example.org", "MONITOR_LOG_FORMAT": form,
        "MONITOR_HEARTBEAT_URL": f"http://heart.example/{CANARIES['token']}", "MONITOR_LOG_LEVEL": "debug",
    })  # fmt: skip
    home.until(lambda: home.store.outbox.channel().state == "paused", process)
    home.until(lambda: home.said("heartbeat not delivered"), process)
    home.goes_on(process)
    home.stop(process)
    assert home.said("the mail server refuses us") == 1
    log = home.log.read_text()
    for secret in (*CANARIES.values(), "canary%2Fpass%20word-72"):
        assert secret not in log
    if form == "json":
        assert all(json.loads(line)["message"] for line in log.splitlines())
