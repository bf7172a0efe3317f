"""One request at a time per host, a gap after each, and a wait that was asked for is kept."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchKind
from monitor.fetch import MemoryHostBook
from monitor.fetch.hosts import LONGEST_WAIT, UNSAID_WAIT, note_wait, wait_asked
from monitor.fetch.politeness import Budget, Turns
from monitor.fetch.urls import parse
from monitor.model.wire import Capture

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = "http://www.example.be/page"


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "3600", timedelta(hours=1)),
        (503, "120", timedelta(minutes=2)),
        (429, "Mon, 02 Mar 2026 10:00:00 GMT", timedelta(hours=1)),
        (503, "Monday, 02-Mar-26 09:30:00 GMT", timedelta(minutes=30)),
        (429, "Mon, 02 Mar 2026 10:00:00 -0000", timedelta(hours=1)),
        (429, "99999999999999999999", LONGEST_WAIT),
        (429, "Fri, 01 Jan 2100 00:00:00 GMT", LONGEST_WAIT),
        (429, None, UNSAID_WAIT),
        (429, "soon", UNSAID_WAIT),
        (429, "0", UNSAID_WAIT),
        (429, "Mon, 02 Mar 2020 10:00:00 GMT", UNSAID_WAIT),
        (503, None, None),
        (503, "soon", None),
        (503, "-5", None),
        (200, "3600", None),
        (403, "3600", None),
    ],
)
def test_a_wait_is_read_from_seconds_or_a_date(status, header, wait):
    headers = (("retry-after", header),) if header is not None else ()
    assert wait_asked(status, headers, NOW) == wait


@given(st.text(max_size=40), st.sampled_from([429, 503]))
def test_no_header_makes_us_wait_longer_than_the_cap_or_into_the_past(header, status):
    wait = wait_asked(status, (("retry-after", header),), NOW)
    assert wait is None or timedelta() < wait <= LONGEST_WAIT


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_an_hour_gets_no_request_for_an_hour(on_web, status):
    async def scene(web):
        web.pages["/page"] = web.http(status, b"slow down", "Retry-After: 3600")
        fetcher = web.fetcher()
        first = await web.fetch(PAGE, fetcher=fetcher)
        answered, waited = len(web.requests), []
        for _ in range(4):
            waited.append(await web.fetch("http://www.example.be/other", fetcher=fetcher))
            web.clock.advance(timedelta(minutes=14, seconds=59))
        quiet = len(web.requests) == answered
        web.clock.advance(timedelta(minutes=1))
        web.pages["/page"] = web.http(200, b"welcome back")
        return first, waited, quiet, await web.fetch(PAGE, fetcher=fetcher)

    first, waited, quiet, last = on_web(scene)
    assert isinstance(first, Capture)
    assert first.status == status
    assert {w.kind for w in waited} == {FetchKind.WAIT}
    assert waited[0].retry_after == timedelta(hours=1)
    assert all(w.transient for w in waited)
    assert quiet
    assert last.body == b"welcome back"


def test_a_wait_outlives_a_restart(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(429, b"", "Retry-After: 3600")
        await web.fetch(PAGE)
        answered = len(web.requests)
        answer = await web.fetch(PAGE, fetcher=web.fetcher())
        return answer.kind, len(web.requests) - answered

    assert on_web(scene) == (FetchKind.WAIT, 0)


def test_http_and_https_of_one_name_share_a_wait():
    book, secure = MemoryHostBook(), parse("https://www.example.be/")
    note_wait(book, secure, timedelta(hours=1), NOW)
    assert book.get("www.example.be:443").not_before == NOW + timedelta(hours=1)
    assert book.get("www.example.be:80").not_before is None


def test_a_request_over_http_respects_the_wait_asked_over_https(on_web):
    async def scene(web):
        note_wait(web.hosts, parse("https://www.example.be/"), timedelta(hours=1), web.clock.now())
        return (await web.fetch(PAGE)).kind, web.requests

    assert on_web(scene) == (FetchKind.WAIT, [])


def test_a_shorter_wait_does_not_undo_a_longer_one():
    book, address = MemoryHostBook(), parse(PAGE)
    note_wait(book, address, timedelta(hours=5), NOW)
    note_wait(book, address, timedelta(minutes=1), NOW)
    assert book.get(address.host_key).not_before == NOW + timedelta(hours=5)


def test_a_wait_from_a_clock_that_ran_ahead_does_not_last(on_web):
    async def scene(web):
        note_wait(web.hosts, parse(PAGE), timedelta(hours=1), web.clock.now() + timedelta(days=365))
        web.pages["/page"] = web.http(429, b"", "Retry-After: 60")
        answer = await web.fetch(PAGE)
        return answer.status, web.hosts.get("www.example.be:80").not_before - web.clock.now()

    assert on_web(scene) == (429, timedelta(minutes=1))


def test_a_redirect_to_a_waiting_host_is_not_followed(on_web):
    async def scene(web):
        note_wait(web.hosts, parse("http://busy.example/"), timedelta(hours=1), web.clock.now())
        web.pages["/page"] = web.http(302, b"", "Location: http://busy.example/x")
        return (await web.fetch(PAGE)).kind, web.asked

    assert on_web(scene) == (FetchKind.WAIT, ["www.example.be/page"])


def test_a_wait_asked_by_robots_txt_holds_for_the_page(on_web):
    async def scene(web):
        web.pages["/robots.txt"] = web.http(429, b"", "Retry-After: 600")
        first = await web.fetch(PAGE)
        return first, await web.fetch(PAGE), len(web.requests)

    first, second, requests = on_web(scene)
    assert first.kind is second.kind is FetchKind.WAIT
    assert first.retry_after == timedelta(minutes=10)
    assert requests == 1


def test_a_503_with_a_wait_for_robots_txt_is_a_wait(on_web):
    async def scene(web):
        web.pages["/robots.txt"] = web.http(503, b"", "Retry-After: 600")
        return await web.fetch(PAGE)

    assert on_web(scene).kind is FetchKind.WAIT


def test_the_detail_says_until_when(on_web):
    async def scene(web):
        note_wait(web.hosts, parse(PAGE), timedelta(hours=1), web.clock.now())
        return (await web.fetch(PAGE)).detail

    assert on_web(scene) == "www.example.be asked us to stay away until 2026-03-02 10:00 UTC"


def test_two_requests_to_one_host_are_the_gap_apart(on_web):
    async def scene(web):
        times = []

        async def note(writer):
            times.append(web.clock.now())
            writer.write(web.http(404))
            await writer.drain()

        web.pages |= {"/robots.txt": note, "/page": note, "other.example/robots.txt": note, "other.example/": note}
        fetcher = web.fetcher(gap=timedelta(seconds=2))
        for url in (PAGE, PAGE, "http://other.example/"):
            await web.fetch(url, fetcher=fetcher)
        return [(later - earlier).total_seconds() for earlier, later in pairwise(times)]

    # robots.txt, page, page; then another host at once: robots.txt, page
    assert on_web(scene) == [2, 2, 0, 2]


def test_a_crawl_delay_widens_the_gap(on_web):
    async def scene(web):
        web.pages["/robots.txt"] = web.http(200, b"User-agent: *\nCrawl-delay: 7")
        web.pages["/page"] = web.http(200, b"x")
        before = web.clock.now()
        await web.fetch(PAGE, fetcher=web.fetcher(gap=timedelta(seconds=2)))
        return web.clock.now() - before

    assert on_web(scene) == timedelta(seconds=7)


def test_one_host_never_has_two_connections_open(on_web):
    async def scene(web):
        async def slow(writer):
            await asyncio.sleep(0.01)
            writer.write(web.http(200, b"x"))
            await writer.drain()

        web.pages |= {f"/{n}": slow for n in range(6)}
        fetcher = web.fetcher()
        answers = await asyncio.gather(*(web.fetch(f"http://one.example/{n}", fetcher=fetcher) for n in range(6)))
        return web.most_open, web.asked_robots, {type(a) for a in answers}

    assert on_web(scene) == (1, 1, {Capture})


def test_no_more_than_eight_connections_are_open_at_once(on_web):
    async def scene(web):
        async def slow(writer):
            await asyncio.sleep(0.02)
            writer.write(web.http(200, b"x"))
            await writer.drain()

        web.pages["/"] = slow
        fetcher = web.fetcher()
        answers = await asyncio.gather(*(web.fetch(f"http://h{n}.example/", fetcher=fetcher) for n in range(20)))
        return web.most_open, {type(a) for a in answers}

    most_open, kinds = on_web(scene)
    assert 2 <= most_open <= 8
    assert kinds == {Capture}


def test_two_hosts_that_redirect_to_each_other_do_not_lock_each_other(on_web):
    async def scene(web):
        async def slowly_to(writer, where):
            await asyncio.sleep(0.02)
            writer.write(web.http(302, b"", f"Location: http://{where}/end"))
            await writer.drain()

        web.pages |= {
            "a.example/": lambda writer: slowly_to(writer, "b.example"),
            "b.example/": lambda writer: slowly_to(writer, "a.example"),
            "/end": web.http(200, b"end"),
        }
        fetcher = web.fetcher()
        return await asyncio.gather(
            web.fetch("http://a.example/", fetcher=fetcher), web.fetch("http://b.example/", fetcher=fetcher)
        )

    assert [answer.body for answer in on_web(scene)] == [b"end", b"end"]


class Sleeper:
    """A clock that stands still and keeps whoever sleeps for a real moment."""

    def __init__(self):
        self.slept = []

    def now(self):
        return NOW

    async def sleep(self, seconds):
        self.slept.append(seconds)
        await asyncio.sleep(0.9)


def test_waiting_for_a_turn_does_not_use_up_the_deadline():
    async def main():
        clock, budget = Sleeper(), Budget()
        turns = Turns(clock, timedelta(seconds=2))
        async with turns.turn("h", timedelta(), Budget()):
            pass
        async with budget.within(0.8), turns.turn("h", timedelta(), budget):
            return clock.slept

    assert asyncio.run(main()) == [2]


def test_a_clock_set_back_does_not_stretch_the_gap():
    class Back(Sleeper):
        def now(self):
            return NOW - timedelta(hours=1) * len(times.append(0) or times)

    async def main():
        turns = Turns(clock, timedelta(seconds=2))
        for _ in range(2):
            async with turns.turn("h", timedelta(), Budget()):
                pass

    times = []
    clock = Back()
    asyncio.run(main())
    assert clock.slept == [2]


def test_hosts_of_long_ago_are_forgotten():
    async def main():
        turns = Turns(Sleeper(), timedelta())
        for n in range(3000):
            async with turns.turn(f"h{n}", timedelta(), Budget()):
                pass
        return len(turns._locks), len(turns._last)

    assert max(asyncio.run(main())) <= 1025
