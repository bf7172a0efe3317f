"""robots.txt after RFC 9309: what it says decides, what cannot be read means no, for a while."""

import asyncio
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import SteppedClock
from monitor.errors import FetchError, FetchKind
from monitor.fetch import Limits, MemoryHostBook, describe_robots
from monitor.fetch.politeness import Budget
from monitor.fetch.robots import MAX_BYTES, PATIENCE, Robots, Say, is_fresh, product_token, ruling
from monitor.fetch.urls import parse
from monitor.model.wire import Capture, HostRecord

AGENT = "footnote-watch/0.1 (+mailto:watch@example.org)"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "www.example.be:80"
PAGE = "http://www.example.be/page"


def record(status, body=b"", age=timedelta()):
    return HostRecord(KEY, robots_status=status, robots_body=body, robots_at=NOW - age)


@pytest.mark.parametrize(
    ("rules", "path", "say"),
    [
        (b"", "/a", Say.ALLOWED),
        (b"User-agent: *\nDisallow: /", "/a", Say.FORBIDDEN),
        (b"User-agent: *\nDisallow: /\nAllow: /a", "/a", Say.ALLOWED),
        (b"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", Say.FORBIDDEN),
        (b"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", Say.ALLOWED),
        (b"User-agent: *\nDisallow: /?q=", "/?q=1", Say.FORBIDDEN),
        (b"User-agent: footnote-watch\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", Say.FORBIDDEN),
        (b"User-agent: Footnote-Watch\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", Say.ALLOWED),
        (b"User-agent: otherbot\nDisallow: /", "/a", Say.ALLOWED),
        (b"User-agent: watch\nDisallow: /", "/a", Say.ALLOWED),
        (b"User-agent: footnote\nDisallow: /", "/a", Say.ALLOWED),
        (b"User-agent: footnote-watch/9 # us\nDisallow: /", "/a", Say.FORBIDDEN),
        (b"user agent footnote-watch\n\n# all\nuser-agent: b\nDisallow: /", "/a", Say.FORBIDDEN),
        (b"User-agent: a\nUser-agent: *\nUser-agent: b\nDisallow: /", "/a", Say.FORBIDDEN),
        (b"User-agent: *\nDisallow: /x\nUser-agent: other\nDisallow: /", "/a", Say.ALLOWED),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /a\r\n", "/a", Say.FORBIDDEN),
        (b"User-agent: *\nDisallow: /caf%C3%A9", "/caf%c3%a9", Say.FORBIDDEN),
        (b"User-agent: *\nDisallow: /", "/robots.txt", Say.ALLOWED),
        (b"<!doctype html><p>User-agent: *\nDisallow: /", "/a", Say.ALLOWED),
        (b"\xff\xfe\x00junk\x00", "/a", Say.ALLOWED),
        (b"#" * MAX_BYTES + b"\nUser-agent: *\nDisallow: /", "/a", Say.ALLOWED),
    ],
)
def test_the_rules_decide(rules, path, say):
    assert ruling(record(200, rules), "http://www.example.be" + path, AGENT, NOW).say is say


@pytest.mark.slow
def test_ten_thousand_names_over_as_many_rules_do_not_multiply():
    """As the parser alone reads it this file makes 200 million rules."""
    rules = b"".join(b"User-agent: b%d\n" % n for n in range(10_000)) + b"Disallow: /a*b\n" * 20_000
    tracemalloc.start()
    said = ruling(record(200, rules), PAGE, AGENT, NOW).say
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said is Say.ALLOWED
    assert peak < 30_000_000


def test_rules_dated_in_the_future_are_asked_for_again():
    """A clock that ran a year ahead must not freeze them for a year."""
    assert not is_fresh(record(404, age=-timedelta(days=365)), NOW)


@pytest.mark.parametrize(
    ("status", "say"),
    [
        (204, Say.ALLOWED),
        (301, Say.ALLOWED),
        (401, Say.ALLOWED),
        (403, Say.ALLOWED),
        (404, Say.ALLOWED),
        (410, Say.ALLOWED),
        (500, Say.UNKNOWN),
        (503, Say.UNKNOWN),
        (0, Say.UNKNOWN),
    ],
)
def test_a_status_without_rules_means_yes_for_4xx_and_no_for_5xx(status, say):
    assert ruling(record(status), PAGE, AGENT, NOW).say is say


def test_what_was_never_asked_is_unknown():
    assert ruling(HostRecord(KEY), PAGE, AGENT, NOW).say is Say.UNKNOWN


def test_rules_unreadable_for_a_month_count_as_absent():
    assert ruling(record(503, age=PATIENCE), PAGE, AGENT, NOW).say is Say.UNREACHABLE
    assert ruling(record(503, age=PATIENCE - timedelta(seconds=1)), PAGE, AGENT, NOW).say is Say.UNKNOWN


@pytest.mark.parametrize(
    ("wished", "seconds"), [("3", 3), ("0.5", 0.5), ("86400", 15), ("-1", 0), ("nan", 0), ("x", 0)]
)
def test_a_crawl_delay_is_obeyed_up_to_a_cap(wished, seconds):
    rules = f"User-agent: *\nCrawl-delay: {wished}".encode()
    assert ruling(record(200, rules), PAGE, AGENT, NOW).delay == timedelta(seconds=seconds)


def test_the_product_token_is_the_start_of_the_agent():
    assert product_token(AGENT) == "footnote-watch"
    assert product_token("1bot") == "another-robot"


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (HostRecord(KEY), "has not been asked for yet"),
        (record(0), "could not be reached since 2026-03-02 09:00 UTC"),
        (record(503), "answers 503"),
        (record(404), "has no robots.txt (answer 404"),
        (record(200, b"User-agent: *\nDisallow: /"), "forbids this address to footnote-watch"),
        (record(200, b"User-agent: *\nCrawl-delay: 5"), "allows this address to footnote-watch, with 5 s between"),
    ],
)
def test_the_verdict_is_described_in_one_line(known, words):
    line = describe_robots(known, PAGE, AGENT)
    assert words in line
    assert "\n" not in line


def test_an_address_that_cannot_be_read_is_described_as_such():
    assert "http" in describe_robots(HostRecord(KEY), "mailto:x@example.be", AGENT)


def test_a_forbidden_address_is_not_fetched(on_web):
    async def scene(web):
        web.pages["/robots.txt"] = web.http(200, b"User-agent: *\nDisallow: /page")
        return await web.fetch(PAGE), web.asked

    answer, asked = on_web(scene)
    assert answer.kind is FetchKind.ROBOTS
    assert not answer.transient
    assert answer.url == PAGE
    assert asked == []


def test_a_written_reason_overrides_the_rules_and_shows_in_the_capture(on_web):
    async def scene(web):
        web.pages |= {"/robots.txt": web.http(200, b"User-agent: *\nDisallow: /"), "/page": web.http(200, b"x")}
        return await web.fetch(PAGE, robots_override="the publisher agreed by mail")

    assert on_web(scene).robots == "overridden"


def test_a_reason_that_was_not_needed_does_not_show(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(200, b"x")
        return await web.fetch(PAGE, robots_override="the publisher agreed by mail")

    assert on_web(scene).robots == "allowed"


def test_each_hop_asks_the_rules_of_its_own_host(on_web):
    async def scene(web):
        web.pages |= {
            "/page": web.http(302, b"", "Location: http://other.example/private"),
            "other.example/robots.txt": web.http(200, b"User-agent: *\nDisallow: /private"),
            "other.example/private": web.http(200, b"secret"),
        }
        return await web.fetch(PAGE), web.asked

    answer, asked = on_web(scene)
    assert answer.kind is FetchKind.ROBOTS
    assert "other.example" in answer.detail
    assert asked == ["www.example.be/page"]


def test_rules_are_asked_for_once_a_day(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(200, b"x")
        fetcher, counts = web.fetcher(), []
        for hours in (0, 23, 2):
            web.clock.advance(timedelta(hours=hours))
            await web.fetch(PAGE, fetcher=fetcher)
            counts.append(web.asked_robots)
        return counts

    assert on_web(scene) == [1, 1, 2]


def test_rules_survive_a_restart_in_the_host_book(on_web):
    async def scene(web):
        web.pages["/robots.txt"] = web.http(200, b"User-agent: *\nDisallow: /page")
        await web.fetch(PAGE)
        answer = await web.fetch(PAGE, fetcher=web.fetcher())
        return answer.kind, web.asked_robots

    assert on_web(scene) == (FetchKind.ROBOTS, 1)


def test_a_server_error_for_the_rules_keeps_us_away_for_now(on_web):
    async def scene(web):
        web.pages |= {"/robots.txt": web.http(500), "/page": web.http(200, b"x")}
        fetcher = web.fetcher()
        answers = [await web.fetch(PAGE, fetcher=fetcher) for _ in range(2)]
        return answers, web.asked, web.asked_robots, web.hosts.get(KEY)

    answers, asked, asked_robots, kept = on_web(scene)
    assert {a.kind for a in answers} == {FetchKind.ROBOTS}
    assert all(a.transient for a in answers)
    assert asked == []
    assert asked_robots == 1, "within the hour the host is left alone"
    assert kept.robots_status == 500


def test_the_time_of_the_first_failure_stays_and_after_a_month_the_page_is_fetched(on_web):
    async def scene(web):
        web.pages |= {"/robots.txt": web.http(500), "/page": web.http(200, b"x")}
        fetcher, first = web.fetcher(), web.clock.now()
        answers = []
        for _ in range(3):
            answers.append(await web.fetch(PAGE, fetcher=fetcher))
            web.clock.advance(PATIENCE / 2)
        return answers, web.hosts.get(KEY).robots_at == first

    answers, kept_since_first = on_web(scene)
    assert [isinstance(a, FetchError) for a in answers] == [True, True, False]
    assert answers[2].robots == "unreachable"
    assert kept_since_first


def test_an_older_copy_stands_in_for_rules_that_cannot_be_read(on_web):
    async def scene(web):
        web.pages |= {"/robots.txt": web.http(200, b"User-agent: *\nDisallow: /no"), "/page": web.http(200, b"x")}
        fetcher = web.fetcher()
        await web.fetch(PAGE, fetcher=fetcher)
        web.clock.advance(timedelta(days=2))
        web.pages["/robots.txt"] = web.http(502)
        return await web.fetch(PAGE, fetcher=fetcher), await web.fetch("http://www.example.be/no", fetcher=fetcher)

    allowed, forbidden = on_web(scene)
    assert allowed.robots == "unreachable"
    assert forbidden.kind is FetchKind.ROBOTS


def test_rules_that_can_be_read_again_hold_at_once(on_web):
    async def scene(web):
        web.pages |= {"/robots.txt": web.http(500), "/page": web.http(200, b"x")}
        fetcher = web.fetcher()
        await web.fetch(PAGE, fetcher=fetcher)
        web.pages["/robots.txt"] = web.http(404)
        web.clock.advance(timedelta(hours=1))
        return await web.fetch(PAGE, fetcher=fetcher), web.hosts.get(KEY).robots_status

    answer, status = on_web(scene)
    assert answer.robots == "allowed"
    assert status == 404


def test_rules_that_never_come_are_a_timeout_and_leave_the_page_alone(on_web):
    async def scene(web):
        async def silent(writer):
            await asyncio.sleep(1)

        web.pages["/robots.txt"] = silent
        return await web.fetch(PAGE, fetcher=web.fetcher(limits=Limits(total=0.2))), web.asked

    answer, asked = on_web(scene)
    assert answer.kind is FetchKind.TIMEOUT
    assert asked == []


@pytest.mark.parametrize("fails", ["network", "rules"])
def test_what_is_remembered_while_asking_stays_bounded(fails):
    class Failing:
        async def get(self, address, *_, **__):
            raise FetchError(FetchKind.DNS if fails == "network" else FetchKind.PROTOCOL, "x", url=address.url)

    async def main():
        robots = Robots(exchange=Failing(), hosts=MemoryHostBook(), clock=SteppedClock(NOW), agent=AGENT)
        for n in range(1500):
            with suppress(FetchError):
                await robots.ruling(parse(f"http://h{n}.example/"), Budget())
        return len(robots._asking), len(robots._failed)

    asking, failed = asyncio.run(main())
    assert asking == 0
    assert failed <= 1024


def test_broken_rules_are_unreadable_rules(on_web):
    async def scene(web):
        web.pages["/robots.txt"] = b"not http at all\r\n\r\n"
        return await web.fetch(PAGE), web.hosts.get(KEY).robots_status

    answer, status = on_web(scene)
    assert answer.kind is FetchKind.ROBOTS
    assert status == 0


def test_rules_are_followed_over_five_redirects_even_to_another_host(on_web):
    async def scene(web):
        web.pages |= {f"/r{n}": web.http(301, b"", f"Location: /r{n + 1}") for n in range(1, 4)}
        web.pages |= {
            "/robots.txt": web.http(301, b"", "Location: /r1"),
            "/r4": web.http(301, b"", "Location: http://rules.example/r"),
            "rules.example/r": web.http(200, b"User-agent: *\nDisallow: /page"),
        }
        return await web.fetch(PAGE)

    assert on_web(scene).kind is FetchKind.ROBOTS


@pytest.mark.parametrize("location", ["/robots.txt", "ftp://example.be/robots.txt", "http://user@example.be/"])
def test_rules_behind_a_redirect_that_leads_nowhere_count_as_absent(on_web, location):
    async def scene(web):
        web.pages |= {"/robots.txt": web.http(301, b"", f"Location: {location}"), "/page": web.http(200, b"x")}
        return await web.fetch(PAGE), web.asked_robots

    answer, asked_robots = on_web(scene)
    assert isinstance(answer, Capture)
    assert asked_robots <= 6


def test_only_the_first_500_kilobytes_of_the_rules_are_read(on_web):
    async def scene(web):
        body = b"User-agent: *\nDisallow: /page\n" + b"# filler\n" * 100_000
        web.pages["/robots.txt"] = web.http(200, body)
        return (await web.fetch(PAGE)).kind, len(web.hosts.get(KEY).robots_body)

    assert on_web(scene) == (FetchKind.ROBOTS, MAX_BYTES)


def test_a_host_that_cannot_be_reached_is_the_answer_for_its_pages(on_web):
    async def scene(web):
        web.names["www.example.be"] = OSError()
        return await web.fetch(PAGE), web.looked_up, web.hosts.get(KEY).robots_status

    answer, looked_up, status = on_web(scene)
    assert (answer.kind, answer.url) == (FetchKind.DNS, PAGE)
    assert looked_up == ["www.example.be"]
    assert status is None


def test_the_rules_keep_what_else_is_known_of_the_host(on_web):
    async def scene(web):
        past = web.clock.now() - timedelta(days=1)
        web.hosts.put(HostRecord(KEY, not_before=past))
        await web.fetch(PAGE)
        return replace(web.hosts.get(KEY), robots_body=b"").not_before == past

    assert on_web(scene) is True
