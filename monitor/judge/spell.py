"""Spells in which a source does not bring its document: when is it only doubt, when is it told? Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.judge.document import EVENTS, Standing, State
from monitor.model import Doubt, Event, Health, Reason, Source

DECLARE = {
    State.BLOCKED: (3, timedelta(hours=6)),
    State.GONE: (3, timedelta(hours=24)),
    State.UNREACHABLE: (3, timedelta(hours=24)),
    State.COLLAPSED: (3, timedelta(hours=24)),
    State.REPLACED: (3, timedelta(hours=6)),
    State.ELSEWHERE: (3, timedelta(hours=6)),
    State.LANGUAGE: (3, timedelta(hours=6)),
    State.UNREADABLE: (3, timedelta(hours=6)),
}
"""Looks and time a spell must last before it is told."""

_ANOTHER_PAGE = frozenset({State.ELSEWHERE, State.LANGUAGE, State.REPLACED, State.COLLAPSED})
"""Faces of one fact: an answer came, and it is not the document."""

_HEALTH = {
    State.BLOCKED: Health.BLOCKED,
    State.GONE: Health.GONE,
    State.UNREACHABLE: Health.UNREACHABLE,
    State.REPLACED: Health.GONE,
    State.ELSEWHERE: Health.GONE,
    State.UNREADABLE: Health.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class Spell:
    """The spell after one more bad look. `due`: it is to be told with this look."""

    doubt: Doubt
    due: bool

    @property
    def health(self) -> Health:
        return _HEALTH.get(State(self.doubt.kind), Health.DOUBT) if self.doubt.declared else Health.DOUBT


def endure(old: Doubt | None, standing: Standing, now: datetime) -> Spell:
    """One more look that was not good.

    Before it is declared a spell keeps its start whatever its kind; afterwards another kind must stand for three
    looks, and what was told once in a spell is not told again.
    """
    kind = str(standing.state)
    if old is None:
        doubt = Doubt(kind, standing.reason, now, 1)
    elif old.kind == kind:
        doubt = replace(old, looks=old.looks + 1, reason=standing.reason, other_kind="", other_looks=0)
    elif not old.declared:
        # Blocked now, overloaded then: one spell of looks without the document, whatever its face.
        doubt = replace(old, kind=kind, looks=old.looks + 1, reason=standing.reason)
    else:
        return Spell(_other_kind(old, standing, now), due=False)
    looks, time = DECLARE[standing.state]
    long_enough = doubt.looks >= looks and now - doubt.since >= time
    if doubt.declared or not (standing.final or long_enough):
        return Spell(doubt, due=False)
    known = kind in doubt.told
    told = doubt.told if known else (*doubt.told, kind)
    return Spell(replace(doubt, declared=True, told=told), due=not known)


def first_words(old: Doubt | None, standing: Standing, now: datetime) -> Spell:
    """The spell of a source that never had its document: what its first look found is told by the first report."""
    if old is not None:
        return endure(old, standing, now)
    kind = str(standing.state)
    return Spell(Doubt(kind, standing.reason, now, 1, declared=True, told=(kind,)), due=False)


def _other_kind(old: Doubt, standing: Standing, now: datetime) -> Doubt:
    """A declared spell that shows another face: three such looks in a row start a spell of that kind."""
    kind = str(standing.state)
    if {old.kind, kind} <= _ANOTHER_PAGE:
        return replace(old, looks=old.looks + 1, other_kind="", other_looks=0)
    looks = old.other_looks + 1 if old.other_kind == kind else 1
    if looks >= 3:
        return Doubt(kind, standing.reason, now, 1, told=old.told, file=old.file)
    return replace(old, other_kind=kind, other_looks=looks)


def told_as(doubt: Doubt, source: Source, now: datetime, url: str, final_url: str) -> Event | None:
    """The event of a spell that is due; None for a collapsed page, which is told as a change."""
    kind = EVENTS.get(State(doubt.kind))
    if kind is None:
        return None
    values = {
        "url": url,
        "new": (doubt.reason.code == "redirected" and doubt.reason.values.get("new")) or final_url or url,
        "reason": doubt.reason.code,
        "since": doubt.since.isoformat(),
        "looks": str(doubt.looks),
        **{f"reason_{k}": v for k, v in doubt.reason.values.items()},
    }
    return Event(source.id, kind, now, values, urgent=doubt.kind == State.GONE)


def in_short(reason: Reason) -> str:
    """A reason on one line for logs and `monitor sources`, without a catalogue."""
    facts = ", ".join(f"{k} {v}" for k, v in reason.values.items() if v)
    return f"{reason.code} ({facts})" if facts else reason.code
