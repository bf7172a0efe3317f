"""A file and a function stay short enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

MODULE_LINES = 500
MEDIAN_MODULE_LINES = 200
FUNCTION_LINES = 80
MOST_FUNCTION_LINES = 50


def python_files(checkout: Path) -> list[Path]:
    """The program; a migration is a list of statements that nobody edits again."""
    return sorted((checkout / "monitor").rglob("*.py"))


def functions(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{file.name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_longer_than_500_lines_and_half_have_under_200(checkout):
    lengths = {str(f.relative_to(checkout)): len(f.read_text("utf-8").splitlines()) for f in python_files(checkout)}
    assert {name: n for name, n in lengths.items() if n > MODULE_LINES} == {}
    assert median(lengths.values()) < MEDIAN_MODULE_LINES


def test_no_function_is_longer_than_80_lines(checkout):
    lengths = dict(found for file in python_files(checkout) for found in functions(file))
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES} == {}


def test_95_of_100_functions_have_at_most_50_lines(checkout):
    lengths = dict(found for file in python_files(checkout) for found in functions(file))
    long = {name: n for name, n in lengths.items() if n > MOST_FUNCTION_LINES}
    assert len(long) <= len(lengths) * 0.05, long
