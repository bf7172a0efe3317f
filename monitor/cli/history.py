"""`changes`, `show`, `events`, `noise`: what happened, and what was held back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from rich.text import Text

    from monitor.model import Change, Document, Part

Since = Annotated[str | None, typer.Option(help="From this day on: 2026-11-23.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]


def register(app: typer.Typer) -> None:
    app.command(short_help="The history of changes, newest first.")(changes)
    app.command(short_help="One change, with its word marks.")(show)
    app.command(short_help="What happened to the sources: moved, gone, …")(events)
    app.command(short_help="What was held back, and by which rule.")(noise)


def changes(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    since: Since = None,
    limit: Limit = 50,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Editorial and technical ones too.")] = False,
    as_json: Json = False,
) -> None:
    """The history of changes, newest first. `monitor show N` shows one."""
    with _asked(source) as app:
        found = app.store.history.changes(
            source=source, since=ground.day(since), told=None if everything else True, limit=limit
        )
        if not found:
            ground.refuse_silence(app)
        if as_json:
            ground.print_json([_as_row(c) for c in found])
            return
        _change_table(app, found)


def _change_table(app: ground.Kept, found: "tuple[Change, ...]") -> None:
    from rich.table import Table  # noqa: PLC0415

    if not found:
        typer.echo("No changes were told yet.")
        return
    words, zone = ground.words(app), app.settings.zone
    table = Table("change", "confirmed", "source", "severity", "why", box=None, pad_edge=False)
    for change in found:
        why = "; ".join(words.reason(r) for r in change.reasons)
        table.add_row(
            str(change.id), ground.local(change.confirmed_at, zone), change.source_id, change.severity.name.lower(),
            ground.visible(why),
        )  # fmt: skip
    ground.console().print(table)


def show(
    change: Annotated[int, typer.Argument(help="Number of the change, as in the mail or in `monitor changes`.")],
    *,
    as_json: Json = False,
    wire: Annotated[
        bool, typer.Option("--wire", help="With the request and the answer's header lines as they went.")
    ] = False,
) -> None:
    """One change with its word marks: [-removed-] {+added+}, in colour on a terminal."""
    with ground.kept() as app:
        found = app.store.history.change(change)
        if found is None:
            raise MonitorError(f"There is no change {change}. `monitor changes` lists them.")
        if as_json:
            documents = [document_row(d) for d in app.store.documents.behind([change])]
            ground.print_json(_as_row(found, full=True) | {"documents": documents})
            return
        _print_change(app, found, wire=wire)


def _print_change(app: ground.Kept, change: "Change", *, wire: bool) -> None:
    from rich.text import Text  # noqa: PLC0415

    from monitor.messages.documents import document_lines  # noqa: PLC0415
    from monitor.model import completed  # noqa: PLC0415

    out, words, zone = ground.console(), ground.words(app), app.settings.zone
    state = app.store.sources.get(change.source_id)
    name = state.source.name if state else change.source_id
    out.print(Text(f"{name}   {change.severity.name}", style="bold"))
    out.print("Why: " + ground.visible("; ".join(words.reason(r) for r in change.reasons)))
    if change.topics:
        out.print("Topics: " + ", ".join(words.name_of("topics", t) for t in change.topics))
    out.print(
        f"First seen {ground.local(change.first_seen, zone)}, confirmed {ground.local(change.confirmed_at, zone)}; "
        f"last unchanged {ground.local(change.last_unchanged, zone)} ({change.looks_unchanged} looks)"
    )
    where: tuple[str, ...] = ()
    for part in change.parts:
        if part.headings and part.headings != where:
            where = part.headings
            out.print(Text("\n" + ground.visible(" > ".join(where)), style="underline"))
        out.print(_marked(part))
    out.print()
    for document in app.store.documents.behind([change.id]):
        for line in document_lines(document, words, f"monitor show {change.id}"):
            out.print(ground.visible(line))
    for touch in change.quotes:
        note = completed(touch.quote.key, state.source.keys if state else ()).shown
        out.print(f"Footnote {note}: {touch.before} → {touch.after}: “{touch.quote.text}”")
    if state and state.source.url:
        out.print(f"Page  {state.source.url}")
    out.print(f"Kept  sha256 {change.old_sha256} → {change.new_sha256}")
    _print_evidence(app, change, wire=wire)


def _print_evidence(app: ground.Kept, change: "Change", *, wire: bool) -> None:
    """What went over the wire when the new copy came first."""
    from rich.text import Text  # noqa: PLC0415

    from monitor.services.evidence import Brought, brought, in_short  # noqa: PLC0415

    copy = app.store.history.snapshot(change.new_snapshot)
    hops = (brought(app.store, copy) if copy else Brought()).hops
    out = ground.console()
    for hop in hops:
        out.print(Text(f"Came  {ground.visible(in_short(hop))}"))
        for line in (*hop.request, "", *hop.answer) if wire else ():
            out.print(Text(f"      {ground.visible(line)}", style="dim"))
    if not hops:
        out.print("Came  what went over the wire was not kept")


def _marked(part: "Part") -> "Text":
    from rich.text import Text  # noqa: PLC0415

    from monitor.model import Mark  # noqa: PLC0415

    lead = f"[p. {part.page}] " if part.page else ""
    text = Text("\n" + lead + (f"{part.date} " if part.date and part.date not in (part.new or part.old) else ""))
    for span in part.spans:
        shown = ground.visible(span.text)
        if span.mark is Mark.ADDED:
            text.append("{+" + shown + "+} ", style="green")
        elif span.mark is Mark.REMOVED:
            text.append("[-" + shown + "-] ", style="red")
        else:
            text.append(("[…]" if span.mark is Mark.CUT else shown) + " ")
    if part.url:
        text.append("\n" + ground.visible(part.url), style="dim")
    return text


def events(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    since: Since = None,
    limit: Limit = 50,
    *,
    as_json: Json = False,
) -> None:
    """What happened to the sources themselves: moved, gone, blocked, returned, withdrawn, quotes lost."""
    from rich.table import Table  # noqa: PLC0415

    with _asked(source) as app:
        found = app.store.history.events(source=source, since=ground.day(since), limit=limit)
        if not found:
            ground.refuse_silence(app)
        if as_json:
            ground.print_json([
                {"id": e.id, "source": e.source_id, "kind": str(e.kind), "at": e.at, "values": e.values} for e in found
            ])  # fmt: skip
            return
        if not found:
            typer.echo("No events yet.")
            return
        table = Table("at", "source", "event", "facts", box=None, pad_edge=False)
        for event in found:
            facts = "; ".join(f"{k} {v}" for k, v in event.values.items() if v)
            table.add_row(
                ground.local(event.at, app.settings.zone), event.source_id, str(event.kind), ground.visible(facts)
            )
        ground.console().print(table)


def noise(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    since: Since = None,
    limit: Limit = 50,
    *,
    as_json: Json = False,
) -> None:
    """What was held back, with the rule that held it and the words it held.

    `monitor news N` says of number N that it was news.
    """
    from rich.text import Text  # noqa: PLC0415

    with _asked(source) as app:
        found = app.store.history.held(source=source, since=ground.day(since), limit=limit)
        if not found:
            ground.refuse_silence(app)
        if as_json:
            ground.print_json([
                {"id": h.id, "source": h.source_id, "rule": h.rule, "at": h.at, "parts": [_part(p) for p in h.parts]}
                for h in found
            ])  # fmt: skip
            return
        if not found:
            typer.echo("Nothing was held back yet.")
        out = ground.console()
        for held in found:
            why = ground.words(app).reason(held.reason)
            lead = f"{held.id:>5}  {ground.local(held.at, app.settings.zone)}  {held.source_id}  {why}"
            out.print(Text(lead, style="bold"))
            for part in held.parts[:12]:
                out.print(_marked(part))
            if len(held.parts) > 12:
                out.print(f"… and {len(held.parts) - 12} more places")


@contextmanager
def _asked(source: str | None) -> Iterator[ground.Kept]:
    """The store, once it is clear that a source that is named was ever on the list."""
    with ground.kept() as app:
        if source is not None:
            ground.source_known(app, source)
        yield app


def _as_row(change: "Change", *, full: bool = False) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": change.id,
        "source": change.source_id,
        "kind": str(change.kind),
        "severity": change.severity.name.lower(),
        "told": change.told,
        "reasons": [{"code": r.code, **r.values} for r in change.reasons],
        "topics": list(change.topics),
        "first_seen": change.first_seen,
        "confirmed_at": change.confirmed_at,
        "last_unchanged": change.last_unchanged,
        "old_sha256": change.old_sha256,
        "new_sha256": change.new_sha256,
    }
    if full:
        row["parts"] = [_part(p) for p in change.parts]
    return row


def document_row(document: "Document") -> dict[str, Any]:
    """A document behind an entry, for programs."""
    return {
        "id": document.id, "change": document.change, "entry": document.entry, "url": document.url,
        "linked_on": document.linked, "state": str(document.state), "tries": document.tries, "due_at": document.due_at,
        "reason": {"code": document.reason.code, **document.reason.values} if document.reason else None,
        "title": document.title, "media": document.media, "pages": document.pages, "words": document.words,
        "language": document.language, "beginning": document.beginning, "sha256": document.sha256,
    }  # fmt: skip


def _part(part: "Part") -> dict[str, Any]:
    return {
        "kind": str(part.kind), "headings": list(part.headings), "page": part.page, "old": part.old, "new": part.new,
        "spans": [[str(s.mark), s.text] for s in part.spans], "url": part.url, "date": part.date,
    }  # fmt: skip
