"""`serve`, `web password`: the pages without the daemon, and the way in from elsewhere."""

from typing import Annotated

import typer

from monitor.cli import ground
from monitor.errors import ConfigError, Problem


def register(app: typer.Typer) -> None:
    app.command(short_help="Serve the web pages alone, without watching.")(serve)
    web = typer.Typer(no_args_is_help=True, help="The web pages: who gets in.")
    web.command(short_help="Make the hash for MONITOR_WEB_PASSWORD.")(password)
    app.add_typer(web, name="web")


def serve(
    host: Annotated[str, typer.Option(help="Where to listen. Without it, the host of MONITOR_WEB.")] = "",
    port: Annotated[int | None, typer.Option(help="Without it, the port of MONITOR_WEB.", min=0, max=65535)] = None,
) -> None:
    """Serve the web pages alone, until asked to stop (SIGTERM, Ctrl-C). The daemon may run beside it."""
    from monitor.settings import Place  # noqa: PLC0415
    from monitor.store import never_made  # noqa: PLC0415
    from monitor.web.serving import Server, check_exposure  # noqa: PLC0415
    from monitor.wiring import build  # noqa: PLC0415

    found = ground.settings(logging_on=True)
    usual = found.web_place or Place("127.0.0.1", 8000)
    place = Place(host.strip("[]") or usual.host, usual.port if port is None else port)
    if never_made(found.database):
        hint = "monitor run, once, makes it; or set MONITOR_HOME"
        raise ConfigError([Problem(str(found.database), "there is no database to show", hint)])
    app = build(found)
    try:
        check_exposure(found, place, users=app.store.users.any(enabled=True))
        server = Server(app, place)
        typer.echo(f"Pages: {server.address}")
        server.serve_here()
    finally:
        app.store.close()


def password() -> None:
    """Ask for a password and print its hash, as the line to put into `.env`. The password itself is kept nowhere.

    One password for all, without names; it opens nothing once there are users (`monitor users add`).
    """
    from monitor.cli.people import asked_hash  # noqa: PLC0415

    typer.echo(f"MONITOR_WEB_PASSWORD='{asked_hash()}'")
