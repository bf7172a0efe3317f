"""The differences between the told text and what stands there now, one place at a time.

A unit is the smallest thing that can be told or held back: one block gone, come, reworded, moved, repunctuated,
or a document exchanged behind the same words. Choosing a side for every unit gives a text again: with all units
applied it is the new one, with none the old one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from monitor.judge.recall import short_hash, skeleton
from monitor.model import Block, BlockKind, Link, key_of
from monitor.text.addresses import document_of, names_document
from monitor.text.align import Op, align
from monitor.text.wording import same_wording
from monitor.text.words import WordLists, changed_facts, valued

MOST_UNITS = 4000
"""Beyond this many the difference is one: a rewrite."""


SHORTEST_MOVE = 4
"""Words."""


class UnitKind(StrEnum):
    SAME = "same"
    GONE = "gone"
    COME = "come"
    REWORDED = "reworded"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"
    PUNCTUATION = "punctuation"
    LINK = "link"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class Unit:
    """One place of a comparison.

    `after` names the last common block above (its key and how often that came): units with the same `after` stand
    in one gap. `nth` counts the blocks that came there, so that each has a place of its own.
    """

    kind: UnitKind
    old: tuple[Block, ...] = ()
    new: tuple[Block, ...] = ()
    after: str = ""
    nth: int = 0
    sections: tuple[str, str] = ("", "")
    """Of a line that moved from one section to another which both stood before and stand still: their headings."""

    @property
    def key(self) -> str:
        """Recognises this very difference at the next look."""
        if self.kind is UnitKind.REWRITE:  # its text may tick; that it is a rewrite does not
            return short_hash(self.kind)
        links = (link.url for b in self.new for link in b.links) if self.kind is UnitKind.LINK else ()
        texts = (b.text for b in self.new) if self.kind is UnitKind.PUNCTUATION else ()
        return short_hash(self.kind, *(b.key for b in self.old), ">", *(b.key for b in self.new), *links, *texts)

    @property
    def slot(self) -> str:
        """Recognises the place, whatever stands there: the told words, else the block above."""
        return short_hash("slot", self.old[0].key) if self.old else short_hash("after", self.after, str(self.nth))

    @property
    def digits_only(self) -> bool:
        """Do old and new differ in nothing but numbers?"""
        if self.kind is not UnitKind.REWORDED:
            return False
        return skeleton(self.old[0].key) == skeleton(self.new[0].key)


def units(old: Sequence[Block], new: Sequence[Block]) -> tuple[Unit, ...]:
    """Align two texts and cut the result into units; the old sides joined give `old`, the new sides `new`."""
    cut = _sectioned(_moves(_resplit(tuple(_wordless(u) for u in _cut(align(old, new)))), old, new), old, new)
    if sum(u.kind is not UnitKind.SAME for u in cut) <= MOST_UNITS:
        return cut
    return (Unit(UnitKind.REWRITE, tuple(old), tuple(new)),)


def respelled(cut: Iterable[Unit], words: WordLists) -> tuple[Unit, ...]:
    """The units, with what is only written another way (contracted, joined, spelled) taken for punctuation.

    Unless a word that carries weight comes or goes by it: `may be` is not `maybe`.
    """
    return tuple(replace(u, kind=UnitKind.PUNCTUATION) if _only_written_otherwise(u, words) else u for u in cut)


def _only_written_otherwise(unit: Unit, words: WordLists) -> bool:
    if unit.kind is not UnitKind.REWORDED:
        return False
    if documents(x for b in unit.old for x in b.links) != documents(x for b in unit.new for x in b.links):
        return False
    old, new = " ".join(b.text for b in unit.old), " ".join(b.text for b in unit.new)
    alike = same_wording(old, new) or same_wording(valued(old, words), valued(new, words))
    return alike and not changed_facts(old, new, "", words)


def _wordless(unit: Unit) -> Unit:
    """A line without a single word is punctuation."""
    lone = unit.kind in {UnitKind.COME, UnitKind.GONE}
    return replace(unit, kind=UnitKind.PUNCTUATION) if lone and not (unit.old or unit.new)[0].key else unit


def _moves(cut: tuple[Unit, ...], old: Sequence[Block], new: Sequence[Block]) -> tuple[Unit, ...]:
    """A line that went in one place and came in another is a move, unless it is a mere word or two of text.

    Verdicts ("Allowed", "Prohibited") that change places are news; links that do are not, nor is a heading that takes
    along what stands under it.
    """
    went = Counter(u.old[0].key for u in cut if u.kind is UnitKind.GONE)
    came = Counter(u.new[0].key for u in cut if u.kind is UnitKind.COME)
    links = {b.key for u in cut for b in u.new if b.kind is BlockKind.LINK}
    long = {key for key in went if len(key.split()) >= SHORTEST_MOVE}
    headed = _with_what_follows(old) & _with_what_follows(new) if set(went) & set(came) - long - links else set()
    whole = long | links | {heading for heading, _ in headed}
    moved = {key for key in went if came.get(key) == went[key] and key in whole}
    if not moved:
        return cut
    kinds = {UnitKind.GONE: UnitKind.MOVED_AWAY, UnitKind.COME: UnitKind.MOVED_HERE}
    return tuple(
        replace(u, kind=kinds[u.kind]) if u.kind in kinds and (u.old or u.new)[0].key in moved else u for u in cut
    )


def _with_what_follows(blocks: Sequence[Block]) -> set[tuple[str, str]]:
    """The keys of each heading and of the line below it."""
    return {(one.key, two.key) for one, two in pairwise(blocks) if one.kind is BlockKind.HEADING}


def _sectioned(cut: tuple[Unit, ...], old: Sequence[Block], new: Sequence[Block]) -> tuple[Unit, ...]:
    """The lines that moved, with the sections they left and came to.

    A heading that is new, gone or reworded is told itself: what stands under it did not leave its section.
    """
    left = {u.old[0].key: u.old[0] for u in cut if u.kind is UnitKind.MOVED_AWAY}
    if not left:
        return cut
    standing = {b.key for b in old if b.kind is BlockKind.HEADING} & {b.key for b in new if b.kind is BlockKind.HEADING}
    here = {u.new[0].key: u.new[0] for u in cut if u.kind is UnitKind.MOVED_HERE}
    changed: dict[str, tuple[str, str]] = {}
    for key, before in left.items():
        after = here.get(key)
        if after is None or BlockKind.LINK in {before.kind, after.kind} or after.kind is BlockKind.HEADING:
            continue
        if not before.headings or not after.headings:
            continue
        names = before.headings[-1], after.headings[-1]
        if key_of(names[0]) != key_of(names[1]) and {key_of(name) for name in names} <= standing:
            changed[key] = names
    return tuple(
        replace(u, sections=changed.get((u.old or u.new)[0].key, ("", "")))
        if u.kind in {UnitKind.MOVED_AWAY, UnitKind.MOVED_HERE}
        else u
        for u in cut
    )


def _resplit(cut: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Where the same words stand in the same order, cut into other lines, nothing happened but to the markup."""
    out: list[Unit] = []
    gap: list[Unit] = []
    for unit in (*cut, None):
        if unit is not None and unit.kind is not UnitKind.SAME:
            gap.append(unit)
            continue
        out += _same_words(gap)
        gap = []
        if unit is not None:
            out.append(unit)
    return tuple(out)


def _same_words(gap: list[Unit]) -> list[Unit]:
    if not {UnitKind.GONE, UnitKind.COME} & {u.kind for u in gap}:
        return gap
    for order in (range(len(gap)), range(len(gap) - 1, -1, -1)):
        beside = _beside(gap, order)
        run = [u for n, u in enumerate(gap) if n not in beside]
        before = [word for u in run for b in u.old for word in b.key.split()]
        after = [word for u in run for b in u.new for word in b.key.split()]
        if before and before == after:
            return [u if n in beside else replace(u, kind=UnitKind.PUNCTUATION) for n, u in enumerate(gap)]
    return gap


def _beside(gap: Sequence[Unit], order: Iterable[int]) -> frozenset[int]:
    """The whole lines at the beginning or end of a gap that one side has more words by, by their place."""
    extra = sum(_count(u.new) - _count(u.old) for u in gap)
    found: set[int] = set()
    for n in order:
        if not extra:
            break
        mine, other = (gap[n].new, gap[n].old) if extra > 0 else (gap[n].old, gap[n].new)
        if not mine:
            continue
        if other or _count(mine) > abs(extra):
            return frozenset()
        found.add(n)
        extra -= _count(mine) if extra > 0 else -_count(mine)
    return frozenset(found)


def _count(blocks: Sequence[Block]) -> int:
    return sum(len(b.key.split()) for b in blocks)


def settle(all_units: Iterable[Unit], applied: frozenset[str]) -> tuple[Block, ...]:
    """The text in which exactly the units with these keys have happened."""
    out: list[Block] = []
    for unit in all_units:
        happened = unit.kind is UnitKind.SAME or unit.key in applied
        out.extend(unit.new if happened else unit.old)
    return tuple(out)


def _cut(ops: Iterable[Op]) -> Iterator[Unit]:
    above, nth = "", 0
    seen: Counter[str] = Counter()
    for op in ops:
        if op.kind == "same":
            for old, new in zip(op.old, op.new, strict=True):
                yield _same(old, new, above)
                seen[new.key] += 1
                above, nth = f"{new.key}\x1f{seen[new.key]}", 0
        elif op.kind == "replace":
            yield Unit(UnitKind.REWORDED, op.old, op.new, above)
        else:
            kind_old = UnitKind.MOVED_AWAY if op.kind == "move_out" else UnitKind.GONE
            kind_new = UnitKind.MOVED_HERE if op.kind == "move_in" else UnitKind.COME
            yield from (Unit(kind_old, (block,), (), above) for block in op.old)
            yield from (Unit(kind_new, (), (block,), above, nth + n) for n, block in enumerate(op.new))
            nth += len(op.new)


def _same(old: Block, new: Block, above: str) -> Unit:
    if old.text == new.text and old.links == new.links:
        return Unit(UnitKind.SAME, (old,), (new,), above)
    if _other_documents(old.links, new.links):
        return Unit(UnitKind.LINK, (old,), (new,), above)
    if _ink(old.text) != _ink(new.text):
        return Unit(UnitKind.PUNCTUATION, (old,), (new,), above)
    return Unit(UnitKind.SAME, (old,), (new,), above)


def _ink(text: str) -> str:
    """A text without white space: blanks alone are no punctuation."""
    return "".join(text.split())


def documents(links: Iterable[Link]) -> frozenset[str]:
    """The documents linked here. Host, token and time are left out: mirrors and turning tokens are no news."""
    return frozenset(named for link in links if (named := document_of(link.url)))


def _other_documents(old: Sequence[Link], new: Sequence[Link]) -> bool:
    """Do links lead to other documents? That a page about a law became a link to the law itself is another link."""
    before, after = documents(old), documents(new)
    if before != after and not (before and after):
        return any(names_document(link.url) for link in (*old, *new))
    return before != after
