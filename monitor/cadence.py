"""When is the next look, and was one missed? Pure.

Regular looks follow the source's interval. Doubt, confirmation, warm-up and failure have their own ladder,
never longer than the interval; a host's Retry-After outranks everything. Whatever is planned passes `within_budget`:
no answer, however it turns, has a source looked at more often than its budget allows.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Memory, Source

LADDER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""After the first, second, third … look in doubt."""
WARM_UP_LOOKS = 3
"""Good looks a new source gets before a change of its text is told."""
WARM_UP_TIME = timedelta(hours=24)
"""… or so much time, when looks lie far apart."""
WARM_UP = (timedelta(minutes=10), timedelta(hours=6))
"""After the first and second good look."""
EARLY_LOOKS = 12
"""Looks a source may have in any 24 hours beside those of its interval …"""
DAY = timedelta(hours=24)
EARLIEST = 0.98
"""… counted as such when less than this share of the interval lies before them."""
OFFLINE_RETRY = timedelta(seconds=30)
SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=7)


def fraction(source_id: str) -> float:
    """A fixed place between 0 and 1 for a source, so that looks spread and restarts change nothing."""
    digest = hashlib.blake2b(source_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def regular(now: datetime, interval: timedelta, source_id: str) -> datetime:
    """The next scheduled look: the interval, up to 2 % earlier by source, so that hosts are not hit in step."""
    return now + interval * (EARLIEST + (1 - EARLIEST) * fraction(source_id))


def ladder(now: datetime, interval: timedelta, looks: int) -> datetime:
    """The next look after `looks` (≥ 1) looks in doubt: 10 min, 1 h, 6 h, 24 h, then the interval; never beyond it."""
    step = LADDER[looks - 1] if looks <= len(LADDER) else interval
    return now + min(step, interval)


def warm_up(now: datetime, interval: timedelta, good_looks: int, source_id: str) -> datetime:
    """The next look of a source that has had `good_looks` good ones."""
    if 0 < good_looks < WARM_UP_LOOKS:
        return now + min(WARM_UP[good_looks - 1], interval)
    return regular(now, interval, source_id)


def after_wait(now: datetime, wait: timedelta) -> datetime:
    """The next look after a host asked for `wait`; at least a minute, a week at the most."""
    return now + min(max(wait, timedelta(minutes=1)), LONGEST)


def catch_up(
    now: datetime, due_at: datetime, interval: timedelta, source_id: str, longest: timedelta = LONGEST
) -> datetime:
    """When to look at a source that is due since `due_at`. `longest`: the furthest ahead it can have been planned.

    Overdue by less than its interval: now. After days off the looks spread over one interval, so that no storm
    hits the sites. A date further ahead than any plan can be (the clock was set back) is brought into range.
    """
    if due_at > now + longest + timedelta(hours=1):
        return now + interval * fraction(source_id)
    if now - due_at <= interval:
        return due_at
    return now + interval * fraction(source_id)


def within_budget(memory: Memory, when: datetime, now: datetime, source: Source) -> tuple[Memory, datetime]:
    """The next look as the source's budget allows it, and the memory in which this look is counted.

    In any 24 hours a source has at most `EARLY_LOOKS` looks more than its interval gives. A look for which there is
    no room waits until there is, or for the next regular one, whichever comes first.
    """
    last, early = memory.looked_at, [at for at in memory.early if now - DAY < at <= now]
    if last is not None and timedelta() <= now - last < source.interval * EARLIEST:
        early.append(now)
    counted = replace(memory, looked_at=now, early=tuple(early[-EARLY_LOOKS:]))
    if len(early) < EARLY_LOOKS:
        return counted, when
    room = early[-EARLY_LOOKS] + DAY
    return counted, max(when, min(room, regular(now, source.interval, source.id)))


def missed(planned: datetime, last: datetime, interval: timedelta, now: datetime) -> bool:
    """Was a look missed that was planned for `planned`, after the one at `last`?

    More than a day late, and more than two intervals (a day at least) without a look. What was planned far ahead, for a
    rest of any kind, is not missed before its time.
    """
    return now - planned > DAY and now - last > max(DAY, 2 * interval)
