"""Two rendered parts → the exact bytes that go over the wire, the same for equal input."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from monitor.errors import ConfigError, Problem
from monitor.links import Links
from monitor.messages import headers
from monitor.messages.safe import header, link
from monitor.messages.seal import seal, unsubscribe_token
from monitor.model import DigestOrder, Outgoing, Subscriber

_POLICY = SMTP.clone(max_line_length=78, cte_type="7bit", refold_source="none")
"""What `headers` folded stays as it is: `email` would encode a long address, and no mail program could follow it."""
_ADDRESS = re.compile(r"[^\s<>()\[\]:;@\\,\"\x00-\x1f\x7f-\x9f]+@[^\s<>()\[\]:;@\\,\"\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes. `instance` is the random name of this installation, so that two of them never share a Message-ID.

    `contact` is whom a reader writes to. `unsubscribe_url` only where it really works. `mail_in`: the address whose
    mail reaches `monitor mail in`: bounces are asked to go there, and unsubscribing by mail is offered. `key` seals
    names.
    """

    address: str
    name: str = "Footnote Watch"
    instance: str = "local"
    contact: str = ""
    mail_in: str = ""
    unsubscribe_url: str = ""
    preferences_url: str = ""
    links: Links | None = None
    """To our pages; None: nobody reaches them."""
    key: str = field(default="", repr=False)

    def writing_to(self, subscriber: Subscriber) -> "Sender":
        """With the links that concern this subscriber alone."""
        if self.links is None or not subscriber.id:
            return self
        return replace(
            self,
            unsubscribe_url=self.links.unsubscribe(subscriber.id),
            preferences_url=self.links.preferences(subscriber.id),
        )


def mailbox(address: str) -> str:
    """An address as it goes into headers and the envelope: its domain in ASCII (IDNA).

    Raises ConfigError when it is none; nothing that could end a header or a command gets through.
    """
    plain = address.strip()
    if not _ADDRESS.fullmatch(plain):
        raise ConfigError([Problem("mail address", f"{header(address, 80)!r} is no mail address", "name@example.org")])
    local, _, domain = plain.rpartition("@")
    if not local.isascii():
        why = "letters beyond ASCII before the @ reach few mail servers"
        raise ConfigError([Problem("mail address", f"{header(address, 80)!r} cannot be written to", why)])
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ConfigError([Problem("mail address", f"{header(domain, 80)!r} is no domain", str(error))]) from error


def message_id(order: DigestOrder, sender: Sender) -> str:
    """The same for the same installation, subscriber and window: a re-send is the same message."""
    window = re.sub(r"[^A-Za-z0-9]+", "-", order.window)
    instance = re.sub(r"[^A-Za-z0-9]+", "", sender.instance) or "local"
    name = f"{window}.{order.subscriber.id}.{instance}"
    # Readers know their own numbers and could work out the names of others' messages.
    sealed = f".{seal(sender.key, 'message', order.window, name)}" if sender.key else ""
    return f"<{name}{sealed}@{mailbox(sender.address).rpartition('@')[2]}>"


def pack(order: DigestOrder, sender: Sender, *, subject: str, text: str, html: str, language: str) -> Outgoing:
    """A multipart/alternative message for one recipient. `subject` is one clean line."""
    recipient, writer = mailbox(order.subscriber.email), mailbox(sender.address)
    name = message_id(order, sender)
    domain = writer.rpartition("@")[2]
    mail = EmailMessage(policy=_POLICY)
    mail.set_raw("From", headers.named("From", header(sender.name, 80), writer))
    mail["To"] = Address(addr_spec=recipient)
    mail.set_raw("Subject", headers.unstructured("Subject", header(subject, 240)))
    mail["Date"] = format_datetime(order.covers_to.astimezone(UTC))
    mail["Message-ID"] = name
    mail.set_raw("List-Id", headers.named("List-Id", header(sender.name, 80), f"footnote-watch.{domain}"))
    if targets := _unsubscribe(order, sender):
        mail.set_raw("List-Unsubscribe", headers.fold("List-Unsubscribe", targets))
    if _one_click(sender):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    mail["Content-Language"] = language  # after the parts: making them takes every Content- header along
    digest = hashlib.sha256(f"{name}\0{text}\0{html}".encode()).hexdigest()
    mail.set_boundary(f"=_{digest[:32]}")
    return Outgoing(
        recipient=recipient,
        sender=mailbox(sender.mail_in) if sender.mail_in else writer,
        subject=header(subject, 240),
        message_id=name,
        mime=mail.as_bytes(),
    )


def _one_click(sender: Sender) -> bool:
    """RFC 8058 wants https: what ends a subscription must not be read on the way."""
    return link(sender.unsubscribe_url).startswith("https://")


def _unsubscribe(order: DigestOrder, sender: Sender) -> list[str]:
    """RFC 2369 and RFC 8058: the page where there is one, and the mail that ends this subscription; a comma after each
    but the last.
    """
    ways = [f"<{sender.unsubscribe_url}>"] if _one_click(sender) else []
    if sender.mail_in and sender.key and order.subscriber.id:
        token = unsubscribe_token(sender.key, order.subscriber.id)
        ways.append(f"<mailto:{quote(mailbox(sender.mail_in), safe='@')}?subject=unsubscribe%20{token}>")
    return [f"{way}," for way in ways[:-1]] + ways[-1:]
