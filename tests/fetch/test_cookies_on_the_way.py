"""A cookie that a redirect sets is sent back on the same journey, to the same host, and nowhere else."""

from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError, FetchKind
from monitor.fetch.cookies import LONGEST, MOST, CookieJar
from monitor.fetch.urls import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = "https://www.example.be/a/b/page?x=/y"


def sent(*lines: str, at: str = HERE, to: str = HERE) -> str:
    jar = CookieJar()
    jar.take(parse(at), lines, NOW)
    return jar.header(parse(to))


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("a=1", "a=1"),
        (" a = 1 ; Path=/; HttpOnly; SameSite=Strict", "a=1"),
        ('a="1 2"; Secure', 'a="1 2"'),
        ("a=b=c", "a=b=c"),
        ("a", "a"),
        ("a=; Path=/", "a="),
        ("a=1; Domain=example.be", "a=1"),
        ("a=1; Domain=.WWW.example.be", "a=1"),
        ("a=1; Domain=example.org", ""),
        ("a=1; Domain=ww.example.be", ""),
        ("a=1; Path=/a", "a=1"),
        ("a=1; Path=/a/b/", "a=1"),
        ("a=1; Path=/a/b/page", "a=1"),
        ("a=1; Path=/a/b/pag", ""),
        ("a=1; Path=/c", ""),
        ("a=1; Path=c", "a=1"),
        ("a=1; Max-Age=0", ""),
        ("a=1; Max-Age=-5", ""),
        ("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1"),
        ("a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT", ""),
        ("a=1; Expires=someday", "a=1"),
        ("a=1\x00", ""),
        ("a=1\rb", ""),
        ("=", ""),
        ("", ""),
        ("a=" + "x" * LONGEST, ""),
    ],
)
def test_a_cookie_is_kept_as_the_standard_says(line, header):
    assert sent(line) == header


@pytest.mark.parametrize(
    "to", ["https://example.be/a/b/page", "https://login.example.be/a/b/page", "https://example.org/a/b/page",
           "https://www.example.be.example.org/a/b/page"],
)  # fmt: skip
@pytest.mark.parametrize("line", ["a=1; Path=/", "a=1; Path=/; Domain=example.be"])
def test_a_cookie_is_never_sent_to_another_host(line, to):
    assert sent(line, to=to) == ""


def test_a_secure_cookie_is_neither_sent_nor_taken_without_encryption():
    plain = HERE.replace("https", "http")
    assert sent("a=1; Secure", to=plain) == ""
    assert sent("a=1; Secure", at=plain) == ""
    assert sent("a=1", at=plain) == "a=1"


def test_the_directory_of_the_address_is_the_path_of_a_cookie_that_names_none():
    assert sent("a=1", to="https://www.example.be/a/b") == "a=1"
    assert sent("a=1", to="https://www.example.be/a/bc") == ""
    assert sent("a=1", to="https://www.example.be/") == ""


def test_a_later_cookie_takes_the_place_of_an_earlier_and_may_delete_it():
    assert sent("a=1", "b=2", "a=3") == "b=2; a=3"
    assert sent("a=1", "a=; Max-Age=0") == ""


def test_longer_paths_come_first():
    assert sent("a=1; Path=/", "a=2; Path=/a/b", "a=3; Path=/a") == "a=2; a=3; a=1"


def test_a_jar_holds_only_so_many():
    assert sent(*(f"c{n}=1" for n in range(MOST + 20))).count("=") == MOST


def cookie_of(head: bytes) -> str:
    lines = head.decode("latin-1").split("\r\n")
    return next((line[8:] for line in lines if line.startswith("Cookie: ")), "")


class Wall:
    """Answers only who brings the cookie back that it set at the same address."""

    def __init__(self, web, answer: bytes) -> None:
        self.web, self.answer, self.turn = web, answer, 0

    async def __call__(self, writer) -> None:
        if "sid=1" in cookie_of(self.web.requests[-1]):
            writer.write(self.answer)
        else:
            writer.write(self.web.http(302, b"", "Location: http://www.example.be/page", "Set-Cookie: sid=1; Path=/"))
        await writer.drain()


def test_a_page_behind_the_cookie_of_its_own_redirect_is_read_and_the_cookie_forgotten(on_web):
    async def scene(web):
        web.pages["/page"] = Wall(web, web.http(200, b"the page", "Set-Cookie: later=2"))
        fetcher = web.fetcher()
        answers = [await web.fetch("http://www.example.be/page", fetcher=fetcher) for _ in range(2)]
        return answers, [cookie_of(head) for head in web.requests if b" /page " in head]

    answers, cookies = on_web(scene)
    assert [answer.body for answer in answers] == [b"the page"] * 2
    assert cookies == ["", "sid=1", "", "sid=1"]
    assert all("cookie" not in name for answer in answers for name, _ in answer.headers)


def test_a_site_that_sets_another_cookie_for_ever_is_a_circle(on_web):
    async def scene(web):
        async def again(writer):
            n = len(web.requests)
            writer.write(web.http(302, b"", "Location: /page", f"Set-Cookie: n={n}"))
            await writer.drain()

        web.pages["/page"] = again
        return await web.fetch("http://www.example.be/page"), len([h for h in web.requests if b" /page " in h])

    answer, asked = on_web(scene)
    assert isinstance(answer, FetchError)
    assert (answer.kind, "circle" in answer.detail) == (FetchKind.REDIRECTS, True)
    assert asked <= 9


def test_a_detour_over_another_host_brings_its_cookies_nowhere_else(on_web):
    async def scene(web):
        web.pages["www.example.be/page"] = web.http(
            302, b"", "Location: http://other.example/in", "Set-Cookie: a=1; Path=/"
        )
        web.pages["other.example/in"] = web.http(
            302, b"", "Location: http://www.example.be/end", "Set-Cookie: b=2; Path=/"
        )
        web.pages["www.example.be/end"] = web.http(200, b"end")
        await web.fetch("http://www.example.be/page")
        return [cookie_of(head) for head in web.requests if b"robots" not in head]

    assert on_web(scene) == ["", "", "a=1"]
