"""What is watched: sources, the watch list."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from monitor.model.citation import CitationKey, numbered


class WatchAs(StrEnum):
    """How a source is looked at. The last three are not watched yet, unless there is a page to fetch."""

    PAGE = "page"
    PDF = "pdf"
    LISTING = "listing"
    PLAIN = "plain"
    ARCHIVE = "archive"
    """A web archive's copy; its page is fetched."""
    API = "api"
    NONE = "none"


class Status(StrEnum):
    """What the report needs of the source."""

    WATCH = "watch"
    """A living page: its wording is told."""
    DOCUMENT = "document"
    """A fixed text: replacement, disappearance and lost quotes are told (and changed words, which should not occur)."""
    INDEX = "index"
    """A list: new, changed and vanished items are told."""
    REFERENCE = "reference"
    """Nothing to poll."""


class Follow(StrEnum):
    """What is done about the addresses behind new entries of a list."""

    NOTHING = "nothing"
    DOCUMENTS = "documents"
    """The document behind a new entry is fetched once and kept."""


class Role(StrEnum):
    """What an alternative address is. The first four stand in for the document, in the order of the file."""

    MOVED_TO = "moved-to"
    MIRROR = "mirror"
    COPY = "copy"
    ARCHIVE = "archive"
    LANDING = "landing"
    RELATED = "related"
    FEED = "feed"
    API = "api"

    @property
    def stands_in(self) -> bool:
        return self in {Role.MOVED_TO, Role.MIRROR, Role.COPY, Role.ARCHIVE}


class Expect(StrEnum):
    """What the list's author expected of the first look."""

    OK = "ok"
    MOVED = "moved"
    BLOCKED = "blocked"
    SOFT_404 = "soft-404"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another address of the same document (or near it)."""

    url: str
    role: Role
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the report."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of sources.yaml."""

    id: str
    name: str
    section: str
    """Section id."""
    url: str | None
    """As written, fragment included; None for a reference without an address."""
    watch_as: WatchAs = WatchAs.PAGE
    status: Status = Status.WATCH
    publisher: str = ""
    publisher_kind: str = ""
    jurisdiction: str = ""
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    footnotes: tuple[int, ...] = ()
    expect: Expect = Expect.UNKNOWN
    interval: timedelta = timedelta(days=1)
    alternatives: tuple[Alternative, ...] = ()
    selector: str = ""
    """CSS selector of the part that matters; empty for the program's own choice."""
    robots_override: str = ""
    """Written reason for looking although robots.txt says no; empty: robots.txt decides."""
    general: bool = False
    """A general source (gazette, parliament): only AI policy is told."""
    follow: Follow = Follow.NOTHING
    """Whether documents behind new entries of a list are fetched."""
    note: str = ""
    evidence: str = ""
    """`wire`: bodies are kept as they travelled, too, where that differs from what is stored."""
    republish: bool = False
    """Strangers may be shown its stored copies and whole texts, where the pages are public."""
    republish_reason: str = ""
    """Why that is allowed: a licence, a permission."""
    line: int = field(default=0, compare=False)
    """Line in sources.yaml."""
    cited: tuple[CitationKey, ...] = field(default=(), compare=False)
    """The footnotes by their keys; empty in what was written before they had any. No edit of what is watched."""

    @property
    def keys(self) -> tuple[CitationKey, ...]:
        """The footnotes that cite it, in order; by their numbers alone where no more is known."""
        return tuple(sorted(self.cited or map(numbered, self.footnotes)))

    @property
    def pollable(self) -> bool:
        return self.url is not None and self.watch_as not in {WatchAs.API, WatchAs.NONE}


@dataclass(frozen=True, slots=True)
class WatchList:
    """sources.yaml, understood."""

    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    sha256: str = ""
    """Of the file's bytes."""

    def source(self, source_id: str) -> Source | None:
        return next((s for s in self.sources if s.id == source_id), None)
