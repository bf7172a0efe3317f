"""`subscribers export`, `import`, `about`: all of them as a table, and everything that is kept of one."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import ground
from monitor.errors import ConfigError, MonitorError, Problem
from monitor.model import Medium, Subscriber
from monitor.settings import Settings

if TYPE_CHECKING:
    from monitor.store import DeliveryRow

Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; nothing is changed.")]


def export(
    file: Annotated[Path, typer.Argument(help="Where to: a CSV file that is not there yet, or - to print it.")],
) -> None:
    """Write all subscribers as a table, for a spreadsheet or for `monitor subscribers import`.

    What a spreadsheet would take for a formula gets an apostrophe before it; import takes it away again. The cells are
    parted by commas, with MONITOR_LANGUAGE nl, fr or de by semicolons, as spreadsheets there expect it.
    """
    from monitor import roster  # noqa: PLC0415

    with ground.kept() as app:
        found = app.store.subscribers.all()
        data = roster.written(found, app.settings.language)
    if str(file) == "-":
        typer.echo(data.decode("utf-8-sig"), nl=False)
        return
    try:
        # It holds everybody's address.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
    except OSError as error:
        raise MonitorError(f"{file} cannot be written: {error.strerror}.") from error
    typer.echo(f"{ground.count(len(found), 'subscriber')} in {file}")


def take_in(
    file: Annotated[Path, typer.Argument(help="A CSV file: its first line names the columns.")],
    *,
    dry_run: Dry = False,
) -> None:
    """Add and change subscribers from a table, all of it or, when something is wrong with a line, nothing.

    `monitor subscribers export` shows the columns; only `address` is needed. A column that is missing leaves things as
    they are, an empty cell means the usual. Who is not in the table stays as they are: nobody is ever removed by it.
    """
    from monitor import roster  # noqa: PLC0415
    from monitor.cli.wishes import known_to  # noqa: PLC0415

    try:
        with file.open("rb") as source:
            data = source.read(roster.MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError([Problem(str(file), f"cannot be read: {error.strerror}")]) from error
    with ground.kept() as app:
        blank = Subscriber(0, "", language=app.settings.language, timezone=app.settings.timezone)
        there = app.store.subscribers.all()
        found = roster.read(data, file.name, there=there, blank=blank, known=known_to(app))
        if not dry_run:
            app.store.subscribers.take_in(found.new, found.changed)
        done, absent = "would be " if dry_run else "", len(there) - len(found.changed) - found.same
        counts = f"added {len(found.new)}, changed {len(found.changed)}, as before {found.same}"
        typer.echo(f"{done}{counts}; not in the table, and left alone: {absent}")
        for reader in found.new:
            for line in missing(app.settings, reader.medium, reader.email):
                typer.echo(line)


def about(
    email: Annotated[str, typer.Argument(help="The subscriber's mail address, or the name of a webhook or a chat.")],
) -> None:
    """Print everything that is kept of one subscriber, as JSON: what they set, each message and what became of it.

    For somebody who asks what is kept of them (docs/explanation/people.md).
    """
    from monitor.cli.subscribing import as_row, subscriber  # noqa: PLC0415

    with ground.kept() as app:
        reader = subscriber(app, email)
        rows = app.store.outbox.deliveries(1_000_000, subscriber_id=reader.id)
        channel = dict(app.store.outbox.shut()).get(reader.channel) if reader.medium is not Medium.MAIL else None
        ground.print_json(
            {
                "subscriber": as_row(reader),
                "messages": [_message(app, row) for row in rows],
                "way_out": {"state": channel.state, "note": channel.note} if channel else None,
                "came_in": [{"kind": kind, "at": at} for kind, at in app.store.subscribers.came_in(reader.id)],
                "told": app.store.subscribers.told(reader.id),
            }
        )


def _message(app: ground.Kept, row: "DeliveryRow") -> dict[str, Any]:
    return {
        "id": row.id, "kind": str(row.kind), "window": row.window, "to": row.recipient, "subject": row.subject,
        "state": str(row.state), "composed_at": row.created_at, "settled_at": row.settled_at,
        "answer": ground.cleaned(row.answer, app.settings), "message_id": row.message_id,
    }  # fmt: skip


def missing(found: Settings, medium: Medium, name: str) -> list[str]:
    """What must still be set before a webhook or a chat gets anything, a line each."""
    from monitor.settings.ways import CHAT_URL, WEBHOOK_SECRET, variable_of  # noqa: PLC0415

    if medium is Medium.WEBHOOK and not found.webhook_keys(name):
        variable = variable_of(WEBHOOK_SECRET, name)
        make = f"`monitor webhook secret {name}` makes a line for .env"
        return [f"{variable} is not set, and nothing is sent unsigned: {make}"]
    if medium is not Medium.CHAT:
        return []
    from monitor.notify.chat import EXTRA, installed  # noqa: PLC0415

    lines = [] if installed() else [EXTRA]
    if not found.chat_url(name).get_secret_value():
        lines.append(f"{variable_of(CHAT_URL, name)} is not set: the Apprise URL of the service, in .env")
    return lines
