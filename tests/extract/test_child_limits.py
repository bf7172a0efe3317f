"""What a child process may take, and how its end is told."""

import io
import json
import textwrap

import pytest

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import html_child, limits
from monitor.extract.limits import Limits, answer, run
from monitor.extract.packing import pack
from monitor.model import Block, Extraction

GOOD = Extraction("f", (Block("tekst"),))


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Makes a module whose `read` has the given body, and runs it as a child."""

    def make(body, *, given=None):
        name = f"reader_{abs(hash(body))}"
        (tmp_path / f"{name}.py").write_text(
            "import sys\nfrom monitor.extract.limits import answer\nfrom monitor.model import Block, Extraction\n"
            "def read(data, arguments):\n" + textwrap.indent(textwrap.dedent(body), "    ") + "\n"
            "sys.exit(answer(read, sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer))\n"
        )
        packages = tmp_path / "site-packages"
        if not packages.exists():
            packages.symlink_to(tmp_path)
        monkeypatch.syspath_prepend(str(packages))
        return run(name, ("een", "twee"), b"in", given or Limits(cpu=5, wall=20.0))

    return make


def test_a_child_gets_body_and_arguments_and_hands_back_text(child):
    found = child("return Extraction('f', (Block(f'{data.decode()} {arguments}'),))")
    assert found.text == "in ['een', 'twee']"


def failure(child, body, given=None):
    with pytest.raises(ExtractError) as caught:
        child(body, given=given)
    return caught.value


def test_a_refusal_keeps_its_kind_and_reason(child):
    error = failure(
        child,
        "from monitor.errors import ExtractError, ExtractKind\nraise ExtractError(ExtractKind.SCANNED, 'één blad')",
    )
    assert (error.kind, error.detail) == (ExtractKind.SCANNED, "één blad")


def test_too_much_processor_time_is_too_costly(child):
    assert failure(child, "while True: pass", Limits(cpu=1, wall=30.0)).kind is ExtractKind.TOO_COSTLY


def test_too_much_memory_is_too_costly(child):
    assert failure(child, "bytearray(2_000_000_000)", Limits(memory=300_000_000)).kind is ExtractKind.TOO_COSTLY


def test_waiting_too_long_is_too_costly(child):
    assert failure(child, "import time; time.sleep(60)", Limits(wall=0.5)).kind is ExtractKind.TOO_COSTLY


def test_too_long_an_answer_is_too_costly(child):
    error = failure(child, "return Extraction('f', (Block('x' * 5000),))", Limits(output=1000))
    assert error.kind is ExtractKind.TOO_COSTLY


def test_a_crash_is_broken(child):
    error = failure(child, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (error.kind, "signal 11" in error.detail) == (ExtractKind.BROKEN, True)


def test_a_bug_in_the_reader_is_broken_and_named(child):
    error = failure(child, "return data.nothing")
    assert error.kind is ExtractKind.BROKEN
    assert "AttributeError" in error.detail


def test_a_child_knows_no_secrets(child, monkeypatch):
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtps://user:canary@mail.example.be")
    found = child("import os\nreturn Extraction('f', (Block(repr(dict(os.environ))),))")
    assert "canary" not in found.text


@pytest.fixture
def ask(monkeypatch):
    """The child's side, in this process and without taking on limits; exit code and what was written."""
    monkeypatch.setattr(limits.resource, "setrlimit", lambda *_: None)

    def call(read, *, output=5000):
        taken = io.BytesIO()
        return answer(read, ["5", "1000", str(output)], io.BytesIO(b"in"), taken), taken.getvalue()

    return call


def raises(error):
    def read(data, rest):
        raise error

    return read


def test_the_childs_side_answers_with_text(ask):
    assert ask(lambda data, rest: GOOD) == (0, pack(GOOD))


def test_the_childs_side_answers_with_a_refusal(ask):
    assert ask(raises(ExtractError(ExtractKind.EMPTY, "niets"))) == (limits.REFUSED, b"empty\nniets")


def test_the_childs_side_says_when_memory_ran_out(ask):
    code, written = ask(raises(MemoryError()))
    assert code not in {0, limits.REFUSED}
    assert written == b""


def test_the_childs_side_keeps_to_the_length_of_its_answer(ask):
    code, written = ask(lambda data, rest: GOOD, output=10)
    assert code == limits.REFUSED
    assert written.startswith(b"too_costly")


def test_a_system_without_a_limit_goes_without_it(monkeypatch):
    def refuse(*_):
        raise ValueError("not supported")

    monkeypatch.setattr(limits.resource, "setrlimit", refuse)
    assert limits.confine(["1", "2", "3", "rest"]) == (3, ["rest"])


def test_the_page_child_reads_what_it_is_told():
    found = html_child.read(
        "<p>é <a href='/x'>y</a>".encode(), ["https://example.be/", "", "page", "html:1:x", "utf-8"]
    )
    assert (found.text, found.fingerprint, found.charset) == ("é y", "html:1:x", "utf-8")


def test_what_a_child_hands_over_is_json():
    assert json.loads(pack(GOOD))["blocks"][0][0] == "tekst"
