"""Subscribing by page, when the operator allows it: the address is written to first, and must answer (double opt-in).

Nothing is stored before that: what was asked for is in the signed link. The answer is the same, in words and in work,
whether or not the address is subscribed already, so that nobody can find out who is.
"""

import hashlib
import hmac
import logging
from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.errors import ConfigError
from monitor.messages import mailbox
from monitor.model import DigestKind, DigestOrder, Frequency, Subscriber
from monitor.web.desk import AtDesk, Desk
from monitor.web.forms import Filled, Form
from monitor.web.wording import LANGUAGES

router = APIRouter()
VALID = timedelta(days=3)
"""How long the link in the confirmation works."""
_log = logging.getLogger("monitor.web")


@router.get("/sign-up")
def show_sign_up(desk: AtDesk) -> Response:
    _allowed(desk)
    return _page(desk, {})


@router.post("/sign-up")
def sign_up(desk: AtDesk, form: Filled) -> Response:
    _allowed(desk)
    wish = _wish(desk, form)
    try:
        recipient = mailbox(wish["email"])
    except ConfigError:
        return _page(desk, wish, 400, "no_address")
    if form.get("website"):
        # A field that people do not see: only programs fill it in.
        return desk.page("sent.html")
    tries = desk.house.sign_ups
    if not (tries.allowed(desk.now, desk.caller.network) and desk.house.all_sign_ups.allowed(desk.now)):
        return _page(desk, wish, 429, "too_often")
    _write_to(desk, {**wish, "email": recipient})
    return desk.page("sent.html")


def _allowed(desk: Desk) -> None:
    if not desk.house.app.settings.sign_up:
        raise HTTPException(404)


def _page(desk: Desk, wish: dict[str, str], status: int = 200, trouble: str = "") -> Response:
    return desk.page("signup.html", status, wish=wish, trouble=trouble, frequencies=tuple(Frequency))


def _wish(desk: Desk, form: Form) -> dict[str, str]:
    language, frequency = form.get("language"), form.get("frequency")
    return {
        "email": form.get("email", 254),
        "language": language if language in LANGUAGES else desk.t.language,
        "frequency": frequency if frequency in tuple(Frequency) else str(Frequency.DAILY),
    }


def _write_to(desk: Desk, wish: dict[str, str]) -> None:
    """Queues the confirmation: one for each address and day, however often it is asked for."""
    app, now, links = desk.house.app, desk.now, desk.house.links
    name = hmac.new(
        links.secret.encode(), f"confirm\0{wish['email'].casefold()}\0{now.date()}".encode(), hashlib.sha256
    )
    reader = Subscriber(0, wish["email"], language=wish["language"], timezone=app.settings.timezone)
    order = DigestOrder(reader, DigestKind.CONFIRM, f"confirm:{name.hexdigest()[:32]}", now, now)
    message = app.post.renderer().confirm(order, links.confirm(wish, now), now + VALID)
    if app.store.letters.post(message, order.kind, order.window, now):
        _log.info("a confirmation was queued for somebody who asked to be subscribed")


@router.get("/mail/confirm/{token}")
def show_confirm(token: str, desk: AtDesk) -> Response:
    """Asks once more: programs follow links in mails."""
    return desk.page("confirm.html", token=token, email=_confirmed(desk, token)["email"])


@router.post("/mail/confirm/{token}")
def confirm(token: str, desk: AtDesk) -> Response:
    wish, store = _confirmed(desk, token), desk.store
    reader = store.subscribers.get(wish["email"])
    if reader is None:
        blank = Subscriber(
            0, wish["email"], language=wish["language"], frequency=Frequency(wish["frequency"]),
            timezone=desk.house.app.settings.timezone, created_at=desk.now,
        )  # fmt: skip
        try:
            reader = store.subscribers.add(blank)
            _log.info("subscriber %d confirmed their address", reader.id)
        except ConfigError:  # at the same moment, by another click
            reader = store.subscribers.get(wish["email"])
    if reader is None:
        raise HTTPException(404)
    return desk.go(f"/mail/preferences/{desk.house.links.signed('preferences', reader.id)}?done=yes")


def _confirmed(desk: Desk, token: str) -> dict[str, str]:
    """What was asked for; 404 for a token that is not ours or too old."""
    wish = desk.house.links.fresh("confirm", token, desk.now, VALID)
    if wish is None:
        raise HTTPException(404)
    return {name: str(wish[name]) for name in ("email", "language", "frequency")}
