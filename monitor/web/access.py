"""Who may see the pages, and who they are. Nobody, unless one of these holds:

    this machine     the connection comes from it, nothing says that a proxy stands between, and the pages were not
                     given a public address: whoever sits here, under the name they gave once (a cookie)
    a login          of a user (`monitor users`); a signed cookie remembers it until they have another password or role
    a password       MONITOR_WEB_PASSWORD, one for all; opens nothing once there are users
    a trusted proxy  the connection comes from MONITOR_WEB_PROXY and names the person in MONITOR_WEB_PROXY_USER
    a key            `Authorization: Bearer …` for programs, bound to a user; reads `FOR_PROGRAMS` and nothing else

and for the few addresses of `OPEN`, which show nothing of what is kept.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

from monitor.errors import MonitorError
from monitor.links import Links
from monitor.messages import visible
from monitor.settings import Settings
from monitor.store import Ended, Seal, User, Users
from monitor.web.headers import Headers

OPEN = (
    "/static/", "/healthz", "/metrics", "/login", "/language", "/mail/", "/sign-up", "/feeds/", "/favicon.ico",
    "/robots.txt",
)  # fmt: skip
"""Paths, and with a slash at the end what is below them, that are answered to anybody: they show nothing of what is
kept, or a signed token in the address is the key.
"""
FOR_PROGRAMS = ("/api/", "/feeds/", "/metrics")
"""What a key reads."""
SESSION, WHO, SEED, LANGUAGE, BROWSER = "session", "who", "seed", "language", "browser"
"""Our cookies."""
LASTS = timedelta(hours=12)
_HOST = re.compile(r"(?:(?P<name>[a-z0-9](?:[a-z0-9._-]{0,252}))|\[(?P<literal>[0-9a-f:.]{2,45})\])(?::[0-9]{1,5})?")
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
    """loopback | user | password | proxy | key"""
    session: str = ""
    """Names this login; forms are bound to it."""
    user: int = 0
    """Number of the user, if they are one."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of a request before any page is asked. `identity` None: a stranger.

    `wrong_key`: it came with a key that opens nothing. `unsure`: users could not be looked up.
    """

    ip: str
    secure: bool
    host: str
    identity: Identity | None = None
    wrong_key: bool = False
    unsure: bool = False

    @property
    def network(self) -> str:
        """What tries are counted by: an IPv4 address, or the /64 of an IPv6 one."""
        return network_of(self.ip)


class Access:
    """Tells who is asking, from the connection and its headers."""

    def __init__(self, settings: Settings, links: Links, users: Users, seal: Seal, ended: Ended) -> None:
        self._users, self._seal, self._ended = users, seal, ended
        self._proxies = settings.web_proxies
        self._user_header = settings.web_proxy_user.lower()
        self._proxy_role = settings.web_proxy_role
        self._password = settings.web_password.get_secret_value()
        public = urlsplit(settings.public_url).hostname or ""
        self._names = _LOOPBACK_NAMES | settings.web_names | ({public.lower()} if public else set())
        self.public = settings.web_public == "read"
        """Strangers may read what `public.may_reach` lists."""
        self.shared, self._guarded = settings.web_shared, settings.web_guarded
        # A new password ends every session, and a stolen backup (it has the secret, not the password) opens none.
        self._key = hmac.new(links.secret.encode(), self._password.encode(), hashlib.sha256).hexdigest()
        self._sessions = Links("", self._key)

    @property
    def password(self) -> str:
        """The hash of the password for all; empty without one, and once there are users."""
        return "" if not self._password or self._users.any() else self._password

    @property
    def guarded(self) -> bool:
        """Can somebody who does not sit at this machine log in?"""
        return self._guarded or self._users.any(enabled=True)

    @property
    def login(self) -> bool:
        """Is there anything the login page could let in?"""
        return bool(self._password) or self._users.any()

    def known_host(self, host: str, local: str) -> bool:
        """May the pages be asked for under this name? `local`: the address of ours that was connected to.

        A page elsewhere can point a name of its own at this machine (DNS rebinding), but not an address.
        """
        return host in self._names or (ip_of(host) is not None and host == local)

    def caller(
        self, headers: Headers, peer: str, local: str, scheme: str, now: datetime, path: str = "/"
    ) -> Caller | None:
        """None when the Host is none of ours."""
        host = host_of(headers.get("host"))
        if not self.known_host(host, local):
            return None
        proxied = self._is_proxy(peer)
        ip = self._forwarded_for(headers, peer) if proxied else peer
        secure = scheme == "https" or (proxied and headers.get("x-forwarded-proto").strip().lower() == "https")
        found = Caller(ip, secure, host)
        try:
            if (key := _key_in(headers)) and for_programs(path):
                identity = self._program(key)
                return replace(found, identity=identity, wrong_key=identity is None)
            return replace(found, identity=self._identity(headers, peer, host, proxied=proxied, secure=secure, now=now))
        except MonitorError:
            return replace(found, unsure=True)

    def _identity(
        self, headers: Headers, peer: str, host: str, *, proxied: bool, secure: bool, now: datetime
    ) -> Identity | None:
        cookies = cookie_parser(headers.get("cookie"))
        if proxied and self._user_header and (name := visible(headers.get(self._user_header)).strip()[:80]):
            return self._named(name)
        if (token := cookies.get(cookie_name(SESSION, secure=secure))) and (known := self.session(token, now)):
            return known
        if not proxied and not self.shared and self._sits_here(headers, peer, host):
            return Identity(self.name_in(cookies.get(cookie_name(WHO, secure=secure), "")), Role.ADMIN, "loopback")
        return None

    def session(self, token: str, now: datetime) -> Identity | None:
        """Who the cookie of a login belongs to; None when it opens nothing, or nothing any more."""
        shared = self._sessions.fresh("session", token, now, LASTS)
        own = None if shared else self._sealed(self._seal.read()).fresh("login", token, now, LASTS)
        if not (opened := shared or own) or self._ended.has(session := str(opened["id"])):
            return None
        if shared:
            return Identity(str(shared["name"]), Role.ADMIN, "password", session) if self.password else None
        user = self._bound(own)
        return Identity(user.name, role_of(user), "user", session, user.id) if user else None

    def _named(self, name: str) -> Identity | None:
        """Whom the proxy names: with the role of the user of that name, else with the usual one."""
        if (user := self._users.get(name)) is not None:
            return None if user.disabled else Identity(user.name, role_of(user), "proxy", user.name, user.id)
        if self._proxy_role == "none":
            return None
        usual = self._proxy_role or ("reader" if self._users.any() else "admin")
        return Identity(name, Role[usual.upper()], "proxy", name)

    def _program(self, key: str) -> Identity | None:
        user = self._bound(self._sealed(self._seal.read()).opened("key", key))
        return Identity(user.name, Role.READER, "key", "", user.id) if user else None

    def _bound(self, value: object) -> User | None:
        """The user something signed belongs to, unless they changed since."""
        if not isinstance(value, dict) or not isinstance(number := value.get("user"), int):
            return None
        user = self._users.numbered(number)
        fits = user is not None and hmac.compare_digest(user.stamp.encode(), str(value.get("stamp")).encode())
        return user if user is not None and fits and not user.disabled else None

    def _sealed(self, seal: str) -> Links:
        """Signs what opens the pages for one user. The seal is in no backup, as their hashes are."""
        # Without one nothing was ever signed: a key nobody knows.
        return Links("", f"{self._key}{seal}" if seal else secrets.token_hex(32))

    def key_for(self, user: User) -> str:
        """For programs: reads as this user, until they are disabled, removed, or have another password or role."""
        value = {"user": user.id, "stamp": user.stamp}
        return self._sealed(self._seal.made()).signed("key", value)

    def name_in(self, cookie: str) -> str:
        """The name somebody on this machine gave, from its cookie."""
        value = self._sessions.opened("who", cookie) if cookie else None
        return value if isinstance(value, str) else ""

    def name_cookie(self, name: str) -> str:
        return self._sessions.signed("who", name)

    def end_session(self, identity: Identity | None, now: datetime) -> None:
        """From now on its cookie opens nothing, wherever a copy of it lies. StorageError passes."""
        if identity is not None and identity.way in {"password", "user"}:
            self._ended.end(identity.session, now, now + LASTS)

    def known_browser(self, account: str, cookie: str) -> str:
        """The name of a browser that logged in to this account before; empty for any other."""
        found = self._sealed(self._seal.read()).opened("browser", cookie) if cookie else None
        fits = isinstance(found, list) and len(found) == 2 and found[0] == account
        return str(found[1]) if fits and isinstance(found, list) else ""

    def browser_cookie(self, account: str) -> str:
        """Opens nothing: its bearer's tries are counted apart from those of strangers."""
        return self._sealed(self._seal.made()).signed("browser", [account, secrets.token_urlsafe(12)])

    def open_session(self, name: str, now: datetime) -> str:
        """A session of its own for each login: a cookie somebody planted before it is worth nothing after it."""
        value = {"id": secrets.token_urlsafe(12), "name": name, "at": int(now.timestamp())}
        return self._sessions.signed("session", value)

    def open_login(self, user: User, now: datetime) -> str:
        """The same for a user; ends when they have another password or role, are disabled or removed."""
        value = {
            "id": secrets.token_urlsafe(12), "user": user.id, "stamp": user.stamp, "at": int(now.timestamp())
        }  # fmt: skip
        return self._sealed(self._seal.made()).signed("login", value)

    def many_behind(self, peer: str) -> bool:
        """Do the connections of many visitors come from this address? A proxy of ours, or one on this machine."""
        address = ip_of(peer)
        return self._is_proxy(peer) or (address is not None and address.is_loopback)

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


def for_programs(path: str) -> bool:
    """May a key be used there?"""
    return any(path.startswith(entry) if entry.endswith("/") else path == entry for entry in FOR_PROGRAMS)


def role_of(user: User) -> Role:
    return Role[user.role.upper()]


def _key_in(headers: Headers) -> str:
    """What stands behind `Bearer` (RFC 6750, 2.1); empty without it."""
    scheme, _, value = headers.get("authorization").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def is_this_machine(host: str) -> bool:
    """Is it a name of loopback?"""
    return host in _LOOPBACK_NAMES


def host_of(header: str) -> str:
    """The name in a Host header, without port and brackets, in small letters; empty when it is none (RFC 9110, 7.2).

    What is more than a name and a port – a path, a query, a user – is no host, whatever else can be read into it.
    """
    found = _HOST.fullmatch(header.lower())
    return (found["name"] or found["literal"] or "").rstrip(".") if found else ""


def ip_of(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that listens on IPv6 shows IPv4 peers as ::ffff:192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def network_of(ip: str) -> str:
    """An IPv4 address as it is, of an IPv6 one its /64: who has one of those has all of them."""
    address = ip_of(ip)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address) if address else ip


def cookie_name(name: str, *, secure: bool) -> str:
    """`__Host-` binds a cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-fw-{name}" if secure else f"fw-{name}"
