"""The headers of a request as it came, and those that go with every answer."""

from collections.abc import Iterable

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content-Security-Policy of our own pages: nothing inline, nothing from elsewhere, in nobody's frame."""
KEPT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "frame-ancestors 'self'; base-uri 'none'"
)
"""Of a stored page: it is only looked at. No script, no form, no request, and no part of our origin."""

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: browsers then send `Origin: null` with a form.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"),
    (b"x-frame-options", b"DENY"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"cache-control", b"private, no-cache"),
)
"""Added to every answer that does not say otherwise."""


class Headers:
    """Of a request, by name in small letters; "" for one that is not there. The first counts, except for lists."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in raw:
            self._all.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    def get(self, name: str) -> str:
        values = self._all.get(name, [])
        return ("; " if name == "cookie" else ", ").join(values)


def completed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with `ALWAYS` added."""
    own = list(headers)
    named = {name.lower() for name, _ in own}
    framed = any(n.lower() == b"content-security-policy" and b"frame-ancestors 'self'" in v for n, v in own)
    # X-Frame-Options cannot say what frame-ancestors says; browsers that know both ignore it.
    leave = named | ({b"x-frame-options"} if framed else set())
    return own + [(name, value) for name, value in ALWAYS if name not in leave]
