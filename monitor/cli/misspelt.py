"""A command line that cannot be understood, answered in our words: what is wrong, where, and what was meant."""

from typing import Any

import typer
from typer.core import TyperGroup

from monitor.cli import ground
from monitor.errors import ConfigError, Problem

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The library's complaint about a command line; it has no public name there."""
WRONG = 2


class MisspeltError(ConfigError):
    """A word of the command line that is none of ours."""

    exit_code = WRONG


class Commands(TyperGroup):
    """A group that knows the nearest of its commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the library's, with our answer for a command that is not there."""
        word = args[0] if args else ""
        if word and not word.startswith("-") and word not in self.commands:
            hint = ground.meant(word, list(self.commands), f"`{ctx.command_path} --help` lists them")
            said = f"there is no command “{ground.visible(word[:60])}”"
            raise MisspeltError([Problem(ctx.command_path, said, hint)])
        return super().resolve_command(ctx, args)


def complaint(error: Any) -> str:
    """The library's complaint as one line of ours: `monitor show: change must be a number (…)`.

    Facts are taken from the error's attributes. A complaint with line breaks is the help itself, and stays.
    """
    context, message, option = error.ctx, str(error.message or ""), getattr(error, "option_name", "")
    if "\n" in message:
        return message
    if context is None:
        return str(Problem("monitor", f"{ground.visible(option)} needs a value" if option else ground.visible(message)))
    path, param = context.command_path, getattr(error, "param", None)
    where = f"`{path} --help` explains it"
    if option and param is None:
        known = [name for p in context.command.params for name in p.opts if name.startswith("--")]
        if option in known:
            return str(Problem(path, f"{option} needs a value", where))
        return str(Problem(path, f"there is no option {ground.visible(option)}", ground.meant(option, known, where)))
    if param is not None:
        hint = (getattr(param, "help", None) or where).rstrip(".")
        return str(Problem(path, f"{_named(param)} {_wrong(error)}", hint[:1].lower() + hint[1:]))
    return str(Problem(path, ground.visible(message[:1].lower() + message[1:]).rstrip("."), where))


def _named(param: Any) -> str:
    """`--limit`, or the name of an argument."""
    return str(next((name for name in param.opts if name.startswith("--")), param.name))


def _wrong(error: Any) -> str:
    """What is the matter with a value: it is missing, no number, out of bounds, or none of the choices."""
    if hasattr(error, "param_type"):
        return "is missing"
    found = getattr(error.__cause__, "errors", None)
    fact = found()[0] if found else {}
    value, bound = f"“{ground.visible(str(fact.get('input', ''))[:60])}”", fact.get("ctx") or {}
    if str(fact.get("type", "")).startswith("int_"):
        return f"{value} is not a number"
    if "ge" in bound or "gt" in bound:
        return f"{value} is too small: from {bound.get('ge', bound.get('gt'))} on"
    if "le" in bound or "lt" in bound:
        return f"{value} is too large: up to {bound.get('le', bound.get('lt'))}"
    return ground.visible(str(bound.get("error") or error.message)).rstrip(".")
