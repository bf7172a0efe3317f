"""`mail in`: what a mail server hands over by a pipe."""

import sys
from typing import NoReturn

import typer

from monitor.cli import ground
from monitor.errors import MonitorError

TEMPFAIL = 75
"""EX_TEMPFAIL of sysexits.h: the mail server keeps the message and tries again."""


def take_in() -> None:
    """Take one message from standard input: a bounce of a digest, or a mail that unsubscribes.

    For a pipe of your mail server, see docs/how-to/mail.md. A bounce counts when it names a message that was sent from
    here; the third in a row for good suspends its reader until `monitor subscribers resume`. Everything else is
    ignored, and nothing is ever answered. Exit code 0 when the message is dealt with, whatever it was; 75 when it must
    be handed over again, because the database or the settings could not be read.
    """
    try:
        typer.echo(ground.visible(_taken()))
    except MonitorError as error:
        # Any other code makes the mail server send the message back to where it came from.
        _again(str(error))


def _taken() -> str:
    from monitor.mailing import take  # noqa: PLC0415
    from monitor.mailing.incoming import MOST_BYTES  # noqa: PLC0415
    from monitor.mailing.post import KEY  # noqa: PLC0415
    from monitor.wiring import build_post  # noqa: PLC0415

    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    while sys.stdin.buffer.read(1 << 20):
        pass  # a mail server whose pipe breaks takes that for a failure
    if not raw.strip():
        return "ignored: an empty message"
    with ground.kept() as app:
        post = build_post(app.settings, app.store, app.clock, citations=())
        return take(raw, app.store, app.store.meta.get(KEY) or "", app.clock.now(), post.operator.tell)


def _again(why: str) -> NoReturn:
    for line in why.splitlines():
        typer.echo(f"monitor: {ground.visible(line)}", err=True)
    raise typer.Exit(TEMPFAIL)
