"""Status notices: lines that say the document they stand on is archived, withdrawn, superseded, repealed …

A notice speaks of *this* page, document or law in a sentence of a set form, or is a bare label ("Withdrawn: …").
Policy prose about other laws, consents or versions is none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
    """What a notice says. `sentence`: the one that says so, as it stands; `whole`: with the sentences of its line that
    follow (the date, the successor).
    """

    kind: NoticeKind
    sentence: str
    whole: str = ""


_OF_LAWS = frozenset({NoticeKind.WITHDRAWN, NoticeKind.SUPERSEDED, NoticeKind.REPEALED})
_MOST_WORDS = 45
_MOST_SENTENCES = 40
_MOST_READ = 20_000
"""Characters of a line."""
_LABEL_WORDS = 14
_BARE_WORDS = 6
"""A notice this short leaves to the next line what it means."""
_MOST_GROUP, _MOST_GROUP_WORDS, _MOST_LINES = 4, 80, 2
"""Sentences and words of one notice, and lines below the one that begins it."""
_SENTENCE = re.compile(
    r"(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)[)\]”»\"'’]{0,9}\s{1,9}(?=[^a-zß-öø-ÿ\s])|\s{1,9}[–—|•]\s{1,9}|\s{0,9}[\r\n]{1,9}\s{0,9}"
)
_BEFORE_LABEL = " \t[(*_!<>«“\"'’⚠ℹ\ufe0f"


@dataclass(frozen=True, slots=True)
class NoticeList:
    """The notices' patterns, compiled once."""

    sentences: tuple[tuple[NoticeKind, re.Pattern[str]], ...]
    labels: tuple[tuple[NoticeKind, re.Pattern[str]], ...]
    follow: tuple[re.Pattern[str], ...] = ()
    """How a line begins that goes on about what the line above said."""

    @classmethod
    def compile(cls, data: Mapping[str, object]) -> Self:
        """Build from the mapping of words.yaml: its `months` and `notices: {language: {subjects, laws, verbs, lead,
        between, not_before, states: {kind: […]}, sentences: {kind: […]}, labels: {kind: […]}, follow}}`.

        Raises ValueError on another shape.
        """
        sentences: list[tuple[NoticeKind, re.Pattern[str]]] = []
        labels: list[tuple[NoticeKind, re.Pattern[str]]] = []
        follow: list[re.Pattern[str]] = []
        languages = section(data, "notices")
        for language in languages:
            lists = section(languages, language)
            named = tuple(name for names in months(data, language) for name in names)
            for kind in NoticeKind:
                sentences.append((kind, re.compile(_stated(lists, kind, named))))
                labels.append((kind, re.compile(_label(words(section(lists, "labels"), kind)), re.IGNORECASE)))
            follow.append(re.compile(rf"{one_of(words(lists, 'follow'))}\b"))
        return cls(tuple(sentences), tuple(labels), tuple(follow))


def notice_in(line: str, notices: NoticeList) -> Notice | None:
    """The first sentence of a line that is a status notice, if one is."""
    line = line[:_MOST_READ]
    spans = [span for span in _spans(line) if len(line[span[0] : span[1]].split()) <= _MOST_WORDS]
    for n, (start, end) in enumerate(spans[:_MOST_SENTENCES]):
        sentence = line[start:end].strip()
        found = _kind(sentence, notices)
        if found is not None:
            return Notice(found, sentence, _whole(line, spans[n : n + _MOST_GROUP]))
    return None


def continued(notice: Notice, lines: Iterable[str], notices: NoticeList) -> tuple[Notice, int]:
    """A notice with the lines below it that belong to it, and how many they are: each says the same or its like again,
    goes on about the document ("It was replaced by …", "See …"), or explains a bare label.
    """
    taken = 0
    for line in lines:
        if taken == _MOST_LINES or not _belongs(notice, line, notices):
            break
        notice = replace(notice, whole=f"{notice.whole} · {' '.join(line.split())}")
        taken += 1
    return notice, taken


def _belongs(notice: Notice, line: str, notices: NoticeList) -> bool:
    size, said = len(line.split()), len(notice.whole.split())
    if not size or said + size > _MOST_GROUP_WORDS:
        return False
    if notice_in(line, notices) is not None or any(p.match(plain(line[:200])) for p in notices.follow):
        return True
    return said <= _BARE_WORDS and any(c.isdigit() for c in line)


def _whole(line: str, spans: list[tuple[int, int]]) -> str:
    """The sentences at these places, as far as they make a group, in the line's own words."""
    start, end = spans[0]
    for _, later in spans[1:]:
        if len(line[start:later].split()) > _MOST_GROUP_WORDS:
            break
        end = later
    return " ".join(line[start:end].split())


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


def _spans(line: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends."""
    start = 0
    for border in _SENTENCE.finditer(line):
        if line[start : border.start()].strip():
            yield start, border.start()
        start = border.end()
    if line[start:].strip():
        yield start, len(line)


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
    told = "|".join(re.escape(label).replace(r"\ ", r"\s{1,3}").replace("'", "['’]") for label in labels)
    open_end = "|".join(re.escape(x).replace(r"\ ", r"\s{1,3}") for x in labels if x.split()[-1] in _OPEN)
    opened = rf"|(?:{open_end})\s{{1,9}}\S" if open_end else ""
    return (
        rf"(?:(?:{told})\s{{0,9}}(?:[\])*!.]{{0,9}}\s{{0,9}}$|[:\])–—]|\s-\s"
        rf"|\s{{1,9}}(?:on|since|op|sinds|le|depuis|am|seit)\s{{1,9}}\S{{0,40}}\d){opened})"
    )


_OPEN = frozenset({"by", "door", "bij", "par", "durch"})
