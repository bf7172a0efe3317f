"""What came in by mail: each message counts once, and only for a message that was really sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import DeliveryState
from monitor.store.engine import Database
from monitor.store.mail_tables import DELIVERY, DIGEST, INBOX, SUBSCRIBER

ENOUGH = 3
"""Hard bounces in a row that suspend."""
IN_A_ROW = timedelta(days=35)
"""Two of them this far apart, or further, belong to no row: a weekly digest that came back four weeks running does."""
REMEMBERED = timedelta(days=400)
HARD, BLOCKED, SOFT = "hard", "blocked", "soft"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a bounce changed. `email` empty: it speaks of no message of ours. `again`: it was counted before."""

    email: str = ""
    bounces: int = 0
    suspended: bool = False
    """By this one."""
    again: bool = False


class Inbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take_bounce(
        self, key: str, names: Sequence[str], *, hard: bool, said: str, now: datetime, counts: bool = True
    ) -> Taken:
        """Counts a bounce of one of the messages with these Message-IDs (without angle brackets), in one transaction.

        `key` tells one incoming message from another. Hard ones mark the delivery as failed, and the third in a row
        suspends; several reports about one sending count once. Soft ones are only kept count of.
        `counts` False: it was refused for good, but not for its address; nobody comes nearer to being suspended.
        """
        wanted = [f"<{name}>" for name in names]
        ours = (
            select(DELIVERY.c.id, DELIVERY.c.token, DIGEST.c.subscriber_id)
            .join(DIGEST, DIGEST.c.id == DELIVERY.c.digest_id)
            .where(DELIVERY.c.message_id.in_(wanted), DIGEST.c.subscriber_id.is_not(None))
            .order_by(DELIVERY.c.id.desc())
            .limit(1)
        )
        with self._database.writing() as connection:
            row = connection.execute(ours).first() if wanted else None
            if row is None:
                return Taken()
            reader = connection.execute(select(SUBSCRIBER).where(SUBSCRIBER.c.id == row.subscriber_id)).one()
            keys = [_hashed(key)] + ([_hashed(f"{row.id} sent as {row.token}")] if hard else [])
            kind = SOFT if not hard else HARD if counts else BLOCKED
            if not all(_first(connection, name, kind, row.subscriber_id, now) for name in keys):
                return Taken(reader.email, reader.bounces, again=True)
            _forget_old(connection, now)
            if not hard:
                return Taken(reader.email, reader.bounces)
            connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.id == row.id, DELIVERY.c.state == DeliveryState.SENT)
                .values(state=DeliveryState.FAILED, answer=f"came back: {said}"[:2000], settled_at=now)
            )
            if not counts:
                return Taken(reader.email, reader.bounces)
            goes_on = reader.bounced_at is not None and now - reader.bounced_at < IN_A_ROW
            bounces = reader.bounces + 1 if goes_on else 1
            suspended = bounces >= ENOUGH and reader.suspended_at is None
            values = {"bounces": bounces, "bounced_at": now}
            if suspended:
                values |= {"suspended_at": now, "suspended_reason": f"{bounces} messages came back: {said}"[:500]}
            connection.execute(update(SUBSCRIBER).where(SUBSCRIBER.c.id == row.subscriber_id).values(values))
            return Taken(reader.email, bounces, suspended=suspended)

    def soft_bounces(self, subscriber_id: int, since: datetime) -> int:
        statement = select(func.count()).where(
            INBOX.c.subscriber_id == subscriber_id, INBOX.c.kind == SOFT, INBOX.c.taken_at >= since
        )
        with self._database.reading() as connection:
            return int(connection.scalar(statement) or 0)


def _hashed(key: str) -> str:
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def _first(connection: Connection, key: str, kind: str, subscriber_id: int, now: datetime) -> bool:
    """Keeps that this came in; False when it did before."""
    values = {"key": key, "taken_at": now, "kind": kind, "subscriber_id": subscriber_id}
    return connection.execute(upsert(INBOX).values(values).on_conflict_do_nothing()).rowcount == 1


def _forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(delete(INBOX).where(INBOX.c.taken_at < now - REMEMBERED))
