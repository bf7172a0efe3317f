"""Users: who may log in, and as what. For admins; nobody can lock themselves out here."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.errors import ConfigError
from monitor.store import ROLES, User
from monitor.web.access import Role
from monitor.web.desk import AtDesk, Desk, NavItem
from monitor.web.forms import Filled, Form, needs
from monitor.web.password import SHORTEST, hashed

router = APIRouter(dependencies=[needs(Role.ADMIN)])
NAV = NavItem("/users", "users.title", 80, Role.ADMIN)
DONE = frozenset({"added", "role", "password", "disabled", "enabled", "removed"})


@router.get("/users")
def users(desk: AtDesk, done: str = "") -> Response:
    return _page(desk, done=done)


def _page(desk: Desk, status: int = 200, *, trouble: str = "", done: str = "", name: str = "") -> Response:
    return desk.page(
        "users.html", status, users=desk.store.users.all(), roles=ROLES, trouble=trouble, name=name, shortest=SHORTEST,
        done=done if done in DONE else "", shared=bool(desk.house.app.settings.web_password.get_secret_value()),
    )  # fmt: skip


@router.post("/users")
def add(desk: AtDesk, form: Filled) -> Response:
    name, role, password = form.get("name", 200), form.get("role"), _password(form)
    if password is None:
        return _page(desk, 400, trouble="too_short", name=name)
    if role not in ROLES:
        raise HTTPException(400)
    if desk.store.users.get(name) is not None:
        return _page(desk, 400, trouble="taken", name=name)
    try:
        user = desk.store.users.add(name, hashed(password), role, desk.now)
    except ConfigError:
        return _page(desk, 400, trouble="no_name", name=name)
    _note(desk, "user-add", user, role)
    return desk.go("/users?done=added")


@router.get("/users/{number}")
def one(number: int, desk: AtDesk) -> Response:
    return _one(desk, _user(desk, number))


def _one(desk: Desk, user: User, status: int = 200, trouble: str = "") -> Response:
    own = desk.who is not None and desk.who.user == user.id
    return desk.page("user.html", status, user=user, roles=ROLES, own=own, trouble=trouble, shortest=SHORTEST)


@router.post("/users/{number}/role")
def change_role(number: int, desk: AtDesk, form: Filled) -> Response:
    """Ends their logins and keys."""
    user, role = _other(desk, number), form.get("role")
    if role not in ROLES:
        raise HTTPException(400)
    if role != user.role:
        desk.store.users.set_role(user.id, role)
        _note(desk, "user-role", user, role)
    return desk.go("/users?done=role")


@router.post("/users/{number}/password")
def change_password(number: int, desk: AtDesk, form: Filled) -> Response:
    """Ends their logins and keys; one's own, too."""
    user, password = _user(desk, number), _password(form)
    if password is None:
        return _one(desk, user, 400, "too_short")
    desk.store.users.set_password(user.id, hashed(password))
    _note(desk, "user-password", user)
    return desk.go("/users?done=password")


@router.post("/users/{number}/disable")
def disable(number: int, desk: AtDesk) -> Response:
    user = _other(desk, number)
    desk.store.users.disable(user.id)
    _note(desk, "user-disable", user)
    return desk.go("/users?done=disabled")


@router.post("/users/{number}/enable")
def enable(number: int, desk: AtDesk) -> Response:
    user = _other(desk, number)
    desk.store.users.disable(user.id, disabled=False)
    _note(desk, "user-enable", user)
    return desk.go("/users?done=enabled")


@router.get("/users/{number}/remove")
def ask_remove(number: int, desk: AtDesk) -> Response:
    return desk.page("user_remove.html", user=_other(desk, number))


@router.post("/users/{number}/remove")
def remove(number: int, desk: AtDesk) -> Response:
    """What they signed keeps their name."""
    user = _other(desk, number)
    desk.store.users.remove(user.id)
    _note(desk, "user-remove", user)
    return desk.go("/users?done=removed")


def _password(form: Form) -> str | None:
    """As it was typed, blanks too; None when it is too short."""
    given = form.raw("password", 1000)
    return given if len(given) >= SHORTEST else None


def _user(desk: Desk, number: int) -> User:
    found = desk.store.users.numbered(number) if 0 < number < 2**62 else None
    if found is None:
        raise HTTPException(404)
    return found


def _other(desk: Desk, number: int) -> User:
    """Not oneself: 403."""
    user = _user(desk, number)
    if desk.who is not None and desk.who.user == user.id:
        raise HTTPException(403)
    return user


def _note(desk: Desk, what: str, user: User, detail: str = "") -> None:
    desk.note(what, f"user:{user.name}", detail)
