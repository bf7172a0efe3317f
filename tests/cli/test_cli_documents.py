"""What the commands show of documents behind the entries of a list."""

import json
from datetime import timedelta

import pytest

from monitor.model import Block, Document, DocumentState, Extraction, Reason
from monitor.store.documents import CODEC, DOCUMENT
from monitor.store.texts import pack_text, put_text

HIDDEN = "Rapport\x1b[2J\u202e over camera's"
SHOWN = "Rapport⟨U+001B⟩[2J⟨U+202E⟩ over camera's"


@pytest.fixture
def followed(opened):
    """Three documents of coc-home: one kept, one given up, one waiting."""
    change = opened.history.changes(source="coc-home")[0]
    text = pack_text(Extraction("pdf:1", (Block("Het orgaan vraagt een verbod."),), title=HIDDEN, media="pdf"))
    at = change.confirmed_at
    kept = Document("coc-home", "https://www.coc.invalid/a.pdf", HIDDEN, at, DocumentState.KEPT, change=change.id,
                    media="pdf", title=HIDDEN, pages=12, words=4321, sha256="ab" * 32, text=text.hash)  # fmt: skip
    gone = Document("coc-home", "https://www.coc.invalid/b.pdf", "B", at, DocumentState.GIVEN_UP, tries=5,
                    reason=Reason("status", {"status": "404"}), change=change.id)  # fmt: skip
    late = Document("coc-home", "https://www.coc.invalid/c.pdf", "C", at, due_at=at + timedelta(hours=1))
    with opened._database.writing() as connection:
        put_text(connection, text)
        for n, document in enumerate((kept, gone, late), 1):
            connection.execute(
                DOCUMENT.insert().values(
                    id=n, source_id="coc-home", url=document.url, change_id=document.change or None,
                    state=document.state, due_at=document.due_at, value=CODEC.pack(document),
                )
            )  # fmt: skip
    return change.id


def test_sources_lists_what_was_followed_what_waits_and_what_was_given_up(monitor, followed):
    said = monitor("sources", "coc-home").out
    assert "a PDF, 12 pages, 4321 words" in said
    assert SHOWN in said
    assert "the server answers 404" in said
    assert "waiting" in said
    (row,) = json.loads(monitor("sources", "coc-home", "--json").out)
    assert [d["state"] for d in row["documents"]] == ["waiting", "given_up", "kept"]


def test_show_names_the_documents_behind_the_entries_of_a_change(monitor, followed):
    said = monitor("show", followed).out
    assert f"“{SHOWN}” (a PDF, 12 pages, 4321 words)" in said
    assert "could not be fetched: the server answers 404" in said
    assert len(json.loads(monitor("show", followed, "--json").out)["documents"]) == 2


def test_read_shows_the_text_of_a_followed_document(monitor, followed):
    said = monitor("read", "coc-home", "--document", "1").out
    assert "Het orgaan vraagt een verbod." in said
    assert SHOWN in said


@pytest.mark.parametrize(
    ("number", "why"), [(2, "the server answers 404"), (3, "not fetched yet"), (9, "no document 9")]
)
def test_a_document_without_a_text_is_answered_with_the_reason(monitor, followed, number, why):
    done = monitor("read", "coc-home", "--document", number)
    assert done.code == 1
    assert why in done.err


def test_a_document_of_another_source_is_not_shown(monitor, followed):
    assert monitor("read", "wallonia", "--document", "1").code == 1
