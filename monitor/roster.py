"""Subscribers as a table (CSV), out and in, and what their wishes may be. Pure.

What a spreadsheet would take for a formula goes out with an apostrophe before it, and comes in without
(`monitor.text.cells`). RFC 4180 with a byte order mark, without which Excel takes UTF-8 for something else; between the
cells stands a comma or, as Excel has it in Belgium, a semicolon: both are read.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from monitor.errors import ConfigError, Problem
from monitor.model import Frequency, Medium, Severity, Subscriber
from monitor.text.cells import bared, separator, shielded

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEVERITIES = {"minor": Severity.MINOR, "substantive": Severity.SUBSTANTIVE, "critical": Severity.CRITICAL}
LANGUAGES = ("en", "nl", "fr", "de")
LISTS = ("topics", "sources", "jurisdictions", "words")
COLUMNS = (
    "address", "reached_by", "url", "frequency", "weekday", "hour", "timezone", "language", *LISTS, "min_severity",
    "urgent", "sign_of_life", "paused",
)  # fmt: skip
MOST_BYTES = 5_000_000
MOST_ROWS = 10_000
_YES = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from, and how addresses are looked at: `mailbox` raises ConfigError, `url` says what is
    wrong in one line (empty: nothing), `name` whether a webhook or a chat may be called so.
    """

    topics: Sequence[str]
    sources: Sequence[str]
    jurisdictions: Sequence[str]
    timezones: Sequence[str]
    mailbox: Callable[[str], object]
    url: Callable[[str], str]
    name: Callable[[str], bool]

    def of(self, field: str) -> Sequence[str]:
        return tuple(getattr(self, field))


@dataclass(frozen=True, slots=True)
class Roster:
    """What a table would do: all of it, or nothing."""

    new: tuple[Subscriber, ...]
    changed: tuple[Subscriber, ...]
    same: int


def spelt(field: str, values: Iterable[str], known: Known) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The values as the list spells them, and what is not known: (value, hint)."""
    options = known.of(field)
    by_small = {option.casefold(): option for option in options}
    found, unknown = [], []
    for value in values:
        small = value.strip().casefold()
        if small in by_small:
            found.append(by_small[small])
        else:
            close = get_close_matches(small[:200], by_small, n=1)
            hint = f"did you mean {by_small[close[0]]}?" if close else f"one of {', '.join(sorted(options)[:40])}"
            unknown.append((value, hint))
    return tuple(dict.fromkeys(found)), unknown


def written(subscribers: Iterable[Subscriber], language: str = "en") -> bytes:
    """The table as a file, for a spreadsheet with the settings of this language."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=separator(language), lineterminator="\r\n")
    table.writerow(COLUMNS)
    for reader in subscribers:
        table.writerow(shielded(cell) for cell in _cells(reader))
    return text.getvalue().encode("utf-8-sig")


def _cells(reader: Subscriber) -> tuple[str, ...]:
    only = reader.filters
    severity = next(name for name, level in SEVERITIES.items() if level >= min(only.min_severity, Severity.CRITICAL))
    return (
        reader.email, str(reader.medium), reader.url, str(reader.frequency), WEEKDAYS[reader.weekday],
        str(reader.hour), reader.timezone, reader.language, *(_joined(getattr(only, name)) for name in LISTS), severity,
        *("yes" if flag else "no" for flag in (reader.urgent, reader.sign_of_life, reader.paused)),
    )  # fmt: skip


def _joined(values: Sequence[str]) -> str:
    return "; ".join(value.replace("\\", "\\\\").replace(";", "\\;") for value in values)


def _parted(cell: str) -> tuple[str, ...]:
    pieces = re.findall(r"(?s:(?:\\.|[^\\;]|\\$)+)", cell)
    return tuple(p for p in (re.sub(r"(?s:\\(.))", r"\1", piece.strip(" ")).strip() for piece in pieces) if p)


def read(data: bytes, name: str, *, there: Iterable[Subscriber], blank: Subscriber, known: Known) -> Roster:
    """What a table says, against who is there already. `name` stands before each complaint, with the line.

    A column that is missing leaves things as they are; an empty cell means the usual value (`blank`'s), in a filter:
    everything. Who is not in the table stays. Raises ConfigError with every complaint.
    """
    problems: list[Problem] = []
    by_address = {one.email.casefold(): one for one in there}
    seen: dict[str, int] = {}
    new, changed, same = [], [], 0
    for line, row in _rows(data, name):
        where = f"{name}:{line}"
        before = by_address.get(row["address"].strip().casefold())
        reader, wrong = _taken(row, before or blank, blank, known)
        problems += [Problem(where, what, hint) for what, hint in wrong]
        first = seen.setdefault(reader.email.casefold(), line)
        if first != line:
            problems.append(Problem(where, f"{reader.email} stands in line {first} already", "one line for each"))
        if before is None:
            new.append(reader)
        elif _medium(row, before) is not before.medium:
            hint = "forget it first, then add it anew"
            problems.append(Problem(where, f"{reader.email} is reached by {before.medium} and stays so", hint))
        elif reader != before:
            changed.append(reader)
        else:
            same += 1
    if problems:
        raise ConfigError(problems)
    return Roster(tuple(new), tuple(changed), same)


def _medium(row: Mapping[str, str], before: Subscriber) -> Medium:
    said = row.get("reached_by", "").strip().casefold()
    return Medium(said) if said in tuple(Medium) else before.medium


def _rows(data: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """(line, cells by column), what was shielded bared. Empty lines are passed over."""
    if len(data) > MOST_BYTES:
        raise ConfigError([Problem(name, f"is larger than {MOST_BYTES // 1_000_000} MB")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError([Problem(f"{name}:{line}", "is not UTF-8 text", "save it as CSV UTF-8")]) from error
    head = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count),
                       strict=True)  # fmt: skip
    found: list[tuple[int, dict[str, str]]] = []
    columns: list[str] = []
    line = 1
    try:
        for cells in table:
            start, line = line, table.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns([cell.strip().casefold() for cell in cells], f"{name}:{start}")
                continue
            if len(cells) != len(columns):
                said = f"has {len(cells)} cells, the first line has {len(columns)}"
                raise ConfigError([Problem(f"{name}:{start}", said)])
            found.append((start, dict(zip(columns, map(bared, cells), strict=True))))
            if len(found) > MOST_ROWS:
                raise ConfigError([Problem(name, f"has more than {MOST_ROWS:,} lines")])
    except csv.Error as error:
        raise ConfigError([Problem(f"{name}:{table.line_num}", f"is no CSV: {error}")]) from error
    if not columns:
        raise ConfigError([Problem(name, "is empty", f"its first line names the columns: {', '.join(COLUMNS)}")])
    return found


def _columns(found: list[str], where: str) -> list[str]:
    problems = []
    for column in found:
        if column not in COLUMNS:
            close = get_close_matches(column[:80], COLUMNS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(COLUMNS)}"
            problems.append(Problem(where, f"{column!r} is no column", hint))
        elif found.count(column) > 1:
            problems.append(Problem(where, f"{column!r} stands there twice"))
    if "address" not in found:
        problems.append(Problem(where, "there is no column 'address'"))
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return found


_CHOICES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "reached_by": ("medium", {str(medium): medium for medium in Medium}),
    "frequency": ("frequency", {str(frequency): frequency for frequency in Frequency}),
    "weekday": ("weekday", {day: number for number, day in enumerate(WEEKDAYS)}),
    "hour": ("hour", {str(hour): hour for hour in range(24)}),
    "language": ("language", {code: code for code in LANGUAGES}),
    "urgent": ("urgent", _YES),
    "sign_of_life": ("sign_of_life", _YES),
    "paused": ("paused", _YES),
}
"""Columns with few values: the field, and what each stands for."""


def _taken(
    row: Mapping[str, str], before: Subscriber, blank: Subscriber, known: Known
) -> tuple[Subscriber, list[tuple[str, str]]]:
    """The subscriber as a row has them, and what is wrong with it: (what, hint)."""
    wrong: list[tuple[str, str]] = []
    values: dict[str, Any] = {"email": row["address"].strip()}
    for column, (field, options) in _CHOICES.items():
        if column in row:
            values[field] = _chosen(column, row[column], options, getattr(blank, field), wrong)
    if "timezone" in row:
        values["timezone"] = _zone(row["timezone"], blank, known, wrong)
    if "url" in row:
        values["url"] = row["url"].strip()
    only: dict[str, Any] = {name: _listed(name, row[name], known, wrong) for name in LISTS if name in row}
    if "min_severity" in row:
        only["min_severity"] = _chosen("min_severity", row["min_severity"], SEVERITIES, Severity.MINOR, wrong)
    reader = replace(before, **values, filters=replace(before.filters, **only))
    return reader, wrong + address_problems(reader, known)


def _chosen(column: str, cell: str, options: Mapping[str, Any], usual: Any, wrong: list[tuple[str, str]]) -> Any:
    small = cell.strip().casefold()
    if small and small not in options:
        hint = "0 to 23" if column == "hour" else f"one of {', '.join(options)}"
        wrong.append((f"{column} cannot be {cell!r}", hint))
    return options.get(small, usual)


def _zone(cell: str, blank: Subscriber, known: Known, wrong: list[tuple[str, str]]) -> str:
    zones, unknown = spelt("timezones", [cell] if cell.strip() else [], known)
    wrong += [(f"timezone {value!r} is not known", hint) for value, hint in unknown]
    return next(iter(zones), blank.timezone)


def _listed(column: str, cell: str, known: Known, wrong: list[tuple[str, str]]) -> tuple[str, ...]:
    values = _parted(cell)
    if column == "words":
        return values
    found, unknown = spelt(column, values, known)
    wrong += [(f"{column}: {value!r} is not known", hint) for value, hint in unknown]
    return found


def address_problems(reader: Subscriber, known: Known) -> list[tuple[str, str]]:
    """What is wrong with how somebody is reached: (what, hint)."""
    wrong = []
    if reader.medium is Medium.MAIL:
        try:
            known.mailbox(reader.email)
        except ConfigError as error:
            wrong += [(problem.what, problem.hint) for problem in error.problems]
    elif not known.name(reader.email):
        wrong.append((f"{reader.email!r} cannot be a name", "lower-case letters, digits, dots and dashes"))
    if reader.medium is Medium.WEBHOOK:
        said = known.url(reader.url) if reader.url else "a webhook has a url"
        wrong += [(said, "such as https://example.org/hook")] if said else []
    elif reader.url:
        hint = "that of a chat is a secret and stands in .env" if reader.medium is Medium.CHAT else ""
        wrong.append(("only a webhook has a url", hint))
    return wrong
