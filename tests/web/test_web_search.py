"""Search through time: passages, words of changes, first and last seen, kept searches as feeds."""

import xml.etree.ElementTree as ET

import lived
import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.search import Trace
from monitor.text.asked import asked
from monitor.web.snippets import AROUND, snippet
from monitor.web.views.search import again, query, span
from monitor.web.wording import LANGUAGES

ATOM = "{http://www.w3.org/2005/Atom}"


def test_without_a_question_there_is_only_the_form(pages):
    text = pages.get("/search").text
    assert 'role="search"' in text
    assert "Nothing was found" not in text
    assert "Keep this search" not in text


def test_a_passage_is_found_with_its_dates_and_its_words_marked(pages):
    text = pages.get("/search?q=years").text
    assert "<mark>years</mark>" in text
    assert "first seen" in text
    assert "stands there" in text
    assert 'href="/kept/' in text


def test_what_is_gone_is_found_with_the_day_it_was_last_seen(pages):
    text = pages.get('/search?q="2+years"&there=gone').text
    assert "<mark>2 years</mark>" in text
    assert "last seen" in text
    assert "<mark>" not in pages.get('/search?q="2+years"&there=now').text


def test_each_source_is_named_with_first_and_last_sight(pages):
    text = pages.get("/search?q=body").text
    assert '<th scope="row"><a href="/search?q=body&amp;source=coc-home">' in text


def test_a_search_can_be_narrowed_to_a_source(pages):
    text = pages.get("/search?q=framework&source=wallonia").text
    assert 'href="/sources/wallonia"' in text
    assert 'class="found"' in text
    assert 'href="/sources/coc-home"' not in text


def test_words_are_found_on_the_side_of_the_change_they_were_on(pages):
    for what, found in (("removed", True), ("added", False), ("changes", True)):
        text = pages.get(f"/search?q=temporary&what={what}").text
        assert ("<mark>temporary</mark>" in text) is found
        assert ("Nothing was found" in text) is not found


def test_a_found_change_leads_to_its_page(pages):
    text = pages.get("/search?q=framework&what=added").text
    assert 'href="/changes/3"' in text
    assert "<ins>" in text


def test_nothing_found_is_said_with_what_to_try(pages):
    text = pages.get("/search?q=zebra").text
    assert "Nothing was found for “zebra”" in text
    assert "Try fewer words" in text


ODD = (
    '"', '""', "AND", "OR", "NOT", "NEAR(", "a OR", "-", "-x", "*", "x* *", "col:x", "{text}:x", "^x", "(x", "x)", "'",
    ";--", "\x00", "é" * 500, "%00", "source_id : wallonia", '"unclosed phrase', "a" * 5000, "\u202e", "NULL",
)  # fmt: skip


def test_nothing_that_is_typed_is_an_error(pages):
    for typed in ODD:
        for what in ("text", "changes"):
            assert pages.get("/search", params={"q": typed, "what": what}).status_code == 200, typed


def test_odd_values_of_the_other_fields_are_no_error(pages):
    odd = {"q": "body", "what": "<script>", "source": "nobody", "there": "x", "before": "-3"}
    assert pages.get("/search", params=odd).status_code == 200
    assert pages.get("/search?q=body&before=x").status_code == 400


@pytest.mark.slow
def test_results_are_paged_by_key(pages):
    past = lived.Past(pages.store, pages.app.clock)
    for number in range(45):
        past.look("wallonia", f"zeppelin number {number}")
    first = pages.get("/search?q=zeppelin").text
    assert first.count('<article class="found">') == 20
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = pages.get(older).text
    assert second.count('<article class="found">') == 20
    assert "zeppelin</mark> number 44" not in second
    assert 'rel="prev"' in second
    assert "First and last seen" not in second


def test_the_number_of_questions_to_the_database_is_bounded(pages, queries):
    assert queries(pages, "/search?q=years") <= 7
    assert queries(pages, "/search?q=years&what=changes") <= 7


def test_the_page_speaks_every_language(pages):
    for language in LANGUAGES:
        assert f'<html lang="{language}">' in pages.visitor(accept_language=language).get("/search?q=years").text


def test_hostile_words_are_found_and_do_nothing(hostile_pages):
    for what in ("text", "changes"):
        answer = hostile_pages.get("/search", params={"q": "alert", "what": what})
        assert "<mark>alert</mark>" in answer.text
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
    assert HOSTILE not in hostile_pages.get("/search", params={"q": HOSTILE}).text


def test_on_an_empty_database_nothing_is_found_calmly(empty_pages):
    assert "Nothing was found" in empty_pages.get("/search?q=anything").text


# --- kept searches ---------------------------------------------------------------------------------------------------


def kept(site, **fields):
    visitor = site.visitor()
    answer = visitor.post("/search/saved", {"q": "years", "name": "Terms", **fields}, on="/search?q=years")
    assert answer.status_code == 303, answer.text
    return visitor


def feed_of(site, number=1):
    answer = site.get(f"/feeds/search/{number}.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)


def test_a_search_is_kept_under_a_name_and_forgotten_again(pages):
    visitor = kept(pages)
    text = visitor.get("/search").text
    assert '<a href="/search?q=years">Terms</a>' in text
    assert visitor.post("/search/saved/1/forget", on="/search").status_code == 303
    assert "Terms" not in visitor.get("/search").text
    assert pages.get("/feeds/search/1.atom").status_code == 404


def test_a_kept_search_has_a_feed_of_what_it_finds(pages):
    kept(pages)
    feed = feed_of(pages)
    assert feed.find(ATOM + "title").text == "Footnote Watch: Terms"
    entries = feed.findall(ATOM + "entry")
    assert len(entries) == 3
    assert "<strong>years</strong>" in entries[0].find(ATOM + "content").text
    assert len({entry.find(ATOM + "id").text for entry in entries}) == 3


def test_a_kept_search_of_changes_has_a_feed_of_changes(pages):
    kept(pages, q="temporary", what="removed")
    links = [e.find(ATOM + "link").get("href") for e in feed_of(pages).findall(ATOM + "entry")]
    assert links == [f"http://127.0.0.1:8000/changes/{n}" for n in (3, 2, 1)]


def test_the_feed_of_hostile_pages_is_well_formed_and_does_nothing(hostile_pages):
    kept(hostile_pages, q="alert", name=HOSTILE)
    content = feed_of(hostile_pages).find(ATOM + "entry").find(ATOM + "content").text
    assert "<script" not in content


def test_a_stranger_needs_the_key_of_this_one_feed(site):
    guarded = site("lived", web_password="$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA")
    kept(guarded)
    address = guarded.get("/search").text.partition("/feeds/search/1.atom?key=")[2].partition('"')[0]
    stranger = guarded.visitor(ip="192.0.2.7")
    assert stranger.get("/feeds/search/1.atom").status_code == 403
    assert stranger.get("/feeds/search/2.atom?key=" + address).status_code == 403
    assert stranger.get("/feeds/search/1.atom?key=" + address).status_code == 200


def test_the_name_of_another_pages_view_is_not_taken_from_it(pages):
    pages.store.saved.save("Terms", "changes", "topic=laws", "Anna", lived.NOW)
    kept(pages)
    assert sorted(one.name for one in pages.store.saved.all()) == ["Terms", "Terms (Search)"]


def test_only_a_search_is_kept(pages):
    assert pages.visitor().post("/search/saved", {"q": "", "name": "x"}, on="/search?q=a").status_code == 400
    assert pages.visitor().post("/search/saved", {"q": "x", "name": ""}, on="/search?q=a").status_code == 400


def test_a_kept_search_is_read_back_as_it_was():
    wanted = query('"data retention" -pilot', "removed", "coc-home", "gone")
    saved = type("Saved", (), {"query": wanted.address()})
    assert again(saved) == wanted


# --- snippets --------------------------------------------------------------------------------------------------------


def test_a_long_passage_is_cut_around_what_was_looked_for():
    text = f"{'before ' * 200}the needle {'after ' * 200}"
    pieces = snippet(asked("needle"), text)
    assert [p.text for p in pieces if p.hit] == ["needle"]
    assert pieces[0].cut
    assert pieces[-1].cut
    assert sum(len(p.text) for p in pieces) < 3 * AROUND


@given(st.text(max_size=2000), st.text(max_size=30))
def test_a_snippet_is_made_of_the_text_alone(text, typed):
    pieces = snippet(asked(typed), text)
    assert all(piece.text in text for piece in pieces)


@given(st.lists(st.sampled_from(["needle", "hay", "more hay"]), min_size=1, max_size=400))
def test_a_snippet_never_loses_its_first_hit_and_stays_short(words):
    text = " ".join(words)
    pieces = snippet(asked("needle"), text)
    assert any(p.hit for p in pieces) is ("needle" in words)
    assert sum(len(p.text) for p in pieces) < 3000


def test_bars_stand_within_the_time_all_traces_cover():
    early = Trace("a", 1, lived.NOW - 10 * lived.DAY, lived.NOW - 5 * lived.DAY)
    late = Trace("b", 1, lived.NOW - lived.DAY, None)
    assert span(early, (early, late), lived.NOW) == (0.0, 50.0)
    assert span(late, (early, late), lived.NOW) == (90.0, 10.0)


# --- in a browser ----------------------------------------------------------------------------------------------------


def test_a_search_works_with_the_keyboard_and_without_scripts(pages, serve, open_page):
    watched = open_page(java_script_enabled=False)
    watched.page.goto(serve(pages) + "/search")
    watched.page.get_by_label("What stood there, and when?").fill("years")
    watched.page.keyboard.press("Enter")
    assert watched.page.locator("mark").first.inner_text() == "years"
    assert watched.errors == []
