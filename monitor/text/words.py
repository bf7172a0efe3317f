"""Facts that changed between two versions of a passage: numbers, dates, money, percentages, duty words, negation,
named bodies, defined terms.

Facts are compared by value: `20,000` is `20 000`, `3 May 2024` is `2024-05-03`. What stands equally often on both
sides has not changed, wherever it stands.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Self

from monitor.model import plain_figures
from monitor.text.definitions import Definitions
from monitor.text.patterns import months, one_of, section, without_accents, words
from monitor.text.wording import written_out


class FactKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    MONEY = "money"
    PERCENTAGE = "percentage"
    MODAL = "modal"
    NEGATION = "negation"
    BODY = "body"
    """A body that is named: an authority, a court, a regulator."""
    TERM = "term"
    """A term that is given a meaning."""
    DEFINITION = "definition"
    """The same term, another meaning; `old` and `new` are the term."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that carries weight and was lost (`old`), gained (`new`) or exchanged; as printed."""

    kind: FactKind
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Lists:
    figures: re.Pattern[str]
    months: Mapping[str, int]
    scales: Mapping[str, int]
    modals: re.Pattern[str]
    negations: re.Pattern[str]
    bodies: re.Pattern[str]
    definitions: Definitions


@dataclass(frozen=True, slots=True)
class WordLists:
    """The words that carry weight, compiled once. `everything` is asked when the language cannot be said."""

    languages: Mapping[str, _Lists]
    everything: _Lists

    @classmethod
    def compile(cls, data: Mapping[str, object]) -> Self:
        """Build from the mapping of words.yaml: its `months` and `severity: {language: {modals, negations, percent,
        thousands, millions, billions, currencies, bodies, defines, defined_by}}`. Raises ValueError on another shape.
        """
        languages = section(data, "severity")
        return cls({x: _lists(data, [x]) for x in languages}, _lists(data, list(languages)))


def changed_facts(old: str, new: str, language: str, words: WordLists) -> tuple[Fact, ...]:
    """Facts lost and gained between two versions of a passage, kind by kind in the order of the text.

    The first lost is shown with the first gained of its kind. Negation gives one fact at most.
    """
    lists = words.languages.get(language, words.everything)
    before, after = _facts(old, lists), _facts(new, lists)
    facts: list[Fact] = []
    for kind in before:
        lost, gained = _difference(before[kind], after[kind]), _difference(after[kind], before[kind])
        if kind is FactKind.NEGATION:
            facts += [Fact(kind, " ".join(lost), " ".join(gained))] if lost or gained else []
        else:
            facts += [Fact(kind, one, other) for one, other in zip_longest(lost, gained, fillvalue="")]
    return (*facts, *_terms(old, new, lists.definitions))


def _terms(old: str, new: str, definitions: Definitions) -> Iterator[Fact]:
    before, after = definitions.of(old), definitions.of(new)
    for key, (term, meaning) in before.items():
        if key not in after:
            yield Fact(FactKind.TERM, term, "")
        elif after[key][1] != meaning:
            yield Fact(FactKind.DEFINITION, term, after[key][0])
    yield from (Fact(FactKind.TERM, "", term) for key, (term, _) in after.items() if key not in before)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A fact in a text: its value, to compare, and its words, to show."""

    value: str
    words: str


# Digits give nothing back (++): what follows a part of a number is a digit, and that is refused.
_NUMBER = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3}){1,30}(?:[.,]\d{1,2})?(?!\d)|\d++[.,]\d++|\d++"
_FIGURES = r"""
    (?<![\w]) (?: (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
    | (?P<day>\d{{1,2}}) (?:\.|er|e|st|nd|rd|th)? \s+ (?:of\s+|de\s+)?
      (?P<month>{months})\b\.? (?:,?\s+(?P<year>\d{{4}})\b)?
    | (?P<month2>{months})\b\.? (?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b)? (?:,?\s+(?P<year2>\d{{4}})\b)
    | (?P<month3>{months})\b\.? \s+ (?P<day3>\d{{1,2}})(?:st|nd|rd|th)?\b
    | (?P<dotted>\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}})
    | (?P<version>\d++(?:\.\d++){{2,30}})
    | (?P<minus>(?<!\d\ )[-−–](?=[€$£]?\d))?
      (?:(?P<before>[€$£]|(?:{currencies})\b) \s?)? (?P<number>{number}) (?![\w]*\d)
      (?:\^(?P<power>-?\d++))?
      (?: (?P<percent>\s?%|\s(?:{percent})\b)
        | (?:[\s-](?P<scale>{scales})\b|(?P<letter>(?-i:[kKM]|bn|mln|[mM]io|[mM]rd))(?!\w))?
          (?:[\s-]?(?P<after>[€$£]|(?:{currencies})\b))? )
      (?!\w) )
"""
_SYMBOLS = {"€": "eur", "euro": "eur", "euros": "eur", "$": "usd", "dollar": "usd", "dollars": "usd", "£": "gbp"}
_LETTERS = {"k": 3, "m": 6, "mln": 6, "mio": 6, "bn": 9, "mrd": 9}
"""Scales written against the figure: 2.7M, €3bn."""
_YEAR = re.compile(r"(?:19|20)\d{2}")
_WORD = re.compile(r"\w+")
_TERMS = frozenset({FactKind.TERM, FactKind.DEFINITION})
_POWERS = {"thousands": 3, "millions": 6, "billions": 9}


def _facts(text: str, lists: _Lists) -> dict[FactKind, list[_Seen]]:
    text = written_out(plain_figures(unicodedata.normalize("NFC", text)))
    found: dict[FactKind, list[_Seen]] = {kind: [] for kind in FactKind if kind not in _TERMS}
    rest: list[str] = []
    at = 0
    for match in lists.figures.finditer(text):
        kind, value = _figure(match, lists)
        found[kind].append(_Seen(value, " ".join(match.group().split())))
        rest.append(text[at : match.start()])
        at = match.end()
    rest.append(text[at:])
    found[FactKind.MODAL] = list(_spoken(" # ".join(rest), lists.modals))
    found[FactKind.NEGATION] = list(_spoken(" # ".join(rest), lists.negations))
    found[FactKind.BODY] = list(_spoken(text, lists.bodies))
    return found


def _figure(match: re.Match[str], lists: _Lists) -> tuple[FactKind, str]:
    part = match.groupdict()
    if part["iso"]:
        return FactKind.DATE, part["iso"]
    if part["dotted"]:
        day, month, year = re.split(r"[./-]", part["dotted"])
        return FactKind.DATE, _date(year, int(month), day)
    name = part["month"] or part["month2"] or part["month3"]
    if name:
        day = part["day"] or part["day2"] or part["day3"]
        return FactKind.DATE, _date(part["year"] or part["year2"], lists.months[name.lower()], day)
    if part["version"]:
        return FactKind.NUMBER, part["version"]
    return _amount(part, lists)


def _amount(part: Mapping[str, str | None], lists: _Lists) -> tuple[FactKind, str]:
    printed = part["number"] or ""
    value = ("-" if part["minus"] else "") + _value(printed) + (f"^{part['power']}" if part["power"] else "")
    if part["percent"]:
        return FactKind.PERCENTAGE, value
    scale, letter = part["scale"], part["letter"]
    power = lists.scales[scale.lower()] if scale else _LETTERS.get((letter or "").lower(), 0)
    if power and not part["power"]:
        value = _tidy(Decimal(value).scaleb(power))
    currency = part["before"] or part["after"]
    if currency:
        return FactKind.MONEY, f"{value} {_SYMBOLS.get(currency.lower(), currency.lower())}"
    if not power and _YEAR.fullmatch(printed):
        return FactKind.DATE, printed
    return FactKind.NUMBER, value


def _date(year: str | None, month: int, day: str | None) -> str:
    return "-".join([year or "", f"{month:02}", *([f"{int(day):02}"] if day else [])])


def _value(printed: str) -> str:
    """A number as one value: groups of three are thousands, a single other stroke is the decimal one."""
    if printed.isascii() and printed.isdigit():
        return printed.lstrip("0") or "0"
    digits = re.sub(r"['’\s]", "", printed)
    strokes = [c for c in digits if c in ".,"]
    if len(set(strokes)) == 2:
        digits = digits.replace(strokes[0], "").replace(strokes[-1], ".")
    elif strokes and re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits):
        digits = digits.replace(strokes[0], "")
    else:
        digits = digits.replace(",", ".")
    return _tidy(Decimal(digits))


def _tidy(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spoken(text: str, pattern: re.Pattern[str]) -> Iterator[_Seen]:
    """Words of a list as they stand in a text, found without regard to case and accents."""
    pieces = [(m.group(), without_accents(m.group())) for m in _WORD.finditer(text.replace("#", " _ "))]
    starts: dict[int, int] = {}
    at = 0
    for n, (_, folded) in enumerate(pieces):
        starts[at] = n
        at += len(folded) + 1
    row = " ".join(folded for _, folded in pieces)
    for match in pattern.finditer(row):
        first = starts.get(match.start())
        if first is not None:
            size = match.group().count(" ") + 1
            yield _Seen(match.group(), " ".join(word for word, _ in pieces[first : first + size]))


def _difference(here: Iterable[_Seen], there: Iterable[_Seen]) -> list[str]:
    """Words of the facts that stand here more often than there."""
    left = Counter(seen.value for seen in there)
    surplus = []
    for seen in here:
        if left[seen.value]:
            left[seen.value] -= 1
        else:
            surplus.append(seen.words)
    return surplus


def _lists(data: Mapping[str, object], languages: list[str]) -> _Lists:
    lists = [section(section(data, "severity"), language) for language in languages]
    numbered = {name: n for x in languages for n, names in enumerate(months(data, x), start=1) for name in names}
    scales = {word: power for x in lists for kind, power in _POWERS.items() for word in words(x, kind)}

    def all_of(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for x in lists for word in words(x, key)))

    figures = _FIGURES.format(
        # "section 8 may be brought": the English month is written with a capital, the verb is not.
        months=_any(n for n in numbered if n != "may") + ("|(?-i:May|MAY)" if "may" in numbered else ""),
        currencies=_any(all_of("currencies")),
        percent=_any(all_of("percent")),
        scales=_any(scales),
        number=_NUMBER,
    )
    return _Lists(
        re.compile(figures, re.VERBOSE | re.IGNORECASE),
        numbered,
        scales,
        re.compile(rf"\b{one_of(all_of('modals'))}\b"),
        re.compile(rf"\b{one_of(all_of('negations'))}\b"),
        # The longest first: “Council of Ministers” is not “Council of …”.
        re.compile(rf"\b{one_of(sorted(all_of('bodies'), key=len, reverse=True))}\b"),
        Definitions(all_of("defines"), all_of("defined_by")),
    )


def _any(names: Iterable[str]) -> str:
    """One of these words, the longest first; `word*` may have any ending."""
    ordered = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for name in ordered) or r"(?!)"


def valued(text: str, words: WordLists) -> str:
    """A text with its figures and dates by value: `€ 2,50` is written as `€2.5`, `3 May 2027` as `03/05/2027`."""
    lists = words.everything
    return lists.figures.sub(lambda found: " ".join(_figure(found, lists)), unicodedata.normalize("NFC", text))


def dates_in(text: str, words: WordLists) -> tuple[tuple[str, ...], str]:
    """The whole dates of a text as ISO days, in order, and the text without them.

    A date without day or year counts as text.
    """
    days: list[str] = []
    rest: list[str] = []
    at = 0
    for match in words.everything.figures.finditer(unicodedata.normalize("NFC", text)):
        if match["number"]:
            continue  # an amount, or a year alone
        kind, value = _figure(match, words.everything)
        if kind is FactKind.DATE and _DAY.fullmatch(value):
            days.append(value)
            rest.append(text[at : match.start()])
            at = match.end()
    rest.append(text[at:])
    return tuple(days), " ".join(" # ".join(rest).split())


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
