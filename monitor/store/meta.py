"""Single facts about the installation: `first_start_at`, `offline_since`, …"""

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from monitor.store.engine import Database
from monitor.store.tables import META


class Facts:
    """Text by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        with self._database.reading() as connection:
            return connection.scalar(select(META.c.value).where(META.c.key == key))

    def set(self, key: str, value: str | None) -> None:
        """Keeps the value; None forgets it."""
        with self._database.writing() as connection:
            if value is None:
                connection.execute(delete(META).where(META.c.key == key))
                return
            statement = insert(META).values(key=key, value=value)
            connection.execute(statement.on_conflict_do_update(index_elements=[META.c.key], set_={"value": value}))

    def set_once(self, key: str, value: str) -> str:
        """Keeps the value unless there is one. Returns the one that counts."""
        with self._database.writing() as connection:
            connection.execute(insert(META).values(key=key, value=value).on_conflict_do_nothing())
            return str(connection.scalar(select(META.c.value).where(META.c.key == key)))
