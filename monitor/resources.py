"""Where the home and the files that travel with the program are. The only module that knows.

A *home* is the folder a user works in: it has `sources.yaml`, `db/` and `alerts/`. A checkout is one,
`monitor init DIR` makes another, `MONITOR_HOME` names it.
"""

import errno
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from monitor.errors import MonitorError

WATCH_LIST = "sources.yaml"
"""The file that makes a folder a home."""

OLD_REPORT = Path("data", "citations.yaml")
"""Where a home had its one report before reports had names, below the home. It is still read."""

OWNER_ONLY = 0o700
"""Of the folders of a home: they hold addresses, copies, mail."""

PACKAGE = Path(__file__).resolve().parent
"""The folder of the import package `monitor`."""


def home(environ: Mapping[str, str] = os.environ, start: Path | None = None, package: Path = PACKAGE) -> Path:
    """The folder the user works in, absolute. It need not exist when `MONITOR_HOME` names it.

    In this order: `MONITOR_HOME`; the current folder or its nearest parent with a `sources.yaml`; the
    checkout the program runs from; the current folder.
    """
    here = (start or Path.cwd()).absolute()
    if named := environ.get("MONITOR_HOME", "").strip():
        return Path(os.path.normpath(here / _without_tilde(named)))
    for folder in (here, *here.parents):
        if (folder / WATCH_LIST).is_file():
            return folder
    if (package.parent / WATCH_LIST).is_file():
        return package.parent
    return here


def own_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, so that nobody but its owner looks in, whatever the umask.

    One that is there stays as it is: how far it is open was somebody's choice. OSError passes.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=OWNER_ONLY, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def command(executable: str = sys.executable, path: str | None = None) -> str:
    """What to type for this program: `monitor` where the shell finds it, else the whole path beside the interpreter.

    `path`: the folders to look in, as in PATH, which is the default.
    """
    beside = Path(executable).absolute().with_name("monitor")
    return "monitor" if shutil.which("monitor", path=path) or not beside.exists() else str(beside)


def sources_path(folder: Path | None = None) -> Path:
    """The watch list of a home (default: `home()`); the one that came with the program when it has none."""
    own = (folder or home()) / WATCH_LIST
    return own if own.exists() else bundled(WATCH_LIST)


def bundled(name: str, package: Path = PACKAGE) -> Path:
    """A file or folder that ships with the program: `sources.yaml`, `db/migrations`, `alerts/templates`, …

    The copy inside the installed package comes first, the checkout second.
    """
    places = (package / "_bundled" / name, package.parent / name)
    for place in places:
        if place.exists():
            return place
    looked = " and ".join(str(place) for place in places)
    raise MonitorError(f"The installation is incomplete: {name} is neither of {looked}. Install footnote-watch again.")


def data(name: str, folder: Path | None = None, package: Path = PACKAGE) -> Path:
    """A data file of the program: `lexicon.yaml`, `words.yaml`, `further.yaml`, `glossary.yaml`.

    When `folder` (a home) is given and has its own `data/<name>`, that one is meant.
    """
    if folder is not None and (own := folder / "data" / name).is_file():
        return own
    place = package / "data" / name
    if not place.is_file():
        raise MonitorError(f"The installation is incomplete: {place} is missing. Install footnote-watch again.")
    return place


def reports(folder: Path | None = None, package: Path = PACKAGE) -> tuple[Path, ...]:
    """The files of the reports of a home, by name: `reports/*.yaml`, and `data/citations.yaml`, where homes of older
    versions have their one report. The report that came with the program when there is neither.
    """
    own = sorted((folder / "reports").glob("*.yaml")) if folder is not None else []
    if folder is not None and (old := folder / OLD_REPORT).is_file():
        own.append(old)
    return tuple(own) or tuple(sorted((package / "data" / "reports").glob("*.yaml")))


def _without_tilde(path: str) -> Path:
    """`~` and `~user` resolved; as written when there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for an unknown user
