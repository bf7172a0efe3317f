"""Pages made to hurt: nesting, attributes, bombs (faults 43, 44)."""

import pytest

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import cost
from monitor.extract.limits import Limits
from monitor.extract.page import PageExtractor

NESTED = "<div>" * 100_000 + "diep"
ATTRIBUTES = "<div " + " ".join(f"a{n}=1" for n in range(1_000_000)) + ">tekst</div>"


def formatting(count):
    return "<p>" + "".join(f"<b id={n}>" for n in range(count)) + "<p>x" * count


@pytest.mark.worst
@pytest.mark.parametrize("page", [NESTED, ATTRIBUTES], ids=["100,000 nested divs", "a million attributes"])
def test_what_would_take_for_ever_is_stopped_in_a_child(make_source, page):
    extractor = PageExtractor(Limits(cpu=1, wall=30.0))
    with pytest.raises(ExtractError) as caught:
        extractor.read(page.encode(), content_type="text/html", url="https://example.be/", source=make_source())
    assert caught.value.kind is ExtractKind.TOO_COSTLY


@pytest.mark.worst
@pytest.mark.parametrize("page", [NESTED, ATTRIBUTES], ids=["100,000 nested divs", "a million attributes"])
def test_under_the_limits_that_are_shipped_it_is_too_costly_and_says_so(read_html, page):
    """Unlimited, both are read in the end: after nine seconds and after twenty minutes."""
    with pytest.raises(ExtractError) as caught:
        read_html(page)
    assert caught.value.kind is ExtractKind.TOO_COSTLY
    assert "more time or memory than one document is given" in caught.value.detail


@pytest.mark.slow
def test_a_page_that_grows_in_memory_is_stopped_in_a_child(make_source):
    extractor = PageExtractor(Limits(cpu=10, wall=30.0, memory=256_000_000))
    with pytest.raises(ExtractError) as caught:
        extractor.read(
            formatting(3000).encode(), content_type="text/html", url="https://example.be/", source=make_source()
        )
    assert caught.value.kind is ExtractKind.TOO_COSTLY


@pytest.mark.parametrize(
    "page",
    [
        "<ul><li>a" * 3_000,
        "<table><tr><td>a" * 3_000,
        "<nav>a" * 8_000,
        "<span hidden>a" * 8_000,
        "<i>" * 11_000 + "x",
        "<li>" + "a<br>" * 8_000,
        "<a href=x><h2><td>x" * 3_000,
        "</p></div>" * 5_000 + "x",
        "<p " + " ".join(f"a{n}=1" for n in range(5_000)) + ">x",
    ],
    ids=lambda page: page[:20],
)
@pytest.mark.slow
def test_deep_and_broken_markup_is_walked_without_recursion(read_html, page):
    found = read_html(page)
    assert found.blocks or found.margin


def test_a_heavy_page_reads_the_same_in_a_child(read_html, make_source):
    page = (
        "<title>Groot</title><main>"
        + "".join(f"<p>Alinea <a href='/{n}'>nummer {n}</a> über é.</p>" for n in range(4_500))
        + "</main>"
    )
    assert cost.is_heavy(page)
    found = read_html(page)
    assert len(found.blocks) == 4_500
    assert found.blocks[7].text == "Alinea nummer 7 über é."
    assert found.blocks[7].links[0].url == "https://beleid.example.be/7"
    assert (found.title, found.charset) == ("Groot", "utf-8")
    assert found.fingerprint == PageExtractor().fingerprint(make_source())


def test_a_heavy_page_whose_selector_matches_nothing_says_so(read_html):
    with pytest.raises(ExtractError) as caught:
        read_html("<p>x</p>" * 7_000, selector="#weg")
    assert caught.value.kind is ExtractKind.EMPTY
    assert "#weg" in caught.value.detail


@pytest.mark.parametrize(
    "page",
    [
        NESTED,
        ATTRIBUTES[:400_000],
        "<div " + " ".join(f'a{n}=">"' for n in range(20_000)) + ">",
        '<!-- <a b=" --><div ' + " ".join(f"a{n}=1" for n in range(20_000)) + '> "',
        '<div =a=">" ' + " ".join(f'a{n}"=">"' for n in range(20_000)) + ">",
        formatting(700),
        "x" * 2_000_001,
    ],
    ids=lambda page: page[:24],
)
def test_what_could_be_a_bomb_is_known_before_it_is_parsed(page):
    assert cost.is_heavy(page)


@pytest.mark.parametrize(
    "page",
    [
        "<p class='a b c' style=x>woorden</p>" * 2_000,
        "<p><strong>vet</strong> en <em>schuin</em></p>" * 1_500,
        "<p><i class='icon'></i> <font color=red>rood</font></p>" * 1_500,
        "<img src='data:image/png;base64," + "A" * 30_000 + "'>",
        "<script>" + "if (k<n && c>d) { x = '\"' }" * 5_000 + "</script>",
    ],
    ids=lambda page: page[:24],
)
def test_ordinary_pages_are_not_taken_for_bombs(page):
    assert not cost.is_heavy(page)


def test_a_page_beyond_all_measure_is_refused_unread(make_source, read_html):
    with pytest.raises(ExtractError) as caught:
        read_html("<p>x" * 400_001)
    assert caught.value.kind is ExtractKind.TOO_COSTLY
    with pytest.raises(ExtractError) as caught:
        read_html("<p>" + "x" * 20_000_001)
    assert caught.value.kind is ExtractKind.TOO_COSTLY
    assert cost.is_refused("é" * 20_000_001)
    assert not cost.is_refused("<p>x")


@pytest.mark.worst
def test_more_nodes_than_any_law_has_are_too_costly(read_html):
    """Not more tags than a page may have, nor more characters: only what the walk counts."""
    page = "<p>x" * 210_000
    assert not cost.is_refused(page)
    with pytest.raises(ExtractError) as caught:
        read_html(page)
    assert caught.value.kind is ExtractKind.TOO_COSTLY
    assert caught.value.detail == "more than 400,000 nodes in the page"


def test_entities_in_a_page_reach_for_nothing(read_html):
    found = read_html('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>voor &x; na</p>')
    assert "root:" not in found.text
    assert "&x;" in found.text
