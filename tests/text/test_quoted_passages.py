"""Quoted passages, however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Block, Quote, QuoteMatch, QuoteState
from monitor.text.quotes import look_for, quote_key, similar, title_overlap

COC = (
    "the oversight body which looks at how the police use information (Controleorgaan op politionele infomatie, COC)"
    " was reformed to function as an independent data protection body."
)


def quote(text, match=QuoteMatch.EXACT, **more):
    return Quote("source", 159, text, match, **more)


@pytest.mark.parametrize(
    ("quoted", "page"),
    [
        ("values are protected.", "So that their Values are  Protected and kept."),
        ("the digital “smart society", 'risks of the digital "smart society" here'),
        ("the coalition’s recommendations", "some of the coalition's recommendations."),
        ("awareness-raising and training initiatives", "Awareness raising and training initiatives."),
        ("support start-ups engaged in AI", "to support startups engaged in AI"),
        ("human-centric AI goes hand in hand", "human–centric AI goes hand-in-hand"),
        ("an independent body", "an inde\u00adpendent body"),
        ("an independent body", "an inde- pendent body"),
        ("prudence, vigilance (3), loyalty (4), reliability", "prudence, vigilance, loyalty, reliability"),
        ("prudence, vigilance, loyalty, reliability", "prudence, vigilance [3], loyalty⁴, reliability"),
        ("vigilance, loyalty, reliability", "vigilance3, loyalty4, reliability"),
        ("reliability. Humanity counts", "reliability.12 Humanity counts"),
        ("finance and efficiency", "\ufb01nance and e\ufb03ciency"),
        ("76% of all", "in all, 76 % of all"),
        ("l’égalité des droits", "L'e\u0301galite\u0301 des droits"),
    ],
)
def test_typing_makes_no_difference(quoted, page, paragraphs):
    assert look_for(quote(quoted), paragraphs(page)).state is QuoteState.FOUND


@pytest.mark.parametrize(
    ("quoted", "page"),
    [("76%", "In 1976% of"), ("art of AI", "the start of AI"), ("AI polic", "AI policy"), ("5 million", "15 million")],
)
def test_a_passage_begins_and_ends_with_whole_words(quoted, page, paragraphs):
    assert look_for(quote(quoted), paragraphs(page)).state is not QuoteState.FOUND


def test_a_passage_may_run_over_blocks_and_has_the_page_of_its_beginning(paragraphs):
    head, tail = COC[:70], COC[70:]
    found = look_for(quote(COC), paragraphs("Introduction of the report.", f"In 2019 {head}", f"{tail} More."))
    assert (found.state, found.page) == (QuoteState.FOUND, 2)


def test_a_page_number_inside_a_passage_is_passed_over(paragraphs):
    head, tail = COC[:70], COC[70:]
    found = look_for(quote(COC), paragraphs(f"In 2019 {head}", "17 / 42", f"{tail} More."))
    assert (found.state, found.page) == (QuoteState.FOUND, 1)


def test_a_reworded_passage_is_shown_as_it_stands_in_whole_sentences(paragraphs):
    stands = (
        "The oversight body which looks at how police forces use information (Controleorgaan op de politionele "
        "informatie, COC) was reformed to work as an independent data protection body."
    )
    page = paragraphs("Other things are said here.", f"It came on 3. May 2019 late. {stands} Then it ended.")
    found = look_for(quote(COC), page)
    assert (found.state, found.nearest, found.page) == (QuoteState.CHANGED, stands, 2)


def test_a_negated_passage_is_changed_not_found(paragraphs):
    text = "The police may use facial recognition at the airport of Zaventem."
    found = look_for(quote(text), paragraphs(text.replace("may", "may not")))
    assert found.state is QuoteState.CHANGED


def test_a_reworded_passage_over_two_blocks_is_shown_with_both(paragraphs):
    changed = COC.replace("looks at", "studies")
    found = look_for(quote(COC), paragraphs(changed[:72], changed[72:]))
    assert found.state is QuoteState.CHANGED
    assert found.nearest == f"{changed[:72].strip()} {changed[72:].strip()}"


def test_a_passage_without_likeness_is_missing(paragraphs):
    page = paragraphs("The police has an oversight body.", "Something else entirely is written here about data.")
    assert look_for(quote(COC), page).state is QuoteState.MISSING


def test_nothing_is_found_in_an_empty_text():
    assert look_for(quote(COC), ()).state is QuoteState.MISSING


def test_a_passage_of_signs_only_is_missing(paragraphs):
    assert look_for(quote("“…”"), paragraphs("“…”")).state is QuoteState.MISSING


def test_a_fuzzy_passage_may_differ_a_little(paragraphs):
    page = paragraphs(COC.replace("reformed to function", "reformed and functions"))
    assert look_for(quote(COC), page).state is QuoteState.CHANGED
    assert look_for(quote(COC, QuoteMatch.FUZZY), page).state is QuoteState.FOUND


def test_a_fuzzy_passage_with_another_number_is_changed(paragraphs):
    text = "The plan gives five universities a budget of 32 million euros in the coming years."
    page = paragraphs(text.replace("32", "33"))
    assert look_for(quote(text, QuoteMatch.FUZZY), page).state is QuoteState.CHANGED


def test_a_translated_passage_needs_an_anchor(paragraphs):
    page = paragraphs("Un agenda robonumérique inclusif et durable.")
    english = "inclusive and sustainable robo-digital agenda."
    anchored = quote(english, QuoteMatch.TRANSLATED, anchor="agenda robonumérique inclusif et durable")
    lost = quote(english, QuoteMatch.TRANSLATED, anchor="tout autre chose que cela")
    assert look_for(quote(english, QuoteMatch.TRANSLATED), page).state is QuoteState.NO_ANCHOR
    assert look_for(anchored, page).state is QuoteState.FOUND
    assert look_for(lost, page).state is QuoteState.MISSING


def test_a_passage_known_to_be_elsewhere_is_not_looked_for(paragraphs):
    assert look_for(quote(COC, QuoteMatch.ELSEWHERE), paragraphs(COC)).state is QuoteState.ELSEWHERE


def test_the_sentence_of_a_huge_paragraph_is_cut_near_the_passage(paragraphs):
    endless = "and so on " * 5_000
    found = look_for(quote(COC), paragraphs(f"{endless} {COC.replace('looks at', 'studies').rstrip('.')} {endless}"))
    assert found.state is QuoteState.CHANGED
    assert len(found.nearest) < 2_000


@pytest.mark.worst
def test_a_word_repeated_for_a_megabyte_is_searched_to_the_end(paragraphs):
    assert look_for(quote("a b c d"), paragraphs("a " * 300_000 + "aa")).state is QuoteState.MISSING


@given(st.text(max_size=40), st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_what_stands_there_as_words_is_found(before, after, text):
    found = look_for(quote(text), [Block(f"{before} \n {text} \n {after}")])
    assert found.state is QuoteState.FOUND or not any(c.isalnum() or c in "_%€$£§" for c in text) or _footnote(text)


def _footnote(text):
    """Digits may be taken for a footnote's number, by themselves or glued to what stands before them."""
    return any(c.isdigit() or c.isnumeric() for c in text) or not text.isascii()


def test_the_key_names_the_footnote_and_not_the_typing():
    one, other = quote("The coalition’s recommendations."), quote("the coalition's  recommendations")
    assert quote_key(one) == quote_key(other)
    assert quote_key(one).startswith("159:")
    assert quote_key(one) != quote_key(quote("the coalition's recommendation"))


def test_likeness_of_texts_is_the_share_of_common_shingles(paragraphs):
    text = paragraphs("one two three four five six seven eight")
    assert similar(text, text) == 1.0
    assert similar(text, paragraphs("nine ten eleven twelve thirteen fourteen fifteen")) == 0.0
    assert similar(text, paragraphs("one two three four five six seven nine")) == pytest.approx(5 / 6)


def test_short_texts_are_compared_by_words(paragraphs):
    assert similar(paragraphs("AI strategy"), paragraphs("strategy for AI")) == pytest.approx(0.8)


def test_two_empty_texts_are_alike():
    assert similar((), ()) == 1.0


def test_likeness_is_bounded_in_size(paragraphs):
    long = paragraphs("word " * 100_000, "another tail")
    assert similar(long, long) == 1.0


@pytest.mark.parametrize(
    ("title", "text", "share"),
    [
        ("AI4Belgium Strategy", "The AI4Belgium strategy of 2019", 1.0),
        ("Belgium AI Strategy Report", "Welcome to Belgium", 1 / 3),
        ("Get it", "get more of it", 1.0),
        ("", "anything", 0.0),
    ],
)
def test_title_words_found_in_a_text(title, text, share):
    assert title_overlap(title, text) == pytest.approx(share)
