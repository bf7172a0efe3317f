"""`subscribers`: who gets which digests, how often, in which language and time zone."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from monitor.cli import ground, listing
from monitor.cli.wishes import (
    Day,
    Email,
    Filter,
    Hook,
    Hour,
    HowOften,
    Json,
    Jurisdictions,
    Least,
    Life,
    Sources,
    Tongue,
    Topics,
    Urgent,
    Weekday,
    Wishes,
    Words,
    Zone,
    granted,
)
from monitor.errors import ConfigError, Problem
from monitor.model import Frequency, Medium, Severity, Subscriber


def register(app: typer.Typer) -> None:
    room = typer.Typer(
        invoke_without_command=True, help=show.__doc__, short_help="Who gets digests; add and change them."
    )
    room.callback()(show)
    room.command(short_help="Add a subscriber.")(add)
    room.command(short_help="Change what a subscriber gets.")(change)
    room.command(short_help="Send nothing for a while.")(pause)
    room.command(short_help="Send again.")(resume)
    room.command(short_help="Delete a subscriber and their mail.")(forget)
    room.command("export", short_help="All of them as a table (CSV).")(listing.export)
    room.command("import", short_help="Add and change them from a table (CSV).")(listing.take_in)
    room.command(short_help="Everything that is kept of one.")(listing.about)
    app.add_typer(room, name="subscribers")


def show(context: typer.Context, *, as_json: Json = False) -> None:
    """Who gets digests: address, rhythm, language, filters. The commands below add and change."""
    if context.invoked_subcommand is not None:
        return
    with ground.kept() as app:
        found = app.store.subscribers.all()
    if as_json:
        ground.print_json([as_row(s) for s in found])
    elif not found:
        typer.echo("Nobody is subscribed: monitor subscribers add you@example.org")
    else:
        _print(found)


def _print(found: tuple[Subscriber, ...]) -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table("address", "gets", "language", "only", "state", box=None, pad_edge=False)
    for reader in found:
        table.add_row(ground.visible(address(reader)), rhythm(reader), reader.language, filters(reader), state(reader))
    ground.console().print(table)


def address(reader: Subscriber) -> str:
    """`an@example.org`, `desk (webhook https://example.org/hook)`, `team (chat)`"""
    if reader.medium is Medium.MAIL:
        return reader.email
    return f"{reader.email} ({' '.join(filter(None, (str(reader.medium), reader.url)))})"


def state(reader: Subscriber) -> str:
    """`active`, `paused`, `suspended: three messages came back`"""
    if reader.suspended_at is not None:
        return ground.visible(f"suspended: {reader.suspended_reason}")
    return "paused" if reader.paused else "active"


def rhythm(reader: Subscriber) -> str:
    """`daily at 07:00 Europe/Brussels, urgent at once`"""
    text = str(reader.frequency)
    if reader.frequency is Frequency.WEEKLY:
        text += f" on {list(Weekday)[reader.weekday]}"
    if reader.frequency is not Frequency.IMMEDIATE:
        text += f" at {reader.hour:02d}:00 {reader.timezone}"
        text += ", urgent at once" if reader.urgent else ""
    return text + (", sign of life" if reader.sign_of_life else "")


def filters(reader: Subscriber) -> str:
    """`topics oversight, laws; from substantive on`, or `everything`"""
    found = reader.filters
    groups = ((name, getattr(found, name)) for name in Filter)
    parts = [f"{name} {', '.join(values)}" for name, values in groups if values]
    if found.min_severity > Severity.MINOR:
        parts.append(f"from {found.min_severity.name.lower()} on")
    return ground.visible("; ".join(parts)) or "everything"


def add(
    email: Annotated[
        str | None, typer.Argument(help="A mail address; of a webhook or a chat, the name it goes by.")
    ] = None,
    webhook: Hook = None,
    frequency: HowOften = None,
    hour: Hour = None,
    weekday: Day = None,
    timezone: Zone = None,
    language: Tongue = None,
    topic: Topics = None,
    source: Sources = None,
    jurisdiction: Jurisdictions = None,
    word: Words = None,
    min_severity: Least = None,
    *,
    chat: Annotated[bool, typer.Option("--chat", help="A chat service, see docs/how-to/chat.md.")] = False,
    urgent: Urgent = None,
    sign_of_life: Life = None,
) -> None:
    """Add a subscriber. What is left out is as usual: everything, daily at 07:00, language and time zone of the
    settings.

    What was told to others before is not told again; the first message says what stands at each cited address today.
    """
    with ground.kept() as app:
        medium = Medium.WEBHOOK if webhook is not None else Medium.CHAT if chat else Medium.MAIL
        name = email or _host_of(webhook)
        if not name or (chat and webhook is not None):
            hint = "an address, --webhook URL, or a name with --chat"
            raise ConfigError([Problem("monitor subscribers add", "who is it?", hint)])
        wishes = Wishes(
            name, webhook, frequency, hour, weekday, timezone, language, urgent, sign_of_life, tuple(topic or ()),
            tuple(source or ()), tuple(jurisdiction or ()), tuple(word or ()), min_severity,
        )  # fmt: skip
        blank = Subscriber(0, name, language=app.settings.language, timezone=app.settings.timezone, medium=medium)
        added = app.store.subscribers.add(granted(app, wishes, blank))
        _note(app, "reader-add", added)
        _say("added", added)
        for line in listing.missing(app.settings, medium, name):
            typer.echo(line)


def _host_of(webhook: str | None) -> str:
    """The name of a webhook that was given none."""
    return (webhook or "").partition("://")[2].partition("/")[0].partition(":")[0].lower()


def change(
    email: Email,
    new_email: Annotated[str | None, typer.Option("--email", help="Another address, or name, from now on.")] = None,
    webhook: Hook = None,
    frequency: HowOften = None,
    hour: Hour = None,
    weekday: Day = None,
    timezone: Zone = None,
    language: Tongue = None,
    topic: Topics = None,
    source: Sources = None,
    jurisdiction: Jurisdictions = None,
    word: Words = None,
    min_severity: Least = None,
    clear: Annotated[list[Filter] | None, typer.Option(help="Forget this filter: everything again.")] = None,
    *,
    urgent: Urgent = None,
    sign_of_life: Life = None,
) -> None:
    """Change what a subscriber gets. What is left out stays; a filter that is given replaces the one there was."""
    with ground.kept() as app:
        before = subscriber(app, email)
        wishes = Wishes(
            new_email, webhook, frequency, hour, weekday, timezone, language, urgent, sign_of_life, tuple(topic or ()),
            tuple(source or ()), tuple(jurisdiction or ()), tuple(word or ()), min_severity, tuple(clear or ()),
        )  # fmt: skip
        after = granted(app, wishes, before)
        if after == before:
            raise ConfigError([Problem(email, "nothing to change was given", "monitor subscribers change --help")])
        app.store.subscribers.update(after)
        _note(app, "reader-change", after)
        _say("changed", after)


def pause(email: Email) -> None:
    """Send nothing until `resume`. What happens meanwhile is told then, in one digest."""
    with ground.kept() as app:
        reader = replace(subscriber(app, email), paused=True)
        app.store.subscribers.update(reader)
        _note(app, "reader-pause", reader)
        typer.echo(f"paused {reader.email}; monitor subscribers resume {reader.email}")


def resume(email: Email) -> None:
    """Send again, after a pause or a suspension. What happened meanwhile comes with the next digest."""
    with ground.kept() as app:
        reader = subscriber(app, email)
        app.store.subscribers.resume(reader.id)
        _note(app, "reader-resume", reader)
        _say("resumed", reader)


def forget(
    email: Email,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a subscriber, and everything that is kept of them: their messages, sent or not, and what came back.

    Backups made before still have it (docs/explanation/people.md).

    Asked back before it is done. When the last one goes, the next start makes the first subscriber again
    (MONITOR_MAIL_TO); pause keeps them and sends nothing.
    """
    with ground.kept() as app:
        reader = subscriber(app, email)
        if not yes:
            typer.confirm(f"Forget {reader.email} and every message to them?", abort=True)
        app.store.subscribers.forget(reader.email)
        _note(app, "reader-forget", reader)
        typer.echo(f"forgotten {reader.email}")


def subscriber(app: ground.Kept, email: str) -> Subscriber:
    """The subscriber with this address; ConfigError that names the nearest one."""
    found = app.store.subscribers.get(email)
    if found is None:
        known = [s.email for s in app.store.subscribers.all()]
        raise ConfigError([Problem(email, "is not subscribed", ground.meant(email, known, "monitor subscribers"))])
    return found


def _note(app: ground.Kept, what: str, reader: Subscriber) -> None:
    """In the log of what was done, by number: whoever is forgotten must not stand in it."""
    app.store.audit.note("(command line)", what, f"subscriber:{reader.id}", "", app.clock.now())


def _say(done: str, reader: Subscriber) -> None:
    typer.echo(f"{done} {reader.email}: {rhythm(reader)}; {filters(reader)}")


def as_row(reader: Subscriber) -> dict[str, Any]:
    found = reader.filters
    return {
        "email": reader.email,
        "reached_by": str(reader.medium),
        "url": reader.url,
        "frequency": str(reader.frequency),
        "hour": reader.hour,
        "weekday": str(list(Weekday)[reader.weekday]),
        "timezone": reader.timezone,
        "language": reader.language,
        **{str(name): list(getattr(found, name)) for name in Filter},
        "min_severity": found.min_severity.name.lower(),
        "urgent": reader.urgent,
        "sign_of_life": reader.sign_of_life,
        "paused": reader.paused,
        "bounces": reader.bounces,
        "suspended_at": reader.suspended_at,
        "suspended_reason": reader.suspended_reason,
        "since": reader.created_at,
    }
