"""`./run` in a checkout nobody has used yet, in a folder with a space in its name."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "PYTHON", "COV"))}
# pip finds nothing here: neither an index, nor a file, nor its cache.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/nowhere", "PIP_NO_CACHE_DIR": "1"}


@pytest.fixture(scope="module")
def fresh(used_checkout, tmp_path_factory) -> Path:
    """A checkout without .venv and without anything a monitor made."""
    folder = tmp_path_factory.mktemp("fresh") / "footnote watch"
    shutil.copytree(used_checkout, folder, ignore=shutil.ignore_patterns("dist", "*.sqlite3*", "outbox", ".env"))
    return folder


def run(folder, *arguments, cwd, **more):
    return subprocess.run(
        [folder / "run", *arguments], cwd=cwd, env=ENVIRONMENT | more, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def first(fresh, tmp_path_factory):
    """What the very first command said."""
    return run(fresh, "monitor", "check", cwd=tmp_path_factory.mktemp("elsewhere"))


def test_the_first_run_makes_the_environment_and_checks_the_watch_list(first):
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Making .venv" in first.stderr
    assert "No complaints" in first.stdout


def test_the_second_run_installs_nothing_and_needs_no_network(fresh, first, tmp_path):
    second = run(fresh, "monitor", "check", cwd=tmp_path, **OFFLINE)
    assert (second.returncode, second.stdout, second.stderr) == (0, first.stdout, "")


def test_nothing_but_the_environment_is_left_behind(fresh, first, used_checkout, tmp_path):
    run(fresh, "monitor", "--help", cwd=tmp_path)
    new = {path.name for path in fresh.iterdir()} - {path.name for path in used_checkout.iterdir()}
    assert new == {".venv"}
    assert list(tmp_path.iterdir()) == []
