"""What judges: the compiled lexicon and word lists, and the rules. Built once, passed to every judgement."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.text.notices import NoticeList
from monitor.text.pages import FaultList
from monitor.text.topics import Lexicon
from monitor.text.words import WordLists

RULES = frozenset(
    {
        # Is it the document? (judge/document.py)
        "status", "page", "media", "language", "redirect", "collapse",
        # What a line is. (judge/stamps.py, judge/scale.py)
        "build", "clock", "stamp", "shift", "teaser", "count", "headline", "window", "entry",
        # What its past says. (judge/scale.py)
        "ticking", "rotating", "volatile", "flicker", "confirm", "warm_up", "edit", "apart", "part", "with",
        # What a person said. (judge/person.py)
        "person",
        # What is told how. (judge/compare.py, judge/goodlook.py)
        "order", "punctuation", "link", "notice", "region",
        # What other pages of the site say. (judge/neighbours.py)
        "neighbour",
    }
)  # fmt: skip
"""Every rule by name. `docs/explanation/severity.md` says what each does."""


class Rules:
    """Which rules are at work: all of them. Tests and benchmarks switch some off to see what each is good for.

    No setting reaches this: a reader's monitor always asks every rule.
    """

    __slots__ = ("_off",)

    def __init__(self, off: Iterable[str] = ()) -> None:
        self._off = frozenset(off)
        if unknown := self._off - RULES:
            raise ValueError(f"no such rule: {', '.join(sorted(unknown))}")

    def __contains__(self, rule: str) -> bool:
        return rule not in self._off


EVERY_RULE = Rules()


@dataclass(frozen=True, slots=True)
class Lore:
    """Compiled data of `monitor/data`: topics, status notices, page faults, words that carry weight. And the rules."""

    lexicon: Lexicon
    notices: NoticeList
    faults: FaultList
    words: WordLists
    rules: Rules = EVERY_RULE
