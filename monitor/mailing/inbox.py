"""Take a message that came in: count a bounce, end a subscription, or leave everything as it is.

Nothing is ever answered, so that no loop can begin; and nothing is believed that is not sealed.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from monitor.mailing.incoming import Incoming, Kind, Refused, read
from monitor.mailing.needs import Inbox, Subscribers
from monitor.messages import unsubscribed_by
from monitor.model import Notice, NoticeCode

_log = logging.getLogger("monitor.mail")


class Store(Protocol):
    @property
    def inbox(self) -> Inbox: ...
    @property
    def subscribers(self) -> Subscribers: ...


def take(raw: bytes, store: Store, key: str, now: datetime, tell: Callable[[Notice], object]) -> str:
    """What was made of it, in one line. `key`: this installation's. `tell` gets what the operator has to know.

    Raises StorageError when it could not be noted; then the same message may be handed in again.
    """
    try:
        found = read(raw)
    except Refused as refused:
        return f"not read: {refused}"
    own = found.own_name or sha256(raw).hexdigest()
    match found.kind:
        case Kind.HARD | Kind.BLOCKED | Kind.SOFT:
            return _bounce(found, own, store.inbox, now, tell)
        case Kind.UNSUBSCRIBE:
            return _unsubscribe(found, store.subscribers, key)
        case _:
            return f"ignored: {found.said}"


def _bounce(found: Incoming, own: str, inbox: Inbox, now: datetime, tell: Callable[[Notice], object]) -> str:
    hard, counts = found.kind is not Kind.SOFT, found.kind is Kind.HARD
    taken = inbox.take_bounce(own, found.names, hard=hard, said=found.said, now=now, counts=counts)
    if not taken.email:
        return "ignored: a bounce of no message that was sent from here"
    if taken.again:
        return f"counted before: a bounce of a message to {taken.email}"
    if found.trouble:
        tell(Notice(NoticeCode.MAIL_BLOCKED, now, taken.email, found.said, "monitor mail queue"))
    if found.kind is Kind.BLOCKED:
        return f"refused, not for the address, a message to {taken.email}: {found.said}"
    if found.kind is Kind.SOFT:
        return f"soft bounce of a message to {taken.email}: {found.said}"
    said = f"hard bounce {taken.bounces} of a message to {taken.email}: {found.said}"
    if not taken.suspended:
        return said
    _log.error("suspended %s: %d messages came back, the last with: %s", taken.email, taken.bounces, found.said)
    command = f"monitor subscribers resume {taken.email}"
    tell(Notice(NoticeCode.SUSPENDED, now, taken.email, found.said, command))
    return f"{said}; suspended, `{command}` ends it"


def _unsubscribe(found: Incoming, subscribers: Subscribers, key: str) -> str:
    """Everything about this reader goes; numbers are not given out again, so a replay finds nobody."""
    number = unsubscribed_by(key, found.text) if key else None
    reader = next((s for s in subscribers.all() if s.id == number), None)
    if reader is None or not subscribers.forget(reader.email):
        return "ignored: an unsubscribe without a token of a subscriber"
    _log.info("subscriber %d unsubscribed by mail and is forgotten", reader.id)
    return f"unsubscribed and forgotten: {reader.email}"
