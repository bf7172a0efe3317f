"""The words of every message: one catalogue per language under `alerts/templates/catalogue`."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError, MonitorError, Problem
from monitor.messages.safe import short
from monitor.model import Reason

_PLACE = re.compile(r"\{([a-z_]+)\}")

PLURALS: Mapping[str, Callable[[int], str]] = {
    "en": lambda n: "one" if n == 1 else "other",
    "nl": lambda n: "one" if n == 1 else "other",
    "de": lambda n: "one" if n == 1 else "other",
    "fr": lambda n: "one" if n in {0, 1} else "other",
}
"""The CLDR plural category of a whole number, by language."""


CLOCKS: Mapping[str, Callable[[int, int], str]] = {
    "fr": lambda hour, minute: f"{hour} h {minute:02d}" if minute else f"{hour} h",
}
"""How a time of day is written where it is not `07:05`."""


def fill(pattern: str, values: Mapping[str, object]) -> str:
    """`{name}` replaced by its value, once: what a value contains is never looked at again. Unknown names stay."""
    return _PLACE.sub(lambda m: str(values[m[1]]) if m[1] in values else m[0], pattern)


class Words:
    """One language's catalogue.

    `words("summary.looks", count=3, …)` is the entry in words; plural forms are chosen by `count`. A key that is
    not there is a mistake of ours and raises KeyError.
    """

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self._table = table
        self._plural = PLURALS.get(language, PLURALS["en"])

    def __call__(self, key: str, /, **values: object) -> str:
        entry = self._find(key)
        if isinstance(entry, Mapping):
            entry = entry[self._plural(int(str(values["count"])))]
        return fill(str(entry), values)

    def has(self, key: str) -> bool:
        try:
            self._find(key)
        except KeyError:
            return False
        return True

    def rows(self, key: str) -> Sequence[str]:
        """A list of the catalogue, such as the names of the months."""
        entry: Sequence[str] = self._find(key)
        return entry

    def _find(self, key: str) -> Any:
        entry: Any = self._table
        for name in key.split("."):
            if not isinstance(entry, Mapping):
                raise KeyError(key)
            entry = entry[name]
        return entry

    def number(self, count: int) -> str:
        """Twelve and below in words."""
        small = self.rows("numbers.small")
        return small[count] if 0 <= count < len(small) else str(count)

    def join(self, names: Sequence[str], *, last: bool = True) -> str:
        """`a, b and c`; without `last` only commas."""
        if not last or len(names) < 2:
            return self("lists.comma").join(names)
        return self("lists.comma").join(names[:-1]) + self("lists.and") + names[-1]

    def name_of(self, group: str, code: str) -> str:
        """A code of a vocabulary in words; the code itself, hyphens opened, when the catalogue lacks it."""
        try:
            return str(self._table[group][code])
        except KeyError:
            return code.replace("-", " ").replace("_", " ")

    def section(self, title: str) -> str:
        """A section's title in the reader's language; as the list has it when the catalogue does not know it."""
        return str(self._table.get("sections", {}).get(title, title))

    def reason(self, reason: Reason) -> str:
        """A reason in words. An unknown code is opened up rather than hidden.

        Facts that were only gained or only lost (`old` or `new` empty) have their own wording.
        """
        values = {name: short(value, 160) for name, value in reason.values.items()}
        group = "reasons"
        if "old" in values and "new" in values and not (values["old"] and values["new"]):
            gained = "reasons_gained" if values["new"] else "reasons_lost"
            group = gained if reason.code in self._table[gained] else group
        if reason.code == "media":
            values = {name: self.name_of("media", value) for name, value in values.items()}
        if reason.code in {"fetch", "extract"}:
            values["what"] = self.name_of(reason.code, values.get("kind", ""))
            group_code = reason.code if values.get("detail") else f"{reason.code}_bare"
            return fill(str(self._table[group][group_code]), values)
        if reason.code == "language":
            values = {name: self._table["languages"].get(value, value) for name, value in values.items()}
        if reason.code in {"restored", "withheld"} and "since" in values:
            values["since"] = self._day_of(values["since"])
        pattern = self._table[group].get(reason.code)
        if pattern is None:
            facts = self("lists.comma").join(v for v in values.values() if v)
            return reason.code.replace("_", " ") + (f": {facts}" if facts else "")
        return _PLACE.sub("…", fill(str(pattern), {k: v or "…" for k, v in values.items()}))

    def _day_of(self, stamp: str) -> str:
        try:
            return self.day(datetime.fromisoformat(stamp))
        except ValueError:
            return stamp

    def _parts(self, when: datetime) -> dict[str, str]:
        return {
            "weekday": self.rows("dates.weekdays")[when.weekday()],
            "day": self("dates.first") if when.day == 1 else str(when.day),
            "month": self.rows("dates.months")[when.month - 1],
            "year": str(when.year),
            "time": self.clock(when.hour, when.minute),
        }

    def clock(self, hour: int, minute: int = 0) -> str:
        """`07:05`, `7 h 05`"""
        written = CLOCKS.get(self.language)
        return written(hour, minute) if written else f"{hour:02d}:{minute:02d}"

    def zone(self, name: str) -> str:
        """`Europe/Brussels` in words; the place alone where the catalogue has none."""
        return str(self._table.get("zones", {}).get(name, name.rpartition("/")[2].replace("_", " ")))

    def day(self, when: datetime, zone: ZoneInfo | None = None) -> str:
        """`3 Aug 2026`"""
        return self._dated("dates.day", when, zone)

    def full(self, when: datetime, zone: ZoneInfo | None = None) -> str:
        """`Tue 24 Nov 2026`"""
        return self._dated("dates.full", when, zone)

    def moment(self, when: datetime, zone: ZoneInfo | None = None, *, now: datetime | None = None) -> str:
        """`Tue 24 Nov 05:10`; with the year unless it is that of `now`."""
        local = when.astimezone(zone) if zone else when
        same = now is not None and local.year == (now.astimezone(zone) if zone else now).year
        return self._dated("dates.moment" if same else "dates.moment_year", when, zone)

    def _dated(self, key: str, when: datetime, zone: ZoneInfo | None) -> str:
        return self(key, **self._parts(when.astimezone(zone) if zone else when))


def load(folders: Sequence[Path], language: str) -> Words:
    """The catalogue of a language from the first folder that has it; English when none does."""
    for code in dict.fromkeys((language, "en")):
        for folder in folders:
            path = folder / "catalogue" / f"{code}.toml"
            if path.is_file():
                return Words(code, read_catalogue(path))
    raise MonitorError(f"No catalogue of words in {', '.join(str(f) for f in folders)}.")


def read_catalogue(path: Path) -> dict[str, Any]:
    """The table of a catalogue. Raises ConfigError when it is not TOML."""
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(str(path), str(error), 'each entry is name = "words"')]) from error


@lru_cache(maxsize=16)
def _parsed(text: str) -> dict[str, Any]:
    """By what stands in it, not by where: an edited catalogue is another one. Nobody writes into what this returns."""
    return tomllib.loads(text)
