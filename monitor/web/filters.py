"""What the address of the timeline asks for, and the addresses that ask for a little more or less.

    /?severity=critical&topic=policing&days=30&step=2026-11-16

Whatever cannot be understood is left out: an address from an old mail or a typing error shows a list, not an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from monitor.model import Severity
from monitor.model.review import ReviewState
from monitor.store import Mark, Wanted

PERIODS = (30, 90, 365, 0)
"""Days that can be chosen; 0: all time."""
USUAL = 90
FACETS = ("state", "severity", "section", "topic", "kind", "jurisdiction", "report", "source")
"""Filters of which several values may be chosen, in the order they are shown."""
MOST_VALUES = 40
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """The address, understood. `step`: the first day of a bar of the chart that was chosen."""

    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    days: int = USUAL
    step: date | None = None
    everything: bool = False
    visit: bool = False
    """Only what is new since the last visit."""
    after: Mark | None = None

    def has(self, facet: str, value: str) -> bool:
        return value in self.chosen.get(facet, frozenset())

    @property
    def narrowed(self) -> bool:
        return any(self.chosen.values()) or self.step is not None or self.visit

    def address(self, path: str = "/") -> str:
        """Without the place in the list: another filter begins at its top."""
        pairs = [(facet, value) for facet in FACETS for value in sorted(self.chosen.get(facet, ()))]
        if self.days != USUAL:
            pairs.append(("days", str(self.days)))
        if self.step:
            pairs.append(("step", self.step.isoformat()))
        pairs += [("all", "1")] if self.everything else []
        pairs += [("since", "visit")] if self.visit else []
        return path + ("?" + urlencode(pairs) if pairs else "")

    def toggled(self, facet: str, value: str) -> str:
        now = self.chosen.get(facet, frozenset())
        return replace(self, chosen={**self.chosen, facet: now ^ {value}}).address()

    def with_days(self, days: int) -> str:
        return replace(self, days=days, step=None).address()

    def with_step(self, step: date) -> str:
        return replace(self, step=None if step == self.step else step).address()

    def with_everything(self, *, on: bool) -> str:
        return replace(self, everything=on).address()

    def with_visit(self, *, on: bool) -> str:
        return replace(self, visit=on).address()

    def bare(self) -> str:
        """Nothing chosen but the period."""
        return replace(self, chosen={}, step=None, visit=False).address()

    def going_on(self, after: Mark) -> str:
        """Below this line."""
        here = self.address()
        mark = urlencode({"after": mark_text(after)})
        return f"{here}{'&' if '?' in here else '?'}{mark}"


def asked(pairs: Sequence[tuple[str, str]]) -> Asked:
    """From the pairs of a query string."""
    chosen: dict[str, set[str]] = {}
    found = Asked()
    for name, value in pairs[:500]:
        if name in FACETS and value and len(value) <= LONGEST and len(chosen.get(name, ())) < MOST_VALUES:
            if _known(name, value):
                chosen.setdefault(name, set()).add(value)
        elif name == "days" and value.isascii() and value.isdigit() and int(value[:5]) in PERIODS:
            found = replace(found, days=int(value[:5]))
        elif name == "step":
            found = replace(found, step=_day(value))
        elif name == "all":
            found = replace(found, everything=value == "1")
        elif name == "since":
            found = replace(found, visit=value == "visit")
        elif name == "after":
            found = replace(found, after=mark_of(value))
    return replace(found, chosen={name: frozenset(values) for name, values in chosen.items()})


def _known(facet: str, value: str) -> bool:
    if facet == "state":
        return value in set(ReviewState)
    return facet != "severity" or value.upper() in Severity.__members__


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def mark_text(mark: Mark) -> str:
    return f"{mark.at.timestamp():.6f}~{mark.id}"


def mark_of(value: str) -> Mark | None:
    """The place in a list that `mark_text` wrote; None when it is none."""
    at, _, number = value[:60].partition("~")
    try:
        mark = Mark(datetime.fromtimestamp(float(at), UTC), int(number))
    except (ValueError, OverflowError, OSError):
        return None
    return mark if 0 <= mark.id < 2**63 else None


@dataclass(frozen=True, slots=True)
class Window:
    """The period: where it begins, the first days of its bars, and the stretch of the bar that was chosen."""

    since: datetime | None
    steps: tuple[datetime, ...]
    only: tuple[datetime, datetime] | None
    months: bool


def window(found: Asked, now: datetime, zone: ZoneInfo, first: datetime | None) -> Window:
    """Bars are weeks; months from two years on. `first`: the oldest line there is."""
    today = now.astimezone(zone).date()
    begin = today - timedelta(days=found.days) if found.days else (first or now).astimezone(zone).date()
    months = today - begin > timedelta(days=730)
    days = _months(begin, today) if months else _weeks(begin, today)
    steps = tuple(_midnight(day, zone) for day in days)
    only = None
    if found.step in days:
        place = days.index(found.step)
        end = steps[place + 1] if place + 1 < len(steps) else now + timedelta(days=1)
        only = (steps[place], end)
    return Window(_midnight(begin, zone) if found.days else None, steps, only, months)


def _weeks(begin: date, today: date) -> list[date]:
    monday = begin - timedelta(days=begin.weekday())
    return [monday + timedelta(days=7 * n) for n in range((today - monday).days // 7 + 1)]


def _months(begin: date, today: date) -> list[date]:
    first = begin.year * 12 + begin.month - 1
    last = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(max(first, last - 240), last + 1)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def wanted(found: Asked, frame: Window, visit: datetime | None) -> Wanted:
    """As the store takes it, the chosen bar left out: the chart shows the others, too."""
    of = found.chosen
    since = max((moment for moment in (frame.since, visit if found.visit else None) if moment), default=None)
    return Wanted(
        sections=of.get("section", frozenset()),
        sources=of.get("source", frozenset()),
        jurisdictions=of.get("jurisdiction", frozenset()),
        topics=of.get("topic", frozenset()),
        severities=frozenset(Severity[value.upper()] for value in of.get("severity", ())),
        kinds=of.get("kind", frozenset()),
        states=frozenset(ReviewState(value) for value in of.get("state", ())),
        since=since,
        everything=found.everything,
        reports=of.get("report", frozenset()),
    )
