"""`users`, `audit`: who may log in, keys for programs, and who did what."""

import json

import pytest

from monitor.web.password import matches

PASSWORD = "correct horse battery"


@pytest.fixture
def anna(monitor, lived_in):
    assert monitor("users", "add", "Anna", "--role", "reviewer", typed=PASSWORD + "\n").code == 0


def test_a_user_is_added_and_the_password_comes_from_standard_input(monitor, lived_in, opened):
    done = monitor("users", "add", "Anna", "--role", "reviewer", typed=PASSWORD + "\n")
    assert (done.code, done.out) == (0, "added Anna, reviewer\n")
    user = opened.users.get("Anna")
    assert (user.role, matches(user.hash, PASSWORD)) == ("reviewer", True)


@pytest.mark.parametrize(
    ("line", "typed", "said"),
    [
        (("users", "add", "Bram"), "short\n", "shorter than 12"),
        (("users", "add", "Bram", "--role", "king"), PASSWORD, "reader, reviewer, admin"),
        (("users", "add", "anna"), PASSWORD, "already"),
        (("users", "role", "Anne", "admin"), "", "did you mean Anna?"),
        (("users", "role", "Anna", "king"), "", "reader, reviewer, admin"),
        (("users", "key", "Zoltan"), "", "is no user"),
    ],
)
def test_what_cannot_be_done_is_said(monitor, anna, line, typed, said):
    done = monitor(*line, typed=typed)
    assert (done.code, said in done.err) == (78, True), done.err


def test_whoever_adds_the_first_user_learns_that_the_password_for_all_is_over(monitor, lived_in, monkeypatch):
    monkeypatch.setenv("MONITOR_WEB_PASSWORD", "$argon2id$v=19$m=65536,t=3,p=4$MDAwMDAwMDAwMDAwMDAwMA$AAAA")
    assert "opens nothing any more" in monitor("users", "add", "Anna", typed=PASSWORD).out
    assert "opens nothing" not in monitor("users", "add", "Bram", typed=PASSWORD).out


def test_users_are_listed(monitor, anna):
    monitor("users", "disable", "Anna")
    assert monitor("users").out == monitor("users", "list").out == "Anna  reviewer  disabled\n"
    (row,) = json.loads(monitor("users", "list", "--json").out)
    assert (row["name"], row["role"], row["disabled"]) == ("Anna", "reviewer", True)
    assert "hash" not in row


def test_without_users_the_list_says_how_to_add_one(monitor, lived_in):
    assert "monitor users add" in monitor("users").out
    assert "Nothing was done" in monitor("audit").out


def test_a_user_is_changed_and_deleted(monitor, anna, opened):
    number = opened.users.get("Anna").id
    monitor("users", "role", "Anna", "admin")
    monitor("users", "password", "Anna", typed="quite another one\n")
    monitor("users", "disable", "Anna")
    user = opened.users.numbered(number)
    assert (user.role, user.disabled, matches(user.hash, "quite another one")) == ("admin", True, True)
    monitor("users", "enable", "Anna")
    assert not opened.users.numbered(number).disabled
    assert monitor("users", "remove", "Anna", typed="n\n").code == 1
    assert monitor("users", "remove", "Anna", "--yes").out == "deleted Anna\n"
    assert opened.users.all() == ()


def test_a_key_is_printed_and_kept_nowhere(monitor, anna, lived_in):
    key = monitor("users", "key", "Anna").out.strip()
    assert len(key) > 40
    kept = b"".join(path.read_bytes() for path in (lived_in / "db").iterdir() if path.is_file())
    assert key.encode() not in kept
    assert (lived_in / "db" / "monitor.sqlite3.key").stat().st_mode & 0o777 == 0o600
    assert monitor("users", "key", "Anna").out.strip() == key


def test_the_log_says_what_was_done_and_no_password(monitor, anna):
    monitor("users", "key", "Anna")
    said = monitor("audit").out
    assert said.index("user-key") < said.index("user-add  user:Anna  reviewer")
    assert PASSWORD not in said
    rows = json.loads(monitor("audit", "--json", "-n", "1").out)
    assert [(row["who"], row["what"], row["target"]) for row in rows] == [("(command line)", "user-key", "user:Anna")]
    assert "user-key" not in monitor("audit", "--before", rows[0]["id"]).out


def test_doctor_knows_users_as_a_way_in(monitor, anna, monkeypatch):
    monkeypatch.setenv("MONITOR_WEB", "0.0.0.0:8000")
    assert "nobody could log in" not in monitor("doctor", "--offline").said
    monitor("users", "disable", "Anna")
    assert "nobody could log in" in monitor("doctor", "--offline").said


def test_what_is_done_to_subscribers_stands_in_the_log_without_their_address(monitor, lived_in, opened):
    for line in (("add",), ("change", "--hour", "9"), ("pause",), ("resume",), ("forget", "--yes")):
        assert monitor("subscribers", line[0], "cleo@example.org", *line[1:]).code == 0
    rows = opened.audit.list()
    assert [row.what.removeprefix("reader-") for row in reversed(rows)] == [
        "add",
        "change",
        "pause",
        "resume",
        "forget",
    ]
    assert len({row.target for row in rows}) == 1
    assert "cleo" not in monitor("audit").out
