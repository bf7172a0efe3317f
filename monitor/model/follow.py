"""Documents behind the entries of a list: what is to be fetched, what was, and what could not be."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.judgement import Reason


class DocumentState(StrEnum):
    WAITING = "waiting"
    """To be fetched, or to be tried again."""
    KEPT = "kept"
    """Fetched once; its bytes are kept, with or without a text."""
    GIVEN_UP = "given_up"
    PASSED_OVER = "passed_over"
    """Never asked for: too many entries came at once, or the list is not followed any more."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document behind a new entry of a list. What it is stays empty until it is kept. Times are UTC."""

    source_id: str
    url: str
    """Absolute, fragment removed; once per source."""
    entry: str
    """Title of the entry."""
    found_at: datetime
    state: DocumentState = DocumentState.WAITING
    due_at: datetime | None = None
    """The next try; None when there is none."""
    tries: int = 0
    tried_at: datetime | None = None
    reason: Reason | None = None
    """Why the last try failed, why it was given up, or why there is no text."""
    linked: str = ""
    """Address of the page behind the entry that links to it; empty when the entry does."""
    change: int = 0
    """The change that told the entry (0 before it is written)."""
    final_url: str = ""
    media: str = ""
    title: str = ""
    beginning: str = ""
    pages: int = 0
    words: int = 0
    language: str = ""
    sha256: str = ""
    snapshot: int = 0
    text: str = ""
    """Hash of its extraction; empty without one."""
    id: int = 0
