"""What goes wrong around the program ends with one clear line and its exit code. The daemon is met as a process."""

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

CANARIES = {
    "MONITOR_SMTP_URL": "smtp://c4nary-user:c4nary-pass%2Fword@127.0.0.1:1",
    "MONITOR_HEARTBEAT_URL": "https://beat.example.org/c4nary-beat",
    "MONITOR_MAIL_FROM": "watch@example.org",
    "MONITOR_SMPT_URL": "smtps://x:c4nary-typo@host",
}
COMMANDS = [
    ("check",), ("config",), ("config", "--json"), ("status",), ("sources",), ("sources", "coc-home"),
    ("read", "coc-home"), ("citations",), ("changes",), ("show", "1"), ("events",), ("noise",), ("subscribers",),
    ("digest", "--dry-run"), ("digest",), ("mail", "queue"), ("mail", "test", "you@example.org"), ("doctor", "--json"),
    ("backup",), ("poll", "oecd-api"), ("show", "999"),
]  # fmt: skip


def one_line(done, code):
    assert done.code == code, done.said
    assert done.out == ""
    lines = [line for line in done.err.splitlines() if " warning " not in line]
    assert len(lines) == 1, done.err
    assert "Traceback" not in done.err
    return lines[0]


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_no_command_says_a_secret(monitor, lived_in, monkeypatch, line):
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    if line[0] == "doctor":
        text = (lived_in / "sources.yaml").read_text()
        for host in ("www.coc.invalid", "www.senate.invalid", "www.wallonia.invalid"):
            text = text.replace(f"https://{host}", "http://localhost:9")
        (lived_in / "sources.yaml").write_text(text)
    done = monitor(*line)
    assert done.said
    assert "c4nary" not in done.said.replace("logged in as c4nary-user", "")


@pytest.mark.slow
def test_no_secret_gets_into_the_log_of_a_process_or_into_a_backup(process, monitor, lived_in, tmp_path):
    (lived_in / ".env").write_text("".join(f"{name}={value}\n" for name, value in CANARIES.items()))
    said = "".join(
        process(*line, MONITOR_LOG_LEVEL="debug", MONITOR_LOG_FORMAT=form).said
        for line, form in ((("mail", "test", "you@example.org"), "text"), (("digest",), "json"))
    )
    assert "c4nary" not in said
    assert monitor("backup", tmp_path / "copy").code == 0
    assert b"c4nary" not in (tmp_path / "copy").read_bytes()


@pytest.mark.slow
def test_a_mistake_in_the_watch_list_is_named_with_its_line(process, monitor, home):
    text = (home / "sources.yaml").read_text()
    (home / "sources.yaml").write_text(text.replace("- id: wallonia", "- id: coc-home"))
    for done in (monitor("check"), monitor("poll"), process("run")):
        assert one_line(done, 78).startswith("sources.yaml:23: ")


@pytest.mark.parametrize(
    "content", [b"\xff\xfeMONITOR_LANGUAGE=nl", b"MONITOR_LANGUAGE=xx\n", b"MONITOR_HOST_GAP=fast"]
)
def test_settings_that_cannot_be_read_end_every_command(monitor, home, content):
    (home / ".env").write_bytes(content)
    for line in (("status",), ("doctor",), ("run",)):
        assert one_line(monitor(*line), 78).startswith(("MONITOR_", str(home / ".env")))


@pytest.mark.parametrize("line", [("sources",), ("run",), ("poll",), ("backup",)], ids=" ".join)
@pytest.mark.slow
def test_a_database_with_a_damaged_header_is_not_written_and_the_backup_is_named(process, monitor, database, line):
    assert monitor("backup").code == 0
    (backup,) = (database.parent / "backups").iterdir()
    raw = bytearray(database.read_bytes())
    raw[:100] = os.urandom(100)
    database.write_bytes(raw)
    said = one_line((process if line == ("run",) else monitor)(*line), 74)
    assert str(backup) in said
    assert "damaged" in said
    assert database.read_bytes() == bytes(raw)


@pytest.mark.slow
def test_damage_in_the_middle_without_a_backup_is_said_once_with_what_to_do(process, database):
    raw = bytearray(database.read_bytes())
    raw[4096 * 3 : 4096 * 12] = b"\xaa" * (4096 * 9)
    database.write_bytes(raw)
    said = one_line(process("run"), 74)
    assert said.count(str(database)) == said.count("is damaged") == 1
    assert "There is no backup beside it. To begin anew, move it away" in said


@pytest.mark.parametrize(("line", "table"), [(("changes",), "change"), (("events",), "event"), (("noise",), "held")])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_empty_page_where_the_history_was_is_damage_and_not_no_history(monitor, database, line, table, more):
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    connection.close()
    raw = bytearray(database.read_bytes())
    raw[4096 * (page - 1) : 4096 * page] = b"\x0d\0\0\0\0\x10\0\0".ljust(4096, b"\0")
    database.write_bytes(raw)
    said = one_line(monitor(*line, *more), 74)
    assert "damaged" in said


def test_a_damaged_database_can_be_put_right_as_the_message_says(monitor, database):
    assert monitor("backup").code == 0
    (backup,) = (database.parent / "backups").iterdir()
    database.write_bytes(os.urandom(4096))
    assert monitor("restore", backup).code == 0
    assert "coc-home" in monitor("sources").out


@pytest.mark.slow
def test_a_database_of_a_newer_program_is_refused(process, monitor, database):
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for done in (monitor("changes"), process("run")):
        assert "newer" in one_line(done, 78)


def test_a_database_of_another_program_is_refused(monitor, home):
    (home / "db").mkdir()
    with sqlite3.connect(home / "db" / "monitor.sqlite3") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "not one of Footnote Watch" in one_line(monitor("status"), 78)


def test_a_folder_where_the_database_should_be_is_said_plainly(monitor, home):
    (home / "db" / "monitor.sqlite3").mkdir(parents=True)
    assert "monitor.sqlite3" in one_line(monitor("sources"), 74)


def test_a_file_where_the_folder_of_the_database_should_be_is_said_plainly(monitor, home):
    (home / "db").write_text("")
    for line in (("sources",), ("run",)):
        assert str(home / "db") in one_line(monitor(*line), 74)


BOUND = """
import ctypes, os, sys
for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: root, too, then asks for leave
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-P", "-m", "monitor", *sys.argv[1:]])
"""


@pytest.fixture
def bound(checkout, home, tmp_path):
    """Types a command as somebody whom file permissions hold back, root or not."""
    if os.geteuid() == 0 and (sys.platform != "linux" or ctypes.CDLL(None).prctl(23, 1, 0, 0, 0) != 1):
        pytest.skip("root, and nothing can hold it back here")

    def run(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(checkout), "MONITOR_HOME": str(home)}
        return subprocess.run(
            [sys.executable, "-c", BOUND, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True,
            timeout=120, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    yield run
    for path in [home, *home.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def plain(done, code):
    assert done.returncode == code, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if " warning " not in line]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.slow
def test_a_settings_file_that_may_not_be_read_is_named(bound, home):
    (home / ".env").write_text("MONITOR_LANGUAGE=nl\n")
    (home / ".env").chmod(0)
    assert plain(bound("check"), 78) == f"{home / '.env'}: cannot be read: Permission denied"


@pytest.mark.slow
def test_a_watch_list_that_may_not_be_read_is_named(bound, home):
    (home / "sources.yaml").chmod(0)
    assert "sources.yaml" in plain(bound("check"), 78)


@pytest.mark.slow
@pytest.mark.parametrize("line", [("run",), ("poll",), ("subscribers", "pause", "anna@example.org")], ids=" ".join)
def test_a_database_that_may_not_be_written_is_said_plainly(bound, database, line):
    before = database.read_bytes()
    database.chmod(0o400)
    database.parent.chmod(0o500)
    said = plain(bound(*line), 78)
    assert str(database.parent) in said
    assert database.read_bytes() == before


@pytest.mark.slow
def test_a_home_that_may_not_be_written_is_found_by_the_doctor(bound, database):
    database.parent.chmod(0o500)
    done = bound("doctor", "--offline")
    assert done.returncode == 1
    assert f"cannot write in {database.parent}" in done.stdout


@pytest.mark.slow
def test_the_output_of_a_command_may_be_cut_off(checkout, lived_in, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(checkout), "MONITOR_HOME": str(lived_in)}
    command = subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor", "sources", "--json"], cwd=tmp_path, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    command.stdout.close()
    err = command.stderr.read()
    command.wait(60)
    command.stderr.close()
    assert b"Traceback" not in err


@pytest.mark.slow
def test_a_home_elsewhere_is_worked_in_whatever_the_current_folder(process, lived_in, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(lived_in, other)
    assert "senate-report" in process("sources", MONITOR_HOME=str(other)).out
    assert not (tmp_path / "db").exists()
