"""Pure: which digests are due for a subscriber, by the subscriber's own calendar.

A window is a name – `2026-11-24`, `2026-W48`, `now:5930123`, `urgent:change:12`, `life:2026-W48` – and UNIQUE per
subscriber in the database. Uniqueness of the name is what keeps a clock that jumps, or an hour that occurs
twice, from telling anything twice; nothing here counts time.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import DigestKind, DigestOrder, Frequency, Subscriber

BATCH = timedelta(minutes=5)
"""`immediate` gathers what is confirmed within one such stretch."""
FIRST = "first"
"""The window of the first report."""


def slot(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of an hour on a local date.

    An hour that occurs twice means the first one; one that the clocks skip means the moment after the jump
    (PEP 495, fold=0).
    """
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def latest_slot(subscriber: Subscriber, now: datetime) -> tuple[str, datetime]:
    """The newest calendar window that has begun, and when it began. Daily by date, weekly by ISO week."""
    zone = ZoneInfo(subscriber.timezone)
    today = now.astimezone(zone).date()
    if subscriber.frequency is Frequency.WEEKLY:
        return _weekly(today, subscriber.weekday, subscriber.hour, zone, now)
    day = today if slot(today, subscriber.hour, zone) <= now else today - timedelta(days=1)
    return day.isoformat(), slot(day, subscriber.hour, zone)


def _weekly(today: date, weekday: int, hour: int, zone: ZoneInfo, now: datetime) -> tuple[str, datetime]:
    day = today + timedelta(days=weekday - today.weekday())
    if slot(day, hour, zone) > now:
        day -= timedelta(weeks=1)
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}", slot(day, hour, zone)


def digest_window(subscriber: Subscriber, now: datetime, oldest_waiting: datetime | None) -> str | None:
    """The window of the regular digest that is due now, consumed or not; None when there is none.

    `oldest_waiting`: when the oldest thing not yet told to this subscriber was confirmed. Only `immediate` asks:
    its window opens at the end of the stretch in which something was confirmed, so what comes together is told
    together. A time in the future means the clock was set back; then nothing waits for it.
    """
    if subscriber.frequency is Frequency.IMMEDIATE:
        number = int(now.timestamp() // BATCH.total_seconds())
        began = datetime.fromtimestamp(number * BATCH.total_seconds(), UTC)
        if oldest_waiting is None or began <= oldest_waiting <= now:
            return None
        return f"now:{number}"
    window, began = latest_slot(subscriber, now)
    return None if _before_their_time(subscriber, began, now) else window


def life_window(subscriber: Subscriber, now: datetime) -> tuple[str, datetime] | None:
    """The newest weekly sign of life and when it fell due: Monday at the subscriber's hour."""
    if not subscriber.sign_of_life:
        return None
    zone = ZoneInfo(subscriber.timezone)
    week, began = _weekly(now.astimezone(zone).date(), 0, subscriber.hour, zone, now)
    return None if _before_their_time(subscriber, began, now) else (f"life:{week}", began)


def urgent_window(keys: Sequence[str]) -> str:
    """The window of a message that breaks out of the rhythm, named after the first of what it tells."""
    return f"urgent:{min(keys)}"


def period_start(subscriber: Subscriber, now: datetime, last_covers_to: datetime | None) -> datetime:
    """From when the next digest counts looks: the end of the last one's period, else when the subscriber came.

    Never in the future, whatever the clock did in between.
    """
    start = last_covers_to or subscriber.created_at
    if start is None or start > now:
        return now - (timedelta(weeks=1) if subscriber.frequency is Frequency.WEEKLY else timedelta(days=1))
    return start


def due(
    subscriber: Subscriber,
    now: datetime,
    *,
    consumed: Callable[[str], bool],
    covers_from: datetime,
    oldest_waiting: datetime | None = None,
    urgent: Sequence[str] = (),
) -> tuple[DigestOrder, ...]:
    """Every digest that is due for a subscriber, in the order to compose them.

    `consumed` says whether a window exists already. `urgent` are the keys (`change:12`, `event:7`) of what may not
    wait; when the regular digest is due as well it carries them, so the urgent message is only for in between.
    The sign of life comes last: whether anything was told in its week is the composer's question.
    """
    if subscriber.paused:
        return ()
    orders: list[DigestOrder] = []
    window = digest_window(subscriber, now, oldest_waiting)
    if window is not None and not consumed(window):
        orders.append(DigestOrder(subscriber, DigestKind.DIGEST, window, covers_from, now))
    elif urgent and subscriber.urgent and subscriber.frequency is not Frequency.IMMEDIATE:
        name = urgent_window(urgent)
        if not consumed(name):
            orders.append(DigestOrder(subscriber, DigestKind.URGENT, name, covers_from, now))
    life = life_window(subscriber, now)
    if life is not None and not consumed(life[0]):
        orders.append(DigestOrder(subscriber, DigestKind.SIGN_OF_LIFE, life[0], life[1] - timedelta(weeks=1), now))
    return tuple(orders)


def _before_their_time(subscriber: Subscriber, began: datetime, now: datetime) -> bool:
    # Who came in the future came while the clock was wrong; they are not to wait for that day.
    return subscriber.created_at is not None and began < subscriber.created_at <= now
