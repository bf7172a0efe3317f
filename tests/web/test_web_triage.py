"""Reviewing in a real browser: by keyboard, by hand, without scripts; from a digest's link to a reviewed change."""

import lived
import pytest
from axe_playwright_python.sync_playwright import Axe

from monitor.model.review import ReviewState

LOOKED_AT = (
    "/", "/?kind=text&days=0", "/held", "/changes/3", "/changes/3?view=side", "/changes/3?view=whole",
    "/changes/3?view=pages", "/changes/3/explain?again=1", "/events/1",
)  # fmt: skip


def faults(watched):
    found = Axe().run(watched.page).response["violations"]
    return [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found]


def give_name(page, address):
    page.goto(address + "/name")
    page.get_by_label("Your name").fill("Anna")
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize(
    ("past", "scheme"), [("lived", "light"), ("lived", "dark"), ("hostile", "dark"), ("empty", "light")]
)
def test_everybody_can_use_the_pages_of_changes(site, serve, open_page, past, scheme):
    address = serve(site(past))
    watched = open_page(color_scheme=scheme)
    for path in LOOKED_AT if past != "empty" else ("/", "/held"):
        watched.page.goto(address + path)
        watched.page.wait_for_load_state("networkidle")
        assert faults(watched) == [], path
        assert [url for url in watched.requests if not url.startswith(address)] == []
    assert (watched.dialogs, watched.errors, watched.opened) == ([], [], [])


def test_no_page_of_changes_is_wider_than_a_phone(hostile_pages, serve, open_page):
    address = serve(hostile_pages)
    watched = open_page(viewport={"width": 390, "height": 800})
    for path in LOOKED_AT:
        watched.page.goto(address + path)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_the_timeline_is_reviewed_by_keyboard(pages, serve, open_page):
    address, watched = serve(pages), open_page()
    page = watched.page
    give_name(page, address)
    page.goto(address)
    state = lambda item: page.locator(f'[data-entry="{item}"]').get_attribute("data-state")  # noqa: E731
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.locator('[data-entry="event:1"][data-state="relevant"]').wait_for()
    page.keyboard.press("n")
    page.locator('[data-entry="change:3"][data-state="noise"]').wait_for()
    assert "Noise" in page.locator("#said").inner_text()
    page.keyboard.press("u")
    page.locator('[data-entry="change:3"][data-state="check"]').wait_for()
    page.keyboard.press("k")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert (state("event:1"), state("event:2")) == ("relevant", "check")
    assert pages.store.reviews.history("event:1")[0].who == "Anna"
    page.keyboard.press("o")
    page.wait_for_url("**/events/1")
    assert watched.errors == []


def test_a_selection_is_reviewed_at_once(pages, serve, open_page):
    address, watched = serve(pages), open_page()
    page = watched.page
    give_name(page, address)
    page.goto(address)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_role("group", name="Mark the selected as").get_by_role("button", name="Routine").click()
    page.wait_for_load_state()
    states = [pages.store.timeline.line(item).state for item in ("event:1", "event:2", "change:3")]
    assert states == [ReviewState.ROUTINE, ReviewState.ROUTINE, ReviewState.CHECK]


def test_the_first_review_asks_for_a_name(pages, serve, open_page):
    address, watched = serve(pages), open_page()
    watched.page.goto(address)
    watched.page.keyboard.press("j")
    watched.page.keyboard.press("r")
    watched.page.wait_for_url(lambda url: url.endswith("/name?to=/"))
    assert pages.store.reviews.history("event:2") == ()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_link_of_a_digest_to_a_reviewed_change(pages, serve, open_page, scripts):
    address, watched = serve(pages), open_page(java_script_enabled=scripts)
    page = watched.page
    give_name(page, address)
    page.goto(address + "/changes/3")
    page.get_by_role("link", name="Side by side").click()
    page.get_by_text("temporary").first.wait_for()
    page.get_by_label("Relevant").check()
    page.get_by_label("Note").fill("To be cited in the next edition.")
    page.get_by_role("button", name="Save the review").click()
    page.get_by_text("To be cited in the next edition.").wait_for()
    (review,) = pages.store.reviews.history("change:3")
    assert (review.state, review.who, review.at) == (ReviewState.RELEVANT, "Anna", lived.NOW)
    page.get_by_role("link", name="Next to check").click()
    page.get_by_role("heading", level=1).wait_for()
    assert watched.errors == []


def test_one_change_is_read_and_reviewed_by_keyboard(pages, serve, open_page):
    address, watched = serve(pages), open_page()
    page = watched.page
    give_name(page, address)
    page.goto(address + "/changes/3")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "place-2"
    page.keyboard.press("t")
    page.wait_for_url("**/changes/3#review")
    page.get_by_text("Routine by Anna").wait_for()
    page.keyboard.press("m")
    page.wait_for_url("**/changes/2")
    assert pages.store.timeline.line("change:3").state is ReviewState.ROUTINE


def test_the_citation_is_copied_by_one_click(pages, serve, open_page):
    address, watched = serve(pages), open_page(permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    page.goto(address + "/changes/3")
    page.get_by_role("button", name="Copy").click()
    page.locator("button[data-done]").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert address.rstrip("/") + "/changes/3" in copied
    assert pages.store.history.change(3).new_sha256 in copied


def test_every_filter_works_without_scripts(pages, serve, open_page):
    watched = open_page(java_script_enabled=False)
    page = watched.page
    page.goto(serve(pages))
    page.get_by_role("link", name="Critical").click()
    page.get_by_text("2 changes and events").wait_for()
    page.get_by_role("link", name="Clear the filters").click()
    page.get_by_text("5 changes and events").first.wait_for()
    assert page.locator("[data-entry]").count() == 5
