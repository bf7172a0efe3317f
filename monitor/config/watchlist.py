"""sources.yaml → WatchList. The file itself explains every field to the people who edit it."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from monitor import resources
from monitor.config.addresses import address_complaint
from monitor.config.citations import Report
from monitor.config.complaints import Complaints, did_you_mean
from monitor.config.fields import Fields, shown
from monitor.config.reading import Entries, Node, Scalar, read_file, read_tree
from monitor.config.reports import footnotes, load_reports
from monitor.errors import ConfigError, MonitorError, Problem
from monitor.model import Alternative, Expect, Follow, Role, Section, Source, Status, WatchAs, WatchList

Check: TypeAlias = Callable[[Source], str | None]
"""Says what is wrong with a source, or None. A complaint that begins with a field's name and a colon
(`selector: …`) is shown at the line of that field."""

TOPICS = (
    "national-strategy", "regional-strategies", "public-opinion", "oversight", "public-participation",
    "facial-recognition", "algorithmic-transparency", "laws", "oecd-principles", "human-rights", "evaluation",
)  # fmt: skip
PUBLISHER_KINDS = (
    "federal gov", "regional gov", "parliament", "DPA/oversight body", "EU/international org", "NGO", "academic",
    "law firm", "press/encyclopedia", "politician", "foreign gov",
)  # fmt: skip
JURISDICTIONS = (
    "federal", "Flanders", "Wallonia", "Brussels", "French Community", "German-speaking Community", "EU",
    "international",
)  # fmt: skip
LANGUAGES = ("en", "nl", "fr", "de")

LISTS = ("further",)
"""The lists that ship with the program and can be included."""

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=7)

_TOP = ("version", "include", "defaults", "sections")
_DEFAULTS = ("interval", "watch", "status", "languages")
_SECTION = ("id", "title", "sources")
_SOURCE = (
    "id", "name", "publisher", "publisher_kind", "jurisdiction", "languages", "topics", "footnotes", "watch", "status",
    "expect", "url", "alternatives", "selector", "interval", "ignore_robots", "general", "follow", "evidence",
    "republish", "republish_reason", "note",
)  # fmt: skip
_ALTERNATIVE = ("url", "role", "note")
_INSTEAD = {
    "title": 'a source has a "name", a section has a "title"',
    "kind": 'did you mean "publisher_kind"?',
    "type": 'did you mean "watch"?',
    "every": 'did you mean "interval"?',
    "cites": 'did you mean "footnotes"?',
    "documents": 'did you mean "follow: documents"?',
    "robots": 'did you mean "ignore_robots"? It takes the reason as text',
    "quotes": "quoted passages stand in the report: reports/NAME.yaml",
}


def load(path: Path, *, checks: Sequence[Check] = ()) -> WatchList:
    """The watch list in a file, with the lists it includes. ConfigError with every complaint, by file and line."""
    reports = load_reports(path.parent)
    return parse(read_file(path), path.name, checks=checks, home=path.parent, reports=reports)


def parse(
    text: bytes,
    where: str,
    *,
    checks: Sequence[Check] = (),
    home: Path | None = None,
    reports: Sequence[Report] | None = None,
) -> WatchList:
    """The watch list in the bytes of a file called `where`. ConfigError with every complaint, by line.

    A list it includes comes from the folder `data` of the `home`, else from the program. `reports`: those its footnotes
    may be of; None: any.
    """
    tree, digest = read_tree(text, where), hashlib.sha256(text)
    reader = _Reader(checks, reports)
    problems = reader.read(tree, where)
    for name in reader.included:
        path = resources.data(f"{name}.yaml", home)
        more = read_file(path)
        digest.update(more)
        problems += reader.read(read_tree(more, path.name), path.name, included=True)
    if not problems and not reader.sources:
        line = tree.lines.get("sections", 1) if isinstance(tree, Entries) else 1
        problems = [Problem(f"{where}:{line}", "no source is listed", "sections: - id, title, sources")]
    if problems:
        raise ConfigError(problems)
    return WatchList(tuple(reader.sections), tuple(reader.sources), digest.hexdigest())


def alone(path: Path) -> WatchList:
    """What one file says itself, without the lists it includes. ConfigError with every complaint, by line."""
    text, reader = read_file(path), _Reader(())
    if problems := reader.read(read_tree(text, path.name), path.name):
        raise ConfigError(problems)
    return WatchList(tuple(reader.sections), tuple(reader.sources), hashlib.sha256(text).hexdigest())


def lists_of(path: Path) -> tuple[Path, ...]:
    """The files of the lists a file includes; none as long as it cannot be read."""
    reader = _Reader(())
    try:
        reader.read(read_tree(read_file(path), path.name), path.name)
        return tuple(resources.data(f"{name}.yaml", path.parent) for name in reader.included)
    except MonitorError:
        return ()


class _Reader:
    """Walks the tree once; collects sections, sources and complaints."""

    def __init__(self, checks: Sequence[Check], reports: Sequence[Report] | None = None) -> None:
        self.checks = checks
        self.reports = reports
        self.sections: list[Section] = []
        self.sources: list[Source] = []
        self.included: tuple[str, ...] = ()
        self._ids: dict[str, str] = {}

    def read(self, root: Node, where: str, *, included: bool = False) -> list[Problem]:
        """One file; its complaints."""
        self.complaints = Complaints(where)
        self._defaults = Source(id="", name="", section="", url=None)
        top = Fields(root, self.complaints, _TOP, instead={"sources": "sources stand below a section"})
        version = top.node("version")
        if version is not None and not (isinstance(version, Scalar) and version.value == 1):
            top.complain("version", "must be 1", "this program reads version 1 of the format")
        if included and top.has("include"):
            top.complain("include", "stands in sources.yaml only")
        elif top.has("include"):
            self.included = self._lists(top)
        if (node := top.node("defaults")) is not None:
            self._read_defaults(node)
        for node in top.items("sections"):
            self._read_section(node)
        return self.complaints.problems()

    def _lists(self, top: Fields) -> tuple[str, ...]:
        names = top.texts("include")
        for name in names:
            if name not in LISTS:
                hint = did_you_mean(name, LISTS) or f"there is {', '.join(LISTS)}"
                top.complain("include", f"names no list of the program: {shown(name)}", hint)
        return tuple(name for name in names if name in LISTS)

    def _read_defaults(self, node: Node) -> None:
        fields = Fields(node, self.complaints, _DEFAULTS)
        self._defaults = Source(
            id="",
            name="",
            section="",
            url=None,
            interval=self._interval(fields),
            watch_as=self._watch_as(fields),
            status=self._status(fields),
            languages=fields.texts("languages", LANGUAGES),
        )

    def _read_section(self, node: Node) -> None:
        fields = Fields(node, self.complaints, _SECTION, instead={"name": 'did you mean "title"?'})
        section = Section(fields.slug("id"), fields.text("title", required=True))
        if section.id and section.id in {known.id for known in self.sections}:
            fields.complain("id", f'"{section.id}" is taken', "each section has its own id")
        self.sections.append(section)
        if not fields.has("sources") and isinstance(node, Entries):
            fields.complaints.add(fields.start, "sources is missing", "write sources: [] for none yet")
        for entry in fields.items("sources"):
            self._read_source(entry, section.id)

    def _read_source(self, node: Node, section: str) -> None:
        before = len(self.complaints)
        fields = Fields(node, self.complaints, _SOURCE, instead=_INSTEAD)
        numbers, keys = footnotes(fields, self.reports)
        source = Source(
            id=self._source_id(fields),
            name=fields.text("name", required=True, longest=200),
            section=section,
            url=self._address(fields) or None,
            watch_as=self._watch_as(fields),
            status=self._status(fields),
            publisher=fields.text("publisher", longest=200),
            publisher_kind=fields.choice("publisher_kind", PUBLISHER_KINDS, ""),
            jurisdiction=fields.choice("jurisdiction", JURISDICTIONS, ""),
            languages=fields.texts("languages", LANGUAGES) or self._defaults.languages,
            topics=fields.texts("topics", TOPICS),
            footnotes=numbers,
            cited=keys,
            expect=Expect(fields.choice("expect", list(Expect), Expect.UNKNOWN)),
            interval=self._interval(fields),
            alternatives=tuple(self._alternative(entry) for entry in fields.items("alternatives")),
            selector=fields.text("selector", longest=500),
            robots_override=self._robots_reason(fields),
            general=fields.flag("general"),
            follow=Follow(fields.choice("follow", list(Follow), Follow.NOTHING)),
            evidence=fields.choice("evidence", ("wire",), ""),
            republish=fields.flag("republish"),
            republish_reason=fields.text("republish_reason", longest=300),
            note=fields.text("note"),
            line=fields.start,
        )
        if len(self.complaints) == before:
            self._weigh(source, fields)
        self.sources.append(source)

    def _weigh(self, source: Source, fields: Fields) -> None:
        """Complaints about a source whose fields are fine one by one."""
        if source.url is None and source.watch_as is not WatchAs.NONE:
            self.complaints.add(fields.start, "url is missing", "write watch: none if there is nothing to look at")
        if source.status is Status.REFERENCE and source.watch_as is not WatchAs.NONE:
            fields.complain("status", "is reference, which is never looked at", "write watch: none, or another status")
        if source.status is Status.INDEX and source.watch_as in {WatchAs.PDF, WatchAs.PLAIN, WatchAs.PAGE}:
            fields.complain("status", "is index, and only a list has entries", "write watch: listing")
        if source.follow is not Follow.NOTHING and source.watch_as is not WatchAs.LISTING:
            fields.complain("follow", "is for lists, and this is none", "write watch: listing, or leave follow out")
        if source.republish and len(source.republish_reason.split()) < 2:
            fields.complain("republish", "needs republish_reason", 'such as "CC BY 4.0, says its footer"')
        if source.republish_reason and not source.republish:
            fields.complain("republish_reason", "is given without republish: true")
        for check in self.checks:
            if complaint := check(source):
                line = fields.line(complaint.partition(":")[0])
                self.complaints.add(line, complaint)

    def _source_id(self, fields: Fields) -> str:
        name = fields.slug("id")
        place = f"line {fields.line('id')} of {self.complaints.where}"
        if name and (first := self._ids.setdefault(name, place)) != place:
            first = first.removesuffix(f" of {self.complaints.where}")
            fields.complain("id", f'"{name}" is taken', f"first on {first}; each source has its own id")
        return name

    def _address(self, fields: Fields) -> str:
        url = fields.text("url", longest=100_000)
        if url and (complaint := address_complaint(url)):
            fields.complain("url", *complaint)
        return url

    def _alternative(self, node: Node) -> Alternative:
        fields = Fields(node, self.complaints, _ALTERNATIVE)
        if isinstance(node, Entries):
            for name in ("url", "role"):
                if not fields.has(name):
                    self.complaints.add(fields.start, f"{name} is missing", "an alternative has url and role")
        role = fields.choice("role", list(Role), Role.RELATED)
        return Alternative(self._address(fields), Role(role), fields.text("note"))

    def _robots_reason(self, fields: Fields) -> str:
        reason = fields.text("ignore_robots", longest=300)
        if reason and len(reason.split()) < 3:
            fields.complain("ignore_robots", "must say why", 'such as "written permission of the press office, 3 May"')
        return reason

    def _interval(self, fields: Fields) -> timedelta:
        return fields.duration("interval", self._defaults.interval, least=SHORTEST, most=LONGEST)

    def _watch_as(self, fields: Fields) -> WatchAs:
        return WatchAs(fields.choice("watch", list(WatchAs), self._defaults.watch_as))

    def _status(self, fields: Fields) -> Status:
        return Status(fields.choice("status", list(Status), self._defaults.status))
