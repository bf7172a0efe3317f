"""Digests that could not be made, because of a mistake in the program or in a template: set aside, not lost."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from monitor.model import Aside, DigestKind
from monitor.store.engine import Database
from monitor.store.mail_tables import SET_ASIDE


class SetAside:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Aside, ...]:
        """Oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(SET_ASIDE).order_by(SET_ASIDE.c.at, SET_ASIDE.c.subscriber_id)).all()
        return tuple(
            Aside(row.subscriber_id, DigestKind(row.kind), row.window, row.version, row.at, row.fault) for row in rows
        )

    def put(self, aside: Aside) -> None:
        """One per subscriber and kind of message: the newest."""
        values = {"window": aside.window, "version": aside.version, "at": aside.at, "fault": aside.fault[:2000]}
        statement = insert(SET_ASIDE).values(subscriber_id=aside.subscriber_id, kind=aside.kind, **values)
        keys = [SET_ASIDE.c.subscriber_id, SET_ASIDE.c.kind]
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))

    def clear(self, subscriber_id: int | None = None, kind: DigestKind | None = None) -> int:
        """Of one subscriber and kind: it was made after all; of all: try them again. How many there were."""
        statement = delete(SET_ASIDE)
        if subscriber_id is not None:
            statement = statement.where(SET_ASIDE.c.subscriber_id == subscriber_id)
        if kind is not None:
            statement = statement.where(SET_ASIDE.c.kind == kind)
        with self._database.writing() as connection:
            return int(connection.execute(statement).rowcount)
