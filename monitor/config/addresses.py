"""What is wrong with an address as somebody typed or pasted it."""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST = 2000
"""Characters. RFC 9110 §4.1 wants 8000 supported, but many servers and proxies stop at about 2000."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def address_complaint(url: str) -> tuple[str, str] | None:
    """Complaint and hint for an address that cannot be watched; None for a good one.

    Addresses are taken as they are: `+`, capitals, commas and non-ASCII letters inside are fine. The complaint
    never repeats the address: it may hold a password.
    """
    if len(url) > LONGEST:
        return f"is longer than {LONGEST} characters", ""
    return _stray(url) or _scheme(url) or _parts(url)


def _stray(url: str) -> tuple[str, str] | None:
    """Characters that came along when the address was copied."""
    if any(character.isspace() for character in url):
        return "has a blank in it", "remove it; a blank that belongs there is written %20"
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in url):
        return "has an invisible character in it", "type the address again, or copy it from the browser"
    if url.startswith(("<", '"', "'", "(")) or "\\" in url:
        return "has a character that no address has", "copy it from the browser"
    last = url[-1:]
    if last in set(",;.!>\"'”’»") or (last == ")" and url.count(")") > url.count("(")):
        return f"ends with {last}", "remove it; it belongs to the sentence the address stood in"
    return None


def _scheme(url: str) -> tuple[str, str] | None:
    if url.startswith("//"):
        return "has no scheme", "begin it with https:"
    if not _SCHEME.match(url) or (re.match(r"[^/:]+:[0-9]", url) and "://" not in url):
        return "has no scheme", "begin it with https://"
    scheme = url.partition(":")[0].lower()
    if scheme not in {"http", "https"}:
        return "is not an address of the web", "only http:// and https:// can be watched"
    return None


def _parts(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is not a valid address", "check the host and the port"
    if "@" in parts.netloc:
        return "has a user name or password in it", "remove everything from :// up to and with the @"
    if not host or host.strip(".") != host or ".." in host:
        return "has no valid host", "such as https://www.example.org/page"
    if port == 0:
        return "is not a valid address", "check the port"
    return None
