"""Documents behind new entries, as the mail names them."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.messages import load
from monitor.messages.documents import document_lines, with_documents
from monitor.messages.view import PartView
from monitor.model import Document, DocumentState, Reason

TEMPLATES = Path(__file__).parents[2] / "alerts" / "templates"
URL = "https://coc.example/files/rapport.pdf"
KEPT = Document(
    "coc", URL, "Rapport", datetime(2026, 11, 23, tzinfo=UTC), state=DocumentState.KEPT, media="pdf",
    title="Toezichtrapport", beginning="Het controleorgaan stelt vast …", pages=12, words=4321, sha256="ab" * 32,
    change=7,
)  # fmt: skip
BACK = Reason("fetch", {"kind": "robots", "detail": "Disallow: /files"})


def lines(document, language="en"):
    return list(document_lines(document, load([TEMPLATES], language), "monitor show 7"))


def entry(url=URL):
    return PartView("item_new", "New:", "", (), "nl", url=url)


def test_a_kept_document_is_named_with_its_size_its_beginning_and_its_hash():
    first, begins, copy = lines(KEPT)
    assert first == "The document behind it: “Toezichtrapport” (a PDF, 12 pages, 4321 words)."
    assert "Het controleorgaan stelt vast" in begins
    assert copy == f"Kept copy: sha256 {'ab' * 32}"


def test_a_file_without_a_text_says_why():
    bare = Document("coc", URL, "Rapport", KEPT.found_at, state=DocumentState.KEPT, sha256="cd" * 32,
                    reason=Reason("extract", {"kind": "scanned", "detail": "3 scanned pages"}))  # fmt: skip
    first, copy = lines(bare)
    assert URL in first
    assert "kept without its text" in first
    assert "cd" * 32 in copy


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (DocumentState.WAITING, None), (DocumentState.GIVEN_UP, BACK),
        (DocumentState.PASSED_OVER, Reason("follow_cap", {"most": "10"})),
        (DocumentState.PASSED_OVER, Reason("follow_ended")),
    ],
)  # fmt: skip
def test_what_was_not_fetched_is_said_with_its_reason_in_every_language(language, state, reason):
    (said,) = lines(replace(KEPT, state=state, reason=reason), language)
    assert not re.search(r"[{}…]", said)
    assert (reason is None) == ("monitor show 7" in said)


def test_a_file_behind_the_page_of_an_entry_stands_with_that_entry():
    page, file = replace(KEPT, url="https://coc.example/advies"), replace(KEPT, linked="https://coc.example/advies")
    other, mine = with_documents(
        (entry(), entry("https://coc.example/advies#top")), [page, file], 7, load([TEMPLATES], "en")
    )
    assert len(mine.document) == 6
    assert mine.document[3].startswith("A file linked there")
    assert len(other.document) == 3


def test_entries_without_a_document_stay_as_they_are():
    words = load([TEMPLATES], "en")
    parts = (entry(""), entry("https://coc.example/other"))
    assert with_documents(parts, [KEPT], 7, words) == parts
    assert with_documents(parts, [], 7, words) is parts
