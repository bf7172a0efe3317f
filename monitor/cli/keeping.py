"""`doctor`, `backup`, `restore`, `demo`: keeping it well."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import ground
from monitor.errors import MonitorError, StorageError

if TYPE_CHECKING:
    from monitor.cli.doctor import Line, Patient
    from monitor.settings import Settings
    from monitor.store import Between

UNKNOWN = (
    "What readers were told since is not known: what is found again at the first looks is told again, and says that it "
    "may be a repeat. Whoever unsubscribed since gets mail again: take them out (monitor subscribers)."
)
KEPT = (
    "Looks, changes, events and new subscribers of that time go. Messages, wishes of readers, reviews and withheld "
    "copies are taken over: nobody who left gets mail again. What is found again word for word is not told again to "
    "those who were told; other finds at the first looks of those sources say that they may be a repeat."
)
STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def register(app: typer.Typer) -> None:
    app.command(short_help="Is everything in order, and what mends it?")(doctor)
    app.command(short_help="Copy the database into one checked file.")(backup)
    app.command(short_help="Put a copy in the place of the database.")(restore)
    app.command(short_help="A played Belgium changes before your eyes.")(demo)


def doctor(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody outside: neither the mail server nor a site.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at everything that can be wrong: the program, the home, the settings, the database and every kept body, the
    disk, the clock, mail, the network.

    Each line says ok, warn or fail, and what mends it. Nothing is changed and no mail is sent. A large database takes
    a minute. Exit code 1 when something fails.
    """
    from monitor.cli.doctor import examine  # noqa: PLC0415 - costs the database library
    from monitor.cli.doctor_pages import pages  # noqa: PLC0415
    from monitor.cli.doctor_store import database  # noqa: PLC0415

    found = ground.settings()
    lines = [
        replace(line, said=ground.cleaned(line.said, found))
        for line in examine(_patient(found, offline=offline), more=[("database", database), ("pages", pages)])
    ]
    if as_json:
        ground.print_json([{"check": x.name, "state": x.state, "said": x.said, "mend": x.mend} for x in lines])
    else:
        _print(lines)
    if any(line.state == "fail" for line in lines):
        raise typer.Exit(1)


def _patient(found: "Settings", *, offline: bool) -> "Patient":
    from monitor.cli.doctor import Patient, reach_with  # noqa: PLC0415
    from monitor.clock import SystemClock  # noqa: PLC0415
    from monitor.notify import notifier_for  # noqa: PLC0415

    clock = SystemClock()
    if offline:
        return Patient(found, clock)
    return Patient(found, clock, reach_with(found, clock), notifier_for(found) if found.smtp else None)


def _print(lines: "list[Line]") -> None:
    from rich.text import Text  # noqa: PLC0415

    out = ground.console()
    for line in lines:
        text = Text(f"{line.state:5}", style=STYLES[line.state])
        text.append(f" {line.name:12} {ground.visible(line.said)}", style="none")
        out.print(text)
        if line.mend:
            out.print(Text(f"{'':5} {'':12} → {ground.visible(line.mend)}"))
    worst = {line.state for line in lines}
    out.print()
    if "fail" in worst:
        out.print(f"{ground.count(sum(line.state == 'fail' for line in lines), 'check')} failed.")
    else:
        out.print("Nothing fails." if "warn" in worst else "All is well.")


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; a folder will do. Without it: db/backups, under a dated name.")
    ] = None,
) -> None:
    """Copy the database, while others work, into one file, and check the copy.

    The file holds everything: what is watched, every body, the history, subscribers and their mail. The watch list and
    .env are yours to keep. `monitor restore` puts a copy back.
    """
    from monitor.clock import SystemClock  # noqa: PLC0415
    from monitor.store import backup_name, never_made, open_store  # noqa: PLC0415 - costs the database library

    found, clock = ground.settings(), SystemClock()
    if never_made(found.database):
        raise StorageError(f"There is no database {found.database} to copy yet.")
    target = file and file.absolute()
    if target and target.is_dir():
        target /= backup_name(found.database, clock.now()).name
    if target and target.exists():
        raise MonitorError(f"{target} is there already; name another file, or a folder.")
    store = open_store(found.database, clock=clock)
    try:
        made = store.backup(target)
    finally:
        store.close()
    typer.echo(f"{made}: {made.stat().st_size:,} bytes, checked.")


def restore(
    file: Annotated[Path, typer.Argument(help="A copy made by `monitor backup` or by the daemon (db/backups).")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, on a terminal, whether to go on.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and stop.")] = False,
) -> None:
    """Put a copy in the place of the database. Refused while the daemon runs.

    Before it does, it says how old the copy is, what lies between, and what readers will hear again. The copy is
    checked first, and nothing is touched unless it is good. What readers were told, who left, and what was withheld
    since is taken over from the old database where that can be read. The old database is kept beside the new one, under
    the name that is printed.
    """
    from monitor.clock import SystemClock  # noqa: PLC0415
    from monitor.store import lies_between  # noqa: PLC0415 - costs the database library
    from monitor.store import restore as put_back  # noqa: PLC0415

    found = ground.settings()
    if file.is_file():
        _foretell(lies_between(file.absolute(), found.database), found, there=found.database.exists())
    if dry_run:
        return
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        typer.confirm("Go on?", abort=True)
    aside = put_back(found.database, file, SystemClock().now())
    typer.echo(f"{found.database} is now the copy {file}.")
    if aside:
        typer.echo(f"The old one is kept as {aside}.")


def _foretell(between: "Between", found: "Settings", *, there: bool) -> None:
    """What a restore will do, in words, before it does it."""
    now = datetime.now(UTC)
    if between.copied_at is not None:
        age = ground.count(max(0, (now - between.copied_at).days), "day")
        typer.echo(f"The last look in this copy is of {ground.local(between.copied_at, found.zone)}, {age} ago.")
    if not there:
        typer.echo("There is no database now. " + UNKNOWN)
    elif not between.readable:
        typer.echo("The database that it replaces cannot be compared with it. " + UNKNOWN)
    elif not (between.polls or between.digests or between.joined or between.left):
        typer.echo("Nothing was written since; readers will hear nothing again.")
    else:
        lost = (
            (between.polls, "look"), (between.changes, "change"), (between.events, "event"),
            (between.digests, "digest"), (between.joined, "new subscriber"),
        )  # fmt: skip
        typer.echo("Written since: " + ", ".join(ground.count(number, thing) for number, thing in lost) + ".")
        typer.echo(KEPT)


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="The home of the demo; made when it is not there.")] = Path(
        "demo"
    ),
) -> None:
    """A played Belgium changes before your eyes: invented sites on this machine, nine days of their history in
    seconds, and the digests that tell of it. No network, no mail server; your own home is not touched.
    """
    from monitor.demo import run_demo  # noqa: PLC0415

    ground.settings()
    run_demo(folder.absolute(), typer.echo)
