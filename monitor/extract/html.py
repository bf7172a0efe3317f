"""HTML to blocks: one walk over the parsed tree. The only file that knows the parser (selectolax, Lexbor).

What is furniture is decided in `furniture.py`, on the plain lines and regions this walk hands over. The walk keeps
its own stack, so no nesting is too deep for it.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.errors import ExtractError, ExtractKind
from monitor.extract import elements, names
from monitor.extract.lines import Line, Page, Region, escaped_twice, join, tidy
from monitor.extract.links import Addresses
from monitor.model import BlockKind, Link, Place

MAX_NODES = 400_000
"""More nodes than the longest law on the web has."""

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SKIPPED = frozenset(
    {"script", "style", "head", "video", "audio", "canvas", "noframes", "noembed", "-comment", "-doctype"}
    | elements.STRUCK
    | elements.UNSPOKEN
)
_READ_OTHERWISE = frozenset({"template", "svg", "img", "sup", "msup", "mfrac", "input", *elements.FRAMES})
"""Elements that say something else than the text inside them."""
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
     "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
     "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "noscript", "object", "ol", "optgroup",
     "option", "p", "pre", "search", "section", "select", "summary", "table", "td", "textarea", "th", "tr", "ul"}
)  # fmt: skip
_PLAIN = frozenset(
    {"abbr", "b", "cite", "code", "em", "i", "img", "mark", "q", "small", "strong", "sub", "sup", "tbody", "tfoot",
     "thead", "time", "u", "wbr"}
)  # fmt: skip
"""Elements whose attributes say nothing about furniture."""
_FRAMED = frozenset({"h", "li", "tr", "td", "th"})
_TERMS = frozenset({"dt", "dd"})
_ROLES = {"row": "tr", "cell": "td", "gridcell": "td", "columnheader": "th", "rowheader": "th"}
"""Tables made of other elements (WAI-ARIA 1.2, section 5.3)."""
_LONGEST_SAID = 24
"""Words of what a list of terms says of one, where it stands in the term's own line."""
_ROOTS = frozenset({"html", "body"})
"""Elements whose names tell of the whole page: `<body class="has-sidebar menu">`."""
_WORD = re.compile(r"\w")
EMPTY_CELL = "–"
"""Stands in a row for a cell without text: what stands beside it keeps its column."""
_MOST_CELL_LINES = 8
"""A table cell with more lines than this is layout."""
_FEWEST_BESIDE = 3
"""Lines from which a column is a menu or a list of news; one of fewer may be the number of an article, its date."""
_BESIDE, _BESIDE_LEAST = 2, 200
"""Times as much text of its own (of so many characters at least) by which one column is the main one."""


@dataclass(slots=True)
class _Frame:
    """An element whose lines belong together: heading, list item, table row, table cell."""

    tag: str
    start: int
    level: int = 0
    own: list[int] = field(default_factory=list)
    """Indices of the lines directly in it."""
    cells: list[list[int]] = field(default_factory=list)
    spans: list[range] = field(default_factory=list)
    """Of a row: indices of the lines of each cell, whatever stands in it."""
    whole: bool = True
    """No heading and no table inside: its lines may become one."""


@dataclass(slots=True)
class _Closing:
    """What to finish when an element ends, and what to return to."""

    tag: str
    blocky: bool
    region: int
    element: int
    framed: bool
    button: bool


class _Walk:
    """The state of one walk."""

    def __init__(self, addresses: Addresses, chosen: frozenset[int], *, listing: bool) -> None:
        self.addresses, self.chosen, self.listing = addresses, chosen, listing
        self.lines: list[Line | None] = []
        self.regions = [Region(0)]
        self.in_main = [False]
        """For each region whether it lies in the main part."""
        self.elements: list[tuple[int, str]] = []
        self.password = False
        self.nofollow: dict[str, None] = {}
        """Addresses behind links that are not plain."""
        self.region = self.element = 0
        self.frames: list[_Frame] = []
        self.term = -1
        """Index of the line with the term that was read last, where it is one line."""
        self.parts: list[str] = []
        self.links: list[Link] = []
        self.href: str | None = None
        self.link_start = 0
        self.any_link = self.any_plain = self.any_button = self.button = False
        self.pre = 0

    def run(self, root: LexborNode) -> Page:
        node, count = root, 0
        stack: list[tuple[LexborNode, _Closing | None]] = []
        while True:
            count += 1
            if count > MAX_NODES:
                raise ExtractError(ExtractKind.TOO_COSTLY, f"more than {MAX_NODES:,} nodes in the page")
            tag = node.tag
            if tag == "-text":
                self.text(node.text_content or "")
            elif tag is not None and tag not in _SKIPPED:
                closing, child = self.begin(node, tag)
                if child is not None:
                    stack.append((node, closing))
                    node = child
                    continue
                if closing is not None:
                    self.leave(closing)
            following = node.next
            while following is None:
                if not stack:
                    self.flush()
                    return Page(
                        [x for x in self.lines if x], self.regions, self.elements, self.password, tuple(self.nofollow)
                    )
                node, closing = stack.pop()
                if closing is not None:
                    self.leave(closing)
                following = node.next
            node = following

    def begin(self, node: LexborNode, tag: str) -> tuple[_Closing | None, LexborNode | None]:
        """Begin an element: what to do at its end, and the first of the nodes inside it that are to be read."""
        if tag in _READ_OTHERWISE:
            if tag == "template":
                return None, self.shadow_tree(node)
            if self.spoken(node, tag):
                return None, None
        elif tag not in _PLAIN and elements.is_struck(node.attributes.get("style")):
            return None, None
        closing = None if tag in _PLAIN else self.enter(node, tag)
        return closing, None if tag == "svg" else node.first_child

    def shadow_tree(self, node: LexborNode) -> LexborNode | None:
        """The first node of a template that browsers show: a declared, open shadow root (HTML 4.12.3)."""
        if (node.attributes.get("shadowrootmode") or "").lower() not in {"open", "closed"}:
            return None
        inside = node.template_fragments()
        return inside[0].first_child if inside else None

    def spoken(self, node: LexborNode, tag: str) -> bool:
        """Read an element by what it says otherwise than by its text; whether its inside is to be passed over."""
        if tag in elements.FRAMES:
            self.framed(node, tag)
            return tag == "iframe"
        if tag == "svg":
            title = node.css_first("title") if node.first_child is not None else None
            self.sign(elements.drawing(node.attributes, title.text() if title is not None else ""))
            return True
        if tag == "img":
            text = elements.picture(node.attributes, alone_in_cell=self.alone_in_cell(node))
            if text and self.href is None and not self.button:
                self.text(f" {text} ")
            return False
        if tag == "input":
            self.text(elements.field(tag, node.attributes))
            return False
        if tag == "sup":
            figure = elements.raised(node.text(), "".join(self.parts[-3:]))
        else:
            figure = elements.formula(tag, [x.text() for x in node.iter()])
        if figure:
            self.text(figure)
        return bool(figure)

    def sign(self, text: str) -> None:
        """An icon's words, where they stand for a word of the text: in an entry or a cell, or behind other words."""
        if text and (self.frames or self.parts) and self.href is None and not self.button:
            self.text(f" {text} ")

    def alone_in_cell(self, node: LexborNode) -> bool:
        """Whether a picture is all that stands in a table's cell, in a row of several."""
        around = node.parent
        return around is not None and around.tag in {"td", "th"} and not around.text(strip=True) and self.in_row()

    def in_row(self) -> bool:
        return len(self.frames) >= 2 and self.frames[-2].tag == "tr" and bool(self.frames[-2].cells)

    def framed(self, node: LexborNode, tag: str) -> None:
        """A file shown in the page is a line of its own: a link to it."""
        address = self.addresses.absolute(elements.framed_document(tag, node.attributes))
        if address:
            self.flush()
            kind = elements.kind_of(address)
            self.lines.append(Line(kind, self.region, links=[Link(kind, address)], element=self.element))

    def text(self, text: str) -> None:
        if not text:
            return
        if self.pre and "\n" in text:
            first, *rest = text.split("\n")
            self.text(first)
            for part in rest:
                self.flush()
                self.text(part)
            return
        if not self.parts and text.isspace():
            return
        self.parts.append(escaped_twice(text) if "&" in text else text)
        if self.button:
            self.any_button = True
        elif not self.any_plain and self.href is None and _WORD.search(text):
            self.any_plain = True

    def flush(self) -> None:
        """End the current line."""
        parts = self.parts
        if not parts:
            return
        text = tidy("".join(parts))
        if self.href is not None:
            self.end_link()
            self.link_start = 0
        if text:
            line = Line(text, self.region, links=self.links, element=self.element)
            line.linked = self.any_link and not self.any_plain and not self.any_button
            only_pressed = self.any_button and not self.any_plain and not self.any_link
            line.pressed = only_pressed and not elements.says_something(text)
            if self.frames:
                self.frames[-1].own.append(len(self.lines))
            self.lines.append(line)
            self.links = []
        self.any_link = self.any_plain = self.any_button = False
        parts.clear()

    def end_link(self) -> None:
        words = tidy("".join(self.parts[self.link_start :]))
        if words:
            self.any_link = True
            if self.href:
                self.links.append(Link(words, self.href))

    def enter(self, node: LexborNode, tag: str) -> _Closing | None:
        """Begin an element; what to do at its end, if anything."""
        if tag == "br":
            self.flush()
            return None
        attributes = node.attributes
        blocky = tag in _BLOCKS
        region, element, framed, button = self.region, self.element, False, self.button
        self.button = button or names.is_button(tag, attributes)
        if blocky:
            self.flush()
        if (attributes and tag not in _ROOTS) or tag in names.PARTS or self.chosen:
            blocky = self.claim(node, tag, attributes) or blocky
        if self.listing:
            self.elements.append((element, f"{tag}.{attributes.get('class') or ''}"))
            self.element = len(self.elements) - 1
        if tag == "a":
            self.begin_link(attributes.get("href"))
            if self.href and ("download" in attributes or "nofollow" in (attributes.get("rel") or "").lower().split()):
                self.nofollow[self.href] = None
        elif blocky:
            framed = self.open_frame(tag, attributes)
        elif not self.listing and self.button == button:
            return None
        return _Closing(tag, blocky, region, element, framed, button)

    def claim(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        """Begin a region if the element is furniture, the main part or chosen; whether it did."""
        if tag == "input":
            self.password = self.password or attributes.get("type") == "password"
            names.asked(self.regions, self.region, attributes)
        claim = names.claim_of(tag, attributes, in_main=self.in_main[self.region])
        main = claim is None and names.is_main(tag, attributes)
        chosen = bool(self.chosen) and node.mem_id in self.chosen
        if not (claim or main or chosen or tag in names.SECTIONS):
            return False
        self.flush()
        place, name = (claim.place, claim.name) if claim else (Place.MAIN, "")
        self.regions.append(Region(self.region, place, main=main, chosen=chosen, name=name, tag=tag))
        self.in_main.append(main or (self.in_main[self.region] and claim is None))
        self.region = len(self.regions) - 1
        return True

    def begin_link(self, href: str | None) -> None:
        if href is None or self.href is not None:
            return
        if self.any_link and not self.any_plain:
            self.parts.append(" ")  # neighbouring links of a menu, parted by style sheets only
        self.href = self.addresses.absolute(href)
        self.link_start = len(self.parts)

    def open_frame(self, tag: str, attributes: dict[str, str | None]) -> bool:
        level = _HEADINGS.get(tag, 0)
        if not level and attributes.get("role") == "heading":
            stated = attributes.get("aria-level") or "2"
            level = _HEADINGS.get(f"h{stated}", 6)
        kind = "h" if level else _ROLES.get(attributes.get("role") or "", tag)
        if kind in _FRAMED or (kind in _TERMS and not self.frames):
            self.frames.append(_Frame(kind, len(self.lines), level))
            return True
        if tag == "pre":
            self.pre += 1
        return False

    def leave(self, closing: _Closing) -> None:
        """End an element."""
        if closing.blocky:
            self.flush()
        if closing.tag == "a":
            if self.href is not None:
                self.end_link()
            self.href = None
        elif closing.tag == "pre":
            self.pre -= 1
        if closing.framed:
            self.close_frame(self.frames.pop())
        self.region, self.element, self.button = closing.region, closing.element, closing.button

    def close_frame(self, frame: _Frame) -> None:
        around = self.frames[-1] if self.frames else None
        whole = frame.whole
        if frame.tag == "h":
            whole = not self.merge(frame.own, BlockKind.HEADING, frame.level)
        elif frame.tag == "li":
            if whole:
                self.merge(frame.own, BlockKind.ITEM)
        elif frame.tag == "tr":
            if not (whole and self.merge_row(frame.cells)):
                self.lay_out(frame.spans)
            whole = False
        elif frame.tag in _TERMS:
            self.merge_term(frame)
        elif around is not None and around.tag == "tr":
            around.spans.append(range(frame.start, len(self.lines)))
            if whole:
                around.cells.append([i for i in around.spans[-1] if self.lines[i]])
        if around is not None and not whole:
            around.whole = False

    def merge_term(self, frame: _Frame) -> None:
        """Make a term and the little that is said of it one line: a date that moves is that of something."""
        alone = frame.own[0] if len(frame.own) == 1 and len(self.lines) == frame.start + 1 else -1
        if frame.tag == "dt":
            self.term = alone
            return
        term, said = (self.lines[i] if i >= 0 else None for i in (self.term, alone))
        together = term and said and self.term == alone - 1 and term.region == said.region
        if term and said and together and len(said.text.split()) <= _LONGEST_SAID:
            self.lines[self.term] = join([term, said], " | ", BlockKind.ROW)
            self.lines[alone] = None
        self.term = -1

    def merge(self, indices: list[int], kind: BlockKind, level: int = 0) -> bool:
        """Make neighbouring lines of one region one line; whether there was anything to merge."""
        run: list[int] = []
        region = 0
        for index in [*indices, -1]:
            line = self.lines[index] if index >= 0 else None
            if run and (line is None or index != run[-1] + 1 or line.region != region):
                joined = join([x for i in run if (x := self.lines[i])], " ", kind)
                joined.level = level
                for i in run:
                    self.lines[i] = None
                self.lines[run[0]] = joined
                run = []
            if line is not None:
                run.append(index)
                region = line.region
        return bool(indices)

    def lay_out(self, spans: list[range]) -> None:
        """Of the columns of a layout, those with little text of their own stand beside the one with much."""
        if self.in_main[self.region]:
            return
        columns = [[x for i in span if (x := self.lines[i])] for span in spans]
        said = [sum(len(x.text) for x in lines if not x.linked) for lines in columns]
        for lines, own in zip(columns, said, strict=True):
            if len(lines) >= _FEWEST_BESIDE and max(said) >= _BESIDE * max(own, _BESIDE_LEAST):
                beside = Region(self.region, Place.ASIDE, tag="td")
                for line in lines:
                    if line.region == self.region:
                        line.region = len(self.regions)
                self.regions.append(beside)
                self.in_main.append(False)

    def merge_row(self, cells: list[list[int]]) -> bool:
        """Make the cells of a table row one line, unless they are the columns of a layout; whether it did."""
        filled = [cell for cell in cells if cell]
        every = [[x for i in cell if (x := self.lines[i])] for cell in cells]
        parts = [cell for cell in every if cell]
        if len(filled) < 2 or any(len(cell) > _MOST_CELL_LINES for cell in parts):
            return False
        if len({line.region for cell in parts for line in cell}) > 1:
            return False
        empty = Line(EMPTY_CELL, parts[0][0].region, linked=True, pressed=True, element=parts[0][0].element)
        row = join([join(cell or [empty], " ", BlockKind.ROW) for cell in every], " | ", BlockKind.ROW)
        for cell in filled:
            for index in cell:
                self.lines[index] = None
        self.lines[filled[0][0]] = row
        return True


@dataclass(frozen=True, slots=True)
class Head:
    """What the page says about itself."""

    title: str = ""
    language: str = ""
    base: str = ""
    canonical: str = ""
    noindex: bool = False


def read_head(tree: LexborHTMLParser) -> Head:
    title, base, canonical, noindex = "", "", "", False
    node = tree.head.first_child if tree.head is not None else None
    while node is not None:
        tag = node.tag
        if tag == "title" and not title:
            title = tidy(node.text())
        elif tag in {"meta", "base", "link"}:
            values = {name: value or "" for name, value in node.attributes.items()}
            if tag == "base":
                base = base or values.get("href", "")
            elif tag == "link" and "canonical" in values.get("rel", "").lower().split():
                canonical = canonical or values.get("href", "")
            elif values.get("name", "").lower() == "robots":
                orders = set(re.split(r"[\s,]+", values.get("content", "").lower()))
                noindex = noindex or bool(orders & {"noindex", "none"})
        node = node.next
    language = (tree.root.attributes.get("lang") or "") if tree.root is not None else ""
    found = re.match(r"\s*([a-zA-Z]{2})(?![a-zA-Z])", language)
    return Head(title[:1000], found.group(1).lower() if found else "", base, canonical, noindex)


def scan(text: str, *, url: str, selector: str = "", listing: bool = False) -> tuple[Head, Page]:
    """Parse and walk a page. `url` is its final address. Raises ExtractError
    (EMPTY: the selector matches nothing; TOO_COSTLY).
    """
    try:
        tree = LexborHTMLParser(text)
    except SelectolaxError as error:  # only when memory runs out: every text is HTML
        raise ExtractError(ExtractKind.TOO_COSTLY, f"the parser gave up: {error}") from None
    head = read_head(tree)
    chosen: frozenset[int] = frozenset()
    if selector:
        chosen = frozenset(node.mem_id for node in tree.css(selector))
        if not chosen:
            raise ExtractError(ExtractKind.EMPTY, f"nothing on the page matches the selector {selector!r}")
    if tree.root is None:
        return head, Page([], [Region(0)], [])
    return head, _Walk(Addresses(url, head.base), chosen, listing=listing).run(tree.root)


def check_selector(selector: str) -> str | None:
    """Why a CSS selector cannot be used; None when it can."""
    if not selector.strip():
        return "the selector is empty"
    try:
        LexborHTMLParser("<p></p>").css(selector)
    except (SelectolaxError, ValueError, RuntimeError) as error:
        return f"no valid CSS selector: {error}"
    return None
