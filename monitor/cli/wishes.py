"""What a subscriber may wish for on the command line: the options, and whether they can be met."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor import resources
from monitor.cli import ground
from monitor.errors import ConfigError, Problem
from monitor.model import Frequency, Severity, Subscriber

if TYPE_CHECKING:
    from monitor.roster import Known


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
Email = Annotated[str, typer.Argument(help="The subscriber's mail address, or the name of a webhook or a chat.")]
Hook = Annotated[str | None, typer.Option("--webhook", metavar="URL", help="Post to this https address.")]
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


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options as typed; None: not given."""

    email: str | None = None
    url: str | None = None
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
        plain = ("email", "url", "frequency", "hour", "timezone", "language", "urgent", "sign_of_life")
        values: dict[str, Any] = {n: v for n in plain if (v := getattr(self, n)) is not None}
        if self.weekday is not None:
            values["weekday"] = list(Weekday).index(self.weekday)
        only: dict[str, Any] = {str(n): () for n in self.clear}
        only |= {str(n): v for n in Filter if (v := getattr(self, n))}
        if self.min_severity is not None:
            only["min_severity"] = Severity[self.min_severity.name]
        return replace(reader, **values, filters=replace(reader.filters, **only))


def known_to(app: ground.Kept) -> "Known":
    """What there is to choose from in this home, and how addresses are looked at."""
    from zoneinfo import available_timezones  # noqa: PLC0415

    from monitor.config import JURISDICTIONS, TOPICS  # noqa: PLC0415
    from monitor.fetch import why_not_posted  # noqa: PLC0415
    from monitor.messages import mailbox  # noqa: PLC0415
    from monitor.roster import Known  # noqa: PLC0415
    from monitor.settings.ways import is_name  # noqa: PLC0415

    return Known(
        topics=(*TOPICS, "ai"),
        sources=[s.source.id for s in app.store.sources.all()] or _listed(app),
        jurisdictions=tuple(JURISDICTIONS),
        timezones=sorted(available_timezones()),
        mailbox=mailbox,
        url=why_not_posted,
        name=is_name,
    )


def _listed(app: ground.Kept) -> list[str]:
    """Before the first start the list is only in its file."""
    from monitor.wiring import load_watch_list  # noqa: PLC0415

    return [s.id for s in load_watch_list(resources.sources_path(app.settings.home)).sources]


def granted(app: ground.Kept, wishes: Wishes, before: Subscriber) -> Subscriber:
    """The subscriber with these wishes, filters spelt as the watch list has them. ConfigError with every wish that
    cannot be met; what was there before is not looked at again.
    """
    from monitor.roster import address_problems, spelt  # noqa: PLC0415

    known = known_to(app)
    problems: list[Problem] = []

    def fitting(option: str, field: str, values: Sequence[str]) -> tuple[str, ...]:
        found, unknown = spelt(field, values, known)
        problems.extend(Problem(f"{option} {value}", "is not known", hint) for value, hint in unknown)
        return found

    zones = fitting("--timezone", "timezones", [wishes.timezone] if wishes.timezone is not None else [])
    checked = replace(
        wishes,
        timezone=next(iter(zones), None),
        topics=fitting("--topic", "topics", wishes.topics),
        sources=fitting("--source", "sources", wishes.sources),
        jurisdictions=fitting("--jurisdiction", "jurisdictions", wishes.jurisdictions),
        words=tuple(w.strip() for w in wishes.words if w.strip()),
    )
    after = checked.applied(before)
    if wishes.email is not None or wishes.url is not None:
        # Not the address itself: what is wrong with it may be a line break.
        problems += [Problem("address", what, hint) for what, hint in address_problems(after, known)]
    if problems:
        raise ConfigError(problems)
    return after
