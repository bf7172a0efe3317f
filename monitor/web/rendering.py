"""The template engine: everything a page prints is escaped, and nothing in it hides."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from monitor.messages import visible
from monitor.messages.safe import address, link
from monitor.web.statics import Statics

_FOLDER = Path(__file__).resolve().parent / "templates"


def environment(statics: Statics) -> Environment:
    made = Environment(
        loader=FileSystemLoader(str(_FOLDER)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=statics.address, lines=lines)
    made.filters.update(address=address, link=link, exactly=escape, moment=moment, day=day, number=number)
    return made


def lines(texts: Iterable[str]) -> Markup:
    """Several texts, each on a line of its own: for what people edit."""
    return Markup("\n").join(visible(text) for text in texts)


def _shown(value: object) -> object:
    """Control, bidi and zero-width characters are spelt out. None is a mistake in a template, not a word."""
    if value is None:
        raise TypeError("a template prints None")
    return value if isinstance(value, Markup) else visible(str(value))


@pass_context
def moment(context: Context, at: datetime) -> Markup:
    """`Tue 24 Nov 2026 05:10` in the zone and language of the page, readable for machines."""
    desk: Any = context["desk"]
    return _time(at, desk.t.mail.moment(at, desk.zone, now=desk.now))


@pass_context
def day(context: Context, at: datetime) -> Markup:
    """`3 Aug 2026`"""
    desk: Any = context["desk"]
    return _time(at, desk.t.mail.day(at, desk.zone))


def _time(at: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), words)


@pass_context
def number(context: Context, value: int) -> str:
    """With the thousands parted as the language does it: `1,234`, `1.234`, `1 234` (a narrow no-break blank)."""
    sign = {"en": ",", "nl": ".", "de": ".", "fr": "\u202f"}[context["desk"].t.language]
    return Markup(f"{value:,}".replace(",", sign))  # noqa: S704 - digits
