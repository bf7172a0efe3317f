"""What the templates see. Plain values: words of the catalogue and text of pages, not yet made safe for a medium.

`alerts/README.md` documents every name here; a test compares the two.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Marked:
    """A run of words: `mark` is same | removed | added | cut."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled address or command: `old https://…`."""

    label: str
    value: str
    is_url: bool = True


@dataclass(frozen=True, slots=True)
class PartView:
    """One place of a change."""

    kind: str
    """added | removed | changed | moved | link | item_new | item_changed | item_gone"""
    lead: str
    """`New:` – words before the marks; may be empty."""
    where: str
    """Heading path and page; empty when it is that of the part before."""
    marks: tuple[Marked, ...]
    lang: str
    """Language of the page text, two letters; may be empty."""
    url: str = ""
    date: str = ""
    joined: bool = False
    """It stands where the part before stands."""
    again: bool = False
    """And the words before its marks are the same."""
    document: tuple[str, ...] = ()
    """What is known of the documents behind a new entry, in sentences."""

    @property
    def whole(self) -> bool:
        """Came or went as a whole: the words before the marks say so already."""
        return self.kind in {"added", "removed", "item_new", "item_gone"}


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change."""

    number: int
    id: int
    name: str
    by: str
    """Who publishes it, and the footnotes that stand on it."""
    severity: str
    """critical | substantive | minor"""
    severity_word: str
    why: str
    seen: str
    brief: str
    """The change in one line, for messages that would be too long."""
    parts: tuple[PartView, ...] = ()
    more: str = ""
    """How many more places changed, and how to see them."""
    cut: str = ""
    """Says that marks were shortened."""
    quotes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    restored: str = ""
    page: str = ""
    kept: str = ""
    command: str = ""
    link: str = ""
    """Its page, when readers can reach it."""


@dataclass(frozen=True, slots=True)
class EventView:
    """What happened to a source."""

    kind: str
    label: str
    name: str
    footnotes: str
    text: str
    quote: str = ""
    """A line of the page or a passage of the report, in the quote marks of the reader's language."""
    lang: str = ""
    rows: tuple[Row, ...] = ()
    severity: str = "minor"


@dataclass(frozen=True, slots=True)
class LineView:
    """One source in the first report."""

    footnotes: str
    name: str
    state: str
    """The kind of finding, for the colour of its mark: good | note-state | bad | quiet."""
    text: str
    surprising: str = ""
    rows: tuple[Row, ...] = ()
    """Addresses worth opening: the cited one when something is wrong with it, the one that answers instead."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """One section of the report."""

    title: str
    changes: tuple[ChangeView, ...] = ()
    lines: tuple[LineView, ...] = ()


@dataclass(frozen=True, slots=True)
class FooterView:
    why: str
    follows: str
    stop: str
    window: str
    snapshots_title: str = ""
    snapshots: tuple[tuple[str, str], ...] = ()
    """Name of the source and SHA-256 of the kept copy."""
    links: tuple[Row, ...] = ()
    """To preferences and unsubscribing, when readers can reach our pages."""


@dataclass(frozen=True, slots=True)
class MailView:
    """One message. The whole context of the templates, as `mail`."""

    kind: str
    """digest | urgent | first_report | sign_of_life | test | confirm | notice"""
    lang: str
    product: str
    product_line: str
    subject: str
    heading: str
    date: str
    summary: tuple[str, ...]
    footer: FooterView
    standing: str = ""
    """Does the report still stand? In sentences, counted in footnotes."""
    groups: tuple[GroupView, ...] = ()
    events_title: str = ""
    events: tuple[EventView, ...] = ()
    attention_title: str = ""
    attention: tuple[EventView, ...] = ()
    also_title: str = ""
    also: tuple[str, ...] = ()
    """Changes shown in one line each because the message would be too long."""
    left: str = ""
    """How many changes did not even fit as lines."""
    left_events: str = ""
    held: str = ""
    legend: str = ""
    public: str = ""
    """Where readers reach our pages, without a slash at the end; empty: they do not."""
    action: Row | None = None
    """The one thing to do: its words, and the address that does it."""
    after: tuple[str, ...] = ()
    """Sentences below it."""
    words: dict[str, str] = field(default_factory=dict)
    """Fixed words of the templates: page, kept, compare, removed, added, cut, colon."""
