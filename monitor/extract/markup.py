"""XML that is neither page nor feed: laws and reports as words without tags, sitemaps as entries, tables of values.

By its tags, without an XML parser: no entity is defined or fetched. What an element means is not known; those that
stand inside a sentence in the usual formats (Akoma Ntoso, Formex, DocBook, TEI) are.
"""

import html
import re
from dataclasses import dataclass, field

from monitor.extract import elements
from monitor.extract.feed import ENTITY
from monitor.extract.lines import tidy
from monitor.extract.links import Addresses
from monitor.model import Block, BlockKind, Item, Link

VERSION = 1
"""Must be raised when the output for the same file changes."""

MOST_TOKENS = 2_000_000
_TOKEN = re.compile(
    r"<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.{0,300}?\?>|<![^<>]*+>"
    r"|<(?P<tag>/?[\w:.-]++)(?P<rest>[^<>]*+)>",
    re.DOTALL,
)
"""What is not closed goes on to the end: looked for again from each beginning, that end would take for ever."""
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_INLINE = frozenset(
    {"a", "abbr", "b", "cite", "code", "date", "def", "defterm", "em", "emphasis", "entity", "foreign", "ft", "ht", "i",
     "inline", "ins", "link", "mark", "mref", "name", "organization", "person", "quote", "quotedtext", "ref",
     "rref", "span", "strong", "sub", "sup", "superscript", "subscript", "term", "u", "xref", "docdate", "docnumber",
     "doctitle", "doctype", "location", "docproponent", "role", "concept", "time", "del", "hi"}
)  # fmt: skip
_HEADINGS = frozenset({"heading", "title", "subheading", "head", "ti"})
_SILENT = frozenset({"meta", "style", "script", "preface-meta"})
"""Elements that speak of the file."""
_OF_THE_FILE = re.compile(
    r"(?:xml|xmlns|xsi)(?::.*)?|.*(?:id|guid|class|style|href|src|schema.*|version|name|type|lang)", re.IGNORECASE
)
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)(?=[\s>])")
_PLACE = re.compile(r"<(?:\w{1,32}:)?loc>([^<>]{1,4200})</")


def is_sitemap(text: str) -> bool:
    """Whether a text lists the pages of a site (sitemaps.org)."""
    return _SITEMAP.search(text[:4096]) is not None


def sitemap(text: str, *, url: str) -> tuple[Item, ...]:
    """The pages that a sitemap lists. Their `lastmod` is the day of the build more often than one of an edit."""
    addresses = Addresses(url)
    places = dict.fromkeys(addresses.absolute(html.unescape(found[1].strip())) for found in _PLACE.finditer(text))
    return tuple(Item(place, place, place) for place in places if place)


def blocks_of(items: tuple[Item, ...]) -> tuple[Block, ...]:
    """Entries as lines, each a link."""
    return tuple(Block(item.title, BlockKind.LINK, links=(Link(item.title, item.url),)) for item in items)


@dataclass(slots=True)
class _Reading:
    """The state of one walk over the tokens."""

    blocks: list[Block] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    silent: str = ""
    """The element whose inside is passed over, and how deep in it we are."""
    depth: int = 0
    heading: bool = False
    raised: bool = False

    def say(self, text: str) -> None:
        if self.silent or not text:
            return
        figure = elements.raised(text, "".join(self.parts[-3:])) if self.raised else ""
        self.parts.append(figure or text)

    def end_line(self) -> None:
        text = tidy("".join(self.parts))
        self.parts.clear()
        if text:
            kind = BlockKind.HEADING if self.heading else BlockKind.PARAGRAPH
            self.blocks.append(Block(text, kind, level=2 if self.heading else 0))

    def tag(self, written: str, rest: str) -> None:
        ends, alone = written.startswith("/"), rest.rstrip().endswith("/")
        name = written.lstrip("/").rpartition(":")[2].casefold()
        if self.silent:
            if name == self.silent and not alone:
                self.depth += -1 if ends else 1
                self.silent = self.silent if self.depth else ""
            return
        if name in _SILENT or name in elements.STRUCK:
            if not (ends or alone):
                self.silent, self.depth = name, 1
            return
        if name in {"sup", "superscript"}:
            self.raised = not ends
        if name in _INLINE:
            return
        self.end_line()
        self.heading = name in _HEADINGS and not ends
        if alone:
            self.say(_values(rest))
            self.end_line()


def _values(rest: str) -> str:
    """What an element without text says by its attributes: `currency: USD | rate: 1.08`."""
    found = [(key, one or other) for key, one, other in _ATTRIBUTE.findall(rest)]
    told = [
        f"{key.rpartition(':')[2]}: {html.unescape(v)}" for key, v in found if v and not _OF_THE_FILE.fullmatch(key)
    ]
    return " | ".join(told) if told else ""


def read(text: str) -> tuple[Block, ...]:
    """The words of an XML text, one block an element that is none of a sentence's."""
    reading, at = _Reading(), 0
    for number, token in enumerate(_TOKEN.finditer(text)):
        if number == MOST_TOKENS:
            break
        reading.say(_words(text[at : token.start()]))
        at = token.end()
        if token["data"] is not None:
            reading.say(token["data"])
        elif token["tag"]:
            reading.tag(token["tag"], token["rest"])
    reading.say(_words(text[at:]))
    reading.end_line()
    return tuple(reading.blocks)


def _words(text: str) -> str:
    """Entities of XML and HTML as characters; those that a file defines itself stay as they are written."""
    return ENTITY.sub(lambda found: html.unescape(found.group()), text)
