"""Rows of PDF pages to paragraphs: running heads and page numbers apart, hyphens at line ends joined. Pure."""

import bisect
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from monitor.extract.lines import tidy
from monitor.extract.pdf_columns import Row, Sheet, are_parallel, in_columns
from monitor.model import Block, BlockKind, Place

_BAND = 0.12
"""Share of the page's height, at its top and at its foot, in which running heads are looked for."""
_SAME_PLACE = 8.0
"""Points by which the place of a running head may differ from page to page."""
_REPEATS = 0.4
"""Share of the pages on which a line must stand to be a running head: those of odd and even pages differ."""
_FEWEST_PAGES = 2
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"\W*+(?:page|pagina|blz|bladzijde|seite|p)?+\W*+(?:\d{1,4}|x{0,3}(?:ix|iv|vi{0,3}|i{1,3}))\W*+"
    r"(?:(?:of|van|de|sur|von)?+\W*+\d{1,4})?+\W*+",
    re.IGNORECASE,
)
_START = re.compile(
    r"[•●▪◦■□–—*-]\s|(?:art(?:icle|ikel|\.)?|§+|chapitre|hoofdstuk|kapitel|section|afdeling|titre|titel)\s*\d|"
    r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)°](?:\d{1,3}[.)]?)*+\s",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[•●▪◦■□–—*-]\s|\(?(?:[a-z]|\d{1,3})\)\s", re.IGNORECASE)
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s+[^\W\d_]")
_END = re.compile(r"[.;:!?…»”\")\]]\s*$")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_CAPITALS = re.compile(r"(?<!\w)[A-Z]{2,}[-\u00ad\u2010]$")
_AND = re.compile(r"(?:en|of|et|ou|und|oder|bzw|sowie|and|or)\b")
_LARGER = 1.15
"""So much larger than the text is a heading."""
_HEADING_WORDS = 20


@dataclass(slots=True)
class _Paragraph:
    rows: list[Row]
    page: int

    @property
    def last(self) -> Row:
        return self.rows[-1]


@dataclass(slots=True)
class _Page:
    number: int
    height: float
    rows: list[Row]


def to_blocks(sheets: list[Sheet]) -> tuple[tuple[Block, ...], tuple[Block, ...], str]:
    """Blocks, margin and a note ("two columns") of a document's pages."""
    pages: list[_Page] = []
    columns = 0
    for sheet in sheets:
        rows, two = in_columns(sheet)
        columns += two
        pages.append(_Page(sheet.number, sheet.height, rows))
    margin = _take_running_heads(pages)
    body = statistics.median([row.height for page in pages for row in page.rows] or [0.0])
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    for paragraph in _paragraphs(pages, body):
        block = _block(paragraph, body, path)
        if block is not None:
            blocks.append(block)
    return tuple(blocks), tuple(margin), "two columns" if columns * 2 > len(sheets) else ""


def _take_running_heads(pages: list[_Page]) -> list[Block]:
    """Take from the pages the lines that repeat at the edges of most, and page numbers; the margin, each line once.

    A line is one of them only if everything between it and the edge of the page is.
    """
    places: dict[str, list[float]] = defaultdict(list)
    edges = [_edges(page) for page in pages]
    for page, sides in zip(pages, edges, strict=True):
        for row in (row for side in sides for row in side):
            for key in _running_keys(row, page.number):
                places[key].append(row.bottom)
    for bottoms in places.values():
        bottoms.sort()
    least = max(_FEWEST_PAGES, _REPEATS * len(pages))
    margin: dict[str, Block] = {}
    for page, sides in zip(pages, edges, strict=True):
        running: set[int] = set()
        for side in sides:
            for row in side:
                repeated = [key for key in _running_keys(row, page.number) if _count(places[key], row.bottom) >= least]
                if not repeated and not (len(pages) > 1 and _NUMBER.fullmatch(row.text)):
                    break
                running.add(id(row))
                text = tidy(row.text)
                if text:
                    margin.setdefault(min(repeated, default="#"), Block(text, place=Place.HEADER, page=page.number))
        page.rows = [row for row in page.rows if id(row) not in running]
    return list(margin.values())


def _edges(page: _Page) -> tuple[list[Row], list[Row]]:
    """The rows in the bands at the top and at the foot of a page, each from the edge inwards."""
    top = sorted((row for row in page.rows if row.bottom > (1 - _BAND) * page.height), key=lambda row: -row.bottom)
    return top, sorted((row for row in page.rows if row.bottom < _BAND * page.height), key=lambda row: row.bottom)


def _count(bottoms: list[float], bottom: float) -> int:
    return bisect.bisect_right(bottoms, bottom + _SAME_PLACE) - bisect.bisect_left(bottoms, bottom - _SAME_PLACE)


def _running_keys(row: Row, page: int) -> list[str]:
    """What a line is compared by with those of other pages: as it is, or with one of its numbers counting the pages.

    A number is replaced by its distance from the page's own, so `Art. 5` on one page and `Art. 9` on another differ
    while `5 / 20` and `6 / 20` do not.
    """
    text = tidy(row.text).casefold()
    keys = [text] if text else []
    numbers = list(_DIGITS.finditer(text))[:3]
    keys += [f"{text[: n.start()]}#{int(n.group()[:9]) - page}{text[n.end() :]}" for n in numbers]
    return keys


def _paragraphs(pages: list[_Page], body: float) -> list[_Paragraph]:
    found: list[_Paragraph] = []
    parallel = are_parallel([page.rows for page in pages])
    last: dict[int, _Paragraph] = {}
    """The last paragraph of each stream of text, which the next column or page may go on with."""
    for page in pages:
        rows = page.rows
        right = {c: _right_edge([row for row in rows if row.column == c]) for c in (0, 1)}
        left = {c: _left_edge([row for row in rows if row.column == c]) for c in (0, 1)}
        pitch = _pitch(rows, body)
        before: Row | None = None
        for row in rows:
            stream = row.column if parallel else 0
            current = last.get(stream)
            if current is None:
                goes_on = False
            elif current.last is before and before is not None and before.column == row.column:
                goes_on = _same_paragraph(before, row, left[row.column], right[row.column], pitch)
            else:
                goes_on = _over_the_edge(current.last, row)
            if goes_on and current is not None:
                current.rows.append(row)
            else:
                current = _Paragraph([row], page.number)
                found.append(current)
            last[stream] = current
            before = row
    return found


def _right_edge(rows: list[Row]) -> float:
    return statistics.quantiles([row.right for row in rows], n=10)[-1] if len(rows) > 1 else 0.0


def _left_edge(rows: list[Row]) -> float:
    return statistics.median([row.left for row in rows]) if rows else 0.0


def _pitch(rows: list[Row], body: float) -> float:
    """The usual distance from line to line on a page, in points."""
    steps = [a.bottom - b.bottom for a, b in pairwise(rows) if a.column == b.column]
    steps = [step for step in steps if 0 < step < 4 * max(body, 1)]
    return statistics.median(steps) if steps else 1.2 * body


def _same_paragraph(before: Row, row: Row, left: float, right: float, pitch: float) -> bool:
    step = before.bottom - row.bottom
    if abs(step) < 0.3 * row.height:  # beside each other
        return True
    if step < 0 or step > 1.35 * max(pitch, row.height) or _resized(before, row):
        return False
    if _HYPHEN.search(before.text):
        return True
    if _START.match(row.text) and not before.text.endswith(","):
        return False
    if row.left > left + row.height and before.left < left + 0.5 * row.height and _END.search(before.text):
        return False
    room = (right - before.right) / max(right - left, 1.0)
    return not ((room > 0.2 and _END.search(before.text)) or (room > 0.4 and row.text[:1].isupper()))


def _over_the_edge(before: Row, row: Row) -> bool:
    """Whether a sentence goes on from one page or column to the next."""
    if _resized(before, row) or _START.match(row.text):
        return False
    return bool(_HYPHEN.search(before.text)) or (not _END.search(before.text) and row.text[:1].islower())


def _resized(before: Row, row: Row) -> bool:
    return max(before.height, row.height) > _LARGER * min(before.height, row.height)


def _block(paragraph: _Paragraph, body: float, path: list[tuple[int, str]]) -> Block | None:
    text = tidy(_joined([row.text for row in paragraph.rows]))
    if not text:
        return None
    size = statistics.median([row.height for row in paragraph.rows])
    names = tuple(name for _, name in path)
    level = _level(text, size / body if body else 1.0, len(paragraph.rows))
    if level:
        while path and path[-1][0] >= level:
            path.pop()
        names = tuple(name for _, name in path)
        path.append((level, text))
        return Block(text, BlockKind.HEADING, names, level=level, page=paragraph.page)
    kind = BlockKind.ITEM if _ITEM.match(text) else BlockKind.PARAGRAPH
    return Block(text, kind, names, page=paragraph.page)


def _level(text: str, scale: float, rows: int) -> int:
    """1 to 4 for a heading, else 0: what is larger than the text, or one short numbered line that is no sentence."""
    if len(text.split()) > _HEADING_WORDS or not any(c.isalpha() for c in text):
        return 0
    if scale > _LARGER:
        return 1 if scale > 1.6 else 2 if scale > 1.35 else 3
    return 4 if rows == 1 and _SECTION.match(text) and text[-1].isalnum() else 0


def _joined(lines: list[str]) -> str:
    """Lines as one text. A hyphen at a line end goes when a small letter follows.

    It stays before a capital and behind capitals (`AI-systemen`), and hangs before "and" (`onderhouds- en`).
    """
    text = lines[0]
    for line in lines[1:]:
        if _HYPHEN.search(text) and _AND.match(line):
            text = f"{text[:-1]}- {line}"
        elif _HYPHEN.search(text):
            text = (text[:-1] if not _CAPITALS.search(text) and line[:1].islower() else text[:-1] + "-") + line
        else:
            text += " " + line
    return text
