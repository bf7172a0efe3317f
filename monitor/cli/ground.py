"""What every command stands on: settings, logging, the wired program, printing."""

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from monitor import logs, resources
from monitor.clock import Clock, SystemClock
from monitor.errors import ConfigError, MonitorError, Problem
from monitor.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.messages import Words
    from monitor.store import Store
    from monitor.wiring import App


WIDE = 250
"""Columns of a table that nobody looks at directly."""


def settings(*, logging_on: bool = False) -> Settings:
    """The settings of this home; logging is set up, with their secrets masked."""
    found = Settings()
    logs.set_up(found.log_level if logging_on else "warning", found.log_format, found.secrets)
    for problem in found.unknown:
        logging.getLogger("monitor").warning("%s", problem)
    return found


def secrets_of(found: Settings) -> list[str]:
    """Everything that must not be seen in a log line."""
    return list(found.secrets)


def cleaned(text: str, found: Settings) -> str:
    """What a server or a library said, without our secrets: some repeat what they were told."""
    return logs.Mask(found.secrets).clean(text)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a home, without the machinery that looks at the web or sends mail."""

    settings: Settings
    clock: Clock
    store: "Store"


@contextmanager
def kept(found: Settings | None = None) -> Iterator[Kept]:
    """The store of this home, closed at the end. For commands that only look, or only note something down."""
    from monitor.store import open_store  # noqa: PLC0415 - costs the database library

    found, clock = found or settings(), SystemClock()
    store = open_store(found.database, clock=clock)
    try:
        yield Kept(found, clock, store)
    finally:
        store.close()


@contextmanager
def opened(found: Settings | None = None) -> Iterator["App"]:
    """The wired program over this home's database, closed at the end. For commands without a network loop."""
    from monitor.wiring import build  # noqa: PLC0415 - costs every library

    app = build(found or settings())
    try:
        yield app
    finally:
        app.store.close()


def refuse_silence(app: "App | Kept") -> None:
    """Before "nothing" is said: an empty answer of a damaged file is none. Reads all of it; raises DamagedError."""
    from monitor.store import damaged  # noqa: PLC0415

    if problems := app.store.check():
        raise damaged(app.store.path, problems[0])


def meant(word: str, known: Sequence[str], otherwise: str) -> str:
    """What was probably meant, as a hint; `otherwise` when nothing known is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - for complaints only

    by_small = {name.casefold(): name for name in known}
    close = get_close_matches(word[:200].strip().casefold(), by_small, n=1)
    return f"did you mean {by_small[close[0]]}?" if close else otherwise


def source_known(app: "App | Kept", source_id: str) -> None:
    """ConfigError, with the nearest id, for a source that neither is nor was on the list."""
    known = [s.source.id for s in app.store.sources.all()]
    if source_id not in known:
        hint = meant(source_id, known, "monitor sources lists them")
        raise ConfigError([Problem(visible(source_id), "is not a source of this list", hint)])


def refuse_withheld(app: "App | Kept", *snapshots: int) -> None:
    """Raises MonitorError with the one line that stands in place of a copy that is withheld."""
    for number, found in sorted(app.store.withholding.of(snapshots).items()):
        since = local(found.at, app.settings.zone)
        raise MonitorError(f"Copy {number} is withheld since {since}: {visible(found.reason)}")


def console(*, stderr: bool = False) -> "Console":
    """Where people read: colours when it is a terminal, plain text when it is not. Page text is never markup."""
    from rich.console import Console  # noqa: PLC0415

    stream = sys.stderr if stderr else sys.stdout
    on_terminal = stream.isatty()
    # What reads a pipe wants a row on one line.
    width = None if on_terminal or "COLUMNS" in os.environ else WIDE
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width, soft_wrap=not on_terminal)


def print_json(value: Any) -> None:
    """For programs: one JSON document, times as ISO 8601. On a terminal page text does nothing here either."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    if not text.isascii():
        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    typer.echo(text)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def words(app: "App | Kept") -> "Words":
    """The English catalogue of this home, for what is said on the terminal."""
    return words_of(app.settings)


def words_of(found: Settings) -> "Words":
    from monitor import messages  # noqa: PLC0415 - costs the template library

    return messages.load([found.home / "alerts/templates", resources.bundled("alerts/templates")], "en")


def day(text: str | None) -> datetime | None:
    """What was given as `--since`, midnight UTC when it has no time. Raises ConfigError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError([Problem(f"--since {text}", "is not a day", "such as 2026-11-23")]) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def count(number: int, thing: str, things: str = "") -> str:
    """`1 source`, `2 sources`"""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """A time for people, in their zone; `never` for none."""
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}" if at else "never"


def visible(text: str) -> str:
    """Page text as it may be shown on a terminal: control, bidi and zero-width characters spelt out."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    from monitor.messages.safe import hides  # noqa: PLC0415 - costs the template library

    return "".join(f"⟨U+{ord(c):04X}⟩" if _acts(c) or (c != "\n" and hides(c)) else c for c in text)


def _acts(char: str) -> bool:
    """Line and paragraph separators: white space that some terminals obey."""
    return char in "\u2028\u2029"
