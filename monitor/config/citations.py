"""A report's footnotes: what it claims, what it quotes, and where each passage is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.config.complaints import Complaints
from monitor.config.fields import Fields
from monitor.config.reading import Node, read_tree
from monitor.model import Citation, CitationKey, Quote, QuoteMatch

HEAD = ("report", "edition", "chapter", "name")
"""What says which report a file is."""
_CITATION = ("footnote", "source", "title", "author", "date", "section", "url_printed", "claims", "quotes", "note")
_QUOTE = ("text", "match", "anchor", "phrase", "source")


@dataclass(frozen=True, slots=True)
class Report:
    """One chapter of one edition of a report, as its file has it."""

    id: str
    """The name of its file, by which sources.yaml calls it: `belgium-2026`."""
    report: str
    edition: str
    chapter: str
    name: str
    """How readers tell it from others."""
    citations: tuple[Citation, ...] = ()
    own: bool = False
    """It lies in the folder `reports` of the home."""

    @property
    def place(self) -> str:
        return self.key(1).place

    def key(self, number: int) -> CitationKey:
        return CitationKey(self.report, self.edition, self.chapter, number)

    def headed(self, head: "Report") -> "Report":
        """The same footnotes as those of another report."""
        report, edition, chapter = head.report, head.edition, head.chapter
        citations = []
        for citation in self.citations:
            quotes = (replace(q, report=report, edition=edition, chapter=chapter) for q in citation.quotes)
            own = replace(citation, report=report, edition=edition, chapter=chapter, quotes=tuple(quotes))
            citations.append(own)
        cited = tuple(citations)
        return replace(self, report=report, edition=edition, chapter=chapter, name=head.name, citations=cited)


def named(reports: Sequence[Report]) -> tuple[Report, ...]:
    """The reports of one home: their footnotes carry the name of the report where there are several."""
    if len(reports) == 1:
        return tuple(reports)
    return tuple(replace(one, citations=tuple(_named(c, one.name) for c in one.citations)) for one in reports)


def _named(citation: Citation, name: str) -> Citation:
    quotes = tuple(replace(quote, report_name=name) for quote in citation.quotes)
    return replace(citation, quotes=quotes, report_name=name)


def parse_report(text: bytes, where: str, *, headless: bool = False) -> Report:
    """The report in the bytes of a file called `where`. ConfigError with every complaint, by line.

    `headless`: the lines that say which report it is may be missing, as in a `citations.yaml` of an older version.
    """
    complaints = Complaints(where)
    top = Fields(read_tree(text, where), complaints, ("version", *HEAD, "citations"))
    head = not headless or any(top.has(name) for name in HEAD)
    report = Report(
        id=where.removesuffix(".yaml"),
        report=top.slug("report") if head else "",
        edition=top.slug("edition") if head else "",
        chapter=top.slug("chapter") if head else "",
        name=top.text("name", required=head, longest=80),
    )
    seen: dict[tuple[int, str], int] = {}
    citations = []
    for node in top.items("citations"):
        citation = _citation(node, complaints)
        first = seen.setdefault((citation.footnote, citation.source_id), node.line)
        if first != node.line:
            complaints.add(node.line, f"footnote {citation.footnote} cites this source twice", f"first on line {first}")
        citations.append(citation)
    complaints.settle()
    return replace(report, citations=tuple(citations)).headed(report)


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
