"""What was held back and told after all, because a person said that it was news. Pure."""

from dataclasses import dataclass, replace

from monitor.judge.compare import differences, settled
from monitor.judge.goodlook import Setting
from monitor.judge.listing import ItemUnit
from monitor.judge.severity import weigh
from monitor.judge.telling import parts_of, quote_touches
from monitor.judge.units import Unit, units
from monitor.model import Change, ChangeKind, Extraction, Held, Memory, PartKind, QuoteTouch, Reason, Severity
from monitor.text.topics import topics_of

_ENTRIES = frozenset({PartKind.ITEM_NEW, PartKind.ITEM_CHANGED, PartKind.ITEM_GONE})


@dataclass(frozen=True, slots=True)
class Belated:
    """A change made of what was held back. `told` is None when nothing of it stands there any more."""

    change: Change
    told: Extraction | None
    memory: Memory


def tell_held(held: Held, memory: Memory, told: Extraction, current: Extraction, setting: Setting) -> Belated:
    """The held words as a change. What of them still stands is from now on part of the told text: it is told once."""
    aligned = units(told.blocks, current.blocks)
    found = differences(told, current, aligned)
    wanted = {(p.kind, p.old, p.new) for p in held.parts}
    applied = frozenset(u.key for u in found if _is_held(u, wanted))
    text = settled(told, current, aligned, found, applied) if applied else None
    touches: tuple[QuoteTouch, ...] = ()
    if text is not None:
        states, touches = quote_touches(setting.quotes, memory.quotes, text, current.margin)
        memory = replace(memory, quotes=states, told_since=setting.now, told_looks=1)
    severity, reasons = weigh(held.parts, touches, setting.source, setting.language, setting.lore)
    words = " \n".join(f"{p.old} {p.new} {' '.join(p.headings)}" for p in held.parts)
    change = Change(
        source_id=held.source_id,
        kind=ChangeKind.ITEMS if all(p.kind in _ENTRIES for p in held.parts) else ChangeKind.TEXT,
        severity=max(severity, Severity.MINOR),
        reasons=(Reason("said_news"), *reasons),
        parts=held.parts,
        first_seen=held.at,
        confirmed_at=setting.now,
        last_unchanged=held.at,
        topics=topics_of(words, setting.language, setting.source.topics, setting.lore.lexicon),
        quotes=touches,
    )
    return Belated(change, text, memory)


def _is_held(unit: Unit | ItemUnit, wanted: set[tuple[PartKind, str, str]]) -> bool:
    parts = parts_of([unit])
    return bool(parts) and all((p.kind, p.old, p.new) in wanted for p in parts)
