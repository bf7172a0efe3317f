"""A chart of bars as SVG, drawn on the server: each bar a link, each with its words, and a table that says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, FOOT, HEAD = 960, 132, 20, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """`label` says all: `Week from 16 Nov 2026: 12 changes`. `tick`: words under the bar; empty for most."""

    day: date
    count: int
    label: str
    href: str
    on: bool
    x: float
    y: float
    width: float
    height: float
    tick: str = ""

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    top: int
    """The count at the upper line."""
    width: int = WIDTH
    height: int = HEIGHT
    ground: int = HEIGHT - FOOT
    head: int = HEAD


def drawn(
    days: Sequence[date],
    counts: Sequence[int],
    *,
    label: Callable[[date, int], str],
    tick: Callable[[date], str],
    href: Callable[[date], str],
    chosen: date | None,
) -> Chart:
    """One bar for each day. `tick` is asked for each; "" where nothing stands under the bar."""
    top = max([*counts, 1])
    slot = WIDTH / max(1, len(days))
    gap = min(4.0, slot * 0.2)
    room = HEIGHT - FOOT - HEAD
    bars = []
    for n, (day, count) in enumerate(zip(days, counts, strict=True)):
        height = max(2.0, room * count / top) if count else 0.0
        bars.append(
            Bar(
                day, count, label(day, count), href(day), day == chosen,
                round(n * slot + gap / 2, 1), round(HEIGHT - FOOT - height, 1), round(slot - gap, 1), round(height, 1),
                tick(day),
            )
        )  # fmt: skip
    return Chart(tuple(bars), top)
