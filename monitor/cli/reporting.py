"""`report`, `replay`: what a source went through, packed for a bug report, and played again on another machine."""

import asyncio
import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import __version__
from monitor.cli import ground
from monitor.cli.explain import VERDICTS, in_words
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.casefile import Played, Report, SourceFile
    from monitor.rejudge import Compared
    from monitor.settings import Settings

LIBRARIES = ("selectolax", "pypdfium2", "httpcore", "sqlmodel", "rapidfuzz", "charset-normalizer")


def register(app: typer.Typer) -> None:
    app.command(short_help="Pack what a source went through, to attach to a bug report.")(report)
    app.command(short_help="Play a report through today's rules: told then, told now.")(replay)


def report(
    sources: Annotated[list[str], typer.Argument(help="Ids of sources.")],
    out: Annotated[Path | None, typer.Option(help="The file to write; without it, one named after the source.")] = None,
    polls: Annotated[int, typer.Option(min=1, max=5000, help="The last looks at each source.")] = 60,
) -> None:
    """Write one ZIP file with the last looks at some sources: bytes, headers, texts, verdicts, changes, versions.

    Mail addresses, secrets, and headers that may say who asked are taken out; MANIFEST.txt inside lists it. Nothing
    is sent: look through the file, then attach it to the bug report.
    """
    from monitor.casefile import pack  # noqa: PLC0415

    with ground.kept() as app:
        for name in sources:
            ground.source_known(app, name)
            # A past without one of its copies cannot be played again, and with it the report would show it.
            ground.refuse_withheld(app, *(row.id for row in app.store.history.snapshots(name, limit=10_000)))
        found = _report(app, list(dict.fromkeys(sources)), polls)
        where = out or Path(f"footnote-watch-{found.sources[0].source.id}-{found.made_at:%Y-%m-%d}.zip")
        data = pack(found, app.store.bodies.get, ground.secrets_of(app.settings))
    _write(where, data)
    looks = sum(len(s.polls) for s in found.sources)
    typer.echo(
        f"wrote {where}: {ground.count(looks, 'look')}, {len(data):,} bytes. MANIFEST.txt says what was taken out."
    )


def _report(app: ground.Kept, names: list[str], polls: int) -> "Report":
    from monitor.casefile import Report  # noqa: PLC0415

    return Report(
        made_at=app.clock.now(),
        versions=dict(_versions()),
        settings=_settings(app.settings),
        sources=tuple(_source_file(app, name, polls) for name in names),
        first_report_at=app.store.past.first_report_at(),
    )


def _source_file(app: ground.Kept, name: str, polls: int) -> "SourceFile":
    from monitor import config  # noqa: PLC0415
    from monitor.casefile import SourceFile, last_polls  # noqa: PLC0415
    from monitor.judge.coverage import by_source  # noqa: PLC0415
    from monitor.model import Outcome  # noqa: PLC0415

    state = app.store.sources.get(name)
    if state is None:
        raise MonitorError(f"{name} is no source any more.")
    looks = (p for p in app.store.past.polls(name) if p.outcome is not Outcome.FOLLOWED)
    rows = last_polls(tuple(looks), polls)
    ids = {row.id for row in rows}
    return SourceFile(
        source=state.source,
        citations=by_source(config.load_citations(app.settings.home)).get(name, ()),
        polls=rows,
        found={poll: found for poll, found in app.store.past.found(name).items() if poll in ids},
        memory=state.memory,
        health=str(state.health),
        told=app.store.texts.get(state.told_text) if state.told_text else None,
        current=app.store.texts.get(state.current_text) if state.current_text else None,
    )


def _versions() -> Iterator[tuple[str, str]]:
    from monitor.store import SQLITE  # noqa: PLC0415

    yield "footnote-watch", __version__
    yield "python", platform.python_version()
    yield "system", f"{platform.system()} {platform.machine()}"
    yield "sqlite", SQLITE
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _settings(found: "Settings") -> dict[str, str]:
    """What was set, masked; folders without the names in front of them."""
    rows = {row.name: row.value for row in found.masked() if row.origin != "default"}
    folders = {str(found.home): "(home)", str(Path.home()): "(user)"}
    for folder, instead in folders.items():
        rows = {name: value.replace(folder, instead) for name, value in rows.items()}
    return rows


def _write(where: Path, data: bytes) -> None:
    """A new file that only its owner can read."""
    try:
        handle = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as error:
        raise MonitorError(f"{where} cannot be written: {error.strerror}; --out names another.") from error


def replay(
    file: Annotated[Path, typer.Argument(help="A report, as `monitor report` writes it.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Play a report through today's rules: what was told then, what is told now. Nothing is unpacked or written.

    Neither a database nor the network is needed. Exit code 1 when something differs.
    """
    from monitor.casefile import unpack  # noqa: PLC0415

    try:
        with file.open("rb") as opened:
            data = opened.read()
    except OSError as error:
        raise MonitorError(f"{file} cannot be read: {error.strerror}") from error
    played = unpack(data)
    compared = asyncio.run(asyncio.to_thread(_compare, played))
    if as_json:
        ground.print_json([
            {"source": c.source_id, "at": c.at, "verdict": c.verdict,
             "then": c.then.severity.name.lower() if c.then else None,
             "now": c.now.severity.name.lower() if c.now else None} for c in compared
        ])  # fmt: skip
    else:
        _show(played, compared)
    if any(c.verdict != "same" for c in compared):
        raise typer.Exit(1)


def _compare(played: "Played") -> "list[Compared]":
    from monitor.rejudge import Judges, told_then_and_now  # noqa: PLC0415
    from monitor.wiring import load_lore  # noqa: PLC0415

    judges = Judges(load_lore(), {s.source.id: s.citations for s in played.report.sources})
    try:
        return [c for s in played.report.sources for c in told_then_and_now(played, s.source, judges)]
    except ValueError as error:  # a word this program does not know where it looks for one of a few
        raise MonitorError(f"This report cannot be played: {error}") from error


def _show(played: "Played", compared: "list[Compared]") -> None:
    from rich.table import Table  # noqa: PLC0415

    report = played.report
    typer.echo(
        ground.visible(f"Made by Footnote Watch {report.versions.get('footnote-watch', '?')} at {report.made_at}")
    )
    for packed in report.sources:
        typer.echo(ground.visible(f"{packed.source.id}: {ground.count(len(packed.polls), 'look')}, {packed.health}"))
    settings = ground.settings()
    words = ground.words_of(settings)
    table = Table("", "confirmed", "source", "told then", "told now", box=None, pad_edge=False)
    for pair in compared:
        table.add_row(
            VERDICTS[pair.verdict], ground.local(pair.at, settings.zone), ground.visible(pair.source_id),
            in_words(pair.then, words), in_words(pair.now, words),
        )  # fmt: skip
    ground.console().print(table if compared else "Nothing was told then, and nothing is told now.")
