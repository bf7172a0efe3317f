"""Hostile text made harmless: what others wrote, before it stands in a header, a body, a mark or a link."""

import re
import unicodedata
from urllib.parse import urlsplit

_SPACES = re.compile(r"[\s\x85\u2028\u2029]+")
_HIDING = {"Cc", "Cf", "Cs", "Co", "Cn"}
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
"""Letters and marks that show nothing."""
_QUIET = frozenset("\u00ad")
"""Soft hyphens: invisible by design and common; dropped rather than shown."""
_MARKS = (
    (re.compile(r"\[(\\*)-"), r"[\1\\-"),
    (re.compile(r"-(\\*)\]"), r"-\1\\]"),
    (re.compile(r"\{(\\*)\+"), r"{\1\\+"),
    (re.compile(r"\+(\\*)\}"), r"+\1\\}"),
)
_UNMARKS = (
    (re.compile(r"\[(\\*)\\-"), r"[\1-"),
    (re.compile(r"-(\\*)\\\]"), r"-\1]"),
    (re.compile(r"\{(\\*)\\\+"), r"{\1+"),
    (re.compile(r"\+(\\*)\\\}"), r"+\1}"),
)
_READ = re.compile(
    r"\[-(?P<removed>(?:(?!\[-(?!\])|-\]).)*+)-\]|\{\+(?P<added>(?:(?!\{\+(?!\})|\+\}).)*+)\+\}", re.DOTALL
)
"""A mark ends where the next begins: none stands inside another."""


def visible(text: str) -> str:
    """One line of text in which nothing hides: white space collapsed, control, bidi and zero-width characters
    written as `⟨U+202E⟩`. Soft hyphens go.
    """
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text)
    return "".join(_shown(c) for c in _SPACES.sub(" ", text) if c not in _QUIET)


def _shown(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩" if hides(char) else char


def hides(char: str) -> bool:
    """Is this a character that shows nothing or moves others about: control, bidi, zero-width, filler?"""
    return unicodedata.category(char) in _HIDING or char in _FILLERS


def header(text: str, most: int = 200) -> str:
    """Text for one header line: white space collapsed, every control, bidi and zero-width character gone, and not
    endless.
    """
    clean = "".join(c for c in _SPACES.sub(" ", text) if not hides(c))
    return short(clean.strip(), most)


def short(text: str, most: int) -> str:
    """At most `most` characters, cut at a blank where there is one, with an ellipsis."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    head, blank, _ = kept.rpartition(" ")
    return (head if blank and len(head) > most // 2 else kept).rstrip(" ,;:–-") + "…"


def capital(text: str) -> str:
    """The first letter large; Dutch `één` loses its first accent then (`Eén`)."""
    return "Eén" + text[3:] if text.startswith("één") else text[:1].upper() + text[1:]


def unmarked(text: str) -> str:
    """Page text that cannot open or close a word mark: a backslash parts the bracket from its sign. Reversible."""
    for pattern, by in _MARKS:
        text = pattern.sub(by, text)
    return text


def remarked(text: str) -> str:
    """`unmarked` undone."""
    for pattern, by in _UNMARKS:
        text = pattern.sub(by, text)
    return text


def read_marks(text_part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a rendered text part shows as removed and as added, read back from its marks, in order.

    White space is collapsed; runs broken over lines come back whole.
    """
    removed: list[str] = []
    added: list[str] = []
    for found in _READ.finditer(text_part):
        side = removed if found["removed"] is not None else added
        side.append(remarked(" ".join((found["removed"] or found["added"] or "").split())))
    return tuple(removed), tuple(added)


def link(url: str) -> str:
    """The address when it may be a link – http or https, a host, nothing invisible – else empty."""
    if visible(url) != url or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and host else ""


def address(url: str) -> str:
    """An address as shown: nothing invisible, and nothing that looks like a word mark."""
    shown = visible(url).replace("{", "%7B").replace("}", "%7D").replace(" ", "%20")
    return shown.replace("[-", "%5B-").replace("-]", "-%5D")
