"""What a fetch asks and what it brings."""

import asyncio
import gzip
from datetime import timedelta

import brotli
import pytest
import zstandard

from monitor.errors import FetchError, FetchKind
from monitor.fetch import Limits
from monitor.model.wire import Capture, FetchOrder, Hop, NotModified

PAGE = "http://www.example.be/page"


def fields(request: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in request.decode().split("\r\n")[1:] if line)


def test_a_page_is_captured_as_it_came(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(200, b"<p>caf\xe9", "Content-Type: text/html; charset=latin-1", 'ETag: "x"')
        return await web.fetch(PAGE + "#part"), web.clock.now()

    answer, now = on_web(scene)
    assert answer == Capture(
        url=PAGE + "#part",
        final_url=PAGE,
        status=200,
        headers=(("content-type", "text/html; charset=latin-1"), ("etag", '"x"'), ("content-length", "7")),
        body=b"<p>caf\xe9",
        fetched_at=now,
        chain=(),
        elapsed=timedelta(),
        wire_bytes=7,
        robots="allowed",
    )


@pytest.mark.parametrize("status", [200, 203, 204, 300, 400, 403, 404, 410, 451, 500, 502, 503, 599])
def test_every_complete_answer_is_a_capture(on_web, status):
    async def scene(web):
        body = b"" if status == 204 else b"said"
        web.pages["/page"] = web.http(status, body, length=status != 204)
        return await web.fetch(PAGE)

    answer = on_web(scene)
    assert isinstance(answer, Capture)
    assert answer.status == status
    assert answer.body == (b"" if status == 204 else b"said")


def test_the_request_names_us_and_what_we_read(on_web):
    async def scene(web):
        await web.fetch(PAGE, accept_languages=("nl", "fr"))
        return fields(web.requests[-1])

    assert on_web(scene) == {
        "Host": "www.example.be",
        "User-Agent": "footnote-watch/0.1 (+mailto:watch@example.org)",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Accept": "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.8",
        "Accept-Language": "nl, fr;q=0.9, *;q=0.5",
    }


def test_validators_make_the_request_conditional_and_304_is_not_modified(on_web):
    async def scene(web):
        web.pages["/page"] = b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n'
        answer = await web.fetch(PAGE, etag='"v1"', last_modified="Mon, 02 Mar 2026 08:00:00 GMT")
        return answer, fields(web.requests[-1])

    answer, sent = on_web(scene)
    assert isinstance(answer, NotModified)
    assert answer.headers == (("etag", '"v1"'),)
    assert sent["If-None-Match"] == '"v1"'
    assert sent["If-Modified-Since"] == "Mon, 02 Mar 2026 08:00:00 GMT"


def test_validators_do_not_follow_a_redirect_to_another_document(on_web):
    async def scene(web):
        web.pages |= {"/page": web.http(302, b"", "Location: /new"), "/new": web.http(200, b"new")}
        await web.fetch(PAGE, etag='"v1"')
        return [fields(request).get("If-None-Match") for request in web.requests]

    assert on_web(scene) == [None, '"v1"', None]


def test_a_304_nobody_asked_for_is_a_protocol_error(on_web):
    async def scene(web):
        web.pages["/page"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
        return await web.fetch(PAGE)

    assert on_web(scene).kind is FetchKind.PROTOCOL


@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', '"a\x00"', " ", "ü"])
def test_a_validator_that_is_no_header_value_is_not_sent(on_web, etag):
    async def scene(web):
        await web.fetch(PAGE, etag=etag)
        return fields(web.requests[-1])

    assert set(on_web(scene)) == {"Host", "User-Agent", "Accept-Encoding", "Accept"}


def test_a_cookie_goes_no_further_than_its_journey(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(302, b"", "Set-Cookie: session=1", "Location: /home")
        web.pages["/home"] = web.http(200, b"x", "Set-Cookie: a=b", "set-cookie2: c=d", "X-Kept: yes")
        fetcher = web.fetcher()
        answers = [await web.fetch(PAGE, fetcher=fetcher) for _ in range(2)]
        return answers[1], [fields(request) for request in web.requests]

    answer, sent = on_web(scene)
    assert {name for name, _ in answer.headers} == {"x-kept", "content-length"}
    assert ["Cookie" in one for one in sent] == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
def test_a_packed_body_is_captured_unpacked_with_its_size_on_the_wire(on_web, coding, pack):
    packed = pack(b"policy " * 1000)

    async def scene(web):
        web.pages["/page"] = web.http(200, packed, f"Content-Encoding: {coding}")
        return await web.fetch(PAGE)

    answer = on_web(scene)
    assert answer.body == b"policy " * 1000
    assert answer.wire_bytes == len(packed)


def test_a_chunked_body_and_one_that_ends_with_the_connection_are_read(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(
            200, b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False
        )
        web.pages["/old"] = b"HTTP/1.0 200 OK\r\n\r\nuntil the end"
        return (await web.fetch(PAGE)).body, (await web.fetch("http://www.example.be/old")).body

    assert on_web(scene) == (b"abcde", b"until the end")


def test_interim_answers_before_the_real_one_are_passed_over(on_web):
    async def scene(web):
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        web.pages["/page"] = hints * 3 + web.http(200, b"page")
        return await web.fetch(PAGE)

    assert on_web(scene).body == b"page"


def test_the_chain_of_redirects_is_recorded(on_web):
    async def scene(web):
        web.pages |= {
            "/page": web.http(301, b"ignored", "Location: /b"),
            "/b": web.http(308, b"", "Location: http://new.example/c?x=%2B"),
            "new.example/c?x=%2B": web.http(200, b"here"),
        }
        return await web.fetch(PAGE)

    answer = on_web(scene)
    assert answer.chain == (
        Hop(PAGE, 301, "/b"),
        Hop("http://www.example.be/b", 308, "http://new.example/c?x=%2B"),
    )
    assert answer.final_url == "http://new.example/c?x=%2B"
    assert answer.url == PAGE


def test_a_redirect_in_raw_utf8_is_understood(on_web):
    async def scene(web):
        web.pages |= {
            "/page": "HTTP/1.1 302 Found\r\nLocation: /stratégie\r\nContent-Length: 0\r\n\r\n".encode(),
            "/strat%C3%A9gie": web.http(200, b"here"),
        }
        return await web.fetch(PAGE)

    assert on_web(scene).body == b"here"


def test_a_redirect_without_a_location_is_a_capture(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(302, b"where to?")
        return await web.fetch(PAGE)

    assert on_web(scene).body == b"where to?"


def test_eight_redirects_are_followed(on_web):
    async def scene(web):
        web.pages |= {f"/{n}": web.http(302, b"", f"Location: /{n + 1}") for n in range(8)} | {
            "/8": web.http(200, b"end")
        }
        return await web.fetch("http://www.example.be/0")

    assert on_web(scene).body == b"end"


def test_an_endless_chain_of_redirects_ends_after_nine_requests(on_web):
    async def scene(web):
        web.pages |= {f"/{n}": web.http(302, b"", f"Location: /{n + 1}") for n in range(30)}
        return await web.fetch("http://www.example.be/0"), len(web.asked)

    answer, requests = on_web(scene)
    assert answer.kind is FetchKind.REDIRECTS
    assert requests == 9


def test_a_redirect_in_a_circle_ends_at_once(on_web):
    async def scene(web):
        web.pages |= {"/page": web.http(302, b"", "Location: /b"), "/b": web.http(302, b"", "Location: /page#x")}
        return await web.fetch(PAGE), len(web.asked)

    answer, requests = on_web(scene)
    assert answer.kind is FetchKind.REDIRECTS
    assert "circle" in answer.detail
    assert requests == 2


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://example.be/", "javascript:alert(1)", "data:text/html,x", "http://u:p@example.be/",
     "gopher://127.0.0.1:25/", "//[broken", "http://"],
)  # fmt: skip
def test_a_redirect_to_what_is_not_the_web_is_refused(on_web, connects, location):
    async def scene(web):
        web.pages["/page"] = web.http(302, b"", f"Location: {location}")
        return await web.fetch(PAGE), web.port

    answer, port = on_web(scene)
    assert answer.kind is FetchKind.REDIRECTS
    assert not answer.transient
    assert answer.url == PAGE
    assert set(connects) == {("127.0.0.1", port)}


@pytest.mark.parametrize("url", ["ftp://example.be/", "file:///etc/passwd", "http://u:p@example.be/", "no address", ""])
def test_an_order_that_is_no_web_address_is_answered_without_a_request(on_web, url):
    async def scene(web):
        return await web.fetch(url), web.requests

    answer, requests = on_web(scene)
    assert answer.kind is FetchKind.BAD_ADDRESS
    assert requests == []


def test_proxy_variables_of_the_environment_are_ignored(on_web, monkeypatch, unused_port):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")

    async def scene(web):
        web.pages["/page"] = web.http(200, b"direct")
        return await web.fetch(PAGE), web.requests[-1]

    answer, request = on_web(scene)
    assert answer.body == b"direct"
    assert request.startswith(b"GET /page ")


def test_a_body_larger_than_the_limit_is_given_up(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(200, b"x" * 5000)
        return await web.fetch(PAGE, fetcher=web.fetcher(limits=Limits(wire_bytes=4000)))

    answer = on_web(scene)
    assert answer.kind is FetchKind.TOO_LARGE
    assert answer.url == PAGE


def test_cancellation_passes_and_leaves_the_fetcher_usable(on_web):
    async def scene(web):
        arrived, never = asyncio.Event(), asyncio.Event()

        async def hang(writer):
            arrived.set()
            await never.wait()

        web.pages |= {"/page": hang, "/ok": web.http(200, b"ok")}
        fetcher = web.fetcher()
        task = asyncio.create_task(web.fetch(PAGE, fetcher=fetcher))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        never.set()
        return await web.fetch("http://www.example.be/ok", fetcher=fetcher)

    assert on_web(scene).body == b"ok"


def test_header_bytes_of_no_known_meaning_are_kept(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(200, b"x", "X-Old: caf\xe9")
        return (await web.fetch(PAGE)).header("x-old")

    assert on_web(scene) == "caf\xe9"


def test_an_error_as_value_holds_no_frames(on_web):
    async def scene(web):
        web.names["www.example.be"] = OSError()
        return await web.fetch(PAGE)

    answer = on_web(scene)
    assert isinstance(answer, FetchError)
    assert answer.__traceback__ is None
    assert answer.__context__ is None


def test_a_heartbeat_tells_its_status_and_asks_nothing_else(on_web):
    async def scene(web):
        web.pages["/ping"] = web.http(204, length=False)
        return await web.fetcher().get_plain("http://beat.example/ping"), web.asked_robots

    assert on_web(scene) == (204, 0)


def test_a_heartbeat_to_nowhere_raises_a_fetch_error(on_web):
    async def scene(web):
        async def hang(writer):
            await asyncio.sleep(0.5)

        web.pages["/hang"] = hang
        kinds = []
        for url in ("nonsense", "http://beat.example/hang"):
            with pytest.raises(FetchError) as caught:
                await web.fetcher(limits=Limits(total=0.1)).get_plain(url)
            kinds.append(caught.value.kind)
        return kinds

    assert on_web(scene) == [FetchKind.BAD_ADDRESS, FetchKind.TIMEOUT]


def test_online_means_that_any_host_can_be_connected_to(on_web, unused_port):
    async def scene(web):
        web.names |= {"dead.example": OSError(), "deaf.example": [("127.0.0.1", unused_port)]}
        fetcher = web.fetcher(guard_exceptions=frozenset({("127.0.0.1", web.port), ("127.0.0.1", unused_port)}))
        down = ["nonsense", "http://dead.example/", "http://deaf.example/"]
        return [
            await fetcher.online([]),
            await fetcher.online(down),
            await fetcher.online([*down, "http://alive.example/"]),
            web.requests,
        ]

    assert on_web(scene) == [False, False, True, []]


def test_an_order_may_be_a_literal_address(on_web):
    async def scene(web):
        web.pages["/"] = web.http(200, b"x")
        answer = await web.fetcher().fetch(FetchOrder("s", f"http://127.0.0.1:{web.port}/"))
        return answer.body, web.looked_up

    assert on_web(scene) == (b"x", [])
