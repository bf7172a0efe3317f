"""Is a quoted passage still there? And: are two texts the same document?

A passage is compared by its letters and digits alone, word beginnings and ends kept, so that quotation marks, dashes,
hyphenation, soft hyphens, case, blanks and footnote numbers make no difference and a passage may run over blocks.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz

from monitor.model import Block, Quote, QuoteMatch, QuoteState, key_of, plain_figures

T = TypeVar("T")

CHANGED_FROM = 0.80
"""Share of equal letters from which a passage is the quoted one, reworded."""
FUZZY_FROM = 0.90
"""Share of equal letters from which a passage marked `fuzzy` counts as found."""

_WORD = re.compile(r"[\w%€$£§]+")
_BRACKETED = re.compile(r"\(\d{1,3}\)|\[\d{1,3}\]")
_AFTER_STOP = re.compile(r"(?<=[^\W\d][.,;:!?”\"’»)])\d{1,3}(?!\S)")
_GLUED = re.compile(r"(?<=[^\W\d_]{3})\d{1,3}$")
_NOT_KEPT = re.compile(r"[^\w%€$£§]")
_FURNITURE_WORDS = 4
"""Blocks this short (a page's number, a running title) are skipped on a second try: they cut passages of PDFs."""
_SHINGLE = 3
_MOST_WORDS = 60_000
_WINDOWS = 4
_MOST_LETTERS = 4_000
_SENTENCE_END = re.compile(r"(?<!\b\d)(?<!\b\d\d)[.!?…][)\]”»\"'’]*\s+(?=[^a-zß-öø-ÿ\s])")
_MOST_ROUND = 600
"""How far, in characters, a sentence's border is sought from the passage."""
_TITLE_WORD = 4


@dataclass(frozen=True, slots=True)
class Found:
    """The state of a passage. `nearest`: what stands there instead (only for CHANGED). `page`: of a PDF, else 0."""

    state: QuoteState
    nearest: str = ""
    page: int = 0


def quote_key(quote: Quote) -> str:
    """`footnote:hash`, the same for the same passage however it is typed. Where there are several reports, the whole
    key of the footnote stands before the hash.
    """
    letters = "".join(word for word, _, _ in _words(unicodedata.normalize("NFC", quote.text)))
    note = quote.key if quote.report_name else quote.footnote
    return f"{note}:{hashlib.sha256(letters.encode()).hexdigest()[:12]}"


def of_quote(known: Mapping[str, T], quote: Quote) -> T | None:
    """What is known of a passage by its `quote_key`, also by the one it had while its report was the only one."""
    name = quote_key(quote)
    if name in known or not quote.report:
        return known.get(name)
    short = name.removeprefix(f"{quote.key.place}:")
    return known.get(f"{quote.key.place}:{short}") if short == name else known.get(short)


def look_for(quote: Quote, blocks: Sequence[Block]) -> Found:
    """Look for one passage. A translated one is looked for by its anchor, if it has one."""
    if quote.match is QuoteMatch.ELSEWHERE:
        return Found(QuoteState.ELSEWHERE)
    if quote.match is QuoteMatch.TRANSLATED:
        if not quote.anchor.strip():
            return Found(QuoteState.NO_ANCHOR)
        quote = replace(quote, text=quote.anchor, match=QuoteMatch.EXACT)
    words = [word for word, _, _ in _words(unicodedata.normalize("NFC", quote.text))]
    if not words:
        return Found(QuoteState.MISSING)
    texts = tuple(unicodedata.normalize("NFC", b.text) for b in blocks)
    there = _read(texts)
    whole = _Letters(texts, there)
    first = whole.find("".join(words))
    if first is None:
        body = {n for n, text in enumerate(texts) if len(text.split()) > _FURNITURE_WORDS}
        first = _Letters(texts, [w for w in there if w.block in body]).find("".join(words))
    if first is not None:
        return Found(QuoteState.FOUND, page=blocks[first.block].page)
    return _nearest(words, quote.match, whole, blocks)


def look_on_page(quote: Quote, blocks: Sequence[Block], margin: Sequence[Block]) -> Found:
    """Look for one passage in a document, then in the margin of its page, then across both: what is furniture and what
    is text is a guess of ours, and a passage that stands on the page is not lost.
    """
    found = look_for(quote, blocks)
    if found.state not in {QuoteState.MISSING, QuoteState.CHANGED} or not margin:
        return found
    for lines in (margin, (*blocks, *margin)):
        other = look_for(quote, lines)
        if other.state is QuoteState.FOUND or (other.state is QuoteState.CHANGED and found.state is QuoteState.MISSING):
            found = other
        if found.state is QuoteState.FOUND:
            break
    return found


class _Word(NamedTuple):
    """A word as compared, and where it stands: block, first and last offset in the block's text."""

    letters: str
    block: int
    start: int
    end: int


class _Letters:
    """A text as one row of letters and digits, with the way back to blocks and offsets."""

    def __init__(self, texts: Sequence[str], words: Sequence[_Word]) -> None:
        self.texts = texts
        self.words = words
        self.row = "".join(w.letters for w in words)
        self._starts = [0, *accumulate(len(w.letters) for w in words)][:-1]

    def find(self, letters: str) -> _Word | None:
        """The first word of the first place where these letters stand from a word's beginning to a word's end."""
        at = self.row.find(letters)
        edges = {*self._starts, len(self.row)} if at >= 0 else set()
        while at >= 0:
            if at in edges and at + len(letters) in edges:
                return self.words[bisect_left(self._starts, at)]
            at = self.row.find(letters, at + 1)
        return None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Numbers of the first and last word that the letters `start` to `end` touch."""
        first = bisect_right(self._starts, start) - 1
        return first, max(first, bisect_left(self._starts, end) - 1)

    def offset(self, word: int) -> int:
        return self._starts[word] if word < len(self._starts) else len(self.row)

    def sentences(self, first: int, last: int) -> str:
        """The original text from the beginning of the first word's sentence to the end of the last one's."""
        head, tail = self.words[first], self.words[last]
        opening, closing = self.texts[head.block], self.texts[tail.block]
        floor = max(0, head.start - _MOST_ROUND)
        ends = (m.end() for m in _SENTENCE_END.finditer(opening, floor))
        start = max((end for end in ends if end <= head.start), default=head.start if floor else 0)
        stop = _SENTENCE_END.search(closing, tail.end, tail.end + _MOST_ROUND)
        end = stop.end() if stop else len(closing) if len(closing) <= tail.end + _MOST_ROUND else tail.end
        if head.block == tail.block:
            return opening[start:end].strip()
        between = self.texts[head.block + 1 : tail.block]
        return " ".join([opening[start:].strip(), *between, closing[:end].strip()])


def _nearest(words: list[str], match: QuoteMatch, text: _Letters, blocks: Sequence[Block]) -> Found:
    """The passage most like the quoted one, if any is like it enough."""
    quoted = "".join(words)[:_MOST_LETTERS]
    best, best_span = 0.0, (0, 0)
    for first, last in _windows(words, text) if len(words) > 2 else ():
        start, end = text.offset(first), text.offset(last)
        found = fuzz.partial_ratio_alignment(quoted, text.row[start:end], score_cutoff=100 * CHANGED_FROM)
        if found and found.score / 100 > best and found.dest_end > found.dest_start:
            best, best_span = found.score / 100, text.span(start + found.dest_start, start + found.dest_end)
    if best < CHANGED_FROM:
        return Found(QuoteState.MISSING)
    first, last = best_span
    page = blocks[text.words[first].block].page
    there = [w.letters for w in text.words[first : last + 1]]
    if match is QuoteMatch.FUZZY and best >= FUZZY_FROM and _numbers(words) == _numbers(there):
        return Found(QuoteState.FOUND, page=page)
    return Found(QuoteState.CHANGED, text.sentences(first, last), page)


def _windows(words: list[str], text: _Letters) -> Iterator[tuple[int, int]]:
    """Stretches of words, a little longer than the quote, that hold most of its words; the best few."""
    size = len(words) + len(words) // 3 + 2
    wanted = Counter(words)
    have: Counter[str] = Counter()
    score = 0
    scores: list[int] = []
    row = [w.letters for w in text.words]
    for n, word in enumerate(row):
        if word in wanted:
            have[word] += 1
            score += have[word] <= wanted[word]
        if n >= size and row[n - size] in wanted:
            gone = row[n - size]
            score -= have[gone] <= wanted[gone]
            have[gone] -= 1
        scores.append(score)
    taken: list[int] = []
    for n in sorted(range(len(scores)), key=lambda n: (-scores[n], n)):
        if scores[n] * 2 < len(words) or len(taken) == _WINDOWS:
            return
        if all(abs(n - other) > size // 2 for other in taken):
            taken.append(n)
            yield max(0, n + 1 - size - size // 4), min(len(row), n + 1 + size // 4)


def _numbers(words: Sequence[str]) -> Counter[str]:
    return Counter(word for word in words if any(c.isdigit() for c in word))


@lru_cache(maxsize=4)
def _read(texts: tuple[str, ...]) -> tuple[_Word, ...]:
    """All words of a text. Kept for the next quote looked for in the same text, its margin, or both."""
    return tuple(_Word(w, n, start, end) for n, text in enumerate(texts) for w, start, end in _words(text))


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Words of an NFC text as compared, with their offsets; footnote numbers left out."""
    text = _AFTER_STOP.sub(_blank, _BRACKETED.sub(_blank, text))
    for found in _WORD.finditer(text):
        letters = _letters(found.group())
        if letters:
            yield letters, found.start(), found.end()


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


@lru_cache(maxsize=65536)
def _letters(word: str) -> str:
    plain = unicodedata.normalize("NFKC", plain_figures(word)).casefold()
    return _NOT_KEPT.sub("", _GLUED.sub("", plain))


def similar(old_blocks: Sequence[Block], new_blocks: Sequence[Block]) -> float:
    """Share of three-word shingles two texts have in common (Dice), 0 to 1; 1 for two empty texts.

    Short texts are compared by words. Of very long texts the first 60,000 words count.
    """
    old, new = _row(old_blocks), _row(new_blocks)
    size = _SHINGLE if min(len(old), len(new)) >= 2 * _SHINGLE else 1
    a, b = _shingles(old, size), _shingles(new, size)
    if not a and not b:
        return 1.0
    return 2 * len(a & b) / (len(a) + len(b))


def _row(blocks: Sequence[Block]) -> list[str]:
    words: list[str] = []
    for block in blocks:
        words += block.key.split()
        if len(words) > _MOST_WORDS:
            break
    return words[:_MOST_WORDS]


def _shingles(words: list[str], size: int) -> set[tuple[str, ...]]:
    return set(zip(*(words[n:] for n in range(size)), strict=False))


def title_overlap(title: str, text: str) -> float:
    """Share of a title's telling words (four letters or more, or with a digit) that stand in a text, 0 to 1.

    A title of short words only counts all of them; an empty title gives 0.
    """
    words = set(key_of(title).split())
    telling = {w for w in words if len(w) >= _TITLE_WORD or any(c.isdigit() for c in w)} or words
    if not telling:
        return 0.0
    return len(telling & set(key_of(text).split())) / len(telling)
