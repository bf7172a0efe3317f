"""Do the tests bite? Each rule and each safeguard is switched off, one at a time; a test that is named must fail.

    ./run bite [NAME …]

This file is both the runner and the pytest plugin that it loads into every run (`-p tests.bite`, told by the
environment variable BITE what to switch off). The program itself has no such switch: the rules are an argument
(`monitor.judge.lore.Rules`), and the safeguards are replaced from here, in the process of the tests alone.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "BITE"
RULE_TESTS = tuple(
    f"tests/judge/test_{name}.py" for name in ("rules", "person", "compare", "decide", "regions", "neighbours")
)


@dataclass(frozen=True, slots=True)
class Switch:
    """What is switched off: how, and the tests of which at least one must fail."""

    off: Callable[[], None]
    tests: tuple[str, ...]


def rule(name: str) -> Switch:
    """All word lists as they are, and every rule but this one."""

    def off() -> None:
        from monitor import wiring
        from monitor.judge.lore import Rules

        load = wiring.load_lore
        wiring.load_lore = lambda home=None: replace(load(home), rules=Rules(off=[name]))

    return Switch(off, RULE_TESTS)


def address_guard() -> None:
    """Every address may be connected to, loopback and private ones included."""
    from monitor.fetch import guard

    guard.why_not_public = lambda literal: ""
    guard.Guard.refusal = lambda self, literal, port: ""


def decoding_bound() -> None:
    """A packed body may become as large as it likes."""
    from monitor.fetch.decode import Decoder

    Decoder._count = lambda self, layer, more: None


def fencing_token() -> None:
    """Whoever holds any lease of a source may write, under whichever token."""
    from monitor.store import polls
    from monitor.store.tables import SOURCE

    polls._mine = lambda source_id, token: SOURCE.c.id == source_id


def outbox_key() -> None:
    """The database does not object to a second digest of one subscriber and window, nor to telling an item twice."""
    from monitor import resources

    bundled, folder = resources.bundled, Path(tempfile.mkdtemp(prefix="bite-"))
    shutil.copytree(bundled("db/migrations"), folder / "migrations")
    for script in (folder / "migrations" / "versions").glob("*.py"):
        text = re.sub(r"sa\.UniqueConstraint\([^)]*uq_digest_subscriber_id_window[^)]*\),", "", script.read_text())
        script.write_text(re.sub(r"sa\.PrimaryKeyConstraint\([^)]*pk_digest_item[^)]*\),", "", text))
    resources.bundled = lambda name: folder / "migrations" if name == "db/migrations" else bundled(name)


def seal() -> None:
    """Everybody can work out the names of messages and the tokens that end subscriptions."""
    from monitor.messages import mime, seal

    mime.seal = seal.seal = lambda key, *words: "a" * 16


def inbox_key() -> None:
    """A bounce counts each time it is handed over."""
    from monitor.store import inbox

    inbox._first = lambda connection, key, kind, subscriber_id, now: True


def secrets_mask() -> None:
    """What the other side says is noted as it was said."""
    from monitor import logs

    logs.Mask.clean = lambda self, text: text


def posting_guard() -> None:
    """Whatever is an address may be posted to."""
    from monitor.fetch import posting
    from monitor.fetch.urls import parse

    address_guard()
    posting._address = lambda url, exceptions: parse(url)


def webhook_signature() -> None:
    """A message without a key goes out unsigned; with one, only its body is signed."""
    from monitor.notify import webhook

    real = webhook.signed
    webhook.signed = lambda name, at, body, keys: [*real(name, at, body, ())[:2], *real("", 0, body, keys)[2:]]


def chat_marks() -> None:
    """Page text goes into a chat as it is."""
    from monitor.messages import chat

    chat.plain = str


def formula_shield() -> None:
    """Cells go out as they are."""
    from monitor import roster

    roster.shielded = lambda cell: cell


def switches() -> dict[str, Switch]:
    """Everything that can be switched off, by name."""
    from monitor.judge.lore import RULES

    return {name: rule(name) for name in sorted(RULES)} | {
        "address-guard": Switch(address_guard, ("tests/fetch/test_address_policy.py",)),
        "chat-marks": Switch(chat_marks, ("tests/mail/test_chat_text.py",)),
        "decoding-bound": Switch(decoding_bound, ("tests/fetch/test_bounded_decoding.py",)),
        "fencing-token": Switch(fencing_token, ("tests/store/test_store_polls.py",)),
        "formula-shield": Switch(formula_shield, ("tests/roster/test_roster.py",)),
        "inbox-key": Switch(inbox_key, ("tests/mail/test_inbox.py",)),
        "outbox-key": Switch(outbox_key, ("tests/store/test_store_keys.py",)),
        "posting-guard": Switch(posting_guard, ("tests/ways/test_posting.py",)),
        "secrets-mask": Switch(secrets_mask, ("tests/ways/test_ways_out.py",)),
        "webhook-signature": Switch(webhook_signature, ("tests/ways/test_webhooks.py",)),
        "seal": Switch(seal, ("tests/mail/test_inbox.py",)),
    }


def bitten(name: str, switch: Switch) -> str:
    """The first test that fails when this is off; empty when none does. Raises SystemExit when the tests cannot run."""
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly", "-p",
        "tests.bite", *switch.tests,
    ]  # fmt: skip
    environment = {**os.environ, VARIABLE: name}  # an empty name switches nothing off
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{name}: the tests cannot run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    failed = re.search(r"^FAILED \S+?::(.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return failed[1] if failed else ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Switch off each rule and safeguard, one at a time; a test must fail.")
    parser.add_argument("names", nargs="*", help="only these")
    known, wanted = switches(), parser.parse_args().names
    if unknown := set(wanted) - known.keys():
        parser.error(f"no such switch: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    tests = {test for name in wanted or known for test in known[name].tests}
    if test := bitten("", Switch(lambda: None, tuple(sorted(tests)))):
        raise SystemExit(f"fails with everything on: {test}")
    silent = []
    for name in wanted or known:
        test = bitten(name, known[name])
        sys.stdout.write(f"{name:16} {test or 'NO TEST FAILS'}\n")
        sys.stdout.flush()
        silent += [] if test else [name]
    if silent:
        raise SystemExit(f"no test fails without: {', '.join(silent)}")


if __name__ == "__main__":
    main()
elif os.environ.get(VARIABLE):
    # Loaded by pytest, before any test and any fixture.
    switches()[os.environ[VARIABLE]].off()
