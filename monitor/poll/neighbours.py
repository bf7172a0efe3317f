"""Asking other pages of a source's site: what is at hand first, then one or two requests within their budgets."""

import asyncio
import hashlib
from urllib.parse import urlsplit

from monitor.decide import Question
from monitor.fetch import HttpFetcher
from monitor.judge import neighbours
from monitor.judge.document import Known, stand
from monitor.judge.lore import Lore
from monitor.meaning import document_look
from monitor.model import Capture, Extraction, FetchOrder, PollOrder, Testimony
from monitor.store import Store
from monitor.store.hosts import host_of
from monitor.text.language import language_of
from monitor.worker import Run

DAY = neighbours.DAY


class Asking:
    """The neighbours of one source, asked for one look. Nothing is written."""

    def __init__(self, store: Store, fetcher: HttpFetcher, order: PollOrder, lore: Lore, run: Run) -> None:
        self._store, self._fetcher, self._order, self._lore, self._run = store, fetcher, order, lore, run
        self._host = host_of(order.source.url)

    async def ask(self, question: Question) -> tuple[Testimony, ...]:
        """What they say: every witness, and every request that brought none. Ends when nothing is left to ask about."""
        said = list(await asyncio.to_thread(self._at_hand, question))
        open_lines = set(question.lines).difference(*(w.lines for w in said))
        budget = await asyncio.to_thread(self._budget, question)
        listed = await asyncio.to_thread(self._store.neighbours.addresses, self._order.source.id, self._host)
        for address in neighbours.candidates(question.reading, question.url, listed):
            if budget <= 0 or not (open_lines or question.new):
                break
            budget -= 1
            witness = await self._request(question, address)
            said.append(witness)
            open_lines.difference_update(witness.lines)
        return tuple(said)

    def _budget(self, question: Question) -> int:
        asked, now = self._store.neighbours.asked, question.now
        left = min(neighbours.ASKED_AT_ONCE, neighbours.MOST_OF_HOST - asked(now - DAY, host=self._host))
        if question.new:
            quiet = asked(now - neighbours.QUIET, source=self._order.source.id)
            left = min(left, neighbours.MOST_QUIET - quiet)
        return left

    def _at_hand(self, question: Question) -> tuple[Testimony, ...]:
        """Texts of other sources of the host: they need no request."""
        found = []
        for kept in self._store.neighbours.texts(self._order.source.id, self._host, question.now):
            page = self._store.texts.get(kept.text)
            witness = neighbours.testimony_of(
                question.reading, question.url, page, kept.url, kept.sha256, kept.seen_at, requested=False
            )
            found += [witness] if witness.lines else []
        return tuple(found)

    async def _request(self, question: Question, address: str) -> Testimony:
        source = self._order.source
        answer = await self._fetcher.fetch(FetchOrder(source.id, address, accept_languages=source.languages))
        nothing = Testimony(address, "", question.now, reason="not_good")
        if not isinstance(answer, Capture):
            return nothing
        if not 200 <= answer.status < 300 or urlsplit(answer.final_url).netloc != urlsplit(question.url).netloc:
            return nothing
        look = await asyncio.to_thread(document_look, source, address, answer, run=self._run)
        page = look.reading
        if not isinstance(page, Extraction) or page.media != "html":
            return nothing
        language = language_of(page.text[:20_000], page.declared_language)
        if not stand(look, Known(), language, self._lore).good:
            return nothing
        sha256 = hashlib.sha256(answer.body).hexdigest()
        return neighbours.testimony_of(
            question.reading, question.url, page, answer.final_url, sha256, answer.fetched_at, requested=True
        )
