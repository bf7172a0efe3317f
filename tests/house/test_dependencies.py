"""What the program imports is what it declares, and the other way round."""

import ast
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Used without an import statement: zoneinfo reads tzdata where the system has no zones, Starlette reads forms with
# python-multipart.
NOT_IMPORTED = {"python-multipart", "tzdata"}
# Comes with pydantic, pinned by it.
PART_OF_ANOTHER = {"pydantic_core"}


plain = canonicalize_name


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
        assert declared - locked(checkout / name).keys() == set(), f"{name}: run ./run lock"


def locked(file) -> dict[str, Requirement]:
    """The packages of a lock that are installed on this machine, by name."""
    lines = re.findall(r"^[a-zA-Z0-9][^\\\n]*", file.read_text("utf-8"), re.MULTILINE)
    found = (Requirement(line) for line in lines)
    return {plain(each.name): each for each in found if each.marker is None or each.marker.evaluate()}


def needs(pinned: Requirement) -> list[Requirement]:
    """What a locked package requires on this machine, that of its locked extras included."""
    asked = [Requirement(line) for line in distribution(pinned.name).requires or ()]
    extras = ("", *pinned.extras)
    return [each for each in asked if each.marker is None or any(each.marker.evaluate({"extra": e}) for e in extras)]


def unmet(lock: dict[str, Requirement]) -> list[str]:
    """Requirements of locked packages that the lock does not answer: wrong version, no such package, extra left out."""
    found = []
    for pinned in lock.values():
        for need in needs(pinned):
            answer = lock.get(plain(need.name))
            version = str(answer.specifier).removeprefix("==") if answer else ""
            if answer is None or not need.specifier.contains(version, prereleases=True) or need.extras - answer.extras:
                found.append(f"{pinned} needs {need}")
    return found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_answers_every_requirement_of_its_own_packages(checkout, name):
    """Pip asks the index for what a lock leaves open, and then tomorrow's release breaks today's commit."""
    assert unmet(locked(checkout / name)) == []


def test_a_lock_without_its_extras_would_be_noticed(checkout):
    lock = locked(checkout / "requirements-dev.lock")
    bare = lock | {"coverage": Requirement(str(lock["coverage"]).replace("[toml]", ""))}
    assert [line.partition(" needs ")[2] for line in unmet(bare)] == ["coverage[toml]>=7.10.6"]
