"""When is the next look? Pure.

Regular looks follow the source's interval. Doubt, confirmation, warm-up and failure have their own ladder,
never longer than the interval; a host's Retry-After outranks everything.
"""

import hashlib
from datetime import datetime, timedelta

LADDER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""After the first, second, third … look in doubt."""
WARM_UP_LOOKS = 3
"""Good looks a new source gets before a change of its text is told."""
WARM_UP_TIME = timedelta(hours=24)
"""… or so much time, when looks lie far apart."""
WARM_UP = (timedelta(minutes=10), timedelta(hours=6))
"""After the first and second good look."""
OFFLINE_RETRY = timedelta(seconds=30)
SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=7)


def fraction(source_id: str) -> float:
    """A fixed place between 0 and 1 for a source, so that looks spread and restarts change nothing."""
    digest = hashlib.blake2b(source_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def regular(now: datetime, interval: timedelta, source_id: str) -> datetime:
    """The next scheduled look: the interval, up to 2 % earlier by source, so that hosts are not hit in step."""
    return now + interval * (0.98 + 0.02 * fraction(source_id))


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
