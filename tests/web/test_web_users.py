"""Looking after users and subscribers by page, and the log of what was done."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from monitor.model import Frequency, Medium, Subscriber
from monitor.web.password import hashed, matches

HOSTILE = '"><script>alert(1)</script>'
PASSWORD = "correct horse battery"
HASH = hashed(PASSWORD)


def done(site):
    """The log, oldest first: what, to what, in detail."""
    return [(row.what, row.target, row.detail) for row in reversed(site.store.audit.list())]


def subscribe(site, email="anna@example.org", **more):
    return site.store.subscribers.add(Subscriber(0, email, **more))


def add(site, **fields):
    return site.post("/users", {"name": "Bram", "role": "reviewer", "password": PASSWORD, **fields}, on="/users")


# --- users ------------------------------------------------------------------------------------------------------------


def test_a_user_is_added_by_page(pages):
    assert add(pages).headers["location"] == "/users?done=added"
    user = pages.store.users.get("Bram")
    assert (user.role, user.disabled, matches(user.hash, PASSWORD)) == ("reviewer", False, True)
    assert done(pages) == [("user-add", "user:Bram", "reviewer")]
    assert "Bram" in pages.get("/users").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "short"}, "shorter than 12"),
        ({"name": "a\u202eb"}, "no name that can be read"),
        ({"name": ""}, "no name"),
    ],
)
def test_what_cannot_be_a_user_is_said_and_not_added(pages, fields, said):
    answer = add(pages, **fields)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert pages.store.users.all() == ()


def test_a_name_is_given_once_and_a_role_is_one_of_three(pages):
    add(pages)
    assert "already" in add(pages, name="BRAM").text
    assert add(pages, name="Cleo", role="king").status_code == 400


def test_a_password_is_taken_as_it_was_typed(pages):
    add(pages, password="  blanks at the ends  ")
    assert matches(pages.store.users.get("Bram").hash, "  blanks at the ends  ")


def test_a_user_gets_another_role_and_password_is_kept_out_let_in_and_deleted(pages):
    number = pages.store.users.add("Bram", HASH, "reader", pages.app.clock.now()).id
    page = f"/users/{number}"
    pages.post(f"{page}/role", {"role": "admin"}, on=page)
    pages.post(f"{page}/password", {"password": "quite another one"}, on=page)
    pages.post(f"{page}/disable", on=page)
    user = pages.store.users.numbered(number)
    assert (user.role, user.disabled, matches(user.hash, "quite another one")) == ("admin", True, True)
    pages.post(f"{page}/enable", on=page)
    assert not pages.store.users.numbered(number).disabled
    assert pages.store.users.numbered(number) is not None
    pages.post(f"{page}/remove", on=f"{page}/remove")
    assert pages.store.users.all() == ()
    assert [what for what, _, _ in done(pages)] == [
        "user-role", "user-password", "user-disable", "user-enable", "user-remove",
    ]  # fmt: skip


def test_a_password_that_is_too_short_or_a_role_there_is_none_of_changes_nothing(pages):
    user = pages.store.users.add("Bram", HASH, "reader", pages.app.clock.now())
    page = f"/users/{user.id}"
    assert "shorter than 12" in pages.post(f"{page}/password", {"password": "short"}, on=page).text
    assert pages.post(f"{page}/role", {"role": "king"}, on=page).status_code == 400
    assert pages.store.users.numbered(user.id) == user


def test_a_user_there_is_none_of_has_no_page(pages):
    assert [pages.get(f"/users/{n}").status_code for n in (0, 7, 2**70)] == [404] * 3


@pytest.mark.slow
def test_nobody_locks_themselves_out(site):
    pages = site("lived", public_url="https://w.example")
    number = pages.store.users.add("Anna", HASH, "admin", pages.app.clock.now()).id
    visitor = pages.visitor("192.0.2.7", "https://w.example")
    visitor.post("/login", {"name": "Anna", "password": PASSWORD}, on="/login")
    for act in ("disable", "remove", "role", "enable"):
        assert visitor.post(f"/users/{number}/{act}", {"role": "reader"}, on="/users").status_code == 403
    assert "This is you." in visitor.get(f"/users/{number}").text
    assert visitor.post(f"/users/{number}/password", {"password": "a new one for me"}, on="/users").status_code == 303
    assert visitor.get("/users").status_code == 303


def test_a_hostile_name_is_only_text(pages):
    number = pages.store.users.add(HOSTILE, HASH, "reader", pages.app.clock.now()).id
    reader = subscribe(pages, "x@example.org", medium=Medium.CHAT)
    pages.store.subscribers.suspend(reader.id, HOSTILE, pages.app.clock.now())
    pages.store.audit.note(HOSTILE, HOSTILE, HOSTILE, HOSTILE, pages.app.clock.now())
    for path in (
        "/users",
        f"/users/{number}",
        f"/users/{number}/remove",
        "/audit",
        "/subscribers",
        f"/subscribers/{reader.id}",
    ):
        assert "<script>alert" not in pages.get(path).text
        assert "alert(1)" in pages.get(path).text


# --- subscribers ------------------------------------------------------------------------------------------------------


def test_a_subscriber_is_added_by_page(pages):
    answer = pages.post(
        "/subscribers", {"email": "bram@example.org", "frequency": "weekly", "language": "nl"}, on="/subscribers"
    )
    reader = pages.store.subscribers.get("bram@example.org")
    assert answer.headers["location"] == f"/subscribers/{reader.id}?done=added"
    assert (reader.frequency, reader.language) == (Frequency.WEEKLY, "nl")


@pytest.mark.parametrize(("email", "said"), [("nobody", "no mail address"), ("ANNA@example.org", "subscribed already")])
def test_what_is_no_address_or_known_is_not_added(pages, email, said):
    subscribe(pages)
    count = len(pages.store.subscribers.all())
    answer = pages.post("/subscribers", {"email": email}, on="/subscribers")
    assert (answer.status_code, said in answer.text) == (400, True)
    assert len(pages.store.subscribers.all()) == count


def test_the_list_says_who_is_paused_suspended_or_reached_otherwise(pages):
    subscribe(pages, "paused@example.org", paused=True)
    subscribe(pages, "hook", medium=Medium.WEBHOOK, url="https://hook.example/in")
    gone = subscribe(pages, "gone@example.org")
    pages.store.subscribers.suspend(gone.id, "three messages came back", pages.app.clock.now())
    shown = pages.get("/subscribers").text
    for said in ("paused@example.org", "paused</span>", "hook.example", "webhook", "three messages came back"):
        assert said in shown, said


def test_what_a_subscriber_gets_is_changed_and_the_pause_stays(pages):
    reader = subscribe(pages, paused=True)
    page = f"/subscribers/{reader.id}"
    wishes = {
        "frequency": "weekly",
        "hour": "18",
        "weekday": "4",
        "language": "fr",
        "topics": "oversight",
        "words": "ban\nCOC",
    }
    assert pages.post(page, wishes, on=page).headers["location"] == f"{page}?done=saved"
    after = pages.store.subscribers.get(reader.email)
    assert (after.frequency, after.hour, after.weekday, after.language) == (Frequency.WEEKLY, 18, 4, "fr")
    assert (after.filters.topics, after.filters.words, after.paused) == (("oversight",), ("ban", "COC"), True)


def test_a_subscriber_is_paused_and_goes_on(pages):
    reader = subscribe(pages)
    page = f"/subscribers/{reader.id}"
    pages.post(f"{page}/pause", on=page)
    assert pages.store.subscribers.get(reader.email).paused
    pages.store.subscribers.suspend(reader.id, "came back", pages.app.clock.now())
    pages.post(f"{page}/resume", on=page)
    after = pages.store.subscribers.get(reader.email)
    assert (after.paused, after.suspended_at) == (False, None)


def test_a_test_message_goes_into_the_queue_five_times_a_minute(pages):
    reader = subscribe(pages)
    page = f"/subscribers/{reader.id}"
    assert pages.post(f"{page}/test", on=page).status_code == 303
    (row, *_) = pages.store.outbox.deliveries(1)
    assert (row.recipient, str(row.kind)) == (reader.email, "test")
    assert [pages.post(f"{page}/test", on=page).status_code for _ in range(5)] == [303] * 4 + [429]


def test_a_webhook_is_tested_on_the_command_line(pages):
    reader = subscribe(pages, "hook", medium=Medium.WEBHOOK, url="https://hook.example/in")
    assert "monitor webhook test hook" in pages.get(f"/subscribers/{reader.id}").text
    assert pages.post(f"/subscribers/{reader.id}/test", on="/subscribers").status_code == 400


def test_forgetting_is_asked_back_and_leaves_no_address_in_the_log(pages):
    reader = subscribe(pages)
    page = f"/subscribers/{reader.id}/forget"
    assert "Forget anna@example.org?" in pages.get(page).text
    pages.post(page, on=page)
    assert pages.store.subscribers.get(reader.email) is None
    assert done(pages)[-1] == ("reader-forget", f"subscriber:{reader.id}", "")
    assert "anna@example.org" not in pages.get("/audit").text
    assert pages.get(page).status_code == 404


def test_the_table_runs_no_formula(pages):
    subscribe(pages, "=cmd@example.org")
    answer = pages.get("/subscribers.csv")
    assert "'=cmd@example.org" in answer.text
    assert "attachment" in answer.headers["content-disposition"]


def test_deliveries_can_be_those_of_one_subscriber(pages):
    reader = subscribe(pages, "nothing-yet@example.org")
    other = subscribe(pages, "other@example.org")
    pages.post(f"/subscribers/{other.id}/test", on=f"/subscribers/{other.id}")
    shown = pages.get(f"/deliveries?reader={reader.id}").text
    assert "nothing-yet@example.org" in shown
    assert "<tbody>" not in shown
    assert "<tbody>" in pages.get("/deliveries").text


def test_many_subscribers_come_page_by_page(pages):
    for number in range(120):
        subscribe(pages, f"reader{number}@example.org")
    first = pages.get("/subscribers").text
    assert "reader119@" not in first
    rest = first.split("/subscribers?after=")[1].split('"')[0]
    assert "reader119@" in pages.get(f"/subscribers?after={rest}").text


# --- the log ----------------------------------------------------------------------------------------------------------


def test_reviews_and_looks_stand_in_the_log_under_their_name(pages):
    visitor = pages.visitor()
    visitor.post("/name", {"name": "Anna"})
    visitor.post("/changes/1/review", {"state": "relevant", "note": "a long and private note"}, on="/changes/1")
    visitor.post("/changes/review", {"state": "routine", "item": ["change:1", "change:2"]}, on="/")
    visitor.post("/sources/coc-home/look", on="/sources/coc-home")
    rows = [(row.who, row.what, row.target, row.detail) for row in reversed(pages.store.audit.list())]
    assert rows == [
        ("Anna", "review", "change:1", "relevant"), ("Anna", "review", "change:1", "routine (+1)"),
        ("Anna", "look", "source:coc-home", ""),
    ]  # fmt: skip
    assert "reviewed" in visitor.get("/audit").text


def test_the_log_goes_on_by_key(pages):
    for number in range(130):
        pages.store.audit.note("Anna", "look", f"source:{number}x", "", pages.app.clock.now())
    first = pages.get("/audit").text
    older = first.split("/audit?before=")[1].split('"')[0]
    rest = pages.get(f"/audit?before={older}").text
    assert ("source:129x" in first, "source:0x" in first) == (True, False)
    assert ("source:129x" in rest, "source:0x" in rest, "source:29x" in rest) == (False, True, True)


def test_a_home_where_nothing_was_done_says_so(empty_pages):
    assert "Nothing was done yet" in empty_pages.get("/audit").text
    assert "There are no users" in empty_pages.get("/users").text
    assert "Nobody is subscribed" in empty_pages.get("/subscribers").text


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_everybody_can_use_the_pages_of_people(pages, serve, open_page, scheme, width):
    number = pages.store.users.add("x" * 80, HASH, "reader", pages.app.clock.now()).id
    reader = subscribe(pages, "a" * 60 + "@example.org")
    subscribe(pages, "hook", medium=Medium.WEBHOOK, url="https://hook.example/" + "x" * 200)
    pages.store.subscribers.suspend(reader.id, "550 5.1.1 " + "x" * 200, pages.app.clock.now())
    pages.store.audit.note("Anna", "review", "change:1", "x" * 200, pages.app.clock.now())
    address = serve(pages)
    for path in (
        "/users", f"/users/{number}", f"/users/{number}/remove", "/subscribers", f"/subscribers/{reader.id}",
        f"/subscribers/{reader.id}/forget", "/audit", "/login",
    ):  # fmt: skip
        watched = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
        watched.page.goto(address + path)
        found = Axe().run(watched.page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], path
        assert watched.errors == []
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_pages_of_people_ask_the_database_little(pages, queries):
    for number in range(30):
        subscribe(pages, f"reader{number}@example.org")
        pages.store.users.add(f"user{number}", HASH, "reader", pages.app.clock.now())
    assert max(queries(pages, path) for path in ("/users", "/subscribers", "/audit")) <= 3
