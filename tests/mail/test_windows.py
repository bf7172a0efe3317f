"""Which digests are due, through clock changes, days off and clocks that jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import windows
from monitor.model import DigestKind, Frequency, Subscriber

ZONES = ("Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC")


def reader(**more):
    return Subscriber(id=1, email="a@example.org", **more)


class Book:
    """The windows a database would hold, and what was made of each tick."""

    def __init__(self):
        self.windows = []

    def tick(self, subscriber, now, **more):
        orders = windows.due(
            subscriber, now, consumed=self.windows.__contains__, covers_from=now - timedelta(days=1), **more
        )
        for order in orders:
            assert order.window not in self.windows
            self.windows.append(order.window)
        return orders


def run(subscriber, start, end, step=timedelta(minutes=30)):
    book, now, made = Book(), start, []
    while now < end:
        made += [(now, order) for order in book.tick(subscriber, now)]
        now += step
    return made


@pytest.mark.parametrize("hour", [2, 7])
@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 3, 27), date(2026, 3, 31)), (date(2026, 10, 23), date(2026, 10, 27))]
)
def test_each_local_date_has_one_digest_through_both_clock_changes(hour, first, last):
    zone = ZoneInfo("Europe/Brussels")
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    end = datetime(last.year, last.month, last.day, 23, tzinfo=zone).astimezone(UTC)
    made = run(reader(hour=hour, created_at=start), start, end)
    names = [order.window for _, order in made]
    assert names == [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def test_an_hour_that_the_clocks_skip_is_told_right_after_the_jump():
    assert windows.slot(date(2026, 3, 29), 2, ZoneInfo("Europe/Brussels")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_hour_that_occurs_twice_counts_the_first_time():
    assert windows.slot(date(2026, 10, 25), 2, ZoneInfo("Europe/Brussels")) == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_three_days_off_are_caught_up_in_one_digest():
    book, subscriber = Book(), reader(created_at=datetime(2026, 11, 1, tzinfo=UTC))
    book.tick(subscriber, datetime(2026, 11, 20, 7, tzinfo=UTC))
    made = book.tick(subscriber, datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert [o.window for o in made] == ["2026-11-23"]
    assert book.tick(subscriber, datetime(2026, 11, 23, 15, 1, tzinfo=UTC)) == ()


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=365)])
def test_a_clock_that_jumps_and_comes_back_tells_no_date_twice(jump):
    book, subscriber = Book(), reader(created_at=datetime(2026, 11, 1, tzinfo=UTC))
    now = datetime(2026, 11, 24, 6, 10, tzinfo=UTC)
    for at in (now, now + jump, now + jump + timedelta(minutes=1), now, now + timedelta(minutes=5)):
        book.tick(subscriber, at)
    assert len(book.windows) == len(set(book.windows)) <= 2
    assert [o.window for o in book.tick(subscriber, now + timedelta(days=1))] == ["2026-11-25"]


def test_nobody_gets_a_digest_of_the_time_before_they_came():
    subscriber = reader(created_at=datetime(2026, 11, 24, 10, tzinfo=UTC), sign_of_life=True)
    assert Book().tick(subscriber, datetime(2026, 11, 24, 12, tzinfo=UTC)) == ()


def test_a_paused_subscriber_has_nothing_due():
    assert Book().tick(reader(paused=True), datetime(2026, 11, 24, 12, tzinfo=UTC), urgent=["event:1"]) == ()


def test_weekly_is_once_an_iso_week_on_its_day():
    start, end = datetime(2026, 12, 20, tzinfo=UTC), datetime(2027, 1, 17, tzinfo=UTC)
    made = run(reader(frequency=Frequency.WEEKLY, weekday=3, created_at=start), start, end)
    assert [o.window for _, o in made] == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert {at.astimezone(ZoneInfo("Europe/Brussels")).weekday() for at, _ in made} == {3}


def test_immediate_gathers_what_is_confirmed_within_five_minutes():
    book, subscriber = Book(), reader(frequency=Frequency.IMMEDIATE)
    confirmed = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)
    assert book.tick(subscriber, confirmed + timedelta(minutes=1), oldest_waiting=confirmed) == ()
    [order] = book.tick(subscriber, confirmed + timedelta(minutes=5), oldest_waiting=confirmed)
    assert order.window.startswith("now:")
    assert book.tick(subscriber, confirmed + timedelta(minutes=20), oldest_waiting=None) == ()


def test_immediate_does_not_wait_for_a_time_that_lies_ahead():
    now = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)
    made = Book().tick(reader(frequency=Frequency.IMMEDIATE), now, oldest_waiting=now + timedelta(hours=1))
    assert len(made) == 1


def test_an_urgent_change_does_not_wait_for_the_hour():
    book, subscriber = Book(), reader(created_at=datetime(2026, 11, 1, tzinfo=UTC))
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    book.tick(subscriber, now)
    [order] = book.tick(subscriber, now + timedelta(minutes=1), urgent=["event:9", "change:12"])
    assert (order.kind, order.window) == (DigestKind.URGENT, "urgent:change:12")
    assert book.tick(subscriber, now + timedelta(minutes=2), urgent=["change:12", "event:9"]) == ()


def test_an_urgent_change_joins_the_regular_digest_when_that_is_due():
    subscriber = reader(created_at=datetime(2026, 11, 1, tzinfo=UTC))
    made = Book().tick(subscriber, datetime(2026, 11, 24, 12, tzinfo=UTC), urgent=["change:12"])
    assert [o.kind for o in made] == [DigestKind.DIGEST]


def test_who_does_not_want_urgent_mail_gets_none():
    book, subscriber = Book(), reader(urgent=False, created_at=datetime(2026, 11, 1, tzinfo=UTC))
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    book.tick(subscriber, now)
    assert book.tick(subscriber, now, urgent=["change:12"]) == ()


def test_the_sign_of_life_is_due_each_monday_and_covers_a_week():
    start, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    made = [(at, o) for at, o in run(reader(sign_of_life=True, created_at=start), start, end)
            if o.kind is DigestKind.SIGN_OF_LIFE]  # fmt: skip
    assert [o.window for _, o in made] == ["life:2026-W45", "life:2026-W46", "life:2026-W47", "life:2026-W48"]
    assert all(at - o.covers_from >= timedelta(weeks=1) for at, o in made)


def test_a_period_never_begins_in_the_future():
    now = datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert windows.period_start(reader(), now, now + timedelta(days=300)) == now - timedelta(days=1)
    weekly = reader(frequency=Frequency.WEEKLY)
    assert windows.period_start(weekly, now, None) == now - timedelta(weeks=1)
    assert windows.period_start(weekly, now, now - timedelta(days=2)) == now - timedelta(days=2)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    start=st.integers(1_322_700_000, 1_893_456_000),
    steps=st.lists(st.integers(1, 200), min_size=1, max_size=60),
)
def test_at_any_rhythm_of_ticks_no_local_date_is_told_twice_or_before_its_hour(zone, hour, start, steps):
    subscriber, book = reader(timezone=zone, hour=hour), Book()
    now = datetime.fromtimestamp(start, UTC)
    for step in steps:
        for order in book.tick(subscriber, now):
            day = date.fromisoformat(order.window)
            assert windows.slot(day, hour, ZoneInfo(zone)) <= now
            assert windows.slot(day + timedelta(days=2), hour, ZoneInfo(zone)) > now
        now += timedelta(hours=step / 4)


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(ZONES[:3]),
    hour=st.integers(0, 23),
    start=st.dates(date(2024, 1, 1), date(2029, 1, 1)),
)
def test_ticking_every_half_hour_for_a_week_tells_every_local_date_once(zone, hour, start):
    place = ZoneInfo(zone)
    began = datetime(start.year, start.month, start.day, tzinfo=place).astimezone(UTC)
    end = windows.slot(start + timedelta(days=7), hour, place)
    made = run(reader(timezone=zone, hour=hour, created_at=began), began, end)
    assert [o.window for _, o in made] == [(start + timedelta(days=n)).isoformat() for n in range(7)]


@pytest.mark.parametrize("hour", [1, 2, 3, 7])
@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_a_week_that_ends_when_the_clocks_change_has_one_digest_and_one_sign_of_life(hour, sunday):
    zone = ZoneInfo("Europe/Brussels")
    start = datetime.combine(sunday - timedelta(days=8), datetime.min.time(), zone).astimezone(UTC)
    end = start + timedelta(days=17)
    weekly = reader(frequency=Frequency.WEEKLY, weekday=6, hour=hour, sign_of_life=True, created_at=start)
    made = run(weekly, start, end, timedelta(minutes=30))
    by_kind = {kind: [o.window for _, o in made if o.kind is kind] for kind in DigestKind}
    week = sunday.isocalendar().week
    assert by_kind[DigestKind.DIGEST] == [f"2026-W{week + n:02d}" for n in (-1, 0, 1)]
    assert by_kind[DigestKind.SIGN_OF_LIFE] == [f"life:2026-W{week + n:02d}" for n in (0, 1, 2)]
    at = next(at for at, o in made if o.window == f"2026-W{week:02d}").astimezone(zone)
    assert (at.date(), at.hour) == (sunday, 3 if (hour, sunday.month) == (2, 3) else hour)


@pytest.mark.parametrize("days", [3, 10, 30])
def test_weeks_off_are_caught_up_in_one_weekly_digest(days):
    book, back = Book(), datetime(2026, 11, 20, 7, tzinfo=UTC) + timedelta(days=days)
    weekly = reader(frequency=Frequency.WEEKLY, weekday=4, created_at=datetime(2026, 11, 1, tzinfo=UTC))
    book.tick(weekly, datetime(2026, 11, 20, 7, tzinfo=UTC))
    caught_up = [book.tick(weekly, back + timedelta(minutes=n)) for n in range(0, 60, 5)]
    assert sum(map(len, caught_up)) == (0 if days == 3 else 1)


@pytest.mark.parametrize(
    "later", [{"hour": 9}, {"hour": 5}, {"timezone": "America/New_York"}, {"timezone": "Pacific/Apia"}]
)
def test_who_changes_hour_or_zone_after_todays_digest_gets_no_second_one_today(later):
    book, begun = Book(), datetime(2026, 11, 1, tzinfo=UTC)
    now = datetime(2026, 11, 24, 6, tzinfo=UTC)
    book.tick(reader(created_at=begun), now)
    for minutes in range(0, 24 * 60, 30):
        book.tick(reader(created_at=begun, **later), now + timedelta(minutes=minutes))
    # Book.tick fails when a date comes twice; the next one comes on the next local date.
    assert book.windows[0] == "2026-11-24"
    assert len(book.windows) <= 3
