"""Public reading: strangers see what happened, and nothing of whole texts, people, forms or the inside."""

import json
import re
from dataclasses import replace

import lived
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import SteppedClock
from monitor.errors import ConfigError
from monitor.model import Change, ChangeKind, Mark, Outcome, Part, PartKind, Severity, Source, Span, Subscriber
from monitor.model.review import ReviewState
from monitor.settings import Place, Settings
from monitor.web.public import OF_A_CHANGE, OF_A_PART, excerpted, may_reach
from monitor.web.serving import check_exposure
from monitor.wiring import load_watch_list

STRANGER = "192.0.2.7"
PUBLIC = "https://watch.example.org"
SENTENCE = "qqsentence that stands on the page and in no change"
FAR = "qqfar " + "words that stand far away from what changed " * 12
REVIEWER, NOTE, READER, NOISE = (
    "Qqanna Reviewer",
    "qqnote of hers",
    "qqreader@example.org",
    "qqnoise that was held back",
)
CANARIES = ("qqsentence", "qqfar", "Qqanna", "qqnote", "qqreader", "qqnoise")


@pytest.fixture
def open_pages(site):
    return lambda **more: told(site("lived", public_url=PUBLIC, web_public="read", **more))


@pytest.fixture
def public(open_pages):
    return open_pages()


def told(pages):
    """A change with a long paragraph around it, a review, a subscriber, something held back."""
    store, clock = pages.store, SteppedClock(lived.NOW + lived.HOUR)
    past = lived.Past(store, clock, SENTENCE)
    spans = (Span(Mark.SAME, f"{FAR} close by"), Span(Mark.REMOVED, "five"), Span(Mark.ADDED, "two"))
    part = Part(PartKind.CHANGED, f"{FAR} close by five", f"{FAR} close by two", spans)
    change = replace(past.change(), parts=(part,), reasons=(), quotes=())
    held = replace(past.noise(), source_id="coc-home", parts=(Part(PartKind.ADDED, "", NOISE),))
    past.look("coc-home", SENTENCE, outcome=Outcome.CHANGED, changes=(change,), held=(held,))
    newest = store.history.changes(limit=1)[0].id
    store.reviews.put([f"change:{newest}"], ReviewState.RELEVANT, who=REVIEWER, now=clock.now(), note=NOTE)
    store.saved.save(NOTE, "changes", "days=0", REVIEWER, clock.now())
    reader = Subscriber(0, READER, created_at=clock.now())
    store.subscribers.add(reader)
    pages.app.clock.set(lived.NOW + 2 * lived.HOUR)
    return pages


def stranger(pages):
    return pages.visitor(STRANGER, PUBLIC)


def addresses(pages):
    for method, path in pages.routes():
        yield method, path
    newest = pages.store.history.changes(limit=1)[0].id
    for path in ("/changes/{n}", "/changes/{n}?view=whole", "/changes/{n}?view=side", "/changes/{n}?view=pages",
                 "/changes/{n}/explain?again=1", "/api/v1/changes/{n}", "/events/1"):  # fmt: skip
        yield "GET", path.replace("{n}", str(newest))
    for number in range(1, 9):
        for part in ("", "/page", "/file"):
            yield "GET", f"/kept/{number}{part}"
    yield from (("GET", path) for path in (
        "/?days=0", "/?days=0&everything=1", "/search?q=qqsentence", "/sources/coc-home/compare?old=1&new=5",
        "/api/v1/changes?everything=true", "/feeds/source/coc-home.atom", "/api/v1/sources/coc-home/snapshots",
    ))  # fmt: skip


@pytest.mark.slow
def test_a_stranger_finds_no_canary_on_any_address(public):
    visitor = stranger(public)
    for method, path in addresses(public):
        answer = visitor.ask(method, path)
        said = answer.text + json.dumps(dict(answer.headers))
        assert [canary for canary in CANARIES if canary in said.replace("q=qqsentence", "")] == [], (method, path)


@pytest.mark.slow
def test_the_canaries_are_there_for_those_who_are_known(site):
    pages = told(site("lived"))
    said = "".join(pages.get(path).text for method, path in addresses(pages) if method == "GET")
    assert [canary for canary in CANARIES if canary not in said and canary != "qqreader"] == []


READ = [
    "/", "/changes/1", "/events/1", "/coverage", "/coverage.csv", "/sources", "/sources/coc-home", "/feeds",
    "/feeds/all.atom", "/api/v1/changes", "/api/v1/changes/1", "/api/v1/events/1", "/api/v1/sources",
    "/api/v1/sources/coc-home", "/api/v1/sources/coc-home/snapshots", "/api/v1/snapshots/1", "/api/v1/citations",
    "/api/v1/openapi.json",
]  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_what_strangers_may_read_sets_no_cookie_and_shows_no_form(public, path):
    answer = stranger(public).get(path)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert 'method="post"' not in answer.text
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "Cookie" in answer.headers["vary"]
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.slow
def test_strangers_read_those_addresses_and_no_others(public):
    visitor = stranger(public)
    answers = {(method, path): visitor.ask(method, path).status_code for method, path in public.routes()}
    ways_in = ("/static/", "/feeds/", "/mail/", "/sign-up")
    read = {path for (_, path), status in answers.items() if status == 200 and not path.startswith(ways_in)}
    usual = {"/favicon.ico", "/healthz", "/login", "/robots.txt"}
    assert read - usual <= set(READ)
    assert all(status in {401, 403, 404, 405} for (method, _), status in answers.items() if method == "POST")


def test_without_the_setting_strangers_read_nothing(site):
    pages = site("lived", public_url=PUBLIC)
    assert {stranger(pages).get(path).status_code for path in READ if not path.startswith("/api")} == {403}
    assert {stranger(pages).get(path).status_code for path in READ if path.startswith("/api")} == {401}


@pytest.mark.slow
def test_links_on_public_pages_lead_to_public_pages(public):
    visitor = stranger(public)
    for path in ("/", "/changes/1", "/changes/2", "/events/1", "/coverage", "/sources", "/sources/coc-home", "/feeds"):
        links = set(re.findall(r'href="(/[^"#?]*)', visitor.get(path).text))
        refused = {link for link in links if visitor.get(link).status_code not in {200, 303}}
        assert refused == set(), path


def test_the_way_in_still_has_its_forms(open_pages):
    """What concerns one person alone is no public page."""
    pages = open_pages(sign_up=True)
    page = stranger(pages).get("/sign-up")
    assert 'action="/language"' in page.text
    assert page.headers["cache-control"] == "private, no-cache"


def test_nothing_is_written_by_looking(public):
    stranger(public).get("/")
    assert public.store.visits.last("", public.app.clock.now()) is None
    assert public.store.visits.due("", public.app.clock.now())


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/held"), ("POST", "/"), ("GET", "/search"), ("GET", "/health"), ("GET", "/changes/1/explain"),
     ("GET", "/changes.csv"), ("GET", "//"), ("GET", "/changes/1/"), ("GET", "/kept/1/headers"), ("DELETE", "/")],
)  # fmt: skip
def test_what_is_not_listed_is_closed(method, path):
    assert not may_reach(method, path)


def test_people_who_are_known_see_all_and_no_cache_keeps_it(open_pages):
    pages = open_pages(web_proxy="10.0.0.0/8", web_proxy_user="Remote-User")
    answer = pages.visitor("10.1.2.3", PUBLIC, remote_user="anna").get("/")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"
    assert REVIEWER in answer.text
    assert 'method="post"' in answer.text
    nobody = pages.visitor("10.1.2.3", PUBLIC).get("/")
    assert (nobody.status_code, REVIEWER in nobody.text) == (200, False)


# --- a source that may be republished ---------------------------------------------------------------------------------


def leave(pages):
    """The watch list says of the source that it may be shown."""
    path = pages.app.settings.home / "sources.yaml"
    leave = "    footnotes: [170]\n    republish: true\n    republish_reason: CC BY 4.0\n"
    text = lived.SOURCES.replace("    footnotes: [170]\n", leave, 1)
    path.write_text(text)
    pages.store.sources.sync(load_watch_list(path), pages.app.clock.now())


def test_with_leave_the_copies_and_texts_of_that_source_alone_are_shown(public):
    leave(public)
    visitor = stranger(public)
    mine = public.store.history.snapshots("coc-home")[0].id
    other = public.store.history.snapshots("wallonia")[0].id
    assert SENTENCE in visitor.get(f"/kept/{mine}/page").text
    assert {visitor.get(f"/kept/{mine}{part}").status_code for part in ("", "/page", "/file")} == {200}
    assert {visitor.get(f"/kept/{other}{part}").status_code for part in ("", "/page", "/file")} == {403}
    assert SENTENCE in visitor.get("/sources/coc-home/text").text
    assert visitor.get("/sources/wallonia/text").status_code == 403
    assert 'method="post"' not in visitor.get(f"/kept/{mine}").text
    newest = public.store.history.changes(limit=1)[0].id
    assert "view=whole" in visitor.get(f"/changes/{newest}").text
    assert "qqfar" in visitor.get(f"/changes/{newest}?view=side").text


def test_what_is_withheld_stays_so_even_with_leave(public):
    leave(public)
    mine = public.store.history.snapshots("coc-home")[0].id
    public.store.withholding.put(mine, "a court order", "Anna", public.app.clock.now())
    assert stranger(public).get(f"/kept/{mine}/file").status_code == 451


# --- the setting ------------------------------------------------------------------------------------------------------


def test_the_setting_needs_a_public_address(tmp_path):
    with pytest.raises(ConfigError, match="MONITOR_PUBLIC_URL"):
        Settings(home=tmp_path, web_public="read")


def test_pages_that_strangers_may_read_may_be_reached(tmp_path):
    check_exposure(Settings(home=tmp_path, web_public="read", public_url=PUBLIC), Place("0.0.0.0", 80))


@given(
    st.lists(
        st.builds(
            Part,
            st.sampled_from([kind for kind in PartKind if kind is not PartKind.LINK]),
            old=st.text(max_size=3000),
            new=st.text(max_size=3000),
            spans=st.lists(st.builds(Span, st.sampled_from(Mark), st.text(max_size=3000)), max_size=4).map(tuple),
        ),
        max_size=30,
    )
)
def test_however_much_changed_strangers_get_an_excerpt(parts):
    change = Change("one", ChangeKind.TEXT, Severity.MINOR, (), tuple(parts), lived.NOW, lived.NOW)
    shown = excerpted(change, Source("one", "One", "", None)).parts
    sizes = [len(part.old) + len(part.new) + sum(len(span.text) for span in part.spans) for part in shown]
    assert len(shown) == len(parts)
    assert all(size <= 2 * OF_A_PART for size in sizes)
    assert sum(sizes) <= OF_A_CHANGE + OF_A_PART


def test_a_document_replaced_whole_is_not_given_away_whole():
    text = " ".join(f"word{n}" for n in range(3000))
    part = Part(PartKind.ADDED, "", text, (Span(Mark.ADDED, text),))
    change = Change("one", ChangeKind.TEXT, Severity.MINOR, (), (part,), lived.NOW, lived.NOW)
    (shown,) = excerpted(change, Source("one", "One", "", None)).parts
    assert shown.new == ""
    assert [span.mark for span in shown.spans] == [Mark.ADDED, Mark.CUT]
    assert 500 < len(shown.spans[0].text) <= OF_A_PART
    assert text.startswith(shown.spans[0].text + " ")


def test_an_address_of_this_machine_is_no_public_one(tmp_path):
    with pytest.raises(ConfigError, match="MONITOR_PUBLIC_URL"):
        Settings(home=tmp_path, web_public="read", public_url="http://localhost:8000")
