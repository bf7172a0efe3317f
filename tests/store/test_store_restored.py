"""What an older copy takes over from the database it replaces: nobody is told twice, nobody who left gets mail."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.clock import SteppedClock
from monitor.model import Outcome
from monitor.store import lies_between, open_store, restore

LATER = timedelta(days=3)


@pytest.fixture
def copy(tool, clock):
    """A copy of a database with two readers, one source, and one change that nobody was told of yet."""
    tool.follow("coc", "senate")
    tool.anna, tool.ben = tool.subscribe("anna@example.org"), tool.subscribe("ben@example.org")
    tool.tell("coc")
    made = tool.store.backup()
    clock.advance(LATER)
    return made


def told(tool, reader, window, *items):
    order = tool.world.digest_order(reader, window)
    assert tool.store.outbox.enqueue(order, items, (), tool.world.outgoing(window, reader.email), tool.clock.now())


@pytest.fixture
def again(tool, path, copy, clock, tool_for):
    """Puts the copy back and opens it."""
    opened = []

    def put():
        tool.store.close()
        restore(path, copy, clock.now())
        opened.append(open_store(path, clock=SteppedClock(clock.now())))
        return tool_for(opened[-1])

    yield put
    for store in opened:
        store.close()


def find(tool, clock, words, source="coc", outcome=Outcome.CHANGED):
    """A later look that finds a change with these words."""
    changes = (tool.world.change(source, words),) if words else ()
    return tool.poll(source, words or "same", at=clock.now(), changes=changes, outcome=outcome)


def test_what_was_told_since_is_not_told_again_when_it_is_found_again(tool, copy, again, clock):
    (new,) = find(tool, clock, "the fine is 500 euro").change_ids
    told(tool, tool.anna, "w2", "change:1", f"change:{new}")
    after = again()
    find(after, clock, "the fine is 500 euro")
    changes, _ = after.store.outbox.untold(tool.anna.id)
    assert changes == ()
    # Ben was told of nothing yet, and will be.
    changes, _ = after.store.outbox.untold(tool.ben.id)
    assert [change.parts[0].new for change in changes] == ["0 years", "the fine is 500 euro"]


def test_what_is_found_in_other_words_is_told_and_says_that_it_may_be_a_repeat(tool, copy, again, clock):
    (new,) = find(tool, clock, "the fine is 500 euro").change_ids
    told(tool, tool.anna, "w2", "change:1", f"change:{new}")
    after = again()
    find(after, clock, "the fine is 600 euro")
    find(after, clock, "another page", source="senate")
    changes, _ = after.store.outbox.untold(tool.anna.id)
    assert [(c.source_id, c.may_repeat is not None) for c in changes] == [("coc", True), ("senate", False)]
    assert changes[0].id > new, "no number is given out twice"
    assert after.store.check() == ()


def test_once_a_source_was_seen_as_the_copy_knows_it_nothing_is_a_repeat(tool, copy, again, clock):
    find(tool, clock, "the fine is 500 euro")
    after = again()
    find(after, clock, "", outcome=Outcome.UNCHANGED)
    clock.advance(timedelta(hours=1))
    find(after, clock, "the fine is 700 euro")
    changes, _ = after.store.outbox.untold(tool.anna.id)
    assert [change.may_repeat for change in changes] == [None, None]


def test_where_the_old_database_cannot_be_read_every_first_find_may_be_a_repeat(tool, copy, path, again, clock):
    tool.store.close()
    path.write_bytes(b"\xff" * 8192)
    after = again()
    find(after, clock, "the fine is 500 euro")
    changes, _ = after.store.outbox.untold(tool.anna.id)
    assert [change.may_repeat is not None for change in changes] == [False, True]


def test_who_unsubscribed_since_gets_nothing_and_wishes_are_as_they_were_last(tool, copy, again, clock):
    tool.store.subscribers.forget("ben@example.org")
    tool.store.subscribers.suspend(tool.anna.id, "came back", clock.now())
    carla = tool.subscribe("carla@example.org")
    told(tool, carla, "w2")
    after = again()
    assert [s.email for s in after.store.subscribers.all()] == ["anna@example.org"]
    assert after.store.subscribers.get("anna@example.org").suspended_at is not None


def test_who_left_and_came_back_is_a_reader_and_what_was_told_before_counts_as_told(tool, copy, again):
    tool.store.subscribers.forget("ben@example.org")
    ben = tool.subscribe("Ben@example.org")
    after = again()
    assert after.store.subscribers.get("ben@example.org").id == ben.id
    assert after.store.outbox.untold(ben.id) == ((), ())


def test_messages_that_wait_are_sent_once_under_their_names_and_no_window_is_used_twice(tool, copy, again, clock):
    told(tool, tool.anna, "w2", "change:1")
    after = again()
    waiting = after.store.outbox.claim(clock.now(), timedelta(minutes=5))
    assert (waiting.message_id, waiting.mime) == ("<w2@example.org>", tool.world.outgoing("w2").mime)
    assert after.store.outbox.has_window(tool.anna.id, "w2")
    assert after.store.outbox.untold(tool.anna.id)[0] == ()


def test_what_was_withheld_since_stays_withheld(tool, copy, again, clock):
    snapshot = tool.store.history.changes()[0].new_snapshot
    tool.store.withholding.put(snapshot, "a court order", "anna", clock.now())
    after = again()
    assert after.store.withholding.of([snapshot])[snapshot].reason == "a court order"


def test_what_lies_between_is_counted_before_anything_is_done(tool, copy, path, clock):
    find(tool, clock, "the fine is 500 euro")
    told(tool, tool.anna, "w2", "change:1")
    tool.store.subscribers.forget("ben@example.org")
    found = lies_between(copy, path)
    assert (found.readable, found.polls, found.changes, found.digests, found.left) == (True, 1, 1, 1, 1)
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("SELECT count(*) FROM subscriber").fetchone() == (2,)


# --- a log that vanished, a copy put in place by hand -----------------------------------------------------------------


BEGUN = ("first_start_at", "2026-11-22T07:00:00+00:00")


def killed(tool, path, tmp_path):
    """The files as kill -9 leaves them: the last that was written stands in the log alone."""
    left = tmp_path / "left"
    shutil.copytree(path.parent, left)
    return left / path.name


def test_a_log_that_vanished_is_noticed_at_the_start_and_said(tool, path, tmp_path, clock, caplog):
    tool.store.meta.set(*BEGUN)
    tool.follow("coc")
    reader = tool.subscribe()
    tool.store.checkpoint()
    tool.tell("coc", changes=2)
    left = killed(tool, path, tmp_path)
    left.with_name(left.name + "-wal").unlink()
    store = open_store(left, clock=clock)
    assert "written and not there any more: 1 poll, 2 changes" in caplog.text
    assert store.lost().rows == {"poll": 1, "change": 2}
    assert store.check() == ()
    after = replace(tool, store=store)
    found = after.tell("coc")[0]
    assert found == ["change:3"], "no number is given out twice"
    assert [change.may_repeat is not None for change in store.outbox.untold(reader.id)[0]] == [True]
    store.close()
    caplog.clear()
    open_store(left, clock=clock).close()
    assert caplog.text == "", "it is said once"


def test_an_older_copy_put_in_place_by_hand_is_noticed_too(tool, path, clock, caplog):
    tool.store.meta.set(*BEGUN)
    tool.follow("coc")
    made = tool.store.backup()
    tool.tell("coc")
    tool.store.close()
    shutil.copy(made, path)
    store = open_store(path, clock=clock)
    assert store.lost().rows == {"poll": 1, "change": 1}
    store.close()


def test_nothing_is_missing_after_a_kill_that_left_the_log(tool, path, tmp_path, clock, caplog):
    tool.store.meta.set(*BEGUN)
    tool.follow("coc")
    tool.tell("coc")
    store = open_store(killed(tool, path, tmp_path), clock=clock)
    assert store.lost() is None
    assert len(store.history.changes()) == 1
    store.close()


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"numbers": 5}', b"\xff\xfe"])
def test_a_note_that_cannot_be_read_is_none(tool, path, clock, note):
    tool.store.meta.set(*BEGUN)
    tool.store.close()
    path.with_name(path.name + ".written").write_bytes(note)
    store = open_store(path, clock=clock)
    assert store.lost() is None
    store.close()
