"""Snapshots: what was kept, as facts, as bytes, and as a page under glass; and withholding one."""

import ssl

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.extract import sniff
from monitor.messages.safe import header
from monitor.services.evidence import brought
from monitor.store import SnapshotRow
from monitor.web.access import Role
from monitor.web.covering import lines_of, refusal
from monitor.web.desk import AtDesk, Desk
from monitor.web.forms import Filled, needs
from monitor.web.headers import KEPT_POLICY
from monitor.web.replay import defused
from monitor.web.views.changes import name_first, signed_by

router = APIRouter()
_ENDINGS = {"html": "html", "pdf": "pdf", "plain": "txt", "feed": "xml"}
_SHOWN = frozenset({"html", "plain", "feed", "json"})
"""Kinds that can stand in a frame; anything but HTML as plain text."""
_ASK_AGAIN = "private, no-cache"
"""A snapshot never changes, but it may be withheld: no browser keeps it without asking."""


@router.get("/kept/{number}")
def kept(number: int, desk: AtDesk) -> Response:
    """What is known of a snapshot, and its page in a frame."""
    row = _row(desk, number)
    state = desk.store.sources.get(row.source_id)
    withheld = lines_of([number], desk).get(number, "")
    media = "" if withheld else sniff(desk.store.bodies.get(row.sha256), row.content_type)
    own = desk.store.withholding.of([number])
    return desk.page(
        "kept.html", row=row, name=state.source.name if state else row.source_id, media=media,
        shown=media in _SHOWN, withheld=withheld, found=brought(desk.store, row), may=desk.may(Role.ADMIN),
        twin=own[number].snapshot_id if number in own and own[number].snapshot_id != number else 0,
    )  # fmt: skip


@router.get("/looks/{number}")
def look(number: int, desk: AtDesk) -> Response:
    """One look: every address asked, and what went over the wire."""
    poll = desk.store.history.poll(number) if 0 < number < 2**63 else None
    if poll is None:
        raise HTTPException(404)
    state = desk.store.sources.get(poll.source_id)
    return desk.page("look.html", poll=poll, name=state.source.name if state else poll.source_id)


@router.get("/certificates/{sha256}")
def certificate(sha256: str, desk: AtDesk) -> Response:
    """A certificate that a server sent, as PEM, to be saved."""
    der = desk.store.evidence.certificate(sha256)
    if der is None:
        raise HTTPException(404)
    return Response(
        ssl.DER_cert_to_PEM_cert(der),
        media_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="certificate-{sha256[:12]}.pem"'},
    )


@router.get("/kept/{number}/page")
def page(number: int, desk: AtDesk) -> Response:
    """The stored page itself: hostile. Only for a sandboxed frame, but safe on its own as well."""
    row = _row(desk, number)
    if line := lines_of([number], desk).get(number):
        return refusal(line)
    body = desk.store.bodies.get(row.sha256)
    media = sniff(body, row.content_type)
    if media not in _SHOWN:
        raise HTTPException(404)
    html = media == "html"
    return Response(
        defused(body, row.content_type),
        media_type="text/html; charset=utf-8" if html else "text/plain; charset=utf-8",
        headers={"Content-Security-Policy": KEPT_POLICY, "Cache-Control": _ASK_AGAIN, "Referrer-Policy": "no-referrer"},
    )


@router.get("/kept/{number}/file")
def file(number: int, desk: AtDesk) -> Response:
    """The exact bytes, to be saved: no browser opens them here."""
    row = _row(desk, number)
    if line := lines_of([number], desk).get(number):
        return refusal(line)
    body = desk.store.bodies.get(row.sha256)
    ending = _ENDINGS.get(sniff(body, row.content_type), "bin")
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "Content-Security-Policy": KEPT_POLICY,
            "Content-Disposition": f'attachment; filename="kept-{row.id}-{row.sha256[:12]}.{ending}"',
            "Cache-Control": _ASK_AGAIN,
        },
    )


@router.post("/kept/{number}/withhold", dependencies=[needs(Role.ADMIN)])
def withhold(number: int, desk: AtDesk, form: Filled) -> Response:
    """From now on nothing of the copy is shown; hash, times and address stay."""
    return _said(desk, form, number, lift=False)


@router.post("/kept/{number}/lift", dependencies=[needs(Role.ADMIN)])
def lift(number: int, desk: AtDesk, form: Filled) -> Response:
    """It is shown again."""
    return _said(desk, form, number, lift=True)


def _said(desk: Desk, form: Filled, number: int, *, lift: bool) -> Response:
    row = _row(desk, number)
    reason = header(form.get("reason", 500), 500)
    if not reason:
        raise HTTPException(400)
    if (who := signed_by(desk)) is None:
        return name_first(desk, f"/kept/{row.id}")
    if lift:
        desk.store.withholding.lift(row.id, reason, who, desk.now)
    else:
        desk.store.withholding.put(row.id, reason, who, desk.now)
    return desk.go(f"/kept/{row.id}")


def _row(desk: Desk, number: int) -> SnapshotRow:
    row = desk.store.history.snapshot(number) if 0 < number < 2**63 else None
    if row is None:
        raise HTTPException(404)
    if desk.public:
        state = desk.store.sources.get(row.source_id)
        if not desk.may_see(state.source if state else None):
            raise HTTPException(403)
    return row
