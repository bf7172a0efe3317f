"""What says whether the report still stands: every source as it is now, and the passages that went."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select

from monitor.judge.coverage import Lost, Seen
from monitor.model import ChangeKind, Finding, Health, Memory, QuoteState, Severity, Source
from monitor.model.review import ReviewState
from monitor.store.codec import FINDING as FINDING_CODEC
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.engine import Database
from monitor.store.history import read_change
from monitor.store.review_tables import TIMELINE
from monitor.store.tables import CHANGE, FINDING, MEMORY, SOURCE
from monitor.store.withholding import read_veil
from monitor.text.quotes import quote_key

MOST_OPEN = 100
"""Changes of one source that are counted."""
MOST_READ = 40
"""Changes that are read for the passages they touched."""


class Standings:
    """Only reads. What a source is and remembers is read once per version of it: its JSON is costly to read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[tuple[Any, ...], Source, Memory, Finding | None]] = {}

    def seen(self) -> dict[str, Seen]:
        """Every source that was ever on the list, in its order, retired ones last."""
        with self._database.reading() as connection:
            rows, veil = connection.execute(_SEEN).all(), read_veil(connection)
        fresh = {row.id: self._read(row) for row in rows}
        self._known = {source_id: known for source_id, (known, _) in fresh.items()}
        return {source_id: _plain(seen) if veil.covers(source_id) else seen for source_id, (_, seen) in fresh.items()}

    def _read(self, row: Row[Any]) -> tuple[tuple[tuple[Any, ...], Source, Memory, Finding | None], Seen]:
        written = (row.definition, row.memory, row.finding)
        known = self._known.get(row.id)
        if known is None or known[0] != written:
            memory = MEMORY_CODEC.unpack(row.memory) if row.memory else Memory()
            finding = FINDING_CODEC.unpack(row.finding) if row.finding else None
            known = (written, SOURCE_CODEC.load(row.definition), memory, finding)
        _, source, memory, finding = known
        health = Health.NOT_WATCHED if not source.pollable else Health(row.health)
        seen = Seen(
            source=source,
            health=health if row.retired_at is None else Health.RETIRED,
            health_since=row.retired_at or row.health_since,
            looks=row.looks,
            last_poll_at=row.last_poll_at,
            last_good_at=row.last_good_at,
            memory=memory,
            finding=finding,
            open_changes=row.open_changes,
            next_poll_at=row.next_poll_at,
            robots=row.robots,
        )
        return known, seen

    def lost(self, sources: Collection[str]) -> dict[str, Lost]:
        """The newest change that took or reworded a passage quoted from these sources, by `quote_key`."""
        if not sources:
            return {}
        statement = (
            select(CHANGE)
            .where(CHANGE.c.source_id.in_(sorted(sources)), CHANGE.c.severity >= int(Severity.SUBSTANTIVE))
            .order_by(CHANGE.c.id.desc())
            .limit(MOST_READ)
        )
        found: dict[str, Lost] = {}
        with self._database.reading() as connection:
            veil = read_veil(connection)
            for change in map(veil.change, map(read_change, connection.execute(statement))):
                for touch in change.quotes:
                    if touch.after in {QuoteState.MISSING, QuoteState.CHANGED}:
                        found.setdefault(quote_key(touch.quote), Lost(change.confirmed_at, touch.nearest, change.id))
        return found


def _plain(seen: Seen) -> Seen:
    """Without the passages that the first look found instead of the quoted ones."""
    if seen.finding is None:
        return seen
    quotes = tuple(replace(touch, nearest="") for touch in seen.finding.quotes)
    return replace(seen, finding=replace(seen.finding, quotes=quotes))


def _open_changes() -> Any:
    """As many told changes of a source as nobody called routine or noise, up to `MOST_OPEN`."""
    some = (
        select(literal_column("1"))
        .where(
            TIMELINE.c.source_id == SOURCE.c.id,
            TIMELINE.c.told,
            TIMELINE.c.state.in_([ReviewState.CHECK, ReviewState.RELEVANT]),
            TIMELINE.c.kind != ChangeKind.TECHNICAL,
            TIMELINE.c.item.startswith("change:"),
        )
        .order_by(TIMELINE.c.at.desc())
        .limit(MOST_OPEN)
        .correlate(SOURCE)
        .subquery()
    )
    return select(func.count()).select_from(some).correlate(SOURCE).scalar_subquery()


_SEEN: Select[Any] = (
    select(
        SOURCE.c.id, SOURCE.c.definition, SOURCE.c.health, SOURCE.c.health_since, SOURCE.c.retired_at, SOURCE.c.looks,
        SOURCE.c.last_poll_at, SOURCE.c.last_good_at, SOURCE.c.next_poll_at, SOURCE.c.robots,
        MEMORY.c.value.label("memory"), FINDING.c.value.label("finding"), _open_changes().label("open_changes"),
    )
    .outerjoin(MEMORY, MEMORY.c.source_id == SOURCE.c.id)
    .outerjoin(FINDING, FINDING.c.source_id == SOURCE.c.id)
    .order_by(SOURCE.c.retired_at.is_not(None), SOURCE.c.position)
)  # fmt: skip
