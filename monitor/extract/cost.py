"""Whether a page is too heavy to be parsed beside everything else.

The HTML standard's parser has inputs on which it is quadratic in time or memory: deep nesting (100,000 `<div>`: 9 s),
many attributes on one tag (100,000: 13 s), many open `<b id=…>` that every following paragraph repeats (2,000 times
2,000: 1.8 GB). What could be one of these is parsed in a child process with limits; everything else at once.
"""

import re

MAX_BYTES = 20_000_000
MAX_TAGS = 400_000
"""Beyond these a page is refused unread."""

_INLINE_CHARS = 2_000_000
_INLINE_TAGS = 12_000
_LONG_TAG = 4_000
_SQUARES = 5_000_000_000
"""Sum of the squared lengths of long tags: half a second at four characters an attribute and 1.3 ns a comparison."""
_CLONES = 400_000
"""Nodes that reopened formatting could add: about 150 MB."""

# A start tag as the tokeniser reads it (HTML 13.2.5.8 and on); possessive, so it is linear.
_TAG = re.compile(
    r"<[a-zA-Z][^\s/>]*+(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]++)?+)?+)*+"
)
_FORMATTING = re.compile(r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]", re.IGNORECASE)
_CLOSED = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\s[^<>]*>[^<>]*</\1\s*>",
    re.IGNORECASE,
)
"""Formatting that is closed at once, as icons and styled words are: nothing can repeat it."""


def is_refused(text: str) -> str:
    """Why a page is not read at all; empty when it is."""
    if len(text) > MAX_BYTES:
        return f"the page has more than {MAX_BYTES // 1_000_000} million characters"
    tags = text.count("<") if len(text) > MAX_TAGS else 0
    return f"the page has {tags:,} tags" if tags > MAX_TAGS else ""


def is_heavy(text: str) -> bool:
    """Whether parsing this page may cost more than about a second or 200 MB."""
    tags = text.count("<")
    if len(text) > _INLINE_CHARS or tags > _INLINE_TAGS:
        return True
    if len(text) ** 2 > _SQUARES:
        long = [size for tag in _TAG.findall(text) if (size := len(tag)) > _LONG_TAG]
        if sum(size * size for size in long) > _SQUARES:
            return True
    if tags * tags // 4 <= _CLONES:  # so many open elements times so many that repeat them
        return False
    opened = len(_FORMATTING.findall(text))
    return opened * tags > _CLONES and (opened - len(_CLOSED.findall(text))) * tags > _CLONES
