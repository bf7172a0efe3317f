"""Servers that break the rules of HTTP in ways that no browser minds are read; what is refused is named."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchKind
from monitor.fetch.chunks import ChunkError, Chunks
from monitor.fetch.head import HeadError, head_end, parse_head
from monitor.model.wire import Capture

PAGE = "http://www.example.be/page"
BODY = "<p>Décret</p>".encode() * 9
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
READ = {
    "a path as a header's name": OK + b"get-ban/forum.php: userdata\r\n" + LENGTH + b"\r\n" + BODY,
    "a blank in a header's name": OK + b"X Powered By: CMS\r\n" + LENGTH + b"\r\n" + BODY,
    "a blank before the colon": OK + LENGTH.replace(b":", b" :") + b"\r\n" + BODY,
    "a line without a colon": OK + b"this is no header\r\n" + LENGTH + b"\r\n" + BODY,
    "a line that is only a colon": OK + b": nothing\r\n:\r\n" + LENGTH + b"\r\n" + BODY,
    "a folded line": OK + b"X-Long: one\r\n  two\r\n\tthree\r\n" + LENGTH + b"\r\n" + BODY,
    "a first line that is folded": b"HTTP/1.1 200 OK\r\n folded\r\n" + LENGTH + b"\r\n" + BODY,
    "control characters": OK + b"X-Title: caf\x0b\x01\xc3\xa9\0\x7f\r\n" + LENGTH + b"\r\n" + BODY,
    "bytes beyond ASCII": OK + b"X-Title: caf\xe9\r\nX-\xe9: y\r\n" + LENGTH + b"\r\n" + BODY,
    "a bare CR in a value": OK + b"X: a\rb\r\n" + LENGTH + b"\r\n" + BODY,
    "lines that end with LF": (OK + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY,
    "lines that end both ways": OK + LENGTH + b"\n" + BODY,
    "an empty value": OK + b"Server:\r\n" + LENGTH + b"\r\n" + BODY,
    "the length twice": OK + LENGTH + LENGTH + b"\r\n" + BODY,
    "the length twice in one line": OK + b"Content-Length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY,
    "an empty length": OK + b"Content-Length:\r\n\r\n" + BODY,
    "a length with blanks and zeros": OK + b"Content-Length:  00%d \r\n\r\n" % len(BODY) + BODY,
    "blank lines before the answer": b"\r\n\r\n" + OK + LENGTH + b"\r\n" + BODY,
    "rubbish before the answer": b"\xef\xbb\xbf" + OK + LENGTH + b"\r\n" + BODY,
    "no reason": b"HTTP/1.1 200\r\n" + LENGTH + b"\r\n" + BODY,
    "a reason in bytes beyond ASCII": b"HTTP/1.1 200 D\xe9sol\xe9\r\n" + LENGTH + b"\r\n" + BODY,
    "lower case": b"http/1.1 200 ok\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY,
    "two blanks in the status line": b"HTTP/1.1  200  OK\r\n" + LENGTH + b"\r\n" + BODY,
    "no version": b"HTTP 200 OK\r\n" + LENGTH + b"\r\n" + BODY,
    "version 1.0": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    "version 2 in words of 1": b"HTTP/2 200\r\n" + LENGTH + b"\r\n" + BODY,
    "an odd version": b"HTTP/1.15 200 OK\r\n" + LENGTH + b"\r\n" + BODY,
    "interim answers": b"HTTP/1.1 103 Soon\r\nLink: </a>\r\n\r\nHTTP/1.1 100\r\n\r\n" + OK + LENGTH + b"\r\n" + BODY,
    "blank lines after the body": OK + LENGTH + b"\r\n" + BODY + b"\r\n\r\n",
    "another answer after the body": OK + LENGTH + b"\r\n" + BODY + b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "chunked said twice": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(BODY),
    "chunked in capitals": OK + b"transfer-encoding: Chunked, identity\r\n\r\n" + chunked(BODY[:9], BODY[9:]),
    "blanks round a size": CHUNKED + b" %x \t\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
    "sizes with zeros in capitals": CHUNKED + b"000%X\r\n%s\r\n000\r\n\r\n" % (len(BODY), BODY),
    "an extension of a size": CHUNKED + b'%x ;ext="y"\r\n%s\r\n0;z\r\n\r\n' % (len(BODY), BODY),
    "chunks whose lines end with LF": CHUNKED + b"%x\n%s\n0\n\n" % (len(BODY), BODY),
    "trailers": CHUNKED + chunked(BODY, end=b"0\r\nX-Sum: 1\r\n\r\n"),
    "an end without its blank line": CHUNKED + chunked(BODY, end=b"0\r\n"),
    "an end without a line end": CHUNKED + chunked(BODY, end=b"0\r\n") + b"",
    "rubbish after the last chunk": CHUNKED + chunked(BODY) + b"\r\nmore",
    "identity as a transfer coding": OK + b"Transfer-Encoding: identity\r\n\r\n" + BODY,
}  # fmt: skip


def fetched(on_web, raw):
    async def scene(web):
        web.pages["/page"] = raw
        return await web.fetch(PAGE)

    return on_web(scene)


@pytest.mark.parametrize("name", sorted(READ))
def test_what_every_browser_shows_is_read(on_web, name):
    answer = fetched(on_web, READ[name])
    assert isinstance(answer, Capture), answer
    assert (answer.status, answer.body) == (200, BODY)


REFUSED = {
    "two lengths": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "Content-Length: 5"),
    "a length that is none": (OK + b"Content-Length: -7\r\n\r\nhello!", "Content-Length: -7"),
    "a transfer that is not known": (OK + b"Transfer-Encoding: rot13\r\n\r\nhello", "Transfer-Encoding: rot13"),
    "a length and chunks": (OK + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY), "Content-Length and"),
    "no answer in HTTP": (b"220 mail.example.be ESMTP\r\n\r\n", "220 mail.example.be ESMTP"),
    "a size that is none": (CHUNKED + b"0xg\r\nhello\r\n", "0xg"),
    "a coding that is not known": (OK + b"Content-Encoding: rot13\r\n\r\n\0\1\2\3", "rot13"),
    "nothing at all": (b"", "gave no answer"),
    "half an answer": (OK, "broke off before its answer was complete"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_read_is_named(on_web, name):
    raw, word = REFUSED[name]
    answer = fetched(on_web, raw)
    assert isinstance(answer, FetchError)
    assert (answer.kind, word in answer.detail) == (FetchKind.PROTOCOL, True), answer.detail


def test_a_redirect_with_several_choices_is_followed_to_the_one_the_server_names(on_web):
    async def scene(web):
        web.pages |= {"/page": web.http(300, b"choose", "Location: /en"), "/en": web.http(200, BODY)}
        web.pages["/list"] = web.http(300, b"choose")
        return await web.fetch(PAGE), await web.fetch(PAGE.replace("page", "list"))

    followed, list_ = on_web(scene)
    assert (followed.final_url, followed.body) == ("http://www.example.be/en", BODY)
    assert (list_.status, list_.body) == (300, b"choose")


def test_values_are_unfolded_and_meaningless_lines_passed_over_and_every_line_is_kept():
    raw = b"HTTP/1.1 200 OK\r\nX-Long : one\r\n  two\nno colon\r\n folded\r\nX-A: caf\xc3\xa9\r\nx-a: caf\xe9\r\n\r\n"
    head = parse_head(raw)
    assert head.fields == (("x-long", "one two"), ("x-a", "café"), ("x-a", "café"))
    assert b"\r\n".join(head.lines) == re.sub(rb"\r?\n", b"\r\n", raw).removesuffix(b"\r\n\r\n")


def said_by(read) -> str:
    """What is said when it is refused; empty when it is not."""
    try:
        read()
    except (HeadError, ChunkError) as error:
        return str(error)
    return ""


@given(st.binary(max_size=300))
def test_any_bytes_are_a_head_or_refused_in_one_line(data):
    raw = b"HTTP/1.1 200 OK\r\n" + data + b"\r\n\r\n"
    head = parse_head(raw[: head_end(raw)])
    assert all("\n" not in value and "\0" not in value for _, value in head.fields)
    said = said_by(lambda: head.framing)
    assert said.isprintable()
    assert said_by(lambda: parse_head(data + b"\r\n\r\n")).isprintable()


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=6), st.integers(1, 40))
def test_chunks_come_out_whole_however_they_are_cut(pieces, step):
    raw, chunks = chunked(*pieces), Chunks()
    found = [piece for at in range(0, len(raw), step) for piece in chunks.feed(raw[at : at + step])]
    assert (b"".join(found), chunks.done, chunks.ended) == (b"".join(pieces), True, True)


@given(st.binary(max_size=200))
def test_any_bytes_are_chunks_or_refused_in_one_line(data):
    assert said_by(lambda: list(Chunks().feed(data))).isprintable()


@pytest.mark.parametrize("line", [b"1" * 20_000, b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 20_000])
def test_endless_framing_is_given_up(line):
    with pytest.raises(ChunkError):
        list(Chunks().feed(line))


def test_a_size_that_comes_byte_by_byte_is_read(on_web):
    async def slowly(writer):
        for byte in CHUNKED + chunked(BODY):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    assert fetched(on_web, slowly).body == BODY
