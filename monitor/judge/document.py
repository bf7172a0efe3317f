"""Is this the document at all? Decided before anything is compared. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from monitor.errors import ExtractError, ExtractKind, FetchError
from monitor.judge.lore import Lore, Rules
from monitor.model import Capture, EventKind, Extraction, Look, NotModified, Reason
from monitor.text.pages import page_fault
from monitor.text.quotes import similar

COLLAPSED_BELOW = 0.5
"""Share of the last good text's words under which a page is looked at again before it is believed."""
AMPLE = 1000
"""Words from which a page is no remnant, however long it was: no broken page has as many."""
UNLIKE_BELOW = 0.2
"""Share of common word shingles under which a page is not the text we knew."""
POINTER = 60
"""Words up to which a page may say no more than where its text is now."""
SMALL = 30
"""Words under which a text is too short for shares to mean anything."""


class State(StrEnum):
    """What an answer is, seen as the document."""

    GOOD = "good"
    BLOCKED = "blocked"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    REPLACED = "replaced"
    """A web page where a PDF was, or the reverse."""
    COLLAPSED = "collapsed"
    """The document's place, but most of the text is missing."""
    ELSEWHERE = "elsewhere"
    """Redirected to something that is not the text we knew."""
    LANGUAGE = "language"
    UNREADABLE = "unreadable"
    WAIT = "wait"
    """No request was made: the host asked us to stay away."""


EVENTS = {
    State.BLOCKED: EventKind.BLOCKED,
    State.GONE: EventKind.GONE,
    State.UNREACHABLE: EventKind.UNREACHABLE,
    State.REPLACED: EventKind.REPLACED,
    State.ELSEWHERE: EventKind.MOVED_CHECK,
    State.LANGUAGE: EventKind.LANGUAGE,
    State.UNREADABLE: EventKind.UNREADABLE,
}
"""What a state becomes when it stands."""

_WHOLE = frozenset({200, 203})
"""Statuses that bring a whole document (RFC 9110 §15.3). 202, 204, 205, 206 and 207 bring a promise, nothing, a part or
an answer about several things."""

_FAULTS = {
    "blocked": State.BLOCKED,
    "login": State.BLOCKED,
    "consent": State.BLOCKED,
    "maintenance": State.UNREACHABLE,
    "error": State.UNREACHABLE,
    "not_found": State.GONE,
    "parked": State.GONE,
    "shell": State.UNREADABLE,
    "frame": State.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What an answer is and why. `final`: the server says so itself (410), one look is enough."""

    state: State
    reason: Reason
    final: bool = False

    @property
    def good(self) -> bool:
        return self.state is State.GOOD


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the document from before; all empty on the first look."""

    text: Extraction | None = None
    media: str = ""
    language: str = ""
    final_url: str = ""


def stand(look: Look, known: Known, language: str, lore: Lore) -> Standing:
    """Judge one answer. `language` is that of the text just read (empty when it cannot be said)."""
    answer = look.answer
    if isinstance(answer, FetchError):
        return _failed(answer)
    if look.same or isinstance(answer, NotModified):
        return Standing(State.GOOD, Reason("same_bytes"))
    by_status = _by_status(answer) if "status" in lore.rules else None
    if by_status is not None and by_status.final:
        return by_status
    reading = look.reading
    if isinstance(reading, Extraction) and "page" in lore.rules:
        fault = _page_fault(answer, reading, lore, shrunk=_shrunk(reading, known))
        if fault is not None:
            return fault
    if by_status is not None:
        return by_status
    if isinstance(reading, ExtractError):
        return _wordless(answer, reading, lore) or _unread(reading)
    if reading is None:
        raise ValueError("an answer with new bytes was not read")
    return _as_known(answer, reading, known, language, lore.rules)


def _failed(error: FetchError) -> Standing:
    values = {"kind": str(error.kind), "detail": error.detail}
    if error.kind == "wait":
        return Standing(State.WAIT, Reason("fetch", values))
    if error.kind == "robots":
        return Standing(State.BLOCKED, Reason("fetch", values))
    return Standing(State.UNREACHABLE, Reason("fetch", values))


def _by_status(capture: Capture) -> Standing | None:
    status = capture.status
    reason = Reason("status", {"status": str(status)})
    if status in _WHOLE:
        return None
    if status == 410:
        return Standing(State.GONE, reason, final=True)
    if status == 404:
        return Standing(State.GONE, reason)
    if status in {401, 402, 403, 407, 429, 451}:
        return Standing(State.BLOCKED, reason)
    return Standing(State.UNREACHABLE, reason)


def _page_fault(capture: Capture, reading: Extraction, lore: Lore, *, shrunk: bool) -> Standing | None:
    fault = page_fault(
        reading.title,
        "\n".join(b.text for b in (*reading.blocks, *reading.margin)),
        status=capture.status,
        words=reading.words,
        password_form=reading.password_form,
        headers=dict(capture.headers),
        raw=capture.body[:65536] if reading.media == "html" else b"",
        faults=lore.faults,
        shrunk=shrunk,
    )
    if fault is None:
        return None
    state = _FAULTS.get(str(fault.kind), State.UNREACHABLE)
    return Standing(state, Reason(f"page_{fault.kind}", {"phrase": fault.phrase[:120]}))


def _wordless(capture: Capture, error: ExtractError, lore: Lore) -> Standing | None:
    """A page that shows no text at all may still say in its source that it is a challenge or a denial."""
    if error.kind is not ExtractKind.EMPTY:
        return None
    return _page_fault(capture, Extraction("", ()), lore, shrunk=False)


def _unread(error: ExtractError) -> Standing:
    values = {"kind": str(error.kind), "detail": error.detail}
    return Standing(State.UNREADABLE, Reason("extract", values))


def _as_known(capture: Capture, reading: Extraction, known: Known, language: str, rules: Rules) -> Standing:
    """A readable page: is it still the text we knew?"""
    if "media" in rules and known.media and reading.media != known.media:
        return Standing(State.REPLACED, Reason("media", {"old": known.media, "new": reading.media}))
    before = known.text
    if before is None or (before.items and reading.items):
        return Standing(State.GOOD, Reason("readable"))
    if "language" in rules and known.language and language and language != known.language:
        return Standing(State.LANGUAGE, Reason("language", {"old": known.language, "new": language}))
    if before.words < SMALL:
        return Standing(State.GOOD, Reason("readable"))
    if "redirect" in rules and known.final_url and not same_place(known.final_url, capture.final_url):
        likeness = similar(before.blocks, reading.blocks)
        if likeness < UNLIKE_BELOW:
            state = State.GONE if sent_home(capture) else State.ELSEWHERE
            return Standing(state, Reason("redirected", {"old": known.final_url, "new": capture.final_url}))
    # A file does not come in part: a much shorter one was put there.
    if "collapse" in rules and reading.media != "pdf" and _shrunk(reading, known):
        if _points_elsewhere(reading, before.canonical or known.final_url):
            return Standing(State.ELSEWHERE, Reason("redirected", {"old": capture.final_url, "new": reading.canonical}))
        return Standing(State.COLLAPSED, Reason("collapsed", {"old": str(before.words), "new": str(reading.words)}))
    return Standing(State.GOOD, Reason("readable"))


def _points_elsewhere(reading: Extraction, known: str) -> bool:
    """Does a pointer say that its text stands at another address now (`rel=canonical`, RFC 6596)?

    A page that was shortened and got another canonical is still the document: only a pointer says nothing else.
    """
    if reading.words > POINTER:
        return False
    return bool(reading.canonical and known) and not same_place(reading.canonical, known)


def _shrunk(reading: Extraction, known: Known) -> bool:
    before, words = known.text, reading.words
    return before is not None and words < AMPLE and words < COLLAPSED_BELOW * before.words


_FRONT = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?(?:/(?:index|default|home|accueil|startseite|start)(?:\.\w{2,5})?)?", re.IGNORECASE
)
"""The path of a front page, in a language or not."""


def sent_home(capture: Capture) -> bool:
    """Redirected from somewhere inside a site to a front page?"""
    return bool(_FRONT.fullmatch(_path(capture.final_url))) and not _FRONT.fullmatch(_path(capture.url))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def same_place(one: str, other: str) -> bool:
    """The same address but for scheme, `www.`, a closing slash, query and fragment."""
    return _place(one) == _place(other)


def same_folder(one: str, other: str) -> bool:
    """The same address but for the last part of its path: a page that was renamed says nothing of its standing."""
    (host, path), (other_host, other_path) = _place(one), _place(other)
    return host == other_host and path.rpartition("/")[0] == other_path.rpartition("/")[0]


def _place(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return "", url
    return host.removeprefix("www."), parts.path.rstrip("/")
