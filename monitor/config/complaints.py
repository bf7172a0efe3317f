"""Complaints about one file, collected and shown together."""

import difflib
from collections.abc import Iterable
from typing import NoReturn

from monitor.errors import ConfigError, Problem

MAX_SHOWN = 100


class Complaints:
    """What is wrong with one file, by line."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._found: list[tuple[int, Problem]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, line: int, what: str, hint: str = "") -> None:
        self._found.append((line, Problem(f"{self.where}:{line}", what, hint)))

    def problems(self) -> list[Problem]:
        """By line; at most `MAX_SHOWN` and a word about the rest."""
        found = [problem for _, problem in sorted(self._found, key=lambda pair: pair[0])]
        if (more := len(found) - MAX_SHOWN) > 0:
            found[MAX_SHOWN:] = [Problem(self.where, f"and {more} more complaints")]
        return found

    def settle(self) -> None:
        """Raises ConfigError when there is any complaint."""
        if self._found:
            raise ConfigError(self.problems())


def complain(where: str, what: str, hint: str = "") -> NoReturn:
    """One complaint that ends the reading."""
    raise ConfigError([Problem(where, what, hint)]) from None


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean "…"?` when one of the options is close to the word, else empty."""
    plain = {option.casefold(): option for option in options}
    close = difflib.get_close_matches(word[:80].strip().casefold(), plain, n=1, cutoff=0.6)
    return f'did you mean "{plain[close[0]]}"?' if close else ""
