"""The impure half of one poll: fetching, and getting earlier texts."""

from collections.abc import Sequence
from datetime import timedelta

from monitor import extract
from monitor.clock import Clock
from monitor.errors import ExtractError
from monitor.fetch import HttpFetcher
from monitor.judge.firstlook import stand_ins
from monitor.meaning import document_look, look_of, reader
from monitor.model import Answer, Extraction, FetchOrder, Look, PollOrder
from monitor.store import Store
from monitor.worker import Run, here

FULL_FETCH = timedelta(days=7)
"""After this long without a body the validators are not sent: servers lie."""


class Desk:
    """One poll's order being carried out. Nothing is written."""

    def __init__(self, store: Store, fetcher: HttpFetcher, clock: Clock, order: PollOrder, run: Run) -> None:
        self._fetcher, self._clock, self._order, self._run = fetcher, clock, order, run
        self.earlier = KeptTexts(store, order, run)

    async def answer(self, url: str) -> Answer:
        return await self._fetcher.fetch(self._fetch_order(url))

    def look(self, place: int, url: str, answer: Answer) -> Look:
        """The answer read. Takes its time: call it from a thread."""
        return look_of(self._order, place, url, answer, self.earlier, run=self._run)

    async def document(self, url: str) -> Answer:
        """A document behind an entry of a list: asked for once, never compared."""
        source = self._order.source
        order = FetchOrder(
            source.id, url, robots_override=source.robots_override, accept_languages=source.languages,
            keep_received=source.evidence == "wire",
        )  # fmt: skip
        return await self._fetcher.fetch(order)

    def document_look(self, url: str, answer: Answer) -> Look:
        """That document read."""
        return document_look(self._order.source, url, answer, run=self._run)

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
            keep_received=order.source.evidence == "wire",
        )


class KeptTexts:
    """The earlier texts of a source as the store has them; read again when the rules of reading have changed."""

    def __init__(self, store: Store, order: PollOrder, run: Run = here) -> None:
        self._store, self._order, self._read = store, order, reader(run)
        media = order.memory.media
        fingerprint = extract.fingerprint(media, order.source) if media else ""
        self.technical = bool(order.fingerprint) and order.fingerprint.partition(" ")[0] != fingerprint

    def told(self) -> Extraction | None:
        return self._text(self._order.told_snapshot, self._order.told_text)

    def current(self) -> Extraction | None:
        return self._text(self._order.last_snapshot, self._order.current_text)

    def outdated(self) -> tuple[Extraction, Extraction] | None:
        order = self._order
        if not self.technical or not order.told_text:
            return None
        return self._store.texts.get(order.told_text), self._store.texts.get(order.current_text)

    def _text(self, snapshot_id: int, text: str) -> Extraction | None:
        if not text:
            return None
        return self._read_again(snapshot_id, text) if self.technical else self._store.texts.get(text)

    def _read_again(self, snapshot_id: int, text: str) -> Extraction:
        """A stored body read under today's rules; the text it gave before when they cannot read it any more."""
        store = self._store
        kept = store.history.snapshot(snapshot_id)
        if kept is None:
            return store.texts.get(text)
        try:
            return self._read(
                store.bodies.get(kept.sha256), content_type=kept.content_type, url=kept.final_url,
                source=self._order.source,
            )  # fmt: skip
        except ExtractError:
            return store.texts.get(text)


def addresses(order: PollOrder) -> Sequence[tuple[int, str]]:
    source = order.source
    return ((0, source.url or ""), *((place, a.url) for place, a in stand_ins(source)))
