"""Messages as signed HTTP POST requests (Standard Webhooks 1.0.0, github.com/standard-webhooks/standard-webhooks).

The bytes that were frozen are the body. `webhook-id` is made from the Message-ID alone, so that a message that is sent
twice is recognised; `webhook-timestamp` is the time of the attempt; both are signed with the body.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

from monitor.clock import Clock
from monitor.errors import DeliveryError, DeliveryKind, FetchError, FetchKind
from monitor.model import Delivery
from monitor.model.wire import Posted
from monitor.notify.line import words

LATER = frozenset({408, 425, 429})
"""Try again: too slow, too early, too often."""
UNFIT = frozenset({400, 406, 411, 413, 414, 415, 422, 431})
"""The message itself is not wanted. Every other 4xx speaks of the address or the key: nothing is lost over it."""
GONE = 410
_NEEDS_A_PERSON = frozenset({FetchKind.BAD_ADDRESS, FetchKind.REFUSED_ADDRESS})


class Poster(Protocol):
    """What a webhook needs of the way to the web; `monitor.fetch.HttpPoster` fits."""

    def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Posted: ...
    def reach(self, url: str) -> None: ...


class WebhookNotifier:
    """Posts to one address, signed with each of `keys` (two while a secret is being changed).

    `missing` says what to set when there is no key: nothing is ever sent unsigned.
    """

    def __init__(self, url: str, keys: Sequence[bytes], *, poster: Poster, clock: Clock, missing: str = "") -> None:
        self._url, self._keys, self._poster, self._clock = url, tuple(keys), poster, clock
        self._missing = missing or "there is no signing secret"

    def send(self, delivery: Delivery) -> str:
        """Any 2xx is success. A redirect is not followed: what is signed for one address is for no other."""
        if not self._keys:
            raise DeliveryError(DeliveryKind.CHANNEL_AUTH, self._missing)
        at = int(self._clock.now().timestamp())
        headers = [
            ("Content-Type", "application/json"),
            *signed(message_name(delivery.message_id), at, delivery.mime, self._keys),
        ]
        try:
            answer = self._poster.post(self._url, headers, delivery.mime)
        except FetchError as error:
            raise _down(error) from error
        return judge(answer)

    def probe(self) -> None:
        try:
            self._poster.reach(self._url)
        except FetchError as error:
            raise _down(error) from error

    def describe(self) -> str:
        return f"webhook {self._url.partition('?')[0]}"


def message_name(message_id: str) -> str:
    """The `webhook-id` of a message: no dot in it, since dots part what is signed."""
    return "fw_" + hashlib.sha256(message_id.encode()).hexdigest()[:32]


def signed(name: str, at: int, body: bytes, keys: Sequence[bytes]) -> list[tuple[str, str]]:
    """The three headers of the specification. `at`: seconds since 1970."""
    content = f"{name}.{at}.".encode() + body
    marks = [base64.b64encode(hmac.digest(key, content, "sha256")).decode("ascii") for key in keys]
    return [
        ("webhook-id", name),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", " ".join(f"v1,{mark}" for mark in marks)),
    ]


def judge(answer: Posted) -> str:
    """The answer when it is good, else the error it means.

    410 ends the webhook. What speaks of the address or the key (redirects, 401, 403, 404, …) concerns every message:
    the channel pauses until somebody has looked, and no message is lost. Only what is said of the message itself
    fails it.
    """
    status, said = answer.status, words(answer.said)[:200]
    text = f"{status} {said}".strip() if status else said
    if 200 <= status < 300:
        return text
    if status == GONE:
        raise DeliveryError(DeliveryKind.CHANNEL_GONE, text, code=status)
    if status == 0 or status in LATER or status >= 500:
        raise DeliveryError(DeliveryKind.MESSAGE_LATER, text, code=status or None, retry_after=answer.retry_after)
    if status in UNFIT:
        raise DeliveryError(DeliveryKind.MESSAGE_REFUSED, text, code=status)
    if answer.location:
        text = f"{status}: redirects to {words(answer.location)[:200]}, which is not followed; set the address anew"
    raise DeliveryError(DeliveryKind.CHANNEL_AUTH, text, code=status)


def _down(error: FetchError) -> DeliveryError:
    kind = DeliveryKind.CHANNEL_AUTH if error.kind in _NEEDS_A_PERSON else DeliveryKind.CHANNEL_DOWN
    return DeliveryError(kind, words(error.detail))
