"""The timeline as a table: what the page shows, with the same filters, for a spreadsheet."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.model import Change
from monitor.store import Line, Wanted
from monitor.web.desk import AtDesk, Desk
from monitor.web.entries import Entry, Known, entries, known_of
from monitor.web.filters import asked, wanted, window
from monitor.web.tables import csv_of
from monitor.web.views.changes import narrowed

router = APIRouter()
MOST = 5000
"""Lines of one table; the filters, the period above all, choose which."""
STEP = 200
HEAD = (
    "type", "number", "at", "source", "source_name", "section", "footnotes", "kind", "severity", "why", "topics",
    "removed", "added", "review", "reviewed_by", "note", "old_sha256", "new_sha256", "address", "page", "keys",
)  # fmt: skip


@router.get("/changes.csv")
def table(request: Request, desk: AtDesk) -> Response:
    """At most `MOST` lines, newest first; without cells that a spreadsheet would take for formulas."""
    known = known_of(desk)
    question = asked(request.query_params.multi_items())
    frame = window(question, desk.now, desk.zone, desk.store.timeline.first())
    visit = desk.store.visits.last(desk.who.name if desk.who else "", desk.now)
    chosen = narrowed(wanted(question, frame, visit), frame)
    name = f"changes-{desk.now.astimezone(desk.zone):%Y-%m-%d}.csv"
    return csv_of(HEAD, _rows(desk, chosen, known), name, desk.t.language)


def _rows(desk: Desk, chosen: Wanted, known: Known) -> Iterator[list[object]]:
    after, left = None, MOST
    while left > 0:
        lines = desk.store.timeline.page(chosen, known.sources, after=after, limit=min(STEP, left))
        found = desk.store.timeline.found(lines)
        for entry in entries(lines, found, known, desk):
            yield _row(entry, found[entry.line.item], known, desk)
        if len(lines) < STEP:
            return
        after, left = lines[-1].mark, left - len(lines)


def _row(entry: Entry, thing: object, known: Known, desk: Desk) -> list[object]:
    line: Line = entry.line
    source = known.source(line.source_id)
    change = thing if isinstance(thing, Change) else None
    return [
        "change" if line.is_change else "event", line.number, line.at.isoformat(timespec="seconds"), line.source_id,
        source.name, entry.section, " ".join(str(key.number) for key in entry.footnotes), entry.kind,
        desk.t.mail.name_of("severity", entry.severity), entry.why or entry.text, ", ".join(entry.topics),
        _words(change, "removed"), _words(change, "added"), desk.t(f"review.{line.state}"), line.who, line.noted,
        change.old_sha256 if change else "", change.new_sha256 if change else "", source.url or "",
        desk.house.links.at(entry.href), " ".join(map(str, entry.footnotes)),
    ]  # fmt: skip


def _words(change: Change | None, mark: str) -> str:
    """The words under this mark, a line for each place; a spreadsheet's cell takes 32,767 characters."""
    if change is None:
        return ""
    lines = (" … ".join(span.text for span in part.spans if span.mark == mark) for part in change.parts)
    return "\n".join(line for line in lines if line)[:30_000]
