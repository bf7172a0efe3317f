"""`monitor` starts fast, and every command has its place in the reference."""

import re
import subprocess
import sys
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
    """Every command that can be typed, `monitor mail test`; groups themselves and hidden ones are not listed."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


@pytest.fixture
def typed_commands() -> set[str]:
    import typer

    import monitor.cli

    (app,) = [
        value for value in vars(monitor.cli).values() if isinstance(value, typer.Typer) and value.registered_commands
    ]
    return set(commands(typer.main.get_command(app)))


def test_every_command_is_in_the_reference(checkout, typed_commands):
    page = (checkout / "docs/reference/commands.md").read_text("utf-8")
    assert {command for command in typed_commands if f"`{command}" not in page} == set()


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
