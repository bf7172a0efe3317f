"""One poll judged: (order, looks, texts, now) → PollIntent. Pure; the table of its cases is tests/judge/test_decide.py.

The looks of a poll are the cited address and, when that does not bring the document, the alternatives that may
stand in for it. The first look that brings the document is used; none: the source goes through a spell of doubt
with its own clock, and the readers hear of it when it stands.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urldefrag

from monitor import cadence
from monitor.errors import FetchError
from monitor.judge import firstcopy, firstlook, follow, goodlook, neighbours, othertelling, regions, spell
from monitor.judge.case import Case, Choice, intent_of, setting_of
from monitor.judge.document import Known, Standing, State, sent_home, stand
from monitor.judge.goodlook import Insight
from monitor.judge.identity import Identity, Match, identify
from monitor.judge.recall import short_hash, wait_on
from monitor.model import (
    Capture,
    Change,
    Doubt,
    Event,
    EventKind,
    Extraction,
    Finding,
    Health,
    Look,
    Memory,
    NotModified,
    Outcome,
    PollIntent,
    Reason,
    Trigger,
)
from monitor.text.language import language_of
from monitor.text.quotes import similar

SAME_TEXT_FROM = 0.8
"""Share of common word shingles from which the text of another address is compared piece by piece."""
STANDS_IN_FROM = 0.5
"""Share of common word shingles from which another address stands in for a text we know."""


def ask_next(case: Case, looks: tuple[Look, ...]) -> bool:
    """After these looks, is the next alternative worth asking?

    On the first look whenever the document was not found; later while the cited address is known to fail, or the
    text is read at another address already.
    """
    choice = _choose(case, looks)
    if choice.cited.state is State.WAIT:
        return False
    if case.new:
        return not choice.standing.good or (choice.identity is not None and choice.identity.match is Match.NO)
    doubt = case.memory.doubt
    elsewhere = case.memory.address != case.order.source.url
    if choice.standing.good:
        return False
    # Whoever is told of a loss is told at once where the document stands instead.
    told = choice.cited.state not in {State.COLLAPSED, State.LANGUAGE}
    due = told and spell.endure(doubt, choice.cited, case.now).due
    return elsewhere or due or (doubt is not None and doubt.declared)


def decide(case: Case, looks: tuple[Look, ...]) -> PollIntent:
    """Judge the looks of one poll. The next look keeps within the source's budget, whatever asked for it."""
    return _within_budget(case, _judged(case, looks))


def _within_budget(case: Case, intent: PollIntent) -> PollIntent:
    """The one place where the next look is held to the budget: no rule can plan past it."""
    memory = replace(intent.memory, looked_at=case.memory.looked_at, early=case.memory.early)
    memory, when = cadence.within_budget(memory, intent.next_poll_at, case.now, case.order.source)
    return replace(intent, memory=memory, next_poll_at=when)


def _judged(case: Case, looks: tuple[Look, ...]) -> PollIntent:
    """The look that is judged comes back with its reading parted under the map."""
    choice = _choose(case, looks)
    looks = tuple(choice.look if (x.place, x.url) == (choice.look.place, choice.look.url) else x for x in looks)
    if choice.standing.state is State.WAIT:
        return _waiting(case, looks, choice)
    if choice.standing.good:
        return _good(case, looks, choice)
    return _bad(case, looks, choice)


def offline(case: Case, looks: tuple[Look, ...]) -> PollIntent:
    """Our own network is gone: the row is kept, nothing counts."""
    when = case.now + cadence.OFFLINE_RETRY
    waits = case.order.trigger
    return intent_of(case, looks, 0, Outcome.OFFLINE, Reason("offline"), case.memory, case.order.health, when, waits)


def technical(case: Case, intent: PollIntent) -> PollIntent:
    """The intent of a poll before which the old snapshot was read again under new rules."""
    if not intent.good or case.told is None:
        return intent
    row = othertelling.technical_change(case.order.source.id, case.now)
    waiting = _overtaken(case, intent)
    return replace(intent, told_text=intent.told_text or case.told, changes=(*waiting, *intent.changes, row))


def _overtaken(case: Case, intent: PollIntent) -> tuple[Change, ...]:
    """What waited for its second look when the rules changed: told as it was seen, for the new rules cannot wait on."""
    if case.outdated is None:
        return ()
    change = othertelling.overtaken(case.memory, *case.outdated, setting_of(case, intent.looks[intent.used]))
    return (change,) if change is not None else ()


def _choose(case: Case, looks: tuple[Look, ...]) -> Choice:
    for known, choice in case.chosen:
        if len(known) == len(looks) and all(a is b for a, b in zip(known, looks, strict=True)):
            return choice
    choice = _weighed(case, looks)
    case.chosen.append((looks, choice))
    return choice


def _weighed(case: Case, looks: tuple[Look, ...]) -> Choice:
    judged = [_judge(case, look) for look in looks]
    cited = judged[0][1]
    good = [j for j in judged if j[1].good]
    if case.new:
        good.sort(key=lambda j: _RANK[j[2].match] if j[2] else 0)
    look, standing, identity, mapped = good[0] if good else judged[0]
    return Choice(look, standing, identity, cited, mapped)


_RANK = {Match.YES: 0, Match.UNSURE: 1, Match.NO: 2}


def under_map(case: Case, look: Look) -> tuple[Look, regions.Mapped | None]:
    """The look with its reading parted under the map of the source, as everything that follows sees it."""
    if not isinstance(look.reading, Extraction) or case.order.source.selector or look.reading.media != "html":
        return look, None
    quotes = tuple(q for c in case.citations for q in c.quotes)
    memory, sayings = case.memory, case.order.sayings
    said = neighbours.remembered(memory, case.testimonies or ()) if "neighbour" in case.lore.rules else ()
    shared = neighbours.carried(look.reading, frozenset(said))
    mapped = regions.under_map(memory, case.before, look.reading, quotes, sayings, shared)
    return replace(look, reading=mapped.reading), mapped


def _judge(case: Case, look: Look) -> tuple[Look, Standing, Identity | None, regions.Mapped | None]:
    look, mapped = under_map(case, look)
    reading = look.reading if isinstance(look.reading, Extraction) else None
    language = language_of(reading.text[:20_000], reading.declared_language) if reading else ""
    known = case.known(look)
    if _list_edited(case, look):
        known = replace(known, final_url="")
    if reading is not None and firstcopy.first_copy(case, reading) is not None:
        known = Known()  # what we knew was no document: its language, kind and address say nothing of this one
    standing = stand(look, known, language, case.lore)
    another = look.url != case.memory.address and not _list_edited(case, look)
    if standing.good and another and case.before is not None and reading is not None:
        # An address other than the one we read must bring the text we know, not only a good page.
        likeness = similar(case.before.blocks, reading.blocks)
        if likeness < STANDS_IN_FROM:
            standing = Standing(State.ELSEWHERE, Reason("unlike", {"likeness": f"{likeness:.0%}"}))
    identity = None
    if standing.good and case.new and reading is not None:
        identity = identify(case.order.source, case.citations, reading, language)
        if isinstance(look.answer, Capture) and sent_home(look.answer) and not identity.certain:
            # A front page may speak of the cited article; it is not the article.
            reason = Reason("front_page", {"old": look.url, "new": look.answer.final_url})
            return look, Standing(State.GONE, reason), None, mapped
    return look, standing, identity, mapped


def _list_edited(case: Case, look: Look) -> bool:
    """The operator wrote another address into the list: whether it is the document is no longer ours to say."""
    source, known = case.order.source, case.memory.address
    return look.place == 0 and bool(known) and known not in {source.url, *(a.url for a in source.alternatives)}


@dataclass(frozen=True, slots=True)
class Question:
    """What other pages of the site should be asked before a look is judged.

    `lines`: hashes of the new lines in doubt. `new`: none was ever asked about this page.
    """

    reading: Extraction
    url: str
    now: datetime
    lines: frozenset[str]
    new: bool


def question(case: Case, looks: tuple[Look, ...]) -> Question | None:
    """Whether other pages of the site should be asked before these looks are judged."""
    choice = _choose(case, looks)
    reading = choice.look.reading
    answer = choice.look.answer
    if not choice.standing.good or choice.mapped is None or not isinstance(reading, Extraction):
        return None
    if "neighbour" not in case.lore.rules or not isinstance(answer, Capture | NotModified):
        return None
    doubt = neighbours.doubtful(case.memory, case.told, case.before, reading)
    new = neighbours.unasked(case.memory) and any(neighbours.is_outside(b) for b in reading.blocks)
    return Question(reading, answer.final_url, case.now, doubt, new) if doubt or new else None


def _with_neighbours(memory: Memory, case: Case) -> Memory:
    if case.testimonies is None:
        return memory
    return replace(memory, shared=neighbours.remembered(memory, case.testimonies), neighbours_at=case.now)


def texts_compared(case: Case, look: Look) -> tuple[Extraction, Extraction, Extraction] | None:
    """The told text, the last good one and that of the look, all under one map; None when nothing is compared."""
    look, mapped = under_map(case, look)
    if case.told is None or case.before is None or not isinstance(look.reading, Extraction):
        return None
    keys = mapped.opened if mapped else frozenset[str]()
    return (*regions.opened(case.told, case.before, keys), look.reading)


# --- a document came -------------------------------------------------------------------------------------------


def _good(case: Case, looks: tuple[Look, ...], choice: Choice) -> PollIntent:
    insight, outcome = _insight(case, choice)
    finding, events = _first_words(case, looks, choice)
    memory, extra, health = _after_spell(case, choice, insight.memory)
    redrawn: tuple[Change, ...] = ()
    if choice.mapped is not None:
        memory = _with_neighbours(replace(memory, regions=choice.mapped.regions), case)
        if choice.mapped.redrawn:
            memory = replace(memory, neighbours_at=None)
            redrawn = (othertelling.technical_change(case.order.source.id, case.now, "redrawn"),)
    reading = choice.look.reading if isinstance(choice.look.reading, Extraction) else None
    if isinstance(choice.look.answer, Capture):
        memory = replace(memory, last_full=case.now)
    when, trigger = _next_after_good(case, memory, waiting=insight.waiting)
    reason = insight.changes[0].reasons[0] if insight.changes else choice.standing.reason
    intent = intent_of(case, looks, looks.index(choice.look), outcome, reason, memory, health, when, trigger)
    return replace(
        intent,
        good=True,
        told_text=insight.told,
        current_text=reading,
        changes=(*insight.changes, *redrawn),
        events=(*events, *extra, *insight.events),
        held=insight.held,
        finding=finding,
        testimonies=case.testimonies,
        found=follow.behind(insight.changes, case.order.source, memory.final_url, case.now),
    )


def _insight(case: Case, choice: Choice) -> tuple[Insight, Outcome]:
    look, memory = choice.look, case.memory
    reading = look.reading if isinstance(look.reading, Extraction) else None
    if reading is None:
        return Insight(goodlook.stood(memory, case.now), None), Outcome.UNCHANGED
    setting = setting_of(case, look)
    if case.told is None or case.before is None:
        return goodlook.baseline(memory, reading, setting), Outcome.BASELINE
    switched = memory.address and look.url != memory.address and urldefrag(look.url).url != memory.final_url
    if switched and similar(case.told.blocks, reading.blocks) < SAME_TEXT_FROM:
        # Another address shows the document in another frame: the frame must not look like news.
        return goodlook.elsewhere(memory, case.told, reading, setting), Outcome.BASELINE
    first = firstcopy.replaced(case, reading, setting)
    if first is not None:
        return first, Outcome.BASELINE if first.told is not None else Outcome.HELD
    told, before = regions.opened(case.told, case.before, choice.mapped.opened if choice.mapped else frozenset())
    insight = goodlook.judge_good(memory, told, before, reading, setting)
    if told is not case.told and insight.told is None:
        insight = replace(insight, told=told)
    if insight.changes:
        return insight, Outcome.CHANGED
    return insight, Outcome.HELD if insight.differs or insight.held else Outcome.UNCHANGED


def _first_words(case: Case, looks: tuple[Look, ...], choice: Choice) -> tuple[Finding | None, tuple[Event, ...]]:
    """The finding of a first good look; told as an event when the first report is already out."""
    if not case.new:
        return None, ()
    finding = firstlook.found(
        case.order.source, looks[0], choice.cited, used=choice.look, identity=choice.identity, now=case.now
    )
    return finding, _added(case, finding)


def _added(case: Case, finding: Finding) -> tuple[Event, ...]:
    if not case.order.early_report or case.memory.looks:
        return ()
    values = {"finding": str(finding.kind), "url": finding.url, "new": finding.final_url}
    return (Event(case.order.source.id, EventKind.ADDED, case.now, values),)


def _after_spell(case: Case, choice: Choice, memory: Memory) -> tuple[Memory, tuple[Event, ...], Health]:
    """What becomes of a running spell when a document came, from the cited address or another."""
    doubt = case.memory.doubt
    if choice.look.place == 0:
        unheard = case.new and not case.order.early_report
        returned = doubt is not None and bool(doubt.told) and not unheard
        back = (_returned(case, doubt, choice.look.url),) if returned and doubt else ()
        return replace(memory, doubt=None, fallbacks_declared=()), back, Health.OK
    cited = choice.cited
    if cited.good:  # a good page, but nothing says that it is the document
        cited = Standing(State.ELSEWHERE, Reason("off_topic"))
    spelled = (spell.first_words if case.new else spell.endure)(doubt, cited, case.now)
    events = _told_spell(case, spelled, choice.look, copy=choice.look.url)
    if spelled.due and not events:  # nothing to tell of it while another address serves; it may come to matter
        spelled = replace(spelled, doubt=replace(spelled.doubt, declared=False, told=()))
    if choice.look.url not in memory.fallbacks_declared:
        memory = replace(memory, fallbacks_declared=(*memory.fallbacks_declared, choice.look.url))
        if not case.new:
            events = (*events, _stands_in(case, choice))
    return replace(memory, doubt=spelled.doubt), events, spelled.health


def _stands_in(case: Case, choice: Choice) -> Event:
    values = {"url": case.order.source.url or "", "new": choice.look.url, "place": str(choice.look.place)}
    reading = choice.look.reading
    if case.before is not None and isinstance(reading, Extraction):
        values["likeness"] = f"{similar(case.before.blocks, reading.blocks):.0%}"
    return Event(case.order.source.id, EventKind.ALTERNATIVE, case.now, values)


def _returned(case: Case, doubt: Doubt, url: str) -> Event:
    values = {"was": doubt.kind, "since": doubt.since.isoformat(), "looks": str(doubt.looks), "url": url}
    return Event(case.order.source.id, EventKind.RETURNED, case.now, values)


def _next_after_good(case: Case, memory: Memory, *, waiting: bool) -> tuple[datetime, Trigger]:
    source, now = case.order.source, case.now
    warm = cadence.warm_up(now, source.interval, memory.good_looks, source.id)
    if waiting and memory.good_looks >= cadence.WARM_UP_LOOKS:
        soon = cadence.ladder(now, source.interval, max(1, memory.unsettled))
        return min(soon, warm), Trigger.CONFIRM
    if memory.good_looks < cadence.WARM_UP_LOOKS:
        return warm, Trigger.WARM_UP
    return warm, Trigger.SCHEDULED


# --- no document came ------------------------------------------------------------------------------------------


def _bad(case: Case, looks: tuple[Look, ...], choice: Choice) -> PollIntent:
    begin = spell.first_words if case.new else spell.endure
    spelled = begin(case.memory.doubt, choice.standing, case.now)
    memory = replace(case.memory, looks=case.memory.looks + 1, doubt=spelled.doubt, missed=case.memory.missed + 1)
    outcome = Outcome.FAILED if isinstance(choice.look.answer, FetchError) else Outcome.BAD
    trigger = Trigger.FAILURE if outcome is Outcome.FAILED else Trigger.DOUBT
    when = cadence.ladder(case.now, case.order.source.interval, spelled.doubt.looks)
    finding: Finding | None = None
    events: tuple[Event, ...] = ()
    if case.new:
        finding = firstlook.found(case.order.source, looks[0], choice.cited, used=looks[0], identity=None, now=case.now)
        events = _added(case, finding)
    reading = choice.look.reading
    if spelled.due and case.told is not None and isinstance(reading, Extraction):
        accepted = _accept(case, choice, spelled, reading, memory)
        if accepted is not None:
            base = intent_of(
                case, looks, looks.index(choice.look), Outcome.CHANGED if accepted.changes else outcome,
                choice.standing.reason, accepted.memory, Health.OK, when, trigger,
            )  # fmt: skip
            told = (*_told_spell(case, spelled, choice.look), *accepted.events)
            return replace(
                base, good=True, told_text=accepted.told, current_text=reading, changes=accepted.changes, events=told
            )
    intent = intent_of(
        case, looks, looks.index(choice.look), outcome, choice.standing.reason, memory, spelled.health, when, trigger
    )
    intent = replace(intent, events=(*events, *_told_spell(case, spelled, choice.look)), finding=finding)
    return _unreadable_file(case, choice, intent)


def _accept(case: Case, choice: Choice, spelled: spell.Spell, reading: Extraction, memory: Memory) -> Insight | None:
    """Some spells end by believing the page: a collapsed text and another language become the state to compare with."""
    setting = setting_of(case, choice.look)
    before = replace(case.memory, doubt=spelled.doubt)
    if choice.standing.state is State.COLLAPSED and case.told is not None:
        return goodlook.judge_collapsed(before, case.told, reading, setting)
    if choice.standing.state is State.LANGUAGE:
        insight = goodlook.baseline(replace(memory, doubt=None, looks=case.memory.looks), reading, setting)
        return replace(insight, memory=replace(insight.memory, doubt=None))
    return None


def _told_spell(case: Case, spelled: spell.Spell, look: Look, copy: str = "") -> tuple[Event, ...]:
    """`copy`: the other address of the list that has the document."""
    if not spelled.due:
        return ()
    final = look.answer.final_url if isinstance(look.answer, Capture) else ""
    event = spell.told_as(spelled.doubt, case.order.source, case.now, case.order.source.url or look.url, final)
    if event is not None and copy:
        event = replace(event, values={**event.values, "copy": copy})
    return (event,) if event else ()


def _unreadable_file(case: Case, choice: Choice, intent: PollIntent) -> PollIntent:
    """A file without text is followed by its hash: another file that stands for two looks is told."""
    doubt, sha256 = intent.memory.doubt, choice.look.sha256
    if choice.standing.state is not State.UNREADABLE or doubt is None or not sha256:
        return intent
    if not doubt.file or doubt.file == sha256:
        return replace(intent, memory=replace(intent.memory, doubt=replace(doubt, file=sha256)))
    name = short_hash("file", sha256)
    waiting = wait_on({p.key: p for p in case.memory.pending}, name, "file", case.now)
    if waiting.looks < 2:
        # A file that is another one at each look is asked for less and less often, as other doubts are.
        unsettled = case.memory.unsettled + 1
        soon = cadence.ladder(case.now, case.order.source.interval, unsettled)
        memory = replace(intent.memory, pending=(waiting,), unsettled=unsettled)
        return replace(intent, memory=memory, next_poll_at=soon)
    change = othertelling.file_changed(case.memory, sha256, setting_of(case, choice.look))
    memory = replace(intent.memory, doubt=replace(doubt, file=sha256), pending=(), unsettled=0)
    return replace(intent, memory=memory, changes=(change,), outcome=Outcome.CHANGED)


def _waiting(case: Case, looks: tuple[Look, ...], choice: Choice) -> PollIntent:
    error = choice.look.answer
    wait = error.retry_after if isinstance(error, FetchError) and error.retry_after else timedelta(minutes=15)
    when = cadence.after_wait(case.now, wait)
    return intent_of(
        case, looks, 0, Outcome.FAILED, choice.standing.reason, case.memory, case.order.health, when,
        Trigger.RETRY_AFTER,
    )  # fmt: skip
