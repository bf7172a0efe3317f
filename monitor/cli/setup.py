"""`init`, `check`, `config`: making a home and seeing that it is in order."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor import resources
from monitor.cli import ground
from monitor.errors import ConfigError, MonitorError, Problem

UNIT = """\
# Footnote Watch as a service. Save as /etc/systemd/system/footnote-watch.service, then:
#   systemctl daemon-reload && systemctl enable --now footnote-watch
[Unit]
Description=Footnote Watch: watches the sources a report stands on
Wants=network-online.target
After=network-online.target

[Service]
Type=simple
Environment="MONITOR_HOME={home}"
ExecStart="{command}" run
# Reads the watch list again; an edited one is taken over within seconds without it, too.
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=30
# 75: another daemon is at work; 78: the configuration is wrong. Starting again would not help.
RestartPreventExitStatus=75 78
TimeoutStopSec=75
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths="{home}"
PrivateTmp=true

[Install]
WantedBy=multi-user.target
"""

ENVIRONMENT = """\
# Settings of this home; the variables of the environment win over this file. `monitor config` shows them all.
# Without an SMTP server mail is written to alerts/outbox/.
{contact}
#MONITOR_MAIL_TO=you@example.org
#MONITOR_MAIL_FROM=Footnote Watch <watch@example.org>
#MONITOR_SMTP_URL=smtp+starttls://user:password@smtp.example.org:587
"""


def register(app: typer.Typer) -> None:
    app.command(short_help="Make a home: sources.yaml, db/, alerts/ and .env.")(init)
    app.command(short_help="Read sources.yaml and the settings strictly.")(check)
    app.command("config", short_help="Every setting, its value, where it came from.")(show_config)


def init(
    folder: Annotated[Path, typer.Argument(help="The new home; made when it is not there.")] = Path(),
    contact: Annotated[
        str, typer.Option(help="Mail or web address that site owners can write to; it goes into the User-Agent.")
    ] = "",
    *,
    with_list: Annotated[
        list[str] | None, typer.Option("--with", help="Include this list of further sources: further.")
    ] = None,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print a systemd unit for this home and stop.")] = False,
) -> None:
    """Make a home: a folder with sources.yaml, db/, alerts/ and .env. What is there already is kept."""
    home = folder.absolute()
    if systemd:
        command = Path(shutil.which("monitor") or resources.command()).absolute()
        typer.echo(UNIT.format(home=_in_unit(home), command=_in_unit(command)), nl=False)
        return
    if not contact and sys.stdin.isatty():
        contact = typer.prompt(
            "Contact address, so that site owners can reach you (empty: only the project is named)", default=""
        )
    _refuse_bad_settings(home, contact)
    watch_list = _with_lists(home, with_list or [])
    line = f"MONITOR_CONTACT={contact}" if contact else "#MONITOR_CONTACT=you@example.org"
    try:
        for name in ("db", "alerts/outbox"):
            resources.own_folder(home / name)
        _lay(home / resources.WATCH_LIST, watch_list)
        _lay(home / ".env", ENVIRONMENT.format(contact=line))
    except OSError as error:
        raise MonitorError(f"Cannot make a home at {home}: {error.strerror}: {error.filename}") from error
    typer.echo(f"A home at {home}. Next: cd {shlex.quote(str(home))} && {resources.command()} run")
    if not contact:
        typer.echo("No contact address yet: put MONITOR_CONTACT into .env, so that site owners can reach you.")


def _with_lists(home: Path, names: list[str]) -> str:
    """The watch list to lay; ConfigError for a list that there is not, or when the home has one of its own already."""
    from monitor import config  # noqa: PLC0415

    text = resources.bundled(resources.WATCH_LIST).read_bytes()
    own = home / resources.WATCH_LIST
    problems = [
        Problem(f"--with {name}", "is no list of the program", f"there is {', '.join(config.LISTS)}")
        for name in names
        if name not in config.LISTS
    ]
    if names and own.exists():
        problems.append(Problem(str(own), "is there already", f"write into it: include: [{', '.join(names)}]"))
    if problems:
        raise ConfigError(problems)
    for name in names:
        text = config.include_list(text, resources.WATCH_LIST, name)
    return text.decode()


def _lay(path: Path, text: str) -> None:
    if path.exists():
        typer.echo(f"kept  {path}")
        return
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600 if path.name == ".env" else 0o644)
    typer.echo(f"made  {path}")


def _refuse_bad_settings(home: Path, contact: str) -> None:
    """A bad contact address is better met now than at the first start."""
    from monitor.settings import Settings  # noqa: PLC0415

    Settings(home=home, **({"contact": contact} if contact else {}))


def _in_unit(path: Path) -> str:
    """A path between the quotes of a unit file (systemd.syntax(7), systemd.unit(5): % begins a specifier)."""
    return str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def check(
    path: Annotated[Path | None, typer.Argument(help="A watch list; without it, this home's sources.yaml.")] = None,
) -> None:
    """Read sources.yaml and the settings strictly; every complaint with its line. Exit code 78 if there is one."""
    from monitor import config  # noqa: PLC0415
    from monitor.wiring import load_watch_list  # noqa: PLC0415

    found = ground.settings()
    where = path or resources.sources_path(found.home)
    watch_list = load_watch_list(where)
    polled = sum(s.pollable for s in watch_list.sources)
    typer.echo(
        f"{where}: {len(watch_list.sources)} sources in {len(watch_list.sections)} sections, "
        f"{polled} of them polled. No complaints."
    )
    if advice := config.how_to_move(where.parent):
        typer.echo(f"Note: {advice}")


def show_config(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Every setting with its value and where it came from; secrets are masked."""
    from rich.table import Table  # noqa: PLC0415

    rows = ground.settings().masked()
    if as_json:
        ground.print_json([{"name": r.name, "value": r.value, "origin": r.origin} for r in rows])
        return
    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.name, row.value, row.origin)
    ground.console().print(table)
