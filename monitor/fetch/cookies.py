"""Cookies of one journey: what a redirect sets is sent back on the way, to the same host, and then forgotten.

Many sites answer the first request with a cookie and a redirect to the same address, and refuse whoever comes back
without it. Scoped by host, path and Secure (RFC 6265 §5), narrower in one thing: a cookie for a whole domain is kept
for the host that set it, so that nothing a host gave is ever sent to another.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.fetch.urls import Address

MOST = 50
LONGEST = 4096
"""Name and value together, in bytes (RFC 6265 §6.1)."""
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Cookie:
    name: str
    value: str
    host: str
    path: str
    secure: bool


class CookieJar:
    """Belongs to one journey. Nothing of it is stored."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}

    def take(self, at: Address, lines: tuple[str, ...], now: datetime) -> None:
        """Keep what the Set-Cookie lines of an answer from `at` set; what makes no sense is passed over."""
        for line in lines:
            cookie, gone = _read(line, at, now)
            if cookie is None:
                continue
            key = (cookie.host, cookie.path, cookie.name)
            self._cookies.pop(key, None)
            if not gone and len(self._cookies) < MOST:
                self._cookies[key] = cookie

    def header(self, to: Address) -> str:
        """The Cookie header of a request; empty when there is nothing to send. Longer paths first (§5.4)."""
        path = to.target.partition("?")[0]
        fit = [c for c in self._cookies.values() if c.host == to.host and _under(path, c.path)]
        fit = [c for c in fit if not c.secure or to.scheme == "https"]
        return "; ".join(f"{c.name}={c.value}" if c.name else c.value for c in sorted(fit, key=lambda c: -len(c.path)))


def _read(line: str, at: Address, now: datetime) -> tuple[_Cookie | None, bool]:
    """The cookie of one line and whether it is to be forgotten; None when the line sets none that we may keep."""
    pair, *attributes = line.split(";")
    name, equals, value = pair.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", pair.strip())
    if not (name or value) or _UNSENDABLE.search(name + value) or len((name + value).encode()) > LONGEST:
        return None, False
    said = {key.strip().lower(): word.strip() for key, _, word in (a.partition("=") for a in attributes)}
    domain = said.get("domain", "").lstrip(".").lower()
    if domain and at.host != domain and not at.host.endswith("." + domain):
        return None, False
    secure = "secure" in said
    if secure and at.scheme != "https":
        return None, False
    path = said.get("path", "")
    default = at.target.partition("?")[0].rpartition("/")[0] or "/"
    return _Cookie(name, value, at.host, path if path.startswith("/") else default, secure), _over(said, now)


def _over(said: dict[str, str], now: datetime) -> bool:
    age = said.get("max-age", "")
    if re.fullmatch(r"-?\d+", age):
        return age.startswith("-") or not int(age[:12])
    try:
        until = parsedate_to_datetime(said["expires"].replace("-", " ")) if "expires" in said else None
    except ValueError:
        return False
    return until is not None and (until if until.tzinfo else until.replace(tzinfo=UTC)) <= now


def _under(path: str, scope: str) -> bool:
    """RFC 6265 §5.1.4."""
    return path == scope or (path.startswith(scope) and (scope.endswith("/") or path[len(scope)] == "/"))
