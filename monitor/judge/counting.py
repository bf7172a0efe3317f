"""Numbers that count on: labels of entries, pages of a table of contents. What moved them is told. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.judge.units import Unit, UnitKind
from monitor.model import key_of

_LABEL = re.compile(
    r"(?P<before>\(?|(?:art(?:icle|ikel)?\.?|§|section|afdeling|abschnitt|chapt(?:er|re)|chapitre|hoofdstuk|kapitel"
    r"|annexe?|bijlage|anhang|titre|titel|title|note|noot|fu(?:ß|ss)note|point|punt|punkt)\s+)"
    r"(?P<label>\d{1,3}(?:\.\d{1,3}){0,3}|[a-z]|[ivxlc]{2,6})(?P<after>[.)°:]+\s+|\s+(?=\S)|\.?$)",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?P<words>.{0,500}?\S)\s{0,9}(?:\.{3,200}|…{1,200}|_{3,200}|(?:\.\s){3,200})\s{0,9}\d{1,4}")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_MOST = 3
"""Entries by which a label without a stop behind it counts on; "30 days" became "60 days" otherwise."""


def renumbered(cut: Sequence[Unit]) -> tuple[Unit, ...]:
    """The units, with those taken for punctuation that differ in a number only that counts on.

    Only where something else happened that moves numbers, or several of them by the same step: one lone label that
    becomes another is said by somebody.
    """
    steps = {n: step for n, unit in enumerate(cut) if (step := _step(unit))}
    lone = {UnitKind.COME, UnitKind.GONE, UnitKind.MOVED_AWAY, UnitKind.MOVED_HERE}
    moved = any(unit.kind in lone for unit in cut)
    counted = {n for n, step in steps.items() if moved or list(steps.values()).count(step) > 1}
    return tuple(replace(u, kind=UnitKind.PUNCTUATION) if n in counted else u for n, u in enumerate(cut))


def _step(unit: Unit) -> str:
    """By how much a line's label counts on, as a name for the step; empty when something else differs."""
    if unit.kind is not UnitKind.REWORDED:
        return ""
    old, new = unit.old[0].text, unit.new[0].text
    before, after = _LEADER.fullmatch(old), _LEADER.fullmatch(new)
    if before and after and _bare(before["words"]) == _bare(after["words"]):
        return "page"
    before, after = _LABEL.match(old), _LABEL.match(new)
    if not before or not after or key_of(old[before.end() :]) != key_of(new[after.end() :]):
        return ""
    if key_of(before["before"]) != key_of(after["before"]):
        return ""
    parts, others = before["label"].casefold().split("."), after["label"].casefold().split(".")
    if len(parts) != len(others) or sum(a != b for a, b in zip(parts, others, strict=True)) != 1:
        return ""
    step = next(_number(b) - _number(a) for a, b in zip(parts, others, strict=True) if a != b)
    plain = not before["before"].strip() and not before["after"].strip()
    return "" if not step or (plain and abs(step) > _MOST) else str(step)


def _bare(words: str) -> str:
    label = _LABEL.match(words)
    return key_of(words[label.end() :] if label else words)


def _number(label: str) -> int:
    """The place of a label in its row: a figure, a Roman one, a letter."""
    if label.isdecimal():
        return int(label)
    if len(label) == 1 and label not in "ivx":
        return ord(label) - ord("a") + 1
    values = [_ROMAN[c] for c in label] if set(label) <= set(_ROMAN) else []
    return sum(-v if v < max(values[n:]) else v for n, v in enumerate(values))
