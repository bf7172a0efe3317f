"""What the program imports is what it declares, and the other way round."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

# Used without an import statement: zoneinfo reads tzdata where the system has no zones, Starlette reads forms with
# python-multipart.
NOT_IMPORTED = {"python-multipart", "tzdata"}
# Comes with pydantic and with FastAPI, pinned by them.
PART_OF_ANOTHER = {"pydantic_core", "starlette"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def declared(checkout) -> set[str]:
    return _named(tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"])


@pytest.fixture(scope="module")
def extras(checkout) -> set[str]:
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    return {name for lines in project["optional-dependencies"].values() for name in _named(lines)}


def _named(lines) -> set[str]:
    return {plain(re.split(r"[<>=!~\[; ]", line, maxsplit=1)[0]) for line in lines}


@pytest.fixture(scope="module")
def imported(checkout) -> set[str]:
    """Distributions of all third-party packages that an import statement of the program or a migration names."""
    names = set()
    for file in [*(checkout / "monitor").rglob("*.py"), *(checkout / "db").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    homes = packages_distributions()
    foreign = names - set(sys.stdlib_module_names) - {"monitor"} - PART_OF_ANOTHER
    return {plain(homes.get(name, [name])[0]) for name in foreign}


def test_everything_that_is_imported_is_declared(imported, declared, extras):
    assert imported - declared - extras == set()


def test_everything_that_is_declared_is_used(imported, declared, extras):
    assert (declared | extras) - imported - NOT_IMPORTED == set()


def test_the_locks_hold_every_declared_package(checkout, declared):
    for name in ("requirements.lock", "requirements-dev.lock"):
        pinned = set(re.findall(r"^([a-z0-9-]+)==", (checkout / name).read_text("utf-8"), re.MULTILINE))
        assert declared - pinned == set(), f"{name}: run ./run lock"
