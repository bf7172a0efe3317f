"""What a browser shows or a screen reader says of elements whose words are not plain text: raised figures, formulas,
fields, pictures, files shown in the page. Plain values only; the walk (`html.py`) says where they stand.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.model import marked_figure
from monitor.text.addresses import ENDINGS, names_document

STRUCK = frozenset({"del", "s", "strike"})
"""Elements whose text no longer holds (HTML 4.7.2 and 4.5.5)."""
FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
"""Elements that show another document, and the attribute that names it."""
UNSPOKEN = frozenset({"annotation", "annotation-xml"})
"""A second notation of a formula beside the shown one (MathML 5)."""

_STRUCK = re.compile(r"text-decoration(?:-line)?\s{0,9}:[^;]{0,200}?\bline-through\b", re.IGNORECASE)
_FIGURE = re.compile(r"[\[(]?([-−–+]?\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,5})[\])]?")
_TICKS = frozenset({"checkbox", "radio"})
_SHOWN_TYPES = frozenset(
    {"", "text", "number", "date", "datetime-local", "month", "week", "time", "url", "tel", "email"}
)
_FEWEST_WORDS = 5
"""Words of a picture's text from which it says something, if it gives a figure too."""
_COMMAND = 6
"""Words of a button from which it says something: no command is that long."""


def raised(text: str, before: str) -> str:
    """A raised figure as it is written down behind `before`: `^25`, `²`, `[3]`; empty for other text (`er`, `th`)."""
    found = _FIGURE.fullmatch(text.strip())
    return marked_figure(before, re.sub(r"^[−–]", "-", " ".join(found[1].split()))) if found else ""


def formula(tag: str, parts: Sequence[str]) -> str:
    """A power or a fraction of a formula in one line: `10^25`, `3/4`; empty when it cannot be said so."""
    if len(parts) != 2:
        return ""
    base, other = (" ".join(part.split()) for part in parts)
    if tag == "mfrac":
        return f"{base}/{other}"
    return f"{base}^{other}"


def is_struck(style: str | None) -> bool:
    """Whether a style sheet inside an element strikes its text out."""
    return bool(style) and _STRUCK.search(style or "") is not None


def field(tag: str, attributes: Mapping[str, str | None]) -> str:
    """What a field shows that nobody can change: a value, a ticked or an empty box. Empty for one to be filled in."""
    fixed = "readonly" in attributes or "disabled" in attributes
    if tag != "input" or not fixed:
        return ""
    kind = (attributes.get("type") or "").lower()
    if kind in _TICKS:
        return "☑" if "checked" in attributes else "☐"
    return (attributes.get("value") or "") if kind in _SHOWN_TYPES else ""


def picture(attributes: Mapping[str, str | None], *, alone_in_cell: bool) -> str:
    """What a picture says: a sign that is all of a table's cell, or a text with a figure in it.

    Other texts of pictures describe decoration, which comes and goes with each visit.
    """
    text = (attributes.get("alt") or "").strip()
    tells = len(text.split()) >= _FEWEST_WORDS and any(c.isdecimal() for c in text)
    return text if alone_in_cell or tells else ""


def drawing(attributes: Mapping[str, str | None], title: str) -> str:
    """What an icon says to who cannot see it: its label, else its title. Empty for decoration."""
    if attributes.get("aria-hidden") == "true" or attributes.get("role") in {"presentation", "none"}:
        return ""
    return (attributes.get("aria-label") or title).strip()


def says_something(pressed: str) -> bool:
    """Whether the words of a button are more than a command: the question of a list of questions, a passage's title."""
    return pressed.rstrip().endswith("?") or len(pressed.split()) >= _COMMAND


def framed_document(tag: str, attributes: Mapping[str, str | None]) -> str:
    """The address of a file that the page shows in a frame, be it through a viewer; empty for anything else."""
    address = (attributes.get(FRAMES.get(tag, "")) or "").strip()
    declared = (attributes.get("type") or "").lower() == "application/pdf"
    return address if address and (declared or names_document(address)) else ""


def kind_of(address: str) -> str:
    """The kind of a file in capitals, as far as its address says (`PDF`)."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "PDF"
    names = [*unquote(parts.path).split("/"), *(v for _, v in parse_qsl(parts.query, max_num_fields=40))]
    found = next(
        (s for name in reversed(names) if (s := PurePosixPath(name.strip()).suffix.lower()) in ENDINGS), ".pdf"
    )
    return found[1:].upper()
