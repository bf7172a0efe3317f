"""`accept-move`: the list is edited in one place, and the history goes on as if nothing had happened."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from monitor import resources
from monitor.cli import editing
from monitor.demo import Redirect, Reply, Scene, Script, Stage
from monitor.settings import Settings
from monitor.wiring import build
from monitor.worker import here

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
LIST = """\
version: 1
sections:
- id: laws
  title: Laws
  sources:
  - id: page   # the one that moves
    name: A page
    url: http://old.played.example/page#rules
    footnotes: [158]
  - id: other
    name: Another page
    url: http://old.played.example/other
"""
ARTICLE = (
    "Article {n} lays down how public bodies that use automated systems must keep a register, publish the purpose of "
    "each system and answer questions of residents within a fixed time."
)


def page(extra="The records are kept for five years and then destroyed.", subject="register"):
    body = "".join(f"<p>{ARTICLE.format(n=n).replace('register', subject)}</p>" for n in range(1, 9))
    text = (
        f"<html lang=en><title>The code</title><body><main><h1>The code</h1>{body}<p>{extra}</p></main></body></html>"
    )
    return Reply(text.encode())


OTHER = Reply(
    b"<html lang=en><title>Shop</title><main><h1>Garden shop</h1>"
    + b"".join(
        b"<p>Buy plant number %d for your balcony, with delivery to your home on Friday.</p>" % n for n in range(9)
    )
    + b"</main></html>"
)
MOVES = (
    Scene("old.played.example", "/page", page()),
    Scene("old.played.example", "/other", page()),
    Scene("old.played.example", "/page", Redirect("http://new.played.example/there"), at=5),
    Scene("new.played.example", "/there", page()),
)


@pytest.fixture
def living(home, monitor):
    """Lives some days of a script in the home; `told` counts what was written, `typed` types a command meanwhile."""
    (home / "sources.yaml").write_text(LIST)
    (home / "data" / "citations.yaml").unlink()

    class Life:
        def __init__(self, app, stage):
            self.app, self.stage = app, stage

        async def until(self, day):
            end = START + timedelta(days=day)
            while self.stage.clock.now() < end:
                self.app.take_over(self.app.load_watch_list(home / "sources.yaml"))
                await self.app.polling.run_due()
                self.stage.clock.advance(timedelta(hours=3))

        def told(self):
            history = self.app.store.history
            return [e.kind for e in history.events(source="page")], len(history.changes(source="page"))

        async def typed(self, *words):
            return await asyncio.to_thread(monitor, *words)

    def live(script, scenes):
        async def play():
            async with Stage(Script(START, scenes)) as stage:
                app = build(
                    Settings(),
                    clock=stage.clock,
                    resolver=stage.resolver,
                    guard_exceptions=stage.guard_exceptions,
                    run=here,
                )
                try:
                    await script(Life(app, stage))
                finally:
                    await app.aclose()

        asyncio.run(play())

    return live


@pytest.mark.slow
def test_after_a_move_is_accepted_the_history_goes_on_and_nothing_is_told(living, home):
    async def script(life):
        await life.until(8)
        assert life.told() == (["moved"], 0)
        done = await life.typed("accept-move", "page")
        assert done.code == 0, done.err
        assert "is     http://new.played.example/there#rules" in done.out
        assert "stays with footnote 158 in the citations" in done.out
        await life.until(12)
        assert life.told() == (["moved"], 0)
        state = life.app.store.sources.get("page")
        assert (state.health, state.address) == ("ok", "http://new.played.example/there#rules")
        assert life.stage.requests_to("old.played.example", "/page")[-1].at < START + timedelta(days=8)

    living(script, MOVES)
    written = (home / "sources.yaml").read_text()
    assert written == LIST.replace("http://old.played.example/page#rules", '"http://new.played.example/there#rules"')


@pytest.mark.slow
def test_an_edit_made_while_the_move_was_accepted_is_told(living):
    edited = page("The records are kept for nine years and then destroyed.")

    async def script(life):
        await life.until(8)
        await life.typed("accept-move", "page")
        await life.until(10)
        assert life.told() == (["moved"], 1)

    living(script, (*MOVES, Scene("new.played.example", "/there", edited, at=8)))


@pytest.mark.slow
def test_a_page_that_only_a_person_can_recognise_is_watched_from_then_on(living):
    """Another text answers after the redirect: asked about, then accepted, then followed."""
    scenes = (*MOVES[:3], Scene("new.played.example", "/there", OTHER))

    async def script(life):
        await life.until(9)
        assert life.told() == (["moved_check"], 0)
        done = await life.typed("accept-move", "page")
        assert "is     http://new.played.example/there#rules" in done.out
        await life.until(13)
        kinds, changes = life.told()
        assert (kinds, changes) == (["returned", "moved_check"], 0)
        assert life.app.store.sources.get("page").health == "ok"

    living(script, scenes)


def test_what_did_not_move_is_left_alone(living, home):
    async def script(life):
        await life.until(1)
        done = await life.typed("accept-move", "other")
        assert (done.code, done.err) == (
            1,
            "monitor: other did not move: it answers at http://old.played.example/other.\n",
        )

    living(script, MOVES)
    assert (home / "sources.yaml").read_text() == LIST


@pytest.mark.slow
def test_a_dry_run_says_it_and_writes_nothing(living, home):
    async def script(life):
        await life.until(8)
        done = await life.typed("accept-move", "page", "--dry-run")
        assert done.out.startswith("would write")

    living(script, MOVES)
    assert (home / "sources.yaml").read_text() == LIST


def test_a_source_nobody_looked_at_has_no_move_to_accept(monitor, lived_in):
    done = monitor("accept-move", "oecd-api")
    assert done.code == 1
    assert "no document came from anywhere yet" in done.err


def test_an_unknown_source_and_a_home_without_a_list_are_clear_errors(monitor, lived_in):
    assert monitor("accept-move", "wallonja").err == "wallonja: is not a source of this list (did you mean wallonia?)\n"
    (lived_in / "sources.yaml").unlink()
    done = monitor("accept-move", "wallonia")
    assert (done.code, "there is no such file" in done.err) == (78, True)


@pytest.mark.slow
def test_a_move_of_an_included_source_is_written_into_the_home_s_own_copy(living, home):
    further = LIST.replace("id: laws", "id: more").replace("id: page ", "id: leaf ").replace("id: other", "id: twig")

    async def script(life):
        (home / "sources.yaml").write_text(LIST.replace("version: 1\n", "version: 1\ninclude: [further]\n"))
        (home / "data" / "further.yaml").write_text(further)
        await life.until(8)
        done = await life.typed("accept-move", "leaf")
        assert f"wrote  {home / 'data' / 'further.yaml'}" in done.out

    living(script, MOVES)
    assert "http://new.played.example/there#rules" in (home / "data" / "further.yaml").read_text()
    assert "new.played" not in (home / "sources.yaml").read_text()


def test_a_list_of_the_program_is_copied_before_it_is_edited(home):
    shipped = resources.data("further.yaml")
    own = editing._owned(shipped, home)
    assert own == home / "data" / "further.yaml"
    assert own.read_bytes() == shipped.read_bytes()
    assert editing._owned(own, home) == own
