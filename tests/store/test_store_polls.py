"""Due, claim, record: the life of a poll in the store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.cadence import EARLIEST, EARLY_LOOKS
from monitor.errors import ExtractError, ExtractKind, FetchError, FetchKind
from monitor.model import (
    ChangeKind,
    DigestKind,
    EventKind,
    Finding,
    FindingKind,
    Health,
    Held,
    HostRecord,
    Memory,
    NotModified,
    Outcome,
    Part,
    PartKind,
    Reason,
    Severity,
    Trigger,
)
from monitor.store import host_of

MINUTE = timedelta(minutes=1)


def ids(rows):
    return [row.source_id for row in rows]


def test_a_new_source_is_due_at_once(tool, world):
    tool.follow("coc")
    assert ids(tool.store.polls.due(world.start, 8)) == ["coc"]


def test_first_looks_are_spread_a_little(tool, world):
    tool.follow("a", "b", "c")
    assert ids(tool.store.polls.due(world.start + timedelta(seconds=0.6), 8)) == ["a", "b"]


def test_due_gives_at_most_one_source_per_host(tool, world):
    one = world.source("one", url="https://www.example.be/1")
    two = world.source("two", url="https://WWW.example.be:443/2")
    tool.follow(one, two)
    (row,) = tool.store.polls.due(world.start + MINUTE, 8)
    assert (row.source_id, row.host) == ("one", "www.example.be:443")


def test_due_leaves_out_hosts_that_are_busy(tool, world):
    tool.follow("a", "b")
    assert ids(tool.store.polls.due(world.start + MINUTE, 8, {"a.example.be:443"})) == ["b"]


def test_due_leaves_out_hosts_somebody_else_looks_at(tool, world):
    one = world.source("one", url="https://www.example.be/1")
    two = world.source("two", url="https://www.example.be/2")
    tool.follow(one, two)
    tool.claim("one")
    assert tool.store.polls.due(world.start + MINUTE, 8) == ()


def test_due_leaves_out_hosts_that_asked_us_to_stay_away(tool, world):
    tool.follow("a", "b")
    tool.store.hosts.put(HostRecord("a.example.be:443", not_before=world.start + timedelta(hours=1)))
    assert ids(tool.store.polls.due(world.start + MINUTE, 8)) == ["b"]
    assert ids(tool.store.polls.due(world.start + timedelta(hours=1), 8)) == ["a", "b"]


def test_due_gives_the_longest_due_first_and_no_more_than_asked(tool, world):
    tool.follow("a", "b", "c")
    tool.store.sources.reschedule({"c": world.start - MINUTE})
    assert ids(tool.store.polls.due(world.start + MINUTE, 2)) == ["c", "a"]


def test_a_claimed_source_cannot_be_claimed_again(tool, world):
    tool.follow("coc")
    tool.claim("coc")
    assert tool.store.polls.claim("coc", world.start + MINUTE, world.lease, "other") is None


def test_a_source_that_is_not_due_cannot_be_claimed(tool, world):
    tool.follow("coc")
    assert tool.store.polls.claim("coc", world.start - MINUTE, world.lease, "early") is None


def test_an_expired_lease_is_due_again_under_the_next_token(tool, world):
    tool.follow("coc")
    first = tool.claim("coc")
    later = world.start + MINUTE + world.lease
    assert ids(tool.store.polls.due(later, 8)) == ["coc"]
    assert tool.claim("coc", later).token == first.token + 1


def test_the_slow_owner_of_an_expired_lease_writes_nothing(tool, world):
    tool.follow("coc")
    slow = tool.claim("coc")
    tool.claim("coc", world.start + timedelta(hours=1))
    assert tool.store.polls.record(world.intent(slow, world.look(slow), changes=(world.change("coc"),))) is None
    assert tool.store.polls.fault(slow, world.start, "late") is False
    assert tool.store.polls.release(slow) is False
    assert tool.store.history.polls() == ()
    assert tool.store.history.changes() == ()
    assert tool.store.history.snapshots("coc") == ()


def test_an_expired_lease_that_nobody_took_still_counts(tool, world):
    tool.follow("coc")
    slow = tool.claim("coc")
    late = world.start + timedelta(hours=1)
    assert tool.store.polls.record(world.intent(slow, world.look(slow), at=late)) is not None


def test_a_poll_is_recorded_once(tool, world):
    tool.follow("coc")
    order = tool.claim("coc")
    intent = world.intent(order, world.look(order))
    assert tool.store.polls.record(intent) is not None
    assert tool.store.polls.record(intent) is None
    assert len(tool.store.history.polls()) == 1


def test_a_released_source_is_as_due_as_before(tool, world):
    tool.follow("coc")
    order = tool.claim("coc")
    assert tool.store.polls.release(order) is True
    again = tool.claim("coc")
    assert (again.due_at, again.trigger) == (order.due_at, Trigger.FIRST)
    assert tool.store.history.polls() == ()


def test_a_fault_is_shown_and_rests_for_an_hour(tool, world):
    tool.follow("coc")
    order = tool.claim("coc")
    assert tool.store.polls.fault(order, world.start, "KeyError: 'x'") is True
    (row,) = tool.store.history.polls("coc")
    assert (row.outcome, row.reason) == (Outcome.FAULT, Reason("fault", {"message": "KeyError: 'x'"}))
    state = tool.store.sources.get("coc")
    assert state.next_poll_at == world.start + timedelta(hours=1)
    assert (state.leased_until, state.health, state.next_trigger) == (None, Health.NEW, Trigger.FIRST)


def test_faults_at_each_look_keep_to_the_budget_of_the_source(tool, world):
    tool.follow("coc")
    now, times = world.start, []
    while now < world.start + timedelta(days=3):
        times.append(now)
        order = tool.claim("coc", now)
        assert tool.store.polls.fault(order, now, "KeyError: 'x'") is True
        now = tool.store.sources.get("coc").next_poll_at
    interval = tool.store.sources.get("coc").source.interval
    room = EARLY_LOOKS + timedelta(days=1) // (interval * EARLIEST) + 1
    assert max(sum(start <= at < start + timedelta(days=1) for at in times) for start in times) <= room


def test_the_order_carries_what_the_last_poll_left(tool, world):
    tool.follow("coc")
    first = tool.claim("coc")
    assert (first.memory, first.told_text, first.health) == (Memory(), "", Health.NEW)
    look = world.look(first, headers=(("etag", '"v1"'), ("last-modified", "Sun, 22 Nov 2026 07:00:00 GMT")))
    text = look.reading
    intent = world.intent(first, look, outcome=Outcome.BASELINE, told_text=text, current_text=text)
    recorded = tool.store.polls.record(intent)
    tool.store.sources.make_due(["coc"], world.start + MINUTE)
    order = tool.claim("coc")
    assert order.memory == intent.memory
    assert (order.etag, order.last_modified) == ('"v1"', "Sun, 22 Nov 2026 07:00:00 GMT")
    assert (order.validators_url, order.last_sha256) == (look.url, look.sha256)
    assert order.last_snapshot == order.told_snapshot == recorded.snapshot_id
    assert tool.store.texts.get(order.told_text) == text
    assert order.current_text == order.told_text
    assert (order.fingerprint, order.health, order.trigger) == ("html:1:", Health.OK, Trigger.MANUAL)


def test_the_poll_row_keeps_every_look(tool, world):
    tool.follow("coc")
    order = tool.claim("coc")
    failed = world.look(order)
    error = FetchError(FetchKind.TLS, "certificate expired", url="https://coc.example.be/")
    failed = replace(failed, answer=error, reading=None, sha256="")
    unreadable = replace(
        world.look(order, b"%PDF-1.7", place=1, url="https://b.example.be/doc.pdf"),
        reading=ExtractError(ExtractKind.SCANNED, "3 pages of images"),
    )
    read = world.look(order, "<p>two words</p>", place=2, url="https://c.example.be/")
    tool.store.polls.record(world.intent(order, failed, unreadable, read, used=2))
    (row,) = tool.store.history.polls("coc")
    first, second, third = row.looks
    assert (first.error_kind, first.error_detail, first.status) == ("tls", "certificate expired", 0)
    assert (second.read, second.note, second.snapshot) == ("scanned", "3 pages of images", second.snapshot)
    assert (third.read, third.words, third.status, third.elapsed_ms) == ("text", 2, 200, 125)
    assert third.chain == read.answer.chain
    assert third.headers == read.answer.headers
    assert (row.trigger, row.used, row.good, row.token) == (Trigger.FIRST, 2, True, order.token)


def test_every_capture_becomes_a_snapshot_with_its_bytes(tool, world):
    tool.follow("coc")
    order = tool.claim("coc")
    cited, other = (
        world.look(order, b"not found", status=404),
        world.look(order, b"found", place=1, url="https://b.be/"),
    )
    tool.store.polls.record(world.intent(order, cited, other, used=1))
    newest, oldest = tool.store.history.snapshots("coc")
    assert (newest.good, oldest.good, oldest.status) == (True, False, 404)
    assert tool.store.bodies.get(oldest.sha256) == b"not found"
    assert newest.content_type == "text/html; charset=utf-8"
    assert (newest.charset, newest.size, newest.final_url) == ("utf-8", 5, "https://b.be//")
    assert newest.headers == other.answer.headers
    assert newest.chain == other.answer.chain
    assert tool.store.history.snapshot(newest.id) == newest


def test_an_equal_body_again_moves_only_the_last_seen_date(tool, world):
    tool.follow("coc")
    first = tool.poll("coc", b"same")
    second = tool.poll("coc", b"same", at=world.start + timedelta(days=1))
    (snapshot,) = tool.store.history.snapshots("coc")
    assert first.snapshot_id == second.snapshot_id == snapshot.id
    assert snapshot.last_seen - snapshot.first_seen == timedelta(days=1)


def test_not_modified_shows_the_last_good_snapshot_again(tool, world):
    tool.follow("coc")
    first = tool.poll("coc", b"same")
    tool.store.sources.make_due(["coc"], world.start + 5 * MINUTE)
    order = tool.claim("coc", world.start + 5 * MINUTE)
    answer = NotModified(order.validators_url, order.validators_url, world.start + 5 * MINUTE)
    look = replace(world.look(order), answer=answer, reading=None, same=True, sha256=order.last_sha256)
    recorded = tool.store.polls.record(world.intent(order, look))
    assert recorded.snapshot_id == first.snapshot_id
    (snapshot,) = tool.store.history.snapshots("coc")
    assert snapshot.last_seen == world.start + 5 * MINUTE
    assert tool.store.sources.get("coc").last_sha256 == snapshot.sha256


def test_a_bad_look_leaves_the_last_good_document_alone(tool, world):
    tool.follow("coc")
    tool.poll("coc", b"the document")
    before = tool.store.sources.get("coc")
    tool.poll("coc", b"a challenge", good=False, outcome=Outcome.BAD, health=Health.DOUBT)
    after = tool.store.sources.get("coc")
    assert (after.last_sha256, after.last_snapshot, after.last_good_at) == (
        before.last_sha256,
        before.last_snapshot,
        before.last_good_at,
    )
    assert after.health is Health.DOUBT
    assert after.health_since == after.last_poll_at
    newest, _ = tool.store.history.snapshots("coc")
    assert newest.good is False


def test_health_keeps_its_date_while_it_stays(tool, world):
    tool.follow("coc")
    tool.poll("coc")
    since = tool.store.sources.get("coc").health_since
    tool.poll("coc", at=world.start + timedelta(days=1))
    assert tool.store.sources.get("coc").health_since == since


def test_a_change_stands_between_the_told_snapshot_and_the_new_one(tool, world):
    tool.follow("coc")
    text = world.text("five years")
    base = tool.poll("coc", b"five years", told_text=text, current_text=text)
    tool.poll("coc", b"flicker")
    told = world.text("two years")
    wanted = world.change("coc")
    recorded = tool.poll("coc", b"two years", changes=(wanted,), told_text=told, current_text=told)
    (change,) = tool.store.history.changes()
    assert change.id == recorded.change_ids[0]
    assert (change.old_snapshot, change.new_snapshot) == (base.snapshot_id, recorded.snapshot_id)
    assert tool.store.bodies.get(change.old_sha256) == b"five years"
    assert tool.store.bodies.get(change.new_sha256) == b"two years"
    assert (tool.store.texts.get(change.old_text), tool.store.texts.get(change.new_text)) == (text, told)
    places = {"old_snapshot": 0, "new_snapshot": 0, "old_sha256": "", "new_sha256": "", "old_text": "", "new_text": ""}
    assert replace(change, id=0, **places) == wanted
    assert tool.store.history.change(change.id) == change
    assert tool.store.sources.get("coc").told_snapshot == recorded.snapshot_id


def test_text_read_again_under_new_rules_still_stems_from_its_snapshot(tool, world):
    tool.follow("coc")
    text = world.text("five years")
    base = tool.poll("coc", b"five years", told_text=text, current_text=text)
    again = replace(text, fingerprint="html:2:")
    technical = world.change("coc", kind=ChangeKind.TECHNICAL, severity=Severity.NOISE, told=False)
    tool.poll("coc", b"other bytes", told_text=again, current_text=again, changes=(technical,))
    assert tool.store.sources.get("coc").told_snapshot == base.snapshot_id


def test_events_and_what_was_held_back_are_kept(tool, world):
    tool.follow("coc")
    event = world.event("coc", EventKind.MOVED, urgent=True)
    held = Held("coc", "flicker", Reason("flicker", {"hours": "3"}), world.start, (Part(PartKind.ADDED, new="x"),))
    recorded = tool.poll("coc", events=(event,), held=(held,))
    (kept,) = tool.store.history.events()
    assert replace(kept, id=0) == event
    assert kept.id == recorded.event_ids[0]
    assert tool.store.history.event(kept.id) == kept
    (difference,) = tool.store.history.held("coc")
    assert replace(difference, id=0) == held


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (FindingKind.UNREACHABLE, FindingKind.THERE, FindingKind.THERE),
        (FindingKind.BLOCKED, FindingKind.QUOTES_FOUND, FindingKind.QUOTES_FOUND),
        (FindingKind.THERE, FindingKind.GONE, FindingKind.THERE),
    ],
)
def test_a_finding_gives_way_only_while_no_document_was_seen(tool, world, first, second, kept):
    tool.follow("coc")
    for kind in (first, second):
        tool.poll("coc", finding=Finding("coc", kind, world.start, url="https://coc.example.be"))
    (finding,) = tool.store.history.findings()
    assert finding.kind is kept


def test_findings_name_what_was_not_looked_at(tool, world):
    tool.follow("coc", world.source("book", url=None), "new")
    tool.poll("coc", finding=Finding("coc", FindingKind.THERE, world.start))
    kinds = {f.source_id: f.kind for f in tool.store.history.findings()}
    assert kinds == {"coc": FindingKind.THERE, "book": FindingKind.NOT_WATCHED, "new": FindingKind.WAITING}


def test_offline_polls_leave_a_row_and_nothing_else(tool, world):
    tool.follow("coc")
    tool.poll("coc")
    before = tool.store.sources.get("coc")
    at = world.start + timedelta(hours=1)
    tool.store.sources.make_due(["coc"], at)
    order = tool.claim("coc", at)
    look = replace(world.look(order), answer=FetchError(FetchKind.DNS, "no answer"), reading=None, sha256="")
    intent = world.intent(order, look, at=at, outcome=Outcome.OFFLINE, good=False, health=order.health)
    tool.store.polls.record(replace(intent, memory=order.memory, next_poll_at=at + MINUTE))
    after = tool.store.sources.get("coc")
    assert (after.looks, after.memory, after.health_since) == (before.looks, before.memory, before.health_since)
    assert (after.last_outcome, after.next_poll_at) == (Outcome.OFFLINE, at + MINUTE)
    assert len(tool.store.history.polls("coc")) == 2


def test_a_host_that_asks_for_a_rest_is_left_alone_by_all_its_sources(tool, world):
    one, two = (world.source(n, url=f"https://www.example.be/{n}") for n in ("one", "two"))
    tool.follow(one, two)
    until = world.start + timedelta(hours=2)
    tool.poll("one")
    tool.store.hosts.put(HostRecord("www.example.be:443", not_before=until))
    assert tool.store.polls.due(until - MINUTE, 8) == ()
    assert ids(tool.store.polls.due(until, 8)) == ["two"]


def test_what_robots_said_is_shown(tool, world):
    tool.follow("coc")
    tool.poll("coc")
    assert tool.store.sources.get("coc").robots == "allowed"
    tool.store.sources.make_due(["coc"], world.start + MINUTE)
    order = tool.claim("coc")
    look = replace(world.look(order), answer=FetchError(FetchKind.ROBOTS, "Disallow: /"), reading=None)
    tool.store.polls.record(world.intent(order, look, good=False, outcome=Outcome.FAILED))
    assert tool.store.sources.get("coc").robots == "denied"


def test_the_order_knows_when_the_first_report_has_gone_out(tool, world):
    tool.follow("coc")
    assert tool.claim("coc").early_report is False
    subscriber = tool.subscribe()
    first = world.digest_order(subscriber, "first", DigestKind.FIRST_REPORT)
    tool.store.outbox.enqueue(first, (), (), world.outgoing("first"), world.start)
    assert tool.claim("coc", world.start + timedelta(hours=1)).early_report is True


def test_a_page_with_half_a_surrogate_pair_is_recorded(tool, world):
    tool.follow("coc")
    text = world.text("broken \ud83d emoji 😀")
    tool.poll(
        "coc", b"x", told_text=text, current_text=text, events=(replace(world.event("coc"), values={"line": "\udc00"}),)
    )
    kept = tool.store.texts.get(tool.store.sources.get("coc").told_text)
    assert kept.blocks[0].text == "broken � emoji 😀"


def test_a_text_is_stored_once(tool, world):
    tool.follow("a", "b")
    text = world.text("the same words")
    tool.poll("a", told_text=text, current_text=text)
    tool.poll("b", told_text=text, current_text=text)
    assert tool.store.sources.get("a").told_text == tool.store.sources.get("b").current_text
    with pytest.raises(KeyError):
        tool.store.texts.get("0" * 64)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Example.be/a", "www.example.be:443"),
        ("http://example.be:8080/", "example.be:8080"),
        ("https://straße.example/", "xn--strae-oqa.example:443"),
        ("https://[2001:db8::1]/", "[2001:db8::1]:443"),
        ("https://example.be:99999/", ""),
        ("https://" + "ü" * 70 + ".be/", ""),
        ("mailto:", ""),
        (None, ""),
    ],
)
def test_a_host_is_its_name_and_port(url, host):
    assert host_of(url) == host


def test_a_lease_from_before_the_clock_was_set_back_holds_nobody_up(tool, world):
    tool.follow("coc")
    tool.store.polls.claim("coc", world.start + timedelta(days=365), world.lease, "before")
    tool.store.hosts.put(HostRecord("coc.example.be:443", not_before=world.start + timedelta(days=365)))
    assert ids(tool.store.polls.due(world.start, 8)) == ["coc"]
    assert tool.claim("coc").token == 2
