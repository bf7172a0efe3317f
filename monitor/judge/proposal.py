"""What an address that somebody wants to watch is, after two looks at it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import FetchError, FetchKind
from monitor.judge.document import Known, Standing, same_place, stand
from monitor.judge.lore import Lore
from monitor.model import BlockKind, Capture, Extraction, Look, Section, Source, Status, WatchAs
from monitor.text.align import align
from monitor.text.language import language_of
from monitor.text.topics import ai_gate, topics_of

FEWEST_ENTRIES = 5
DATED = 0.5
"""A page is a list when it has this many entries, and this share of them a date."""
LONGEST_NAME = 120
HEAD = 3000
"""Characters of the text that say what a page is about."""
PERMANENT = frozenset({301, 308})
"""RFC 9110 §15.4: the old address need not be asked any more."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The entry that fits, and what speaks against watching it.

    `standing` is of the first look. `robots`: allowed, unreachable or denied. `volatile`: what the two looks showed
    differently, old and new. `entries`: of a list or feed.
    """

    url: str
    """The address to watch: where a permanent redirect leads, else as asked."""
    final_url: str
    name: str
    watch_as: WatchAs
    status: Status
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    about_ai: bool
    standing: Standing
    robots: str
    entries: int
    words: int
    volatile: tuple[tuple[str, str], ...]

    @property
    def moved(self) -> bool:
        return bool(self.final_url) and not same_place(self.url, self.final_url)


def propose(first: Look, second: Look | None, as_list: Extraction | None, lore: Lore) -> Proposal:
    """`first` and `second` are looks at one address as a page; `as_list` is the first one's body read as a list."""
    reading = first.reading if isinstance(first.reading, Extraction) else None
    head = _head(reading) if reading else ""
    language = language_of(reading.text[:20_000], reading.declared_language) if reading else ""
    answer = first.answer
    final = answer.final_url if isinstance(answer, Capture) else ""
    watch_as, status, entries = _kind(reading, as_list)
    return Proposal(
        url=_lasting(first),
        final_url=final,
        name=_name(reading),
        watch_as=watch_as,
        status=status,
        languages=(language,) if language else (),
        topics=topics_of(head, language, (), lore.lexicon),
        about_ai=ai_gate(head, language, lore.lexicon),
        standing=stand(first, Known(), language, lore),
        robots=_robots(first),
        entries=entries,
        words=reading.words if reading else 0,
        volatile=_volatile(reading, second.reading if second else None),
    )


def section_for(topics: Sequence[str], sections: Sequence[Section], sources: Sequence[Source]) -> str:
    """The section that has most sources on the first of these topics that any has; the last one when none has."""
    for topic in topics:
        counts = {s.id: sum(topic in x.topics for x in sources if x.section == s.id) for s in sections}
        if any(counts.values()):
            return max(counts, key=lambda name: counts[name])
    return sections[-1].id if sections else ""


def _kind(reading: Extraction | None, as_list: Extraction | None) -> tuple[WatchAs, Status, int]:
    if reading is not None and reading.media == "pdf":
        return WatchAs.PDF, Status.DOCUMENT, 0
    items = as_list.items if as_list else ()
    is_list = len(items) >= FEWEST_ENTRIES and sum(bool(i.date) for i in items) >= DATED * len(items)
    if is_list or (reading is not None and reading.items):
        return WatchAs.LISTING, Status.INDEX, len(items)
    if reading is not None and reading.media == "plain":
        return WatchAs.PLAIN, Status.WATCH, 0
    return WatchAs.PAGE, Status.WATCH, 0


def _head(reading: Extraction) -> str:
    headings = " ".join(b.text for b in reading.blocks if b.kind is BlockKind.HEADING)
    return f"{reading.title} {headings[:HEAD]} {reading.text[:HEAD]}"


def _name(reading: Extraction | None) -> str:
    if reading is None:
        return ""
    first = next((b.text for b in reading.blocks if b.kind is BlockKind.HEADING), "")
    words = "".join(c if c.isprintable() else " " for c in reading.title or first).split()
    name = " ".join(words)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rsplit(" ", 1)[0] + "…"


def _lasting(look: Look) -> str:
    answer = look.answer
    if isinstance(answer, Capture) and answer.chain and {hop.status for hop in answer.chain} <= PERMANENT:
        return answer.final_url
    return look.url


def _robots(look: Look) -> str:
    if isinstance(look.answer, FetchError):
        return "denied" if look.answer.kind is FetchKind.ROBOTS else ""
    return look.answer.robots if isinstance(look.answer, Capture) else ""


def _volatile(first: Extraction | None, second: object) -> tuple[tuple[str, str], ...]:
    if first is None or not isinstance(second, Extraction):
        return ()
    steps = (op for op in align(first.blocks, second.blocks) if op.kind != "same")
    return tuple((" ".join(b.text for b in op.old), " ".join(b.text for b in op.new)) for op in steps)
