"""From units to a change: parts with word marks, quoted passages, severity, topics."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from monitor.judge.compare import Comparison
from monitor.judge.listing import ItemUnit
from monitor.judge.lore import Lore
from monitor.judge.severity import heaviest, restored, weigh
from monitor.judge.units import MOST_UNITS, Unit, UnitKind, documents
from monitor.model import (
    Block,
    Change,
    ChangeKind,
    Extraction,
    Item,
    Link,
    Mark,
    Memory,
    Part,
    PartKind,
    Quote,
    QuoteState,
    QuoteTouch,
    Reason,
    Severity,
    Source,
    Span,
)
from monitor.text.marks import word_marks
from monitor.text.quotes import look_on_page, of_quote, quote_key
from monitor.text.topics import ai_gate, topics_of

MOST_PARTS = 2000
"""Parts kept with a change; the bytes of both sides are kept anyway."""
LONGEST_SUMMARY = 600
LONGEST_DATE = 20
"""Characters of a date that people read; a feed's time stamps are longer."""
LONGEST_PART = 20_000
"""Characters of a block kept with a part."""

_KINDS = {
    UnitKind.GONE: PartKind.REMOVED,
    UnitKind.COME: PartKind.ADDED,
    UnitKind.REWORDED: PartKind.CHANGED,
    UnitKind.PUNCTUATION: PartKind.CHANGED,
    UnitKind.MOVED_AWAY: PartKind.MOVED,
    UnitKind.MOVED_HERE: PartKind.MOVED,
    UnitKind.LINK: PartKind.LINK,
}


def parts_of(found: Iterable[Unit | ItemUnit], most: int = MOST_PARTS) -> tuple[Part, ...]:
    """Units as shown, `most` of them; a move is shown once, where the text is now."""
    out: list[Part] = []
    for unit in found:
        if len(out) >= most:
            break
        if isinstance(unit, ItemUnit):
            out.append(_item_part(unit))
        elif unit.kind is UnitKind.REWRITE:
            out.extend(_rewrite(unit))
        elif unit.kind is UnitKind.LINK:
            out.extend(_link_parts(unit))
        elif unit.kind is not UnitKind.MOVED_AWAY:
            out.append(_block_part(unit))
    return tuple(out[:most])


def quote_touches(
    quotes: Sequence[Quote], known: Mapping[str, QuoteState], told: Extraction, margin: Sequence[Block]
) -> tuple[dict[str, QuoteState], tuple[QuoteTouch, ...]]:
    """The state of every quoted passage in the told text and the page's margin, and those whose state changed."""
    states: dict[str, QuoteState] = {}
    touched: list[QuoteTouch] = []
    for quote in quotes:
        found = look_on_page(quote, told.blocks, margin)
        states[quote_key(quote)] = found.state
        before = of_quote(known, quote)
        if before is not None and before is not found.state:
            touched.append(QuoteTouch(quote, before, found.state, found.nearest, found.page))
    return states, tuple(touched)


def change_of(
    comparison: Comparison,
    *,
    source: Source,
    memory: Memory,
    touches: tuple[QuoteTouch, ...],
    language: str,
    lore: Lore,
    now: datetime,
) -> Change | None:
    """The change a comparison tells, or the silent editorial one, or None.

    `memory` is that before this look: it knows since when and how often the old text was seen.
    """
    told = bool(comparison.news)
    whole = parts_of(comparison.news or comparison.editorial, MOST_UNITS)
    if not whole:
        return None
    severity, reasons = weigh(whole, touches, source, language, lore)
    parts = heaviest(whole, MOST_PARTS, language, lore)
    if not told:
        severity = Severity.EDITORIAL
        windowed = all(isinstance(u, ItemUnit) for u in comparison.editorial)
        reasons = (Reason("window" if windowed else str(_editorial_kind(comparison))),)
    if comparison.restored_from is not None:
        reasons = (restored(comparison.restored_from), *reasons)
    text = " \n".join(f"{p.old} {p.new} {' '.join(p.headings)}" for p in whole)
    topics = topics_of(text, language, source.topics, lore.lexicon)
    about_ai = not source.general or ai_gate(text, language, lore.lexicon)
    return Change(
        source_id=source.id,
        kind=_kind(comparison),
        severity=severity,
        reasons=reasons,
        parts=parts,
        first_seen=comparison.first.since,
        confirmed_at=now,
        unchanged_since=memory.told_since,
        last_unchanged=comparison.first.last_without or memory.last_good,
        looks_unchanged=max(1, memory.told_looks - comparison.first.looks + 1),
        topics=topics,
        quotes=touches,
        told=told and severity >= Severity.MINOR and about_ai,
        restored_from=comparison.restored_from,
    )


def _kind(comparison: Comparison) -> ChangeKind:
    if not comparison.news:
        return _editorial_kind(comparison)
    if comparison.restored_from is not None:
        return ChangeKind.RESTORED
    if all(isinstance(u, ItemUnit) for u in comparison.news):
        return ChangeKind.ITEMS
    if all(isinstance(u, Unit) and u.kind is UnitKind.LINK for u in comparison.news):
        return ChangeKind.LINKS
    return ChangeKind.TEXT


def _editorial_kind(comparison: Comparison) -> ChangeKind:
    moved = any(isinstance(u, ItemUnit) or u.kind is not UnitKind.PUNCTUATION for u in comparison.editorial)
    return ChangeKind.ORDER if moved else ChangeKind.PUNCTUATION


def _block_part(unit: Unit) -> Part:
    block = (unit.new or unit.old)[0]
    old, new = _clip(unit.old), _clip(unit.new)
    kind = _KINDS[unit.kind]
    spans: tuple[Span, ...]
    if kind is PartKind.MOVED and any(unit.sections):  # where it stands is part of what it says
        kind = PartKind.CHANGED
        old, new = (f"{name} – {new}"[:LONGEST_PART] for name in unit.sections)
        spans = word_marks(old, new)
    elif kind is PartKind.MOVED:
        old, spans = new, (Span(Mark.SAME, new),)
    elif kind is PartKind.CHANGED:
        spans = word_marks(old, new)
    else:
        spans = (Span(Mark.ADDED, new),) if new else (Span(Mark.REMOVED, old),)
    return Part(kind, old, new, spans, block.headings, block.kind, block.place, block.page, slot=unit.slot)


def _rewrite(unit: Unit) -> Iterable[Part]:
    """A page rewritten in thousands of places is shown as what went and what came, from the top."""
    half = MOST_PARTS // 2
    yield from (_block_part(Unit(UnitKind.GONE, (b,), ())) for b in unit.old[:half])
    yield from (_block_part(Unit(UnitKind.COME, (), (b,))) for b in unit.new[:half])


def _link_parts(unit: Unit) -> Iterable[Part]:
    block = unit.new[0]
    kept = {link.url for link in block.links} & {link.url for link in unit.old[0].links}
    before = [link for link in unit.old[0].links if link.url not in kept]
    after = [link for link in block.links if link.url not in kept]
    for old, new in zip_longest(before, after, fillvalue=Link("", "")):
        spans = (Span(Mark.SAME, new.text or old.text), Span(Mark.REMOVED, old.url), Span(Mark.ADDED, new.url))
        yield Part(
            PartKind.LINK,
            old.url,
            new.url,
            tuple(s for s in spans if s.text),
            block.headings,
            block.kind,
            block.place,
            block.page,
            new.url or old.url,
            slot=unit.slot,
        )


def _item_part(unit: ItemUnit) -> Part:
    item = unit.new or unit.old
    if item is None:
        raise ValueError("an entry unit has at least one side")
    both = unit.old is not None and unit.new is not None
    old, new = _shown(unit.old, whole=both), _shown(unit.new, whole=both)
    if old and new and unit.old and unit.new:
        if unit.old.files != unit.new.files:
            old, new = _with_files(old, unit.old), _with_files(new, unit.new)
        spans: tuple[Span, ...] = word_marks(old, new)
    else:
        spans = (Span(Mark.ADDED, new),) if new else (Span(Mark.REMOVED, old),)
    return Part(unit.kind, old, new, spans, url=item.url, date=item.date, slot=unit.slot)


def _shown(item: Item | None, *, whole: bool = False) -> str:
    """An entry as told: its date as printed, its title, and what the list says of it, `whole` or its beginning."""
    if item is None:
        return ""
    date = item.date if len(item.date) <= LONGEST_DATE and item.date not in item.title else ""
    said = (date, item.title, item.summary if whole else item.summary[:LONGEST_SUMMARY])
    return " – ".join(text for text in said if text)[:LONGEST_PART]


def _with_files(shown: str, item: Item) -> str:
    """The entry as told, and the names of the documents it links to."""
    names = sorted(documents(Link("", url) for url in item.files))
    return " – ".join((shown, *(name.rsplit("/", 1)[-1] for name in names)))


def _clip(blocks: Sequence[Block]) -> str:
    return blocks[0].text[:LONGEST_PART] if blocks else ""
