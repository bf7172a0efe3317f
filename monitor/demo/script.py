"""A played web as data: who answers what, and when."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from monitor.clock import Clock

EVERY_PATH = "*"
EVERY_HOST = "*"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as a page sees it: what a clock, a counter or a rotating teaser is made of."""

    host: str
    target: str
    """Path and query, as sent."""
    at: datetime
    """World time, UTC."""
    count: int
    """How often this host and target have been asked so far, this time included."""


Body: TypeAlias = bytes | Callable[[Visit], bytes]


class Validators(StrEnum):
    """What a server says about sameness."""

    NONE = "none"
    HONEST = "honest"
    """An entity tag made of the bytes and, for bytes that stand still, the time they were put there."""
    STUCK = "stuck"
    """The same for ever: answers 304 although the bytes have changed."""
    CHURNING = "churning"
    """New at every request although the bytes stand still, as behind several machines."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An ordinary answer."""

    body: Body = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    validators: Validators = Validators.NONE
    gzip: bool = False
    """Compressed when the client accepts it."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """`to` is sent as Location, unchanged."""

    to: str
    status: int = 301


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks: before a word is said, or after `after` bytes of the body of `reply`."""

    reply: Reply | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Slow:
    """The body dribbles in pieces of `chunk` bytes with `pause` seconds of real time between them."""

    reply: Reply
    chunk: int = 1024
    pause: float = 0.005


Answer: TypeAlias = Reply | Redirect | Drop | Slow
When: TypeAlias = datetime | float
"""A moment, or days since the start of the script."""


@dataclass(frozen=True, slots=True)
class Scene:
    """From `at` on, `host` answers requests for `path` with `answer`.

    `path` is compared with path and query exactly as sent; `*` is every path nothing else is said about.
    The scene that began last wins (of two at once, the later in the script) until `until`, or until it has
    been seen `looks` times.
    """

    host: str
    path: str
    answer: Answer
    at: When = 0.0
    until: When | None = None
    looks: int | None = None


@dataclass(frozen=True, slots=True)
class Down:
    """`host` (`*`: every host, our own network) has no address from `at` on, for `lasts` or for good.

    `when_noticed`: the spell begins with the first name looked up at or after `at`, so that it is met
    whatever the schedule.
    """

    host: str
    at: When
    lasts: timedelta | None = None
    when_noticed: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that happens, from `start` on."""

    start: datetime
    scenes: tuple[Scene, ...]
    downs: tuple[Down, ...] = ()

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(scene.host for scene in self.scenes)

    def moment(self, when: When) -> datetime:
        return when if isinstance(when, datetime) else self.start + timedelta(days=when)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that reached a server. Header names are lower-case; `status` is 0 when nothing was answered."""

    at: datetime
    secure: bool
    method: str
    host: str
    target: str
    headers: tuple[tuple[str, str], ...]
    status: int

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}{self.target}"

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass(slots=True)
class Play:
    """A script being played on a clock: what has been asked, served and noticed so far."""

    script: Script
    clock: Clock
    asked: list[Asked] = field(default_factory=list)
    looked_up: list[tuple[datetime, str]] = field(default_factory=list)
    _visits: Counter[tuple[str, str]] = field(default_factory=Counter)
    _served: Counter[Scene] = field(default_factory=Counter)
    _noticed: dict[Down, datetime] = field(default_factory=dict)
    _stage: dict[tuple[str, str], list[Scene]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for scene in self.script.scenes:
            self._stage.setdefault((scene.host, scene.path), []).append(scene)

    def visit(self, host: str, target: str) -> tuple[Visit, Scene | None]:
        """Count a request and find the scene that answers it; None when nothing is said about the path."""
        self._visits[host, target] += 1
        visit = Visit(host, target, self.clock.now(), self._visits[host, target])
        scene = self._current((host, target), visit.at) or self._current((host, EVERY_PATH), visit.at)
        if scene is not None:
            self._served[scene] += 1
        return visit, scene

    def _current(self, place: tuple[str, str], now: datetime) -> Scene | None:
        open_scenes = [scene for scene in self._stage.get(place, ()) if self._is_on(scene, now)]
        return latest(open_scenes, self.script)

    def _is_on(self, scene: Scene, now: datetime) -> bool:
        if now < self.script.moment(scene.at):
            return False
        if scene.until is not None and now >= self.script.moment(scene.until):
            return False
        return scene.looks is None or self._served[scene] < scene.looks

    def is_down(self, host: str) -> bool:
        """Whether a host has no address now, by itself or because our own network is gone."""
        now = self.clock.now()
        return any(self._covers(down, now) for down in self.script.downs if down.host in {host, EVERY_HOST})

    def _covers(self, down: Down, now: datetime) -> bool:
        begins = self.script.moment(down.at)
        if now < begins:
            return False
        if down.when_noticed:
            begins = self._noticed.setdefault(down, now)
        return down.lasts is None or now < begins + down.lasts


def latest(scenes: Iterable[Scene], script: Script) -> Scene | None:
    """The scene that began last; of two at once the later one."""
    found: Scene | None = None
    for scene in scenes:
        if found is None or script.moment(scene.at) >= script.moment(found.at):
            found = scene
    return found


def entity_tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'
