"""The timeline: one line per change and event, filtered, counted, continued by key."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import EventKind, Held, Outcome, Reason, Severity
from monitor.model.review import ReviewState
from monitor.store import Wanted
from monitor.store.timeline import MOST_COUNTED

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def busy(tool, world):
    """Three sources in two sections with five changes and two events on four days."""
    tool.follow(
        world.source("a", jurisdiction="BE"),
        world.source("b", section="s2", jurisdiction="EU"),
        world.source("c", section="s2", jurisdiction="BE"),
    )
    for day, source, severity, topics in (
        (0, "a", Severity.CRITICAL, ("policing",)),
        (1, "b", Severity.MINOR, ("policing", "ai-act")),
        (2, "a", Severity.SUBSTANTIVE, ()),
        (3, "c", Severity.MINOR, ("ai-act",)),
    ):
        at = world.start + day * DAY
        change = replace(world.change(source, f"{day} years", severity=severity, at=at), topics=topics)
        events = (world.event(source, EventKind.MOVED, at=at),) if day in {1, 3} else ()
        tool.poll(source, f"body {day}", at=at, changes=(change,), events=events, outcome=Outcome.CHANGED)
    quiet = world.change("a", "editorial", severity=Severity.EDITORIAL, told=False, at=world.start + 3 * DAY)
    tool.poll("a", b"last", at=world.start + 3 * DAY, changes=(quiet,), outcome=Outcome.CHANGED)
    return tool.store


def items(lines):
    return [line.item for line in lines]


def page(store, wanted=Wanted(), **kwargs):  # noqa: B008 - frozen
    return store.timeline.page(wanted, store.timeline.sources(), **kwargs)


def test_changes_and_events_stand_in_one_list_newest_first(busy):
    assert items(page(busy)) == ["event:2", "change:4", "change:3", "event:1", "change:2", "change:1"]


def test_what_was_not_told_is_listed_when_asked_for(busy):
    assert "change:5" in items(page(busy, Wanted(everything=True)))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(sections=frozenset({"s2"})), ["event:2", "change:4", "event:1", "change:2"]),
        (Wanted(sources=frozenset({"a"})), ["change:3", "change:1"]),
        (Wanted(jurisdictions=frozenset({"BE"}), sections=frozenset({"s2"})), ["event:2", "change:4"]),
        (Wanted(topics=frozenset({"policing"})), ["change:2", "change:1"]),
        (Wanted(severities=frozenset({Severity.CRITICAL})), ["change:1"]),
        (Wanted(kinds=frozenset({"moved"})), ["event:2", "event:1"]),
        (Wanted(states=frozenset({ReviewState.RELEVANT})), []),
    ],
)
def test_lines_can_be_chosen(busy, wanted, expected):
    assert items(page(busy, wanted)) == expected


def test_a_period_has_a_beginning_and_an_end(busy, world):
    wanted = Wanted(since=world.start + DAY, until=world.start + 3 * DAY)
    assert items(page(busy, wanted)) == ["change:3", "event:1", "change:2"]


# The store is only read, so it may be the same for every example.
READ_ONLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@READ_ONLY
@given(size=st.integers(1, 7))
def test_pages_put_together_are_the_list(busy, size):
    whole, got, after = items(page(busy)), [], None
    while lines := page(busy, after=after, limit=size):
        got += items(lines)
        after = lines[-1].mark
    assert got == whole


def test_a_topic_is_not_found_by_a_part_of_its_name(busy):
    assert page(busy, Wanted(topics=frozenset({"polic", "act"}))) == ()


def test_lines_bring_what_they_speak_of(busy):
    lines = page(busy, limit=2)
    found = busy.timeline.found(lines)
    assert found["change:4"].parts
    assert found["event:2"].kind is EventKind.MOVED


@READ_ONLY
@given(data=st.data())
@pytest.mark.slow
def test_a_count_is_what_choosing_that_value_leaves(busy, data):
    """Each filter's counts heed the other filters and not itself."""
    some = lambda *values: frozenset(data.draw(st.sets(st.sampled_from(values))))  # noqa: E731
    wanted = Wanted(
        sections=some("s1", "s2"),
        topics=some("policing", "ai-act"),
        severities=some(Severity.MINOR, Severity.CRITICAL),
        kinds=some("text", "moved"),
        jurisdictions=some("BE", "EU"),
    )
    sources = busy.timeline.sources()
    facets = busy.timeline.facets(wanted, sources)
    assert facets.total == len(page(busy, wanted, limit=100))
    assert sum(busy.timeline.facets(wanted, sources, steps=[START]).steps) == facets.total
    for facet, field in (("section", "sections"), ("topic", "topics"), ("severity", "severities"), ("kind", "kinds")):
        for value, count in facets.counts[facet].items():
            assert count == len(page(busy, replace(wanted, **{field: frozenset({value})}), limit=100))


def test_lines_are_counted_between_the_steps(busy, world):
    steps = [world.start - DAY, world.start + DAY, world.start + 3 * DAY]
    facets = busy.timeline.facets(Wanted(), busy.timeline.sources(), steps=steps)
    assert facets.steps == (1, 3, 2)


def test_one_stretch_of_the_period_can_be_counted_alone(busy, world):
    only = (world.start + DAY, world.start + 2 * DAY)
    facets = busy.timeline.facets(Wanted(), busy.timeline.sources(), steps=[world.start], only=only)
    assert (facets.total, facets.steps) == (2, (6,))


def test_of_a_long_past_the_newest_lines_are_counted(busy, path, world):
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.executemany(
            "INSERT INTO timeline (item, at, source_id, kind, severity, told, topics, state)"
            " VALUES ('change:' || ?, '2026-11-01 07:00:00.' || printf('%06d', ?), 'a', 'text', 2, 1, '', 'noise')",
            [(n, n) for n in range(100, 100 + MOST_COUNTED)],
        )
    facets = busy.timeline.facets(Wanted(), busy.timeline.sources())
    assert facets.total == MOST_COUNTED
    assert facets.counts["state"][ReviewState.NOISE] == MOST_COUNTED - 6
    assert facets.since == datetime(2026, 11, 1, 7, tzinfo=UTC) + timedelta(microseconds=106)


def test_neighbours_are_the_told_changes_of_the_same_source(busy):
    older, newer = busy.timeline.beside(busy.timeline.line("change:3"))
    assert (older.item, newer) == ("change:1", None)
    assert busy.timeline.beside(busy.timeline.line("change:1"))[1].item == "change:3"


def test_newer_lines_are_counted(busy, world):
    assert busy.timeline.after(world.start + DAY) == 3
    assert busy.timeline.after(world.start, limit=2) == 2


def test_every_change_and_event_has_its_line(busy, path):
    with closing(sqlite3.connect(path)) as raw:
        both = "SELECT 'change:' || id FROM change UNION ALL SELECT 'event:' || id FROM event"
        assert sorted(raw.execute(both)) == sorted(raw.execute("SELECT item FROM timeline"))


# --- reviews ----------------------------------------------------------------------------------------------------


def test_the_newest_review_counts_and_the_others_stay(busy, world):
    put = busy.reviews.put
    assert put(["change:1"], ReviewState.RELEVANT, who="An", now=world.start, note=" cite it ") == {
        "change:1": ReviewState.CHECK
    }
    put(["change:1"], ReviewState.ROUTINE, who="Bo", now=world.start + DAY)
    assert [(r.state, r.who, r.note) for r in busy.reviews.history("change:1")] == [
        (ReviewState.ROUTINE, "Bo", ""),
        (ReviewState.RELEVANT, "An", "cite it"),
    ]
    line = busy.timeline.line("change:1")
    assert (line.state, line.who, line.reviewed_at) == (ReviewState.ROUTINE, "Bo", world.start + DAY)


def test_many_are_reviewed_at_once_and_unknown_ones_passed_over(busy, world):
    busy.reviews.put(["change:1", "event:1", "change:99"], ReviewState.NOISE, who="", now=world.start)
    assert items(page(busy, Wanted(states=frozenset({ReviewState.NOISE})))) == ["event:1", "change:1"]


def test_saying_the_same_again_leaves_no_entry(busy, world):
    for _ in range(2):
        busy.reviews.put(["change:1"], ReviewState.RELEVANT, who="An", now=world.start)
    assert len(busy.reviews.history("change:1")) == 1


@pytest.mark.parametrize("sql", ["UPDATE review SET note = 'x'", "DELETE FROM review", "DELETE FROM audit"])
def test_a_review_is_never_changed(busy, world, path, sql):
    busy.reviews.put(["change:1"], ReviewState.RELEVANT, who="An", now=world.start)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO audit (at, who, what, target, detail) VALUES ('2026-01-01', 'An', 'x', '', '')")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(sql)


def test_the_next_one_to_check_is_older_and_then_from_the_top(busy, world):
    line = busy.timeline.line("change:3")
    assert busy.timeline.next_to_check(line.mark).item == "event:1"
    busy.reviews.put(
        [i for i in items(page(busy)) if i not in {"change:3", "change:4"}], ReviewState.NOISE, who="", now=world.start
    )
    assert busy.timeline.next_to_check(line.mark).item == "change:4"
    assert busy.timeline.to_check() == 2
    busy.reviews.put(["change:4"], ReviewState.NOISE, who="", now=world.start)
    assert busy.timeline.next_to_check(line.mark) is None


# --- visits and saved searches ----------------------------------------------------------------------------------


def test_a_visit_ends_when_nobody_came_for_a_while(store, world):
    now, visits = world.start, store.visits
    assert visits.last("An", now) is None
    visits.note("An", now)
    assert visits.last("An", now + timedelta(minutes=10)) is None
    later = now + DAY
    assert visits.last("An", later) == now
    visits.note("An", later)
    assert visits.last("An", later + timedelta(minutes=1)) == now
    assert visits.last("Bo", later) is None


def test_a_visit_under_way_is_noted_now_and_then(store, world):
    assert store.visits.due("An", world.start)
    store.visits.note("An", world.start)
    assert not store.visits.due("An", world.start + timedelta(minutes=1))
    assert store.visits.due("An", world.start + timedelta(minutes=6))
    assert store.visits.due("An", world.start - timedelta(minutes=1))


def test_a_search_is_saved_under_one_name(store, world):
    number = store.saved.save("Police", "changes", "topic=policing", "An", world.start)
    assert store.saved.save("Police", "changes", "topic=policing&days=30", "Bo", world.start) == number
    assert [s.query for s in store.saved.all()] == ["topic=policing&days=30"]
    assert store.saved.get(number).who == "Bo"
    assert store.saved.forget(number)
    assert not store.saved.forget(number)
    assert store.saved.get(number) is None


# --- series -----------------------------------------------------------------------------------------------------


def test_what_was_held_back_is_counted_by_rule(tool, world):
    tool.follow("a", "b")
    held = [Held("a", rule, Reason("flicker"), world.start + n * DAY) for n, rule in enumerate(("clock", "clock", "x"))]
    tool.poll("a", held=tuple(held))
    counts = tool.store.series.held_counts(world.start)
    assert [(c.rule, c.times, c.last) for c in counts] == [
        ("clock", 2, world.start + DAY),
        ("x", 1, world.start + 2 * DAY),
    ]
    assert tool.store.series.held_counts(sources=["b"]) == ()
    assert tool.store.series.held_total(world.start + DAY, ["a"]) == 2
    assert [h.id for h in tool.store.series.held(rule="clock", limit=1)] == [2]
    assert [h.id for h in tool.store.series.held(before_id=2, since=world.start)] == [1]


def test_looks_and_sizes_of_a_source_are_listed(tool, world):
    tool.follow("a", "b")
    tool.poll("b")
    for n in range(3):
        tool.poll("a", "word " * (n + 1), at=world.start + n * DAY)
    series = tool.store.series
    assert [g.id for g in series.looks("a", 2)] == [4, 3]
    assert [g.id for g in series.looks("a", before_id=3)] == [2]
    assert [size.words for size in series.sizes("a")] == [1, 2, 3]
    assert (series.polls(), series.polls_since(world.start + 2 * DAY)) == (4, 1)


def test_digests_are_listed_with_what_became_of_them(tool, world):
    tool.follow("a")
    reader = tool.subscribe()
    told, _ = tool.tell("a", changes=2)
    order = world.digest_order(reader, "2026-11-22")
    tool.store.outbox.enqueue(order, told[:1], told[1:], world.outgoing("2026-11-22"), world.start)
    tool.store.outbox.enqueue(world.digest_order(reader, "2026-11-23"), (), (), None, world.start)
    empty, full = tool.store.series.digests()
    assert (full.items, full.state, full.recipient) == (1, "pending", "reader@example.org")
    assert (empty.items, empty.state, empty.answer) == (0, None, "")
    row, mime, items_told = tool.store.series.digest(full.id)
    assert (row, mime, items_told) == (full, world.outgoing("2026-11-22").mime, (told[0],))
    assert tool.store.series.digest(99) is None
    assert [d.id for d in tool.store.series.digests(before_id=empty.id)] == [full.id]
