"""`monitor mail test`: a delivery told step by step, with what to do where it fails."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.notify.line import Watchman, connect, conversation, encrypt, introduce, words
from monitor.notify.smtp import SmtpNotifier, complaint

_HINTS = {
    "resolve": "Is the server's name in MONITOR_SMTP_URL spelt right? Is there a network?",
    "connect": "Is the port right (465 for smtps, 587 for smtp+starttls)? Some networks block mail ports; "
    "a company firewall or a cloud provider may have to open them.",
    "certificate": "The server's certificate does not fit its name, or is signed by nobody this machine trusts. "
    "Write the name the certificate is for into MONITOR_SMTP_URL; nothing is ever sent past a bad certificate.",
    "tls": "Port 465 wants smtps://, port 587 smtp+starttls://. Something in between may be taking TLS away.",
    "login": "Is the user name the whole address? Many hosters want a password made for programs (an app password). "
    "In the URL @ is written %40, : %3A, / %2F, # %23.",
    "sender": "The server does not let this account send as that address: set MONITOR_MAIL_FROM to one it owns.",
    "recipient": "The server refuses the recipient. Is the address spelt right? A relay may only accept its own.",
    "message": "The server refused the message itself; its answer says why.",
    "later": "Temporary: the monitor tries again by itself. Unknown senders are often asked to come back later.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a delivery: what was tried, whether it worked, what was said, what to do."""

    name: str
    ok: bool
    said: str
    hint: str = ""


def explain(notifier: SmtpNotifier, delivery: Delivery) -> tuple[Step, ...]:
    """Send one message and tell every step; ends at the first that fails. Never raises for what the world does."""
    steps: list[Step] = []
    server = notifier.server
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError as error:
        return (Step("resolve", ok=False, said=words(str(error.strerror or error)), hint=_HINTS["resolve"]),)
    addresses = ", ".join(dict.fromkeys(str(row[4][0]) for row in found))
    steps.append(Step("resolve", ok=True, said=f"{server.host} is {addresses}"))
    with conversation(server, notifier.trust, notifier.limits) as (client, watchman):
        for name, work in _plan(notifier, client, watchman, delivery):
            try:
                steps.append(Step(name, ok=True, said=work()))
            except DeliveryError as error:
                steps.append(Step(name, ok=False, said=error.answer, hint=_hint(name, error)))
                break
            except (smtplib.SMTPException, OSError, ValueError) as error:
                said = complaint(error, late=watchman.rang)
                steps.append(Step(name, ok=False, said=said, hint=_hint(name, error)))
                break
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
    return tuple(steps)


def _plan(
    notifier: SmtpNotifier, client: smtplib.SMTP, watchman: Watchman, delivery: Delivery
) -> tuple[tuple[str, Callable[[], str]], ...]:
    server = notifier.server

    def login() -> str:
        if not server.user:
            return "no user name set: not asked for"
        notifier.login(client)
        return f"logged in as {server.user}"

    plan: list[tuple[str, Callable[[], str]]] = [
        ("connect", lambda: connect(client, server)),
        ("greet", lambda: introduce(client).partition(" ")[0]),
    ]
    if server.security == "starttls":
        plan.append(("tls", lambda: encrypt(client, notifier.trust)))
    if server.security != "none":
        plan.append(("encryption", lambda: _cipher(client)))
    plan += [
        ("login", login),
        ("sender", lambda: notifier.offer_sender(client, delivery)),
        ("recipient", lambda: notifier.offer_recipient(client, delivery)),
        ("message", lambda: notifier.hand_over(client, watchman, delivery)),
    ]
    return tuple(plan)


def _cipher(client: smtplib.SMTP) -> str:
    if isinstance(client.sock, ssl.SSLSocket):
        return f"{client.sock.version()}, certificate verified"
    return "none"


def _hint(step: str, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _HINTS["certificate"]
    if isinstance(error, ssl.SSLError):
        return _HINTS["tls"]
    if isinstance(error, DeliveryError) and error.kind is DeliveryKind.MESSAGE_LATER:
        return _HINTS["later"]
    return _HINTS.get(step, _HINTS["connect"])
