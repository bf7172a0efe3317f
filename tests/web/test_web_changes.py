"""The timeline, one change, one event, what was held back: what they show, and what their forms do."""

import re
from dataclasses import replace

import lived
import pytest

from monitor.model import Severity
from monitor.model.review import ReviewState
from monitor.web.access import Role


def named(site, name="Anna"):
    """Somebody at this machine who gave a name."""
    visitor = site.visitor()
    assert visitor.post("/name", {"name": name}).status_code == 303
    return visitor


def entries(page):
    return re.findall(r'data-entry="([a-z]+:\d+)"', page.text)


# --- the timeline ---------------------------------------------------------------------------------------------------


def test_changes_and_events_are_listed_newest_first(pages):
    assert entries(pages.get("/")) == ["event:2", "event:1", "change:3", "change:2", "change:1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("severity=minor", ["change:1"]),
        ("severity=minor&severity=critical&kind=text", ["change:3", "change:1"]),
        ("section=oversight&kind=blocked", ["event:2"]),
        ("topic=oversight", ["change:3", "change:2", "change:1"]),
        ("jurisdiction=Wallonia", []),
        ("source=coc-home&state=check&days=30", ["event:1", "change:3", "change:2", "change:1"]),
        ("state=noise", []),
        ("days=0", ["event:2", "event:1", "change:3", "change:2", "change:1"]),
        ("step=2026-11-23", ["event:2", "event:1", "change:3"]),
        ("step=2026-11-16", ["change:2", "change:1"]),
        ("step=2026-11-17", ["event:2", "event:1", "change:3", "change:2", "change:1"]),
    ],
)
def test_the_list_is_filtered_by_its_address(pages, query, expected):
    assert entries(pages.get(f"/?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "severity=awful",
        "days=x",
        "days=7",
        "after=1~x",
        "after=nan~1",
        f"after=0~{2**63}",
        "step=never",
        "since=x",
        "state=' OR 1=1",
    ],
)
def test_a_filter_that_is_not_understood_is_passed_over(pages, query):
    assert len(entries(pages.get(f"/?{query}"))) == 5


def test_a_filter_says_how_many_it_would_leave_and_leads_there(pages):
    page = pages.get("/?kind=text").text
    assert re.search(
        r'href="/\?severity=minor&amp;kind=text"><span class="name">Minor</span> <span class="count">1<', page
    )
    assert "3 changes and events" in page


def test_the_bars_of_the_chart_lead_to_their_week(pages):
    page = pages.get("/").text
    assert 'href="/?step=2026-11-16" aria-label="Week from 16 Nov 2026: 2"' in page


@pytest.mark.slow
def test_what_is_older_is_one_step_away(pages):
    past = lived.Past(pages.store, pages.app.clock)
    for n in range(50):
        past.look("coc-home", f"The body asks for {n + 20} years.", changes=(past.change(),))
    seen, path = [], "/?kind=text"
    while path:
        page = pages.get(path)
        seen.append(entries(page))
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert [len(some) for some in seen] == [40, 13]
    assert {item for some in seen for item in some} == {f"change:{n}" for n in range(1, 54)}


def test_a_past_that_is_older_than_the_period_is_shown_all_the_same(pages):
    pages.app.clock.set(lived.NOW + 400 * lived.DAY)
    answer = pages.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?days=0")
    assert len(entries(pages.get("/?days=0"))) == 5


def test_without_a_past_the_page_says_what_will_stand_there(empty_pages):
    page = empty_pages.get("/").text
    assert "No change has been seen yet" in page


def test_who_comes_back_sees_what_is_new(pages):
    visitor = pages.visitor()
    visitor.get("/")
    pages.app.clock.set(lived.NOW + lived.DAY)
    past = lived.Past(pages.store, pages.app.clock)
    past.look("coc-home", "The body asks for 9 years.", changes=(past.change(),))
    pages.app.clock.set(lived.NOW + lived.DAY + lived.HOUR)
    assert "1 since your last visit" in visitor.get("/").text
    assert entries(visitor.get("/?since=visit")) == ["change:4"]


def test_what_was_not_told_is_there_when_asked_for(pages):
    past = lived.Past(pages.store, pages.app.clock)
    quiet = replace(past.change(Severity.EDITORIAL), told=False)
    past.look("coc-home", "The body asks.", changes=(quiet,))
    assert "change:4" not in entries(pages.get("/"))
    assert "change:4" in entries(pages.get("/?all=1"))


def test_filters_are_kept_under_a_name(pages):
    pages.post("/changes/views", {"name": "Police", "to": "/?topic=oversight"}, on="/")
    assert 'href="/?topic=oversight"><span class="name">Police</span>' in pages.get("/").text
    pages.post("/changes/views/1/forget", {"to": "/"}, on="/")
    assert "Police</span></a>" not in pages.get("/").text


# --- reviewing ------------------------------------------------------------------------------------------------------


def test_a_review_is_signed_and_kept_with_its_note(pages):
    visitor = named(pages)
    answer = visitor.post("/changes/1/review", {"state": "relevant", "note": "cite it"}, on="/changes/1")
    assert answer.headers["location"] == "/changes/1#review"
    (review,) = pages.store.reviews.history("change:1")
    assert (review.state, review.who, review.note, review.at) == (ReviewState.RELEVANT, "Anna", "cite it", lived.NOW)
    page = visitor.get("/changes/1").text
    assert "Relevant by Anna" in page
    assert "cite it" in page


def test_a_review_without_a_name_asks_for_it_and_writes_nothing(pages):
    answer = pages.post("/changes/1/review", {"state": "relevant"}, on="/changes/1")
    assert answer.headers["location"] == "/name?to=/changes/1"
    assert pages.store.reviews.history("change:1") == ()
    assert pages.post("/changes/review", {"one": "noise change:1"}, on="/").headers["location"] == "/name?to=/"


def test_many_are_reviewed_at_once(pages):
    named(pages).post("/changes/review", {"item": ["change:1", "event:2"], "state": "routine", "to": "/"}, on="/")
    assert [pages.store.timeline.line(item).state for item in ("change:1", "event:2", "change:2")] == [
        ReviewState.ROUTINE,
        ReviewState.ROUTINE,
        ReviewState.CHECK,
    ]


def test_one_entry_is_reviewed_by_its_button_and_the_page_goes_back_to_it(pages):
    answer = named(pages).post("/changes/review", {"one": "relevant change:2", "to": "/?days=30"}, on="/")
    assert answer.headers["location"] == "/?days=30#change-2"


def test_a_page_that_is_open_gets_the_entry_alone(pages):
    visitor = named(pages)
    answer = visitor.post("/changes/review", {"one": "noise change:2"}, on="/", headers={"X-Partial": "1"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'data-entry="change:2" data-state="noise"' in answer.text


@pytest.mark.parametrize("form", [{}, {"state": "lovely"}, {"one": "x y"}])
def test_a_state_that_does_not_exist_is_refused(pages, form):
    visitor = named(pages)
    assert visitor.post("/changes/review", {"item": "change:1", **form}, on="/").status_code == 400
    assert visitor.post("/changes/1/review", form, on="/").status_code == 400


def test_noise_can_be_held_back_from_now_on_and_taken_back(pages):
    visitor = named(pages)
    visitor.post("/changes/3/review", {"state": "noise", "hold": "1"}, on="/changes/3")
    assert [s.undone_at for s in pages.store.people.of_change(3)] == [None]
    assert "Held back from now on" in visitor.get("/changes/3").text
    visitor.post("/changes/3/take-back", {"what": "quiet"}, on="/changes/3")
    assert pages.store.people.of_change(3)[0].undone_at == lived.NOW


def test_what_is_no_noise_after_all_is_not_held_back_any_more(pages):
    visitor = named(pages)
    visitor.post("/changes/3/review", {"state": "noise", "hold": "1"}, on="/changes/3")
    visitor.post("/changes/3/review", {"state": "relevant"}, on="/changes/3")
    assert pages.store.people.of_change(3)[0].undone_at is not None


def test_noise_alone_holds_nothing_back(pages):
    named(pages).post("/changes/3/review", {"state": "noise"}, on="/changes/3")
    assert pages.store.people.of_change(3) == ()


def test_what_was_held_back_becomes_a_change_by_a_word(pages):
    visitor = named(pages)
    answer = visitor.post("/held/1/news", on="/held")
    assert answer.headers["location"] == "/changes/4"
    assert pages.store.timeline.line("change:4").state is ReviewState.RELEVANT
    assert "said on" in visitor.get("/changes/4").text
    assert "told as change 4" in visitor.get("/held").text
    assert "trouble=already" in visitor.post("/held/1/news", on="/changes/4").headers["location"]
    visitor.post("/changes/4/take-back", {"what": "news"}, on="/changes/4")
    assert pages.store.people.of_held([1]) == {}
    assert visitor.post("/held/99/news", on="/changes/4").status_code == 404
    assert visitor.post(f"/held/{2**63}/news", on="/changes/4").status_code == 404
    assert "/name" in pages.post("/held/1/news", on="/changes/4").headers["location"]


# --- one change, one event ------------------------------------------------------------------------------------------


def test_a_change_says_what_where_why_and_what_it_touches(pages):
    page = pages.get("/changes/3").text
    for said in (
        "Facial recognition",
        "temporary</span>" if False else "temporary",
        "number",
        "Footnote 170",
        "stands there → gone",
    ):
        assert said in page


@pytest.mark.parametrize("view", ["changes", "side", "whole", "pages", "nonsense"])
def test_every_view_of_a_change_can_be_looked_at(pages, view):
    answer = pages.get(f"/changes/3?view={view}")
    assert answer.status_code == 200
    assert ("sandbox" in answer.text) == (view == "pages")


def test_the_whole_text_has_marks_where_it_changed(pages):
    page = pages.get("/changes/2?view=whole").text
    assert re.search(r"<del>.*2 .*</del>|<del>.*2.*</del>", page)
    assert page.count('class="prose') >= 2


def test_a_withheld_copy_is_named_and_not_shown(pages):
    change = pages.store.history.change(3)
    with pages.store._database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO withheld (snapshot_id, reason, who, at) VALUES (?, 'a private name', 'An', '2026-11-22')",
            (change.new_snapshot,),
        )
    page = pages.get("/changes/3?view=pages").text
    assert "a private name" in page
    assert f"/kept/{change.new_snapshot}/page" not in page


def test_a_citation_names_address_times_and_fingerprints(pages):
    change = pages.store.history.change(3)
    cite = re.search(r'id="cite"[^>]*>(.*?)</div>', pages.get("/changes/3").text, re.DOTALL)[1]
    before, after = pages.store.history.witnesses(change)
    assert before.sha256 != after.sha256
    for fact in ("https://www.coc.invalid/en", "2026-11-23 07:00", before.sha256, after.sha256, "/changes/3"):
        assert fact in cite


def test_a_citation_gives_the_address_the_page_has_where_there_is_no_public_one(pages):
    assert "http://127.0.0.1:8000/changes/3" in pages.get("/changes/3").text


def test_a_change_stays_under_its_number_when_its_source_is_retired(pages):
    from monitor.model import WatchList

    pages.store.sources.sync(WatchList((), ()), lived.NOW)
    assert pages.get("/changes/3").status_code == 200
    assert pages.get("/changes/3/explain?again=1").status_code == 200
    assert "change:3" in entries(pages.get("/"))


@pytest.mark.parametrize("path", ["/changes/99", "/changes/99999999999999999999", "/events/9", "/changes/9/explain"])
def test_what_is_not_there_is_not_found(pages, path):
    assert pages.get(path).status_code == 404


def test_an_event_has_its_page(pages):
    page = pages.get("/events/1").text
    assert "temporary ban of the pilot project" in page
    assert "Footnote 170" in page
    assert "A passage the report quotes" in page
    named(pages).post("/events/1/review", {"state": "relevant"}, on="/events/1")
    assert pages.store.timeline.line("event:1").state is ReviewState.RELEVANT


def test_an_explanation_walks_from_the_bytes_to_the_readers(pages):
    reader = pages.store.history.change(2)
    page = pages.get("/changes/2/explain").text
    assert reader.old_sha256 in page
    assert "Walk through it again" in page
    assert "With today’s rules" in pages.get("/changes/2/explain?again=1").text


def test_changes_of_one_source_lead_to_each_other(pages):
    page = pages.get("/changes/2").text
    assert 'rel="prev" href="/changes/1"' in page
    assert 'rel="next" href="/changes/3"' in page


def test_what_was_held_back_is_counted_by_reason_and_source(pages):
    page = pages.get("/held").text
    assert "Digital Wallonia" in page
    assert re.search(r'class="count">1<', page)
    assert "and 11 more places" in page
    assert "Nothing was held back" in pages.get("/held?source=coc-home").text


# --- every page, in every state -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize("past", ["lived", "hostile"])
def test_every_page_speaks_every_language(site, language, past):
    pages = site(past)
    visitor = pages.visitor(accept_language=language)
    for path in ("/", "/held", "/changes/3", "/changes/3?view=whole", "/changes/3/explain?again=1", "/events/1"):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text
        assert "\u202e" not in answer.text


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_list(pages, queries):
    """A page asks the database the same few questions whatever it shows."""
    few = {path: queries(pages, path) for path in ("/", "/held", "/changes/3", "/changes/3?view=pages", "/events/1")}
    past = lived.Past(pages.store, pages.app.clock)
    for n in range(30):
        past.look("coc-home", f"The body asks for {n + 20} years.", changes=(past.change(),))
    assert {path: queries(pages, path) for path in few} == few
    assert max(few.values()) <= 20


def test_who_only_reads_is_offered_nothing_to_write(site):
    """A reader sees what happened and what was made of it; no form, and nobody's address."""
    pages = site("lived")
    named(pages).post("/changes/1/review", {"state": "relevant", "note": "cite it"}, on="/changes/1")
    reader = Reader(pages)
    for path in ("/", "/changes/1", "/changes/1/explain", "/events/1", "/held"):
        page = reader.get(path).text
        writes = set(re.findall(r'<form method="post" action="([^"]+)"', page))
        assert writes <= {"/logout", "/language"}, path
        assert "reader@localhost" not in page
    assert "cite it" in reader.get("/changes/1").text


class Reader:
    """A visitor whose role is that of a reader."""

    def __init__(self, site):
        self._visitor, self._access = site.visitor(), site.house.access

    def get(self, path):
        gate = self._visitor.gate
        gate.access = self
        try:
            return self._visitor.get(path)
        finally:
            gate.access = self._access

    def caller(self, *request):
        caller = self._access.caller(*request)
        return replace(caller, identity=replace(caller.identity, role=Role.READER))
