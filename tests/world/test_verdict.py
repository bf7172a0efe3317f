"""The comparison of a run with the table can fail in every way a run can."""

from dataclasses import replace
from datetime import timedelta

import pytest
from world.expected import First, Told
from world.stage import START
from world.verdict import first_disagreements, told_disagreements

from monitor.model import (
    Change,
    ChangeKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Mark,
    Part,
    PartKind,
    Quote,
    QuoteState,
    QuoteTouch,
    Severity,
    Span,
)

TEXT = Told("a", (ChangeKind.TEXT,), 4, 6, added="May", removed="April")
GONE = Told("b", (EventKind.GONE,), 1, 3, says="404")
STORY = (TEXT, GONE, Told("a", (EventKind.MOVED,), 0, 3, must=False))
PART = Part(PartKind.CHANGED, spans=(Span(Mark.SAME, "in"), Span(Mark.REMOVED, "April"), Span(Mark.ADDED, "May")))
MOMENT = START + timedelta(days=5)
CHANGE = Change("a", ChangeKind.TEXT, Severity.SUBSTANTIVE, (), (PART,), MOMENT, MOMENT)
EVENT = Event("b", EventKind.GONE, START + timedelta(days=2), {"reason": "status 404"})

FIRST = First("a", (FindingKind.MOVED,), final="http://b/", alternatives=(0, 2), quotes=(QuoteState.FOUND,))
QUOTE = Quote("a", 1, "words")
FINDING = Finding(
    "a",
    FindingKind.MOVED,
    START,
    final_url="http://b/",
    quotes=(QuoteTouch(QUOTE, QuoteState.UNREAD, QuoteState.FOUND),),
)


def test_a_run_that_tells_the_story_agrees():
    assert told_disagreements([CHANGE], [EVENT], START, STORY) == []


def test_what_may_be_told_may_be_told():
    moved = Event("a", EventKind.MOVED, START)
    assert told_disagreements([CHANGE], [EVENT, moved, moved], START, STORY) == []


@pytest.mark.parametrize(
    "change",
    [
        replace(CHANGE, source_id="b"),
        replace(CHANGE, kind=ChangeKind.LINKS),
        replace(CHANGE, confirmed_at=START + timedelta(days=3)),
        replace(CHANGE, confirmed_at=START + timedelta(days=7)),
        replace(CHANGE, parts=(replace(PART, spans=PART.spans[:2]),)),
    ],
)
def test_another_change_than_the_story_s_is_told_without_need(change):
    lines = told_disagreements([change], [EVENT], START, STORY)
    assert [line.split(":")[0].split(" on ")[0] for line in lines] == ["told without need", "not told"]


def test_what_is_told_twice_is_told_without_need_once():
    assert len(told_disagreements([CHANGE, CHANGE], [EVENT], START, STORY)) == 1


@pytest.mark.parametrize("change", [replace(CHANGE, told=False), replace(CHANGE, severity=Severity.EDITORIAL)])
def test_what_is_not_mailed_is_not_told(change):
    assert told_disagreements([change], [EVENT], START, STORY) == ["not told: a text from day 4"]


def test_an_event_must_say_what_the_story_says():
    lines = told_disagreements([CHANGE], [replace(EVENT, values={})], START, STORY)
    assert lines[1] == "not told: b gone from day 1"


def test_whole_blocks_and_items_count_as_marked():
    new = Part(PartKind.ITEM_NEW, new="in May")
    old = Part(PartKind.REMOVED, old="in April")
    assert told_disagreements([replace(CHANGE, parts=(new, old))], [EVENT], START, STORY) == []


def test_a_first_look_that_finds_what_is_there_agrees():
    assert first_disagreements([FINDING], [FIRST]) == []


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (replace(FINDING, kind=FindingKind.GONE), "a: gone, not moved"),
        (replace(FINDING, final_url="http://c/"), "a: answered at http://c/, not http://b/"),
        (replace(FINDING, alternative=1), "a: alternative 1, not 0 or 2"),
        (replace(FINDING, quotes=()), "a: quotes , not found"),
    ],
)
def test_a_first_look_that_finds_something_else_disagrees(finding, line):
    assert first_disagreements([finding], [FIRST]) == [line]


def test_a_source_without_a_finding_disagrees():
    assert first_disagreements([], [FIRST]) == ["a: no finding"]


def test_a_missing_quote_disagrees_although_the_table_is_silent():
    lost = replace(FINDING, quotes=(QuoteTouch(QUOTE, QuoteState.UNREAD, QuoteState.MISSING),))
    assert first_disagreements([lost], [replace(FIRST, quotes=())]) == ["a: quote missing: words"]
