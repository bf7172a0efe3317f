"""The note of whose rights a text is: a sign or the word, and its years. It changes every January and says nothing."""

import re

_NOTE = re.compile(
    r"(?:©|\(c\)(?=\s{0,3}(?:19|20)\d\d)|\bcopyright(?=\W{0,4}(?:©|\(c\)|(?:19|20)\d\d)))[^.;|\n]{0,40}?\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
"""As far as its first year. "(c)" alone is a letter of a list, and a Copyright Act is a law."""
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_MOST_WORDS = 10


def is_note(text: str) -> bool:
    """Is a line nothing but such a note? "© 2021-2025 - Example, all rights reserved"."""
    return len(text.split()) <= _MOST_WORDS and _NOTE.match(text.strip()) is not None


def without_note(text: str) -> str:
    """A text without its notes, as far as their first years."""
    return _NOTE.sub(" ", text)


def same_but_for_years(old: str, new: str) -> bool:
    """Do two texts differ in nothing but the years of a note?"""
    return _NOTE.search(new) is not None and _masked(old) == _masked(new)


def _masked(text: str) -> str:
    note = _NOTE.search(text)
    if note is None:
        return text
    # A second year may follow the first one: "2021-2025".
    return text[: note.start()] + _YEARS.sub("#", note[0]) + _SECOND.sub("", text[note.end() :], count=1)


_SECOND = re.compile(r"\A\s{0,2}[-–—/]\s{0,2}(?:19|20)\d\d")
