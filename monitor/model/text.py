"""Text as the program sees it: blocks, items, an extraction."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    """A table row; cells joined by ` | `."""
    LINK = "link"
    """A line that is nothing but links."""


class Place(StrEnum):
    """Where on the page a block stands."""

    MAIN = "main"
    NAV = "nav"
    HEADER = "header"
    FOOTER = "footer"
    ASIDE = "aside"
    DIALOG = "dialog"
    FORM = "form"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside a block: its words and its absolute target, fragment removed."""

    text: str
    url: str


_WORD = re.compile(r"[\w%€$£§≤≥<>±≠]+")
CACHED = 600
"""Characters up to which keys are kept: long texts would fill the memory."""
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])


def key_of(text: str) -> str:
    """The words of a text as compared: NFKC, case-folded, word characters only, one blank between.

    Soft hyphens, zero-width and bidi characters are dropped, so they never make a difference of words.
    """
    return _short_key(text) if len(text) <= CACHED else _long_key(text)


@lru_cache(maxsize=32768)
def _short_key(text: str) -> str:
    return _key(text)


@lru_cache(maxsize=8)
def _long_key(text: str) -> str:
    return _key(text)


def _key(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    return " ".join(_WORD.findall(text.casefold()))


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, table row or link line, with the headings above it."""

    text: str
    """As shown, white space collapsed; never empty."""
    kind: BlockKind = BlockKind.PARAGRAPH
    headings: tuple[str, ...] = ()
    place: Place = Place.MAIN
    level: int = 0
    """1–6 for headings, else 0."""
    links: tuple[Link, ...] = ()
    page: int = 0
    """1-based page of a PDF; 0 elsewhere."""
    region: str = ""
    """Path of the parts of a web page around it, outermost first (`/main/section/aside`)."""

    @property
    def key(self) -> str:
        return key_of(self.text)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a listing or feed. `key` identifies it between looks (address, else title words)."""

    key: str
    title: str
    url: str = ""
    date: str = ""
    """As printed."""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Text blocks derived from a snapshot under a fingerprint.

    `blocks` in reading order; `margin` is the furniture. `items` only for listings.
    `page_count`, `note` (e.g. "two columns") as known.
    """

    fingerprint: str
    """`html:3:3fa4c2d1 9b1c02aa` – extractor, its version, the source's rules; of a web page its map of regions too."""
    blocks: tuple[Block, ...]
    margin: tuple[Block, ...] = ()
    items: tuple[Item, ...] = ()
    title: str = ""
    declared_language: str = ""
    """The page's own `lang`, two letters, else empty."""
    charset: str = ""
    canonical: str = ""
    noindex: bool = False
    password_form: bool = False
    """A password field on the page."""
    media: str = "html"
    """html | pdf | plain – what the bytes were."""
    page_count: int = 0
    note: str = ""
    margin_at: tuple[int, ...] = ()
    """Where the blocks of the margin stand among all blocks of the page, in reading order."""

    @property
    def text(self) -> str:
        return "\n".join(b.text for b in self.blocks)

    @property
    def words(self) -> int:
        return sum(len(b.text.split()) for b in self.blocks)
