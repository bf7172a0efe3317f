"""What a run in the offline Belgium told, held against what it must and may tell."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from world.expected import FIRST, STORY, First, Told

from monitor.model import Change, Event, Finding, Mark, Part, PartKind, QuoteState, Severity, key_of

_NEW = {PartKind.ADDED, PartKind.ITEM_NEW}
_OLD = {PartKind.REMOVED, PartKind.ITEM_GONE}


def first_disagreements(findings: Iterable[Finding], firsts: Sequence[First] = FIRST) -> list[str]:
    """One line for each first look that did not find what stands there; empty when all is well."""
    found = {finding.source_id: finding for finding in findings}
    lines = [f"{f.source_id}: no finding" for f in firsts if f.source_id not in found]
    for first in firsts:
        if first.source_id in found:
            lines += (f"{first.source_id}: {line}" for line in _compared(first, found[first.source_id]))
    return lines


def _compared(first: First, finding: Finding) -> list[str]:
    lines = []
    if finding.kind not in first.kinds:
        lines.append(f"{finding.kind}, not {' or '.join(first.kinds)}")
    if first.final and finding.final_url != first.final:
        lines.append(f"answered at {finding.final_url}, not {first.final}")
    if finding.alternative not in first.alternatives:
        lines.append(f"alternative {finding.alternative}, not {' or '.join(map(str, first.alternatives))}")
    states = sorted(touch.after for touch in finding.quotes)
    if first.quotes and states != sorted(first.quotes):
        lines.append(f"quotes {' '.join(states)}, not {' '.join(sorted(first.quotes))}")
    lost = [t.quote.text[:40] for t in finding.quotes if t.after is QuoteState.MISSING and not first.quotes]
    return lines + [f"quote missing: {text}" for text in lost if "quotes_missing" not in first.kinds]


def told_disagreements(
    changes: Iterable[Change], events: Iterable[Event], start: datetime, story: Sequence[Told] = STORY
) -> list[str]:
    """One line for each thing that was told without need, and for each that was not told; empty when all is well."""
    heard = [c for c in changes if c.told and c.severity >= Severity.MINOR]
    things: list[Change | Event] = sorted([*heard, *(e for e in events if e.told)], key=_when)
    open_entries = sorted(story, key=lambda told: (not told.must, told.since))
    lines = []
    for thing in things:
        day = (_when(thing) - start) / timedelta(days=1)
        entry = next((told for told in open_entries if _fits(told, thing, day)), None)
        if entry is None:
            lines.append(f"told without need on day {day:.2f}: {thing.source_id} {thing.kind} {_shown(thing)}")
        elif entry.must:
            open_entries.remove(entry)
    return lines + [f"not told: {t.source_id} {'/'.join(t.kinds)} from day {t.since}" for t in open_entries if t.must]


def _when(thing: Change | Event) -> datetime:
    return thing.confirmed_at if isinstance(thing, Change) else thing.at


def _fits(told: Told, thing: Change | Event, day: float) -> bool:
    if told.source_id != thing.source_id or thing.kind not in told.kinds or not told.since <= day <= told.by:
        return False
    if isinstance(thing, Event):
        return key_of(told.says) in key_of(" ".join(thing.values.values()))
    added, removed = (_marked(thing.parts, mark) for mark in (Mark.ADDED, Mark.REMOVED))
    return key_of(told.added) in added and key_of(told.removed) in removed


def _marked(parts: Iterable[Part], mark: Mark) -> str:
    """All words under one mark, with those of whole blocks and items that came or went."""
    whole, side = (_NEW, "new") if mark is Mark.ADDED else (_OLD, "old")
    texts = []
    for part in parts:
        texts += [span.text for span in part.spans if span.mark is mark]
        if part.kind in whole:
            texts.append(getattr(part, side))
    return key_of(" ".join(texts))


def _shown(thing: Change | Event) -> str:
    if isinstance(thing, Event):
        return str(dict(thing.values))[:200]
    return f"+ {_marked(thing.parts, Mark.ADDED)[:100]} - {_marked(thing.parts, Mark.REMOVED)[:100]}"
