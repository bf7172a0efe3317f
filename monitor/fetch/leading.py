"""Pages that send the browser on by themselves: the `Refresh` header and `<meta http-equiv="refresh">`.

HTML, "Refresh state" (4.2.5.3) and "shared declarative refresh steps". A page that only loads itself anew, and one that
sends on after a while (when a session ends), leads nowhere.
"""

import html
import re
from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

AT_ONCE = 10
"""Seconds within which a page that sends on is no page to be read."""
_HEAD = 32_768
"""Bytes in which the order stands."""
_PASSED_OVER = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(noscript|script|template|style)\b.*?(?:</\1\s{0,9}>|\Z)", re.DOTALL | re.IGNORECASE
)
"""What is not closed goes on to the end, as in browsers."""
_META = re.compile(rb"<meta\s[^<>]{0,2000}>", re.IGNORECASE)
_IS_REFRESH = re.compile(rb"http-equiv\s{0,3}=\s{0,3}[\"']?refresh\b", re.IGNORECASE)
_CONTENT = re.compile(
    rb"content\s{0,3}=\s{0,3}(?:\"([^\"]{0,1500})\"|'([^']{0,1500})'|([^\s>]{1,1500}))", re.IGNORECASE
)
_ORDER = re.compile(
    r"\s{0,9}(\d{1,4})(?:\.\d{0,9})?\s{0,9}[;,\s]\s{0,9}(?:url\s{0,9}=\s{0,9})?(?:\"([^\"]*)\"|'([^']*)'|(.*\S))\s*",
    re.IGNORECASE,
)


def leads_on(url: str, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    """Where the page at `url` sends the browser within ten seconds; empty when it stays.

    `headers`: names in any case. Another query of the same path is the same page.
    """
    said = next((value for name, value in headers if name.lower() == "refresh"), "") or _in_head(body)
    order = _ORDER.fullmatch(said)
    if order is None or int(order[1]) > AT_ONCE:
        return ""
    try:
        target = urldefrag(urljoin(url, (order[2] or order[3] or order[4]).strip())).url
        here, there = urlsplit(url), urlsplit(target)
        same = (here.hostname, here.path.rstrip("/")) == (there.hostname, there.path.rstrip("/"))
    except ValueError:  # no address
        return ""
    return "" if same or there.scheme not in {"http", "https"} else target


def _in_head(body: bytes) -> str:
    head = _PASSED_OVER.sub(b" ", body[:_HEAD])
    for tag in _META.finditer(head):
        content = _CONTENT.search(tag[0]) if _IS_REFRESH.search(tag[0]) else None
        if content is not None:
            return html.unescape((content[1] or content[2] or content[3] or b"").decode("utf-8", "replace"))
    return ""
