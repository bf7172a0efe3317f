"""Which of the four languages a text is in: stop words and letter patterns.

Each language has forty of its commonest words; a word that several share counts little for each. Languages the
program does not read have a list of their own, so that Spanish is not taken for French.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_STOP_WORDS = {
    "en": "the of and to in is that for it as was with be by on are this from or an at not have which you your we our "
    "will can may their has its any if they were been these",
    "nl": "de het een en van in is dat voor op te met zijn die niet aan er om ook als bij of uit naar dan wordt "
    "worden door over deze heeft hebben kan wij uw onze tot werd maar geen zoals",
    "fr": "le la les de des et un une du en est que qui pour dans par sur au aux avec ce cette sont pas plus ne ou "
    "nous vous votre vos nos leur ses son être sa il elle",
    "de": "der die das und in den von zu mit ist des im für auf nicht ein eine als auch dem es an werden aus er sich "
    "bei oder wir sie einer einem zur zum wird durch nach über sind haben",
}
_OTHERS = (
    "el los las y del por con una que se para su como más pero al lo "
    "il che di della per non sono dei gli nel con delle alla anche è "
    "o os as do da dos das em não uma com são ao pela "
    "och att det som på är av för till inte med har jag den til af er ikke på "
    "w na i nie z się do jest że przez oraz ve bir bu için ile"
)
_PATTERNS = {
    "en": r"^(?:th|wh)|(?:ing|ness|ship|ful|ould|ght|ly|ed|ity|ies|ers|ous|ew|ck|y)$|sh|oo[dkm]",
    "nl": r"ij|aa|oo|uu|ee[a-z]|oe[a-z]|ui|sch|eeuw|(?:heid|lijk|lijke|ing|ingen|eren|atie|iteit)$",
    "fr": r"[éèêàçœ]|eau|eux|euil|oi|ou[a-z]|(?:ment|aire|ique|euse|elle)$",
    "de": r"[äöüß]|sch|ei[a-z]|pf|tz|(?:ung|ungen|keit|heit|lich|liche|lichen|isch|ische|ischen|schaft)$",
}
_ELISION = re.compile(r"\b(?:l|d|qu|n|c|j)['’](?=\w)")
_PATTERN_WEIGHT = 0.34
_PRIOR = 1.5
"""What the page's own word is worth: it settles short lines, not paragraphs."""
_LEAST = 1.0
_LEAST_SHARE = 0.08
_LEAD = 1.15
_MOST_WORDS = 2_000

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 40


def _weights() -> dict[str, dict[str, float]]:
    """For each word, what it says for each language (`""`: none of the four); shared words say less."""
    lists = {language: set(words.split()) for language, words in _STOP_WORDS.items()}
    lists[""] = set(_OTHERS.split())
    holders = Counter(word for words in lists.values() for word in words)
    weights: dict[str, dict[str, float]] = {}
    for language, words in lists.items():
        for word in words:
            weights.setdefault(word, {})[language] = 1.0 / holders[word]
    return weights


def stop_words(language: str) -> frozenset[str]:
    """The commonest words of a language; empty for one the program does not read."""
    return frozenset(_STOP_WORDS.get(language, "").split())


_WEIGHTS = _weights()
_COMPILED = {language: re.compile(pattern) for language, pattern in _PATTERNS.items()}


@lru_cache(maxsize=16)
def language_of(text: str, prior: str = "") -> str:
    """`en`, `nl`, `fr` or `de`; empty when it cannot be said, or when it is none of them.

    `prior` is what the page says of itself (`lang`), any case, with or without a region. A text with no telling
    word at all is in its page's language.
    """
    said = prior.strip().lower()[:2]
    said = said if said in _STOP_WORDS else ""
    text = unicodedata.normalize("NFC", text[: 20 * _MOST_WORDS]).casefold()
    words = _WORD.findall(text)[:_MOST_WORDS]
    if not words:
        return said
    scores = dict.fromkeys((*_STOP_WORDS, ""), 0.0)
    for word, times in Counter(words).items():
        for language, weight in _WEIGHTS.get(word, {}).items():
            scores[language] += weight * times
        for language, pattern in _COMPILED.items():
            if len(word) <= _LONGEST and pattern.search(word):
                scores[language] += _PATTERN_WEIGHT * times
    scores["fr"] += _PATTERN_WEIGHT * sum(1 for _ in _ELISION.finditer(text))
    told = scores | ({said: scores[said] + _PRIOR} if said else {})
    (best, score), (_, second) = sorted(told.items(), key=lambda item: -item[1])[:2]
    if said and best == said and max(scores.values()) < _LEAST:
        return said
    enough = score >= max(_LEAST, _LEAST_SHARE * len(words))
    return best if enough and score >= _LEAD * second else ""
