"""docs/explanation/severity.md: no severity, reason, kind, event or rule is missing, in the words that mails use."""

import ast
import re
import tomllib

import pytest

from monitor.judge.lore import RULES
from monitor.judge.scale import NOISE_RULES
from monitor.model import ChangeKind, EventKind, Severity


@pytest.fixture
def page(checkout):
    return (checkout / "docs/explanation/severity.md").read_text("utf-8")


@pytest.fixture
def catalogue(checkout):
    return tomllib.loads((checkout / "alerts/templates/catalogue/en.toml").read_text("utf-8"))


def table(page, heading):
    """The rows of the tables under a heading: first cell → the others."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in rows}


def test_every_severity_is_explained_by_the_word_of_the_mail(page, catalogue):
    rows = table(page, "Severity")
    assert set(rows) == {level.name.lower() for level in Severity}
    assert {name: cells[0] for name, cells in rows.items()} == catalogue["severity"]


def test_every_event_is_explained_by_the_words_of_the_mail(page, catalogue):
    rows = table(page, "Events")
    assert set(rows) == {str(kind) for kind in EventKind}
    assert {name: cells[0] for name, cells in rows.items()} == {name: catalogue["event"][name] for name in rows}


def test_every_kind_of_change_is_explained(page):
    assert set(table(page, "Kinds of change")) == {str(kind) for kind in ChangeKind}


def test_every_reason_is_explained_by_the_words_of_the_mail(page, catalogue):
    rows = {name: cells[0] for name, cells in table(page, "Reasons").items()}
    assert rows == {name: text for name, text in catalogue["reasons"].items() if not name.startswith("held_")}


def test_every_rule_is_explained_and_none_that_is_not_there(page):
    rows = table(page, "Rules")
    assert RULES - set(rows) == set()
    assert set(rows) - RULES == {"unconfirmed", "margin", "address", "first_copy"}


def test_what_a_rule_holds_back_is_explained_in_the_words_of_monitor_noise(page, catalogue):
    rows = table(page, "Rules")
    said = {name.removeprefix("held_"): text for name, text in catalogue["reasons"].items() if name.startswith("held_")}
    assert NOISE_RULES - set(said) == set()
    assert [rule for rule, text in said.items() if not rows[rule][-1].startswith(text)] == []


def test_every_reason_the_judge_gives_has_words(checkout, catalogue):
    """Codes written out in the code; those made of a kind are covered by the tests of the kinds."""
    silent = set()
    for file in [checkout / "monitor/decide.py", *(checkout / "monitor/judge").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and code.value not in catalogue["reasons"]:
                    silent.add(code.value)
    assert silent == {"unlike", "offline"}, "neither is mailed: the one is asked of alternatives, the other of nobody"
