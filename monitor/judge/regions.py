"""The map of a source's regions: which parts of its page are the document, and which the page around it. Pure.

A page is cut into *stretches*: neighbouring lines of one region that first sight puts on one side (a run of lines that
only point elsewhere is one stretch, whatever regions it runs through). A stretch stays on
the side where its words stood at the last look; what shows other words goes where the map puts its region; what the map
does not know is taken at first sight, and there what is not known is document. So nothing changes sides because a
threshold tipped, a class was renamed or a page was designed anew, and both texts of a comparison are parted alike.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.judge.person import MARGIN, places_of_line
from monitor.judge.recall import short_hash
from monitor.judge.units import UnitKind, settle, units
from monitor.model import Block, BlockKind, Extraction, Memory, Place, Quote, QuoteState, RegionSide, Sayings
from monitor.text import prose
from monitor.text.quotes import look_for

SETTLED = 3
"""Good looks after which the map is drawn; until then every look may correct it."""
KNOWN = 0.5
"""Share of a stretch's words that must have stood at the last look for them to decide."""
CLEAR = 0.9
"""Share of a region's words on one side from which the map puts the region there."""
REDESIGN = 0.5
"""Share of a page's words in regions the map has never seen from which it is drawn anew."""
EDITS = 2
"""Looks that showed new prose in a region of the margin before it is taken for document."""
KEEP_REGIONS = 150
LASTING = frozenset({"quote", "person", "prose"})
"""Evidence that outweighs where the words stood before."""
_EDITED = frozenset({Place.NAV, Place.FOOTER})
"""Places whose margin may hold prose that is neither a request, an invitation nor a card."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A reading parted under the map.

    `opened`: stretches that were margin and are document from this look on. `redrawn`: most of the page stood in
    regions the map had never seen.
    """

    reading: Extraction
    regions: tuple[RegionSide, ...]
    opened: frozenset[str] = frozenset()
    redrawn: bool = False


@dataclass(slots=True)
class _Stretch:
    key: str
    lines: list[Block]
    margin: bool
    """At first sight."""
    document: bool = True
    shared: bool = False
    """Other pages of the site carry it too."""
    words: int = 0
    votes: tuple[int, int, int] = (0, 0, 0)
    """Its words that stood in the text at the last look, in the margin, and nowhere."""


def under_map(
    memory: Memory,
    before: Extraction | None,
    reading: Extraction,
    quotes: Sequence[Quote],
    sayings: Sayings,
    shared: Collection[str] = (),
) -> Mapped:
    """Part a reading as the source's map and its last good text say. `before` is that text, None on the first look.

    `shared`: keys of lines outside the document that other pages of the site carry too.
    """
    if not (reading.margin_at or memory.regions or any(b.region for b in reading.blocks)):
        return Mapped(reading, ())
    stretches = _stretches(reading, shared)
    rows = {row.key: row for row in memory.regions}
    stood = _stood(before)
    for stretch in stretches:
        stretch.words, stretch.votes = _weighed(stretch, stood)
        stretch.document = _side(stretch, rows.get(stretch.key), stood)
    opened = {s.key: "prose" for s in stretches if s.document and s.votes[1] > s.votes[0]}
    opened |= _spoken_for(stretches, stood, memory, quotes, sayings)
    edits = _edits(stretches, stood) if before is not None else frozenset()
    opened |= {key: "prose" for key in edits if key in rows and rows[key].edits + 1 >= EDITS}
    for stretch in stretches:
        stretch.document = stretch.document or (stretch.key in opened and _says(stretch) and not stretch.shared)
    redrawn = memory.good_looks >= SETTLED and _unknown(stretches, rows) > REDESIGN
    drawn = _drawn(stretches, {} if redrawn else rows, opened, edits, memory.good_looks)
    named = replace(reading, fingerprint=f"{reading.fingerprint.partition(' ')[0]} {name_of(drawn)}")
    return Mapped(_parted(named, stretches), drawn, frozenset(opened), redrawn)


def parted(reading: Extraction, regions: Sequence[RegionSide]) -> Extraction:
    """A text parted as the map alone says: for older bytes read again under new rules."""
    rows = {row.key: row for row in regions}
    if not rows:
        return reading
    stretches = _stretches(reading)
    for stretch in stretches:
        stretch.document = _mapped(stretch, rows.get(stretch.key))
    return _parted(reading, stretches)


def opened(told: Extraction, before: Extraction, keys: frozenset[str]) -> tuple[Extraction, Extraction]:
    """The told and the last good text with these stretches as document.

    What stood in them at the last look enters the told text without a word: it was never news.
    """
    if not keys:
        return told, before
    stretches = _stretches(before)
    for stretch in stretches:
        stretch.document = not stretch.margin or (stretch.key in keys and _says(stretch))
    wider = _parted(before, stretches)
    entered = {b.key for s in stretches if s.document and s.margin for b in s.lines}
    aligned = units(told.blocks, wider.blocks)
    applied = frozenset(u.key for u in aligned if u.kind is UnitKind.COME and u.new[0].key in entered)
    return replace(told, blocks=settle(aligned, applied), margin=wider.margin), wider


def name_of(regions: Iterable[RegionSide]) -> str:
    """A short name of a map, the same for the same sides."""
    return short_hash(*(f"{row.key} {row.document}" for row in sorted(regions, key=lambda r: r.key)))[:8]


def whole(reading: Extraction) -> Iterable[tuple[Block, bool]]:
    """All lines of a page in reading order, each with whether it is margin."""
    margin, blocks = iter(reading.margin), iter(reading.blocks)
    at = frozenset(reading.margin_at)
    for n in range(len(reading.blocks) + len(at)):
        yield (next(margin), True) if n in at else (next(blocks), False)


# --- sides ------------------------------------------------------------------------------------------------------


def _stretches(reading: Extraction, shared: Collection[str] = ()) -> list[_Stretch]:
    found: list[_Stretch] = []
    pointing = False
    for block, margin in whole(reading):
        key, before = f"{block.region} {block.place}", pointing
        pointing = block.place is Place.NAV and not block.region.endswith(f"/{Place.NAV}")
        here = bool(shared) and block.place is not Place.MAIN and block.key in shared
        goes_on = bool(found) and (found[-1].margin, found[-1].shared) == (margin, here) and pointing == before
        if not (goes_on and (pointing or found[-1].key == key)):
            found.append(_Stretch(key, [], margin, document=not margin, shared=here))
        found[-1].lines.append(block)
    return found


@dataclass(frozen=True, slots=True)
class _Stood:
    """Keys of the lines of the last look: those only in the text, those only in the margin, and those on both sides."""

    text: frozenset[str] = frozenset()
    margin: frozenset[str] = frozenset()
    both: frozenset[str] = frozenset()

    def __contains__(self, key: str) -> bool:
        return key in self.text or key in self.margin or key in self.both


def _stood(before: Extraction | None) -> _Stood:
    if before is None:
        return _Stood()
    text, margin = {b.key for b in before.blocks}, {b.key for b in before.margin}
    return _Stood(frozenset(text - margin), frozenset(margin - text), frozenset(text & margin))


def _weighed(stretch: _Stretch, stood: _Stood) -> tuple[int, tuple[int, int, int]]:
    """The words of a stretch, and its votes. What stood on both sides says nothing."""
    total = for_text = for_margin = new = 0
    for block in stretch.lines:
        key = block.key
        words = key.count(" ") + 1
        total += words
        if key in stood.text:
            for_text += words
        elif key in stood.margin:
            for_margin += words
        elif key not in stood.both:
            new += words
    return total, (for_text, for_margin, new)


def _side(stretch: _Stretch, row: RegionSide | None, stood: _Stood) -> bool:
    """Is the stretch document?"""
    if stretch.shared:
        return False
    if row is not None and row.evidence in LASTING and _says(stretch):
        return True
    for_text, for_margin, new = stretch.votes
    if not for_text + for_margin + new:
        return not stretch.margin
    known = for_text + for_margin >= KNOWN * (for_text + for_margin + new)
    document = for_text >= for_margin if known else _mapped(stretch, row)
    # A sentence that was not there before is told, though it stands among what was margin: unknown is document.
    turning = row is not None and row.evidence == "turning"
    said = any(_is_prose(b) and b.key not in stood for b in stretch.lines)
    return document or (not stretch.margin and not turning and said)


def _mapped(stretch: _Stretch, row: RegionSide | None) -> bool:
    """The side of a stretch by the map alone; a region with lines on both sides says nothing."""
    return not stretch.margin if row is None or row.evidence == "mixed" else row.document


def _says(stretch: _Stretch) -> bool:
    """Is there a line that is more than a link or a label?"""
    return any(b.kind is not BlockKind.LINK and b.key.count(" ") >= 2 for b in stretch.lines)


def _is_prose(block: Block) -> bool:
    return block.kind is not BlockKind.LINK and prose.is_prose(block.text, block.links)


def _edits(stretches: Sequence[_Stretch], stood: _Stood) -> frozenset[str]:
    """Stretches of the margin that show a sentence that was not there at the last look."""
    return frozenset(
        s.key
        for s in stretches
        if not s.document and any(b.place in _EDITED and b.key not in stood and _is_matter(b) for b in s.lines)
    )


def _is_matter(block: Block) -> bool:
    text = block.text
    said = _is_prose(block) and not block.links
    return said and not (prose.asks_consent(text) or prose.invites(text) or prose.about_browser(text))


def _spoken_for(
    stretches: Sequence[_Stretch], stood: _Stood, memory: Memory, quotes: Sequence[Quote], sayings: Sayings
) -> dict[str, str]:
    """Stretches of the margin that hold a quoted passage found nowhere else, or that a person called news."""
    found: dict[str, str] = {}
    news = {place for place, rule in sayings.news if rule == MARGIN}
    outside = [s for s in stretches if not s.document]
    if news:
        found |= {s.key: "person" for s in outside if any(news & places_of_line(b.key) for b in s.lines)}
    found_already = bool(memory.quotes) and all(state is QuoteState.FOUND for state in memory.quotes.values())
    if not quotes or found_already or not _fresh(outside, stood):
        return found
    text = [b for s in stretches if s.document for b in s.lines]
    for quote in quotes:
        if look_for(quote, text).state is not QuoteState.FOUND:
            found |= {s.key: "quote" for s in outside if look_for(quote, s.lines).state is QuoteState.FOUND}
    return found


def _fresh(outside: Sequence[_Stretch], stood: _Stood) -> bool:
    """Does the margin show anything that was not there at the last look?"""
    return any(b.key not in stood for s in outside for b in s.lines)


# --- the map ----------------------------------------------------------------------------------------------------


def _unknown(stretches: Sequence[_Stretch], rows: Mapping[str, RegionSide]) -> float:
    """Share of the words that stand in regions the map has never seen."""
    total = unknown = 0
    for stretch in stretches:
        total += stretch.words
        unknown += stretch.words if stretch.key not in rows else 0
    return unknown / total if total else 0.0


def _drawn(
    stretches: Sequence[_Stretch],
    rows: Mapping[str, RegionSide],
    opened: Mapping[str, str],
    edits: frozenset[str],
    looks: int,
) -> tuple[RegionSide, ...]:
    """The map after this look. `looks`: good looks before it."""
    text, margin, new = Counter[str](), Counter[str](), Counter[str]()
    for stretch in stretches:
        (text if stretch.document else margin)[stretch.key] += stretch.words
        new[stretch.key] += stretch.votes[2]
    drawn = dict(rows)
    for key in dict.fromkeys(s.key for s in stretches):
        words, old = text[key] + margin[key], rows.get(key)
        if key in opened:
            drawn[key] = RegionSide(key, document=True, evidence=opened[key])
        elif looks < SETTLED or old is None:
            drawn[key] = _first_drawn(key, old, text[key] / words, turned=looks > 0 and new[key] > words / 2)
        elif key in edits:
            drawn[key] = replace(old, edits=old.edits + 1)
    largest = sorted(drawn, key=lambda key: (key not in text and key not in margin, -text[key] - margin[key], key))
    return tuple(drawn[key] for key in sorted(largest[:KEEP_REGIONS]))


def _first_drawn(key: str, old: RegionSide | None, share: float, *, turned: bool) -> RegionSide:
    """A region as the first looks show it: a box beside the text that turns at each of them is margin."""
    turns = (old.turns if old else 0) + turned
    beside = not key.endswith(f" {Place.MAIN}")
    if beside and turns >= SETTLED - 1:
        return RegionSide(key, document=False, evidence="turning", turns=turns)
    if share >= CLEAR:
        return RegionSide(key, document=True, evidence="looks", turns=turns)
    return RegionSide(key, document=False, evidence="looks" if share <= 1 - CLEAR else "mixed", turns=turns)


def _parted(reading: Extraction, stretches: Sequence[_Stretch]) -> Extraction:
    """The reading with each stretch on its side; the headings above a line are those of its side."""
    if all(s.document is not s.margin for s in stretches):
        return reading
    blocks: list[Block] = []
    margin: list[Block] = []
    at: list[int] = []
    number = 0
    for stretch in stretches:
        for block in stretch.lines:
            (blocks if stretch.document else margin).append(block)
            if not stretch.document:
                at.append(number)
            number += 1
    return replace(reading, blocks=_headed(blocks), margin=_headed(margin), margin_at=tuple(at))


def _headed(blocks: Sequence[Block]) -> tuple[Block, ...]:
    out: list[Block] = []
    path: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            while path and path[-1][0] >= block.level:
                path.pop()
        names = tuple(text for _, text in path)
        out.append(block if block.headings == names else replace(block, headings=names))
        if block.kind is BlockKind.HEADING:
            path.append((block.level, block.text))
    return tuple(out)
