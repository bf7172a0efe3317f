"""`sources`, `read`, `citations`, `changes`, `show`, `events`, `noise`: what is there to see."""

import json
from datetime import datetime, timedelta

import pytest

from monitor import config
from monitor.cli import watching
from monitor.errors import MonitorError
from monitor.judge.coverage import by_source, coverage

SHOWN = "five⟨U+001B⟩[2Jtwo⟨U+202E⟩years⟨U+200B⟩"
"""The page text that would clear a terminal, as it may be shown."""
RAW = ("\x1b", "\u202e", "\u200b")
ASKING = [
    ("sources",), ("sources", "coc-home"), ("read", "coc-home"), ("citations",), ("changes",), ("changes", "--all"),
    ("show", "1"), ("events",), ("noise",), ("digest", "--dry-run"), ("mail", "queue"), ("subscribers",), ("status",),
]  # fmt: skip


@pytest.mark.parametrize("line", ASKING, ids=" ".join)
def test_no_command_lets_page_text_act_on_the_terminal(monitor, lived_in, line):
    done = monitor(*line)
    assert done.out
    assert [char for char in RAW if char in done.said] == []


@pytest.mark.parametrize(
    "line", [(*x, "--json") for x in ASKING if x not in {("digest", "--dry-run"), ("changes", "--all")}], ids=" ".join
)
def test_what_is_said_to_programs_is_one_json_document(monitor, lived_in, line):
    done = monitor(*line)
    assert json.loads(done.out)
    assert [char for char in RAW if char in done.said] == []


def test_sources_lists_each_with_its_state_and_next_look(monitor, lived_in):
    rows = {line.split()[0]: line for line in monitor("sources").out.splitlines()}
    assert list(rows) == ["source", "coc-home", "senate-report", "wallonia", "oecd-api"]
    assert "blocked" in rows["senate-report"]
    assert "page_challenge" in rows["senate-report"]
    assert "scheduled" in rows["coc-home"]
    assert rows["oecd-api"].split()[1:8] == ["not", "watched", "never", "-", "its", "site", "does"]


def test_times_are_shown_in_the_zone_of_the_settings(monitor, lived_in, monkeypatch):
    (row,) = json.loads(monitor("sources", "coc-home", "--json").out)
    last = datetime.fromisoformat(row["last_good_at"])
    monkeypatch.setenv("MONITOR_TIMEZONE", "Pacific/Kiritimati")
    assert f"{last + timedelta(hours=14):%a %d %b %Y %H:%M}" in monitor("sources", "coc-home").out


def test_an_unknown_source_is_answered_with_the_nearest(monitor, lived_in):
    for line in (
        ("sources", "cochome"),
        ("changes", "cochome"),
        ("events", "cochome"),
        ("noise", "cochome"),
        ("poll", "cochome"),
    ):
        done = monitor(*line)
        assert (done.code, done.err.splitlines()[-1]) == (
            78, "cochome: is not a source of this list (did you mean coc-home?)",
        )  # fmt: skip


def test_read_shows_the_kept_copy_as_the_program_sees_it(monitor, lived_in):
    done = monitor("read", "coc-home")
    assert done.code == 0
    assert "The body asks for two years." in done.out.splitlines()
    blocks = json.loads(monitor("read", "coc-home", "--json").out)["blocks"]
    assert [b["text"] for b in blocks] == ["A page", "The body asks for two years."]


def test_read_says_what_to_do_when_nothing_was_kept_yet(monitor, lived_in):
    done = monitor("read", "oecd-api")
    assert done.code == 1
    assert "`monitor poll oecd-api` looks now" in done.err


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("coc-hom", 78, "did you mean coc-home?"),
        ("ftp://example.org/x", 78, "ftp://example.org/x"),
        ("http://127.0.0.1:1/", 1, "127.0.0.1"),
        ("http://localhost:1/", 1, "only the public internet is watched"),
    ],
)
def test_read_refuses_what_cannot_be_read_in_one_line(monitor, lived_in, what, code, said):
    done = monitor("read", what)
    assert done.code == code
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_citations_tell_which_footnotes_a_person_has_to_look_at(monitor, lived_in):
    done = monitor("citations")
    assert done.code == 1
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines()[1:5]}
    assert rows == {
        "145": ["?", "Cannot", "be", "seen", "senate-report"],
        "148": ["stands", "Stands", "wallonia"],
        "170": ["LOOK", "Passage", "not", "found", "coc-home"],
        "175": ["?", "Cannot", "be", "watched", "oecd-api"],
    }
    said = " ".join(done.out.split())
    assert "1 of 4 footnotes stands. One has to be looked at: 170. Of 2 nothing can be said: 145 and 175." in said
    assert "Passage not found 1; Cannot be seen 1; Cannot be watched 1; Stands 1" in said


def test_citations_judge_as_the_page_of_coverage_does(monitor, lived_in, opened):
    stands = coverage(by_source(config.load_citations(lived_in)), opened.standings.seen(), {})
    rows = json.loads(monitor("citations", "--json").out)
    assert [(row["footnote"], row["verdict"]) for row in rows] == [
        (stand.citation.footnote, str(stand.verdict)) for stand in stands
    ]


def test_citations_neither_accuse_nor_acquit_before_the_first_look(monitor, home):
    done = monitor("citations")
    assert done.code == 0
    assert "LOOK" not in done.out
    assert "stands" not in done.out
    assert done.out.splitlines()[-1] == "Nothing can be said yet: no source has been seen."
    assert {row["stands"] for row in json.loads(monitor("citations", "--json").out)} == {None}


def test_changes_are_listed_with_their_reason_in_words(monitor, lived_in):
    _, row = monitor("changes").out.splitlines()
    assert row.split()[0] == "1"
    assert "coc-home" in row
    assert "critical" in row
    assert f"a number changed: five → {SHOWN}" in row
    assert monitor("changes", "wallonia").out == "No changes were told yet.\n"


def test_changes_can_be_asked_for_since_a_day(monitor, lived_in):
    assert len(json.loads(monitor("changes", "--since", "2020-01-01", "--json").out)) == 1
    assert json.loads(monitor("changes", "--since", "2999-01-01", "--json").out) == []
    done = monitor("changes", "--since", "yesterday")
    assert (done.code, done.err) == (78, "--since yesterday: is not a day (such as 2026-11-23)\n")


def test_show_prints_word_marks_and_what_they_touch(monitor, lived_in):
    out = monitor("show", 1).out
    assert "Supervisory Body for Police Information   CRITICAL" in out
    assert f"kept for [-five years-] {{+{SHOWN}+}}" in out
    assert "Retention" in out
    assert "Footnote 170: found → missing" in out
    row = json.loads(monitor("show", "1", "--json").out)
    assert row["parts"][0]["spans"][1] == ["removed", "five years"]
    assert len(row["new_sha256"]) == 64


def test_show_of_a_number_that_is_none_says_where_they_are(monitor, lived_in):
    done = monitor("show", 77)
    assert (done.code, done.err) == (1, "monitor: There is no change 77. `monitor changes` lists them.\n")


def test_events_are_listed_with_their_facts(monitor, lived_in):
    lines = monitor("events").out.splitlines()[1:]
    assert ["blocked" in lines[0], "quote_lost" in lines[1]] == [True, True]
    assert SHOWN in lines[1]
    assert json.loads(monitor("events", "senate-report", "--json").out)[0]["values"] == {"looks": "3"}


def test_noise_shows_the_rule_and_the_words_it_held(monitor, lived_in):
    out = monitor("noise").out
    assert "wallonia  ticking" in out
    assert f"{{+13 visitors{SHOWN}+}}" in out
    assert "… and 2 more places" in out
    assert monitor("noise", "coc-home").out == "Nothing was held back yet.\n"


def test_a_home_that_was_never_started_has_nothing_to_show(monitor, home):
    assert monitor("changes").out == "No changes were told yet.\n"
    assert monitor("events").out == "No events yet.\n"
    assert monitor("noise").out == "Nothing was held back yet.\n"
    assert json.loads(monitor("sources", "--json").out) == []


def test_read_of_an_address_fetches_it_now(lived_in, played):
    page = b"<html><title>Now</title><body><h1>Now</h1><p>Fresh words about policy.</p></body></html>"
    text, source = played({"/": page}, lambda app: watching._read(app, "http://www.played.example/"))
    assert "Fresh words about policy." in [b.text for b in text.blocks]
    assert source.url == "http://www.played.example/"


def test_read_of_an_address_without_text_says_why(lived_in, played):
    with pytest.raises(MonitorError, match="cannot be read: the answer has no content"):
        played({"/": b""}, lambda app: watching._read(app, "http://www.played.example/"))
