"""An address goes to the wire as the watch list writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch import check_url, host_key, request_url
from monitor.fetch.connection import request_head
from monitor.fetch.urls import AddressError, parse, redirected

TARGETS = [
    "/a+b",
    "/a%2Bb",
    "/a,b;c",
    "/Strategy.PDF",
    "/?b=2&a=1&b=0",
    "/a/../b/./c",
    "//double//slash",
    "/%e2%82%ac%E2%82%AC",
    "/x?q=%20+%2520",
    "/x?",
    "/~user/(a)'*!$",
    "/a[1]{2}|^`\\",
    "/100%",
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_reaches_the_server_byte_for_byte(on_web, target):
    async def scene(web):
        await web.fetch("http://www.example.be" + target)
        return web.requests[-1].split(b" ")[1]

    assert on_web(scene) == target.encode()


def test_characters_beyond_ascii_and_blanks_are_percent_encoded_as_utf8(on_web):
    async def scene(web):
        await web.fetch("http://www.example.be/stratégie nationale?q=één")
        return web.requests[-1].split(b" ")[1]

    assert on_web(scene) == b"/strat%C3%A9gie%20nationale?q=%C3%A9%C3%A9n"


def test_the_fragment_stays_at_home(on_web):
    async def scene(web):
        await web.fetch("http://www.example.be/page#chapter-2")
        return web.requests[-1]

    assert b"chapter" not in on_web(scene)


def test_a_host_beyond_ascii_is_sent_in_its_ascii_form():
    assert request_url("https://Straße.example/ü#x") == "https://xn--strae-oqa.example/%C3%BC"


def test_an_address_without_a_path_asks_for_the_root():
    assert request_url("https://www.example.be?a=1") == "https://www.example.be/?a=1"


def test_a_default_port_is_left_out_and_another_one_kept():
    assert request_url("HTTPS://WWW.Example.be:443/") == "https://www.example.be/"
    assert request_url("http://www.example.be:8080/") == "http://www.example.be:8080/"


def test_a_host_is_remembered_by_name_and_port():
    assert host_key("https://WWW.Example.be./a") == "www.example.be:443"
    assert host_key("http://www.example.be/a") == "www.example.be:80"
    assert host_key("http://[2A00::1]/a") == "[2a00::1]:80"


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("ftp://example.be/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("www.example.be/page", "does not start with"),
        ("//www.example.be/page", "does not start with"),
        ("https:/www.example.be", "names no host"),
        ("https://", "names no host"),
        ("https://:80/", "names no host"),
        ("https://user:secret@example.be/", "user name"),
        ("https://example.be\\@evil.example/", "user name"),
        ("https://example.be:99999/", "not a port"),
        ("https://example.be:0/", "not a port"),
        ("https://example.be:80a/", "not written correctly"),
        ("https://exa mple.be/", "not a valid host name"),
        ("https://127%2e0.0.1/", "not a valid host name"),
        ("https://" + "a" * 64 + ".be/", "not a valid host name"),
        ("https://-bad.example/", "not a valid host name"),
        ("https://\u2488example.be/", "not a valid host name"),
        ("https://[::zz]/", "not an IPv6 address"),
        ("https://example.be/\r\nHost: evil", "control character"),
        ("https://example.be/\x00", "control character"),
        ("https://example.be/" + "a" * 5000, "longer than"),
    ],
)
def test_what_cannot_be_fetched_is_refused_with_its_reason(url, part):
    assert part in (check_url(url) or "")


def test_an_ordinary_address_has_nothing_against_it():
    assert check_url("https://www.ai4belgium.be/wp-content/uploads/2022/10/Plan.PDF#page=3") is None


@given(st.text(st.characters(codec="ascii", exclude_characters="#"), max_size=60))
def test_visible_ascii_in_path_and_query_is_never_rewritten(text):
    url = "https://www.example.be/" + text
    if check_url(url) is None:
        assert request_url(url) == url.replace(" ", "%20")


@given(st.text(max_size=80))
def test_any_text_is_either_refused_or_becomes_sendable_ascii(text):
    for url in (text, "http://" + text, "https://www.example.be/" + text):
        if check_url(url) is None:
            sent = request_url(url)
            assert sent.isascii()
            assert sent.isprintable()
            assert " " not in sent
            assert request_url(sent) == sent


@given(st.text("0123456789abfx.-_[]:%é", max_size=24))
def test_every_host_that_is_let_through_can_be_put_into_a_request(host):
    url = f"http://{host}/"
    if check_url(url) is None:
        address = parse(url)
        lines = request_head("GET", address, ()).decode("ascii").split("\r\n")
        assert lines == [f"GET {address.target} HTTP/1.1", f"Host: {address.netloc}", "", ""]


@pytest.mark.parametrize(
    ("location", "absolute"),
    [
        ("/new?x=%2B", "https://www.example.be/new?x=%2B"),
        ("other.html", "https://www.example.be/dir/other.html"),
        ("../up", "https://www.example.be/up"),
        ("?q=2", "https://www.example.be/dir/page?q=2"),
        ("//cdn.example/x", "https://cdn.example/x"),
        (" https://a.example/%7Eb/../c ", "https://a.example/%7Eb/../c"),
    ],
)
def test_a_location_is_understood_relative_to_where_it_was_given(location, absolute):
    assert redirected(parse("https://www.example.be/dir/page?q=1"), location) == absolute


def test_a_location_that_is_no_address_is_an_address_error():
    with pytest.raises(AddressError):
        redirected(parse("https://www.example.be/"), "//[broken")
