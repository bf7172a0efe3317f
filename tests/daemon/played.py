"""What the daemon meets in its tests: a web server that plays every host, and a mail server."""

import asyncio
import contextlib
import email
import http.server
import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import driver
from aiosmtpd.smtp import SMTP

MATTERS = (
    "cameras in stations", "the scoring of tenants", "job interviews by machine", "maps of crime", "tax checks",
    "school places", "visas", "unemployment benefits", "the reading of number plates", "child care allowances",
    "hospital queues", "parking fines", "social housing", "border control", "rail tickets", "road tolls", "parole",
    "student grants", "energy premiums", "the cleaning of data", "translation at the counter", "drones", "elections",
)  # fmt: skip


def page(name: str, version: int = 1) -> bytes:
    """A page of policy text; each version has one more article, of its own words."""
    duties = "".join(
        f"<p>Article {n} of the {name} code lays down how public bodies in Belgium that use such systems must "
        f"keep a list, publish the purpose of each system and answer questions of residents within a fixed time.</p>"
        for n in range(1, 9)
    )
    more = "".join(
        f"<p>On {MATTERS[n % len(MATTERS)]} the {name} office shall report to parliament in its {n}th year.</p>"
        for n in range(1, version)
    )
    return (
        f"<!doctype html><html lang=en><head><title>The {name} code</title></head><body><main><h1>The {name} code</h1>"
        f"{duties}{more}</main></body></html>"
    ).encode()


@dataclass
class Answer:
    """What a page answers: at once, or in drops of a tenth with `pause` seconds between."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


class Web:
    """A web server on loopback that plays every host; `pages` by host, `asked` in order."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[SimpleNamespace] = []
        self.begun = threading.Event()
        """Set when a slow answer has begun."""
        self._server: http.server.ThreadingHTTPServer | None = None
        self.port = 0

    def start(self) -> None:
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    web._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        http.server.ThreadingHTTPServer.daemon_threads = True
        self._server = http.server.ThreadingHTTPServer((driver.LOOPBACK, self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Nobody answers any more: every connection is refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        host = (request.headers["Host"] or "").partition(":")[0]
        self.asked.append(SimpleNamespace(at=time.time(), host=host, path=request.path))
        found = self.pages.get(host + request.path) or self.pages.get(host)
        if request.path == "/robots.txt" or found is None:
            found = Answer(b"none", 404)
        request.send_response(found.status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **found.headers}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(found.body)))
        request.end_headers()
        step = max(1, len(found.body) // 10) if found.pause else len(found.body) or 1
        for place in range(0, len(found.body), step):
            request.wfile.write(found.body[place : place + step])
            if found.pause:
                self.begun.set()
                time.sleep(found.pause)

    def asked_for(self, host: str, path: str = "/") -> list[SimpleNamespace]:
        return [a for a in list(self.asked) if a.host == host and a.path == path]


class MailServer:
    """A mail server on loopback. `moods` are used up one by one: "drop" breaks off after DATA without an answer."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.moods: list[str] = []
        self.port = 0
        self.auth: Any = None
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    async def handle_DATA(self, server: SMTP, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content)
        message["X-Recipient"] = envelope.rcpt_tos[0]
        self.taken.append(message)
        mood = self.moods.pop(0) if self.moods else "ok"
        if mood == "drop":
            server.transport.abort()
        if mood.startswith("sleep"):
            await asyncio.sleep(float(mood.partition(" ")[2]))
        return "250 taken"

    def start(self) -> None:
        more = {"authenticator": self.auth, "auth_require_tls": False} if self.auth else {}

        def protocol() -> SMTP:
            return SMTP(self, hostname="mx.example.org", loop=self._loop, **more)

        async def listen() -> asyncio.Server:
            return await self._loop.create_server(protocol, driver.LOOPBACK, self.port)

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Connections are refused from now on."""
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
            self._server = None
            time.sleep(0.05)

    @property
    def ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.taken]

    def subjects(self) -> list[str]:
        return [str(email.header.make_header(email.header.decode_header(m["Subject"]))) for m in self.taken]

    @property
    def environment(self) -> dict[str, str]:
        return {"MONITOR_SMTP_URL": f"smtp://{driver.LOOPBACK}:{self.port}", "MONITOR_MAIL_FROM": "watch@example.org"}

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
