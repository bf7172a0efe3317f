"""The command line. Each command imports what it needs when it needs it, so that `--help` is quick.

Exit codes: 0 well; 1 something needs attention; 2 not running, or the command was misspelt; 70 a bug;
74 the database cannot be written; 75 another daemon is at work; 78 the configuration is wrong.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from monitor import __version__
from monitor.cli import (
    adding,
    anchors,
    editing,
    explain,
    ground,
    history,
    judging,
    keeping,
    mail,
    pages,
    people,
    reporting,
    running,
    setup,
    subscribing,
    watching,
    ways,
    withholding,
)
from monitor.cli.misspelt import WRONG, Commands, UsageError, complaint
from monitor.errors import ConfigError, MonitorError

BUG = 70
"""EX_SOFTWARE of sysexits.h."""

app = typer.Typer(
    name="monitor",
    cls=Commands,
    help="Footnote Watch: watches the sources a report stands on, and tells what changed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"footnote-watch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and stop.")] = (
        False
    ),
) -> None:
    """Footnote Watch: watches the sources a report stands on, and tells what changed."""


for room in (
    setup,
    running,
    pages,
    people,
    watching,
    anchors,
    adding,
    editing,
    history,
    judging,
    explain,
    reporting,
    withholding,
    subscribing,
    mail,
    ways,
    keeping,
):
    room.register(app)
for group in app.registered_groups:
    if group.typer_instance is not None:
        group.typer_instance.info.cls = Commands


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; errors made on purpose become one clear line and their exit code.

    `arguments`: without the program's name; default: those it was started with.
    """
    try:
        code = app(args=arguments, prog_name="monitor", standalone_mode=False)
    except UsageError as error:
        typer.echo(complaint(error), err=True)
        sys.exit(WRONG)
    except typer.Abort:
        typer.echo("Aborted.", err=True)
        sys.exit(1)
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(ground.visible(str(problem)), err=True)
        sys.exit(error.exit_code)
    except MonitorError as error:
        typer.echo(f"monitor: {ground.visible(str(error))}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`monitor changes | head`): nothing to complain about.
        sys.stderr.close()
        sys.exit(0)
    except Exception:
        logging.getLogger("monitor").critical("a bug in the program ended this command", exc_info=True)
        sys.exit(BUG)
    sys.exit(code if isinstance(code, int) else 0)
