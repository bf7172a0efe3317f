"""Messages to somebody who is no subscriber, or not as one: a confirmation, a notice to the operator.

They go out through the same queue as digests: frozen bytes, leases, the two clocks.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select

from monitor.model import DeliveryState, DigestKind, Outgoing
from monitor.store.engine import Database
from monitor.store.mail_tables import DELIVERY, DIGEST

KEPT = timedelta(days=30)
"""How long a letter is kept once it was sent or given up: it holds an address of somebody who may not want us to."""


class Letters:
    def __init__(self, database: Database) -> None:
        self._database = database

    def post(self, message: Outgoing, kind: DigestKind, window: str, now: datetime) -> bool:
        """Queues a letter. False, and nothing is written, when there is one of that `window` already."""
        already = exists().where(DIGEST.c.subscriber_id.is_(None), DIGEST.c.window == window)
        with self._database.writing() as connection:
            if connection.scalar(select(already)):
                return False
            digest = insert(DIGEST).values(
                kind=kind, window=window, covers_from=now, covers_to=now, created_at=now, mime=message.mime
            )
            number = int(connection.execute(digest.returning(DIGEST.c.id)).scalar_one())
            delivery = insert(DELIVERY).values(
                digest_id=number,
                state=DeliveryState.PENDING,
                recipient=message.recipient,
                sender=message.sender,
                subject=message.subject,
                message_id=message.message_id,
                created_at=now,
                next_try_at=now,
            )
            connection.execute(delivery)
        return True

    def forget_old(self, now: datetime) -> int:
        """Deletes letters that are settled for long. How many."""
        done = select(DELIVERY.c.digest_id).where(DELIVERY.c.settled_at < now - KEPT)
        old = delete(DIGEST).where(DIGEST.c.subscriber_id.is_(None), DIGEST.c.id.in_(done))
        with self._database.writing() as connection:
            return int(connection.execute(old).rowcount)
