"""Changes, newest first."""

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.web.desk import AtDesk, NavItem

router = APIRouter()
NAV = NavItem("/", "changes.title", 10)


@router.get("/")
def changes(desk: AtDesk) -> Response:
    names = {state.source.id: state.source.name for state in desk.store.sources.all()}
    return desk.page("changes.html", changes=desk.store.history.changes(told=True, limit=50), names=names)
