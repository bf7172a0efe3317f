"""`accept-move`: the commands that write in the watch list, and change nothing there but what they say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urldefrag, urlsplit

import typer

from monitor import resources
from monitor.cli import ground
from monitor.errors import ConfigError, MonitorError, Problem

if TYPE_CHECKING:
    from monitor.store import SourceState


def register(app: typer.Typer) -> None:
    app.command("accept-move", short_help="Watch a moved source at its new address.")(accept_move)


def accept_move(
    source: Annotated[str, typer.Argument(help="Id of a source that answers at another address now.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Write the address where a source answers now into sources.yaml. The address as cited stays in the citations.

    Nothing else in the file changes, and the source's history goes on. A running daemon takes it over by itself.
    """
    from monitor import config  # noqa: PLC0415
    from monitor.wiring import load_watch_list  # noqa: PLC0415

    with ground.kept() as app:
        ground.source_known(app, source)
        state = app.store.sources.get(source)
        new = _answers_at(app, state) if state else ""
        home = app.settings.home
    where = own_list(home)
    listed = load_watch_list(where).source(source)
    if state is None or listed is None:
        raise ConfigError([Problem(source, f"is no longer in {where.name}", "monitor sources lists what is")])
    old = listed.url or ""
    if not new:
        raise MonitorError(f"{source}: no document came from anywhere yet; `monitor poll {source}` looks now.")
    new = _with_section(old, new)
    if new == old:
        raise MonitorError(f"{source} did not move: it answers at {old}.")
    place = _file_with(source, where)
    before = config.read_file(place)
    after = config.set_address(before, place.name, source, new)
    if not dry_run:
        where = _owned(place, home)
        config.save(where, before, after)
    typer.echo(ground.visible(f"{'would write' if dry_run else 'wrote'}  {where}\nwas    {old}\nis     {new}"))
    if listed.footnotes:
        notes = ", ".join(key.shown for key in listed.keys)
        typer.echo(f"The address as cited stays with footnote {notes} in the citations.")


def own_list(home: Path) -> Path:
    """This home's own sources.yaml; the one that ships with the program is nobody's to edit."""
    where = home / resources.WATCH_LIST
    if not where.is_file():
        raise ConfigError([Problem(str(where), "there is no such file", f"monitor init {home} makes one")])
    return where


def _file_with(source: str, where: Path) -> Path:
    """The file the source is written in: a list that is included, or the home's own."""
    from monitor import config  # noqa: PLC0415

    return next((path for path in config.lists_of(where) if config.alone(path).source(source)), where)


def _owned(path: Path, home: Path) -> Path:
    """The home's own copy of a list: those that ship with the program are nobody's to edit."""
    if path.is_relative_to(home):
        return path
    own = home / "data" / path.name
    try:
        own.parent.mkdir(exist_ok=True)
        own.write_bytes(path.read_bytes())
    except OSError as error:
        raise MonitorError(f"{own} cannot be written: {error.strerror}; nothing is changed.") from error
    return own


def _answers_at(app: ground.Kept, state: "SourceState") -> str:
    """The address where the document was found, or where the page is that readers were asked to look at."""
    from monitor.judge.document import State  # noqa: PLC0415
    from monitor.model import EventKind  # noqa: PLC0415

    doubt = state.memory.doubt
    if doubt is not None and doubt.kind == State.ELSEWHERE and state.address == state.source.url:
        asked = app.store.history.events(source=state.source.id, kinds=(EventKind.MOVED_CHECK,), limit=1)
        if asked and asked[0].values.get("new"):
            return asked[0].values["new"]
    return state.memory.final_url


def _with_section(old: str, new: str) -> str:
    """The part after # names the section of the page that counts; no server knows of it."""
    fragment = urlsplit(old).fragment
    return f"{new}#{fragment}" if fragment and not urldefrag(new).fragment else new
