"""The other side, on loopback: a web server that says what it is told to say, and a mail server that does."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from monitor.clock import SteppedClock
from monitor.fetch import HttpPoster, Limits

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
AGENT = "footnote-watch/0.1 (+mailto:watch@example.org)"
HOST = "hooks.example.org"
STALL = 30.0


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


@dataclass
class Web:
    """`say` gives status, headers and body for a request; `stall` and `drop` are what the wire does instead."""

    say: Callable[[Asked], tuple[int, dict[str, str], bytes]] = lambda asked: (204, {}, b"")
    stall: bool = False
    drop: bool = False
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def answers(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.say = lambda asked: (status, named, body)


class _Handler(BaseHTTPRequestHandler):
    web: Web

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers, body, self.command)
        self.web.asked.append(asked)
        if self.web.stall:
            self.web.over.wait(STALL)
        if self.web.stall or self.web.drop:
            self.close_connection = True
            return
        status, named, said = self.web.say(asked)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(said)), **named}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(said)

    do_GET = do_POST  # noqa: N815 - the standard library's name

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def serve(authority) -> Iterator[Callable[..., Web]]:
    """Start a web server: with TLS for `host`, or without when that is empty."""
    running: list[tuple[ThreadingHTTPServer, Web]] = []

    def start(host: str = HOST, ours: trustme.CA | None = None) -> Web:
        web = Web()
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"web": web}))
        server.daemon_threads = True
        if host:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            (ours or authority).issue_cert(host).configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.handle_error = lambda *_: None  # a client that refuses our certificate
        web.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append((server, web))
        return web

    yield start
    for server, web in running:
        web.over.set()
        server.shutdown()
        server.server_close()


class Names:
    """Every name leads to these (address, port) pairs."""

    def __init__(self, *places: tuple[str, int]) -> None:
        self.places, self.looked_up = places, []

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        self.looked_up.append(host)
        return self.places


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
def poster_to(authority, clock):
    """A poster for which every name leads to the web server, and that trusts its authority."""

    def make(web: Web, *, limits: Limits | None = None, exceptions=None, names=None) -> HttpPoster:
        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        place = ("127.0.0.1", web.port)
        return HttpPoster(
            clock=clock, resolver=names or Names(place), agent=AGENT, trust=trust,
            guard_exceptions={place} if exceptions is None else exceptions,
            limits=limits or Limits(total=20.0, connect=10.0),
        )  # fmt: skip

    return make


@dataclass
class Mail:
    """A mail server: `moods` are answers by command (`RCPT`, `DATA`, `.`, `AUTH`), `{password}` is what it was told."""

    moods: dict[str, str] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    stall: bool = False
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class _Smtp(socketserver.StreamRequestHandler):
    mail: Mail

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        with suppress(OSError):
            self._talk()

    def _talk(self) -> None:
        if self.mail.stall:
            self.mail.over.wait(STALL)
            return
        self.say("220 mx.example.org")
        for raw in self.rfile:
            word, _, rest = raw.decode().strip().partition(" ")
            mood = self.mail.moods.get(word.upper())
            match word.upper():
                case "EHLO":
                    self.wfile.write(b"250-mx.example.org\r\n250 AUTH PLAIN\r\n")
                case "AUTH":
                    told = rest.rpartition(" ")[2]
                    password = base64.b64decode(told).decode().rpartition("\0")[2]
                    self.say((mood or "235 welcome").format(password=password, told=told))
                case "DATA" if not mood:
                    self.say("354 go on")
                    self._take()
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say(mood or "250 ok")

    def _take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        self.mail.taken.append(b"".join(lines))
        self.say(self.mail.moods.get(".", "250 queued"))


@pytest.fixture
def mail_server() -> Iterator[Mail]:
    mail = Mail()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Handler", (_Smtp,), {"mail": mail}))
    server.daemon_threads = True
    mail.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield mail
    mail.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed_port() -> int:
    """A port at which nobody listens."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        return int(server.server_address[1])
