"""Times in which nobody looked: noted by the first look after one, and said once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.cadence import missed
from monitor.messages.gaps import gap_line
from monitor.messages.render import Templates
from monitor.messages.words import load
from monitor.model import DigestKind, DigestOrder, Gap, HostRecord, Outcome

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime(2026, 5, 9, 8, 0, tzinfo=UTC)


def everybody(tool, start, days=100):
    return [(gap.since - start, gap.until - start) for gap in tool.store.gaps.newest(start + days * DAY, 9)][::-1]


def of(tool, source_id, start):
    return [(gap.since - start, gap.until - start) for gap in tool.store.gaps.newest(start + 100 * DAY, 9, source_id)]


def looked(tool, source_id, start, *days, **wanted):
    """Looks, so many days after the start; each plans the next for a day later unless it says otherwise."""
    for day in days:
        at = start + day * DAY
        tool.poll(source_id, at=at, **{"next_poll_at": at + DAY, **wanted})


def about(days):
    """The minute in which a source is made due, and the second a look takes, do not matter here."""
    return pytest.approx(days * DAY.total_seconds(), abs=120)


def near(found, *wanted):
    assert [tuple(at.total_seconds() for at in gap) for gap in found] == [tuple(map(about, gap)) for gap in wanted]


@pytest.mark.parametrize(
    ("late", "since", "interval", "said"),
    [
        (2 * DAY, 3 * DAY, DAY, True),
        (23 * HOUR, 10 * DAY, DAY, False),
        (5 * DAY, 12 * DAY, 7 * DAY, False),
        (8 * DAY, 15 * DAY, 7 * DAY, True),
        (26 * HOUR, 27 * HOUR, HOUR, True),
        (-1 * DAY, 9 * DAY, DAY, False),
    ],
)
def test_a_look_is_missed_a_day_after_its_time_and_two_intervals_after_the_last_one(late, since, interval, said):
    assert missed(NOW - late, NOW - since, interval, NOW) is said


def test_the_first_start_and_steady_looks_are_no_gap(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0, 1, 2, 3.5)
    assert everybody(tool, world.start) == of(tool, "coc", world.start) == []


def test_two_gaps_are_noted_once_each_for_all_and_for_every_source(tool, world):
    tool.follow("a", "b")
    for day in (0, 6, 7, 12):
        looked(tool, "a", world.start, day)
        looked(tool, "b", world.start, day + 0.01)
    near(everybody(tool, world.start), (0.01, 6), (7.01, 12))
    near(of(tool, "b", world.start), (7.01, 12.01), (0.01, 6.01))


def test_one_source_left_out_is_a_gap_of_that_source_alone(tool, world):
    tool.follow("a", "b")
    looked(tool, "b", world.start, 0)
    looked(tool, "a", world.start, 0, 1, 2, 3, 4)
    looked(tool, "b", world.start, 4.1)
    assert everybody(tool, world.start) == []
    near(of(tool, "b", world.start), (0, 4.1))


def test_a_weekly_source_misses_nothing_in_three_days(tool, world):
    weekly = world.source("weekly", interval=7 * DAY)
    tool.follow("daily", weekly)
    looked(tool, "daily", world.start, 0)
    looked(tool, "weekly", world.start, 0, next_poll_at=world.start + 2 * DAY)
    looked(tool, "weekly", world.start, 3.5)
    looked(tool, "daily", world.start, 3.6)
    assert of(tool, "weekly", world.start) == []
    near(everybody(tool, world.start), (0, 3.5))


def test_a_rest_that_was_chosen_is_no_gap(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0, next_poll_at=world.start + 6 * DAY)
    looked(tool, "coc", world.start, 6)
    tool.store.hosts.put(HostRecord("coc.example.be:443", not_before=world.start + 12 * DAY))
    looked(tool, "coc", world.start, 12)
    assert everybody(tool, world.start) == of(tool, "coc", world.start) == []


def test_planning_again_after_days_off_hides_no_gap(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0)
    tool.store.sources.reschedule({"coc": world.start + 6 * DAY})
    looked(tool, "coc", world.start, 6)
    near(everybody(tool, world.start), (0, 6))


def test_days_without_a_network_are_a_gap(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0)
    looked(tool, "coc", world.start, 1, 2, 3, outcome=Outcome.OFFLINE)
    looked(tool, "coc", world.start, 4)
    near(everybody(tool, world.start), (0, 4))


def test_a_clock_that_was_years_behind_is_no_gap_since_then(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0, -9000, 0.5)
    assert everybody(tool, world.start) == []


def test_a_clock_that_was_years_ahead_is_no_gap_once_it_is_right(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0, 900, 1, 2)
    assert everybody(tool, world.start) == []


def test_a_source_that_was_off_the_list_was_not_missed(tool, world):
    tool.follow("a", "b")
    looked(tool, "b", world.start, 0)
    looked(tool, "a", world.start, 0, 1)
    tool.follow("a", at=world.start + DAY)
    looked(tool, "a", world.start, 2, 3, 4, 5)
    tool.follow("a", "b", at=world.start + 5 * DAY)
    looked(tool, "b", world.start, 5.1)
    assert of(tool, "b", world.start) == []


def test_a_reader_is_told_of_a_gap_once_and_of_none_before_they_came(tool, world):
    tool.follow("coc")
    looked(tool, "coc", world.start, 0, 6)
    reader, later = tool.subscribe(), world.start + 7 * DAY
    (gap,) = tool.store.gaps.untold(reader.id, world.start, later)
    assert tool.store.gaps.untold(reader.id, later, later) == ()
    order = DigestOrder(reader, DigestKind.DIGEST, "2026-11-29", world.start, later)
    assert tool.store.outbox.enqueue(order, (gap.key,), (), None, later)
    assert tool.store.gaps.untold(reader.id, world.start, later) == ()


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_a_gap_across_summer_time_is_said_in_the_readers_hours(language):
    words = load(Templates().folders, language)
    gap = Gap(datetime(2026, 3, 27, 9, 0, tzinfo=UTC), datetime(2026, 3, 30, 6, 0, tzinfo=UTC))
    said = gap_line(gap, words, ZoneInfo("Europe/Brussels"))
    assert ("10 h" if language == "fr" else "10:00") in said
    assert ("8 h" if language == "fr" else "8:00") in said
    assert "2026" in said
