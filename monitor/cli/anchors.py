"""`anchors`: where a page says what the report quotes in translation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import DamagedError

if TYPE_CHECKING:
    from monitor.model import Quote
    from monitor.store import SourceState
    from monitor.text.anchors import Glossary, Proposal


def register(app: typer.Typer) -> None:
    app.command(short_help="Where a page says what is quoted in translation.")(anchors)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quoted passage that cannot be looked for, and the passages of the page that may be it, best first."""

    quote: "Quote"
    state: "SourceState"
    language: str
    """Of the page; empty when it cannot be said, or no copy is kept."""
    proposals: "tuple[Proposal, ...]" = ()


def anchors(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Passages that the report quotes in translation, and where the page probably says them in its own language.

    Each proposal comes with the line to paste. Nothing is translated and nobody is asked: words are matched by a
    glossary, numbers, names and spelling. Read the passage before you paste it. No proposal is made rather than a
    doubtful one.
    """
    with ground.kept() as app:
        if source is not None:
            ground.source_known(app, source)
        found = list(wanted_anchors(app, source))
        if as_json:
            ground.print_json([_row(w) for w in found])
            return
        if not found:
            typer.echo("Every quoted passage can be looked for in its source's own words.")
            return
        for wanted in found:
            _print(wanted)
        where = app.settings.home / "data" / "citations.yaml"
        if any(w.proposals for w in found):
            first = "" if where.exists() else "; copy the program's own file there first (docs/how-to/watch-list.md)"
            typer.echo(f"The lines belong below their quote in {where}{first}.")


def wanted_anchors(app: ground.Kept, source: str | None = None) -> Iterator[Wanted]:
    """Quotes that are marked as translated and have no anchor, and quotes missing on a page of another language."""
    from monitor import config  # noqa: PLC0415
    from monitor.judge.coverage import by_source  # noqa: PLC0415
    from monitor.text.anchors import Glossary  # noqa: PLC0415

    home = app.settings.home
    glossary = Glossary.compile(config.glossary(home), config.word_lists(home)["months"])
    cited = by_source(config.load_citations(home))
    for state in app.store.sources.all():
        if source in {None, state.source.id} and state.retired_at is None and state.source.pollable:
            quotes = [q for citation in cited.get(state.source.id, ()) for q in citation.quotes]
            yield from _of_source(app, state, quotes, glossary)


def _of_source(app: ground.Kept, state: "SourceState", quotes: "list[Quote]", glossary: "Glossary") -> Iterator[Wanted]:
    from monitor.model import QuoteMatch, QuoteState  # noqa: PLC0415
    from monitor.text.anchors import LANGUAGES, propose  # noqa: PLC0415
    from monitor.text.language import language_of  # noqa: PLC0415
    from monitor.text.quotes import of_quote  # noqa: PLC0415

    language = state.memory.language
    for quote in quotes:
        theirs = language_of(quote.text) or "en"
        translated = quote.match is QuoteMatch.TRANSLATED and not quote.anchor.strip()
        missing = of_quote(state.memory.quotes, quote) is QuoteState.MISSING and language not in {"", theirs}
        if not translated and not (missing and not quote.anchor.strip()):
            continue
        withheld = app.store.withholding.of([state.last_snapshot])
        if withheld or not state.current_text or language not in LANGUAGES:
            yield Wanted(quote, state, "")
            continue
        try:
            blocks = app.store.texts.get(state.current_text).blocks
        except DamagedError:
            yield Wanted(quote, state, "")
            continue
        yield Wanted(
            quote, state, language, propose(quote.text, blocks, languages=(theirs, language), glossary=glossary)
        )


def paste_lines(wanted: Wanted, proposal: "Proposal") -> tuple[str, ...]:
    """What to write below the quote in citations.yaml. A JSON text is a YAML text; nothing invisible goes into it."""
    from monitor.model import QuoteMatch  # noqa: PLC0415

    passage = "".join(c for c in proposal.passage if c.isprintable())
    anchor = f"anchor: {json.dumps(passage, ensure_ascii=False)}"
    return (anchor,) if wanted.quote.match is QuoteMatch.TRANSLATED else ("match: translated", anchor)


def _row(wanted: Wanted) -> dict[str, Any]:
    return {
        "footnote": wanted.quote.footnote, "key": str(wanted.quote.key), "source": wanted.state.source.id,
        "quote": wanted.quote.text, "language": wanted.language,
        "proposals": [
            {"passage": p.passage, "score": p.score, "page": p.page, "shared": list(p.shared),
             "paste": list(paste_lines(wanted, p))}
            for p in wanted.proposals
        ],
    }  # fmt: skip


def _print(wanted: Wanted) -> None:
    from rich.text import Text  # noqa: PLC0415

    out = ground.console()
    out.print(Text(f"Footnote {wanted.quote.key.shown}, {wanted.state.source.id}", style="bold"))
    out.print(ground.visible(f"  quoted   “{wanted.quote.text}”"))
    if not wanted.language:
        out.print("  no copy of the page with a text in one of the four languages is kept yet\n")
        return
    if not wanted.proposals:
        out.print("  nothing on the page is like it enough to be proposed\n")
        return
    for proposal in wanted.proposals:
        page = f", p. {proposal.page}" if proposal.page else ""
        out.print(ground.visible(f"  {proposal.score:.2f}     “{proposal.passage}”{page}"))
        out.print(ground.visible(f"           recognised by: {', '.join(proposal.shared)}"))
        for line in paste_lines(wanted, proposal):
            out.print(Text(f"    {ground.visible(line)}", style="green"))
    out.print()
