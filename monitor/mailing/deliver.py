"""Deliver what is pending. Two clocks: the channel's (is the server there, does it let us in) and each message's.

All mail is one channel; every webhook and every chat is one of its own, so that none waits for another.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
from typing import TypeVar

from monitor.clock import Clock
from monitor.errors import DeliveryError, DeliveryKind, MonitorError, StorageError
from monitor.mailing.needs import Outbox
from monitor.model import ChannelState, Delivery, DeliveryState, Notice, NoticeCode
from monitor.notify import Notifier

MAIL = "mail"
"""The channel of all mail."""
PROBE = timedelta(seconds=30)
"""Between two looks at a server that is down."""
PAUSE = timedelta(minutes=15)
"""Between two tries to log in after a refusal."""
LEASE = timedelta(minutes=10)
"""Longer than any one delivery can take."""
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360))
"""Waits after the first, second, … temporary refusal; the last one repeats."""
BLOCKED = timedelta(hours=3)
"""The least wait after a refusal that is about us or about a full box: minutes later nothing is different."""
GIVE_UP = timedelta(days=5)
NOTE_AGAIN = 5.0
"""Seconds between two tries to note what became of a message."""
LONGEST_REST = timedelta(days=1)
"""A pause the other side asked for is never longer; a date further off was written before the clock was set back."""
AT_ONCE = 20
"""Messages handed over in one round, so that a stop is never far."""

T = TypeVar("T")
_STATES = {DeliveryKind.CHANNEL_DOWN: "down", DeliveryKind.CHANNEL_AUTH: "paused", DeliveryKind.CHANNEL_GONE: "gone"}
"""What a failure that is not the message's makes of the channel."""
_RANDOM = SystemRandom()
_log = logging.getLogger("monitor.mail")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did; `channel` is the state it left the channel in."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    channel: str = "up"

    def __add__(self, other: "Round") -> "Round":
        return Round(self.sent + other.sent, self.later + other.later, self.failed + other.failed, self.channel)


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: the channel's name, who hands over, and what is done when the receiver wants no more (`end` gets the
    reason and the time). `clean` takes secrets out of what the other side says before anything is noted of it. `tell`
    gets what the operator has to know. `reader`: the name of the webhook or the chat; all mail has none. `threads`: in
    which it works; by default those of everything else.
    """

    notifier: Notifier
    name: str = MAIL
    clean: Callable[[str], str] = str
    end: Callable[[str, datetime], object] = lambda _reason, _at: None
    tell: Callable[[Notice], object] = lambda _: None
    reader: str = ""
    threads: Executor | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """Something of the notifier's, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    @property
    def who(self) -> str:
        """`the mail server`, `webhook desk`"""
        kind, _, number = self.name.partition(":")
        return "the mail server" if self.name == MAIL else f"{kind} {self.reader or number}"

    def paused(self, answer: str, at: datetime) -> Notice:
        """What the operator is told of it when it pauses."""
        if self.name == MAIL:
            return Notice(NoticeCode.CHANNEL_PAUSED, at, "", answer, "monitor mail test you@example.org")
        command = f"monitor {self.name.partition(':')[0]} test {self.reader}"
        return Notice(NoticeCode.WAY_PAUSED, at, self.reader, answer, command)

    def gone(self, answer: str, at: datetime) -> Notice:
        return Notice(NoticeCode.WAY_GONE, at, self.reader, answer, f"monitor subscribers resume {self.reader}")


def wait_after(attempts: int, jitter: float) -> timedelta | None:
    """How long a message waits after its so many-th temporary refusal; None when five days of waiting are used up.

    Counted in waits, not from the day it was written: a message that lay for a week behind a dead server gets all its
    chances. `jitter` in [0, 1) spreads the wait by a tenth to either side.
    """
    waited = sum((STEPS[min(n, len(STEPS) - 1)] for n in range(attempts - 1)), timedelta())
    if waited >= GIVE_UP:
        return None
    return STEPS[min(attempts - 1, len(STEPS) - 1)] * (0.9 + 0.2 * jitter)


async def deliver_pending(
    outbox: Outbox,
    way: Way | Notifier,
    clock: Clock,
    *,
    jitter: Callable[[], float] = _RANDOM.random,
    go_on: Callable[[], bool] = lambda: True,
    limit: int = AT_ONCE,
) -> Round:
    """Hand over what is due, in order, until the outbox is empty, the channel fails, or `go_on` says stop.

    `way`: a notifier alone is the way of all mail.
    A claimed message that is never settled – this process dies, the task is cancelled – is due again when its lease
    ends, with the same bytes.
    """
    way = way if isinstance(way, Way) else Way(way)
    desk = _Desk(outbox, way)
    done = Round()
    if not await _open(desk, clock):
        return replace(done, channel=(await asyncio.to_thread(desk.channel)).state)
    for _ in range(limit):
        if not go_on():
            break
        delivery = await asyncio.to_thread(outbox.claim, clock.now(), LEASE, way.name)
        if delivery is None:
            break
        try:
            answer = await way.do(partial(_handed_over, way, delivery))
        except DeliveryError as error:
            note = partial(desk.failed, delivery, error, jitter=jitter())
            done = _counted(done, await _noted(note, clock, go_on))
            if error.kind in _STATES or error.retry_after is not None:
                return replace(done, channel=(await asyncio.to_thread(desk.channel)).state)
        else:
            await _noted(partial(desk.sent, delivery, answer), clock, go_on)
            done = replace(done, sent=done.sent + 1)
    return done


def _handed_over(way: Way, delivery: Delivery) -> str:
    """The other side's answer. A mistake of ours is this message's alone: it is tried again later, others go on."""
    try:
        return way.notifier.send(delivery)
    except MonitorError:
        raise
    except Exception as error:
        _log.exception("a mistake in the program kept %s from being handed over", delivery.message_id)
        answer = f"a mistake in the program: {type(error).__name__}: {error}"
        raise DeliveryError(DeliveryKind.MESSAGE_LATER, answer) from error


async def _noted(note: Callable[[datetime], T], clock: Clock, go_on: Callable[[], bool]) -> T:
    """Write down what became of a message, again and again while its lease lasts: not noted, it would be sent again.

    `note` takes the time. Raises StorageError when the lease ends or a stop is asked for.
    """
    end, said = clock.now() + LEASE, False
    while True:
        try:
            return await asyncio.to_thread(note, clock.now())
        except StorageError as error:
            if not said:
                _log.error("what became of a message cannot be noted: %s; trying again, nothing else is sent", error)
            said = True
            if clock.now() >= end or not go_on():
                raise
        await clock.sleep(NOTE_AGAIN)


async def _open(desk: "_Desk", clock: Clock) -> bool:
    """May something be tried now? Asks a server that was down first, without a message in hand."""
    channel = await asyncio.to_thread(desk.channel)
    if channel.state == "up":
        return True
    if not _reached(channel, clock.now()):
        return False
    if channel.state != "down":
        # Only a login can tell whether logins work again; the first message due is that one try.
        return True
    try:
        await desk.way.do(desk.way.notifier.probe)
    except DeliveryError as error:
        await asyncio.to_thread(desk.still_down, channel, error, clock.now())
        return False
    await asyncio.to_thread(desk.up, clock.now(), channel)
    return True


def _reached(channel: ChannelState, now: datetime) -> bool:
    """Is the next try due? A date further off than any wait means that the clock was set back."""
    longest = LONGEST_REST if channel.state == "resting" else PAUSE
    return channel.next_probe is None or now >= channel.next_probe or channel.next_probe - now > longest


def _counted(done: Round, state: DeliveryState) -> Round:
    if state is DeliveryState.PENDING:
        return replace(done, later=done.later + 1)
    return replace(done, failed=done.failed + 1)


class _Desk:
    """What became of messages and of the channel, written down."""

    def __init__(self, outbox: Outbox, way: Way) -> None:
        self._outbox, self.way = outbox, way

    def channel(self) -> ChannelState:
        return self._outbox.channel(self.way.name)

    def sent(self, delivery: Delivery, answer: str, now: datetime) -> None:
        self._outbox.settle(delivery, DeliveryState.SENT, self.way.clean(answer), now)
        self._reopen(now)
        _log.info("sent %s", delivery.message_id)

    def failed(self, delivery: Delivery, error: DeliveryError, now: datetime, *, jitter: float) -> DeliveryState:
        """Whose fault it is decides: the channel's leaves the message as it was, the message's counts."""
        answer = self.way.clean(error.answer)
        if error.kind in _STATES:
            self._outbox.settle(delivery, DeliveryState.PENDING, answer, now, count=False)
            self._shut(_STATES[error.kind], answer, now)
            return DeliveryState.PENDING
        self._reopen(now)
        if error.kind is DeliveryKind.MESSAGE_REFUSED:
            self._outbox.settle(delivery, DeliveryState.FAILED, answer, now)
            _log.error("refused for good %s: %s", delivery.message_id, answer)
            self._undelivered(delivery, answer, now)
            return DeliveryState.FAILED
        wait = wait_after(delivery.attempts + 1, jitter)
        if wait is None:
            self._outbox.settle(delivery, DeliveryState.DEAD, answer, now)
            _log.error("given up after five days %s: %s", delivery.message_id, answer)
            self._undelivered(delivery, answer, now)
            return DeliveryState.DEAD
        if error.kind is DeliveryKind.MESSAGE_BLOCKED:
            wait = max(wait, BLOCKED)
            _log.warning("refused, not for its address %s: %s; tried again for five days", delivery.message_id, answer)
            self.way.tell(Notice(NoticeCode.MAIL_BLOCKED, now, delivery.recipient, answer, "monitor mail queue"))
        if error.retry_after is not None:
            rest = min(error.retry_after, LONGEST_REST)
            wait = max(wait, rest)
            self._outbox.set_channel(ChannelState("resting", now, now + rest, answer), self.way.name)
        self._outbox.settle(delivery, DeliveryState.PENDING, answer, now, next_try_at=now + wait)
        return DeliveryState.PENDING

    def _undelivered(self, delivery: Delivery, answer: str, now: datetime) -> None:
        command = f"monitor mail queue --retry {delivery.id}"
        self.way.tell(Notice(NoticeCode.UNDELIVERED, now, delivery.recipient, answer, command))

    def still_down(self, channel: ChannelState, error: DeliveryError, now: datetime) -> None:
        again = replace(channel, next_probe=now + PROBE, note=self.way.clean(error.answer))
        self._outbox.set_channel(again, self.way.name)

    def up(self, now: datetime, before: ChannelState) -> None:
        self._outbox.set_channel(ChannelState("up", now), self.way.name)
        _log.info("%s takes messages again (it was %s since %s)", self.way.who, before.state, before.since)

    def _reopen(self, now: datetime) -> None:
        """The other side answered about a message: the way there is open."""
        channel = self.channel()
        if channel.state != "up":
            self.up(now, channel)

    def _shut(self, state: str, answer: str, now: datetime) -> None:
        """Close the channel. Said once, when it closes; tries that fail later only move the date."""
        before, who = self.channel(), self.way.who
        entering = before.state != state
        since = now if entering or before.since is None else before.since
        next_try = now + (PROBE if state == "down" else PAUSE)
        self._outbox.set_channel(ChannelState(state, since, next_try, answer), self.way.name)
        if state == "gone":
            self.way.end(answer, now)
            _log.error("%s wants no more messages: %s. What waits for it is kept", who, answer)
            self.way.tell(self.way.gone(answer, now))
        elif entering and state == "paused":
            _log.error("%s refuses us: %s. Messages wait; one try every 15 minutes", who, answer)
            self.way.tell(self.way.paused(answer, now))
        elif entering:
            _log.warning("%s cannot be reached: %s. Messages wait; a look every 30 seconds", who, answer)
