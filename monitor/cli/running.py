"""`run`, `poll`, `status`: the main job."""

import asyncio
import logging
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor import resources
from monitor.cli import ground
from monitor.errors import ConfigError, MonitorError, Problem

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.wiring import App

ATTENTION, NOT_RUNNING = 1, 2
_log = logging.getLogger("monitor.cli")


def register(app: typer.Typer) -> None:
    app.command(short_help="Watch, as a daemon, until asked to stop.")(run)
    app.command(short_help="Look now, once, and print what came of it.")(poll)
    app.command(short_help="One line: does it run, is all well?")(status)


def run() -> None:
    """Watch, as a daemon: poll what is due, compose digests, deliver mail, serve the web pages, until asked to stop
    (SIGTERM, Ctrl-C).
    """
    from monitor.daemon import Daemon  # noqa: PLC0415
    from monitor.store import daemon_lock  # noqa: PLC0415

    found = ground.settings(logging_on=True)
    where = resources.sources_path(found.home)
    with daemon_lock(found.database):
        app = _started(found, thorough=True)
        with _pages(app):
            asyncio.run(Daemon(app, where).run())


def _pages(app: "App") -> AbstractContextManager[object]:
    """The pages, for as long as the daemon runs; they are served to the last."""
    if app.settings.web_place is None:
        return nullcontext()
    from monitor.web.serving import beside  # noqa: PLC0415 - costs FastAPI

    return beside(app)


def _started(found: "Settings", *, thorough: bool = False) -> "App":
    """The wired program with this home's watch list taken over. A broken list is fatal here; a running daemon keeps
    the one it has. `thorough`: read the whole database first, and refuse a damaged one.
    """
    from monitor.wiring import build  # noqa: PLC0415

    where = resources.sources_path(found.home)
    app = build(found)
    try:
        if thorough:
            app.refuse_damage()
        app.take_over(app.load_watch_list(where))
        app.store.meta.set("watch_list_problem", "")
    except MonitorError:
        app.store.close()
        raise
    _log.info("home %s, database %s, mail to %s", found.home, found.database, app.post.describe())
    if since := app.store.meta.get("offline_since"):
        _log.warning(
            "network gone since %sZ; looks wait until it is back, nothing counts against any source", since[:19]
        )
    if not found.contact:
        _log.warning("no contact address: set MONITOR_CONTACT (in .env), so that site owners can reach you")
    return app


def poll(
    sources: Annotated[list[str] | None, typer.Argument(help="Ids of sources; without them, what is due.")] = None,
    *,
    all_sources: Annotated[bool, typer.Option("--all", help="Every source, due or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look now, once, and print what came of it. The daemon may run meanwhile."""
    found = ground.settings()
    app = _started(found)
    results = asyncio.run(_poll_once(app, sources or [], everything=all_sources, quiet=as_json))
    if as_json:
        ground.print_json(results)
    if any(r["outcome"] == "fault" for r in results):
        raise typer.Exit(1)


async def _poll_once(app: "App", ids: list[str], *, everything: bool, quiet: bool) -> list[dict[str, Any]]:
    started = app.clock.now()
    try:
        states = {s.source.id: s for s in app.store.sources.all() if s.retired_at is None}
        unknown = [i for i in ids if i not in states]
        if unknown:
            raise ConfigError([
                Problem(
                    ground.visible(i), "is not a source of this list",
                    ground.meant(i, list(states), "monitor sources lists them"),
                )
                for i in unknown
            ])  # fmt: skip
        # First looks are planned half a second apart, for the daemon; here they are all due.
        new = [i for i, state in states.items() if state.last_poll_at is None]
        wanted = list(states) if everything else ids or new
        if wanted:
            app.store.sources.make_due([i for i in wanted if states[i].source.pollable], started)
        work = asyncio.create_task(app.polling.run_due())
        if not quiet:
            await _progress(app, work, started)
        await work
        return _results(app, started, quiet=quiet)
    finally:
        await app.aclose()


async def _progress(app: "App", work: "asyncio.Task[int]", started: datetime) -> None:
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    total = len(await asyncio.to_thread(_due_now, app, started)) or None
    with Progress(TextColumn("looking"), BarColumn(), TextColumn("{task.completed} of {task.total}"),
                  console=ground.console(stderr=True), transient=True) as bar:  # fmt: skip
        task = bar.add_task("looking", total=total)
        while not work.done():
            await asyncio.wait({work}, timeout=0.3)
            left = len(await asyncio.to_thread(_due_now, app, started))
            bar.update(task, completed=max(0, (total or 0) - left))


def _due_now(app: "App", at: datetime) -> list[str]:
    return [s.source.id for s in app.store.sources.all() if s.next_poll_at is not None and s.next_poll_at <= at]


def _results(app: "App", since: datetime, *, quiet: bool) -> list[dict[str, Any]]:
    from rich.table import Table  # noqa: PLC0415

    from monitor.judge.spell import in_short  # noqa: PLC0415

    rows = []
    table = Table("source", "outcome", "why", "health", "next look", box=None, pad_edge=False)
    zone = app.settings.zone
    for state in app.store.sources.all():
        if state.last_poll_at is None or state.last_poll_at < since or state.last_outcome is None:
            continue
        why = in_short(state.last_reason) if state.last_reason else ""
        rows.append({
            "source": state.source.id, "outcome": str(state.last_outcome), "reason": why,
            "health": str(state.health), "next_poll_at": state.next_poll_at,
        })  # fmt: skip
        table.add_row(
            state.source.id, str(state.last_outcome), ground.visible(why), str(state.health),
            ground.local(state.next_poll_at, zone),
        )  # fmt: skip
    if not quiet:
        ground.console().print(table if rows else "Nothing was due. `monitor poll --all` looks all the same.")
    return rows


def status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """One line: does it run, is all well? Exit code 0 well, 1 needs attention, 2 not running or mail undelivered."""
    from monitor.store import never_made  # noqa: PLC0415 - costs the database library

    found = ground.settings()
    if never_made(found.database):
        _say(as_json, {"state": "not running", "line": "not running: this home was never started"})
        raise typer.Exit(NOT_RUNNING)
    with ground.kept(found) as app:
        code, facts = _judge(app)
    _say(as_json, facts)
    raise typer.Exit(code)


def _say(as_json: bool, facts: dict[str, Any]) -> None:
    if as_json:
        ground.print_json(facts)
    else:
        typer.echo(facts["line"])


def _judge(app: ground.Kept) -> tuple[int, dict[str, Any]]:
    from monitor.model import Health, Outcome  # noqa: PLC0415
    from monitor.store import daemon_owner  # noqa: PLC0415

    now = app.clock.now()
    states = [s for s in app.store.sources.all() if s.retired_at is None and s.source.pollable]
    queue = app.store.outbox.pending(now)
    last = max((s.last_poll_at for s in states if s.last_poll_at), default=None)
    shortest = min((s.source.interval for s in states), default=timedelta(days=1))
    fine = {Health.OK, Health.NEW, Health.DOUBT}
    bad = [s.source.id for s in states if s.health not in fine or s.last_outcome is Outcome.FAULT]
    offline = app.store.meta.get("offline_since") or ""
    problem = app.store.meta.get("watch_list_problem") or ""
    owner = daemon_owner(app.settings.database)
    facts: dict[str, Any] = {
        "running": owner or "", "sources": len(states), "attention": bad, "last_poll_at": last,
        "offline_since": offline, "watch_list_problem": problem, "mail_waiting": queue.pending,
        "mail_failed": queue.failed, "mail_dead": queue.dead, "set_aside": len(app.store.aside.all()),
        "suspended": [s.email for s in app.store.subscribers.all() if s.suspended_at is not None],
    }  # fmt: skip
    urgent = []
    if owner is None:
        urgent.append("not running")
    if last is None:
        urgent.append("nothing polled yet")
    elif now - last > 2 * shortest:
        urgent.append(f"nothing polled since {ground.local(last, app.settings.zone)}")
    if queue.oldest is not None and now - queue.oldest > timedelta(hours=1):
        waiting = ground.count(queue.pending + queue.sending, "mail")
        urgent.append(f"{waiting} undelivered since {ground.local(queue.oldest, app.settings.zone)}")
    worries = [ground.count(len(bad), "source needs", "sources need") + " attention"] if bad else []
    worries += ["our own network is gone"] if offline else []
    worries += ["sources.yaml has a mistake (monitor check)"] if problem else []
    worries += [ground.count(queue.failed + queue.dead, "mail") + " failed"] if queue.failed + queue.dead else []
    worries += [ground.count(facts["set_aside"], "digest") + " set aside"] if facts["set_aside"] else []
    many = len(facts["suspended"])
    worries += [ground.count(many, "subscriber is", "subscribers are") + " suspended"] if many else []
    code = NOT_RUNNING if urgent else ATTENTION if worries else 0
    state = "well" if code == 0 else "; ".join(urgent + worries)
    facts["state"] = state
    facts["line"] = f"{state}: {ground.count(len(states), 'source')}, last look {ground.local(last, app.settings.zone)}"
    return code, facts
