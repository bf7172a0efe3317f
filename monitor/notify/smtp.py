"""Mail over SMTP (RFC 5321): TLS required off this machine, certificates verified, every failure given its meaning."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.notify import sasl
from monitor.notify.answers import About
from monitor.notify.answers import about as about_of
from monitor.notify.line import Limits, Watchman, connect, conversation, encrypt, introduce, words
from monitor.settings import Settings, SmtpServer

_SAFE = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e][\x21-\x3b\x3d\x3f\x41-\x7e]*+@[\x21-\x3b\x3d\x3f-\x7e]++")
_TOO_LARGE = 552


class SmtpNotifier:
    """Hands messages to one server. `trust` decides which certificates are good; the system's by default."""

    def __init__(
        self, server: SmtpServer, *, trust: ssl.SSLContext | None = None, limits: Limits | None = None
    ) -> None:
        self.server = server
        self.trust = trust or ssl.create_default_context()
        self.limits = limits or Limits()

    def send(self, delivery: Delivery) -> str:
        """One connection, one message, one recipient.

        What fails before the server was asked about this message is the channel's state. A connection that breaks
        after the last byte leaves open whether the message arrived: it is that message's state, so that a server
        that swallows and drops gets it again after a pause, not every half minute.
        """
        with self._talk() as (client, watchman):
            self.open(client)
            self.login(client)
            self.offer_sender(client, delivery)
            self.offer_recipient(client, delivery)
            answer = self.hand_over(client, watchman, delivery)
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        return answer

    def probe(self) -> None:
        """Connect, TLS, EHLO, QUIT. No login: a lock-out is not worth knowing sooner."""
        with self._talk() as (client, _):
            self.open(client)
            with suppress(smtplib.SMTPException, OSError):
                client.quit()

    def describe(self) -> str:
        scheme = {"tls": "smtps", "starttls": "smtp+starttls", "none": "smtp"}[self.server.security]
        return f"{scheme}://{self.server.host}:{self.server.port}"

    def open(self, client: smtplib.SMTP) -> None:
        connect(client, self.server)
        introduce(client)
        if self.server.security == "starttls":
            encrypt(client, self.trust)

    def login(self, client: smtplib.SMTP) -> None:
        """Whatever goes wrong here pauses the channel, even a dropped connection: servers lock accounts."""
        if not self.server.user:
            return
        offered = str(client.esmtp_features.get("auth", "")).upper().split()
        # One mechanism only: smtplib's own login tries one after the other, and servers count that as attempts.
        mechanism = next((name for name in sasl.MECHANISMS if name in offered), "")
        if not mechanism:
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, "the server offers no login that is known here")
        try:
            sasl.log_in(client, mechanism, self.server.user, self.server.password.get_secret_value())
        except smtplib.SMTPResponseException as error:
            answer = f"{error.smtp_code} {words(error.smtp_error)}"
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, answer, code=error.smtp_code) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, f"no login: {words(str(error))}") from error

    def offer_sender(self, client: smtplib.SMTP, delivery: Delivery) -> str:
        return _ask(client.mail(_envelope(delivery.sender)), "the sender", sender=True)

    def offer_recipient(self, client: smtplib.SMTP, delivery: Delivery) -> str:
        return _ask(client.rcpt(_envelope(delivery.recipient)), "the recipient")

    def hand_over(self, client: smtplib.SMTP, watchman: Watchman, delivery: Delivery) -> str:
        try:
            code, said = client.docmd("DATA")
            if code != 354:
                # A 2xx here would be no leave to send either.
                _ask((code if code >= 400 else 451, said), "the message")
            client.send(_dotted(delivery.mime))
            watchman.allow(self.limits.answer)
            if client.sock is not None:
                client.sock.settimeout(self.limits.answer.total_seconds())
            verdict = client.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            why = "took too long" if watchman.rang or _timed_out(error) else "closed the connection"
            answer = f"the server {why} before it answered for the message"
            raise DeliveryError(DeliveryKind.MESSAGE_LATER, answer) from error
        return _ask(verdict, "the message")

    @contextmanager
    def _talk(self) -> Iterator[tuple[smtplib.SMTP, Watchman]]:
        """A conversation whose failures come out as DeliveryError."""
        with conversation(self.server, self.trust, self.limits) as (client, watchman):
            try:
                yield client, watchman
            except (smtplib.SMTPException, OSError, ValueError) as error:
                raise DeliveryError(DeliveryKind.CHANNEL_DOWN, complaint(error, late=watchman.rang)) from error


def from_settings(settings: Settings) -> SmtpNotifier:
    """The server of `MONITOR_SMTP_URL`."""
    server = settings.smtp
    if server is None:
        raise ValueError("no mail server is set")
    return SmtpNotifier(server)


def complaint(error: Exception, *, late: bool = False) -> str:
    """A failure of the channel, in one line."""
    if late or _timed_out(error):
        return "timeout: the server took too long"
    if isinstance(error, ssl.SSLError):
        refused = isinstance(error, ssl.SSLCertVerificationError)
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        return f"{'certificate refused' if refused else 'TLS failed'}: {words(why or str(error))}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {words(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot connect: {words(error.strerror)}"
    return words(str(error)) or type(error).__name__


def _timed_out(error: BaseException) -> bool:
    """A timeout while reading comes out of smtplib as a closed connection; what really happened is its context."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _envelope(address: str) -> str:
    """An address fit for a command. Ours is made in `messages`; this is the last look before the wire."""
    if not _SAFE.fullmatch(address):
        raise DeliveryError(DeliveryKind.MESSAGE_REFUSED, f"{words(address)} is no address that mail can go to")
    return address


def _ask(answer: tuple[int, bytes], about: str, *, sender: bool = False) -> str:
    """The server's answer when it is good, else the error it means.

    A sender that is refused for good concerns every message: the channel pauses until somebody has looked, and no
    message is lost. 530 means that a login is wanted.
    """
    code, said = answer
    text = f"{code} {words(said)}"
    if 200 <= code < 300:
        return text
    if code == 530 or (sender and 500 <= code < 600 and code != _TOO_LARGE):
        raise DeliveryError(DeliveryKind.CHANNEL_AUTH, f"{text} ({about})", code=code)
    if code < 500:
        kind = DeliveryKind.MESSAGE_LATER
    elif about_of(text) in {About.SENDER, About.MAILBOX}:
        kind = DeliveryKind.MESSAGE_BLOCKED
    else:
        kind = DeliveryKind.MESSAGE_REFUSED
    raise DeliveryError(kind, f"{text} ({about})", code=code)


def _dotted(mime: bytes) -> bytes:
    """The message as it goes over the wire: CRLF line ends, leading dots doubled, the closing dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", mime)
    body = re.sub(rb"(?m)^\.", b"..", lines)
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"
