"""The account of a replay: every snapshot with what became of it, and whether the figures add up."""

import hashlib
import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from replay_stage import Closed, Row

from monitor.model import Change, Event, Held, Mark, Outcome, Part, PartKind, Severity
from monitor.store import PollRow
from monitor.wiring import App

PAGE = 500
SLOW = 2.0
"""Seconds a poll may take."""
SILENT_PARTS = frozenset({PartKind.MOVED, PartKind.LINK})
"""Parts in which no word came or went."""
EXPECTED = (Outcome.BASELINE, Outcome.UNCHANGED, Outcome.CHANGED, Outcome.HELD, Outcome.BAD, Outcome.FAILED)
_Entry = TypeVar("_Entry", Change, Event, Held, PollRow)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one poll: seconds of processor time (children included) and of the wall."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Look:
    """One snapshot and everything the program made of it."""

    row: Row
    poll: PollRow
    cost: Cost
    changes: tuple[Change, ...]
    events: tuple[Event, ...]
    held: tuple[Held, ...]

    @property
    def alert(self) -> bool:
        return any(c.told and c.severity >= Severity.MINOR for c in self.changes)


@dataclass
class Account:
    """Filled by the replay; `problems` empty means that everything adds up."""

    looks: list[Look] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def collect(self, app: App, rows: Sequence[Row], costs: Sequence[Cost]) -> None:
        """Read everything back from the store and lay it beside the rows that were served."""
        polls = _by_source(_all(lambda before: app.store.history.polls(limit=PAGE, before_id=before)))
        changes = _by_look(
            (c.source_id, c.confirmed_at, c)
            for c in _all(lambda before: app.store.history.changes(limit=PAGE, before_id=before))
        )
        events = _by_look(
            (e.source_id, e.at, e) for e in _all(lambda before: app.store.history.events(limit=PAGE, before_id=before))
        )
        held = _by_look(
            (h.source_id, h.at, h) for h in _all(lambda before: app.store.history.held(limit=PAGE, before_id=before))
        )
        for row, cost in zip(rows, costs, strict=True):
            waiting = polls.get(row.stream)
            if not waiting:
                self.problems.append(f"no poll row for {row.stream} {row.index}")
                continue
            poll = waiting.pop(0)
            key = (row.stream, poll.finished_at)
            self.looks.append(Look(row, poll, cost, *(found.pop(key, ()) for found in (changes, events, held))))
        left = sum(map(len, polls.values()))
        if left:
            self.problems.append(f"{left} poll rows more than snapshots")
        self.problems += [f"{name} that no poll made" for name, d in (("changes", changes), ("events", events)) if d]

    def compare_bodies(self, app: App) -> None:
        """Every served body, read back from the store under the hash of its poll's look."""
        sound: set[str] = set()
        kept: dict[str, set[str]] = {}
        for look in self.looks:
            row = look.row
            if row.stream not in kept:
                found = app.store.history.snapshots(row.stream, limit=1_000_000)
                kept[row.stream] = {s.sha256 for s in found}
            if look.poll.outcome is Outcome.FAILED:
                continue
            if row.sha256 not in kept[row.stream] or look.poll.looks[0].sha256 != row.sha256:
                self.problems.append(f"{row.stream} {row.index}: the stored body is another one")
            elif row.sha256 not in sound:
                if hashlib.sha256(app.store.bodies.get(row.sha256)).hexdigest() == row.sha256:
                    sound.add(row.sha256)
                else:
                    self.problems.append(f"{row.stream} {row.index}: the body read back differs")
        self.figures["bodies_compared"] = len(sound)
        self.figures["snapshot_rows"] = sum(map(len, kept.values()))

    def balance(self, seen: Closed, sent: Sequence[str]) -> None:
        """Served = polls = outcomes; mails sent = mails received."""
        for look in self.looks:
            times = seen.served.get((look.row.stream, look.row.index), 0)
            if times != 1:
                self.problems.append(f"{look.row.stream} {look.row.index}: served {times} times")
            if look.poll.outcome not in EXPECTED:
                self.problems.append(f"{look.row.stream} {look.row.index}: {look.poll.outcome} {look.poll.reason}")
        self.problems += [f"asked for {stray}, which nobody shows" for stray in seen.strays]
        if Counter(sent) != Counter(seen.mails):
            self.problems.append(f"{len(sent)} mails sent, {len(seen.mails)} received")
        outcomes = Counter(str(look.poll.outcome) for look in self.looks)
        self.figures |= {
            "snapshots": len(self.looks),
            "served": sum(seen.served.values()),
            **{str(o): outcomes[o] for o in (*EXPECTED, Outcome.OFFLINE, Outcome.FAULT)},
            "mails_sent": len(sent),
            "mails_received": len(seen.mails),
            "mail_bytes": seen.mail_bytes,
        }

    def measure(self) -> None:
        """Processor time and the slow ones."""
        cpu = sorted(1000 * look.cost.cpu for look in self.looks)
        if not cpu:
            return
        alert = [1000 * look.cost.cpu for look in self.looks if look.poll.outcome in {Outcome.CHANGED, Outcome.HELD}]
        self.figures |= {
            "cpu_ms_mean": round(statistics.fmean(cpu), 1),
            "cpu_ms_median": round(statistics.median(cpu), 1),
            "cpu_ms_p95": round(cpu[int(0.95 * (len(cpu) - 1))], 1),
            "cpu_ms_max": round(cpu[-1], 1),
            "cpu_ms_mean_when_text_differs": round(statistics.fmean(alert), 1) if alert else 0,
            "polls_over_2s": sum(look.cost.wall > SLOW for look in self.looks),
            "raw_bytes_per_snapshot": round(sum(look.row.size for look in self.looks) / len(self.looks)),
        }

    def tell(self) -> None:
        """Print what was found, in groups."""
        changes = [c for look in self.looks for c in look.changes]
        for title, group in (("told", True), ("stored only", False)):
            counted = Counter(f"{c.kind} {c.severity.name.lower()}" for c in changes if c.told is group)
            self.figures[f"changes_{title.replace(' ', '_')}"] = counted.total()
            print(f"\nchanges {title}: {counted.total()}")
            _table(counted)
        _group("events", (f"{e.kind}{'' if e.told else ' (not told)'}" for look in self.looks for e in look.events))
        _group("held back", (h.rule for look in self.looks for h in look.held))
        bad = [look for look in self.looks if look.poll.outcome is Outcome.BAD]
        _group("bad looks", (_reason(look) for look in bad))
        failed = [look for look in self.looks if look.poll.outcome is Outcome.FAILED]
        print(f"\nfailed looks: {len(failed)}")
        for look in failed:
            seen = look.poll.looks[0]
            print(
                f"  {look.row.stream} {look.row.index}: {seen.error_kind or look.poll.reason.code} {seen.error_detail}"
            )
        slow = [look for look in self.looks if look.cost.wall > SLOW]
        print(f"\npolls over {SLOW:g} s: {len(slow)}")
        for look in slow:
            print(f"  {look.row.stream} {look.row.index}: {look.cost.wall:.1f} s, {1000 * look.cost.cpu:.0f} ms CPU")
        self.figures["events"] = sum(len(look.events) for look in self.looks)
        self.figures["held_rows"] = sum(len(look.held) for look in self.looks)
        print(f"\nproblems: {len(self.problems)}")
        for problem in self.problems[:40]:
            print(f"  {problem}")

    def write(self, journal: Path, predictions: Path | None) -> None:
        """One JSON line per snapshot: what was decided, and, in the scorer's form, what was told."""
        with journal.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(_entry(look), ensure_ascii=False) + "\n" for look in self.looks)
        if predictions is not None:
            with predictions.open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(_prediction(look), ensure_ascii=False) + "\n" for look in self.looks)


def words(parts: Iterable[Part], mark: Mark) -> list[str]:
    """The marked words of the parts, one text per mark."""
    return [s.text for p in parts if p.kind not in SILENT_PARTS for s in p.spans if s.mark is mark and s.text]


def _prediction(look: Look) -> dict[str, Any]:
    parts = [p for c in look.changes if c.told and c.severity >= Severity.MINOR for p in c.parts]
    place = {"stream": look.row.stream, "index": look.row.index}
    return {**place, "alert": look.alert, "added": words(parts, Mark.ADDED), "removed": words(parts, Mark.REMOVED)}


def _entry(look: Look) -> dict[str, Any]:
    return {
        "stream": look.row.stream,
        "index": look.row.index,
        "at": look.row.at.isoformat(),
        "outcome": str(look.poll.outcome),
        "reason": _reason(look),
        "trigger": str(look.poll.trigger),
        "alert": look.alert,
        "cpu_ms": round(1000 * look.cost.cpu, 1),
        "words": look.poll.looks[0].words if look.poll.looks else 0,
        "changes": [
            {
                "kind": str(c.kind),
                "severity": c.severity.name.lower(),
                "told": c.told,
                "reasons": [r.code for r in c.reasons],
                "since": c.first_seen.isoformat(),
                "parts": [_part(p) for p in c.parts],
            }
            for c in look.changes
        ],
        "events": [{"kind": str(e.kind), **{k: v[:300] for k, v in e.values.items()}} for e in look.events],
        "held": [{"rule": h.rule, "parts": [_part(p) for p in h.parts[:40]]} for h in look.held],
    }


def _part(part: Part) -> dict[str, Any]:
    marked = {"added": words((part,), Mark.ADDED), "removed": words((part,), Mark.REMOVED)}
    said = {"old": part.old[:400], "new": part.new[:400]} if part.kind in SILENT_PARTS else {}
    return {"kind": str(part.kind), "place": str(part.place), "block": str(part.block), **marked, **said}


def _reason(look: Look) -> str:
    reason = look.poll.reason
    values = ", ".join(f"{k}={v[:80]}" for k, v in reason.values.items())
    return f"{reason.code} ({values})" if values else reason.code


def _group(title: str, entries: Iterable[str]) -> None:
    counted = Counter(entries)
    print(f"\n{title}: {counted.total()}")
    _table(counted)


def _table(counted: Counter[str]) -> None:
    for name, number in counted.most_common():
        print(f"  {number:6d}  {name}")


def _all(page: Callable[[int | None], Sequence[_Entry]]) -> list[_Entry]:
    """Everything, oldest first."""
    found: list[_Entry] = []
    while entries := page(found[-1].id if found else None):
        found.extend(entries)
    return found[::-1]


def _by_source(polls: Iterable[PollRow]) -> dict[str, list[PollRow]]:
    groups: dict[str, list[PollRow]] = {}
    for poll in polls:
        groups.setdefault(poll.source_id, []).append(poll)
    return groups


def _by_look(entries: Iterable[tuple[str, Any, Any]]) -> dict[tuple[str, Any], tuple[Any, ...]]:
    """By source and moment: what a poll finds carries the time at which it ended."""
    groups: dict[tuple[str, Any], tuple[Any, ...]] = {}
    for source, at, entry in entries:
        groups[source, at] = (*groups.get((source, at), ()), entry)
    return groups
