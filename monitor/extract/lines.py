"""Lines of a page and the regions they stand in, as the walk finds them: plain values without a parser."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.model import Block, BlockKind, Link, Place
from monitor.text.addresses import names_document

_CONTROL = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0)])
_REFERENCE = re.compile(r"&(?:[a-zA-Z]{2,8}\d{0,2}|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|odt|rtf|xlsx?|ods|csv|pptx?|odp|zip|xml|epub)(?:$|[?#])", re.IGNORECASE)


@dataclass(slots=True)
class Region:
    """A part of the page that may be furniture, the main part, or the part chosen by a selector.

    `parent` is the index of the region around it; region 0 is the page and its own parent. `name` is the class or
    id that made it furniture. `size` counts the characters of text inside, `linked` those in link-only lines.
    """

    parent: int
    place: Place = Place.MAIN
    main: bool = False
    chosen: bool = False
    name: str = ""
    tag: str = ""
    asks: bool = False
    """A section in which a form asks for a mail address."""
    size: int = 0
    linked: int = 0


@dataclass(slots=True)
class Line:
    """A line of text before it is a block. `linked`: every visible character stands in a link."""

    text: str
    region: int
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    links: list[Link] = field(default_factory=list)
    linked: bool = False
    pressed: bool = False
    """Every visible character stands in a button."""
    element: int = 0
    """Index of the element it stands in; only told for listings."""


@dataclass(slots=True)
class Page:
    """What the walk found: lines in reading order, the regions they stand in."""

    lines: list[Line]
    regions: list[Region]
    elements: list[tuple[int, str]]
    """For listings: (index of the parent, tag with its classes) of every element; empty otherwise."""
    password: bool = False
    nofollow: tuple[str, ...] = ()
    """Addresses behind links that are not plain: `nofollow`, downloads."""


def tidy(text: str) -> str:
    """Collapse white space and drop control characters; invisible marks (bidi, zero width) stay as they are.

    Controls go because a terminal or a mail would obey them; NUL because no store keeps it.
    """
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join(text.translate(_CONTROL).split())
    return text


def escaped_twice(text: str) -> str:
    """A text with the letters and marks that were escaped twice (`&amp;eacute;`) as they are meant; never as markup."""
    return _REFERENCE.sub(_meant, text)


def _meant(reference: re.Match[str]) -> str:
    character = html.unescape(reference[0])
    return character if len(character) == 1 and character not in "<>&" else reference[0]


def join(parts: list[Line], separator: str, kind: BlockKind) -> Line:
    """One line of several, in the place of the first."""
    first = parts[0]
    return Line(
        text=separator.join(part.text for part in parts),
        region=first.region,
        kind=kind,
        links=[link for part in parts for link in part.links],
        linked=all(part.linked for part in parts),
        pressed=kind is not BlockKind.HEADING and all(part.pressed for part in parts),
        element=first.element,
    )


def document_links(line: Line) -> bool:
    """Whether a link of the line leads to a document rather than to a page."""
    return any(_DOCUMENT.search(link.url) or names_document(link.url) for link in line.links)


def to_blocks(lines: Iterable[tuple[Line, Place, str]]) -> tuple[Block, ...]:
    """Blocks in reading order, each with the headings above it (only headings of the same selection count).

    Each line comes with its place and the path of the parts of the page around it.
    """
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    names: tuple[str, ...] = ()
    for line, place, region in lines:
        kind = line.kind
        if kind is BlockKind.HEADING:
            while path and path[-1][0] >= line.level:
                path.pop()
            names = tuple(text for _, text in path)
        elif line.linked:
            kind = BlockKind.LINK
        blocks.append(Block(line.text, kind, names, place, line.level, tuple(line.links), region=region))
        if kind is BlockKind.HEADING:
            path.append((line.level, line.text))
            names = (*names, line.text)
    return tuple(blocks)
