"""A person's word about a difference, as the rules hear it: which places it speaks of, and what it overrules. Pure."""

from collections.abc import Collection, Iterable

from monitor.judge.listing import ItemUnit
from monitor.judge.recall import short_hash
from monitor.judge.units import Unit
from monitor.model import Part, PartKind, Sayings, key_of

PERSON = "person"
"""The rule that holds back what a person called noise."""
MARGIN = "margin"
"""Under this name a change of the page around the document is kept."""
NOTHING_SAID = Sayings()
_ENTRIES = frozenset({PartKind.ITEM_NEW, PartKind.ITEM_CHANGED, PartKind.ITEM_GONE})


def overruled(rule: str, unit: Unit | ItemUnit, sayings: Sayings, noise: Collection[str]) -> str:
    """The rule that speaks about a unit once a person was heard. `noise`: rules that a person may overrule."""
    if not sayings.quiet and not sayings.news:
        return rule
    places = _places(unit)
    if places & sayings.quiet:
        return PERSON
    if rule in noise and any((place, rule) in sayings.news for place in places):
        return "confirm"
    return rule


def places_of(parts: Iterable[Part]) -> tuple[str, ...]:
    """The places that a told or held difference touched: each where it stood, and each by its words before and after.

    Links and entries have addresses for words: they are known by where they stand alone.
    """
    found: dict[str, None] = {}
    for part in parts:
        if part.slot:
            found[part.slot] = None
        if part.kind is not PartKind.LINK and part.kind not in _ENTRIES:
            found |= {_line(key_of(text)): None for text in (part.old, part.new) if text}
    return tuple(found)


def _places(unit: Unit | ItemUnit) -> frozenset[str]:
    if isinstance(unit, ItemUnit):
        return frozenset({unit.slot})
    return frozenset({unit.slot, *(_line(block.key) for block in (*unit.old, *unit.new))})


def places_of_line(key: str) -> frozenset[str]:
    """The places by which a person's word may know a line."""
    return frozenset({_line(key)})


def _line(key: str) -> str:
    """As `Unit.slot` of a place that shows this line."""
    return short_hash("slot", key)
