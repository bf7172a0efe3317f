"""The application: the house put together, every view module on it, and the pages for what goes wrong."""

import logging
import pkgutil
import secrets
from contextlib import suppress
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from importlib import import_module
from types import ModuleType

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from monitor.errors import DamagedError, StorageError
from monitor.links import SECRET, Links
from monitor.store import Store
from monitor.web import views
from monitor.web.access import Access, Caller, is_open
from monitor.web.attempts import Attempts
from monitor.web.desk import Desk, House, asked_for, at_desk
from monitor.web.forms import fields, note_typed, proven, vouched
from monitor.web.gate import Asgi, Gate, Receive, Scope, Send, TooLargeError
from monitor.web.headers import Headers
from monitor.web.password import Verify, verify
from monitor.web.rendering import environment
from monitor.web.statics import Statics
from monitor.web.wording import Wording
from monitor.wiring import App

_log = logging.getLogger("monitor.web")
API = "/api/"
_TITLED = frozenset({400, 401, 403, 404, 405, 413, 429, 500, 503})
"""Statuses that have words of their own in `words/house.toml`."""


def create_app(app: App, *, verify: Verify = verify) -> Gate:
    """The pages of a wired program, as an ASGI application. Whoever made `app` closes it.

    `verify`: what compares a password with a hash at the login.
    """
    links = Links(app.settings.public_url, secret_of(app.store))
    wording, templates, statics = _shipped()
    modules = view_modules()
    nav = tuple(sorted((m.NAV for m in modules if hasattr(m, "NAV")), key=lambda item: item.place))
    access = Access(app.settings, links, app.store.users, app.store.seal, app.store.ended)
    routes = tuple(route for module in modules for route in module.router.routes if isinstance(route, APIRoute))
    house = House(
        app, access, links, wording, templates, statics,
        tries=Attempts(), logins=Attempts(30),
        strangers=Attempts(60, timedelta(hours=1), count_refused=False), bursts=Attempts(1, timedelta(hours=1)),
        sign_ups=Attempts(), all_sign_ups=Attempts(60, timedelta(hours=1)), nav=nav, routes=routes, verify=verify,
    )  # fmt: skip
    pages = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, dependencies=[Depends(proven)]
    )
    pages.state.house = house
    for module in modules:
        pages.include_router(module.router)
    pages.add_exception_handler(HTTPException, _refused)
    pages.add_exception_handler(RequestValidationError, _not_understood)
    pages.add_exception_handler(TooLargeError, _too_large)
    pages.add_exception_handler(StorageError, _no_store)
    pages.add_exception_handler(DamagedError, _no_store)
    pages.add_exception_handler(Exception, _broken)
    return Gate(pages, access, app.clock, _Refusals(pages))


@cache
def _shipped() -> tuple[Wording, Environment, Statics]:
    """What comes with the program and never changes: read once, however many applications a process makes."""
    statics = Statics()
    return Wording(), environment(statics), statics


def secret_of(store: Store) -> str:
    """The key of this installation; made when it is first needed."""
    return store.meta.get(SECRET) or store.meta.set_once(SECRET, secrets.token_hex(32))


def view_modules() -> list[ModuleType]:
    """Every module in `views/` that has a `router`, by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(views.__path__))
    modules = [import_module(f"{views.__name__}.{name}") for name in names]
    return [module for module in modules if hasattr(module, "router")]


# --- what goes wrong --------------------------------------------------------------------------------------------------


class _Refusals:
    """Answers for requests that no view ever sees."""

    def __init__(self, pages: FastAPI) -> None:
        self._pages = pages

    def __call__(self, scope: Scope, status: int, caller: Caller | None) -> Asgi:
        if caller is None:
            # Without a known host nothing is said that could be read under it.
            return PlainTextResponse("unknown host\n", status)
        scope["app"] = self._pages
        request = Request(scope)
        access = self._pages.state.house.access
        if status == 401 and (_for_programs(request) or caller.wrong_key):
            return _problem(401)
        if status == 401 and access.login and request.method == "POST" and vouched(Headers(scope["headers"])):
            return _login_with_typed
        if status == 401 and access.login and request.method == "GET":
            to = asked_for(request)
            target = URL("/login").include_query_params(to=to) if to != "/" else URL("/login")
            return RedirectResponse(str(target), 303)
        return _page(request, 403 if status == 401 and not access.login else status)


async def _login_with_typed(scope: Scope, receive: Receive, send: Send) -> None:
    """The login has run out: what was typed meanwhile goes through the next one."""
    request = Request(scope, receive)
    desk = at_desk(request)
    # A form that cannot be read has nothing to give back.
    with suppress(HTTPException, MultiPartException):
        await note_typed(request, desk)
    answer = (
        desk.page("login.html", 401, to=desk.typed.page, trouble="", users=desk.store.users.any(), typed=desk.typed)
        if desk.typed
        else _page(request, 401)
    )
    await answer(scope, receive, send)


def _page(request: Request, status: int) -> Response:
    """The page for a status, in the reader's language; a program gets it as a program reads it."""
    if _for_programs(request):
        return _problem(status)
    desk = at_desk(request)
    name = str(status) if status in _TITLED else "other"
    if desk.typed and getattr(request.state, "stale", False):
        return desk.page("again.html", status, typed=desk.typed)
    stranger = desk.who is None and not is_open(desk.path)
    return desk.page("refused.html", status, code=status, name=name, stranger=stranger, typed=desk.typed)


def _for_programs(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.startswith(API)


def _problem(status: int, detail: str = "") -> Response:
    """RFC 9457. Our own sentences only, never what was sent."""
    body = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status, headers, "application/problem+json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _for_programs(request):
        phrase = HTTPStatus(error.status_code).phrase
        return _problem(error.status_code, "" if error.detail == phrase else error.detail)
    desk = at_desk(request)
    if error.status_code == 403 and desk.path == "/login" and vouched(Headers(request.scope["headers"])):
        return await _login_again(request, desk)
    answer = _page(request, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _login_again(request: Request, desk: Desk) -> Response:
    """The token is of before another login in this browser: on to where the form led, or one with a good token."""
    to = (await fields(request)).get("to", "/")
    if desk.who is not None and desk.who.way in {"user", "password"}:
        return desk.again(desk.typed) if desk.typed else desk.go(to)
    return desk.page(
        "login.html", 403, to=desk.known(to), trouble="again", users=desk.store.users.any(), typed=desk.typed
    )


async def _not_understood(request: Request, error: Exception) -> Response:
    if _for_programs(request):
        assert isinstance(error, RequestValidationError)
        named = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'][:2])}: {one['msg']}" for one in error.errors()[:5]
        )
        return _problem(404 if all(one["loc"][0] == "path" for one in error.errors()) else 400, named)
    # A path that does not parse names nothing that is here; the rest is a form or query filled in wrongly.
    return _page(request, 404 if request.method == "GET" and not request.scope["query_string"] else 400)


async def _too_large(request: Request, _: Exception) -> Response:
    return _page(request, 413)


async def _no_store(request: Request, error: Exception) -> Response:
    # The path may hold a token; the route does not.
    _log.error("%s: %s", getattr(request.scope.get("route"), "path", "a page"), error)
    return _page(request, 503)


async def _broken(request: Request, _: Exception) -> Response:
    return _page(request, 500)
