"""Snapshots: what was kept, as facts, as bytes, and as a page under glass."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.extract import sniff
from monitor.store import SnapshotRow
from monitor.web.desk import AtDesk, Desk
from monitor.web.headers import KEPT_POLICY
from monitor.web.replay import defused

router = APIRouter()
_ENDINGS = {"html": "html", "pdf": "pdf", "plain": "txt", "feed": "xml"}
_SHOWN = frozenset({"html", "plain", "feed", "json"})
"""Kinds that can stand in a frame; anything but HTML as plain text."""
_FOR_EVER = "private, max-age=86400, immutable"
"""A snapshot never changes; it may be withheld, though, so not for a year."""


@router.get("/kept/{number}")
def kept(number: int, desk: AtDesk) -> Response:
    """What is known of a snapshot, and its page in a frame."""
    row = _row(desk, number)
    state = desk.store.sources.get(row.source_id)
    media = sniff(desk.store.bodies.get(row.sha256), row.content_type)
    name = state.source.name if state else row.source_id
    return desk.page("kept.html", row=row, name=name, media=media, shown=media in _SHOWN)


@router.get("/kept/{number}/page")
def page(number: int, desk: AtDesk) -> Response:
    """The stored page itself: hostile. Only for a sandboxed frame, but safe on its own as well."""
    row = _row(desk, number)
    body = desk.store.bodies.get(row.sha256)
    media = sniff(body, row.content_type)
    if media not in _SHOWN:
        raise HTTPException(404)
    html = media == "html"
    return Response(
        defused(body, row.content_type),
        media_type="text/html; charset=utf-8" if html else "text/plain; charset=utf-8",
        headers={"Content-Security-Policy": KEPT_POLICY, "Cache-Control": _FOR_EVER, "Referrer-Policy": "no-referrer"},
    )


@router.get("/kept/{number}/file")
def file(number: int, desk: AtDesk) -> Response:
    """The exact bytes, to be saved: no browser opens them here."""
    row = _row(desk, number)
    body = desk.store.bodies.get(row.sha256)
    ending = _ENDINGS.get(sniff(body, row.content_type), "bin")
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "Content-Security-Policy": KEPT_POLICY,
            "Content-Disposition": f'attachment; filename="kept-{row.id}-{row.sha256[:12]}.{ending}"',
            "Cache-Control": _FOR_EVER,
        },
    )


def _row(desk: Desk, number: int) -> SnapshotRow:
    row = desk.store.history.snapshot(number) if 0 < number < 2**63 else None
    if row is None:
        raise HTTPException(404)
    return row
