"""The pairs of this folder's YAML files as values: a page, what became of it, and what must be told of that."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pairs.fold import HTML, Served

from monitor.demo.pdf import typeset
from monitor.model import Citation, Quote, Severity, Source, Status, WatchAs

HERE = Path(__file__).parent
URL = "https://www.gov.example/ai/doc"
FIELDS = {
    "name", "kind", "tells", "page", "told", "as", "least", "edits", "marks", "unmarked", "then", "variants", "status",
    "final_url", "known_gap",
}  # fmt: skip
AS_CHANGE = frozenset({"text", "links", "items"})


@dataclass(frozen=True)
class Page:
    """A page before anything happened to it. `text` is HTML, a feed, or the columns of a PDF one below the other."""

    name: str
    text: str
    watch_as: WatchAs = WatchAs.PAGE
    status: Status = Status.WATCH
    quotes: tuple[str, ...] = ()
    feed: bool = False

    def source(self, language):
        return Source(
            id="bron", name="Bron", section="oversight", url=URL, watch_as=self.watch_as, status=self.status,
            languages=(language,),
        )  # fmt: skip

    def citations(self):
        quotes = tuple(Quote("bron", 101, text) for text in self.quotes)
        return (Citation(101, "bron", "Bron", "", "2020", "Oversight", URL, quotes=quotes),) if quotes else ()


@dataclass(frozen=True)
class Pair:
    """One page and its later versions. `then`: the version stays, turns with the others, or passes after two looks."""

    language: str
    name: str
    kind: str
    tells: str
    """What a reader must hear, or why a reader must hear nothing, in one sentence."""
    page: Page
    told: bool
    versions: tuple[str, ...]
    told_as: str = "text"
    least: Severity = Severity.MINOR
    marks: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    then: str = "stays"
    status: int = 200
    final_url: str = ""
    known_gap: str = ""
    """Why the program does not do this yet. Such a pair must fail, so that it is looked at when it no longer does."""

    def before(self):
        return served(self.page, self.page.text)

    def after(self, n=0):
        return served(self.page, self.versions[n % len(self.versions)], self.status, self.final_url)


def served(page, text, status=200, final_url=""):
    """The bytes a server sends for a page's text."""
    if page.watch_as is WatchAs.PDF:
        return Served(_pdf(text), "application/pdf", status, final_url)
    kind = "application/rss+xml; charset=utf-8" if page.feed else HTML
    return Served(text.encode(), kind, status, final_url)


@cache
def _pdf(text):
    return typeset(text.split("\n====\n"), running="DOC 55 1234/001")


def edited(text, edits, name):
    """The text after its edits. What is looked for must stand there exactly once: a typing error is found at once."""
    for old, new in edits:
        if text.count(old) != 1:
            raise ValueError(f"{name}: {old!r} stands {text.count(old)} times in the page")
        text = text.replace(old, new)
    return text


def load(language):
    """All pairs of one language."""
    data = yaml.safe_load((HERE / f"{language}.yaml").read_text("utf-8"))
    pages = {name: _page(name, entry, data["frame"]) for name, entry in data["pages"].items()}
    return [_pair(language, entry, pages) for entry in data["pairs"]]


def pages_of(language):
    data = yaml.safe_load((HERE / f"{language}.yaml").read_text("utf-8"))
    return {name: _page(name, entry, data["frame"]) for name, entry in data["pages"].items()}


def _page(name, entry, frame):
    if isinstance(entry, str):
        entry = {"main": entry}
    if "columns" in entry:
        return Page(
            name, "\n====\n".join(entry["columns"]), WatchAs.PDF, Status.DOCUMENT, tuple(entry.get("quotes", ()))
        )
    text = entry["feed"] if "feed" in entry else frame.replace("%main%", entry["main"])
    return Page(
        name, text, WatchAs(entry.get("watch_as", "page")), Status(entry.get("status", "watch")),
        tuple(entry.get("quotes", ())), feed="feed" in entry,
    )  # fmt: skip


def _pair(language, entry, pages):
    unknown = set(entry) - FIELDS
    if unknown:
        raise ValueError(f"{entry['name']}: no such fields: {unknown}")
    page = pages[entry["page"]]
    variants = entry.get("variants") or [entry["edits"]]
    versions = tuple(pages[v].text if isinstance(v, str) else edited(page.text, v, entry["name"]) for v in variants)
    return Pair(
        language, entry["name"], entry["kind"], entry["tells"], page, entry["told"], versions,
        entry.get("as", "text"), Severity[entry.get("least", "minor").upper()], tuple(entry.get("marks", ())),
        tuple(entry.get("unmarked", ())), entry.get("then", "stays"), entry.get("status", 200),
        entry.get("final_url", ""), entry.get("known_gap", ""),
    )  # fmt: skip


@cache
def all_pairs():
    return tuple(pair for language in ("en", "nl", "fr", "de") for pair in load(language))
