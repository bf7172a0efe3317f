"""What every request passes before a page sees it: a known host, a person or an open address, a bounded size; and what
every answer gets: the headers that make it safe, and no body for HEAD.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect

from monitor.clock import Clock
from monitor.web.access import Access, Caller, is_open
from monitor.web.headers import Headers, completed
from monitor.web.public import CACHED, may_reach

MOST = 256 * 1024
"""Bytes of a request's body."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Refusal = Callable[[Scope, int, Caller | None], Asgi]
"""Gives the answer for a status: 400 unknown host, 401 a stranger, 413 too large, 503 no database."""


class TooLargeError(Exception):
    """The body went on beyond `MOST`."""


class Gate:
    """The outermost layer."""

    def __init__(self, inner: Asgi, access: Access, clock: Clock, refusal: Refusal) -> None:
        self.inner, self.access, self._clock, self._refusal = inner, access, clock, refusal
        self._public = access.public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope["headers"])
        caller = self._caller(scope, headers)
        scope.setdefault("state", {})["caller"] = caller
        out = _Answer(send, head=scope["method"] == "HEAD")
        if out.head:
            # A copy: the server frames the answer by its own scope, and expects no body for HEAD.
            scope = {**scope, "method": "GET"}
        public = caller is not None and self._is_public(caller, scope)
        out.public = public
        status = _refused(caller, scope["path"], _declared(headers), public=public)
        answer = self._refusal(scope, status, caller) if status else self.inner
        try:
            await answer(scope, _bounded(receive), out.send)
        except TooLargeError:
            if not out.started:
                await self._refusal(scope, 413, caller)(scope, receive, out.send)
        except ClientDisconnect:
            # Whoever leaves before the end of their form is nobody's mistake.
            return

    def _is_public(self, caller: Caller, scope: Scope) -> bool:
        stranger = caller.identity is None and not caller.unsure and not caller.wrong_key
        return self._public and stranger and may_reach(scope["method"], scope["path"])

    def _caller(self, scope: Scope, headers: Headers) -> Caller | None:
        # Without a peer (a Unix socket) nobody is known.
        peer = (scope.get("client") or ("", 0))[0]
        local = (scope.get("server") or ("", 0))[0]
        return self.access.caller(headers, peer, local, scope.get("scheme", "http"), self._clock.now(), scope["path"])


def _refused(caller: Caller | None, path: str, size: int, *, public: bool = False) -> int:
    """The status of an answer that no page gives; 0: a page may."""
    if caller is None or not path.startswith("/"):
        # Not a path: `*`, or an address with a host of its own, as one asks a proxy.
        return 400
    if size > MOST:
        return 413
    if caller.wrong_key:
        return 401
    if caller.identity is None and not public and not is_open(path):
        return 503 if caller.unsure else 401
    return 0


class _Answer:
    """Passes an answer on, completed."""

    def __init__(self, send: Send, *, head: bool) -> None:
        self._send, self.head, self.started, self.public = send, head, False, False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = list(message.get("headers", ()))
            if self.public and message["status"] == HTTPStatus.OK and not _named(own, b"set-cookie"):
                own += [(name, value) for name, value in CACHED if not _named(own, name)]
            message = {**message, "headers": completed(own)}
        elif self.head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _named(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bool:
    return any(one.lower() == name for one, _ in headers)


def _declared(headers: Headers) -> int:
    text = headers.get("content-length")
    return int(text) if text.isascii() and text.isdigit() else 0


def _bounded(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST:
            raise TooLargeError
        return message

    return counted
