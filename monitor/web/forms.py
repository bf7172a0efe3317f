"""Every request that writes proves that it was made on a page of ours, by somebody who may."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request, params
from starlette.datastructures import FormData, UploadFile

from monitor.web.access import Role, host_of, is_open, is_this_machine
from monitor.web.desk import AtDesk, Desk
from monitor.web.headers import Headers
from monitor.web.typed import carried, typed

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "token", "X-Token"
BY_LINK = frozenset({"/mail/unsubscribe/{token}"})
"""Paths to which a mail program posts by itself (RFC 8058): the signed link is the proof."""

PERSONAL = frozenset({"/logout", "/name"})
"""What concerns nobody else: readers may."""

ENTRANCES = frozenset({"/login", "/name"})
"""Forms that may carry another one's text."""


async def proven(request: Request, desk: AtDesk) -> None:
    """Asked before every view. 403 for a write without the form token, from elsewhere, or by a mere reader."""
    if request.method in SAFE:
        return
    if getattr(request.scope.get("route"), "path", "") in BY_LINK:
        return
    if desk.who is not None and desk.who.way == "key":
        raise HTTPException(403)
    headers = Headers(request.scope["headers"])
    if not from_here(headers):
        raise HTTPException(403)
    token = request.headers.get(HEADER) or (await fields(request)).get(FIELD, "")
    good = desk.good_token(token)
    if good or vouched(headers):
        await note_typed(request, desk)
    if not good:
        request.state.stale = True
        raise HTTPException(403)
    path = desk.path
    if not is_open(path) and path not in PERSONAL and not desk.may(Role.REVIEWER):
        raise HTTPException(403)


def from_here(headers: Headers) -> bool:
    """Does the browser say that a page of ours made this request? One that says nothing at all may be no browser."""
    if origin := headers.get("origin"):
        return _same(origin, headers)
    if site := headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    referer = headers.get("referer")
    return not referer or _same(referer, headers)


def vouched(headers: Headers) -> bool:
    """Does the browser say so, in so many words? Only then is anything given back that came without a good token."""
    named = ("origin", "sec-fetch-site", "referer")
    return from_here(headers) and headers.get("sec-fetch-site") != "none" and any(headers.get(one) for one in named)


async def note_typed(request: Request, desk: Desk) -> None:
    """Remembers what was typed until the answer is made, whatever that will be."""
    pairs = (await _form(request)).multi_items()
    referer = urlsplit(request.headers.get("referer", ""))
    page = desk.known(referer.path + (f"?{referer.query}" if referer.query else ""))
    entrance = desk.path in ENTRANCES
    request.state.typed = carried(pairs) if entrance else typed(desk.path, page, pairs)


def _same(url: str, headers: Headers) -> bool:
    """The same host, and on this machine the same port: other programs have pages here, too. Behind a proxy, only the
    host is what the browser saw.
    """
    asked = headers.get("host")
    try:
        ours, theirs = urlsplit(f"//{asked}"), urlsplit(url)
        same = not is_this_machine(host_of(asked)) or theirs.port == ours.port
    except ValueError:
        return False
    return same and theirs.scheme in {"http", "https"} and theirs.hostname == ours.hostname


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form that are text; the last of those with the same name."""
    return {name: value for name, value in (await _form(request)).multi_items() if isinstance(value, str)}


async def _form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=500)


class Form:
    """What was filled in."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def get(self, name: str, most: int = 2000) -> str:
        """A field's text, without blanks around it; empty when it is not there. ValueError is never raised."""
        value = self._data.get(name, "")
        return "" if isinstance(value, UploadFile) else value.strip()[:most]

    def raw(self, name: str, most: int) -> str:
        """A field as it was typed, blanks around it too: a password."""
        value = self._data.get(name, "")
        return "" if isinstance(value, UploadFile) else value[:most]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be given several times (check boxes)."""
        return tuple(value for value in self._data.getlist(name) if isinstance(value, str))

    def on(self, name: str) -> bool:
        return bool(self.get(name))


async def filled(request: Request) -> Form:
    return Form(await _form(request))


Filled = Annotated[Form, Depends(filled)]
"""A view that takes a form says `form: Filled`."""


def needs(role: Role) -> params.Depends:
    """For views that ask for more than reading: `dependencies=[needs(Role.ADMIN)]`."""

    def check(desk: AtDesk) -> None:
        if not desk.may(role):
            raise HTTPException(403)

    return params.Depends(check)
