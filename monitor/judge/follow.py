"""`follow: documents`: which addresses behind new entries are documents, and what a try at one brought. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urlsplit

from monitor import cadence
from monitor.errors import ExtractError, ExtractKind, FetchError, FetchKind
from monitor.judge.case import Case, intent_of
from monitor.judge.document import Known, Standing, State, same_place, stand
from monitor.model import (
    BlockKind,
    Capture,
    Change,
    Document,
    DocumentState,
    Extraction,
    Follow,
    Look,
    Outcome,
    PartKind,
    Place,
    PollIntent,
    Reason,
    Source,
)
from monitor.text.language import language_of

MOST_AT_ONCE = 10
"""Documents followed of one look: a list that was rebuilt is no news of a hundred documents."""
MOST_KEPT_IN_MIND = 50
"""Entries beyond that number that are at least named; more are not."""
MOST_A_DAY = 20
"""Documents asked for per source in any 24 hours."""
MOST_LINKED = 2
"""Files fetched of those that a page behind an entry links to."""
TRIES = 5
LONGEST_WAIT = timedelta(days=7)
"""How long a host may put us off before the document is given up."""
BEGINNING = 280
"""Characters."""
_FILE = ".pdf"
_FOR_GOOD = frozenset({ExtractKind.ENCRYPTED, ExtractKind.SCANNED, ExtractKind.TOO_COSTLY, ExtractKind.BROKEN,
                       ExtractKind.UNSUPPORTED_TYPE})  # fmt: skip
"""Readings that will not get better: the bytes are kept, without a text."""


def behind(changes: Iterable[Change], source: Source, final_url: str, now: datetime) -> tuple[Document, ...]:
    """The documents behind the new entries that are told: files wherever they lie, pages of the list's own site."""
    if source.follow is not Follow.DOCUMENTS:
        return ()
    own = (source.url or "", final_url)
    found: dict[str, Document] = {}
    for part in (p for c in changes if c.told for p in c.parts if p.kind is PartKind.ITEM_NEW):
        url = urldefrag(part.url).url
        if _is_file(url) or _on_site(url, own):
            found.setdefault(url, Document(source.id, url, part.new[:300], now, due_at=now))
    first, rest = list(found.values())[:MOST_AT_ONCE], list(found.values())[MOST_AT_ONCE:MOST_KEPT_IN_MIND]
    too_many = Reason("follow_cap", {"most": str(MOST_AT_ONCE)})
    return (*first, *(replace(d, state=DocumentState.PASSED_OVER, due_at=None, reason=too_many) for d in rest))


def followed(case: Case, document: Document, look: Look) -> PollIntent:
    """What one try at a document brought, to be recorded. The list itself was not looked at."""
    reading = look.reading if isinstance(look.reading, Extraction) else None
    standing = _standing(case, document, look)
    if standing.good and reading is not None:
        after = _kept(document, look, reading, case.now)
    elif isinstance(look.reading, ExtractError) and look.reading.kind in _FOR_GOOD and _arrived(look):
        after = replace(_settled(document, look, case.now), reason=standing.reason)
    else:
        after = _failed(document, look, standing, case.now)
    kept = after.state is DocumentState.KEPT
    order = case.order
    bare = intent_of(
        case, (look,), 0, Outcome.FOLLOWED, after.reason or Reason("followed"), order.memory, order.health, order.due_at
    )
    more = tuple(_linked(document, reading, case.now)) if kept and reading is not None else ()
    return replace(bare, good=kept, document=after, document_text=reading if kept else None, found=more)


def _standing(case: Case, document: Document, look: Look) -> Standing:
    reading = look.reading if isinstance(look.reading, Extraction) else None
    language = _language(reading) if reading else ""
    standing = stand(look, Known(media="pdf" if _is_file(document.url) else ""), language, case.lore)
    final = look.answer.final_url if isinstance(look.answer, Capture) else ""
    if standing.good and final and not _path(final) and _path(document.url):
        return Standing(State.GONE, Reason("redirected", {"old": document.url, "new": final}))
    return standing


def _arrived(look: Look) -> bool:
    return isinstance(look.answer, Capture) and look.answer.status == 200


def _settled(document: Document, look: Look, now: datetime) -> Document:
    """Its bytes are here: nothing more is asked."""
    final = look.answer.final_url if isinstance(look.answer, Capture) else ""
    return replace(
        document,
        state=DocumentState.KEPT,
        due_at=None,
        tries=document.tries + 1,
        tried_at=now,
        reason=None,
        final_url=final,
        sha256=look.sha256,
    )


def _kept(document: Document, look: Look, reading: Extraction, now: datetime) -> Document:
    long = (b.text for b in reading.blocks if b.kind is not BlockKind.HEADING and len(b.text.split()) >= 8)
    heading = next((b.text for b in reading.blocks if b.kind is BlockKind.HEADING), "")
    return replace(
        _settled(document, look, now),
        media=reading.media,
        title=(reading.title or heading)[:300],
        beginning=_cut(next(long, reading.blocks[0].text if reading.blocks else "")),
        pages=reading.page_count,
        words=reading.words,
        language=_language(reading),
    )


def _failed(document: Document, look: Look, standing: Standing, now: datetime) -> Document:
    """Tried again on the ladder of doubt, a few times; a host's own wish to wait is no try."""
    error = look.answer if isinstance(look.answer, FetchError) else None
    if error is not None and error.kind is FetchKind.WAIT:
        wait = error.retry_after or cadence.LADDER[1]
        after = replace(document, due_at=cadence.after_wait(now, wait), tried_at=now, reason=standing.reason)
        return after if now - document.found_at < LONGEST_WAIT else _given_up(after)
    after = replace(document, tries=document.tries + 1, tried_at=now, reason=standing.reason)
    if standing.final or after.tries >= TRIES or (error is not None and not error.transient):
        return _given_up(after)
    return replace(after, due_at=cadence.ladder(now, cadence.LONGEST, after.tries))


def _given_up(document: Document) -> Document:
    return replace(document, state=DocumentState.GIVEN_UP, due_at=None)


def _linked(document: Document, page: Extraction, now: datetime) -> Iterator[Document]:
    """The files that the page behind an entry is about: the first that its text links to. One step, no further."""
    if document.linked or page.media != "html":
        return
    links = (link.url for block in page.blocks if block.place is Place.MAIN for link in block.links)
    files = dict.fromkeys(urldefrag(url).url for url in links if _is_file(url))
    for url in list(files)[:MOST_LINKED]:
        yield Document(
            document.source_id, url, document.entry, now, due_at=now, linked=document.url, change=document.change
        )


def _language(reading: Extraction) -> str:
    return language_of(reading.text[:20_000], reading.declared_language)


def _cut(text: str) -> str:
    return text if len(text) <= BEGINNING else text[:BEGINNING].rpartition(" ")[0] + " …"


def _is_file(url: str) -> bool:
    return _of_the_web(url) and PurePosixPath(_path(url)).suffix.lower() == _FILE


def _on_site(url: str, own: Sequence[str]) -> bool:
    """A page of the site of the list, and not the list itself."""
    if not _of_the_web(url) or any(same_place(url, mine) and _query(url) == _query(mine) for mine in own):
        return False
    return _host(url) in {_host(mine) for mine in own if mine}


def _of_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""
