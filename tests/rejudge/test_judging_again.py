"""`explain` and `rejudge`: the stored past under today's rules gives what was told then, on any machine."""

import json
import shutil
from dataclasses import replace

import pytest

from monitor.model import ChangeKind, Outcome, Severity
from monitor.rejudge import judge_again, told_then_and_now, unlike


def told(store):
    return {c.id: c for c in store.history.changes(told=True)}


@pytest.mark.parametrize("source", ["edited", "ticking", "gone"])
def test_the_same_rules_over_the_stored_bytes_give_what_was_stored(store, judges, source):
    """Every poll: failed ones, unchanged ones and those without a network among them."""
    stored = store.past.found(source)
    state = store.sources.get(source)
    last, outcomes = None, set()
    for step in judge_again(store, state.source, judges):
        assert (step.intent.outcome, step.intent.reason, step.intent.used) == (
            step.poll.outcome, step.poll.reason, step.poll.used,
        )  # fmt: skip
        then = stored.get(step.poll.id)
        assert step.intent.held == (then.held if then else ())
        assert [e.kind for e in step.intent.events] == ([e.kind for e in then.events] if then else [])
        changes = then.changes if then else ()
        assert [unlike(a, b) for a, b in zip(changes, step.intent.changes, strict=True)] == [()] * len(changes)
        outcomes.add(step.intent.outcome)
        last = step.intent
    assert last.memory == state.memory
    assert {Outcome.BASELINE, Outcome.UNCHANGED} <= outcomes or source == "ticking"


def test_the_past_holds_what_must_be_fed_again(store):
    polls = store.history.polls(limit=10_000)
    assert {Outcome.OFFLINE, Outcome.BAD, Outcome.HELD, Outcome.CHANGED} <= {p.outcome for p in polls}
    assert any(look.status == 304 for p in polls for look in p.looks)
    assert any(len(p.looks) > 1 for p in polls)


def test_rejudge_says_same_of_every_change_when_the_rules_are_the_same(monitor, home, store):
    rows = json.loads(monitor("rejudge", "--json").out)
    assert {r["change"] for r in rows} == set(told(store))
    assert {r["verdict"] for r in rows} == {"same"}
    assert {r["source"] for r in rows} == {"edited"}


def test_rejudge_gives_the_same_lines_twice_and_from_a_copy_elsewhere(monitor, home, tmp_path, monkeypatch):
    lines = monitor("rejudge").out
    assert monitor("rejudge").out == lines
    elsewhere = tmp_path / "elsewhere" / "deep"
    shutil.copytree(home, elsewhere)
    shutil.rmtree(home)
    monkeypatch.setenv("MONITOR_HOME", str(elsewhere))
    assert monitor("rejudge").out == lines
    assert lines.splitlines()[-1] == "2 same, 0 severity differs, 0 only then, 0 only now"


def test_neither_explain_nor_rejudge_writes_anything(monitor, home, store):
    before = store.history.counts(store.history.polls(limit=1)[0].finished_at)
    memory = [s.memory for s in store.sources.all()]
    monitor("rejudge")
    monitor("explain", 1)
    assert store.history.counts(store.history.polls(limit=1)[0].finished_at) == before
    assert [s.memory for s in store.sources.all()] == memory


def test_rejudge_can_be_asked_for_one_source_and_since_a_day(monitor, home, store):
    first, second = sorted(told(store).values(), key=lambda c: c.confirmed_at)
    assert json.loads(monitor("rejudge", "ticking", "--json").out) == []
    assert monitor("rejudge", "ticking").out == "Nothing was told then, and nothing is told now.\n"
    since = f"{second.confirmed_at:%Y-%m-%d}"
    rows = json.loads(monitor("rejudge", "edited", "--since", since, "--json").out)
    assert [r["change"] for r in rows] == [second.id]
    assert first.confirmed_at < second.confirmed_at
    assert monitor("rejudge", "editd").code == 78


def test_a_change_that_is_no_longer_told_is_only_then(store, judges):
    """Another judge, who takes the source for one that is not about AI, tells nothing of it."""
    state = store.sources.get("edited")
    pairs = told_then_and_now(store, replace(state.source, general=True), judges)
    assert {p.verdict for p in pairs} == {"only_then"}


def test_a_change_that_would_be_told_with_another_severity_says_so(store, judges):
    pairs = told_then_and_now(store, store.sources.get("edited").source, replace(judges, citations={}))
    assert [(p.verdict, p.then.severity, p.now.severity) for p in pairs] == [
        ("same", Severity.SUBSTANTIVE, Severity.SUBSTANTIVE),
        ("severity", Severity.CRITICAL, Severity.MINOR),
    ]


def test_explain_walks_from_the_bytes_to_the_mail(monitor, home, store):
    (number,) = [c.id for c in told(store).values() if "number" in {r.code for r in c.reasons}]
    change = store.history.change(number)
    account = json.loads(monitor("explain", number, "--json").out)
    assert [b["sha256"] for b in account["bytes"]] == [change.old_sha256, change.new_sha256]
    assert account["texts"][0]["fingerprint"] == account["texts"][1]["fingerprint"]
    assert account["texts"][1]["blocks"] == 4
    assert account["units"] == {"reworded": 1}
    (place,) = account["rules"]
    assert place["asked"][-1] == ["confirm", "yes"]
    assert {answer for _, answer in place["asked"][:-1]} == {"no"}
    assert account["now"] == account["then"]
    assert account["differs"] == []
    assert account["facts"][0]["severity"] == "substantive"
    assert account["told"][0]["to"] == "reader@example.org"
    assert account["told"][0]["state"] == "sent"


def test_explain_says_it_in_words_that_a_person_can_follow(monitor, home, store):
    out = monitor("explain", min(told(store))).out
    for word in (
        "Bytes old", "sha256", "Text told", "fingerprint", "Places that differ", "confirm yes: let through",
        "Verdict then", "a number changed: 30 → 14", "Compared       same", "Told to reader@example.org",
    ):  # fmt: skip
        assert word in out


def test_explain_of_a_number_that_is_none_says_where_they_are(monitor, home):
    done = monitor("explain", 77)
    assert (done.code, done.err) == (1, "monitor: There is no change 77. `monitor changes` lists them.\n")


def test_the_fixture_tells_the_two_edits_of_the_page_and_nothing_of_the_counter(store):
    assert [c.kind for c in store.history.changes(source="edited", told=True)] == [ChangeKind.TEXT] * 2
    assert store.history.changes(source="ticking", told=True) == ()
