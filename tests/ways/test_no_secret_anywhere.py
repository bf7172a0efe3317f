"""Canary secrets: every setting that is secret, every way out that repeats what it was told – and no output has one."""

import asyncio
import base64
import io
import logging
import ssl
import sys
from contextlib import suppress
from datetime import timedelta

import pytest

from monitor import logs
from monitor.cli import main
from monitor.model import DigestKind, DigestOrder, Medium, Outgoing, Subscriber
from monitor.settings import Settings
from monitor.wiring import build

PASSWORD = "Canary/Pass@word-71"
KEY = b"canary-signing-key-72-and-so-on"
SECRET = base64.b64encode(KEY).decode()
TOKEN = "CanaryToken73CanaryToken73"
HEART = "canary-heartbeat-74"
SPELLINGS = [
    PASSWORD, "Canary%2FPass%40word-71", base64.b64encode(PASSWORD.encode()).decode(),
    base64.b64encode(f"\0watch@example.org\0{PASSWORD}".encode()).decode(), SECRET, TOKEN, HEART, KEY.decode(),
]  # fmt: skip
COMMANDS = [
    ["config"], ["check"], ["status"], ["status", "--json"], ["subscribers"], ["subscribers", "--json"],
    ["subscribers", "about", "an@example.org"], ["subscribers", "about", "desk"], ["subscribers", "about", "team"],
    ["subscribers", "export", "-"], ["mail", "queue"], ["mail", "queue", "--json"], ["mail", "test", "an@example.org"],
    ["chat", "test", "team"], ["webhook", "test", "desk"], ["digest", "--dry-run"], ["digest"], ["sources"],
]  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch, mail_server, serve):
    """A home whose mail server, webhook and chat all repeat every secret they get, in every spelling they know."""
    mail_server.moods["AUTH"] = "535 5.7.8 {password} and {told} are wrong, " + PASSWORD.upper()
    hook, chat = serve(), serve(host="")
    hook.answers(403, " ".join([SECRET, f"whsec_{SECRET}", TOKEN, "x" * 150, SECRET[:20]]).encode())
    chat.answers(404, TOKEN.encode())
    folder = tmp_path / "home"
    monkeypatch.setenv("MONITOR_HOME", str(folder))
    run("init", folder)
    (folder / ".env").write_text(
        f"MONITOR_SMTP_URL=smtp://watch%40example.org:Canary%2FPass%40word-71@127.0.0.1:{mail_server.port}\n"
        "MONITOR_MAIL_FROM=watch@example.org\n"
        f"MONITOR_HEARTBEAT_URL=https://hc.example.org/{HEART}\n"
        f"MONITOR_WEBHOOK_SECRET_DESK=whsec_{SECRET}\n"
        f"MONITOR_CHAT_URL_TEAM=json://127.0.0.1:{chat.port}/{TOKEN}?key={TOKEN}\n",
        "utf-8",
    )
    return folder, hook, mail_server, chat


def run(*words):
    with suppress(SystemExit):
        main([str(word) for word in words])


def deliver(folder, hook, authority):
    """One round of the wired program; the receiver of the webhook is the guard's exception."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    place = ("127.0.0.1", hook.port)

    class Names:
        async def resolve(self, host, port):
            return (place,)

    async def play():
        app = build(Settings(folder), resolver=Names(), guard_exceptions={place}, trust=trust)
        try:
            store, now = app.store, app.clock.now()
            for reader in (
                Subscriber(0, "an@example.org"), Subscriber(0, "team", medium=Medium.CHAT),
                Subscriber(0, "desk", medium=Medium.WEBHOOK, url="https://hooks.example.org/in"),
            ):  # fmt: skip
                made = store.subscribers.add(reader)
                order = DigestOrder(made, DigestKind.DIGEST, "w", now - timedelta(days=1), now)
                message = Outgoing(made.email, "watch@example.org", "s", f"<{made.id}@x>", b"hello", made.channel)
                store.outbox.enqueue(order, (), (), message, now)
            return await app.post.deliver()
        finally:
            await app.aclose()

    return asyncio.run(play())


def hits(text):
    small = text.casefold()
    return [secret for secret in (*SPELLINGS, SECRET[:20]) if secret.casefold() in small]


@pytest.mark.slow
def test_no_secret_gets_into_any_output(home, authority, capsys, monkeypatch, tmp_path):
    folder, hook, _, chat = home
    heard = io.StringIO()
    handlers = list(logging.getLogger().handlers)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    try:
        logs.set_up("debug", "text", Settings(folder).secrets, heard)
        deliver(folder, hook, authority)
        said = {"the log": heard.getvalue()}
        capsys.readouterr()
        for words in COMMANDS:
            run(*words)
            out, err = capsys.readouterr()
            said[" ".join(words)] = out + err
        run("backup", tmp_path / "copy.sqlite3")
    finally:
        logging.getLogger().handlers[:] = handlers
    assert len(hook.asked) == 1
    assert len(chat.asked) >= 2
    said |= {file.name: file.read_bytes().decode("latin-1") for file in (folder / "db").iterdir() if file.is_file()}
    said["copy.sqlite3"] = (tmp_path / "copy.sqlite3").read_bytes().decode("latin-1")
    assert {where: found for where, text in said.items() if (found := hits(text))} == {}
    # The test would see one: each way out has answered, and what it said is noted.
    assert "535 5.7.8 *** and *** are wrong" in said["mail queue"]
    assert "403 ***" in said["mail queue"]
    assert "error=404" in said["mail queue"]
    assert "refuses us" in said["the log"]
    assert "***" in said["config"]


def test_the_test_would_find_a_secret():
    for secret in SPELLINGS:
        assert secret in hits(f"before {secret.upper()} after")
