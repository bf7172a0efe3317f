"""Sessions that were ended before their time: the cookie is still signed, and opens nothing any more."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from monitor.store.engine import Database
from monitor.store.tables import META

_KEY = "ended-session:"


class Ended:
    """Kept as hashes, until the session would have ended by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def end(self, session: str, now: datetime, until: datetime) -> None:
        """Forgets those whose time has come."""
        values = {"key": _named(session), "value": f"{until:%Y%m%d%H%M%S}"}
        with self._database.writing() as connection:
            connection.execute(
                delete(META).where(META.c.key.startswith(_KEY, autoescape=True), META.c.value < f"{now:%Y%m%d%H%M%S}")
            )
            connection.execute(insert(META).values(values).on_conflict_do_nothing())

    def has(self, session: str) -> bool:
        with self._database.reading() as connection:
            return connection.scalar(select(META.c.key).where(META.c.key == _named(session))) is not None


def _named(session: str) -> str:
    return _KEY + hashlib.sha256(session.encode()).hexdigest()
