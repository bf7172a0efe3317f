"""What was typed is not lost, whatever becomes of the login meanwhile; and what was ended is ended."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from test_web_login import HASH, PASSWORD, STRANGER, enter

import monitor.web
from monitor.errors import StorageError
from monitor.web.typed import MOST, TEXTS, Typed, carried, typed

NOTE = 'checked with the ministry\n"see" <b>annex</b> & Büro'
INSIDE = "checked with the ministry\n&#34;see&#34; &lt;b&gt;annex&lt;/b&gt; &amp; Büro"
HOME = "https://w.example"
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
AREA = re.compile(r'<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)</textarea>')


@pytest.fixture
def guarded(site):
    return site("lived", web_password=HASH, public_url=HOME)


@pytest.fixture
def anna(guarded):
    visitor = guarded.visitor(STRANGER, HOME)
    enter(visitor)
    return visitor


def form_of(page, action):
    """The fields of the form that goes there, as a browser would send them."""
    (form,) = (f for f in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'action="{action}"' in f)
    return {name: html.unescape(value) for name, value in [*FIELD.findall(form), *AREA.findall(form)]}


def send(visitor, path, fields, **headers):
    headers = {"origin": visitor.base, "referer": visitor.base + "/changes/1", **headers}
    return visitor.ask("POST", path, data=fields, headers=headers)


def notes(site):
    return [review.note for review in site.store.reviews.history("change:1")]


def test_a_note_sent_after_the_login_has_run_out_comes_back_through_the_next_login(guarded, anna):
    old = form_of(anna.get("/changes/1"), "/changes/1/review")
    guarded.app.clock.advance(timedelta(hours=13))
    late = send(anna, "/changes/1/review", {**old, "state": "relevant", "note": NOTE})
    assert late.status_code == 401
    assert INSIDE in late.text
    assert late.headers["cache-control"] == "no-store"
    back = send(anna, "/login", {**form_of(late, "/login"), "password": PASSWORD, "name": "Anna"})
    assert back.status_code == 200
    again = form_of(back, "/changes/1/review")
    assert (again["note"], again["state"]) == (NOTE, "relevant")
    assert send(anna, "/changes/1/review", again).status_code == 303
    assert notes(guarded)[0] == NOTE


def test_a_wrong_password_on_the_way_does_not_lose_it(guarded, anna):
    guarded.app.clock.advance(timedelta(hours=13))
    late = send(anna, "/changes/1/review", {"state": "relevant", "note": NOTE})
    wrong = send(anna, "/login", {**form_of(late, "/login"), "password": "wrong horse battery"})
    assert wrong.status_code == 403
    assert form_of(wrong, "/login")["typed.note"] == NOTE


@pytest.mark.parametrize("way", ["logged in anew", "logged out and in"])
@pytest.mark.slow
def test_a_note_from_before_another_login_comes_back_in_its_form(guarded, anna, way):
    old = form_of(anna.get("/changes/1"), "/changes/1/review")
    if way == "logged in anew":
        anna.post("/login", {"password": PASSWORD, "name": "Anna"}, on="/")
    else:
        anna.post("/logout", on="/")
        enter(anna)
    answer = send(anna, "/changes/1/review", {**old, "state": "relevant", "note": NOTE})
    assert answer.status_code == 403
    assert notes(guarded)[:1] != [NOTE]
    assert send(anna, "/changes/1/review", form_of(answer, "/changes/1/review")).status_code == 303
    assert notes(guarded)[0] == NOTE


def test_a_note_comes_back_after_a_name_was_asked_for_first(pages):
    here = pages.visitor()
    sent = {**form_of(here.get("/changes/1"), "/changes/1/review"), "state": "relevant", "note": NOTE}
    asked = send(here, "/changes/1/review", sent)
    assert form_of(asked, "/name")["typed.note"] == NOTE
    named = send(here, "/name", {**form_of(asked, "/name"), "name": "Anna"})
    assert send(here, "/changes/1/review", form_of(named, "/changes/1/review")).status_code == 303
    assert notes(pages)[0] == NOTE


def test_whoever_logged_in_without_a_name_gives_one_and_signs(guarded):
    visitor = guarded.visitor(STRANGER, HOME)
    visitor.post("/login", {"password": PASSWORD}, on="/login")
    sent = {**form_of(visitor.get("/changes/1"), "/changes/1/review"), "state": "relevant", "note": NOTE}
    asked = send(visitor, "/changes/1/review", sent)
    named = send(visitor, "/name", {**form_of(asked, "/name"), "name": "Anna"})
    assert send(visitor, "/changes/1/review", form_of(named, "/changes/1/review")).status_code == 303
    assert notes(guarded)[0] == NOTE


def test_a_note_comes_back_when_the_database_cannot_take_it(pages):
    here = pages.visitor()
    here.post("/name", {"name": "Anna"})

    def full(*_, **__):
        raise StorageError("the disk is full")

    sent = {**form_of(here.get("/changes/1"), "/changes/1/review"), "state": "relevant", "note": NOTE}
    before, pages.store.reviews.put = pages.store.reviews.put, full
    answer = send(here, "/changes/1/review", sent)
    pages.store.reviews.put = before
    assert answer.status_code == 503
    assert form_of(answer, "/changes/1/review")["note"] == NOTE


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/kept/1/withhold", {"reason": NOTE}),
        ("/subscribers", {"email": NOTE, "frequency": "daily"}),
        ("/subscribers/1", {"words": NOTE, "frequency": "daily"}),
        ("/changes/views", {"name": NOTE, "to": "/"}),
        ("/search/saved", {"name": NOTE, "query": "q=x"}),
        ("/users", {"name": NOTE, "role": "reader", "password": "a long secret password"}),
    ],
)
def test_so_does_what_was_typed_into_any_other_form(guarded, anna, path, fields):
    answer = send(anna, path, {"token": "0" * 64, **fields})
    again = form_of(answer, path)
    assert {name: again[name] for name in fields if name != "password"} == {
        name: value for name, value in fields.items() if name != "password"
    }
    assert "a long secret password" not in answer.text


def test_every_field_that_people_type_into_is_known():
    """A new form whose text would be lost fails here."""
    typed_into = set()
    for file in (Path(monitor.web.__file__).parent / "templates").glob("*.html"):
        for form in re.findall(r'<form method="post".*?</form>|\{% macro .*?endmacro', file.read_text(), re.DOTALL):
            typed_into |= {
                name
                for tag in re.findall(r"<(?:textarea|input)\b[^>]*>", form)
                if not re.search(r'type="(?:hidden|checkbox|radio|password|search|submit)"', tag)
                for name in re.findall(r' name="(\w+)"', tag)
            }
    assert typed_into - {"website"} <= set(TEXTS)


def test_nothing_is_given_back_to_another_site(guarded, anna):
    """A page elsewhere must not put words into a form of ours."""
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": ""},
    ):
        answer = send(anna, "/changes/1/review", {"state": "relevant", "note": NOTE}, **headers, referer="")
        assert (answer.status_code, "annex" in answer.text) == (403, False)
    stranger = guarded.visitor("198.51.100.1", HOME)
    answer = send(stranger, "/changes/1/review", {"note": NOTE}, origin="https://evil.example", referer="")
    assert (answer.status_code, "annex" in answer.text) == (401, False)


def test_it_stands_in_no_address_no_cookie_and_no_log(guarded, anna, caplog):
    guarded.app.clock.advance(timedelta(hours=13))
    caplog.set_level(0)
    late = send(anna, "/changes/1/review", {"state": "relevant", "note": "canary-note"})
    back = send(anna, "/login", {**form_of(late, "/login"), "password": PASSWORD})
    for answer in (late, back):
        assert "canary" not in str(answer.headers)
    assert "canary" not in caplog.text


def test_a_form_of_ours_goes_nowhere_else(guarded, anna):
    """What was carried names where it goes: only a form of ours."""
    fields = {"typed./where": "https://evil.example/", "typed./page": "//evil.example", "typed.note": NOTE}
    answer = anna.post("/login", {**fields, "password": PASSWORD}, on="/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_too_much_is_not_carried():
    assert typed("/x", "/", [("note", "x" * MOST)]) is None
    assert carried([("typed./where", "/x"), ("typed.note", "x" * MOST)]) is None
    assert carried([("typed./where", "/x"), ("typed.password", "x"), ("typed.note", "x")]) is None


def test_what_is_carried_comes_out_as_it_went_in():
    sent = typed("/x", "/changes/1", [("token", "t"), ("state", "noise"), ("note", NOTE), ("state", "relevant")])
    texts = [("typed." + name, value) for name, value in sent.texts]
    assert carried([*sent.hidden, *texts]) == Typed(
        "/x", "/changes/1", (("state", "noise"), ("state", "relevant"), ("note", NOTE))
    )


# --- the login --------------------------------------------------------------------------------------------------------


def test_a_second_login_tab_leads_on(guarded):
    visitor = guarded.visitor(STRANGER, HOME)
    first, second = (form_of(visitor.get(f"/login?to=/changes/{n}"), "/login") for n in (1, 2))
    assert send(visitor, "/login", {**first, "password": PASSWORD}).headers["location"] == "/changes/1"
    assert send(visitor, "/login", {**second, "password": PASSWORD}).headers["location"] == "/changes/2"


def test_a_login_form_whose_cookie_is_gone_comes_again(guarded):
    visitor = guarded.visitor(STRANGER, HOME)
    old = form_of(visitor.get("/login?to=/changes/1"), "/login")
    visitor.cookies.clear()
    again = send(visitor, "/login", {**old, "password": PASSWORD})
    assert again.status_code == 403
    fresh = form_of(again, "/login")
    assert send(visitor, "/login", {**fresh, "password": PASSWORD}).headers["location"] == "/changes/1"


def planted(site, visitor):
    """Somebody with a copy of the cookies of now."""
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    return site.visitor("198.51.100.9", HOME, cookie=cookie)


def test_a_cookie_that_is_sent_again_after_the_logout_opens_nothing(guarded, anna, site):
    thief = planted(guarded, anna)
    assert thief.get("/sources").status_code == 200
    assert anna.post("/logout", on="/").status_code == 303
    assert thief.get("/sources").status_code == 303


def test_nor_after_the_pages_were_started_anew(guarded, anna):
    from monitor.web.application import create_app

    thief = planted(guarded, anna)
    anna.post("/logout", on="/")
    guarded.gate = create_app(guarded.app)
    assert planted(guarded, thief).get("/sources").status_code == 303
    thief.gate = guarded.gate
    assert thief.get("/sources").status_code == 303


def test_nor_after_its_owner_logged_in_anew(guarded, anna):
    thief = planted(guarded, anna)
    anna.post("/login", {"password": PASSWORD}, on="/")
    assert anna.get("/sources").status_code == 200
    assert thief.get("/sources").status_code == 303


def test_ended_sessions_are_forgotten_when_they_would_have_ended_by_themselves(guarded, anna):
    def kept():
        with guarded.store._database.reading() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM meta WHERE key LIKE 'ended-session:%'").scalar()

    anna.post("/logout", on="/")
    guarded.app.clock.advance(timedelta(hours=13))
    enter(anna)
    anna.post("/logout", on="/")
    assert kept() == 1


# --- tries ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_tries_from_everywhere_for_one_account_have_an_end(guarded):
    answers = [
        enter(guarded.visitor(f"203.0.{n}.1", HOME), "wrong horse battery").status_code for n in range(61)
    ]  # fmt: skip
    assert answers == [403] * 60 + [429]


def test_the_owner_gets_in_from_a_browser_that_was_there_before_while_others_try_from_everywhere(guarded, anna):
    anna.post("/logout", on="/")
    now, house = guarded.app.clock.now(), guarded.house
    while house.strangers.allowed(now, ""):
        pass
    assert enter(guarded.visitor("203.0.113.1", HOME)).status_code == 429
    assert enter(anna).status_code == 303


@pytest.mark.slow
def test_that_browser_has_five_tries_a_minute_too(guarded, anna):
    anna.post("/logout", on="/")
    assert [enter(anna, "wrong horse battery").status_code for _ in range(6)] == [403] * 5 + [429]


def test_strangers_keep_nobody_out_for_longer_than_an_hour_however_long_they_go_on(guarded):
    now, house = guarded.app.clock.now(), guarded.house
    for minute in range(59):
        house.strangers.allowed(now + timedelta(minutes=minute), "")
        house.strangers.allowed(now + timedelta(minutes=minute), "")
    guarded.app.clock.advance(timedelta(minutes=61))
    assert enter(guarded.visitor("203.0.113.1", HOME)).status_code == 303


def test_passwords_that_are_being_checked_leave_threads_for_others(guarded):
    from contextlib import ExitStack

    from monitor.web.password import place

    with ExitStack() as stack:
        assert [stack.enter_context(place()) for _ in range(5)] == [True] * 4 + [False]
        assert enter(guarded.visitor(STRANGER, HOME)).status_code == 429
    assert enter(guarded.visitor("203.0.113.1", HOME)).status_code == 303
