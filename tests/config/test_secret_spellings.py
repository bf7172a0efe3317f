"""Secrets, in every spelling a server may repeat them in, and the mask that takes them out."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.logs import HIDDEN, SHORTEST_SECRET, Mask
from monitor.settings import Settings
from monitor.settings.secrets import spellings
from monitor.settings.ways import CHAT_URL, is_name, variable_of

secret = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_/+=", min_size=SHORTEST_SECRET, max_size=40)


@given(secret, st.text(), st.text())
def test_no_text_keeps_a_secret_whatever_stands_around_it(word, before, after):
    mask = Mask([word])
    for spelt in (word, word.upper(), word.swapcase()):
        assert word.casefold() not in mask.clean(before + spelt + after).casefold()


@given(secret, st.text("xyz ", max_size=30), st.data())
def test_no_text_keeps_the_beginning_of_a_secret_that_was_cut_off(word, before, data):
    length = data.draw(st.integers(SHORTEST_SECRET, len(word)))
    assert Mask([word]).clean(before + word[:length]).endswith(HIDDEN)


def test_ordinary_words_stay():
    mask = Mask(["pass", "s3cret-Password", "smtps://u:s3cret-Password@mx.example.org"])
    assert mask.clean("535 bad user name at smtps") == "535 bad user name at smtps"
    assert Mask([]).clean("anything") == "anything"
    assert Mask(["abc"]).clean("abc") == "abc"


@pytest.mark.parametrize(
    ("value", "hidden", "kept"),
    [
        (
            "smtps://me%40example.org:p%40ss%2Fword@mx.example.org:465",
            ["p@ss/word", "p%40ss%2Fword", base64.b64encode(b"p@ss/word").decode(),
             base64.b64encode(b"\0me@example.org\0p@ss/word").decode()],
            ["mx.example.org", "me@example.org"],
        ),
        ("smtp://127.0.0.1:25", [], ["smtp://127.0.0.1:25"]),
        ("https://hc-ping.com/0f1e2d3c-4b5a", ["0f1e2d3c-4b5a", "https://hc-ping.com/0f1e2d3c-4b5a"], ["hc-ping.com"]),
        ("slack://TokenAAAA1/TokenBBBB2/TokenCCCC3/#x", ["TokenAAAA1", "TokenBBBB2", "TokenCCCC3"], ["#x", "slack://"]),
        ("tgram://123456789:AAbbCCddEEff/-100123", ["AAbbCCddEEff"], ["tgram"]),
        ("jsons://example.org/in?token=abcdefgh12", ["abcdefgh12"], ["example.org", "jsons"]),
        ("whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4",
         ["whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY", "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"], ["whsec"]),
        ("$argon2id$v=19$m=65536$abcdefgh$ijklmnop", ["$argon2id$v=19$m=65536$abcdefgh$ijklmnop"], ["argon2id"]),
        ("http://[broken/abcdefgh", ["http://[broken/abcdefgh"], ["http://"]),
    ],
)  # fmt: skip
def test_what_is_secret_in_a_value(value, hidden, kept):
    mask = Mask(spellings([value]))
    for word in hidden:
        assert mask.clean(f"said {word} so") == f"said {HIDDEN} so"
    for word in kept:
        assert mask.clean(f"said {word} so") == f"said {word} so"


@given(st.lists(st.text(max_size=60)))
def test_no_setting_makes_it_stumble(values):
    found = spellings(values)
    assert all(found)
    assert list(found) == sorted(found, key=len, reverse=True)


def test_every_secret_of_a_home_is_known(tmp_path):
    (tmp_path / ".env").write_text(
        "MONITOR_SMTP_URL=smtps://me%40x.org:s3cret-word@mx.example.org\n"
        "MONITOR_CHAT_URL_TEAM=slack://TokenAAAA1/TokenBBBB2/TokenCCCC3\n"
        "MONITOR_WEBHOOK_SECRET_DESK=whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n",
        "utf-8",
    )
    found = Settings(tmp_path)
    assert {"s3cret-word", "TokenBBBB2", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"} <= set(found.secrets)
    assert found.unknown == ()
    shown = {row.name: (row.value, row.origin) for row in found.masked()}
    assert shown["MONITOR_CHAT_URL_TEAM"] == ("slack://***", ".env")
    assert shown["MONITOR_WEBHOOK_SECRET_DESK"] == ("***", ".env")
    assert found.chat_url("team").get_secret_value().startswith("slack://Token")
    assert found.webhook_keys("desk") == (b"ABCDEFGHIJKLMNOPQRSTUVWX",)
    assert found.webhook_keys("other") == ()


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("MONITOR_CHAT_URL_TEAM=slack://of/the/file\n", "utf-8")
    monkeypatch.setenv("MONITOR_CHAT_URL_TEAM", "slack://of/the/environment")
    assert Settings(tmp_path).chat_url("team").get_secret_value() == "slack://of/the/environment"


@pytest.mark.parametrize(("name", "variable"), [("desk", "DESK"), ("policy-desk.2", "POLICY_DESK_2")])
def test_the_variable_of_a_name(name, variable):
    assert is_name(name)
    assert variable_of(CHAT_URL, name) == f"MONITOR_CHAT_URL_{variable}"


@pytest.mark.parametrize("name", ["", "De", "a b", "a@b", "-a", "a-", "a/b", "é", "a" * 64])
def test_what_is_no_name(name):
    assert not is_name(name)
