"""Listings: which entries are new, changed or gone. Order, pagination and a window of the newest are no news."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from monitor.judge.entries import (
    WINDOW_GROWS_BY,
    is_badge,
    is_page_size,
    moment_of,
    said_of,
    spelt_alike,
    title_of,
)
from monitor.judge.recall import short_hash
from monitor.judge.units import Unit, documents
from monitor.model import Block, Item, Link, PartKind, key_of
from monitor.text.words import WordLists

TELLING_TITLE = 20
"""Characters from which a title is recognised inside a block (a row or card in one block)."""
LONGEST_CARD = 1500
MOST_TITLES = 300
"""Bounds on that search: lists are hostile too."""
MOST_MENDED = 3
"""Titles spelt otherwise at one look; more are another list."""
FEWEST_BUILT = 3


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
        return key_of(self.old.date) != key_of(self.new.date) and title_of(self.old) != title_of(self.new)

    @property
    def key(self) -> str:
        return short_hash(self.kind, *("\x1f".join(_face(i)) for i in (self.old, self.new) if i is not None))


def item_units(old: Sequence[Item], new: Sequence[Item], words: WordLists | None = None) -> tuple[ItemUnit, ...]:
    """Compare two looks at a list, in the order of the new list, the gone ones last.

    An entry is known by its key; where keys changed, by address, title or date, if only one has it (see `_pairs`).
    With `words` the same day in another notation is the same date.
    """
    known = _pairs(old, new, words)
    window = _Window(old, new, known, words)
    built_anew = _built_anew([(known[i.key], i) for i in new if i.key in known], words)
    out: list[ItemUnit] = []
    for place, item in enumerate(new):
        before = known.get(item.key)
        if before is None:
            out.append(ItemUnit(PartKind.ITEM_NEW, None, item, news=not window.slid_in(place)))
        elif _face(before) != _face(item) and not _only_dated(before, item, words, anyhow=built_anew):
            out.append(ItemUnit(PartKind.ITEM_CHANGED, before, item))
    for place, item in enumerate(old):
        if item.key not in window.taken:
            out.append(ItemUnit(PartKind.ITEM_GONE, item, None, news=not window.pushed_out(place)))
    return tuple(out)


class _Window:
    """Lists show a window of so many entries: what it moved over did not happen.

    Newest first: entries that came on top push as many out at the end; one taken out lets as many slide in there.
    Oldest first: what went at the head made room for what came at the end, and that is news. A window that grows shows
    more of what is older at its end, one that shrinks less.
    """

    def __init__(
        self, old: Sequence[Item], new: Sequence[Item], known: Mapping[str, Item], words: WordLists | None = None
    ) -> None:
        self.taken = {item.key for item in known.values()}
        kept = [item.key in self.taken for item in old]
        had = [item.key in known for item in new]
        self._old, self._new = len(old), len(new)
        self._head_gone, self._tail_gone = _run(kept), _run(kept[::-1])
        self._head_come, self._tail_come = _run(had), _run(had[::-1])
        self._gone, self._come = kept.count(False), had.count(False)
        self._grew = self._tail_come >= WINDOW_GROWS_BY and _widened(old, new, self._tail_come, words)
        self._shrank = self._tail_gone >= WINDOW_GROWS_BY and _widened(new, old, self._tail_gone, words)

    def slid_in(self, place: int) -> bool:
        """Did the new entry at this place only come into view?"""
        from_end = self._new - place
        oldest_first = self._head_gone and not self._head_come
        others_gone = self._gone - self._tail_gone
        made_room = self._tail_come <= others_gone or self._grew
        return from_end <= self._tail_come and not oldest_first and made_room

    def pushed_out(self, place: int) -> bool:
        """Did the old entry at this place only go out of view?"""
        if self._head_gone and not self._head_come and place < self._head_gone:
            return self._head_gone <= self._tail_come
        from_end = self._old - place
        most = self._tail_gone if self._shrank else min(self._tail_gone, self._come - self._tail_come)
        return from_end <= most


def _widened(short: Sequence[Item], wide: Sequence[Item], more: int, words: WordLists | None) -> bool:
    """Is the one list a page of the other, which shows `more` entries at its end?

    By their dates these are no younger than all before them; where they have none, both lists have a page's usual size.
    """
    days = [moment_of(item.date, words)[:10] for item in wide]
    if all(days):
        falling = all(one >= two for one, two in zip(days[-more - 1 :], days[-more:], strict=False))
        return falling and days[-1] < days[0] and is_page_size(len(wide)) | is_page_size(len(short))
    return not any(days) and is_page_size(len(wide)) and is_page_size(len(short))


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


def said_within(blocks: Iterable[Block], changed: Iterable[ItemUnit]) -> frozenset[str]:
    """Keys of the blocks that are a badge, or part of what is told of an entry as a change of the entry."""
    said = [
        f" {key_of(i.summary)} "
        for u in changed
        if u.kind is PartKind.ITEM_CHANGED
        for i in (u.old, u.new)
        if i is not None and i.summary
    ]
    return frozenset(b.key for b in blocks if is_badge(b.key) or any(f" {b.key} " in text for text in said))


def inside_entries(found: Iterable[Unit | ItemUnit], *lists: Sequence[Item]) -> frozenset[str]:
    """Keys of the lines that differ by figures and belong to an entry: a postal code, an amount, a day."""
    differing = {b.key for u in found if isinstance(u, Unit) and u.digits_only for b in (*u.old, *u.new)}
    said = [f" {key_of(f'{i.title} {i.date} {i.summary}')} " for entries in lists for i in entries if differing]
    return frozenset(key for key in differing if any(f" {key} " in text for text in said))


def _pairs(old: Sequence[Item], new: Sequence[Item], words: WordLists | None = None) -> dict[str, Item]:
    """The known entry behind each entry of the new list, by the new one's key.

    The same key, the same address, the same title, title and date; then equal titles in their order, where there are
    as many of them; then a title that was only spelt otherwise.
    """
    before = {item.key: item for item in old}
    found = {item.key: before[item.key] for item in new if item.key in before}
    names: tuple[Callable[[Item], str], ...] = (
        lambda item: item.url,
        title_of,
        lambda item: f"{title_of(item)} {moment_of(item.date, words)}".strip(),
    )
    for name in names:
        olds, news = _left(old, new, found)
        times_old, times_new = Counter(map(name, olds)), Counter(map(name, news))
        by_name = {name(item): item for item in olds}
        found |= {
            item.key: by_name[called]
            for item in news
            if (called := name(item)) and times_old[called] == times_new[called] == 1
        }
    olds, news = _left(old, new, found)
    for title, times in Counter(map(title_of, news)).items():
        same = [item for item in olds if title and title_of(item) == title]
        if len(same) == times and len(old) == len(new):
            found |= {item.key: one for one, item in zip(same, (i for i in news if title_of(i) == title), strict=True)}
    olds, news = _left(old, new, found)
    if len(olds) == len(news) <= MOST_MENDED:
        found |= {
            item.key: one
            for one, item in zip(olds, news, strict=True)
            if moment_of(one.date, words) == moment_of(item.date, words)
            and spelt_alike(title_of(one), title_of(item))
            and old.index(one) == new.index(item)
        }
    return found


def _left(old: Sequence[Item], new: Sequence[Item], found: Mapping[str, Item]) -> tuple[list[Item], list[Item]]:
    taken = {item.key for item in found.values()}
    return [item for item in old if item.key not in taken], [item for item in new if item.key not in found]


def _face(item: Item) -> tuple[str, str, str, str]:
    """What a reader sees of an entry, as compared: title, date, what is said of it, the names of its documents."""
    linked = documents([Link("", url) for url in (item.url, *item.files) if url])
    names = sorted({PurePosixPath(path).name for path in linked})
    return title_of(item), key_of(item.date), said_of(item), "\x1f".join(names)


def _only_dated(old: Item, new: Item, words: WordLists | None, *, anyhow: bool) -> bool:
    """Is the date all that differs, and is that nothing: the same day written otherwise, the stamp of a machine?

    `anyhow`: the whole list carries new dates.
    """
    if not _differ_by_date(old, new):
        return False
    before, after = moment_of(old.date, words), moment_of(new.date, words)
    return anyhow or before == after or ("T" in before and "T" in after)


def _differ_by_date(old: Item, new: Item) -> bool:
    one, two = _face(old), _face(new)
    return one != two and (one[0], *one[2:]) == (two[0], *two[2:])


def _built_anew(pairs: Sequence[tuple[Item, Item]], words: WordLists | None) -> bool:
    """Do all entries carry one and the same new date, and differ by nothing else?"""
    if len(pairs) < FEWEST_BUILT or not all(_differ_by_date(one, two) for one, two in pairs):
        return False
    days = {moment_of(new.date, words)[:10] for _, new in pairs}
    return len(days) == 1 and len({moment_of(old.date, words)[:10] for old, _ in pairs}) > 1


def _run(known: Sequence[bool]) -> int:
    """How many at the beginning are not known; 0 when none is."""
    return known.index(True) if True in known else 0
