"""Laying out the text part: lines of at most 76 characters, hanging rows, word marks."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence

from monitor.messages.safe import address, unmarked, visible
from monitor.messages.view import Marked

WIDTH = 76
_TIED = re.compile(r"(?<=«) |(?<=n°) |(?<=\d) (?=(?:h|%)(?!\w))|(?<=\d h) (?=\d)| (?=[»:;?!])")
"""Blanks at which no line ends: those of French typography, those inside `7 h 05` and `97 %`. `visible` leaves no
other no-break space.
"""
_OPEN = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "same": ("", "")}


class Laid(str):
    """Text that was made safe and laid out: it passes the templates as it is."""

    __slots__ = ()


def clean(value: object) -> str:
    """What any value of a text template becomes unless it is laid out already: one line, nothing hidden, no marks."""
    return value if isinstance(value, Laid) else Laid(unmarked(visible(str(value))))


def wrapped(text: str, indent: int = 0, width: int = WIDTH, first: str = "") -> Laid:
    """A paragraph. Addresses and long words are never broken. `first` stands before the first line's text."""
    return Laid(_fill(clean(text), indent, width, first))


def _fill(safe: str, indent: int, width: int, first: str = "") -> str:
    pad = " " * indent
    laid = textwrap.fill(
        tied(safe),
        width=width,
        initial_indent=pad + first,
        subsequent_indent=pad + " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return laid.replace("\u00a0", " ")


def tied(text: str) -> str:
    """No line ends inside French quote marks, before high punctuation or between a number and its unit."""
    return _TIED.sub("\u00a0", text)


def row(label: str, value: str, indent: int = 3, column: int = 10, *, is_url: bool = True) -> Laid:
    """`Page      https://…` – an address stays whole on its line, whatever its length."""
    name = clean(label)
    head = " " * indent + name.ljust(max(column, len(name) + 1) if name else column)
    if is_url:
        return Laid(head + address(value))
    return Laid(textwrap.fill(clean(value), WIDTH, initial_indent=head, subsequent_indent=" " * len(head),
                              break_long_words=False, break_on_hyphens=False))  # fmt: skip


def ends(left: str, right: str, indent: int = 0) -> Laid:
    """A heading line with a word at the right margin; the heading wraps, the word stays on its first line."""
    word = clean(right)
    room = max(20, WIDTH - len(word) - 2)
    hang = " " * (indent + 3)
    lines = textwrap.wrap(clean(left), room, initial_indent=" " * indent, subsequent_indent=hang,
                          break_long_words=False, break_on_hyphens=False) or [""]  # fmt: skip
    gap = max(2, WIDTH - columns(lines[0]) - len(word))
    return Laid("\n".join([lines[0] + " " * gap + word, *lines[1:]]).rstrip())


def columns(text: str) -> int:
    """How wide a terminal shows it."""
    wide = sum(1 for c in text if unicodedata.east_asian_width(c) in {"W", "F"})
    flat = sum(1 for c in text if unicodedata.combining(c))
    return len(text) + wide - flat


def marked(marks: Sequence[Marked], cut: str, indent: int = 5) -> Laid:
    """Word marks as `[-removed-]` and `{+added+}`; page text cannot open or close one."""
    said = []
    for mark in marks:
        if mark.mark == "cut":
            said.append(cut)
        else:
            before, after = _OPEN[mark.mark]
            said.append(before + unmarked(visible(mark.text)).strip() + after)
    return Laid(_fill(" ".join(said), indent, WIDTH))


def entry(number: str, name: str, text: str, note: str = "") -> Laid:
    """A line of the first report: footnotes and name, and below, indented, what stands there."""
    lines = [_fill(clean(name), 2, WIDTH, clean(number).ljust(10))]
    lines += [_fill(clean(said), 15, WIDTH) for said in (text, note) if said]
    return Laid("\n".join(lines))


def rule(char: str = "-") -> Laid:
    return Laid(char * 72)


def upper(text: str) -> Laid:
    return Laid(clean(text).upper())


_BLANKS = re.compile(r"\n{3,}")
_TRAIL = re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE)


def tidy(text: str) -> str:
    """No blanks at line ends, no two empty lines in a row, one newline at the end."""
    return _BLANKS.sub("\n\n", _TRAIL.sub("", text)).strip("\n") + "\n"
