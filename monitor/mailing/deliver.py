"""Deliver what is pending. Two clocks: the channel's (is the server there, does it let us in) and each message's."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom
from typing import TypeVar

from monitor.clock import Clock
from monitor.errors import DeliveryError, DeliveryKind, StorageError
from monitor.mailing.needs import Outbox
from monitor.model import ChannelState, Delivery, DeliveryState
from monitor.notify import Notifier

PROBE = timedelta(seconds=30)
"""Between two looks at a server that is down."""
PAUSE = timedelta(minutes=15)
"""Between two tries to log in after a refusal."""
LEASE = timedelta(minutes=10)
"""Longer than any one delivery can take."""
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360))
"""Waits after the first, second, … temporary refusal; the last one repeats."""
GIVE_UP = timedelta(days=5)
NOTE_AGAIN = 5.0
"""Seconds between two tries to note what became of a message."""
AT_ONCE = 20
"""Messages handed over in one round, so that a stop is never far."""

T = TypeVar("T")
_CHANNEL = frozenset({DeliveryKind.CHANNEL_DOWN, DeliveryKind.CHANNEL_AUTH})
_RANDOM = SystemRandom()
_log = logging.getLogger("monitor.mail")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    channel: str = "up"


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
    notifier: Notifier,
    clock: Clock,
    *,
    jitter: Callable[[], float] = _RANDOM.random,
    go_on: Callable[[], bool] = lambda: True,
    limit: int = AT_ONCE,
) -> Round:
    """Hand over what is due, in order, until the outbox is empty, the channel fails, or `go_on` says stop.

    A claimed message that is never settled – this process dies, the task is cancelled – is due again when its lease
    ends, with the same bytes.
    """
    done = Round()
    if not await _open(outbox, notifier, clock):
        return replace(done, channel=(await asyncio.to_thread(outbox.channel)).state)
    for _ in range(limit):
        if not go_on():
            break
        delivery = await asyncio.to_thread(outbox.claim, clock.now(), LEASE)
        if delivery is None:
            break
        try:
            answer = await asyncio.to_thread(notifier.send, delivery)
        except DeliveryError as error:
            share = jitter()
            state = await _noted(partial(_failed, outbox, delivery, error, jitter=share), clock, go_on)
            done = _counted(done, state)
            if error.kind in _CHANNEL:
                return replace(done, channel=(await asyncio.to_thread(outbox.channel)).state)
        else:
            await _noted(partial(_sent, outbox, delivery, answer), clock, go_on)
            done = replace(done, sent=done.sent + 1)
    return done


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


async def _open(outbox: Outbox, notifier: Notifier, clock: Clock) -> bool:
    """May something be tried now? Asks a server that was down first, without a message in hand."""
    channel = await asyncio.to_thread(outbox.channel)
    if channel.state == "up":
        return True
    if channel.next_probe is not None and not _reached(channel, clock.now()):
        return False
    if channel.state == "paused":
        # Only a login can tell whether logins work again; the first message due is that one try.
        return True
    try:
        await asyncio.to_thread(notifier.probe)
    except DeliveryError as error:
        now = clock.now()
        again = replace(channel, next_probe=now + PROBE, note=error.answer)
        await asyncio.to_thread(outbox.set_channel, again)
        return False
    await asyncio.to_thread(_up, outbox, clock.now(), channel)
    return True


def _reached(channel: ChannelState, now: datetime) -> bool:
    """Is the next try due? A date further off than any wait means that the clock was set back."""
    return channel.next_probe is None or now >= channel.next_probe or channel.next_probe - now > PAUSE


def _up(outbox: Outbox, now: datetime, before: ChannelState) -> None:
    outbox.set_channel(ChannelState("up", now))
    _log.info("mail goes out again (it was %s since %s)", before.state, before.since)


def _sent(outbox: Outbox, delivery: Delivery, answer: str, now: datetime) -> None:
    outbox.settle(delivery, DeliveryState.SENT, answer, now)
    channel = outbox.channel()
    if channel.state != "up":
        _up(outbox, now, channel)
    _log.info("sent %s", delivery.message_id)


def _failed(outbox: Outbox, delivery: Delivery, error: DeliveryError, now: datetime, *, jitter: float) -> DeliveryState:
    """Whose fault it is decides: the channel's leaves the message as it was, the message's counts."""
    answer = error.answer
    if error.kind in _CHANNEL:
        outbox.settle(delivery, DeliveryState.PENDING, answer, now, count=False)
        _shut(outbox, "down" if error.kind is DeliveryKind.CHANNEL_DOWN else "paused", answer, now)
        return DeliveryState.PENDING
    _reopen(outbox, now)
    if error.kind is DeliveryKind.MESSAGE_REFUSED:
        outbox.settle(delivery, DeliveryState.FAILED, answer, now)
        _log.error("refused for good %s: %s", delivery.message_id, answer)
        return DeliveryState.FAILED
    wait = wait_after(delivery.attempts + 1, jitter)
    if wait is None:
        outbox.settle(delivery, DeliveryState.DEAD, answer, now)
        _log.error("given up after five days %s: %s", delivery.message_id, answer)
        return DeliveryState.DEAD
    outbox.settle(delivery, DeliveryState.PENDING, answer, now, next_try_at=now + wait)
    return DeliveryState.PENDING


def _counted(done: Round, state: DeliveryState) -> Round:
    if state is DeliveryState.PENDING:
        return replace(done, later=done.later + 1)
    return replace(done, failed=done.failed + 1)


def _shut(outbox: Outbox, state: str, answer: str, now: datetime) -> None:
    """Close the channel. Said once, when it closes; tries that fail later only move the date."""
    before = outbox.channel()
    entering = before.state != state
    since = now if entering or before.since is None else before.since
    next_try = now + (PROBE if state == "down" else PAUSE)
    outbox.set_channel(ChannelState(state, since, next_try, answer))
    if entering and state == "paused":
        _log.error("the mail server refuses us: %s. Mail waits; one try every 15 minutes", answer)
    elif entering:
        _log.warning("the mail server cannot be reached: %s. Mail waits; a look every 30 seconds", answer)


def _reopen(outbox: Outbox, now: datetime) -> None:
    """The server answered about a message: the way there is open."""
    channel = outbox.channel()
    if channel.state != "up":
        _up(outbox, now, channel)
