"""`news`, `quiet`, `judgements`: a person's word from the command line to the next poll, and back."""

import json
from datetime import timedelta

import pytest

from monitor.rejudge import judge_again, told_then_and_now


def untold(store):
    """Numbers of the changes that a reader who has had nothing would get."""
    (reader,) = store.subscribers.all()
    return {c.id for c in store.outbox.untold(reader.id)[0]}


@pytest.fixture
def held(store):
    """The number of the first thing held back on the page with the counter."""
    return store.history.held("ticking")[-1].id


@pytest.mark.slow
def test_noise_lists_numbers_that_news_takes(monitor, home, held):
    rows = json.loads(monitor("noise", "ticking", "--json").out)
    assert held in {row["id"] for row in rows}
    assert f"{held:>5}  " in monitor("noise", "ticking").out


def test_news_tells_what_was_held_back_with_the_next_digest(monitor, home, store, held):
    done = monitor("news", held)
    assert done.code == 0
    (number,) = untold(store)
    assert f"told as change {number}" in done.out
    change = store.history.change(number)
    assert change.parts == store.history.held_row(held).parts
    assert "a person judged this to be news" in monitor("show", number).out
    assert monitor("explain", number).code == 0


def test_news_is_said_once_taken_back_and_said_again(monitor, home, store, held):
    monitor("news", held)
    (number,) = untold(store)
    assert monitor("news", held).code == 1
    assert monitor("news", "--undo", held).code == 0
    assert untold(store) == set()
    assert monitor("news", "--undo", held).code == 1
    assert monitor("news", held).code == 0
    assert untold(store) == {number}


def test_a_look_under_way_writes_nothing_over_what_was_just_told(monitor, home, store, held):
    state = store.sources.get("ticking")
    order = store.polls.claim("ticking", state.next_poll_at, timedelta(minutes=5), "test")
    monitor("news", held)
    assert store.polls.release(order) is False
    assert store.sources.get("ticking").next_poll_at == state.next_poll_at


def test_quiet_is_handed_to_the_next_poll_and_can_be_taken_back(monitor, home, store):
    def sayings():
        when = store.sources.get("edited").next_poll_at
        order = store.polls.claim("edited", when, timedelta(minutes=5), "test")
        assert store.polls.release(order)
        return order.sayings

    assert not sayings().quiet
    assert "1 place of edited held back from now on" in monitor("quiet", 1).out
    assert sayings().quiet
    assert monitor("quiet", 1).code == 1
    assert monitor("quiet", "--undo", 1).code == 0
    assert not sayings().quiet


def test_who_has_not_had_a_change_called_noise_does_not_get_it(monitor, home, store, held):
    """Shown on a change that nobody has had yet."""
    monitor("news", held)
    (number,) = untold(store)
    monitor("quiet", number)
    assert untold(store) == set()
    monitor("quiet", "--undo", number)
    assert untold(store) == {number}


def test_judgements_lists_what_was_said_and_what_was_taken_back(monitor, home, held):
    assert monitor("judgements").out.startswith("Nothing was said yet.")
    monitor("news", held)
    monitor("quiet", 1)
    monitor("quiet", "--undo", 1)
    rows = json.loads(monitor("judgements", "--json").out)
    assert [(r["judgement"], r["source"], r["undone_at"] is None) for r in rows] == [
        ("news", "ticking", True), ("quiet", "edited", False),
    ]  # fmt: skip
    assert len(json.loads(monitor("judgements", "edited", "--json").out)) == 1
    lines = monitor("judgements").out.splitlines()
    assert "was news" in lines[1]
    assert "until" in lines[2]


@pytest.mark.parametrize("line", [("news", 9999), ("quiet", 9999), ("news", "--undo", 1), ("quiet", "--undo", 1)])
def test_a_number_that_is_none_is_answered_in_one_line(monitor, home, line):
    done = monitor(*line)
    assert (done.code, len(done.err.splitlines())) == (1, 1)


def test_a_persons_word_is_no_rule_and_changes_nothing_of_what_rejudge_compares(monitor, home, held):
    before = monitor("rejudge").out
    monitor("news", held)
    monitor("quiet", 1)
    assert monitor("rejudge").out == before


@pytest.mark.slow
@pytest.mark.parametrize("source", ["edited", "ticking", "gone"])
def test_a_past_in_which_people_spoke_is_judged_again_to_the_same_end(spoken, judges, source):
    state = spoken.sources.get(source)
    steps = list(judge_again(spoken, state.source, judges))
    assert [s.intent.outcome for s in steps] == [s.poll.outcome for s in steps]
    assert steps[-1].intent.memory == state.memory
    assert {c.verdict for c in told_then_and_now(spoken, state.source, judges)} <= {"same"}


def test_a_later_edit_elsewhere_on_a_page_with_a_quiet_place_is_told(spoken):
    """The word was said of the first change, on day 5; the quotation goes on day 6."""
    first, second = reversed(spoken.history.changes(source="edited", told=True))
    (word,) = spoken.people.all("edited")
    assert word.change == first.id
    assert second.first_seen > word.said_at
    assert "quote_lost" in {r.code for r in second.reasons}
