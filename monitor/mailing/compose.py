"""Compose what is due: each open window of a subscriber becomes one frozen message, or is closed without one."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import __version__, digest, windows
from monitor.errors import ConfigError, MonitorError
from monitor.judge.coverage import by_source, tally
from monitor.mailing.needs import Store
from monitor.messages import Press, Renderer
from monitor.model import (
    Aside,
    Change,
    Citation,
    Digest,
    DigestKind,
    DigestOrder,
    DocumentState,
    Event,
    Finding,
    FindingKind,
    Frequency,
    Material,
    Notice,
    NoticeCode,
    Section,
    Source,
    Subscriber,
)
from monitor.store.facts import FIRST_START, OFFLINE

FIRST_REPORT_WAIT = timedelta(minutes=15)
"""How long the first report waits for the last sources to be looked at."""
DOCUMENTS_WAIT = timedelta(minutes=5)
"""How long a message that may go out at any time waits for documents that nobody has asked for yet."""
ASIDE_WAIT = timedelta(hours=1)
"""A digest of a kind that could not be made is not tried again within this, whatever its window."""
WEEK = 1000
"""Changes and events of a week asked for to see whether anything was told in it."""

_log = logging.getLogger("monitor.mail")
_REGULAR = (DigestKind.DIGEST, DigestKind.FIRST_REPORT)


def first_report_due(findings: Sequence[Finding], started: datetime | None, now: datetime) -> bool:
    """Has every source that can be polled been looked at once, or was the first start 15 minutes ago?

    With nothing looked at there is nothing to report yet, however long it takes.
    """
    polled = [f for f in findings if f.kind is not FindingKind.NOT_WATCHED]
    waiting = sum(1 for f in polled if f.kind is FindingKind.WAITING)
    if not polled or waiting == len(polled):
        return False
    return waiting == 0 or (started is not None and now - started >= FIRST_REPORT_WAIT)


@dataclass(frozen=True, slots=True)
class _Stock:
    """What is the same for all subscribers of one round."""

    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    retired: frozenset[str]
    findings: tuple[Finding, ...]
    started: datetime | None
    report_due: bool


class Composer:
    """Makes digests from the store. Blocking; called in a thread."""

    def __init__(
        self,
        store: Store,
        renderer: Renderer | Press,
        citations: tuple[Citation, ...],
        *,
        tell: Callable[[Notice], object] = lambda _: None,
        version: str = __version__,
    ) -> None:
        """`tell` gets what the operator has to know. A digest that one `version` could not make, the next one tries."""
        self._store, self._renderer, self._citations = store, renderer, citations
        self._cited = by_source(citations)
        self._tell, self._version = tell, version
        self._complained: set[int] = set()
        self._aside: dict[tuple[int, DigestKind], Aside] = {}

    def compose_due(self, now: datetime) -> int:
        """Compose every digest that is due. Returns how many messages went into the outbox.

        A subscriber who cannot be written to (an address that is none) is reported once and keeps nobody waiting.
        """
        subscribers = [s for s in self._store.subscribers.all() if not s.waiting]
        stock = self._stock(now) if subscribers else None
        self._aside = {(a.subscriber_id, a.kind): a for a in self._store.aside.all()}
        made = 0
        for subscriber in subscribers:
            try:
                made += self._for(subscriber, stock, now) if stock else 0
            except ConfigError as error:
                if subscriber.id not in self._complained:
                    _log.error("no mail for subscriber %d: %s", subscriber.id, error)
                self._complained.add(subscriber.id)
        return made

    def preview(self, subscriber: Subscriber, now: datetime) -> Digest | None:
        """What a message made now would tell, whatever the subscriber's hour; None: nothing. Writes nothing.

        The first report until it was made, then everything that waits.
        """
        stock = self._stock(now)
        if not self._store.outbox.has_window(subscriber.id, windows.FIRST):
            order = _first_order(subscriber, stock, now)
            return digest.compose(order, self._material(stock, order))
        changes, events = self._store.outbox.untold(subscriber.id)
        window, start = now.date().isoformat(), self._period_start(subscriber, now)
        order = DigestOrder(subscriber, DigestKind.DIGEST, window, start, now)
        return digest.compose(order, self._material(stock, order, changes, events))

    def _period_start(self, subscriber: Subscriber, now: datetime) -> datetime:
        last = self._store.outbox.last_digest(subscriber.id, _REGULAR)
        return windows.period_start(subscriber, now, last[1] if last else None)

    def _stock(self, now: datetime) -> _Stock:
        states = self._store.sources.all()
        findings = self._store.history.findings()
        started = _time(self._store.meta.get(FIRST_START))
        offline = bool(self._store.meta.get(OFFLINE))
        return _Stock(
            sections=self._store.sources.sections(),
            sources=tuple(s.source for s in states),
            retired=frozenset(s.source.id for s in states if s.retired_at is not None),
            findings=findings,
            started=started,
            report_due=not offline and first_report_due(findings, started, now),
        )

    def _for(self, subscriber: Subscriber, stock: _Stock, now: datetime) -> int:
        """One subscriber. Nothing is told before the first report; it says what later changes are changes of."""
        outbox = self._store.outbox
        if not outbox.has_window(subscriber.id, windows.FIRST):
            if not stock.report_due:
                return 0
            order = _first_order(subscriber, stock, now)
            return self._make(order, self._material(stock, order))
        changes, events = outbox.untold(subscriber.id)
        ripe = self._ripe(changes, now)
        if subscriber.frequency is Frequency.IMMEDIATE:
            changes = ripe
        orders = windows.due(
            subscriber,
            now,
            consumed=lambda window: outbox.has_window(subscriber.id, window),
            covers_from=self._period_start(subscriber, now),
            oldest_waiting=min([*(c.confirmed_at for c in changes), *(e.at for e in events)], default=None),
            urgent=self._urgent(subscriber, stock, ripe, events),
        )
        by_kind = {DigestKind.URGENT: ripe}
        return sum(self._carry_out(order, stock, by_kind.get(order.kind, changes), events) for order in orders)

    def _ripe(self, changes: tuple[Change, ...], now: datetime) -> tuple[Change, ...]:
        """Without the changes whose documents are just being fetched: minutes later the message can name them."""
        fresh = [c.id for c in changes if timedelta() <= now - c.confirmed_at < DOCUMENTS_WAIT]
        if not fresh:
            return changes
        waiting = {d.change for d in self._store.documents.behind(fresh) if d.state is DocumentState.WAITING}
        return tuple(c for c in changes if c.id not in waiting)

    def _urgent(
        self, subscriber: Subscriber, stock: _Stock, changes: tuple[Change, ...], events: tuple[Event, ...]
    ) -> list[str]:
        by_id = {s.id: s for s in stock.sources}
        items: tuple[Change | Event, ...] = (*changes, *events)
        return [
            digest.item_key(item)
            for item in items
            if (source := by_id.get(item.source_id))
            and digest.is_urgent(source, item)
            and digest.matches(subscriber, source, item)
        ]

    def _carry_out(
        self, order: DigestOrder, stock: _Stock, changes: tuple[Change, ...], events: tuple[Event, ...]
    ) -> int:
        if order.kind is DigestKind.SIGN_OF_LIFE:
            reported = self._store.outbox.last_digest(order.subscriber.id, (DigestKind.FIRST_REPORT,))
            if reported and order.covers_from < reported[1] <= order.covers_to:
                self._store.outbox.enqueue(order, (), (), None, order.covers_to)
                return 0
            history, since = self._store.history, order.covers_from
            changes = history.changes(since=since, told=True, limit=WEEK)
            events = history.events(since=since, told=True, limit=WEEK)
        return self._make(order, self._material(stock, order, changes, events))

    def _material(
        self,
        stock: _Stock,
        order: DigestOrder,
        changes: tuple[Change, ...] = (),
        events: tuple[Event, ...] = (),
    ) -> Material:
        figures = self._store.outbox.period(order.covers_from, order.covers_to)
        return Material(
            stock.sections,
            stock.sources,
            self._citations,
            changes=changes,
            events=events,
            findings=stock.findings,
            looks=figures.looks,
            held_back=figures.held_back,
            held_sources=figures.held_sources,
            retired=stock.retired,
            documents=self._store.documents.behind([c.id for c in changes]),
            standing=tally(self._store.standings.stands(self._cited)),
            gaps=self._store.gaps.untold(order.subscriber.id, order.subscriber.created_at, order.covers_to),
        )

    def _make(self, order: DigestOrder, material: Material) -> int:
        """Compose, render, freeze; or set aside what a mistake of ours keeps from being made: nothing of it is told, so
        nothing of it is lost, and the others go on.
        """
        before = self._aside.get((order.subscriber.id, order.kind))
        if before is not None and not self._try_again(before, order):
            return 0
        try:
            made = self._made(order, material)
        except MonitorError:
            raise
        except Exception as error:  # noqa: BLE001 - the top of the work on one digest
            self._set_aside(order, before, error)
            return 0
        if before is not None:
            self._store.aside.clear(order.subscriber.id, order.kind)
            _log.info("a digest of subscriber %d that was set aside could be made", order.subscriber.id)
        return made

    def _try_again(self, before: Aside, order: DigestOrder) -> bool:
        """With a newer program at once; else with another window, which has other things to tell, after a while."""
        waited = order.covers_to - before.at
        rested = waited >= ASIDE_WAIT or waited < timedelta()
        return before.version != self._version or (before.window != order.window and rested)

    def _set_aside(self, order: DigestOrder, before: Aside | None, error: Exception) -> None:
        reader, now = order.subscriber, order.covers_to
        fault = f"{type(error).__name__}: {error}"
        self._store.aside.put(Aside(reader.id, order.kind, order.window, self._version, now, fault))
        _log.error("set aside %s %s of subscriber %d", order.kind, order.window, reader.id, exc_info=error)
        if before is None or before.version != self._version:
            self._tell(Notice(NoticeCode.SET_ASIDE, now, reader.email, fault, "monitor digest --retry"))

    def _made(self, order: DigestOrder, material: Material) -> int:
        """A window with nothing to say is closed all the same."""
        made = digest.compose(order, material)
        skipped = digest.skipped(order, material)
        message = self._renderer.render(made) if made else None
        number = self._store.outbox.enqueue(order, made.items if made else (), skipped, message, order.covers_to)
        if number is None or message is None:
            return 0
        _log.info("composed %s %s for subscriber %d", order.kind, order.window, order.subscriber.id)
        return 1


def _first_order(subscriber: Subscriber, stock: _Stock, now: datetime) -> DigestOrder:
    began = stock.started or subscriber.created_at or now
    return DigestOrder(subscriber, DigestKind.FIRST_REPORT, windows.FIRST, min(began, now), now)


def _time(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None
