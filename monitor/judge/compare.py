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

from monitor.cadence import WARM_UP_LOOKS
from monitor.judge.listing import ItemUnit, item_units, settle_items
from monitor.judge.recall import (
    FLICKER,
    ROTATING_TURNS,
    TICKING_TURNS,
    is_volatile,
    keep_pending,
    keep_slots,
    returned_late,
    returned_soon,
    short_hash,
    sight,
    skeleton,
    turn,
    wait_on,
)
from monitor.judge.stamps import Stamps, stamps, teaser_sections
from monitor.judge.units import Unit, UnitKind, settle, units
from monitor.model import Block, Extraction, Memory, PartKind, Pending, Sighting, Slot, key_of
from monitor.text.words import WordLists

EDITORIAL = frozenset({UnitKind.PUNCTUATION, UnitKind.MOVED_AWAY, UnitKind.MOVED_HERE})
_TITLE_CUT = re.compile(r"\s+[|–—·»:-]+\s+")
LONG_PASSAGE = 12
"""Words from which a passage reworded in place is an edit."""
NOISE_RULES = frozenset({"volatile", "rotating", "ticking", "flicker", "build", "clock", "shift", "headline", "teaser"})


@dataclass(frozen=True, slots=True)
class Frame:
    """What of the text only frames the matter: lines of the page's title, sections that only point elsewhere."""

    titles: frozenset[str]
    teasers: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A unit and the rule that speaks about it. `first`: the rule speaks for the first time."""

    unit: Unit | ItemUnit
    rule: str
    first: bool = False


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

    @property
    def applied(self) -> bool:
        return bool(self.news or self.editorial)


def compare(
    told: Extraction, before: Extraction, current: Extraction, memory: Memory, now: datetime, words: WordLists
) -> Comparison:
    """Weigh `current` against `told`, with `before` the text of the previous good look.

    `memory` is that of before this look, but for `good_looks`, which counts it.
    """
    listing = bool(told.items and current.items)
    aligned = () if listing else units(told.blocks, current.blocks)
    found = _differences(told, current, aligned, listing=listing)
    sightings = _sightings(memory, before, current, now)
    file = current.media == "pdf"
    marks = stamps((u for u in found if isinstance(u, Unit)), words, memory.told_since, now)
    frame = Frame(
        _title_lines(told, current),
        frozenset[tuple[str, ...]]() if listing else teaser_sections((*told.blocks, *current.blocks), words),
    )
    scale = _Scale(memory, sightings, now, marks, frame, file=file)
    weighed = scale.weigh_all(found)
    edited = any(scale.plainly_edited(w) for w in weighed)
    ready = [w for w in weighed if scale.ready(w) or (edited and w.rule == "confirm")]
    applied = frozenset(w.unit.key for w in ready)
    waiting = tuple(w for w in weighed if w.unit.key not in applied)
    news = tuple(w.unit for w in ready if not _is_editorial(w.unit))
    return Comparison(
        news=news,
        editorial=tuple(w.unit for w in ready if _is_editorial(w.unit)),
        waiting=waiting,
        unconfirmed=_vanished(memory, told, before, found, listing=listing),
        told=_settled(told, current, aligned, applied, listing=listing),
        pending=keep_pending(scale.pending[scale.name(w)] for w in waiting),
        sightings=sightings,
        slots=keep_slots(scale.slots.values()),
        first=min(
            (scale.pending[scale.name(w)] for w in ready), key=lambda p: p.since, default=Pending("", now, 0, "")
        ),
        restored_from=_restored(news, scale),
    )


class _Scale:
    """Weighs units against one memory."""

    def __init__(
        self,
        memory: Memory,
        sightings: tuple[Sighting, ...],
        now: datetime,
        marks: Stamps,
        frame: Frame,
        *,
        file: bool,
    ) -> None:
        self.now, self.last, self.marks, self.frame = now, memory.last_good, marks, frame
        # A file is put there by somebody: it has no furniture, is not half rendered and needs no second look.
        self.file = file
        self.warm = file or memory.good_looks >= WARM_UP_LOOKS
        self.sightings: Mapping[str, Sighting] = {s.key: s for s in sightings}
        self.known: Mapping[str, Pending] = {p.key: p for p in memory.pending}
        self.slots: dict[str, Slot] = {s.key: s for s in memory.slots}
        self.pending: dict[str, Pending] = {}

    def weigh_all(self, found: Sequence[Unit | ItemUnit]) -> list[Weighed]:
        """Weigh each unit; what went in a gap into which words came back waits with them."""
        rules = [self._rule(unit) for unit in found]
        returning = {u.after for u, r in zip(found, rules, strict=True) if isinstance(u, Unit) and r == "flicker"}
        out = []
        for unit, rule in zip(found, rules, strict=True):
            went = isinstance(unit, Unit) and unit.kind is UnitKind.GONE and unit.after in returning
            out.append(self._weighed(unit, "flicker" if went and rule == "confirm" else rule))
        return out

    def _weighed(self, unit: Unit | ItemUnit, rule: str) -> Weighed:
        weighed = Weighed(unit, rule)
        name = self.name(weighed)
        self.pending[name] = wait_on(self.known, name, rule, self.now, self.last)
        old = self.known.get(name)
        return replace(weighed, first=old is None or old.rule != rule)

    def name(self, weighed: Weighed) -> str:
        """Under which a waiting unit is remembered: a place that rotates keeps one name, whatever it shows."""
        unit = weighed.unit
        if isinstance(unit, Unit) and weighed.rule in {"rotating", "ticking"}:
            return unit.slot
        return unit.key

    def ready(self, weighed: Weighed) -> bool:
        pending = self.pending[self.name(weighed)]
        if weighed.rule in {"window", "entry"}:
            # An address that was never listed is no flicker; nor is an entry that slides out of the window.
            return True
        if weighed.rule == "confirm":
            return self.file or pending.looks >= 2
        if weighed.rule == "flicker":
            return pending.looks >= 2 and self.now - pending.since >= FLICKER
        return False

    def plainly_edited(self, weighed: Weighed) -> bool:
        """Is this a long passage reworded in place, for the first time?

        Pages that load badly, rotate or test variants do not reword a sentence here and there: somebody edited the
        text, and the other differences of this look belong to the same edit. No second look is needed.
        """
        unit = weighed.unit
        if weighed.rule != "confirm" or not isinstance(unit, Unit) or unit.kind is not UnitKind.REWORDED:
            return False
        old, new = unit.old[0].key, unit.new[0].key
        slot = self.slots.get(unit.slot)
        fewest = min(len(old.split()), len(new.split()))
        return fewest >= LONG_PASSAGE and not unit.digits_only and (slot is None or slot.turns == 1)

    def _rule(self, unit: Unit | ItemUnit) -> str:
        if isinstance(unit, ItemUnit):
            usual = "entry" if unit.kind is PartKind.ITEM_NEW and unit.news else "confirm" if unit.news else "window"
        elif unit.kind in EDITORIAL:
            usual = "confirm"
        else:
            usual = (
                self.marks.rule(unit)
                or self._pointer(unit)
                or self._turning(unit)
                or self._coming_back(unit)
                or "confirm"
            )
        return usual if self.warm or usual in {"window", "entry"} else "warm_up"

    def _pointer(self, unit: Unit) -> str:
        """A heading that says no more than the page's title says all the time; a card that points elsewhere."""
        block = (unit.new or unit.old)[0]
        if block.headings in self.frame.teasers:
            return "teaser"
        lone = unit.kind in {UnitKind.COME, UnitKind.GONE}
        return "headline" if lone and block.key in self.frame.titles else ""

    def _coming_back(self, unit: Unit) -> str:
        """Did these words come and go before?"""
        sighted = [self.sightings.get(short_hash(b.key)) for b in (*unit.old, *unit.new)]
        if any(is_volatile(s, self.now) for s in sighted):
            return "volatile"
        known = self.known.get(unit.key)
        came_back = any(returned_soon(s) for s in sighted[len(unit.old) :])
        return "flicker" if came_back or (known is not None and known.rule == "flicker") else ""

    def _turning(self, unit: Unit) -> str:
        """Does this place show something else at every look?"""
        if unit.kind not in {UnitKind.REWORDED, UnitKind.COME}:
            return ""
        value = short_hash(unit.new[0].key)
        slot = turn(self.slots, unit.slot, value, self.now)
        self.slots[unit.slot] = slot
        if self.now - slot.at >= FLICKER:  # it has settled
            return ""
        if unit.digits_only and max(slot.turns, self._ticks(unit, value)) > TICKING_TURNS:
            return "ticking"
        return "rotating" if slot.turns > ROTATING_TURNS else ""

    def _ticks(self, unit: Unit, value: str) -> int:
        """How often this line, numbers aside, turned: told turns count as well as held ones."""
        name = short_hash("tick", skeleton(unit.new[0].key))
        slot = turn(self.slots, name, value, self.now)
        self.slots[name] = slot
        return slot.turns


def _differences(
    told: Extraction, current: Extraction, aligned: Iterable[Unit], *, listing: bool
) -> tuple[Unit | ItemUnit, ...]:
    if listing:
        return item_units(told.items, current.items)
    return tuple(u for u in aligned if u.kind is not UnitKind.SAME)


def _settled(
    told: Extraction, current: Extraction, aligned: Iterable[Unit], applied: frozenset[str], *, listing: bool
) -> Extraction:
    if listing:
        return replace(current, items=settle_items(told.items, current.items, applied))
    return replace(current, blocks=settle(aligned, applied))


def _title_lines(told: Extraction, current: Extraction) -> frozenset[str]:
    """The page's title, whole and in its parts, when it stayed the same."""
    if told.title != current.title:
        return frozenset()
    return frozenset(key_of(part) for part in (current.title, *_TITLE_CUT.split(current.title))) - {""}


def _is_editorial(unit: Unit | ItemUnit) -> bool:
    return not unit.news if isinstance(unit, ItemUnit) else unit.kind in EDITORIAL


def _sightings(memory: Memory, before: Extraction, current: Extraction, now: datetime) -> tuple[Sighting, ...]:
    gone, come = _key_changes(before.blocks, current.blocks)
    if not gone and not come:
        return memory.sightings
    return sight(memory.sightings, gone, come, now, memory.last_good or now)


def _key_changes(before: Sequence[Block], current: Sequence[Block]) -> tuple[list[str], list[str]]:
    old, new = Counter(b.key for b in before), Counter(b.key for b in current)
    return [short_hash(k) for k in old - new if k not in new], [short_hash(k) for k in new - old if k not in old]


def _vanished(
    memory: Memory, told: Extraction, before: Extraction, found: Iterable[Unit | ItemUnit], *, listing: bool
) -> tuple[Unit | ItemUnit, ...]:
    """Units that waited for confirmation and are no longer there."""
    here = {u.key for u in found}
    lost = {p.key for p in memory.pending if p.rule in {"confirm", "warm_up"} and p.key not in here}
    if not lost:
        return ()
    listing = listing and bool(before.items)
    aligned = () if listing else units(told.blocks, before.blocks)
    return tuple(u for u in _differences(told, before, aligned, listing=listing) if u.key in lost)


def _restored(news: Sequence[Unit | ItemUnit], scale: _Scale) -> datetime | None:
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
