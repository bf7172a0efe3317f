"""What went over the wire is taken down as it went, cookie values apart."""

import asyncio
import gzip
import hashlib
import ssl
from datetime import UTC, datetime, timedelta

from monitor.errors import FetchError
from monitor.fetch import Limits
from monitor.fetch.head import parse_head
from monitor.fetch.trace import HopNotes
from monitor.model.wire import Capture, NotModified

PAGE = "http://www.example.be/page"


def test_each_hop_has_its_request_its_raw_lines_and_its_peer(on_web):
    body = gzip.compress(b"<p>page</p>" * 50)

    async def scene(web):
        web.pages["/page"] = (
            b"HTTP/1.1 302 Found\r\nSERVER: x\r\nset-cookie : sid=abcdef; Path=/; HttpOnly\r\nLocation: /new\r\n\r\n"
        )
        web.pages["/new"] = (
            b"HTTP/1.1 200  Fine\r\nx-ODD:  caf\xe9\r\nno header\r\nContent-Encoding: gzip\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        )
        return await web.fetch(PAGE, accept_languages=("nl",)), web.port, web.requests

    answer, port, requests = on_web(scene)
    assert isinstance(answer, Capture)
    first, second = answer.trace.hops
    assert [hop.peer for hop in (first, second)] == [f"127.0.0.1:{port}"] * 2
    assert first.answer == ("HTTP/1.1 302 Found", "SERVER: x", "set-cookie : sid=[6 bytes]; Path=/; HttpOnly",
                            "Location: /new")  # fmt: skip
    assert second.answer[:3] == ("HTTP/1.1 200  Fine", "x-ODD:  caf\xe9", "no header")
    assert "Cookie: sid=[6 bytes]" in second.request
    sent = ("\r\n".join(first.request) + "\r\n\r\n").encode("latin-1")
    assert sent == requests[-2]
    assert (first.status, first.body_bytes, first.body_sha256) == (302, None, "")
    assert (second.status, second.body_bytes, second.body_sha256) == (200, len(body), hashlib.sha256(body).hexdigest())
    assert (second.framing, second.codings) == ("chunked", ("gzip",))
    assert hashlib.sha256(gzip.decompress(body)).hexdigest() == hashlib.sha256(answer.body).hexdigest()
    assert answer.trace.received is None


def test_the_times_of_a_hop_follow_each_other(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(200, b"x")
        return await web.fetch(PAGE), web.clock.now()

    answer, now = on_web(scene)
    (hop,) = answer.trace.hops
    assert hop.sent_at == now
    assert timedelta() <= hop.first_byte <= hop.last_byte


def test_the_body_as_it_travelled_is_kept_when_asked_for_and_coded(on_web):
    packed = gzip.compress(b"page " * 99)

    async def scene(web):
        web.pages["/page"] = web.http(200, packed, "Content-Encoding: gzip")
        web.pages["/plain"] = web.http(200, b"page")
        coded = await web.fetch(PAGE, keep_received=True)
        return coded, await web.fetch(PAGE.replace("page", "plain"), keep_received=True)

    coded, plain = on_web(scene)
    assert coded.trace.received == packed
    assert plain.trace.received is None
    assert plain.trace.hops[0].body_sha256 == hashlib.sha256(b"page").hexdigest()


def test_a_secure_hop_names_its_protocol_and_keeps_the_certificates_that_were_sent(on_web, authority, trust):
    leaf = authority.create_child_ca().issue_cert("www.example.be")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(server)

    async def scene(web):
        web.pages["/page"] = web.http(200, b"secure")
        return await web.fetch("https://www.example.be/page", fetcher=web.fetcher(trust=trust))

    trace = on_web(scene, tls=server).trace
    sent = tuple(ssl.PEM_cert_to_DER_cert(pem.bytes().decode()) for pem in leaf.cert_chain_pems)
    assert trace.certificates == sent
    assert trace.hops[0].certificates == tuple(hashlib.sha256(der).hexdigest() for der in sent)
    assert trace.hops[0].tls.startswith("TLSv1.")
    assert trace.hops[0].cipher


def test_a_fetch_that_fails_keeps_what_there_was(on_web):
    async def scene(web):
        web.pages["/page"] = web.http(302, b"", "Location: /half")
        web.pages["/half"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-Half: yes\r\n\r\nhalf"
        web.names["nowhere.example"] = OSError()
        return await web.fetch(PAGE), await web.fetch("http://nowhere.example/")

    broken, unknown = on_web(scene)
    assert isinstance(broken, FetchError)
    assert [hop.status for hop in broken.trace.hops] == [302, 200]
    assert "X-Half: yes" in broken.trace.hops[1].answer
    assert broken.trace.hops[1].body_bytes is None
    assert unknown.trace.hops == ()


def test_a_fetch_that_takes_too_long_keeps_what_there_was(on_web):
    async def scene(web):
        async def slow(writer):
            writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: yes\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(5)

        web.pages["/page"] = slow
        return await web.fetch(PAGE, fetcher=web.fetcher(limits=Limits(total=0.5)))

    assert "X-Slow: yes" in on_web(scene).trace.hops[-1].answer


def test_not_modified_has_its_trace_too(on_web):
    async def scene(web):
        web.pages["/page"] = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
        return await web.fetch(PAGE, etag='"a"')

    answer = on_web(scene)
    assert isinstance(answer, NotModified)
    assert answer.trace.hops[0].answer == ("HTTP/1.1 304 Not Modified", 'ETag: "a"')
    assert 'If-None-Match: "a"' in answer.trace.hops[0].request


def test_values_of_cookies_stand_as_their_length_however_the_line_is_written():
    notes, now = HopNotes(PAGE), datetime(2026, 3, 2, tzinfo=UTC)
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=secret; Path=/x\r\nSET-COOKIE:bare\r\n"
    head += b"set-cookie: b=sec\r\n  ret; Max-Age=5\r\n"
    notes.sent(b"GET / HTTP/1.1\r\nCookie: a=secret; b=se=cret; c\r\n\r\n", now)
    notes.answered(parse_head(head + b"\r\n"), now)
    record = notes.record
    assert "secret" not in repr(record)
    assert record.request[1] == "Cookie: a=[6 bytes]; b=[7 bytes]; [1 bytes]"
    assert record.answer[1] == "Set-Cookie: a=[6 bytes]; Path=/x"
    assert record.answer[2] == "SET-COOKIE: [4 bytes]"
    assert record.answer[4] == " [14 bytes]"
