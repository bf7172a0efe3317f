"""The site around a document: what all its pages share, and what turns at every fetch."""

import hashlib
import random
import re
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from sites.prose import Prose

ATTRIBUTES = re.compile(r'<([a-zA-Z][\w:]*)((?:\s+[\w:.-]+="[^"]*"){2,})(\s*/?)>')
ATTRIBUTE = re.compile(r'[\w:.-]+="[^"]*"')


@dataclass
class Site:
    """One site: its menu, footer, teasers and other pages. `design` grows when it is designed anew.

    `turns`: other teasers are shown at every visit; else new ones come at the top every second day.
    """

    host: str
    prose: Prose
    name: str = ""
    menu: list[str] = field(default_factory=list)
    teasers: list[tuple[str, str, str]] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    footer: str = ""
    phone: str = ""
    author: str = ""
    adverts: list[int] = field(default_factory=list)
    turns: bool = False
    design: int = 0

    def __post_init__(self) -> None:
        prose, rng = self.prose, self.prose.rng
        self.name = f"{rng.choice(('Dienst', 'Service', 'Agence', 'Amt', 'Office', 'Instituut'))} {prose.value('name')}"
        self.author = self.name.partition(" ")[2]
        self.menu = rng.sample(prose.words["menu"], 7)
        self.teasers = [(prose.of("news"), prose.value("date"), prose.sentence().text) for _ in range(14)]
        self.related = [prose.of("titles") for _ in range(10)]
        self.footer = f"{self.name}, {rng.choice(('Wetstraat', 'Rue Royale', 'Hauptstraße'))} {prose.value('n')}, 1000"
        self.adverts, self.turns = [rng.randint(100, 999) for _ in range(5)], rng.random() < 0.35
        self.phone = str(prose.words["chrome"]["address"]).format(n=rng.randint(100, 999))

    def word(self, name: str, **values: object) -> str:
        return escape(str(self.prose.words["chrome"][name]).format(**values))

    def latest(self, at: datetime) -> list[tuple[str, str, str]]:
        """The newest three, the newest first."""
        newest = at.toordinal() // 2
        return [self.teasers[(newest - n) % len(self.teasers)] for n in range(3)]

    def menu_turns(self) -> None:
        """An item comes to the menu, or one goes."""
        left = [x for x in self.prose.words["menu"] if x not in self.menu]
        if left and (len(self.menu) < 7 or self.prose.rng.random() < 0.5):
            self.menu.insert(self.prose.rng.randint(1, len(self.menu)), self.prose.rng.choice(left))
        else:
            self.menu.pop(self.prose.rng.randrange(1, len(self.menu)))


class Fetch:
    """What one fetch of one page shows besides the document; drawn from the seed of that fetch.

    `cookies`: the bar is there. `stamp`: when the page says it was made. `news`, `related`: the teasers of this visit.
    `saved`: when the document was last saved, with or without another word in it.
    """

    def __init__(self, site: Site, page: str, at: datetime, seed: str, saved: datetime | None = None) -> None:
        rng = self.rng = random.Random(f"{seed} {page} {at.isoformat()}")
        self.site, self.page, self.at, self.saved = site, page, at, saved or at
        self.token = hashlib.sha256(rng.randbytes(8)).hexdigest()
        week = random.Random(f"{seed} {site.host} {at.isocalendar().week}")
        self.related = week.sample(site.related, 3)
        self.news = rng.sample(site.teasers, 3) if site.turns else site.latest(at)
        self.cookies = rng.random() < 0.3
        self.banner = rng.random() < 0.3
        self.reordered = rng.random() < 0.2
        self.views = int(at.timestamp() // 900) - 1_960_000 + rng.randint(0, 9)
        self.build = hashlib.sha256(f"{site.host} {at.toordinal() // 5}".encode()).hexdigest()

    def css(self, name: str) -> str:
        """A class as a bundler names it: another one after every deployment."""
        return f"{name}_{hashlib.sha256((self.build + name).encode()).hexdigest()[:5]}"

    def finished(self, html: str) -> str:
        """The page as it is sent: at some fetches the attributes of every tag stand in another order."""
        return ATTRIBUTES.sub(self._turned, html) if self.reordered else html

    def _turned(self, tag: re.Match[str]) -> str:
        found = ATTRIBUTE.findall(tag[2])
        self.rng.shuffle(found)
        return f"<{tag[1]} {' '.join(found)}{tag[3]}>"


def link(path: str, words: str, rest: str = "") -> str:
    return f'<a href="{escape(path)}"{rest}>{escape(words)}</a>'


def slug(words: str) -> str:
    return re.sub(r"\W+", "-", words.casefold()).strip("-")


BAD = ("error", "login", "lost", "shell", "cut off", "empty")


def bad_page(fetch: Fetch, kind: str, page: str) -> tuple[int, str]:
    """Status and body of a look that does not show the document. `page`: what it would have shown."""
    if kind == "cut off":
        return 200, page[: int(len(page) * 0.3)]
    if kind == "empty":
        return 200, "<!doctype html><html><head><title></title></head><body></body></html>"
    said = escape(str(fetch.site.prose.words["bad"][kind]))
    status = {"error": 503, "lost": 404}.get(kind, 200)
    root = '<div id="root"></div><script src="/static/js/main.js"></script>' if kind == "shell" else ""
    said = f"<noscript>{said}</noscript>{root}" if kind == "shell" else f"<h1>{said.split('.')[0]}</h1><p>{said}</p>"
    return (
        status,
        f"<!doctype html><html><head><title>{escape(fetch.site.name)}</title></head><body>{said}</body></html>",
    )
