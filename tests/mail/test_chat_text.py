"""The text a chat gets: short, with the command for each thing, and without effect of its own."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest import compose
from monitor.messages import Press, Templates
from monitor.messages.chat import MOST, plain
from monitor.model import Medium, Reason

KINDS = ["digest", "first_report", "urgent", "sign_of_life", "test"]


@pytest.fixture(scope="session")
def press(week):
    return Press(week.sender, Templates())


def to_chat(digest, **more):
    reader = replace(digest.order.subscriber, medium=Medium.CHAT, email="team", **more)
    return replace(digest, order=replace(digest.order, subscriber=reader))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_every_kind_is_short_and_says_something(kind, language, messages, press, renderer):
    digest = messages[kind]
    made = press.render(to_chat(digest, language=language))
    text = made.mime.decode()
    assert len(made.subject) + len(text) <= MOST
    assert text.strip()
    reader = replace(digest.order.subscriber, language=language)
    mail = renderer.parts(replace(digest, order=replace(digest.order, subscriber=reader)))
    assert made.subject == mail.subject
    assert made.channel == "chat:7"
    assert "{" not in text


def test_each_change_has_its_command_and_each_event_its_line(messages, press, week):
    text = press.render(to_chat(messages["digest"])).mime.decode()
    for change in week.changes:
        assert f"monitor show {change.id}" in text
    for name in ("Moved: Hunton", "Blocked: ScienceDirect", "Back: Library of Congress", "archived and is no longer"):
        assert name in text


def test_what_does_not_fit_is_counted(week, press):
    many = tuple(replace(week.changes[0], id=number) for number in range(1000, 1300))
    made = press.render(to_chat(compose(week.order(), week.material(changes=many))))
    text = made.mime.decode()
    assert len(made.subject) + len(text) <= MOST
    shown = len(re.findall(r"monitor show \d+", text))
    assert 0 < shown < 20
    assert str(300 - shown) in text


ACTING = ["@everyone", "<!channel>", "<@U123>", "<https://evil.example|our site>", "[our site](https://evil.example)",
          "`code`", "https://evil.example/x", "HTTP://evil.example", "www.evil.example", "\u202etxt",
          "a\r\nb\u2028c"]  # fmt: skip


@pytest.mark.parametrize("evil", ACTING)
def test_nothing_a_page_says_calls_anybody_or_is_a_link(evil, week, press):
    change = replace(week.changes[1], reasons=(Reason("date", {"old": evil, "new": evil}),))
    source = replace(week.sources[6], name=evil)
    material = week.material(changes=(change,), events=(), sources=(*week.sources[:6], source, *week.sources[7:]))
    made = press.render(to_chat(compose(week.order(), material)))
    for text in (made.subject, made.mime.decode()):
        assert evil not in text
        assert not re.search(r"[@<>`\u202e\u2028\r]|://|\]\(|www\.", text)


@given(st.text())
def test_no_value_keeps_a_mark_that_acts(text):
    shown = plain(text)
    assert not re.search(r"[@<>`\n\r\u2028\u202e]|://|\]\(|\bwww\.", shown, re.IGNORECASE)
    assert plain("Digital Wallonia – 2 → 3") == "Digital Wallonia – 2 → 3"


def test_a_home_may_word_it_otherwise(messages, week, tmp_path):
    folder = tmp_path / "alerts" / "templates"
    folder.mkdir(parents=True)
    (folder / "chat.text.j2").write_text("{{ mail.subject }} by us")
    made = Press(week.sender, Templates(tmp_path)).render(to_chat(messages["test"]))
    assert made.mime.decode().endswith(" by us\n")


@pytest.mark.parametrize("broken", ["{{ mail.nothing }}", "{% if %}", "{{ ''.__class__.__mro__ }}"])
def test_a_template_that_misbehaves_costs_no_message(broken, messages, week, tmp_path, caplog):
    folder = tmp_path / "alerts" / "templates"
    folder.mkdir(parents=True)
    (folder / "chat.text.j2").write_text(broken)
    made = Press(week.sender, Templates(tmp_path)).render(to_chat(messages["digest"]))
    assert b"monitor show 412" in made.mime
    assert "using the program's own" in caplog.text
