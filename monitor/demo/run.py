"""`monitor demo`: a small Belgium, nine days in a few seconds, with the real program on real sockets."""

import asyncio
import shlex
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from monitor import resources
from monitor.demo import belgium
from monitor.demo.stage import Stage
from monitor.errors import ConfigError, MonitorError, Problem
from monitor.settings import Settings
from monitor.wiring import App, build

MARK = ".footnote-watch-demo"
"""Says that a folder is a demo's: only such a folder is wiped."""
NAP = timedelta(seconds=20)
SETTLE = 2.5
"""Days after the last step: a death is told when it has stood for a day."""

Say = Callable[[str], None]


def run_demo(folder: Path, say: Say) -> None:
    """Play the demo into `folder`, which becomes a home of its own; an earlier demo there is wiped.

    `say` gets one line of progress or result at a time. Nothing leaves the machine: the played sites answer on
    loopback, mail is written to `alerts/outbox`. Raises ConfigError when the folder holds something else, MonitorError
    when nothing can be written there.
    """
    try:
        _prepare(folder)
    except OSError as error:
        raise MonitorError(f"Cannot make a demo at {folder}: {error.strerror}: {error.filename}") from error
    asyncio.run(_play(folder, say))


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise ConfigError([Problem(str(folder), "is not empty and no demo of ours", "choose another with --dir")])
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # First: what breaks off half-way is still ours to wipe.
    (folder / MARK).write_text("Wiped at the next start of the demo.\n", encoding="utf-8")
    for name, text in belgium.HOME_FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


async def _play(folder: Path, say: Say) -> None:
    settings = Settings(
        home=folder, database=folder / "db/monitor.sqlite3", outbox=folder / "alerts/outbox", smtp_url="",
        mail_to="reader@demo.example", mail_from="Footnote Watch <watch@demo.example>", contact="watch@demo.example",
        heartbeat_url="", public_url="",
    )  # fmt: skip
    async with Stage(belgium.script()) as stage:
        app = build(settings, clock=stage.clock, resolver=stage.resolver, guard_exceptions=stage.guard_exceptions)
        try:
            app.take_over(app.load_watch_list(folder / "sources.yaml"))
            days = [step.day for step in belgium.STEPS]
            for step, until in zip(belgium.STEPS, [*days[1:], days[-1] + SETTLE], strict=True):
                say(f"day {step.day:g}  {step.title}")
                await _live_until(app, stage, belgium.START + timedelta(days=until))
            _sum_up(app, folder, say)
        finally:
            await app.aclose()


async def _live_until(app: App, stage: Stage, end: datetime) -> None:
    """Do what is due, again and again, moving the clock to whatever is due next."""
    while stage.clock.now() < end:
        await app.polling.run_due()
        await app.post.compose()
        await app.post.deliver()
        due = [s.next_poll_at for s in app.store.sources.all() if s.next_poll_at is not None]
        hour = stage.clock.now() + timedelta(hours=1)
        stage.clock.set(max(min([*due, hour, end]), stage.clock.now() + NAP))


def _sum_up(app: App, folder: Path, say: Say) -> None:
    counts = app.store.history.counts(app.clock.now())
    mails = sorted((folder / "alerts/outbox").glob("*.eml"))
    say("")
    say(f"{counts.polls} looks at {counts.sources} sources.")
    say(f"Told: {counts.told_changes} changes and {counts.events} events. Held back: {counts.held} differences.")
    say(f"{len(mails)} mails in {folder / 'alerts/outbox'}:")
    for mail in mails:
        say(f"  {mail.name}")
    say("Open one with a mail program, or look around:")
    say(f"  export MONITOR_HOME={shlex.quote(str(folder))}")
    for words in ("changes", "show 2", "events", "citations", "noise"):
        say(f"  {shlex.quote(resources.command())} {words}")
    say("and when done: unset MONITOR_HOME")
