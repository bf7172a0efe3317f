"""Health: is anything late, full, stuck or forgotten? And the same in figures, for a program that watches."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse, Response

from monitor.logs import Mask
from monitor.services.health import Condition, Finding, Wellbeing, wellbeing
from monitor.web.access import Role
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.forms import needs
from monitor.web.metrics import MEDIA_TYPE, written
from monitor.web.views.coverage import chapter

router = APIRouter()
NAV = NavItem("/health", "health.title", 60, Role.REVIEWER)
KEY = "metrics"


@router.get("/health", dependencies=[needs(Role.REVIEWER)])
def health(desk: AtDesk) -> Response:
    found = wellbeing_of(desk)
    return desk.page(
        "health.html", found=found, findings=[(one, _said(desk, one)) for one in found.findings],
        well=found.condition is Condition.WELL, metrics=_address(desk),
        clean=Mask(desk.house.app.settings.secrets).clean,
    )  # fmt: skip


@router.get("/metrics")
def metrics(desk: AtDesk, key: str = "") -> Response:
    """For whoever may see the pages; for a program elsewhere, with the key that the page Health shows."""
    if desk.who is None and desk.house.links.opened(KEY, key) != KEY:
        raise HTTPException(403)
    found = wellbeing_of(desk)
    return PlainTextResponse(written(found, chapter(desk).tally), media_type=MEDIA_TYPE)


def wellbeing_of(desk: Desk) -> Wellbeing:
    return wellbeing(desk.store, desk.house.app.settings, desk.now)


def _address(desk: Desk) -> str:
    guarded = desk.house.access.guarded or desk.house.access.shared
    return "/metrics" + (f"?{urlencode({'key': desk.house.links.signed(KEY, KEY)})}" if guarded else "")


def _said(desk: Desk, one: Finding) -> str:
    """A finding in the reader's words."""
    mask = Mask(desk.house.app.settings.secrets)
    values: dict[str, Any] = {
        name: desk.t.mail.moment(value, desk.zone, now=desk.now) if isinstance(value, datetime)
        else mask.clean(value) if isinstance(value, str) else value
        for name, value in one.values.items()
    }  # fmt: skip
    return desk.t(f"health.found.{one.name}", **values)
