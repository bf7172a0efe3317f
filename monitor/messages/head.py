"""The subject and the first sentences of a message, made from its data."""

import re
from collections import Counter
from collections.abc import Iterable

from monitor.digest import event_severity
from monitor.messages.changes import Telling, reason_words
from monitor.messages.gaps import gap_lines
from monitor.messages.report import states
from monitor.messages.safe import capital, header, short
from monitor.model import (
    Digest,
    DigestEvent,
    DigestKind,
    EventKind,
    FindingKind,
    Severity,
    Source,
)

NAMES = 3
NAME = 44
"""Characters of one publisher's name in a subject."""
_ASIDE = re.compile(r"(?s)(?<!\s)\s*+[(;–].*")
_SUBJECT_ORDER = (
    EventKind.GONE,
    EventKind.QUOTE_LOST,
    EventKind.STATUS_NOTICE,
    EventKind.REPLACED,
    EventKind.MOVED,
    EventKind.MOVED_CHECK,
    EventKind.LANGUAGE,
    EventKind.ALTERNATIVE,
    EventKind.QUOTE_FOUND,
    EventKind.BLOCKED,
    EventKind.UNREACHABLE,
    EventKind.UNREADABLE,
    EventKind.RETURNED,
    EventKind.FIRST_COPY,
    EventKind.ADDED,
    EventKind.FAULT,
)
_NEEDS = frozenset({EventKind.BLOCKED, EventKind.UNREACHABLE, EventKind.UNREADABLE, EventKind.FAULT})
_UNSEEN = frozenset({FindingKind.WAITING, FindingKind.NOT_WATCHED})


def subject(digest: Digest, telling: Telling) -> str:
    """One header line: what happened, to whom (three names at most), when."""
    words, zone = telling.words, telling.zone
    date = words.full(digest.order.covers_to, zone)
    match digest.order.kind:
        case DigestKind.FIRST_REPORT:
            lines = [line for section in digest.sections for line in section.lines]
            said = words(
                "subject.report",
                what=words("subject.report_sources", count=len(lines)),
                chapter=words("product.chapter"),
                states=words.join(states(lines, words), last=False),
            )
        case DigestKind.SIGN_OF_LIFE if digest.looks == 0:
            said = words("subject.life_none", date=date)
        case DigestKind.SIGN_OF_LIFE:
            looks = words("subject.life_looks", count=digest.looks)
            sources = words("subject.report_sources", count=digest.sources)
            said = words("subject.life", looks=looks, sources=sources, date=date)
        case DigestKind.TEST:
            said = words("subject.test", date=date)
        case _:
            said = words("subject.of", what=_happened(digest, telling), names=_names(digest, telling), date=date)
    if digest.order.kind is DigestKind.URGENT:
        said = words("subject.urgent", subject=said)
    return header(said, 240)


def _happened(digest: Digest, telling: Telling) -> str:
    """`3 changes, 1 gone`: two kinds of things at most, the changes and the gravest events."""
    words = telling.words
    counts = Counter(e.event.kind for e in (*digest.events, *digest.attention))
    said = [words("subject.changes", count=len(digest.changes))] if digest.changes else []
    kinds = [kind for kind in _SUBJECT_ORDER if kind in counts][: 2 - len(said)]
    return words.join([*said, *(words(f"subject.events.{kind}", count=counts[kind]) for kind in kinds)], last=False)


def _names(digest: Digest, telling: Telling) -> str:
    """Publishers, those of the gravest first."""
    items: list[tuple[int, Source]] = [(-e.change.severity, e.source) for e in digest.changes]
    items += [(-event_severity(e.event), e.source) for e in (*digest.events, *digest.attention)]
    names = list(dict.fromkeys(publisher(source) for _, source in sorted(items, key=lambda pair: pair[0])))
    if len(names) > NAMES:
        shown = telling.words.join(names[:NAMES], last=False)
        return telling.words("lists.more", names=shown, count=len(names) - NAMES)
    return telling.words.join(names, last=False)


def publisher(source: Source) -> str:
    """Who a source is of, short enough for a subject: asides in brackets and what follows a semicolon left out."""
    name = header(source.publisher or source.name, 300)
    return short(_ASIDE.sub("", name) or name, NAME)


def summary(digest: Digest, telling: Telling) -> tuple[str, ...]:
    """Two or three plain sentences, and one for each time in which nobody looked."""
    return (*_told(digest, telling), *gap_lines(digest.gaps, telling.words, telling.zone))


def _told(digest: Digest, telling: Telling) -> tuple[str, ...]:
    words, zone = telling.words, telling.zone
    to = words.full(digest.order.covers_to, zone)
    match digest.order.kind:
        case DigestKind.FIRST_REPORT:
            return _report_summary(digest, telling)
        case DigestKind.SIGN_OF_LIFE if digest.looks == 0:
            return (words("summary.life_none", to=to),)
        case DigestKind.SIGN_OF_LIFE:
            looks = words("subject.life_looks", count=digest.looks)
            sources = words("subject.report_sources", count=digest.sources)
            return (words("summary.life", to=to, looks=looks, sources=sources),)
        case DigestKind.TEST:
            return (words("summary.test"),)
        case DigestKind.URGENT:
            return tuple(_urgent(digest, telling))
        case _:
            return (_looked(digest, telling), *_changed(digest, telling), *_look_first(digest, telling))


def _urgent(digest: Digest, telling: Telling) -> Iterable[str]:
    """Why this could not wait: in a sentence for one source, as the top of a digest for several."""
    words = telling.words
    count = len(sources_of(digest))
    if count == 1 and (gravest := _gravest(digest, telling)):
        yield words("summary.urgent_one", name=publisher(gravest[1]), reason=gravest[2])
        return
    yield words("summary.urgent", number=words.number(count))
    yield from _changed(digest, telling)
    yield from _look_first(digest, telling)


def sources_of(digest: Digest) -> set[str]:
    """The ids of all sources a message tells of."""
    return {e.source.id for e in digest.changes} | _sources((*digest.events, *digest.attention))


def _looked(digest: Digest, telling: Telling) -> str:
    words = telling.words
    since = words.moment(digest.order.covers_from, telling.zone, now=telling.now)
    if digest.looks == 0:
        return words("summary.none", since=since)
    sources = words("summary.sources", count=digest.sources)
    return words("summary.looks", sources=sources, count=digest.looks, since=since)


def _changed(digest: Digest, telling: Telling) -> Iterable[str]:
    """`Three changed, one moved and one needs your attention.` – counted in sources."""
    words = telling.words
    said: list[str] = []

    def add(name: str, sources: set[str]) -> None:
        if sources:
            count = len(sources)
            said.append(words(f"summary.happened.{name}", count=count, number=words.number(count)))

    add("change", {e.source.id for e in digest.changes})
    for kind in _SUBJECT_ORDER:
        if kind not in _NEEDS:
            add(str(kind), _sources(e for e in (*digest.events, *digest.attention) if e.event.kind is kind))
    add("attention", _sources(e for e in digest.attention if e.event.kind in _NEEDS))
    if said:
        sentence = words.join(said)
        yield capital(sentence) + "."


def _sources(events: Iterable[DigestEvent]) -> set[str]:
    return {e.source.id for e in events}


def _look_first(digest: Digest, telling: Telling) -> Iterable[str]:
    """The gravest thing, when it is grave and not alone."""
    if len(digest.changes) + len(digest.events) + len(digest.attention) < 2:
        return
    if (gravest := _gravest(digest, telling)) and gravest[0] >= Severity.SUBSTANTIVE:
        yield telling.words("summary.first", name=publisher(gravest[1]), reason=gravest[2])


def _gravest(digest: Digest, telling: Telling) -> tuple[Severity, Source, str] | None:
    """How severe the gravest thing is, whose it is, and why, in words. An event counts when it is critical."""
    words = telling.words
    worst = max(digest.changes, key=lambda e: e.change.severity, default=None)
    event = max(digest.events, key=lambda e: event_severity(e.event), default=None)
    if event and event_severity(event.event) > (worst.change.severity if worst else Severity.NOISE):
        if event_severity(event.event) < Severity.CRITICAL:
            return None
        key = f"summary.reason.{event.event.kind}"
        said = words(key if words.has(key) else "summary.reason.other")
        return Severity.CRITICAL, event.source, said
    return (worst.change.severity, worst.source, reason_words(worst.change, words)) if worst else None


def _report_summary(digest: Digest, telling: Telling) -> tuple[str, ...]:
    words, zone = telling.words, telling.zone
    lines = [line for section in digest.sections for line in section.lines]
    seen = [line.finding for line in lines if line.finding.kind not in _UNSEEN]
    counts = words(
        "summary.report_counts",
        sources=words("subject.report_sources", count=len(lines)),
        states=words.join(states(lines, words), last=False),
    )
    days = sorted(finding.at for finding in seen)
    if days and (telling.now - days[0]).days > 2:
        intro = words(
            "summary.report_late",
            **{"from": words.day(days[0], zone), "to": words.day(days[-1], zone)},
            command=telling.see_page("/")
            or words("change.left_command", date=days[0].astimezone(zone).date().isoformat()),
        )
    else:
        intro = words("summary.report")
    if not seen:
        return intro, counts
    odd = sum(1 for finding in seen if finding.surprising)
    if not odd:
        return intro, counts, words("summary.as_expected", count=len(seen))
    return intro, counts, words("summary.not_expected", seen=len(seen), count=odd, number=words.number(odd))
