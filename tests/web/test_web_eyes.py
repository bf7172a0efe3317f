"""The pages in a real browser: nothing runs that is not ours, nothing fails, everybody can use them."""

import pytest
from axe_playwright_python.sync_playwright import Axe

LOOKED_AT = (
    "/", "/coverage", "/sources", "/sources?state=blocked", "/sources/coc-home", "/sources/coc-home/looks",
    "/sources/coc-home/text", "/sources/coc-home/compare?old=1&new=4", "/search", "/search?q=years",
    "/search?q=framework&what=added", "/digests", "/deliveries", "/health", "/name", "/login", "/kept/1", "/nothing",
)  # fmt: skip
WIDTHS = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 800}}


def check_page(watched, address, path):
    watched.page.goto(address + path)
    watched.page.wait_for_load_state("networkidle")
    assert [url for url in watched.requests if not url.startswith(address)] == []
    assert watched.dialogs == watched.opened == []
    # A page that is not there is an error on the console; nothing else may be.
    assert [said for said in watched.errors if "404" not in said] == []


def faults(watched):
    found = Axe().run(watched.page).response["violations"]
    return [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "past",
    ["lived", "empty", "hostile"],
)
def test_everybody_can_use_every_page(site, serve, open_page, scheme, past):
    address = serve(site(past))
    for path in LOOKED_AT:
        watched = open_page(color_scheme=scheme)
        check_page(watched, address, path)
        assert faults(watched) == [], path


def test_no_page_is_wider_than_a_phone(hostile_pages, serve, open_page):
    address = serve(hostile_pages)
    watched = open_page(viewport=WIDTHS["phone"])
    for path in LOOKED_AT:
        watched.page.goto(address + path)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_every_page_works_without_scripts(pages, serve, open_page):
    watched = open_page(java_script_enabled=False)
    watched.page.goto(serve(pages) + "/name")
    watched.page.get_by_label("Your name").fill("Anna")
    watched.page.get_by_role("button", name="Save").click()
    watched.page.get_by_text("Signed as Anna").wait_for()
    watched.page.get_by_label("Language").select_option("nl")
    watched.page.get_by_role("button", name="Use").click()
    watched.page.get_by_text("Getekend als Anna").wait_for()
    assert watched.errors == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(pages, serve, open_page):
    watched = open_page()
    watched.page.goto(serve(pages))
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.className") == "skip"
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("document.activeElement.id") == "main"
