"""Which passage of a page says what the report quotes in translation? A proposal for a person, or none.

Words are matched by a small glossary, by numbers and months, by names, and by likeness of letters (cognates). A word
counts the more the fewer sentences of the page have it. Nothing here translates: a proposal is a place to look at.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from monitor.model import Block
from monitor.text.language import stop_words

LANGUAGES = ("en", "nl", "fr", "de")
FEWEST = 3
"""Different ideas that must be found in a passage: fewer prove nothing."""
ENOUGH = 0.50
"""The least score of a proposal, 0 to 1."""
LEAD = 0.05
"""How far the best passage must be ahead of one elsewhere on the page."""
MOST_SENTENCES = 3
"""A quoted sentence may have been two, or three."""
_MOST = 4_000
"""Sentences of a page that are looked at."""
_LONGEST = 1_500
_ALIKE = 80.0
_COGNATE = 5
"""Letters from which two words may be called alike."""
_PHRASE = 8
"""Words up to which a quote is a phrase: then the words that say it are proposed, not their whole sentence."""
_UNKNOWN = 0.35
"""What a word counts that no sentence of the page has: more often a gap of the glossary than a difference."""
_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"(?<=[.!?…;:])[)\]”»\"'’]*\s+(?=[^a-zß-öø-ÿ\s])")
_MARK = re.compile(r"\(\d{1,3}\)|\[\d{1,3}\]")
"""A footnote's number."""
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|er|ere|e|eme|de|ste)")
_NUMBER = re.compile(r"(?<=\d)[.,\s](?=\d{3}\b)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A passage that may be the quoted one. `score`: 0 to 1. `shared`: the quote's words that were recognised."""

    passage: str
    score: float
    shared: tuple[str, ...]
    page: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Glossary:
    """Ideas by language: for each the phrases that say it, as tuples of words; a word with `*` is a beginning."""

    ideas: tuple[Mapping[str, tuple[tuple[str, ...], ...]], ...]

    @classmethod
    def compile(cls, rows: Sequence[Sequence[str]], months: Mapping[str, Sequence[Sequence[str]]]) -> "Glossary":
        """`rows`: for each idea its words in en, nl, fr, de; `months`: by language twelve lists of names."""
        ideas = [dict(zip(LANGUAGES, map(_phrases, row), strict=True)) for row in rows]
        names = [{code: tuple((_plain(name),) for name in months[code][n]) for code in LANGUAGES} for n in range(12)]
        return cls((*ideas, *names))

    def found(self, words: Sequence[str], language: str) -> dict[int, list[int]]:
        """Ideas that a row of plain words says: number of the idea → places of the words that say it."""
        index = _index(self, language)
        said: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            for idea, phrase in index.get(word[:2], ()):
                if all(place + k < len(words) and _says(words[place + k], part) for k, part in enumerate(phrase)):
                    said.setdefault(idea, []).extend(range(place, place + len(phrase)))
        return said


@lru_cache(maxsize=8)
def _index(glossary: Glossary, language: str) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """Phrases by the first two letters of their first word."""
    index: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, idea in enumerate(glossary.ideas):
        for phrase in idea.get(language, ()):
            index.setdefault(phrase[0].rstrip("*")[:2], []).append((number, phrase))
    return index


def _phrases(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in cell.split(",") if phrase.strip())


def _says(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


@dataclass(frozen=True, slots=True)
class _Said:
    """A stretch of text as compared."""

    text: str
    page: int
    words: tuple[str, ...]
    ideas: frozenset[int]
    covered: int
    """Telling words that the glossary knows."""
    telling: tuple[str, ...]
    """Telling words it does not know, numbers included."""


def propose(
    quote: str, blocks: Sequence[Block], *, languages: tuple[str, str], glossary: Glossary, most: int = 3
) -> tuple[Proposal, ...]:
    """The passages most like a quote, best first; none rather than a doubtful one.

    `languages`: of the quote and of the page.
    """
    mine, theirs = languages
    wanted = _said(_MARK.sub(" ", quote), 0, mine, glossary)
    ideas, rest = sorted(wanted.ideas), wanted.telling
    if len(ideas) + len(rest) < FEWEST:
        return ()
    phrase = len(wanted.words) <= _PHRASE
    texts = _phrases_of(_sentences(blocks), wanted, theirs, glossary) if phrase else _sentences(blocks)
    sentences = [_said(text, page, theirs, glossary) for text, page in texts]
    marks = [_marks(ideas, rest, sentence) for sentence in sentences]
    weights = _weights(len(ideas) + len(rest), marks)
    whole = sum(weights)
    ranked: list[tuple[float, int, int, frozenset[int]]] = []
    for start in range(len(sentences)):
        joined: frozenset[int] = frozenset()
        for size in range(1, min(1 if phrase else MOST_SENTENCES, len(sentences) - start) + 1):
            joined |= marks[start + size - 1]
            score = _score(wanted, sentences[start : start + size], joined, weights, whole)
            if len(joined) >= FEWEST and score:
                ranked.append((score, start, size, joined))
    return _best(ranked, sentences, _names(quote, wanted, mine, glossary), most)


def _best(
    ranked: list[tuple[float, int, int, frozenset[int]]],
    sentences: Sequence[_Said],
    names: Sequence[str],
    most: int,
) -> tuple[Proposal, ...]:
    """The best places that do not overlap; nothing when the first is weak, or hardly ahead of the second."""
    taken: list[tuple[float, int, int, frozenset[int]]] = []
    seen: set[tuple[str, ...]] = set()
    for entry in sorted(ranked, key=lambda e: (-e[0], e[2], e[1])):
        _, start, size, _ = entry
        words = tuple(word for s in sentences[start : start + size] for word in s.words)
        apart = all(start + size <= other[1] or other[1] + other[2] <= start for other in taken)
        if apart and words not in seen:
            taken.append(entry)
            seen.add(words)
        if len(taken) == most:
            break
    if not taken or taken[0][0] < ENOUGH or (len(taken) > 1 and taken[0][0] - taken[1][0] < LEAD):
        return ()
    return tuple(
        Proposal(
            " ".join(s.text for s in sentences[start : start + size]),
            round(score, 2),
            tuple(names[n] for n in sorted(shared)),
            sentences[start].page,
        )
        for score, start, size, shared in taken
        if score >= ENOUGH
    )


def _marks(ideas: Sequence[int], rest: Sequence[str], sentence: _Said) -> frozenset[int]:
    """Which of the wanted ideas and words a sentence has, by their number."""
    found = {n for n, idea in enumerate(ideas) if idea in sentence.ideas}
    for n, word in enumerate(rest, len(ideas)):
        if any(_alike(word, other) for other in sentence.words):
            found.add(n)
    return frozenset(found)


def _weights(count: int, marks: Sequence[frozenset[int]]) -> list[float]:
    """What each wanted idea or word is worth: the more, the fewer sentences have it."""
    total = len(marks)
    weights = []
    for n in range(count):
        times = sum(n in mark for mark in marks)
        weights.append(math.log(1 + total / times) if times else _UNKNOWN * math.log(1 + total))
    return weights


def _score(
    wanted: _Said, passage: Sequence[_Said], found: frozenset[int], weights: Sequence[float], whole: float
) -> float:
    """How much of the quote is in the passage, and how much of the passage is in the quote; 0 to 1."""
    numbers = {w for w in wanted.words if w.isdigit()}
    theirs = {w for s in passage for w in s.words if w.isdigit()}
    if not numbers <= theirs:
        return 0.0
    recall = sum(weights[n] for n in found) / whole
    size = sum(s.covered + len(s.telling) for s in passage)
    precision = min(1.0, len(found) / size) if size else 0.0
    return float(recall**0.65 * precision**0.35)


def _names(quote: str, wanted: _Said, language: str, glossary: Glossary) -> list[str]:
    """The wanted ideas and words as the quote writes them."""
    written = _WORD.findall(quote)
    plain = [_plain(word) for word in written]
    found = glossary.found(plain, language)
    ideas = [" ".join(dict.fromkeys(written[p] for p in sorted(found[i]))) for i in sorted(wanted.ideas)]
    return [*ideas, *(written[plain.index(word)] if word in plain else word for word in wanted.telling)]


def _said(text: str, page: int, language: str, glossary: Glossary) -> _Said:
    words = tuple(_plain(word) for word in _WORD.findall(_NUMBER.sub("", text)))
    found = glossary.found(words, language)
    said = {place for places in found.values() for place in places}
    left = [
        word
        for place, word in enumerate(words)
        if place not in said and (word.isdigit() or len(word) >= 4) and word not in _stops(language)
    ]
    return _Said(text, page, words, frozenset(found), len(said), tuple(dict.fromkeys(left)))


def _phrases_of(
    sentences: Iterator[tuple[str, int]], wanted: _Said, language: str, glossary: Glossary
) -> Iterator[tuple[str, int]]:
    """Each sentence cut to the stretch from its first to its last word that a quoted phrase has too."""
    for text, page in sentences:
        words = list(_WORD.finditer(text))
        plain = [_plain(word.group()) for word in words]
        found = glossary.found(plain, language)
        places = {place for idea in wanted.ideas for place in found.get(idea, ())}
        places |= {n for n, word in enumerate(plain) for other in wanted.telling if _alike(other, word)}
        if places and max(places) - min(places) < 2 * _PHRASE:
            yield text[words[min(places)].start() : words[max(places)].end()], page


@lru_cache(maxsize=4)
def _stops(language: str) -> frozenset[str]:
    return frozenset(map(_plain, stop_words(language)))


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> bool:
    """The same word in two languages, by its letters: institution, institutie; vigilance, vigilance."""
    if one == other:
        return True
    if min(len(one), len(other)) < _COGNATE or one[0] != other[0] or one.isdigit() or other.isdigit():
        return False
    return fuzz.ratio(_sounds(one), _sounds(other)) >= _ALIKE


def _sounds(word: str) -> str:
    """Spelling that differs between the languages without meaning anything."""
    for old, new in (("ph", "f"), ("th", "t"), ("qu", "k"), ("c", "k"), ("z", "s"), ("y", "i"), ("tie", "tion")):
        word = word.replace(old, new)
    return word


@lru_cache(maxsize=65536)
def _plain(word: str) -> str:
    """Small letters without accents."""
    split = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe"))
    plain = "".join(c for c in split if not unicodedata.combining(c))
    ordinal = _ORDINAL.fullmatch(plain)
    return ordinal[1] if ordinal else plain


def _sentences(blocks: Sequence[Block]) -> Iterator[tuple[str, int]]:
    """The sentences of a page with the page of a PDF each stands on; colons and semicolons part clauses too."""
    count = 0
    for block in blocks:
        start = 0
        for end in [*(m.start() for m in _END.finditer(block.text)), len(block.text)]:
            text = block.text[start:end].strip()
            start = end
            if text and len(text) <= _LONGEST:
                yield text, block.page
                count += 1
            if count >= _MOST:
                return
