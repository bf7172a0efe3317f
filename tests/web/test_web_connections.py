"""Half-sent requests, over real sockets, against the server as it is shipped."""

import resource
import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress

import httpx
import pytest
from test_web_serving import PATIENCE, run  # noqa: F401 - a fixture

from monitor.settings import Place
from monitor.web.connections import Connections, Limits
from monitor.web.serving import Server

HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
UNFINISHED = {
    "nothing": b"",
    "one letter": b"G",
    "headers without an end": HEAD,
    "a body without an end": FORM + b"Content-Length: 1000\r\n\r\npassword=",
    "a chunked body without an end": FORM + b"Transfer-Encoding: chunked\r\n\r\n3\r\npas\r\n",
    "a body after a promise": FORM + b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n",
}
WHOLE = HEAD + b"\r\n"


@pytest.fixture
def served(site):
    """Starts the pages with these limits; gives their port."""
    with ExitStack() as stack:

        def start(limits=None, **settings):
            server = Server(site("lived", **settings).app, Place("127.0.0.1", 0), limits)
            thread = threading.Thread(target=server.serve_here, daemon=True)
            thread.start()
            stack.callback(thread.join, 20)
            stack.callback(setattr, server, "should_exit", True)
            return int(server.address.rpartition(":")[2])

        yield start


def connected(port):
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made.settimeout(PATIENCE)
    return made


def well(port):
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        return [client.get(f"http://127.0.0.1:{port}{path}").status_code for path in ("/healthz", "/sources")]


def rest(connection):
    """What comes until the other side ends it."""
    got = b""
    try:
        while piece := connection.recv(65536):
            got += piece
    except ConnectionError:
        pass
    return got


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(begun, id=name, marks=[] if name.startswith(("headers", "a body without")) else pytest.mark.slow)
        for name, begun in UNFINISHED.items()
    ],
)
@pytest.mark.slow
def test_visitors_are_answered_while_hundreds_of_half_sent_requests_hang(served, begun):
    """The limits as shipped."""
    port = served()
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connected(port)).sendall(begun)
        assert well(port) == [200, 200]


@pytest.mark.slow
@pytest.mark.parametrize("begun", UNFINISHED.values(), ids=UNFINISHED)
def test_a_half_sent_request_is_ended(served, begun):
    port = served(Limits(headers=0.3, body=0.3))
    with connected(port) as half:
        half.sendall(begun)
        got = rest(half)
    assert (b" 408 " in got) is (begun != b""), "browsers open connections beforehand, and take no answer to nothing"
    assert well(port) == [200, 200]


@pytest.mark.slow
def test_the_deadline_holds_for_the_second_request_of_a_connection_too(served):
    port = served(Limits(headers=0.3, idle=1))
    with connected(port) as half:
        half.sendall(WHOLE)
        half.sendall(HEAD)
        assert b"HTTP/1.1 200" in rest(half)
    assert well(port) == [200, 200]


@pytest.mark.slow
def test_visitors_are_answered_while_hundreds_of_connections_are_kept_alive(served):
    port = served()
    with ExitStack() as stack:
        for _ in range(300):
            idle = stack.enter_context(connected(port))
            idle.sendall(WHOLE)
            assert b"HTTP/1.1 200" in idle.recv(65536)
            idle.sendall(HEAD)
        assert well(port) == [200, 200]


@pytest.mark.slow
def test_a_byte_now_and_then_does_not_move_the_deadline(served):
    port = served(Limits(headers=1.0))
    began = time.monotonic()
    with connected(port) as slow:
        slow.sendall(HEAD)
        try:
            while time.monotonic() - began < PATIENCE:
                slow.sendall(b"X")
                time.sleep(0.1)
        except ConnectionError:
            return
    pytest.fail("it went on")


def test_an_answer_that_nobody_takes_is_given_up(served):
    port = served(Limits(unread=0.5))
    with connected(port) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # One connection asks for more than the system buffers, and reads none of it.
        deaf.settimeout(0.5)
        ended = False
        until = time.monotonic() + PATIENCE
        while not ended and time.monotonic() < until:
            try:
                deaf.sendall(b"GET /static/htmx.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50)
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
        assert ended
    assert well(port) == [200, 200]


def test_a_flood_takes_no_descriptors_from_others(served):
    """Some thousands, more than may wait: the oldest make room."""
    port = served(Limits(all=40))
    with ExitStack() as stack:
        first = stack.enter_context(connected(port))
        first.sendall(HEAD)
        for _ in range(60):
            stack.enter_context(connected(port)).sendall(HEAD)
        assert rest(first) == b""
        assert well(port) == [200, 200]


def test_speech_that_is_no_http_is_ended_at_once_and_fills_no_log(served, caplog):
    port = served()
    context = ssl.create_default_context()
    for _ in range(30):
        with connected(port) as one, pytest.raises(ssl.SSLError):
            context.wrap_socket(one, server_hostname="localhost")
    with connected(port) as one:
        one.sendall(b"\0\1\2\3 rubbish\r\n\r\n")
        assert b" 400 " in rest(one)
    assert well(port) == [200, 200]
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


def test_rubbish_behind_a_whole_request_ends_the_connection_without_a_traceback(served, caplog):
    port = served()
    with connected(port) as one:
        one.sendall(HEAD + b"\r\n\0\0\0rubbish\r\n\r\n")
        rest(one)
    assert well(port) == [200, 200]
    assert not [record for record in caplog.records if record.exc_info]


def test_whoever_leaves_in_the_middle_of_a_form_leaves_no_traceback(served, caplog):
    port = served(Limits(body=0.3))
    for _ in range(3):
        with connected(port) as one:
            one.sendall(UNFINISHED["a body without an end"])
    with connected(port) as one:
        one.sendall(UNFINISHED["a body without an end"])
        rest(one)
    assert well(port) == [200, 200]
    assert not [record for record in caplog.records if record.exc_info]


class Waiter:
    """A connection, as the bookkeeping sees it."""

    unanswered = False

    def __init__(self, ip):
        self.ip, self.dropped = ip, False

    def drop(self):
        self.dropped = True


def test_one_network_cannot_crowd_out_the_others():
    connections = Connections(Limits(one_network=3, all=100), lambda ip: ip == "127.0.0.1")
    others = [Waiter(f"198.51.100.{n}") for n in range(20)]
    flood = [Waiter(f"2001:db8::{n:x}") for n in range(10)]
    proxy = [Waiter("127.0.0.1") for _ in range(20)]
    for one in (*others, *proxy, *flood):
        connections.wait(one)
    assert [one.dropped for one in flood] == [True] * 7 + [False] * 3
    assert not any(one.dropped for one in (*others, *proxy))


def test_those_that_waited_longest_make_room():
    connections = Connections(Limits(one_network=50, all=5), lambda _: False)
    many = [Waiter(f"198.51.100.{n}") for n in range(8)]
    for one in many[:5]:
        connections.wait(one)
    connections.go_on(many[0])  # its request is whole: it is at work, and not in anybody's way
    for one in many[5:]:
        connections.wait(one)
    assert [one.dropped for one in many] == [False, True, True] + [False] * 5


@pytest.fixture
def descriptors():
    """A process that is started now may have so many, this one as many as it can."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def bounded(number):
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))

    yield bounded
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "serve"])
def test_the_running_monitor_answers_while_thousands_of_half_sent_requests_hang(site, run, descriptors, command):  # noqa: F811
    """The real process, with the descriptors that systemd gives a service; more requests than that."""
    watch = site("lived")
    watch.store.close()
    descriptors(1024)
    monitor = run(watch, command, *(["--port", "0"] if command == "serve" else []), MONITOR_WEB="127.0.0.1:0")
    port = int(monitor.said(r"[pP]ages: http://127\.0\.0\.1:(\d+)"))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    descriptors(hard)
    many = 3000 if hard == resource.RLIM_INFINITY else min(3000, hard - 500)
    with ExitStack() as stack:
        for number in range(many):
            begun = list(UNFINISHED.values())[number % len(UNFINISHED)]
            with suppress(ConnectionError):
                stack.enter_context(connected(port)).sendall(begun)
        assert well(port) == [200, 200]
    assert monitor.stop() == 0
    said = monitor.log.read_text()
    assert "Traceback" not in said
    assert "to make room" in said
