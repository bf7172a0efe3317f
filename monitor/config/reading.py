"""Bytes → a tree of nodes that know their lines. The only place that knows YAML.

The tree is built from the parser's events, without recursion. Refused before any value is built: files over
1 MB, anchors, aliases, merge keys, tags, deep nesting, more nodes than a list of sources can need. Scalars follow
YAML 1.2's core schema: `no`, `on` and `2019-03-22` are texts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import yaml

from monitor.config.complaints import Complaints, complain
from monitor.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_NODES = 50_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser when there is one (twenty times as fast), else the one written in Python."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `text` is what was written; `plain`: without quotes."""

    text: str
    line: int
    plain: bool = False

    @property
    def value(self) -> str | int | float | bool | None:
        """As YAML 1.2's core schema reads it; numbers longer than 15 digits stay texts."""
        if not self.plain:
            return self.text
        if self.text in _NULL:
            return None
        if self.text in _BOOLEAN:
            return _BOOLEAN[self.text]
        if _INTEGER.fullmatch(self.text):
            return int(self.text)
        return float(self.text) if _DECIMAL.fullmatch(self.text) else self.text


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys and their nodes, in order; `lines` are those of the keys."""

    nodes: dict[str, "Node"]
    lines: dict[str, int]
    line: int


Node: TypeAlias = Scalar | Items | Entries


def read_file(path: Path) -> bytes:
    """The bytes of a file, at most one more than `MAX_BYTES`. ConfigError when it cannot be read."""
    try:
        if path.is_dir():
            complain(str(path), "is a folder, not a file", "docker makes one where the file to be mounted is missing")
        if not path.is_file():
            complain(str(path), "there is no such file", "`monitor init DIR` makes a folder that has one")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        complain(str(path), f"the file cannot be read: {error.strerror or error}")


def read_tree(data: bytes, where: str, loader: Any = _LOADER) -> Node:
    """The tree of a file's bytes. ConfigError, with lines counted from 1, for everything that is not one."""
    text = _decode(data, where)
    builder = _Builder(where)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        builder.stop(*_syntax(error, text))
    except (yaml.YAMLError, ValueError, OverflowError):
        # The parser written in Python lets "\UFFFFFFFF" fall through to chr().
        builder.stop(1, "this is not YAML: it has a character that cannot be read", "save the file as UTF-8 text")
    builder.complaints.settle()
    if builder.root is None:
        complain(where, "the file is empty")
    return builder.root


def plain(node: Node) -> Any:
    """The values of a tree as dict, list, str, int, float, bool and None. Not deeper than `MAX_DEPTH`."""
    if isinstance(node, Entries):
        return {key: plain(value) for key, value in node.nodes.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return node.value


def _decode(data: bytes, where: str) -> str:
    if len(data) > MAX_BYTES:
        complain(where, "the file is larger than 1 MB", "a list of sources is a few dozen KB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        complain(f"{where}:{line}", "the file is not UTF-8 text", "save it as UTF-8")
    if bad := _UNPRINTABLE.search(text):
        line = len(_BREAK.findall(text, 0, bad.start())) + 1
        complain(f"{where}:{line}", f"there is an unprintable character (U+{ord(bad.group()):04X})", "remove it")
    return text


class _Builder:
    """Takes the parser's events one by one. `root` is the finished tree."""

    def __init__(self, where: str) -> None:
        self.complaints = Complaints(where)
        self.root: Node | None = None
        self._open: list[tuple[bool, int, list[Node]]] = []
        self._count = 0
        self._documents = 0

    def stop(self, line: int, what: str, hint: str = "") -> NoReturn:
        """Nothing after this point can be understood."""
        self.complaints.add(line, what, hint)
        raise ConfigError(self.complaints.problems())

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.NodeEvent):
            self._allow(event)
        if isinstance(event, yaml.ScalarEvent):
            self._put(Scalar(event.value, _line(event), plain=bool(event.implicit[0])))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open.append((isinstance(event, yaml.MappingStartEvent), _line(event), []))
            if len(self._open) > MAX_DEPTH:
                self.stop(_line(event), "lists and fields are nested too deeply", "check the indentation")
        elif isinstance(event, yaml.CollectionEndEvent):
            fields, line, children = self._open.pop()
            self._put(self._entries(children, line) if fields else Items(tuple(children), line))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.stop(_line(event), "a second document begins here", "remove the line ---")

    def _allow(self, event: yaml.NodeEvent) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            self.stop(_line(event), f"the file has more than {MAX_NODES} entries")
        quoted = "put the text in quotes if it begins with"
        if isinstance(event, yaml.AliasEvent):
            self.stop(_line(event), f"aliases (*{_cut(event.anchor)}) are not read", f"{quoted} *")
        if event.anchor is not None:
            self.stop(_line(event), f"anchors (&{_cut(event.anchor)}) are not read", f"{quoted} &")
        if getattr(event, "tag", None) is not None:
            self.stop(_line(event), "tags (!…) are not read", f"{quoted} !")

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1][2].append(node)
        elif not (isinstance(node, Scalar) and node.value is None):
            self.root = node

    def _entries(self, children: list[Node], line: int) -> Entries:
        nodes: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar) or not key.text:
                self.complaints.add(key.line, "a field's name must be a word", 'put texts with { or [ in quotes: "…"')
            elif key.text == "<<" and key.plain:
                self.stop(key.line, "merge keys (<<) are not read")
            elif key.text in nodes:
                self.complaints.add(key.line, f"{_cut(key.text)} is given twice", f"first on line {lines[key.text]}")
            else:
                nodes[key.text], lines[key.text] = value, key.line
        return Entries(nodes, lines, line)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark is not None else 1


def _cut(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= 40 else text[:39] + "…"


def _syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str, str]:
    """Line, complaint and hint for a syntax error: where the broken text or list begins, else where it is noticed."""
    lines = _BREAK.split(text)

    def rest(mark: Any) -> str:
        return lines[mark.line][mark.column :] if mark is not None and mark.line < len(lines) else ""

    mark = error.problem_mark
    begins = error.context_mark
    if begins is not None and (isinstance(error, yaml.scanner.ScannerError) or rest(begins)[:1] in {"[", "{"}):
        mark = begins
    number = mark.line if mark is not None else 0
    line = lines[number] if number < len(lines) else ""
    return number + 1, f"this is not YAML: {error.problem or 'it cannot be read'}", next(_hints(line), "")


def _hints(line: str) -> Iterator[str]:
    """What is usually wrong with a line that cannot be read."""
    words = line.strip()
    value = words.removeprefix("- ").partition(": ")[2].strip() or words.removeprefix("- ").strip()
    if "\t" in line[: len(line) - len(line.lstrip())]:
        yield "indent with blanks, not with tabs"
    if value[:1] in {'"', "'"} and value.count(value[0]) % 2:
        yield "a quotation mark is opened and not closed"
    if value[:1] in {'"', "'"}:
        yield "nothing may follow the closing quotation mark; a mark inside the text is written \\\" or ''"
    for opening, closing in ("[]", "{}"):
        if value.count(opening) > value.count(closing):
            yield f"a {opening} is opened and not closed"
    if value[:1] and value[0] in "@`%*&!|>]},":
        yield f'put the text in quotes when it begins with {value[0]}: "…"'
    if ": " in value or value.endswith(":"):
        yield 'put a text that has a colon and a blank in it in quotes: "…"'
    yield "check the indentation of this line and the one above"
