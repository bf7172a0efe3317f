"""Listings: which entries are new, changed or gone. Order, pagination and a window of the newest are no news."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from monitor.judge.recall import short_hash
from monitor.judge.units import documents
from monitor.model import Block, Item, Link, PartKind, key_of

TELLING_TITLE = 20
"""Characters from which a title is recognised inside a block (a row or card in one block)."""
LONGEST_CARD = 1500
MOST_TITLES = 300
"""Bounds on that search: lists are hostile too."""


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """One entry that differs. `news`: False when only the window of the list moved over it."""

    kind: PartKind
    old: Item | None
    new: Item | None
    news: bool = True

    @property
    def key(self) -> str:
        return short_hash(self.kind, *(_face(i) for i in (self.old, self.new) if i is not None))


def item_units(old: Sequence[Item], new: Sequence[Item]) -> tuple[ItemUnit, ...]:
    """Compare two looks at a list, in the order of the new list, the gone ones last.

    An entry is known by its key; where addresses changed, by its title, if only one entry has it.
    """
    known = _pairs(old, new)
    taken = {item.key for item in known.values()}
    old_tail = _tail([item.key in taken for item in old])
    new_tail = _tail([item.key in known for item in new])
    shrunk = any(item.key not in taken for item in old[: len(old) - old_tail])
    grown = any(item.key not in known for item in new)
    out: list[ItemUnit] = []
    for place, item in enumerate(new):
        before = known.get(item.key)
        if before is None:
            # Entries that appear below everything known moved up into the window when another one left it.
            slid_in = shrunk and place >= len(new) - new_tail
            out.append(ItemUnit(PartKind.ITEM_NEW, None, item, news=not slid_in))
        elif _face(before) != _face(item):
            out.append(ItemUnit(PartKind.ITEM_CHANGED, before, item))
    for place, item in enumerate(old):
        if item.key not in taken:
            pushed_out = grown and place >= len(old) - old_tail
            out.append(ItemUnit(PartKind.ITEM_GONE, item, None, news=not pushed_out))
    return tuple(out)


def settle_items(old: Sequence[Item], new: Sequence[Item], applied: Collection[str]) -> tuple[Item, ...]:
    """The list in which exactly the units with these keys have happened, in the order of the new list."""
    open_units = [u for u in item_units(old, new) if u.key not in applied]
    refused = {u.new.key: u.old for u in open_units if u.new is not None}
    out = [refused.get(item.key, item) for item in new]
    return (*(item for item in out if item is not None), *(u.old for u in open_units if u.new is None and u.old))


def frames(blocks: Sequence[Block], *lists: Sequence[Item]) -> frozenset[str]:
    """Keys of the blocks that only show entries of these lists: compared as entries, not as text."""
    items = [item for found in lists for item in found]
    shown = {key_of(text) for i in items for text in (i.title, i.date, i.summary) if text}
    addresses = {i.url for i in items if i.url}
    titles = [title for title in shown if len(title) >= TELLING_TITLE][:MOST_TITLES]
    return frozenset(
        block.key
        for block in blocks
        if block.key in shown
        or any(link.url in addresses for link in block.links)
        or (len(block.key) < LONGEST_CARD and any(title in block.key for title in titles))
    )


def _pairs(old: Sequence[Item], new: Sequence[Item]) -> dict[str, Item]:
    """The known entry behind each entry of the new list, by the new one's key."""
    before = {item.key: item for item in old}
    found = {item.key: before[item.key] for item in new if item.key in before}
    left_old = [item for item in old if item.key not in found]
    left_new = [item for item in new if item.key not in found]
    times_old = Counter(key_of(item.title) for item in left_old)
    times_new = Counter(key_of(item.title) for item in left_new)
    by_title = {key_of(item.title): item for item in left_old}
    for item in left_new:
        title = key_of(item.title)
        if title and times_old[title] == times_new[title] == 1:
            found[item.key] = by_title[title]
    return found


def _face(item: Item) -> str:
    """What a reader sees of an entry, as compared; of its address only the name of a document."""
    linked = documents([Link(item.title, item.url)])
    names = sorted(PurePosixPath(path).name for path in linked)
    return "\x1f".join((key_of(item.title), key_of(item.date), *names))


def _tail(known: Sequence[bool]) -> int:
    """How many at the end are not known."""
    count = 0
    for is_known in reversed(known):
        if is_known:
            break
        count += 1
    return count
