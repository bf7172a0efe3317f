"""Pages whose names say nothing: every class, id and other name is a random word, the same one all over a site.

What a page is made of stays: the tree, its text, which parts bear the same name, which pages of a site share a name.
So a judgement by evidence judges as before, and one by names does not. Two variants: `names` keeps the tags that say
what a part is for, `tags` turns them into `div` as well and takes their roles away.
"""

import hashlib
import re

VARIANTS = ("names", "tags")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)((?:\s+[^\s=>\"'/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*(/?)>")
_NAMED = re.compile(
    r"(?P<before>\s(?P<name>class|id|for|name|headers|data-[\w-]+|aria-(?:controls|labelledby|describedby|owns))\s*=\s*)"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"']+))",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(r"(\shref\s*=\s*[\"']?#)([^\"'\s>]+)", re.IGNORECASE)
_ROLE = re.compile(r"\srole\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)
_MEANT = frozenset(
    {"header", "footer", "nav", "main", "article", "section", "aside", "dialog", "hgroup", "menu", "search"}
)
_KEPT = frozenset({"meta", "script", "style", "link", "base", "input", "html"})
"""Tags whose names are no names of parts: what a `meta` says about the page is called by its name."""


def disguised(html: str, site: str, variant: str) -> str:
    """The page with random names. `site`: pages that give the same here have the same names in the same places."""

    def word(token: str) -> str:
        return "x" + hashlib.sha256(f"{site} {token}".encode("utf-8", "surrogatepass")).hexdigest()[:9]

    def named(found: re.Match[str]) -> str:
        value = found["double"] or found["single"] or found["bare"] or ""
        return f'{found["before"]}"{" ".join(map(word, value.split()))}"'

    def tag(found: re.Match[str]) -> str:
        close, name, attributes, empty = found.groups()
        if name.lower() in _KEPT:
            return found[0]
        attributes = _FRAGMENT.sub(lambda f: f[1] + word(f[2]), _NAMED.sub(named, attributes))
        if variant == "tags":
            attributes = _ROLE.sub("", attributes)
            name = "div" if name.lower() in _MEANT else name
        return f"<{close}{name}{attributes}{empty}>"

    return _TAG.sub(tag, html)
