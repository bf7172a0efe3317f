"""Copies that are withheld: the one line that stands where their words would be."""

from collections.abc import Collection

from fastapi.responses import PlainTextResponse, Response

from monitor.model import Change, DigestKind, Event
from monitor.store import WITHHELD_REASON, WithheldCopy
from monitor.store.withholding import QUOTING
from monitor.web.desk import Desk

UNAVAILABLE = 451
"""Unavailable For Legal Reasons (RFC 7725)."""


def line_of(found: WithheldCopy, desk: Desk) -> str:
    """`Withheld since 23 November 2026: a court order`"""
    return desk.t("kept.withheld", since=desk.t.mail.day(found.at, desk.zone), reason=found.reason)


def lines_of(numbers: Collection[int], desk: Desk) -> dict[int, str]:
    """For those of these copies that are not to be shown."""
    return {number: line_of(found, desk) for number, found in desk.store.withholding.of(numbers).items()}


def refusal(line: str) -> Response:
    """In place of bytes."""
    return PlainTextResponse(line + "\n", UNAVAILABLE, {"Cache-Control": "private, no-store"})


def message_covered(items: Collection[str], kind: DigestKind, desk: Desk) -> bool:
    """Does a message that went out hold words of a withheld copy? A first report quotes from all sources."""
    veil = desk.store.withholding.veil()
    if not veil:
        return False
    if kind is DigestKind.FIRST_REPORT:
        return True
    found = desk.store.timeline.found(desk.store.timeline.lines(list(items)))
    for thing in found.values():
        if isinstance(thing, Change) and any(reason.code == WITHHELD_REASON for reason in thing.reasons):
            return True
        if isinstance(thing, Event) and thing.kind in QUOTING and veil.covers(thing.source_id):
            return True
    return False
