"""What is committed can be read by anyone, anywhere: nothing of the machine it was written on, and no secret."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
INDEX = re.compile(r"^\s*(--?(extra-)?index-url|--find-links|registry\s*=)", re.MULTILINE)
# Homes and work folders; after a word character or a dot it is part of an address, not a path.
MACHINE = re.compile(r"(?<![\w.%~-])/(?:work|farm|root|Users)/[\w.]")
SECRETS = (
    re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    re.compile(r"\b(?:ghp|gho|ghs|glpat|xox[bap])[_-][A-Za-z0-9_-]{20,}"),
)


@pytest.fixture(scope="module")
def tracked(checkout) -> list[Path]:
    """The files git knows; in an unpacked sdist there is no git, and every file counts."""
    if (checkout / ".git").exists() and shutil.which("git"):
        command = ["git", "-c", "safe.directory=*", "-C", str(checkout), "ls-files", "-z"]
        names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        return [checkout / name for name in names if name and (checkout / name).is_file()]
    return [file for file in checkout.rglob("*") if file.is_file() and ".venv" not in file.parts]


def text_of(file: Path) -> str:
    """Binary test data (a PDF, a picture) is not text and holds no path anyone would follow."""
    raw = file.read_bytes()
    return "" if b"\0" in raw else raw.decode("utf-8", "replace")


def found(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [f"{file.name}: {match.group()!r}" for file in files if (match := pattern.search(text_of(file)))]


def test_no_tracked_file_is_larger_than_a_megabyte(tracked):
    assert [str(file) for file in tracked if file.stat().st_size > MEGABYTE] == []


def test_no_tracked_file_names_a_package_index(tracked):
    assert found(INDEX, tracked) == []


def test_no_tracked_file_names_a_folder_of_somebodys_machine(tracked, checkout):
    here = re.compile(re.escape(str(checkout)) + r"\b")
    assert found(MACHINE, tracked) + found(here, tracked) == []


def test_the_lock_files_pin_every_package_by_hash_and_hold_no_address(checkout):
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (checkout / name).read_text("utf-8")
        pinned = re.findall(r"^[a-z][^\n]*==[^\n]* \\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z-]", text, re.MULTILINE)) > 0
        assert "://" not in text


@pytest.mark.parametrize("pattern", SECRETS, ids=lambda pattern: pattern.pattern[:12])
def test_no_tracked_file_holds_a_secret(tracked, pattern):
    assert found(pattern, tracked) == []


def test_no_uv_lock_is_tracked_because_it_records_index_addresses(tracked):
    assert [file.name for file in tracked if file.name == "uv.lock"] == []


def test_what_a_running_monitor_makes_is_not_tracked(tracked, checkout):
    made = re.compile(r"\.sqlite3|\.lock$|^\.env$|\.eml$")
    names = {str(file.relative_to(checkout)) for file in tracked}
    in_the_way = {n for n in names if n.startswith(("db/", "alerts/outbox/", ".env")) and made.search(n)}
    assert in_the_way == set()


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_the_scripts_may_be_executed(checkout, script):
    assert (checkout / script).stat().st_mode & 0o111
