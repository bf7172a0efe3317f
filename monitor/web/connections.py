"""Connections that wait for their visitor cost others nothing: a deadline for each, and a bound on how many there are.

uvicorn waits for ever for the end of a request and counts such a connection like one at work: as many half-sent
requests as its limit, and nobody is answered. Here a request has so many seconds for its headers and for its body,
whatever trickles in; an answer that nobody takes, so many between two pieces. A visitor's network may have so many
connections that wait, all together so many: the oldest one makes room for the newest.
"""

import asyncio
import logging
import resource
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import h11
from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from monitor.web.access import network_of
from monitor.web.gate import Asgi

_log = logging.getLogger("monitor.web")
_uvicorn = logging.getLogger("uvicorn.error.connection")
_uvicorn.setLevel(logging.ERROR)  # a warning for each piece of rubbish is counted here instead
_PIECE = 16 * 1024
"""Bytes of an answer that are taken within `unread`, at least: half a kilobyte a second."""
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and numbers of connections that wait for their visitor."""

    idle: int = 10
    """Between two requests of one connection."""
    headers: float = 10.0
    body: float = 30.0
    """A body has at most 256 KB."""
    unread: float = 30.0
    """Without one piece of the answer taken."""
    one_network: int = 64
    """Browsers open six; an office behind one address some dozens."""
    all: int = 0
    """0: as the process may have descriptors."""
    working: int = 0
    """Requests at work; the next one is told to come back (503). 0: as the process may have descriptors."""


def room(most: int) -> int:
    """A third of the descriptors this process may have, at most so many: the last third is for the watching."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if soft == resource.RLIM_INFINITY else max(32, min(most, soft // 3))


class Connections:
    """Those of one server. Belongs to its event loop: no locks.

    `shared` says of an address whether many visitors stand behind it (a proxy of ours, this machine).
    """

    def __init__(self, limits: Limits, shared: Callable[[str], bool]) -> None:
        self.limits, self._shared = limits, shared
        self._most, self.working = limits.all or room(2000), limits.working or room(400)
        self._waiting: OrderedDict[Connection, str] = OrderedDict()
        self._of: Counter[str] = Counter()
        self._troubles: Counter[str] = Counter()
        self._said = -60.0

    def wait(self, one: "Connection") -> None:
        """It waits for its visitor from now on. Makes room if there is none."""
        self.go_on(one)
        network = "" if self._shared(one.ip) else network_of(one.ip)
        self._waiting[one] = network
        self._of[network] += 1
        if network and self._of[network] > self.limits.one_network:
            self._drop(next(other for other, of in self._waiting.items() if of == network))
        elif len(self._waiting) > self._most:
            self._drop(next(iter(self._waiting)))

    def go_on(self, one: "Connection") -> None:
        """It waits no more: the request is whole, or the connection ended."""
        network = self._waiting.pop(one, None)
        if network is not None:
            self._of[network] -= 1
            if not self._of[network]:
                del self._of[network]

    def unfinished(self) -> int:
        """Requests under way that wait for their visitor, not for us."""
        return sum(one.unanswered for one in self._waiting)

    def trouble(self, what: str) -> None:
        """A line a minute: whoever floods us must not fill the disk with it."""
        self._troubles[what] += 1
        if (now := time.monotonic()) - self._said >= 60:
            _log.warning("connections ended: %s", ", ".join(f"{n} {name}" for name, n in self._troubles.items()))
            self._said = now
            self._troubles.clear()

    def _drop(self, one: "Connection") -> None:
        self.go_on(one)
        one.drop()
        self.trouble("to make room")


class Connection(H11Protocol):
    """One connection, with deadlines."""

    def __init__(self, *given: Any, connections: Connections, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = _uvicorn
        self._connections = connections
        self.timeout_keep_alive = connections.limits.idle
        self._timer: asyncio.TimerHandle | None = None
        self._phase: tuple[object, object] | None = None
        self.ip = ""

    @property
    def unanswered(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # --- what asyncio and uvicorn call --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.ip = self.client[0] if self.client else ""
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._leave()
        else:
            self._look()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._leave()

    def send_400_response(self, msg: str) -> None:
        # Rubbish behind a request that is being answered: there is no place for a second answer.
        with suppress(h11.LocalProtocolError):
            super().send_400_response(msg)
        self._connections.trouble("no HTTP")
        self._close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._phase = None
            self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    # --- deadlines ----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """What is it waiting for now? A deadline belongs to a phase: more bytes of the same one do not move it."""
        state, limits = self.conn.their_state, self._connections.limits
        phase = (state, self.cycle)
        if self.transport.is_closing() or phase == self._phase or self.flow.write_paused:
            return
        self._phase = phase
        if state is h11.IDLE:
            # The headers of the first request or, kept alive, of the next: there may be a long silence before it.
            silence = limits.idle if self.cycle is not None else 0
            self._set(limits.headers + silence, self._late)
            self._connections.wait(self)
        elif state is h11.SEND_BODY:
            self._set(limits.body, self._late)
            self._connections.wait(self)
        else:
            self._stop()

    def _late(self) -> None:
        """A visitor that began to ask is told, one that never did is not: browsers open connections beforehand."""
        begun = self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])
        answering = self.cycle is not None and self.cycle.response_started and self.unanswered
        if begun and not answering:
            self.transport.write(_TOO_SLOW)
        self._connections.trouble("too slow")
        self._close()

    def _await_reader(self) -> None:
        self._connections.wait(self)
        left = self.transport.get_write_buffer_size()
        self._set(self._connections.limits.unread, lambda: self._taken(left))

    def _taken(self, before: int) -> None:
        """Was enough of the answer taken meanwhile?"""
        if before - self.transport.get_write_buffer_size() < _PIECE:
            self._connections.trouble("that took no answer")
            self.drop()
        else:
            self._await_reader()

    def _close(self) -> None:
        """After what was written has been taken."""
        self.transport.close()
        self._tell()
        self._leave()

    def drop(self) -> None:
        """At once."""
        self._stop()
        self.transport.abort()
        self._tell()

    def _tell(self) -> None:
        """A view that is reading the body, or writing the answer, is told."""
        if self.unanswered:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            super().resume_writing()

    def _leave(self) -> None:
        self._stop()
        if self.transport.get_write_buffer_size():
            self._await_reader()

    def _set(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then)

    def _stop(self) -> None:
        self._connections.go_on(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Bounded:
    """The application for as many requests at once as it can work on; those that wait for their body do not count."""

    def __init__(self, inner: Asgi, state: ServerState, connections: Connections) -> None:
        self._inner, self._state, self._connections = inner, state, connections

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        under_way, most = len(self._state.tasks), self._connections.working
        full = under_way > most and under_way - self._connections.unfinished() > most
        if full:
            await service_unavailable(scope, receive, send)
        else:
            await self._inner(scope, receive, send)
