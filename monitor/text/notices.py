"""Status notices: lines that say the document they stand on is archived, withdrawn, superseded, repealed …

A notice speaks of *this* page, document or law in a sentence of a set form, or is a bare label ("Withdrawn: …").
Policy prose about other laws, consents or versions is none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from monitor.text.patterns import months, one_of, plain, section, words


class NoticeKind(StrEnum):
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    OUTDATED = "outdated"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says, and the sentence as it stands."""

    kind: NoticeKind
    sentence: str


_OF_LAWS = frozenset({NoticeKind.WITHDRAWN, NoticeKind.SUPERSEDED, NoticeKind.REPEALED})
_MOST_WORDS = 45
_MOST_SENTENCES = 40
_LABEL_WORDS = 14
_SENTENCE = re.compile(
    r"(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)[)\]”»\"'’]*\s+(?=[^a-zß-öø-ÿ\s])|\s+[–—|•]\s+|\s*[\r\n]+\s*"
)
_BEFORE_LABEL = " \t[(*_!<>«“\"'’⚠ℹ\ufe0f"


@dataclass(frozen=True, slots=True)
class NoticeList:
    """The notices' patterns, compiled once."""

    sentences: tuple[tuple[NoticeKind, re.Pattern[str]], ...]
    labels: tuple[tuple[NoticeKind, re.Pattern[str]], ...]

    @classmethod
    def compile(cls, data: Mapping[str, object]) -> Self:
        """Build from the mapping of words.yaml: its `months` and `notices: {language: {subjects, laws, verbs, lead,
        between, not_before, states: {kind: […]}, sentences: {kind: […]}, labels: {kind: […]}}}`.

        Raises ValueError on another shape.
        """
        sentences: list[tuple[NoticeKind, re.Pattern[str]]] = []
        labels: list[tuple[NoticeKind, re.Pattern[str]]] = []
        languages = section(data, "notices")
        for language in languages:
            lists = section(languages, language)
            named = tuple(name for names in months(data, language) for name in names)
            for kind in NoticeKind:
                sentences.append((kind, re.compile(_stated(lists, kind, named))))
                labels.append((kind, re.compile(_label(words(section(lists, "labels"), kind)), re.IGNORECASE)))
        return cls(tuple(sentences), tuple(labels))


def notice_in(line: str, notices: NoticeList) -> Notice | None:
    """The first sentence of a line that is a status notice, if one is."""
    for sentence in _sentences(line):
        found = _kind(sentence, notices)
        if found is not None:
            return Notice(found, sentence)
    return None


def _kind(sentence: str, notices: NoticeList) -> NoticeKind | None:
    bare = sentence.lstrip(_BEFORE_LABEL)
    if len(bare.split()) <= _LABEL_WORDS:
        for kind, pattern in notices.labels:
            if pattern.match(bare):
                return kind
    told = plain(sentence)
    for kind, pattern in notices.sentences:
        if pattern.match(told):
            return kind
    return None


def _sentences(line: str) -> Iterator[str]:
    for n, sentence in enumerate(_SENTENCE.split(line[:20_000])):
        if n == _MOST_SENTENCES:
            return
        if sentence and len(sentence.split()) <= _MOST_WORDS:
            yield sentence.strip()


def _stated(lists: Mapping[str, object], kind: NoticeKind, month_names: tuple[str, ...]) -> str:
    """The sentences of one kind in one language, from their beginning."""
    subjects = words(lists, "subjects") + (words(lists, "laws") if kind in _OF_LAWS else ())
    subject, verb = one_of(subjects), one_of(words(lists, "verbs"))
    when = rf"(?:(?:{one_of(words(lists, 'between'))}|{one_of(month_names)}|\d{{1,4}}\w{{0,3}}) ){{0,8}}"
    lead = rf"(?:(?:{one_of(words(lists, 'lead'))}) ){{0,3}}"
    state = one_of(words(section(lists, "states"), kind))
    whole = one_of(words(section(lists, "sentences"), kind))
    held = one_of(words(lists, "not_before"))
    told = rf"{when}(?:{subject} {verb}|{verb} {subject}) {when}{state}\b(?! {held}\b)"
    return rf"{lead}(?:{told}|{whole}\b)"


def _label(labels: tuple[str, ...]) -> str:
    """A label alone, or followed by a stroke, a bracket or a date; accents count, so Archivé is not Archive."""
    if not labels:
        return r"(?!)"
    told = "|".join(re.escape(label).replace(r"\ ", r"\s+").replace("'", "['’]") for label in labels)
    open_end = "|".join(re.escape(x).replace(r"\ ", r"\s+") for x in labels if x.split()[-1] in _OPEN)
    opened = rf"|(?:{open_end})\s+\S" if open_end else ""
    return (
        rf"(?:(?:{told})\s*(?:[\])*!.]*\s*$|[:\])–—]|\s-\s|\s+(?:on|since|op|sinds|le|depuis|am|seit)\s+\S*\d){opened})"
    )


_OPEN = frozenset({"by", "door", "bij", "par", "durch"})
