"""Neighbours of a source: other sources of its host with a text at hand, and how often they were asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.engine import Database
from monitor.store.tables import POLL, SNAPSHOT, SOURCE

FRESH = timedelta(hours=24)
"""How old a text may be that speaks for another page."""
MOST = 3


@dataclass(frozen=True, slots=True)
class NeighbourText:
    """Another source of the same host, and its last good text."""

    url: str
    sha256: str
    text: str
    """Hash of the extraction."""
    seen_at: datetime


class Neighbours:
    """Only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def texts(self, source_id: str, host: str, now: datetime) -> tuple[NeighbourText, ...]:
        """Texts of other sources of the host, read within the last day, the newest first."""
        statement = (
            select(SNAPSHOT.c.final_url, SNAPSHOT.c.sha256, SOURCE.c.current_text, SOURCE.c.last_good_at)
            .join(SNAPSHOT, SNAPSHOT.c.id == SOURCE.c.last_snapshot)
            .where(SOURCE.c.host == host, SOURCE.c.id != source_id, SOURCE.c.last_good_at >= now - FRESH)
            .where(SOURCE.c.last_good_at <= now, SOURCE.c.current_text != "", SOURCE.c.retired_at.is_(None))
            .order_by(SOURCE.c.last_good_at.desc())
            .limit(MOST)
        )
        with self._database.reading() as connection:
            return tuple(NeighbourText(*row) for row in connection.execute(statement))

    def addresses(self, source_id: str, host: str) -> tuple[str, ...]:
        """Addresses of other sources of the host."""
        statement = select(SOURCE.c.definition).where(
            SOURCE.c.host == host, SOURCE.c.id != source_id, SOURCE.c.retired_at.is_(None)
        )
        with self._database.reading() as connection:
            listed = [SOURCE_CODEC.load(text) for text in connection.scalars(statement.order_by(SOURCE.c.position))]
        return tuple(source.url for source in listed if source.url)

    def asked(self, since: datetime, *, source: str = "", host: str = "") -> int:
        """Requests to neighbours since then, of one source or at one host."""
        statement = select(func.coalesce(func.sum(POLL.c.asked), 0)).where(POLL.c.finished_at > since, POLL.c.asked > 0)
        if source:
            statement = statement.where(POLL.c.source_id == source)
        if host:
            statement = statement.join(SOURCE, SOURCE.c.id == POLL.c.source_id).where(SOURCE.c.host == host)
        with self._database.reading() as connection:
            return int(connection.scalar(statement) or 0)
