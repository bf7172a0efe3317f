"""Changes that no ordinary comparison makes: an unreadable file exchanged, our own rules changed. Pure."""

from datetime import datetime

from monitor.judge.compare import EDITORIAL, Comparison, differences
from monitor.judge.goodlook import Setting
from monitor.judge.listing import ItemUnit
from monitor.judge.telling import change_of
from monitor.judge.units import units
from monitor.model import Change, ChangeKind, Extraction, Memory, Reason, Severity


def file_changed(memory: Memory, sha256: str, setting: Setting) -> Change:
    """An unreadable file that is another file now."""
    return Change(
        source_id=setting.source.id,
        kind=ChangeKind.FILE,
        severity=Severity.SUBSTANTIVE,
        reasons=(Reason("file_changed", {"new": sha256[:16]}),),
        parts=(),
        first_seen=setting.now,
        confirmed_at=setting.now,
        unchanged_since=memory.told_since,
        last_unchanged=memory.last_good,
        topics=setting.source.topics,
    )


def technical_change(source_id: str, now: datetime, reason: str = "technical") -> Change:
    """Our own rules read the old snapshot differently, or the map was drawn anew: kept as a row, never told."""
    return Change(
        source_id=source_id,
        kind=ChangeKind.TECHNICAL,
        severity=Severity.NOISE,
        reasons=(Reason(reason),),
        parts=(),
        first_seen=now,
        confirmed_at=now,
        told=False,
    )


def overtaken(memory: Memory, told: Extraction, before: Extraction, setting: Setting) -> Change | None:
    """The change made of everything that waits for confirmation, from texts read under the rules it waited under."""
    waits = {p.key: p for p in memory.pending if p.rule in {"confirm", "warm_up"}}
    found = tuple(u for u in differences(told, before, units(told.blocks, before.blocks)) if u.key in waits)
    news = tuple(u for u in found if isinstance(u, ItemUnit) or u.kind not in EDITORIAL)
    if not news:
        return None
    comparison = Comparison(
        news=news,
        editorial=(),
        waiting=(),
        unconfirmed=(),
        told=before,
        pending=(),
        sightings=memory.sightings,
        slots=memory.slots,
        first=min((waits[u.key] for u in news), key=lambda p: p.since),
    )
    return change_of(
        comparison,
        source=setting.source,
        memory=memory,
        touches=(),
        language=setting.language,
        lore=setting.lore,
        now=setting.now,
    )
