"""Common runs of two sequences: exact where that is affordable, by unique anchors where it is not.

Exact runs come from the bit-parallel longest common subsequence of rapidfuzz (Hyyrö 2004), anchors from patience
diff (Bram Cohen). Time and memory are bounded for every input; beyond the bounds less is found in common.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

EXACT_CELLS = 400_000_000
"""Largest exact comparison, in cells of its bit matrix: 50 MB, about 30 ms."""
_CELL_BUDGET = 4_000_000_000
_VISITS = 24
"""How often an element may be looked at, on average, while anchors are sought."""
_SYMBOLS = 0x110000


class Run(NamedTuple):
    """`old[old:old + length]` equals `new[new:new + length]`."""

    old: int
    new: int
    length: int


def common_runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """Runs that stand in both sequences, in order on both sides, never touching each other on both sides."""
    symbols: dict[Hashable, int] = {}
    a = [symbols.setdefault(x, len(symbols)) for x in old]
    b = [symbols.setdefault(x, len(symbols)) for x in new]
    if len(symbols) > _SYMBOLS:
        # More distinct elements than code points: the rare rest shares one, which never matches across sides.
        a = [min(x, _SYMBOLS - 2) for x in a]
        b = [x if x < _SYMBOLS - 2 else _SYMBOLS - 1 for x in b]
    return _join(_Search("".join(map(chr, a)), "".join(map(chr, b))).found())


class _Box(NamedTuple):
    """A piece of each side: `a[a1:a2]` against `b[b1:b2]`."""

    a1: int
    a2: int
    b1: int
    b2: int

    @property
    def cells(self) -> int:
        return (self.a2 - self.a1) * (self.b2 - self.b1)


class _Search:
    """Walks from box to box until each is compared exactly, split at anchors, or given up."""

    def __init__(self, a: str, b: str) -> None:
        self._a, self._b = a, b
        self._runs: list[Run] = []
        self._cells = _CELL_BUDGET
        self._visits = _VISITS * (len(a) + len(b))

    def found(self) -> list[Run]:
        boxes = [_Box(0, len(self._a), 0, len(self._b))]
        while boxes:
            box = self._trim(boxes.pop())
            if not box.cells:
                continue
            if box.cells <= min(EXACT_CELLS, self._cells):
                self._exact(box)
            elif self._visits > 0:
                boxes += self._split(box)
        return sorted(self._runs)

    def _trim(self, box: _Box) -> _Box:
        """Take equal beginnings and ends off."""
        a, b = self._a, self._b
        a1, a2, b1, b2 = box
        while a1 < a2 and b1 < b2 and a[a1] == b[b1]:
            a1, b1 = a1 + 1, b1 + 1
        while a1 < a2 and b1 < b2 and a[a2 - 1] == b[b2 - 1]:
            a2, b2 = a2 - 1, b2 - 1
        if a1 > box.a1:
            self._runs.append(Run(box.a1, box.b1, a1 - box.a1))
        if a2 < box.a2:
            self._runs.append(Run(a2, b2, box.a2 - a2))
        return _Box(a1, a2, b1, b2)

    def _exact(self, box: _Box) -> None:
        self._cells -= box.cells
        for op in Indel.opcodes(self._a[box.a1 : box.a2], self._b[box.b1 : box.b2]):
            if op.tag == "equal":
                length = op.src_end - op.src_start
                self._runs.append(Run(box.a1 + op.src_start, box.b1 + op.dest_start, length))

    def _split(self, box: _Box) -> list[_Box]:
        """Boxes between the anchors of this one; none when it has no anchor."""
        anchors: list[tuple[int, int]] = []
        for width in (1, 4):
            self._visits -= box.a2 - box.a1 + box.b2 - box.b1
            anchors = self._anchors(box, width)
            if anchors:
                break
        else:
            return []
        boxes = []
        a1, b1 = box.a1, box.b1
        for i, j in anchors:
            self._runs.append(Run(i, j, 1))
            boxes.append(_Box(a1, i, b1, j))
            a1, b1 = i + 1, j + 1
        boxes.append(_Box(a1, box.a2, b1, box.b2))
        return [piece for piece in boxes if piece.cells]

    def _anchors(self, box: _Box, width: int) -> list[tuple[int, int]]:
        """Places where a run of `width` elements, unique on both sides of the box, stands; increasing on both sides."""
        there = _unique(self._b, box.b1, box.b2, width)
        here = _unique(self._a, box.a1, box.a2, width)
        both = sorted((i, there[piece]) for piece, i in here.items() if i >= 0 and there.get(piece, -1) >= 0)
        return _increasing(both)


def _unique(text: str, start: int, end: int, width: int) -> dict[str, int]:
    """Position of each piece of `width` elements; -1 for pieces that stand there more than once."""
    seen: dict[str, int] = {}
    for i in range(start, end - width + 1):
        piece = text[i : i + width]
        seen[piece] = -1 if piece in seen else i
    return seen


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of pairs, sorted by their first, whose second increases too (patience sorting)."""
    tops: list[int] = []
    holders: list[int] = []
    before = [-1] * len(pairs)
    for n, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before[n] = holders[pile - 1] if pile else -1
        if pile == len(tops):
            tops.append(j)
            holders.append(n)
        else:
            tops[pile], holders[pile] = j, n
    chosen = []
    n = holders[-1] if holders else -1
    while n >= 0:
        chosen.append(pairs[n])
        n = before[n]
    return chosen[::-1]


def _join(runs: list[Run]) -> list[Run]:
    """Runs that continue each other made one."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and last.old + last.length == run.old and last.new + last.length == run.new:
            joined[-1] = Run(last.old, last.new, last.length + run.length)
        else:
            joined.append(run)
    return joined
