"""Sources: how each stands, its looks, its copies, and what was made of them."""

from collections import Counter
from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.errors import StorageError
from monitor.judge.coverage import Seen, Stand, coverage
from monitor.messages.changes import AMPLE, Telling, change_view, reason_words
from monitor.messages.happened import event_views
from monitor.messages.view import ChangeView, EventView
from monitor.model import Change, ChangeKind, DigestChange, DigestEvent, Event, Health, Held, Severity, Source
from monitor.store import SnapshotRow, SourceState, daemon_owner
from monitor.web.access import Role
from monitor.web.comparing import compared
from monitor.web.covering import lines_of
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.sizes import size_line

router = APIRouter()
NAV = NavItem("/sources", "sources.title", 30)
LOOKS, SIZES, COPIES, LISTED, HELD, PAGE = 120, 300, 60, 6, 4, 100
"""How many of each are shown: squares of the strip, points of the chart, copies to choose from, changes and events,
differences held back, and looks on a page of their own."""
LATELY = timedelta(days=90)
BY_HEALTH = {
    Health.OK: ("stands", "stands"),
    Health.NEW: ("waiting", "unknown"),
    Health.DOUBT: ("unchecked", "unknown"),
    Health.GONE: ("gone", "look"),
    Health.BLOCKED: ("unseen", "unknown"),
    Health.UNREACHABLE: ("unreachable", "unknown"),
    Health.UNREADABLE: ("unreadable", "unknown"),
    Health.NOT_WATCHED: ("unwatched", "unknown"),
    Health.RETIRED: ("unwatched", "unknown"),
}
"""The shape and colour of a state."""


@router.get("/sources")
def every(desk: AtDesk, state: str = "") -> Response:
    """The list by section, or only the sources in one state."""
    seen = list(desk.store.standings.seen().values())
    counts = Counter(s.health for s in seen)
    wanted = state if state in set(Health) else ""
    shown = [s for s in seen if not wanted or s.health == wanted]
    titles = {section.id: section.title for section in desk.store.sources.sections()}
    groups: dict[str, list[Seen]] = {}
    for one in shown:
        title = "" if one.health is Health.RETIRED else titles.get(one.source.section, one.source.section)
        groups.setdefault(title, []).append(one)
    return desk.page(
        "sources.html", groups=groups, counts=counts, wanted=wanted, total=len(seen), shapes=BY_HEALTH, healths=Health
    )


@router.get("/sources/{source_id}")
def one(source_id: str, desk: AtDesk, asked: str = "") -> Response:
    store, state = desk.store, _known(desk, source_id)
    seen = store.standings.seen()
    looks = store.series.looks(source_id, LOOKS)
    changes, events = store.history.newest(source_id, LISTED)
    return desk.page(
        "source.html",
        state=state,
        seen=seen[source_id],
        shapes=BY_HEALTH,
        section=_section(desk, state.source),
        may_ask=desk.may(Role.REVIEWER),
        asked=asked if asked in {"planned", "nothing", "often"} else "",
        watched=_daemon_runs(desk),
        looks=looks[::-1],
        outcomes=Counter(look.outcome for look in looks),
        chart=size_line(store.series.sizes(source_id, SIZES), desk.now),
        copies=store.history.snapshots(source_id, limit=COPIES) if desk.may_see(state.source) else (),
        may_see=desk.may_see(state.source),
        changes=changes,
        events=_event_views(desk, state.source, events),
        held=[]
        if desk.public
        else [(one, _held_view(one, state.source, desk)) for one in store.series.held(sources=[source_id], limit=HELD)],
        held_counts=store.series.held_counts(desk.now - LATELY, [source_id]),
        stands=_stands(desk, source_id, seen),
        why=lambda change: reason_words(change, desk.t.mail),
        gaps=desk.gap_lines(source_id),
    )


@router.get("/sources/{source_id}/looks")
def looks(source_id: str, desk: AtDesk, before: int = 0) -> Response:
    """Every look, newest first, as a table."""
    state = _known(desk, source_id)
    rows = desk.store.history.polls(source_id, PAGE + 1, before_id=_number(before))
    older = rows[PAGE - 1].id if len(rows) > PAGE else 0
    return desk.page(
        "looks.html", state=state, rows=rows[:PAGE], older=older, first=not before,
        gaps=desk.gap_lines(source_id),
    )  # fmt: skip


@router.get("/sources/{source_id}/text")
def text(source_id: str, desk: AtDesk) -> Response:
    """The document as the program reads it now, its margin apart."""
    state = _shown(desk, source_id)
    withheld = lines_of([state.last_snapshot], desk).get(state.last_snapshot)
    reading = desk.store.texts.get(state.current_text) if state.current_text and withheld is None else None
    return desk.page("text.html", state=state, reading=reading, withheld=withheld)


@router.get("/sources/{source_id}/compare")
def compare(source_id: str, desk: AtDesk, old: int = 0, new: int = 0) -> Response:
    """Two copies, chosen freely: what the one says and the other does not."""
    state = _shown(desk, source_id)
    before, after = _copy(desk, source_id, old), _copy(desk, source_id, new)
    # Those compared can be older than the newest ones that are offered.
    copies = {*desk.store.history.snapshots(source_id, limit=COPIES), before, after}
    withheld = lines_of([before.id, after.id], desk)
    result = view = None
    if not withheld:
        result = compared(desk.store, desk.house.app.lore, state.source, before, after, desk.now)
        view = _change_view(desk, DigestChange(result.change, state.source)) if result.change else None
    return desk.page(
        "compare.html", state=state, old=before, new=after, withheld=withheld, result=result, view=view,
        copies=sorted(copies, key=lambda row: -row.id),
    )  # fmt: skip


@router.post("/sources/{source_id}/look")
def look(source_id: str, desk: AtDesk) -> Response:
    """Makes a look due now. The daemon takes it; five times a minute at most, for the site's sake."""
    state = _known(desk, source_id)
    if not desk.house.tries.allowed(desk.now, "look", state.source.id):
        return desk.go(f"/sources/{source_id}?asked=often")
    planned = desk.store.sources.make_due([source_id], desk.now)
    desk.note("look", f"source:{source_id}")
    return desk.go(f"/sources/{source_id}?asked={'planned' if planned else 'nothing'}")


# --- what the pages need ----------------------------------------------------------------------------------------------


def _known(desk: Desk, source_id: str) -> SourceState:
    state = desk.store.sources.get(source_id)
    if state is None:
        raise HTTPException(404)
    return state


def _shown(desk: Desk, source_id: str) -> SourceState:
    """A source whose whole text may be seen."""
    state = _known(desk, source_id)
    if not desk.may_see(state.source):
        raise HTTPException(403)
    return state


def _number(text: int) -> int | None:
    return text if 0 < text < 2**62 else None


def _copy(desk: Desk, source_id: str, number: int) -> SnapshotRow:
    row = desk.store.history.snapshot(number) if _number(number) else None
    if row is None or row.source_id != source_id:
        raise HTTPException(404)
    return row


def _section(desk: Desk, source: Source) -> str:
    return next((desk.t.mail.section(s.title) for s in desk.store.sources.sections() if s.id == source.section), "")


def _daemon_runs(desk: Desk) -> bool:
    try:
        return daemon_owner(desk.store.path) is not None
    except StorageError:
        return False


def _stands(desk: Desk, source_id: str, seen: dict[str, Seen]) -> list[Stand]:
    """The citations that name this source, and those whose passages are looked for in it."""
    stands = coverage(desk.house.app.citations, seen, {})
    return [
        s for s in stands
        if s.citation.source_id == source_id or any(q.quote.source_id == source_id for q in s.quotes)
    ]  # fmt: skip


def _event_views(desk: Desk, source: Source, events: tuple[Event, ...]) -> list[tuple[Event, EventView]]:
    telling = Telling(desk.t.mail, desk.zone, desk.now)
    cited = desk.house.app.citations.get(source.id, ())
    return [(event, event_views([DigestEvent(event, source, cited)], telling)[0]) for event in events]


def _change_view(desk: Desk, entry: DigestChange) -> ChangeView:
    return change_view(entry, 1, Telling(desk.t.mail, desk.zone, desk.now), AMPLE[0])


def _held_view(held: Held, source: Source, desk: Desk) -> ChangeView:
    """What was held back, shown as a change would be."""
    made = Change(source.id, ChangeKind.TEXT, Severity.NOISE, (held.reason,), held.parts[:6], held.at, held.at)
    return _change_view(desk, DigestChange(made, source))
