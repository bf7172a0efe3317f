"""`sources`, `read`, `citations`: what is watched, how it is seen, and whether the chapter still stands."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.cli.history import document_row
from monitor.errors import ConfigError, ExtractError, MonitorError, Problem

if TYPE_CHECKING:
    from monitor.judge.coverage import Stand
    from monitor.model import Extraction, Source
    from monitor.model.verdict import Tally
    from monitor.store import SourceState
    from monitor.wiring import App

_MARKS = {"stands": ("stands", ""), "look": ("LOOK", "bold red"), "unknown": ("?", "dim")}
"""Of an answer, on the terminal."""


def register(app: typer.Typer) -> None:
    app.command(short_help="Each source, its state, the next look and why.")(sources)
    app.command(short_help="A document's text, as the program sees it.")(read)
    app.command(short_help="Does the chapter still stand? By footnote.")(citations)


def sources(
    source: Annotated[str | None, typer.Argument(help="One source, in full.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Each source with its state, the last good look, the next look and why."""
    with ground.kept() as app:
        states = app.store.sources.all()
        if source is not None:
            ground.source_known(app, source)
            states = tuple(s for s in states if s.source.id == source)
        rows = [_facts(s) for s in states]
        if as_json and source is not None:
            followed = [document_row(d) for d in app.store.documents.of(source)]
            ground.print_json([rows[0] | {"documents": followed}])
        elif as_json:
            ground.print_json(rows)
        elif source is not None:
            _one(app, states[0], rows[0])
        else:
            _table(app, states)


def _facts(state: "SourceState") -> dict[str, Any]:
    from monitor.judge.spell import in_short  # noqa: PLC0415

    return {
        "id": state.source.id,
        "name": state.source.name,
        "section": state.source.section,
        "footnotes": list(state.source.footnotes),
        "keys": [str(key) for key in state.source.keys],
        "url": state.source.url,
        "watched_at": state.address,
        "health": str(state.health),
        "since": state.health_since,
        "looks": state.looks,
        "last_poll_at": state.last_poll_at,
        "last_good_at": state.last_good_at,
        "next_poll_at": state.next_poll_at,
        "next_because": str(state.next_trigger),
        "outcome": str(state.last_outcome or ""),
        "why": in_short(state.last_reason) if state.last_reason else "",
        "robots": state.robots,
        "follow": str(state.source.follow),
        "sha256": state.last_sha256,
        "retired_at": state.retired_at,
    }


def _table(app: ground.Kept, states: "tuple[SourceState, ...]") -> None:
    from rich.table import Table  # noqa: PLC0415

    from monitor.messages import why_not_watched  # noqa: PLC0415

    zone = app.settings.zone
    words = ground.words(app)
    table = Table("source", "state", "last good", "next look", "as", "last look", box=None, pad_edge=False)
    for state in states:
        row = _facts(state)
        why = row["why"] or row["outcome"] or why_not_watched(state.source, words)
        table.add_row(
            state.source.id,
            row["health"].replace("_", " "),
            ground.local(state.last_good_at, zone),
            ground.local(state.next_poll_at, zone) if state.next_poll_at else "-",
            row["next_because"] if state.next_poll_at else "",
            ground.visible(why)[:80],
        )
    ground.console().print(table)


def _one(app: ground.Kept, state: "SourceState", row: dict[str, Any]) -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(show_header=False, box=None, pad_edge=False)
    zone = app.settings.zone
    for name, value in row.items():
        shown = ground.local(value, zone) if hasattr(value, "astimezone") else ground.visible(str(value or "-"))
        table.add_row(name.replace("_", " "), shown)
    for alternative in state.source.alternatives:
        table.add_row(f"alternative ({alternative.role})", alternative.url)
    if state.source.note:
        table.add_row("note", state.source.note)
    ground.console().print(table)
    _followed(app, state.source)


def _followed(app: ground.Kept, source: "Source") -> None:
    """The documents behind new entries of a list, newest first."""
    from rich.table import Table  # noqa: PLC0415

    from monitor.messages.documents import document_facts  # noqa: PLC0415
    from monitor.model import DocumentState, Follow  # noqa: PLC0415

    found = app.store.documents.of(source.id)
    if not found:
        if source.follow is Follow.DOCUMENTS:
            typer.echo("\nNo document behind a new entry yet.")
        return
    words, table = ground.words(app), Table("document", "state", "what", "entry", box=None, pad_edge=False)
    for document in found:
        reason = words.reason(document.reason) if document.reason else ""
        what = document_facts(document, words) if document.state is DocumentState.KEPT else reason or document.url
        table.add_row(
            str(document.id),
            str(document.state).replace("_", " "),
            ground.visible(what),
            ground.visible(document.entry),
        )
    typer.echo(f"\nDocuments behind new entries; `monitor read {source.id} --document N` shows one:")
    ground.console().print(table)


def read(
    what: Annotated[str, typer.Argument(help="Id of a source (its kept copy is read) or an address (fetched now).")],
    *,
    document: Annotated[
        int, typer.Option(metavar="N", help="The document behind an entry that `monitor sources SOURCE` numbers so.")
    ] = 0,
    margin: Annotated[bool, typer.Option(help="Show the page's furniture too, greyed.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The text blocks as the program sees them: place, kind, heading path; the margin greyed."""
    with ground.opened() as app:
        extraction, source = _kept_document(app, what, document) if document else asyncio.run(_read(app, what))
        if as_json:
            ground.print_json(_as_rows(extraction))
            return
        _show_text(extraction, source, margin=margin)


def _kept_document(app: "App", source_id: str, number: int) -> "tuple[Extraction, Source]":
    """A document behind an entry, as it was read when it came."""
    kept = ground.Kept(app.settings, app.clock, app.store)
    ground.source_known(kept, source_id)
    state, found = app.store.sources.get(source_id), app.store.documents.get(number)
    if state is None or found is None or found.source_id != source_id:
        raise MonitorError(f"{source_id}: there is no document {number}; `monitor sources {source_id}` lists them.")
    if not found.text:
        reason = ground.words(kept).reason(found.reason) if found.reason else "it was not fetched yet"
        raise MonitorError(f"{source_id}: document {number} has no text: {ground.visible(reason)}.")
    ground.refuse_withheld(app, found.snapshot)
    return app.store.texts.get(found.text), state.source


async def _read(app: "App", what: str) -> "tuple[Extraction, Source]":
    from monitor import extract  # noqa: PLC0415
    from monitor.model import Source  # noqa: PLC0415

    try:
        if "://" in what:
            return await _fetch(app, Source(id="read", name=what, section="", url=what))
        state = app.store.sources.get(what)
        if state is None:
            known = [s.source.id for s in app.store.sources.all()]
            hint = ground.meant(what, known, "monitor sources lists them; an address begins with https://")
            raise ConfigError([Problem(ground.visible(what), "is neither a source of this list nor an address", hint)])
        if not state.last_snapshot:
            raise MonitorError(f"{what}: no copy of the document is kept yet; `monitor poll {what}` looks now.")
        kept = app.store.history.snapshot(state.last_snapshot)
        if kept is None:
            raise MonitorError(f"{what}: snapshot {state.last_snapshot} is missing; `monitor doctor` tells more.")
        ground.refuse_withheld(app, kept.id)
        body = app.store.bodies.get(kept.sha256)
        text = extract.read(body, content_type=kept.content_type, url=kept.final_url, source=state.source)
    except ExtractError as error:
        raise MonitorError(f"{what}: cannot be read: {error.detail}") from error
    finally:
        await app.fetcher.aclose()
    return text, state.source


async def _fetch(app: "App", source: "Source") -> "tuple[Extraction, Source]":
    from monitor import extract  # noqa: PLC0415
    from monitor.errors import FetchError  # noqa: PLC0415
    from monitor.fetch import check_url  # noqa: PLC0415
    from monitor.model import Capture, FetchOrder  # noqa: PLC0415

    complaint = check_url(source.url or "")
    if complaint:
        raise ConfigError([Problem(source.url or "", complaint)])
    answer = await app.fetcher.fetch(FetchOrder(source.id, source.url or ""))
    if isinstance(answer, FetchError):
        raise MonitorError(f"{source.url}: {answer.detail}")
    if not isinstance(answer, Capture):
        raise MonitorError(f"{source.url}: answered 304 to an unconditional request.")
    body, declared = answer.body, answer.header("content-type")
    return extract.read(body, content_type=declared, url=answer.final_url, source=source), source


def _as_rows(extraction: "Extraction") -> dict[str, Any]:
    def rows(blocks: Any) -> list[dict[str, Any]]:
        return [
            {"kind": str(b.kind), "place": str(b.place), "headings": b.headings, "page": b.page, "text": b.text}
            for b in blocks
        ]

    return {
        "title": extraction.title,
        "media": extraction.media,
        "charset": extraction.charset,
        "fingerprint": extraction.fingerprint,
        "blocks": rows(extraction.blocks),
        "margin": rows(extraction.margin),
        "items": [{"title": i.title, "url": i.url, "date": i.date} for i in extraction.items],
    }


def _show_text(extraction: "Extraction", source: "Source", *, margin: bool) -> None:
    from rich.text import Text  # noqa: PLC0415

    from monitor.model import BlockKind  # noqa: PLC0415

    out = ground.console()
    out.print(Text(ground.visible(extraction.title) or source.name, style="bold"))
    out.print(f"{extraction.media}, {extraction.words} words, {extraction.charset or 'no charset'}\n")
    for item in extraction.items:
        out.print(Text(ground.visible(f"+ {item.date or '-':12} {item.title}"), style="cyan"))
    for block in extraction.blocks:
        style = "bold" if block.kind is BlockKind.HEADING else ""
        lead = {BlockKind.ITEM: "• ", BlockKind.ROW: "| ", BlockKind.LINK: "→ "}.get(block.kind, "")
        page = f"[p. {block.page}] " if block.page else ""
        out.print(Text(page + lead + ground.visible(block.text), style=style))
    if margin and extraction.margin:
        out.print(Text(f"\nMargin ({len(extraction.margin)} blocks, not told)", style="dim"))
        for block in extraction.margin:
            out.print(Text(f"{block.place}: {ground.visible(block.text)}", style="dim"))


def citations(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Does the chapter still stand? One line per footnote and source; exit code 1 if a person has to look at one."""
    from monitor import config  # noqa: PLC0415
    from monitor.judge.coverage import by_footnote, by_source, tally  # noqa: PLC0415

    with ground.kept() as app:
        stands = app.store.standings.stands(by_source(config.load_citations(app.settings.home)))
        counted, gravest = tally(stands), by_footnote(stands)
        rows = [_standing(app, stand, str(gravest[stand.citation.key].verdict)) for stand in stands]
        if as_json:
            ground.print_json(rows)
        else:
            _citation_table(app, rows, counted)
    if any(row["answer"] == "look" for row in rows):
        raise typer.Exit(1)


def _standing(app: ground.Kept, stand: "Stand", footnote_state: str) -> dict[str, Any]:
    """One footnote and one source: does it stand? `stands` is None, and no accusation, where nothing can be said."""
    from monitor.messages.standing import verdict_word, why  # noqa: PLC0415

    words, seen = ground.words(app), stand.seen
    return {
        "footnote": stand.citation.footnote, "key": str(stand.citation.key), "report": stand.citation.report_name,
        "source": stand.citation.source_id,
        "stands": {"stands": True, "look": False}.get(str(stand.answer)), "answer": str(stand.answer),
        "state": verdict_word(stand.verdict, words), "verdict": str(stand.verdict), "footnote_state": footnote_state,
        "why": why(stand, words), "watched_at": stand.moved or stand.copy,
        "quotes": [str(quote.state) for quote in stand.quotes if not quote.quote.phrase],
        "checked": seen.last_good_at if seen else None,
    }  # fmt: skip


def _note(row: dict[str, Any]) -> str:
    """`France 12` where there are several reports."""
    return f"{ground.visible(row['report'])} {row['footnote']}".lstrip()


def _citation_table(app: ground.Kept, rows: list[dict[str, Any]], counted: "Tally") -> None:
    """As many lines as citations; why one does not stand is below its line. Then the counts, which are of footnotes."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from monitor.messages.standing import answer_lines, as_of_line, verdict_counts  # noqa: PLC0415

    out, words = ground.console(), ground.words(app)
    table = Table("footnote", "", "state", "source", box=None, pad_edge=False)
    for row in rows:
        mark, style = _MARKS[row["answer"]]
        table.add_row(_note(row), Text(mark, style=style), row["state"], ground.visible(row["source"]))
    out.print(table)
    if reasons := [row for row in rows if row["why"] and row["answer"] == "look"]:
        out.print("\nwhy")
    for row in reasons:
        out.print(Text(f"  {_note(row)}: {ground.visible(row['why'])}", style="dim"))
    lines = [*answer_lines(counted, words), as_of_line(counted, words, app.settings.zone)]
    out.print(Text("\n" + "; ".join(verdict_counts(counted, words))))
    out.print(Text("\n".join(line for line in lines if line)))
    if unset := sum("no_anchor" in row["quotes"] for row in rows):
        many = ground.count(unset, "footnote quotes", "footnotes quote")
        out.print(f"{many} a translation that cannot be looked for: `monitor anchors` proposes the place")
