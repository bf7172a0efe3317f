"""No text from outside makes the program stand still: every pattern, and all that reads and judges, is tried."""

import subprocess
import sys

import pytest

from monitor.text.patterns import expression, one_of

WALL = 1200


def hung(checkout, script):
    """What was still at work after ten seconds of processor time on one text of 200 KB; the script names it."""
    found, first = [], 0
    while True:
        done = subprocess.run(
            [sys.executable, str(checkout / "tests" / script), str(checkout), str(first)],
            capture_output=True, text=True, timeout=WALL, check=False,
        )  # fmt: skip
        lines = done.stdout.splitlines()
        if lines and lines[-1] == "all":
            return found
        assert lines, done.stderr
        said, number, name = lines[-1].split(" ", 2)
        assert (said, done.returncode < 0) == ("try", True), done.stderr
        found.append(name)
        first = int(number) + 1


@pytest.mark.slow
def test_every_pattern_of_the_program_is_linear(checkout):
    assert hung(checkout, "hostile_patterns.py") == []


@pytest.mark.slow
def test_all_that_reads_and_judges_is_linear(checkout):
    assert hung(checkout, "hostile_work.py") == []


@pytest.mark.parametrize("pattern", ["a**", "(a*)**", "a ~ b ~ c ~ d ~ e"])
def test_a_pattern_of_ones_own_that_could_take_for_ever_is_refused(pattern):
    with pytest.raises(ValueError, match="in the pattern"):
        expression(pattern)


def test_a_repeated_group_gives_nothing_back():
    import re

    assert re.fullmatch(one_of(["(a|aa|a*)*b"]), "a" * 200_000) is None
    assert re.fullmatch(one_of(["no (longer |more )*used"]), "no longer more longer used")
