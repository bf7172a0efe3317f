"""What an answer means: the one way from what came to what is judged, for the live poll and for its replay.

    answer  →  look: as at the last good look, or read  →  the case with the texts of before  →  decide
                                                        →  (a document behind an entry)       →  followed

The live poll gives answers of the network and texts of the store; judging again gives stored answers, stored bytes
and the texts it made itself. Both go through here, so that what is explained later is what was judged then. Nothing
here asks a network or a clock, and nothing is written; the same arguments give the same judgement.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from monitor import extract
from monitor.decide import decide, technical
from monitor.errors import ExtractError, FetchError
from monitor.judge.case import Case
from monitor.judge.document import same_place
from monitor.judge.follow import followed
from monitor.judge.lore import Lore
from monitor.judge.recall import not_ahead
from monitor.model import (
    Answer,
    Capture,
    Citation,
    Document,
    Extraction,
    Look,
    PollIntent,
    PollOrder,
    Source,
    WatchAs,
)


class Earlier(Protocol):
    """The texts of before a poll. Asked only when something is to be compared: they may have to be read first."""

    @property
    def technical(self) -> bool:
        """The rules of reading have changed since: earlier bytes are read again under today's."""

    def told(self) -> Extraction | None:
        """What the readers know; None before the baseline."""

    def current(self) -> Extraction | None:
        """The last good text; None before the baseline."""

    def outdated(self) -> tuple[Extraction, Extraction] | None:
        """Both as the old rules read them; None when the rules are the same."""


def case_of(order: PollOrder, citations: tuple[Citation, ...], lore: Lore, started: datetime) -> Case:
    """The case of a poll before its first look."""
    order = replace(order, memory=not_ahead(order.memory, started))
    return Case(order, citations, lore, started, started)


def look_of(order: PollOrder, place: int, url: str, answer: Answer, earlier: Earlier, sha256: str = "") -> Look:
    """One answer as it is judged: the same as at the last good look, or its bytes read.

    The same bytes from the same place are not read again, and their text is fetched only when something waits for it,
    or when a 304 came from another place. `sha256`: of the body as it was received, when the bytes at hand may be
    others (those of a report are cleaned of people).
    """
    if isinstance(answer, FetchError):
        return Look(place, url, answer)
    if isinstance(answer, Capture):
        sha256 = sha256 or hashlib.sha256(answer.body).hexdigest()
        if not _same(order, url, answer, sha256):
            return Look(place, url, answer, read(answer, order.source), sha256=sha256)
    else:
        sha256 = order.last_sha256
    stays = same_place(answer.final_url, order.memory.final_url)
    waits = bool(order.memory.pending) or earlier.technical or not stays
    return Look(place, url, answer, earlier.current() if waits else None, same=True, sha256=sha256)


def _same(order: PollOrder, url: str, answer: Capture, sha256: str) -> bool:
    """The bytes of the last good look, from the same place. From another place they are read: it may have moved."""
    memory = order.memory
    known = url == memory.address and same_place(answer.final_url, memory.final_url)
    return known and sha256 == order.last_sha256 and answer.status == 200


def document_look(source: Source, url: str, answer: Answer, sha256: str = "") -> Look:
    """The answer of a document behind an entry of a list: read as a page of its own, compared with nothing."""
    if not isinstance(answer, Capture):
        return Look(0, url, answer)
    page = replace(source, watch_as=WatchAs.PAGE, selector="")
    sha256 = sha256 or hashlib.sha256(answer.body).hexdigest()
    return Look(0, url, answer, read(answer, page), sha256=sha256)


def with_texts(case: Case, look: Look, earlier: Earlier) -> Case:
    """The case with the earlier texts, once a look brought something to compare them with."""
    if case.told is not None or not isinstance(look.reading, Extraction):
        return case
    told, before = earlier.told(), earlier.current()
    if told is None or before is None:
        return case
    return replace(case, told=told, before=before, outdated=earlier.outdated())


def judged(case: Case, looks: Sequence[Look], earlier: Earlier) -> PollIntent:
    """What the looks of one poll mean."""
    intent = decide(case, tuple(looks))
    return technical(case, intent) if earlier.technical else intent


def document_judged(case: Case, document: Document, look: Look) -> PollIntent:
    """What one try at a document behind an entry means."""
    return followed(case, document, look)


def read(capture: Capture, source: Source) -> Extraction | ExtractError:
    """The text of an answer under the rules of its source."""
    try:
        return extract.read(
            capture.body, content_type=capture.header("content-type"), url=capture.final_url, source=source
        )
    except ExtractError as error:
        return error
