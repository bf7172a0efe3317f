"""RSS and Atom by their tags, without an XML parser: no entity is defined or fetched, no nesting is followed."""

import html
import re
from collections import Counter
from dataclasses import dataclass, replace

from monitor.extract.lines import tidy
from monitor.extract.links import Addresses
from monitor.model import Block, BlockKind, Item, Link, key_of

VERSION = 3
"""Must be raised when the output for the same feed changes."""

MAX_ENTRIES = 5_000
_ASIDE = re.compile(r"<!(?:\[CDATA\[|--)")
_PREFIX = re.compile(
    r"xmlns:([\w.-]{1,32})\s{0,9}=\s{0,9}[\"'](?:http://www\.w3\.org/2005/Atom|http://purl\.org/rss/1\.0/)[\"']"
)
"""A name that stands before each tag of the feed (Namespaces in XML 1.0, section 3)."""
_PREFIXED = re.compile(r"<([\w.-]{1,32}):(?:feed|channel|item)(?=[\s>])")
_BASE = re.compile(r"<(?:feed|rss|rdf:RDF)\b[^<>]{0,2000}?\sxml:base\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,2000})")
"""What the addresses of a feed are relative to (XML Base, RFC 4287, section 2)."""
_ROOT = 4096
"""Characters in which a feed says what its prefixes mean."""
_ENTRY = re.compile(r"<(item|entry)(?=[\s>])")
_TAG = re.compile(r"<[^<>]*>")
ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ADDRESS = re.compile(r"<link(?=[\s>/])([^<>]*)>")
_ATTRIBUTE = re.compile(r"(?<![\w:])([\w:]++)\s*+=\s*+[\"']([^\"']*+)[\"']")
_LONGEST_SUMMARY = 10_000
_DATES = ("pubDate", "published", "updated", "dc:date")
_SUMMARIES = ("description", "summary")
_CONTENTS = ("content:encoded", "content")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds. `blocks`: title and summary of each entry; `margin`: what the feed says of itself."""

    title: str
    blocks: tuple[Block, ...]
    margin: tuple[Block, ...]
    items: tuple[Item, ...]


def read(text: str, *, url: str) -> Feed:
    """The entries of a feed, at most 5,000, in the feed's order."""
    text = _bare(_escaped(text))
    based = _BASE.search(text, 0, _ROOT)
    addresses = Addresses(url, html.unescape(based[1]) if based else "")
    starts = [(found.start(), found.group(1)) for found in _ENTRY.finditer(text)][:MAX_ENTRIES]
    head = text[: starts[0][0]] if starts else text
    items: list[Item] = []
    blocks: list[Block] = []
    ends = [*(start for start, _ in starts[1:]), len(text)]
    for (start, name), end in zip(starts, ends, strict=False):
        close = text.find(f"</{name}>", start, end)
        item = _item(text[start : close if close >= 0 else end], addresses)
        if not item.title and not item.summary:
            continue
        items.append(item)
        links = (Link(item.title, item.url),) if item.url else ()
        if item.title:
            blocks.append(Block(item.title, BlockKind.HEADING, level=2, links=links))
        if item.summary:
            blocks.append(Block(item.summary, headings=(item.title,) if item.title else ()))
    title = _inner(head, "title")
    about = tuple(Block(words) for name in ("title", "description", "subtitle") if (words := _inner(head, name)))
    if not starts:
        blocks = [Block(words) for line in _plain(text, "\n").split("\n") if (words := tidy(line))]
    return Feed(title, tuple(blocks), about, _told_apart(items))


def _escaped(text: str) -> str:
    """CDATA as the text it is, so that a tag in it is none (XML 1.0, section 2.7); comments left out."""
    pieces: list[str] = []
    at = 0
    while found := _ASIDE.search(text, at):
        closed = "]]>" if found.group().endswith("[") else "-->"
        end = text.find(closed, found.end())
        if end < 0:
            break
        pieces.append(text[at : found.start()])
        if closed == "]]>":
            pieces.append(html.escape(text[found.end() : end], quote=False))
        at = end + len(closed)
    return "".join([*pieces, text[at:]])


def _bare(text: str) -> str:
    """A feed whose own tags have a prefix (`<a:entry>`), without it. One that only borrows a tag keeps its prefixes."""
    start = text[:_ROOT]
    own = {found[1] for found in _PREFIX.finditer(start)} & {found[1] for found in _PREFIXED.finditer(start)}
    for prefix in own:
        text = text.replace(f"<{prefix}:", "<").replace(f"</{prefix}:", "</")
    return text


def _told_apart(items: list[Item]) -> tuple[Item, ...]:
    """Entries that share a key are known by title, and by date if need be; one said again is left out."""
    for more in (lambda item: key_of(item.title), lambda item: item.date):
        times = Counter(item.key for item in items)
        items = [replace(item, key=_longer(item.key, more(item))) if times[item.key] > 1 else item for item in items]
    return tuple({item.key: item for item in items}.values())


def _longer(key: str, more: str) -> str:
    return key if key == more else f"{key} {more}".strip()


def _item(entry: str, addresses: Addresses) -> Item:
    title = _inner(entry, "title")
    href, _, part = _link(entry).partition("#")
    url = addresses.absolute(href)
    url = f"{url}#{part}" if url and part else url  # entries of one page are told apart by the part they name
    said, whole = _first(entry, _SUMMARIES), _first(entry, _CONTENTS)
    summary = whole if key_of(said).rstrip("…. ") in key_of(whole) else f"{said} {whole}".strip()
    named = _inner(entry, "guid") or _inner(entry, "id")
    return Item(named or url or key_of(title), title, url, _first(entry, _DATES), summary[:_LONGEST_SUMMARY])


def _first(entry: str, names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := _inner(entry, name))), "")


def _link(entry: str) -> str:
    for found in _ADDRESS.finditer(entry):
        attributes = dict(_ATTRIBUTE.findall(found.group(1)))
        if "href" in attributes:
            if attributes.get("rel", "alternate") == "alternate":
                return html.unescape(attributes["href"])
        else:
            return _inner(entry, "link") or _inner(entry, "guid")
    return ""


def _inner(text: str, name: str) -> str:
    """The words between a tag and its end, markup inside removed."""
    found = re.search(rf"<{re.escape(name)}(?=[\s>])[^<>]*>", text)
    if found is None:
        return ""
    start = found.end()
    end = text.find(f"</{name}>", start)
    if end < 0:
        end = text.find("<", start)
    return tidy(_plain(text[start : end if end >= 0 else len(text)], " "))


def _plain(text: str, between: str) -> str:
    """Text without tags. Escaped HTML inside is markup too; entities the file defines itself are left as written."""
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    text = ENTITY.sub(lambda found: html.unescape(found.group()), _TAG.sub(between, text))
    return html.unescape(_TAG.sub(between, text))
