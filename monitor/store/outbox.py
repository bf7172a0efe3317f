"""Digests and deliveries: never lost, hardly ever twice.

What goes into a digest is a set: every told change and event without a row in `digest_item` for the subscriber,
whatever its times. The bytes of a message are frozen in the transaction that makes its digest; a delivery is
marked `sending`, and committed, before the wire is touched.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor import crash
from monitor.model import (
    Change,
    ChannelState,
    Delivery,
    DeliveryState,
    DigestKind,
    DigestOrder,
    Event,
    Outgoing,
)
from monitor.store import channels
from monitor.store.channels import MAIL
from monitor.store.engine import Database
from monitor.store.history import NO_LOOK, TELLABLE, read_change, read_event
from monitor.store.mail_tables import DELIVERY, DIGEST, DIGEST_ITEM, SUBSCRIBER
from monitor.store.subscribers import CHANGE_ITEM, EVENT_ITEM
from monitor.store.tables import CHANGE, EVENT, HELD, POLL
from monitor.store.values import DeliveryRow, Period, Queue
from monitor.store.withholding import read_veil


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def untold(self, subscriber_id: int) -> tuple[tuple[Change, ...], tuple[Event, ...]]:
        """Told changes and events that no digest of this subscriber has dealt with, oldest first."""
        done = DIGEST_ITEM.c.subscriber_id == subscriber_id
        changes = select(CHANGE).where(TELLABLE, ~exists().where(done, DIGEST_ITEM.c.item == CHANGE_ITEM))
        events = select(EVENT).where(EVENT.c.told.is_(True), ~exists().where(done, DIGEST_ITEM.c.item == EVENT_ITEM))
        with self._database.reading() as connection:
            veil = read_veil(connection)
            return (
                tuple(veil.change(read_change(row)) for row in connection.execute(changes.order_by(CHANGE.c.id))),
                tuple(veil.event(read_event(row)) for row in connection.execute(events.order_by(EVENT.c.id))),
            )

    def period(self, covers_from: datetime, covers_to: datetime) -> Period:
        """Looks taken and differences held back from `covers_from` until before `covers_to`."""
        looks = select(func.count(), func.count(POLL.c.source_id.distinct())).where(
            POLL.c.finished_at >= covers_from, POLL.c.finished_at < covers_to, POLL.c.outcome.not_in(NO_LOOK)
        )
        held = select(func.count(), func.count(HELD.c.source_id.distinct())).where(
            HELD.c.at >= covers_from, HELD.c.at < covers_to
        )
        with self._database.reading() as connection:
            return Period(*connection.execute(looks).one(), *connection.execute(held).one())

    def last_digest(self, subscriber_id: int, kinds: Collection[DigestKind]) -> tuple[str, datetime] | None:
        """Window and end of the newest digest of these kinds, sent or not."""
        statement = (
            select(DIGEST.c.window, DIGEST.c.covers_to)
            .where(DIGEST.c.subscriber_id == subscriber_id, DIGEST.c.kind.in_(sorted(kinds)))
            .order_by(DIGEST.c.covers_to.desc(), DIGEST.c.id.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return (row.window, row.covers_to) if row else None

    def has_window(self, subscriber_id: int, window: str) -> bool:
        with self._database.reading() as connection:
            return _window_exists(connection, subscriber_id, window)

    def enqueue(
        self,
        order: DigestOrder,
        items: Sequence[str],
        skipped: Sequence[str],
        message: Outgoing | None,
        now: datetime,
    ) -> int | None:
        """Makes a digest, with all it tells and its frozen message, in one transaction. Returns the digest's id.

        `items` are told in it, `skipped` are done with although they are not (the subscriber's filters); both as
        in `Digest.items`. Without a message only the window is used up.
        None, and nothing is written, when the window exists, when one of the items was told to this subscriber
        meanwhile (compose again), or when the subscriber is gone.
        """
        subscriber_id = order.subscriber.id
        with self._database.writing() as connection:
            if _window_exists(connection, subscriber_id, order.window) or not _is_subscribed(connection, subscriber_id):
                return None
            if _any_told(connection, subscriber_id, items):
                return None
            digest_id = _digest(connection, order, message, now)
            _items(connection, subscriber_id, digest_id, items, skipped)
            if message is not None:
                connection.execute(
                    insert(DELIVERY).values(
                        digest_id=digest_id,
                        state=DeliveryState.PENDING,
                        recipient=message.recipient,
                        sender=message.sender,
                        subject=message.subject,
                        message_id=message.message_id,
                        channel=message.channel,
                        created_at=now,
                        next_try_at=now,
                    )
                )
            crash.reach("enqueue.before_commit")
        crash.reach("enqueue.after_commit")
        return digest_id

    def channels(self, now: datetime) -> tuple[str, ...]:
        """The names of the channels with something to send now: `mail`, `webhook:12`, `chat:13`."""
        with self._database.reading() as connection:
            return channels.channels_due(connection, now)

    def claim(self, now: datetime, lease: timedelta, channel: str = MAIL) -> Delivery | None:
        """The channel's oldest delivery that is due, marked `sending` for `lease`, committed before it is returned.

        A lease that ran out is due again: its owner died somewhere between here and `settle`. Nothing is due to
        somebody who is paused or suspended.
        """
        mine = DELIVERY.c.channel == channel
        oldest = select(DELIVERY.c.id).where(mine, channels.due(now)).order_by(DELIVERY.c.id).limit(1)
        statement = (
            update(DELIVERY)
            .where(DELIVERY.c.id == oldest.scalar_subquery())
            .values(state=DeliveryState.SENDING, token=DELIVERY.c.token + 1, lease_until=now + lease)
            .returning(DELIVERY)
        )
        with self._database.reading() as connection:
            # Most ticks find nothing; they need not queue for the lock.
            if connection.scalar(oldest) is None:
                return None
        with self._database.writing() as connection:
            row = connection.execute(statement).first()
            if row is None:
                return None
            mime = connection.scalar(select(DIGEST.c.mime).where(DIGEST.c.id == row.digest_id))
        crash.reach("delivery.claimed")
        return Delivery(
            id=row.id,
            token=row.token,
            recipient=row.recipient,
            sender=row.sender,
            message_id=row.message_id,
            mime=mime or b"",
            created_at=row.created_at,
            attempts=row.attempts,
            subject=row.subject,
            channel=row.channel,
        )

    def settle(
        self,
        delivery: Delivery,
        state: DeliveryState,
        answer: str,
        now: datetime,
        *,
        next_try_at: datetime | None = None,
        count: bool = True,
    ) -> bool:
        """Notes what became of a claimed delivery. False, and nothing is written, when the lease was lost.

        `state` PENDING puts it back, for `next_try_at` (default: now; at most a day ahead).
        `count`: it was the message's attempt; False when the channel is to blame.
        """
        again = state is DeliveryState.PENDING
        statement = (
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery.id, DELIVERY.c.token == delivery.token)
            .where(DELIVERY.c.state == DeliveryState.SENDING)
            .values(
                state=state,
                answer=answer[:2000],
                attempts=DELIVERY.c.attempts + int(count),
                next_try_at=(next_try_at or now) if again else None,
                settled_at=None if again else now,
                lease_until=None,
            )
        )
        with self._database.writing() as connection:
            settled = connection.execute(statement).rowcount == 1
            crash.reach("settle.before_commit")
        return settled

    def retry(self, delivery_id: int, now: datetime) -> bool:
        """Puts a failed or dead delivery back into the queue, its count at zero. False when it is neither."""
        statement = (
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery_id)
            .where(DELIVERY.c.state.in_([DeliveryState.FAILED, DeliveryState.DEAD]))
            .values(state=DeliveryState.PENDING, attempts=0, created_at=now, next_try_at=now, settled_at=None)
        )
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount == 1

    def message(self, delivery_id: int) -> bytes | None:
        """The frozen bytes of a delivery."""
        statement = select(DIGEST.c.mime).join(DELIVERY, DELIVERY.c.digest_id == DIGEST.c.id)
        with self._database.reading() as connection:
            return connection.scalar(statement.where(DELIVERY.c.id == delivery_id))

    def pending(self, now: datetime) -> Queue:
        """The outbox in figures; `next_try_at` is never before now.

        What is kept for somebody who is paused or suspended waits for them, not for a server: it is counted apart.
        """
        states = select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)
        waiting = DELIVERY.c.state.in_([DeliveryState.PENDING, DeliveryState.SENDING])
        kept = select(func.count()).where(DELIVERY.c.state == DeliveryState.PENDING, channels.HELD)
        times = select(func.min(DELIVERY.c.created_at), func.min(DELIVERY.c.next_try_at)).where(waiting, ~channels.HELD)
        with self._database.reading() as connection:
            counted = {row[0]: row[1] for row in connection.execute(states)}
            held = connection.scalar(kept) or 0
            oldest, next_try = connection.execute(times).one()
        return Queue(
            pending=counted.get(DeliveryState.PENDING, 0) - held,
            held=held,
            sending=counted.get(DeliveryState.SENDING, 0),
            failed=counted.get(DeliveryState.FAILED, 0),
            dead=counted.get(DeliveryState.DEAD, 0),
            oldest=oldest,
            next_try_at=max(next_try, now) if next_try else None,
        )

    def deliveries(
        self,
        limit: int = 50,
        *,
        states: Collection[DeliveryState] = (),
        subscriber_id: int | None = None,
        before_id: int | None = None,
    ) -> tuple[DeliveryRow, ...]:
        """Newest first; `states` empty: all; of one subscriber, or of everybody. `before_id` continues a list."""
        statement = _DELIVERIES.order_by(DELIVERY.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(DELIVERY.c.id < before_id)
        if states:
            statement = statement.where(DELIVERY.c.state.in_(sorted(states)))
        if subscriber_id is not None:
            statement = statement.where(DIGEST.c.subscriber_id == subscriber_id)
        with self._database.reading() as connection:
            return tuple(_delivery_row(row) for row in connection.execute(statement))

    def channel(self, name: str = MAIL) -> ChannelState:
        """Up when nothing else was noted."""
        with self._database.reading() as connection:
            return channels.state_of(connection, name)

    def shut(self) -> tuple[tuple[str, ChannelState], ...]:
        """Every channel that is not up, by name."""
        with self._database.reading() as connection:
            return channels.shut(connection)

    def set_channel(self, state: ChannelState, name: str = MAIL) -> None:
        with self._database.writing() as connection:
            channels.note(connection, name, state)


_DELIVERIES: Select[Any] = select(
    DELIVERY, DIGEST.c.subscriber_id, DIGEST.c.kind, DIGEST.c.window
).join(DIGEST, DIGEST.c.id == DELIVERY.c.digest_id)  # fmt: skip


def _window_exists(connection: Connection, subscriber_id: int, window: str) -> bool:
    found = exists().where(DIGEST.c.subscriber_id == subscriber_id, DIGEST.c.window == window)
    return bool(connection.scalar(select(found)))


def _is_subscribed(connection: Connection, subscriber_id: int) -> bool:
    return bool(connection.scalar(select(exists().where(SUBSCRIBER.c.id == subscriber_id))))


def _any_told(connection: Connection, subscriber_id: int, items: Sequence[str]) -> bool:
    told = select(DIGEST_ITEM.c.item).where(DIGEST_ITEM.c.subscriber_id == subscriber_id)
    # SQLite takes no more than 32,766 values in one statement.
    return any(
        connection.execute(told.where(DIGEST_ITEM.c.item.in_(items[n : n + 1000])).limit(1)).first() is not None
        for n in range(0, len(items), 1000)
    )


def _digest(connection: Connection, order: DigestOrder, message: Outgoing | None, now: datetime) -> int:
    statement = insert(DIGEST).values(
        subscriber_id=order.subscriber.id,
        kind=order.kind,
        window=order.window,
        covers_from=order.covers_from,
        covers_to=order.covers_to,
        created_at=now,
        mime=message.mime if message else None,
    )
    return int(connection.execute(statement.returning(DIGEST.c.id)).scalar_one())


def _items(
    connection: Connection, subscriber_id: int, digest_id: int, items: Sequence[str], skipped: Sequence[str]
) -> None:
    told = dict.fromkeys(items, False)
    rows = [
        {"subscriber_id": subscriber_id, "item": item, "digest_id": digest_id, "skipped": skip}
        for item, skip in (dict.fromkeys(skipped, True) | told).items()
    ]
    if rows:
        # Only a skipped item may be there already: another digest told it or skipped it.
        connection.execute(upsert(DIGEST_ITEM).on_conflict_do_nothing(), rows)


def _delivery_row(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(
        id=row.id,
        subscriber_id=row.subscriber_id,
        recipient=row.recipient,
        subject=row.subject,
        message_id=row.message_id,
        kind=DigestKind(row.kind),
        window=row.window,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        settled_at=row.settled_at,
        answer=row.answer,
        channel=row.channel,
        digest_id=row.digest_id,
    )
