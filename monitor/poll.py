"""One poll, end to end, and the only path by which polls happen: due → claim → poll → record.

    due      rows of the database whose time has come, at most one per host
    claim    a lease with a fencing token, committed before anything is asked
    look     fetch the cited address; when it fails for good, the addresses that may stand in for it
    read     bytes → text, in a thread (PDF: in a limited child process)
    decide   pure
    record   one transaction guarded by the token, or nothing

Failures of the world come back as values. A bug in one source is logged, pushes its row an hour and stops nobody.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from monitor import extract
from monitor.clock import Clock
from monitor.decide import ask_next, decide, offline, technical
from monitor.errors import NETWORK_KINDS, ExtractError, FetchError, MonitorError
from monitor.fetch import HttpFetcher
from monitor.judge.case import Case
from monitor.judge.firstlook import stand_ins
from monitor.judge.lore import Lore
from monitor.judge.spell import in_short
from monitor.model import (
    Answer,
    Capture,
    Citation,
    Extraction,
    FetchOrder,
    Look,
    NotModified,
    PollIntent,
    PollOrder,
)
from monitor.store import Recorded, Store

LEASE = timedelta(minutes=5)
"""Longer than any poll can take: every fetch and every reading has its own deadline."""
FULL_FETCH = timedelta(days=7)
"""After this long without a body the validators are not sent: servers lie."""
QUIET_NETWORK = timedelta(seconds=90)
"""A fetch that succeeded within this time proves our own network."""
PROBES = 4

_log = logging.getLogger("monitor.poll")


class Network:
    """Is it the sources, or is it us? Remembers the last success; asks other hosts when in doubt."""

    def __init__(self, fetcher: HttpFetcher, store: Store, clock: Clock) -> None:
        self._fetcher, self._store, self._clock = fetcher, store, clock
        self._succeeded = None if store.meta.get("offline_since") else clock.now() - QUIET_NETWORK
        self._next_probe = clock.now()

    def succeeded(self) -> None:
        self._succeeded = self._clock.now()

    async def gone(self, failed: str) -> bool:
        """After a failure of the network kind at `failed`: is no other host to be reached either?"""
        if self._succeeded is not None and self._clock.now() - self._succeeded < QUIET_NETWORK:
            return False
        others = self._others(failed)
        if not others or await self._fetcher.online(others):
            return False
        if not self._store.meta.get("offline_since"):
            await asyncio.to_thread(self._store.meta.set, "offline_since", self._clock.now().isoformat())
            _log.warning("network gone: no host can be reached; looks wait, nothing counts against any source")
        return True

    async def back(self) -> bool:
        """While offline: has the network returned? Asked at most every twenty seconds."""
        if not self._store.meta.get("offline_since"):
            return True
        now = self._clock.now()
        if now < self._next_probe:
            return False
        self._next_probe = now + timedelta(seconds=20)
        if not await self._fetcher.online(self._others("")):
            return False
        await asyncio.to_thread(self._store.meta.set, "offline_since", "")
        _log.warning("network back: looks go on")
        return True

    def _others(self, failed: str) -> list[str]:
        """Addresses on other hosts, a few at random."""
        avoid = _host(failed)
        by_host = {_host(s.source.url): s.source.url for s in self._store.sources.all() if s.source.url}
        by_host.pop(avoid, None)
        urls = list(by_host.values())
        return random.sample(urls, min(PROBES, len(urls)))


@dataclass
class Polling:
    """Polls what is due. `slots`: how many at once; never two at one host."""

    store: Store
    fetcher: HttpFetcher
    clock: Clock
    lore: Lore
    citations: Mapping[str, tuple[Citation, ...]]
    owner: str
    slots: int = 8
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _network: Network = field(init=False)

    def __post_init__(self) -> None:
        self._network = Network(self.fetcher, self.store, self.clock)

    async def run_due(self) -> int:
        """Poll everything that is due now, until nothing is; how many polls that were."""
        count = 0
        while True:
            count += await self.start_due()
            if not self._busy:
                return count
            await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)

    async def start_due(self) -> int:
        """Start as many due polls as there are free slots; how many were started."""
        if not await self._network.back():
            return 0
        free = self.slots - len(self._busy)
        if free <= 0:
            return 0
        busy = frozenset(self._busy)
        started = 0
        for row in await asyncio.to_thread(self.store.polls.due, self.clock.now(), free, busy):
            if row.host in self._busy:
                continue
            order = await asyncio.to_thread(self.store.polls.claim, row.source_id, self.clock.now(), LEASE, self.owner)
            if order is None:
                continue
            task = asyncio.create_task(self._run(order), name=f"poll {row.source_id}")
            self._busy[row.host] = task
            task.add_done_callback(lambda _, host=row.host: self._busy.pop(host, None))  # type: ignore[misc]
            started += 1
        return started

    async def drain(self, patience: float) -> None:
        """Wait for the polls under way; after `patience` seconds the rest are cancelled and their leases freed."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=patience)
        for task in tuple(self._busy.values()):
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=5)

    async def _run(self, order: PollOrder) -> None:
        try:
            intent = await self.poll(order)
            recorded = await asyncio.to_thread(self.store.polls.record, intent)
        except asyncio.CancelledError:
            self.store.polls.release(order)
            raise
        except MonitorError:
            raise
        except Exception as error:  # noqa: BLE001 - the top of a worker: one source's bug stops no other source
            _log.exception("fault source=%s", order.source.id)
            message = f"{type(error).__name__}: {error}"[:300]
            await asyncio.to_thread(self.store.polls.fault, order, self.clock.now(), message)
        else:
            _tell(intent, recorded)

    async def poll(self, order: PollOrder) -> PollIntent:
        """Look at one source; nothing is written."""
        started = self.clock.now()
        desk = _Desk(self, order)
        case = Case(order, self.citations.get(order.source.id, ()), self.lore, started, started)
        looks: tuple[Look, ...] = ()
        addresses = _addresses(order)
        for place, url in addresses:
            look = await desk.look(place, url)
            looks = (*looks, look)
            case = replace(await desk.with_texts(case, look), now=self.clock.now())
            if not place and await self._is_offline(look.answer, url):
                return offline(case, looks)
            if len(looks) == len(addresses) or not await asyncio.to_thread(ask_next, case, looks):
                break
        intent = await asyncio.to_thread(decide, case, looks)
        return technical(case, intent) if desk.technical else intent

    async def _is_offline(self, answer: Answer, url: str) -> bool:
        if not isinstance(answer, FetchError):
            self._network.succeeded()
            return False
        return answer.kind in NETWORK_KINDS and await self._network.gone(url)


class _Desk:
    """The impure half of one poll: fetching, reading, getting earlier texts."""

    def __init__(self, polling: Polling, order: PollOrder) -> None:
        self._polling, self._order = polling, order
        memory = order.memory
        self._fingerprint = extract.fingerprint(memory.media, order.source) if memory.media else ""
        self.technical = bool(order.fingerprint) and order.fingerprint != self._fingerprint
        self._settled = not memory.pending and not self.technical

    async def look(self, place: int, url: str) -> Look:
        answer = await self._polling.fetcher.fetch(self._fetch_order(url))
        if isinstance(answer, FetchError):
            return Look(place, url, answer)
        if isinstance(answer, NotModified):
            return Look(place, url, answer, await self._current(), same=True, sha256=self._order.last_sha256)
        sha256 = hashlib.sha256(answer.body).hexdigest()
        if sha256 == self._order.last_sha256 and url == self._order.memory.address and answer.status == 200:
            return Look(place, url, answer, await self._current(), same=True, sha256=sha256)
        return Look(place, url, answer, await asyncio.to_thread(self._read, answer), sha256=sha256)

    async def with_texts(self, case: Case, look: Look) -> Case:
        """The case with the earlier texts, once a look brought something to compare them with."""
        if case.told is not None or not isinstance(look.reading, Extraction) or not self._order.told_text:
            return case
        if self.technical:
            told = await asyncio.to_thread(self._read_again, self._order.told_snapshot)
            before = await asyncio.to_thread(self._read_again, self._order.last_snapshot)
        else:
            told = await asyncio.to_thread(self._polling.store.texts.get, self._order.told_text)
            before = await asyncio.to_thread(self._polling.store.texts.get, self._order.current_text)
        return replace(case, told=told, before=before)

    def _fetch_order(self, url: str) -> FetchOrder:
        order = self._order
        last_full = order.memory.last_full
        fresh = last_full is not None and self._polling.clock.now() - last_full < FULL_FETCH
        conditional = fresh and url == order.validators_url and url == order.memory.address
        return FetchOrder(
            order.source.id,
            url,
            etag=order.etag if conditional else "",
            last_modified=order.last_modified if conditional else "",
            robots_override=order.source.robots_override,
            accept_languages=order.source.languages,
        )

    async def _current(self) -> Extraction | None:
        """The text of unchanged bytes, when something waits for it."""
        if self._settled or not self._order.current_text:
            return None
        if self.technical:
            return await asyncio.to_thread(self._read_again, self._order.last_snapshot)
        return await asyncio.to_thread(self._polling.store.texts.get, self._order.current_text)

    def _read(self, capture: Capture) -> Extraction | ExtractError:
        try:
            return extract.read(
                capture.body,
                content_type=capture.header("content-type"),
                url=capture.final_url,
                source=self._order.source,
            )
        except ExtractError as error:
            return error

    def _read_again(self, snapshot_id: int) -> Extraction:
        """A stored body read under today's rules; the text it gave before when they cannot read it any more."""
        store = self._polling.store
        kept = store.history.snapshot(snapshot_id)
        if kept is None:
            return store.texts.get(self._order.told_text)
        try:
            return extract.read(
                store.bodies.get(kept.sha256), content_type=kept.content_type, url=kept.final_url,
                source=self._order.source,
            )  # fmt: skip
        except ExtractError:
            return store.texts.get(self._order.told_text)


def _addresses(order: PollOrder) -> Sequence[tuple[int, str]]:
    source = order.source
    return ((0, source.url or ""), *((place, a.url) for place, a in stand_ins(source)))


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        return ""


def _tell(intent: PollIntent, recorded: Recorded | None) -> None:
    """One clear line per poll, with stable keys."""
    if recorded is None:
        _log.warning("poll source=%s outcome=lost_lease", intent.source_id)
        return
    _log.info(
        "poll source=%s outcome=%s reason=%s looks=%d changes=%d events=%d seconds=%.2f next=%s",
        intent.source_id,
        intent.outcome,
        in_short(intent.reason),
        len(intent.looks),
        len(recorded.change_ids),
        len(recorded.event_ids),
        (intent.finished_at - intent.started_at).total_seconds(),
        intent.next_poll_at.isoformat(timespec="minutes"),
    )
