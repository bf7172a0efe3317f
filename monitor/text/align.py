"""What happened to each block between two texts.

Blocks are compared by key, so case, punctuation and white space make no difference here. What is left between the
common runs is paired by the words the blocks share; a block that left one place and stands at another has moved.
"""

import heapq
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from monitor.model import Block
from monitor.text.runs import common_runs

OpKind: TypeAlias = Literal["same", "delete", "insert", "replace", "move_out", "move_in"]

MOVED_FROM_WORDS = 5
"""Shorter blocks ("Read more") stand in many places; that one left is no sign it moved."""
PAIR_FROM = 0.4
"""Two blocks are versions of one when they share this much (see `likeness`). Unrelated prose shares up to 0.3."""

_PAIR_STEPS = 2_000_000
_CANDIDATES = 4
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Op:
    """One step from the old text to the new.

    `same`: blocks with equal keys, one for one. `delete`, `insert`: one side is empty. `replace`: one block each,
    two versions of one. `move_out` and `move_in`: one block, on the side it left or came to.
    """

    kind: OpKind
    old: tuple[Block, ...] = ()
    new: tuple[Block, ...] = ()


def align(old: Sequence[Block], new: Sequence[Block]) -> tuple[Op, ...]:
    """Steps whose `old` blocks, joined, are the old text and whose `new` blocks are the new text.

    Time and memory are bounded: texts too large and too different to compare come back as deleted and inserted.
    """
    old_keys, new_keys = [b.key for b in old], [b.key for b in new]
    gaps: list[tuple[int, int, int, int]] = []
    ops: list[Op | int] = []
    i = j = 0
    for run in [*common_runs(old_keys, new_keys), None]:
        i2, j2 = (run.old, run.new) if run else (len(old), len(new))
        if i < i2 or j < j2:
            ops.append(len(gaps))
            gaps.append((i, i2, j, j2))
        if run:
            i, j = i2 + run.length, j2 + run.length
            ops.append(Op("same", tuple(old[i2:i]), tuple(new[j2:j])))
    moved = _moved(old_keys, new_keys, gaps)
    cap = _posting_cap(old_keys, new_keys, gaps)
    told: list[Op] = []
    for op in ops:
        if isinstance(op, Op):
            told.append(op)
        else:
            i, i2, j, j2 = gaps[op]
            told += _gap(old[i:i2], new[j:j2], moved, cap)
    return tuple(told)


def likeness(old: str, new: str) -> float:
    """How far two block keys are versions of one: 0 to 1.

    The mean of the shared words (Dice, with repetitions) and the same with all numbers taken as equal, so that a
    deadline or a table row of figures finds its successor.
    """
    exact = _dice(Counter(old.split()), Counter(new.split()))
    masked = _dice(Counter(_mask(old)), Counter(_mask(new)))
    return (exact + masked) / 2


def _moved(old_keys: list[str], new_keys: list[str], gaps: list[tuple[int, int, int, int]]) -> frozenset[str]:
    """Keys that stand exactly once on either side, in gaps on both."""
    left = [key for i, i2, _, _ in gaps for key in old_keys[i:i2]]
    came = {key for _, _, j, j2 in gaps for key in new_keys[j:j2]}
    candidates = {key for key in left if key in came and key.count(" ") >= MOVED_FROM_WORDS - 1}
    if not candidates:
        return frozenset()
    old_count, new_count = Counter(old_keys), Counter(new_keys)
    return frozenset(key for key in candidates if old_count[key] == new_count[key] == 1)


def _posting_cap(old_keys: list[str], new_keys: list[str], gaps: list[tuple[int, int, int, int]]) -> int:
    """How many blocks a word may stand in and still be used to find candidates: bounds the steps of all gaps."""
    words = sum(old_keys[n].count(" ") + 1 for i, i2, _, _ in gaps for n in range(i, i2))
    words += sum(new_keys[n].count(" ") + 1 for _, _, j, j2 in gaps for n in range(j, j2))
    return max(8, _PAIR_STEPS // max(1, words))


def _gap(old: Sequence[Block], new: Sequence[Block], moved: frozenset[str], cap: int) -> Iterator[Op]:
    i = j = 0
    for pair_old, pair_new in [*_pairs(old, new, moved, cap), (len(old), len(new))]:
        yield from _one_sided(old[i:pair_old], moved, gone=True)
        yield from _one_sided(new[j:pair_new], moved, gone=False)
        if pair_old < len(old):
            yield Op("replace", (old[pair_old],), (new[pair_new],))
        i, j = pair_old + 1, pair_new + 1


def _one_sided(blocks: Sequence[Block], moved: frozenset[str], *, gone: bool) -> Iterator[Op]:
    waiting: list[Block] = []

    def flush() -> Iterator[Op]:
        if waiting:
            yield Op("delete", old=tuple(waiting)) if gone else Op("insert", new=tuple(waiting))
            waiting.clear()

    for block in blocks:
        if block.key in moved:
            yield from flush()
            yield Op("move_out", old=(block,)) if gone else Op("move_in", new=(block,))
        else:
            waiting.append(block)
    yield from flush()


def _pairs(old: Sequence[Block], new: Sequence[Block], moved: frozenset[str], cap: int) -> list[tuple[int, int]]:
    """Pairs of places (old, new) that are versions of each other, best first, none crossing another."""
    scored = sorted(_scored(old, new, moved, cap), key=lambda s: (-s[0], abs(s[1] - s[2]), s[1]))
    olds: list[int] = []
    news: list[int] = []
    for _, i, j in scored:
        at = bisect_left(olds, i)
        taken = at < len(olds) and olds[at] == i
        fits = (at == 0 or news[at - 1] < j) and (at == len(news) or j < news[at])
        if not taken and fits:
            olds.insert(at, i)
            news.insert(at, j)
    return list(zip(olds, news, strict=True))


def _scored(
    old: Sequence[Block], new: Sequence[Block], moved: frozenset[str], cap: int
) -> Iterator[tuple[float, int, int]]:
    places: dict[str, list[int]] = {}
    for j, block in enumerate(new):
        for word in _words(block.key) if block.key not in moved else ():
            places.setdefault(word, []).append(j)
    for i, block in enumerate(old):
        votes: Counter[int] = Counter()
        for word in _words(block.key) if block.key not in moved else ():
            holders = places.get(word, ())
            if len(holders) <= cap:
                votes.update(holders)
        for j in heapq.nlargest(_CANDIDATES, votes, key=partial(_share, votes, new)):
            score = likeness(block.key, new[j].key)
            if score >= PAIR_FROM:
                yield score + (0.05 if block.kind is new[j].kind else 0.0), i, j


def _share(votes: Counter[int], new: Sequence[Block], place: int) -> tuple[float, int]:
    """Votes weighed by length, so that a long block does not win by size alone; the earlier place wins a tie."""
    return votes[place] / (10 + new[place].key.count(" ")), -place


def _words(key: str) -> set[str]:
    return {*key.split(), *_mask(key)}


def _mask(key: str) -> list[str]:
    return ["#" if _DIGIT.search(word) else word for word in key.split()]


def _dice(a: Counter[str], b: Counter[str]) -> float:
    total = a.total() + b.total()
    if not total:
        return 1.0
    if len(a) > len(b):
        a, b = b, a
    return 2 * sum(min(n, b[word]) for word, n in a.items() if word in b) / total
