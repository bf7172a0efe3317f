"""Cells of a table that any spreadsheet shows as text, whatever a page wrote into them.

A spreadsheet runs what begins like a formula (owasp.org/www-community/attacks/CSV_Injection), and where a cell begins
is its own opinion: with Belgian, Dutch, French or German settings a line is parted at semicolons, pasted text at
tabs, and quotes mean nothing in the middle of such a piece. So an apostrophe stands before everything that would begin
like a formula behind any of these signs, and is taken away again by `bared`.
"""

import re

SEPARATORS = {"en": ","}
"""What a spreadsheet with the settings of a language parts cells at; a semicolon where none is named here."""

_SIGNS = "=+\\-@＝＋－＠"
_BLANK = r"""(?:[^\S\t\r\n]|["\ufeff\u200b-\u200f\u2060])*"""
_FIRST = f"(?='*{_BLANK}[{_SIGNS}\\t\\r\\n])"
_LATER = f"(?='*{_BLANK}(?:[{_SIGNS}\\t]|(?<=\")[\\r\\n]))"
_PARTED = r"(?<=[;,\t\r\n])"
_OPEN = re.compile(f"\\A{_FIRST}|{_PARTED}{_LATER}")
_SHUT = re.compile(f"\\A'{_FIRST}|{_PARTED}'{_LATER}")


def separator(language: str) -> str:
    """For tables that are made for a reader of this language."""
    return SEPARATORS.get(language, ";")


def shielded(cell: str) -> str:
    """With an apostrophe before each place where a spreadsheet could begin a formula."""
    return _OPEN.sub("'", cell)


def bared(cell: str) -> str:
    """`shielded` undone."""
    return _SHUT.sub("", cell)
