"""Search through time: passages that stood on the pages, and the words that changes brought and took.

Newest first by number, continued after the last one; what a question costs is bounded, however common its words.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, bindparam, select, text, update

from monitor.model import Change, Extraction
from monitor.store.engine import Database
from monitor.store.history import read_change
from monitor.store.index import Shown, add_past, read_again
from monitor.store.review_tables import PASSAGE, TIMELINE
from monitor.store.tables import CHANGE, SNAPSHOT, SOURCE, UTC_DATE
from monitor.store.withholding import COVERED_COPIES, COVERED_HASHES
from monitor.text.asked import Asked, folded

MOST_COUNTED = 5000
"""Passages that are looked at for a summary."""
_ADDED, _REMOVED, _BOTH = "added", "removed", "added removed"


@dataclass(frozen=True, slots=True)
class Found:
    """A passage of a source. `last_seen` None: it stands there."""

    id: int
    source_id: str
    text: str
    page: int
    first_seen: datetime
    last_seen: datetime | None
    snapshot_id: int
    """The copy that showed it first."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the words of a question stood on one source: from the first to the last time."""

    source_id: str
    passages: int
    first_seen: datetime
    last_seen: datetime | None
    """None: they stand there."""


class Search:
    def __init__(self, database: Database) -> None:
        self._database = database

    def passages(
        self,
        asked: Asked,
        *,
        sources: Collection[str] = (),
        there: bool | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[Found, ...]:
        """`there`: only what stands there now, or only what is gone. `before`: continues a list.

        What a withheld copy showed first is left out.
        """
        if not asked:
            return ()
        values = {"question": _question("text", asked, sources), "before": before or _LAST, "limit": limit}
        values["gone"] = -1 if there is None else int(not there)
        with self._database.reading() as connection:
            rows = connection.execute(_PASSAGES, values).all()
        return tuple(Found(*row) for row in rows)

    def traces(self, asked: Asked, *, sources: Collection[str] = ()) -> tuple[tuple[Trace, ...], bool]:
        """By source: first seen, last seen; longest known first. False: there is more than was looked at."""
        if not asked:
            return (), True
        values = {"question": _question("text", asked, sources), "most": MOST_COUNTED}
        with self._database.reading() as connection:
            rows = connection.execute(_TRACES, values).all()
        found = [Trace(row.source_id, row.n, row.first, None if row.there else row.last) for row in rows]
        return tuple(found), sum(trace.passages for trace in found) < MOST_COUNTED

    def changes(
        self,
        asked: Asked,
        *,
        side: str = "",
        sources: Collection[str] = (),
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[Change, ...]:
        """Changes that `added` or `removed` the words (side empty: either); none between withheld copies."""
        if not asked:
            return ()
        columns = side if side in {_ADDED, _REMOVED} else _BOTH
        values = {"question": _question(columns, asked, sources), "before": before or _LAST, "limit": limit}
        with self._database.reading() as connection:
            numbers = [row[0] for row in connection.execute(_CHANGES, values)]
            rows = connection.execute(select(CHANGE).where(CHANGE.c.id.in_(numbers)).order_by(CHANGE.c.id.desc()))
            return tuple(read_change(row) for row in rows)

    # --- what an older program left unread ---------------------------------------------------------------------

    def unread_copies(self, limit: int) -> tuple[int, ...]:
        """Numbers of good copies whose text is not in the search yet, oldest first."""
        statement = select(SNAPSHOT.c.id).where(SNAPSHOT.c.good.is_(True), SNAPSHOT.c.words.is_(None))
        with self._database.reading() as connection:
            return tuple(connection.scalars(statement.order_by(SNAPSHOT.c.id).limit(limit)))

    def add_copy(self, snapshot_id: int, reading: Extraction | None) -> None:
        """The text of a kept copy; None when it gives none. One short transaction."""
        with self._database.writing() as connection:
            row = connection.execute(
                select(SNAPSHOT, SOURCE.c.last_snapshot)
                .join(SOURCE, SOURCE.c.id == SNAPSHOT.c.source_id)
                .where(SNAPSHOT.c.id == snapshot_id)
            ).one()
            if reading is not None:
                until = None if row.last_snapshot == row.id else row.last_seen
                add_past(connection, reading, Shown(row.source_id, row.id, row.first_seen, until))
            words = reading.words if reading is not None else -1
            connection.execute(update(SNAPSHOT).where(SNAPSHOT.c.id == row.id).values(words=words))

    def read_changes(self, limit: int) -> int:
        """Topics and words of changes that an older program wrote. Returns how many were read, 0 when all are."""
        waiting = select(TIMELINE.c.item).where(TIMELINE.c.topics.is_(None)).order_by(TIMELINE.c.id).limit(limit)
        with self._database.reading() as connection:
            numbers = [int(item.partition(":")[2]) for item in connection.scalars(waiting)]
            rows = connection.execute(select(CHANGE).where(CHANGE.c.id.in_(numbers))).all()
        if not rows:
            return 0
        changes = [read_change(row) for row in rows]
        with self._database.writing() as connection:
            for change in changes:
                read_again(connection, change)
        return len(changes)


_LAST = 2**62
_SEEN = {
    "first_seen": PASSAGE.c.first_seen.type,
    "last_seen": UTC_DATE,
}


def _typed(statement: TextClause, **columns: Any) -> Any:
    return statement.columns(**columns)


_PASSAGES = _typed(
    text(
        "SELECT p.id, p.source_id, p.text, p.page, p.first_seen, p.last_seen, p.snapshot_id"  # noqa: S608 - constants of ours
        " FROM passage_words AS w JOIN passage AS p ON p.id = w.rowid"
        " WHERE w.passage_words MATCH :question AND w.rowid < :before"
        " AND (:gone = -1 OR (p.last_seen IS NOT NULL) = :gone)"
        " AND p.snapshot_id NOT IN (" + COVERED_COPIES + ")"
        " ORDER BY w.rowid DESC LIMIT :limit"
    ),
    id=PASSAGE.c.id.type, source_id=PASSAGE.c.source_id.type, text=PASSAGE.c.text.type, page=PASSAGE.c.page.type,
    snapshot_id=PASSAGE.c.snapshot_id.type, **_SEEN,
)  # fmt: skip
_TRACES = _typed(
    text(
        "SELECT source_id, count(*) AS n, min(first_seen) AS first, max(last_seen) AS last,"  # noqa: S608 - constants of ours
        " max(last_seen IS NULL) AS there FROM ("
        " SELECT p.source_id, p.first_seen, p.last_seen"
        " FROM passage_words AS w JOIN passage AS p ON p.id = w.rowid"
        " WHERE w.passage_words MATCH :question"
        " AND p.snapshot_id NOT IN (" + COVERED_COPIES + ") LIMIT :most"
        ") GROUP BY source_id ORDER BY first, source_id"
    ),
    source_id=PASSAGE.c.source_id.type, n=PASSAGE.c.id.type, first=UTC_DATE, last=UTC_DATE, there=PASSAGE.c.id.type,
)  # fmt: skip
_CHANGES = text(
    "SELECT w.rowid FROM change_words AS w JOIN change AS c ON c.id = w.rowid"  # noqa: S608 - constants of ours
    " WHERE w.change_words MATCH :question AND w.rowid < :before"
    " AND c.old_sha256 NOT IN (" + COVERED_HASHES + ") AND c.new_sha256 NOT IN (" + COVERED_HASHES + ")"
    " ORDER BY w.rowid DESC LIMIT :limit"
).bindparams(bindparam("limit"))


def _question(columns: str, asked: Asked, sources: Collection[str]) -> str:
    """In FTS5's language. Ids of sources are words of the index as well: a rare source is found at once."""
    question = f"{{{columns}}} : {asked.fts()}"
    if sources:
        ids = " OR ".join('"' + folded(source).replace('"', " ") + '"' for source in sorted(sources))
        question = f"({question}) AND {{source_id}} : ({ids})"
    return question
