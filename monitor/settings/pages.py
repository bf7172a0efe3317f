"""The settings of the web pages: where they are served, and who may see them."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from monitor.settings.values import RefusedError, is_loopback, web_address

OFF = "off"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages listen. Port 0: any that is free."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Only this machine can reach it."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class PageSettings(BaseSettings):
    """Part of `Settings`."""

    public_url: str = ""
    """Where the web pages can be reached by the readers of the mail; empty: mail has no links to them."""
    web: str = "127.0.0.1:8000"
    """Where `monitor run` serves the pages: `host:port`, or `off`."""
    web_hosts: str = ""
    """Further names under which the pages may be asked for, with commas between them."""
    web_password: SecretStr = SecretStr("")
    """The hash that `monitor web password` prints; who knows the password may see the pages from elsewhere."""
    web_proxy: str = ""
    """Address ranges of the proxy in front of the pages, with commas between them; its X-Forwarded-… are believed."""
    web_proxy_user: str = ""
    """The header in which that proxy says who has logged in, such as `Remote-User`."""
    web_proxy_role: Literal["", "none", "reader", "reviewer", "admin"] = ""
    """What people may whom that proxy names and who are no users here; `none`: nothing. Empty: `reader`, and `admin` as
    long as there are no users."""
    web_public: Literal["", "read"] = ""
    """`read`: strangers may look at what changed, without whole texts and without names of people."""
    sign_up: bool = False
    """Anybody who reaches the pages may subscribe an address; it is confirmed by mail."""

    @property
    def web_place(self) -> Place | None:
        """Where the daemon serves the pages; None: nowhere."""
        return None if self.web == OFF else place(self.web)

    @property
    def web_names(self) -> frozenset[str]:
        """The names in `web_hosts`, in small letters."""
        return frozenset(name.lower().strip("[]") for name in _listed(self.web_hosts))

    @property
    def web_proxies(self) -> tuple[Network, ...]:
        return tuple(_network(text) for text in _listed(self.web_proxy))

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, text: str) -> str:
        found = web_address(text.strip()).rstrip("/")
        parts = urlsplit(found)
        if parts.path or parts.query or parts.fragment:
            # Cookies, and the rules that keep stored pages apart, belong to a whole host.
            hint = f"such as {parts.scheme}://watch.example.org"
            raise RefusedError("has a path: the pages need a host of their own", hint)
        return found

    @property
    def web_guarded(self) -> bool:
        """Can somebody who does not sit at this machine log in?"""
        return bool(self.web_password.get_secret_value()) or bool(self.web_proxies and self.web_proxy_user)

    @property
    def web_shared(self) -> bool:
        """Do the pages have a public address? Then a connection from this machine may be anybody's, through a proxy."""
        host = urlsplit(self.public_url).hostname or ""
        return bool(host) and not is_loopback(host)

    @model_validator(mode="after")
    def _confirmed_somewhere(self) -> "PageSettings":
        if self.sign_up and not self.public_url:
            raise RefusedError("is needed for MONITOR_SIGN_UP", "such as https://watch.example.org",
                               where="MONITOR_PUBLIC_URL")  # fmt: skip
        return self

    @model_validator(mode="after")
    def _public_somewhere(self) -> "PageSettings":
        # Without it a proxy on this machine may look like a person here.
        if self.web_public and not self.web_shared:
            raise RefusedError("with a name that is not this machine's own is needed for MONITOR_WEB_PUBLIC", "such as https://watch.example.org",
                               where="MONITOR_PUBLIC_URL")  # fmt: skip
        return self

    @field_validator("web")
    @classmethod
    def _web(cls, text: str) -> str:
        text = text.strip()
        if text.lower() == OFF:
            return OFF
        return str(place(text))

    @field_validator("web_hosts")
    @classmethod
    def _web_hosts(cls, text: str) -> str:
        if not all(_NAME.fullmatch(name) for name in _listed(text)):
            raise RefusedError("has something that is not the name of a host", "such as watch.example.org")
        return text.strip()

    @field_validator("web_password")
    @classmethod
    def _web_password(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value().strip()
        if text and not re.fullmatch(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+", text):
            raise RefusedError("is not a hash of a password", "monitor web password makes one")
        return SecretStr(text)

    @field_validator("web_proxy")
    @classmethod
    def _web_proxy(cls, text: str) -> str:
        for part in _listed(text):
            _network(part)
        return text.strip()

    @field_validator("web_proxy_user")
    @classmethod
    def _web_proxy_user(cls, text: str) -> str:
        text = text.strip()
        if text and not _HEADER.fullmatch(text):
            raise RefusedError("is not the name of a header", "such as Remote-User")
        return text


def place(text: str) -> Place:
    """`127.0.0.1:8000`, `[::1]:8000`, `localhost:0`. Raises RefusedError."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not _NAME.fullmatch(host) or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise RefusedError("is not an address to listen on", "such as 127.0.0.1:8000, or off")
    return Place(host.strip("[]"), int(port))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise RefusedError("has something that is not a range of addresses", "such as 10.0.0.0/8") from None
