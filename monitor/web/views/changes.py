"""Changes: the timeline of all sources, newest first, filtered, counted, reviewed one by one or many at once."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request
from fastapi.responses import Response

from monitor.errors import StorageError
from monitor.messages.safe import header
from monitor.model import Severity
from monitor.model.review import ReviewState
from monitor.store import Facets, Wanted
from monitor.web.access import Role
from monitor.web.chart import Chart, drawn
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.entries import Entry, Known, entries, known_of
from monitor.web.filters import FACETS, PERIODS, Asked, Window, asked, wanted, window
from monitor.web.forms import Filled

router = APIRouter()
NAV = NavItem("/", "changes.title", 10)
LINES = 40
SHOWN = {"source": 8, "topic": 8, "kind": 8}
"""Values of a filter shown at once; the others are behind one click."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter: how many lines it would leave, and where choosing it leads."""

    value: str
    words: str
    count: int
    href: str
    on: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter. `rest`: rarer values."""

    facet: str
    options: tuple[Option, ...]
    rest: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Day:
    at: datetime
    entries: tuple[Entry, ...]


@router.get("/")
def changes(request: Request, desk: AtDesk, after_answer: BackgroundTasks) -> Response:
    known, now = known_of(desk), desk.now
    question = asked(request.query_params.multi_items())
    who = desk.who.name if desk.who else ""
    visit = None if desk.public else desk.store.visits.last(who, now)
    frame = window(question, now, desk.zone, None if question.days else desk.store.timeline.first())
    want = wanted(question, frame, visit)
    facets = desk.store.timeline.facets(want, known.sources, steps=frame.steps, only=frame.only)
    if not facets.total and not request.query_params and desk.store.timeline.first():
        # Nothing in the usual period: what there is, is older.
        return desk.go(question.with_days(0))
    lines = desk.store.timeline.page(narrowed(want, frame), known.sources, after=question.after, limit=LINES + 1)
    listed = lines[:LINES]
    shown = entries(listed, desk.store.timeline.found(listed), known, desk)
    answer = desk.page(
        "changes.html",
        asked=question,
        total=facets.total,
        capped=facets.since is not None,
        choices=choices(question, facets, known, desk),
        periods=[(days, question.with_days(days), days == question.days) for days in PERIODS],
        chart=chart(question, facets, frame, desk),
        days=by_day(shown, desk),
        older=question.going_on(listed[-1].mark) if len(lines) > LINES else "",
        visit=visit,
        fresh=desk.store.timeline.after(visit) if visit else 0,
        to_check=desk.store.timeline.to_check(),
        held=desk.store.series.held_total(want.since, want.sources),
        saved=[] if desk.public else [search for search in desk.store.saved.all() if search.page == "changes"],
        states=states_for(desk),
        gaps=desk.gap_lines(lately=True),
    )
    if not desk.public and desk.store.visits.due(who, now):
        # After the answer: a page that only looks never waits for the write lock.
        after_answer.add_task(_note_visit, desk, who, now)
        answer.background = after_answer
    return answer


def _note_visit(desk: Desk, who: str, now: datetime) -> None:
    try:
        desk.store.visits.note(who, now)
    except StorageError:
        return  # Read-only or full: a later visit will be noted.


def narrowed(want: Wanted, frame: Window) -> Wanted:
    """With the chosen bar of the chart."""
    if frame.only is None:
        return want
    first, last = frame.only
    return replace(want, since=max(first, want.since) if want.since else first, until=last)


def choices(question: Asked, facets: Facets, known: Known, desk: Desk) -> list[Choice]:
    """Each filter with its values, most first; in the report's own order where there is one."""
    made = []
    for facet in FACETS:
        counts = {_value(value): count for value, count in facets.counts[facet].items()}
        values = set(counts) | set(question.chosen.get(facet, ()))
        if facet == "report" and len(values) < 2:
            continue  # Nothing to choose, and readers of one report need not be told its key.
        options = [
            Option(
                value, _words(facet, value, known, desk), counts.get(value, 0), question.toggled(facet, value),
                question.has(facet, value),
            )
            for value in _ordered(facet, values, counts, known)
        ]  # fmt: skip
        most = SHOWN.get(facet, 20)
        first = [o for n, o in enumerate(options) if n < most or o.on]
        rest = [o for n, o in enumerate(options) if n >= most and not o.on]
        made.append(Choice(facet, tuple(first), tuple(rest)))
    return made


def _value(value: Any) -> str:
    return value.name.lower() if isinstance(value, Severity) else str(value)


def _ordered(facet: str, values: set[str], counts: dict[str, int], known: Known) -> list[str]:
    fixed: list[str] = {
        "state": [str(state) for state in ReviewState],
        "severity": [severity.name.lower() for severity in sorted(Severity, reverse=True)],
        "section": list(known.sections),
    }.get(facet, [])
    rest = sorted(values - set(fixed), key=lambda value: (-counts.get(value, 0), value))
    return [value for value in fixed if value in values] + rest


def _words(facet: str, value: str, known: Known, desk: Desk) -> str:
    match facet:
        case "state":
            return desk.t(f"review.{value}")
        case "severity":
            return desk.t.mail.name_of("severity", value).capitalize()
        case "section":
            return known.sections.get(value, value)
        case "source":
            return known.source(value).name
        case "kind":
            return desk.t(f"kinds.{value}") if desk.t.has(f"kinds.{value}") else desk.t.mail.name_of("events", value)
        case "jurisdiction":
            return desk.t(f"places.{value}") if desk.t.has(f"places.{value}") else value
        case "report":
            return next((key.name for s in known.sources.values() for key in s.keys if key.place == value), "") or value
        case _:
            return desk.t.mail.name_of("topics", value)


def chart(question: Asked, facets: Facets, frame: Window, desk: Desk) -> Chart:
    """Where not all lines are counted, the bars begin with the first stretch that is counted whole."""
    first = bisect_left(frame.steps, facets.since) if facets.since else 0
    days = [step.astimezone(desk.zone).date() for step in frame.steps[first:]]
    mail = desk.t.mail
    every = max(1, round(len(days) / 8))

    def label(day: date, count: int) -> str:
        name = mail.day(datetime.combine(day, datetime.min.time(), desk.zone))
        return desk.t("changes.bar_month" if frame.months else "changes.bar_week", day=name, count=count)

    def tick(day: date) -> str:
        if frame.months:
            return str(day.year) if day.month == 1 else ""
        month = mail.rows("dates.months")[day.month - 1]
        return f"{day.day} {month}" if days.index(day) % every == 0 else ""

    return drawn(days, facets.steps[first:], label=label, tick=tick, href=question.with_step, chosen=question.step)


def by_day(shown: tuple[Entry, ...], desk: Desk) -> list[Day]:
    days: dict[date, list[Entry]] = {}
    for entry in shown:
        days.setdefault(entry.line.at.astimezone(desk.zone).date(), []).append(entry)
    return [Day(listed[0].line.at, tuple(listed)) for listed in days.values()]


# --- reviewing ------------------------------------------------------------------------------------------------------


@router.post("/changes/review")
def review(request: Request, desk: AtDesk, form: Filled) -> Response:
    """`one` is `relevant change:12`, a button of one entry; else `state` for every `item` that is ticked.

    With `X-Partial` the entries come back alone, for the page that is open; else one goes back to it.
    """
    one = form.get("one").split(" ")
    state, items = (one[0], one[1:2]) if len(one) == 2 else (form.get("state"), list(form.all("item")))
    if state not in set(ReviewState):
        raise HTTPException(400)
    to = form.get("to") or "/"
    if signed_by(desk) is None:
        return name_first(desk, to)
    before = desk.store.reviews.put(items, ReviewState(state), who=signed_by(desk) or "", now=desk.now)
    if before:
        first, *others = before
        desk.note("review", first, f"{state} (+{len(others)})" if others else state)
    if request.headers.get("x-partial") and items:
        return _again(desk, items)
    answer = desk.go(to)
    if len(items) == 1:
        answer.headers["location"] += "#" + items[0].replace(":", "-")
    return answer


def _again(desk: Desk, items: list[str]) -> Response:
    """The entries as they are now."""
    lines = desk.store.timeline.lines(items)
    shown = entries(lines, desk.store.timeline.found(lines), known_of(desk), desk)
    return desk.page("entries.html", entries=shown, states=states_for(desk))


def states_for(desk: Desk) -> list[ReviewState]:
    """What this reader may say of an entry; nothing, for those who only read."""
    return list(ReviewState) if desk.may(Role.REVIEWER) else []


def signed_by(desk: Desk) -> str | None:
    """The name reviews are signed with; None until somebody at this machine has given one."""
    return (desk.who.name if desk.who else "") or None


def name_first(desk: Desk, to: str) -> Response:
    """Asks who is sitting here; what was typed comes along."""
    if desk.typed is None:
        return desk.go(f"/name?to={quote(to)}")
    return desk.page("name.html", to=desk.known(to), typed=desk.typed)


# --- views under a name ---------------------------------------------------------------------------------------------


@router.post("/changes/views")
def save_view(desk: AtDesk, form: Filled) -> Response:
    """The filters of the page under a name."""
    name, to = header(form.get("name"), 80), desk.known(form.get("to"))
    if name:
        desk.store.saved.save(name, "changes", to.partition("?")[2], signed_by(desk) or "", desk.now)
    return desk.go(to)


@router.post("/changes/views/{number}/forget")
def forget_view(number: int, desk: AtDesk, form: Filled) -> Response:
    if desk.store.saved.forget(number):
        desk.note("view-forget", f"view:{number}")
    return desk.go(form.get("to"))
