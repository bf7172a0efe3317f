"""A person's word about a difference: this was news, this is noise; kept for the source, and taken back.

A failure has a `code`, so that a command and a page can each say it in their own words:
`unknown` there is no such difference, `already` it was said and counts, `wordless` nothing of it has words,
`busy` the source was looked at meanwhile (say it again), `unsaid` there is nothing to take back.
"""

from dataclasses import replace
from datetime import datetime

from monitor.errors import MonitorError
from monitor.judge.belated import tell_held
from monitor.judge.person import places_of
from monitor.model import Change, Saying, SayingKind
from monitor.rejudge import Judges, setting_then
from monitor.store import Store


class SayingError(MonitorError):
    """The word cannot be kept. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def said_of(store: Store, kind: SayingKind, number: int) -> Saying | None:
    """What was said last of what was held back (news) or of a change (quiet), in force or taken back."""
    news = kind is SayingKind.NEWS
    found = [s for s in store.people.all() if s.kind is kind and number == (s.held if news else s.change)]
    return found[-1] if found else None


def say_news(store: Store, judges: Judges, held: int, now: datetime) -> int:
    """What was held back is told with the next digests, and its rule holds no such place back; the change's number."""
    before = said_of(store, SayingKind.NEWS, held)
    if before is None:
        return _tell(store, judges, held, now)
    if before.undone_at is None:
        raise SayingError("already")
    # After it was taken back: the change is there, and the word counts again.
    store.people.say(replace(before, said_at=now, undone_at=None))
    return before.change


def _tell(store: Store, judges: Judges, held_id: int, now: datetime) -> int:
    held = store.history.held_row(held_id)
    state = store.sources.get(held.source_id) if held else None
    if held is None or state is None:
        raise SayingError("unknown")
    if not state.told_text or not held.parts:
        raise SayingError("wordless")
    told, current = store.texts.get(state.told_text), store.texts.get(state.current_text)
    belated = tell_held(held, state.memory, told, current, setting_then(state.source, state.memory, judges, now))
    saying = Saying(held.source_id, SayingKind.NEWS, places_of(held.parts), now, held.rule, held_id)
    change = store.people.news(saying, belated.change, belated.told, belated.memory, state.token)
    if change is None:
        raise SayingError("busy")
    return change


def say_quiet(store: Store, change: int, now: datetime) -> Change:
    """The places of a change are held back from now on; the change."""
    before = said_of(store, SayingKind.QUIET, change)
    if before is not None and before.undone_at is None:
        raise SayingError("already")
    found = store.history.change(change)
    if found is None:
        raise SayingError("unknown")
    places = places_of(found.parts)
    if not places:
        raise SayingError("wordless")
    store.people.say(Saying(found.source_id, SayingKind.QUIET, places, now, change=change))
    return found


def take_back(store: Store, kind: SayingKind, number: int, now: datetime) -> None:
    """The word counts no longer."""
    saying = said_of(store, kind, number)
    if saying is None or saying.undone_at is not None:
        raise SayingError("unsaid")
    store.people.undo(saying.id, now)
