"""From elements to blocks: what is one line, of which kind, under which headings, with which links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import check_selector
from monitor.extract.html import scan
from monitor.model import BlockKind, Link, Place


def texts(found):
    return [block.text for block in found.blocks]


def test_inline_elements_join_and_white_space_collapses(read_html):
    found = read_html("<p>De <b>raad</b>\n  be<i>slist</i>&nbsp;<a href='/x'>vandaag</a> .</p>")
    assert texts(found) == ["De raad beslist vandaag ."]


def test_block_elements_and_line_breaks_split(read_html):
    found = read_html("<div>een<p>twee</p>drie<br>vier<hr>vijf<section>zes</section></div>")
    assert texts(found) == ["een", "twee", "drie", "vier", "vijf", "zes"]


def test_invisible_marks_stay_and_controls_go(read_html):
    found = read_html("<p>mag\u200b \u202eniet\u202c\x1b[31m meer&#7;</p>")
    assert texts(found) == ["mag\u200b \u202eniet\u202c[31m meer"]


def test_headings_make_a_path(read_html):
    found = read_html(
        "<main><h1>Plan</h1><p>a</p><h2>Doelen</h2><p>b</p><h3>2030</h3><p>c</p><h2>Middelen</h2><p>d</p></main>"
    )
    paths = {block.text: block.headings for block in found.blocks if block.kind is not BlockKind.HEADING}
    assert paths == {
        "a": ("Plan",),
        "b": ("Plan", "Doelen"),
        "c": ("Plan", "Doelen", "2030"),
        "d": ("Plan", "Middelen"),
    }


def test_a_heading_with_a_break_or_a_button_is_one_heading(read_html):
    found = read_html("<h2>Wat verandert<br>er?</h2><p>x</p><h3><button><div>Wie</div></button></h3><p>y</p>")
    assert [(b.text, b.level) for b in found.blocks if b.kind is BlockKind.HEADING] == [
        ("Wat verandert er?", 2),
        ("Wie", 3),
    ]


def test_a_role_can_make_a_heading(read_html):
    found = read_html('<div role="heading" aria-level="3">Titel</div><div role="heading" aria-level="wide">Ander</div>')
    assert [(b.kind, b.level) for b in found.blocks] == [(BlockKind.HEADING, 3), (BlockKind.HEADING, 6)]


def test_list_items_stay_whole_and_nested_lists_are_items_of_their_own(read_html):
    found = read_html(
        "<ul><li>eerste<p>met uitleg</p><ul><li>a</li><li>b<br>c</li></ul>en slot</li><li>tweede</li></ul>"
    )
    assert texts(found) == ["eerste met uitleg", "a", "b c", "en slot", "tweede"]
    assert {block.kind for block in found.blocks} == {BlockKind.ITEM}


def test_a_list_item_with_a_heading_is_a_container(read_html):
    found = read_html("<ul><li><h3>Kaart</h3><p>een</p><p>twee</p></li></ul>")
    assert [(b.kind, b.text) for b in found.blocks] == [
        (BlockKind.HEADING, "Kaart"), (BlockKind.PARAGRAPH, "een"), (BlockKind.PARAGRAPH, "twee"),
    ]  # fmt: skip


def test_a_table_row_is_one_block(read_html):
    found = read_html(
        "<table><tr><th>Doel<th>Bewaartermijn</tr>"
        "<tr><td>Klachten<td><ul><li>vijf jaar<li>langer bij beroep</ul></tr></table>"
    )
    assert [(b.kind, b.text) for b in found.blocks] == [
        (BlockKind.ROW, "Doel | Bewaartermijn"), (BlockKind.ROW, "Klachten | vijf jaar langer bij beroep"),
    ]  # fmt: skip


def test_a_layout_table_is_no_row(read_html):
    nested = read_html(
        "<table><tr><td><h2>Menu</h2><p>links</p></td><td><p>Tekst een</p><p>Tekst twee</p></td></tr></table>"
    )
    assert texts(nested) == ["Menu", "links", "Tekst een", "Tekst twee"]
    long = read_html("<table><tr><td>links</td><td>" + "<p>alinea</p>" * 9 + "</td></tr></table>")
    assert len(long.blocks) == 10


def test_preformatted_lines_stay_lines(read_html):
    assert texts(read_html("<pre>Art. 1\n  Art. 2\n\nArt. 3</pre>")) == ["Art. 1", "Art. 2", "Art. 3"]


def test_a_line_of_links_only_is_a_link_line(read_html):
    found = read_html('<p><a href="/a">Advies</a> | <a href="/b">Nota</a></p><p>Zie <a href="/a">advies</a></p>')
    assert [b.kind for b in found.blocks] == [BlockKind.LINK, BlockKind.PARAGRAPH]


def test_links_without_a_blank_between_them_do_not_stick_together(read_html):
    assert texts(read_html('<div><a href="/a">Nieuws</a><a href="/b">Contact</a></div>')) == ["Nieuws Contact"]


def test_links_become_absolute_without_fragment(read_html):
    found = read_html(
        '<p>x <a href="../docs/a.pdf#page=3">a</a> <a href="//cdn.example.be/b">b</a> <a href="/c?d=1">c</a>'
        ' <a href="HTTPS://example.org/%C3%A9">d</a></p>',
        url="https://site.example.be/nl/ai/",
    )
    assert [link.url for link in found.blocks[0].links] == [
        "https://site.example.be/nl/docs/a.pdf",
        "https://cdn.example.be/b",
        "https://site.example.be/c?d=1",
        "HTTPS://example.org/%C3%A9".replace("HTTPS", "https"),
    ]


def test_the_base_element_counts(read_html):
    found = read_html('<base href="https://andere.example.be/map/"><p>x <a href="y">y</a></p>')
    assert found.blocks[0].links == (Link("y", "https://andere.example.be/map/y"),)


@pytest.mark.parametrize(
    "href", ["#boven", "javascript:alert(1)", "mailto:a@example.be", "data:text/html,x", "http://[::1", "", "tel:02"]
)
def test_what_is_no_other_page_is_no_link(read_html, href):
    assert read_html(f'<p>x <a href="{href}">y</a></p>').blocks[0].links == ()


def test_a_link_around_blocks_belongs_to_each_of_its_lines(read_html):
    found = read_html('<main><p>Inleiding van de pagina</p><a href="/n"><h3>Titel</h3><div>Datum</div></a></main>')
    assert [link.text for block in found.blocks for link in block.links] == ["Titel", "Datum"]


def test_scripts_styles_and_pictures_say_nothing(read_html):
    found = read_html(
        "<script>var a='niet'</script><style>p{}</style><template><p>niet</p></template><svg><title>niet</title></svg>"
        "<iframe>niet</iframe><!-- niet --><p>wel</p><noscript></noscript>"
    )
    assert (texts(found), found.margin) == (["wel"], ())


def test_the_head_is_read(read_html):
    found = read_html(
        '<html lang="nl-BE"><head><title> Advies \n 12 </title><meta name="ROBOTS" content="NoIndex, follow">'
        '<link rel="canonical" href="/nl/advies-12"></head><body><p>tekst</p><input type="password"></body></html>'
    )
    assert (found.title, found.declared_language, found.noindex) == ("Advies 12", "nl", True)
    assert (found.canonical, found.password_form) == ("https://beleid.example.be/nl/advies-12", True)


def test_a_page_that_says_nothing_of_itself_has_no_claims(read_html):
    found = read_html('<html lang="x-none"><meta name="robots" content="index,follow"><p>tekst</p>')
    assert (found.title, found.declared_language, found.noindex) == ("", "", False)
    assert (found.canonical, found.password_form) == ("", False)


def test_a_page_without_any_text_is_empty(read_html):
    with pytest.raises(ExtractError) as caught:
        read_html("<html><head><title>App</title></head><body><div id=root></div><script src=app.js></script></body>")
    assert caught.value.kind is ExtractKind.EMPTY


def test_a_shell_keeps_what_little_it_says(read_html):
    found = read_html("<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>")
    assert texts(found) == ["You need to enable JavaScript to run this app."]


def test_a_frameset_has_no_text_of_its_own(read_html):
    with pytest.raises(ExtractError):
        read_html("<html><frameset cols='20%,80%'><frame src=a><frame src=b></frameset></html>")


def test_with_a_selector_only_matching_parts_are_text(read_html):
    page = "<nav>Menu</nav><div id=Story><nav>binnen</nav><p>Wetsvoorstel</p></div><p>Buiten</p>"
    found = read_html(page, selector="div#Story")
    assert texts(found) == ["binnen", "Wetsvoorstel"]
    assert [block.text for block in found.margin] == ["Menu", "Buiten"]


def test_a_selector_that_matches_nothing_is_said_to_match_nothing(read_html):
    with pytest.raises(ExtractError) as caught:
        read_html("<p>tekst</p>", selector="#weg")
    assert caught.value.kind is ExtractKind.EMPTY
    assert "#weg" in caught.value.detail


@pytest.mark.parametrize("selector", ["div#Story", "main > p:nth-child(2)", "article:has(h2)", "[data-block='a b']"])
def test_good_selectors_pass(selector):
    assert check_selector(selector) is None


@pytest.mark.parametrize("selector", ["", "  ", "][", "//p", "p,", "div >", "p::before", ".5"])
def test_bad_selectors_are_explained(selector):
    assert "selector" in (check_selector(selector) or "")


def test_places_are_told(read_html):
    page = (
        "<main>" + "<p>Tekst van het beleid die lang genoeg is.</p>" * 9 + "</main><footer>Voet</footer><nav>Kies</nav>"
    )
    found = read_html(page)
    assert {block.place for block in found.blocks} == {Place.MAIN}
    assert [(b.text, b.place) for b in found.margin] == [("Voet", Place.FOOTER), ("Kies", Place.NAV)]


PIECES = [
    "<p>", "</p>", "<div>", "</div>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<h2>", "</h2>",
    "<nav>", "</nav>", "<main>", "</main>", "<a href=/x>", "</a>", "<form>", "</form>", "<br>", "<pre>", "</pre>",
    "<b>",
    "</b>", "<select>", "<option>", "<svg>", "<math>", "<template>", "<noscript>",
    "woord", "&amp;", "&#0;", "<!-- -->",
    "\x00", "<title>", "<base href=http://[>", "\u202e", "<span hidden>", "</span>", "<dialog>", "<label>", "\n", " ",
]  # fmt: skip
MARKUP = st.lists(st.sampled_from(PIECES), max_size=60)


@given(MARKUP)
def test_any_markup_gives_clean_blocks_and_loses_no_line(pieces):
    head, page = scan("".join(pieces), url="https://example.be/")
    assert head.title == " ".join(head.title.split())
    for line in page.lines:
        assert line.text
        assert line.text == " ".join(line.text.split())
        assert "\0" not in line.text
        assert 0 <= line.region < len(page.regions)


@given(st.lists(st.sampled_from(["Raad", "beslist", "<b>", "</b>", "<i>", "</i>", " ", "\n"]), max_size=30))
def test_inline_markup_never_changes_the_words(pieces):
    _, page = scan("<p>" + "".join(pieces), url="https://example.be/")
    words = " ".join("".join(piece for piece in pieces if piece[0] != "<").split())
    assert [line.text for line in page.lines] == ([words] if words else [])


# --- terms and tables of other elements -------------------------------------------------------------------------


def test_what_is_said_of_a_term_stands_in_its_line(read_html):
    terms = "<dl><dt>Reference</dt><dd>2026/114</dd><div><dt>Closing date</dt><dd>1 March 2027</dd></div></dl>"
    assert [b.text for b in read_html(f"<main>{terms}</main>").blocks] == [
        "Reference | 2026/114",
        "Closing date | 1 March 2027",
    ]


def test_a_long_definition_or_a_second_one_stands_for_itself(read_html):
    long = " ".join(["a word of the definition"] * 8)
    found = read_html(f"<main><dl><dt>System</dt><dd>{long}</dd><dt>Body</dt><dd>One</dd><dd>Two</dd></dl></main>")
    assert [b.text for b in found.blocks] == ["System", long, "Body | One", "Two"]


def test_a_table_of_blocks_has_rows(read_html):
    rows = "".join(f"<div role=row><div role=cell>{a}</div><div role=cell>{b}</div></div>" for a, b in ("a1", "b2"))
    assert [b.text for b in read_html(f"<main><div role=table>{rows}</div></main>").blocks] == ["a | 1", "b | 2"]


def test_letters_escaped_twice_are_letters_and_markup_stays_text(read_html):
    found = read_html("<main><p>donn&amp;eacute;es l&amp;rsquo;&amp;#224; 3 &amp;lt; 4</p></main>")
    assert [b.text for b in found.blocks] == ["données l’à 3 &lt; 4"]
