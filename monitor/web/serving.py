"""The pages on a socket: beside the daemon in a thread of its own, or alone."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import cast

import uvicorn

from monitor.errors import ConfigError, MonitorError, Problem, StorageError
from monitor.settings import Place, Settings
from monitor.web.application import create_app
from monitor.web.connections import Bounded, Connection, Connections, Limits
from monitor.wiring import App

PATIENCE = 5
"""Seconds that requests under way get when the pages are closed."""
ACCEPTED = 64
"""Connections taken in at once, before the oldest can make room: a flood must not use up the descriptors."""
QUEUED = 1024
"""Connections that the system holds until then."""
_log = logging.getLogger("monitor.web")


class Server(uvicorn.Server):
    """`address` is where the pages are, once it is made."""

    def __init__(self, app: App, place: Place, limits: Limits | None = None) -> None:
        gate = create_app(app)
        connections = Connections(limits or Limits(), gate.access.many_behind)
        self._socket = listening(place)
        host, port = self._socket.getsockname()[:2]
        self.address = f"http://{Place(host, port)}"
        super().__init__(
            uvicorn.Config(
                gate,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                ws="none",
                # Whatever else is installed: the bounds are those of h11 and of asyncio.
                http=cast("type[asyncio.Protocol]", partial(Connection, connections=connections)),
                loop="asyncio",
                timeout_graceful_shutdown=PATIENCE,
                backlog=ACCEPTED,
                h11_max_incomplete_event_size=32 * 1024,
            )
        )
        self.config.app = Bounded(gate, self.server_state, connections)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._socket.listen(QUEUED)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """These are orders to stop, not accidents; beside the daemon they are the daemon's."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def serve_here(self) -> None:
        """Until a signal asks it to stop, or `should_exit`."""
        try:
            self.run(sockets=[self._socket])
        finally:
            self._socket.close()


def listening(place: Place) -> socket.socket:
    """A socket that listens there. Raises ConfigError when it cannot, with what helps."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((place.host, place.port))
        made.listen(128)
    except OSError as error:
        made.close()
        hint = "choose another with MONITOR_WEB or --port, or stop what listens there"
        raise ConfigError([Problem(str(place), f"cannot serve the pages there: {error.strerror}", hint)]) from error
    made.set_inheritable(True)
    return made


def check_exposure(settings: Settings, place: Place, *, users: bool = False) -> None:
    """ConfigError for pages that others could reach, and nobody could log in to or read. `users`: somebody can."""
    if place.loopback or settings.web_guarded or settings.web_public or users:
        return
    hint = "add somebody first: monitor users add NAME; or set one password for all: monitor web password"
    raise ConfigError([Problem(str(place), "can be reached from other machines, and nobody could log in", hint)])


@contextmanager
def beside(app: App) -> Iterator[str]:
    """The pages of a running daemon; gives their address. Whatever is wrong with them is one line in the log: the
    watching goes on without them (the address is then empty).
    """
    place = app.settings.web_place
    server = _server(app, place) if place else None
    if server is None:
        yield ""
        return
    thread = threading.Thread(target=server.serve_here, name="pages", daemon=True)
    thread.start()
    _log.info("pages: %s", server.address)
    try:
        yield server.address
    finally:
        server.should_exit = True
        thread.join(PATIENCE + 5)
        # The daemon closed the store before; a page asked for since then opened it again.
        with suppress(StorageError):
            app.store.close()


def _server(app: App, place: Place) -> Server | None:
    try:
        check_exposure(app.settings, place, users=app.store.users.any(enabled=True))
        return Server(app, place)
    except MonitorError as error:
        _log.warning("no pages: %s", error)
        return None
