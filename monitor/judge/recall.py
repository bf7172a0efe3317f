"""What a source's past says about a difference: sightings of blocks that came or went, slots that keep turning.

Everything here maps old memory to new memory; nothing is changed in place. All collections are bounded.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Memory, Pending, Sighting, Slot

FLICKER = timedelta(hours=72)
"""Text that returns within this time waits as long before it is told."""
VOLATILE_TURNS = 4
"""A block that came and went this often (to and fro twice) is volatile …"""
VOLATILE_SETTLES = timedelta(days=14)
"""… until it has stood, or been away, this long. Turns further apart do not add up."""
ROTATING_TURNS = 3
"""A place that showed so many values, none confirmed, rotates …"""
TICKING_TURNS = 2
"""… sooner when only its digits turn."""
KEEP_SIGHTINGS, KEEP_SLOTS, KEEP_PENDING = 1200, 200, 4000

_DIGITS = re.compile(r"\d+")


def short_hash(*parts: str) -> str:
    """Sixteen hex digits for a text or a sequence of texts."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def skeleton(key: str) -> str:
    """A key with every number masked."""
    return _DIGITS.sub("0", key)


def sight(
    sightings: Iterable[Sighting], removed: Iterable[str], added: Iterable[str], now: datetime, last: datetime
) -> tuple[Sighting, ...]:
    """Sightings after a look.

    `removed`, `added`: key hashes that differ between the previous good text and this one (not the told text).
    `last`: time of that previous good look.
    """
    known = {s.key: s for s in sightings}
    for key in removed:
        known[key] = Sighting(key, present=False, since=now, last_present=last, turns=_turns(known.get(key), now))
    for key in added:
        old = known.get(key)
        last_present = old.last_present if old else now
        known[key] = Sighting(key, present=True, since=now, last_present=last_present, turns=_turns(old, now))
    newest = sorted(known.values(), key=lambda s: s.since, reverse=True)[:KEEP_SIGHTINGS]
    return tuple(sorted(newest, key=lambda s: (s.since, s.key)))


def _turns(old: Sighting | None, now: datetime) -> int:
    return old.turns + 1 if old is not None and now - old.since < VOLATILE_SETTLES else 1


def is_volatile(sighting: Sighting | None, now: datetime) -> bool:
    """Did this block go to and fro so often that its coming and going says nothing?"""
    return sighting is not None and sighting.turns >= VOLATILE_TURNS and now - sighting.since < VOLATILE_SETTLES


def returned_soon(sighting: Sighting | None) -> bool:
    """Is this a block that was away for no longer than the flicker time?"""
    return sighting is not None and sighting.present and timedelta() < sighting.since - sighting.last_present <= FLICKER


def returned_late(sighting: Sighting | None) -> datetime | None:
    """When a block that was away for longer was last there before; None when it is no such block."""
    if sighting is None or not sighting.present:
        return None
    return sighting.last_present if sighting.since - sighting.last_present > FLICKER else None


def turn(slots: Mapping[str, Slot], key: str, value: str, now: datetime) -> Slot:
    """The slot after it showed `value` (a hash); another value than before is one more turn."""
    old = slots.get(key)
    if old is None:
        return Slot(key, 1, value, now)
    if old.last == value:
        return old
    return Slot(key, old.turns + 1 if now - old.at < VOLATILE_SETTLES else 1, value, now)


def keep_slots(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    return tuple(sorted(slots, key=lambda s: (s.at, s.key))[-KEEP_SLOTS:])


def keep_pending(pending: Iterable[Pending]) -> tuple[Pending, ...]:
    """The oldest are kept: what waits longest must not be lost to a flood of new differences."""
    return tuple(sorted(pending, key=lambda p: (p.since, p.key))[:KEEP_PENDING])


def wait_on(
    pending: Mapping[str, Pending], key: str, rule: str, now: datetime, last: datetime | None = None
) -> Pending:
    """The pending entry of a difference after one more look that showed it; `last`: the good look before this one."""
    old = pending.get(key)
    if old is None:
        return Pending(key, now, 1, rule, last)
    return replace(old, looks=old.looks + 1, rule=old.rule if old.rule == "flicker" else rule)


def not_ahead(memory: Memory, now: datetime) -> Memory:
    """The memory with no time later than now: a clock that ran ahead once must not mute a source until then."""
    return replace(
        memory,
        first_good=_by(memory.first_good, now),
        last_good=_by(memory.last_good, now),
        told_since=_by(memory.told_since, now),
        last_full=_by(memory.last_full, now),
        margin_at=_by(memory.margin_at, now),
        looked_at=_by(memory.looked_at, now),
        early=tuple(at for at in memory.early if at <= now),
        sightings=tuple(
            replace(s, since=min(s.since, now), last_present=min(s.last_present, now)) for s in memory.sightings
        ),
        slots=tuple(replace(s, at=min(s.at, now)) for s in memory.slots),
        pending=tuple(
            replace(p, since=min(p.since, now), last_without=_by(p.last_without, now)) for p in memory.pending
        ),
        doubt=replace(memory.doubt, since=min(memory.doubt.since, now)) if memory.doubt else None,
    )


def _by(at: datetime | None, now: datetime) -> datetime | None:
    return min(at, now) if at is not None else None
