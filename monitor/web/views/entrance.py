"""Coming in and going out: the login, and on this machine the name somebody gives once."""

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.messages.safe import header
from monitor.web.access import LASTS, SESSION, WHO
from monitor.web.desk import YEAR, AtDesk, Desk
from monitor.web.forms import Filled
from monitor.web.password import matches

router = APIRouter()


@router.get("/login")
def show_login(desk: AtDesk, to: str = "/") -> Response:
    if desk.who is not None and desk.who.way != "loopback":
        return desk.go(to)
    return _login(desk, to)


@router.post("/login")
def login(desk: AtDesk, form: Filled) -> Response:
    """At most five tries a minute from one address for one account; the sixth is not looked at, right or wrong."""
    to, password = form.get("to"), form.get("password", 1000)
    hashed = desk.house.access.password
    if not hashed:
        return _login(desk, to, 403, "closed")
    if not desk.house.tries.allowed(desk.now, "login", desk.caller.network):
        return _login(desk, to, 429, "too_often")
    if not matches(hashed, password):
        return _login(desk, to, 403, "wrong")
    desk.new_seed()
    answer = desk.go(to)
    name = header(form.get("name"), 80)
    desk.set_cookie(answer, SESSION, desk.house.access.open_session(name, desk.now), int(LASTS.total_seconds()))
    return answer


def _login(desk: Desk, to: str, status: int = 200, trouble: str = "") -> Response:
    return desk.page("login.html", status, to=desk.known(to), trouble=trouble)


@router.post("/logout")
def logout(desk: AtDesk) -> Response:
    desk.new_seed()
    answer = desk.go("/")
    desk.set_cookie(answer, SESSION, "", 0)
    return answer


@router.get("/name")
def show_name(desk: AtDesk, to: str = "/") -> Response:
    """Who is sitting at this machine? Reviews are signed with the answer."""
    return desk.page("name.html", to=desk.known(to))


@router.post("/name")
def name(desk: AtDesk, form: Filled) -> Response:
    answer = desk.go(form.get("to"))
    desk.set_cookie(answer, WHO, desk.house.access.name_cookie(header(form.get("name"), 80)), YEAR)
    return answer
