"""Which addresses behind new entries are documents."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.cadence import LADDER
from monitor.errors import FetchError, FetchKind
from monitor.judge.case import Case
from monitor.judge.follow import (
    BEGINNING,
    LONGEST_WAIT,
    MOST_AT_ONCE,
    MOST_KEPT_IN_MIND,
    MOST_LINKED,
    TRIES,
    behind,
    followed,
)
from monitor.model import (
    Block,
    BlockKind,
    Capture,
    Change,
    ChangeKind,
    Document,
    DocumentState,
    Extraction,
    Follow,
    Link,
    Look,
    Memory,
    Part,
    PartKind,
    Place,
    PollOrder,
    Severity,
    Source,
    Trigger,
    WatchAs,
)

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LIST = "https://www.coc.example/nl/rapporten?jaar=2026"


def source(**more):
    return Source("coc", "COC", "s", LIST, watch_as=WatchAs.LISTING, follow=Follow.DOCUMENTS, **more)


def told(*urls, kind=PartKind.ITEM_NEW, **more):
    parts = tuple(Part(kind, "", f"Entry {n}", url=url) for n, url in enumerate(urls))
    fields = {
        "kind": ChangeKind.ITEMS,
        "severity": Severity.MINOR,
        "reasons": (),
        "first_seen": NOW,
        "confirmed_at": NOW,
    }
    return (Change("coc", parts=parts, **(fields | more)),)


@pytest.mark.parametrize(
    ("url", "document"),
    [
        ("https://www.coc.example/files/Rapport.PDF", True),
        ("https://cdn.elsewhere.example/files/rapport.pdf?v=3", True),
        ("https://coc.example/nl/bericht-12", True),
        ("https://www.coc.example/nl/rapporten?jaar=2025", True),
        (LIST, False),
        ("https://coc.example/nl/rapporten/?jaar=2026", False),
        ("https://elsewhere.example/nl/bericht-12", False),
        ("http://[::1/broken.pdf", False),
        ("ftp://www.coc.example/a.pdf", False),
        ("file:///etc/passwd.pdf", False),
        ("javascript:alert('a.pdf')", False),
        ("https:///no-host.pdf", False),
        ("", False),
    ],
)
def test_files_of_any_host_and_pages_of_the_lists_own_site_are_documents(url, document):
    assert [d.url for d in behind(told(url), source(), LIST, NOW)] == ([url] if document else [])


def test_an_address_is_noted_once_and_without_its_fragment():
    found = behind(told("https://coc.example/a.pdf#page=3", "https://coc.example/a.pdf"), source(), LIST, NOW)
    assert [d.url for d in found] == ["https://coc.example/a.pdf"]


@pytest.mark.parametrize(
    "changes",
    [
        told("https://coc.example/a.pdf", kind=PartKind.ITEM_CHANGED),
        told("https://coc.example/a.pdf", kind=PartKind.ITEM_GONE),
        told("https://coc.example/a.pdf", kind=PartKind.LINK),
        told("https://coc.example/a.pdf", told=False),
        (),
    ],
)
def test_only_new_entries_that_are_told_are_followed(changes):
    assert behind(changes, source(), LIST, NOW) == ()


def test_beyond_the_cap_entries_are_named_and_beyond_reason_not_even_that():
    urls = [f"https://coc.example/{n}.pdf" for n in range(MOST_KEPT_IN_MIND + 20)]
    states = [d.state for d in behind(told(*urls), source(), LIST, NOW)]
    assert states.count(DocumentState.WAITING) == MOST_AT_ONCE
    assert states.count(DocumentState.PASSED_OVER) == MOST_KEPT_IN_MIND - MOST_AT_ONCE


DOCUMENT = Document("coc", "https://coc.example/files/a.pdf", "Entry", NOW, due_at=NOW, change=7, id=3)


@pytest.fixture
def attempt(lore):
    """One try at a document, and what becomes of it."""

    def run(answer, document=DOCUMENT, *, reading=None, now=NOW):
        order = PollOrder(source(), 4, Trigger.FOLLOW, NOW, Memory(), document=document)
        look = Look(0, document.url, answer, reading, sha256="ab" * 32)
        return followed(Case(order, (), lore, now, now), document, look)

    return run


def brought(*blocks, media="pdf", url=DOCUMENT.url, status=200, **more):
    text = Extraction("x:1", tuple(blocks), media=media, **more)
    return Capture(url, url, status, (), b"bytes", NOW), text


def test_a_host_that_asks_to_wait_is_obeyed_and_it_is_no_try(attempt):
    wait = FetchError(FetchKind.WAIT, "later", retry_after=timedelta(hours=3))
    after = attempt(wait).document
    assert (after.state, after.tries, after.due_at) == (DocumentState.WAITING, 0, NOW + timedelta(hours=3))
    assert attempt(wait, now=NOW + LONGEST_WAIT).document.state is DocumentState.GIVEN_UP


def test_a_failure_is_tried_again_on_the_ladder_and_given_up(attempt):
    document, waits = DOCUMENT, []
    while document.state is DocumentState.WAITING:
        document = attempt(FetchError(FetchKind.TIMEOUT, "slow"), document).document
        waits.append(document.due_at)
    assert waits == [*(NOW + step for step in LADDER), None]
    assert (document.state, document.tries) == (DocumentState.GIVEN_UP, TRIES)


@pytest.mark.parametrize("kind", [FetchKind.ROBOTS, FetchKind.REFUSED_ADDRESS, FetchKind.BAD_ADDRESS])
def test_a_refusal_for_good_is_not_tried_again(attempt, kind):
    assert attempt(FetchError(kind, "no", transient=False)).document.state is DocumentState.GIVEN_UP


def test_gone_for_good_is_given_up_at_once(attempt):
    answer, text = brought(Block("Gone"), media="html", status=410)
    assert attempt(answer, reading=text).document.state is DocumentState.GIVEN_UP


def test_a_web_page_in_the_place_of_a_file_is_not_the_document(attempt):
    answer, text = brought(Block("Welcome to the site of the supervisory body for police information"), media="html")
    after = attempt(answer, reading=text).document
    assert (after.state, after.reason.code) == (DocumentState.WAITING, "media")


def test_a_long_beginning_is_cut_at_a_word_and_headings_are_passed_over(attempt):
    heading = Block("A report on cameras with nine words in its heading", BlockKind.HEADING)
    answer, text = brought(heading, Block("word " * 200), page_count=12)
    after = attempt(answer, reading=text).document
    assert (after.title, after.pages, after.words) == (heading.text, 12, 210)
    assert after.beginning.endswith("word …")
    assert len(after.beginning) <= BEGINNING + 2


def test_of_a_page_only_the_first_files_of_its_text_are_followed_and_of_those_none(attempt):
    links = tuple(Link("file", f"https://coc.example/f{n}.pdf") for n in range(5))
    menu = Block("Menu", links=(Link("form", "https://coc.example/menu.pdf"),), place=Place.NAV)
    answer, text = brought(menu, Block("Read the opinion of the body here", links=links), media="html",
                           url="https://coc.example/news")  # fmt: skip
    page = replace(DOCUMENT, url="https://coc.example/news")
    found = attempt(answer, page, reading=text).found
    assert [(d.url, d.linked, d.change) for d in found] == [(link.url, page.url, 7) for link in links[:MOST_LINKED]]
    assert attempt(answer, replace(page, linked="https://coc.example/x"), reading=text).found == ()
