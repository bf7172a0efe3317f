"""`/api/v1`: changes, sources, citations and what is known of snapshots, for programs. It only reads.

Lists go on by key (`next`), so that a long history is read whole while new lines come in on top.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AwareDatetime

from monitor import __version__
from monitor.judge.coverage import Stand
from monitor.messages.payload import change_facts, citation_facts, event_facts
from monitor.messages.standing import tally_facts, verdict_word, why
from monitor.model import DigestChange, DigestEvent, HopRecord, Severity, Source
from monitor.model.review import Review, ReviewState
from monitor.services.evidence import brought
from monitor.store import Line, Mark, SnapshotRow, Wanted
from monitor.web import api_shapes as shapes
from monitor.web.desk import AtDesk, Desk
from monitor.web.entries import telling_of
from monitor.web.filters import mark_of, mark_text
from monitor.web.public import excerpted
from monitor.web.views.coverage import Chapter, Report, chapter

PREFIX = "/api/v1"
router = APIRouter(prefix=PREFIX)
MOST = 100
PARTS, CHARACTERS = 200, 20_000
"""Of one change: places, and characters of page text in each, either side."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is beyond the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries in one answer.")]
Number = Annotated[int, Path(ge=1, lt=2**63)]
After = Annotated[str, Query(max_length=60, description="The place to go on from, as `next` has it.")]
Several = Annotated[list[str], Query(max_length=40, description="May be given several times: any of them.")]


@router.get("/changes", response_model=shapes.Lines)
def changes(  # every filter by its name, so that the OpenAPI document has them
    desk: AtDesk,
    request: Request,
    *,
    section: Several = [],  # noqa: B006 - FastAPI copies it
    source: Several = [],  # noqa: B006
    jurisdiction: Several = [],  # noqa: B006
    topic: Several = [],  # noqa: B006
    report: Several = [],  # noqa: B006
    kind: Several = [],  # noqa: B006
    severity: Annotated[list[shapes.SeverityName], Query()] = [],  # noqa: B006
    state: Annotated[list[shapes.StateName], Query()] = [],  # noqa: B006
    since: Moment | None = None,
    until: Moment | None = None,
    everything: Annotated[bool, Query(description="What was found and kept out of the mails, too.")] = False,
    limit: Limit = 50,
    after: After = "",
) -> dict[str, Any]:
    """Changes and events, newest first."""
    wanted = Wanted(
        frozenset(section), frozenset(source), frozenset(jurisdiction), frozenset(topic),
        frozenset(Severity[name.upper()] for name in severity), frozenset(kind),
        frozenset(ReviewState(name) for name in state), since, until, everything, frozenset(report),
    )  # fmt: skip
    sources = desk.store.timeline.sources()
    found = desk.store.timeline.page(wanted, sources, after=_mark(after), limit=limit + 1)
    shown = found[:limit]
    return {
        "items": [_line(line, sources.get(line.source_id), desk) for line in shown],
        "next": _next(request, desk, mark_text(shown[-1].mark)) if len(found) > limit else None,
    }


@router.get("/changes/{number}", response_model=shapes.ChangeShape)
def change(number: Number, desk: AtDesk) -> dict[str, Any]:
    """One change, with the words that went and came."""
    thing = desk.store.history.change(number)
    if thing is None:
        raise HTTPException(404)
    source = _source_named(thing.source_id, desk)
    entry = DigestChange(thing, source, desk.house.app.citations.get(source.id, ()))
    if desk.public:
        entry = replace(entry, change=excerpted(thing, source))
    facts = change_facts(entry, telling_of(desk), parts=PARTS, characters=CHARACTERS)
    own = {"source": source.id, "told": thing.told, "link": desk.house.links.change(number)}
    copies = {"old_snapshot": thing.old_snapshot or None, "new_snapshot": thing.new_snapshot or None}
    return {**facts, **own, **copies, "reviews": _reviews(f"change:{number}", desk)}


@router.get("/events/{number}", response_model=shapes.EventShape)
def event(number: Number, desk: AtDesk) -> dict[str, Any]:
    """One event: what happened to a source."""
    thing = desk.store.history.event(number)
    if thing is None:
        raise HTTPException(404)
    source = _source_named(thing.source_id, desk)
    facts = event_facts(DigestEvent(thing, source, desk.house.app.citations.get(source.id, ())), telling_of(desk))
    link = desk.house.links.at(f"/events/{number}")
    own = {"source": source.id, "told": thing.told, "link": link}
    return {**facts, **own, "reviews": _reviews(f"event:{number}", desk)}


@router.get("/sources", response_model=shapes.Sources)
def sources(desk: AtDesk) -> dict[str, Any]:
    """Every source that was ever on the list."""
    return {"items": [_source(seen, desk) for seen in desk.store.standings.seen().values()], "next": None}


@router.get("/sources/{source_id}", response_model=shapes.SourceShape)
def source(source_id: str, desk: AtDesk) -> dict[str, Any]:
    seen = desk.store.standings.seen().get(source_id)
    if seen is None:
        raise HTTPException(404)
    return _source(seen, desk)


@router.get("/sources/{source_id}/snapshots", response_model=shapes.Snapshots)
def snapshots(source_id: str, desk: AtDesk, request: Request, limit: Limit = 50, after: After = "") -> dict[str, Any]:
    """What was kept of a source, newest first, without the bytes."""
    if source_id not in desk.store.timeline.sources():
        raise HTTPException(404)
    before = _number(after)
    found = desk.store.history.snapshots(source_id, limit=limit + 1, before_id=before)
    shown = found[:limit]
    withheld = desk.store.series.withheld([row.id for row in shown])
    return {
        "items": [_snapshot(row, withheld.get(row.id, ""), desk) for row in shown],
        "next": _next(request, desk, str(shown[-1].id)) if len(found) > limit else None,
    }


@router.get("/snapshots/{number}", response_model=shapes.SnapshotWithHops)
def snapshot(number: Number, desk: AtDesk) -> dict[str, Any]:
    row = desk.store.history.snapshot(number)
    if row is None:
        raise HTTPException(404)
    found = brought(desk.store, row)
    shown = _snapshot(row, desk.store.series.withheld([number]).get(number, ""), desk)
    return shown | {"look": found.poll_id or None, "hops": [_hop(hop) for hop in found.hops]}


@router.get("/citations", response_model=shapes.Citations)
def citations(desk: AtDesk, report: Report = "") -> dict[str, Any]:
    """Every footnote of the reports, or of one, with the state of what it stands on, and how many there are of each."""
    found = chapter(desk, report)
    items = [_citation(stand, found, desk) for stand in found.stands]
    return {"items": items, "counts": tally_facts(found.tally, desk.t.mail), "next": None}


@router.get("/openapi.json", include_in_schema=False)
def openapi(desk: AtDesk) -> JSONResponse:
    """This API, described (OpenAPI 3.1)."""
    described = get_openapi(
        title="Footnote Watch", version=f"1 ({__version__})", summary="What changed at the sources of the report.",
        routes=[route for route in desk.house.routes if route.path.startswith(PREFIX)],
        servers=[{"url": desk.house.links.public_url}] if desk.house.links.public_url else None,
    )  # fmt: skip
    return JSONResponse(described)


# --- what stands in an answer -----------------------------------------------------------------------------------------


def _line(line: Line, source: Source | None, desk: Desk) -> dict[str, Any]:
    kind: Literal["change", "event"] = "change" if line.is_change else "event"
    path = f"/{kind}s/{line.number}"
    return {
        "type": kind, "id": line.number, "at": line.at, "source": line.source_id,
        "section": source.section if source else "", "footnotes": sorted(source.footnotes) if source else [],
        "keys": [str(key) for key in source.keys] if source else [],
        "kind": line.kind, "severity": line.severity.name.lower(), "told": line.told, "topics": list(line.topics),
        "review": {
            "state": line.state, "who": _who(line.who, desk), "at": line.reviewed_at, "note": _who(line.noted, desk),
        },
        "url": desk.house.links.at(PREFIX + path), "link": desk.house.links.at(path),
    }  # fmt: skip


def _reviews(item: str, desk: Desk) -> list[dict[str, Any]]:
    return [_review(review, desk) for review in desk.store.reviews.history(item)] if desk.who else []


def _review(review: Review, desk: Desk) -> dict[str, Any]:
    return {"state": review.state, "who": _who(review.who, desk), "at": review.at, "note": _who(review.note, desk)}


def _who(name: str, desk: Desk) -> str:
    """Who reviewed, and what they noted, is for those who are known here."""
    return name if desk.who else ""


def _source_named(source_id: str, desk: Desk) -> Source:
    return desk.store.timeline.sources().get(source_id) or Source(source_id, source_id, "", None)


def _source(seen: Any, desk: Desk) -> dict[str, Any]:
    source = seen.source
    return {
        "id": source.id, "name": source.name, "publisher": source.publisher, "section": source.section,
        "jurisdiction": source.jurisdiction, "languages": list(source.languages), "topics": list(source.topics),
        "footnotes": sorted(source.footnotes), "keys": [str(key) for key in source.keys],
        "url": source.url or "", "watched_at": seen.elsewhere,
        "health": str(seen.health), "health_since": seen.health_since, "looks": seen.looks,
        "last_look": seen.last_poll_at, "last_good_look": seen.last_good_at, "next_look": seen.next_poll_at,
        "unchanged_since": seen.memory.told_since, "to_check": seen.open_changes,
        "link": desk.house.links.source(source.id),
    }  # fmt: skip


def _snapshot(row: SnapshotRow, withheld: str, desk: Desk) -> dict[str, Any]:
    return {
        "id": row.id, "source": row.source_id, "url": row.url, "final_url": row.final_url,
        "chain": [{"status": hop.status, "url": hop.url, "location": hop.location} for hop in row.chain],
        "status": row.status, "content_type": row.content_type, "charset": row.charset, "sha256": row.sha256,
        "size": row.size, "good": row.good, "first_seen": row.first_seen, "last_seen": row.last_seen,
        "withheld": withheld, "link": desk.house.links.at(f"/kept/{row.id}"),
    }  # fmt: skip


def _hop(hop: HopRecord) -> dict[str, Any]:
    return {
        "url": hop.url, "request": list(hop.request), "answer": list(hop.answer), "peer": hop.peer, "tls": hop.tls,
        "cipher": hop.cipher, "certificates": list(hop.certificates), "sent_at": hop.sent_at,
        "first_byte": hop.first_byte.total_seconds() if hop.first_byte is not None else None,
        "last_byte": hop.last_byte.total_seconds() if hop.last_byte is not None else None,
        "framing": hop.framing, "codings": list(hop.codings), "received_bytes": hop.body_bytes,
        "received_sha256": hop.body_sha256,
    }  # fmt: skip


def _citation(stand: Stand, found: Chapter, desk: Desk) -> dict[str, Any]:
    citation, seen, words = stand.citation, stand.seen, desk.t.mail
    return {
        **citation_facts(citation), "section": citation.section, "author": citation.author,
        "source": citation.source_id, "printed_url": citation.url_printed, "state": str(stand.verdict),
        "state_in_words": verdict_word(stand.verdict, words), "answer": str(stand.answer),
        "footnote_state": str(found.footnotes[citation.key].verdict), "why": why(stand, words),
        "watched_at": stand.moved or stand.copy,
        "quotes": [{"text": q.quote.text, "state": str(q.state), "nearest": q.nearest} for q in stand.quotes],
        "looks": seen.looks if seen else 0, "unchanged_since": seen.memory.told_since if seen else None,
        "last_good_look": seen.last_good_at if seen else None,
    }  # fmt: skip


# --- going on ---------------------------------------------------------------------------------------------------------


def _next(request: Request, desk: Desk, place: str) -> str:
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return desk.house.links.at(f"{desk.path}?{urlencode([*pairs, ('after', place)])}")


def _mark(after: str) -> Mark | None:
    if not after:
        return None
    found = mark_of(after)
    if found is None:
        raise HTTPException(400, "after: take it from `next` as it is")
    return found


def _number(after: str) -> int | None:
    if not after:
        return None
    if not (after.isascii() and after.isdigit() and 0 < int(after) < 2**63):
        raise HTTPException(400, "after: take it from `next` as it is")
    return int(after)
