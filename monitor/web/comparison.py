"""A change as it is read: its places one by one, both sides beside each other, or the whole text with its marks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from monitor.judge.units import Unit, UnitKind, units
from monitor.messages.changes import Telling
from monitor.messages.view import Marked
from monitor.model import Block, BlockKind, Extraction, Mark, Part, PartKind, Source, Span
from monitor.text.language import language_of
from monitor.text.marks import shorten, word_marks

MOST_PLACES = 400
MOST_BLOCKS = 1500
"""Blocks of a whole text that a page shows."""
LONG_SIDE = 20_000
"""Characters of one place that a page shows."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a change. `marks` with some words around; `old` and `new`: each side whole."""

    number: int
    kind: str
    lead: str
    where: tuple[str, ...]
    page: int
    marks: tuple[Marked, ...]
    old: tuple[Marked, ...]
    new: tuple[Marked, ...]
    lang: str
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of a whole text: `level` of a heading (else 0), `kind` as of a unit."""

    kind: str
    level: int
    page: int
    marks: tuple[Marked, ...]


def places(parts: Sequence[Part], source: Source, telling: Telling) -> tuple[Place, ...]:
    return tuple(
        Place(
            number,
            str(part.kind),
            telling.words(f"part.{part.kind}"),
            part.headings,
            part.page,
            _marked(shorten(spans) if part.kind in {PartKind.CHANGED, PartKind.MOVED} else spans),
            _marked(span for span in spans if span.mark is not Mark.ADDED),
            _marked(span for span in spans if span.mark is not Mark.REMOVED),
            _language(part.new or part.old, source),
            part.url if part.kind is not PartKind.LINK else "",
            part.date,
        )
        for number, part in enumerate(parts[:MOST_PLACES], 1)
        for spans in [_spans(part)]
    )


def whole(old: Extraction, new: Extraction) -> tuple[tuple[Passage, ...], bool]:
    """Both texts as one, in the order of the new one, with marks. False: it goes on beyond what is shown."""
    rows = list(_rows(units(old.blocks, new.blocks)))
    return tuple(rows[:MOST_BLOCKS]), len(rows) <= MOST_BLOCKS


def marked(old: str, new: str) -> tuple[Marked, ...]:
    """Two versions of one place with their word marks, words that stayed cut short."""
    spans = word_marks(old, new) if old and new else (Span(Mark.ADDED, new) if new else Span(Mark.REMOVED, old),)
    return _marked(shorten(spans))


def _rows(aligned: Sequence[Unit]) -> Iterator[Passage]:
    for unit in aligned:
        if unit.kind is UnitKind.MOVED_AWAY:
            continue
        if unit.kind is UnitKind.REWRITE:
            yield from (_passage("gone", block, (Span(Mark.REMOVED, block.text),)) for block in unit.old)
            yield from (_passage("come", block, (Span(Mark.ADDED, block.text),)) for block in unit.new)
            continue
        for before, after in zip_longest(unit.old, unit.new):
            yield _passage(str(unit.kind), after or before, _sides(unit.kind, before, after))


def _sides(kind: UnitKind, before: Block | None, after: Block | None) -> tuple[Span, ...]:
    old, new = before.text if before else "", after.text if after else ""
    if kind in {UnitKind.SAME, UnitKind.LINK, UnitKind.MOVED_HERE}:
        return (Span(Mark.SAME, new or old),)
    if old and new:
        return word_marks(old, new)
    return (Span(Mark.ADDED, new),) if new else (Span(Mark.REMOVED, old),)


def _passage(kind: str, block: Block, spans: Iterable[Span]) -> Passage:
    level = max(1, block.level) if block.kind is BlockKind.HEADING else 0
    return Passage(kind, level, block.page, _marked(spans))


def _spans(part: Part) -> Sequence[Span]:
    if part.spans:
        return part.spans
    if part.kind is PartKind.MOVED:
        return (Span(Mark.SAME, part.new or part.old),)
    both = (Span(Mark.REMOVED, part.old), Span(Mark.ADDED, part.new))
    return tuple(span for span in both if span.text)


def _marked(spans: Iterable[Span]) -> tuple[Marked, ...]:
    left, shown = LONG_SIDE, []
    for span in spans:
        shown.append(Marked(span.mark, span.text[:left]))
        left -= len(span.text)
        if left <= 0:
            return (*shown, Marked(Mark.CUT, ""))
    return tuple(shown)


def _language(text: str, source: Source) -> str:
    if len(source.languages) == 1:
        return source.languages[0]
    return language_of(text, source.languages[0] if source.languages else "")
