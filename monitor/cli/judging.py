"""`news`, `quiet`, `judgements`: a person's word about what was held back or told, remembered and taken back."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.model import Change, Saying

Undo = Annotated[bool, typer.Option("--undo", help="Take that back.")]


def register(app: typer.Typer) -> None:
    app.command(short_help="This was news: tell what was held back.")(news)
    app.command(short_help="This is noise: hold such a place back from now on.")(quiet)
    app.command(short_help="What was said with news and quiet.")(judgements)


def news(
    held: Annotated[int, typer.Argument(help="Number of what was held back, as in `monitor noise`.")],
    *,
    undo: Undo = False,
) -> None:
    """This was news: it is told with the next digests, and its rule does not hold such a place back again.

    Remembered for this source alone. `--undo`: the rule counts again; who has not had the change does not get it.
    """
    with ground.kept() as app:
        if undo:
            _take_back(app, "news", held, f"what was held back as {held}")
            return
        change = say_news(app, held)
        typer.echo(f"told as change {change}, with the next digests; `monitor news --undo {held}` takes it back")


def say_news(app: ground.Kept, held: int) -> int:
    """What was held back is told; the number of the change."""
    from monitor import persons  # noqa: PLC0415 - costs the readers
    from monitor.cli.explain import judges_of  # noqa: PLC0415

    try:
        return persons.say_news(app.store, judges_of(app), held, app.clock.now())
    except persons.SayingError as error:
        said = {
            "already": f"{held} was called news already; `monitor news --undo {held}` takes it back.",
            "unknown": f"Nothing was held back as {held}. `monitor noise` lists what was.",
            "wordless": f"{held} has no words that could be told.",
            "busy": f"The source of {held} was looked at just now; please type that again.",
        }
        raise MonitorError(said[error.code]) from error


def quiet(
    change: Annotated[int, typer.Argument(help="Number of the change, as in the mail or in `monitor changes`.")],
    *,
    undo: Undo = False,
) -> None:
    """This is noise: the places of this change are held back from now on; all other words of the page still alert.

    Remembered for this source alone; what is held back so is listed by `monitor noise` under the rule "person". Who
    has not had the change yet does not get it. `--undo`: they are told again.
    """
    with ground.kept() as app:
        if undo:
            _take_back(app, "quiet", change, f"change {change}")
            return
        found = say_quiet(app, change)
        typer.echo(
            f"{ground.count(len(found.parts), 'place')} of {found.source_id} held back from now on; "
            f"`monitor quiet --undo {change}` takes it back"
        )


def say_quiet(app: ground.Kept, change: int) -> "Change":
    """The places of a change are held back; the change."""
    from monitor import persons  # noqa: PLC0415 - costs the readers

    try:
        return persons.say_quiet(app.store, change, app.clock.now())
    except persons.SayingError as error:
        said = {
            "already": f"Change {change} was called noise already; `monitor quiet --undo {change}` takes it back.",
            "unknown": f"There is no change {change}. `monitor changes` lists them.",
            "wordless": f"Change {change} has no words, so it has no place that could be held back.",
        }
        raise MonitorError(said[error.code]) from error


def judgements(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What people said of differences: this was news, this is noise; in force and taken back."""
    from rich.table import Table  # noqa: PLC0415

    with ground.kept() as app:
        if source is not None:
            ground.source_known(app, source)
        found = app.store.people.all(source)
        if as_json:
            ground.print_json([_row(s) for s in found])
            return
        if not found:
            typer.echo("Nothing was said yet. `monitor news N` and `monitor quiet N` do.")
            return
        table = Table("said", "source", "judgement", "", "in force", box=None, pad_edge=False)
        for saying in found:
            table.add_row(
                ground.local(saying.said_at, app.settings.zone), saying.source_id, *_in_words(saying),
                _until(saying.undone_at, app),
            )  # fmt: skip
        ground.console().print(table)


def _row(saying: "Saying") -> dict[str, Any]:
    return {
        "source": saying.source_id, "judgement": str(saying.kind), "held": saying.held or None,
        "change": saying.change, "rule": saying.rule, "places": list(saying.places), "said_at": saying.said_at,
        "undone_at": saying.undone_at,
    }  # fmt: skip


def _in_words(saying: "Saying") -> tuple[str, str]:
    if saying.held:
        return "was news", f"{saying.held}, held back by {saying.rule}, told as change {saying.change}"
    return "is noise", f"change {saying.change}, {ground.count(len(saying.places), 'mark')}"


def _until(undone_at: datetime | None, app: ground.Kept) -> str:
    return f"until {ground.local(undone_at, app.settings.zone)}" if undone_at else "yes"


def _take_back(app: ground.Kept, kind: str, number: int, what: str) -> None:
    from monitor import persons  # noqa: PLC0415 - costs the readers
    from monitor.model import SayingKind  # noqa: PLC0415

    try:
        persons.take_back(app.store, SayingKind(kind), number, app.clock.now())
    except persons.SayingError as error:
        raise MonitorError(f"Nothing is said of {what}. `monitor judgements` lists what is.") from error
    typer.echo(f"taken back: {what}")
