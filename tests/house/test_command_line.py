"""`monitor` starts fast, and every command has its place in the reference."""

import os
import re
import subprocess
import sys
from enum import EnumType
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("monitor.cli") is None, reason="the command line is not there yet")

# Each takes a tenth of a second or more to import, or belongs to one command only.
HEAVY = (
    "alembic",
    "apscheduler",
    "css_inline",
    "fastapi",
    "httpx",
    "pypdfium2",
    "selectolax",
    "sqlalchemy",
    "sqlmodel",
)
HELP = """
import sys
from monitor.cli import main
sys.argv = ["monitor", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code
print("heavy:", *sorted({name.partition(".")[0] for name in sys.modules} & set(HEAVY)))
"""


def test_help_imports_neither_the_database_nor_anything_else_that_is_slow():
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"HEAVY = {HEAVY!r}\n{HELP}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "heavy:"


def commands(group, path="monitor"):
    """(what is typed, command) for every command; groups themselves and hidden ones are not listed."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


@pytest.fixture(scope="module")
def typed_commands():
    import typer

    from monitor.cli import app

    return dict(commands(typer.main.get_command(app)))


def usage(path, command):
    """`monitor show CHANGE`; what may be left out stands in brackets."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    words = [f"{p.name.upper()}{'…' if p.nargs == -1 else ''}" for p in arguments]
    return " ".join([path, *(w if p.required else f"[{w}]" for w, p in zip(words, arguments, strict=True))])


def choices(parameter):
    annotation = parameter.type_descriptor.annotation
    return [choice.value for choice in annotation] if isinstance(annotation, EnumType) else []


def row(parameter):
    if parameter.param_type_name == "argument":
        name = f"`{parameter.name.upper()}`"
    else:
        names = ", ".join([*parameter.opts, *parameter.secondary_opts])
        name = f"`{names}`"
        if not parameter.is_flag:
            name += " " + (" or ".join(f"`{choice}`" for choice in choices(parameter)) or parameter.name.upper())
    shown = parameter.default if isinstance(parameter.default, int) and not isinstance(parameter.default, bool) else ""
    return f"| {name} | {getattr(parameter, 'help', None) or ''}{f' Default: {shown}.' if shown != '' else ''} |"


def section(path, command):
    parameters = [p for p in command.params if p.name != "help"]
    lines = [f"## `{usage(path, command)}`", "", command.help.strip()]
    if parameters:
        lines += ["", "| | |", "|---|---|", *(row(p) for p in parameters)]
    return "\n".join(lines)


def reference(typed_commands):
    head = (
        "# Commands\n\nWritten by `./run docs` from the program itself. In a checkout, type `./run monitor …`.\n"
        "What a command ends with: [exit codes](exit-codes.md)."
    )
    return "\n\n".join([head, *(section(path, command) for path, command in typed_commands.items())]) + "\n"


def test_the_reference_says_what_the_commands_say_of_themselves(checkout, typed_commands):
    page = checkout / "docs/reference/commands.md"
    if os.environ.get("WRITE_DOCS"):
        page.write_text(reference(typed_commands), "utf-8")
    assert page.read_text("utf-8") == reference(typed_commands), "run ./run docs"


def test_every_command_and_option_says_what_it_does(typed_commands):
    silent = {
        (path, parameter.name)
        for path, command in typed_commands.items()
        for parameter in command.params
        if not command.help or not getattr(parameter, "help", None)
    }
    assert silent == set()


def test_a_page_names_only_commands_that_exist(checkout, typed_commands):
    """`monitor sources …` in backquotes or at the start of a shell line is a promise."""
    first_words = {command.split()[1] for command in typed_commands}
    said = re.compile(r"(?:`|^|\./run )monitor ([a-z][a-z-]+)\b", re.MULTILINE)
    wrong = [
        f"{page.name}: monitor {word}"
        for page in [*checkout.glob("*.md"), *(checkout / "docs").rglob("*.md")]
        for word in said.findall(page.read_text("utf-8"))
        if word not in first_words
    ]
    assert wrong == []
