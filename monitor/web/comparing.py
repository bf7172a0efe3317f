"""Two kept copies of one source compared, by what compares them for the mails."""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor import extract
from monitor.errors import ExtractError
from monitor.judge.compare import differences
from monitor.judge.lore import Lore
from monitor.judge.severity import heaviest, weigh
from monitor.judge.telling import MOST_PARTS, parts_of
from monitor.judge.units import MOST_UNITS, units
from monitor.model import Change, ChangeKind, Extraction, Severity, Source
from monitor.store import SnapshotRow, Store
from monitor.text.language import language_of


@dataclass(frozen=True, slots=True)
class Compared:
    """`change` as it would be told, by today's rules, with `places` in all; None when the two texts say the same.

    `trouble`: the first of the two copies that gives no text, and why.
    """

    change: Change | None
    places: int = 0
    trouble: str = ""
    unreadable: int = 0


def compared(store: Store, lore: Lore, source: Source, old: SnapshotRow, new: SnapshotRow, now: datetime) -> Compared:
    """Reads both copies again (a PDF in a child process) and weighs every place that differs; blocking.

    Nothing waits and nothing is held back: this is what the two texts say, not what was news.
    """
    texts: list[Extraction] = []
    for row in (old, new):
        try:
            texts.append(read(store, source, row))
        except ExtractError as error:
            return Compared(None, trouble=error.detail, unreadable=row.id)
    before, after = texts
    parts = parts_of(differences(before, after, units(before.blocks, after.blocks)), MOST_UNITS)
    if not parts:
        return Compared(None)
    language = language_of(after.text[:20_000], after.declared_language)
    severity, reasons = weigh(parts, (), source, language, lore)
    change = Change(
        source.id, ChangeKind.TEXT, max(severity, Severity.EDITORIAL), reasons,
        heaviest(parts, MOST_PARTS, language, lore), first_seen=new.first_seen, confirmed_at=now,
        old_snapshot=old.id, new_snapshot=new.id, old_sha256=old.sha256, new_sha256=new.sha256,
    )  # fmt: skip
    return Compared(change, len(parts))


def read(store: Store, source: Source, row: SnapshotRow) -> Extraction:
    """The text of a kept copy under today's rules. Raises ExtractError, DamagedError."""
    body = store.bodies.get(row.sha256)
    return extract.read(body, content_type=row.content_type, url=row.final_url, source=replace(source, url=row.url))
