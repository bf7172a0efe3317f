"""The past judged again: today's rules over the stored bytes of a source, look by look.

    polls, oldest first  →  the stored answers and bytes  →  `monitor.meaning`, as at a live poll  →  the next state

Fed with the stored times; nothing is written, nothing is asked of the network, no clock is read. So the same
database gives the same answer on any machine. What was *not* asked then cannot be asked now: an address that today's
rules would have tried and the past did not is left out, and so is a document behind an entry that they do not find.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.cadence import within_budget
from monitor.decide import ask_next, offline, texts_compared
from monitor.errors import FetchError, FetchKind
from monitor.judge.belated import tell_held
from monitor.judge.case import Case, setting_of
from monitor.judge.compare import Comparison
from monitor.judge.goodlook import Setting, weighed
from monitor.judge.lore import Lore
from monitor.meaning import case_of, document_judged, document_look, judged, look_of, with_texts
from monitor.model import (
    Answer,
    Capture,
    Change,
    Citation,
    Document,
    Extraction,
    Health,
    Look,
    Memory,
    NotModified,
    Outcome,
    PollIntent,
    PollOrder,
    SayingKind,
    Sayings,
    Source,
    Trigger,
)
from monitor.store import Found, LookRow, PollRow, Said, in_force

NOT_MODIFIED = 304


class Polls(Protocol):
    """What was looked at and found, as `Past` of the store gives it."""

    def polls(self, source: str) -> Iterator[PollRow]: ...

    def found(self, source: str) -> Mapping[int, Found]: ...

    def said(self, source: str) -> Sequence[Said]: ...

    def first_report_at(self) -> datetime | None: ...


class Bytes(Protocol):
    """The kept bodies by SHA-256. KeyError or DamagedError for what is not there."""

    def get(self, sha256: str) -> bytes: ...


class Record(Protocol):
    """Where the past is read from: the store, or a report somebody sent."""

    @property
    def past(self) -> Polls: ...

    @property
    def bodies(self) -> Bytes: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One stored poll, and what today's rules make of it. `case` holds the texts and the memory before it."""

    poll: PollRow
    case: Case
    looks: tuple[Look, ...]
    intent: PollIntent

    @property
    def look(self) -> Look:
        """The look the poll is judged by."""
        return self.looks[self.intent.used]


@dataclass(frozen=True, slots=True)
class Judges:
    """What judges: the compiled word lists and rules, and the citations of each source."""

    lore: Lore
    citations: Mapping[str, tuple[Citation, ...]]


@dataclass(frozen=True, slots=True)
class _State:
    """What the store would hold between two polls. As `Earlier` texts: all were read under one set of rules."""

    memory: Memory = field(default_factory=Memory)
    health: Health = Health.NEW
    told_text: Extraction | None = None
    current_text: Extraction | None = None
    sha256: str = ""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """Behind the entries of a list, by address."""
    technical: bool = False

    def told(self) -> Extraction | None:
        return self.told_text

    def current(self) -> Extraction | None:
        return self.current_text

    def outdated(self) -> None:
        return None

    def after(self, intent: PollIntent) -> "_State":
        documents = {d.url: d for d in intent.found} | dict(self.documents)
        if intent.document is not None:
            return replace(self, documents=documents | {intent.document.url: intent.document})
        if intent.outcome is Outcome.OFFLINE:
            return self
        look = intent.looks[intent.used]
        fresh = intent.good and isinstance(look.answer, Capture)
        return _State(
            intent.memory,
            intent.health,
            intent.told_text or self.told_text,
            intent.current_text or self.current_text,
            look.sha256 if fresh else self.sha256,
            documents,
        )


def judge_again(store: Record, source: Source, judges: Judges) -> Iterator[Step]:
    """Each poll of a source that said something, oldest first. Raises DamagedError for bytes that cannot be read.

    What people said counts from when they said it until they took it back.
    """
    state = _State()
    reported, said = store.past.first_report_at(), store.past.said(source.id)
    to_tell = [s for s in said if s.saying.kind is SayingKind.NEWS]
    for poll in store.past.polls(source.id):
        if poll.outcome is Outcome.FAULT and poll.trigger is not Trigger.FOLLOW:
            counted, _ = within_budget(state.memory, poll.finished_at, poll.finished_at, source)
            state = replace(state, memory=counted)
        if not poll.looks:
            continue
        while to_tell and to_tell[0].saying.said_at <= poll.started_at:
            state = _belated(state, to_tell.pop(0), source, judges)
        early = reported is not None and reported < poll.started_at
        order = PollOrder(
            source, poll.token, poll.trigger, poll.started_at, state.memory,
            health=state.health, last_sha256=state.sha256, early_report=early, sayings=_at(said, poll.started_at),
        )  # fmt: skip
        case = case_of(order, judges.citations.get(source.id, ()), judges.lore, poll.started_at)
        case = replace(case, now=poll.finished_at, testimonies=poll.testimonies)
        play = _followed if poll.trigger is Trigger.FOLLOW else _step
        step = play(store, poll, case, state)
        if step is not None:
            yield step
            state = state.after(step.intent)


def _at(said: Sequence[Said], moment: datetime) -> Sayings:
    """What was in force at a moment."""
    spoken = (s.saying for s in said if s.saying.said_at <= moment)
    return in_force(s for s in spoken if s.undone_at is None or s.undone_at > moment)


def _belated(state: _State, said: Said, source: Source, judges: Judges) -> _State:
    """The state once a person had what was held back told after all."""
    if said.held is None or state.told_text is None or state.current_text is None:
        return state
    setting = setting_then(source, state.memory, judges, said.saying.said_at)
    told = tell_held(said.held, state.memory, state.told_text, state.current_text, setting)
    return replace(state, told_text=told.told or state.told_text, memory=told.memory)


def setting_then(source: Source, memory: Memory, judges: Judges, now: datetime) -> Setting:
    """The setting of a source between two looks."""
    quotes = tuple(q for c in judges.citations.get(source.id, ()) for q in c.quotes)
    return Setting(source, quotes, memory.language, memory.address, memory.final_url, now, judges.lore)


def _step(store: Record, poll: PollRow, case: Case, state: _State) -> Step | None:
    looks: tuple[Look, ...] = ()
    for row in poll.looks:
        answer = _answer(store, row, poll.finished_at)
        look = look_of(case.order, row.place, row.url, answer, state, row.sha256)
        looks, case = (*looks, look), with_texts(case, look, state)
        if poll.outcome is Outcome.OFFLINE:
            return Step(poll, case, looks, offline(case, looks))
        if not ask_next(case, looks):
            break
    return Step(poll, case, looks, judged(case, looks, state))


def _followed(store: Record, poll: PollRow, case: Case, state: _State) -> Step | None:
    """A try at a document behind an entry; None when today's rules know of no such entry."""
    row = poll.looks[0]
    document = state.documents.get(row.url)
    if document is None:
        return None
    look = document_look(case.order.source, row.url, _answer(store, row, poll.finished_at), row.sha256)
    if poll.outcome is Outcome.OFFLINE:
        return Step(poll, case, (look,), replace(offline(case, (look,)), document=document))
    return Step(poll, case, (look,), document_judged(case, document, look))


def _answer(store: Record, row: LookRow, at: datetime) -> Answer:
    if row.error_kind:
        wait = timedelta(seconds=row.retry_after_s) if row.retry_after_s is not None else None
        kind, detail = FetchKind(row.error_kind), row.error_detail
        return FetchError(kind, detail, url=row.final_url, transient=row.transient, retry_after=wait)
    if row.status == NOT_MODIFIED:
        return NotModified(row.url, row.final_url, at, row.headers, row.chain)
    body = store.bodies.get(row.sha256)
    return Capture(row.url, row.final_url, row.status, row.headers, body, at, row.chain, robots=row.robots)


# --- told then, told now ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """A change as it was told then and as it is told now; None: it was not found, or not told."""

    source_id: str
    at: datetime
    then: Change | None
    now: Change | None

    @property
    def verdict(self) -> str:
        """One of: same, severity, only_then, only_now."""
        if self.then is None:
            return "only_now"
        if self.now is None:
            return "only_then"
        return "same" if self.then.severity is self.now.severity else "severity"


def told_then_and_now(store: Record, source: Source, judges: Judges) -> tuple[Compared, ...]:
    """Every change of a source that was told then or is told now, in the order of time.

    A change is the same when the same poll tells it, or else when it shows the same words at another poll. What a
    person had told is left out: no rule told it.
    """
    by_hand = {s.saying.change for s in store.past.said(source.id) if s.saying.kind is SayingKind.NEWS}
    then = {
        poll: [c for c in found.changes if c.told and c.id not in by_hand]
        for poll, found in store.past.found(source.id).items()
    }
    now = {s.poll.id: [c for c in s.intent.changes if c.told] for s in judge_again(store, source, judges)}
    pairs: list[Compared] = []
    for poll in sorted(then.keys() & now.keys()):
        while then[poll] and now[poll]:
            pairs.append(_compared(then[poll].pop(0), now[poll].pop(0)))
    left = [c for poll in sorted(now) for c in now[poll]]
    for poll in sorted(then):
        for change in then[poll]:
            match = next((c for c in left if _words(c) == _words(change)), None)
            if match is not None:
                left.remove(match)
            pairs.append(_compared(change, match))
    pairs += [_compared(None, change) for change in left]
    return tuple(sorted(pairs, key=lambda p: (p.at, p.then.id if p.then else 0)))


def _compared(then: Change | None, now: Change | None) -> Compared:
    known = then or now
    if known is None:
        raise ValueError("a comparison has at least one side")
    return Compared(known.source_id, known.confirmed_at, then, now)


def _words(change: Change) -> frozenset[tuple[str, str, str]]:
    return frozenset((str(p.kind), p.old, p.new) for p in change.parts)


def unlike(then: Change, now: Change) -> tuple[str, ...]:
    """In what a change differs from the one stored then: names of its facts, empty when it is the same."""
    facts = {
        "kind": (then.kind, now.kind),
        "severity": (then.severity, now.severity),
        "reasons": (then.reasons, now.reasons),
        "words": (_words(then), _words(now)),
        "told": (then.told, now.told),
        "first seen": (then.first_seen, now.first_seen),
        "topics": (then.topics, now.topics),
    }
    return tuple(name for name, (before, after) in facts.items() if before != after)


# --- one decision in full --------------------------------------------------------------------------------------


def step_of(store: Record, source: Source, judges: Judges, poll_id: int) -> Step | None:
    """The poll with this id judged again, with all that came before it; None when it said nothing."""
    return next((s for s in judge_again(store, source, judges) if s.poll.id == poll_id), None)


def comparison_of(step: Step) -> Comparison | None:
    """The comparison behind a step: every unit with the rule that spoke. None when nothing was compared."""
    texts = texts_compared(step.case, step.look)
    return weighed(step.case.memory, *texts, setting_of(step.case, step.look)) if texts else None
