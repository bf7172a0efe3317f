"""Webhooks, chats and the table of subscribers, as typed."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.model import ChannelState, DigestKind, DigestOrder, Medium, Outgoing

HOOK = "https://hooks.example.org/in"
SECRET = "whsec_" + base64.b64encode(b"canary-" * 4).decode()
TOKEN = "CanaryToken0123456789"


@pytest.fixture
def room(lived_in):
    """The .env of the home, to write settings into."""

    def write(**variables):
        text = "".join(f"MONITOR_{name}={value}\n" for name, value in variables.items())
        (lived_in / ".env").write_text(text, "utf-8")

    return write


@pytest.fixture
def chat_server():
    """A service that answers `status` and repeats what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        status = 200

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.path, json.loads(body)))
            self.send_response(self.status)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1], asked, Handler
    server.shutdown()
    server.server_close()


def test_a_webhook_is_added_under_the_name_of_its_host(monitor, opened, room):
    done = monitor("subscribers", "add", "--webhook", HOOK, "--min-severity", "critical")
    assert done.code == 0
    assert "added hooks.example.org" in done.out
    assert "MONITOR_WEBHOOK_SECRET_HOOKS_EXAMPLE_ORG is not set" in done.out
    reader = opened.subscribers.get("hooks.example.org")
    assert (reader.medium, reader.url) == (Medium.WEBHOOK, HOOK)
    assert f"hooks.example.org (webhook {HOOK})" in monitor("subscribers").out


def test_with_its_secret_set_nothing_is_missing(monitor, room):
    room(WEBHOOK_SECRET_DESK=SECRET)
    done = monitor("subscribers", "add", "desk", "--webhook", HOOK)
    assert done.code == 0
    assert "not set" not in done.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--webhook", "http://hooks.example.org/in"], "only https"),
        (["desk", "--webhook", "https://127.0.0.1/in"], "this machine"),
        (["desk", "--webhook", "https://169.254.169.254/latest"], "metadata"),
        (["desk", "--webhook", "https://me:pass@hooks.example.org/"], "user name or password"),
        (["De sk", "--webhook", HOOK], "cannot be a name"),
        (["an@example.org", "--webhook", HOOK], "cannot be a name"),
        (["Te/am", "--chat"], "cannot be a name"),
        (["--chat"], "who is it?"),
        ([], "who is it?"),
        (["team", "--chat", "--webhook", HOOK], "who is it?"),
    ],
)
def test_what_cannot_be_reached_is_not_added(monitor, opened, arguments, said):
    before = opened.subscribers.all()
    done = monitor("subscribers", "add", *arguments)
    assert done.code == 78
    assert said in done.err
    assert opened.subscribers.all() == before


def test_a_secret_is_made_as_a_line_for_env_and_fits(monitor, room):
    line = monitor("webhook", "secret", "policy-desk").out.strip()
    name, _, value = line.partition("=")
    assert name == "MONITOR_WEBHOOK_SECRET_POLICY_DESK"
    room(WEBHOOK_SECRET_POLICY_DESK=value)
    assert monitor("config").code == 0
    assert value not in monitor("config").out
    assert monitor("webhook", "secret").out.startswith("whsec_")
    assert monitor("webhook", "secret").out != monitor("webhook", "secret").out


def test_a_secret_that_is_none_is_named_and_not_repeated(monitor, room):
    room(WEBHOOK_SECRET_DESK="mysecretpassword", CHAT_URL_TEAM="justatoken")
    done = monitor("subscribers")
    assert done.code == 78
    assert "MONITOR_WEBHOOK_SECRET_DESK" in done.err
    assert "MONITOR_CHAT_URL_TEAM" in done.err
    for value in ("mysecretpassword", "justatoken"):
        assert value not in done.said


def test_a_webhook_without_secret_is_not_tested_unsigned(monitor, room):
    monitor("subscribers", "add", "desk", "--webhook", HOOK)
    done = monitor("webhook", "test", "desk")
    assert done.code == 1
    assert "FAIL" in done.out
    assert "nothing is sent unsigned" in done.out


def test_a_webhook_that_cannot_be_reached_fails_its_test(monitor, room):
    room(WEBHOOK_SECRET_DESK=SECRET)
    monitor("subscribers", "add", "desk", "--webhook", "https://hooks.invalid/in")
    done = monitor("webhook", "test", "desk")
    assert done.code == 1
    assert "hooks.invalid" in done.out
    assert "Is the address spelt right" in done.out


def test_each_is_tested_by_its_own_command(monitor, room):
    monitor("subscribers", "add", "team", "--chat")
    monitor("subscribers", "add", "desk", "--webhook", HOOK)
    for words, hint in (
        (("webhook", "test", "team"), "monitor chat test team"),
        (("chat", "test", "desk"), "monitor webhook test desk"),
        (("mail", "test", "desk"), "monitor webhook test desk"),
        (("chat", "test", "anna@example.org"), "monitor mail test anna@example.org"),
    ):
        done = monitor(*words)
        assert done.code == 78
        assert hint in done.err


def test_a_chat_gets_its_test_and_what_waited_goes_out_again(monitor, opened, room, chat_server):
    port, asked, _ = chat_server
    room(CHAT_URL_TEAM=f"json://127.0.0.1:{port}/{TOKEN}")
    monitor("subscribers", "add", "team", "--chat", "--language", "nl")
    reader = opened.subscribers.get("team")
    opened.outbox.set_channel(ChannelState("paused", None, None, "403"), reader.channel)
    opened.subscribers.suspend(reader.id, "gone", reader.created_at)
    done = monitor("chat", "test", "team")
    assert done.code == 0
    assert done.out.startswith("A test message to team, by chat json\nok")
    assert "is resumed" in done.out
    ((path, body),) = asked
    assert path == f"/{TOKEN}"
    assert body["title"].startswith("Testbericht")
    assert opened.outbox.shut() == ()
    assert not opened.subscribers.get("team").waiting
    assert TOKEN not in done.said


def test_a_chat_that_refuses_fails_its_test_without_its_token(monitor, room, chat_server):
    port, _, handler = chat_server
    handler.status = 403
    room(CHAT_URL_TEAM=f"json://127.0.0.1:{port}/{TOKEN}")
    monitor("subscribers", "add", "team", "--chat")
    done = monitor("chat", "test", "team")
    assert done.code == 1
    assert "error=403" in done.out
    assert "are its tokens valid" in done.out
    assert TOKEN not in done.said


@pytest.mark.slow
def test_the_first_report_of_a_webhook_and_of_a_chat_is_composed_and_kept_until_it_can_go(monitor, opened, room):
    room(WEBHOOK_SECRET_DESK=SECRET)
    monitor("subscribers", "add", "desk", "--webhook", "https://hooks.invalid/in", "--language", "fr")
    monitor("subscribers", "add", "team", "--chat")
    shown = json.loads(monitor("digest", "desk", "--dry-run").out.partition("\n\n")[2])
    assert (shown["type"], shown["data"]["language"]) == ("footnote_watch.first_report", "fr")
    assert {line["source"]["id"] for line in shown["data"]["report"]} >= {"coc-home", "wallonia"}
    assert "Digital Wallonia" in monitor("digest", "team", "--dry-run").out
    assert monitor("digest").code == 0
    rows = {row.channel.partition(":")[0]: row for row in opened.outbox.deliveries(99)}
    assert (rows["webhook"].state, rows["webhook"].attempts) == ("pending", 0)
    assert "hooks.invalid" in rows["webhook"].answer
    assert (rows["chat"].state, rows["chat"].answer) == ("pending", "MONITOR_CHAT_URL_TEAM is not set")
    assert json.loads(opened.outbox.message(rows["webhook"].id))["data"]["subscriber"] == "desk"


def test_the_queue_names_each_way_out_that_is_closed(monitor, opened, room):
    monitor("subscribers", "add", "desk", "--webhook", HOOK)
    reader = opened.subscribers.get("desk")
    now = reader.created_at
    opened.outbox.set_channel(ChannelState("paused", now, now, "404 not here"), reader.channel)
    order = DigestOrder(reader, DigestKind.DIGEST, "2026-11-24", now, now)
    opened.outbox.enqueue(order, (), (), Outgoing("desk", "w@x.org", "s", "<m@x>", b"{}", reader.channel), now)
    done = monitor("mail", "queue")
    assert "The way out for webhook desk is paused" in done.out
    assert "404 not here" in done.out
    assert json.loads(monitor("mail", "queue", "--json").out)[0]["by"] == "webhook"


def test_the_table_goes_out_and_comes_in(monitor, opened, tmp_path, room):
    monitor("subscribers", "add", "bo@example.org", "--word", "=HYPERLINK(1)", "--topic", "oversight", "--hour", "9")
    monitor("subscribers", "add", "desk", "--webhook", HOOK)
    file = tmp_path / "readers.csv"
    done = monitor("subscribers", "export", file)
    before = opened.subscribers.all()
    assert done.out.strip() == f"{len(before)} subscribers in {file}"
    assert "'=HYPERLINK(1)" in file.read_text("utf-8-sig")
    again = monitor("subscribers", "import", file)
    assert f"as before {len(before)}" in again.out
    monitor("subscribers", "forget", "bo@example.org", "--yes")
    monitor("subscribers", "change", "desk", "--hour", "11")
    done = monitor("subscribers", "import", file)
    assert done.out.startswith(f"added 1, changed 1, as before {len(before) - 2}")
    back = opened.subscribers.get("bo@example.org")
    assert (back.filters.words, back.hour) == (("=HYPERLINK(1)",), 9)
    assert opened.subscribers.get("desk").hour == 7
    assert monitor("subscribers", "export", "-").out.startswith("address,reached_by")


def test_a_file_that_is_there_is_not_overwritten(monitor, tmp_path, room):
    file = tmp_path / "readers.csv"
    file.write_text("mine")
    assert monitor("subscribers", "export", file).code == 1
    assert file.read_text() == "mine"


def test_one_mistake_in_a_table_and_nothing_is_done(monitor, opened, tmp_path, room):
    file = tmp_path / "readers.csv"
    file.write_text("address,hour,topics\nnew@example.org,8,\nother@example.org,99,oversigt\n")
    before = opened.subscribers.all()
    done = monitor("subscribers", "import", file)
    assert done.code == 78
    assert done.err.splitlines() == [
        "readers.csv:3: hour cannot be '99' (0 to 23)",
        "readers.csv:3: topics: 'oversigt' is not known (did you mean oversight?)",
    ]
    assert opened.subscribers.all() == before


def test_a_table_can_be_tried_first(monitor, opened, tmp_path, room):
    file = tmp_path / "readers.csv"
    file.write_text("address,reached_by\nteam,chat\nnew@example.org,\n")
    before = opened.subscribers.all()
    done = monitor("subscribers", "import", file, "--dry-run")
    assert done.out.startswith("would be added 2, changed 0")
    assert "MONITOR_CHAT_URL_TEAM is not set" in done.out
    assert opened.subscribers.all() == before


def test_a_table_that_is_not_there_is_said(monitor, tmp_path, room):
    done = monitor("subscribers", "import", tmp_path / "nothing.csv")
    assert done.code == 78
    assert "cannot be read" in done.err


def test_everything_that_is_kept_of_one_can_be_printed(monitor, opened, room):
    found = json.loads(monitor("subscribers", "about", "anna@example.org").out)
    assert found["subscriber"]["email"] == "anna@example.org"
    number = opened.subscribers.get("anna@example.org").id
    assert len(found["messages"]) == len(opened.outbox.deliveries(99, subscriber_id=number)) > 0
    assert {message["to"] for message in found["messages"]} == {"anna@example.org"}
    assert found["told"] == opened.subscribers.told(number)
    assert monitor("subscribers", "about", "nobody@example.org").code == 78


def test_a_suspended_subscriber_is_shown_so_and_resumed(monitor, opened, room):
    reader = opened.subscribers.get("anna@example.org")
    opened.subscribers.suspend(reader.id, "three messages came back", reader.created_at)
    assert "suspended: three messages came back" in monitor("subscribers").out
    assert monitor("subscribers", "resume", "anna@example.org").code == 0
    assert not opened.subscribers.get("anna@example.org").waiting


@pytest.mark.slow
def test_the_extra_that_is_missing_is_said_in_one_line(process, checkout, room, tmp_path):
    """A process in which Apprise cannot be imported, as without the extra."""
    blocked = tmp_path / "apprise.py"
    blocked.write_text("raise ImportError('not installed')\n")
    path = f"{tmp_path}:{checkout}"
    room(CHAT_URL_TEAM=f"slack://{TOKEN}/{TOKEN}/{TOKEN}")
    done = process("subscribers", "add", "team", "--chat", PYTHONPATH=path)
    assert done.code == 0
    assert "pip install 'footnote-watch[chat]'" in done.out
    done = process("chat", "test", "team", PYTHONPATH=path)
    assert done.code == 1
    assert "pip install 'footnote-watch[chat]'" in done.out
    assert "Traceback" not in done.said
