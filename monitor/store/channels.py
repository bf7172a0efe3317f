"""The ways out: which have something to send, and how each stands."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import ChannelState, DeliveryState
from monitor.store.mail_tables import CHANNEL, DELIVERY, DIGEST, SUBSCRIBER
from monitor.store.tables import passed

MAIL = "mail"
"""The name of the channel that all mail goes out by."""

HELD = exists().where(
    DIGEST.c.id == DELIVERY.c.digest_id,
    SUBSCRIBER.c.id == DIGEST.c.subscriber_id,
    or_(SUBSCRIBER.c.paused.is_(True), SUBSCRIBER.c.suspended_at.is_not(None)),
)
"""A delivery of somebody who is paused or suspended: it is kept, and goes out when they resume."""


def due(now: datetime) -> ColumnElement[bool]:
    """Deliveries that may be tried now: those whose time has come, and those whose owner died."""
    pending = (DELIVERY.c.state == DeliveryState.PENDING) & passed(DELIVERY.c.next_try_at, now)
    left = (DELIVERY.c.state == DeliveryState.SENDING) & passed(DELIVERY.c.lease_until, now)
    return or_(pending, left) & ~HELD


def channels_due(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The names of the channels with something to send now."""
    found = select(DELIVERY.c.channel).where(due(now)).distinct().order_by(DELIVERY.c.channel)
    return tuple(connection.scalars(found))


def state_of(connection: Connection, name: str) -> ChannelState:
    """Up when nothing else was noted."""
    row = connection.execute(select(CHANNEL).where(CHANNEL.c.name == name)).first()
    return ChannelState(row.state, row.since, row.next_probe, row.note) if row else ChannelState()


def shut(connection: Connection) -> tuple[tuple[str, ChannelState], ...]:
    """Every channel that is not up, by name."""
    rows = connection.execute(select(CHANNEL).where(CHANNEL.c.state != "up").order_by(CHANNEL.c.name))
    return tuple((row.name, ChannelState(row.state, row.since, row.next_probe, row.note)) for row in rows)


def note(connection: Connection, name: str, state: ChannelState) -> None:
    """Writes down how a channel stands. That of a subscriber who is gone is not written: they were forgotten."""
    _, _, owner = name.partition(":")
    subscriber_id = int(owner) if owner.isdecimal() else None
    if subscriber_id is not None and not connection.scalar(select(exists().where(SUBSCRIBER.c.id == subscriber_id))):
        return
    values = {"state": state.state, "since": state.since, "next_probe": state.next_probe, "note": state.note}
    statement = upsert(CHANNEL).values(name=name, subscriber_id=subscriber_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[CHANNEL.c.name], set_=values))
