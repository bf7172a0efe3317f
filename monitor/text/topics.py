"""Which of the report's topics a passage is about, by the words of a lexicon in four languages.

The rules stand in the head of `monitor/data/lexicon.yaml`. Two things are decided here: of terms that overlap only
the longest counts, so one stretch of text counts once, also when cognates of two languages match it; and a common
word counts twice at most, so that broad terms add but never decide alone, while an abbreviation (AI, COC) counts
each time.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

STRONG = 3
TERM = 1
REACHED = 3
"""Score from which a passage has a topic; 1 is enough when its source carries the topic already."""
GATE = "ai"
"""The topic that decides whether a change is AI policy at all; it is no topic of the report."""

_MOST_REPEATS = 2
_ABBREVIATION = re.compile(r"(?=\w*[^\W\d_])\w{1,5}")
_WORD = re.compile(r"\w+")
_TERM_WORD = re.compile(r"\*?\w+\*?")
_BLANKS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
_LETTERS = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‘": "'", "ʼ": "'", "`": "'"})


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a term: its letters, and whether any beginning or ending may stand around them."""

    letters: str
    any_beginning: bool
    any_ending: bool

    def fits(self, word: str) -> bool:
        if self.any_beginning:
            return self.letters in word if self.any_ending else word.endswith(self.letters)
        return word.startswith(self.letters) if self.any_ending else word == self.letters


@dataclass(frozen=True, slots=True)
class Term:
    """A term, ready to be compared: its words, what stands between them, its weight in each topic."""

    name: str
    words: tuple[_Word, ...]
    gaps: tuple[str, ...]
    weights: tuple[tuple[str, int], ...]
    abbreviation: bool


@dataclass(frozen=True, slots=True)
class _Index:
    """The terms of one language, by how their first word is found."""

    exact: Mapping[str, tuple[Term, ...]]
    beginnings: Mapping[str, tuple[Term, ...]]
    anywhere: tuple[Term, ...]
    longest: int
    """Letters of the longest beginning."""

    def starting(self, word: str) -> Iterator[Term]:
        yield from self.exact.get(word, ())
        for n in range(1, min(len(word), self.longest) + 1):
            yield from self.beginnings.get(word[:n], ())
        for term in self.anywhere:
            if term.words[0].fits(word):
                yield term


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lexicon, compiled once. `topics` in the order of the file, the gate included."""

    topics: tuple[str, ...]
    languages: Mapping[str, _Index]

    @classmethod
    def compile(cls, data: Mapping[str, object]) -> Self:
        """Build from the mapping of lexicon.yaml: `topics: {topic: {language: {strong: [...], terms: [...]}}}`.

        Raises ValueError when the shape is another.
        """
        topics = _mapping(data.get("topics"), "topics")
        weights: dict[str, dict[str, dict[str, int]]] = {}
        for topic, languages in topics.items():
            for language, lists in _mapping(languages, topic).items():
                kinds = _mapping(lists, f"{topic}.{language}")
                for kind, weight in (("terms", TERM), ("strong", STRONG)):
                    for term in _strings(kinds.get(kind, ()), f"{topic}.{language}.{kind}"):
                        weights.setdefault(language, {}).setdefault(term, {})[topic] = weight
        indexes = {language: _index(terms) for language, terms in weights.items()}
        return cls(tuple(topics), indexes)


def topics_of(text: str, language: str, own: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """The report's topics a passage is about, in the lexicon's order. `own`: topics its source already carries.

    With a language the lexicon does not know (or "") all its languages are asked.
    """
    scores = _scores(text, language, lexicon)
    return tuple(
        topic
        for topic in lexicon.topics
        if topic != GATE and scores.get(topic, 0) >= (TERM if topic in own else REACHED)
    )


def ai_gate(text: str, language: str, lexicon: Lexicon) -> bool:
    """Is the passage about AI policy at all? Asked of changes on general sources."""
    return _scores(text, language, lexicon).get(GATE, 0) >= REACHED


def _scores(text: str, language: str, lexicon: Lexicon) -> dict[str, int]:
    """Score of each topic found."""
    one = lexicon.languages.get(language)
    indexes = [one] if one else list(lexicon.languages.values())
    free: dict[str, int] = {}
    counted: dict[tuple[str, str], int] = {}
    scores: dict[str, int] = {}
    for start, end, term in sorted(_hits(_plain(text), indexes), key=lambda h: (h[0], -h[1], -_heaviest(h[2]))):
        for topic, weight in term.weights:
            if start < free.get(topic, 0):
                continue
            free[topic] = end
            times = counted.get((topic, term.name), 0)
            if term.abbreviation or times < _MOST_REPEATS:
                counted[topic, term.name] = times + 1
                scores[topic] = scores.get(topic, 0) + weight
    return scores


def _heaviest(term: Term) -> int:
    return max(weight for _, weight in term.weights)


def _hits(text: str, indexes: Sequence[_Index]) -> Iterator[tuple[int, int, Term]]:
    """Every place (numbers of the first word and of the one after the last) where a term stands."""
    found = list(_WORD.finditer(text))
    raw = [m.group() for m in found]
    words = [w.casefold() for w in raw]
    starting: dict[str, tuple[Term, ...]] = {}
    for at, word in enumerate(words):
        terms = starting.get(word)
        if terms is None:
            terms = starting[word] = tuple(t for index in indexes for t in index.starting(word))
        for term in terms:
            end = at + len(term.words)
            if end > len(words) or (term.abbreviation and raw[at] != term.name):
                continue
            rest = zip(term.words[1:], words[at + 1 : end], strict=True)
            if all(pattern.fits(w) for pattern, w in rest) and all(
                _gap(text[found[n].end() : found[n + 1].start()]) == gap for n, gap in enumerate(term.gaps, start=at)
            ):
                yield at, end, term


def _index(terms: Mapping[str, Mapping[str, int]]) -> _Index:
    exact: dict[str, tuple[Term, ...]] = {}
    beginnings: dict[str, tuple[Term, ...]] = {}
    anywhere: list[Term] = []
    merged: dict[str, dict[str, int]] = {}
    for name, weights in terms.items():
        together = merged.setdefault(_plain(name), {})
        for topic, weight in weights.items():
            together[topic] = max(weight, together.get(topic, 0))
    for name, weights in merged.items():
        term = _term(name, weights)
        first = term.words[0]
        if first.any_beginning:
            anywhere.append(term)
        elif first.any_ending:
            beginnings[first.letters] = (*beginnings.get(first.letters, ()), term)
        else:
            exact[first.letters] = (*exact.get(first.letters, ()), term)
    return _Index(exact, beginnings, tuple(anywhere), max(map(len, beginnings), default=0))


def _term(name: str, weights: Mapping[str, int]) -> Term:
    found = list(_TERM_WORD.finditer(name))
    if not found:
        raise ValueError(f"a term without letters: {name!r}")
    words = tuple(
        _Word(w.strip("*").casefold(), w.startswith("*"), w.endswith("*")) for w in (m.group() for m in found)
    )
    gaps = tuple(_gap(name[one.end() : other.start()]) for one, other in pairwise(found))
    abbreviation = name == name.upper() and bool(_ABBREVIATION.fullmatch(name))
    return Term(name, words, gaps, tuple(weights.items()), abbreviation)


def _gap(between: str) -> str:
    """What stands between two words; white space and hyphens are one and the same."""
    return _BLANKS.sub(" ", between)


def _plain(text: str) -> str:
    """Without accents, soft hyphens and invisible characters; case kept."""
    if text.isascii():
        return text
    return _MARKS.sub("", unicodedata.normalize("NFD", text.translate(_LETTERS)))


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: a mapping is due here")  # noqa: TRY004 – the data is wrong, not the call
    return value


def _strings(value: object, where: str) -> Iterable[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"{where}: a list of words is due here")
    return value
