"""Sources: the list, one source, its looks, its text, and any two of its copies compared."""

import lived
import pytest
from conftest import HOSTILE
from sqlalchemy import insert

from monitor.model import Health, Outcome, Trigger
from monitor.model.verdict import Answer
from monitor.store.review_tables import WITHHELD
from monitor.store.series import Size
from monitor.web.sizes import size_line
from monitor.web.views.sources import BY_HEALTH
from monitor.web.wording import LANGUAGES, Wording


def more(site, source_id, *bodies):
    """Further looks at a source, each with these bytes."""
    past = lived.Past(site.store, site.app.clock)
    for number, body in enumerate(bodies):
        past.look(source_id, f"text {number}", body=body)
    return site.store.history.snapshots(source_id)


def page_of(*lines):
    return (
        "<!doctype html><title>A page</title><main>" + "".join(f"<p>{line}</p>" for line in lines) + "</main>"
    ).encode()


# --- the list ----------------------------------------------------------------------------------------------------


def test_the_list_names_every_source_with_its_state(pages):
    text = pages.get("/sources").text
    for name in ("Supervisory Body for Police Information", "Senate information report", "Digital Wallonia"):
        assert name in text
    assert "Blocked" in text
    assert "Not watched" in text


def test_the_list_can_be_narrowed_to_one_state(pages):
    text = pages.get("/sources?state=blocked").text
    assert "Senate information report" in text
    assert "Digital Wallonia" not in text
    assert 'aria-current="true"' in text


def test_an_unknown_state_shows_all(pages):
    assert "Digital Wallonia" in pages.get("/sources?state=<script>").text


def test_before_the_first_start_the_list_says_how_sources_get_there(empty_pages):
    assert "monitor run takes the list over" in empty_pages.get("/sources").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_outcome_and_reason_for_looking_has_its_word(language):
    words = Wording()[language]
    for health in Health:
        assert words(f"sources.health.{health}")
        assert BY_HEALTH[health][1] in set(Answer)
    for outcome in Outcome:
        assert words(f"sources.outcome.{outcome}")
    for trigger in Trigger:
        assert words(f"sources.trigger.{trigger}")


# --- one source --------------------------------------------------------------------------------------------------


def test_a_source_shows_its_state_its_looks_and_where_it_is_cited(pages):
    text = pages.get("/sources/senate-report").text
    assert "Blocked" in text
    assert "Why: a page that checks for robots" in text
    assert 'href="/coverage#footnote-145"' in text
    assert "not the document" in text
    assert "a PDF" in text


def test_a_source_that_never_was_is_not_found(pages):
    for path in ("", "/looks", "/text", "/compare?old=1&new=2"):
        assert pages.get(f"/sources/nobody{path}").status_code == 404


def test_a_source_that_is_not_looked_at_says_so(pages):
    text = pages.get("/sources/oecd-api").text
    assert "none is planned" in text
    assert "<button disabled>" in text


def test_what_was_held_back_is_there_with_its_words_and_the_command_that_overrules_it(pages):
    text = pages.get("/sources/wallonia").text
    assert "only a number keeps turning" in text
    assert "13 until a legal framework" in text
    assert "monitor news" in text


def test_each_look_is_a_shape_with_a_title(pages):
    text = pages.get("/sources/coc-home").text
    assert text.count('<li class="changed"') >= 3
    assert 'title="changed, ' in text


def test_events_stand_there_in_words(pages):
    assert "A passage the report quotes is no longer there" in pages.get("/sources/coc-home").text


def test_the_page_asks_the_database_a_bounded_number_of_questions(pages, queries):
    first = queries(pages, "/sources/coc-home")
    more(pages, "coc-home", *(page_of(f"version {n}") for n in range(20)))
    assert queries(pages, "/sources/coc-home") == first <= 16
    assert queries(pages, "/sources") <= 6


MINE = ("/sources", "/sources/coc-home", "/sources/coc-home/looks", "/sources/coc-home/text")


def test_the_pages_speak_every_language(pages):
    for language in LANGUAGES:
        visitor = pages.visitor(accept_language=language)
        assert all(f'<html lang="{language}">' in visitor.get(path).text for path in MINE)


def test_hostile_words_are_shown_and_do_nothing(hostile_pages):
    for path in (*MINE, "/sources/wallonia", "/sources/senate-report"):
        text = hostile_pages.get(path).text
        assert HOSTILE not in text
        assert "<script>alert" not in text
        assert "\u202e" not in text


# --- look now ----------------------------------------------------------------------------------------------------


def test_a_look_can_be_asked_for(pages):
    answer = pages.post("/sources/wallonia/look", on="/sources/wallonia")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/wallonia?asked=planned")
    state = pages.store.sources.get("wallonia")
    assert state.next_poll_at == lived.NOW
    assert state.next_trigger is Trigger.MANUAL


def test_without_a_daemon_the_page_says_when_the_look_will_be(pages):
    text = pages.get("/sources/wallonia?asked=planned").text
    assert "A look is due now." in text
    assert "No daemon is at work" in text


def test_a_source_that_is_not_looked_at_stays_unplanned(pages):
    answer = pages.post("/sources/oecd-api/look", on="/sources/wallonia")
    assert answer.headers["location"].endswith("asked=nothing")
    assert pages.store.sources.get("oecd-api").next_poll_at is None


def test_whoever_asks_again_and_again_is_asked_to_wait(pages):
    visitor = pages.visitor()
    answers = [visitor.post("/sources/wallonia/look", on="/sources/wallonia") for _ in range(6)]
    assert [a.headers["location"].partition("=")[2] for a in answers] == ["planned"] * 5 + ["often"]


def test_a_look_without_the_token_is_refused(pages):
    assert pages.visitor().ask("POST", "/sources/wallonia/look").status_code == 403
    assert pages.store.sources.get("wallonia").next_poll_at > lived.NOW


# --- looks, text -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_looks_are_paged_by_key(pages):
    more(pages, "wallonia", *(page_of(f"version {n}") for n in range(120)))
    first = pages.get("/sources/wallonia/looks").text
    assert first.count('<th scope="row">') == 100
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    second = pages.get(older.replace("&amp;", "&")).text
    assert second.count('<th scope="row">') == 22
    assert 'rel="next"' not in second


def test_the_text_is_shown_with_its_margin_apart(pages):
    text = pages.get("/sources/coc-home/text").text
    assert "The body asks for 0 years." in text
    assert "The margin: one block" in text
    assert "Cookies" in text


def test_a_source_without_text_says_so(pages):
    assert "No text was read from this source yet" in pages.get("/sources/oecd-api/text").text


# --- two copies --------------------------------------------------------------------------------------------------


def compared(site, source_id, old, new):
    newest, older = more(site, source_id, old, new)[:2]
    return site.get(f"/sources/{source_id}/compare?old={older.id}&new={newest.id}").text


def test_two_copies_are_compared_with_word_marks(pages):
    text = compared(pages, "coc-home", page_of("The police shall report."), page_of("The police may report."))
    assert "<del><span" in text
    assert "shall" in text.partition("<del>")[2][:80]
    assert "may" in text.partition("<ins>")[2][:80]
    assert "the duty changed: shall → may" in text
    assert "SUBSTANTIVE" in text.upper()
    assert "One place differs." in text


def test_copies_that_say_the_same_are_called_so(pages):
    text = compared(pages, "coc-home", page_of("The same."), page_of("The same.") + b"<!-- other bytes -->")
    assert "The two copies say the same" in text
    assert "Their bytes differ, their text does not." in text


def test_a_copy_without_text_says_why(pages):
    text = compared(pages, "coc-home", page_of("A text."), b"%PDF-1.4 broken")
    assert "gives no text to compare" in text


def test_a_copy_of_another_source_is_not_found(pages):
    mine = pages.store.history.snapshots("coc-home")[0].id
    theirs = pages.store.history.snapshots("wallonia")[0].id
    assert pages.get(f"/sources/coc-home/compare?old={mine}&new={theirs}").status_code == 404
    assert pages.get(f"/sources/coc-home/compare?old={mine}&new=0").status_code == 404
    assert pages.get(f"/sources/coc-home/compare?old={mine}&new=99999999999999999999").status_code in {400, 404}


@pytest.mark.slow
def test_copies_too_old_to_be_offered_stay_chosen(pages):
    first = pages.store.history.snapshots("wallonia")[-1].id
    newest = more(pages, "wallonia", *(page_of(f"version {n}") for n in range(65)))[0].id
    text = pages.get(f"/sources/wallonia/compare?old={first}&new={newest}").text
    assert f'<option value="{first}" selected>' in text
    assert f'<option value="{newest}" selected>' in text


def test_a_withheld_copy_is_not_shown_but_its_reason_is(pages):
    newest, older = more(pages, "coc-home", page_of("One."), page_of("Two."))[:2]
    with pages.store.standings._database.writing() as connection:
        values = {"snapshot_id": newest.id, "reason": "a person asked", "who": "Anna", "at": lived.NOW}
        connection.execute(insert(WITHHELD).values(**values))
    for path in (f"/compare?old={older.id}&new={newest.id}", "/text"):
        text = pages.get("/sources/coc-home" + path).text
        assert "a person asked" in text, path
        assert "Two." not in text, path


def test_a_hostile_copy_is_compared_and_does_nothing(pages):
    escaped = HOSTILE.replace("<", "&lt;").replace("\x1b", "")
    text = compared(pages, "coc-home", page_of("A text."), page_of("A text.", escaped))
    assert "<script>alert" not in text
    assert "\u202e" not in text


# --- the chart ---------------------------------------------------------------------------------------------------


def size(number, words, hours, *, good=True):
    at = lived.NOW + hours * lived.HOUR
    return Size(number, at, at, words, good)


def test_the_line_steps_at_each_copy_from_the_first_to_now():
    line = size_line([size(1, 100, 0), size(2, 200, 5)], lived.NOW + 10 * lived.HOUR)
    assert [point.y for point in line.points] == [142, 8]
    assert line.points[1].x == pytest.approx(360)
    assert line.path == "M8.0 142.0H360.0V8.0H712"
    assert (line.least.words, line.most.words, line.latest.snapshot_id) == (100, 200, 2)


def test_copies_that_were_not_the_document_or_were_not_read_are_left_out():
    sizes = [size(1, 10, 0), size(2, None, 1), size(3, -1, 2), size(4, 5, 3, good=False), size(5, 12, 4)]
    assert [p.size.snapshot_id for p in size_line(sizes, lived.NOW).points] == [1, 5]


def test_one_copy_is_no_line():
    assert size_line([size(1, 10, 0)], lived.NOW) is None
    assert size_line([], lived.NOW) is None


def test_a_text_that_never_changed_its_length_runs_through_the_middle():
    assert {p.y for p in size_line([size(1, 10, 0), size(2, 10, 5)], lived.NOW).points} == {75}


# --- in a browser ------------------------------------------------------------------------------------------------


def test_from_the_list_to_a_comparison_without_scripts(pages, serve, open_page):
    more(pages, "coc-home", page_of("One policy shall stand."), page_of("One policy may stand."))
    watched = open_page(java_script_enabled=False)
    watched.page.goto(serve(pages) + "/sources")
    watched.page.get_by_role("link", name="Supervisory Body").click()
    watched.page.get_by_role("button", name="Compare").click()
    assert watched.page.locator("ins").first.is_visible()
    assert watched.errors == []


def test_a_long_list_of_copies_does_not_make_the_page_wider_than_a_phone(hostile_pages, serve, open_page):
    more(hostile_pages, "coc-home", *(page_of("w" * 400, str(n)) for n in range(3)))
    watched = open_page(viewport={"width": 390, "height": 800})
    address = serve(hostile_pages)
    for path in ("/sources/coc-home", "/sources/coc-home/text", "/sources/coc-home/looks"):
        watched.page.goto(address + path)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390, path
