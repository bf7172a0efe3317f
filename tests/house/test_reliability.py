"""docs/reliability.md promises nothing without a test that is there."""

import re

import pytest

NAMED = re.compile(r"`((?:\w+/)+test_\w+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (T?\d+) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(checkout):
    return (checkout / "docs" / "reliability.md").read_text()


def test_every_test_that_is_named_is_there(page, checkout):
    named = sorted(set(NAMED.findall(page)))
    assert len(named) > 100
    texts = {file: (checkout / "tests" / file).read_text() for file in {file for file, _ in named}}
    gone = [f"{file}::{name}" for file, name in named if f"\ndef {name}(" not in texts[file]]
    assert gone == []


def test_every_promise_names_a_test_and_stands_once(page):
    rows = ROW.findall(page)
    assert len({number for number, _ in rows}) == len(rows) > 70
    assert [number for number, rest in rows if not NAMED.search(rest)] == []


def test_every_command_that_prints_figures_runs_tests_that_note_some(page, checkout):
    commands = re.findall(r"`\./run test (?:-m \w+ )?(tests/[\w/]+\.py)`", page)
    assert commands
    for file in commands:
        assert re.search(r'record_property\(\s*"figure"', (checkout / file).read_text()), file
