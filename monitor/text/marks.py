"""Word marks between two versions of one block."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from monitor.model import Mark, Span
from monitor.text.runs import common_runs

ISLAND_WORDS = 2
"""Fewer equal words than this between two changes are marked with them."""
CELL = "|"
_MOST_CHANGES = 20_000
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ".”", ".»", '."', ".)")
_SLIDE = 60


class _Step(NamedTuple):
    """`old[i1:i2]` became `new[j1:j2]`; both sides are never empty at once."""

    i1: int
    i2: int
    j1: int
    j2: int

    @property
    def both(self) -> bool:
        return self.i1 < self.i2 and self.j1 < self.j2


def word_marks(old: str, new: str) -> tuple[Span, ...]:
    """Runs of words under their marks; what a word or cell became stands right behind it.

    Words are what stands between white space and must be equal to the letter: a changed comma is marked with its
    word. Cells of table rows (` | `) are compared cell by cell. Bounded in time and size: where two texts are too
    large and too different, whole stretches come as removed and added.
    """
    a, b = old.split(), new.split()
    if CELL in a and CELL in b:
        return _spans(_row(a, b))
    return _spans(_marked(a, b))


def rebuild(spans: Iterable[Span], side: Literal["old", "new"]) -> str:
    """One side of the comparison, white space collapsed. What was cut for length is missing."""
    left_out = Mark.ADDED if side == "old" else Mark.REMOVED
    return " ".join(s.text for s in spans if s.mark is not left_out and s.text)


def shorten(spans: Sequence[Span], context_words: int = 12) -> tuple[Span, ...]:
    """The changes with about `context_words` of unchanged words around them; CUT stands where words were left out.

    A context begins with a sentence where one begins near enough. Changed words are never cut.
    """
    context = max(1, context_words)
    short: list[Span] = []
    last = len(spans) - 1
    for n, span in enumerate(spans):
        if span.mark is not Mark.SAME:
            short.append(span)
            continue
        words = span.text.split()
        head = 0 if n == 0 else _head(words, context)
        tail = 0 if n == last else _tail(words, context)
        if n == 0 == last:
            head = 2 * context
        if head + tail + context // 3 >= len(words):
            short.append(span)
            continue
        if head:
            short.append(Span(Mark.SAME, " ".join(words[:head])))
        short.append(Span(Mark.CUT, ""))
        if tail:
            short.append(Span(Mark.SAME, " ".join(words[-tail:])))
    return tuple(short)


def _head(words: list[str], context: int) -> int:
    """How many words to keep after a change: up to a sentence's end, if one is near."""
    ends = [n + 1 for n, word in enumerate(words[: context + context // 2]) if word.endswith(_SENTENCE_ENDS)]
    near = [n for n in ends if n >= context // 3]
    return near[0] if near else min(context, len(words))


def _tail(words: list[str], context: int) -> int:
    """How many words to keep before a change: from a sentence's beginning, if one is near."""
    most = min(len(words), context + context // 2)
    starts = [n for n in range(1, most + 1) if n == len(words) or words[-n - 1].endswith(_SENTENCE_ENDS)]
    near = [n for n in starts if n >= context // 3]
    return near[0] if near else min(context, len(words))


Piece = tuple[Mark, Sequence[str]]


def _marked(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    at = 0
    for step in _steps(a, b):
        yield Mark.SAME, a[at : step.i1]
        yield Mark.REMOVED, a[step.i1 : step.i2]
        yield Mark.ADDED, b[step.j1 : step.j2]
        at = step.i2
    yield Mark.SAME, a[at:]


def _steps(a: Sequence[str], b: Sequence[str]) -> list[_Step]:
    steps: list[_Step] = []
    i = j = 0
    for run in [*common_runs(a, b), None]:
        i2, j2 = (run.old, run.new) if run else (len(a), len(b))
        if i < i2 or j < j2:
            steps.append(_Step(i, i2, j, j2))
        if run:
            i, j = i2 + run.length, j2 + run.length
    if len(steps) > _MOST_CHANGES:
        return [_Step(steps[0].i1, steps[-1].i2, steps[0].j1, steps[-1].j2)]
    return _swallow(_slid(steps, a, b))


def _slid(steps: list[_Step], a: Sequence[str], b: Sequence[str]) -> list[_Step]:
    """Insertions and deletions moved along equal words to where a sentence begins, if they can be."""
    slid: list[_Step] = []
    for n, step in enumerate(steps):
        if step.both:
            slid.append(step)
            continue
        floor = slid[-1].i2 if slid else 0
        ceiling = steps[n + 1].i1 if n + 1 < len(steps) else len(a)
        words, start, end = (a, step.i1, step.i2) if step.i1 < step.i2 else (b, step.j1, step.j2)
        shift = _shift(words, start, end, back=step.i1 - floor, forth=ceiling - step.i2)
        slid.append(_Step(*(place + shift for place in step)))
    return slid


def _shift(words: Sequence[str], start: int, end: int, *, back: int, forth: int) -> int:
    """How far to slide `words[start:end]` so that it follows a sentence's end; 0 when it cannot or need not."""
    if start == 0 or words[start - 1].endswith(_SENTENCE_ENDS):
        return 0
    for n in range(1, min(back, _SLIDE) + 1):
        if words[start - n] != words[end - n]:
            break
        if start == n or words[start - n - 1].endswith(_SENTENCE_ENDS):
            return -n
    for n in range(1, min(forth, _SLIDE) + 1):
        if words[start + n - 1] != words[end + n - 1]:
            break
        if words[start + n - 1].endswith(_SENTENCE_ENDS):
            return n
    return 0


def _swallow(steps: list[_Step]) -> list[_Step]:
    """Replacements that only a word keeps apart made one.

    Beside a pure insertion or deletion an equal word stays as it is: marking it would say more than happened.
    """
    merged: list[_Step] = []
    for step in steps:
        last = merged[-1] if merged else None
        if last and last.both and step.both and step.i1 - last.i2 < ISLAND_WORDS:
            merged[-1] = _Step(last.i1, step.i2, last.j1, step.j2)
        else:
            merged.append(step)
    return merged


def _row(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    old, new = _cells(a), _cells(b)
    if len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            yield from _marked(before, after)
        return
    i = j = 0
    for run in [*common_runs([_bare(c) for c in old], [_bare(c) for c in new]), None]:
        i2, j2 = (run.old, run.new) if run else (len(old), len(new))
        paired = min(i2 - i, j2 - j)
        for n in range(paired):
            yield from _marked(old[i + n], new[j + n])
        for cell in old[i + paired : i2]:
            yield Mark.REMOVED, cell
        for cell in new[j + paired : j2]:
            yield Mark.ADDED, cell
        if run:
            for n in range(run.length):
                yield from _marked(old[i2 + n], new[j2 + n])
            i, j = i2 + run.length, j2 + run.length


def _cells(words: Sequence[str]) -> list[Sequence[str]]:
    """The words of each cell, each cell but the last with the stroke that ends it."""
    ends = [n + 1 for n, word in enumerate(words) if word == CELL]
    return [words[start:end] for start, end in zip([0, *ends], [*ends, len(words)], strict=True)]


def _bare(cell: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in cell if word != CELL)


def _spans(pieces: Iterable[Piece]) -> tuple[Span, ...]:
    """Pieces in a row with the same mark made one, empty ones dropped."""
    runs: list[tuple[Mark, list[str]]] = []
    for mark, words in pieces:
        if not words:
            continue
        if runs and runs[-1][0] is mark:
            runs[-1][1].extend(words)
        else:
            runs.append((mark, list(words)))
    return tuple(Span(mark, " ".join(words)) for mark, words in runs)
