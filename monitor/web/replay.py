"""A stored page made fit to be looked at.

What keeps it harmless is the policy it is served under (`KEPT_POLICY`, and `sandbox` on the frame). Here, in addition,
the elements are taken out of play that make a browser act before or beside any policy: a preconnect opens a connection
that no policy sees, a `<base>` moves every link.
"""

import re

from monitor.extract.charset import decode

_ACTING = (
    "script|link|meta|base|object|embed|applet|iframe|frame|frameset|portal|fencedframe|form|audio|video|source|track"
)
_TAG = re.compile(rf"<(/?)(?=(?:{_ACTING})(?:[\s/>]|$))", re.IGNORECASE)
"""HTML's tokenizer (WHATWG, 13.2.5.6) begins a tag only where a letter follows `<` or `</` directly."""
_DEAD = re.compile(
    r"(?<=[\s\"'/])(ping|manifest|formaction|http-equiv|(?:xlink:)?href(?!\s*=\s*[\"']?#))(?=\s*=)", re.IGNORECASE
)
"""Attributes that ask for something. Links within the page stay; the others would only lead out of the frame, and a
browser connects to where they lead as soon as the button of the mouse goes down.
"""
_LOOK = "<style>[x-href]{color:LinkText;text-decoration:underline}x-script{display:none}</style>"


def defused(body: bytes, content_type: str) -> bytes:
    """The page as UTF-8; elements and attributes that act renamed to `x-…`, which no browser knows."""
    text = decode(body, content_type).text
    return (_DEAD.sub(r"x-\1", _TAG.sub(r"<\1x-", text)) + _LOOK).encode()
