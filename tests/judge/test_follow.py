"""Which addresses behind new entries are documents."""

from datetime import UTC, datetime

import pytest

from monitor.judge.follow import MOST_AT_ONCE, MOST_KEPT_IN_MIND, behind
from monitor.model import Change, ChangeKind, DocumentState, Follow, Part, PartKind, Severity, Source, WatchAs

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
