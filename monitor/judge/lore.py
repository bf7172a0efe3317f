"""What the rules know of language: the compiled lexicon and word lists. Built once, passed to every judgement."""

from dataclasses import dataclass

from monitor.text.notices import NoticeList
from monitor.text.pages import FaultList
from monitor.text.topics import Lexicon
from monitor.text.words import WordLists


@dataclass(frozen=True, slots=True)
class Lore:
    """Compiled data of `monitor/data`: topics, status notices, page faults, words that carry weight."""

    lexicon: Lexicon
    notices: NoticeList
    faults: FaultList
    words: WordLists
