"""Which addresses may be connected to: the public internet, and nothing of our own network.

A watched page, a redirect or a name server may point at the machine itself, the local network or a cloud's metadata
service (server-side request forgery). The check looks at the number a connection is about to be made to, never at
a name. `ipaddress.is_global` is not enough: it calls 224.0.0.1, 64:ff9b::7f00:1, 2002:7f00:1:: and fec0::1 global.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, IANA IPv6 Global Unicast assignments,
RFC 6052 (NAT64), RFC 5214 (ISATAP).
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_V4 = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this machine"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "a cloud's own service"),
        ("169.254.0.0/16", "the local link or a cloud's metadata service"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a range reserved for protocols"),
        ("192.0.2.0/24", "a range for documentation"),
        ("192.31.196.0/24", "a range reserved for name servers"),
        ("192.52.193.0/24", "a range reserved for multicast relays"),
        ("192.88.99.0/24", "a range of former 6to4 relays"),
        ("192.168.0.0/16", "a private network"),
        ("192.175.48.0/24", "a range reserved for name servers"),
        ("198.18.0.0/15", "a range for measurements"),
        ("198.51.100.0/24", "a range for documentation"),
        ("203.0.113.0/24", "a range for documentation"),
        ("224.0.0.0/4", "a multicast range"),
        ("240.0.0.0/4", "a reserved range"),
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""Everything outside is local, multicast, reserved or a translation of IPv4."""

_NOT_PUBLIC_V6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "a range reserved for protocols (Teredo among them)"),
        ("2001:db8::/32", "a range for documentation"),
        ("2002::/16", "a 6to4 address"),
        ("2620:4f:8000::/48", "a range reserved for name servers"),
        ("3ffe::/16", "a range of a former test network"),
        ("3fff::/20", "a range for documentation"),
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")


def why_not_public(literal: str) -> str:
    """What kind of inner or reserved address an IP literal is; empty for one on the public internet.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64, ISATAP) is judged by that one too.
    """
    try:
        address = ip_address(literal)
    except ValueError:
        return "not an IP address"
    return _v4(address) if isinstance(address, IPv4Address) else _v6(address)


def _v4(address: IPv4Address) -> str:
    return next((what for network, what in _NOT_PUBLIC_V4 if address in network), "")


def _v6(address: IPv6Address) -> str:
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if address.scope_id is not None:
        return "an address of the local link"
    if address.ipv4_mapped is not None or address in _NAT64:
        return _v4(low)
    if address not in _GLOBAL_UNICAST:
        return "this machine" if int(address) <= 1 else "an address outside the public IPv6 range"
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP and (inner := _v4(low)):
        return inner
    return next((what for network, what in _NOT_PUBLIC_V6 if address in network), "")


def is_literal(host: str) -> bool:
    """Whether a host is an IP address in its usual form."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_disguised(host: str) -> bool:
    """Whether a host is a number in an unusual form: `2130706433`, `0x7f.1`, `0177.0.0.1`.

    Resolvers read such hosts as IPv4 addresses (inet_aton), and no public name ends in a number (RFC 1123 §2.1).
    """
    last = host.rstrip(".").rpartition(".")[2]
    return bool(_NUMERIC_LABEL.fullmatch(last)) and not is_literal(host)


class Guard:
    """The address policy with its exceptions.

    `exceptions` are exact (ip, port) pairs that may be connected to although they are not public. They come
    from the composition root only; no setting opens an inner address.
    """

    def __init__(self, exceptions: Iterable[tuple[str, int]] = ()) -> None:
        self._exceptions = frozenset(exceptions)

    def refusal(self, literal: str, port: int) -> str:
        """Why this literal and port must not be connected to; empty when they may be."""
        if (literal, port) in self._exceptions:
            return ""
        return why_not_public(literal)
