"""What happened to a source, in words."""

from collections.abc import Iterable
from datetime import datetime

from monitor.digest import event_severity
from monitor.messages.changes import CLAIM, NAME, SEVERITIES, Telling, footnotes, keys_of
from monitor.messages.report import finding_words
from monitor.messages.safe import capital, short
from monitor.messages.view import EventView, Row
from monitor.model import DigestChange, DigestEvent, Event, EventKind, Reason, ReportLine, completed

_QUOTING = frozenset({EventKind.STATUS_NOTICE, EventKind.QUOTE_LOST, EventKind.QUOTE_FOUND})
_ADDRESSED = frozenset({EventKind.MOVED, EventKind.MOVED_CHECK, EventKind.ALTERNATIVE, EventKind.REPLACED})


def event_views(
    events: Iterable[DigestEvent],
    telling: Telling,
    *,
    changes: Iterable[DigestChange] = (),
    lines: Iterable[ReportLine] = (),
) -> tuple[EventView, ...]:
    """Events as the templates see them.

    A quote whose fate a change of the same message shows is not told a second time.
    """
    shown = {(c.source.id, t.quote.key, t.quote.text) for c in changes for t in c.change.quotes}
    findings = {line.source.id: line for line in lines}
    views = []
    for entry in events:
        quote = entry.event.quote
        if quote and (entry.source.id, quote.key, quote.text) in shown:
            continue
        views.append(_view(entry, telling, findings.get(entry.source.id)))
    return tuple(views)


def _view(entry: DigestEvent, telling: Telling, line: ReportLine | None) -> EventView:
    event, source, words = entry.event, entry.source, telling.words
    key = f"event.{event.kind}"
    if event.kind is EventKind.STATUS_NOTICE and event.values.get("first_look"):
        key = "event.status_notice_first"
    said = [words(key, **_values(event, telling)), *_facts(event, telling)]
    if event.kind is EventKind.ADDED and line is not None:
        said.append(_sentence(finding_words(line, words)))
    quote = ""
    if event.kind in _QUOTING:
        quote = event.values.get("line", "") or (event.quote.text if event.quote else "")
    known = keys_of(entry)
    keys = [completed(event.quote.key, known)] if event.quote else source.keys
    return EventView(
        kind=str(event.kind),
        label=words(f"events.{event.kind}"),
        name=short(source.name, NAME),
        footnotes=footnotes(keys, words, telling.standing),
        text=" ".join(said),
        quote=words("marks.quoted", quote=short(quote, 2 * CLAIM)) if quote else "",
        lang=source.languages[0] if len(source.languages) == 1 and event.kind is EventKind.STATUS_NOTICE else "",
        rows=tuple(_rows(entry, telling)),
        severity=SEVERITIES[event_severity(event)],
    )


def _values(event: Event, telling: Telling) -> dict[str, str]:
    """Values of an event for its sentence: since when, and what it was before."""
    values = dict(event.values)
    since = _time(values.get("since", "")) or event.at
    values["since"] = telling.words.moment(since, telling.zone, now=telling.now)
    was = f"events.{values.get('was', '')}"
    values["was"] = telling.words(was).lower() if telling.words.has(was) else telling.words("event.was_away")
    return values


def _facts(event: Event, telling: Telling) -> Iterable[str]:
    """What else is known, a sentence each: the reason, the looks, the likeness, the last good copy."""
    words, values = telling.words, event.values
    if values.get("reason") and event.kind is not EventKind.RETURNED:
        yield words("event.reason", reason=words.reason(Reason(values["reason"], _reason_values(values))))
    looks = values.get("looks", "")
    if looks.isdecimal() and int(looks) > 0 and event.kind is not EventKind.RETURNED:
        yield words("event.looks", count=int(looks))
    if percent := values.get("likeness", "").removesuffix("%").strip():
        yield words("event.similarity", percent=percent)
    if values.get("copy"):
        yield words("event.copy")
    if good := _time(values.get("last_good", "")):
        yield words("event.last_good", date=words.day(good, telling.zone))


def _reason_values(values: dict[str, str]) -> dict[str, str]:
    """A reason's own values travel as `reason_<name>`."""
    return {name.removeprefix("reason_"): value for name, value in values.items() if name.startswith("reason_")}


def _rows(entry: DigestEvent, telling: Telling) -> Iterable[Row]:
    words, values = telling.words, entry.event.values
    kind, cited = entry.event.kind, entry.source.url or ""
    old, new = values.get("old", "") or cited, values.get("new", "")
    if kind in _ADDRESSED and new and new != old:
        yield Row(words("event.old_row"), old)
        yield Row(words("event.new_row"), new)
    elif cited or values.get("url", ""):
        yield Row(words("event.page_row"), values.get("url", "") or cited)
    if copy := values.get("copy", ""):
        yield Row(words("finding.alternative_row"), copy)
    if kind in {EventKind.MOVED, EventKind.MOVED_CHECK}:
        yield Row(words("event.accept_row"), words("event.accept", id=entry.source.id), is_url=False)


def _time(stamp: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return when if when.tzinfo else None


def _sentence(text: str) -> str:
    return capital(text) + ("" if text.endswith((".", "?", "”", "»", "“")) else ".")
