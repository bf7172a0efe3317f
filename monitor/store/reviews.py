"""Reviews, visits and saved searches: what people leave on the pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model.review import Review, ReviewState
from monitor.store.engine import Database
from monitor.store.review_tables import REVIEW, SAVED, TIMELINE, VISIT

AWAY = timedelta(minutes=45)
"""Who did not look at a page for so long comes back as on a new visit."""
RARELY = timedelta(minutes=5)
"""A visit under way is noted so often."""
MOST = 1000
LONGEST_NOTE = 4000


class Reviews:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, items: Sequence[str], state: ReviewState, *, who: str, now: datetime, note: str = ""
    ) -> dict[str, ReviewState]:
        """Reviews these items, in one transaction; what they were before. Unknown items are passed over.

        The newest review counts, the others stay. An item that has this state already gets one more entry only for a
        new note.
        """
        note = note.strip()[:LONGEST_NOTE]
        before: dict[str, ReviewState] = {}
        with self._database.writing() as connection:
            known = select(TIMELINE.c.item, TIMELINE.c.state).where(TIMELINE.c.item.in_(list(items)[:MOST]))
            for item, old in connection.execute(known).all():
                if old != state or note:
                    _review(connection, Review(item, state, who[:200], now, note))
                before[item] = ReviewState(old)
        return before

    def history(self, item: str) -> tuple[Review, ...]:
        """Newest first."""
        statement = select(REVIEW).where(REVIEW.c.item == item).order_by(REVIEW.c.id.desc()).limit(MOST)
        with self._database.reading() as connection:
            return tuple(
                Review(row.item, ReviewState(row.state), row.who, row.at, row.note, row.id)
                for row in connection.execute(statement)
            )


def _review(connection: Connection, review: Review) -> None:
    statement = insert(REVIEW).values(
        item=review.item, state=review.state, note=review.note, who=review.who, at=review.at
    )
    number = connection.execute(statement.returning(REVIEW.c.id)).scalar_one()
    line = update(TIMELINE).where(TIMELINE.c.item == review.item)
    connection.execute(line.values(state=review.state, review_id=number))


class Visits:
    """When somebody was here last. `who` is empty where nobody is asked for a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, who: str, now: datetime) -> datetime | None:
        """The end of the visit before this one; None for a first visit."""
        with self._database.reading() as connection:
            row = connection.execute(select(VISIT).where(VISIT.c.who == who)).first()
        if row is None:
            return None
        ended: datetime | None = row.latest if now - row.latest > AWAY else row.before
        return ended

    def due(self, who: str, now: datetime) -> bool:
        """Is it time to note that they are here?"""
        with self._database.reading() as connection:
            latest = connection.scalar(select(VISIT.c.latest).where(VISIT.c.who == who))
        return latest is None or not timedelta() <= now - latest < RARELY

    def note(self, who: str, now: datetime) -> None:
        """They are here now."""
        with self._database.writing() as connection:
            row = connection.execute(select(VISIT).where(VISIT.c.who == who)).first()
            before = row.before if row else None
            if row is not None and now - row.latest > AWAY:
                before = row.latest
            values = {"before": before, "latest": now}
            statement = upsert(VISIT).values(who=who, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=[VISIT.c.who], set_=values))


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A page's filters, or a search, under a name. `query` as in the page's address, without the question mark."""

    id: int
    name: str
    page: str
    query: str
    who: str
    created_at: datetime


class Saved:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[SavedSearch, ...]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(SAVED).order_by(SAVED.c.name).limit(MOST)).all()
        return tuple(SavedSearch(*row) for row in rows)

    def get(self, number: int) -> SavedSearch | None:
        with self._database.reading() as connection:
            row = connection.execute(select(SAVED).where(SAVED.c.id == number)).first()
        return SavedSearch(*row) if row else None

    def save(self, name: str, page: str, query: str, who: str, now: datetime) -> int:
        """Under a name; another one of that name is replaced and keeps its number."""
        values = {"page": page, "query": query, "who": who, "created_at": now}
        statement = upsert(SAVED).values(name=name, **values)
        statement = statement.on_conflict_do_update(index_elements=[SAVED.c.name], set_=values)
        with self._database.writing() as connection:
            return int(connection.execute(statement.returning(SAVED.c.id)).scalar_one())

    def forget(self, number: int) -> bool:
        with self._database.writing() as connection:
            return connection.execute(delete(SAVED).where(SAVED.c.id == number)).rowcount == 1
