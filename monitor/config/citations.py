"""The report's footnotes: what it claims, what it quotes, and where each passage is looked for."""

from functools import lru_cache
from pathlib import Path

from monitor import resources
from monitor.config.complaints import Complaints
from monitor.config.fields import Fields
from monitor.config.reading import Node, read_file, read_tree
from monitor.model import Citation, Quote, QuoteMatch

FILE = "citations.yaml"

_CITATION = ("footnote", "source", "title", "author", "date", "section", "url_printed", "claims", "quotes", "note")
_QUOTE = ("text", "match", "anchor", "phrase", "source")


def load_citations(home: Path | None = None) -> tuple[Citation, ...]:
    """One citation for each footnote and source it cites, in the report's order.

    The program's own file, or `data/citations.yaml` of the home. ConfigError with every complaint.
    A citation's `quotes` may name another source: the place where the report's wording really stands.
    """
    path = resources.data(FILE, home)
    status = path.stat()
    return _read(path, status.st_mtime_ns, status.st_size)


def quotes_of(source_id: str, home: Path | None = None) -> tuple[Quote, ...]:
    """The passages to look for in a source, by footnote."""
    quotes = (quote for citation in load_citations(home) for quote in citation.quotes if quote.source_id == source_id)
    return tuple(sorted(quotes, key=lambda quote: quote.footnote))


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int) -> tuple[Citation, ...]:
    return parse_citations(read_file(path), path.name)


def parse_citations(text: bytes, where: str) -> tuple[Citation, ...]:
    """The citations in the bytes of a file called `where`. ConfigError with every complaint, by line."""
    complaints = Complaints(where)
    top = Fields(read_tree(text, where), complaints, ("version", "citations"))
    seen: dict[tuple[int, str], int] = {}
    citations = []
    for node in top.items("citations"):
        citation = _citation(node, complaints)
        first = seen.setdefault((citation.footnote, citation.source_id), node.line)
        if first != node.line:
            complaints.add(node.line, f"footnote {citation.footnote} cites this source twice", f"first on line {first}")
        citations.append(citation)
    complaints.settle()
    return tuple(citations)


def _citation(node: Node, complaints: Complaints) -> Citation:
    fields = Fields(node, complaints, _CITATION)
    source_id = fields.slug("source")
    footnote = fields.number("footnote")
    return Citation(
        footnote=footnote,
        source_id=source_id,
        title=fields.text("title", required=True),
        author=fields.text("author"),
        date_as_cited=fields.text("date"),
        section=fields.text("section", required=True),
        url_printed=fields.text("url_printed", longest=2000),
        claims=fields.texts("claims", longest=2000),
        quotes=tuple(_quote(entry, complaints, source_id, footnote) for entry in fields.items("quotes")),
        note=fields.text("note", longest=2000),
    )


def _quote(node: Node, complaints: Complaints, source_id: str, footnote: int) -> Quote:
    fields = Fields(node, complaints, _QUOTE)
    return Quote(
        source_id=fields.slug("source") if fields.has("source") else source_id,
        footnote=footnote,
        text=fields.text("text", required=True, longest=4000),
        match=QuoteMatch(fields.choice("match", list(QuoteMatch), QuoteMatch.EXACT)),
        anchor=fields.text("anchor", longest=4000),
        phrase=fields.flag("phrase"),
    )
