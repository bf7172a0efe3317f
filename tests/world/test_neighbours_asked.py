"""Neighbours of a page asked over HTTP: politely, within their budgets, and never again when the past is judged."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.demo import Reply, Scene, Script, Stage
from monitor.model import Section, Source, WatchList
from monitor.rejudge import Judges, judge_again
from monitor.settings import Settings
from monitor.wiring import build
from monitor.worker import here

START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
TURN = 3.3
PROMO = "Take part in the great survey of the authority and win a ticket for two persons."
ASIDE = "<aside><p>The authority answers letters within ten days of work.</p></aside>"


def page(title, *lines, promo=False):
    text = "".join(f"<p>{line}</p>" for line in lines)
    menu = "<nav><a href='/rules/drones'>Drones</a> <a href='/logout'>Out</a> <a href='/rules/scanners'>More</a></nav>"
    box = f"<aside><p>{PROMO}</p></aside>" if promo else ""
    body = f"{menu}<main><h1>{title}</h1>{text}</main>{ASIDE}"
    return Reply(f"<!doctype html><html lang=en><title>{title}</title><body>{body}{box}</body></html>".encode())


def cameras(promo):
    lines = [f"Article {n} of the act applies to every public body that is named in annex {n}." for n in range(12)]
    return page("Cameras", *lines, promo=promo)


def drones(promo):
    return page("Drones", "Drones are small aircraft without a pilot, and some of them carry cameras.", promo=promo)


def scenes():
    for host, theirs in (("open.invalid", True), ("closed.invalid", True), ("alone.invalid", False)):
        yield Scene(host, "/rules/cameras", cameras(promo=False))
        yield Scene(host, "/rules/cameras", cameras(promo=True), at=TURN)
        yield Scene(host, "/rules/drones", drones(promo=False))
        yield Scene(host, "/rules/drones", drones(promo=theirs), at=TURN)
    robots = Reply(b"User-agent: *\nDisallow: /rules/drones\nDisallow: /rules/scanners\n", content_type="text/plain")
    yield Scene("closed.invalid", "/robots.txt", robots)


HOSTS = ("open", "closed", "alone")


async def live(home):
    async with Stage(Script(START, tuple(scenes()))) as stage:
        settings = Settings(home=home, mail_to="reader@example.org", contact="watch@example.org")
        app = build(settings, clock=stage.clock, resolver=stage.resolver, guard_exceptions=stage.guard_exceptions,
                    citations=(), run=here)  # fmt: skip
        sources = tuple(Source(h, h, "all", f"http://{h}.invalid/rules/cameras", languages=("en",)) for h in HOSTS)
        app.take_over(WatchList((Section("all", "All"),), sources))
        while stage.clock.now() < START + timedelta(days=6):
            await app.polling.run_due()
            due = min(s.next_poll_at for s in app.store.sources.all())
            stage.clock.set(max(due, stage.clock.now() + timedelta(minutes=5)))
        return app, {h: list(stage.requests_to(f"{h}.invalid")) for h in HOSTS}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    app, requests = asyncio.run(live(tmp_path_factory.mktemp("neighbours")))
    yield app, requests
    asyncio.run(app.aclose())


def told(app, host):
    return [p.new for c in app.store.history.changes(source=host) if c.told for p in c.parts]


@pytest.mark.slow
def test_what_a_neighbour_says_too_is_not_told_and_the_reason_names_it(watched):
    app, _ = watched
    assert told(app, "open") == []
    held = {h.rule: h.reason.values for h in app.store.history.held("open")}
    assert held["neighbour"] == {"url": "http://open.invalid/rules/drones"}


@pytest.mark.slow
@pytest.mark.parametrize("host", ["closed", "alone"], ids=["robots forbid to ask", "the neighbour says nothing"])
def test_without_an_answer_that_says_the_same_it_is_told(watched, host):
    assert told(watched[0], host) == [PROMO]


@pytest.mark.slow
def test_few_are_asked_and_only_plain_pages(watched):
    _, requests = watched
    asked = [r for r in requests["open"] if r.target not in {"/rules/cameras", "/robots.txt"}]
    assert {r.target for r in asked} <= {"/rules/drones", "/rules/scanners"}
    assert len(asked) <= 4
    assert all(r.target in {"/rules/cameras", "/robots.txt"} for r in requests["closed"])


@pytest.mark.slow
def test_a_neighbour_keeps_the_gap_of_its_host(watched):
    times = [r.at for r in watched[1]["open"]]
    assert all(b - a >= timedelta(seconds=2) for a, b in pairwise(times))


@pytest.mark.slow
@pytest.mark.parametrize("host", HOSTS)
def test_judged_again_nobody_is_asked_and_all_is_as_it_was(watched, host):
    app, _ = watched
    state, then = app.store.sources.get(host), app.store.past.found(host)
    memory = None
    for step in judge_again(app.store, state.source, Judges(app.lore, app.citations)):
        found = then.get(step.poll.id)
        assert step.intent.held == (found.held if found else ())
        memory = step.intent.memory
    assert memory == state.memory
