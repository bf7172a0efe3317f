"""A document of a public body, apart from any markup, and edits whose words are known."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from sites.prose import Prose, Sentence


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    BOX = "box"
    ASIDE = "aside"
    LINKS = "links"


@dataclass
class Part:
    """One piece of a section. `rows`: of a table, the first is its head. `links`: words and address."""

    kind: Kind
    sentences: list[Sentence] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def texts(self) -> list[str]:
        cells = [cell for row in self.rows for cell in row]
        return [*(s.text for s in self.sentences), *cells, *(words for words, _ in self.links)]


@dataclass
class Chapter:
    """A heading and what stands below it."""

    heading: str
    parts: list[Part]
    level: int = 2


@dataclass
class Document:
    """What a page has to say. `note`: small print at its end, below or in the footer, that belongs to it."""

    language: str
    title: str
    sections: list[Chapter]
    note: list[Sentence]
    notice: str = ""

    def parts(self, *kinds: Kind) -> list[Part]:
        return [p for s in self.sections for p in s.parts if not kinds or p.kind in kinds]

    def texts(self) -> Iterator[str]:
        """All words, in reading order."""
        yield self.title
        for section in self.sections:
            yield section.heading
            for part in section.parts:
                yield from part.texts()
        yield from (s.text for s in self.note)


def words(texts: Iterator[str] | list[str]) -> Counter[str]:
    """Words as the marks are compared by them."""
    kept = ("".join(c if c.isalnum() else " " for c in text.casefold()) for text in texts)
    return Counter(word for text in kept for word in text.split())


def section(prose: Prose) -> Chapter:
    """A heading and a few paragraphs, at times with a list."""
    rng = prose.rng
    parts = [
        Part(Kind.PARAGRAPH, [prose.sentence() for _ in range(rng.randint(1, 3))]) for _ in range(rng.randint(1, 3))
    ]
    if rng.random() < 0.4:
        parts.append(Part(Kind.LIST, [prose.entry() for _ in range(rng.randint(3, 6))]))
    return Chapter(prose.of("headings"), parts)


def table(prose: Prose) -> Part:
    rng = prose.rng
    bodies = rng.sample(prose.words["subjects"], rng.randint(3, 6))
    states = prose.words["states"]
    rows = [[b[:1].upper() + b[1:], rng.choice(states), prose.value("date"), prose.value("sum")] for b in bodies]
    return Part(Kind.TABLE, rows=[list(prose.words["columns"]), *rows])


def download(prose: Prose) -> tuple[str, str]:
    words = str(prose.words["documents"]).format(n=prose.value("n"), t=prose.topic())
    return words, address(prose)


def address(prose: Prose) -> str:
    """The address of a file, never used before."""
    year, number = prose.rng.randint(2019, 2026), prose.rng.randint(1000, 99999)
    return f"/files/{year}/{quote(prose.topic().split()[-1])}-{number}.pdf"


def compose(prose: Prose) -> Document:
    """A document with every place an edit can be planted in."""
    rng = prose.rng
    sections = [section(prose) for _ in range(rng.randint(4, 7))]
    sections[0].parts.insert(1, Part(Kind.BOX, [prose.duty(), prose.fact()]))
    sections[1].parts.append(table(prose))
    sections[2].parts.append(Part(Kind.ASIDE, [prose.duty(), prose.sentence()]))
    uses = [
        Chapter(prose.words[name], [Part(Kind.LIST, [prose.entry() for _ in range(rng.randint(3, 5))])], 3)
        for name in ("permitted", "prohibited")
    ]
    sections[3:3] = uses
    sections[-1].parts.append(Part(Kind.LINKS, links=[download(prose) for _ in range(rng.randint(2, 4))]))
    return Document(prose.language, prose.of("titles"), sections, [prose.duty(), prose.sentence()])


# --- edits --------------------------------------------------------------------------------------------------------

IN_SENTENCE = ("duty", "number", "date", "name", "negation")
PLACES = ("body", "box", "aside", "note")
ELSEWHERE = (
    "insert", "remove", "section", "no section", "entry", "no entry", "cell", "row", "link", "notice", "use", "heading",
)  # fmt: skip
SLOTS = {"number": ("n", "pct", "sum"), "date": ("date",), "name": ("name",), "duty": ("M",), "negation": ("M",)}


@dataclass(frozen=True)
class Edit:
    """What was planted where, and its words. Where none came or went (a link, a move), `says` must be told."""

    kind: str
    place: str
    added: Counter[str]
    removed: Counter[str]
    says: str = ""


def plant(document: Document, prose: Prose) -> Edit:
    """Edit the document in place, in a way drawn from all there are."""
    rng, before, says = prose.rng, words(document.texts()), ""
    kind = rng.choice((*IN_SENTENCE, *IN_SENTENCE, *ELSEWHERE))
    if kind == "notice" and document.notice:
        kind = "number"
    place = rng.choice(("body", *PLACES))
    if kind in IN_SENTENCE:
        in_sentence(document, prose, kind, place)
    elif kind in {"insert", "remove"}:
        sentences = places(document, place)
        within = rng.choice([s for s in sentences if len(s) > 1] or sentences)
        if kind == "insert":
            within.insert(rng.randint(0, len(within)), prose.sentence())
        elif len(within) > 1:
            within.pop(rng.randrange(len(within)))
        else:
            within[0] = prose.sentence()
    else:
        place, says = "body", _elsewhere(document, prose, kind)
    after = words(document.texts())
    return Edit(kind, place, after - before, before - after, says)


def places(document: Document, place: str) -> list[list[Sentence]]:
    """The runs of sentences of a place."""
    if place == "note":
        return [document.note]
    kind = {"box": Kind.BOX, "aside": Kind.ASIDE}.get(place, Kind.PARAGRAPH)
    return [p.sentences for p in document.parts(kind)] or [document.note]


def in_sentence(document: Document, prose: Prose, kind: str, place: str) -> None:
    """Change one value of one sentence; where none of the place has it, a new sentence takes the place of one."""
    rng, slots = prose.rng, SLOTS[kind]
    runs = places(document, place)
    fitting = [(s, slot) for run in runs for s in run for slot in slots if slot in s.values and not s.edited]
    if not fitting:
        run = rng.choice(runs)
        run[rng.randrange(len(run))] = prose.duty()
        return
    sentence, slot = rng.choice(fitting)
    old, sentence.edited = sentence.values[slot], True
    if kind == "duty":
        pair = next((p for p in prose.words["duties"] if old in p), None)
        sentence.values[slot] = (pair[1] if old == pair[0] else pair[0]) if pair else prose.words["duties"][0][0]
    elif kind == "negation":
        negated = prose.words["negated"]
        back = {v: k for k, v in negated.items()}
        sentence.values[slot] = negated.get(old) or back[old]
    else:
        while sentence.values[slot] == old:
            sentence.values[slot] = prose.value(slot)


def _elsewhere(document: Document, prose: Prose, kind: str) -> str:
    """Edit what is no sentence; the words to be told where none came or went."""
    rng = prose.rng
    plain = [n for n, s in enumerate(document.sections) if n > 2 and s.level == 2 and all(
        p.kind in {Kind.PARAGRAPH, Kind.LIST} for p in s.parts)]  # fmt: skip
    lists = [p.sentences for p in document.parts(Kind.LIST)]
    if kind == "section" or (kind == "no section" and not plain):
        document.sections.insert(rng.choice((1, 2, 5)), section(prose))
    elif kind == "no section":
        document.sections.pop(rng.choice(plain))
    elif kind == "heading":
        chosen = rng.choice([s for s in document.sections if s.level == 2])
        old = chosen.heading
        while chosen.heading == old:
            chosen.heading = prose.of("headings")
    elif kind == "entry":
        within = rng.choice(lists)
        within.insert(rng.randint(0, len(within)), prose.entry())
    elif kind == "no entry":
        within = max(lists, key=len)
        within.pop(rng.randrange(len(within)))
    elif kind in {"cell", "row"}:
        _in_table(document.parts(Kind.TABLE)[0], prose, kind)
    elif kind == "link":
        links = document.parts(Kind.LINKS)[0].links
        at = rng.randrange(len(links))
        links[at] = (links[at][0], address(prose))
        return links[at][1]
    elif kind == "notice":
        document.notice = rng.choice(prose.words["notices"])
        return document.notice
    else:
        return _other_use(document, prose)
    return ""


def _in_table(part: Part, prose: Prose, kind: str) -> None:
    rng = prose.rng
    row = part.rows[rng.randrange(1, len(part.rows))]
    if kind == "row":
        body = rng.choice(prose.words["subjects"])
        added = [
            body[:1].upper() + body[1:],
            rng.choice(prose.words["states"]),
            prose.value("date"),
            prose.value("sum"),
        ]
        part.rows.insert(rng.randint(1, len(part.rows)), added)
        return
    column = rng.choice((1, 2, 3))
    old = row[column]
    while row[column] == old:
        row[column] = (rng.choice(prose.words["states"]), prose.value("date"), prose.value("sum"))[column - 1]


def _other_use(document: Document, prose: Prose) -> str:
    """What was permitted is prohibited now, or the reverse: the same words in another place."""
    permitted, prohibited = (
        next(s.parts[0].sentences for s in document.sections if s.heading == prose.words[name])
        for name in ("permitted", "prohibited")
    )
    leaves, takes = (permitted, prohibited) if len(permitted) >= len(prohibited) else (prohibited, permitted)
    moved = leaves.pop(prose.rng.randrange(len(leaves)))
    takes.insert(prose.rng.randint(0, len(takes)), moved)
    return moved.text


def writer(language: str, seed: str) -> Prose:
    return Prose(language, random.Random(seed))
