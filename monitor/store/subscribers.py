"""Who is told."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, String, cast, delete, func, insert, literal, select, update

from monitor.clock import Clock
from monitor.errors import ConfigError, Problem
from monitor.model import Frequency, Medium, Subscriber
from monitor.store.codec import FILTERS
from monitor.store.engine import Database
from monitor.store.history import TELLABLE
from monitor.store.mail_tables import CHANNEL, DIGEST, DIGEST_ITEM, INBOX, SUBSCRIBER
from monitor.store.tables import CHANGE, EVENT

CHANGE_ITEM = literal("change:", String) + cast(CHANGE.c.id, String)
EVENT_ITEM = literal("event:", String) + cast(EVENT.c.id, String)
"""The keys of `digest_item`, as in `Digest.items`."""


class Subscribers:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self) -> tuple[Subscriber, ...]:
        """In the order they came."""
        with self._database.reading() as connection:
            rows = connection.execute(select(SUBSCRIBER).order_by(SUBSCRIBER.c.id)).all()
        return tuple(_subscriber(row) for row in rows)

    def get(self, email: str) -> Subscriber | None:
        """By address, in whatever case it is written."""
        with self._database.reading() as connection:
            row = connection.execute(select(SUBSCRIBER).where(SUBSCRIBER.c.address == _address(email))).first()
        return _subscriber(row) if row else None

    def add(self, subscriber: Subscriber) -> Subscriber:
        """A new subscriber (the id given is not used). What was told before counts as told to them.

        ConfigError when the address is subscribed already.
        """
        with self._database.writing() as connection:
            return self._add(connection, subscriber)

    def update(self, subscriber: Subscriber) -> bool:
        """Takes over what a person can set: not the id, the date of joining, bounces and suspension.

        False when there is no such subscriber. ConfigError when the new address belongs to another one.
        """
        with self._database.writing() as connection:
            return _update(connection, subscriber)

    def take_in(self, new: Sequence[Subscriber], changed: Sequence[Subscriber]) -> tuple[Subscriber, ...]:
        """Adds some and changes others, all of them or, with ConfigError, none. Returns the new ones."""
        with self._database.writing() as connection:
            for one in changed:
                if not _update(connection, one):
                    raise ConfigError([Problem(one.email, "is not subscribed any more")])
            return tuple(self._add(connection, one) for one in new)

    def _add(self, connection: Connection, subscriber: Subscriber) -> Subscriber:
        fresh = replace(subscriber, created_at=subscriber.created_at or self._clock.now())
        _refuse_taken(connection, fresh, 0)
        statement = insert(SUBSCRIBER).values(_values(fresh)).returning(SUBSCRIBER.c.id)
        new_id = int(connection.execute(statement).scalar_one())
        columns = ["subscriber_id", "item", "skipped"]
        for item, told in ((CHANGE_ITEM, TELLABLE), (EVENT_ITEM, EVENT.c.told.is_(True))):
            before = select(literal(new_id), item, literal(value=False)).where(told)
            connection.execute(insert(DIGEST_ITEM).from_select(columns, before))
        return replace(fresh, id=new_id)

    def suspend(self, subscriber_id: int, reason: str, at: datetime) -> bool:
        """Makes and sends nothing from `at` on, because nothing arrives. False when it is so already."""
        found = SUBSCRIBER.c.id == subscriber_id, SUBSCRIBER.c.suspended_at.is_(None)
        statement = update(SUBSCRIBER).where(*found).values(suspended_at=at, suspended_reason=reason[:500])
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount == 1

    def resume(self, subscriber_id: int) -> bool:
        """Makes and sends again: ends a pause and a suspension, forgets the bounces that led to it, and opens the way
        out of their own if they have one.
        """
        fresh = {"paused": False, "bounces": 0, "bounced_at": None, "suspended_at": None, "suspended_reason": ""}
        statement = update(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber_id).values(fresh)
        with self._database.writing() as connection:
            connection.execute(delete(CHANNEL).where(CHANNEL.c.subscriber_id == subscriber_id))
            return connection.execute(statement).rowcount == 1

    def came_in(self, subscriber_id: int) -> tuple[tuple[str, datetime], ...]:
        """What came in from or about them, as kept: what it was, and when. Not the messages."""
        found = select(INBOX.c.kind, INBOX.c.taken_at).where(INBOX.c.subscriber_id == subscriber_id)
        with self._database.reading() as connection:
            return tuple((row.kind, row.taken_at) for row in connection.execute(found.order_by(INBOX.c.taken_at)))

    def told(self, subscriber_id: int) -> int:
        """How many changes and events are noted as dealt with for them."""
        found = select(func.count()).where(DIGEST_ITEM.c.subscriber_id == subscriber_id)
        with self._database.reading() as connection:
            return int(connection.scalar(found) or 0)

    def forget(self, email: str) -> bool:
        """Deletes a subscriber with their digests and deliveries, sent or not, the state of a way out of their own,
        what came in from them, and letters to them or about them. The bytes are overwritten in the file. False when
        there is none.
        """
        with self._database.writing() as connection:
            # Else SQLite may only forget where they are, depending on how it was built
            # (sqlite.org/pragma.html#pragma_secure_delete).
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            found = delete(SUBSCRIBER).where(SUBSCRIBER.c.address == _address(email))
            gone = connection.execute(found).rowcount == 1
            connection.execute(delete(DIGEST).where(DIGEST.c.id.in_(_letters_naming(connection, email))))
        # The write-ahead log still has the pages as they were.
        self._database.checkpoint()
        return gone


def _letters_naming(connection: Connection, email: str) -> list[int]:
    """Messages to nobody who is subscribed – confirmations, notices to the operator – with this address in them."""
    name = _address(email).encode()
    whole = re.compile(rb"(?<![a-z0-9.!#$%&'*+/?^_`{|}~-])" + re.escape(name) + rb"(?![a-z0-9-]|\.[a-z0-9])")
    if b"@" not in name:
        return []  # the name of a webhook or a chat is no person's, and may be any word
    letters = select(DIGEST.c.id, DIGEST.c.mime).where(DIGEST.c.subscriber_id.is_(None), DIGEST.c.mime.is_not(None))
    # Quoted-printable breaks lines in the middle of a word (RFC 2045 §6.7).
    return [row.id for row in connection.execute(letters) if whole.search(row.mime.replace(b"=\r\n", b"").lower())]


def _update(connection: Connection, subscriber: Subscriber) -> bool:
    values = _values(subscriber)
    del values["created_at"]
    _refuse_taken(connection, subscriber, subscriber.id)
    before = connection.scalar(select(SUBSCRIBER.c.url).where(SUBSCRIBER.c.id == subscriber.id))
    if before is not None and before != subscriber.url:
        # How the old address stood says nothing about the new one.
        connection.execute(delete(CHANNEL).where(CHANNEL.c.subscriber_id == subscriber.id))
    return connection.execute(update(SUBSCRIBER).where(SUBSCRIBER.c.id == subscriber.id).values(values)).rowcount == 1


def _refuse_taken(connection: Connection, subscriber: Subscriber, own_id: int) -> None:
    other = select(SUBSCRIBER.c.id).where(SUBSCRIBER.c.address == _address(subscriber.email), SUBSCRIBER.c.id != own_id)
    if connection.scalar(other) is not None:
        raise ConfigError([Problem(subscriber.email, "this address is subscribed already")])


def _address(email: str) -> str:
    return email.strip().casefold()


def _values(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "email": subscriber.email.strip(),
        "address": _address(subscriber.email),
        "language": subscriber.language,
        "timezone": subscriber.timezone,
        "frequency": subscriber.frequency,
        "hour": subscriber.hour,
        "weekday": subscriber.weekday,
        "filters": FILTERS.dump(subscriber.filters),
        "urgent": subscriber.urgent,
        "sign_of_life": subscriber.sign_of_life,
        "paused": subscriber.paused,
        "created_at": subscriber.created_at,
        "channel": subscriber.medium,
        "url": subscriber.url,
    }


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        email=row.email,
        language=row.language,
        timezone=row.timezone,
        frequency=Frequency(row.frequency),
        hour=row.hour,
        weekday=row.weekday,
        filters=FILTERS.load(row.filters),
        urgent=row.urgent,
        sign_of_life=row.sign_of_life,
        paused=row.paused,
        created_at=row.created_at,
        medium=Medium(row.channel),
        url=row.url,
        bounces=row.bounces,
        bounced_at=row.bounced_at,
        suspended_at=row.suspended_at,
        suspended_reason=row.suspended_reason,
    )
