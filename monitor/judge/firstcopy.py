"""Was the text we started from the document at all? Pure.

A wall of consent, an empty shell or a page that asks to wait can be read as the first state of a source when nothing
on it is known for what it is. What gives it away is the document itself, once it comes: it shares nothing with what
stood before, is much longer, and is known by what the report quotes of it.
"""

from dataclasses import replace
from enum import StrEnum

from monitor.judge.case import Case
from monitor.judge.document import UNLIKE_BELOW
from monitor.judge.goodlook import Insight, Setting, baseline
from monitor.judge.identity import Identity, identify
from monitor.judge.recall import short_hash, wait_on
from monitor.judge.telling import parts_of
from monitor.judge.units import UnitKind, units
from monitor.model import Event, EventKind, Extraction, Held, QuoteState, Reason, WatchAs
from monitor.text.language import language_of
from monitor.text.pages import page_fault
from monitor.text.prose import about_browser, asks_consent
from monitor.text.quotes import similar

LONGER = 2
"""How many times the words of what stood before a document has, where something else speaks against that."""
MUCH_LONGER = 5
"""… where nothing else does, …"""
THIN = 80
"""… and that had no more words than this, …"""
AMPLE_COPY = 150
"""… and the document at least as many as this."""
_LINE = 4
"""Words from which a line that stands on both pages is one text."""


class Doubted(StrEnum):
    """What says that the first text was no document, and how it is believed."""

    SURE = "sure"
    """A quoted passage stands in the new text only, or the cited title does: believed at once."""
    LIKELY = "likely"
    """The words of a wall, or a remnant beside a long text: believed at the second look."""


def first_copy(case: Case, reading: Extraction) -> Doubted | None:
    """What says that `reading` is the first real copy of the source and the told text was none; None: nothing does.

    Asked only while the told text is the very first one, and no quoted passage was ever found in it.
    """
    told, memory = case.told, case.memory
    if told is None or memory.told_since is None or memory.told_since != memory.first_good:
        return None
    if case.relocated or told.items or reading.items or QuoteState.FOUND in memory.quotes.values():
        return None
    # What is shorter than a document can be, or shares its text with what stood there, needs no closer look.
    if reading.words < LONGER * told.words or similar(told.blocks, reading.blocks) >= UNLIKE_BELOW:
        return None
    if _kept(told, reading):
        return None
    was, now = _identity(case, told), _identity(case, reading)
    if was.found or (was.named and told.words > THIN):
        return None
    if now.found or (now.certain and not was.named):
        return Doubted.SURE
    if _wall(case, told):
        return Doubted.LIKELY
    listing = case.order.source.watch_as is WatchAs.LISTING
    remnant = told.words <= THIN and reading.words >= max(AMPLE_COPY, MUCH_LONGER * told.words)
    return Doubted.LIKELY if remnant and not listing and not was.named else None


def replaced(case: Case, reading: Extraction, setting: Setting) -> Insight | None:
    """The insight of a look that brought the first real copy: a new baseline, one event, the old words kept.

    None: it is compared as any other look. Without `told` in it: likely, and to be seen once more.
    """
    doubted, told, memory = first_copy(case, reading), case.told, case.memory
    if doubted is None or told is None:
        return None
    waiting = wait_on({p.key: p for p in memory.pending}, _WAITS, "first_copy", setting.now)
    if doubted is Doubted.LIKELY and waiting.looks < 2:
        after = replace(
            memory, missed=0, looks=memory.looks + 1, good_looks=memory.good_looks + 1, last_good=setting.now,
            pending=(waiting,), unsettled=memory.unsettled + 1,
        )  # fmt: skip
        return Insight(after, None, waiting=True, differs=True)
    # What was learnt of the wall says nothing of the document: it is a new source from here on.
    fresh = replace(
        memory, good_looks=0, first_good=None, final_url="", media="", language="", sightings=(), slots=(),
        unsettled=0,
    )  # fmt: skip
    insight = baseline(fresh, reading, setting)
    values = {
        "url": setting.url,
        "since": memory.first_good.isoformat() if memory.first_good else setting.now.isoformat(),
        "old_words": str(told.words),
        "new_words": str(reading.words),
    }
    event = Event(setting.source.id, EventKind.FIRST_COPY, setting.now, values)
    # Passages found with it are part of this one event.
    others = tuple(e for e in insight.events if e.kind is not EventKind.QUOTE_FOUND)
    found = [u for u in units(told.blocks, reading.blocks) if u.kind is not UnitKind.SAME]
    held = Held(setting.source.id, "first_copy", Reason("held_first_copy"), setting.now, parts_of(found))
    return replace(insight, events=(event, *others), held=(held,))


_WAITS = short_hash("first_copy")
"""What waits while the first real copy is to be seen once more."""


def _identity(case: Case, text: Extraction) -> Identity:
    return identify(case.order.source, case.citations, text, language_of(text.text[:20_000], text.declared_language))


def _kept(told: Extraction, reading: Extraction) -> bool:
    """Does a sentence of the old text stand in the new one? Then the page grew."""
    stands = {b.key for b in reading.blocks}
    return any(b.key in stands for b in told.blocks if len(b.text.split()) >= _LINE and b.text != told.title)


def _wall(case: Case, told: Extraction) -> bool:
    """The document test with the wide bounds of a page that lost its text, and most words speaking of cookies."""
    everything = "\n".join(b.text for b in (*told.blocks, *told.margin))
    fault = page_fault(
        told.title, everything, status=200, words=told.words, password_form=told.password_form, headers={},
        faults=case.lore.faults, shrunk=True,
    )  # fmt: skip
    if fault is not None:
        return True
    asking = sum(len(b.text.split()) for b in told.blocks if asks_consent(b.text) or about_browser(b.text))
    return 2 * asking > told.words
