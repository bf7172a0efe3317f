"""`withhold`: a stored copy is not shown any more, or is shown again."""

from getpass import getuser
from typing import Annotated

import typer

from monitor.cli import ground
from monitor.errors import MonitorError


def register(app: typer.Typer) -> None:
    app.command(short_help="Show nothing of a stored copy any more; hash and row stay.")(withhold)


def withhold(
    snapshot: Annotated[int, typer.Argument(help="Number of the copy, as in the address of its page: /kept/12.")],
    reason: Annotated[str, typer.Option(help="Why. It is shown in place of the copy, and kept in the log.")],
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Show it again.")] = False,
    who: Annotated[str, typer.Option(help="Who says so; without it, the user of this machine.")] = "",
) -> None:
    """Nothing of what a stored copy says is shown any more, for a legal request say: on no page, in no feed, by no
    command. Its bytes, hash, times and address stay. Copies with the same bytes are covered with it, others are not.

    Messages that were sent are with their readers; this program does not show them again.
    """
    from monitor.messages.safe import header  # noqa: PLC0415

    why = header(reason, 500)
    if not why:
        raise MonitorError("--reason: say why, in a few words.")
    with ground.kept() as app:
        row = app.store.history.snapshot(snapshot) if 0 < snapshot < 2**62 else None
        if row is None:
            raise MonitorError(f"There is no copy {snapshot}. The page of its source lists the copies of each.")
        name, now = who.strip() or _user(), app.clock.now()
        said = app.store.withholding.lift if lift else app.store.withholding.put
        if not said(snapshot, why, name, now):
            raise MonitorError(f"Copy {snapshot} is {'not withheld' if lift else 'withheld already'}.")
        done = "is shown again" if lift else "is withheld"
        typer.echo(f"copy {snapshot} of {row.source_id} {done} (sha256 {row.sha256[:16]}…, said by {name})")
        still = app.store.withholding.of([snapshot]) if lift else {}
        for found in still.values():
            typer.echo(f"It stays covered: copy {found.snapshot_id} has the same bytes and is withheld.")
        if not lift:
            typer.echo("The same words in another copy are still shown: monitor withhold takes one copy at a time.")


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        # A container may run as a number without a name.
        return "command line"
