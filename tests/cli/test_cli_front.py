"""The front of the command line: help, misspelt commands, and how errors come out."""

import json
import logging
import os
import subprocess
import sys

import pytest
import typer

import monitor.cli
from monitor import __version__
from monitor.cli import ground
from monitor.errors import DeliveryError, DeliveryKind
from monitor.settings import Settings


def typed_commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if hasattr(command, "commands"):
            yield from typed_commands(command, (*path, name))


COMMANDS = sorted(typed_commands(typer.main.get_command(monitor.cli.app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_without_a_home(monitor, tmp_path, monkeypatch, command):
    monkeypatch.setenv("MONITOR_HOME", str(tmp_path / "nowhere"))
    done = monitor(*command, "--help")
    assert (done.code, done.err) == (0, "")
    text = done.out.partition("Usage:")[2].partition("Options:")[0]
    assert len(text.split()) > 6
    assert not (tmp_path / "nowhere").exists()


def test_the_list_of_commands_cuts_no_explanation_short(monitor):
    listed = monitor("--help").out.partition("Commands:")[2].splitlines()
    assert len([line for line in listed if line]) == len({c[0] for c in COMMANDS})
    assert [line for line in listed if line.endswith("...")] == []


HELP = """
import sys
from monitor.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code
heavy = {"sqlmodel", "sqlalchemy", "fastapi", "httpx", "jinja2", "selectolax", "apscheduler"}
print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules} & heavy))
"""


@pytest.mark.parametrize("line", [("--help",), ("subscribers", "add", "--help"), ("doctor", "--help"), ("config",)])
def test_help_and_settings_load_no_library_that_is_slow(home, checkout, line):
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        [sys.executable, "-c", HELP, *line], env=environment, capture_output=True, text=True, check=False, cwd=home
    )
    assert done.stdout.splitlines()[-1] == "loaded:", done.stderr


def test_the_version_is_told(monitor):
    assert monitor("--version").out == f"footnote-watch {__version__}\n"


@pytest.mark.parametrize("line", [("chekc",), ("sources", "--jsn"), ("show", "one"), ("subscribers", "ad", "a@b.be")])
def test_a_misspelt_command_line_ends_with_2(monitor, home, line):
    done = monitor(*line)
    assert done.code == 2
    assert "Traceback" not in done.said
    assert not (home / "db").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("chekc",), "monitor: there is no command “chekc” (did you mean check?)"),
        (("xyzzy",), "monitor: there is no command “xyzzy” (`monitor --help` lists them)"),
        (("subscribers", "ad", "a@b.be"), "monitor subscribers: there is no command “ad” (did you mean add?)"),
        (("mail", "tset"), "monitor mail: there is no command “tset” (did you mean test?)"),
        (("sources", "--jsn"), "monitor sources: there is no option --jsn (did you mean --json?)"),
        (
            ("show", "one\x1b[2J"),
            "monitor show: change “one⟨U+001B⟩[2J” is not a number (number of the change, as in the mail or in "
            "`monitor changes`)",
        ),
        (
            ("explain",),
            "monitor explain: change is missing (number of the change, as in the mail or in `monitor changes`)",
        ),
        (("changes", "--limit", "0"), "monitor changes: --limit “0” is too small: from 1 on (at most so many)"),
        (("changes", "--since"), "monitor: --since needs a value"),
        (("check", "sources.yaml", "x"), "monitor check: got unexpected extra argument"),
    ],
)
def test_a_misspelt_command_line_is_answered_in_one_line_of_ours(monitor, home, line, said):
    done = monitor(*line)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1


def test_a_bug_ends_with_70_and_its_traceback_goes_through_the_log(monitor, lived_in, monkeypatch, tmp_path):
    secret = "c4nary-in-a-traceback"
    monkeypatch.setenv("MONITOR_SMTP_URL", f"smtps://watch%40example.org:{secret}@smtp.example.org")
    monkeypatch.setattr(ground, "local", lambda at, zone: 1 / len(secret[:0]))
    monkeypatch.setattr(ground, "print_json", lambda value: (_ for _ in ()).throw(RuntimeError(f"password {secret}")))
    done = monitor("sources", "--json")
    assert done.code == 70
    assert "Traceback" in done.err
    assert "RuntimeError: password ***" in done.err
    assert secret not in done.said


def test_an_error_made_on_purpose_is_one_line_with_nothing_hidden_in_it(monitor, lived_in):
    done = monitor("sources", "coc\x1b[2Jhome")
    assert done.code == 78
    assert done.out == ""
    assert done.err == "coc⟨U+001B⟩[2Jhome: is not a source of this list (did you mean coc-home?)\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\nlines", "plain\nlines"),
        ("tab\there", "tab⟨U+0009⟩here"),
        ("\x1b]0;title\x07", "⟨U+001B⟩]0;title⟨U+0007⟩"),
        ("\x9b2J", "⟨U+009B⟩2J"),
        ("a\u202eb\u2066c\u061cd", "a⟨U+202E⟩b⟨U+2066⟩c⟨U+061C⟩d"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("line\u2028paragraph\u2029", "line⟨U+2028⟩paragraph⟨U+2029⟩"),
        ("één – “ja” ƒ 漢字 €", "één – “ja” ƒ 漢字 €"),
    ],
)
def test_what_a_page_hides_is_spelt_out(text, shown):
    assert ground.visible(text) == shown


def test_json_holds_page_text_that_a_terminal_does_not_obey(capsys):
    ground.print_json({"text": "é\x9b2J\u202e\u200b"})
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert json.loads(out) == {"text": "é\x9b2J\u202e\u200b"}


def test_a_server_that_repeats_the_password_is_not_quoted(home):
    found = Settings(smtp_url="smtps://me%40example.org:p%40ss-w0rd@smtp.example.org")
    said = str(DeliveryError(DeliveryKind.CHANNEL_AUTH, "535 no user me with p@ss-w0rd or p%40ss-w0rd"))
    assert ground.cleaned(said, found) == "channel_auth: 535 no user me with *** or ***"


def test_the_address_of_a_server_without_a_password_is_no_secret(tmp_path):
    found = Settings(home=tmp_path, smtp_url="smtp://127.0.0.1:2525", mail_from="watch@example.org")
    assert ground.cleaned("smtp://127.0.0.1:2525: refused", found) == "smtp://127.0.0.1:2525: refused"


def test_a_mistyped_variable_is_named_without_its_value(monitor, home, monkeypatch):
    monkeypatch.setenv("MONITOR_SMPT_URL", "smtps://u:c4nary@host")
    done = monitor("check")
    assert done.code == 0
    assert "MONITOR_SMPT_URL: is not a setting (did you mean MONITOR_SMTP_URL?)" in done.err
    assert "c4nary" not in done.said


def test_log_lines_are_json_objects_when_asked_for(monitor, home, monkeypatch):
    monkeypatch.setenv("MONITOR_LOG_FORMAT", "json")
    monkeypatch.setenv("MONITOR_LOGLEVEL", "debug")
    row = json.loads(monitor("check").err)
    assert (row["level"], row["logger"]) == ("warning", "monitor")
    assert "did you mean MONITOR_LOG_LEVEL?" in row["message"]
    assert logging.getLogger("monitor").level == logging.WARNING


def test_rows_of_a_table_stay_on_one_line_in_a_pipe(monitor, lived_in):
    lines = monitor("mail", "queue").out.splitlines()
    assert len(lines) == 5
    assert [line.split()[0] for line in lines] == ["id", "4", "3", "2", "1"]
