"""Polls: what is due, who has it, and what came of it.

A claim is a lease under a fencing token: whoever was too slow finds the token moved on and writes nothing.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, exists, insert, literal, or_, select, update

from monitor import crash
from monitor.cadence import within_budget
from monitor.judge.follow import MOST_A_DAY
from monitor.model import (
    DigestKind,
    Document,
    Event,
    EventKind,
    Health,
    Memory,
    Outcome,
    PollIntent,
    PollOrder,
    Reason,
    Sayings,
    Trigger,
)
from monitor.store.bodies import Bodies
from monitor.store.codec import EVENT as EVENT_CODEC
from monitor.store.codec import LOOKS, REASON
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.documents import due_document, due_documents, put_off
from monitor.store.engine import Database
from monitor.store.gaps import note_gaps
from monitor.store.mail_tables import DIGEST
from monitor.store.record import Prepared, put_memory, write
from monitor.store.sayings import sayings_of
from monitor.store.tables import DOCUMENT, EVENT, HOST, MEMORY, POLL, SOURCE, UTC_DATE, ahead, passed
from monitor.store.texts import Texts
from monitor.store.values import DueRow, Recorded

FAULT_WAIT = timedelta(hours=1)
MOST_DOUBLED = 4
"""After so many faults in a row the rest is sixteen hours, and grows no more."""
"""How long a source rests on which the program itself failed: no crash loop."""
LONGEST_WAIT = timedelta(days=8)
"""More than any host is granted when it asks to be left alone."""


class Polls:
    def __init__(self, database: Database, bodies: Bodies) -> None:
        self._database, self._bodies, self._texts = database, bodies, Texts(database)

    def due(self, now: datetime, limit: int, busy_hosts: Collection[str] = frozenset()) -> tuple[DueRow, ...]:
        """Sources to look at, longest due first, at most one per host; then lists with a document to fetch.

        Left out: hosts in `busy_hosts`, hosts somebody looks at right now (a live lease), and hosts that asked
        us to stay away until later. The host is that of the source's own address.
        """
        leased = select(SOURCE.c.host).where(ahead(SOURCE.c.lease_until, now))
        waiting = select(HOST.c.host).where(ahead(HOST.c.not_before, now, LONGEST_WAIT))
        statement = (
            select(SOURCE.c.id, SOURCE.c.host, SOURCE.c.next_poll_at)
            .where(SOURCE.c.next_poll_at <= now, SOURCE.c.host.not_in(leased), SOURCE.c.host.not_in(waiting))
            .order_by(SOURCE.c.next_poll_at, SOURCE.c.position)
        )
        found: dict[str, DueRow] = {}
        with self._database.reading() as connection:
            for row in connection.execute(statement):
                if len(found) >= limit:
                    break
                if row.host not in found and row.host not in busy_hosts:
                    found[row.host] = DueRow(row.id, row.host, row.next_poll_at)
            documents = due_documents(now).where(SOURCE.c.host.not_in(leased), SOURCE.c.host.not_in(waiting))
            for row in connection.execute(documents.limit(limit * MOST_A_DAY)) if len(found) < limit else ():
                if len(found) < limit and row.host not in found and row.host not in busy_hosts:
                    found[row.host] = DueRow(row.source_id, row.host, row.due_at)
        return tuple(found.values())

    def claim(self, source_id: str, now: datetime, lease: timedelta, owner: str) -> PollOrder | None:
        """Takes a due source for `lease`; None when it is not due or somebody else has it.

        A list that is not due, but has a document to fetch, is taken for that one document.

        A lease that ran out counts for nothing: the source of a killed owner is due again.
        """
        with_documents = due_documents(now).with_only_columns(DOCUMENT.c.source_id).order_by(None)
        statement = (
            update(SOURCE)
            .where(SOURCE.c.id == source_id, or_(SOURCE.c.next_poll_at <= now, SOURCE.c.id.in_(with_documents)))
            .where(or_(SOURCE.c.lease_until.is_(None), passed(SOURCE.c.lease_until, now)))
            .values(token=SOURCE.c.token + 1, lease_until=now + lease, lease_owner=owner)
            .returning(SOURCE)
        )
        with self._database.writing() as connection:
            row = connection.execute(statement).first()
            if row is None:
                return None
            memory = connection.scalar(select(MEMORY.c.value).where(MEMORY.c.source_id == source_id))
            said = sayings_of(connection, source_id)
            document = due_document(connection, source_id, now) if row.next_poll_at > now else None
            reported = connection.scalar(select(exists().where(DIGEST.c.kind == DigestKind.FIRST_REPORT)))
            crash.reach("claim.before_commit")
        crash.reach("claim.after_commit")
        return _order(row, memory, said, document, early_report=bool(reported))

    def record(self, intent: PollIntent) -> Recorded | None:
        """Writes everything one poll brought, in one transaction, and frees the lease.

        None, and nothing is written, when the lease was lost: somebody claimed the source since, or the poll
        is recorded already.
        """
        prepared = Prepared.of(intent, self._bodies, self._texts)
        with self._database.writing() as connection:
            row = connection.execute(select(SOURCE).where(_mine(intent.source_id, intent.token))).first()
            if row is None:
                return None
            recorded = write(connection, self._bodies, row, intent, prepared)
            crash.reach("record.before_commit")
        crash.reach("record.after_commit")
        return recorded

    def release(self, order: PollOrder) -> bool:
        """Gives a claim back without a poll; the source is as due as before. False when the lease was lost."""
        with self._database.writing() as connection:
            return _free(connection, order, {}) == 1

    def fault(self, order: PollOrder, now: datetime, message: str) -> bool:
        """The program itself failed on this source: a row that says so, and an hour's rest; twice as long after each.

        False, and nothing is written, when the lease was lost. The rest counts as a look: no budget is exceeded by it.
        """
        reason = REASON.dump(Reason("fault", {"message": message[:2000]}))
        rest: dict[str, Any] = {
            "next_trigger": order.trigger,
            "last_poll_at": now,
            "last_outcome": Outcome.FAULT,
            "last_reason": reason,
        }
        with self._database.writing() as connection:
            wait = FAULT_WAIT * 2 ** min(_faults(connection, order.source.id), MOST_DOUBLED)
            memory, when = within_budget(order.memory, now + wait, now, order.source)
            # A source that left the list meanwhile stays without a date.
            rest["next_poll_at"] = case((SOURCE.c.next_poll_at.is_not(None), literal(when, UTC_DATE)))
            rest["planned_at"] = rest["next_poll_at"]
            note_gaps(connection, order.source.id, now)
            if not _free(connection, order, {} if order.document else rest):
                return False
            put_off(connection, order, now + wait)
            if order.document is None:
                put_memory(connection, order.source.id, memory)
            # Told once: until the source could be looked at again, every further fault is the same one.
            last = (
                select(POLL.c.outcome).where(POLL.c.source_id == order.source.id).order_by(POLL.c.token.desc()).limit(1)
            )
            again = connection.scalar(last) == Outcome.FAULT
            row = insert(POLL).values(
                source_id=order.source.id,
                token=order.token,
                trigger=order.trigger,
                finished_at=now,
                took=0,
                outcome=Outcome.FAULT,
                reason=reason,
                looks=LOOKS.dump(()).encode(),
                used=0,
                good=False,
            )
            poll_id = connection.execute(row.returning(POLL.c.id)).scalar_one()
            if not again:
                connection.execute(insert(EVENT).values(**_fault_event(order.source.id, int(poll_id), now, message)))
        return True


def _faults(connection: Connection, source_id: str) -> int:
    """How many faults in a row the source has had, up to what matters."""
    last = select(POLL.c.outcome).where(POLL.c.source_id == source_id).order_by(POLL.c.token.desc()).limit(MOST_DOUBLED)
    outcomes = list(connection.execute(last).scalars())
    return next((n for n, outcome in enumerate(outcomes) if outcome != Outcome.FAULT), len(outcomes))


def _fault_event(source_id: str, poll_id: int, now: datetime, message: str) -> dict[str, Any]:
    event = Event(source_id, EventKind.FAULT, now, {"reason": "fault", "reason_message": message[:300]})
    return {
        "source_id": source_id,
        "poll_id": poll_id,
        "kind": event.kind,
        "told": event.told,
        "urgent": event.urgent,
        "at": now,
        "value": EVENT_CODEC.pack(event),
    }


def _mine(source_id: str, token: int) -> ColumnElement[bool]:
    """The row while the lease under this token stands; one that ran out unclaimed still stands."""
    return (SOURCE.c.id == source_id) & (SOURCE.c.token == token) & SOURCE.c.lease_owner.is_not(None)


def _free(connection: Connection, order: PollOrder, values: dict[str, Any]) -> int:
    statement = update(SOURCE).where(_mine(order.source.id, order.token))
    return connection.execute(statement.values(lease_until=None, lease_owner=None, **values)).rowcount


def _order(
    row: Row[Any], memory: bytes | None, said: Sayings, document: Document | None, *, early_report: bool
) -> PollOrder:
    return PollOrder(
        source=SOURCE_CODEC.load(row.definition),
        token=row.token,
        trigger=Trigger.FOLLOW if document else Trigger(row.next_trigger),
        due_at=row.next_poll_at,
        memory=MEMORY_CODEC.unpack(memory) if memory else Memory(),
        health=Health(row.health),
        etag=row.etag,
        last_modified=row.last_modified,
        validators_url=row.validators_url,
        last_sha256=row.last_sha256,
        last_snapshot=row.last_snapshot,
        told_snapshot=row.told_snapshot,
        told_text=row.told_text,
        current_text=row.current_text,
        fingerprint=row.fingerprint,
        early_report=early_report,
        sayings=said,
        document=document,
    )
