"""`news`, `quiet`, `judgements`: a person's word about what was held back or told, remembered and taken back."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.model import Change, Saying, SayingKind

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
    from monitor.model import SayingKind  # noqa: PLC0415

    with ground.kept() as app:
        if undo:
            _take_back(app, _said(app, SayingKind.NEWS, held), f"what was held back as {held}")
            return
        change = say_news(app, held)
        typer.echo(f"told as change {change}, with the next digests; `monitor news --undo {held}` takes it back")


def say_news(app: ground.Kept, held: int) -> int:
    """What was held back is told; the number of the change."""
    from monitor.model import SayingKind  # noqa: PLC0415

    found = _said(app, SayingKind.NEWS, held)
    if found is not None and found.undone_at is None:
        raise MonitorError(f"{held} was called news already; `monitor news --undo {held}` takes it back.")
    return _tell_again(app, found) if found is not None else _tell(app, held)


def _tell_again(app: ground.Kept, before: "Saying") -> int:
    """After it was taken back: the change is there, and the word counts again."""
    app.store.people.say(replace(before, said_at=app.clock.now(), undone_at=None))
    return before.change


def _tell(app: ground.Kept, held_id: int) -> int:
    from monitor.cli.explain import judges_of  # noqa: PLC0415
    from monitor.judge.belated import tell_held  # noqa: PLC0415
    from monitor.judge.person import places_of  # noqa: PLC0415
    from monitor.model import Saying, SayingKind  # noqa: PLC0415
    from monitor.rejudge import setting_then  # noqa: PLC0415

    held = app.store.history.held_row(held_id)
    state = app.store.sources.get(held.source_id) if held else None
    if held is None or state is None:
        raise MonitorError(f"Nothing was held back as {held_id}. `monitor noise` lists what was.")
    if not state.told_text or not held.parts:
        raise MonitorError(f"{held_id} has no words that could be told.")
    now = app.clock.now()
    told, current = app.store.texts.get(state.told_text), app.store.texts.get(state.current_text)
    setting = setting_then(state.source, state.memory, judges_of(app), now)
    belated = tell_held(held, state.memory, told, current, setting)
    saying = Saying(held.source_id, SayingKind.NEWS, places_of(held.parts), now, held.rule, held_id)
    change = app.store.people.news(saying, belated.change, belated.told, belated.memory, state.token)
    if change is None:
        raise MonitorError(f"{held.source_id} was looked at just now; please type that again.")
    return change


def quiet(
    change: Annotated[int, typer.Argument(help="Number of the change, as in the mail or in `monitor changes`.")],
    *,
    undo: Undo = False,
) -> None:
    """This is noise: the places of this change are held back from now on; all other words of the page still alert.

    Remembered for this source alone; what is held back so is listed by `monitor noise` under the rule "person". Who
    has not had the change yet does not get it. `--undo`: they are told again.
    """
    from monitor.model import SayingKind  # noqa: PLC0415

    with ground.kept() as app:
        if undo:
            _take_back(app, _said(app, SayingKind.QUIET, change), f"change {change}")
            return
        found = say_quiet(app, change)
        typer.echo(
            f"{ground.count(len(found.parts), 'place')} of {found.source_id} held back from now on; "
            f"`monitor quiet --undo {change}` takes it back"
        )


def say_quiet(app: ground.Kept, change: int) -> "Change":
    """The places of a change are held back; the change."""
    from monitor.judge.person import places_of  # noqa: PLC0415
    from monitor.model import Saying, SayingKind  # noqa: PLC0415

    said = _said(app, SayingKind.QUIET, change)
    if said is not None and said.undone_at is None:
        raise MonitorError(f"Change {change} was called noise already; `monitor quiet --undo {change}` takes it back.")
    found = app.store.history.change(change)
    if found is None:
        raise MonitorError(f"There is no change {change}. `monitor changes` lists them.")
    places = places_of(found.parts)
    if not places:
        raise MonitorError(f"Change {change} has no words, so it has no place that could be held back.")
    app.store.people.say(Saying(found.source_id, SayingKind.QUIET, places, app.clock.now(), change=change))
    return found


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


def _said(app: ground.Kept, kind: "SayingKind", number: int) -> "Saying | None":
    """What was said last of this number."""
    from monitor.model import SayingKind  # noqa: PLC0415

    news = kind is SayingKind.NEWS
    found = [s for s in app.store.people.all() if s.kind is kind and number == (s.held if news else s.change)]
    return found[-1] if found else None


def _take_back(app: ground.Kept, saying: "Saying | None", what: str) -> None:
    if saying is None or saying.undone_at is not None:
        raise MonitorError(f"Nothing is said of {what}. `monitor judgements` lists what is.")
    app.store.people.undo(saying.id, app.clock.now())
    typer.echo(f"taken back: {what}")
