"""What somebody looks for: a few words as typed, for the full-text index and for the marks in what was found. Pure.

    retention period        both words
    "retention period"      the words in this order
    biometric*              words that begin so
    -pilot                  without this word
    police OR politie       either

Capitals and accents make no difference. Nothing that is typed can be an error.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 400
"""Characters of a question that are looked at."""
MOST = 24
"""Words of a question."""
_UNSEEN = dict.fromkeys([0, 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF])
_TYPED = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")


def searchable(text: str) -> str:
    """Without what nobody sees, which would hide a word from the search: NUL, soft hyphens, zero width, bidi."""
    return text.translate(_UNSEEN).encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row, folded; `begins`: the last one need only begin so."""

    words: tuple[str, ...]
    begins: bool = False
    without: bool = False
    alternative: bool = False
    """Or, instead of and, with the term before it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. Empty when no word was typed that could be found."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return any(not term.without for term in self.terms)

    def fts(self) -> str:
        """The question in FTS5's language; every word is quoted, so none of it can be an operator."""
        found = ""
        for term in (t for t in self.terms if not t.without):
            glue = (" OR " if term.alternative else ") AND (") if found else "("
            found += glue + _quoted(term)
        unwanted = " OR ".join(_quoted(term) for term in self.terms if term.without)
        return f"(({found})) NOT ({unwanted}))" if unwanted else f"({found}))"

    def marked(self, text: str) -> tuple[tuple[str, bool], ...]:
        """The text in pieces; True: it was looked for."""
        places = sorted({place for term in self.terms if not term.without for place in _places(term, text)})
        pieces: list[tuple[str, bool]] = []
        at = 0
        for start, end in places:
            if end <= at:
                continue
            if start > at:
                pieces.append((text[at:start], False))
            pieces.append((text[max(start, at) : end], True))
            at = end
        return (*pieces, (text[at:], False)) if at < len(text) else tuple(pieces)


def asked(typed: str) -> Asked:
    terms: list[Term] = []
    alternative = False
    for match in _TYPED.finditer(searchable(typed)[:LONGEST]):
        word = match["word"] or ""
        if word == "OR" and not match["minus"]:
            alternative = bool(terms)
            continue
        words = tuple(_WORD.findall(folded(match["phrase"] if match["phrase"] is not None else word)))
        if words and len(terms) < MOST:
            without = bool(match["minus"])
            terms.append(Term(words[:MOST], word.endswith("*"), without, alternative and not without))
        alternative = False
    return Asked(tuple(terms))


def _quoted(term: Term) -> str:
    return '"' + " ".join(term.words) + '"' + ("*" if term.begins else "")


@lru_cache(maxsize=8192)
def folded(word: str) -> str:
    """Small letters without accents, as the index compares them."""
    plain = unicodedata.normalize("NFD", word.lower())
    return unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))


def _places(term: Term, text: str) -> list[tuple[int, int]]:
    words = [(folded(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]
    size, found = len(term.words), []
    for n in range(len(words) - size + 1):
        row = [word for word, _, _ in words[n : n + size]]
        last = row[-1].startswith(term.words[-1]) if term.begins else row[-1] == term.words[-1]
        if last and row[:-1] == list(term.words[:-1]):
            found.append((words[n][1], words[n + size - 1][2]))
    return found
