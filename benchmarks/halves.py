"""Streams in two halves: what is found, falsely told and marked in each. Rules are made on one, judged on the other."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Marks = Counter[tuple[str, str]]
Net = Callable[[list[str], list[str], bool], Marks]
"""The words of a change with their sign, as the corpus' own scorer takes them from added and removed lines."""


def half_of(stream: str) -> str:
    """A or B, by the name alone: the same on any machine, whatever else is in the corpus."""
    return "AB"[hashlib.sha256(stream.encode()).digest()[0] & 1]


def label(row: dict[str, Any]) -> bool | None:
    """True: news; False: none; None: left out, as are true changes that are not of the text."""
    if row.get("changed") is True:
        return True if row.get("kind") == "text" else None
    return row.get("changed")


def counted(rows: Sequence[dict[str, Any]], alert: Sequence[bool]) -> tuple[Counter[str], list[tuple[int, int]]]:
    """Polls that count, true changes, those found, and false alerts; and which look told which change.

    An alert at a true change, or at the next step of its run, is a find; any other at a step without one is false.
    """
    figures, late, finds = Counter[str](), set[int](), list[tuple[int, int]]()
    for n, row in enumerate(rows):
        if row["label"] is not True:
            continue
        figures["true"] += 1
        after = n + 1 < len(rows) and rows[n + 1]["run"] == row["run"] and rows[n + 1]["label"] is not True
        if not alert[n] and after and alert[n + 1]:
            late.add(n + 1)
        if alert[n] or n + 1 in late:
            finds.append((n, n if alert[n] else n + 1))
    figures["found"] = len(finds)
    for n, row in enumerate(rows):
        figures["polls"] += row["label"] is not None
        figures["false"] += alert[n] and row["label"] is False and n not in late
    return figures, finds


def marked(
    rows: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]], finds: Iterable[tuple[int, int]], net: Net
) -> list[float]:
    """F1 of the words marked, for each change that was found and has words. `told`: what was predicted at each step."""
    found = []
    for change, at in finds:
        truth = net(rows[change]["added"], rows[change]["removed"], True)
        if truth:
            said = net(told[at]["added"], told[at]["removed"], False)
            found.append(2 * (truth & said).total() / (truth.total() + said.total()))
    return found


def table(parts: Iterable[tuple[str, Counter[str], list[float]]]) -> str:
    """Both halves and the whole, as Markdown. `parts`: name, figures and marks of each stream."""
    total: dict[str, tuple[Counter[str], list[float]]] = {n: (Counter(), []) for n in ("half A", "half B", "both")}
    for stream, figures, marks in parts:
        for name in (f"half {half_of(stream)}", "both"):
            total[name][0].update(figures + Counter(streams=1))
            total[name][1].extend(marks)
    lines = ["| | streams | polls | found | false | false / 1000 | marked |", "|---|---|---|---|---|---|---|"]
    for name, (f, marks) in total.items():
        rate, mean = 1000 * f["false"] / max(1, f["polls"]), sum(marks) / max(1, len(marks))
        lines.append(
            f"| {name} | {f['streams']} | {f['polls']} | {f['found']} of {f['true']} | {f['false']} | {rate:.1f} "
            f"| {mean:.3f} |"
        )
    return "\n".join(lines)
