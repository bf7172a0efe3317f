"""Clocks that are set, hours that occur twice or not at all, days without a daemon."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import driver
import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.clock import SteppedClock
from monitor.daemon import Daemon, Every, bring_back
from monitor.model import DigestKind, Frequency

pytestmark = pytest.mark.slow

BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEAR = 365 * DAY


class Life:
    """A program lived through on a stepped clock: what its daemon does at each tick. `elapsed` goes on whatever the
    clock says.
    """

    def __init__(self, home, start, *, step=timedelta(minutes=30), edit_every=DAY):
        self.home, self.clock, self.step, self.edit_every = home, SteppedClock(start), step, edit_every
        self.elapsed, self.version = timedelta(), 1
        self.looks = []

    async def live(self, length, app):
        end = self.elapsed + length
        while self.elapsed < end:
            seen = len(self.home.web.asked)
            await app.polling.run_due()
            self.looks += [(self.elapsed, a.host) for a in self.home.web.asked[seen:] if a.path == "/"]
            await app.post.compose()
            await app.post.deliver()
            self.clock.advance(self.step)
            self.elapsed += self.step
            if self.elapsed % self.edit_every == timedelta():
                self.version += 1
                self.home.change("one", self.version)

    def run(self, *acts):
        """Lengths to live, and jumps of the clock in between."""

        async def inside():
            async with self.home.app(self.clock) as app:
                app.take_over(driver.listed(self.home.sources))
                for length, jump in acts:
                    await self.live(length, app)
                    daemon = Daemon(app, self.home.folder / "sources.yaml")
                    self.clock.advance(jump)
                    await daemon.follow_clock()

        asyncio.run(inside())


def digests(home):
    return [row for row in home.store.outbox.deliveries(limit=1000) if row.kind is DigestKind.DIGEST]


def each_told_once(home):
    return home.query("SELECT 1 FROM digest_item GROUP BY subscriber_id, item HAVING count(*) > 1") == []


@pytest.mark.story
@pytest.mark.parametrize("jump", [HOUR, -HOUR, YEAR, -YEAR], ids=["+1h", "-1h", "+1y", "-1y"])
def test_a_clock_that_is_set_makes_no_storm_no_silence_and_no_digest_twice(home, jump):
    home.watch("one", "two", "three", interval=6 * 3600)
    life = Life(home, datetime(2026, 3, 2, 3, 30, tzinfo=UTC))
    home.origin = life.clock.now()
    home.subscribe("reader@example.org", frequency=Frequency.DAILY, hour=7)
    life.run((2 * DAY + 5 * HOUR, jump), (2 * DAY, -jump), (3 * DAY, timedelta()))
    for host in ("one.example", "two.example", "three.example"):
        times = [at for at, asked in life.looks if asked == host]
        in_an_hour = [sum(at <= other < at + HOUR for other in times) for at in times]
        assert max(in_an_hour) <= 3, "a regular look and two that settle a change"
        assert max(b - a for a, b in itertools.pairwise(times)) <= 2 * 6 * HOUR + life.step
    windows = [row.window for row in digests(home)]
    assert len(windows) == len(set(windows)) >= 4
    assert each_told_once(home)
    changes = home.store.history.changes(limit=1000)
    assert len(changes) == life.version - 1
    told = {row[0] for row in home.query("SELECT item FROM digest_item")}
    assert len([c for c in changes if f"change:{c.id}" not in told]) <= 1, "the newest waits for the morning"


@pytest.mark.story
@pytest.mark.parametrize("hour", [7, 2], ids=["07:00", "02:30"])
@pytest.mark.parametrize("sunday", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)],
                         ids=["spring", "autumn"])  # fmt: skip
def test_when_the_clocks_change_each_local_date_has_exactly_one_digest(home, sunday, hour):
    # Ticks fall on 02:30, which Brussels has twice in autumn and not at all in spring.
    home.watch("one", interval=3 * 3600)
    life = Life(home, sunday - 3 * DAY - 11.5 * HOUR)
    home.origin = life.clock.now()
    home.subscribe("reader@example.org", frequency=Frequency.DAILY, hour=hour)
    life.run((6 * DAY, timedelta()))
    made = [row.created_at.astimezone(BRUSSELS) for row in digests(home)]
    days = Counter(at.date() for at in made)
    expected = {(sunday + n * DAY).date() for n in range(-1, 3)}
    assert expected <= set(days)
    assert set(days.values()) == {1}
    assert {at.hour for at in made} <= ({7} if hour == 7 else {2, 3})
    assert {row.window for row in digests(home)} == {day.isoformat() for day in days}
    assert each_told_once(home)


def test_after_three_days_off_there_is_one_digest_for_all_of_them(home):
    home.watch("one", interval=6 * 3600)
    life = Life(home, datetime(2026, 3, 2, 6, 30, tzinfo=UTC))
    home.origin = life.clock.now()
    home.subscribe("reader@example.org", frequency=Frequency.DAILY, hour=7)
    life.run((DAY + 12 * HOUR, 3 * DAY))  # stopped with a change told to nobody yet
    before = {row.window for row in digests(home)}
    life.run((2 * HOUR, timedelta()))
    caught_up = [row for row in digests(home) if row.window not in before]
    assert [row.window for row in caught_up] == ["2026-03-06"]
    assert each_told_once(home)


def test_after_three_days_off_the_looks_spread_over_an_interval(home):
    names = [f"s{n}" for n in range(20)]
    home.watch(*names, interval=3600)
    home.warm()
    home.jump(3 * DAY)
    begun = home.now()
    process = home.start()
    home.until(lambda: home.said("daemon started"), process)
    assert home.said("catching up: the looks of 20 sources") == 1
    planned = sorted(state.next_poll_at for state in home.store.sources.all())
    assert begun <= planned[0]
    assert planned[-1] <= home.now() + HOUR
    assert planned[-1] - planned[0] > HOUR / 2
    for quarter in range(4):
        assert sum(begun + quarter * HOUR / 4 <= at < begun + (quarter + 1) * HOUR / 4 for at in planned) <= 12


def test_a_tick_missed_for_years_comes_once(home):
    """A machine without a battery starts in 1970 and learns the date later."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    job = scheduler.add_job(print, Every(1), next_run_time=datetime(1970, 1, 1, tzinfo=UTC))
    now = datetime(2026, 3, 2, tzinfo=UTC)
    asked = job.trigger.get_next_fire_time(datetime(1970, 1, 1, tzinfo=UTC), now)
    assert asked == now + timedelta(seconds=1)


def test_ticks_planned_before_the_clock_was_set_back_come_now():
    async def inside():
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.start()
        ticked = asyncio.Event()

        async def tick():
            ticked.set()

        far = scheduler.add_job(tick, Every(3600))
        far.modify(next_run_time=datetime.now(UTC) + YEAR)
        soon = scheduler.add_job(tick, Every(3600))
        planned = soon.next_run_time
        bring_back(scheduler.get_jobs(), datetime.now(UTC))
        async with asyncio.timeout(20):
            await ticked.wait()
        assert soon.next_run_time == planned
        scheduler.shutdown()

    asyncio.run(inside())
