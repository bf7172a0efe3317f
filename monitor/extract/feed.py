"""RSS and Atom by their tags, without an XML parser: no entity is defined or fetched, no nesting is followed."""

import html
import re
from dataclasses import dataclass

from monitor.extract.lines import tidy
from monitor.extract.links import Addresses
from monitor.model import Block, BlockKind, Item, Link, key_of

VERSION = 1
"""Must be raised when the output for the same feed changes."""

MAX_ENTRIES = 5_000
_ENTRY = re.compile(r"<(item|entry)(?=[\s>])")
_TAG = re.compile(r"<[^<>]*>")
ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ADDRESS = re.compile(r"<link(?=[\s>/])([^<>]*)>")
_ATTRIBUTE = re.compile(r"(?<![\w:])([\w:]++)\s*+=\s*+[\"']([^\"']*+)[\"']")
_LONGEST_SUMMARY = 2_000


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds. `blocks`: title and summary of each entry; `margin`: what the feed says of itself."""

    title: str
    blocks: tuple[Block, ...]
    margin: tuple[Block, ...]
    items: tuple[Item, ...]


def read(text: str, *, url: str) -> Feed:
    """The entries of a feed, at most 5,000, in the feed's order."""
    addresses = Addresses(url)
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
    return Feed(title, tuple(blocks), about, tuple({item.key: item for item in items}.values()))


def _item(entry: str, addresses: Addresses) -> Item:
    title = _inner(entry, "title")
    url = addresses.absolute(_link(entry))
    date = next(
        (found for name in ("pubDate", "published", "updated", "dc:date") if (found := _inner(entry, name))), ""
    )
    summary = next((found for name in ("description", "summary", "content") if (found := _inner(entry, name))), "")
    return Item(url or key_of(title), title, url, date, summary[:_LONGEST_SUMMARY])


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
