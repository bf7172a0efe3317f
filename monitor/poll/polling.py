"""One poll, end to end, and the only path by which polls happen: due → claim → poll → record.

    due      rows of the database whose time has come, at most one per host
    claim    a lease with a fencing token, committed before anything is asked
    look     fetch the cited address; when it fails for good, the addresses that may stand in for it
    read     bytes → text, by the worker (PDF: in a limited child process)
    decide   pure, by the worker where there is text to compare
    record   one transaction guarded by the token, or nothing

A list may be due for the sake of a document behind one of its new entries: then the look is at that document alone.

Failures of the world come back as values. A bug in one source – also one that would never end: the worker has a
deadline – is logged, pushes its row an hour, then two, then four, and stops nobody. A
result that cannot be written just now is kept in hand while its lease lasts, and nothing new is asked meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from monitor.clock import Clock
from monitor.decide import offline
from monitor.errors import NETWORK_KINDS, DamagedError, FetchError, StorageError
from monitor.fetch import HttpFetcher
from monitor.judge.case import Case
from monitor.judge.lore import Lore
from monitor.judge.spell import in_short
from monitor.meaning import asks_next, case_of, document_judged, judged, judged_or_asked, with_texts
from monitor.model import Answer, Citation, Document, Look, PollIntent, PollOrder
from monitor.poll.desk import Desk, addresses
from monitor.poll.neighbours import Asking
from monitor.poll.network import Network
from monitor.store import DueRow, Recorded, Store
from monitor.worker import Run, here

LEASE = timedelta(minutes=5)
"""Longer than any poll can take: every fetch and every reading has its own deadline."""
TRY_AGAIN = 5.0
"""Seconds between two tries to write a result."""
LAST_WAIT = 5.0
"""Seconds that cancelled looks get to give their leases back."""

T = TypeVar("T")
_log = logging.getLogger("monitor.poll")


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
    run: Run = here
    """Reads and judges."""
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _looking: set[asyncio.Task[PollIntent]] = field(default_factory=set)
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closing: bool = False
    _in_hand: int = 0
    """Results that could not be written yet."""
    _said: bool = False
    """The trouble with writing was reported."""
    _once: bool = False
    """Somebody waits for the end: what cannot be written now is an error."""
    fatal: Exception | None = None
    """What the program must end with."""
    _network: Network = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)
    """Threads that may wait for the worker: not those that write and deliver."""

    def __post_init__(self) -> None:
        self._network = Network(self.fetcher, self.store, self.clock)
        self._threads = ThreadPoolExecutor(self.slots, "judging")

    async def run_due(self) -> int:
        """Poll everything that is due now, until nothing is; how many polls that were.

        Raises StorageError and DamagedError; polls under way are broken off then, as when it is cancelled.
        """
        count, self._closing, self._once, self.fatal = 0, False, True, None
        try:
            while True:
                count += await self.start_due()
                if not self._busy:
                    return count
                await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._busy:
                await self.drain(0)

    async def start_due(self) -> int:
        """Start as many due polls as there are free slots; how many were started.

        Raises StorageError, and what a poll met since that the program must end with (DamagedError, a bug).
        """
        if self.fatal is not None:
            raise self.fatal
        if self._closing or self._in_hand or not await self._network.back():
            return 0
        async with self._door:
            free = self.slots - len(self._busy)
            if free <= 0:
                return 0
            rows = await asyncio.to_thread(self.store.polls.due, self.clock.now(), free, frozenset(self._busy))
            return sum([await self._start(row) for row in rows])

    async def _start(self, row: DueRow) -> bool:
        if self._closing or row.host in self._busy:
            return False
        order = await asyncio.to_thread(self.store.polls.claim, row.source_id, self.clock.now(), LEASE, self.owner)
        if order is None:
            return False
        task = asyncio.create_task(self._run(order), name=f"poll {row.source_id}")
        self._busy[row.host] = task
        task.add_done_callback(lambda _: self._busy.pop(row.host, None))
        return True

    async def drain(self, patience: float) -> bool:
        """Start nothing more and wait for the polls under way; False when some took too long.

        After `patience` seconds looks are broken off and their leases freed; a thread may go on reading in vain. A
        result that is being written is written: it is there once, or its lease expires and the source is looked at
        again.
        """
        self._closing = True
        try:
            async with asyncio.timeout(patience):
                async with self._door:
                    # Whoever was claiming has started what it claimed.
                    pass
                while self._busy:
                    await asyncio.wait(self._busy.values())
        except TimeoutError:
            for look in self._looking:
                look.cancel()
            if self._busy:
                await asyncio.wait(self._busy.values(), timeout=LAST_WAIT)
            return False
        return True

    async def _run(self, order: PollOrder) -> None:
        """One claimed poll to its end. The looking can be broken off, the writing cannot."""
        look = asyncio.create_task(self.poll(order), name=f"look {order.source.id}")
        self._looking.add(look)
        look.add_done_callback(self._looking.discard)
        try:
            intent = await look
            recorded = await self._keep(lambda: self.store.polls.record(intent))
        except asyncio.CancelledError:
            await self._ended(order, lambda: self.store.polls.release(order))
        except DamagedError as error:
            self.fatal = error
        except StorageError as error:
            self._lost(order, error)
        except Exception as error:  # noqa: BLE001 - the top of a worker: one source's bug stops no other source
            _log.exception("fault source=%s", order.source.id)
            message = f"{type(error).__name__}: {error}"[:300]
            await self._ended(order, lambda: self.store.polls.fault(order, self.clock.now(), message))
        else:
            _tell(intent, recorded)

    async def _ended(self, order: PollOrder, write: Callable[[], bool]) -> None:
        """Close a poll that brought nothing. When that cannot be written its lease expires by itself."""
        try:
            await self._keep(write)
        except DamagedError as error:
            self.fatal = error
        except StorageError as error:
            self._lost(order, error)
        except Exception as error:  # noqa: BLE001 - likewise: what cannot even be noted ends the program
            self.fatal = error

    async def _keep(self, write: Callable[[], T]) -> T:
        """Write, and try again while the lease lasts; then, or when asked to stop, StorageError."""
        end = self.clock.now() + LEASE
        held = False
        try:
            while True:
                try:
                    written = await asyncio.to_thread(write)
                except StorageError as error:
                    self._trouble(error)
                    if self._closing or self._once or self.clock.now() >= end:
                        raise
                    self._in_hand += not held
                    held = True
                    await self.clock.sleep(TRY_AGAIN)
                else:
                    self._works()
                    return written
        finally:
            self._in_hand -= held

    def _lost(self, order: PollOrder, error: StorageError) -> None:
        self._trouble(error)
        _log.debug("nothing recorded source=%s; looked at again when its lease ends", order.source.id)
        if self._once:
            self.fatal = error

    def _trouble(self, error: StorageError) -> None:
        if not self._said:
            _log.error("results cannot be written: %s; trying again, nothing new is asked", error)
        self._said = True

    def _works(self) -> None:
        if self._said:
            _log.warning("results are written again")
        self._said = False

    @property
    def well(self) -> bool:
        """Results can be written, as far as is known."""
        return not self._said

    async def poll(self, order: PollOrder) -> PollIntent:
        """Look at one source; nothing is written."""
        started = self.clock.now()
        case = case_of(order, self.citations.get(order.source.id, ()), self.lore, started)
        order = case.order
        desk = Desk(self.store, self.fetcher, self.clock, order, self.run)
        if order.document is not None:
            return await self._follow(desk, case, order.document)
        looks: tuple[Look, ...] = ()
        places = addresses(order)
        for place, url in places:
            look = await self._apart(desk.look, place, url, await desk.answer(url))
            looks = (*looks, look)
            case = replace(await self._apart(with_texts, case, look, desk.earlier), now=self.clock.now())
            if not place and await self._is_offline(look.answer, case):
                return offline(case, looks)
            if len(looks) == len(places) or not await self._apart(asks_next, case, looks, self.run):
                break
        made = await self._apart(judged_or_asked, case, looks, desk.earlier, self.run)
        if isinstance(made, PollIntent):
            return made
        said = await Asking(self.store, self.fetcher, order, self.lore, self.run).ask(made)
        case = replace(case, testimonies=said, now=self.clock.now())
        return await self._apart(judged, case, looks, desk.earlier, self.run)

    async def _apart(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments))

    async def _follow(self, desk: Desk, case: Case, document: Document) -> PollIntent:
        """Ask for one document behind an entry of a list, and for nothing else."""
        look = await self._apart(desk.document_look, document.url, await desk.document(document.url))
        case = replace(case, now=self.clock.now())
        if await self._is_offline(look.answer, case):
            return replace(offline(case, (look,)), document=document)
        return await self._apart(document_judged, case, document, look, self.run)

    async def _is_offline(self, answer: Answer, case: Case) -> bool:
        if not isinstance(answer, FetchError):
            self._network.succeeded()
            return False
        return answer.kind in NETWORK_KINDS and await self._network.gone(case.order.source.url or "", case.started)


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
