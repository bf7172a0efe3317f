"""Digests and deliveries: what exactly went to whom, and what the server said. For reviewers and above: the messages
name people, and carry the links that end a subscription.
"""

import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from markupsafe import Markup

from monitor.logs import Mask
from monitor.messages import visible
from monitor.model import DeliveryState
from monitor.store.channels import MAIL
from monitor.store.series import DigestRow
from monitor.web.access import Role
from monitor.web.covering import message_covered, refusal
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.forms import needs
from monitor.web.headers import KEPT_POLICY

router = APIRouter(dependencies=[needs(Role.REVIEWER)])
NAV = NavItem("/digests", "deliveries.digests", 50, Role.REVIEWER)
PAGE = 50
SHAPES = {
    DeliveryState.SENT: "good", DeliveryState.PENDING: "quiet", DeliveryState.SENDING: "quiet",
    DeliveryState.FAILED: "bad", DeliveryState.DEAD: "bad",
}  # fmt: skip
SHOWN = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
"""Headers of a message that are shown, in this order."""


@dataclass(frozen=True, slots=True)
class Message:
    """A frozen message taken apart. `text` is the text part, or all there is when it is no mail."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str = ""


@router.get("/digests")
def digests(desk: AtDesk, before: int = 0) -> Response:
    rows = desk.store.series.digests(PAGE + 1, before_id=_number(before))
    return desk.page(
        "digests.html", rows=rows[:PAGE], older=rows[PAGE - 1].id if len(rows) > PAGE else 0, first=not before,
        clean=_mask(desk).clean, shapes=SHAPES,
    )  # fmt: skip


@router.get("/digests/{number}")
def digest(number: int, desk: AtDesk) -> Response:
    """One digest: what it told, the message as it was frozen, and what became of it."""
    row, mime, items = _digest(desk, number)
    covered = mime is not None and message_covered(items, row.kind, desk)
    mime = None if covered else mime
    message = taken_apart(mime, mail=_is_mail(desk, row)) if mime else None
    told = [
        ("changes" if item.startswith("change:") else "events", item.partition(":")[2])
        for item in items if not item.startswith("gap:")
    ]  # fmt: skip
    return desk.page(
        "digest.html", row=row, message=message, told=told, clean=_mask(desk).clean, shapes=SHAPES,
        covered=covered, size=len(mime or b""), text=as_written(message.text) if message else "",
    )  # fmt: skip


@router.get("/digests/{number}/html")
def html(number: int, desk: AtDesk) -> Response:
    """The HTML part, for a sandboxed frame: nothing in it runs, sends or loads."""
    row, mime, items = _digest(desk, number)
    if message_covered(items, row.kind, desk):
        return refusal(desk.t("deliveries.covered"))
    message = taken_apart(mime or b"", mail=True)
    if not message.html:
        raise HTTPException(404)
    return Response(
        message.html.encode("utf-8", "replace"),
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": KEPT_POLICY, "Referrer-Policy": "no-referrer"},
    )


@router.get("/digests/{number}/file")
def file(number: int, desk: AtDesk) -> Response:
    """The exact bytes that were handed over."""
    row, mime, items = _digest(desk, number)
    if mime is None:
        raise HTTPException(404)
    if message_covered(items, row.kind, desk):
        return refusal(desk.t("deliveries.covered"))
    ending = "eml" if _is_mail(desk, row) else "txt"
    return Response(
        mime,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="digest-{number}.{ending}"'},
    )


@router.get("/deliveries")
def deliveries(desk: AtDesk, state: str = "", before: int = 0, reader: int = 0) -> Response:
    """The queue and its past, of all or of one subscriber; what failed, was given up or set aside stands above."""
    wanted = DeliveryState(state) if state in set(DeliveryState) else None
    store = desk.store
    rows = store.outbox.deliveries(
        PAGE + 1, states=[wanted] if wanted else (), before_id=_number(before), subscriber_id=_number(reader)
    )
    readers = {one.id: one.email for one in store.subscribers.all()}
    return desk.page(
        "deliveries.html", rows=rows[:PAGE], older=rows[PAGE - 1].id if len(rows) > PAGE else 0, first=not before,
        wanted=wanted, reader=_number(reader), states=tuple(DeliveryState), queue=store.outbox.pending(desk.now),
        shut=store.outbox.shut(), aside=store.aside.all(), readers=readers, clean=_mask(desk).clean, shapes=SHAPES,
    )  # fmt: skip


@router.post("/deliveries/{number}/retry")
def retry(number: int, desk: AtDesk) -> Response:
    """Back into the queue, its count at zero."""
    if not 0 < number < 2**62 or not desk.store.outbox.retry(number, desk.now):
        raise HTTPException(404)
    desk.note("retry", f"delivery:{number}")
    return desk.go("/deliveries")


def taken_apart(mime: bytes, *, mail: bool) -> Message:
    """A message's headers and its two parts; whatever it is, something that can be shown."""
    if not mail:
        return Message((), _pretty(mime.decode("utf-8", "replace")))
    made = message_from_bytes(mime, policy=policy.default)
    assert isinstance(made, EmailMessage)
    headers = tuple((name, str(made[name])) for name in SHOWN if made[name])
    return Message(headers, _part(made, "plain"), _part(made, "html"))


def as_written(text: str) -> Markup:
    """With its line breaks and indents, and nothing that hides."""
    lines = (" ".join(visible(word) for word in line.split(" ")) for line in text.splitlines())
    return Markup("\n").join(lines)


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except (LookupError, ValueError):
        # A charset nobody knows: the bytes as far as they can be read.
        return bytes(body.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _is_mail(desk: Desk, row: DigestRow) -> bool:
    found = desk.store.outbox.deliveries(1, before_id=row.delivery_id + 1) if row.delivery_id else ()
    return not found or found[0].id != row.delivery_id or found[0].channel == MAIL


def _digest(desk: Desk, number: int) -> tuple[DigestRow, bytes | None, tuple[str, ...]]:
    found = desk.store.series.digest(number) if _number(number) else None
    if found is None:
        raise HTTPException(404)
    return found


def _mask(desk: Desk) -> Mask:
    """Servers repeat what they were told, passwords too."""
    return Mask(desk.house.app.settings.secrets)


def _number(number: int) -> int | None:
    return number if 0 < number < 2**62 else None
