"""The small pattern language of `monitor/data/words.yaml`, and the plain form of text it is matched on."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"\w+")
_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
_ONE_WORD = re.compile(r"(?<!\w)_(?!\w)")
_MOST_GAPS = 3
# Bounded: what stands between two blanks may be a page long.
_ANY = r"\w{1,60}"
_ENDING = r"\w{0,60}"
_SOME_WORDS = rf"(?:{_ANY} ){{1,12}}?"


def plain(text: str) -> str:
    """The words of a text, case-folded, without accents, one blank between: what patterns are matched on."""
    return " ".join(_WORD.findall(without_accents(text)))


def without_accents(text: str) -> str:
    """Case-folded, accents and invisible characters dropped."""
    if text.isascii():
        return text.casefold()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def expression(pattern: str) -> str:
    """A pattern as a regular expression without capturing groups.

    `word*` any ending, `( | )` one of (with an empty one it may be missing), `( )*` up to nine times, `_` one word,
    `~` one to twelve words. Raises ValueError when the brackets do not match, a character has no meaning here, or the
    pattern could take for ever. All that repeats is bounded, and what a repeated group took it does not give back: so
    no pattern can.
    """
    folded = without_accents(pattern)
    if re.search(r"[^\w\s()|*~']", folded):
        raise ValueError(f"unknown character in the pattern {pattern!r}")
    folded = " ".join(folded.replace("'", " ").split())
    if "**" in folded or folded.count("~") > _MOST_GAPS:
        raise ValueError(f"** or more than {_MOST_GAPS} times ~ in the pattern {pattern!r}")
    made = folded.replace("(", "(?:").replace("~ ", _SOME_WORDS)
    made = made.replace("*", _ENDING).replace(f"){_ENDING}", "){0,9}+")
    made = _ONE_WORD.sub(lambda _: _ANY, made)
    try:
        re.compile(made)
    except re.error as wrong:
        raise ValueError(f"the pattern {pattern!r} cannot be read: {wrong}") from wrong
    return made


def one_of(patterns: Iterable[str]) -> str:
    """Several patterns as one expression; what never matches when there is none."""
    made = [expression(p) for p in patterns]
    return f"(?:{'|'.join(made)})" if made else r"(?!)"


def section(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A mapping inside a mapping. Raises ValueError when it is none."""
    value = data.get(key, {})
    if not isinstance(value, Mapping):
        raise ValueError(f"{key}: a mapping is due here")  # noqa: TRY004 – the data is wrong, not the call
    return value


def words(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list of words inside a mapping. Raises ValueError when it is none."""
    value = data.get(key, ())
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"{key}: a list of words is due here (words like on and no need quotes)")
    return tuple(value)


def months(data: Mapping[str, object], language: str) -> tuple[tuple[str, ...], ...]:
    """The names of each month in one language, January first. Raises ValueError when the list is another."""
    value = section(data, "months").get(language, ())
    if not isinstance(value, list | tuple):
        raise ValueError(f"months.{language}: a list of lists is due here")  # noqa: TRY004 – the data is wrong
    return tuple(words({language: names}, language) for names in value)
