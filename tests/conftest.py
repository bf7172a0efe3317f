"""What holds for every test: no setting of the developer's machine leaks in, property tests have no stopwatch, and
one browser looks at mails and at pages.

The rest is configuration (pyproject.toml): pytest-socket refuses every connection but loopback, pytest-randomly
shuffles.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

# The tests share two cores with whatever else runs: how long an example takes says nothing.
# A build machine tries the same hundred examples each time; everybody else tries thirty new ones.
BUILD_MACHINE = os.environ.get("CI") == "true"
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    max_examples=100 if BUILD_MACHINE else 30,
    derandomize=BUILD_MACHINE,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


LONGEST = ("test_daemon_random_kills", "test_story")
LEFT_OUT = ("browser", "story", "worst")
"""What `./run test` leaves out besides `slow`; pyproject.toml says what each is."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for the browser is marked so, and what has a mark of `LEFT_OUT` is `slow`, before any is chosen.

    The files that take minutes go first: begun last, they would leave the other workers idle.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if any(item.get_closest_marker(name) for name in LEFT_OUT):
            item.add_marker("slow")
    items.sort(key=lambda item: not item.nodeid.partition("::")[0].removesuffix(".py").endswith(LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The seconds of each part, so that whoever waits sees for what; and the figures that tests noted with
    `record_property("figure", "…")`.
    """
    seconds: Counter[str] = Counter()
    figures = set()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                part = next((name for name in (*LEFT_OUT, "slow") if name in report.keywords), "quick")
                seconds[part] += report.duration
                figures |= {str(value) for name, value in report.user_properties if name == "figure"}
    if seconds:
        told = ", ".join(f"{part} {seconds[part]:.0f} s" for part in sorted(seconds))
        terminalreporter.write_line(f"of all workers together: {told}")
    for figure in sorted(figures):
        terminalreporter.write_line(figure)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder with pyproject.toml."""
    return ROOT


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own MONITOR_HOME or mail server must not reach a test."""
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        monkeypatch.delenv(name)


CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)
"""A browser that asks nobody anything of its own accord."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass
class Watched:
    """A page of the browser, and everything it did that a reader would not want or a test wants to know.

    `requests` holds every address it asked for, `dialogs` every alert, prompt and question, `errors` uncaught
    exceptions and errors on the console, `opened` every window it opened. Only loopback answers.
    """

    page: Any
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self._dismiss)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("popup", lambda popup: self.opened.append(popup.url))

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window, driven by Playwright. Skips where there is none; a build machine must have one.

    One for each module (half a second), not for the session: while it is open, this thread has a running event loop
    and other modules could not call `asyncio.run`. A module that uses it runs its servers in threads or processes.
    """
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        assert not BUILD_MACHINE, "a build machine needs Chromium (.ci/run installs it)"
        pytest.skip("no Chromium on this machine (Debian, Ubuntu: apt-get install chromium)")
    from playwright.sync_api import sync_playwright  # slow to import

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Opens watched pages: `open_page(color_scheme="dark", viewport={"width": 390, "height": 800}).page.goto(…)`.

    Keyword arguments are those of Playwright's `new_context`; each page has a context of its own.
    """
    contexts = []

    def refuse_the_world(route: Any) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            route.continue_()
        else:
            route.abort()

    def make(**options: Any) -> Watched:
        context = browser.new_context(**options)
        context.route(lambda _: True, refuse_the_world)
        contexts.append(context)
        return Watched(context.new_page())

    yield make
    for context in contexts:
        context.close()
