"""What pages show of the past: one line per change and event, newest first, filtered, counted, by key.

A page is continued after its last line (`Mark`), never by counting lines: it costs the same however far back.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_

from monitor.model import Change, Event, Severity, Source
from monitor.model.review import ReviewState
from monitor.store.codec import SOURCE as SOURCE_CODEC
from monitor.store.engine import Database
from monitor.store.history import read_change, read_event
from monitor.store.review_tables import REVIEW, TIMELINE
from monitor.store.tables import CHANGE, EVENT, SOURCE
from monitor.store.withholding import read_veil

MOST_COUNTED = 12_000
FACETS = ("section", "source", "jurisdiction", "topic", "severity", "kind", "state", "report")


class Mark(NamedTuple):
    """A place in the timeline: just before or after this line."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Line:
    """A change or event as listed. `who`, `noted`, `reviewed_at` are of its newest review."""

    id: int
    item: str
    """`change:12`, `event:7`."""
    at: datetime
    source_id: str
    kind: str
    severity: Severity
    told: bool
    topics: tuple[str, ...]
    state: ReviewState
    who: str = ""
    noted: str = ""
    reviewed_at: datetime | None = None

    @property
    def number(self) -> int:
        """Of the change or event."""
        return int(self.item.partition(":")[2])

    @property
    def is_change(self) -> bool:
        return self.item.startswith("change:")

    @property
    def mark(self) -> Mark:
        return Mark(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters. Empty: everything; several values of one: any of them. Times: from `since` until before `until`.

    `everything`: what was found and not told, too.
    """

    sections: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    jurisdictions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    kinds: frozenset[str] = frozenset()
    states: frozenset[ReviewState] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    everything: bool = False
    reports: frozenset[str] = frozenset()
    """By their keys without a number: `aidv:2026:belgium`."""

    def of(self, facet: str) -> Collection[Any]:
        chosen: dict[str, Collection[Any]] = {
            "section": self.sections, "source": self.sources, "jurisdiction": self.jurisdictions,
            "topic": self.topics, "severity": self.severities, "kind": self.kinds, "state": self.states,
            "report": self.reports,
        }  # fmt: skip
        return chosen[facet]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many lines each value of each filter would leave, the other filters as they are.

    `steps`: lines per stretch of time between the steps asked for; these do not heed `only`.
    """

    total: int
    counts: Mapping[str, Mapping[Any, int]]
    steps: tuple[int, ...] = ()
    since: datetime | None = None
    """There are more lines than are counted: those from here on were."""


class Timeline:
    """Only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # By id, with the definition each was read from: their JSON is costly to read.
        self._known: dict[str, tuple[str, Source]] = {}

    def sources(self) -> dict[str, Source]:
        """Every source that was ever on the list, retired ones too, in the order of the list."""
        statement = select(SOURCE.c.id, SOURCE.c.definition)
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(SOURCE.c.retired_at.is_not(None), SOURCE.c.position)).all()
        known = self._known
        fresh: dict[str, tuple[str, Source]] = {}
        for source_id, definition in rows:
            before = known.get(source_id)
            same = before is not None and before[0] == definition
            fresh[source_id] = before if same and before else (definition, SOURCE_CODEC.load(definition))
        self._known = fresh
        return {source_id: source for source_id, (_, source) in fresh.items()}

    def page(
        self, wanted: Wanted, sources: Mapping[str, Source], *, after: Mark | None = None, limit: int = 50
    ) -> tuple[Line, ...]:
        """Newest first; `after` continues below that line."""
        statement = _LINES.where(*_filters(wanted, sources)).order_by(TIMELINE.c.at.desc(), TIMELINE.c.id.desc())
        if after is not None:
            statement = statement.where(_place() < tuple_(after.at, after.id))
        return self._lines(statement.limit(limit))

    def line(self, item: str) -> Line | None:
        found = self._lines(_LINES.where(TIMELINE.c.item == item))
        return found[0] if found else None

    def lines(self, items: Sequence[str]) -> tuple[Line, ...]:
        return self._lines(_LINES.where(TIMELINE.c.item.in_(items[:1000])))

    def found(self, lines: Sequence[Line]) -> dict[str, Change | Event]:
        """What these lines speak of, by item; of withheld copies nothing but the fact."""
        changes = [line.number for line in lines if line.is_change]
        events = [line.number for line in lines if not line.is_change]
        things: dict[str, Change | Event] = {}
        with self._database.reading() as connection:
            veil = read_veil(connection)
            for row in connection.execute(select(CHANGE).where(CHANGE.c.id.in_(changes))):
                things[f"change:{row.id}"] = veil.change(read_change(row))
            for row in connection.execute(select(EVENT).where(EVENT.c.id.in_(events))) if events else ():
                things[f"event:{row.id}"] = veil.event(read_event(row))
        return things

    def facets(
        self,
        wanted: Wanted,
        sources: Mapping[str, Source],
        *,
        steps: Sequence[datetime] = (),
        only: tuple[datetime, datetime] | None = None,
    ) -> Facets:
        """Counts of the newest `MOST_COUNTED` lines of the period: a page costs no more however long the past is.

        `steps`: ascending. `only`: a stretch of the period that is counted alone.
        """
        limits = (wanted.everything, _stamp(wanted.since, "0-"), _stamp(wanted.until, "9-"), MOST_COUNTED + 1)
        with self._database.reading() as connection:
            # The driver's own tuples, times as text: a row object for each line would cost as much again.
            cursor = connection.connection.cursor()
            cursor.execute(_COUNTED, limits)
            lines = cursor.fetchall()
        counted = _Count(wanted, sources).run(lines[:MOST_COUNTED], [_stamp(step) for step in steps], only)
        if len(lines) <= MOST_COUNTED:
            return counted
        return replace(counted, since=datetime.fromisoformat(lines[MOST_COUNTED - 1][0]).replace(tzinfo=UTC))

    def first(self) -> datetime | None:
        """When the oldest line is from."""
        with self._database.reading() as connection:
            oldest: datetime | None = connection.scalar(select(func.min(TIMELINE.c.at)))
        return oldest

    def after(self, when: datetime, limit: int = 1000) -> int:
        """How many told lines are newer; at most `limit`."""
        newer = select(TIMELINE.c.id).where(TIMELINE.c.at > when, TIMELINE.c.told).limit(limit).subquery()
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).select_from(newer)) or 0)

    def to_check(self, limit: int = 100_000) -> int:
        """How many told lines nobody has looked at; at most `limit`."""
        waiting = select(TIMELINE.c.id).where(*_TO_CHECK).limit(limit).subquery()
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).select_from(waiting)) or 0)

    def next_to_check(self, after: Mark) -> Line | None:
        """The next older line to check; when there is none, the newest."""
        ordered = _LINES.where(*_TO_CHECK).order_by(TIMELINE.c.at.desc(), TIMELINE.c.id.desc()).limit(1)
        found = self._lines(ordered.where(_place() < tuple_(after.at, after.id))) or self._lines(
            ordered.where(TIMELINE.c.id != after.id)
        )
        return found[0] if found else None

    def beside(self, line: Line) -> tuple[Line | None, Line | None]:
        """The told changes of the source before and after this one."""
        mine = _LINES.where(
            TIMELINE.c.source_id == line.source_id, TIMELINE.c.told, TIMELINE.c.item.startswith("change:")
        )
        here = tuple_(line.at, line.id)
        before = mine.where(_place() < here).order_by(TIMELINE.c.at.desc(), TIMELINE.c.id.desc()).limit(1)
        after = mine.where(_place() > here).order_by(TIMELINE.c.at, TIMELINE.c.id).limit(1)
        older, newer = self._lines(before), self._lines(after)
        return (older[0] if older else None), (newer[0] if newer else None)

    def _lines(self, statement: Select[Any]) -> tuple[Line, ...]:
        with self._database.reading() as connection:
            return tuple(map(_line, connection.execute(statement)))


_TO_CHECK = (TIMELINE.c.state == ReviewState.CHECK, TIMELINE.c.told)
_COUNTED = (
    "SELECT at, source_id, kind, severity, topics, state FROM timeline"
    " WHERE (told OR ?) AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?"
)
_LINES: Select[Any] = select(
    TIMELINE, REVIEW.c.who, REVIEW.c.note, REVIEW.c.at.label("reviewed_at")
).outerjoin(REVIEW, REVIEW.c.id == TIMELINE.c.review_id)  # fmt: skip


def _place() -> Any:
    return tuple_(TIMELINE.c.at, TIMELINE.c.id)


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        item=row.item,
        at=row.at,
        source_id=row.source_id,
        kind=row.kind,
        severity=Severity(row.severity),
        told=row.told,
        topics=tuple((row.topics or "").split()),
        state=ReviewState(row.state),
        who=row.who or "",
        noted=row.note or "",
        reviewed_at=row.reviewed_at,
    )


def _period(wanted: Wanted) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if not wanted.everything:
        limits.append(TIMELINE.c.told.is_(True))
    if wanted.since is not None:
        limits.append(TIMELINE.c.at >= wanted.since)
    if wanted.until is not None:
        limits.append(TIMELINE.c.at < wanted.until)
    return limits


def _filters(wanted: Wanted, sources: Mapping[str, Source]) -> list[ColumnElement[bool]]:
    filters = _period(wanted)
    if wanted.sources or wanted.sections or wanted.jurisdictions or wanted.reports:
        filters.append(TIMELINE.c.source_id.in_(sorted(chosen(wanted, sources))))
    if wanted.topics:
        has = [func.instr(TIMELINE.c.topics, f" {topic} ") > 0 for topic in sorted(wanted.topics)]
        filters.append(or_(*has))
    for column, values in (
        (TIMELINE.c.severity, [int(s) for s in wanted.severities]),
        (TIMELINE.c.kind, list(wanted.kinds)),
        (TIMELINE.c.state, [str(s) for s in wanted.states]),
    ):
        if values:
            filters.append(column.in_(sorted(values)))
    return filters


def chosen(wanted: Wanted, sources: Mapping[str, Source]) -> set[str]:
    """The ids of the sources that pass the filters on sources."""
    return {
        source_id
        for source_id, source in sources.items()
        if (not wanted.sources or source_id in wanted.sources)
        and (not wanted.sections or source.section in wanted.sections)
        and (not wanted.jurisdictions or source.jurisdiction in wanted.jurisdictions)
        and (not wanted.reports or wanted.reports & set(_reports(source)))
    }


def _reports(source: Source) -> tuple[str, ...]:
    """Those that cite it, each once."""
    return tuple(dict.fromkeys(key.place for key in source.keys if key.place))


def _stamp(when: datetime | None, otherwise: str = "") -> str:
    """As SQLAlchemy writes it, so that text compares as time does."""
    return when.strftime("%Y-%m-%d %H:%M:%S.%f") if when else otherwise


Counted = tuple[str, str, str, int, str | None, str]
"""A line as counted: time, source, kind, severity, topics, state."""


class _Count:
    """One pass over the lines of a period: lines that are alike are judged once."""

    def __init__(self, wanted: Wanted, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._chosen = [(facet, wanted.of(facet)) for facet in FACETS if wanted.of(facet)]

    def run(self, lines: Sequence[Counted], steps: Sequence[str], only: tuple[datetime, datetime] | None) -> Facets:
        failed = {key: self._failed(self._values(key)) for key in {line[1:] for line in lines}} if self._chosen else {}
        per_step = _per_step(sorted(line[0] for line in lines if not failed.get(line[1:])), steps) if steps else ()
        if only is not None:
            first, last = (_stamp(moment) for moment in only)
            lines = [line for line in lines if first <= line[0] < last]
        counts: dict[str, Counter[Any]] = {facet: Counter() for facet in FACETS}
        total = 0
        for key, number in Counter(line[1:] for line in lines).items():
            misses = failed.get(key, ())
            total += number if not misses else 0
            if len(misses) < 2:
                values = self._values(key)
                for facet in misses or FACETS:
                    for value in values[facet]:
                        counts[facet][value] += number
        return Facets(total, counts, per_step)

    def _values(self, key: Sequence[Any]) -> dict[str, tuple[Any, ...]]:
        source_id, kind, severity, topics, state = key
        source = self._sources.get(source_id)
        return {
            "section": (source.section,) if source else (),
            "source": (source_id,),
            "jurisdiction": (source.jurisdiction,) if source and source.jurisdiction else (),
            "topic": tuple((topics or "").split()),
            "severity": (Severity(severity),),
            "kind": (kind,),
            "state": (ReviewState(state),),
            "report": _reports(source) if source else (),
        }

    def _failed(self, values: Mapping[str, tuple[Any, ...]]) -> list[str]:
        return [facet for facet, want in self._chosen if not any(value in want for value in values[facet])]


def _per_step(stamps: Sequence[str], steps: Sequence[str]) -> tuple[int, ...]:
    """How many sorted times lie between each step and the next."""
    places = [bisect_left(stamps, step) for step in steps]
    return tuple(end - start for start, end in zip(places, [*places[1:], len(stamps)], strict=True))
