"""What readers of the mails see in a browser: everybody can use it, and nothing runs that is not ours."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from monitor.model import Filters, Subscriber

PAGES = ("preferences", "unsubscribe", "confirm", "/sign-up", "/feeds")
WISH = {"email": "bram@example.org", "language": "en", "frequency": "daily"}


@pytest.fixture
def watch(site):
    return site("lived", public_url="http://127.0.0.1:8000", sign_up=True)


@pytest.fixture
def paths(watch):
    reader = watch.store.subscribers.add(
        Subscriber(0, "anna@example.org", filters=Filters(topics=("oversight",), words=("ban",)))
    )
    links = watch.house.links
    found = {
        "preferences": links.preferences(reader.id),
        "unsubscribe": links.unsubscribe(reader.id),
        "confirm": links.confirm(WISH, watch.app.clock.now()),
    }
    return [found.get(name, name).removeprefix("http://127.0.0.1:8000") for name in PAGES]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_what_the_mails_point_to(watch, paths, serve, open_page, scheme):
    address = serve(watch)
    for path in paths:
        watched = open_page(color_scheme=scheme, viewport={"width": 390, "height": 800})
        watched.page.goto(address + path)
        found = Axe().run(watched.page).response["violations"]
        assert [(fault["id"], [node["html"][:100] for node in fault["nodes"]]) for fault in found] == [], path
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert watched.errors == watched.dialogs == []


def test_preferences_are_changed_without_scripts_and_by_keyboard(watch, paths, serve, open_page):
    address = serve(watch)
    watched = open_page(java_script_enabled=False)
    watched.page.goto(address + paths[0])
    watched.page.get_by_label("Once a week").check()
    watched.page.get_by_label("Language of the mail").select_option("nl")
    watched.page.locator("textarea").fill("gezichtsherkenning\nban")
    watched.page.get_by_role("button", name="Save").press("Enter")
    watched.page.get_by_text("Saved.").wait_for()
    after = watch.store.subscribers.get("anna@example.org")
    assert (str(after.frequency), after.language, after.filters.words) == (
        "weekly",
        "nl",
        ("gezichtsherkenning", "ban"),
    )


def test_unsubscribing_takes_one_button(watch, paths, serve, open_page):
    address = serve(watch)
    watched = open_page()
    watched.page.goto(address + paths[1])
    watched.page.get_by_role("button", name="Yes, unsubscribe").click()
    watched.page.get_by_text("Done: no more digests come").wait_for()
    assert watch.store.subscribers.get("anna@example.org") is None
