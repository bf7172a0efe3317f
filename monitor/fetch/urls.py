"""Addresses: read without being rewritten, so that a server sees what the watch list says.

URL libraries tidy up: they decode `%2B`, quote `,`, sort out dots. Some servers answer such a tidied address
with another page, or none. Here an address is only cut into its parts (RFC 3986, appendix B).
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import urljoin

import idna

from monitor.fetch.guard import is_disguised

MAX_LENGTH = 4096
DEFAULT_PORTS = {"http": 80, "https": 443}

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")


class AddressError(ValueError):
    """The text is no address that can be fetched; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address cut into what a request needs."""

    scheme: str
    """`http` or `https`."""
    host: str
    """Lower-case ASCII name, or an IP literal without brackets."""
    port: int
    target: str
    """Path and query as sent, ASCII, starting with a slash."""

    @property
    def netloc(self) -> str:
        """Host and port as in the Host header: brackets round IPv6, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        return self.origin + self.target

    @property
    def host_key(self) -> str:
        """`www.ai4belgium.be:443`: the name under which a host is remembered."""
        name = self.host.rstrip(".")
        return f"[{name}]:{self.port}" if ":" in name else f"{name}:{self.port}"


def parse(url: str) -> Address:
    """Cut an absolute web address into its parts. Raises AddressError."""
    if len(url) > MAX_LENGTH:
        raise AddressError(f"the address is longer than {MAX_LENGTH} characters")
    if _CONTROL.search(url):
        raise AddressError("the address holds a line break or another control character")
    match = _PARTS.fullmatch(url)
    assert match is not None, "every text matches"
    scheme, authority, path, query = (match[1] or "").lower(), match[2], match[3], match[4] or ""
    if scheme not in DEFAULT_PORTS:
        raise AddressError(
            f"only http and https addresses can be watched, not “{scheme}:”"
            if scheme
            else "the address does not start with https:// or http://"
        )
    if not authority:
        raise AddressError("the address names no host")
    if "@" in authority:
        raise AddressError("the address holds a user name or password before an @ sign")
    host, port = _host_and_port(authority, DEFAULT_PORTS[scheme])
    return Address(scheme, host, port, _sendable((path or "/") + query))


def _sendable(text: str) -> str:
    return _UNSENDABLE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), text)


def _host_and_port(authority: str, default: int) -> tuple[str, int]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{0,5}))?", authority, re.ASCII)
    if match is None:
        raise AddressError("the host or port of the address is not written correctly")
    port = int(match[2]) if match[2] else default
    if not 1 <= port <= 65535:
        raise AddressError(f"{port} is not a port number")
    name = match[1]
    if name.startswith("["):
        try:
            literal = IPv6Address(name[1:-1])
        except AddressValueError as error:
            raise AddressError(f"{name} is not an IPv6 address") from error
        if literal.scope_id is not None:
            raise AddressError(f"{name} is an address of the local link")
        return str(literal), port
    return _name(name), port


def _name(name: str) -> str:
    if not name:
        raise AddressError("the address names no host")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise AddressError(f"“{name}” is not a valid host name") from error
    name = name.lower()
    if not _NAME.fullmatch(name) or len(name) > 254 or any(len(label) > 63 for label in name.split(".")):
        raise AddressError(f"“{name[:80]}” is not a valid host name")
    if is_disguised(name):
        raise AddressError(f"{name} is an IP address in disguise, not a host name")
    return name


def request_url(url: str) -> str:
    """The address as sent: fragment dropped, scheme and host lower-case, host in IDNA form, a default port left out,
    blanks and non-ASCII characters percent-encoded as UTF-8. Path and query are otherwise as written.

    Raises AddressError (a ValueError) when there is nothing that could be sent.
    """
    return parse(url).url


def check_url(url: str) -> str | None:
    """Why an address cannot be watched, in one line; None when it can."""
    try:
        parse(url)
    except AddressError as error:
        return str(error)
    return None


def host_key(url: str) -> str:
    """`www.ai4belgium.be:443` for an address. Raises AddressError."""
    return parse(url).host_key


def redirected(base: Address, location: str) -> str:
    """The absolute address a Location header means (RFC 3986 §5.2); an absolute one is left as written."""
    location = location.strip(" \t")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location):
        return location
    try:
        return urljoin(base.url, location)
    except ValueError as error:
        raise AddressError("the server redirects to something that is not an address") from error
