"""What an operator can set, and what happens to a bad value."""

import os
import traceback
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pydantic import SecretStr

from monitor.errors import ConfigError
from monitor.settings import Settings, mask
from monitor.settings.values import named_address

CANARY = "c4nary"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No variable of the machine reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith("MONITOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def complaints(home, **given_values):
    with pytest.raises(ConfigError) as caught:
        Settings(home, **given_values)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return [str(problem) for problem in caught.value.problems]


def shown(settings):
    return {row.name: (row.value, row.origin) for row in settings.masked()}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Observatory, AI & Law <watch@example.org>", "Observatory, AI & Law"),
        ('"Observatory, AI & Law" <watch@example.org>', "Observatory, AI & Law"),
        ('"The \\"Watch\\", Ghent" <watch@example.org>', 'The "Watch", Ghent'),
        ("Veille juridique (Liège), l’équipe <watch@example.org>", "Veille juridique (Liège), l’équipe"),
        ("Watch; Desk: A.B. <watch@example.org>", "Watch; Desk: A.B."),
        ("watch@example.org", ""),
        ("<watch@example.org>", ""),
    ],
)
def test_the_name_of_the_sender_may_have_commas_quotes_and_parentheses(tmp_path, text, name):
    sender = Settings(tmp_path, mail_from=text).sender
    assert named_address(sender) == (name, "watch@example.org")


def test_a_password_whose_percent_signs_are_not_utf8_is_refused_with_the_way_to_write_it(tmp_path):
    (found,) = complaints(tmp_path, smtp_url=f"smtps://me:{CANARY}%E9@mx.example.org", mail_from="a@example.org")
    assert "not UTF-8" in found
    server = Settings(tmp_path, smtp_url="smtps://zo%C3%AB:é@mx.example.org", mail_from="a@example.org").smtp
    assert (server.user, server.password.get_secret_value()) == ("zoë", "é")


def test_without_any_variable_the_defaults_hold(tmp_path):
    settings = Settings(tmp_path)

    assert settings.database == tmp_path / "db" / "monitor.sqlite3"
    assert settings.outbox == tmp_path / "alerts" / "outbox"
    assert (settings.host_gap, settings.timezone, settings.language) == (timedelta(seconds=2), "Europe/Brussels", "en")
    assert settings.smtp is None
    assert settings.sender == "Footnote Watch <footnote-watch@localhost>"
    assert settings.zone.key == "Europe/Brussels"


def test_the_home_is_found_by_itself(tmp_path, monkeypatch):
    (tmp_path / "sources.yaml").touch()
    assert Settings().home == tmp_path

    monkeypatch.setenv("MONITOR_HOME", str(tmp_path / "other"))
    assert Settings().home == tmp_path / "other"
    assert shown(Settings())["MONITOR_HOME"][1] == "environment"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("MONITOR_MAX_POLLS=2\nMONITOR_LOG_LEVEL=debug\nmonitor_language=nl\n")
    monkeypatch.setenv("MONITOR_MAX_POLLS", "3")

    settings = Settings(tmp_path, log_format="json")

    assert (settings.max_polls, settings.log_level, settings.language, settings.log_format) == (
        3,
        "debug",
        "nl",
        "json",
    )
    rows = shown(settings)
    assert rows["MONITOR_MAX_POLLS"] == ("3", "environment")
    assert rows["MONITOR_LOG_LEVEL"] == ("debug", ".env")
    assert rows["MONITOR_LANGUAGE"] == ("nl", ".env")
    assert rows["MONITOR_LOG_FORMAT"] == ("json", "given")
    assert rows["MONITOR_HOST_GAP"] == ("2s", "default")
    assert rows["MONITOR_HOME"] == (str(tmp_path), "given")


def test_an_argument_wins_over_everything(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("MONITOR_MAX_POLLS=2\n")
    monkeypatch.setenv("MONITOR_MAX_POLLS", "3")

    assert Settings(tmp_path, max_polls=1).max_polls == 1


def test_an_empty_variable_counts_as_not_set(tmp_path, monkeypatch):
    monkeypatch.setenv("MONITOR_MAX_POLLS", "")

    assert Settings(tmp_path).max_polls == 4


def test_every_setting_is_listed_once(tmp_path):
    rows = Settings(tmp_path).masked()

    assert [row.name for row in rows] == ["MONITOR_" + name.upper() for name in Settings.model_fields]


def test_relative_paths_start_at_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/nobody")

    settings = Settings(tmp_path, database="x/y.sqlite3", outbox="~/out")

    assert (settings.database, str(settings.outbox)) == (tmp_path / "x" / "y.sqlite3", "/nobody/out")


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtps://me:pw@mail.example.org", "tls", 465),
        ("smtps://me:pw@mail.example.org:4650/", "tls", 4650),
        ("smtp+starttls://me:pw@mail.example.org", "starttls", 587),
        ("smtp+starttls://mail.example.org", "starttls", 587),
        ("smtp://127.0.0.1", "none", 25),
        ("smtp://localhost:2525", "none", 2525),
        ("smtp://[::1]:2525", "none", 2525),
    ],
)
def test_the_scheme_says_how_mail_is_secured(tmp_path, url, security, port):
    server = Settings(tmp_path, smtp_url=url, mail_from="a@example.org").smtp

    assert (server.security, server.port) == (security, port)


def test_signs_in_a_password_are_written_in_percent_form(tmp_path):
    server = Settings(tmp_path, smtp_url="smtps://a%40example.org:p%40s%2Fs%25@mail.example.org").smtp

    assert (server.user, server.password.get_secret_value()) == ("a@example.org", "p@s/s%")
    assert "p@s" not in repr(server)


def test_a_dollar_in_the_file_stands_for_itself(tmp_path):
    (tmp_path / ".env").write_text("MONITOR_SMTP_URL=smtps://a%40example.org:x${HOME}y@mail.example.org\n")

    assert Settings(tmp_path).smtp.password.get_secret_value() == "x${HOME}y"


def test_the_sender_is_the_user_of_the_server_when_that_is_an_address(tmp_path):
    url = "smtps://watch%40example.org:pw@mail.example.org"

    assert Settings(tmp_path, smtp_url=url).sender == "Footnote Watch <watch@example.org>"
    assert Settings(tmp_path, smtp_url=url, mail_from="Us <us@example.org>").sender == "Us <us@example.org>"


FORMS = (
    "(smtps://user:password@host:465, smtp+starttls://user:password@host:587 or smtp://127.0.0.1:25; "
    "in a password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25)"
)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        (
            f"smtp://u:{CANARY}@mail.example.org",
            "would send mail unencrypted (use smtps:// or smtp+starttls:// for a serv",
        ),
        ("smtp://192.0.2.1:25", "would send mail unencrypted"),
        (f"smtps://u:{CANARY}/x@mail.example.org", f"is not the URL of a mail server {FORMS}"),
        (f"smtps://u:{CANARY}#x@mail.example.org", "is not the URL of a mail server"),
        (f"smtps://u:{CANARY}@mail.example.org:99999", "is not the URL of a mail server"),
        (f"smtps://u:{CANARY}@[mail", "is not the URL of a mail server"),
        (f"https://u:{CANARY}@mail.example.org", "is not the URL of a mail server"),
        (f"mail.example.org:{CANARY}", "is not the URL of a mail server"),
        (f"smtps://{CANARY}@mail.example.org", "has a user without a password, or the other way round"),
        (f"smtps://:{CANARY}@mail.example.org", "has a user without a password, or the other way round"),
        (f"smtps://u:{CANARY}%0D%0A@mail.example.org", "has a user without a password"),
    ],
)
def test_a_bad_mail_server_is_refused_without_repeating_it(tmp_path, url, complaint):
    (found,) = complaints(tmp_path, smtp_url=url, mail_from="a@example.org")

    assert found.startswith(f"MONITOR_SMTP_URL: {complaint}")


def test_mail_needs_a_sender(tmp_path):
    assert complaints(tmp_path, smtp_url=f"smtps://u:{CANARY}@mail.example.org") == [
        "MONITOR_MAIL_FROM: is needed to send mail (such as watch@example.org)"
    ]


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("mail_from", "not an address", "is not a mail address (such as watch@example.org)"),
        ("mail_from", "a@example.org\r\nBcc: b@example.org", "is not a mail address (such as watch@example.org)"),
        ("mail_from", "A\u202eB <a@example.org>", "is not a mail address (such as watch@example.org)"),
        ("mail_to", "A <a@example.org>", "is not a mail address (such as watch@example.org)"),
        ("mail_to", "a@example.org,b@example.org", "is not a mail address (such as watch@example.org)"),
        ("language", "es", "must be 'en', 'nl', 'fr' or 'de'"),
        ("timezone", "Europe/Brussel", "is not a known time zone (did you mean Europe/Brussels?)"),
        ("timezone", "../../etc/passwd", "is not a known time zone (such as Europe/Brussels)"),
        ("contact", "call me", "is neither a mail address nor a web address (such as watch@example.org)"),
        ("contact", "a@example.org)\n", None),
        ("contact", "https://me:pw@example.org", "has a user name or password in it (remove everything from :// up to"),
        ("public_url", "watch.example.org", "is not a web address (such as https://watch.example.org)"),
        (
            "public_url",
            "https://example.org/watch",
            "has a path: the pages need a host of their own (such as https://watch.",
        ),
        (
            "public_url",
            "https://example.org?watch",
            "has a path: the pages need a host of their own (such as https://watch.",
        ),
        ("public_url", "https://[example.org", "is not a web address (such as https://watch.example.org)"),
        ("public_url", "https://example.org/a b", "is not a web address (such as https://watch.example.org)"),
        ("heartbeat_url", f"ftp://example.org/{CANARY}", "is not a web address (such as https://watch.example.org)"),
        ("host_gap", "soon", "is not a length of time (such as 2s or 1m)"),
        ("host_gap", "0.1", "must be from 500ms to 10m"),
        ("host_gap", "11m", "must be from 500ms to 10m"),
        ("max_polls", "0", "should be greater than or equal to 1"),
        ("max_polls", "many", "should be a valid integer, unable to parse string as an integer"),
        ("log_format", "xml", "must be 'text' or 'json'"),
        ("log_level", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_bad_value_is_named_by_its_variable(tmp_path, monkeypatch, name, value, complaint):
    monkeypatch.setenv("MONITOR_" + name.upper(), value)

    (found,) = complaints(tmp_path)

    assert found.startswith(f"MONITOR_{name.upper()}: {complaint or 'is neither a mail address nor a web address'}")


def test_all_bad_values_come_at_once(tmp_path):
    (tmp_path / ".env").write_text("MONITOR_LOG_FORMAT=xml\nMONITOR_TIMEZONE=Mars\nMONITOR_MAX_POLLS=x\n")

    assert len(complaints(tmp_path)) == 3


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("contact", "https://example.org/us", "https://example.org/us"),
        ("contact", " us@example.org ", "us@example.org"),
        ("public_url", "https://watch.example.org/", "https://watch.example.org"),
        ("mail_to", "o'neil+watch@example.org", "o'neil+watch@example.org"),
        ("host_gap", "1500ms", timedelta(seconds=1.5)),
        ("host_gap", "3", timedelta(seconds=3)),
        ("host_gap", "1m", timedelta(minutes=1)),
        ("host_gap", timedelta(seconds=5), timedelta(seconds=5)),
    ],
)
def test_a_good_value_is_kept(tmp_path, name, value, kept):
    assert getattr(Settings(tmp_path, **{name: value}), name) == kept


def test_a_file_that_is_not_text_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"MONITOR_CONTACT=\xff\n")

    assert complaints(tmp_path) == [f"{tmp_path / '.env'}: is not UTF-8 text"]


def test_a_folder_where_the_file_should_be_is_named(tmp_path):
    """Docker makes one for a file to be mounted that is not there."""
    (tmp_path / ".env").mkdir()

    assert complaints(tmp_path) == [
        f"{tmp_path / '.env'}: is a folder, not a file (remove it, and put the settings into a file)"
    ]


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    (tmp_path / ".env").symlink_to(tmp_path / "gone")

    assert complaints(tmp_path) == [f"{tmp_path / '.env'}: is a link that leads nowhere (mend or remove it)"]


def test_variables_of_other_programs_are_ignored(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("PATH_TO_GLORY=1\n")
    monkeypatch.setenv("SMTP_URL", "x")

    assert Settings(tmp_path).unknown == ()


def test_a_variable_nobody_reads_is_named(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("MONITOR_SMPT_URL=x\n")
    monkeypatch.setenv("MONITOR_XYZ", "x")
    monkeypatch.setenv("MONITOR_HOME", str(tmp_path))

    assert [str(problem) for problem in Settings(tmp_path).unknown] == [
        "MONITOR_SMPT_URL: is not a setting (did you mean MONITOR_SMTP_URL?)",
        "MONITOR_XYZ: is not a setting",
    ]


def test_secrets_never_show(tmp_path):
    settings = Settings(
        tmp_path,
        smtp_url=f"smtps://{CANARY}%40example.org:{CANARY}@mail.example.org:465",
        heartbeat_url=f"https://ping.example.org/{CANARY}?key={CANARY}",
        mail_from="a@example.org",
    )

    rows = shown(settings)

    assert rows["MONITOR_SMTP_URL"][0] == "smtps://***:***@mail.example.org:465"
    assert rows["MONITOR_HEARTBEAT_URL"][0] == "https://ping.example.org/***"
    for text in (str(rows), repr(settings), str(settings), settings.model_dump_json(), repr(settings.smtp)):
        assert CANARY not in text


@pytest.mark.parametrize(
    ("secret", "masked"),
    [
        ("", ""),
        ("hunter2", "***"),
        ("https://[broken", "***"),
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/***"),
        ("https://example.org#x", "https://example.org/***"),
    ],
)
def test_a_masked_url_keeps_scheme_and_host(secret, masked):
    assert mask(secret) == masked


@profile(max_examples=200, deadline=None)
@given(st.text("abc:/@#?%[]123. ", max_size=20), st.text("abc:/@#?%[]. ", max_size=20))
@pytest.mark.slow
def test_no_mail_server_ever_shows_its_password(tmp_path_factory, before, after):
    url = f"smtps://{before}:{CANARY}{after}@mail.example.org"
    try:
        text = str(
            Settings(tmp_path_factory.getbasetemp(), smtp_url=SecretStr(url), mail_from="a@example.org").masked()
        )
    except ConfigError as error:
        text = "".join(traceback.format_exception(error))

    assert CANARY not in text
