"""The audit log: who did what, to what, when. Rows are only added; a trigger refuses anything else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from monitor.store.engine import Database
from monitor.store.review_tables import AUDIT

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class AuditRow:
    """`what` is a code such as `withhold`, `user-add`; `target` is what it was done to: `snapshot:12`, `user:anna`."""

    id: int
    at: datetime
    who: str
    what: str
    target: str
    detail: str


class AuditLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, who: str, what: str, target: str, detail: str, now: datetime) -> None:
        """One row, in a transaction of its own. `detail` never holds a secret."""
        with self._database.writing() as connection:
            note(connection, who, what, target, detail, now)

    def list(
        self, *, what: str = "", target: str = "", before_id: int | None = None, limit: int = 50
    ) -> tuple[AuditRow, ...]:
        """Newest first; `before_id` continues after that row."""
        statement = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if what:
            statement = statement.where(AUDIT.c.what == what)
        if target:
            statement = statement.where(AUDIT.c.target == target)
        if before_id is not None:
            statement = statement.where(AUDIT.c.id < before_id)
        with self._database.reading() as connection:
            return tuple(
                AuditRow(row.id, row.at, row.who, row.what, row.target, row.detail)
                for row in connection.execute(statement)
            )


def note(connection: Connection, who: str, what: str, target: str, detail: str, now: datetime) -> None:
    """Within a transaction that does what is noted: neither is written without the other."""
    values = {"who": who[:200], "what": what[:60], "target": target[:200], "detail": detail[:LONGEST], "at": now}
    connection.execute(insert(AUDIT).values(**values))
