"""Listings: which entries are new, changed or gone. Order, pagination and a window of the newest are no news."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from monitor.judge.recall import short_hash
from monitor.judge.units import documents
from monitor.model import Block, Item, Link, PartKind, key_of
from monitor.text.words import WordLists, dates_in

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
    def slot(self) -> str:
        """Recognises the entry, whatever it says."""
        item = self.new or self.old
        return short_hash("entry", item.key) if item else ""

    @property
    def redated(self) -> bool:
        """Was a known entry published again, under another date and title?"""
        if self.old is None or self.new is None or not self.old.date or not self.new.date:
            return False
        return key_of(self.old.date) != key_of(self.new.date) and key_of(self.old.title) != key_of(self.new.title)

    @property
    def key(self) -> str:
        return short_hash(self.kind, *(_face(i) for i in (self.old, self.new) if i is not None))


def item_units(old: Sequence[Item], new: Sequence[Item], words: WordLists | None = None) -> tuple[ItemUnit, ...]:
    """Compare two looks at a list, in the order of the new list, the gone ones last.

    An entry is known by its key; where addresses changed, by its title, if only one entry has it. With `words` the
    same day in another notation is the same date.
    """
    known = _pairs(old, new)
    window = _Window(old, new, known)
    out: list[ItemUnit] = []
    for place, item in enumerate(new):
        before = known.get(item.key)
        if before is None:
            out.append(ItemUnit(PartKind.ITEM_NEW, None, item, news=not window.slid_in(place)))
        elif _face(before) != _face(item) and not _only_rewritten(before, item, words):
            out.append(ItemUnit(PartKind.ITEM_CHANGED, before, item))
    for place, item in enumerate(old):
        if item.key not in window.taken:
            out.append(ItemUnit(PartKind.ITEM_GONE, item, None, news=not window.pushed_out(place)))
    return tuple(out)


class _Window:
    """Lists show a window of so many entries: what it moved over did not happen.

    Newest first: entries that came on top push as many out at the end; one taken out lets as many slide in there.
    Oldest first: what went at the head made room for what came at the end, and that is news.
    """

    def __init__(self, old: Sequence[Item], new: Sequence[Item], known: Mapping[str, Item]) -> None:
        self.taken = {item.key for item in known.values()}
        kept = [item.key in self.taken for item in old]
        had = [item.key in known for item in new]
        self._old, self._new = len(old), len(new)
        self._head_gone, self._tail_gone = _run(kept), _run(kept[::-1])
        self._head_come, self._tail_come = _run(had), _run(had[::-1])
        self._gone, self._come = kept.count(False), had.count(False)

    def slid_in(self, place: int) -> bool:
        """Did the new entry at this place only come into view?"""
        from_end = self._new - place
        oldest_first = self._head_gone and not self._head_come
        others_gone = self._gone - self._tail_gone
        return from_end <= self._tail_come and not oldest_first and self._tail_come <= others_gone

    def pushed_out(self, place: int) -> bool:
        """Did the old entry at this place only go out of view?"""
        if self._head_gone and not self._head_come and place < self._head_gone:
            return self._head_gone <= self._tail_come
        from_end = self._old - place
        return from_end <= min(self._tail_gone, self._come - self._tail_come)


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


def _only_rewritten(old: Item, new: Item, words: WordLists | None) -> bool:
    """Does the entry give the same date, written otherwise, and all else unchanged?"""
    if words is None or _face(replace(old, date="")) != _face(replace(new, date="")):
        return False
    before, after = dates_in(old.date, words), dates_in(new.date, words)
    return bool(before[0]) and before == after


def _run(known: Sequence[bool]) -> int:
    """How many at the beginning are not known; 0 when none is."""
    return known.index(True) if True in known else 0
