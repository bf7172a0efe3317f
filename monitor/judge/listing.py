"""Listings: which entries are new, changed or gone. Order, pagination and a window of the newest are no news."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.judge.recall import short_hash
from monitor.model import Item, PartKind, key_of


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """One entry that differs. `told`: False when only the window of the list moved over it."""

    kind: PartKind
    old: Item | None
    new: Item | None
    news: bool = True

    @property
    def key(self) -> str:
        return short_hash(self.kind, *(_face(i) for i in (self.old, self.new) if i is not None))


def item_units(old: Sequence[Item], new: Sequence[Item]) -> tuple[ItemUnit, ...]:
    """Compare two looks at a list by the entries' keys, in the order of the new list, the gone ones last."""
    before = {item.key: item for item in old}
    after = {item.key: item for item in new}
    old_tail = _tail(old, after)
    new_tail = _tail(new, before)
    shrunk = any(item.key not in after for item in old[: len(old) - old_tail])
    out: list[ItemUnit] = []
    for place, item in enumerate(new):
        known = before.get(item.key)
        if known is None:
            # Entries that appear below everything known moved up into the window when another one left it.
            slid_in = shrunk and place >= len(new) - new_tail
            out.append(ItemUnit(PartKind.ITEM_NEW, None, item, news=not slid_in))
        elif _face(known) != _face(item):
            out.append(ItemUnit(PartKind.ITEM_CHANGED, known, item))
    grown = any(item.key not in before for item in new)
    for place, item in enumerate(old):
        if item.key not in after:
            pushed_out = grown and place >= len(old) - old_tail
            out.append(ItemUnit(PartKind.ITEM_GONE, item, None, news=not pushed_out))
    return tuple(out)


def settle_items(old: Sequence[Item], new: Sequence[Item], applied: frozenset[str]) -> tuple[Item, ...]:
    """The list in which exactly the units with these keys have happened, in the order of the new list."""
    gone = {u.old.key for u in item_units(old, new) if u.new is None and u.old and u.key not in applied}
    refused = {u.new.key: u.old for u in item_units(old, new) if u.new is not None and u.key not in applied}
    out: list[Item] = []
    for item in new:
        known = refused.get(item.key, item)
        if known is not None:
            out.append(known)
    kept = [item for item in old if item.key in gone]
    return tuple(out + kept)


def _face(item: Item) -> str:
    """What a reader sees of an entry, as compared."""
    return "\x1f".join((item.key, key_of(item.title), key_of(item.date)))


def _tail(items: Sequence[Item], others: Iterable[str]) -> int:
    """How many entries at the end of `items` are not among `others`."""
    known = set(others)
    count = 0
    for item in reversed(items):
        if item.key in known:
            break
        count += 1
    return count
