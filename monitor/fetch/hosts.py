"""What is remembered of a host: the wait it asked for, its robots.txt."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from monitor.errors import FetchError, FetchKind
from monitor.fetch.urls import Address
from monitor.model.wire import HostRecord

LONGEST_WAIT = timedelta(days=7)
"""As long as any Retry-After is obeyed: a slip of the pen must not silence a source for years."""
UNSAID_WAIT = timedelta(minutes=15)
"""After a 429 that names no time."""


class HostBook(Protocol):
    """Keeps host records, across restarts where it matters. Synchronous; `get` is cheap, `put` may wait for others who
    write, so it is called in a thread.
    """

    def get(self, host: str) -> HostRecord:
        """The record of `www.example.be:443`; an empty one when the host is new."""
        ...

    def put(self, record: HostRecord) -> None: ...


class MemoryHostBook:
    """A host book that forgets at the end: for single reads, the demo and tests."""

    def __init__(self) -> None:
        self._records: dict[str, HostRecord] = {}

    def get(self, host: str) -> HostRecord:
        return self._records.get(host, HostRecord(host))

    def put(self, record: HostRecord) -> None:
        self._records[record.host] = record


def wait_asked(status: int, headers: Sequence[tuple[str, str]], now: datetime) -> timedelta | None:
    """How long an answer asks us to stay away: Retry-After of 429 and 503 (RFC 9110 §10.2.3), in seconds or as a date.

    At most LONGEST_WAIT. A 429 that names no usable time counts as UNSAID_WAIT; a 503 without one as no request.
    """
    if status not in {429, 503}:
        return None
    value = next((v for k, v in headers if k == "retry-after"), "").strip()
    wait: timedelta | None = None
    if value.isascii() and value.isdigit():
        wait = timedelta(seconds=min(int(value[:12]), LONGEST_WAIT.total_seconds()))
    elif value:
        wait = _until(value, now)
    if wait is None or wait <= timedelta():
        return UNSAID_WAIT if status == 429 else None
    return min(wait, LONGEST_WAIT)


def _until(value: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now


def _keys(address: Address) -> tuple[str, ...]:
    """The host's ports that share a wait: http and https of one name are one host to whoever runs it."""
    name, _, port = address.host_key.rpartition(":")
    return tuple(f"{name}:{p}" for p in (("443", "80") if port in {"443", "80"} else (port,)))


def note_wait(book: HostBook, address: Address, wait: timedelta, now: datetime) -> None:
    """Remember that the host asked us to stay away for so long."""
    record = book.get(address.host_key)
    known = record.not_before or now
    until = now + wait if known > now + LONGEST_WAIT else max(now + wait, known)
    book.put(replace(record, not_before=until))


def refuse_while_waiting(book: HostBook, address: Address, now: datetime) -> None:
    """Raises FetchError(WAIT) while the host's wait is not over."""
    waits = [until for key in _keys(address) if (until := book.get(key).not_before) is not None]
    until = max(waits, default=now)
    # No wait is longer than LONGEST_WAIT: one that seems so was written by a clock that ran ahead.
    if now < until <= now + LONGEST_WAIT:
        raise FetchError(
            FetchKind.WAIT,
            f"{address.host} asked us to stay away until {until:%Y-%m-%d %H:%M} UTC",
            url=address.url,
            retry_after=until - now,
        )
