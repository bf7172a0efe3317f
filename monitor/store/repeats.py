"""What is found again after a copy was restored: not told to those who were told of it, and marked as a repeat."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Change, Event, Outcome
from monitor.store.carrying import RESTORED_AT, RESTORED_FROM, RESTORED_SOURCES, TOLD_BEFORE, identity
from monitor.store.mail_tables import DIGEST_ITEM, SUBSCRIBER
from monitor.store.tables import META, POLL


@dataclass(frozen=True, slots=True)
class Repeats:
    """Of one source, at one poll."""

    copied_at: datetime | None = None
    """Of when the restored copy is; None when nothing that is found now can be a repeat."""
    told: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, source_id: str) -> "Repeats":
        keys = (RESTORED_AT, RESTORED_FROM, RESTORED_SOURCES, TOLD_BEFORE)
        rows = connection.execute(select(META.c.key, META.c.value).where(META.c.key.in_(keys)))
        facts: dict[str, str] = {row.key: row.value for row in rows}
        if RESTORED_AT not in facts:
            return cls()
        told = json.loads(facts.get(TOLD_BEFORE, "{}"))
        since = datetime.fromisoformat(facts[RESTORED_AT])
        quiet = exists().where(
            POLL.c.source_id == source_id, POLL.c.finished_at >= since, POLL.c.outcome == Outcome.UNCHANGED
        )
        if connection.scalar(select(quiet)):
            # It was seen as the copy knows it: what comes now is new.
            return cls()
        touched = RESTORED_SOURCES not in facts or source_id in json.loads(facts[RESTORED_SOURCES])
        return cls(datetime.fromisoformat(facts[RESTORED_FROM]) if touched else None, told)

    def marked(self, change: Change) -> Change:
        return replace(change, may_repeat=self.copied_at) if self.copied_at else change

    def hold_back(self, connection: Connection, found: Change | Event, item: str) -> None:
        """Readers who were told exactly this before are done with it."""
        readers = self.told.get(identity(found), []) if self.told else []
        there = connection.scalars(select(SUBSCRIBER.c.id).where(SUBSCRIBER.c.id.in_(readers))).all() if readers else []
        for reader in there:
            done = {"subscriber_id": reader, "item": item, "skipped": False}
            connection.execute(upsert(DIGEST_ITEM).values(done).on_conflict_do_nothing())
