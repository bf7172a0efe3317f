"""Complaints of the library about a command line, put into our words by their facts alone."""

from types import SimpleNamespace

import pytest

from monitor.cli.misspelt import complaint

COMMAND = SimpleNamespace(params=[SimpleNamespace(opts=["--limit"]), SimpleNamespace(opts=["-h", "--help"])])
HERE = SimpleNamespace(command_path="monitor changes", command=COMMAND)
LIMIT = SimpleNamespace(opts=["--limit"], name="limit", help="At most so many.")
SOURCE = SimpleNamespace(opts=["source"], name="source", help=None)


class Refused(Exception):  # noqa: N818 - a cause, not an error of ours
    """The cause that the library hangs on a value it refused."""

    def __init__(self, **fact):
        super().__init__()
        self.fact = fact

    def errors(self):
        return [self.fact]


def error(message="", ctx=HERE, cause=None, **facts):
    return SimpleNamespace(message=message, ctx=ctx, __cause__=cause, **facts)


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        (error("Usage: monitor\n\nCommands: …"), "Usage: monitor\n\nCommands: …"),
        (error("Something\x1b[2J", ctx=None), "monitor: Something⟨U+001B⟩[2J"),
        (error("x", ctx=None, option_name="--since"), "monitor: --since needs a value"),
        (
            error("x", option_name="--limit"),
            "monitor changes: --limit needs a value (`monitor changes --help` explains it)",
        ),
        (error("x", option_name="--limti"), "monitor changes: there is no option --limti (did you mean --limit?)"),
        (error("Got too much."), "monitor changes: got too much (`monitor changes --help` explains it)"),
        (
            error("x", param=SOURCE, param_type="argument"),
            "monitor changes: source is missing (`monitor changes --help` explains it)",
        ),
        (error("Not good.", param=LIMIT), "monitor changes: --limit Not good (at most so many)"),
        (
            error("x", param=LIMIT, cause=Refused(type="greater_than", input="0", ctx={"gt": 0})),
            "monitor changes: --limit “0” is too small: from 0 on (at most so many)",
        ),
        (
            error("x", param=LIMIT, cause=Refused(type="less_than", input="9", ctx={"lt": 9})),
            "monitor changes: --limit “9” is too large: up to 9 (at most so many)",
        ),
        (
            error("x", param=LIMIT, cause=Refused(type="value_error", ctx={"error": ValueError("no such day")})),
            "monitor changes: --limit no such day (at most so many)",
        ),
    ],
)  # fmt: skip
def test_a_complaint_says_where_and_what_and_how_to_mend_it(said, ours):
    assert complaint(said) == ours
