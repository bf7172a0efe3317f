"""Whatever comes, and however often it turns, a source is looked at no more often than its budget allows."""

import math
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cadence import EARLIEST, EARLY_LOOKS
from monitor.errors import ExtractKind, FetchKind
from monitor.model import ChangeKind, EventKind, Outcome
from monitor.store.codec import MEMORY

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
INTERVALS = (DAY, timedelta(days=7), 6 * HOUR, HOUR, 10 * MINUTE)
DUTCH = (
    "Gezichtsherkenning op de luchthaven",
    "In 2019 heeft de luchthavenpolitie vier camera's met software voor gezichtsherkenning getest.",
    "Het controleorgaan vraagt om een tijdelijk verbod van het proefproject tot er een wet voor is.",
    "Het verslag werd binnen dertig dagen naar het Parlement en naar de bevoegde minister gestuurd.",
)
CHALLENGE = ("Just a moment...", "Checking your browser before accessing the site. Enable JavaScript and cookies.")


def turning(say):
    """Answers that turn, by kind: the n-th look at a source gets the n-th."""
    lines = say.LINES
    return {
        "text": lambda n: say.good(*lines, f"Sentence number {n} of the board about the {'abcdefgh'[n % 8]} project."),
        "passage": lambda n: say.good(*(lines if n % 2 else (lines[0], *lines[3:]))),
        "status": lambda n: (say.good(), say.bad(404), say.bad(403), say.bad(500), say.bad(410))[n % 5],
        "redirect": lambda n: say.good(final=f"https://other.example/{n}"),
        "elsewhere": lambda n: say.good("Welcome", f"Shop {n} of chairs.", final=f"https://shop{n}.example/"),
        "certificate": lambda n: say.failed(FetchKind.TLS) if n % 2 else say.good(),
        "network": lambda n: say.failed((FetchKind.DNS, FetchKind.TIMEOUT, FetchKind.PROTOCOL)[n % 3]),
        "hash": lambda n: say.unread(ExtractKind.EMPTY, b"<img src=%d>" % n),
        "hash to and fro": lambda n: say.unread(ExtractKind.SCANNED, b"%%PDF %d" % (n // 2 % 3)),
        "language": lambda n: say.good(*DUTCH, title="Luchthaven") if n % 2 else say.good(),
        "challenge": lambda n: say.bad(403, *CHALLENGE, title="Just a moment...") if n % 2 else say.good(),
        "empty and full": lambda n: say.unread(ExtractKind.EMPTY, b"") if n % 2 else say.good(),
        "collapse": lambda n: say.good(lines[0]) if n % 2 else say.good(),
        "medium": lambda n: say.good(media="pdf") if n % 2 else say.good(),
        "waiting": lambda n: say.failed(FetchKind.WAIT, retry_after=MINUTE) if n % 7 else say.bad(429),
        "same": lambda n: say.good(),
    }  # fmt: skip


KINDS = (
    "text", "passage", "status", "redirect", "elsewhere", "certificate", "network", "hash", "hash to and fro",
    "language", "challenge", "empty and full", "collapse", "medium", "waiting", "same",
)  # fmt: skip


def looks_of(found, answer, days=3):
    """The times of the looks of some days, each answered by `answer(n)`."""
    times, end = [], found.next_poll_at + days * DAY
    while found.next_poll_at < end:
        found.poll(answer(len(times)))
        times.append(found.now)
    return times


def most_a_day(times):
    """The most looks in any 24 hours."""
    return max(sum(start <= at < start + DAY for at in times) for start in times)


def allowed(interval):
    return EARLY_LOOKS + math.floor(DAY / (interval * EARLIEST)) + 1


def test_every_kind_of_turning_answer_is_tried(say):
    assert tuple(turning(say)) == KINDS


@pytest.mark.parametrize("interval", INTERVALS[:3], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_turns_gets_no_more_looks_than_the_budget(fresh, say, kind, interval):
    times = looks_of(fresh(interval=interval), turning(say)[kind])
    assert most_a_day(times) <= allowed(interval)


def test_a_source_that_was_quiet_for_days_and_turns_then_keeps_to_it_too(watch, say):
    for kind in KINDS:
        assert most_a_day(looks_of(watch(), turning(say)[kind])) <= allowed(DAY)


def test_a_page_without_text_whose_bytes_never_stand_is_looked_at_a_few_times_a_day(fresh, say):
    times = looks_of(fresh(), turning(say)["hash"], days=5)
    assert most_a_day(times) <= 5
    later = [at for at in times if at - times[0] > 2 * DAY]
    assert len(later) <= 5


def test_another_file_without_text_is_still_told_after_ten_minutes(fresh, say):
    found = fresh()
    found.until(2 * DAY, say.unread())
    found.poll(say.unread(body=b"%PDF another"))
    assert found.next_poll_at - found.now == 10 * MINUTE
    intent = found.poll(say.unread(body=b"%PDF another"))
    assert (intent.outcome, [c.kind for c in intent.changes]) == (Outcome.CHANGED, [ChangeKind.FILE])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9)), min_size=1, max_size=60),
    interval=st.sampled_from(INTERVALS[:4]),
    late=st.lists(st.integers(0, 200), min_size=1, max_size=20),
)
def test_no_sequence_of_answers_exceeds_the_budget(fresh, say, order, interval, late):
    """Late looks (a busy host, a machine that slept) included."""
    answers, found, times = turning(say), fresh(interval=interval), []
    for n, (kind, turn) in enumerate(order):
        found.next_poll_at += late[n % len(late)] * MINUTE
        found.poll(answers[kind](turn))
        times.append(found.now)
    assert most_a_day(times) <= allowed(interval)


def used_up(watch, say):
    """A source that has spent its early looks of the day."""
    found = watch()
    for n in range(3 * EARLY_LOOKS):
        found.poll(turning(say)["status"](n), after=MINUTE)
    assert len(found.memory.early) == EARLY_LOOKS
    return found


@pytest.mark.parametrize(("answer", "kind"), [("404", EventKind.GONE), ("403", EventKind.BLOCKED)])
def test_what_a_doubt_waits_for_is_settled_although_the_budget_is_used_up(watch, say, answer, kind):
    found = used_up(watch, say)
    intents = found.until(3 * DAY, say.bad(int(answer)))
    assert kind in found.memory.doubt.told or kind in [e.kind for i in intents for e in i.events]


def test_a_lost_passage_is_told_with_the_next_regular_looks_at_the_latest(watch, say):
    found = used_up(watch, say)
    found.poll(say.good())
    without = say.good(*(line for line in say.LINES if line != say.QUOTE))
    intents = found.until(3 * DAY, without)
    assert EventKind.QUOTE_LOST in [e.kind for i in intents for e in i.events]


def test_in_a_quiet_day_the_budget_holds_no_doubt_up(watch, say):
    found = watch()
    first = found.poll(say.bad(404))
    steps = []
    for _ in range(3):
        steps.append(found.next_poll_at - found.now)
        found.poll(say.bad(404))
    assert first.health == "doubt"
    assert steps == [10 * MINUTE, HOUR, 6 * HOUR]


def test_the_budget_is_kept_in_memory_and_survives_a_restart(watch, say):
    found = used_up(watch, say)
    planned = found.next_poll_at
    found.memory = MEMORY.unpack(MEMORY.pack(found.memory))
    assert len(found.memory.early) == EARLY_LOOKS
    found.poll(say.bad(404), after=MINUTE)
    assert found.next_poll_at - found.now > 10 * HOUR
    assert planned - found.now > 10 * HOUR


def test_the_documentation_says_how_large_the_budget_is():
    said = (Path(__file__).parents[2] / "docs" / "how-to" / "watch-list.md").read_text(encoding="utf-8")
    assert f"at most {EARLY_LOOKS} looks in any 24 hours beside those of its interval" in " ".join(said.split())


def test_a_clock_set_back_frees_the_budget_and_blocks_nothing(watch, say):
    found = used_up(watch, say)
    found.now -= 400 * DAY
    found.next_poll_at = found.now
    found.poll(say.bad(404))
    assert found.next_poll_at - found.now <= DAY
