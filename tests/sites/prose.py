"""Sentences of policy prose in four languages, composed: no two documents say the same."""

import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("nl", "fr", "de", "en")
FIRST = ("Anna", "Bram", "Celia", "Dirk", "Elif", "Farid", "Greet", "Hugo", "Ines", "Jonas", "Karima", "Lieve", "Marc")
LAST = (
    "Aerts", "Bosmans", "Charlier", "Delvaux", "Engels", "Fontaine", "Goossens", "Hendrickx", "Idrissi", "Jacobs",
    "Klein", "Lambert", "Maes", "Nowak", "Peeters", "Quintens", "Renard", "Schmitz", "Thijs", "Verlinden",
)  # fmt: skip


@cache
def words_of(language: str) -> dict[str, Any]:
    """The word lists of a language."""
    lists: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "prose.yaml").read_text("utf-8"))
    return lists[language]


@dataclass
class Sentence:
    """A pattern and what fills it: what is edited is one value, so what changed is known.

    `edited`: a value of it was changed; not again, or it would go back to old words or turn like a counter.
    """

    pattern: str
    values: dict[str, str] = field(default_factory=dict)
    edited: bool = False

    @property
    def text(self) -> str:
        filled = self.pattern.format_map(self.values)
        return filled[:1].upper() + filled[1:]


class Prose:
    """One writer: a language and a seed."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language, self.words, self.rng = language, words_of(language), rng

    def value(self, slot: str) -> str:
        rng = self.rng
        if slot == "date":
            month = rng.choice(self.words["months"])
            return str(self.words["date"]).format(d=rng.randint(1, 28), m=month, y=rng.randint(2022, 2029))
        if slot == "name":
            return f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        if slot == "sum":
            return f"{rng.randint(2, 99)}{' ' if self.language == 'fr' else '.'}{rng.randint(1, 9)}00"
        return str(rng.randint(3, 400) if slot == "n" else rng.randint(3, 95))

    def filled(self, pattern: str) -> dict[str, str]:
        return {slot: self.value(slot) for slot in ("n", "pct", "date", "name", "sum") if f"{{{slot}}}" in pattern}

    def duty(self) -> Sentence:
        """Who must or may do what, when and why."""
        rng, words = self.rng, self.words
        condition = rng.choice(words["conditions"])
        pattern = words["order"].replace("{C}", condition)
        if rng.random() < 0.5:
            pattern += f", {rng.choice(words['reasons'])}"
        values = {
            "S": rng.choice(words["subjects"]),
            "M": rng.choice(rng.choice(words["duties"])),
            "V": rng.choice(words["verbs"]),
            "O": rng.choice(words["objects"]),
        }
        return Sentence(f"{pattern}.", values | self.filled(condition))

    def fact(self) -> Sentence:
        pattern = self.rng.choice(self.words["facts"])
        return Sentence(f"{pattern}.", self.filled(pattern))

    def sentence(self) -> Sentence:
        return self.duty() if self.rng.random() < 0.75 else self.fact()

    def entry(self) -> Sentence:
        """An entry of a list: a thing and a condition."""
        condition = self.rng.choice(self.words["conditions"])
        return Sentence(f"{{O}} {condition}", {"O": self.rng.choice(self.words["objects"])} | self.filled(condition))

    def topic(self) -> str:
        return str(self.rng.choice(self.words["subjectsof"]))

    def of(self, name: str) -> str:
        """One of a list of patterns about topics: `headings`, `titles`, `news`."""
        first, second = self.rng.sample(self.words["subjectsof"], 2)
        said = str(self.rng.choice(self.words[name])).format(t=first, u=second)
        return said[:1].upper() + said[1:]
