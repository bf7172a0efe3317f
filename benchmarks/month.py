"""One reader's mail: a corpus replayed as daily digests in every language, written to files for people to look at.

    ./run python benchmarks/month.py CORPUS [--only REGEX] [--limit N] [--streams N] [--out DIR] [--pictures N]

The replay is that of `replay.py`: real HTTP, the real program, one look at every snapshot. Four subscribers read along,
one per language. Every message is written to OUT (default: benchmarks/out/month) as `<language>/<number>-<day>-<kind>`
in `.eml`, `.txt` and `.html`, with an index in INDEX.md; `--pictures N` draws N of them, spread over the whole.
The last line holds the figures. Exit code 1 when a mail is too large, a string was left in English, a reason has no
words, or the languages do not tell of the same things.
"""

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

from replay import DIGEST_EVERY, Replay, awaited, chooser, staged, watch_list, wired

from monitor.clock import SteppedClock
from monitor.messages import MOST_HTML, load
from monitor.model import Subscriber
from monitor.resources import bundled
from monitor.wiring import App

LANGUAGES = ("en", "nl", "fr", "de")
_HERE = Path(__file__).resolve().parent
_KINDS = {"first": "first_report", "urgent": "urgent", "life": "sign_of_life"}


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it went out."""

    number: int
    language: str
    window: str
    """Of the Message-ID: the same in every language."""
    day: str
    subject: str
    mime: bytes
    text: str
    html: str

    @property
    def kind(self) -> str:
        return _KINDS.get(re.split(r"[^a-z]", self.window)[0], "digest")

    @property
    def name(self) -> str:
        return f"{self.language}/{self.number:03d}-{self.day}-{self.kind}"


async def posted(home: Path, opened: Any, link: Any) -> tuple[list[Letter], list[str]]:
    """Play all rows for four readers. Their messages in order, and the reasons of changes that have no words."""
    clock = SteppedClock(opened.rows[0].at)
    app = wired(home, opened, clock)
    try:
        for language in LANGUAGES:
            reader = Subscriber(0, f"{language}@example.org", language=language, sign_of_life=True)
            app.store.subscribers.add(replace(reader, created_at=clock.now()))
        watched = watch_list(opened.streams)
        named = tuple(replace(s, name=s.name.replace("-", " ").capitalize()) for s in watched.sources)
        app.take_over(replace(watched, sources=named))
        await Replay(app, clock, link, DIGEST_EVERY["day"]).run(opened.rows)
        link.send(("close",))
        link.recv()
        return list(_letters(app)), sorted(_wordless(app))
    finally:
        await app.aclose()


def _letters(app: App) -> Iterator[Letter]:
    counts = dict.fromkeys(LANGUAGES, 0)
    for row in sorted(app.store.outbox.deliveries(limit=1_000_000), key=lambda d: d.id):
        mime = app.store.outbox.message(row.id)
        if mime is None:
            continue
        mail = message_from_bytes(mime, policy=SMTP)
        language = mail["Content-Language"]
        plain, page = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
        counts[language] += 1
        window = mail["Message-ID"].strip("<>").split(".")[0]
        day = mail["Date"].datetime.date().isoformat()
        yield Letter(counts[language], language, window, day, str(mail["Subject"]), mime, plain, page)


def _wordless(app: App) -> set[str]:
    words = load([bundled("alerts/templates")], "en")
    codes = {r.code for c in app.store.history.changes(limit=1_000_000) for r in c.reasons}
    return {code for code in codes if not words.has(f"reasons.{code}")}


def phrases(language: str) -> set[str]:
    """The fixed words of a catalogue, three and more in a row."""

    def leaves(entry: Any) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        else:
            for inner in entry.values() if isinstance(entry, dict) else entry:
                yield from leaves(inner)

    table = tomllib.loads((bundled("alerts/templates") / "catalogue" / f"{language}.toml").read_text("utf-8"))
    pieces = (" ".join(p.split()).strip(" .,;:()“”–") for entry in leaves(table) for p in re.split(r"\{\w+\}", entry))
    return {piece for piece in pieces if len(piece.split()) >= 3}


def left_in_english(letters: Sequence[Letter]) -> list[str]:
    """English words of ours in a message of another language, outside the words of pages."""
    found = []
    english = phrases("en")
    for language in LANGUAGES[1:]:
        wanted = english - phrases(language)
        for letter in (x for x in letters if x.language == language):
            ours = " ".join(re.sub(r"^ {5}.*$", "", letter.text, flags=re.MULTILINE).split())
            found += [f"{letter.name}: {phrase}" for phrase in wanted if phrase in ours or phrase in letter.subject]
    return found


def uneven(letters: Sequence[Letter]) -> list[str]:
    """Windows of which not every language tells of the same changes."""
    told: dict[str, dict[str, frozenset[str]]] = {}
    for letter in letters:
        numbers = frozenset(re.findall(r"monitor show (\d+)", letter.text))
        told.setdefault(letter.window, {})[letter.language] = numbers
    return [w for w, said in told.items() if len(said) != len(LANGUAGES) or len(set(said.values())) != 1]


def write(letters: Sequence[Letter], out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    for language in LANGUAGES:
        (out / language).mkdir(parents=True)
    for letter in letters:
        (out / f"{letter.name}.eml").write_bytes(letter.mime)
        (out / f"{letter.name}.txt").write_text(f"Subject: {letter.subject}\n\n{letter.text}", "utf-8")
        (out / f"{letter.name}.html").write_text(letter.html, "utf-8")
    lines = ["# One reader's mail", "", "| day | subject | text, html (bytes) | read |", "|---|---|---|---|"]
    by_window: dict[str, list[Letter]] = {}
    for letter in letters:
        by_window.setdefault(letter.window, []).append(letter)
    for group in by_window.values():
        first = group[0]
        links = " · ".join(f"{x.language} [text]({x.name}.txt) [html]({x.name}.html)" for x in group)
        size = f"{len(first.text.encode())}, {len(first.html.encode())}"
        lines.append(f"| {first.day} | {first.subject.replace('|', '¦')} | {size} | {links} |")
    (out / "INDEX.md").write_text("\n".join(lines) + "\n", "utf-8")


def draw(letters: Sequence[Letter], out: Path, count: int) -> None:
    """Pictures of so many messages, spread over the whole and over the languages."""
    spread = [letters[n * len(letters) // count] for n in range(count)] if letters else []
    command = [sys.executable, "-m", "tests.pictures", str(out), str(out / "pictures"), *(x.name for x in spread)]
    subprocess.run(command, cwd=_HERE.parent, check=True)


def parse() -> argparse.Namespace:
    parser = chooser(__doc__)
    parser.add_argument("--out", type=Path, default=_HERE / "out" / "month", help="where the messages are written")
    parser.add_argument("--pictures", type=int, default=0, help="draw so many of them")
    return parser.parse_args()


def main() -> int:
    options = parse()
    home = Path(tempfile.mkdtemp(prefix="month-"))
    stage, link, _ = staged(options, home)
    try:
        opened = awaited(link, options.corpus)
        letters, wordless = asyncio.run(posted(home, opened, link))
    finally:
        link.close()
        stage.join(timeout=10)
        shutil.rmtree(home)
    write(letters, options.out)
    if options.pictures:
        draw(letters, options.out, options.pictures)
    english, unlike = left_in_english(letters), uneven(letters)
    for line in (*english, *(f"not the same in every language: {w}" for w in unlike), *wordless):
        print(line)
    figures = {
        "mails": len(letters),
        **{kind: sum(x.kind == kind for x in letters) for kind in sorted({x.kind for x in letters})},
        "bytes": sum(len(x.mime) for x in letters),
        "largest_html": max((len(x.html.encode()) for x in letters), default=0),
        "largest_text": max((len(x.text.encode()) for x in letters), default=0),
        "in_english": len(english),
        "reasons_without_words": len(wordless),
        "uneven": len(unlike),
    }
    print(f"messages: {options.out}")
    print(json.dumps(figures))
    return 1 if english or unlike or wordless or figures["largest_html"] > MOST_HTML else 0


if __name__ == "__main__":
    sys.exit(main())
