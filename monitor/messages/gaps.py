"""A time without looks, in a sentence: the same in mails and on pages."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from monitor.messages.words import Words
from monitor.model import Gap

SHOWN = 3
"""Sentences at most, of the newest."""


def gap_line(gap: Gap, words: Words, zone: ZoneInfo) -> str:
    """`Nobody looked between Sun 3 May 2026, 10:00 and Sat 9 May 2026, 08:00 (Brussels time): …`"""
    since, until = words.moment(gap.since, zone), words.moment(gap.until, zone)
    key = "gap.one" if gap.source_id else "gap.all"
    return words(key, since=since, until=until, zone=words.zone(zone.key))


def gap_lines(gaps: Iterable[Gap], words: Words, zone: ZoneInfo) -> tuple[str, ...]:
    """Of gaps in their order, oldest first, the newest."""
    return tuple(gap_line(gap, words, zone) for gap in tuple(gaps)[-SHOWN:])
