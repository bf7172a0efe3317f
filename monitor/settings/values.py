"""What single settings may be: lengths of time, web addresses, the URL of a mail server. A value that cannot be used is
refused in words that do not repeat it.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

HIDDEN = "***"
_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?(ms|s|m)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, None: 1.0}


class RefusedError(ValueError):
    """A value that cannot be used: what is wrong, and what to do."""

    def __init__(self, what: str, hint: str = "", *, where: str = "") -> None:
        self.what, self.hint, self.where = what, hint, where
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `security`: tls from the first byte, starttls, or none (loopback only)."""

    security: Literal["tls", "starttls", "none"]
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: SecretStr = field(default=SecretStr(""))


def seconds(value: object) -> object:
    """`2s`, `500ms`, `1.5`, `1m`; whatever is not a text is left to pydantic."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise RefusedError("is not a length of time", "such as 2s or 1m")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def mask(text: str) -> str:
    """A secret as it may be printed: the scheme, host and port of a URL, nothing else."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return HIDDEN
    if not parts.scheme or not host:
        return HIDDEN
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    user = f"{HIDDEN}:{HIDDEN}@" if "@" in parts.netloc else ""
    rest = f"/{HIDDEN}" if parts.path.strip("/") or parts.query or parts.fragment else ""
    return f"{parts.scheme}://{user}{place}{rest}"


def smtp_server(url: str) -> SmtpServer | None:
    """The server of an SMTP URL; None when empty. TLS is required off loopback."""
    if not url.strip():
        return None
    forms = "smtps://user:password@host:465, smtp+starttls://user:password@host:587 or smtp://127.0.0.1:25"
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
        hint = f"{forms}; in a password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25"
        raise RefusedError("is not the URL of a mail server", hint)
    if parts.scheme == "smtp" and not is_loopback(host):
        raise RefusedError("would send mail unencrypted", "use smtps:// or smtp+starttls:// for a server elsewhere")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password) or not (user + password).isprintable():
        raise RefusedError("has a user without a password, or the other way round", forms)
    if "\ufffd" in user + password:
        raise RefusedError("has a user or password that is not UTF-8", "write é as it is, or as %C3%A9 and not as %E9")
    security: Literal["tls", "starttls", "none"] = "none"
    if parts.scheme != "smtp":
        security = "tls" if parts.scheme == "smtps" else "starttls"
    return SmtpServer(security, host, port or _PORTS[parts.scheme], user, SecretStr(password))


_NAMED = re.compile(r"(?P<name>[^<>]{0,300})<(?P<address>[^<>]{0,320})>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def named_address(text: str) -> tuple[str, str]:
    """A name and an address as people write them. `Desk, AI & Law <watch@example.org>` has a comma in its name: RFC
    5322 wants it in quotes there, and `email.utils.parseaddr` takes it for two addresses.
    """
    text = text.strip()
    if (found := _NAMED.fullmatch(text)) is None:
        return parseaddr(text)
    name = found["name"].strip()
    if _QUOTED.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, found["address"].strip()


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def web_address(text: str) -> str:
    """The text when it is empty or an http(s) address without user name."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or not text.isprintable() or " " in text:
        raise RefusedError("is not a web address", "such as https://watch.example.org")
    if "@" in parts.netloc:
        raise RefusedError("has a user name or password in it", "remove everything from :// up to and with the @")
    return text
