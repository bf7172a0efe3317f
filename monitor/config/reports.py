"""The reports of a home, and the footnotes of each that sources.yaml names."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from monitor import resources
from monitor.config.citations import Report, named, parse_report
from monitor.config.complaints import did_you_mean
from monitor.config.fields import Fields, shown
from monitor.config.reading import Entries, read_file
from monitor.errors import ConfigError, Problem
from monitor.model import Citation, CitationKey, Quote

OF_NOBODY = Report("citations", "citations", "", "", "")
"""What a `data/citations.yaml` is that does not say which report it is, and is not the one of the program."""
LIKE = 0.5
"""Of its citations, those that are the program's own from which on an old file is a copy of that report."""


def load_reports(home: Path | None = None) -> tuple[Report, ...]:
    """The reports of a home, by their keys. ConfigError with every complaint of the first file that has any."""
    found = [_load(path, home) for path in resources.reports(home)]
    if len(found) > 1:
        _told_apart(found)
    return named(sorted(found, key=lambda one: one.place))


def load_citations(home: Path | None = None) -> tuple[Citation, ...]:
    """One citation for each footnote and source it cites, in the reports' order. ConfigError with every complaint.

    A citation's `quotes` may name another source: the place where the report's wording really stands.
    """
    return tuple(citation for report in load_reports(home) for citation in report.citations)


def quotes_of(source_id: str, home: Path | None = None) -> tuple[Quote, ...]:
    """The passages to look for in a source, by footnote."""
    quotes = (quote for citation in load_citations(home) for quote in citation.quotes if quote.source_id == source_id)
    return tuple(sorted(quotes, key=lambda quote: quote.key))


def how_to_move(home: Path) -> str:
    """What to do with a home's report where an older version kept it; empty when there is none there."""
    old = home / resources.OLD_REPORT
    if not old.is_file():
        return ""
    found = _load(old, home)
    new = next((one.id for one in shipped() if one.place == found.place), "NAME")
    head = [f"{field}: {value}" for field, value in _head(found).items()]
    return (
        f"{resources.OLD_REPORT} is read as ever. It can move: mkdir -p reports; mv {resources.OLD_REPORT} "
        f"reports/{new}.yaml; and below its line `version: 1` write {'; '.join(head)}"
    )


def shipped() -> tuple[Report, ...]:
    """The reports that came with the program."""
    return tuple(_load(path, None) for path in resources.reports())


def footnotes(fields: Fields, reports: Sequence[Report] | None) -> tuple[tuple[int, ...], tuple[CitationKey, ...]]:
    """The field `footnotes` of a source: numbers, or numbers for each report by its name. Returns each number once, and
    the keys. `reports`: those of the home; None: they are not known, nothing is asked of them and there are no keys.
    """
    node = fields.node("footnotes")
    if not isinstance(node, Entries):
        numbers = fields.numbers("footnotes")
        if reports is None or not numbers:
            return numbers, ()
        if len(reports) > 1:
            names = ", ".join(one.id for one in reports)
            written = f"{{{reports[0].id}: [{', '.join(map(str, numbers))}]}}"
            fields.complain("footnotes", "must say of which report", f"such as {written}; there are {names}")
            return numbers, ()
        return numbers, _keys(fields, fields.line("footnotes"), numbers, reports[0])
    every: list[int] = []
    keys: list[CitationKey] = []
    for name, inner in node.nodes.items():
        line = node.lines[name]
        only = Entries({"footnotes": inner}, {"footnotes": line}, line)
        numbers = Fields(only, fields.complaints, ("footnotes",)).numbers("footnotes")
        every += numbers
        report = next((one for one in reports or () if one.id == name), None)
        if report is not None:
            keys += _keys(fields, line, numbers, report)
        elif reports is not None:
            known = [one.id for one in reports]
            hint = did_you_mean(name, known) or f"there is {', '.join(known)}; a report is a file reports/NAME.yaml"
            fields.complaints.add(line, f"footnotes: {shown(name)} is no report of this home", hint)
    return tuple(dict.fromkeys(every)), tuple(keys)


def _keys(fields: Fields, line: int, numbers: Sequence[int], report: Report) -> tuple[CitationKey, ...]:
    has = {citation.footnote: citation.key for citation in report.citations}
    if report.own and (missing := [number for number in numbers if number not in has]):
        said = ", ".join(map(str, missing))
        meant = [one.id for one in shipped() if {c.footnote for c in one.citations} >= set(missing)]
        hint = f"{meant[0]} of the program counts once its file lies in reports/, too" if meant else ""
        fields.complaints.add(line, f"footnotes: {report.id} has no footnote {said}", hint)
    return tuple(has.get(number, report.key(number)) for number in numbers)


def _load(path: Path, home: Path | None) -> Report:
    status, old = path.stat(), home is not None and path == home / resources.OLD_REPORT
    found = _read(path, status.st_mtime_ns, status.st_size, old)
    return replace(found, own=home is not None and path.parent == home / "reports")


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int, _size: int, old: bool) -> Report:
    found = parse_report(read_file(path), path.name, headless=old)
    return found if found.report else found.headed(_like(found))


def _like(found: Report) -> Report:
    """Which report an old file is: that of the program when it is mostly a copy of it."""
    here = {(citation.footnote, citation.source_id) for citation in found.citations}
    for one in shipped():
        there = {(citation.footnote, citation.source_id) for citation in one.citations}
        if len(here & there) > LIKE * len(here):
            return one
    return OF_NOBODY


def _told_apart(found: Sequence[Report]) -> None:
    """ConfigError when two reports of a home cannot be told from each other."""
    problems: list[Problem] = []
    places: dict[str, str] = {}
    names: dict[str, str] = {}
    for one in found:
        file = f"{one.id}.yaml"
        if first := places.get(one.place):
            problems.append(Problem(file, f"is {one.place}, and so is {first}", "each report has its own key"))
        elif not one.name:
            hint = "move it to reports/NAME.yaml and write report, edition, chapter and name at its top"
            problems.append(Problem(file, "does not say which report it is, and there are several", hint))
        elif first := names.get(one.name):
            problems.append(Problem(file, f'has the name "{one.name}", and so has {first}', "readers tell them by it"))
        places.setdefault(one.place, file)
        names.setdefault(one.name, file)
    if problems:
        raise ConfigError(problems)


def _head(found: Report) -> dict[str, str]:
    if found.place == OF_NOBODY.place:
        return {"report": "…", "edition": "…", "chapter": "…", "name": "…"}
    return {"report": found.report, "edition": found.edition, "chapter": found.chapter, "name": found.name}
