"""Puts hostile text through everything that reads and judges it. A program of its own, ended by its parent.

    python hostile_work.py CHECKOUT FIRST

As `hostile_patterns.py`, for whole pieces of work: patterns in a loop, tables of words, alignments can be quadratic
where no single pattern is.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

SIZE = 200_000
SECONDS = 10
"""Of processor time for one text; the kernel ends the process then, whatever it is doing."""
NOW = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
URL = "https://beleid.example.be/nl/ai/strategie"
PIECES = {
    "one word of letters": "a", "one word of digits": "1", "letters and digits": "a1", "blanks": " ",
    "line ends": "\n",
    "blanks and line ends": "  \n", "words": "a ", "long words": "abcdefghij" * 300 + " ",
    "numbers": "1 ", "dots": ".",
    "dotted numbers": "1.", "sentences": "A b. ", "strokes": "-", "strokes between blanks": " - ", "pipes": " | ",
    "brackets": "(", "brackets of both kinds": "([{", "quotation marks": "“", "quoted words": '"a" ',
    "guillemets": "« ",
    "angle brackets": "<", "an unfinished link": "<link aaaa ", "an unfinished comment": "<!-- ", "entities": "&amp;",
    "amps": "&#", "open tags": "<b>", "open divisions": "<div>", "links": "<a href=x>y</a> ", "accents": "e\u0301",
    "marks alone": "\u0301", "capitals": "A", "months": "maart ", "duties": "moet niet ", "dates": "3 maart 2024 ",
    "money": "12.000 euro ", "percents": "12 % ", "names": "Raad van State ", "braces": "{", "equal signs": "a=",
    "json arrays": "[", "json pairs": '{"a":', "entries": "<item><title>a</title></item>", "open entries": "<item>",
    "open cdata": "<![CDATA[", "table cells": "<td>a", "headings": "<h2>a</h2>", "list items": "<li>a",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str]]:
    for name, piece in PIECES.items():
        yield name, piece * (SIZE // len(piece))


def work(lore) -> Iterator[tuple[str, Callable[[str], object]]]:  # noqa: PLR0915 - a list
    """(name, what is done with a text)."""
    from monitor import extract
    from monitor.decide import decide
    from monitor.errors import ExtractError
    from monitor.judge.case import Case
    from monitor.messages import safe
    from monitor.messages.layout import clean, tidy, tied, wrapped
    from monitor.model import Block, Capture, Citation, Extraction, Look, Memory, PollOrder, Quote, Source, Trigger
    from monitor.text.align import align, likeness
    from monitor.text.asked import asked, searchable
    from monitor.text.language import language_of
    from monitor.text.marks import shorten, word_marks
    from monitor.text.notices import notice_in
    from monitor.text.pages import page_fault
    from monitor.text.quotes import look_for, similar, title_overlap
    from monitor.text.topics import topics_of
    from monitor.text.words import changed_facts, dates_in
    from monitor.web.replay import defused

    source = Source("bron", "Bron", "beleid", URL, languages=("nl",))
    quote = Quote("bron", 101, "De Raad van State vraagt dat het comité elk jaar verslag uitbrengt over a a a 1.")

    def read(kind: str, before: str = "") -> Callable[[str], object]:
        def one(text: str) -> object:
            try:
                return extract.read((before + text).encode(), content_type=kind, url=URL, source=source)
            except ExtractError as error:
                return error

        return one

    def blocks(text: str) -> tuple[Block, ...]:
        return tuple(Block(line) for line in (text.split("\n") if text.count("\n") < 3000 else [text]) if line)

    def judge(old: str, new: str) -> object:
        told = Extraction("html:1", blocks(old), title=old[:1000], media="html")
        now = Extraction("html:1", blocks(new), title=new[:1000], media="html")
        memory = Memory(address=URL, final_url=URL, media="html", language="nl", good_looks=9)
        order = PollOrder(source, 1, Trigger.SCHEDULED, NOW, memory, last_sha256="0")
        cited = (Citation(101, "bron", "Bron", "", "2020", "Oversight", URL, quotes=(quote,)),)
        capture = Capture(URL, URL, 200, (("content-type", "text/html"),), new[:65536].encode(), NOW)
        return decide(Case(order, cited, lore, NOW, NOW, told, told), (Look(0, URL, capture, now, sha256="1"),))

    def edited(text: str) -> str:
        half = len(text) // 2
        return text[:half] + " Het comité moet 12 % meer. " + text[half + 5 :]

    feed = "<rss><channel><title>a</title><item><title>"
    yield "reading as a page", read("text/html")
    yield "reading as an article", read("text/html", "<html><body><main><p>")
    yield "reading in an attribute", read("text/html", '<html><body><main><p class="')
    yield "reading as plain text", read("text/plain")
    yield "reading as JSON", read("application/json", "{")
    yield "reading as a feed", read("application/rss+xml", feed)
    yield "reading as an Atom feed", read("application/atom+xml", "<feed><entry><summary>")
    yield "judging the same text", lambda text: judge(text, text)
    yield "judging an edit", lambda text: judge(text, edited(text))
    yield "judging another text", lambda text: judge("Een heel andere tekst. " * 200, text)
    yield "judging what went", lambda text: judge(text, "Een heel andere tekst. " * 200)
    yield "aligning", lambda text: align(blocks(text), blocks(edited(text)))
    yield "likeness", lambda text: likeness(text, edited(text))
    yield "word marks", lambda text: shorten(word_marks(text, edited(text)))
    yield "word marks of another text", lambda text: shorten(word_marks(text, text[::-1]))
    yield "facts", lambda text: changed_facts(text, edited(text), "nl", lore.words)
    yield "dates", lambda text: dates_in(text, lore.words)
    yield "notices", lambda text: notice_in(text, lore.notices)
    yield (
        "faults of a page",
        lambda text: page_fault(
            text,
            text,
            status=200,
            words=3,
            password_form=False,
            headers={},
            faults=lore.faults,
            raw=text[:65536].encode(),
        ),
    )
    yield "quotes", lambda text: look_for(quote, blocks(text))
    yield "likeness of texts", lambda text: similar(blocks(text), blocks(edited(text)))
    yield "titles", lambda text: title_overlap(text, edited(text))
    yield "language", language_of
    yield "topics", lambda text: topics_of(text, "nl", (), lore.lexicon)
    yield "searching", lambda text: (searchable(text), asked(text).fts)
    yield "what mails show", lambda text: (safe.visible(text), safe.header(text), safe.unmarked(text), safe.link(text))
    yield "marks read back", safe.read_marks
    yield "lines of mails", lambda text: (clean(text), tidy(text), tied(text), wrapped(text))
    yield "a kept page", lambda text: defused(text.encode(), "text/html")


def main(checkout: Path, first: int) -> None:
    sys.path.insert(0, str(checkout))
    from monitor.wiring import load_lore

    rows = [(f"{name}: {what}", do, text) for name, do in work(load_lore()) for what, text in texts()]
    for n, (title, do, text) in enumerate(rows):
        if n >= first:
            sys.stdout.write(f"try {n} {title}\n")
            sys.stdout.flush()
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            do(text)
            sys.stdout.write(f"done {n}\n")
            sys.stdout.flush()
    sys.stdout.write("all\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
