"""Small edits of a watch list that a person wrote: bytes in, bytes out, everything else kept byte for byte.

The place of an edit comes from the marks of the YAML nodes, never from a search for words. What comes out is read
again and must say what the old file said plus the edit, or nothing is handed back.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from monitor.config.complaints import complain
from monitor.config.reading import plain, read_tree

_BY_HAND = "is written in a way that this program does not edit"
_BOM = b"\xef\xbb\xbf"
_SAFE = re.compile(r"\w[\w.~:/?&=+%@!$();-]*(?: [\w(][\w.~:/?&=+%@!$();-]*)*", re.ASCII)
_COMMENT = re.compile(r"( *)#")
_MEANS_MORE = re.compile(r"(?i)null|true|false|[0-9.+-]+|.*:(?: .*)?")

Field = str | tuple[str, ...] | bool
"""A field of a new entry: a text, a list of words, or true."""


def set_address(text: bytes, where: str, source_id: str, url: str) -> bytes:
    """The list with another `url` for this source. ConfigError when it has no such source, or no address for it."""
    file = _File.read(text, where)
    found = next((pair for pair in file.entries() if _text(_field(pair[1], "id")) == source_id), None)
    if found is None:
        complain(where, f'has no source "{source_id}"')
    section, entry = found
    node = _field(entry, "url")
    if node is None:
        complain(f"{where}:{entry.start_mark.line + 1}", f"{source_id} has no address that could be changed")
    start, end = node.start_mark.index, node.end_mark.index
    # A block scalar (`>-`) reaches to the next line.
    breaks = file.text[start:end][len(file.text[start:end].rstrip()) :]

    def wanted(tree: Any) -> None:
        tree["sections"][section]["sources"][_place(file, section, entry)]["url"] = url

    return file.with_text(start, end, written(url) + breaks, wanted)


def append_source(text: bytes, where: str, section_id: str, fields: Mapping[str, Field]) -> bytes:
    """The list with one more entry at the end of a section, under the entries that are there.

    ConfigError when there is no such section, or when its entries stand in one line ({…}, [{…}]).
    """
    file = _File.read(text, where)
    sections = file.sections()
    names = [_text(_field(section, "id")) for section in sections]
    if section_id not in names:
        complain(where, f'has no section "{section_id}"', f"there are {', '.join(names)}")
    number = names.index(section_id)
    sources = _field(sections[number], "sources")
    if not isinstance(sources, yaml.SequenceNode) or (sources.flow_style and sources.value):
        line = sections[number].start_mark.line + 1
        complain(f"{where}:{line}", "the sources of this section stand in one line", "write each on lines of its own")

    def wanted(tree: Any) -> None:
        tree["sections"][number]["sources"].append({k: _value(v) for k, v in fields.items()})

    if not sources.value:  # `sources: []`
        start = len(file.text[: sources.start_mark.index].rstrip(" "))
        lines = file.eol + file.lines(fields, sections[number].start_mark.column).removesuffix(file.eol)
        return file.with_text(start, sources.end_mark.index, lines, wanted)
    at = file.below(_end(sources.value[-1]), sources.start_mark.column)
    begin = "" if file.text[:at].endswith(("\n", "\r")) else file.eol
    entry = file.lines(fields, sources.start_mark.column)
    return file.with_text(at, at, begin + file.eol + entry, wanted)


def include_list(text: bytes, where: str, name: str) -> bytes:
    """The list with `include: [name]`: the commented line comes to life, else one is put below `version`."""
    file = _File.read(text, where)
    node = _field(file.root, "include")
    already = plain(read_tree(text, where)).get("include") or []

    def wanted(tree: Any) -> None:
        tree["include"] = [*already, name]

    if name in already:
        return text
    if node is not None:
        if not isinstance(node, yaml.SequenceNode) or not node.flow_style:
            complain(f"{where}:{node.start_mark.line + 1}", "include stands on several lines", f"add {name} by hand")
        line = f"[{', '.join([*already, name])}]"
        return file.with_text(node.start_mark.index, node.end_mark.index, line, wanted)
    commented = re.search(rf"^# ?include: \[{re.escape(name)}\](?=[ \t]*(?:#.*)?\r?$)", file.text, re.MULTILINE)
    if commented:
        return file.with_text(commented.start(), commented.end(), f"include: [{name}]", wanted)
    version = _field(file.root, "version")
    if version is None:
        complain(where, "has no line version: 1")
    at = file.below(version.end_mark.index, 0)
    begin = "" if file.text[:at].endswith(("\n", "\r")) else file.eol
    return file.with_text(at, at, f"{begin}include: [{name}]{file.eol}", wanted)


def written(text: str) -> str:
    """A text as a YAML scalar: bare when nobody could misread it, else in double quotes."""
    if _SAFE.fullmatch(text) and not _MEANS_MORE.fullmatch(text):
        return text
    inside = "".join(_ESCAPES.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text)
    return f'"{inside}"'


_ESCAPES = {"\\": "\\\\", '"': '\\"'}


@dataclass(frozen=True, slots=True)
class _File:
    """A watch list as text, with the nodes that know their places in it."""

    text: str
    where: str
    root: yaml.Node
    bom: bytes
    eol: str

    @classmethod
    def read(cls, data: bytes, where: str) -> "_File":
        """ConfigError for whatever is no list that could be taken over: then there is no safe place to edit."""
        read_tree(data, where)
        bom = _BOM if data.startswith(_BOM) else b""
        text = data.removeprefix(_BOM).decode()
        # The parser written in Python counts characters, as we do; read_tree has refused aliases and deep nesting.
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            root = None
        if root is None:  # libyaml reads a little more than the parser written in Python
            complain(where, _BY_HAND, "make the change by hand")
        return cls(text, where, root, bom, "\r\n" if "\r\n" in text else "\n")

    def sections(self) -> list[yaml.Node]:
        found = _field(self.root, "sections")
        return list(found.value) if isinstance(found, yaml.SequenceNode) else []

    def entries(self) -> list[tuple[int, yaml.Node]]:
        """Every source with the number of its section."""
        return [
            (number, entry)
            for number, section in enumerate(self.sections())
            for entry in getattr(_field(section, "sources"), "value", ())
        ]

    def lines(self, fields: Mapping[str, Field], column: int) -> str:
        """An entry as lines below one another, its dash in this column."""
        rows = [f"{name}: {_written(value)}" for name, value in fields.items()]
        first, *rest = rows
        return "".join([" " * column + "- " + first + self.eol, *(" " * (column + 2) + r + self.eol for r in rest)])

    def below(self, index: int, column: int) -> int:
        """Where the line after this place begins, and after comments that stand deeper than `column`."""
        if not self.text[:index].endswith("\n"):
            index = self._next_line(index)
        while (comment := _COMMENT.match(self.text, index)) and len(comment[1]) > column:
            index = self._next_line(index)
        return index

    def _next_line(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def with_text(self, start: int, end: int, new: str, wanted: Callable[[Any], None]) -> bytes:
        """The file with other words in one place. `wanted` does to the old values what the edit should have done."""
        data = self.bom + (self.text[:start] + new + self.text[end:]).encode()
        values = copy.deepcopy(plain(read_tree(self.bom + self.text.encode(), self.where)))
        wanted(values)
        if plain(read_tree(data, self.where)) != values:
            complain(self.where, _BY_HAND, "make the change by hand")
        return data


def _field(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value  # type: ignore[no-any-return] # yaml's stubs say Any
    return None


def _text(node: yaml.Node | None) -> str:
    return " ".join(node.value.split()) if isinstance(node, yaml.ScalarNode) else ""


def _place(file: _File, section: int, entry: yaml.Node) -> int:
    return [e for n, e in file.entries() if n == section].index(entry)


def _end(node: yaml.Node) -> int:
    """Where the last word of a node ends: block lists and mappings reach over the comments that follow them."""
    if not isinstance(node, yaml.CollectionNode) or not node.value or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _written(value: Field) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return written(value) if isinstance(value, str) else f"[{', '.join(map(written, value))}]"


def _value(value: Field) -> Any:
    return list(value) if isinstance(value, tuple) else value
