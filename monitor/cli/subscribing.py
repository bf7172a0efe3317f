"""`subscribers`: who gets which digests, how often, in which language and time zone."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal

import typer

from monitor import resources
from monitor.cli import ground
from monitor.errors import ConfigError, Problem
from monitor.model import Frequency, Severity, Subscriber


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class AtLeast(StrEnum):
    """Severities that are told."""

    MINOR = "minor"
    SUBSTANTIVE = "substantive"
    CRITICAL = "critical"


class Filter(StrEnum):
    """Filters by the names that `--clear` takes."""

    TOPICS = "topics"
    SOURCES = "sources"
    JURISDICTIONS = "jurisdictions"
    WORDS = "words"


Language = Literal["en", "nl", "fr", "de"]
Email = Annotated[str, typer.Argument(help="The subscriber's mail address.")]
HowOften = Annotated[
    Frequency | None, typer.Option(help="immediate gathers for five minutes; daily and weekly come at --hour.")
]
Hour = Annotated[int | None, typer.Option(min=0, max=23, help="Full hour of daily and weekly digests, in --timezone.")]
Day = Annotated[Weekday | None, typer.Option(help="Day of weekly digests.")]
Zone = Annotated[str | None, typer.Option(help="Such as Europe/Brussels.")]
Tongue = Annotated[Language | None, typer.Option(help="Of the mail; names and quotes keep their own.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only changes about it. Give it again for more.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this source. Give it again for more.")]
Jurisdictions = Annotated[
    list[str] | None, typer.Option("--jurisdiction", help="Only sources about it. Give it again for more.")
]
Words = Annotated[
    list[str] | None, typer.Option("--word", help="Only text with this word or phrase. Give it again for more.")
]
Least = Annotated[AtLeast | None, typer.Option("--min-severity", help="Nothing below it.")]
Urgent = Annotated[
    bool | None,
    typer.Option(
        "--urgent/--no-urgent",
        help="Critical changes come at once, whatever the hour; so they do unless told otherwise.",
    ),
]
Life = Annotated[
    bool | None,
    typer.Option("--sign-of-life/--no-sign-of-life", help="A word each Monday when there was nothing to tell."),
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


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
    app.add_typer(room, name="subscribers")


def show(context: typer.Context, *, as_json: Json = False) -> None:
    """Who gets digests: address, rhythm, language, filters. The commands below add and change."""
    if context.invoked_subcommand is not None:
        return
    with ground.kept() as app:
        found = app.store.subscribers.all()
    if as_json:
        ground.print_json([_as_row(s) for s in found])
    elif not found:
        typer.echo("Nobody is subscribed: monitor subscribers add you@example.org")
    else:
        _print(found)


def _print(found: tuple[Subscriber, ...]) -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table("address", "gets", "language", "only", "state", box=None, pad_edge=False)
    for reader in found:
        state = "paused" if reader.paused else "active"
        table.add_row(ground.visible(reader.email), rhythm(reader), reader.language, filters(reader), state)
    ground.console().print(table)


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


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options as typed; None: not given."""

    email: str | None = None
    frequency: Frequency | None = None
    hour: int | None = None
    weekday: Weekday | None = None
    timezone: str | None = None
    language: str | None = None
    urgent: bool | None = None
    sign_of_life: bool | None = None
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    min_severity: AtLeast | None = None
    clear: tuple[Filter, ...] = ()

    def applied(self, reader: Subscriber) -> Subscriber:
        """The subscriber with what was given."""
        plain = ("email", "frequency", "hour", "timezone", "language", "urgent", "sign_of_life")
        values: dict[str, Any] = {n: v for n in plain if (v := getattr(self, n)) is not None}
        if self.weekday is not None:
            values["weekday"] = list(Weekday).index(self.weekday)
        only: dict[str, Any] = {str(n): () for n in self.clear}
        only |= {str(n): v for n in Filter if (v := getattr(self, n))}
        if self.min_severity is not None:
            only["min_severity"] = Severity[self.min_severity.name]
        return replace(reader, **values, filters=replace(reader.filters, **only))


def add(
    email: Email,
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
    urgent: Urgent = None,
    sign_of_life: Life = None,
) -> None:
    """Add a subscriber. What is left out is as usual: everything, daily at 07:00, language and time zone of the
    settings.

    What was told to others before is not told again; the first message says what stands at each cited address today.
    """
    with ground.kept() as app:
        wishes = _checked(app, Wishes(
            email, frequency, hour, weekday, timezone, language, urgent, sign_of_life, tuple(topic or ()),
            tuple(source or ()), tuple(jurisdiction or ()), tuple(word or ()), min_severity,
        ))  # fmt: skip
        blank = Subscriber(0, email, language=app.settings.language, timezone=app.settings.timezone)
        _say("added", app.store.subscribers.add(wishes.applied(blank)))


def change(
    email: Email,
    new_email: Annotated[str | None, typer.Option("--email", help="Another address from now on.")] = None,
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
        wishes = _checked(app, Wishes(
            new_email, frequency, hour, weekday, timezone, language, urgent, sign_of_life, tuple(topic or ()),
            tuple(source or ()), tuple(jurisdiction or ()), tuple(word or ()), min_severity, tuple(clear or ()),
        ))  # fmt: skip
        after = wishes.applied(before)
        if after == before:
            raise ConfigError([Problem(email, "nothing to change was given", "monitor subscribers change --help")])
        app.store.subscribers.update(after)
        _say("changed", after)


def pause(email: Email) -> None:
    """Send nothing until `resume`. What happens meanwhile is told then, in one digest."""
    with ground.kept() as app:
        reader = replace(subscriber(app, email), paused=True)
        app.store.subscribers.update(reader)
        typer.echo(f"paused {reader.email}; monitor subscribers resume {reader.email}")


def resume(email: Email) -> None:
    """Send again. What happened meanwhile comes with the next digest."""
    with ground.kept() as app:
        reader = replace(subscriber(app, email), paused=False)
        app.store.subscribers.update(reader)
        _say("resumed", reader)


def forget(
    email: Email,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a subscriber, and their mail with them, sent or not. Backups made before still have it.

    Asked back before it is done. When the last one goes, the next start makes the first subscriber again
    (MONITOR_MAIL_TO); pause keeps them and sends nothing.
    """
    with ground.kept() as app:
        reader = subscriber(app, email)
        if not yes:
            typer.confirm(f"Forget {reader.email} and every message to them?", abort=True)
        app.store.subscribers.forget(reader.email)
        typer.echo(f"forgotten {reader.email}")


def subscriber(app: ground.Kept, email: str) -> Subscriber:
    """The subscriber with this address; ConfigError that names the nearest one."""
    found = app.store.subscribers.get(email)
    if found is None:
        known = [s.email for s in app.store.subscribers.all()]
        raise ConfigError([Problem(email, "is not subscribed", ground.meant(email, known, "monitor subscribers"))])
    return found


def _checked(app: ground.Kept, wishes: Wishes) -> Wishes:
    """Every wish that cannot be met is a complaint; filters come back as the watch list spells them."""
    from zoneinfo import available_timezones  # noqa: PLC0415

    from monitor.config import JURISDICTIONS, TOPICS  # noqa: PLC0415
    from monitor.messages import mailbox  # noqa: PLC0415

    problems: list[Problem] = []

    def known(option: str, values: tuple[str, ...], options: list[str]) -> tuple[str, ...]:
        as_spelt = {o.casefold(): o for o in options}
        for value in values:
            if value.strip().casefold() not in as_spelt:
                hint = ground.meant(value, options, f"one of {', '.join(sorted(options))}")
                problems.append(Problem(f"{option} {value}", "is not known", hint))
        return tuple(as_spelt[v.strip().casefold()] for v in values if v.strip().casefold() in as_spelt)

    if wishes.email is not None:
        mailbox(wishes.email)
    sources = [s.source.id for s in app.store.sources.all()] or _listed(app)
    checked = replace(
        wishes,
        timezone=next(iter(known("--timezone", (wishes.timezone,), sorted(available_timezones()))), None)
        if wishes.timezone is not None
        else None,
        topics=known("--topic", wishes.topics, [*TOPICS, "ai"]),
        sources=known("--source", wishes.sources, sources),
        jurisdictions=known("--jurisdiction", wishes.jurisdictions, list(JURISDICTIONS)),
        words=tuple(w.strip() for w in wishes.words if w.strip()),
    )
    if problems:
        raise ConfigError(problems)
    return checked


def _listed(app: ground.Kept) -> list[str]:
    """Before the first start the list is only in its file."""
    from monitor.wiring import load_watch_list  # noqa: PLC0415

    return [s.id for s in load_watch_list(resources.sources_path(app.settings.home)).sources]


def _say(done: str, reader: Subscriber) -> None:
    typer.echo(f"{done} {reader.email}: {rhythm(reader)}; {filters(reader)}")


def _as_row(reader: Subscriber) -> dict[str, Any]:
    found = reader.filters
    return {
        "email": reader.email,
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
        "since": reader.created_at,
    }
