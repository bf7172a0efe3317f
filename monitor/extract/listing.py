"""Entries of a listing page: news, publications, opinions. Pure: works on the plain lines and elements of a walk.

A listing shows itself by repetition: elements in like places with like names, each with a title and often a date. Of
all such groups the one that says most is taken, and others beside it that say nearly as much.
"""

import re
from collections import defaultdict
from dataclasses import replace

from monitor.extract.lines import Line
from monitor.model import BlockKind, Item, Link, key_of

VERSION = 2
"""Must be raised when the items of the same page change."""

_FEWEST = 3
_ENTRY_TAGS = frozenset({"article", "li", "div", "tr", "section", "a", "p", "dt", "figure", "h2", "h3", "h4"})
_ENOUGH_WORDS = 40.0
"""Words beyond which a longer entry is no better an entry."""
_CONTAINER = 0.2
"""What remains of the score of a group whose members are lists themselves."""
_ALSO = 0.4
"""A second group counts if it says at least this share of what the best says."""
_LONGEST_TITLE = 300
_LONGEST_SUMMARY = 600
_MOST_FILES = 20
_PASSING = re.compile(r"\d|^(?:odd|even|first|last|active|current|even-row|odd-row|clearfix)$")

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "januari|februari|maart|mei|juni|juli|augustus|oktober|"
    "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|"
    "januar|jänner|februar|märz|maerz|dezember|"
    "jan|feb|febr|fév|févr|mrt|mar|mär|apr|avr|jun|jul|juil|aug|sept|sep|oct|okt|nov|dec|déc|dez"
)
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"\b{_YEAR}-\d\d-\d\d\b"
    rf"|\b\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:{_YEAR}|\d\d)\b"
    rf"|\b\d{{1,2}}(?:er|st|nd|rd|th|e|\.)?\s+(?:de\s+)?(?:{_MONTHS})\.?,?\s+{_YEAR}\b"
    rf"|\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}\b"
    rf"|\b(?:{_MONTHS})\.?\s+{_YEAR}\b",
    re.IGNORECASE,
)


def find_date(text: str) -> str:
    """The first date in a text, as printed; empty without one. English, Dutch, French, German and numbers."""
    found = _DATE.search(text)
    return found.group() if found else ""


def find_items(lines: list[Line], elements: list[tuple[int, str]]) -> tuple[Item, ...]:
    """The entries of the page, in reading order; empty when nothing repeats.

    `elements` are (index of the parent, tag and classes), parents before their children.
    """
    inside = _lines_by_element(lines, elements)
    groups: dict[int, list[int]] = defaultdict(list)
    for element, path in enumerate(_paths(elements)):
        if element in inside and elements[element][1].partition(".")[0] in _ENTRY_TAGS:
            groups[path].append(element)
    scored = sorted(
        (
            (score, members)
            for members in groups.values()
            if (score := _score([_of(lines, inside[e]) for e in members]))
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    taken: dict[int, range] = {}
    covered: set[int] = set()
    for score, members in scored:
        if score >= _ALSO * scored[0][0] and not any(covered.intersection(inside[e]) for e in members):
            taken |= {inside[e].start: inside[e] for e in members}
            covered.update(index for e in members for index in inside[e])
    entries = [_of(lines, taken[start]) for start in sorted(taken)]
    return _with_keys([_item(entry) for entry in entries if _has_title(entry)])


def _of(lines: list[Line], indices: range) -> list[Line]:
    return lines[indices.start : indices.stop]


def _lines_by_element(lines: list[Line], elements: list[tuple[int, str]]) -> dict[int, range]:
    """For each element with text the range of its lines; lines of a subtree follow each other."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for index, line in enumerate(lines):
        first.setdefault(line.element, index)
        last[line.element] = index
    for element in range(len(elements) - 1, 0, -1):
        if element in first:
            parent = elements[element][0]
            first[parent] = min(first.get(parent, first[element]), first[element])
            last[parent] = max(last.get(parent, last[element]), last[element])
    return {element: range(first[element], last[element] + 1) for element in first}


def _paths(elements: list[tuple[int, str]]) -> list[int]:
    """For each element a number that is the same for elements of like names in like places."""
    numbers: dict[tuple[int, str], int] = {}
    paths: list[int] = []
    for index, (parent, name) in enumerate(elements):
        tag, _, classes = name.partition(".")
        lasting = [token for token in classes.split() if not _PASSING.search(token)][:2]
        around = paths[parent] if index else -1
        paths.append(numbers.setdefault((around, ".".join([tag, *lasting])), len(numbers)))
    return paths


def _has_title(entry: list[Line]) -> bool:
    return any(line.links or line.kind is BlockKind.HEADING for line in entry)


def _score(entries: list[list[Line]]) -> float:
    titled = [entry for entry in entries if _has_title(entry)]
    if len(titled) < _FEWEST or len(titled) < 0.6 * len(entries):
        return 0.0
    words = [min(_ENOUGH_WORDS, sum(len(line.text.split()) for line in entry)) for entry in titled]
    dated = sum(1 for entry in titled if any(find_date(line.text) for line in entry))
    headed = sum(1 for entry in titled if any(line.kind is BlockKind.HEADING for line in entry))
    score = sum(words) * (1 + dated / len(titled)) * (1 + 0.5 * headed / len(titled))
    return score * _CONTAINER if _contain_entries(titled) else score


def _contain_entries(entries: list[list[Line]]) -> bool:
    """Whether these are sections of a listing, each with entries of its own, rather than entries."""
    dates = sum(1 for entry in entries for line in entry if find_date(line.text))
    headings = sum(1 for entry in entries for line in entry if line.kind is BlockKind.HEADING)
    targets = sum(len({link.url for line in entry for link in line.links}) for entry in entries)
    return max(dates, headings, targets - len(entries)) > 1.5 * len(entries)


def _item(entry: list[Line]) -> Item:
    link = _longest_link(entry)
    heading = next((line for line in entry if line.kind is BlockKind.HEADING), None)
    if heading is not None:
        title = heading.text
        link = heading.links[0] if heading.links else link
    elif entry[0].kind is BlockKind.ROW:
        cells = [cell for cell in entry[0].text.split(" | ") if find_date(cell) != cell]
        title = " – ".join(cells)
    else:
        title = link.text if link else entry[0].text
    date = next((found for line in entry if line is not heading and (found := find_date(line.text))), "")
    rest = [text for line in entry if line is not heading and (text := _without(line, title, date))]
    return Item(
        key="",
        title=title[:_LONGEST_TITLE],
        url=link.url if link else "",
        date=date or find_date(title),
        summary=" ".join(rest)[:_LONGEST_SUMMARY],
        files=_others(entry, link),
    )


def _others(entry: list[Line], own: Link | None) -> tuple[str, ...]:
    """The addresses an entry links to besides its own, in their order."""
    found = dict.fromkeys(link.url for line in entry for link in line.links)
    return tuple(url for url in found if own is None or url != own.url)[:_MOST_FILES]


def _without(line: Line, title: str, date: str) -> str:
    """What a line says besides title and date."""
    if line.kind is BlockKind.ROW:
        return ""
    text = line.text.replace(title, "", 1) if title else line.text
    return text.replace(date, "", 1).strip(" |–-:,·") if date else text.strip()


def _longest_link(entry: list[Line]) -> Link | None:
    links = [link for line in entry for link in line.links]
    return max(links, key=lambda link: len(link.text), default=None)


def _with_keys(items: list[Item]) -> tuple[Item, ...]:
    """Items with the key they are known by between looks: the address, else the words of the title.

    An address that several entries share tells them apart only together with the title.
    """
    shared: dict[str, int] = defaultdict(int)
    for item in items:
        shared[item.url] += 1
    keyed: dict[str, Item] = {}
    for item in items:
        words = key_of(item.title)
        key = item.url if item.url and shared[item.url] == 1 else f"{item.url} {words}".strip()
        keyed.setdefault(key, replace(item, key=key))
    return tuple(keyed.values())
