"""What a view works with: `House`, one for the application, and `Desk`, one for each request."""

import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.routing import Match

from monitor.links import Links
from monitor.messages.gaps import SHOWN, gap_lines
from monitor.model import Source
from monitor.services.health import RECENT_GAP, Overdue, overdue
from monitor.store import Store
from monitor.web.access import LANGUAGE, SEED, Access, Caller, Identity, Role, cookie_name
from monitor.web.attempts import Attempts
from monitor.web.password import Verify, verify
from monitor.web.public import NAV, may_reach
from monitor.web.statics import Statics
from monitor.web.typed import Typed
from monitor.web.wording import NAMES, PageWords, Wording
from monitor.wiring import App

YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the bar on top. `title` is a key of the catalogue; small `place` comes first.

    A view module says `NAV = NavItem("/sources", "sources.title", 20)`.
    """

    path: str
    title: str
    place: int
    role: Role = Role.READER
    """Shown to those who may."""


@dataclass(frozen=True)
class House:
    """What all requests share."""

    app: App
    access: Access
    links: Links
    wording: Wording
    templates: Environment
    statics: Statics
    tries: Attempts
    """Logins and looks, counted."""
    logins: Attempts
    """Of one network, whatever the account."""
    strangers: Attempts
    """Logins for one account, of all networks together, by browsers that never logged in to it."""
    bursts: Attempts
    """Logins of one network that were refused as too many: the log of what was done has one line of it an hour."""
    sign_ups: Attempts
    """Of one network, and of all together: nobody's mailbox is filled from here."""
    all_sign_ups: Attempts
    nav: tuple[NavItem, ...] = ()
    routes: tuple[APIRoute, ...] = ()
    verify: Verify = verify
    """Compares a password with a hash."""


@dataclass
class Desk:
    """One request's view of the house."""

    house: House
    request: Request
    caller: Caller
    t: PageWords
    _fresh: str = field(default="")
    """A seed for the form token, made now, to be given to the browser with the page."""

    @property
    def store(self) -> Store:
        """Blocking: a view that uses it is a plain `def`, which FastAPI calls in a thread."""
        return self.house.app.store

    @property
    def now(self) -> datetime:
        return self.house.app.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """In which times are shown."""
        return self.house.app.settings.zone

    @property
    def who(self) -> Identity | None:
        return self.caller.identity

    @property
    def public(self) -> bool:
        """Is this a stranger who may read? Then no whole text, no name, no form, and nothing is written."""
        return self.who is None and self.house.access.public

    @property
    def formless(self) -> bool:
        """A page that a cache may give to other strangers: no form on it, and no cookie with it."""
        return self.public and may_reach(self.request.method, self.path)

    def may_see(self, source: Source | None) -> bool:
        """Its stored copies and whole texts: people who are known here, and strangers where it may be republished."""
        return self.who is not None or (self.public and source is not None and source.republish)

    @property
    def path(self) -> str:
        """The path that was routed. Never from `request.url`: a header has a part in that."""
        path: str = self.request.scope["path"]
        return path

    @property
    def origin(self) -> str:
        """Under which name these pages were asked for: `https://watch.example`. The gate let only names of ours in."""
        return f"{'https' if self.caller.secure else 'http'}://{self.request.headers['host']}"

    @property
    def base(self) -> str:
        """Where these pages are: the public address, else the one of this request."""
        return self.house.links.public_url or self.origin

    @property
    def here(self) -> str:
        """The address of this page, for forms that come back to it; home when this is no page (a form was wrong)."""
        return asked_for(self.request) if self.request.method == "GET" else "/"

    def is_in(self, path: str) -> bool:
        """Does this page belong to an entry of the bar on top?"""
        own = self.path
        return own == path or (path != "/" and own.startswith(path + "/"))

    def note(self, what: str, target: str, detail: str = "") -> None:
        """A line in the log of what was done (`/audit`). Nothing secret, and no notes' texts."""
        by = self.who.name or f"({self.who.way})" if self.who else ""
        self.store.audit.note(by, what, target, detail, self.now)

    def may(self, role: Role) -> bool:
        return self.who is not None and self.who.role >= role

    @property
    def overdue(self) -> Overdue | None:
        """What every page says on top when nobody looks; nothing to people who may not see the pages."""
        return overdue(self.store, self.now) if self.who or self.public else None

    def gap_lines(self, source_id: str = "", *, lately: bool = False) -> tuple[str, ...]:
        """The newest times in which nobody looked – at this source, or at any –, oldest first. `lately`: those alone
        that ended in the last days.
        """
        found = self.store.gaps.newest(self.now, SHOWN, source_id)
        shown = [gap for gap in found[::-1] if not lately or self.now - gap.until < RECENT_GAP]
        return gap_lines(shown, self.t.mail, self.zone)

    # --- answers ----------------------------------------------------------------------------------------------------

    def page(self, template: str, status: int = 200, /, **context: Any) -> Response:
        """A page from `templates/`. The templates see `desk`, `t` and what is given here."""
        answer = HTMLResponse(self.text_of(template, **context), status)
        if context.get("typed"):
            # It is in nobody's cache, not even in the browser's.
            answer.headers["cache-control"] = "no-store"
        return self.dressed(answer)

    def text_of(self, template: str, /, **context: Any) -> str:
        """A rendered template."""
        everywhere = {"desk": self, "t": self.t, "public_nav": NAV, "languages": NAMES, "house": self.house}
        return self.house.templates.get_template(template).render({**everywhere, **context})

    def go(self, path: str) -> Response:
        """To a page of ours, after a form was handled (303: with GET). Anything else than a known path leads home."""
        return self.dressed(RedirectResponse(self.known(path), 303))

    def takes(self, path: str) -> bool:
        """Is it the path of a form of ours?"""
        asked = {"type": "http", "path": path, "method": "POST", "root_path": "", "headers": []}
        return any(route.matches(asked)[0] is Match.FULL for route in self.house.routes)

    def become(self, identity: Identity | None) -> None:
        """For the rest of this request: somebody who just logged in, or gave a name."""
        self.caller = replace(self.caller, identity=identity)

    @property
    def typed(self) -> Typed | None:
        """What was typed into the form that came, if it is worth giving back."""
        found: Typed | None = getattr(self.request.state, "typed", None)
        return found if found is not None and self.takes(found.where) else None

    def again(self, typed: Typed) -> Response:
        """The form once more, with what was typed."""
        return self.page("again.html", typed=typed)

    def known(self, path: str) -> str:
        """The path, if it is one of ours that can be looked at; else the first page's."""
        plain = unquote(path.partition("?")[0])
        clean = path.startswith("/") and not path.startswith("//") and path.isascii() and path.isprintable()
        if not clean or "\\" in path or len(path) > 2000:
            return "/"
        asked = {"type": "http", "path": plain, "method": "GET", "root_path": "", "headers": []}
        found = any(route.matches(asked)[0] is Match.FULL for route in self.house.routes)
        return path if found else "/"

    def dressed(self, response: Response) -> Response:
        """With the cookie that the form token on the page goes with."""
        if self._fresh:
            self.set_cookie(response, SEED, self._fresh, 30 * 24 * 3600)
        return response

    # --- cookies and forms ------------------------------------------------------------------------------------------

    def cookie(self, name: str) -> str:
        return self.request.cookies.get(cookie_name(name, secure=self.caller.secure), "")

    def set_cookie(self, response: Response, name: str, value: str, seconds: int = YEAR) -> None:
        """`seconds` 0: forgotten."""
        response.set_cookie(
            cookie_name(name, secure=self.caller.secure), value, max_age=seconds,
            path="/", secure=self.caller.secure, httponly=True, samesite="lax",
        )  # fmt: skip

    def new_seed(self) -> None:
        """Form tokens given out before count no more for this browser."""
        self._fresh = secrets.token_urlsafe(16)

    @property
    def token(self) -> str:
        """The form token (CSRF): bound to this browser and to this login."""
        seed = self._fresh or self.cookie(SEED)
        if not seed:
            self.new_seed()
            seed = self._fresh
        return self._token(seed)

    def good_token(self, token: str) -> bool:
        seed = self.cookie(SEED)
        return bool(seed) and hmac.compare_digest(self._token(seed).encode(), token.encode())

    def _token(self, seed: str) -> str:
        session = self.who.session if self.who else ""
        return hmac.new(self.house.links.secret.encode(), f"form\0{seed}\0{session}".encode(), "sha256").hexdigest()


def asked_for(request: Request) -> str:
    """Path and query as they were asked for."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


def at_desk(request: Request) -> Desk:
    """The dependency. A view says `desk: AtDesk`."""
    if (made := getattr(request.state, "desk", None)) is None:
        house: House = request.app.state.house
        caller: Caller = request.state.caller
        cookie = request.cookies.get(cookie_name(LANGUAGE, secure=caller.secure), "")
        words = house.wording.choose(cookie, request.headers.get("accept-language", ""))
        made = request.state.desk = Desk(house, request, caller, words)
    desk: Desk = made
    return desk


AtDesk = Annotated[Desk, Depends(at_desk)]
