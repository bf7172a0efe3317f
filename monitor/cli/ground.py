"""What every command stands on: settings, logging, the wired program, printing."""

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer

from monitor import logs
from monitor.errors import ConfigError, Problem
from monitor.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.wiring import App


WIDE = 250
"""Columns of a table that nobody looks at directly."""


def settings(*, logging_on: bool = False) -> Settings:
    """The settings of this home; logging is set up, with their secrets masked."""
    found = Settings()
    logs.set_up(found.log_level if logging_on else "warning", found.log_format, secrets_of(found))
    for problem in found.unknown:
        logging.getLogger("monitor").warning("%s", problem)
    return found


def secrets_of(found: Settings) -> list[str]:
    """Everything that must not be seen in a log line."""
    server, url = found.smtp, found.smtp_url.get_secret_value()
    secrets = [url, found.heartbeat_url.get_secret_value()]
    # The password as it is, and as it is written inside the URL.
    return [*secrets, server.password.get_secret_value(), urlsplit(url).password or ""] if server else secrets


def cleaned(text: str, found: Settings) -> str:
    """What a server or a library said, without our secrets: some repeat what they were told."""
    return logs.Mask(secrets_of(found)).clean(text)


@contextmanager
def opened(found: Settings | None = None) -> Iterator["App"]:
    """The wired program over this home's database, closed at the end. For commands without a network loop."""
    from monitor.wiring import build  # noqa: PLC0415 - costs the database library

    app = build(found or settings())
    try:
        yield app
    finally:
        app.store.close()


def meant(word: str, known: Sequence[str], otherwise: str) -> str:
    """What was probably meant, as a hint; `otherwise` when nothing known is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - for complaints only

    by_small = {name.casefold(): name for name in known}
    close = get_close_matches(word[:200].strip().casefold(), by_small, n=1)
    return f"did you mean {by_small[close[0]]}?" if close else otherwise


def source_known(app: "App", source_id: str) -> None:
    """ConfigError, with the nearest id, for a source that neither is nor was on the list."""
    known = [s.source.id for s in app.store.sources.all()]
    if source_id not in known:
        hint = meant(source_id, known, "monitor sources lists them")
        raise ConfigError([Problem(visible(source_id), "is not a source of this list", hint)])


def console(*, stderr: bool = False) -> "Console":
    """Where people read: colours when it is a terminal, plain text when it is not. Page text is never markup."""
    from rich.console import Console  # noqa: PLC0415

    stream = sys.stderr if stderr else sys.stdout
    on_terminal = stream.isatty()
    # What reads a pipe wants a row on one line.
    width = None if on_terminal or "COLUMNS" in os.environ else WIDE
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width, soft_wrap=not on_terminal)


def print_json(value: Any) -> None:
    """For programs: one JSON document, times as ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """A time for people, in their zone; `never` for none."""
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}" if at else "never"


def visible(text: str) -> str:
    """Page text as it may be shown on a terminal: control, bidi and zero-width characters spelt out."""
    hidden = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD, 0x2028, 0x2029}
    out = []
    for char in text:
        code = ord(char)
        plain = char == "\n" or (code >= 0x20 and not 0x7F <= code < 0xA0 and code not in hidden)
        out.append(char if plain else f"⟨U+{code:04X}⟩")
    return "".join(out)
