from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor import cadence

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
intervals = st.timedeltas(min_value=cadence.SHORTEST, max_value=cadence.LONGEST)
times = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone is added
ids = st.text(min_size=1, max_size=20)


@given(times, intervals, ids)
def test_a_regular_look_is_in_the_future_and_never_beyond_the_interval(now, interval, source):
    when = cadence.regular(now, interval, source)
    assert now < when <= now + interval


@given(times, intervals, st.integers(1, 500))
def test_a_look_in_doubt_is_in_the_future_and_never_beyond_the_interval(now, interval, looks):
    assert now < cadence.ladder(now, interval, looks) <= now + interval


@given(times, intervals, st.integers(0, 50), ids)
def test_a_new_source_is_looked_at_three_times_in_its_first_day(now, interval, looks, source):
    when = cadence.warm_up(now, interval, looks, source)
    assert now < when <= now + interval
    if 0 < looks < cadence.WARM_UP_LOOKS:
        assert when - now <= timedelta(hours=6)


@given(times, st.timedeltas(min_value=-timedelta(days=3), max_value=timedelta(days=4000)))
def test_a_host_is_obeyed_within_a_minute_and_a_week(now, wait):
    assert now + timedelta(minutes=1) <= cadence.after_wait(now, wait) <= now + cadence.LONGEST


@given(times, st.timedeltas(min_value=-timedelta(days=800), max_value=timedelta(days=800)), intervals, ids)
def test_catching_up_never_waits_longer_than_planned_or_one_interval(now, late, interval, source):
    due_at = now - late
    when = cadence.catch_up(now, due_at, interval, source)
    assert when <= max(due_at, now + interval)
    assert when >= min(due_at, now)


def test_after_days_off_the_looks_spread_over_one_interval():
    day = timedelta(days=1)
    whens = [cadence.catch_up(NOW, NOW - 3 * day, day, f"source-{n}") for n in range(200)]
    assert min(whens) >= NOW
    assert max(whens) - min(whens) > 0.8 * day
    for hour in range(24):
        inside = [w for w in whens if hour <= (w - NOW) / timedelta(hours=1) < hour + 1]
        assert len(inside) < 30


def test_a_source_a_little_overdue_is_looked_at_at_once():
    assert cadence.catch_up(NOW, NOW - timedelta(hours=12), timedelta(days=1), "x") <= NOW


def test_a_clock_set_back_by_a_year_does_not_silence_a_source_for_a_year():
    when = cadence.catch_up(NOW, NOW + timedelta(days=365), timedelta(days=1), "x")
    assert NOW <= when <= NOW + timedelta(days=1)
