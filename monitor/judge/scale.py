"""Weighing the units of one look against the past: each gets the name of the rule that speaks about it. Pure."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.cadence import WARM_UP_LOOKS, WARM_UP_TIME
from monitor.judge.entries import counts
from monitor.judge.listing import ItemUnit
from monitor.judge.lore import EVERY_RULE, Rules
from monitor.judge.person import NOTHING_SAID, PERSON, overruled
from monitor.judge.recall import (
    FLICKER,
    ROTATING_TURNS,
    TICKING_TURNS,
    is_volatile,
    returned_soon,
    short_hash,
    skeleton,
    turn,
    wait_on,
)
from monitor.judge.stamps import Stamps
from monitor.judge.units import Unit, UnitKind
from monitor.model import Memory, PartKind, Pending, Sayings, Sighting, Slot
from monitor.text.rights import same_but_for_years

EDITORIAL = frozenset({UnitKind.PUNCTUATION, UnitKind.MOVED_AWAY, UnitKind.MOVED_HERE})
SHOWN_AGAIN = timedelta(hours=20)
"""After this long a place that rotates is kept again, with its words of then: an edit there must be seen somewhere."""
LONG_PASSAGE = 12
"""Words from which a passage reworded in place is an edit."""
LONGEST_COUNT = 8
"""Words of a line that counts a listing's entries."""
APART = timedelta(hours=36)
"""A look that comes so long after the last one finds what settled in between: nobody was there to see it flicker."""
FEWEST_ENTRY = 3
"""Words from which a new line of a listing is an entry."""
ENDLESS = frozenset({"build", "clock", "stamp", "headline", "teaser", "count"})
"""Rules that say what a line is, not what its past was: they do not end."""
NOISE_RULES = ENDLESS | {PERSON, "volatile", "rotating", "ticking", "flicker", "shift"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What of the text only frames the matter: lines of the page's title, sections that only point elsewhere.

    And what speaks for an edit: `dated`, keys of new lines that give the day of the look. `entries`: keys of lines that
    belong to an entry of a list, whose figures are matter.
    """

    titles: frozenset[str]
    teasers: frozenset[tuple[str, ...]]
    dated: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A unit and the rule that speaks about it. `first`: the rule speaks for the first time."""

    unit: Unit | ItemUnit
    rule: str
    first: bool = False


class Scale:
    """Weighs units against one memory. `file`: a PDF. `lists`: the source is a listing. `whole`: no part is missing."""

    def __init__(
        self,
        memory: Memory,
        sightings: tuple[Sighting, ...],
        now: datetime,
        marks: Stamps,
        frame: Frame,
        *,
        file: bool,
        lists: bool,
        whole: bool = True,
        rules: Rules = EVERY_RULE,
        sayings: Sayings = NOTHING_SAID,
    ) -> None:
        self.now, self.last, self.marks, self.frame = now, memory.last_good, marks, frame
        # A file is put there by somebody: it has no furniture, is not half rendered and needs no second look.
        self.file, self.lists, self.rules, self.sayings = file, lists, rules, sayings
        long_ago = memory.last_good is not None and now - memory.last_good >= APART
        self.apart = whole and long_ago and "apart" in rules
        days_old = memory.first_good is not None and now - memory.first_good >= WARM_UP_TIME
        self.warm = file or memory.good_looks >= WARM_UP_LOOKS or days_old or "warm_up" not in rules
        self.sightings: Mapping[str, Sighting] = {s.key: s for s in sightings}
        self.known: Mapping[str, Pending] = {p.key: p for p in memory.pending}
        self.slots: dict[str, Slot] = {s.key: s for s in memory.slots}
        self.pending: dict[str, Pending] = {}

    def weigh_all(self, found: Sequence[Unit | ItemUnit]) -> list[Weighed]:
        """Weigh each unit; what went to make room for words that wait, or for noise, waits with them."""
        rules = [self._rule(unit) for unit in found]
        if "with" in self.rules:
            for place, rule in self._made_room(found, rules):
                rules[place] = rule
        return [self._weighed(unit, rule) for unit, rule in zip(found, rules, strict=True)]

    def _made_room(self, found: Sequence[Unit | ItemUnit], rules: Sequence[str]) -> Iterator[tuple[int, str]]:
        """What went, by its place in `found`, and the rule of what came for it in the same gap and may not stay.

        As many went as came; where more went, those that are most like it in length.
        """
        # A place that turned before explains nothing that goes beside it only now.
        turned = {u.after for u in found if isinstance(u, Unit) and u.kind is UnitKind.COME and u.slot in self.known}
        went: dict[str, list[tuple[int, int]]] = {}
        came: dict[str, list[tuple[str, int]]] = {}
        for place, (unit, rule) in enumerate(zip(found, rules, strict=True)):
            if not isinstance(unit, Unit):
                continue
            if unit.kind is UnitKind.GONE and self._may_have_made_room(unit, rule, turned):
                went.setdefault(unit.after, []).append((place, len(unit.old[0].text)))
            elif unit.kind is UnitKind.COME and (waits := self._waits_itself(unit, rule)):
                came.setdefault(unit.after, []).append((waits, len(unit.new[0].text)))
        for gap, arrivals in came.items():
            left = went.get(gap, [])
            for rule, size in arrivals:
                if left:
                    nearest = min(left, key=lambda w: abs(w[1] - size))
                    left.remove(nearest)
                    if rules[nearest[0]] == "confirm":
                        yield nearest[0], rule

    def _may_have_made_room(self, unit: Unit, rule: str, turned: Container[str]) -> bool:
        known = self.known.get(unit.key)
        alone = unit.after in turned and (known is None or known.rule == "confirm")
        return (rule == "confirm" or rule in NOISE_RULES) and not alone

    def _waits_itself(self, unit: Unit, rule: str) -> str:
        """The rule under which what this unit replaced waits too; empty when it need not."""
        if rule in NOISE_RULES:
            return rule
        fresh = rule == "confirm" and unit.key not in self.known and not (self.file or self.apart)
        return "with" if fresh else ""

    def waits(self, weighed: Weighed) -> tuple[Pending, ...]:
        """What is remembered of a waiting unit: itself, and the place when that is what the rule is about."""
        unit = self.pending[weighed.unit.key]
        name = self._name(weighed)
        return (unit,) if name == unit.key else (unit, self.pending[name])

    def since(self, weighed: Weighed) -> Pending:
        return self.pending[weighed.unit.key]

    def ready(self, weighed: Weighed) -> bool:
        """May it be told now?"""
        pending = self.since(weighed)
        if weighed.rule in {"window", "entry"}:
            # An address that was never listed is no flicker; nor is an entry that slides out of the window.
            return True
        if weighed.rule == "confirm":
            return self.file or pending.looks >= self._enough(weighed) or self.apart or "confirm" not in self.rules
        if weighed.rule in {"flicker", "shift"}:
            return pending.looks >= 2 and self.now - pending.since >= FLICKER
        return False

    def _enough(self, weighed: Weighed) -> int:
        """Looks that must show a difference. A box that came or went before the source was known has to last longer."""
        unit, old = weighed.unit, self.known.get(weighed.unit.key)
        lone = isinstance(unit, Unit) and unit.kind in {UnitKind.COME, UnitKind.GONE}
        young = old is not None and old.rule == "warm_up" and "warm_up" in self.rules
        return WARM_UP_LOOKS if lone and young else 2

    def plainly_edited(self, weighed: Weighed) -> bool:
        """Is this a long passage reworded in place, for the first time, or a new one that gives its own day?

        Pages that load badly, rotate or test variants do not reword a sentence here and there: somebody edited the
        text, and the other differences of this look belong to the same edit. No second look is needed.
        """
        unit = weighed.unit
        if "edit" not in self.rules or weighed.rule != "confirm":
            return False
        if unit.key in self.frame.dated:
            return True
        if not isinstance(unit, Unit) or unit.kind is not UnitKind.REWORDED:
            return False
        old, new = unit.old[0].key, unit.new[0].key
        slot = self.slots.get(unit.slot)
        fewest = min(len(old.split()), len(new.split()))
        return fewest >= LONG_PASSAGE and not unit.digits_only and (slot is None or slot.turns == 1)

    def _weighed(self, unit: Unit | ItemUnit, rule: str) -> Weighed:
        weighed = Weighed(unit, rule)
        name = self._name(weighed)
        old = self.known.get(name)
        self.pending[unit.key] = wait_on(self.known, unit.key, rule, self.now, self.last)
        if name == unit.key:
            return replace(weighed, first=old is None or old.rule != rule)
        # A place that rotates is shown among what was held back once a day, with what it shows then.
        first = old is None or old.rule != rule or self.now - old.since >= SHOWN_AGAIN
        self.pending[name] = Pending(name, self.now, 1, rule) if first or old is None else old
        return replace(weighed, first=first)

    def _name(self, weighed: Weighed) -> str:
        """A place that rotates keeps one name, whatever it shows: it is held back once, not at every look."""
        unit = weighed.unit
        rotates = weighed.rule in {"rotating", "ticking"} or (isinstance(unit, Unit) and weighed.rule == PERSON)
        return unit.slot if rotates else unit.key

    def _rule(self, unit: Unit | ItemUnit) -> str:
        if isinstance(unit, ItemUnit):
            usual = self._item(unit)
        elif unit.kind in EDITORIAL or unit.kind is UnitKind.REWRITE:
            usual = (any(unit.sections) and self._pointer(unit)) or "confirm"
        else:
            usual = self.marks.rule(unit) or self._pointer(unit) or self._past(unit) or self._entry(unit) or "confirm"
        rule = usual if self.warm or usual in {"window", "entry"} else "warm_up"
        return overruled(rule, unit, self.sayings, NOISE_RULES) if PERSON in self.rules else rule

    def _item(self, unit: ItemUnit) -> str:
        if not unit.news:
            return "window"
        item = unit.new or unit.old
        sighting = self.sightings.get(short_hash("item", item.key)) if item else None
        if "volatile" in self.rules and is_volatile(sighting, self.now):
            return "volatile"
        if unit.kind is PartKind.ITEM_CHANGED and "rotating" in self.rules and self._turns(unit):
            return "rotating"
        if unit.kind is not PartKind.ITEM_NEW:
            return "entry" if "entry" in self.rules and unit.redated else "confirm"
        if "flicker" in self.rules and returned_soon(sighting):
            return "flicker"
        return "entry" if "entry" in self.rules else "confirm"

    def _turns(self, unit: ItemUnit) -> bool:
        """Does this entry say something else at every look?"""
        self.slots[unit.slot] = slot = turn(self.slots, unit.slot, unit.key, self.now)
        return self.now - slot.at < FLICKER and slot.turns > ROTATING_TURNS

    def _entry(self, unit: Unit) -> str:
        """A line that a listing shows for the first time, where its entries could not be told apart."""
        if "entry" not in self.rules or not self.lists or unit.kind is not UnitKind.COME:
            return ""
        if len(unit.new[0].key.split()) < FEWEST_ENTRY:
            return ""
        sighting = self.sightings.get(short_hash(unit.new[0].key))
        return "entry" if sighting is None or sighting.turns == 1 else ""

    def _pointer(self, unit: Unit) -> str:
        """What only points at the matter: a repeated title, a card that leads elsewhere, a listing's count."""
        block = (unit.new or unit.old)[0]
        if "teaser" in self.rules and block.headings in self.frame.teasers:
            return "teaser"
        if "count" in self.rules and self.lists and unit.digits_only and self._counts(unit):
            return "count"
        lone = "headline" in self.rules and unit.kind in {UnitKind.COME, UnitKind.GONE}
        return "headline" if lone and block.key in self.frame.titles else ""

    def _counts(self, unit: Unit) -> bool:
        """Is this a line of the frame of a list that counts its entries or pages?"""
        old, new = unit.old[0], unit.new[0]
        if same_but_for_years(old.text, new.text):
            return True
        if len(new.text.split()) > LONGEST_COUNT or {old.key, new.key} & self.frame.entries:
            return False
        return counts(new.text)

    def _past(self, unit: Unit) -> str:
        return self._turning(unit) or self._coming_back(unit)

    def _coming_back(self, unit: Unit) -> str:
        """Did these words come and go before?"""
        sighted = [self.sightings.get(short_hash(b.key)) for b in (*unit.old, *unit.new)]
        if "volatile" in self.rules and any(is_volatile(s, self.now) for s in sighted):
            return "volatile"
        if "flicker" not in self.rules:
            return ""
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
        ticks = self._ticks(unit, value) if unit.digits_only else 0
        if "ticking" in self.rules and unit.digits_only and max(slot.turns, ticks) > TICKING_TURNS:
            return "ticking"
        return "rotating" if "rotating" in self.rules and slot.turns > ROTATING_TURNS else ""

    def _ticks(self, unit: Unit, value: str) -> int:
        """How often this line, numbers aside, turned: told turns count as well as held ones."""
        name = short_hash("tick", skeleton(unit.new[0].key))
        slot = turn(self.slots, name, value, self.now)
        self.slots[name] = slot
        return slot.turns
