"""A long text cut to what was looked for and some words around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.asked import Asked

AROUND = 140
"""Characters kept on either side of a hit."""
MOST_HITS = 6
LONGEST = 40_000
"""Characters of a text that are looked through."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text. `hit`: it was looked for; `cut`: something was left out before it."""

    text: str
    hit: bool = False
    cut: bool = False


def snippet(question: Asked, text: str) -> tuple[Piece, ...]:
    """The hits with their surroundings; the beginning of the text when nothing of it is a hit."""
    pieces = question.marked(text[:LONGEST])
    hits = [n for n, (_, hit) in enumerate(pieces) if hit][:MOST_HITS]
    if not hits:
        head = _head(text, 2 * AROUND)
        return (Piece(head), Piece("", cut=True)) if len(head) < len(text) else (Piece(text),)
    shown: list[Piece] = []
    for n, (words, hit) in enumerate(pieces[: hits[-1] + 2]):
        if hit:
            shown.append(Piece(words, hit=True))
        else:
            shown += _around(words, first=n == 0, last=n > hits[-1])
    if len(pieces) > hits[-1] + 2:
        shown.append(Piece("", cut=True))
    return tuple(shown)


def _around(words: str, *, first: bool, last: bool) -> Sequence[Piece]:
    """What stands between two hits, before the first or after the last one."""
    room = AROUND if first or last else 2 * AROUND
    if len(words) <= room:
        return [Piece(words)]
    if first:
        return [Piece(_tail(words, AROUND), cut=True)]
    if last:
        return [Piece(_head(words, AROUND)), Piece("", cut=True)]
    return [Piece(_head(words, AROUND)), Piece(_tail(words, AROUND), cut=True)]


def _head(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rpartition(" ")[0] or text[:most]


def _tail(text: str, most: int) -> str:
    return text[-most:].partition(" ")[2] or text[-most:]
