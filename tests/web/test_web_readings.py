"""A change as it is read: its places, and the whole text with its marks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitor.messages import Templates
from monitor.messages.changes import Telling
from monitor.model import Block, BlockKind, Extraction, Mark, Part, PartKind, Source, Span
from monitor.web.comparison import LONG_SIDE, MOST_BLOCKS, marked, places, whole

TELLING = Telling(Templates().words("en"), ZoneInfo("Europe/Brussels"), datetime(2026, 11, 22, tzinfo=UTC))
SOURCE = Source("a", "A source", "s", "https://a.invalid", languages=("nl", "fr"))
LINES = st.lists(
    st.sampled_from(["The body keeps data.", "For five years.", "Of the police.", "In Brussels."]), max_size=6
)


def text(*lines: str) -> Extraction:
    return Extraction("html:1:", tuple(Block(line) for line in lines))


def side(passages, without: Mark):
    runs = ([run.text for run in passage.marks if run.mark != without] for passage in passages)
    return [" ".join(filter(None, words)) for words in runs if any(words)]


@given(LINES, LINES)
def test_both_sides_of_a_whole_text_can_be_read_from_it(old, new):
    passages, complete = whole(text(*old), text(*new))
    assert complete
    assert sorted(side(passages, Mark.REMOVED)) == sorted(new)
    assert {line for line in old if line not in new} <= set(side(passages, Mark.ADDED))


def test_a_heading_keeps_its_level_and_a_page_its_number():
    block = Block("Retention", BlockKind.HEADING, level=2, page=7)
    (passage,), _ = whole(Extraction("pdf:1:", (block,)), Extraction("pdf:1:", (block,)))
    assert (passage.level, passage.page, passage.kind) == (2, 7, "same")


def test_a_passage_that_moved_is_shown_once_where_it_is_now():
    moved = "The supervisory body may inspect every system at any time without notice."
    passages, _ = whole(text(moved, "One.", "Two."), text("One.", "Two.", moved))
    assert [(passage.kind, passage.marks[0].text) for passage in passages][-1] == ("moved_here", moved)
    assert len(passages) == 3


def test_a_text_that_is_too_long_says_so():
    lines = [f"Line {n}." for n in range(MOST_BLOCKS + 1)]
    passages, complete = whole(text(*lines), text(*lines))
    assert (len(passages), complete) == (MOST_BLOCKS, False)


def test_a_page_rewritten_altogether_is_what_went_and_what_came():
    old = [f"old{n} alpha{n} beta{n}" for n in range(2500)]
    new = [f"new{n} gamma{n} delta{n}" for n in range(2500)]
    passages, complete = whole(text(*old), text(*new))
    assert not complete
    assert {run.mark for passage in passages for run in passage.marks} <= {Mark.REMOVED, Mark.ADDED}


def test_a_place_without_marks_shows_what_went_and_what_came():
    parts = [
        Part(PartKind.CHANGED, "vijf jaar", "twee jaar"),
        Part(PartKind.MOVED, "zo", "zo"),
        Part(PartKind.LINK, "https://a.invalid/1", "https://a.invalid/2", url="https://a.invalid/2"),
        Part(PartKind.ITEM_NEW, "", "Nieuw", (Span(Mark.ADDED, "Nieuw"),), url="https://a.invalid/n", date="3 mei"),
    ]
    changed, moved, link, entry = places(parts, SOURCE, TELLING)
    assert [(run.mark, run.text) for run in changed.marks] == [(Mark.REMOVED, "vijf jaar"), (Mark.ADDED, "twee jaar")]
    assert [run.mark for run in moved.marks] == [Mark.SAME]
    assert (changed.old[0].text, changed.new[0].text) == ("vijf jaar", "twee jaar")
    assert (link.url, entry.url, entry.date, entry.number) == ("", "https://a.invalid/n", "3 mei", 4)
    assert changed.lang in {"nl", "fr"}


def test_an_endless_place_is_cut():
    (place,) = places([Part(PartKind.ADDED, "", "word " * LONG_SIDE)], SOURCE, TELLING)
    assert place.marks[-1].mark == Mark.CUT
    assert sum(len(run.text) for run in place.marks) == LONG_SIDE


def test_a_side_that_is_empty_has_one_mark():
    assert [run.mark for run in marked("", "new")] == [Mark.ADDED]
    assert [run.mark for run in marked("old", "")] == [Mark.REMOVED]
    assert {run.mark for run in marked("five years", "two years")} == {Mark.REMOVED, Mark.ADDED, Mark.SAME}
