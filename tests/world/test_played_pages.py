"""The markup of the played pages."""

from datetime import UTC, datetime

import pytest

from monitor.demo.markup import Site, article, page
from monitor.demo.script import Visit

SITE = Site(
    "Town", related=("One", "Two", "Three"), cookies="Cookies?", cookies_every=2, footer=("{clock}", "{visits}")
)


def visit(count):
    return Visit("town.example", "/", datetime(2026, 3, 2, 5, 0, tzinfo=UTC), count)


def html(site, count=1, text="# Title\n\nWords.", **furniture):
    body = page(site, text, **furniture)
    return (body if isinstance(body, bytes) else body(visit(count))).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One\n\n## Two", "<h1>One</h1>\n<h2>Two</h2>"),
        ("one line\nand another", "<p>one line and another</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("| a | b\n| c | d", "<table>\n<tr><td>a</td><td>b</td></tr>\n<tr><td>c</td><td>d</td></tr>\n</table>"),
        ('<p class="x">as it is</p>', '<p class="x">as it is</p>'),
        ("-5 degrees < 3 & more", "<p>-5 degrees &lt; 3 &amp; more</p>"),
        ("see [there](https://a.example/)", '<p>see <a href="https://a.example/">there</a></p>'),
        ("# Head\ntext at once", "<h1>Head</h1>\n<p>text at once</p>"),
    ],
)
def test_markup_becomes_html(text, expected):
    assert article(text) == expected


def test_a_listing_entry_has_a_link_a_date_and_a_summary():
    made = article("* 6 March 2026 | An opinion | https://a.example/1 | What it says.")
    assert '<h3><a href="https://a.example/1">An opinion</a></h3>' in made
    assert '<p class="date">6 March 2026</p><p>What it says.</p>' in made


def test_the_first_line_is_the_title():
    assert "<title>Title | Town</title>" in html(SITE)


def test_clock_counter_and_teasers_change_at_each_visit():
    first, second = html(SITE, 1), html(SITE, 2)
    assert "48212" in first
    assert "48213" in second
    assert "02/03/2026 05:00:00.001" in first
    assert (">One<" in first, ">One<" in second) == (False, True)


def test_the_cookie_banner_comes_and_goes():
    assert ["cookie-banner" in html(SITE, count) for count in (1, 2, 3, 4)] == [False, True, False, True]


def test_a_token_is_new_at_each_visit():
    assert html(SITE, 1, "# T\n\n%TOKEN%") != html(SITE, 2, "# T\n\n%TOKEN%")
    assert "%TOKEN%" not in html(SITE, 1, "# T\n\n%TOKEN%")


def test_every_second_visitor_sees_the_other_variant():
    seen = ["B side" in html(SITE, count, "# T\n\nA side", other="# T\n\nB side") for count in (1, 2, 3)]
    assert seen == [False, True, False]


def test_a_static_site_sends_the_same_bytes_to_everybody():
    assert isinstance(page(Site("Still", still=True), "# T"), bytes)


def test_notices_stand_above_the_text_or_beside_it():
    made = html(SITE, notice="withdrawn & gone", side="replaced")
    assert made.index("withdrawn &amp; gone") < made.index("<main") < made.index("<p>replaced</p>")


def test_a_canonical_address_is_declared():
    assert '<link rel="canonical" href="https://a.example/">' in html(SITE, canonical="https://a.example/")


def test_an_old_page_is_written_in_its_old_encoding():
    body = page(Site("Vieux", charset="iso-8859-1"), "# Été\n\nl’œuvre à 1 €")
    assert not isinstance(body, bytes)
    assert b"l\x92\x9cuvre \xe0 1 \x80" in body(visit(1))
    assert b'charset="iso-8859-1"' in body(visit(1))
