"""How many real changes are told, and how many void ones: the product's own judgement on labelled page histories.

    python benchmarks/noise.py CORPUS [--only REGEX] [--out predictions.jsonl] [--jobs 2] [--why FILE] [--off RULE]
    python benchmarks/noise.py CORPUS --disguise names|tags
    python benchmarks/noise.py CORPUS --ablation [--within KB]

Replays every stream of CORPUS (format: `corpuslib.py` beside it) through extract → judge → decide → compose → render
with the defaults a user gets: no rule for any site, no label is read. An alert is what the default subscriber's mail
body carries; `added` and `removed` are read back from the marks of the rendered text part. Score the predictions with
the corpus' own scorer. The table at the end has the streams in two halves, by their names: rules are made on one and
judged on the other.

`--shuffle-names` replaces host, address and stream name by random ones; the predictions must not change. `--disguise`
replaces every class, id and name in the pages by a random word, the same one all over a site (`disguise.py`): what is
lost by it was judged by names. `--why` keeps what was decided and held back at each step, for study. `--off` switches a
rule off; `--ablation` does so with each rule in turn, in one pass over the corpus, and prints what is found and what is
falsely told without it, in all and by halves (`--within`: on pages of so many kilobytes at most, for an answer in
minutes). It is counted as the scorer counts: an alert at a step labelled as a change of text, or at the next step of
its run, is a find; an alert at a step labelled as none is false.
"""

import argparse
import base64
import hashlib
import json
import multiprocessing
import re
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from disguise import VARIANTS, disguised
from halves import counted, half_of, label, marked, table

from monitor import extract
from monitor.decide import ask_next, decide, question
from monitor.digest import compose
from monitor.errors import ExtractError
from monitor.judge.case import Case
from monitor.judge.lore import RULES, Lore, Rules
from monitor.judge.neighbours import ASKED_AT_ONCE, testimony_of
from monitor.messages import Renderer, Sender, read_marks
from monitor.model import (
    Capture,
    Change,
    DigestKind,
    DigestOrder,
    Extraction,
    Health,
    Look,
    Material,
    Memory,
    PollIntent,
    PollOrder,
    Section,
    Source,
    Subscriber,
    Testimony,
    Trigger,
    WatchAs,
)
from monitor.wiring import load_lore

READER = Subscriber(1, "reader@example.org")
SECTION = Section("all", "All")


class Job(NamedTuple):
    """One stream to judge. `shuffled`: its own names are random; `off`: a rule; `disguise`: names in its pages."""

    corpus: str
    entry: dict[str, Any]
    shuffled: bool = False
    off: str = ""
    disguise: str = ""


class Street:
    """The other streams of a host: what their pages showed at a time, as a neighbour that is asked then would."""

    def __init__(self, corpus: str, own: dict[str, Any], disguise: str = "") -> None:
        manifest = json.loads((Path(corpus) / "MANIFEST.json").read_text("utf-8"))
        entries = manifest["streams"] if isinstance(manifest, dict) else manifest
        host = urlsplit(own.get("url") or "").hostname
        self._corpus, self._disguise = corpus, disguise
        self._files = [
            e["file"] for e in entries if host and e is not own and urlsplit(e.get("url") or "").hostname == host
            and e["stream"] != own["stream"]
        ]  # fmt: skip
        self._rows: dict[str, list[tuple[datetime, dict[str, Any]]]] = {}
        self._read: dict[tuple[str, datetime], Extraction | None] = {}

    def ask(self, reading: Extraction, url: str, now: datetime) -> tuple[Testimony, ...]:
        """What the pages nearest in time before `now` say, as many as are asked at one look."""
        found = []
        for file in self._files:
            if file not in self._rows:
                rows = corpus_reader(self._corpus)(Path(self._corpus) / file)
                self._rows[file] = [(datetime.fromisoformat(row["at"]), row) for row in rows]
            at, row = max((x for x in self._rows[file] if x[0] <= now), key=lambda x: x[0], default=(now, {}))
            page = self._page(file, at, row) if row else None
            if page is not None:
                sha256 = hashlib.sha256(row["body"].encode("utf-8", "surrogatepass")).hexdigest()
                witness = testimony_of(reading, url, page, row["url"], sha256, at, requested=False)
                found += [witness] if not witness.reason else []
        return tuple(found[:ASKED_AT_ONCE])

    def _page(self, file: str, at: datetime, row: dict[str, Any]) -> Extraction | None:
        if (file, at) not in self._read:
            body, declared = body_of(row, self._disguise)
            source = Source("neighbour", "", "all", row["url"])
            try:
                page = extract.read(body, content_type=declared, url=row["url"], source=source)
            except ExtractError:
                page = None
            good = page is not None and page.media == "html" and not row.get("anomaly")
            self._read = {(file, at): page if good else None, **dict(list(self._read.items())[:8])}
        return self._read[file, at]


class Stream:
    """One source, fed one fetch after the other; state is fed back as the store would."""

    def __init__(self, source: Source, lore: Lore, renderer: Renderer, street: Street | None = None) -> None:
        self.source, self.lore, self.renderer, self.street = source, lore, renderer, street
        self.memory, self.health = Memory(), Health.NEW
        self.told: Extraction | None = None
        self.before: Extraction | None = None
        self.sha256, self.token, self.changes = "", 0, 0

    def look(
        self, body: bytes, content_type: str, now: datetime, reading: Extraction | ExtractError | None = None
    ) -> tuple[PollIntent, list[str], list[str]]:
        """Judge one fetch: the intent, and the words the reader's mail marks as added and removed.

        `reading`: the body, if it was read already.
        """
        self.token += 1
        url = self.source.url or ""
        sha256 = hashlib.sha256(body).hexdigest()
        capture = Capture(url, url, 200, (("content-type", content_type),), body, now)
        order = PollOrder(
            self.source, self.token, Trigger.SCHEDULED, now, self.memory, health=self.health, last_sha256=self.sha256
        )
        case = Case(order, (), self.lore, now, now, self.told, self.before)
        looks = (Look(0, url, capture, reading or self.read(body, content_type), sha256=sha256),)
        ask_next(case, looks)
        asked = question(case, looks) if self.street is not None else None
        if asked is not None and self.street is not None:
            case = replace(case, testimonies=self.street.ask(asked.reading, url, now))
        intent = decide(case, looks)
        self._keep(intent, sha256)
        added: list[str] = []
        removed: list[str] = []
        for change in intent.changes:
            more = self._mailed(change, now)
            removed += more[0]
            added += more[1]
        return intent, added, removed

    def read(self, body: bytes, content_type: str) -> Extraction | ExtractError:
        try:
            return extract.read(body, content_type=content_type, url=self.source.url or "", source=self.source)
        except ExtractError as error:
            return error

    def _keep(self, intent: PollIntent, sha256: str) -> None:
        self.memory, self.health = intent.memory, intent.health
        if intent.told_text is not None:
            self.told = intent.told_text
        if intent.good:
            self.before, self.sha256 = intent.current_text or self.before, sha256

    def _mailed(self, change: Change, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if not change.told:
            return (), ()
        self.changes += 1
        numbered = replace(change, id=self.changes, old_sha256="0" * 64, new_sha256="1" * 64)
        order = DigestOrder(READER, DigestKind.DIGEST, "w", now - timedelta(days=1), now)
        digest = compose(order, Material((SECTION,), (self.source,), (), changes=(numbered,)))
        return read_marks(self.renderer.parts(digest).text) if digest is not None else ((), ())


class Ran(NamedTuple):
    """What became of one stream: predictions and notes of each fetch, figures, what was found and how it was marked."""

    stream: str
    predictions: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    figures: Counter[str]
    found: Counter[str]
    marks: list[float]


def run(job: Job) -> Ran:
    """All fetches of one stream."""
    corpus, entry, shuffled, off, disguise = job
    read_stream = corpus_reader(corpus)
    lore = replace(load_lore(), rules=Rules(off=[off] if off else ()))
    renderer = Renderer(Sender("watch@example.org", "Footnote Watch", "bench", "watch@example.org"))
    source = source_of(entry, shuffled=shuffled)
    street = Street(corpus, entry, disguise)
    stream, at_run = Stream(source, lore, renderer, street), None
    predictions, notes, figures, rows = [], [], Counter[str](), []
    for index, row in enumerate(read_stream(Path(corpus) / entry["file"])):
        body, declared = body_of(row, disguise)
        if row["run"] != at_run:  # nothing is known of what lies between two runs: a new baseline
            at_run = row["run"]
            stream = Stream(as_pdf(source, row), lore, renderer, street)
        begin = time.process_time()
        intent, added, removed = stream.look(body, declared, datetime.fromisoformat(row["at"]))
        spent = time.process_time() - begin
        figures["polls"] += 1
        figures["cpu_ms"] += round(1000 * spent)
        figures["slow"] += spent > 2
        figures[f"outcome {intent.outcome}"] += 1
        told = [c for c in intent.changes if c.told]
        predictions.append(
            {"stream": entry["stream"], "index": index, "alert": bool(told), "added": added, "removed": removed}
        )
        notes.append(note(entry["stream"], index, row, intent))
        rows.append(labelled(row))
    found, finds = counted(rows, [p["alert"] for p in predictions])
    marks = marked(rows, predictions, finds, corpus_scorer(corpus))
    return Ran(entry["stream"], predictions, notes, figures, found, marks)


def labelled(row: dict[str, Any]) -> dict[str, Any]:
    """A fetch without its body: its run, its label, the words of its change."""
    return {name: row.get(name) or [] for name in ("added", "removed")} | {"run": row["run"], "label": label(row)}


def body_of(row: dict[str, Any], disguise: str = "") -> tuple[bytes, str]:
    """Bytes and Content-Type of one fetch."""
    if row.get("encoding") == "base64":
        return base64.b64decode(row["body"]), row["content_type"]
    body = row["body"]
    if disguise and "html" in row["content_type"]:
        body = disguised(body, urlsplit(row.get("url") or "").hostname or "", disguise)
    return body.encode("utf-8", "surrogatepass"), f"{row['content_type']}; charset=utf-8"


def as_pdf(source: Source, row: dict[str, Any]) -> Source:
    return replace(source, watch_as=WatchAs.PDF) if row["content_type"] == "application/pdf" else source


def without_each(job: Job) -> tuple[str, dict[str, Counter[str]]]:
    """What is found and falsely told in one stream, with every rule and without each; every body is read once."""
    corpus, entry, shuffled, _, disguise = job
    lore, renderer = load_lore(), Renderer(Sender("watch@example.org", "Footnote Watch", "bench", "watch@example.org"))
    source, at_run = source_of(entry, shuffled=shuffled), None
    variants = {off: replace(lore, rules=Rules(off=[off] if off else ())) for off in ("", *sorted(RULES))}
    rows: list[dict[str, Any]] = []
    street = Street(corpus, entry, disguise)
    alerts: dict[str, list[bool]] = {off: [] for off in variants}
    streams: dict[str, Stream] = {}
    for row in corpus_reader(corpus)(Path(corpus) / entry["file"]):
        body, declared = body_of(row, disguise)
        if row["run"] != at_run:
            at_run = row["run"]
            streams = {off: Stream(as_pdf(source, row), variant, renderer, street) for off, variant in variants.items()}
        reading = streams[""].read(body, declared)
        for off, stream in streams.items():
            intent, _, _ = stream.look(body, declared, datetime.fromisoformat(row["at"]), reading)
            alerts[off].append(any(c.told for c in intent.changes))
        rows.append(labelled(row))
    return entry["stream"], {off: counted(rows, alerts[off])[0] for off in variants}


def ablation(jobs: list[Job], processes: int) -> None:
    """Print the table, as Markdown; the rule that buys most comes first. Progress goes to stderr."""
    total: dict[str, Counter[str]] = {}
    halves: dict[tuple[str, str], Counter[str]] = {}
    began = time.monotonic()
    with multiprocessing.Pool(processes) as pool:
        for number, (stream, found) in enumerate(pool.imap_unordered(without_each, jobs), 1):
            for off, figures in found.items():
                total.setdefault(off, Counter()).update(figures)
                halves.setdefault((half_of(stream), off), Counter()).update(figures)
            print(f"{number} of {len(jobs)} streams, {time.monotonic() - began:.0f} s", file=sys.stderr)
    whole = total.get("", Counter[str]())
    print(f"{len(jobs)} streams, {whole['polls']} labelled polls, {whole['true']} true changes.\n")
    print("| without | found | false | false / 1000 | the rule buys | in A | in B |\n|---|---|---|---|---|---|---|")

    def bought(off: str) -> tuple[int, int]:
        """False alerts it keeps away, changes it finds."""
        return total[off]["false"] - whole["false"], whole["found"] - total[off]["found"]

    def in_half(half: str, off: str) -> str:
        mine, every = (halves.get((half, x), Counter[str]()) for x in (off, ""))
        return f"{mine['false'] - every['false']:+d}, {every['found'] - mine['found']:+d}"

    for off in sorted(total, key=lambda off: (bool(off), -sum(bought(off)), off)):
        figures, (kept, finds) = total[off], bought(off)
        rate = 1000 * figures["false"] / max(1, figures["polls"])
        said = [f"{kept:+d} false alerts avoided" if kept else "", f"{finds:+d} changes found" if finds else ""]
        gain = ", ".join(s for s in said if s) or "nothing here"
        name, found = off or "(every rule is on)", f"{figures['found']} of {figures['true']}"
        both = f"{in_half('A', off)} | {in_half('B', off)}"
        print(f"| {name} | {found} | {figures['false']} | {rate:.1f} | {gain if off else ''} | {both} |")


def note(stream: str, index: int, row: dict[str, Any], intent: PollIntent) -> dict[str, Any]:
    """What was decided at one step, for study."""
    return {
        "stream": stream, "index": index, "run": row["run"], "changed": row.get("changed"), "kind": row.get("kind"),
        "anomaly": row.get("anomaly"), "outcome": str(intent.outcome), "reason": intent.reason.code,
        "values": intent.reason.values, "events": [[str(e.kind), e.values.get("line", "")] for e in intent.events],
        "changes": [
            {"kind": str(c.kind), "told": c.told, "severity": c.severity.name,
             "parts": [[str(p.kind), p.old[:300], p.new[:300]] for p in c.parts[:12]]} for c in intent.changes
        ],
        "held": [[h.rule, [[str(p.kind), p.old[:160], p.new[:160]] for p in h.parts[:5]]] for h in intent.held],
        "pending": Counter(p.rule for p in intent.memory.pending),
        "want_added": row.get("added", [])[:6], "want_removed": row.get("removed", [])[:6],
    }  # fmt: skip


def source_of(entry: dict[str, Any], *, shuffled: bool) -> Source:
    """The source a user would write down for this stream: an address and a name; a feed or listing as such."""
    name, url = entry["stream"], entry.get("url") or f"https://{entry['stream']}.example/"
    if shuffled:
        name = hashlib.sha256(name.encode()).hexdigest()[:12]
        url = f"https://{name}.example/{name[::-1]}"
    kind = str(entry.get("type") or "")
    watch_as = WatchAs.LISTING if re.search("list|feed", kind) else WatchAs.PAGE
    return Source(id=name, name=name, section="all", url=url, watch_as=watch_as)


def corpus_reader(corpus: str) -> Any:
    """The corpus' own reader, which lies beside it."""
    sys.path.insert(0, str(Path(corpus).resolve().parent))
    from corpuslib import read_stream  # noqa: PLC0415 - found only now

    return read_stream


def corpus_scorer(corpus: str) -> Any:
    """The words of a change as the corpus' own scorer takes them."""
    sys.path.insert(0, str(Path(corpus).resolve().parent))
    from score import net  # noqa: PLC0415 - found only now

    return net


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--only", default="", help="streams whose name matches")
    parser.add_argument("--out", type=Path, help="predictions, one JSON line per fetch")
    parser.add_argument("--why", type=Path, help="what was decided at each step")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shuffle-names", action="store_true")
    parser.add_argument("--off", choices=sorted(RULES), default="", help="judge without this rule")
    parser.add_argument("--ablation", action="store_true", help="judge without each rule in turn and print the table")
    parser.add_argument("--disguise", choices=VARIANTS, default="", help="random names in the pages")
    parser.add_argument(
        "--within", type=int, default=10**6, help="only streams whose pages have so many KB, in the mean"
    )
    args = parser.parse_args()
    entries = json.loads((Path(args.corpus) / "MANIFEST.json").read_text("utf-8"))["streams"]
    jobs = [
        Job(args.corpus, e, args.shuffle_names, args.off, args.disguise)
        for e in entries
        if re.search(args.only, e["stream"]) and e.get("raw_bytes", 0) <= 1000 * args.within * e.get("n", 1)
    ]
    if args.ablation:
        ablation(jobs, args.jobs)
        return
    total, alerts = Counter[str](), 0
    parts: list[tuple[str, Counter[str], list[float]]] = []
    out = args.out.open("w", encoding="utf-8") if args.out else None
    why = args.why.open("w", encoding="utf-8") if args.why else None
    with multiprocessing.Pool(args.jobs) as pool:
        for ran in pool.imap(run, jobs):
            total += ran.figures
            alerts += sum(p["alert"] for p in ran.predictions)
            parts.append((ran.stream, ran.found, ran.marks))
            for rows, file in ((ran.predictions, out), (ran.notes, why)):
                if file is not None:
                    file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    figures = {name: count for name, count in sorted(total.items()) if name != "cpu_ms"}
    print(*(f"{name:24}{count}" for name, count in figures.items()), sep="\n")
    print(f"{'CPU ms per poll':24}{total['cpu_ms'] / max(1, total['polls']):.1f}")
    print(table(parts))
    print(f"{len(jobs)} streams, {total['polls']} polls, {alerts} alerts")


if __name__ == "__main__":
    main()
