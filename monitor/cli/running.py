"""`run`, `poll`, `status`: the main job."""

import asyncio
import logging
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor import resources
from monitor.cli import ground
from monitor.errors import ConfigError, MonitorError, Problem

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.services.health import Finding, Wellbeing
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
    from monitor.store.facts import LIST_PROBLEM, OFFLINE  # noqa: PLC0415
    from monitor.wiring import build  # noqa: PLC0415

    where = resources.sources_path(found.home)
    app = build(found)
    try:
        if thorough:
            app.refuse_damage()
        app.take_over(app.load_watch_list(where))
        app.store.meta.set(LIST_PROBLEM, "")
    except MonitorError:
        app.store.close()
        raise
    _log.info("home %s, database %s, mail to %s", found.home, found.database, app.post.describe())
    if since := app.store.meta.get(OFFLINE):
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
    """One line: does it run, is all well? Exit code 0 well, 1 needs attention, 2 watching or sending suffers."""
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
    from monitor.services.health import Condition, wellbeing  # noqa: PLC0415 - costs the database library

    found = wellbeing(app.store, app.settings, app.clock.now())
    needs = [one for one in found.findings if not one.advice]
    state = "; ".join(in_short(one, found, app.settings.zone) for one in needs) or "well"
    facts: dict[str, Any] = {
        "running": found.daemon, "sources": len(found.watched), "attention": [s.source.id for s in found.ailing],
        "last_poll_at": found.last_look, "offline_since": found.offline_since, "watch_list_problem": found.list_problem,
        "mail_waiting": found.queue.pending, "mail_failed": found.queue.failed, "mail_dead": found.queue.dead,
        "set_aside": len(found.aside), "suspended": list(found.suspended), "condition": str(found.condition),
        "findings": [one.name for one in found.findings], "state": state,
    }  # fmt: skip
    last = ground.local(found.last_look, app.settings.zone)
    facts["line"] = f"{state}: {ground.count(len(found.watched), 'source')}, last look {last}"
    facts["gaps"] = [{"since": gap.since, "until": gap.until} for gap in found.gaps]
    facts["line"] += "".join(
        f"; {in_short(one, found, app.settings.zone)}" for one in found.findings if one.name == "gap"
    )
    return {Condition.WELL: 0, Condition.ATTENTION: ATTENTION, Condition.TROUBLE: NOT_RUNNING}[found.condition], facts


def in_short(one: "Finding", found: "Wellbeing", zone: "ZoneInfo") -> str:
    """A finding in a few words, for one line."""
    values = {n: ground.local(v, zone) if isinstance(v, datetime) else v for n, v in one.values.items()}
    count = int(str(values.get("count", 0)))
    queue = found.queue
    said = {
        "no_daemon": "not running",
        "not_written": "results cannot be written",
        "offline": "our own network is gone",
        "late": f"looks are {ground.count(count, 'hour')} late",
        "list_broken": "sources.yaml has a mistake (monitor check)",
        "robots": f"robots.txt keeps us from {ground.count(count, 'source')}",
        "ailing": f"{ground.count(count, 'source needs', 'sources need')} attention",
        "shut": f"nothing goes out by {values.get('way')} since {values.get('since')}",
        "waits": f"{ground.count(queue.pending + queue.sending, 'mail')} undelivered since {values.get('since')}",
        "undelivered": f"{ground.count(count, 'mail')} failed",
        "aside": f"{ground.count(count, 'digest')} set aside",
        "suspended": f"{ground.count(count, 'subscriber is', 'subscribers are')} suspended",
        "no_readers": "nobody gets the digests",
        "no_space": "the disk is nearly full",
        "little_space": "little room on the disk",
        "old_backup": f"no backup since {values.get('since')}",
        "gap": f"nobody looked between {values.get('since')} and {values.get('until')}",
        "no_contact": "no contact address",
        "settings": f"{ground.count(count, 'setting is', 'settings are')} known to nobody",
    }
    return said[one.name]
