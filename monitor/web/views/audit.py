"""The log of what was done: who did what, when."""

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.web.access import Role
from monitor.web.desk import AtDesk, NavItem
from monitor.web.forms import needs

router = APIRouter(dependencies=[needs(Role.ADMIN)])
NAV = NavItem("/audit", "audit.title", 90, Role.ADMIN)
PAGE = 100


@router.get("/audit")
def audit(desk: AtDesk, before: int = 0) -> Response:
    """Newest first. Rows are only ever added."""
    rows = desk.store.audit.list(before_id=before if 0 < before < 2**62 else None, limit=PAGE + 1)
    older = rows[PAGE - 1].id if len(rows) > PAGE else 0
    return desk.page("audit.html", rows=rows[:PAGE], older=older, first=not before)
