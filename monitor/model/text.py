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


_SIGNS = "✓✗✖☐☑☒✅❌❎⛔🚫🟢🔴🟡🟠🔵⚪⚫🟩🟥🟨👍👎"
"""Signs that stand for a word: yes, no, done, open."""
_WORD = re.compile(
    r"[\w%€$£§≤≥<>±≠]+"
    rf"|[{_SIGNS}]"
    r"|[+-](?:(?<![\w.,/].)(?<!\d .)(?=[€$£]?\d)"  # a figure's sign; the stroke in "2020 -2021" is none
    r"|(?<=\b[a-z].)(?![\w+-])"  # a grade: A+, A-
    r"|(?<=\d\+)(?!\w)"  # an age: 18+
    r"|(?:(?<=\| .)|(?<=^.))(?= \|)|(?<=\| .)$)"  # a cell of a row with nothing in it
    r"|[★☆]{2,}|[●○◐◯★☆▲▼↑↓↗↘]{1,12}+(?:(?<=[\w:|)] .)(?= \||$)|(?=\s?\d))"  # at the start of a line these are bullets
)
_ALIKE = str.maketrans({"✔": "✓", "✘": "✗", "−": "-", "–": "-", "—": "-", "‒": "-", "‐": "-", "‑": "-"})
_UP = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MAY_BE_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]|(?<=\S)\[\d")
_NOTES = re.compile(r"(?<=\S)\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,5}\]")
_RAISED = re.compile(
    r"(?:(?P<base>(?<![\w.,])(?:10(?=[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹])|2(?=[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{2}))|\b(?i:art(?:\.|icles?|ikels?)?|§)\s?\d+)"
    r"|(?P<unit>(?<![^\W\d_])(?:[kcdmh]|da)?m(?=[²³](?![⁰¹²³⁴⁵⁶⁷⁸⁹]))))?"
    r"(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
)
CACHED, CACHED_LONG = 600, 4000
"""Characters up to which many keys are kept, and fewer: longer texts would fill the memory."""
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])


def key_of(text: str) -> str:
    """The words of a text as compared: NFKC, case-folded, words and signs that stand for one, one blank between.

    Raised marks of notes, soft hyphens, zero-width and bidi characters are dropped, so they never make a difference of
    words.
    """
    if len(text) <= CACHED:
        return _short_key(text)
    return _paragraph_key(text) if len(text) <= CACHED_LONG else _long_key(text)


@lru_cache(maxsize=32768)
def _short_key(text: str) -> str:
    return _key(text)


@lru_cache(maxsize=1024)
def _paragraph_key(text: str) -> str:
    return _key(text)


@lru_cache(maxsize=8)
def _long_key(text: str) -> str:
    return _key(text)


def _key(text: str) -> str:
    if text.isascii():
        text = plain_figures(text)
    else:
        text = plain_figures(text.translate(_INVISIBLE)).translate(_ALIKE)
        text = unicodedata.normalize("NFKC", text)
    return " ".join(_WORD.findall(text.casefold()))


def plain_figures(text: str) -> str:
    """A text without the marks of its notes (`word³`, `word[3]`); powers, units and articles keep what is raised in
    them: `10^25`, `m2`, `art. 5^2`.

    The numbers of notes count on when another one comes before them, and are no figures of the text.
    """
    return _NOTES.sub("", _RAISED.sub(_lowered, text)) if _MAY_BE_RAISED.search(text) else text


def marked_figure(before: str, figure: str) -> str:
    """How a figure raised behind a text is written down, so that it stays no digit of what stands before it.

    A power or an article's as `^25`, that of a unit as it is printed (`m²`), the number of a note as `[3]`.
    """
    tail = before[-12:]
    found = list(_RAISED.finditer(tail + figure.replace("-", "⁻").translate(_UP)))
    last = found[-1] if found and found[-1].end() >= len(tail) + len(figure) else None
    if figure.startswith("-") or (last and last["base"]):
        return f"^{figure}"
    return figure.translate(_UP) if last and last["unit"] else f"[{figure}]"


def _lowered(found: re.Match[str]) -> str:
    figure = unicodedata.normalize("NFKC", found["raised"]).replace("−", "-")
    if found["base"]:
        return f"{found['base']}^{figure}"
    return f"{found['unit']}{figure}" if found["unit"] else ""


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
    files: tuple[str, ...] = ()
    """Further addresses it links to: its documents are compared."""


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
    nofollow: tuple[str, ...] = ()
    """Addresses behind links that are not plain: `nofollow`, downloads."""
    margin_at: tuple[int, ...] = ()
    """Where the blocks of the margin stand among all blocks of the page, in reading order."""

    @property
    def text(self) -> str:
        return "\n".join(b.text for b in self.blocks)

    @property
    def words(self) -> int:
        return sum(len(b.text.split()) for b in self.blocks)
