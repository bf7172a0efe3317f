"""What an answer means: the one way from what came to what is judged, for the live poll and for its replay.

    answer  →  look: as at the last good look, or read  →  the case with the texts of before  →  decide
                                                        →  (a document behind an entry)       →  followed

The live poll gives answers of the network and texts of the store; judging again gives stored answers, stored bytes
and the texts it made itself. Both go through here, so that what is explained later is what was judged then. Nothing
here asks a network or a clock, and nothing is written; the same arguments give the same judgement.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

from monitor import crash, extract
from monitor.decide import Question, ask_next, decide, question, technical
from monitor.errors import ExtractError, FetchError
from monitor.judge.case import Case
from monitor.judge.document import same_place
from monitor.judge.follow import followed
from monitor.judge.lore import Lore
from monitor.judge.neighbours import may_ask
from monitor.judge.recall import not_ahead
from monitor.judge.regions import parted
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
from monitor.worker import Run, here

RAW = 65_536
"""Bytes of a page's source by which it is judged, beside its text."""


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


def look_of(
    order: PollOrder, place: int, url: str, answer: Answer, earlier: Earlier, sha256: str = "", run: Run = here
) -> Look:
    """One answer as it is judged: the same as at the last good look, or its bytes read.

    The same bytes from the same place are not read again, and their text is fetched only when something waits for it,
    or when a 304 came from another place. `sha256`: of the body as it was received, when the bytes at hand may be
    others (those of a report are cleaned of people). `run` does the reading.
    """
    if isinstance(answer, FetchError):
        return Look(place, url, answer)
    if isinstance(answer, Capture):
        sha256 = sha256 or hashlib.sha256(answer.body).hexdigest()
        if not _same(order, url, answer, sha256):
            return Look(place, url, answer, read(answer, order.source, run), sha256=sha256)
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


def document_look(source: Source, url: str, answer: Answer, sha256: str = "", run: Run = here) -> Look:
    """The answer of a document behind an entry of a list: read as a page of its own, compared with nothing."""
    if not isinstance(answer, Capture):
        return Look(0, url, answer)
    page = replace(source, watch_as=WatchAs.PAGE, selector="")
    sha256 = sha256 or hashlib.sha256(answer.body).hexdigest()
    return Look(0, url, answer, read(answer, page, run), sha256=sha256)


def with_texts(case: Case, look: Look, earlier: Earlier) -> Case:
    """The case with the earlier texts, once a look brought something to compare them with."""
    if case.told is not None or not isinstance(look.reading, Extraction):
        return case
    told, before = earlier.told(), earlier.current()
    if told is None or before is None:
        return case
    if earlier.technical:  # read anew, they know nothing of the map
        told, before = (parted(text, case.memory.regions) for text in (told, before))
    return replace(case, told=told, before=before, outdated=earlier.outdated())


def asks_next(case: Case, looks: Sequence[Look], run: Run = here) -> bool:
    """After these looks, is the next alternative worth asking?"""
    return bool(_fitting(looks, run)(ask_next, case, _light(looks)))


def judged_or_asked(case: Case, looks: Sequence[Look], earlier: Earlier, run: Run = here) -> PollIntent | Question:
    """What the looks of one poll mean, or what other pages of the site should be asked before they are judged."""
    made: PollIntent | Question = _fitting(looks, run)(_asked_or_decided, case, _light(looks), earlier.technical)
    return replace(made, looks=tuple(looks)) if isinstance(made, PollIntent) else made


def judged(case: Case, looks: Sequence[Look], earlier: Earlier, run: Run = here) -> PollIntent:
    """What the looks of one poll mean. `run` does the judging, where there is text to judge."""
    intent: PollIntent = _fitting(looks, run)(_decided, case, _light(looks), earlier.technical)
    return replace(intent, looks=tuple(looks))


def document_judged(case: Case, document: Document, look: Look, run: Run = here) -> PollIntent:
    """What one try at a document behind an entry means."""
    intent: PollIntent = _fitting((look,), run)(followed, case, document, *_light((look,)))
    return replace(intent, looks=(look,)) if intent.looks else intent


def _asked_or_decided(case: Case, looks: tuple[Look, ...], again: bool) -> PollIntent | Question:
    asked = question(case, looks) if may_ask(case.memory) else None
    return asked or _decided(case, looks, again)


def _decided(case: Case, looks: tuple[Look, ...], again: bool) -> PollIntent:
    crash.hang(f"judge:{case.order.source.id}")
    intent = decide(case, looks)
    return technical(case, intent) if again else intent


def _fitting(looks: Sequence[Look], run: Run) -> Run:
    """An answer without text is judged by a few numbers: that need not cross into another process."""
    return run if any(isinstance(look.reading, Extraction) for look in looks) else here


def _light(looks: Sequence[Look]) -> tuple[Look, ...]:
    """The looks without what judging does not see of their bytes."""
    return tuple(
        replace(look, answer=replace(look.answer, body=look.answer.body[:RAW]))
        if isinstance(look.answer, Capture) and len(look.answer.body) > RAW
        else look
        for look in looks
    )


def read(capture: Capture, source: Source, run: Run = here) -> Extraction | ExtractError:
    """The text of an answer under the rules of its source."""
    try:
        return reader(run)(
            capture.body, content_type=capture.header("content-type"), url=capture.final_url, source=source
        )
    except ExtractError as error:
        return error


def reader(run: Run) -> "Read":
    """As `extract.read`, done by `run`. A PDF is read in a process of its own anyway."""
    return partial(_read, run)


def _read(run: Run, body: bytes, *, content_type: str, url: str, source: Source) -> Extraction:
    how = here if extract.sniff(body, content_type) == "pdf" else run
    text: Extraction = how(_extract, body, content_type, url, source)
    return text


def _extract(body: bytes, content_type: str, url: str, source: Source) -> Extraction:
    crash.hang(f"read:{source.id}")
    return extract.read(body, content_type=content_type, url=url, source=source)


Read = Callable[..., Extraction]
"""As `extract.read`."""
