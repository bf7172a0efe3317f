"""Documents behind new entries of a list, in words: what they are, how they begin, what is kept, or why nothing is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urldefrag

from monitor.messages.safe import short
from monitor.messages.view import PartView
from monitor.messages.words import Words
from monitor.model import Document, DocumentState

TITLE = 200
"""Characters."""
_UNKEPT = {
    DocumentState.WAITING: "document.waiting",
    DocumentState.GIVEN_UP: "document.given_up",
    DocumentState.PASSED_OVER: "document.passed_over",
}


def with_documents(
    parts: tuple[PartView, ...], documents: Sequence[Document], command: str, words: Words
) -> tuple[PartView, ...]:
    """Each new entry with what is known of the documents behind it. `command` shows more of them later."""
    if not documents:
        return parts
    shown = []
    for part in parts:
        url = urldefrag(part.url).url
        mine = [d for d in documents if url and url in {d.url, d.linked}]
        said = tuple(line for d in mine for line in document_lines(d, words, command))
        shown.append(replace(part, document=said) if said else part)
    return tuple(shown)


def document_lines(document: Document, words: Words, command: str) -> Iterator[str]:
    """One document in one to three sentences. `command` shows more of it later."""
    reason = words.reason(document.reason) if document.reason else ""
    if document.state is not DocumentState.KEPT:
        yield words(_UNKEPT[document.state], reason=reason, command=command)
        return
    name = words("marks.quoted", quote=short(document.title, TITLE)) if document.title else document.url
    key = "document.linked" if document.linked else "document.kept"
    yield words(key, title=name, facts=document_facts(document, words))
    if document.beginning:
        yield words("document.begins", beginning=words("marks.quoted", quote=document.beginning))
    yield words("document.copy", hash=document.sha256)


def document_facts(document: Document, words: Words) -> str:
    """`PDF, 12 pages, 4,321 words`, or why there is no text."""
    facts = [words.name_of("media", document.media)] if document.media else []
    if document.pages:
        facts.append(words("document.pages", count=document.pages))
    if document.words:
        facts.append(words("document.words", count=document.words))
    if document.reason:
        facts.append(words("document.textless", reason=words.reason(document.reason)))
    return words("lists.comma").join(facts)
