"""What was read first was no document: the first real text takes its place, as one event and never as a change."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pairs.fold import Fold, Post, Served

from monitor.model import Citation, EventKind, Outcome, QuoteState, Source
from monitor.model.citation import Quote

SOURCE = Source("bron", "Bron", "Beleid", "https://www.gov.example/ai/advies", languages=("en",))
SENTENCES = (
    "The authority examined how eleven services take decisions about citizens with systems that rank requests.",
    "A service that uses such a system shall explain in plain words which data it reads and who checks the outcome.",
    "Four services kept no record of how their system had been tested before it was put to use.",
    "The minister answers the recommendations within six months and publishes the answer.",
    "Citizens may ask for a review by a person within 60 days after the decision.",
    "The register of systems is open to the public and is brought up to date every quarter.",
    "An independent body looks at each system once a year and reports to the parliament about it.",
)
TITLE = "Advice on automated decisions"
MENU = "<nav><a href='/a'>Citizens</a> <a href='/b'>Companies</a></nav>"


def page(body, title=TITLE):
    return Served(f"<html lang=en><title>{title}</title><body>{MENU}{body}</body></html>".encode())


DOCUMENT = page(f"<main><h1>{TITLE}</h1>{''.join(f'<p>{s}</p>' for s in SENTENCES)}</main>")
AMENDED = page(
    f"<main><h1>{TITLE}</h1>{''.join(f'<p>{s}</p>' for s in SENTENCES)}</main>".replace("may ask", "must ask")
)
WALLS = {
    "asks for consent in words of its own": page(
        "<main><h2>One moment</h2><p>This portal and its forty partners set trackers to count your visits to it.</p>"
        "<p>Say which trackers you take before you read on; you can come back to this choice at any time.</p></main>"
    ),
    "an empty frame": page(f"<main><h1>{TITLE}</h1><div id=app></div></main><p>Contents</p><p>Print</p>"),
    "speaks of the browser": page(
        "<main><p>Your browser is checked before the site is shown, which takes a few seconds at most.</p></main>"
    ),
}
SOON = page(
    "<main><h1>Advice</h1><p>The advice of the authority on this matter will be published here in spring.</p></main>"
)
QUOTE = Quote("bron", 12, "shall explain in plain words which data it reads")
CITED = (Citation(12, "bron", "Bron", "", "2026", "Oversight", SOURCE.url, quotes=(QUOTE,)),)


@pytest.fixture
def fold(lore):
    return Fold(SOURCE, lore)


def live(fold, *served):
    for one in served:
        fold.look(one)
    return fold


@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_the_first_real_text_takes_the_place_of_what_was_none(fold, wall):
    live(fold, WALLS[wall], WALLS[wall])
    intent = fold.look(DOCUMENT)
    assert intent.outcome is Outcome.BASELINE
    assert fold.changes == []
    assert [(e.kind, e.values["first_look"]) for e in intent.events] == [(EventKind.RETURNED, "yes")]
    assert [held.rule for held in intent.held] == ["baseline"]


@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_an_edit_after_it_is_told_against_the_real_text(fold, wall):
    live(fold, WALLS[wall], DOCUMENT, DOCUMENT)
    fold.until(timedelta(days=3), AMENDED)
    (change,) = fold.changes
    assert [(p.old, p.new) for p in change.parts] == [(SENTENCES[4], SENTENCES[4].replace("may", "must"))]


@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_the_wall_in_place_of_the_document_is_no_change(fold, wall):
    live(fold, WALLS[wall], DOCUMENT, DOCUMENT, WALLS[wall], DOCUMENT)
    fold.until(timedelta(days=2), DOCUMENT)
    assert fold.changes == []


def test_a_page_that_said_what_will_come_is_told_when_it_came(fold):
    live(fold, SOON, SOON)
    fold.until(timedelta(days=3), DOCUMENT)
    assert len(fold.changes) == 1


def test_a_text_that_has_none_of_the_quoted_passages_was_none_when_all_stand_in_the_next(lore):
    fold = live(Fold(SOURCE, lore, CITED), SOON, SOON)
    assert fold.memory.quotes[next(iter(fold.memory.quotes))] is QuoteState.MISSING
    intent = fold.look(DOCUMENT)
    assert (intent.outcome, fold.changes) == (Outcome.BASELINE, [])
    assert set(intent.memory.quotes.values()) == {QuoteState.FOUND}
    assert [e.kind for e in intent.events] == [EventKind.RETURNED]


def test_a_document_that_changed_once_is_no_first_text_any_more(fold):
    live(fold, SOON, SOON)
    fold.until(timedelta(days=3), page("<main><h1>Advice</h1><p>The advice will be published here in June.</p></main>"))
    before = len(fold.changes)
    fold.until(timedelta(days=3), DOCUMENT)
    assert (before, len(fold.changes)) == (1, 2)


def test_a_reader_is_told_in_one_sentence_what_happened(fold):
    intent = live(fold, WALLS["an empty frame"]).look(DOCUMENT)
    said = Post().mail(SOURCE, fold.now, (), intent.events).text
    assert "The document itself was read for the first time." in said
