"""What `monitor doctor` looks at, room by room. Looks, and changes nothing; every finding says what mends it."""

import asyncio
import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from monitor import __version__, config, resources
from monitor.cli import ground
from monitor.clock import Clock
from monitor.errors import ConfigError, DeliveryError, MonitorError
from monitor.fetch import HttpFetcher, MemoryHostBook, Resolver, SystemResolver
from monitor.messages import Templates, faults
from monitor.notify import Notifier
from monitor.services.health import short_of_space
from monitor.settings import Settings
from monitor.store import SQLITE
from monitor.wiring import agent, load_watch_list

LEAST = {
    "alembic": "1.16", "apscheduler": "3.11.3", "css-inline": "0.17", "httpcore": "1.0.9",
    "jinja2": "3.1.6", "pypdfium2": "5", "selectolax": "1", "sqlmodel": "0.0.45", "zstandard": "0.23",
}  # fmt: skip
"""Libraries whose older versions are known to fail, as pyproject.toml has them."""
MEGABYTE = 1_000_000

Reach = Callable[[Sequence[str]], bool]
"""Can one of these addresses be connected to?"""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `mend`: what to do about it."""

    name: str
    state: Literal["ok", "warn", "fail"]
    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. Without `reach` and `notifier` nobody outside is asked."""

    settings: Settings
    clock: Clock
    reach: Reach | None = None
    notifier: Notifier | None = None

    def local(self, at: datetime | None) -> str:
        return ground.local(at, self.settings.zone)


Check = Callable[[Patient], Iterator[Line]]


def examine(patient: Patient, more: Sequence[tuple[str, Check]] = ()) -> tuple[Line, ...]:
    """Every check in order, then `more`. One that cannot be finished is a finding and stops no other."""
    checks: tuple[tuple[str, Check], ...] = (
        ("program", program), ("home", home), ("settings", settings), ("contact", contact), ("watch list", watch_list),
        ("templates", templates), ("disk", disk), *more, ("mail server", mail_server), ("network", network),
    )  # fmt: skip
    found: list[Line] = []
    for name, check in checks:
        try:
            found += check(patient)
        except MonitorError as error:
            found.append(Line(name, "fail", str(error)))
    return tuple(found)


def program(_: Patient) -> Iterator[Line]:
    """Versions, and libraries that are missing or too old."""
    wrong = []
    for name, least in LEAST.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if numbers(found) < numbers(least):
            wrong.append(f"{name} {found} is older than {least}")
    said = f"Footnote Watch {__version__}, Python {platform.python_version()}, SQLite {SQLITE}"
    if wrong:
        yield Line("program", "fail", f"{said}; {'; '.join(wrong)}", "install footnote-watch again")
    else:
        yield Line("program", "ok", said)


def numbers(text: str) -> tuple[int, ...]:
    """`3.11.3rc1` → (3, 11): as far as there are numbers."""
    found: list[int] = []
    for piece in text.split("."):
        if not piece.isdecimal():
            break
        found.append(int(piece))
    return tuple(found)


def home(patient: Patient) -> Iterator[Line]:
    """The folder, and who may write and read there."""
    found = patient.settings
    if not found.home.is_dir():
        yield Line("home", "fail", f"{found.home} is no folder", f"monitor init {found.home}")
        return
    folders = [found.database.parent] if found.smtp else [found.database.parent, found.outbox]
    shut = [str(folder) for folder in folders if not os.access(existing(folder), os.W_OK | os.X_OK)]
    if shut:
        yield Line(
            "home", "fail", f"cannot write in {', '.join(shut)}", "chown: the user the monitor runs as must be able to"
        )
    seen = [str(path) for path in (found.home / ".env", found.database) if others_may(path, stat.S_IROTH)]
    if seen:
        names = " ".join(seen)
        yield Line("home", "warn", f"everybody on this machine can read {names}", f"chmod 600 {names}")
    folders = [found.database.parent, found.database.parent / "backups", found.outbox]
    open_to_all = [str(folder) for folder in folders if others_may(folder, stat.S_IROTH | stat.S_IXOTH)]
    if open_to_all:
        names = " ".join(open_to_all)
        yield Line("home", "warn", f"everybody on this machine can look into {names}", f"chmod 700 {names}")
    if not shut and not seen and not open_to_all:
        yield Line("home", "ok", str(found.home))


def existing(folder: Path) -> Path:
    """The folder, or its nearest parent that is there: where it would be made."""
    return next(f for f in (folder, *folder.parents) if f.exists())


def others_may(path: Path, what: int) -> bool:
    """`what`: bits of `stat`."""
    try:
        return bool(path.stat().st_mode & what)
    except OSError:
        return False


def settings(patient: Patient) -> Iterator[Line]:
    """Variables that nobody reads."""
    for problem in patient.settings.unknown:
        yield Line("settings", "warn", f"{problem.where} {problem.what}", problem.hint or "monitor config lists them")
    if not patient.settings.unknown:
        made = sum(row.origin not in {"default", "given"} for row in patient.settings.masked())
        yield Line("settings", "ok", f"{made} of them set, the others by default; monitor config shows them")


def contact(patient: Patient) -> Iterator[Line]:
    if patient.settings.contact:
        yield Line("contact", "ok", patient.settings.contact)
    else:
        where = patient.settings.home / ".env"
        yield Line("contact", "warn", "site owners cannot see whom to write to", f"MONITOR_CONTACT=… in {where}")


def watch_list(patient: Patient) -> Iterator[Line]:
    where = resources.sources_path(patient.settings.home)
    try:
        found = load_watch_list(where)
    except ConfigError as error:
        for problem in error.problems:
            yield Line("watch list", "fail", str(problem), f"mend it in {where}; monitor check looks again")
        return
    polled = sum(s.pollable for s in found.sources)
    yield Line("watch list", "ok", f"{where}: {len(found.sources)} sources, {polled} of them polled")
    if advice := config.how_to_move(patient.settings.home):
        yield Line("reports", "ok", advice)


def templates(patient: Patient) -> Iterator[Line]:
    """The home's own words and looks of the mails, where it has any. What is wrong there stops no mail."""
    found = Templates(patient.settings.home)
    if found.own is None:
        return
    wrong = faults(found)
    for line in wrong[:10]:
        yield Line(
            "templates", "warn", line, "mend it, see alerts/README.md; a mail that fails goes out in our own words"
        )
    if not wrong:
        yield Line("templates", "ok", f"those in {found.own} can be read")


def disk(patient: Patient) -> Iterator[Line]:
    """Room for the database to grow and for a backup of it."""
    path = patient.settings.database
    try:
        free = shutil.disk_usage(existing(path.parent)).free
        size = path.stat().st_size if path.exists() else 0
    except OSError as error:
        yield Line("disk", "warn", f"its free space cannot be found out: {error.strerror}")
        return
    said = f"{free // MEGABYTE:,} MB free, the database has {size // MEGABYTE:,} MB"
    mend = "make room, or move the database (MONITOR_DATABASE)"
    short = short_of_space(free, size)
    if short == "no_space":
        yield Line("disk", "fail", f"{said}: the next backup may not fit", mend)
    elif short:
        yield Line("disk", "warn", said, mend)
    else:
        yield Line("disk", "ok", said)


def mail_server(patient: Patient) -> Iterator[Line]:
    """Is the way out open? Nothing is sent, nobody logs in."""
    notifier = patient.notifier
    if notifier is None:
        return
    try:
        notifier.probe()
    except DeliveryError as error:
        yield Line("mail server", "fail", f"{notifier.describe()}: {error.answer}", "monitor mail test you@example.org")
        return
    said = "answers; whether it takes the password and the sender: monitor mail test you@example.org"
    yield Line("mail server", "ok", f"{notifier.describe()} {said}")


def network(patient: Patient) -> Iterator[Line]:
    """Names and connections, tried on the sites of the watch list."""
    if patient.reach is None:
        return
    try:
        found = load_watch_list(resources.sources_path(patient.settings.home)).sources
    except ConfigError:
        return
    addresses = [s.url for s in found if s.pollable and s.url]
    if not addresses:
        return
    if patient.reach(addresses):
        yield Line("network", "ok", "sites of the watch list can be reached")
    else:
        said = "none of the sites tried can be reached: no name server, no route, or a firewall"
        yield Line("network", "fail", said, "a proxy is not used; ports 80 and 443 must be open to the outside")


def reach_with(found: Settings, clock: Clock, resolver: Resolver | None = None) -> Reach:
    """Asks the real network, as the daemon would."""

    async def ask(addresses: Sequence[str]) -> bool:
        fetcher = HttpFetcher(
            clock=clock, resolver=resolver or SystemResolver(), hosts=MemoryHostBook(), agent=agent(found.contact)
        )
        try:
            return await fetcher.online(addresses)
        finally:
            await fetcher.aclose()

    return lambda addresses: asyncio.run(ask(addresses))
