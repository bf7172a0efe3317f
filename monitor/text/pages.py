"""Pages that are no document: challenge, login, consent wall, maintenance, error, not found, parked, shell, frame.

Only short pages and titles count: a policy that speaks of captchas or cookies is a document.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from monitor.text.patterns import expression, one_of, plain, section, words


class FaultKind(StrEnum):
    BLOCKED = "blocked"
    """Challenge, captcha or denial."""
    LOGIN = "login"
    CONSENT = "consent"
    MAINTENANCE = "maintenance"
    NOT_FOUND = "not_found"
    ERROR = "error"
    PARKED = "parked"
    SHELL = "shell"
    """A page whose text a script would bring."""
    FRAME = "frame"
    """A page that only frames the document: a record of an archive, a viewer."""


@dataclass(frozen=True, slots=True)
class PageFault:
    """What a page is instead of the document, and the words (or the mark in its source) that gave it away."""

    kind: FaultKind
    phrase: str


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How many words a page may have for its title, its lines or its source to speak against it."""

    title: int
    lines: int
    raw: int


_BOUNDS = {
    FaultKind.BLOCKED: _Bounds(400, 150, 100),
    FaultKind.LOGIN: _Bounds(150, 100, 0),
    FaultKind.CONSENT: _Bounds(150, 80, 0),
    FaultKind.MAINTENANCE: _Bounds(250, 150, 0),
    FaultKind.NOT_FOUND: _Bounds(600, 150, 0),
    FaultKind.ERROR: _Bounds(250, 100, 0),
    FaultKind.PARKED: _Bounds(250, 150, 0),
    FaultKind.SHELL: _Bounds(0, 40, 0),
    FaultKind.FRAME: _Bounds(0, 0, 200),
}
_EMPTY = 15
"""A page with no more words than this is empty: marks that ordinary pages carry too count against it."""
_PASSWORD_WORDS = 120
"""A page this short with a password field is a login page, whatever it says."""
_FRAMED = 40
"""A page with no more words than this and a frame in it shows what is in the frame."""
_FRAME = re.compile(
    rb"<(?:iframe|frame|embed|object)\s[^>]{0,600}?(?:src|data)\s{0,3}=\s{0,3}[\"']?([^\"'\s>]{1,300})", re.IGNORECASE
)
_HIDDEN = re.compile(
    rb"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden"
    rb"|(?:width|height)\s{0,3}[=:]\s{0,3}[\"']?[01](?:px)?[\"';\s>]",
    re.IGNORECASE,
)
_ANGRY = 3
"""By how much the bounds widen when the status says 400 or more, or most of the text is gone."""
_LINE_WORDS = 40
_MOST_LINES = 400
_GONE = frozenset({404, 410})
_TITLE_PARTS = re.compile(r"(?<!\s)\s++(?:[-–—|·•»«]++\s+|[|»«:]\s*)|[|»«:]\s*")
_LONG_TITLE = 3


@dataclass(frozen=True, slots=True)
class _Marks:
    titles: re.Pattern[str]
    lines: re.Pattern[str]
    raw: tuple[bytes, ...]
    raw_empty: tuple[bytes, ...]
    headers: tuple[tuple[str, tuple[str, ...]], ...]
    beside: tuple[bytes, ...] = ()
    """In addresses of frames that stand beside a text."""


@dataclass(frozen=True, slots=True)
class FaultList:
    """The phrases that give a page away, compiled once."""

    marks: Mapping[FaultKind, _Marks]

    @classmethod
    def compile(cls, data: Mapping[str, object]) -> Self:
        """Build from the mapping of words.yaml, `faults: {kind: {titles, lines, raw, raw_empty, headers, beside}}`.

        Raises ValueError on another shape.
        """
        kinds = section(data, "faults")
        return cls({kind: _marks(section(kinds, kind)) for kind in FaultKind})


def page_fault(
    title: str,
    text: str,
    *,
    status: int,
    words: int,
    password_form: bool,
    headers: Mapping[str, str],
    faults: FaultList,
    raw: bytes = b"",
    shrunk: bool = False,
) -> PageFault | None:
    """What is wrong with a page, or None.

    `text`: everything visible, furniture included, one block a line. `words`: of the document part alone.
    `headers`: names in lower case. `shrunk`: the page has lost most of the text it had. `raw`: the beginning of the
    page source, where there is one.
    """
    widened = _ANGRY if status >= 400 or shrunk else 1
    page = _Page(title, text, words, status, raw, headers)
    for kind in _order(status):
        marks, bounds = faults.marks[kind], _BOUNDS[kind]
        phrase = (
            page.in_headers(marks)
            or (words <= bounds.title * widened and page.in_title(marks))
            or (words <= bounds.lines * widened and page.in_lines(marks))
            or (words <= bounds.raw and page.in_source(marks.raw))
            or (words <= _EMPTY and page.in_source(marks.raw_empty))
        )
        if phrase:
            return PageFault(kind, phrase)
        if kind is FaultKind.LOGIN and password_form and words <= _PASSWORD_WORDS:
            return PageFault(kind, title.strip() or "password")
    if words <= _FRAMED and (address := page.framed(faults.marks[FaultKind.FRAME].beside)):
        return PageFault(FaultKind.FRAME, address)
    return PageFault(FaultKind.SHELL, title.strip()) if raw and not text.strip() else None


def _order(status: int) -> Iterable[FaultKind]:
    """The kinds to ask for, likeliest first; a page that says 404 is never a mere error."""
    if status in _GONE:
        first = (FaultKind.NOT_FOUND, FaultKind.BLOCKED)
        return (*first, *(k for k in FaultKind if k not in {*first, FaultKind.ERROR, FaultKind.SHELL}))
    return FaultKind


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    text: str
    words: int
    status: int
    raw: bytes
    headers: Mapping[str, str]

    def in_headers(self, marks: _Marks) -> str:
        for name, starts in marks.headers:
            value = self.headers.get(name)
            if value is not None and value.strip().lower().startswith(starts):
                return f"{name}: {value}"
        return ""

    def in_title(self, marks: _Marks) -> str:
        for part in (self.title, *_TITLE_PARTS.split(self.title)):
            if marks.titles.fullmatch(plain(part)):
                return part.strip()
        return ""

    def in_lines(self, marks: _Marks) -> str:
        for line in self._lines():
            if marks.lines.search(plain(line)):
                return line.strip()
        return ""

    def in_source(self, marks: tuple[bytes, ...]) -> str:
        return next((mark.decode() for mark in marks if mark in self.raw), "")

    def framed(self, beside: tuple[bytes, ...]) -> str:
        """The address of the first frame that can be seen and is none of those beside a text (videos, maps, …)."""
        for found in _FRAME.finditer(self.raw):
            address = found[1]
            tag = self.raw[found.start() : self.raw.find(b">", found.end()) + 1 or found.end()]
            if not _HIDDEN.search(tag) and not any(mark in address for mark in beside):
                return address.decode("utf-8", "replace")
        return ""

    def _lines(self) -> Iterator[str]:
        for n, line in enumerate(self.text.splitlines()):
            if n == _MOST_LINES:
                return
            if len(line.split()) <= _LINE_WORDS:
                yield line


def _marks(lists: Mapping[str, object]) -> _Marks:
    titles = words(lists, "titles")
    long = [expression(t) for t in titles if len(t.split()) >= _LONG_TITLE]
    beginning = rf"|(?:{'|'.join(long)})\b.*" if long else ""
    headers = section(lists, "headers")
    return _Marks(
        re.compile(rf"(?:{one_of(titles)}{beginning})"),
        re.compile(rf"\b{one_of(words(lists, 'lines'))}\b"),
        tuple(mark.encode() for mark in words(lists, "raw")),
        tuple(mark.encode() for mark in words(lists, "raw_empty")),
        tuple((name, words(headers, name)) for name in headers),
        tuple(mark.encode() for mark in words(lists, "beside")),
    )
