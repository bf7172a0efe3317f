"""Documents behind the entries of lists: claimed like polls, one at a time, and written with them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.judge.follow import MOST_A_DAY
from monitor.model import DocumentState, Follow, Outcome, Reason, Trigger, WatchAs
from monitor.model.follow import Document

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def listed(tool, world):
    """A list that has been looked at once, with as many documents found as wanted."""

    def make(number=1, **more):
        tool.follow(world.source("coc", watch_as=WatchAs.LISTING, follow=Follow.DOCUMENTS))
        order = tool.claim("coc", world.start)
        found = tuple(
            Document("coc", f"https://coc.example.be/{n}.pdf", f"Report {n}", world.start, due_at=world.start, **more)
            for n in range(number)
        )
        change = world.change("coc")
        intent = world.intent(order, world.look(order), outcome=Outcome.CHANGED, changes=(change,), found=found)
        return tool.store.polls.record(intent)

    return make


def tried(world, order, at, state=DocumentState.KEPT, **more):
    """The intent of one try at the document of an order."""
    look = world.look(order, f"the report {order.document.id}", at=at, url=order.document.url)
    document = replace(order.document, state=state, due_at=None, tries=1, tried_at=at, sha256=look.sha256)
    intent = world.intent(order, look, at=at, outcome=Outcome.FOLLOWED, good=state is DocumentState.KEPT)
    return replace(intent, document=document, document_text=world.text("the report"), **more)


def test_what_a_look_found_belongs_to_the_change_it_told(tool, listed):
    recorded = listed(2)
    assert [d.change for d in tool.store.documents.of("coc")] == [recorded.change_ids[0]] * 2
    assert len(tool.store.documents.behind(recorded.change_ids)) == 2
    assert tool.store.documents.behind([]) == ()


def test_a_list_with_a_document_to_fetch_is_due_and_claimed_for_it(tool, world, listed):
    listed(2)
    at = world.start + MINUTE
    (row,) = tool.store.polls.due(at, 8)
    assert row.source_id == "coc"
    order = tool.claim("coc", at)
    assert (order.trigger, order.document.entry) == (Trigger.FOLLOW, "Report 0")
    assert tool.store.polls.due(at, 8) == ()
    assert tool.store.polls.claim("coc", at, world.lease, "another") is None


def test_a_list_that_is_due_itself_is_looked_at_first(tool, world, listed):
    listed()
    tool.store.sources.make_due(["coc"], world.start + MINUTE)
    order = tool.claim("coc", world.start + MINUTE)
    assert (order.trigger, order.document) == (Trigger.MANUAL, None)


def test_a_kept_document_changes_nothing_about_the_list(tool, world, listed):
    listed()
    before, at = tool.store.sources.get("coc"), world.start + MINUTE
    recorded = tool.store.polls.record(tried(world, tool.claim("coc", at), at))
    after = tool.store.sources.get("coc")
    assert replace(after, token=before.token) == before
    (kept,) = tool.store.documents.of("coc")
    assert (kept.state, kept.snapshot) == (DocumentState.KEPT, recorded.snapshot_id)
    assert tool.store.texts.get(kept.text).text == "the report"
    assert tool.store.bodies.get(kept.sha256) == b"the report 1"
    assert tool.store.polls.due(at, 8) == ()


def test_a_result_whose_lease_was_lost_is_not_written(tool, world, listed):
    listed()
    at = world.start + MINUTE
    slow = tool.claim("coc", at)
    quick = tool.claim("coc", at + DAY - MINUTE)
    assert tool.store.polls.record(tried(world, slow, at)) is None
    assert tool.store.documents.of("coc")[0].state is DocumentState.WAITING
    assert quick is not None


def test_a_fault_of_the_program_puts_the_document_off_and_not_the_list(tool, world, listed):
    listed()
    before, at = tool.store.sources.get("coc").next_poll_at, world.start + MINUTE
    assert tool.store.polls.fault(tool.claim("coc", at), at, "KeyError: x")
    assert tool.store.sources.get("coc").next_poll_at == before
    assert tool.store.documents.of("coc")[0].due_at == at + timedelta(hours=1)
    assert tool.store.polls.due(at + MINUTE, 8) == ()


def test_a_page_behind_an_entry_brings_its_files_for_the_same_change(tool, world, listed):
    recorded = listed()
    at = world.start + MINUTE
    order = tool.claim("coc", at)
    file = Document("coc", "https://coc.example.be/annex.pdf", "Report 0", at, due_at=at, linked=order.document.url,
                    change=order.document.change)  # fmt: skip
    tool.store.polls.record(tried(world, order, at, found=(file, replace(file, url=order.document.url))))
    newest, first = tool.store.documents.of("coc")
    assert (newest.linked, newest.change) == (first.url, recorded.change_ids[0])


def test_no_list_has_more_than_its_share_of_a_day(tool, world, listed):
    listed(MOST_A_DAY + 1)
    at = world.start
    for _ in range(MOST_A_DAY):
        at += MINUTE
        tool.store.polls.record(tried(world, tool.claim("coc", at), at, DocumentState.GIVEN_UP))
    assert tool.store.polls.due(at, 8) == ()
    assert tool.store.polls.claim("coc", at, world.lease, "another") is None
    tool.store.sources.reschedule({"coc": at + 3 * DAY})
    assert len(tool.store.polls.due(at + DAY, 8)) == 1


def test_documents_of_a_list_that_left_are_not_asked_for(tool, world, listed):
    listed()
    tool.follow("other")
    assert [row.source_id for row in tool.store.polls.due(world.start + MINUTE, 8)] == ["other"]


def test_documents_of_a_list_that_is_no_longer_followed_are_passed_over(tool, world, listed):
    listed(2)
    tool.follow(world.source("coc", watch_as=WatchAs.LISTING))
    found = tool.store.documents.of("coc")
    assert [d.state for d in found] == [DocumentState.PASSED_OVER] * 2
    assert [d.reason for d in found] == [Reason("follow_ended")] * 2


def test_a_date_from_before_the_clock_was_set_back_does_not_hold_a_document(tool, world, listed):
    listed()
    assert tool.store.polls.due(world.start - timedelta(days=400), 8)
