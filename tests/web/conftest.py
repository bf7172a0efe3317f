"""Homes with and without a past, and visitors of their pages: in this process, or over a real socket.

    def test_the_page_says_so(pages):
        assert "Changes" in pages.get("/").text

`pages` has three days of history (tests/web/lived.py), `empty_pages` none, `hostile_pages` has markup and invisible
characters in every text. `site(home=…, **settings)` makes others; `serve(site)` puts one on a socket for the browser.
"""

import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

sys.path.insert(0, str(Path(__file__).resolve().parent))

import lived
from threads import elsewhere

from monitor.clock import SteppedClock
from monitor.judge.lore import Lore
from monitor.settings import Place, Settings
from monitor.store import Store, open_store
from monitor.web.application import create_app
from monitor.web.desk import House
from monitor.web.password import Verify, verify
from monitor.web.serving import Server
from monitor.wiring import App, build, load_lore, load_watch_list

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\u202eevil\u200b\x1b[2J'
"""Markup, template code, and characters that hide or turn words round."""
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


@dataclass
class Visitor:
    """Somebody with a browser: keeps cookies, sends forms with the token their page had."""

    gate: Any
    ip: str = "127.0.0.1"
    base: str = "http://127.0.0.1:8000"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; redirects are not followed."""
        return elsewhere(self._ask(method, path, more))

    async def _ask(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.gate, raise_app_exceptions=False, client=(self.ip, 50000))
        headers = {**self.headers, **more.pop("headers", {})}
        async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
            answer = await client.request(method, path, headers=headers, **more)
            self.cookies = client.cookies
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, *, on: str = "/name", **more: Any) -> httpx.Response:
        """Fills in the form of the page `on` and sends it."""
        page = self.get(on)
        found = TOKEN.search(page.text)
        assert found, f"{on} ({page.status_code}) has no form"
        headers = {"origin": self.base, **more.pop("headers", {})}
        return self.ask("POST", path, data={"token": found[1], **(data or {})}, headers=headers, **more)


VALUES = {"number": "1", "name": "house.css", "source_id": "coc-home", "token": "none"}
"""What stands in an address for each parameter a route may have; anything else gets a 1."""


@dataclass
class Site:
    """A home and its pages."""

    app: App
    gate: Any

    @property
    def house(self) -> House:
        return self.gate.inner.state.house

    def routes(self, *methods: str) -> list[tuple[str, str]]:
        """Every (method, address) there is, parameters filled in; of these methods only, if any are named."""
        return sorted(
            (method, re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: VALUES.get(found[1], "1"), route.path))
            for route in self.house.routes
            for method in route.methods or ()
            if not methods or method in methods
        )

    @property
    def store(self) -> Store:
        return self.app.store

    def visitor(self, ip: str = "127.0.0.1", base: str = "http://127.0.0.1:8000", **headers: str) -> Visitor:
        """Somebody else. `headers`: sent with every request, `_` for `-`."""
        return Visitor(self.gate, ip, base, {name.replace("_", "-"): value for name, value in headers.items()})

    # What somebody at this machine does.

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.visitor().get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        return self.visitor().post(path, data, **more)


def _past(folder: Path, words: str | None) -> Path:
    """A database with this past; None: never started."""
    (folder / "sources.yaml").write_text(lived.SOURCES)
    database = folder / "monitor.sqlite3"
    clock = SteppedClock(lived.NOW - 4 * lived.DAY)
    store = open_store(database, clock=clock)
    if words is not None:
        lived.Past(store, clock, words).live(load_watch_list(folder / "sources.yaml"))
    store.close()
    return database


@pytest.fixture(scope="session")
def pasts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    ordinary = lived.Past.words
    made = {"empty": None, "lived": ordinary, "hostile": HOSTILE}
    return {name: _past(tmp_path_factory.mktemp(name), words) for name, words in made.items()}


@pytest.fixture(scope="session")
def lore() -> Lore:
    """Compiling it takes a sixth of a second."""
    return load_lore()


@pytest.fixture
def site(tmp_path: Path, pasts: dict[str, Path], lore: Lore) -> Iterator[Callable[..., Site]]:
    """Makes sites: `site("lived" | "empty" | "hostile", public_url=…, web_password=…, …)`.

    `verify`: what compares a password with a hash, if not argon2 itself. `reports`: more files of the home, by
    path; without any, its report stands where older versions kept it.
    """
    made: list[Site] = []

    def make(
        past: str = "lived", verify: Verify = verify, reports: dict[str, str] | None = None, **settings: Any
    ) -> Site:
        home = tmp_path / f"home{len(made)}"
        (home / "db").mkdir(parents=True)
        (home / "data").mkdir()
        (home / "sources.yaml").write_text(lived.SOURCES)
        if reports is None:
            (home / "data" / "citations.yaml").write_text(lived.CITATIONS)
        for name, text in (reports or {}).items():
            (home / name).parent.mkdir(exist_ok=True)
            (home / name).write_text(text)
        shutil.copy2(pasts[past], home / "db" / "monitor.sqlite3")
        app = build(Settings(home=home, **settings), clock=SteppedClock(lived.NOW), lore=lore)
        made.append(Site(app, create_app(app, verify=verify)))
        return made[-1]

    yield make
    for one in made:
        elsewhere(one.app.aclose())


@pytest.fixture
def pages(site: Callable[..., Site]) -> Site:
    return site("lived")


@pytest.fixture
def empty_pages(site: Callable[..., Site]) -> Site:
    return site("empty")


@pytest.fixture
def hostile_pages(site: Callable[..., Site]) -> Site:
    return site("hostile")


@pytest.fixture
def queries() -> Callable[[Site, str], int]:
    """How many questions a page asks of the database: `queries(pages, "/sources")`. Its caches are warm."""

    def count(site: Site, path: str) -> int:
        asked: list[str] = []
        assert site.get(path).status_code == 200
        engine = site.store._database._reader
        listener = lambda *seen: asked.append(seen[2])  # noqa: E731 - (connection, cursor, statement, …)
        event.listen(engine, "before_cursor_execute", listener)
        try:
            assert site.get(path).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", listener)
        return len([statement for statement in asked if statement != "BEGIN"])

    return count


@pytest.fixture
def serve() -> Iterator[Callable[[Site], str]]:
    """Puts a site on a socket; gives its address. For the browser (`open_page`) and for other real clients."""
    running: list[tuple[Server, threading.Thread]] = []

    def start(site: Site) -> str:
        server = Server(site.app, Place("127.0.0.1", 0))
        thread = threading.Thread(target=server.serve_here, daemon=True)
        thread.start()
        running.append((server, thread))
        return server.address

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(20)
