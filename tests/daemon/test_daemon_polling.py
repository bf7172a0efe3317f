"""The poll loop by itself: what it does with bugs, with damage, and with a store that cannot be written just now."""

import asyncio
import logging
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import driver
import pytest

from monitor.clock import SteppedClock
from monitor.errors import DamagedError, StorageError
from monitor.model import Outcome
from monitor.poll import Polling
from monitor.store import open_store


@pytest.fixture
def inside(home):
    """Run a coroutine function with a wired program whose sources are due, and nothing else going on."""

    def run(act, **more):
        clock = SteppedClock(home.now())

        async def scene():
            async with home.app(clock, **more) as app:
                app.take_over(driver.listed(home.sources))
                return await act(app)

        return asyncio.run(scene())

    return run


def tokens_and_polls(home):
    return home.query("SELECT (SELECT sum(token) FROM source), (SELECT count(*) FROM poll)")[0]


def leases(home):
    return home.query("SELECT count(*) FROM source WHERE lease_owner IS NOT NULL")[0][0]


class Locked:
    """The database, held by somebody else between `with` and its end."""

    def __init__(self, home):
        self.home = home

    def __enter__(self):
        self.raw = sqlite3.connect(self.home.database, timeout=30, isolation_level=None, check_same_thread=False)
        self.raw.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_):
        self.raw.execute("COMMIT")
        self.raw.close()


def test_a_bug_in_one_source_is_shown_rests_for_an_hour_and_stops_no_other(home, inside, caplog):
    home.watch("one", "two")

    async def act(app):
        class Broken(Polling):
            async def poll(self, order):
                if order.source.id == "one":
                    raise ZeroDivisionError("a bug")
                return await super().poll(order)

        polling = Broken(app.store, app.fetcher, app.clock, app.lore, {}, owner="test")
        app.clock.advance(timedelta(seconds=2))
        return await polling.run_due()

    assert inside(act) >= 2
    one, two = home.store.sources.get("one"), home.store.sources.get("two")
    assert (one.last_outcome, two.last_outcome) == (Outcome.FAULT, Outcome.BASELINE)
    assert one.next_poll_at - one.last_poll_at == timedelta(hours=1)
    assert "a bug" in str(one.last_reason)
    assert leases(home) == 0
    assert "fault source=one" in caplog.text


def test_what_is_being_written_when_patience_ends_is_written_once_and_its_lease_is_free(home, inside):
    home.watch("one", "two", "three")

    async def act(app):
        writing, release = threading.Event(), threading.Event()
        record = app.store.polls.record

        def slowly(intent):
            writing.set()
            release.wait(30)
            return record(intent)

        app.store.polls.record = slowly
        for _ in range(5):
            await app.polling.start_due()
            app.clock.advance(timedelta(seconds=1))
        await asyncio.to_thread(writing.wait, 30)
        asyncio.get_running_loop().call_later(0.5, release.set)
        await app.polling.drain(0.01)

    inside(act)
    claims, polls = tokens_and_polls(home)
    assert 1 <= polls <= claims
    assert leases(home) == 0
    assert home.query("SELECT 1 FROM poll GROUP BY source_id, token HAVING count(*) > 1") == []


def test_nothing_is_started_once_it_is_draining(home, inside):
    home.watch("one", "two")

    async def act(app):
        assert await app.polling.drain(1) is True
        return await app.polling.start_due()

    assert inside(act) == 0
    assert tokens_and_polls(home) == (0, 0)


def test_a_look_that_is_cancelled_is_as_due_as_before(home, inside, web):
    home.watch("one")
    web.pages["one.example"].pause = 5

    async def act(app):
        assert await app.polling.start_due() == 1
        await asyncio.to_thread(web.begun.wait, 30)
        ended = await app.polling.drain(0)
        return ended, app.store.polls.due(app.clock.now(), 5)

    ended, due = inside(act)
    assert ended is False, "a thread may still be reading"
    assert [row.source_id for row in due] == ["one"]
    assert tokens_and_polls(home) == (1, 0)


@pytest.mark.slow
def test_a_command_that_cannot_write_says_so_at_once_and_leaves_no_look_running(home, inside):
    home.watch("one", "two")
    home.warm()

    async def act(app):
        app.store.sources.make_due(["one", "two"], app.clock.now())
        record = app.store.polls.record

        def refused(intent):
            with Locked(home):
                return record(intent)

        app.store.polls.record = refused
        with pytest.raises(StorageError, match="locked"):
            await app.polling.run_due()
        app.store.polls.record = record
        return app.polling

    polling = inside(act, store=open_store(home.database, clock=SteppedClock(home.now()), lock_wait=0.2))
    assert polling.well is False
    assert home.query("SELECT 1 FROM poll GROUP BY source_id, token HAVING count(*) > 1") == []


def test_a_result_that_cannot_be_written_is_kept_in_hand_and_written_once(home, inside, caplog):
    home.watch("one")
    home.warm()
    caplog.set_level(logging.INFO, "monitor.poll")

    async def act(app):
        app.store.sources.make_due(["one"], app.clock.now())
        record, tries = app.store.polls.record, []

        def refused_twice(intent):
            tries.append(intent)
            if len(tries) <= 2:
                raise StorageError("full")
            return record(intent)

        app.store.polls.record = refused_twice
        before = app.clock.now()
        assert await app.polling.start_due() == 1
        while app.polling._busy:
            await asyncio.wait(app.polling._busy.values())
        assert tries[0] is tries[1] is tries[2], "the same result, not another look"
        return app.clock.now() - before

    assert inside(act) >= timedelta(seconds=10)
    assert leases(home) == 0
    assert caplog.text.count("results cannot be written") == 1
    assert caplog.text.count("results are written again") == 1


def test_a_result_that_outlives_its_lease_is_let_go_and_the_source_looked_at_again(home, inside, caplog):
    home.watch("one")

    async def act(app):
        record = app.store.polls.record
        app.store.polls.record = lambda _: (_ for _ in ()).throw(StorageError("full"))
        assert await app.polling.start_due() == 1
        while app.polling._busy:
            await asyncio.wait(app.polling._busy.values())
        app.store.polls.record = record
        app.clock.advance(timedelta(seconds=5))
        return await app.polling.start_due(), await app.polling.drain(30)

    assert inside(act) == (1, True)
    assert tokens_and_polls(home) == (2, 1)
    assert caplog.text.count("results cannot be written") == 1


def test_damage_met_by_a_poll_is_what_the_daemon_ends_with(home, inside):
    home.watch("one")

    async def act(app):
        def damaged(_):
            raise DamagedError("page 7")

        app.store.polls.record = damaged
        await app.polling.start_due()
        while app.polling._busy:
            await asyncio.wait(app.polling._busy.values())
        with pytest.raises(DamagedError, match="page 7"):
            await app.polling.start_due()
        return app.polling.fatal

    assert isinstance(inside(act), DamagedError)


def test_a_command_that_is_interrupted_gives_its_leases_back(home, inside, web):
    home.watch("one", "two")
    for answer in web.pages.values():
        answer.pause = 5

    async def act(app):
        work = asyncio.create_task(app.polling.run_due())
        await asyncio.to_thread(web.begun.wait, 30)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    inside(act)
    assert leases(home) == 0
    assert tokens_and_polls(home)[1] == 0


def test_the_daily_round_makes_one_backup_a_day_and_keeps_seven(home, inside):
    home.watch("one")

    async def act(app):
        made = []
        for _ in range(9 * 24):
            made.append(app.keep_house())
            app.clock.advance(timedelta(hours=1))
        return [path for path in made if path]

    made = inside(act)
    assert len(made) == 9
    assert [path for path in made if path.exists()] == made[2:]
    with closing(sqlite3.connect(made[-1])) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_damaged_database_is_named_with_its_backup_before_anything_is_written(home, inside):
    home.watch("one")

    async def act(app):
        backup = app.keep_house()
        app.store.check = lambda: ("page 3 is never used",)
        with pytest.raises(DamagedError, match=str(backup)):
            app.refuse_damage()

    inside(act)
