"""Does the chapter still stand? The page, the table, and what they say of each state."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import lived
import pytest
from conftest import HOSTILE

from monitor.judge.coverage import Lost, Seen, coverage
from monitor.messages.standing import ranges
from monitor.model import (
    Citation,
    Doubt,
    Health,
    Memory,
    Outcome,
    Quote,
    QuoteMatch,
    QuoteState,
    Reason,
    Source,
)
from monitor.model.review import ReviewState
from monitor.store import Wanted
from monitor.text.quotes import quote_key
from monitor.web.tables import cell
from monitor.web.wording import LANGUAGES

AT = datetime(2026, 3, 1, tzinfo=UTC)
OF_COC = Wanted(sources=frozenset({"coc-home"}))
QUOTE = Quote("page", 7, "There was no clear policy.")
CITED = Citation(7, "page", "A page", "", "", "Section", "", quotes=(QUOTE,))
GOOD = Memory(looks=9, first_good=AT, told_since=AT, last_good=AT, quotes={quote_key(QUOTE): QuoteState.FOUND})
SOURCE = Source("page", "A page", "section", "https://page.invalid/text")
FINE = Seen(SOURCE, Health.OK, AT, 9, AT, AT, GOOD)


def judged(seen, citation=CITED, lost=None):
    (stand,) = coverage({"page": (citation,)}, {"page": seen} if seen else {}, lost or {})
    return stand


def remembering(state, quote=QUOTE):
    return replace(FINE, memory=replace(GOOD, quotes={quote_key(quote): state}))


def test_what_took_a_passage_and_what_stands_there_instead_is_named():
    lost = {quote_key(QUOTE): Lost(AT, "There was a policy.", 12)}
    (quote,) = judged(remembering(QuoteState.CHANGED), lost=lost).quotes
    assert (quote.nearest, quote.lost.change) == ("There was a policy.", 12)


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_answer_stands_on_top_in_one_sentence(pages):
    text = pages.get("/coverage").text
    assert "<strong>1 of 4 footnotes stands.</strong>" in text
    assert "One has to be looked at: 170." in text
    assert "Of 2 nothing can be said: 145 and 175." in text


def test_every_footnote_has_a_tile_with_its_state_in_words(pages):
    text = pages.get("/coverage").text
    for number, state in (
        (145, "Cannot be seen"),
        (148, "Stands"),
        (170, "Changed, please read"),
        (175, "Cannot be watched"),
    ):
        assert f'href="#footnote-{number}" title="{number}: {state}"' in text
        assert text.count(f'id="footnote-{number}"') == 1


def test_a_blocked_source_says_why_and_one_that_cannot_be_watched_too(pages):
    text = pages.get("/coverage").text
    assert "Why: its site does not want programs to look, or there is nothing to fetch." in text
    assert "Checked 2 times, so since" in text


def test_of_a_source_that_cannot_be_seen_the_passages_are_those_of_the_last_good_look(pages):
    assert "Quoted passages, as at the last good look:" in pages.get("/coverage").text


def test_a_change_called_routine_no_longer_calls_the_footnote_into_question(pages):
    told = [line.item for line in pages.store.timeline.page(OF_COC, pages.store.timeline.sources())]
    pages.store.reviews.put(told, ReviewState.ROUTINE, who="Anna", now=lived.NOW)
    assert "170: Changed" not in pages.get("/coverage").text


def test_a_lost_quote_leads_to_the_change_that_took_it(pages):
    past = lived.Past(pages.store, pages.app.clock)
    memory = Memory(looks=9, first_good=AT, told_since=AT, quotes={quote_key(lived.BAN): QuoteState.MISSING})
    past.look("coc-home", "No ban.", memory=memory)
    text = pages.get("/coverage").text
    assert "170: Passage not found" in text
    assert 'href="/changes/3">since the change of' in text
    assert {row["footnote"]: row["quote_state"] for row in rows(pages)}["170"] == "missing"


def test_when_everything_stands_the_answer_is_yes(pages):
    for source_id in ("coc-home", "senate-report", "oecd-api"):
        pages.app.citations.pop(source_id)
    assert "<strong>Yes: the one footnote stands.</strong>" in pages.get("/coverage").text


def test_footnotes_in_a_row_are_named_as_a_range(pages):
    words = pages.house.wording["en"].mail
    assert ranges([140, 141, 143, 144, 145, 170], words) == "140, 141, 143–145 and 170"


def test_a_source_that_left_the_list_says_so(pages):
    listed = pages.app.load_watch_list(pages.app.settings.home / "sources.yaml")
    pages.app.follow(replace(listed, sources=tuple(s for s in listed.sources if s.id != "wallonia")))
    text = pages.get("/coverage").text
    assert "Why: its source is no longer on the watch list." in text
    assert "No longer on the list" in pages.get("/sources").text


def test_a_document_in_doubt_says_that_the_look_is_repeated(pages):
    past = lived.Past(pages.store, pages.app.clock)
    doubt = Doubt("blocked", Reason("status", {"status": "403"}), lived.NOW, 1)
    memory = Memory(looks=9, first_good=AT, told_since=AT, doubt=doubt)
    past.look("wallonia", "?", outcome=Outcome.BAD, health=Health.DOUBT, good=False, memory=memory)
    assert (
        "the last look did not bring the document and is repeated (the server answers 403)"
        in pages.get("/coverage").text
    )


def test_passages_that_cannot_be_looked_for_are_counted_with_the_command_that_helps(pages):
    assert "monitor anchors" not in pages.get("/coverage").text
    translated = replace(
        CITED, source_id="wallonia", footnote=148, quotes=(replace(QUOTE, match=QuoteMatch.TRANSLATED),)
    )
    pages.app.citations["wallonia"] = (translated,)
    text = pages.get("/coverage").text
    assert "One quoted passage is a translation and cannot be looked for" in text
    assert '<code class="no-print">monitor anchors</code>' in text


def test_before_the_first_look_nothing_is_claimed(empty_pages):
    text = empty_pages.get("/coverage").text
    assert "Nothing can be said yet" in text
    assert "Why: its source is not on the watch list" in text


def test_without_citations_the_page_says_where_they_come_from(site):
    bare = site("lived")
    bare.app.citations.clear()
    assert "No citations are known" in bare.get("/coverage").text


def test_the_page_speaks_every_language(pages):
    for language in LANGUAGES:
        assert f'<html lang="{language}">' in pages.visitor(accept_language=language).get("/coverage").text


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_sources(pages, queries):
    assert queries(pages, "/coverage") <= 7


def test_hostile_words_of_pages_are_shown_and_do_nothing(hostile_pages):
    text = hostile_pages.get("/coverage").text
    assert "<script>alert(1)</script>" not in text


# --- the table ------------------------------------------------------------------------------------------------------


def rows(site):
    answer = site.get("/coverage.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_table_has_a_line_for_every_citation(pages):
    found = {row["footnote"]: row["state"] for row in rows(pages)}
    assert found == {"145": "unseen", "148": "stands", "170": "changed", "175": "unwatched"}


def test_no_cell_of_the_table_is_a_formula(hostile_pages):
    hostile_pages.app.citations["coc-home"] = (
        replace(CITED, source_id="coc-home", title='=HYPERLINK("https://evil.invalid")', claims=("+1", HOSTILE)),
    )
    assert all(value[:1] not in "=+-@\t\r" or not value for row in rows(hostile_pages) for value in row.values())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝"])
def test_what_begins_like_a_formula_is_text(start):
    assert cell(f"{start}1+1").startswith("'")


def test_other_cells_stay_as_they_are():
    assert [cell(value) for value in ("Policy", 12, "a=b", "")] == ["Policy", "12", "a=b", ""]


# --- in a browser ---------------------------------------------------------------------------------------------------


def test_a_tile_leads_to_its_footnote_with_the_keyboard(pages, serve, open_page):
    watched = open_page()
    watched.page.goto(serve(pages) + "/coverage")
    watched.page.locator(".tile").first.focus()
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("location.hash") == "#footnote-145"
    assert watched.errors == []


def test_on_paper_the_states_stay_words(pages, serve, open_page):
    watched = open_page()
    watched.page.goto(serve(pages) + "/coverage")
    watched.page.emulate_media(media="print")
    assert watched.page.locator(".verdict", has_text="Cannot be seen").first.is_visible()
    assert not watched.page.get_by_role("link", name="As a table (CSV)").is_visible()
