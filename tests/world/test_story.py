"""Thirty days in the offline Belgium with the real program: what must be told is, and nothing else."""

import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world.expected import DAYS, FORBIDDEN, GAP, INTERVAL, QUIET
from world.stage import World
from world.verdict import first_disagreements, told_disagreements

from monitor import config, resources
from monitor.model import Outcome, WatchList
from monitor.rejudge import Judges, told_then_and_now
from monitor.settings import Settings
from monitor.wiring import App, build

pytestmark = pytest.mark.story


@dataclass(frozen=True)
class Month:
    """What thirty days left behind."""

    start: object
    findings: tuple
    changes: tuple
    events: tuple
    requests: tuple
    outcomes: dict
    mails: tuple
    again: tuple
    """Told then and told now, the month judged again from its stored bytes."""
    offline: str


def watch_list() -> WatchList:
    listed = config.load(resources.bundled("sources.yaml"))
    return replace(listed, sources=tuple(replace(s, interval=INTERVAL) for s in listed.sources))


async def step(app: App, world: World, end) -> None:
    """Move the clock to whatever is due next, and do it."""
    while world.clock.now() < end:
        await app.polling.run_due()
        await app.post.compose()
        await app.post.deliver()
        times = [s.next_poll_at for s in app.store.sources.all() if s.next_poll_at is not None]
        soonest = min([*times, world.clock.now() + timedelta(hours=1)])
        world.clock.set(max(soonest, world.clock.now() + timedelta(seconds=20)))


def mails_in(folder: Path) -> tuple[bytes, ...]:
    return tuple(mail.read_bytes() for mail in sorted(folder.glob("alerts/outbox/*.eml")))


async def live(folder: Path) -> Month:
    async with World() as world:
        settings = Settings(home=folder, mail_to="reader@example.org", contact="watch@example.org")
        app = build(settings, clock=world.clock, resolver=world.resolver, trust=world.trust,
                    guard_exceptions=world.guard_exceptions)  # fmt: skip
        start = world.clock.now()
        try:
            app.take_over(watch_list())
            await step(app, world, start + timedelta(days=DAYS))
            history = app.store.history
            outcomes = {p.source_id: [] for p in history.polls(limit=100_000)}
            for poll in history.polls(limit=100_000):
                outcomes[poll.source_id].append(poll.outcome)
            changes, events = history.changes(limit=10_000), history.events(limit=10_000)
            mails = mails_in(folder)
            judges = Judges(app.lore, app.citations)
            again = [p for s in app.store.sources.all() for p in told_then_and_now(app.store, s.source, judges)]
            return Month(start, history.findings(), changes, events, tuple(world.requests), outcomes,
                         mails, tuple(again), app.store.meta.get("offline_since") or "")  # fmt: skip
        finally:
            await app.aclose()


@pytest.fixture(scope="module")
def month(tmp_path_factory) -> Month:
    return asyncio.run(live(tmp_path_factory.mktemp("month")))


def test_the_first_looks_find_what_stands_there(month):
    assert first_disagreements(month.findings) == []


def test_what_must_be_told_is_told_once_and_nothing_else_is(month):
    assert told_disagreements(month.changes, month.events, month.start) == []


def test_every_source_that_is_watched_was_looked_at_each_day(month):
    assert len(month.outcomes) >= 29
    assert min(map(len, month.outcomes.values())) >= DAYS
    assert not any(Outcome.FAULT in found for found in month.outcomes.values())


def test_the_hour_without_network_counted_against_nobody(month):
    assert any(Outcome.OFFLINE in found for found in month.outcomes.values())
    assert month.offline == ""


def test_what_robots_closes_is_never_asked_for(month):
    asked = {(r.host, r.target) for r in month.requests}
    assert not asked & set(FORBIDDEN)


def test_a_host_is_asked_once_at_a_time_and_left_alone_when_it_says_so(month):
    last = {}
    quiet = dict(QUIET)
    until = {}
    for request in month.requests:
        if request.host in last:
            assert request.at - last[request.host] >= GAP, request
        assert request.at >= until.get(request.host, request.at), request
        last[request.host] = request.at
        if request.host in quiet and getattr(request, "status", 0) == 429:
            until[request.host] = request.at + quiet[request.host]


def test_the_reader_gets_the_first_report_and_then_digests_with_every_change(month):
    subjects = [str(message_from_bytes(m, policy=policy.default)["Subject"]) for m in month.mails]
    assert "First report" in subjects[0]
    assert len(subjects) >= 10


def test_the_month_judged_again_from_its_stored_bytes_tells_the_same(month):
    assert [(p.source_id, p.verdict) for p in month.again if p.verdict != "same"] == []
    assert len(month.again) == len([c for c in month.changes if c.told])
