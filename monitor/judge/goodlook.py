"""A look that brought the document: baseline, comparison, notices, moves, quoted passages. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.judge.compare import NOISE_RULES, Comparison, compare
from monitor.judge.document import same_folder, same_place
from monitor.judge.listing import ItemUnit
from monitor.judge.lore import Lore
from monitor.judge.neighbours import line_of
from monitor.judge.person import NOTHING_SAID
from monitor.judge.recall import keep_pending, short_hash, skeleton, wait_on
from monitor.judge.severity import collapsed
from monitor.judge.telling import change_of, parts_of, quote_touches
from monitor.judge.units import Unit, UnitKind, units
from monitor.model import (
    Block,
    Change,
    ChangeKind,
    Event,
    EventKind,
    Extraction,
    Held,
    Memory,
    PartKind,
    Pending,
    Place,
    Quote,
    QuoteState,
    QuoteTouch,
    Reason,
    Sayings,
    Source,
    StandingNotice,
    Testimony,
    WatchAs,
    key_of,
)
from monitor.text.notices import Notice, continued, notice_in
from monitor.text.quotes import of_quote, quote_key

KEEP_NOTICES = 200
MOST_NOTICES = 5
"""Told at one look: a page full of them says no more with the sixth."""
MOST_STANDING = 10
"""Remembered of one page."""
MARGIN_EVERY = timedelta(hours=24)
"""How often a change of the margin is kept: some margins change at every look."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same while one look is judged."""

    source: Source
    quotes: tuple[Quote, ...]
    language: str
    url: str
    final_url: str
    now: datetime
    lore: Lore
    sayings: Sayings = NOTHING_SAID
    testimonies: tuple[Testimony, ...] = ()


@dataclass(frozen=True, slots=True)
class Insight:
    """What one good look means. `told` is None when the told text stays as it is."""

    memory: Memory
    told: Extraction | None
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    held: tuple[Held, ...] = ()
    waiting: bool = False
    """Something waits for confirmation soon."""
    differs: bool = False


def baseline(memory: Memory, reading: Extraction, setting: Setting) -> Insight:
    """The first good text, or the text of a new address: the state to compare with from now on."""
    states, touches = quote_touches(setting.quotes, memory.quotes, reading, reading.margin)
    memory, events = _notices(
        (*reading.blocks, *reading.margin), reading, None, replace(memory, standing=None), setting
    )
    memory = replace(
        _seen(memory, reading, setting),
        final_url=setting.final_url,
        told_since=setting.now,
        told_looks=1,
        pending=(),
        quotes=states,
        margin_key=_margin_key(reading),
    )
    return Insight(memory, reading, events=(*events, *_quote_events(touches, setting)))


def stood(memory: Memory, now: datetime) -> Memory:
    """A look that showed the very same thing, with nothing waiting."""
    return replace(
        memory,
        missed=0,
        looks=memory.looks + 1,
        good_looks=memory.good_looks + 1,
        told_looks=memory.told_looks + 1,
        last_good=now,
        unsettled=0,
    )


def weighed(memory: Memory, told: Extraction, before: Extraction, reading: Extraction, setting: Setting) -> Comparison:
    """Every place that differs at this look, with the rule that speaks about it. `memory` is that of before it."""
    return compare(
        told,
        before,
        reading,
        replace(memory, good_looks=memory.good_looks + 1),
        setting.now,
        setting.lore.words,
        rules=setting.lore.rules,
        sayings=setting.sayings,
        lists=setting.source.watch_as is WatchAs.LISTING,
    )


def judge_good(memory: Memory, told: Extraction, before: Extraction, reading: Extraction, setting: Setting) -> Insight:
    """Compare a good text with the told one. `before` is the text of the previous good look."""
    now = setting.now
    comparison = weighed(memory, told, before, reading, setting)
    states, touches, passages = _quote_states(memory, told, comparison, reading, setting)
    change = change_of(
        comparison,
        source=setting.source,
        memory=memory,
        touches=touches,
        language=setting.language,
        lore=setting.lore,
        now=now,
    )
    noticed, notice_events = _notices(_fresh(told, before, reading), reading, before, memory, setting)
    if change is not None and _only_notices(change, noticed):
        change = replace(change, told=False)
    moved, pending = _moved(memory, (*comparison.pending, *passages), setting)
    margin = _margin_held(before, reading, memory, setting)
    waiting = any(w.rule in {"confirm", "warm_up"} for w in comparison.waiting)
    after = replace(
        _seen(noticed, reading, setting),
        final_url=setting.final_url if moved or setting.url != memory.address else memory.final_url,
        told_since=now if comparison.news else memory.told_since,
        told_looks=1 if comparison.news else memory.told_looks + 1,
        sightings=comparison.sightings,
        slots=comparison.slots,
        pending=keep_pending(pending),
        quotes=states,
        margin_key=_margin_key(reading),
        margin_at=setting.now if margin else memory.margin_at,
        unsettled=memory.unsettled + 1 if waiting or len(pending) > len(comparison.pending) else 0,
    )
    return Insight(
        after,
        comparison.told if comparison.applied or comparison.sorted_anew else None,
        changes=(change,) if change is not None else (),
        events=(*notice_events, *moved, *_quote_events(touches, setting)),
        held=(*_held(comparison, setting), *margin),
        waiting=after.unsettled > 0,
        differs=bool(comparison.waiting),
    )


def _only_notices(change: Change, memory: Memory) -> bool:
    """Is all that a change says a status notice that was told as an event when these words came?"""
    said = [
        f" {key_of(notice.line)} "
        for notice in memory.standing or ()
        if notice.told_at is not None and notice.told_at >= change.first_seen
    ]
    return all(
        part.kind is PartKind.ADDED and any(f" {key_of(part.new)} " in line for line in said) for part in change.parts
    )


def judge_collapsed(memory: Memory, told: Extraction, reading: Extraction, setting: Setting) -> Insight:
    """A page that lost most of its text and stands like that: told as a critical change, and the new state."""
    found = [u for u in units(told.blocks, reading.blocks) if u.kind is not UnitKind.SAME]
    level, reason = collapsed(told.words, reading.words)
    states, touches = quote_touches(setting.quotes, memory.quotes, reading, reading.margin)
    noticed, events = _notices(_fresh(told, told, reading), reading, told, memory, setting)
    change = Change(
        source_id=setting.source.id,
        kind=ChangeKind.COLLAPSED,
        severity=level,
        reasons=(reason,),
        parts=parts_of(found),
        first_seen=memory.doubt.since if memory.doubt else setting.now,
        confirmed_at=setting.now,
        unchanged_since=memory.told_since,
        last_unchanged=memory.last_good,
        looks_unchanged=memory.told_looks,
        topics=setting.source.topics,
        quotes=touches,
    )
    after = replace(
        _seen(noticed, reading, setting),
        told_since=setting.now,
        told_looks=1,
        pending=(),
        quotes=states,
        margin_key=_margin_key(reading),
        doubt=None,
    )
    return Insight(after, reading, changes=(change,), events=(*events, *_quote_events(touches, setting)))


def elsewhere(memory: Memory, told: Extraction, reading: Extraction, setting: Setting) -> Insight:
    """The text of another address, too unlike to be compared piece by piece: a new baseline, the difference kept."""
    insight = baseline(memory, reading, setting)
    found = [u for u in units(told.blocks, reading.blocks) if u.kind is not UnitKind.SAME]
    if not found:
        return insight
    held = Held(setting.source.id, "address", Reason("held_address"), setting.now, parts_of(found))
    return replace(insight, held=(held,))


def _seen(memory: Memory, reading: Extraction, setting: Setting) -> Memory:
    return replace(
        memory,
        missed=0,
        looks=memory.looks + 1,
        good_looks=memory.good_looks + 1,
        first_good=memory.first_good or setting.now,
        last_good=setting.now,
        address=setting.url,
        final_url=memory.final_url or setting.final_url,
        media=reading.media,
        language=setting.language or memory.language,
        title=reading.title[:300],
    )


def _quote_states(
    memory: Memory, told: Extraction, comparison: Comparison, reading: Extraction, setting: Setting
) -> tuple[dict[str, QuoteState], tuple[QuoteTouch, ...], tuple[Pending, ...]]:
    """Where the quoted passages stand, those whose state changed, and what waits.

    With a confirmed change the new text is asked. Without one a passage can still come or go in the margin, which is
    believed at the second look; and one that was never looked for is looked for.
    """
    if comparison.applied:
        return *quote_touches(setting.quotes, memory.quotes, comparison.told, reading.margin), ()
    waits = {p.key: p for p in memory.pending}
    unknown = any(of_quote(memory.quotes, quote) is None for quote in setting.quotes)
    if not unknown and _PASSAGES not in waits and memory.margin_key == _margin_key(reading):
        return memory.quotes, (), ()
    states, touches = quote_touches(setting.quotes, memory.quotes, told, reading.margin)
    if not touches:
        return states, (), ()
    waiting = wait_on(waits, _PASSAGES, "passages", setting.now)
    if waiting.looks >= 2:
        return states, touches, ()
    return {**states, **{quote_key(touch.quote): touch.before for touch in touches}}, (), (waiting,)


_PASSAGES = short_hash("passages")
"""What waits when a quoted passage came or went in the margin alone."""


def _quote_events(touches: Iterable[QuoteTouch], setting: Setting) -> tuple[Event, ...]:
    events = []
    for touch in touches:
        stood = touch.before in {QuoteState.FOUND, QuoteState.CHANGED}
        if stood and touch.after is QuoteState.MISSING:
            kind = EventKind.QUOTE_LOST
        elif touch.before is QuoteState.MISSING and touch.after is QuoteState.FOUND:
            kind = EventKind.QUOTE_FOUND
        else:
            continue
        values = {"footnote": touch.quote.key.shown, "url": setting.url}
        urgent = kind is EventKind.QUOTE_LOST
        events.append(Event(setting.source.id, kind, setting.now, values, touch.quote, urgent))
    return tuple(events)


def _fresh(told: Extraction, before: Extraction, reading: Extraction) -> tuple[Block, ...]:
    """Lines, margin included, that stood neither in the told text nor on the page at the last look."""
    known = {b.key for text in (told, before) for b in (*text.blocks, *text.margin)}
    return tuple(b for b in (*reading.blocks, *reading.margin) if b.key not in known)


def _notices(
    lines: Iterable[Block], reading: Extraction, before: Extraction | None, memory: Memory, setting: Setting
) -> tuple[Memory, tuple[Event, ...]]:
    """Lines that say the document is withdrawn, superseded, archived …, each told once; and those that stand there."""
    if "notice" not in setting.lore.rules:
        return memory, ()
    everything = (*reading.blocks, *reading.margin)
    found = tuple(_found(everything if memory.standing is None else lines, reading, setting))
    new = {key_of(block.text) for block in lines}
    if before is None or before.title != reading.title:
        new.add(key_of(reading.title))
    known = dict.fromkeys(memory.notices)
    events: list[Event] = [*_said_to_machines(before, reading, known, setting)]
    told: set[str] = set()
    for notice, line, tells in found:
        # Its figures may tick ("archived as of …"): one notice all the same.
        name = short_hash(str(notice.kind), skeleton(key_of(notice.sentence)))
        if tells and line in new and name not in known and len(events) < MOST_NOTICES:
            known[name] = None
            values = {"notice": str(notice.kind), "line": notice.whole, "url": setting.url}
            if before is None:
                values["first_look"] = "yes"
            events.append(Event(setting.source.id, EventKind.STATUS_NOTICE, setting.now, values, urgent=True))
            told.add(line)
    there = {short_hash(b.key) for b in everything} | {short_hash(key_of(reading.title))} if memory.standing else set()
    standing = {one.key: one for one in memory.standing or () if one.key in there}
    for notice, line, _ in found:
        at = setting.now if line in told else None
        standing.setdefault(short_hash(line), StandingNotice(str(notice.kind), notice.whole, short_hash(line), at))
    kept = tuple(standing.values())[-MOST_STANDING:]
    return replace(memory, notices=tuple(known)[-KEEP_NOTICES:], standing=kept), tuple(events)


def _found(lines: Iterable[Block], reading: Extraction, setting: Setting) -> Iterator[tuple[Notice, str, bool]]:
    """Status notices in these lines and the title, each with the lines below that belong to it; the key of its own
    line; and whether it tells something, for one that only explains the notice above does not.
    """
    # The entries of a listing speak of other documents ("Withdrawn: guidance X"); only its frame speaks of itself.
    texts = [b.text for b in lines if not (reading.items and b.place is Place.MAIN)]
    every = [b.text for b in (*reading.blocks, *reading.margin)]
    at = {text: n for n, text in reversed(list(enumerate(every)))}
    explaining: set[tuple[str, str]] = set()
    for text in (*texts, reading.title):
        notice = notice_in(text, setting.lore.notices)
        if notice is None:
            continue
        below = every[at[text] + 1 : at[text] + 4] if text in at else []
        whole, taken = continued(notice, below, setting.lore.notices)
        yield whole, key_of(text), (text, notice.kind) not in explaining
        explaining.update((line, notice.kind) for line in below[:taken])


def _said_to_machines(
    before: Extraction | None, reading: Extraction, known: dict[str, None], setting: Setting
) -> tuple[Event, ...]:
    """What a page says of its own standing to search engines only; each told once."""
    if before is None:
        return ()
    said = []
    if reading.noindex and not before.noindex:
        said.append(("noindex", "noindex"))
    # Empty means the page itself (or nothing said).
    if reading.canonical and not same_folder(before.canonical or setting.final_url, reading.canonical):
        said.append(("canonical", reading.canonical))
    events = []
    for kind, line in said:
        name = short_hash(kind, line)
        if name not in known:
            known[name] = None
            values = {"notice": kind, "line": line, "url": setting.url}
            events.append(Event(setting.source.id, EventKind.STATUS_NOTICE, setting.now, values, urgent=True))
    return tuple(events)


def _unmoved(memory: Memory, setting: Setting) -> bool:
    """The same place as before; or another address was asked, which is told as such."""
    asked = not memory.final_url or setting.url != memory.address
    return asked or same_place(memory.final_url, setting.final_url)


def _moved(
    memory: Memory, pending: tuple[Pending, ...], setting: Setting
) -> tuple[tuple[Event, ...], tuple[Pending, ...]]:
    """A redirect to another address is told when it has stood for two looks; the text already matched."""
    if _unmoved(memory, setting):
        return (), pending
    name = short_hash("moved", setting.final_url)
    waiting = wait_on({p.key: p for p in memory.pending}, name, "moved", setting.now)
    if waiting.looks < 2:
        return (), (*pending, waiting)
    values = {"old": memory.final_url, "new": setting.final_url, "url": setting.url}
    return (Event(setting.source.id, EventKind.MOVED, setting.now, values),), pending


def _held(comparison: Comparison, setting: Setting) -> tuple[Held, ...]:
    """What is held back from now on, by rule, and what waited and went away again."""
    by_rule: dict[str, list[Unit | ItemUnit]] = {}
    for weighed in comparison.waiting:
        if weighed.first and weighed.rule in NOISE_RULES:
            by_rule.setdefault(weighed.rule, []).append(weighed.unit)
    carried = [u for u in comparison.unconfirmed if _on_neighbour(u, setting)]
    if unconfirmed := [u for u in comparison.unconfirmed if u not in carried]:
        by_rule["unconfirmed"] = unconfirmed
    held = [
        Held(setting.source.id, rule, Reason(f"held_{rule}"), setting.now, parts_of(found))
        for rule, found in by_rule.items()
    ]
    if carried:
        where = next(w.url for w in setting.testimonies if _carries(w, carried[0]))
        reason = Reason("held_neighbour", {"url": where})
        held.append(Held(setting.source.id, "neighbour", reason, setting.now, parts_of(carried)))
    return tuple(held)


def _on_neighbour(unit: Unit | ItemUnit, setting: Setting) -> bool:
    return any(_carries(witness, unit) for witness in setting.testimonies)


def _carries(witness: Testimony, unit: Unit | ItemUnit) -> bool:
    lines = [line_of(b.key) for b in unit.new] if isinstance(unit, Unit) else []
    return bool(lines) and all(line in witness.lines for line in lines)


def _margin_held(before: Extraction, reading: Extraction, memory: Memory, setting: Setting) -> tuple[Held, ...]:
    fresh = memory.margin_at is not None and setting.now - memory.margin_at < MARGIN_EVERY
    if not memory.margin_key or memory.margin_key == _margin_key(reading) or fresh:
        return ()
    found = [u for u in units(before.margin, reading.margin) if u.kind is not UnitKind.SAME]
    parts = parts_of(found)
    return (Held(setting.source.id, "margin", Reason("held_margin"), setting.now, parts),) if parts else ()


def _margin_key(reading: Extraction) -> str:
    return short_hash(*(b.key for b in reading.margin))
