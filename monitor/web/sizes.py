"""Charts as numbers: what a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.store.series import Size

WIDTH, HEIGHT, EDGE = 720, 150, 8
"""Of the drawing, and what is left free around it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A copy on the line."""

    x: float
    y: float
    size: Size


@dataclass(frozen=True, slots=True)
class Line:
    """How long a text was, copy by copy. `path`: of an SVG `<path>`."""

    points: tuple[Point, ...]
    path: str
    least: Size
    most: Size
    latest: Size


def size_line(sizes: Sequence[Size], now: datetime) -> Line | None:
    """A step for each copy that was the document; None when there are no two to draw a line between.

    `sizes`: oldest first. A copy stands until the next one is seen first.
    """
    read = [size for size in sizes if size.good and size.words is not None and size.words >= 0]
    if len(read) < 2:
        return None
    words = [size.words or 0 for size in read]
    low, high = min(words), max(words)
    start, end = read[0].first_seen, max(now, read[-1].first_seen)
    seconds = max((end - start).total_seconds(), 1.0)
    across, up = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    points = tuple(
        Point(
            round(EDGE + across * (size.first_seen - start).total_seconds() / seconds, 1),
            round(EDGE + up * (1 - _share(_words(size), low, high)), 1),
            size,
        )
        for size in read
    )
    steps = "".join(f"H{point.x}V{point.y}" for point in points[1:])
    path = f"M{points[0].x} {points[0].y}{steps}H{WIDTH - EDGE}"
    return Line(points, path, min(read, key=_words), max(read, key=_words), read[-1])


def _words(size: Size) -> int:
    return size.words or 0


def _share(words: int, low: int, high: int) -> float:
    """How high, 0 to 1; a text that never changed its length runs through the middle."""
    return (words - low) / (high - low) if high > low else 0.5
