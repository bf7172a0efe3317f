"""What `./run test` leaves out, and that nothing else is left out by mistake."""

import re
import subprocess
import sys

import pytest

WITH_BOTH = "tests/mail/test_hostile_pages.py"
ASKS = re.compile(r"^def (test_\w+)\([^)]*\b(?:open_page|opened)\b", re.MULTILINE)
WHOLE_FILE = re.compile(r"^pytestmark = .*\b(slow|story|worst)\b", re.MULTILINE)


@pytest.fixture
def collected(checkout):
    """The names of the tests of one file that an expression of marks chooses, as another pytest sees them."""

    def run(chosen):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-m", chosen, WITH_BOTH],
            cwd=checkout, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return {line for line in done.stdout.splitlines() if "::" in line}

    return run


@pytest.mark.slow
def test_whatever_asks_for_the_browser_is_left_out_and_chosen_by_its_name(collected, checkout):
    """No test of that file says so itself: the fixture it asks for does."""
    browser, quick = collected("browser"), collected("not slow")
    asking = set(ASKS.findall((checkout / WITH_BOTH).read_text()))
    assert {name.partition("::")[2].partition("[")[0] for name in browser} == asking
    assert asking
    assert quick
    assert not quick & browser


def test_the_browser_is_asked_for_by_its_fixture_alone(checkout):
    """Whoever starts one by other means is not seen by the mark."""
    others = [
        path.relative_to(checkout).as_posix()
        for path in sorted((checkout / "tests").rglob("test_*.py"))
        if re.search(r"sync_playwright\(|async_playwright\(", path.read_text())
    ]
    assert others == []


def test_every_mark_of_a_left_out_part_is_described(pytestconfig):
    described = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    assert {"slow", "browser", "story", "worst"} <= described


def test_the_quick_set_is_what_run_test_runs(checkout):
    script = (checkout / "run").read_text()
    assert "-m 'not slow' \"$@\"" in script
    # A build machine runs both halves, so nothing is run nowhere.
    machine = (checkout / ".ci/run").read_text()
    assert re.search(r"^quick\(\) \{ \./run test (?!.*-m )", machine, re.MULTILINE)
    assert re.search(r"^slow\(\) \{ \./run test -m slow ", machine, re.MULTILINE)


def test_no_room_of_tests_is_left_out_as_a_whole(checkout):
    """It would be broken for a day before anybody saw it."""
    rooms = {path.parent for path in (checkout / "tests").glob("*/test_*.py")}
    quick = {
        path.parent for room in rooms for path in room.glob("test_*.py") if not WHOLE_FILE.search(path.read_text())
    }
    assert rooms - quick == set()
