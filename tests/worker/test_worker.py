"""The process in which hostile input is read: what crosses, and how it ends."""

import os
import time
from datetime import UTC, datetime

import pytest

from monitor import meaning
from monitor.errors import ExtractError, ExtractKind, FetchError, FetchKind, WorkError
from monitor.model import Capture, Source
from monitor.worker import Limits, Worker

URL = "https://beleid.example.be/"
SOURCE = Source("bron", "Bron", "beleid", URL)


@pytest.fixture
def made():
    """Makes workers, and ends them."""
    workers = []

    def make(**limits):
        workers.append(Worker((Source,), Limits(**limits)))
        return workers[-1]

    yield make
    for one in workers:
        one.close()


@pytest.fixture(scope="module")
def steady():
    one = Worker((Source,))
    yield one
    one.close()


def capture(body, content_type="text/html"):
    return Capture(URL, URL, 200, (("content-type", content_type),), body, datetime(2026, 11, 1, tzinfo=UTC))


def test_a_text_read_there_is_the_text_read_here(steady):
    page = capture(b"<main><h1>Advies</h1><p>De Raad <a href=/x>vraagt</a> een verslag.</p></main>")
    assert meaning.read(page, SOURCE, steady.call) == meaning.read(page, SOURCE)


def test_an_error_comes_back_as_itself(steady):
    with pytest.raises(ExtractError) as caught:
        meaning.reader(steady.call)(b"  ", content_type="text/plain", url=URL, source=SOURCE)
    assert (caught.value.kind, caught.value.detail) == (ExtractKind.EMPTY, "the answer has no content")


def test_errors_cross_with_everything_they_hold(steady):
    error = FetchError(FetchKind.TIMEOUT, "slow", url=URL, transient=False)
    there = steady.call(meaning.document_look, SOURCE, URL, error).answer
    assert (there.kind, there.detail, there.url, there.transient) == (FetchKind.TIMEOUT, "slow", URL, False)


def test_the_process_serves_one_call_after_the_other(steady):
    assert steady.call(os.getpid) == steady.call(os.getpid) != os.getpid()


@pytest.mark.slow
def test_a_process_begun_by_a_large_one_is_not_taken_for_large(made):
    """Linux hands the peak of a parent on to what it starts (ru_maxrss)."""
    here = bytearray(300_000_000)
    worker = made(resident=200_000_000)
    first = worker.call(os.getpid)
    assert worker.call(os.getpid) == first
    assert len(here) == 300_000_000


@pytest.mark.slow
def test_what_never_ends_is_ended_and_the_next_call_is_served(made):
    worker = made(wall=1.0)
    first = worker.call(os.getpid)
    with pytest.raises(WorkError, match="not done within 1 seconds"):
        worker.call(time.sleep, 60)
    assert worker.call(os.getpid) != first


@pytest.mark.slow
def test_what_takes_too_much_processor_time_is_ended_by_the_kernel(made):
    with pytest.raises(WorkError, match="processor time"):
        made(cpu=1, wall=60.0).call(pow, 3, 10**9)


def test_what_takes_too_much_memory_is_ended(made):
    worker = made(memory=400_000_000)
    with pytest.raises(WorkError, match="memory"):
        worker.call(bytearray, 2_000_000_000)
    assert worker.call(len, b"abc") == 3


def test_a_process_that_has_grown_is_replaced_after_its_answer(made):
    worker = made(resident=1)
    assert worker.call(os.getpid) != worker.call(os.getpid)


def test_a_process_that_dies_is_replaced(made):
    worker = made()
    with pytest.raises(WorkError):
        worker.call(os.abort)
    assert worker.call(len, b"abc") == 3


def test_a_bug_is_told_with_its_name(steady):
    with pytest.raises(WorkError, match="ValueError"):
        steady.call(int, "x")


def test_what_never_changes_crosses_once(steady):
    source = Source("een", "x" * 10_000, "beleid", URL)
    for _ in range(2):
        assert steady.call(meaning.document_look, source, URL, FetchError(FetchKind.TIMEOUT, "slow")).url == URL
    assert len(steady._packed((len, (source,)))) < 1000


def test_it_knows_no_secrets(made, monkeypatch):
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtps://user:canary@mail.example.be")
    assert made().call(os.getenv, "MONITOR_SMTP_URL") is None


def test_a_process_that_was_taken_over_can_hand_over_nothing_that_acts(steady):
    with pytest.raises(WorkError, match="may not"):
        steady.call(meaning.partial, os.system, "true")
