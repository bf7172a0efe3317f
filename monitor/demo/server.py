"""A small web server on loopback that plays many hosts, and the resolver that leads to it.

HTTP/1.1 as far as a polite client needs it (RFC 9112; conditional requests: RFC 9110 §13): GET and HEAD,
virtual hosts by `Host`, one plain port and, given certificates, one with TLS. Real sockets, played names.
"""

import asyncio
import contextlib
import gzip
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from monitor.demo.script import (
    Answer,
    Asked,
    Body,
    Drop,
    Play,
    Redirect,
    Reply,
    Scene,
    Slow,
    Validators,
    Visit,
    entity_tag,
)

LOOPBACK = "127.0.0.1"
_HEAD_LIMIT = 64 * 1024

_NOT_FOUND = Reply(b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>", status=404)
_MISDIRECTED = Reply(b"Nobody of that name lives here.\n", status=421, content_type="text/plain")
_NOT_ALLOWED = Reply(b"Only GET and HEAD are played.\n", status=405, content_type="text/plain")

_Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def host(self) -> str:
        return self.header("host").partition(":")[0].rstrip(".").lower()


@dataclass(frozen=True, slots=True)
class _Wire:
    """An answer ready to be written. `cut`: bytes of the body after which the connection breaks."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    cut: int | None = None
    chunk: int = 0
    pause: float = 0.0


class PlayedServer:
    """Plays every host of a script on loopback, between `start()` and `stop()`, in the running event loop.

    `keep_alive`: connections stay open between requests. Off by default, so that every request looks its
    name up again and a host that dies is dead at once.
    """

    def __init__(self, play: Play, *, tls: ssl.SSLContext | None = None, keep_alive: bool = False) -> None:
        self._play, self._tls, self._keep_alive = play, tls, keep_alive
        self._servers: list[asyncio.Server] = []
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.plain_port = 0
        self.tls_port = 0

    async def start(self) -> None:
        self.plain_port = await self._listen(self._connection(secure=False), None)
        if self._tls is not None:
            self.tls_port = await self._listen(self._connection(secure=True), self._tls)

    async def _listen(self, connection: _Connection, tls: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(connection, LOOPBACK, 0, ssl=tls, limit=_HEAD_LIMIT)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close the doors and every open connection."""
        for server in self._servers:
            server.close()
        # Broken off rather than cancelled: asyncio (3.11) logs a cancelled connection as an error.
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    @property
    def guard_exceptions(self) -> frozenset[tuple[str, int]]:
        """The exact addresses a fetcher must be allowed to connect to."""
        return frozenset((LOOPBACK, port) for port in (self.plain_port, self.tls_port) if port)

    def _connection(self, *, secure: bool) -> _Connection:
        async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._connections[task] = writer
                task.add_done_callback(self._connections.pop)
            try:
                while await self._exchange(reader, writer, secure=secure):
                    pass
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
                writer.transport.abort()
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    await writer.wait_closed()

        return connection

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, secure: bool) -> bool:
        """One request and its answer; whether the connection may serve another."""
        request = parse_head(await reader.readuntil(b"\r\n\r\n"))
        if request is None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return False
        wire = self._answer(request)
        status = wire.status if wire is not None else 0
        self._play.asked.append(
            Asked(self._play.clock.now(), secure, request.method, request.host, request.target, request.headers, status)
        )
        if wire is None:
            writer.transport.abort()
            return False
        keep = self._keep_alive and request.header("connection").lower() != "close" and wire.cut is None
        await self._write(writer, wire, keep=keep, with_body=request.method != "HEAD")
        return keep

    def _answer(self, request: _Request) -> _Wire | None:
        """What to write; None to break the connection without a word."""
        now = self._play.clock.now()
        if request.host not in self._play.script.hosts:
            return _plain(_MISDIRECTED, now)
        if request.method not in {"GET", "HEAD"}:
            return _plain(_NOT_ALLOWED, now)
        if self._play.is_down(request.host):
            return None
        visit, scene = self._play.visit(request.host, request.target)
        if scene is None:
            return _plain(_NOT_FOUND, now)
        return self._played(scene, scene.answer, visit, request)

    def _played(self, scene: Scene, answer: Answer, visit: Visit, request: _Request) -> _Wire | None:
        match answer:
            case Redirect(to, status):
                headers = (("Location", to), ("Content-Type", "text/html"))
                return _Wire(status, (*_common(visit.at), *headers), b"<h1>Moved</h1>\n")
            case Drop(reply, after):
                if reply is None:
                    return None
                wire = self._replied(scene, reply, visit, request)
                return _Wire(wire.status, wire.headers, wire.body, cut=after)
            case Slow(reply, chunk, pause):
                wire = self._replied(scene, reply, visit, request)
                return _Wire(wire.status, wire.headers, wire.body, chunk=chunk, pause=pause)
            case Reply() as reply:
                return self._replied(scene, reply, visit, request)

    def _replied(self, scene: Scene, reply: Reply, visit: Visit, request: _Request) -> _Wire:
        body = rendered(reply.body, visit)
        modified = self._play.script.moment(scene.at)
        validators = _validators(reply, body, visit, modified, self._play.script.start)
        common = (*_common(visit.at), *validators)
        if reply.status == HTTPStatus.OK and is_not_modified(dict(validators), request.headers):
            return _Wire(304, common)
        headers = (*common, ("Content-Type", reply.content_type), *reply.headers)
        if reply.gzip and "gzip" in request.header("accept-encoding"):
            body = gzip.compress(body, mtime=0)
            headers = (*headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
        return _Wire(reply.status, headers, body)

    async def _write(self, writer: asyncio.StreamWriter, wire: _Wire, *, keep: bool, with_body: bool) -> None:
        lines = [f"HTTP/1.1 {wire.status} {_phrase(wire.status)}"]
        lines += [f"{name}: {value}" for name, value in wire.headers]
        if wire.status != HTTPStatus.NOT_MODIFIED:
            lines.append(f"Content-Length: {len(wire.body)}")
        lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        body = (wire.body if wire.cut is None else wire.body[: wire.cut]) if with_body else b""
        step = wire.chunk or max(1, len(body))
        for place in range(0, len(body), step):
            writer.write(body[place : place + step])
            await writer.drain()
            if wire.pause:
                await asyncio.sleep(wire.pause)
        await writer.drain()


class PlayedResolver:
    """Leads every played name to the server. Unknown and dead names raise `socket.gaierror`, as the system's does."""

    def __init__(self, play: Play, server: PlayedServer) -> None:
        self._play, self._server = play, server

    async def resolve(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        name = host.rstrip(".").lower()
        self._play.looked_up.append((self._play.clock.now(), name))
        if self._play.is_down(name) or name not in self._play.script.hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        played = {80: self._server.plain_port, 443: self._server.tls_port}.get(port, 0)
        if not played:
            raise socket.gaierror(socket.EAI_SERVICE, "Servname not supported for ai_socktype")
        return ((LOOPBACK, played),)


def parse_head(head: bytes) -> _Request | None:
    """The head of a request; None when it is not HTTP/1.x with a Host."""
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    headers = tuple(
        (name.strip().lower(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon
    )
    if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or not any(name == "host" for name, _ in headers):
        return None
    return _Request(parts[0], parts[1], headers)


def rendered(body: Body, visit: Visit) -> bytes:
    return body if isinstance(body, bytes) else body(visit)


def is_not_modified(validators: dict[str, str], asked: tuple[tuple[str, str], ...]) -> bool:
    """RFC 9110 §13.2.2: the entity tag decides when there is one, else the date."""
    conditions = dict(asked)
    if "if-none-match" in conditions:
        tags = {tag.strip().removeprefix("W/") for tag in conditions["if-none-match"].split(",")}
        return "*" in tags or validators.get("ETag", "") in tags
    if "if-modified-since" in conditions and "Last-Modified" in validators:
        try:
            since = parsedate_to_datetime(conditions["if-modified-since"])
        except ValueError:
            return False
        return parsedate_to_datetime(validators["Last-Modified"]) <= since
    return False


def _validators(
    reply: Reply, body: bytes, visit: Visit, modified: datetime, start: datetime
) -> tuple[tuple[str, str], ...]:
    if reply.validators is Validators.HONEST:
        tag = ("ETag", entity_tag(body))
        return (tag, ("Last-Modified", http_date(modified))) if isinstance(reply.body, bytes) else (tag,)
    if reply.validators is Validators.STUCK:
        return (("ETag", entity_tag(visit.target.encode())), ("Last-Modified", http_date(start)))
    if reply.validators is Validators.CHURNING:
        return (("ETag", entity_tag(f"{visit.target} {visit.count}".encode())),)
    return ()


def http_date(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def _common(now: datetime) -> tuple[tuple[str, str], ...]:
    return (("Date", http_date(now)), ("Server", "Apache"))


def _plain(reply: Reply, now: datetime) -> _Wire:
    body = reply.body if isinstance(reply.body, bytes) else b""
    return _Wire(reply.status, (*_common(now), ("Content-Type", reply.content_type)), body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
