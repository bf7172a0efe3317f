"""What the veil covers, and what it leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Document, Event, EventKind, Held, Outcome, Part, PartKind, Reason
from monitor.text.asked import asked

WORDS = "a name that must go"


@pytest.fixture
def room(tool):
    return tool.store.withholding


@pytest.fixture
def copy(tool):
    """The number of a source's only copy."""
    tool.follow("coc")
    tool.poll("coc", WORDS)
    return tool.store.history.snapshots("coc")[0].id


def held(tool, days):
    at = tool.world.start + timedelta(days=days)
    return Held("coc", "ticking", Reason("ticking", {"new": WORDS}), at, (Part(PartKind.ADDED, "", WORDS),) * 3)


def test_without_a_withheld_copy_everything_passes_as_it_is(tool, room, copy):
    veil = room.veil()
    one = held(tool, 1)
    assert not veil
    assert veil.held(one) is one


def test_what_is_found_while_the_copy_counts_loses_its_words_and_keeps_its_number(tool, room, copy):
    assert room.put(copy, "a  court order", "Anna", tool.world.start)
    covered = room.veil().held(held(tool, 1))
    assert covered.parts == ()
    assert covered.reason.code == "withheld"
    assert (covered.reason.values["why"], covered.reason.values["places"]) == ("a court order", "3")


def test_what_was_found_before_the_copy_came_is_not_covered(tool, room, copy):
    room.put(copy, "a court order", "Anna", tool.world.start)
    one = held(tool, -400)
    assert room.veil().held(one) is one


def test_events_lose_what_they_quote_and_no_address(tool, room, copy):
    room.put(copy, "a court order", "Anna", tool.world.start)
    at = tool.world.start + timedelta(days=1)
    notice = Event("coc", EventKind.STATUS_NOTICE, at, {"line": WORDS, "looks": "3"})
    moved = Event("coc", EventKind.MOVED, at, {"old": "https://a.example", "new": "https://b.example"})
    assert room.veil().event(notice).values == {"looks": "3"}
    assert room.veil().event(moved) is moved


def test_a_document_keeps_its_address_and_loses_title_and_beginning(tool, room, copy):
    sha256 = tool.store.history.snapshot(copy).sha256
    room.put(copy, "a court order", "Anna", tool.world.start)
    document = Document("coc", "https://a.example/x.pdf", "An entry", tool.world.start, title=WORDS, beginning=WORDS)
    document = replace(document, sha256=sha256)
    covered = room.veil().document(document)
    assert (covered.title, covered.beginning, covered.url) == ("", "", document.url)
    other = replace(document, sha256="0" * 64)
    assert room.veil().document(other) is other


def test_it_is_said_once_and_lifted_once(tool, room, copy):
    assert not room.put(99, "x", "Anna", tool.world.start)
    assert not room.lift(copy, "x", "Anna", tool.world.start)
    assert room.put(copy, "x", "Anna", tool.world.start)
    assert not room.put(copy, "y", "Ben", tool.world.start)
    (found,) = room.of([copy, 99]).values()
    assert (found.snapshot_id, found.reason, found.who, found.at) == (copy, "x", "Anna", tool.world.start)
    assert room.lift(copy, "y", "Ben", tool.world.start)
    assert room.of([copy]) == room.of([]) == {}
    assert [row.what for row in tool.store.audit.list()] == ["lift", "withhold"]


def test_words_of_its_changes_are_not_searched(tool, room, world, copy):
    tool.poll("coc", "another", changes=(world.change("coc", "kept for two years"),), outcome=Outcome.CHANGED)
    assert tool.store.search.changes(asked("two"))
    newest = tool.store.history.snapshots("coc")[0].id
    room.put(newest, "x", "Anna", tool.world.start)
    assert tool.store.search.changes(asked("two")) == ()
    assert tool.store.history.changes()[0].parts == ()
