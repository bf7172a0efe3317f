"""Who may see the pages, and who they are. Nobody, unless one of these holds:

    this machine     the connection comes from it, nothing says that a proxy stands between, and the pages were not
                     given a public address: whoever sits here, under the name they gave once (a cookie)
    a password       MONITOR_WEB_PASSWORD; a signed cookie remembers the login
    a trusted proxy  the connection comes from MONITOR_WEB_PROXY and names the person in MONITOR_WEB_PROXY_USER

and for the few addresses of `OPEN`, which show nothing of what is kept.
"""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

from monitor.links import Links
from monitor.messages import visible
from monitor.settings import Settings
from monitor.web.headers import Headers

OPEN = (
    "/static/", "/healthz", "/metrics", "/login", "/language", "/mail/", "/sign-up", "/feeds/", "/favicon.ico",
    "/robots.txt",
)  # fmt: skip
"""Paths, and with a slash at the end what is below them, that are answered to anybody: they show nothing of what is
kept, or a signed token in the address is the key.
"""
SESSION, WHO, SEED, LANGUAGE = "session", "who", "seed", "language"
"""Our cookies."""
LASTS = timedelta(hours=12)
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_BETWEEN = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers that only a proxy sends."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Role(IntEnum):
    """What somebody may do; each includes the ones before."""

    READER = 1
    REVIEWER = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. `name` is empty until somebody on this machine has given one."""

    name: str
    role: Role
    way: str
    """loopback | password | proxy"""
    session: str = ""
    """Names this login; forms are bound to it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of a request before any page is asked. `identity` None: a stranger."""

    ip: str
    secure: bool
    host: str
    identity: Identity | None = None

    @property
    def network(self) -> str:
        """What tries are counted by: an IPv4 address, or the /64 of an IPv6 one."""
        address = ip_of(self.ip)
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, 64), strict=False))
        return self.ip


class Access:
    """Tells who is asking, from the connection and its headers."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._proxies = settings.web_proxies
        self._user_header = settings.web_proxy_user.lower()
        self.password = settings.web_password.get_secret_value()
        public = urlsplit(settings.public_url).hostname or ""
        self._names = _LOOPBACK_NAMES | settings.web_names | ({public.lower()} if public else set())
        self.shared, self.guarded = settings.web_shared, settings.web_guarded
        # A new password ends every session, and a stolen backup (it has the secret, not the password) opens none.
        key = hmac.new(links.secret.encode(), self.password.encode(), hashlib.sha256).hexdigest()
        self._sessions = Links("", key)

    def known_host(self, host: str, local: str) -> bool:
        """May the pages be asked for under this name? `local`: the address of ours that was connected to.

        A page elsewhere can point a name of its own at this machine (DNS rebinding), but not an address.
        """
        return host in self._names or (ip_of(host) is not None and host == local)

    def caller(self, headers: Headers, peer: str, local: str, scheme: str, now: datetime) -> Caller | None:
        """None when the Host is none of ours."""
        host = host_of(headers.get("host"))
        if not self.known_host(host, local):
            return None
        proxied = self._is_proxy(peer)
        ip = self._forwarded_for(headers, peer) if proxied else peer
        secure = scheme == "https" or (proxied and headers.get("x-forwarded-proto").strip().lower() == "https")
        return Caller(ip, secure, host, self._identity(headers, peer, host, proxied=proxied, secure=secure, now=now))

    def _identity(
        self, headers: Headers, peer: str, host: str, *, proxied: bool, secure: bool, now: datetime
    ) -> Identity | None:
        cookies = cookie_parser(headers.get("cookie"))
        if proxied and self._user_header and (name := visible(headers.get(self._user_header)).strip()[:80]):
            return Identity(name, Role.ADMIN, "proxy", name)
        if self.password and (token := cookies.get(cookie_name(SESSION, secure=secure))):
            session = self._sessions.fresh("session", token, now, LASTS)
            if session:
                return Identity(str(session["name"]), Role.ADMIN, "password", str(session["id"]))
        if not proxied and not self.shared and self._sits_here(headers, peer, host):
            return Identity(self.name_in(cookies.get(cookie_name(WHO, secure=secure), "")), Role.ADMIN, "loopback")
        return None

    def name_in(self, cookie: str) -> str:
        """The name somebody on this machine gave, from its cookie."""
        value = self._sessions.opened("who", cookie) if cookie else None
        return value if isinstance(value, str) else ""

    def name_cookie(self, name: str) -> str:
        return self._sessions.signed("who", name)

    def open_session(self, name: str, now: datetime) -> str:
        """A session of its own for each login: a cookie somebody planted before it is worth nothing after it."""
        value = {"id": secrets.token_urlsafe(12), "name": name, "at": int(now.timestamp())}
        return self._sessions.signed("session", value)

    def _is_proxy(self, peer: str) -> bool:
        address = ip_of(peer)
        return address is not None and any(address in network for network in self._proxies)

    def _forwarded_for(self, headers: Headers, peer: str) -> str:
        """The last address in X-Forwarded-For that is not a proxy of ours: what stands before it can be invented."""
        named = [part.strip() for part in headers.get("x-forwarded-for").split(",") if part.strip()]
        return next((ip for ip in reversed(named) if ip_of(ip) and not self._is_proxy(ip)), peer)

    @staticmethod
    def _sits_here(headers: Headers, peer: str, host: str) -> bool:
        address = ip_of(peer)
        loopback = address is not None and address.is_loopback
        return loopback and host in _LOOPBACK_NAMES and not any(headers.get(name) for name in _BETWEEN)


def is_open(path: str) -> bool:
    return any(path.startswith(entry) if entry.endswith("/") else path == entry for entry in OPEN)


def is_this_machine(host: str) -> bool:
    """Is it a name of loopback?"""
    return host in _LOOPBACK_NAMES


def host_of(header: str) -> str:
    """The name in a Host header, without port and brackets, in small letters."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def ip_of(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that listens on IPv6 shows IPv4 peers as ::ffff:192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def cookie_name(name: str, *, secure: bool) -> str:
    """`__Host-` binds a cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-fw-{name}" if secure else f"fw-{name}"
