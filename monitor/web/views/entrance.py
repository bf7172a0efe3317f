"""Coming in and going out: the login, and on this machine the name somebody gives once."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from monitor.messages.safe import header
from monitor.store import User
from monitor.web.access import BROWSER, LASTS, SESSION, WHO
from monitor.web.desk import YEAR, AtDesk, Desk
from monitor.web.forms import Filled
from monitor.web.password import matches, place

router = APIRouter()


@router.get("/login")
def show_login(desk: AtDesk, to: str = "/") -> Response:
    if desk.who is not None and desk.who.way != "loopback":
        return desk.go(to)
    return _login(desk, to)


@router.post("/login")
def login(desk: AtDesk, form: Filled) -> Response:
    """At most five tries a minute from one network for one account; the sixth is not looked at, right or wrong. All the
    strangers of the world together have sixty an hour for it; a browser that logged in to it before has its own five a
    minute, so that whoever tries from many places keeps nobody out of their own account.

    A name nobody has costs the same time as a wrong password, and is answered the same.
    """
    to, password, access = form.get("to"), form.raw("password", 1000), desk.house.access
    name = header(form.get("name"), 80)
    users = desk.store.users.any()
    if not access.login:
        return _login(desk, to, 403, "closed")
    user = desk.store.users.get(name) if users else None
    account = name.casefold() if users else ""
    with place() as free:
        if not free or not _may_try(desk, account):
            _burst(desk, user)
            return _login(desk, to, 429, "too_often")
        kept = user.hash if user else access.password
        right = matches(kept, password, desk.house.verify)
    if users:
        session = access.open_login(user, desk.now) if right and user and not user.disabled else ""
    else:
        session = access.open_session(name, desk.now) if right else ""
    if not session:
        return _login(desk, to, 403, "wrong_user" if users else "wrong")
    access.end_session(desk.who, desk.now)
    desk.new_seed()
    desk.become(access.session(session, desk.now))
    answer = desk.again(desk.typed) if desk.typed else desk.go(to)
    desk.set_cookie(answer, SESSION, session, int(LASTS.total_seconds()))
    if not access.known_browser(account, desk.cookie(BROWSER)):
        desk.set_cookie(answer, BROWSER, access.browser_cookie(account))
    desk.store.audit.note(user.name if user else name, "login", f"user:{user.name}" if user else "", "", desk.now)
    return answer


def _may_try(desk: Desk, account: str) -> bool:
    """Of all accounts together a network has so many tries a minute, too: each costs 64 MB and a while."""
    network, house = desk.caller.network, desk.house
    if browser := house.access.known_browser(account, desk.cookie(BROWSER)):
        return house.tries.allowed(desk.now, "login", "browser", browser)
    own = house.tries.allowed(desk.now, "login", network, account)
    # The last one is asked only for a try that the others let pass: what is refused anyway takes nobody's place.
    return house.logins.allowed(desk.now, network) and own and house.strangers.allowed(desk.now, account)


def _burst(desk: Desk, user: User | None) -> None:
    """Noted once an hour. Only the name of a user: anything else may be a password typed into the wrong field."""
    if desk.house.bursts.allowed(desk.now, desk.caller.network):
        desk.store.audit.note("", "login-burst", f"user:{user.name}" if user else "", "", desk.now)


def _login(desk: Desk, to: str, status: int = 200, trouble: str = "") -> Response:
    return desk.page("login.html", status, to=desk.known(to), trouble=trouble, users=desk.store.users.any(),
                     typed=desk.typed)  # fmt: skip


@router.post("/logout")
def logout(desk: AtDesk) -> Response:
    """The cookie is taken back, and opens nothing where a copy of it was kept."""
    desk.house.access.end_session(desk.who, desk.now)
    desk.new_seed()
    answer = desk.go("/")
    desk.set_cookie(answer, SESSION, "", 0)
    return answer


@router.get("/name")
def show_name(desk: AtDesk, to: str = "/") -> Response:
    """Who is sitting at this machine? Reviews are signed with the answer."""
    return desk.page("name.html", to=desk.known(to), typed=None)


@router.post("/name")
def name(desk: AtDesk, form: Filled) -> Response:
    """Of whoever sits here; or of whoever logged in with the password for all and gave none, once."""
    given, access, session = header(form.get("name"), 80), desk.house.access, ""
    if desk.who is not None and desk.who.way == "loopback":
        desk.become(replace(desk.who, name=given))
    elif desk.who is not None and desk.who.way == "password" and not desk.who.name and given:
        access.end_session(desk.who, desk.now)
        session = access.open_session(given, desk.now)
        desk.become(access.session(session, desk.now))
    answer = desk.again(desk.typed) if desk.typed and given else desk.go(form.get("to"))
    desk.set_cookie(answer, WHO, access.name_cookie(given), YEAR)
    if session:
        desk.set_cookie(answer, SESSION, session, int(LASTS.total_seconds()))
    return answer
