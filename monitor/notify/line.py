"""One conversation with a mail server: connected, encrypted, bounded in time. The stages, and what each failure means.

The standard library's client gives each read its own time limit, so a server that sends one byte a second could hold
it for ever. A watchman shuts the connection at an overall deadline, whatever is going on.
"""

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from monitor.errors import DeliveryError, DeliveryKind
from monitor.settings import SmtpServer

NAME = "footnote-watch.invalid"
"""What we call ourselves in EHLO when this machine's own name is not one (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`step`: one read or write. `talk`: everything up to the message's last byte. `answer`: waiting for the verdict
    on it; shorter waits make duplicates (RFC 5321 §4.5.3.2.6).
    """

    step: timedelta = timedelta(seconds=20)
    talk: timedelta = timedelta(seconds=60)
    answer: timedelta = timedelta(seconds=120)


class Watchman:
    """Shuts a connection when its time is up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.rang = False

    def guard(self, connection: socket.socket) -> None:
        """Keep a second handle on the connection: it survives the wrapping into TLS."""
        with self._lock:
            self._close()
            self._socket = connection.dup()
            if self.rang:  # the time ran out while connecting
                self._socket.shutdown(socket.SHUT_RDWR)

    def allow(self, time: timedelta) -> None:
        """From now on so much time."""
        self.dismiss()
        self._timer = threading.Timer(time.total_seconds(), self._ring)
        self._timer.daemon = True
        self._timer.start()

    def dismiss(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def leave(self) -> None:
        self.dismiss()
        with self._lock:
            self._close()

    def _ring(self) -> None:
        with self._lock:
            self.rang = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def is_local(address: str) -> bool:
    """Is this the address of the machine itself? Asked of what was really connected to, whatever its name."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


class _Plain(smtplib.SMTP):
    """The standard client; its connection is shown to the watchman, and reaches this machine only."""

    local_only = True

    def __init__(self, watchman: Watchman, timeout: float) -> None:
        self._watchman = watchman
        super().__init__(local_hostname=own_name(), timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # The one place where smtplib opens a connection, for SMTP and SMTP_SSL alike.
        made = socket.create_connection((host, port), timeout)
        if self.local_only and not is_local(made.getpeername()[0]):
            made.close()
            raise ConnectionRefusedError("plain SMTP is only spoken to this machine")
        self._watchman.guard(made)
        return made


class _ThenTls(_Plain):
    local_only = False


class _Tls(smtplib.SMTP_SSL, _Plain):
    local_only = False

    def __init__(self, watchman: Watchman, timeout: float, trust: ssl.SSLContext) -> None:
        self._watchman = watchman
        smtplib.SMTP_SSL.__init__(self, local_hostname=own_name(), timeout=timeout, context=trust)


@contextmanager
def conversation(server: SmtpServer, trust: ssl.SSLContext, limits: Limits) -> Iterator[tuple[smtplib.SMTP, Watchman]]:
    """A client that is not connected yet, under watch until the block ends."""
    watchman = Watchman()
    step = limits.step.total_seconds()
    client: smtplib.SMTP
    if server.security == "tls":
        client = _Tls(watchman, step, trust)
    else:
        client = (_Plain if server.security == "none" else _ThenTls)(watchman, step)
    # smtplib checks the certificate against this name; it sets it only when its constructor connects.
    vars(client)["_host"] = server.host
    watchman.allow(limits.talk)
    try:
        yield client, watchman
    finally:
        watchman.leave()
        client.close()


def own_name() -> str:
    """Our name for EHLO: this machine's, if it has a full one. Never asks the network (RFC 5321 §4.1.4)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() and name.isprintable() and " " not in name else NAME


def connect(client: smtplib.SMTP, server: SmtpServer) -> str:
    """Connect (with TLS from the first byte where asked), hear the greeting. Returns it."""
    code, said = client.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, said)
    return f"{code} {words(said)}"


def introduce(client: smtplib.SMTP) -> str:
    """EHLO, or HELO where that is refused."""
    client.ehlo_or_helo_if_needed()
    return words(client.ehlo_resp or client.helo_resp or b"")


_NOT_PLAIN = "refusing to send unencrypted"


def encrypt(client: smtplib.SMTP, trust: ssl.SSLContext) -> str:
    """STARTTLS, then EHLO again. A server that does not offer it is refused: somebody may be taking it away."""
    if not client.has_extn("starttls"):
        raise DeliveryError(DeliveryKind.CHANNEL_DOWN, f"the server does not offer STARTTLS: {_NOT_PLAIN}")
    try:
        code, said = client.starttls(context=trust)
    except smtplib.SMTPResponseException as error:
        answer = f"the server refuses STARTTLS ({error.smtp_code} {words(error.smtp_error)}): {_NOT_PLAIN}"
        raise DeliveryError(DeliveryKind.CHANNEL_DOWN, answer, code=error.smtp_code) from error
    client.ehlo_or_helo_if_needed()
    return f"{code} {words(said)}"


def words(said: bytes | str) -> str:
    """A server's answer as one printable line of at most 500 characters."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return "".join(c if c.isprintable() else " " for c in text).strip()[:500]
