"""The tables of mail and of the other ways out: who is told, what they were told, and what became of it."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from monitor.store.rows import NEVER_AGAIN, Row, table


class Subscriber(Row, table=True):
    __table_args__: ClassVar[Any] = (UniqueConstraint("address"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    email: str
    address: str
    """The e-mail address as compared: case-folded."""
    language: str
    timezone: str
    frequency: str
    hour: int
    weekday: int
    filters: str = Field(sa_type=Text)
    urgent: bool
    sign_of_life: bool
    paused: bool
    created_at: datetime
    channel: str = Field(default="mail", sa_column_kwargs={"server_default": "mail"})
    """mail | webhook | chat."""
    url: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """A webhook's address; empty otherwise: that of a chat is a secret, and stands in the settings."""
    bounces: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Hard bounces since the last message that did not come back."""
    bounced_at: datetime | None = None
    suspended_at: datetime | None = None
    """Nothing is made or sent from then on, until somebody resumes it."""
    suspended_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Digest(Row, table=True):
    """One message's content for one subscriber and window; `mime` are the bytes as frozen, NULL when none is sent.

    A MIME message for mail, JSON for a webhook, text for a chat.
    """

    __table_args__: ClassVar[Any] = (UniqueConstraint("subscriber_id", "window"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int | None = Field(default=None, foreign_key="subscriber.id", ondelete="CASCADE")
    """NULL: a letter to somebody who is none, or not as one."""
    kind: str
    window: str
    covers_from: datetime
    covers_to: datetime
    created_at: datetime
    mime: bytes | None = None


class DigestItem(Row, table=True):
    """`change:12` or `event:7` is done with for this subscriber. `digest_id` NULL: told before they subscribed."""

    __tablename__ = "digest_item"

    subscriber_id: int = Field(primary_key=True, foreign_key="subscriber.id", ondelete="CASCADE")
    item: str = Field(primary_key=True)
    digest_id: int | None = Field(default=None, foreign_key="digest.id", ondelete="CASCADE", index=True)
    skipped: bool = False
    """It did not match the subscriber's filters."""


class Delivery(Row, table=True):
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("digest_id"),
        CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'dead')", name="state"),
        Index("ix_delivery_state", "state", "next_try_at"),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True)
    digest_id: int = Field(foreign_key="digest.id", ondelete="CASCADE")
    state: str
    token: int = 0
    lease_until: datetime | None = None
    recipient: str
    sender: str
    subject: str
    message_id: str
    attempts: int = 0
    created_at: datetime
    next_try_at: datetime | None = None
    settled_at: datetime | None = None
    answer: str = Field(default="", sa_type=Text)
    channel: str = Field(default="mail", sa_column_kwargs={"server_default": "mail"})
    """The `channel.name` it goes out by."""


class Channel(Row, table=True):
    """A way out: `mail` for all who get mail; every webhook and chat has its own, as `webhook:12`, `chat:13`."""

    name: str = Field(primary_key=True)
    state: str
    since: datetime | None = None
    next_probe: datetime | None = None
    note: str = ""
    subscriber_id: int | None = Field(default=None, foreign_key="subscriber.id", ondelete="CASCADE")
    """Whose it is alone: forgotten with them."""


class SetAside(Row, table=True):
    """A digest that could not be made. What it would tell is untold, and told when it can be made."""

    __tablename__ = "set_aside"

    subscriber_id: int = Field(primary_key=True, foreign_key="subscriber.id", ondelete="CASCADE")
    kind: str = Field(primary_key=True)
    window: str
    version: str
    """Of the program that could not."""
    at: datetime
    fault: str


class Inbox(Row, table=True):
    """A message that came in, so that it is taken once."""

    key: str = Field(primary_key=True)
    """SHA-256 of its Message-ID, or of its bytes when it has none."""
    taken_at: datetime = Field(index=True)
    kind: str
    """What was made of it: bounce, unsubscribe, …"""
    subscriber_id: int | None = Field(default=None, foreign_key="subscriber.id", ondelete="CASCADE", index=True)


SUBSCRIBER, CHANNEL, INBOX = table(Subscriber), table(Channel), table(Inbox)
SET_ASIDE = table(SetAside)
DIGEST, DIGEST_ITEM, DELIVERY = table(Digest), table(DigestItem), table(Delivery)
