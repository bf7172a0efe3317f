"""Names say what a thing is: a module called `utils` would say nothing, and a test is a sentence."""

import ast
from collections.abc import Set as AbstractSet

SAY_NOTHING = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "lib",
    "manager",
    "misc",
    "shared",
    "stuff",
    "util",
    "utils",
}


def test_no_module_has_a_name_that_says_nothing(checkout):
    files = [*(checkout / "monitor").rglob("*.py"), *(checkout / "tests").rglob("*.py")]
    parts = {part.removesuffix(".py") for file in files for part in file.relative_to(checkout).parts}
    assert parts & SAY_NOTHING == set()


def test_every_test_file_has_a_name_of_its_own(checkout):
    names = [file.name for file in (checkout / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


def test_every_test_is_named_by_a_sentence(checkout):
    short = [
        f"{file.relative_to(checkout)}: {node.name}"
        for file in (checkout / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_test(node.name) and node.name.count("_") < 2
    ]
    assert short == []


def test_every_test_can_fail(checkout):
    """A test asserts, expects an exception, or hands its material to something that does."""
    cannot = []
    for file in sorted((checkout / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        judges = {function.name for function in functions if not _is_test(function.name) and _judges(function)}
        tests = [function for function in functions if _is_test(function.name)]
        cannot += [f"{file.relative_to(checkout)}: {test.name}" for test in tests if not _judges(test, judges)]
    assert cannot == []


def _is_test(name: str) -> bool:
    return name.startswith("test_")


def _judges(function: ast.AST, judges: AbstractSet[str] = frozenset()) -> bool:
    """It asserts or expects an exception, itself or through a function called check…, assert_… or one of `judges`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if called in {"raises", "fail"} | judges or called.startswith(("check", "assert_")):
            return True
    return False


def test_the_import_package_is_the_only_top_level_name(checkout):
    packages = {path.parent.name for path in checkout.glob("*/__init__.py")}
    assert packages == {"monitor"}


def test_no_python_file_lies_at_the_top_of_the_checkout(checkout):
    assert list(checkout.glob("*.py")) == []
