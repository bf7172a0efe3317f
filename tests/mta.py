"""The program's delivery against a real Postfix: `./run mta`, before a release. Writes docs/mta-report.md.

Everything runs on loopback, in a temporary folder, and is gone afterwards. It needs root: Postfix changes users.
"""

import asyncio
import email
import os
import platform
import shutil
import smtplib
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent / "mail"))

import bounces
from mta_pipe import Piped
from mta_server import PASSWORD, USER, Postfix, is_root, version
from pydantic import SecretStr

from monitor import __version__, digest
from monitor.clock import SteppedClock
from monitor.errors import ConfigError
from monitor.mailing import deliver_pending, take
from monitor.mailing.post import KEY
from monitor.messages import mailbox
from monitor.model import DeliveryState, DigestKind, DigestOrder, Material, Subscriber
from monitor.notify.smtp import SmtpNotifier
from monitor.settings import Settings, SmtpServer
from monitor.store import Store, open_store
from monitor.wiring import build_post

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "mta-report.md"
INSTALL = "apt-get install --no-install-recommends postfix"


@dataclass
class Bench:
    """The server, a home, and what was found."""

    mta: Postfix
    home: Path
    store: Store
    clock: SteppedClock
    piped: Piped
    rows: list[tuple[str, str, bool]] = field(default_factory=list)
    made: int = 0

    def found(self, step: str, said: str, good: bool) -> None:
        self.rows.append((step, said, bool(good)))
        sys.stdout.write(f"{'ok' if good else 'FAIL':5} {step}: {said}\n")

    def url(self, port: int, *, host: str = "localhost", password: str = PASSWORD) -> str:
        return f"smtp+starttls://{quote(USER, safe='')}:{quote(password, safe='')}@{host}:{port}"

    def command(self, *words: str, port: int, trusted: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MONITOR_HOME": str(self.home),
            "MONITOR_SMTP_URL": self.url(port, **more), "MONITOR_MAIL_FROM": f"Footnote Watch <{USER}>",
        }  # fmt: skip
        if trusted:
            environment["SSL_CERT_FILE"] = str(self.mta.folder / "ca.pem")
        return subprocess.run(
            [sys.executable, "-P", "-m", "monitor", *words], capture_output=True, text=True, check=False,
            env=environment, timeout=120,
        )  # fmt: skip

    def notifier(self, port: int, *, password: str = PASSWORD) -> SmtpNotifier:
        trust = ssl.create_default_context()
        self.mta.authority.configure_trust(trust)
        return SmtpNotifier(SmtpServer("starttls", "localhost", port, USER, SecretStr(password)), trust=trust)

    def reader(self, address: str) -> Subscriber:
        known = self.store.subscribers.get(address)
        return known or self.store.subscribers.add(Subscriber(0, address, created_at=self.clock.now()))

    def compose(self, address: str, *, padding: int = 0) -> str:
        """A message made and queued by the program; its Message-ID."""
        self.made += 1
        settings = Settings(self.home, mail_from=f"Footnote Watch <{USER}>", mail_in="in@example.org")
        post = build_post(settings, self.store, self.clock, citations=())
        now = self.clock.now()
        order = DigestOrder(self.reader(address), DigestKind.TEST, f"test:{self.made}", now, now)
        content = digest.compose(order, Material((), (), ()))
        assert content is not None
        message = post.renderer().render(content)
        message = replace(
            message, mime=message.mime + b"x" * 70 + b"\r\n" * 1 + (b"y" * 70 + b"\r\n") * (padding // 72)
        )
        assert self.store.outbox.enqueue(order, (), (), message, now)
        return message.message_id

    def deliver(self, notifier: SmtpNotifier) -> None:
        asyncio.run(deliver_pending(self.store.outbox, notifier, self.clock))

    def state(self, name: str) -> tuple[DeliveryState, int, str]:
        row = next(r for r in self.store.outbox.deliveries(1000) if r.message_id == name)
        return row.state, row.attempts, row.answer

    def arrived(self, box: str, name: str) -> int:
        return sum(email.message_from_bytes(raw)["Message-ID"] == name for raw in self.mta.box(box))


def good_way(bench: Bench) -> None:
    done = bench.command("mail", "test", "reader@example.org", port=bench.mta.submission)
    steps = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("ok")]
    said = next((line.split(maxsplit=2)[2] for line in done.stdout.splitlines() if "verified" in line), "")
    if done.returncode:
        raise SystemExit(f"monitor mail test: {done.stdout}{done.stderr}")
    bench.mta.until("reader", 1)
    every = ["resolve", "connect", "greet", "tls", "encryption", "login", "sender", "recipient", "message"]
    bench.found("STARTTLS and login", f"`monitor mail test` passes all {len(steps)} steps ({said})", steps == every)
    bench.found("login asked once", f"{len(bench.mta.doorman.asked)} try", bench.mta.doorman.asked == [(USER, True)])


def bad_ways(bench: Bench) -> None:
    def refused(step: str, words: str, **more: object) -> None:
        tries, taken = len(bench.mta.doorman.asked), len(bench.mta.box("reader"))
        done = bench.command("mail", "test", "reader@example.org", **more)
        line = next((li for li in done.stdout.splitlines() if li.startswith("FAIL")), done.stdout + done.stderr)
        untouched = (len(bench.mta.doorman.asked), len(bench.mta.box("reader"))) == (tries, taken)
        said = " ".join(line.split()[2:])
        bench.found(step, f"“{said}”; no password and no message were sent", words in line and untouched)

    refused("certificate of nobody we trust", "certificate refused", port=bench.mta.submission, trusted=False)
    refused("certificate for another name", "certificate refused", port=bench.mta.submission, host="127.0.0.1")
    refused("no STARTTLS on offer", "does not offer STARTTLS", port=bench.mta.bare)


def wrong_password(bench: Bench) -> None:
    name, notifier = bench.compose("reader@example.org"), bench.notifier(bench.mta.submission, password="wrong")
    bench.mta.doorman.asked.clear()
    for _ in range(60):  # an hour of rounds, a minute apart
        bench.deliver(notifier)
        bench.clock.advance(timedelta(minutes=1))
    state, attempts, answer = bench.state(name)
    channel = bench.store.outbox.channel().state
    tries = len(bench.mta.doorman.asked)
    good = (state, attempts, channel) == (DeliveryState.PENDING, 0, "paused") and tries == 4
    bench.found("wrong password", f"“{answer}”: the channel pauses, {tries} tries in an hour, the message waits", good)
    bench.clock.advance(timedelta(minutes=15))
    bench.deliver(bench.notifier(bench.mta.submission))
    bench.mta.until("reader", 2)
    once = bench.arrived("reader", name) == 1 and bench.state(name)[0] is DeliveryState.SENT
    bench.found("right password again", "the message goes out, once", once)


def grey_listed(bench: Bench) -> None:
    names = [bench.compose(f"{who}@example.org") for who in ("anna", "ben")]
    notifier = bench.notifier(bench.mta.grey)
    bench.deliver(notifier)
    state, attempts, answer = bench.state(names[0])
    waits = (state, attempts) == (DeliveryState.PENDING, 1) and answer.startswith("450 4.2.0")
    bench.clock.advance(timedelta(seconds=70))
    bench.deliver(notifier)
    bench.mta.until("anna", 1)
    bench.mta.until("ben", 1)
    once = [bench.arrived(who, name) for who, name in zip(("anna", "ben"), names, strict=True)] == [1, 1]
    bench.found("grey-listing", f"“{answer}”; taken a minute later under the same Message-ID, once", waits and once)


def too_large(bench: Bench) -> None:
    large, small = bench.compose("reader@example.org", padding=400_000), bench.compose("reader@example.org")
    bench.deliver(bench.notifier(bench.mta.submission))
    bench.mta.until("reader", 3)
    state, _, answer = bench.state(large)
    good = state is DeliveryState.FAILED and answer.startswith("552") and bench.state(small)[0] is DeliveryState.SENT
    bench.found("SIZE", f"“{answer}”: that message is `failed`, the one behind it is sent", good)


def addresses(bench: Bench) -> None:
    name = bench.compose("reader@bücher.example")
    bench.deliver(bench.notifier(bench.mta.submission))
    bench.mta.until("buecher", 1)
    raw = bench.mta.box("buecher")[0]
    good = bench.arrived("buecher", name) == 1 and raw.isascii()
    bench.found("8BITMIME", "not needed: the message is 7-bit whatever it says", good)
    bench.found("domain beyond ASCII", "reader@bücher.example arrives, as xn--bcher-kva.example", good)
    try:
        mailbox("bücher@example.org")
        said = ""
    except ConfigError as error:
        said = str(error)
    bench.found(
        "SMTPUTF8",
        f"an address with letters beyond ASCII before the @ is refused when it is entered ({said})",
        bool(said),
    )


def bounced(bench: Bench) -> None:
    lines = []
    for count in (1, 2, 3):
        bench.compose("reader@gone.example")
        bench.deliver(bench.notifier(bench.mta.submission))
        raw = bench.mta.until("in", count)[-1]
        lines.append(take(raw, bench.store, "", bench.clock.now(), lambda _: None))
    reader = bench.store.subscribers.get("reader@gone.example")
    assert reader is not None
    good = [line.startswith(f"hard bounce {n} ") for n, line in enumerate(lines, 1)] == [True] * 3
    bench.found("bounce of the server", f"`monitor mail in`: “{lines[0]}”", good)
    bench.found("three bounces", f"“{lines[2].partition('; ')[2]}”", reader.suspended_at is not None)
    again = take(bench.mta.box("in")[0], bench.store, "", bench.clock.now(), lambda _: None)
    bench.found("the same bounce again", f"“{again}”", again.startswith("counted before"))


def unsubscribed(bench: Bench) -> None:
    mail = email.message_from_bytes(bench.mta.box("anna")[0])
    address = urlsplit(" ".join(mail["List-Unsubscribe"].split()).strip("<>"))
    subject = parse_qs(address.query)["subject"][0]
    before = len(bench.mta.box("in"))
    trust = ssl.create_default_context()
    bench.mta.authority.configure_trust(trust)
    with smtplib.SMTP("localhost", bench.mta.submission) as client:
        client.starttls(context=trust)
        client.login(USER, PASSWORD)
        client.sendmail("anna@example.org", [address.path], f"Subject: {subject}\r\n\r\n")
    raw = bench.mta.until("in", before + 1)[-1]
    said = take(raw, bench.store, bench.store.meta.get(KEY) or "", bench.clock.now(), lambda _: None)
    gone = bench.store.subscribers.get("anna@example.org") is None
    bench.found("List-Unsubscribe by mail", f"“{said}”", gone and "anna@example.org" in said)


def stopped(bench: Bench) -> None:
    bench.mta.stop()
    names = [bench.compose("ben@example.org") for _ in range(5)]
    notifier = bench.notifier(bench.mta.submission)
    for _ in range(10):
        bench.deliver(notifier)
        bench.clock.advance(timedelta(minutes=6))
    counts = {bench.state(name)[:2] for name in names}
    answer = bench.store.outbox.channel().note
    bench.mta.start()
    bench.deliver(notifier)
    bench.mta.until("ben", 1 + len(names))
    order = [m["Message-ID"] for m in map(email.message_from_bytes, bench.mta.box("ben"))][-len(names) :]
    good = counts == {(DeliveryState.PENDING, 0)} and sorted(order) == sorted(names)
    bench.found(
        "server off for an hour", f"“{answer}”; no message counts it, all five go out at the first look after", good
    )


def piped(bench: Bench) -> None:
    if not bench.piped.argv:
        bench.found("a pipe of Postfix", "not tried: no Python here can be run by a user other than root", good=True)
        return
    names = bench.piped.sent(2)

    def comes_back(name: str) -> None:
        raw = bounces.report(returned=bounces.RETURNED.replace(bounces.NAME, name), own=f"b-{name}")
        trust = ssl.create_default_context()
        bench.mta.authority.configure_trust(trust)
        with smtplib.SMTP("localhost", bench.mta.submission) as client:
            client.starttls(context=trust)
            client.login(USER, PASSWORD)
            client.sendmail("", ["piped@example.org"], raw)

    comes_back(names[0])
    bench.found(
        "a pipe of Postfix", "a bounce is counted by `monitor mail in`, run by another user", bench.piped.until(1)
    )
    kept = bench.piped.break_database()
    comes_back(names[1])
    line = bench.mta.until_logged("status=deferred").partition("dsn=")[2]
    bench.piped.mend_database(kept)
    before = bench.piped.bounces()
    bench.mta.flush()
    good = line.startswith("4.3.0") and before == 1 and bench.piped.until(2)
    bench.found(
        "exit code 75", "while the database cannot be read Postfix keeps the message (4.3.0) and tries again", good
    )


STEPS: tuple[Callable[[Bench], None], ...] = (
    good_way, bad_ways, wrong_password, grey_listed, too_large, addresses, bounced, unsubscribed, piped, stopped,
)  # fmt: skip


def written(bench: Bench) -> str:
    rows = "\n".join(
        f"| {step} | {said.replace('|', chr(92) + '|')} | {'ok' if good else '**FAILED**'} |"
        for step, said, good in bench.rows
    )
    return f"""# Against a real mail server

What `./run mta` found when it was last run: the program's delivery against Debian's Postfix on loopback, with STARTTLS
and a login required, a certificate authority of the test's own, grey-listing on one port and a limit of 300 kB.

| | |
|---|---|
| Footnote Watch | {__version__} |
| Postfix | {version()} |
| Python, OpenSSL | {platform.python_version()}, {ssl.OPENSSL_VERSION.split()[1]} |
| date | {datetime.now(UTC):%Y-%m-%d} |

| step | what happened | |
|---|---|---|
{rows}
"""


def main() -> None:
    if not is_root() or not shutil.which("postfix"):
        why = "Postfix is not installed" if is_root() else "Postfix changes users, which only root may"
        raise SystemExit(f"./run mta: {why}. As root: {INSTALL}; ./run mta")
    start = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        pipe, home = Piped(Path(name)), Path(name) / "home"
        mta = Postfix(Path(name), pipe.argv)
        (home / "db").mkdir(parents=True)
        (home / "sources.yaml").write_text("sections: []\nsources: []\n")
        clock = SteppedClock(start)
        store = open_store(home / "db" / "monitor.sqlite3", clock=clock)
        bench = Bench(mta, home, store, clock, pipe)
        try:
            mta.start()
            for step in STEPS:
                step(bench)
        finally:
            mta.close()
            store.close()
    failed = [step for step, _, good in bench.rows if not good]
    REPORT.write_text(written(bench).replace(str(ROOT), "."))
    sys.stdout.write(f"{len(bench.rows) - len(failed)} of {len(bench.rows)} steps as they should be\n")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
