"""A POST is guarded like every fetch: no inner address, no redirect, no answer without end, https alone."""

import socket
import sys
import threading

import pytest
import trustme

from monitor.errors import FetchError, FetchKind
from monitor.fetch import Limits, why_not_posted

URL = "https://hooks.example.org/in?a=1%2B2"
REFUSED = {FetchKind.REFUSED_ADDRESS, FetchKind.BAD_ADDRESS}
INNER = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "0",
    "0.0.0.0", "①②⑦.⓪.⓪.①", "127。0。0。1", "127%2e0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fec0::1]", "[fd00::1]", "[ff02::1]", "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "255.255.255.255",
]  # fmt: skip
_seen: list[tuple[object, ...]] = []
_hooked = threading.Event()


def _on_audit(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        _seen.append(args[1][:2])


@pytest.fixture
def connects():
    """Every TCP connection this process begins meanwhile, as (address, port)."""
    if not _hooked.is_set():
        sys.addaudithook(_on_audit)
        _hooked.set()
    _seen.clear()
    return _seen


class Leads:
    def __init__(self, *places):
        self.places = list(places)

    async def resolve(self, host, port):
        found = self.places.pop(0) if len(self.places) > 1 else self.places[0]
        if isinstance(found, Exception):
            raise found
        return found


def refused(work):
    with pytest.raises(FetchError) as caught:
        work()
    return caught.value


def test_a_message_is_posted_as_it_is_to_the_path_as_written(serve, poster_to):
    web = serve()
    web.answers(202, b"thank you")
    answer = poster_to(web).post(
        URL, [("Content-Type", "application/json"), ("webhook-id", "fw_1")], b'{"a":"\xc3\xa9"}'
    )
    assert (answer.status, answer.said, answer.location, answer.retry_after) == (202, "thank you", "", None)
    (asked,) = web.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/in?a=1%2B2", b'{"a":"\xc3\xa9"}')
    assert asked.headers["host"] == "hooks.example.org"
    assert asked.headers["content-length"] == "10"
    assert asked.headers["user-agent"].startswith("footnote-watch/")


@pytest.mark.parametrize("host", INNER)
def test_no_spelling_of_an_inner_address_is_posted_to(host, serve, poster_to, connects):
    web = serve()
    poster = poster_to(web, exceptions=(), names=Leads((("127.0.0.1", web.port),)))
    for url in (f"https://{host}/in", f"http://{host}/in"):
        assert refused(lambda url=url: poster.post(url, [], b"x")).kind in REFUSED
        assert refused(lambda url=url: poster.reach(url)).kind in REFUSED
    assert connects == []


@pytest.mark.parametrize(
    "places",
    [
        (("127.0.0.1", 443),), (("10.0.0.7", 443), ("127.0.0.1", 443)), (("::1", 443),), (("64:ff9b::7f00:1", 443),),
        (("169.254.169.254", 443),),
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_connected_to(places, serve, poster_to, connects):
    poster = poster_to(serve(), exceptions=(), names=Leads(places))
    assert refused(lambda: poster.post(URL, [], b"x")).kind is FetchKind.REFUSED_ADDRESS
    assert connects == []


def test_a_name_that_changes_its_mind_is_looked_up_once(serve, poster_to, connects):
    web = serve()
    good = (("127.0.0.1", web.port),)
    names = Leads(good, (("10.0.0.1", 443),))
    assert poster_to(web, names=names).post(URL, [], b"x").status == 204
    assert refused(lambda: poster_to(web, names=names).post(URL, [], b"x")).kind is FetchKind.REFUSED_ADDRESS
    assert connects == [("127.0.0.1", web.port)]


def test_a_redirect_is_not_followed(serve, poster_to, connects):
    web = serve()
    web.answers(307, Location="https://elsewhere.example.org/in")
    answer = poster_to(web).post(URL, [], b"x")
    assert (answer.status, answer.location) == (307, "https://elsewhere.example.org/in")
    assert len(web.asked) == len(connects) == 1


def test_only_https_is_spoken_but_to_the_guards_exceptions(serve, poster_to):
    plain = serve(host="")
    url = f"http://127.0.0.1:{plain.port}/in"
    assert poster_to(plain).post(url, [], b"x").status == 204
    assert refused(lambda: poster_to(plain, exceptions=()).post(url, [], b"x")).kind is FetchKind.BAD_ADDRESS
    assert refused(lambda: poster_to(plain).post("http://hooks.example.org/in", [], b"x")).kind is FetchKind.BAD_ADDRESS
    assert len(plain.asked) == 1


@pytest.mark.parametrize("work", ["post", "reach"])
def test_a_certificate_of_somebody_else_gets_nothing(work, serve, poster_to):
    other = serve(host="elsewhere.example.org")
    stranger = serve(ours=trustme.CA())
    for web in (other, stranger):
        poster = poster_to(web)
        error = refused(lambda poster=poster: poster.post(URL, [], b"x") if work == "post" else poster.reach(URL))
        assert error.kind is FetchKind.TLS
        assert web.asked == []


def test_an_answer_that_never_comes_is_an_answer_of_its_own(serve, poster_to):
    web = serve()
    web.stall = True
    answer = poster_to(web, limits=Limits(total=0.5, connect=5.0)).post(URL, [], b"x")
    assert answer.status == 0
    assert "no answer within 0.5 seconds" in answer.said
    assert len(web.asked) == 1


def test_a_connection_that_breaks_after_the_message_leaves_open_whether_it_arrived(serve, poster_to):
    web = serve()
    web.drop = True
    answer = poster_to(web).post(URL, [], b"x")
    assert answer.status == 0
    assert answer.said


def test_nobody_there_and_no_such_name_are_failures_before_the_message(serve, poster_to, closed_port):
    web = serve()
    nobody = Leads((("127.0.0.1", closed_port),))
    poster = poster_to(web, names=nobody, exceptions={("127.0.0.1", closed_port)})
    assert refused(lambda: poster.post(URL, [], b"x")).kind is FetchKind.CONNECT
    gone = Leads(socket.gaierror(socket.EAI_NONAME, "no"))
    assert refused(lambda: poster_to(web, names=gone).post(URL, [], b"x")).kind is FetchKind.DNS


def test_of_a_long_answer_only_the_beginning_is_read(serve, poster_to):
    web = serve()
    web.answers(500, b"y" * 300_000)
    answer = poster_to(web).post(URL, [], b"x")
    assert (answer.status, len(answer.said)) == (500, 2000)


def test_an_answer_whose_body_does_not_come_is_still_an_answer(serve, poster_to):
    web = serve()
    web.answers(200, b"half", Content_Length="4000")
    assert poster_to(web, limits=Limits(total=20.0)).post(URL, [], b"x").status == 200


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "120", 120), (503, "90", 90), (502, "30", 30), (429, "", 900), (503, "", None), (200, "60", None),
     (429, "99999999", 43_200), (503, "Tue, 24 Nov 2026 06:10:00 GMT", 600)],
)  # fmt: skip
def test_how_long_a_receiver_asks_to_be_left_alone(status, header, seconds, serve, poster_to):
    web = serve()
    web.answers(status, **({"Retry_After": header} if header else {}))
    wait = poster_to(web).post(URL, [], b"x").retry_after
    assert (wait.total_seconds() if wait else None) == seconds


def test_what_cannot_be_posted_to_is_said_before_anything_is_added():
    assert why_not_posted("https://hooks.example.org/in") == ""
    assert "https" in why_not_posted("http://hooks.example.org/in")
    assert "private network" in why_not_posted("https://192.168.1.1/in")
    assert "user name or password" in why_not_posted("https://me:secret@hooks.example.org/in")
    assert "disguise" in why_not_posted("https://0x7f.1/in")
