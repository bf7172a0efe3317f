"""Defined terms: what a text gives a meaning to. `“AI system” means a machine-based system …`

Only terms in quotation marks count: in running text “means” and “is” say too many other things. The meaning goes on
to the next definition, or to the end of the passage.
"""

import re
from collections.abc import Iterable, Mapping

from monitor.text.patterns import without_accents

_TERM = r"[“”\"«„‘][\s\u00a0\u202f]?(?P<term>[^“”\"«»„‘’:;.]{2,80}?)[\s\u00a0\u202f]?[”\"»“’]"
_GAP = r"(?:[^.;:“”\"«»„]{0,40}?[\s,)])?"
_LISTED = r"(?:\A|(?<=[;:\n]))[\s\u00a0\u202f]{0,20}(?:\(?[\da-zA-Z]{1,3}[°.)]{1,2}[\s\u00a0\u202f]{0,20})?"
"""Where an entry of a list of definitions begins: `3° « données » : …`"""
_WORD = re.compile(r"\w+")


class Definitions:
    """Finds defined terms. `after`: words behind a term that give it a meaning; `before`: words in front of it."""

    def __init__(self, after: Iterable[str], before: Iterable[str]) -> None:
        said = f"{_TERM}[\\s\u00a0\u202f,]*+{_GAP}(?:{_any(after)})(?!\\w)"
        named = f"(?<!\\w)(?:{_any(before)})[\\s\u00a0\u202f]+{_TERM}"
        listed = f"{_LISTED}{_TERM}[\\s\u00a0\u202f]*:"
        self._patterns = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (said, named, listed))

    def of(self, text: str) -> Mapping[str, tuple[str, str]]:
        """Terms, folded → as printed, and the words of their meaning."""
        if not any(mark in text for mark in '“”"«»„‘'):
            return {}
        found = {m.start("term"): m for pattern in self._patterns for m in pattern.finditer(text)}
        places = sorted(found)
        ends = [*places[1:], len(text)][: len(places)]
        terms: dict[str, tuple[str, str]] = {}
        for place, end in zip(places, ends, strict=True):
            term = " ".join(found[place]["term"].split())
            meaning = " ".join(_WORD.findall(without_accents(text[place:end])))
            terms.setdefault(without_accents(term), (term, meaning))
        return terms


def _any(words: Iterable[str]) -> str:
    return "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in words) or r"(?!)"
