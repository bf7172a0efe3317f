"""Whatever the wire does, a fetch ends as a value with its kind and one line of words."""

import asyncio
import errno
import socket
import ssl
import struct

import anyio
import httpcore
import pytest

from monitor.errors import FetchError, FetchKind
from monitor.fetch import Limits, SystemResolver
from monitor.fetch.connection import Connection
from monitor.fetch.faults import fault_of
from monitor.fetch.head import parse_head
from monitor.fetch.urls import parse

PAGE = "http://www.example.be/page"


def kind_of(on_web, said, **limits):
    async def scene(web):
        web.pages["/page"] = said
        return await web.fetch(PAGE, fetcher=web.fetcher(limits=Limits(**({"total": 20} | limits))))

    answer = on_web(scene)
    assert isinstance(answer, FetchError), answer
    assert answer.detail
    assert "\n" not in answer.detail
    assert answer.url == PAGE
    return answer.kind


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", id="body shorter than its length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlonger than that", id="body longer than its length"),
        pytest.param(b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\nstill something", id="body where none may be"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            id="length and chunks",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", id="two lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello", id="negative length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", id="chunks break off"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", id="chunk size is junk"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", id="unknown transfer"),
        pytest.param(b"", id="closed without a word"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="not http"),
        pytest.param(b"HTTP/1.1 099 Fine\r\n\r\n", id="no such status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n", id="header breaks off"),
        pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: lzma\r\n\r\n\xfd7zXZ\0\0", id="unknown coding"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\na\0c", id="not gzip"),
    ],
)
def test_broken_http_is_a_protocol_error(on_web, raw):
    assert kind_of(on_web, raw) is FetchKind.PROTOCOL


def test_bytes_that_come_after_the_stated_length_are_noticed(on_web):
    """They arrive with the body or are waiting when it is read; either way the length was wrong."""

    async def two_writes(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        await writer.drain()
        writer.write(b"hello and more")
        await writer.drain()

    assert kind_of(on_web, two_writes) is FetchKind.PROTOCOL


class Late:
    """A connection on which bytes wait to be read, or seem to."""

    def __init__(self, waiting):
        self.waiting = waiting

    def get_extra_info(self, info):
        return info == "is_readable"

    async def read(self, max_bytes, timeout=None):  # noqa: ASYNC109 - httpcore's interface
        if isinstance(self.waiting, Exception):
            raise self.waiting
        return self.waiting


@pytest.mark.parametrize(
    ("waiting", "more"),
    [(b"more", True), (b"", False), (httpcore.ReadTimeout(), False), (OSError(), False), (b"\r\n", False),
     (b"HTTP/1.1 400 Bad Request\r\n", False)],
)  # fmt: skip
def test_only_bytes_of_substance_that_are_really_there_speak_against_the_length(waiting, more):
    connection = Connection(Late(waiting), parse(PAGE), 1000)

    async def read():
        head = parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        return [piece async for piece in connection.body(head)]

    if more:
        with pytest.raises(FetchError, match="sent more than the length"):
            asyncio.run(read())
    else:
        assert asyncio.run(read()) == []


@pytest.mark.parametrize("end", [b"\r\n\r\nx", b""])
def test_a_header_larger_than_the_limit_is_given_up(on_web, end):
    raw = b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"y" * 80_000 + end
    assert kind_of(on_web, raw) is FetchKind.TOO_LARGE


def test_endless_interim_answers_are_given_up(on_web):
    async def endless(writer):
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 100)
            await writer.drain()

    assert kind_of(on_web, endless) is FetchKind.TOO_LARGE


def test_an_endless_body_stops_at_the_limit(on_web):
    async def endless(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"z" * 65536)
            await writer.drain()

    assert kind_of(on_web, endless, wire_bytes=1_000_000) is FetchKind.TOO_LARGE


DEADLINE = 0.3


def drip(start, piece):
    """A server that sends a piece every now and then. After ten times the deadline it ends its answer: whoever has
    waited for that has a page, and no time-out.
    """

    async def slowly(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n" + start)
        end = asyncio.get_running_loop().time() + 10 * DEADLINE
        while asyncio.get_running_loop().time() < end:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.write(b"" if start else b"\r\nall of it")
        await writer.drain()

    return slowly


@pytest.mark.parametrize(
    ("start", "piece"), [pytest.param(b"", b"X: y\r\n", id="headers"), pytest.param(b"\r\n", b"z", id="body")]
)
def test_a_slow_loris_ends_at_the_total_deadline(on_web, start, piece):
    assert kind_of(on_web, drip(start, piece), total=DEADLINE) is FetchKind.TIMEOUT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "piece"), [pytest.param(b"", b"X: y\r\n", id="headers"), pytest.param(b"\r\n", b"z", id="body")]
)
def test_whoever_has_the_time_gets_the_whole_answer_of_a_slow_loris(on_web, start, piece):
    """So that the test above cannot pass for another reason than the deadline."""

    async def scene(web):
        web.pages["/page"] = drip(start, piece)
        return await web.fetch(PAGE, fetcher=web.fetcher(limits=Limits(total=60 * DEADLINE)))

    answer = on_web(scene)
    assert answer.status == 200
    assert answer.body.endswith(b"z" if start else b"all of it")


def test_a_server_that_accepts_and_says_nothing_ends_at_the_total_deadline(on_web):
    async def silent(writer):
        await asyncio.sleep(10 * DEADLINE)

    assert kind_of(on_web, silent, total=DEADLINE) is FetchKind.TIMEOUT


def test_the_deadline_spans_all_redirects_together(on_web):
    async def scene(web):
        def hop(n):
            async def slow(writer):
                await asyncio.sleep(0.1)
                writer.write(web.http(302, b"", f"Location: /{n + 1}"))
                await writer.drain()

            return slow

        web.pages |= {f"/{n}": hop(n) for n in range(8)}
        return await web.fetch("http://www.example.be/0", fetcher=web.fetcher(limits=Limits(total=0.35)))

    assert on_web(scene).kind is FetchKind.TIMEOUT


def test_a_connection_that_is_reset_is_a_connection_fault(on_web):
    async def reset(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    assert kind_of(on_web, reset) is FetchKind.CONNECT


def test_a_refused_connection_is_a_connection_fault(on_web, unused_port):
    async def scene(web):
        web.names["www.example.be"] = [("127.0.0.1", unused_port)]
        return await web.fetch(PAGE, fetcher=web.fetcher(guard_exceptions=frozenset({("127.0.0.1", unused_port)})))

    answer = on_web(scene)
    assert answer.kind is FetchKind.CONNECT
    assert answer.detail == "www.example.be refused the connection"


def test_the_next_address_is_tried_when_the_first_refuses(on_web, unused_port):
    async def scene(web):
        web.names["www.example.be"] = [("127.0.0.1", unused_port), ("127.0.0.1", web.port)]
        web.pages["/page"] = web.http(200, b"second")
        exceptions = frozenset({("127.0.0.1", unused_port), ("127.0.0.1", web.port)})
        return await web.fetch(PAGE, fetcher=web.fetcher(guard_exceptions=exceptions))

    assert on_web(scene).body == b"second"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "the name www.example.be does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "no name server answered for www.example.be"),
        (socket.gaierror(socket.EAI_FAIL, "x"), "the name server could not answer for www.example.be"),
        (socket.gaierror(socket.EAI_SERVICE, "x"), "the name www.example.be could not be looked up"),
        (OSError(errno.ENETUNREACH, "x"), "the name www.example.be could not be looked up"),
        (UnicodeError("x"), "the name www.example.be could not be looked up"),
        ([], "the name www.example.be has no address"),
    ],
)
def test_a_failed_look_up_is_a_dns_fault_in_words(on_web, error, words):
    async def scene(web):
        web.names["www.example.be"] = error
        return await web.fetch(PAGE)

    answer = on_web(scene)
    assert (answer.kind, answer.detail, answer.url) == (FetchKind.DNS, words, PAGE)


def test_a_look_up_that_never_ends_is_a_dns_fault_after_its_limit(on_web):
    async def scene(web):
        async def never():
            await asyncio.sleep(30)

        web.names["www.example.be"] = never
        return await web.fetch(PAGE, fetcher=web.fetcher(limits=Limits(connect=0.1)))

    answer = on_web(scene)
    assert answer.kind is FetchKind.DNS
    assert "in time" in answer.detail


def test_look_ups_connections_and_everything_have_the_promised_limits():
    limits = Limits()
    assert (limits.connect, limits.total, limits.hops) == (10, 60, 8)
    assert (limits.wire_bytes, limits.decoded_bytes, limits.headers) == (30_000_000, 60_000_000, 65536)


def test_the_system_resolver_answers_literals_with_the_port_asked_for():
    found = asyncio.run(SystemResolver().resolve("localhost", 443))
    assert found
    assert set(found) <= {("127.0.0.1", 443), ("::1", 443)}


def caused(outer, inner):
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpcore.ConnectTimeout(), FetchKind.TIMEOUT),
        (httpcore.ReadTimeout(), FetchKind.TIMEOUT),
        (httpcore.WriteTimeout(), FetchKind.TIMEOUT),
        (httpcore.PoolTimeout(), FetchKind.TIMEOUT),
        (httpcore.ConnectError(), FetchKind.CONNECT),
        (httpcore.ReadError(anyio.BrokenResourceError()), FetchKind.CONNECT),
        (httpcore.WriteError(), FetchKind.CONNECT),
        (httpcore.RemoteProtocolError(), FetchKind.PROTOCOL),
        (httpcore.LocalProtocolError(), FetchKind.PROTOCOL),
        (httpcore.UnsupportedProtocol(), FetchKind.PROTOCOL),
        (ssl.SSLError(), FetchKind.TLS),
        (caused(httpcore.ConnectError(), ssl.SSLError()), FetchKind.TLS),
        (caused(httpcore.ReadError(), FetchError(FetchKind.TOO_LARGE, "x")), FetchKind.TOO_LARGE),
        (OSError(errno.EHOSTUNREACH, "x"), FetchKind.CONNECT),
    ],
)
def test_each_library_exception_has_its_kind(error, kind):
    assert fault_of(error, "www.example.be").kind is kind


def test_the_reason_of_a_failed_connection_is_found_in_its_causes():
    error = caused(httpcore.ConnectError(), caused(OSError("all attempts failed"), OSError(errno.ENETUNREACH, "x")))
    assert fault_of(error, "www.example.be").detail == "www.example.be cannot be reached from here"
