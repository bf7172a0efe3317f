"""The report's footnotes, as the program knows them."""

import os

import pytest

from monitor import config, resources
from monitor.config.citations import parse_report
from monitor.errors import ConfigError
from monitor.model import QuoteMatch

TWICE = {142: 167, 143: 154, 144: 146, 147: 173, 159: 169}
"""Footnotes that cite the same source."""


@pytest.fixture(scope="module")
def citations():
    return config.load_citations()


def of(citations, footnote):
    return next(citation for citation in citations if citation.footnote == footnote)


def test_there_is_one_citation_for_each_footnote_and_two_for_174(citations):
    assert [citation.footnote for citation in citations] == [*range(140, 175), 174, 175]


def test_citations_and_watch_list_agree(citations):
    shipped = config.load(resources.bundled("sources.yaml"))

    cited = {(number, source.id) for source in shipped.sources for number in source.footnotes}

    assert {(citation.footnote, citation.source_id) for citation in citations} == cited


@pytest.mark.parametrize(("first", "second"), TWICE.items())
def test_five_sources_are_cited_twice(citations, first, second):
    assert of(citations, first).source_id == of(citations, second).source_id


def test_every_citation_has_title_author_section_and_claim(citations):
    for citation in citations:
        assert citation.title, citation.footnote
        assert citation.author, citation.footnote
        assert citation.section, citation.footnote
        assert citation.claims, citation.footnote


def test_every_claim_is_a_whole_sentence(citations):
    assert not [claim for citation in citations for claim in citation.claims if claim.endswith((":", ";", " the"))]


def test_printed_addresses_keep_their_slips_and_lose_their_line_breaks(citations):
    assert of(citations, 140).url_printed.endswith("+the+same+coin.pdf)")
    assert of(citations, 173).url_printed == "http://www.lachambre.be/doc/flwb/pdf/54/ 2643/54k2643001.pdf,"
    assert of(citations, 152).url_printed.endswith("/digitalwallonia4-ai#contacts")
    assert of(citations, 171).url_printed == ""


def test_the_wrong_document_of_footnote_173_is_never_asked_for_its_quotes():
    found = {quote.match for quote in config.quotes_of("chamber-doc54-2643") if quote.footnote == 173}

    assert found == {QuoteMatch.ELSEWHERE}
    assert "54 3203/001" in of(config.load_citations(), 173).note


def test_a_quote_in_english_of_a_french_document_is_marked_as_translated():
    assert {quote.match for quote in config.quotes_of("senate-smart-society-report-2019")} == {QuoteMatch.TRANSLATED}


def test_the_senates_words_are_looked_for_where_they_stand_in_english():
    found = [quote for quote in config.quotes_of("loc-ai-europe-belgium") if quote.footnote == 145]

    assert len(found) == 2
    assert {quote.match for quote in found} == {QuoteMatch.EXACT}


def test_the_police_bodys_sentence_is_looked_for_loosely_at_algorithmwatch():
    found = config.quotes_of("algorithmwatch-automating-society-2020-belgium")

    assert [(quote.footnote, quote.match) for quote in found] == [(159, QuoteMatch.EXACT), (170, QuoteMatch.FUZZY)]


def test_list_entries_are_phrases():
    found = config.quotes_of("ai4belgium-strategy-2019")

    assert len(found) == 8
    assert all(quote.phrase for quote in found)


def test_bare_figures_are_not_looked_for(citations):
    texts = [quote.text for citation in citations for quote in citation.quotes]

    assert len(texts) == 40
    assert not [text for text in texts if text.strip("%0123456789") == ""]


def test_a_home_may_lay_its_own_citations_beside(tmp_path):
    place = tmp_path / "data"
    place.mkdir()
    (place / "citations.yaml").write_text(
        "citations:\n- {footnote: 1, source: ours, title: T, section: S, quotes: [{text: words, anchor: woorden}]}\n"
    )

    (citation,) = config.load_citations(tmp_path)

    assert (citation.footnote, citation.source_id, citation.quotes[0].anchor) == (1, "ours", "woorden")
    assert config.quotes_of("ours", tmp_path) == citation.quotes
    assert config.quotes_of("coc-home", tmp_path) == ()


def test_a_changed_file_is_read_again(tmp_path):
    place = tmp_path / "data"
    place.mkdir()
    path = place / "citations.yaml"
    path.write_text("citations:\n- {footnote: 1, source: a, title: one, section: S}\n")
    assert config.load_citations(tmp_path)[0].title == "one"

    path.write_text("citations:\n- {footnote: 1, source: a, title: two, section: S}\n")
    os.utime(path, ns=(1, 1))

    assert config.load_citations(tmp_path)[0].title == "two"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- {source: a, title: T, section: S}", "citations.yaml:2: footnote is missing"),
        (
            "- {footnote: x, source: a, title: T, section: S}",
            "citations.yaml:2: footnote must be a number from 1 to 9999",
        ),
        ("- {footnote: true, source: a, title: T, section: S}", "citations.yaml:2: footnote must be a number from 1"),
        ("- {footnote: 1, title: T, section: S}", "citations.yaml:2: source is missing"),
        ("- {footnote: 1, source: a, section: S}", "citations.yaml:2: title is missing"),
        ("- {footnote: 1, source: a, title: T, section: S, quote: []}", 'did you mean "quotes"?'),
        (
            "- {footnote: 1, source: a, title: T, section: S, quotes: [{match: exact}]}",
            "citations.yaml:2: text is missing",
        ),
        (
            "- {footnote: 1, source: a, title: T, section: S, quotes: [{text: T, match: excat}]}",
            'match: "excat" is unknown (did you mean "exact"?)',
        ),
    ],
)
def test_a_mistake_in_the_citations_is_named_with_its_line(line, complaint):
    with pytest.raises(ConfigError) as caught:
        parse_report(f"citations:\n{line}\n".encode(), "citations.yaml", headless=True)

    assert complaint in str(caught.value)


def test_a_footnote_may_not_cite_a_source_twice():
    entry = "- {footnote: 1, source: a, title: T, section: S}\n"

    with pytest.raises(ConfigError) as caught:
        parse_report(f"citations:\n{entry}{entry}".encode(), "citations.yaml", headless=True)

    assert str(caught.value) == "citations.yaml:3: footnote 1 cites this source twice (first on line 2)"
