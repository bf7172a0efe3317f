"""JSON to lines and entries: one row a record, under its own name, so that a reader hears of what a value is said.

The order of keys means nothing (RFC 8259, 4): a record's fields come in alphabetical order, its name first.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.extract.lines import tidy
from monitor.extract.links import Addresses
from monitor.model import Block, BlockKind, Item, key_of

VERSION = 1
"""Must be raised when the output for the same file changes."""

NAMES = ("title", "name", "label", "headline", "subject", "titel", "naam", "onderwerp", "titre", "nom", "intitule",
         "intitulé", "objet", "bezeichnung", "betreff", "@id", "id", "identifier", "code", "uri", "url")  # fmt: skip
"""Fields that name a record, the best first."""
ADDRESSES = ("url", "link", "href", "external_url", "html_url", "@id", "id")
DATES = (
    "date_published",
    "published",
    "date",
    "datum",
    "datepublished",
    "pubdate",
    "created",
    "date_modified",
    "updated",
)
_NUMBERS = ("@id", "id", "guid", "identifier", "code")
TEXTS = ("summary", "description", "abstract", "content_text", "content_html", "samenvatting", "resume", "résumé")
MOST_FIELDS, LONGEST_FIELD = 24, 400
"""A record with more or longer fields is told field by field."""
_TAG = re.compile(r"<[^<>]{1,400}>")
_LONGEST_SUMMARY = 2_000


def read(text: str, *, url: str) -> tuple[tuple[Block, ...], tuple[Item, ...]] | None:
    """The lines of a JSON text and the entries of its longest list; None when it is no JSON (or nested too deep)."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tuple(_lines(value)), _items(value, Addresses(url))


def _lines(top: Any) -> Iterator[Block]:
    stack: list[tuple[str, Any]] = [("", top)]
    while stack:
        where, value = stack.pop()
        if isinstance(value, Mapping):
            stack += [(_below(where, name), value[name]) for name in sorted(map(str, value), reverse=True)]
        elif isinstance(value, list):
            names = _distinct(value)
            for record, name in zip(reversed(value), reversed(names), strict=True):
                row = _row(record, name)
                stack.append(
                    (where, row) if row else (f"{where} › {name}" if name and where else name or where, record)
                )
        elif isinstance(value, Block):
            text = tidy(f"{where} › {value.text}" if where else value.text)
            yield Block(text, BlockKind.ROW)
        elif value is not None and value != "" and (clean := tidy(_said(where, value))):
            yield Block(clean)


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _said(where: str, value: Any) -> str:
    return f"{where}: {_shown(value)}" if where else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return _TAG.sub(" ", value)
    return json.dumps(value, ensure_ascii=False)


def _row(record: Any, name: str) -> Block | None:
    """A record whose fields are all single and short, in one row under its name."""
    if not name or not isinstance(record, Mapping) or len(record) > MOST_FIELDS:
        return None
    cells: list[str] = []
    for field in sorted(map(str, record)):
        value = record[field]
        if isinstance(value, list) and all(isinstance(x, str | int | float) for x in value):
            value = ", ".join(_shown(x) for x in value)
        if isinstance(value, Mapping | list) or len(shown := _shown(value)) > LONGEST_FIELD:
            return None
        if value is not None and value != "" and tidy(shown) != name:
            cells.append(f"{field}: {tidy(shown)}")
    return Block(" | ".join([name, *cells]), BlockKind.ROW)


def _distinct(records: Sequence[Any]) -> list[str]:
    """A name for each record of a list; those that share one are told apart by their number."""
    names = [_name(record) for record in records]
    often = Counter(names)
    numbers = [
        _name(record, _NUMBERS) if name and often[name] > 1 else "" for name, record in zip(names, records, strict=True)
    ]
    return [f"{name} ({number})" if number else name for name, number in zip(names, numbers, strict=True)]


def _name(record: Any, fields: Sequence[str] = NAMES) -> str:
    return _first(record, fields)[:LONGEST_FIELD]


def _first(record: Any, fields: Sequence[str]) -> str:
    """The first of these fields that a record has, as text; of several languages the first."""
    if not isinstance(record, Mapping):
        return ""
    lower = {str(key).casefold(): value for key, value in record.items()}
    for field in fields:
        value = lower.get(field)
        if isinstance(value, Mapping):
            value = next((v for _, v in sorted(value.items()) if isinstance(v, str)), None)
        if isinstance(value, str | int) and not isinstance(value, bool) and (clean := tidy(_shown(value))):
            return clean
    return ""


def _items(top: Any, addresses: Addresses) -> tuple[Item, ...]:
    """The records of the list that a feed (JSON Feed 1.1) or an interface gives, with what an entry is told by."""
    inside = list(top.values()) if isinstance(top, Mapping) else [top]
    longest = max((v for v in inside if isinstance(v, list)), key=len, default=[])
    found: dict[str, Item] = {}
    for record, name in zip(longest, _distinct(longest), strict=True):
        if not name or not isinstance(record, Mapping):
            continue
        written = (_first(record, (field,)) for field in ADDRESSES)
        address = next((a for x in written if "://" in x or x[:1] == "/" if (a := addresses.absolute(x))), "")
        rest = _row({k: v for k, v in record.items() if str(k).casefold() not in {*DATES, *ADDRESSES}}, name)
        summary = _first(record, TEXTS) or (rest.text.partition(" | ")[2] if rest else "")
        identity = _first(record, _NUMBERS) or address or key_of(name)
        found.setdefault(identity, Item(identity, name, address, _first(record, DATES), summary[:_LONGEST_SUMMARY]))
    return tuple(found.values())
