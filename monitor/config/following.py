"""Has a watch list been edited? Asked every few seconds, so nothing is read that did not change."""

from pathlib import Path
from typing import TypeAlias

from monitor.config.watchlist import lists_of

Stamp: TypeAlias = tuple[tuple[int, int] | None, ...]
"""Time and size of each file; None: there is no such file."""


class Followed:
    """A watch list and the lists it includes, the home's own copies of them first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: Stamp = ()
        self._lists: tuple[Path, ...] = ()

    def stamp(self) -> Stamp:
        """Another one after any of the files was edited, made or removed."""
        own = (_stamp(self._path), _stamp(self._path.parent / "data"))
        if own != self._own:
            self._own, self._lists = own, lists_of(self._path)
        return (own[0], *map(_stamp, self._lists))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
