"""What says whether the report still stands: every source as it is now, and the passages that went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select

from monitor.judge.coverage import Lost, Seen, Stand, coverage
from monitor.model import (
    ChangeKind,
    Citation,
    EventKind,
    Finding,
    Health,
    Memory,
    Outcome,
    QuoteState,
    Severity,
    Source,
    StandingNotice,
)
from monitor.model.review import ReviewState
from monitor.store.codec import EVENT as EVENT_CODEC
from monitor.store.codec import FINDING as FINDING_CODEC
from monitor.store.codec import MEMORY as MEMORY_CODEC
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.engine import Database
from monitor.store.history import read_change
from monitor.store.review_tables import TIMELINE
from monitor.store.subscribers import EVENT_ITEM
from monitor.store.tables import CHANGE, EVENT, FINDING, MEMORY, SOURCE
from monitor.store.withholding import read_veil
from monitor.text.quotes import quote_key

MOST_OPEN = 100
"""Changes of one source that are counted."""
MOST_NOTICES = 2_000
"""Status notices that are read for what people said of them, newest first."""
MOST_READ = 40
"""Changes that are read for the passages they touched."""
_MISSED = frozenset({QuoteState.MISSING, QuoteState.CHANGED})


@dataclass(frozen=True, slots=True)
class _Told:
    """A status notice that was told. `noise`: a person called it that."""

    notice: StandingNotice
    noise: bool


class Standings:
    """Only reads. What a source is and remembers is read once per version of it: its JSON is costly to read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[tuple[Any, ...], Source, Memory, Finding | None]] = {}

    def seen(self) -> dict[str, Seen]:
        """Every source that was ever on the list, in its order, retired ones last."""
        with self._database.reading() as connection:
            rows, veil = connection.execute(_SEEN).all(), read_veil(connection)
            told = _notices_told(connection.execute(_NOTICES).all())
        fresh = {row.id: self._read(row, told.get(row.id, ())) for row in rows}
        self._known = {source_id: known for source_id, (known, _) in fresh.items()}
        return {source_id: _plain(seen) if veil.covers(source_id) else seen for source_id, (_, seen) in fresh.items()}

    def _read(
        self, row: Row[Any], told: Collection[_Told]
    ) -> tuple[tuple[tuple[Any, ...], Source, Memory, Finding | None], Seen]:
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
            notices=_standing(memory, told),
            faulty=row.last_outcome == Outcome.FAULT,
        )
        return known, seen

    def stands(self, citations: Mapping[str, tuple[Citation, ...]]) -> tuple[Stand, ...]:
        """The judgement of every citation, with what took the passages that went. `citations` as for `coverage`. What
        pages, mails, feeds, commands and the API say of citations is this.
        """
        seen = self.seen()
        found = coverage(citations, seen, {})
        missed = {q.quote.source_id for stand in found for q in stand.quotes if q.state in _MISSED}
        return coverage(citations, seen, self.lost(missed)) if missed else found

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


def _notices_told(rows: Sequence[Row[Any]]) -> dict[str, list[_Told]]:
    """What was told of notices, by source, newest first."""
    found: dict[str, list[_Told]] = {}
    for row in rows:
        values = EVENT_CODEC.unpack(row.value).values
        notice = StandingNotice(values.get("notice", ""), values.get("line", ""))
        found.setdefault(row.source_id, []).append(_Told(notice, noise=row.state == ReviewState.NOISE))
    return found


def _standing(memory: Memory, told: Collection[_Told]) -> tuple[StandingNotice, ...]:
    """The notices on the page, without those that a person called noise. What an older version kept does not say
    which of them still stand: then the newest that was told counts.
    """
    standing = memory.standing
    if standing is None:
        standing = tuple(one.notice for one in list(told)[:1])
    noise = [one.notice for one in told if one.noise]
    return tuple(one for one in standing if not any(_same(one, other) for other in noise))


def _same(one: StandingNotice, other: StandingNotice) -> bool:
    return one.kind == other.kind and (one.line.startswith(other.line) or other.line.startswith(one.line))


def _plain(seen: Seen) -> Seen:
    """Without words of the page: what the first look found instead of quoted passages, what its notices say."""
    seen = replace(seen, notices=tuple(replace(one, line="") for one in seen.notices))
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
            # A page in another language is another text, though no change was told of it.
            TIMELINE.c.item.startswith("change:") | (TIMELINE.c.kind == EventKind.LANGUAGE),
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
        SOURCE.c.last_poll_at, SOURCE.c.last_good_at, SOURCE.c.next_poll_at, SOURCE.c.robots, SOURCE.c.last_outcome,
        MEMORY.c.value.label("memory"), FINDING.c.value.label("finding"), _open_changes().label("open_changes"),
    )
    .outerjoin(MEMORY, MEMORY.c.source_id == SOURCE.c.id)
    .outerjoin(FINDING, FINDING.c.source_id == SOURCE.c.id)
    .order_by(SOURCE.c.retired_at.is_not(None), SOURCE.c.position)
)  # fmt: skip

_NOTICES: Select[Any] = (
    select(EVENT.c.source_id, EVENT.c.value, TIMELINE.c.state)
    .outerjoin(TIMELINE, TIMELINE.c.item == EVENT_ITEM)
    .where(EVENT.c.kind == EventKind.STATUS_NOTICE)
    .order_by(EVENT.c.id.desc())
    .limit(MOST_NOTICES)
)
