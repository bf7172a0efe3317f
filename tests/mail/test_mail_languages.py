"""Every message in Dutch, French and German: complete, in its own words, as wide as the English one."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.messages import load
from monitor.messages.layout import tied

TEMPLATES = Path(__file__).parents[2] / "alerts" / "templates"
LANGUAGES = ("nl", "fr", "de")
KINDS = ("digest", "first_report", "urgent", "sign_of_life", "test")
ALIKE = {
    "product.name", "dates.first", "dates.day", "dates.full", "dates.close", "lists.comma", "lists.semicolon",
    "marks.cut", "marks.colon", "marks.quoted", "subject.of", "subject.report_sources", "change.compare",
    "change.sources_command", "change.left_command", "change.page", "change.page_row", "part.changed",
    "document.pages", "reasons.fetch", "reasons.fetch_bare", "reasons.extract", "reasons.extract_bare",
    "event.page_row", "event.accept", "finding.because", "finding.replaced", "quotes.page", "held.command",
    "change.of_report", "footer.stop_command", "footer.filter_sources", "zones.UTC",
}  # fmt: skip
"""Entries that may read as in English: commands, layout, and words that are the same in two languages."""


def entries(language):
    table = tomllib.loads((TEMPLATES / "catalogue" / f"{language}.toml").read_text())

    def leaves(value, path):
        if isinstance(value, dict) and not set(value) <= {"one", "other"}:
            for name, inner in value.items():
                yield from leaves(inner, f"{path}.{name}" if path else name)
        else:
            yield path, value

    return dict(leaves(table, ""))


def phrases(value):
    """The fixed words of an entry: what stands between its values, when it is more than a word or two."""
    forms = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    for form in forms:
        for piece in re.split(r"\{\w+\}", form):
            words = " ".join(piece.split()).strip(" .,;:()“”–")
            if len(words.split()) >= 3:
                yield words


def in_language(renderer, digest, language):
    subscriber = replace(digest.order.subscriber, language=language)
    return renderer.parts(replace(digest, order=replace(digest.order, subscriber=subscriber)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_was_left_in_english(language):
    english, other = entries("en"), entries(language)
    assert {key for key, value in other.items() if value == english[key]} <= ALIKE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_of_ours_shows_in_another_language(language, kind, renderer, messages):
    made = in_language(renderer, messages[kind], language)
    shown = [" ".join(said.split()) for said in (made.subject, made.text, re.sub(r"<[^>]+>", " ", made.html))]
    leaked = {
        phrase
        for key, value in entries("en").items()
        if key not in ALIKE
        for phrase in phrases(value)
        if any(phrase in said for said in shown)
    }
    assert leaked == set()
    assert f'lang="{language}"' in made.html


@pytest.mark.parametrize("kind", KINDS)
def test_what_must_not_show_is_found_in_the_english_message(kind, messages, renderer):
    shown = " ".join(renderer.parts(messages[kind]).text.split())
    assert any(phrase in shown for value in entries("en").values() for phrase in phrases(value))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_longer_words_keep_to_the_width(language, kind, renderer, messages):
    made = in_language(renderer, messages[kind], language)
    wide = [line for line in made.text.splitlines() if len(line) > 76 and "http" not in line]
    assert wide == []
    assert len(made.subject) <= 240
    assert not re.search(r"\{[a-z_]+\}", made.subject + made.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_rows_fit_their_column(language):
    table = entries(language)
    widths = {"change": 9, "event": 7, "finding": 8}
    rows = {key: value for key, value in table.items() if key.endswith("_row")}
    assert {key for key, value in rows.items() if len(value) > widths[key.split(".")[0]]} == set()


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("nl", "1 mrt 2027", "ma 1 mrt om 05:10 uur"),
        ("fr", "1er mars 2027", "lun. 1er mars à 5 h 10"),
        ("de", "1. März 2027", "Mo 1. März, 05:10 Uhr"),
    ],
)
def test_dates_are_written_as_each_language_does(language, day, moment):
    words = load([TEMPLATES], language)
    when = datetime(2027, 3, 1, 5, 10, tzinfo=UTC)
    assert words.day(when) == day
    assert words.moment(when, now=when) == moment


def test_an_hour_and_its_zone_are_written_as_each_language_does():
    said = {code: load([TEMPLATES], code) for code in ("en", *LANGUAGES)}
    clocks = {"en": "07:00", "nl": "07:00", "fr": "7 h", "de": "07:00"}
    assert {code: words.clock(7) for code, words in said.items()} == clocks
    assert said["nl"].zone("Europe/Brussels") == "Brusselse tijd"
    assert [said["fr"].zone(name) for name in ("America/New_York", "UTC")] == ["New York", "UTC"]


def test_a_dutch_sentence_begins_with_one_accent_less(renderer, messages):
    text = in_language(renderer, messages["urgent"], "nl").text
    assert "Eén is gewijzigd en één bevat" in " ".join(text.split())


def test_a_section_the_catalogue_does_not_know_keeps_its_title():
    words = load([TEMPLATES], "nl")
    assert words.section("Independent oversight") == "Onafhankelijk toezicht"
    assert words.section("Our own dossier") == "Our own dossier"


def test_quote_marks_are_those_of_the_language(renderer, messages):
    line = "This report is archived and is no longer updated."
    assert f"„{line}“" in in_language(renderer, messages["digest"], "de").text
    assert f"« {line} »" in in_language(renderer, messages["digest"], "fr").text


def test_no_line_ends_inside_a_time_a_percentage_or_before_high_punctuation():
    said = "le 24 à 5 h 10 ; « 97 % » : n° 2 ? oui ! à 7 h, 3 hommes, 10 heures"
    assert tied(said).replace("\u00a0", "~") == "le 24 à 5~h~10~; «~97~%~»~: n°~2~? oui~! à 7~h, 3 hommes, 10 heures"


def test_no_line_begins_with_french_punctuation(renderer, messages):
    text = in_language(renderer, messages["digest"], "fr").text
    assert not re.search(r"^\s*[»:;]|«$", text, re.MULTILINE)
