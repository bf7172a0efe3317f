"""Pages of a site, looked at day by day through the product's own path; each look has a known right answer."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from pairs.fold import START, Fold, Post, Served
from sites import modern, plain  # noqa: F401 - enter their systems
from sites.document import Edit, compose, plant, words, writer
from sites.prose import LANGUAGES, Prose
from sites.site import BAD, Fetch, Site, bad_page
from sites.systems import SYSTEMS

from monitor import extract
from monitor.errors import ExtractError
from monitor.judge.lore import Lore
from monitor.judge.neighbours import ASKED_AT_ONCE, testimony_of
from monitor.model import EventKind, Extraction, PollIntent, Source, Testimony

DAYS, PAGES_OF_SITE = 18, 3
SETTLED = 4
"""Days before anything is planted: a source is new for its first day."""


@dataclass
class Day:
    """What one day's looks should tell and told. `edit`: what was planted since the day before."""

    system: str
    page: str
    number: int
    edit: Edit | None
    noise: str
    told: bool = False
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    parts: list[tuple[str, str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


class Page:
    """One watched page of a site: its document, its writer, and the source that looks at it."""

    def __init__(self, site: Site, number: int, lore: Lore, seed: str, language: str) -> None:
        self.prose = writer(language, f"{seed} page {number}")
        self.document = compose(self.prose)
        self.site, self.seed, self.saved = site, seed, START
        self.path = f"/{language}/page-{number}"
        self.url = f"https://{site.host}{self.path}"
        self.fold = Fold(Source(f"{site.host}-{number}", self.document.title, "all", self.url), lore)

    def shown(self, system: str, at: datetime) -> tuple[Fetch, str]:
        fetch = Fetch(self.site, self.path, at, self.seed, self.saved)
        return fetch, SYSTEMS[system](fetch).sent(self.document)


class Played:
    """A site of a few pages in one system, and the days it lives through."""

    def __init__(self, system: str, seed: str, lore: Lore, pages: int = PAGES_OF_SITE) -> None:
        self.system, self.seed = system, f"{seed} {system}"
        self.rng = random.Random(self.seed)
        language = self.rng.choice(LANGUAGES)
        host = f"www.{system}-{self.rng.randrange(10_000)}.example"
        self.site = Site(host, Prose(language, random.Random(f"{self.seed} site")))
        self.pages = [Page(self.site, n, lore, self.seed, language) for n in range(1, pages + 1)]
        for page in self.pages:
            page.fold.ask = self.neighbours_of(page)

    def neighbours_of(self, page: Page):
        def ask(reading: Extraction, now: datetime) -> tuple[Testimony, ...]:
            found = []
            for other in self.pages:
                if other is page:
                    continue
                body = other.shown(self.system, now)[1].encode()
                try:
                    shown = extract.read(body, content_type="text/html", url=other.url, source=other.fold.source)
                except ExtractError:
                    continue
                witness = testimony_of(reading, page.url, shown, other.url, "0" * 64, now, requested=False)
                found += [witness] if not witness.reason else []
            return tuple(found[:ASKED_AT_ONCE])

        return ask

    def live(self, days: int = DAYS) -> Iterator[Day]:
        """Every page's days, in order. An edit is never planted on two days in a row: one may be told a day late."""
        last = dict.fromkeys(range(len(self.pages)), -9)
        for number in range(days):
            noise = self._turn(number)
            for n, page in enumerate(self.pages):
                edit = None
                planted = number >= SETTLED and number - last[n] > 1 and number < days - 1
                if planted and self.rng.random() < (0.7 if noise == "redesign" else 0.45):
                    edit, last[n] = plant(page.document, page.prose), number
                if edit or self.rng.random() < 0.08:
                    page.saved = START + timedelta(days=number)
                bad = self.rng.choice(BAD) if number and number - last[n] > 1 and self.rng.random() < 0.06 else ""
                yield self._day(page, number, edit, noise, bad)

    def _turn(self, number: int) -> str:
        """What happens to the whole site on a day."""
        chance = self.rng.random()
        if number >= SETTLED and chance < 0.03:
            self.site.design += 1
            return "redesign"
        if chance > 0.93:
            self.site.menu_turns()
            return "menu"
        return ""

    def _day(self, page: Page, number: int, edit: Edit | None, noise: str, bad: str) -> Day:
        """The look of the day, and those that are due before the next one, as after a doubt."""
        day = Day(self.system, page.url, number, edit, f"{noise} {bad}".strip())
        at, end = START + timedelta(days=number), START + timedelta(days=number, hours=20)
        whole = self.rng.random() < 0.3
        for look in range(5):
            fetch, html = page.shown(self.system, at)
            status = 200
            if bad and (whole or not look):
                status, html = bad_page(fetch, bad, html)
            page.fold.due = at
            _note(day, page, page.fold.look(Served(html.encode(), status=status)))
            at = page.fold.due
            if at > end:
                break
        return day


@cache
def post() -> Post:
    return Post()


def _note(day: Day, page: Page, intent: PollIntent) -> None:
    told = [c for c in intent.changes if c.told]
    notices = [str(e.values.get("line", "")) for e in intent.events if e.told and e.kind is EventKind.STATUS_NOTICE]
    day.told = day.told or bool(told or notices)
    day.notices += notices
    day.outcomes.append(f"{intent.outcome} {intent.reason.code}")
    day.held += [f"{h.rule}: {p.old} → {p.new}" for h in intent.held for p in h.parts]
    day.parts += [(str(p.kind), p.old, p.new) for c in told for p in c.parts]
    if told:
        mailed = post().mail(page.fold.source, page.fold.now, told)
        day.added += words([mailed.added])
        day.removed += words([mailed.removed])


@dataclass
class Score:
    """Looks (days on which a page was looked at), edits, those found, days falsely told, and how well marked."""

    looks: int = 0
    edits: int = 0
    found: int = 0
    false: int = 0
    marks: list[float] = field(default_factory=list)
    missed: list[Day] = field(default_factory=list)
    void: list[Day] = field(default_factory=list)
    poor: list[tuple[float, Day]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return 1000 * self.false / max(1, self.looks)

    @property
    def share(self) -> float:
        return self.found / max(1, self.edits)

    @property
    def marked(self) -> float:
        return sum(self.marks) / max(1, len(self.marks))

    def add(self, other: "Score") -> None:
        for name in ("looks", "edits", "found", "false"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("marks", "missed", "void", "poor"):
            getattr(self, name).extend(getattr(other, name))


def score(days: Sequence[Day]) -> Score:
    """Count the days of one page.

    What was planted is found by that day or the next. A day is false that told something and nothing of an edit of its
    own or of the day before.
    """
    result, spoken_for = Score(looks=len(days)), set[int]()
    for n, day in enumerate(days):
        if day.edit is None:
            continue
        result.edits += 1
        telling = [m for m in (n, n + 1) if m < len(days) and tells(days[m], day.edit)]
        spoken_for.update(telling)
        if not telling:
            result.missed.append(day)
            continue
        result.found += 1
        if day.edit.added or day.edit.removed:
            result.marks.append(marks(day.edit, days[telling[0]]))
            if result.marks[-1] < POOR:
                result.poor.append((result.marks[-1], day))
    result.void = [d for n, d in enumerate(days) if d.told and n not in spoken_for]
    result.false = len(result.void)
    return result


def tells(day: Day, edit: Edit) -> bool:
    """Does what was told that day show the edit: half of its words, or what it says?"""
    if edit.says:
        said = " ".join((*day.notices, *(words for _, old, new in day.parts for words in (old, new))))
        return edit.says.casefold() in " ".join(said.split()).casefold()
    wanted = edit.added.total() + edit.removed.total()
    return 2 * ((edit.added & day.added).total() + (edit.removed & day.removed).total()) >= wanted


POOR = 0.9


def marks(edit: Edit, told: Day) -> float:
    """F1 of the words marked, each with its sign; what is on both sides cancels."""
    truth = {"+": edit.added, "-": edit.removed}
    found = {"+": told.added - told.removed, "-": told.removed - told.added}
    hit = sum((truth[s] & found[s]).total() for s in truth)
    return 2 * hit / (sum(c.total() for c in truth.values()) + sum(c.total() for c in found.values()))


def played(system: str, seed: str, lore: Lore, days: int = DAYS, pages: int = PAGES_OF_SITE) -> Score:
    """One site of a system, lived through and counted."""
    town, by_page = Played(system, seed, lore, pages), dict[str, list[Day]]()
    for day in town.live(days):
        by_page.setdefault(day.page, []).append(day)
    total = Score()
    for of_page in by_page.values():
        total.add(score(of_page))
    return total
