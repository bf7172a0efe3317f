"""The wheel in a clean environment far from the checkout, installed from the lock as a user would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "PYTHON", "COV"))}


@pytest.fixture(scope="module")
def installed(wheel, checkout, tmp_path_factory) -> Path:
    """The interpreter of an environment with the locked packages and the wheel, and nothing else."""
    place = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", checkout / "requirements.lock"], check=True, env=ENVIRONMENT)
    subprocess.run([*pip, "--no-deps", wheel], check=True, env=ENVIRONMENT)
    return python


def output(python, code, cwd):
    done = subprocess.run([python, "-c", code], env=ENVIRONMENT, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_lock_is_complete_and_nothing_contradicts(installed):
    done = subprocess.run(
        [installed, "-m", "pip", "check"], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def _came_with(file: Path) -> bool:
    """Part of what a virtual environment of Python 3.11 begins with and one of 3.12 does not. pip counts."""
    parts = file.parts[file.parts.index("site-packages") + 1 :] if "site-packages" in file.parts else ("",)
    return parts[0].partition("-")[0] in {"setuptools", "pkg_resources", "_distutils_hack"}


def test_at_most_60_packages_and_120_megabytes_are_installed(installed):
    listed = subprocess.run(
        [installed, "-m", "pip", "list", "--format=json"], check=True, capture_output=True, env=ENVIRONMENT
    )
    packages = {package["name"] for package in json.loads(listed.stdout)} - {"pip", "setuptools"}
    files = [file for file in installed.parent.parent.rglob("*") if file.is_file() and not file.is_symlink()]
    megabytes = sum(file.stat().st_size for file in files if file.suffix != ".pyc" and not _came_with(file)) / 1e6
    assert len(packages) <= 60
    assert megabytes <= 120


def test_the_program_is_the_only_thing_the_wheel_puts_into_site_packages(installed, tmp_path):
    code = "from importlib.metadata import files; print(*{f.parts[0] for f in files('footnote-watch')})"
    names = set(output(installed, code, tmp_path).split())
    assert {name for name in names if not name.startswith("footnote_watch-")} == {"monitor", ".."}


def test_it_finds_its_files_without_a_checkout(installed, tmp_path):
    code = (
        "from monitor import resources\n"
        "for name in ('sources.yaml', 'db/schema.sql', 'db/migrations/env.py', 'alerts/templates'):\n"
        "    print(resources.bundled(name))"
    )
    places = output(installed, code, tmp_path).split()
    assert all("_bundled" in place and str(installed.parent.parent) in place for place in places)
    assert len(places) == 4


def test_it_makes_its_database_and_reads_its_watch_list(installed, tmp_path):
    code = (
        "from pathlib import Path\n"
        "from monitor import config, resources\n"
        "from monitor.clock import SystemClock\n"
        "from monitor.store import open_store\n"
        "store = open_store(Path('home/monitor.sqlite3'), clock=SystemClock())\n"
        "watch = config.load(resources.sources_path())\n"
        "store.sources.sync(watch, SystemClock().now())\n"
        "print(len(watch.sources), len(store.sources.all()))"
    )
    (tmp_path / "home").mkdir()
    written, kept = output(installed, code, tmp_path).split()
    assert written == kept
    assert int(written) >= 32


def monitor(installed, *arguments, cwd):
    command = [installed.parent / "monitor", *arguments]
    return subprocess.run(command, env=ENVIRONMENT, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_command_is_there_and_says_its_version(installed, wheel, tmp_path):
    done = monitor(installed, "--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == wheel.name.split("-")[1]


def test_it_makes_a_home_that_it_finds_in_order(installed, tmp_path):
    made = monitor(installed, "init", "home", cwd=tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    assert (tmp_path / "home/sources.yaml").is_file()
    checked = monitor(installed, "check", cwd=tmp_path / "home")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_wrong_line_in_a_home_is_named_with_exit_code_78(installed, tmp_path):
    (tmp_path / "sources.yaml").write_text("version: 1\nsection: []\n", "utf-8")
    done = monitor(installed, "check", cwd=tmp_path)
    assert done.returncode == 78
    assert "sources.yaml:2" in done.stdout + done.stderr
