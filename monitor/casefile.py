"""Reports that a user can attach to a bug report: one ZIP file, cleaned of people and secrets, and read back safely.

    MANIFEST.txt    what is inside, and what was taken out (for the person who sends it)
    report.json     sources, polls, verdicts, changes, versions, settings (masked)
    bodies/1 …      the bytes of each answer, with mail addresses replaced

A report comes from a stranger: it is read in memory, by position, within bounds; a name in it is never a path.
"""

import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor.errors import DamagedError, MonitorError
from monitor.extract import check_selector, sniff
from monitor.logs import HIDDEN, SHORTEST_SECRET
from monitor.model import Citation, Extraction, Memory, Source
from monitor.store import Found, PollRow, Said

VERSION = 1
MANIFEST, REPORT = "MANIFEST.txt", "report.json"
MOST_FILES = 20_000
LARGEST_FILE = 70_000_000
"""Bytes of one member, unpacked: a little more than any answer that is read."""
LARGEST_ALL = 600_000_000
KEPT_HEADERS = frozenset({
    "age", "cache-control", "cf-mitigated", "content-encoding", "content-language", "content-length", "content-type",
    "date", "etag", "expires", "last-modified", "location", "retry-after", "server", "vary", "x-robots-tag",
})  # fmt: skip
"""Headers of an answer that say nothing of who asked."""
_TEXTS = frozenset({"html", "plain", "feed", "json"})
_AT = r"(?:@|%40|&#64;|&#[xX]40;|&commat;)"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,8}[A-Za-z]{2,24}"
_ADDRESS = re.compile(rf"[\w.+'-]{{1,64}}{_AT}{_DOMAIN}")
_ADDRESS_BYTES = re.compile(rf"[A-Za-z0-9_.+'\x80-\xff-]{{1,64}}{_AT}{_DOMAIN}")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source with its last polls, oldest first. `told` and `current`: the texts compared with next."""

    source: Source
    citations: tuple[Citation, ...]
    polls: tuple[PollRow, ...]
    found: Mapping[int, Found]
    memory: Memory
    health: str = ""
    told: Extraction | None = None
    current: Extraction | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything but the bytes. `bodies`: SHA-256 as received, in the order of the files."""

    made_at: datetime
    versions: Mapping[str, str]
    settings: Mapping[str, str]
    sources: tuple[SourceFile, ...]
    first_report_at: datetime | None = None
    bodies: tuple[str, ...] = ()
    version: int = VERSION


_ADAPTER: TypeAdapter[Report] = TypeAdapter(Report)


# --- packing ---------------------------------------------------------------------------------------------------


def last_polls(polls: tuple[PollRow, ...], count: int) -> tuple[PollRow, ...]:
    """The last `count` polls, and those before them back to one that brought bytes: a past that can be judged again."""
    start = max(0, len(polls) - count)
    while start > 0 and not (
        polls[start].good and any(look.sha256 and look.read == "text" for look in polls[start].looks)
    ):
        start -= 1
    return polls[start:]


def pack(report: Report, body: Callable[[str], bytes], secrets: Iterable[str] = ()) -> bytes:
    """The report as a ZIP file. `body` gives the bytes of a SHA-256; `secrets` are words that must not be in it."""
    cleaner = _Cleaner(tuple(s for s in secrets if len(s) >= SHORTEST_SECRET))
    wanted = [look.sha256 for s in report.sources for p in s.polls for look in p.looks if look.sha256]
    report = replace(report, bodies=tuple(dict.fromkeys(wanted)))
    report = replace(report, sources=tuple(_with_few_headers(s, cleaner) for s in report.sources))
    made = io.BytesIO()
    rows = []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, sha256 in enumerate(report.bodies, 1):
            kept, state = cleaner.body(body(sha256))
            archive.writestr(f"bodies/{number}", kept)
            rows.append(f"  bodies/{number:<5} {sha256[:16]}… {len(kept):>9} bytes  {state}")
        values = cleaner.values(_ADAPTER.dump_python(report, mode="json"))
        archive.writestr(REPORT, json.dumps(values, ensure_ascii=False, indent=1))
        archive.writestr(MANIFEST, _manifest(report, rows, cleaner))
    return made.getvalue()


@dataclass
class _Cleaner:
    """Takes people and secrets out; the same address becomes the same word everywhere, so that changes still show."""

    secrets: tuple[str, ...]
    taken: Counter[str] = field(default_factory=Counter)
    untouched: int = 0
    _people: dict[str, str] = field(default_factory=dict)

    def values(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.values(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.values(item) for key, item in value.items()}
        return value

    def text(self, text: str) -> str:
        # Half of a surrogate pair, from a hostile page, has no UTF-8.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for secret in self.secrets:
            self.taken["secrets"] += text.count(secret)
            text = text.replace(secret, HIDDEN)
        return _ADDRESS.sub(self._person, text) if "@" in text or "40" in text or "64" in text else text

    def body(self, body: bytes) -> tuple[bytes, str]:
        """The bytes to send, and what was done to them."""
        if sniff(body, "") not in _TEXTS:
            self.untouched += 1
            return body, "as received: not a text"
        cleaned = _ADDRESS_BYTES.sub(self._person, body.decode("latin-1")).encode("latin-1")
        return cleaned, "as received" if cleaned == body else "mail addresses replaced"

    def _person(self, match: re.Match[str]) -> str:
        self.taken["mail addresses"] += 1
        name = re.sub(_AT, "@", match[0]).casefold()
        return self._people.setdefault(name, f"address-{len(self._people) + 1}@removed.invalid")

    @property
    def people(self) -> int:
        return len(self._people)


def _with_few_headers(packed: SourceFile, cleaner: _Cleaner) -> SourceFile:
    def few(poll: PollRow) -> PollRow:
        looks = []
        for look in poll.looks:
            headers = tuple(h for h in look.headers if h[0].lower() in KEPT_HEADERS)
            cleaner.taken["headers of answers"] += len(look.headers) - len(headers)
            # What was sent says who asks, and judging again needs none of it.
            looks.append(replace(look, headers=headers, hops=()))
        return replace(poll, looks=tuple(looks))

    return replace(packed, polls=tuple(map(few, packed.polls)))


def _manifest(report: Report, rows: list[str], cleaner: _Cleaner) -> str:
    sources = [f"  {s.source.id}: {len(s.polls)} looks, {s.source.url or 'no address'}" for s in report.sources]
    lines = [
        f"A report of Footnote Watch {report.versions.get('footnote-watch', '')}, made {report.made_at.isoformat()}.",
        "It can be played with `monitor replay FILE`. Look through it before you send it.",
        "", "Sources", *sources,
        "", "Taken out or replaced",
        f"  mail addresses: {cleaner.taken['mail addresses']} times, {cleaner.people} different ones;",
        "    the same address has the same number everywhere",
        f"  secrets of this installation: {cleaner.taken['secrets']} times",
        f"  headers of answers that may say who asked: {cleaner.taken['headers of answers']}",
        "  subscribers, digests and mail are not part of a report",
        "", "Not looked through",
        f"  {cleaner.untouched} bodies that are no texts (PDF, images) are as received; they may name people",
        "", "Files", f"  {REPORT:<13}sources, settings (masked), looks, verdicts, changes, texts", *rows, "",
    ]  # fmt: skip
    return cleaner.text("\n".join(lines))


# --- reading ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """A report as `rejudge` reads a past."""

    report: Report
    _bytes: Mapping[str, bytes]

    @property
    def past(self) -> "Played":
        return self

    @property
    def bodies(self) -> "Played":
        return self

    def polls(self, source: str) -> Iterator[PollRow]:
        return iter(self._file(source).polls)

    def found(self, source: str) -> Mapping[int, Found]:
        return self._file(source).found

    def said(self, source: str) -> tuple[Said, ...]:  # noqa: ARG002 - what people said is not part of a report
        return ()

    def first_report_at(self) -> datetime | None:
        return self.report.first_report_at

    def get(self, sha256: str) -> bytes:
        try:
            return self._bytes[sha256]
        except KeyError:
            raise DamagedError(f"The report lacks the body {sha256[:16]}….") from None

    def _file(self, source: str) -> SourceFile:
        return next(s for s in self.report.sources if s.source.id == source)


def unpack(data: bytes) -> Played:
    """A report somebody sent. MonitorError for whatever is not one, or is larger than a report can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _played(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        # RuntimeError: encrypted. NotImplementedError: a compression we do not know. ValueError: bad offsets.
        raise MonitorError(f"This is no report: {error}") from error


def _played(archive: zipfile.ZipFile) -> Played:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise MonitorError(f"This is no report: {len(members)} files in it")
    by_name = {m.filename: m for m in members}
    if REPORT not in by_name:
        raise MonitorError(f"This is no report: it has no {REPORT}")
    try:
        report = _ADAPTER.validate_json(_member(archive, by_name[REPORT]))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])[:120]
        raise MonitorError(f"{REPORT} of this report cannot be read: {place}: {first['msg']}") from error
    if report.version != VERSION:
        raise MonitorError(f"This report has the form {report.version}; this program reads {VERSION}")
    for packed in report.sources:
        if packed.source.selector and (complaint := check_selector(packed.source.selector)):
            raise MonitorError(f"This report cannot be played: selector: {complaint}")
    bodies, room = {}, LARGEST_ALL
    for number, sha256 in enumerate(report.bodies, 1):
        member = by_name.get(f"bodies/{number}")
        if member is None:
            continue
        bodies[sha256] = _member(archive, member)
        room -= len(bodies[sha256])
        if room < 0:
            raise MonitorError(f"This report is too large: more than {LARGEST_ALL:,} bytes")
    return Played(report, bodies)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        found = file.read(LARGEST_FILE + 1)
    if len(found) > LARGEST_FILE:
        raise MonitorError(f"This report is too large: a file of more than {LARGEST_FILE:,} bytes")
    return found
