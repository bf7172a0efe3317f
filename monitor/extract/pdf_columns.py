"""Where the words of a PDF page stand, and in which order they are read: rows, columns, zones. Pure."""

import bisect
import statistics
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a blank. `left` and `right` in points from the page's left edge."""

    text: str
    left: float
    right: float


@dataclass(slots=True)
class Row:
    """Words on one line of a page. `bottom` in points from the page's lower edge, `height` that of its font."""

    words: list[Word]
    bottom: float
    height: float
    column: int = 0
    """0: the whole width or the left column; 1: the right column."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right


@dataclass(slots=True)
class Sheet:
    """One page as it was read: its number from 1 and its rows in the file's own order."""

    number: int
    width: float
    height: float
    rows: list[Row] = field(default_factory=list)


_FEWEST = 8
"""Rows on each side before a page can have columns."""
_CROSSING = 0.25
"""Share of rows that may run across the gutter (titles)."""
_PROSE = 3.0
"""Words a row must have on both sides, on average: a table of figures is not two columns of text."""
_TONGUE = {
    **dict.fromkeys(["le", "la", "les", "du", "et", "est", "une", "pour", "que", "dans", "qui"], "fr"),
    **dict.fromkeys(["het", "een", "van", "voor", "dat", "op", "met", "niet", "zijn", "wordt"], "nl"),
    **dict.fromkeys(["der", "die", "und", "das", "für", "nicht", "ist", "dem", "wird", "zur"], "de"),
    **dict.fromkeys(["the", "of", "and", "to", "is", "for", "that", "with"], "en"),
}
"""Words that tell one language of the country from the others."""
_STEP = 4.0
"""Points between the places tried for the gutter."""


def in_columns(sheet: Sheet) -> tuple[list[Row], bool]:
    """The rows of a page in reading order, and whether it has two columns.

    Two columns are read one after the other between rows that run across both. Within a column, and on a page in one
    column, the file's own order stands: it is the author's.
    """
    gutter = _gutter(sheet)
    if gutter is None:
        return [row for row in sheet.rows if row.words], False
    crossing = sorted(
        (-row.bottom, index) for index, row in enumerate(sheet.rows) if row.words and not _split(row, gutter)
    )
    heights = [height for height, _ in crossing]
    zones: list[tuple[list[Row], list[Row]]] = [([], []) for _ in range(len(crossing) + 1)]
    for row in sheet.rows:
        sides = _split(row, gutter) if row.words else None
        if sides is not None:
            zone = zones[bisect.bisect_left(heights, -row.bottom)]
            zone[0].extend(sides[0])
            zone[1].extend(sides[1])
    ordered = [*zones[0][0], *zones[0][1]]
    for (_, index), zone in zip(crossing, zones[1:], strict=True):
        ordered += [sheet.rows[index], *zone[0], *zone[1]]
    return ordered, True


def are_parallel(pages: list[list[Row]]) -> bool:
    """Whether the two columns are one text in two languages (French | Dutch) rather than one text that flows."""
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for rows in pages:
        for row in rows:
            sides[row.column].update(_TONGUE[word] for part in row.words if (word := part.text.lower()) in _TONGUE)
    tongues = [side.most_common(1)[0][0] for side in sides if side]
    return len(tongues) == 2 and tongues[0] != tongues[1]


def _split(row: Row, gutter: float) -> tuple[list[Row], list[Row]] | None:
    """The parts of a row left and right of the gutter; None when it runs across."""
    for index, word in enumerate(row.words):
        if word.left < gutter < word.right:
            return None
        if index and row.words[index - 1].right <= gutter <= word.left:
            if word.left - row.words[index - 1].right < 0.5 * row.height:
                return None
            parts = (Row(row.words[:index], row.bottom, row.height), Row(row.words[index:], row.bottom, row.height, 1))
            return [parts[0]], [parts[1]]
    if row.left > gutter:
        return [], [Row(row.words, row.bottom, row.height, 1)]
    return [row], []


def _gutter(sheet: Sheet) -> float | None:
    """The middle of the white stripe between two columns, or None."""
    rows = [row for row in sheet.rows if row.words]
    if len(rows) < _FEWEST:
        return None
    first, last = min(row.left for row in rows), max(row.right for row in rows)
    places = []
    place = first + 0.35 * (last - first)
    while place < first + 0.65 * (last - first):
        places.append(place)
        place += _STEP
    best: list[float] = []
    fewest = len(rows) * _CROSSING
    for place in places:
        crossing = _crossing(rows, place, fewest)
        if crossing < fewest:
            best, fewest = [place], crossing
        elif crossing == fewest and best:
            best.append(place)
    if not best:
        return None
    middle = best[len(best) // 2]
    return middle if _is_prose(rows, middle) else None


def _crossing(rows: list[Row], place: float, most: float) -> int:
    """How many rows run across a place; counting stops above `most`."""
    count = 0
    for row in rows:
        if row.left < place < row.right and _split(row, place) is None:
            count += 1
            if count > most:
                break
    return count


def _is_prose(rows: list[Row], gutter: float) -> bool:
    sides: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        parts = _split(row, gutter)
        if parts is not None:
            sides[0].extend(parts[0])
            sides[1].extend(parts[1])
    return all(
        len(side) >= _FEWEST and statistics.fmean(len(row.words) for row in side) >= _PROSE for side in sides
    ) and _beside(*sides)


def _beside(left: list[Row], right: list[Row]) -> bool:
    """Whether the two sides stand beside each other for most of the shorter one's height."""
    top = min(max(row.bottom for row in left), max(row.bottom for row in right))
    foot = max(min(row.bottom for row in left), min(row.bottom for row in right))
    shorter = min(max(row.bottom for row in side) - min(row.bottom for row in side) for side in (left, right))
    return top - foot > 0.5 * shorter
