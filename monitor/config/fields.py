"""Typed fields out of a mapping node; whatever does not fit becomes a complaint with its line."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta

from monitor.config.complaints import Complaints, did_you_mean
from monitor.config.reading import Entries, Items, Node, Scalar

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DURATION = re.compile(r"([0-9]{1,5}) ?([mhd])")
_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Fields:
    """The fields of one entry. Each getter returns the default after a complaint, so reading goes on."""

    def __init__(
        self,
        node: Node,
        complaints: Complaints,
        known: Sequence[str],
        *,
        instead: Mapping[str, str] | None = None,
    ) -> None:
        self.complaints = complaints
        self.start = node.line
        self._nodes: dict[str, Node] = {}
        self.lines: dict[str, int] = {}
        if not isinstance(node, Entries):
            complaints.add(node.line, "fields are expected here", f"such as {known[0]}: …")
            return
        self._nodes, self.lines = node.nodes, node.lines
        for key, line in node.lines.items():
            if key not in known:
                hint = (instead or {}).get(key) or did_you_mean(key, known) or f"known are {', '.join(known)}"
                complaints.add(line, f"unknown field {shown(key)}", hint)

    def line(self, name: str) -> int:
        """Line of a field, or of the entry when it has no such field."""
        return self.lines.get(name, self.start)

    def complain(self, name: str, what: str, hint: str = "") -> None:
        """A complaint about a field, at its line."""
        self.complaints.add(self.line(name), f"{name} {what}", hint)

    def has(self, name: str) -> bool:
        return name in self._nodes

    def text(self, name: str, *, required: bool = False, longest: int = 1000) -> str:
        """One line of text, white space collapsed."""
        scalar = self._scalar(name, required=required)
        if scalar is None:
            return ""
        return self._clean(name, scalar.text, longest)

    def slug(self, name: str) -> str:
        """An id: small letters, digits and hyphens."""
        text = self.text(name, required=True)
        if text and (not SLUG.fullmatch(text) or len(text) > 80):
            proposal = slug_of(text)
            self.complain(
                name,
                "may have small letters, digits and single hyphens, at most 80",
                f"such as {proposal}" if proposal else "such as coc-reports",
            )
            return ""
        return text

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """One of the options."""
        scalar = self._scalar(name)
        if scalar is None:
            return default
        return self._known(name, scalar.text, scalar.line, options) or default

    def texts(self, name: str, options: Sequence[str] = (), *, longest: int = 1000) -> tuple[str, ...]:
        """A list of texts, each once; of the options only, when there are any."""
        found: dict[str, None] = {}
        for node in self.items(name):
            if not isinstance(node, Scalar) or node.value is None:
                self.complaints.add(node.line, f"{name} must be a list of words", "such as [en, nl]")
                continue
            text = self._known(name, node.text, node.line, options) if options else node.text
            text = text and self._clean(name, text, longest)
            if text in found:
                self.complaints.add(node.line, f"{name} has {shown(text)} twice")
            if text:
                found[text] = None
        return tuple(found)

    def numbers(self, name: str, *, largest: int = 9999) -> tuple[int, ...]:
        """A list of whole numbers from 1."""
        found: list[int] = []
        for node in self.items(name):
            number = node.value if isinstance(node, Scalar) else None
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= largest:
                self.complaints.add(node.line, f"{name} must be a list of numbers from 1 to {largest}", "such as [174]")
            elif number in found:
                self.complaints.add(node.line, f"{name} has {number} twice")
            else:
                found.append(number)
        return tuple(found)

    def number(self, name: str, *, largest: int = 9999) -> int:
        """One whole number from 1; required."""
        scalar = self._scalar(name, required=True)
        if scalar is None:
            return 0
        if isinstance(scalar.value, bool) or not isinstance(scalar.value, int) or not 1 <= scalar.value <= largest:
            self.complain(name, f"must be a number from 1 to {largest}")
            return 0
        return scalar.value

    def flag(self, name: str) -> bool:
        """True or false; false when it is not given."""
        scalar = self._scalar(name)
        if scalar is not None and not isinstance(scalar.value, bool):
            self.complain(name, "must be true or false")
        return scalar is not None and scalar.value is True

    def duration(self, name: str, default: timedelta, *, least: timedelta, most: timedelta) -> timedelta:
        """`10m`, `6h`, `1d`."""
        scalar = self._scalar(name)
        if scalar is None:
            return default
        hint = f"from {written(least)} to {written(most)}, such as {written(least)}, 6h or 1d"
        match = _DURATION.fullmatch(scalar.text.strip())
        if match is None:
            self.complain(name, f"{shown(scalar.text)} is not a length of time", hint)
            return default
        length = int(match[1]) * _UNIT[match[2]]
        if least <= length <= most:
            return length
        self.complain(name, "is too short" if length < least else "is too long", hint)
        return default

    def items(self, name: str) -> tuple[Node, ...]:
        """The nodes of a list; empty when it is not given."""
        node = self._nodes.get(name)
        if isinstance(node, Items):
            return node.nodes
        if node is not None:
            one = shown(node.text) if isinstance(node, Scalar) and node.value is not None else "…"
            self.complain(name, "must be a list", f"write [{one.strip(chr(34))}] or one line with - for each")
        return ()

    def node(self, name: str) -> Node | None:
        return self._nodes.get(name)

    def each(self, name: str) -> tuple[tuple[str, Node], ...]:
        """Names and nodes of a mapping."""
        node = self._nodes.get(name)
        if isinstance(node, Entries):
            return tuple(node.nodes.items())
        self.complain(name, "must have fields of its own" if node else "is missing")
        return ()

    def _scalar(self, name: str, *, required: bool = False) -> Scalar | None:
        node = self._nodes.get(name)
        if node is None:
            if required:
                self.complaints.add(self.start, f"{name} is missing")
            return None
        if not isinstance(node, Scalar):
            self.complain(name, "must be one text", "a text that begins with [ or { needs quotes")
            return None
        if node.value is None:
            self.complain(
                name,
                "is empty",
                "" if required else "fill it in or remove the line; a text that begins with # needs quotes",
            )
            return None
        return node

    def _clean(self, name: str, text: str, longest: int) -> str:
        text = " ".join(text.split())
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
            self.complain(name, "has a control character in it", "type the text again")
            return ""
        if len(text) > longest:
            self.complain(name, f"is longer than {longest} characters")
            return ""
        if not text:
            self.complain(name, "is empty")
        return text

    def _known(self, name: str, text: str, line: int, options: Sequence[str]) -> str:
        """The text when it is an option, else empty after a complaint."""
        if text in options:
            return text
        hint = did_you_mean(text, options) or f"known are {', '.join(options)}"
        self.complaints.add(line, f"{name}: {shown(text)} is unknown", hint)
        return ""


def shown(text: str) -> str:
    """A value as quoted in a complaint: one line, at most 60 characters, nothing invisible."""
    line = "".join(c if c.isprintable() else "�" for c in " ".join(text[:200].split()))
    return f'"{line}"' if len(line) <= 60 else f'"{line[:59]}…"'


def slug_of(text: str) -> str:
    """An id made of a text: `Conseil d'État` → `conseil-d-etat`; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:80].strip("-")


def written(length: timedelta) -> str:
    """A length of time as the file writes it: `6h`."""
    minutes = int(length.total_seconds() // 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
