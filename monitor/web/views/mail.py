"""What the links in the mails lead to: preferences, unsubscribing. The signed link is the key; there is no login."""

import logging

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.model import Frequency, Subscriber
from monitor.web.desk import AtDesk, Desk
from monitor.web.forms import Filled
from monitor.web.wishes import LEVELS, choices, veiled, wished, zones

router = APIRouter()
_log = logging.getLogger("monitor.web")


@router.get("/mail/preferences/{token}")
def preferences(token: str, desk: AtDesk, done: str = "") -> Response:
    reader = _reader(desk, "preferences", token)
    if reader is None:
        return desk.page("unsubscribed.html", gone=True)
    return _preferences(desk, token, reader, saved=done == "yes")


def _preferences(desk: Desk, token: str, reader: Subscriber, *, saved: bool) -> Response:
    offered = choices(desk.store)
    stop = desk.house.links.signed("unsubscribe", reader.id)
    return desk.page(
        "preferences.html", reader=reader, shown=veiled(reader.email), token=token, stop=stop, offered=offered,
        frequencies=tuple(Frequency), levels=LEVELS, zones=zones(), saved=saved,
    )  # fmt: skip


@router.post("/mail/preferences/{token}")
def change_preferences(token: str, desk: AtDesk, form: Filled) -> Response:
    reader = _reader(desk, "preferences", token)
    if reader is None:
        return desk.page("unsubscribed.html", gone=True)
    after = wished(form, reader, choices(desk.store))
    if reader.paused and not after.paused and reader.suspended_at is None:
        # Whoever reads this page is there.
        desk.store.subscribers.resume(reader.id)
    desk.store.subscribers.update(after)
    _log.info("subscriber %d changed their preferences", reader.id)
    return desk.go(f"/mail/preferences/{token}?done=yes")


@router.get("/mail/unsubscribe/{token}")
def show_unsubscribe(token: str, desk: AtDesk) -> Response:
    """Asks: programs follow links in mails, and must not unsubscribe anybody by that."""
    reader = _reader(desk, "unsubscribe", token)
    if reader is None:
        return desk.page("unsubscribed.html", gone=True)
    return desk.page("unsubscribe.html", shown=veiled(reader.email), token=token,
                     preferences=desk.house.links.signed("preferences", reader.id))  # fmt: skip


@router.post("/mail/unsubscribe/{token}")
def unsubscribe(token: str, desk: AtDesk) -> Response:
    """One click (RFC 8058): no login, no cookie, no redirect, no further question. A second time changes nothing."""
    reader = _reader(desk, "unsubscribe", token)
    if reader is not None and desk.store.subscribers.forget(reader.email):
        _log.info("subscriber %d unsubscribed by link and is forgotten", reader.id)
    return desk.page("unsubscribed.html", gone=False)


def _reader(desk: Desk, purpose: str, token: str) -> Subscriber | None:
    """Whom a token concerns; None when they are gone. 404 for a token that is not ours."""
    number = desk.house.links.opened(purpose, token)
    if not isinstance(number, int):
        raise HTTPException(404)
    # Numbers are not given out again: an old link never means somebody else.
    return next((s for s in desk.store.subscribers.all() if s.id == number), None)
