"""Messages to chat services through Apprise (github.com/caronc/apprise), an optional extra. Its only door.

Apprise makes its own connections: the address guard does not stand before them (docs/decisions/0009). Where they go is
the operator's own setting, and nothing of a watched page gets into it.
"""

import logging
import re
from types import ModuleType

from pydantic import SecretStr

from monitor.errors import DeliveryError, DeliveryKind
from monitor.model import Delivery
from monitor.notify.line import words
from monitor.notify.webhook import LATER, UNFIT

DEADLINE = 60.0
"""Seconds for everything; Apprise itself keeps to them, in threads of its own."""
EXTRA = "chat services need the extra `chat`: pip install 'footnote-watch[chat]'"
_CODE = re.compile(r"\berror=([0-9]{3})\b")
_NO_CONNECTION = re.compile(r"connection error", re.IGNORECASE)


class ChatNotifier:
    """Hands short texts to the service of one Apprise URL. `missing` says what to set when there is none.

    What went wrong is read from what Apprise logs: it answers only yes or no.
    """

    def __init__(self, url: SecretStr, *, missing: str = "", deadline: float = DEADLINE) -> None:
        self._url, self._deadline = url, deadline
        self._missing = missing or "there is no URL of a chat service"

    def send(self, delivery: Delivery) -> str:
        """A URL that names several rooms counts as one: when one of them fails, all are tried again."""
        if not self._url.get_secret_value():
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, self._missing)
        apprise = _library()
        asset = apprise.AppriseAsset(
            app_id="Footnote Watch", app_desc="Footnote Watch", image_url_mask=None, image_url_logo=None,
            async_mode=False, http_redirects=False,
        )  # fmt: skip
        chat = apprise.Apprise(asset=asset)
        if not chat.add(self._url.get_secret_value()):
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, "Apprise does not know this kind of URL, or it lacks a part")
        done = chat.notify(
            body=delivery.mime.decode(),
            title=delivery.subject,
            body_format=apprise.NotifyFormat.TEXT,
            timeout=self._deadline,
        )
        said = words("; ".join(str(entry.message) for entry in done.logs()))
        if done:
            return said or "taken"
        if done.timeout_count:
            raise DeliveryError(DeliveryKind.MESSAGE_LATER, f"no answer within {self._deadline:g} seconds")
        raise _failure(said or "not taken, and no reason given")

    def probe(self) -> None:
        """A chat service cannot be asked without sending: the next message is the try."""

    def describe(self) -> str:
        kind = self._url.get_secret_value().partition("://")[0]
        return f"chat {kind or '(not set)'}"


def installed() -> bool:
    """Is the extra there?"""
    try:
        _library()
    except DeliveryError:
        return False
    return True


def _library() -> ModuleType:
    try:
        import apprise  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise DeliveryError(DeliveryKind.CHANNEL_AUTH, EXTRA) from error
    log = logging.getLogger("apprise")
    if log.propagate:
        # What it says comes back with the result; said to the log as well, it would be said unmasked and twice.
        log.propagate = False
        log.addHandler(logging.NullHandler())
    return apprise


def _failure(said: str) -> DeliveryError:
    """As for a webhook: what speaks of the address or the key pauses the channel, nothing is lost over it."""
    found = _CODE.search(said)
    code = int(found[1]) if found else None
    if code is None:
        down = bool(_NO_CONNECTION.search(said))
        return DeliveryError(DeliveryKind.CHANNEL_DOWN if down else DeliveryKind.MESSAGE_LATER, said)
    if code in UNFIT:
        return DeliveryError(DeliveryKind.MESSAGE_REFUSED, said, code=code)
    if code in LATER or code >= 500:
        return DeliveryError(DeliveryKind.MESSAGE_LATER, said, code=code)
    return DeliveryError(DeliveryKind.CHANNEL_AUTH, said, code=code)
