"""The told text against what stands there now: what to tell, what to wait for, what is noise. Pure.

The *told text* is what the readers know. Each look is compared with it, unit by unit. A unit is told when it has
stood for two looks; text that came back within 72 hours must stand that long; what turns at every look is noise
until it settles. Told units (and editorial ones, silently) are applied to the told text; all others stay
differences and are weighed again at the next look. So nothing is ever absorbed without a word or a stored reason.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.judge.counting import renumbered
from monitor.judge.listing import ItemUnit, frames, inside_entries, item_units, said_within, settle_items
from monitor.judge.lore import EVERY_RULE, Rules
from monitor.judge.neighbours import is_outside
from monitor.judge.person import NOTHING_SAID
from monitor.judge.recall import keep_pending, keep_slots, returned_late, returned_soon, short_hash, sight
from monitor.judge.scale import EDITORIAL, NOISE_RULES, Frame, Scale, Weighed
from monitor.judge.stamps import date_rows, dated, stamps, teaser_sections
from monitor.judge.units import Unit, UnitKind, respelled, settle, units
from monitor.model import Block, Extraction, Memory, Pending, Sayings, Sighting, Slot, key_of
from monitor.text.words import WordLists

__all__ = ["EDITORIAL", "NOISE_RULES", "Comparison", "Weighed", "compare", "differences", "settled"]

SWEPT = frozenset({"confirm", "with"})
"""What waits for a second look only goes with an edit that is plain."""
MOSTLY_GONE = 0.2
"""Share of the told words whose going speaks for a page that came in part."""
REPLACED = 0.25
"""… unless so much came for what went."""
_SET_APART = {
    "order": {UnitKind.MOVED_AWAY: UnitKind.GONE, UnitKind.MOVED_HERE: UnitKind.COME},
    "punctuation": {UnitKind.PUNCTUATION: UnitKind.REWORDED},
    "link": {UnitKind.LINK: UnitKind.SAME},
}
"""What a line is taken for without the rule."""
_TITLE_CUT = re.compile(r"(?<!\s)\s++[|–—·»:-]++\s+")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one good look means. `told` is the told text after it, `pending`… the memory after it."""

    news: tuple[Unit | ItemUnit, ...]
    editorial: tuple[Unit | ItemUnit, ...]
    waiting: tuple[Weighed, ...]
    unconfirmed: tuple[Unit | ItemUnit, ...]
    told: Extraction
    pending: tuple[Pending, ...]
    sightings: tuple[Sighting, ...]
    slots: tuple[Slot, ...]
    first: Pending
    """Of the told units, the one seen first: since when, and the last good look without it."""
    restored_from: datetime | None = None
    """Everything told is wording that stood there before, last at this time."""
    ready: tuple[Weighed, ...] = ()
    """The told and the editorial units, each with the rule that let it through."""
    sorted_anew: bool = False
    """Lines went from the text to the margin or came from there: the told text follows without a word."""
    edited: bool = False
    """A long passage was plainly reworded: what stands beside it needed no second look."""

    @property
    def applied(self) -> bool:
        return bool(self.news or self.editorial)


def compare(
    told: Extraction,
    before: Extraction,
    current: Extraction,
    memory: Memory,
    now: datetime,
    words: WordLists,
    *,
    lists: bool = False,
    rules: Rules = EVERY_RULE,
    sayings: Sayings = NOTHING_SAID,
) -> Comparison:
    """Weigh `current` against `told`, with `before` the text of the previous good look.

    `memory` is that of before this look, but for `good_looks`, which counts it. `lists`: the source is a listing.
    """
    sides = _changed_sides(before, current) if "region" in rules else _NO_SIDES
    aligned, found = _asked(told, current, sides, rules, words)
    sightings = _sightings(memory, before, current, now)
    rows = date_rows(told.blocks, words) | date_rows(current.blocks, words) if not lists else frozenset()
    marks = stamps((u for u in found if isinstance(u, Unit)), words, memory.told_since, now, rules, rows)
    teasers = teaser_sections(told.blocks, words) | teaser_sections(current.blocks, words)
    frame = Frame(
        _title_lines(told, current), teasers, dated(found, words, now), inside_entries(found, told.items, current.items)
    )
    in_part = "part" in rules and _in_part(found, told)
    scale = Scale(
        memory, sightings, now, marks, frame,
        file=current.media == "pdf", lists=lists, whole=not in_part, rules=rules, sayings=sayings,
    )  # fmt: skip
    weighed = scale.weigh_all(found)
    edited = any(scale.plainly_edited(w) and not _beside(w) for w in weighed) and not in_part
    entered = any(w.rule == "entry" for w in weighed) and not in_part
    swept = {
        w.unit.key for w in weighed if w.rule in SWEPT and ((edited and not _beside(w)) or (entered and _listed(w)))
    }
    ready = [w for w in weighed if scale.ready(w) or w.unit.key in swept]
    applied = frozenset(w.unit.key for w in ready)
    waiting = tuple(w for w in weighed if w.unit.key not in applied)
    news = tuple(w.unit for w in ready if not _is_editorial(w.unit))
    return Comparison(
        news=news,
        editorial=tuple(w.unit for w in ready if _is_editorial(w.unit)),
        waiting=waiting,
        unconfirmed=_vanished(memory, told, before, found),
        told=settled(told, current, aligned, found, applied),
        pending=keep_pending(p for w in waiting for p in scale.waits(w)),
        sightings=sightings,
        slots=keep_slots(scale.slots.values()),
        first=min((scale.since(w) for w in ready), key=lambda p: p.since, default=Pending("", now, 0, "")),
        restored_from=_restored(news, scale),
        ready=tuple(ready),
        sorted_anew=sides != _NO_SIDES,
        edited=edited,
    )


def _asked(
    told: Extraction, current: Extraction, sides: "_Sides", rules: Rules, words: WordLists
) -> tuple[tuple[Unit, ...], tuple[Unit | ItemUnit, ...]]:
    """The two texts aligned, and what differs; what a rule that is off would set apart is an ordinary difference."""
    aligned = units(told.blocks, current.blocks)
    gone, come = sides
    if gone or come:
        aligned = tuple(_apart(aligned, gone, come))
    aligned = renumbered(respelled(aligned, words))
    if rules is EVERY_RULE:
        return aligned, _without(differences(told, current, aligned, words), gone, come)
    plain = {k: v for rule, kinds in _SET_APART.items() if rule not in rules for k, v in kinds.items()}
    aligned = tuple(replace(u, kind=_plain_kind(u, plain)) for u in aligned)
    found = _without(differences(told, current, aligned, words), gone, come)
    if "window" not in rules:
        found = tuple(replace(u, news=True) if isinstance(u, ItemUnit) else u for u in found)
    return aligned, found


_Sides = tuple[frozenset[str], frozenset[str]]
_NO_SIDES: _Sides = (frozenset(), frozenset())


def _changed_sides(before: Extraction, current: Extraction) -> _Sides:
    """Keys of the lines that went from the text to the margin since the last look, and of those that came from there.

    They stood on the page and stand there still: that they are sorted in another way is no news.
    """
    if before.margin == current.margin:
        return _NO_SIDES
    old, new = Counter(b.key for b in before.margin), Counter(b.key for b in current.margin)
    here, there = {b.key for b in current.blocks}, {b.key for b in before.blocks}
    gone = frozenset(key for key in new - old if key in there and key not in here)
    come = frozenset(key for key in old - new if key in here and key not in there)
    return gone, come


def _apart(aligned: Iterable[Unit], gone: frozenset[str], come: frozenset[str]) -> Iterable[Unit]:
    """Lines that only changed sides are no new wording of what stands in their place now."""
    for unit in aligned:
        if unit.kind is UnitKind.REWORDED and (unit.old[0].key in gone or unit.new[0].key in come):
            yield replace(unit, kind=UnitKind.GONE, new=())
            yield replace(unit, kind=UnitKind.COME, old=())
        else:
            yield unit


def _without(
    found: Iterable[Unit | ItemUnit], gone: frozenset[str], come: frozenset[str]
) -> tuple[Unit | ItemUnit, ...]:
    def sorted_anew(blocks: tuple[Block, ...], keys: frozenset[str]) -> bool:
        return all(b.key in keys for b in blocks)

    return tuple(
        u for u in found if isinstance(u, ItemUnit) or not (sorted_anew(u.old, gone) and sorted_anew(u.new, come))
    )


def _plain_kind(unit: Unit, plain: Mapping[UnitKind, UnitKind]) -> UnitKind:
    kind = plain.get(unit.kind, unit.kind)
    if kind is UnitKind.REWORDED and not (unit.old and unit.new):
        return UnitKind.COME if unit.new else UnitKind.GONE
    return kind


def differences(
    told: Extraction, current: Extraction, aligned: Iterable[Unit], words: WordLists | None = None
) -> tuple[Unit | ItemUnit, ...]:
    """Entries that differ, and all other text that does; text that only shows entries is compared as entries."""
    found = tuple(u for u in aligned if u.kind is not UnitKind.SAME)
    if not (told.items and current.items):
        return found
    changed = item_units(told.items, current.items, words)
    entries = frames((*told.blocks, *current.blocks), told.items, current.items)
    entries |= said_within((b for u in found for b in (*u.old, *u.new)), changed)
    text = tuple(u for u in found if any(b.key not in entries for b in (*u.old, *u.new)))
    return (*changed, *text)


def _beside(weighed: Weighed) -> bool:
    """Does it stand outside the document? There a second look is always waited for: neighbours may say the same."""
    unit = weighed.unit
    return isinstance(unit, Unit) and all(is_outside(b) for b in (*unit.old, *unit.new))


def _listed(weighed: Weighed) -> bool:
    """An entry, a line of a listing whose entries cannot be told apart, or a number that counts on with them: it goes
    and comes with the others.
    """
    unit = weighed.unit
    return isinstance(unit, ItemUnit) or unit.kind in {UnitKind.COME, UnitKind.GONE, UnitKind.PUNCTUATION}


def _in_part(found: Iterable[Unit | ItemUnit], told: Extraction) -> bool:
    """Did so much go that the page may have come in part only? Where much came instead, somebody wrote it."""
    gone = come = 0
    for unit in found:
        if isinstance(unit, Unit) and not (unit.old and unit.new):
            gone += sum(len(b.text.split()) for b in unit.old)
            come += sum(len(b.text.split()) for b in unit.new)
    return gone > MOSTLY_GONE * max(1, told.words) and come < REPLACED * gone


def settled(
    told: Extraction,
    current: Extraction,
    aligned: Sequence[Unit],
    found: Sequence[Unit | ItemUnit],
    applied: frozenset[str],
) -> Extraction:
    """The told text after this look. Text that only shows entries follows the page."""
    weighed = {u.key for u in found}
    silent = frozenset(u.key for u in aligned if u.kind is not UnitKind.SAME) - weighed
    blocks = settle(aligned, applied | silent)
    if told.items and current.items:
        return replace(current, blocks=blocks, items=settle_items(told.items, current.items, applied))
    # Entries take over from text only when no text waits any more, or it would be lost between the two.
    items = current.items if weighed <= applied else told.items
    return replace(current, blocks=blocks, items=items)


def _title_lines(told: Extraction, current: Extraction) -> frozenset[str]:
    """The page's title, whole and in its parts, when it stayed the same."""
    if told.title != current.title:
        return frozenset()
    return frozenset(key_of(part) for part in (current.title, *_TITLE_CUT.split(current.title))) - {""}


def _is_editorial(unit: Unit | ItemUnit) -> bool:
    if isinstance(unit, ItemUnit):
        return not unit.news
    return unit.kind in EDITORIAL and not any(unit.sections)


def _sightings(memory: Memory, before: Extraction, current: Extraction, now: datetime) -> tuple[Sighting, ...]:
    old, new = _shown(before), _shown(current)
    gone, come = [k for k in old if k not in new], [k for k in new if k not in old]
    if not gone and not come:
        return memory.sightings
    return sight(memory.sightings, gone, come, now, memory.last_good or now)


def _shown(text: Extraction) -> dict[str, None]:
    """Hashes of everything a text shows: its blocks and its entries."""
    keys = Counter(b.key for b in text.blocks)
    return dict.fromkeys([short_hash(k) for k in keys] + [short_hash("item", i.key) for i in text.items])


def _vanished(
    memory: Memory, told: Extraction, before: Extraction, found: Iterable[Unit | ItemUnit]
) -> tuple[Unit | ItemUnit, ...]:
    """Units that waited for confirmation and are no longer there."""
    here = {u.key for u in found}
    lost = {p.key for p in memory.pending if p.rule in {"confirm", "warm_up"} and p.key not in here}
    if not lost:
        return ()
    return tuple(u for u in differences(told, before, units(told.blocks, before.blocks)) if u.key in lost)


def _restored(news: Sequence[Unit | ItemUnit], scale: Scale) -> datetime | None:
    """When all told wording was there before: the last time it was."""
    times: list[datetime] = []
    for unit in news:
        if isinstance(unit, ItemUnit) or not unit.new:
            continue
        sighting = scale.sightings.get(short_hash(unit.new[0].key))
        flicker = sighting.last_present if returned_soon(sighting) and sighting else None
        at = returned_late(sighting) or flicker
        if at is None:
            return None
        times.append(at)
    return max(times, default=None)
