"""The impure half of one poll: fetching, reading, getting earlier texts."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from monitor import extract
from monitor.clock import Clock
from monitor.errors import ExtractError, FetchError
from monitor.fetch import HttpFetcher
from monitor.judge.case import Case
from monitor.judge.document import same_place
from monitor.judge.firstlook import stand_ins
from monitor.model import Capture, Extraction, FetchOrder, Look, NotModified, PollOrder, Source, WatchAs
from monitor.store import Store

FULL_FETCH = timedelta(days=7)
"""After this long without a body the validators are not sent: servers lie."""


class Desk:
    """One poll's order being carried out. Nothing is written."""

    def __init__(self, store: Store, fetcher: HttpFetcher, clock: Clock, order: PollOrder) -> None:
        self._store, self._fetcher, self._clock, self._order = store, fetcher, clock, order
        memory = order.memory
        self._fingerprint = extract.fingerprint(memory.media, order.source) if memory.media else ""
        self.technical = bool(order.fingerprint) and order.fingerprint != self._fingerprint
        self._settled = not memory.pending and not self.technical

    async def look(self, place: int, url: str) -> Look:
        answer = await self._fetcher.fetch(self._fetch_order(url))
        if isinstance(answer, FetchError):
            return Look(place, url, answer)
        if isinstance(answer, NotModified):
            return Look(place, url, answer, await self._current(answer), same=True, sha256=self._order.last_sha256)
        sha256 = hashlib.sha256(answer.body).hexdigest()
        known = url == self._order.memory.address and same_place(answer.final_url, self._order.memory.final_url)
        if sha256 == self._order.last_sha256 and known and answer.status == 200:
            return Look(place, url, answer, await self._current(answer), same=True, sha256=sha256)
        return Look(place, url, answer, await asyncio.to_thread(_read, answer, self._order.source), sha256=sha256)

    async def document(self, url: str) -> Look:
        """A document behind an entry of a list: asked for once, never compared."""
        order = FetchOrder(
            self._order.source.id, url, robots_override=self._order.source.robots_override,
            accept_languages=self._order.source.languages,
        )  # fmt: skip
        answer = await self._fetcher.fetch(order)
        if not isinstance(answer, Capture):
            return Look(0, url, answer)
        page = replace(self._order.source, watch_as=WatchAs.PAGE, selector="")
        reading = await asyncio.to_thread(_read, answer, page)
        return Look(0, url, answer, reading, sha256=hashlib.sha256(answer.body).hexdigest())

    async def with_texts(self, case: Case, look: Look) -> Case:
        """The case with the earlier texts, once a look brought something to compare them with."""
        if case.told is not None or not isinstance(look.reading, Extraction) or not self._order.told_text:
            return case
        if self.technical:
            told = await asyncio.to_thread(self._read_again, self._order.told_snapshot, self._order.told_text)
            before = await asyncio.to_thread(self._read_again, self._order.last_snapshot, self._order.current_text)
            return replace(case, told=told, before=before, outdated=await self._stored())
        told, before = await self._stored()
        return replace(case, told=told, before=before)

    async def _stored(self) -> tuple[Extraction, Extraction]:
        """The told and the last good text, as they were kept."""
        told = await asyncio.to_thread(self._store.texts.get, self._order.told_text)
        return told, await asyncio.to_thread(self._store.texts.get, self._order.current_text)

    def _fetch_order(self, url: str) -> FetchOrder:
        order = self._order
        last_full = order.memory.last_full
        fresh = last_full is not None and self._clock.now() - last_full < FULL_FETCH
        conditional = fresh and url == order.validators_url and url == order.memory.address
        return FetchOrder(
            order.source.id,
            url,
            etag=order.etag if conditional else "",
            last_modified=order.last_modified if conditional else "",
            robots_override=order.source.robots_override,
            accept_languages=order.source.languages,
        )

    async def _current(self, answer: Capture | NotModified) -> Extraction | None:
        """The text of unchanged bytes, when something waits for it or another address gave them."""
        stays = same_place(answer.final_url, self._order.memory.final_url)
        if (self._settled and stays) or not self._order.current_text:
            return None
        if self.technical:
            return await asyncio.to_thread(self._read_again, self._order.last_snapshot, self._order.current_text)
        return await asyncio.to_thread(self._store.texts.get, self._order.current_text)

    def _read_again(self, snapshot_id: int, text: str) -> Extraction:
        """A stored body read under today's rules; the text it gave before when they cannot read it any more."""
        store = self._store
        kept = store.history.snapshot(snapshot_id)
        if kept is None:
            return store.texts.get(text)
        try:
            return extract.read(
                store.bodies.get(kept.sha256), content_type=kept.content_type, url=kept.final_url,
                source=self._order.source,
            )  # fmt: skip
        except ExtractError:
            return store.texts.get(text)


def _read(capture: Capture, source: Source) -> Extraction | ExtractError:
    try:
        return extract.read(
            capture.body, content_type=capture.header("content-type"), url=capture.final_url, source=source
        )
    except ExtractError as error:
        return error


def addresses(order: PollOrder) -> Sequence[tuple[int, str]]:
    source = order.source
    return ((0, source.url or ""), *((place, a.url) for place, a in stand_ins(source)))
