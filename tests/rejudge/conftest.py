"""Nine days of a small played web, watched by the real program, as a database to judge again."""

import asyncio
import io
import logging
import shutil
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import config
from monitor.cli import judging, main
from monitor.cli.ground import Kept
from monitor.clock import SteppedClock
from monitor.demo import Down, Reply, Scene, Script, Stage, Validators
from monitor.judge.coverage import by_source
from monitor.rejudge import Judges
from monitor.settings import Settings
from monitor.store import open_store
from monitor.wiring import build, load_lore, load_watch_list
from monitor.worker import here

START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DAYS = 9
SOURCES = """\
version: 1
sections:
- id: all
  title: All
  sources:
  - {id: edited, name: The edited page, url: "http://www.edited.invalid/page", languages: [en], footnotes: [1]}
  - {id: ticking, name: The ticking page, url: "http://www.ticking.invalid/", languages: [en]}
  - id: gone
    name: The page that goes
    url: http://www.gone.invalid/page
    languages: [en]
    alternatives:
    - {url: "http://www.copy.invalid/page", role: copy}
"""
CITATIONS = """\
version: 1
citations:
- footnote: 1
  source: edited
  title: The edited page
  section: All
  quotes:
  - text: The supervisory body asks for a temporary ban of the pilot project.
"""
PAGE = (
    "The edited page",
    "In 2019 the airport police tested four cameras with facial recognition software.",
    "The supervisory body asks for a temporary ban of the pilot project.",
    "The report was sent to Parliament and to the minister within 30 days.",
)
SHORTER = (*PAGE[:3], "The report was sent to Parliament and to the minister within 14 days.")
WITHOUT_BAN = (PAGE[0], PAGE[1], SHORTER[3])


def html(*lines):
    paragraphs = "".join(f"<p>{line}</p>" for line in lines[1:])
    return f"<!doctype html><html lang=en><title>{lines[0]}</title><h1>{lines[0]}</h1>{paragraphs}".encode()


def script() -> Script:
    honest = {"validators": Validators.HONEST}

    def ticking(visit):
        return html("Ticking", *PAGE[1:], f"Visitor {1000 + 7 * visit.count} of this page")

    return Script(
        START,
        (
            Scene("www.edited.invalid", "/page", Reply(html(*PAGE), **honest)),
            Scene("www.edited.invalid", "/page", Reply(html(*SHORTER), **honest), at=3),
            Scene("www.edited.invalid", "/page", Reply(html(*WITHOUT_BAN), **honest), at=6),
            Scene("www.ticking.invalid", "/", Reply(ticking)),
            Scene("www.gone.invalid", "/page", Reply(html(*PAGE))),
            Scene("www.gone.invalid", "/page", Reply(b"<title>404</title><h1>Not found</h1>", status=404), at=4),
            Scene("www.copy.invalid", "/page", Reply(html(*PAGE))),
        ),
        (Down("*", 2, timedelta(hours=1), when_noticed=True),),
    )


async def live(home: Path, on_day_5=None) -> None:
    async with Stage(script()) as stage:
        settings = Settings(home=home, mail_to="reader@example.org", contact="watch@example.org")
        app = build(
            settings, clock=stage.clock, resolver=stage.resolver, guard_exceptions=stage.guard_exceptions,
            citations=config.load_citations(home), run=here,
        )  # fmt: skip
        try:
            app.take_over(load_watch_list(home / "sources.yaml"))
            while stage.clock.now() < START + timedelta(days=DAYS):
                await app.polling.run_due()
                await app.post.compose()
                await app.post.deliver()
                if on_day_5 is not None and stage.clock.now() >= START + timedelta(days=5):
                    on_day_5(Kept(settings, stage.clock, app.store))
                    on_day_5 = None
                times = [s.next_poll_at for s in app.store.sources.all() if s.next_poll_at]
                soonest = min([*times, stage.clock.now() + timedelta(hours=1)])
                stage.clock.set(max(soonest, stage.clock.now() + timedelta(seconds=20)))
        finally:
            await app.aclose()


def make(home: Path, on_day_5=None) -> Path:
    (home / "data").mkdir()
    (home / "sources.yaml").write_text(SOURCES)
    (home / "data" / "citations.yaml").write_text(CITATIONS)
    asyncio.run(live(home, on_day_5))
    return home


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that watched for nine days."""
    return make(tmp_path_factory.mktemp("lived"))


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory):
    """The store of a home where somebody said a word about a change and about a counter on the fifth day."""

    def say(kept: Kept) -> None:
        judging.say_quiet(kept, 1)
        judging.say_news(kept, kept.store.history.held("ticking")[-1].id)

    home = make(tmp_path_factory.mktemp("spoken"), say)
    found = open_store(home / "db" / "monitor.sqlite3", clock=SteppedClock(START + timedelta(days=DAYS)))
    yield found
    found.close()


@pytest.fixture
def home(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    copy = tmp_path / "home"
    shutil.copytree(lived, copy)
    monkeypatch.setenv("MONITOR_HOME", str(copy))
    return copy


@pytest.fixture
def store(home: Path):
    found = open_store(home / "db" / "monitor.sqlite3", clock=SteppedClock(START + timedelta(days=DAYS)))
    yield found
    found.close()


@pytest.fixture(scope="session")
def judges(lived: Path) -> Judges:
    return Judges(load_lore(), by_source(config.load_citations(lived)))


@pytest.fixture
def with_words(judges: Judges):
    """The judges with other rules."""
    return lambda **lore: replace(judges, lore=replace(judges.lore, **lore))


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def monitor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Types a command in this process, as the console script would run it."""
    handlers = list(logging.getLogger().handlers)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return Done(int(end.value.code or 0), out, err)

    yield run
    logging.getLogger().handlers[:] = handlers
