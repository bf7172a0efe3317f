"""A used checkout, and what is built from it."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

# Caches and the virtual environment take time to copy and are never packed; everything else comes along.
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "dist", "__pycache__", ".*_cache", ".hypothesis", ".coverage*")

# What a running monitor, an editor and a careless person leave behind. None of it may be packed.
TRACES = {
    ".env": "MONITOR_SMTP_URL=smtps://me:canary-secret@mail.example.org\n",
    "alerts/outbox/2026-11-23-canary.eml": "Subject: canary\n",
    "alerts/templates/__pycache__/canary.cpython-311.pyc": "canary",
    "db/backups/canary.sqlite3": "canary",
    "db/daemon.lock": "canary",
    "db/migrations/__pycache__/canary.cpython-311.pyc": "canary",
    "db/monitor.sqlite3": "canary",
    "db/monitor.sqlite3-wal": "canary",
    "monitor/__pycache__/canary.cpython-311.pyc": "canary",
    "htmlcov/canary.html": "canary",
    "notes.txt": "canary",
}


@pytest.fixture(scope="session")
def used_checkout(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which the monitor has run."""
    copy = tmp_path_factory.mktemp("used") / "footnote-watch"
    shutil.copytree(checkout, copy, ignore=NOT_COPIED)
    for name, text in TRACES.items():
        file = copy / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return copy


@pytest.fixture(scope="session")
def dist(used_checkout: Path) -> Path:
    """The folder with the sdist, and the wheel that was built from that sdist."""
    out = used_checkout / "dist"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(used_checkout)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return out


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    (file,) = dist.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def wheel_members(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(name for name in archive.namelist() if not name.endswith("/"))


@pytest.fixture(scope="session")
def sdist_members(dist: Path) -> frozenset[str]:
    """Names below the sdist's one folder."""
    (file,) = dist.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        return frozenset(m.name.partition("/")[2] for m in archive.getmembers() if m.isfile())
