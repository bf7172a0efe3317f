import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.decide import ask_next, decide
from monitor.errors import ExtractError, ExtractKind, FetchError, FetchKind
from monitor.judge.case import Case
from monitor.model import (
    Block,
    Capture,
    Citation,
    Extraction,
    Health,
    Look,
    Memory,
    NotModified,
    PollOrder,
    Quote,
    Sayings,
    Source,
    Trigger,
)
from monitor.wiring import load_lore

START = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
URL = "https://www.coc.example/en/airport"
QUOTE = "The supervisory body asks for a temporary ban of the pilot project."
LINES = (
    "Facial recognition at the airport",
    "In 2019 the airport police tested four cameras with facial recognition software.",
    QUOTE,
    "There was too little information about the implementation and the risks of the technology, and no impact "
    "assessment had been made before the cameras were switched on.",
    "The report was sent to Parliament and to the minister within 30 days.",
)


@pytest.fixture(scope="session")
def lore():
    return load_lore()


def page(*lines, title="Facial recognition at the airport", **more):
    return Extraction("html:1", tuple(Block(line) for line in lines), title=title, **more)


class Watch:
    """One source, looked at again and again: feeds each intent back as the store would."""

    def __init__(self, lore, **source):
        fields = {"id": "coc", "name": "COC", "section": "oversight", "url": URL, "languages": ("en",), **source}
        self.source = Source(**fields)
        self.citations = (
            Citation(
                170, "coc", "Facial recognition at the airport", "COC", "2020", "Oversight", URL,
                quotes=(Quote("coc", 170, QUOTE),),
            ),
        )  # fmt: skip
        self.lore, self.now, self.told, self.before = lore, START, None, None
        self.memory, self.health, self.token, self.sha256 = Memory(), Health.NEW, 0, ""
        self.early_report, self.sayings, self.testimonies = False, Sayings(), None
        self.next_poll_at = START

    def case(self):
        order = PollOrder(
            self.source, self.token, Trigger.SCHEDULED, self.now, self.memory, health=self.health,
            last_sha256=self.sha256, early_report=self.early_report, sayings=self.sayings,
        )  # fmt: skip
        return Case(
            order, self.citations, self.lore, self.now, self.now, self.told, self.before, testimonies=self.testimonies
        )

    def poll(self, *answers, after=None):
        """Look when it is due, or `after` a time; each answer stands for the next address."""
        self.now = self.now + after if after is not None else max(self.next_poll_at, self.now)
        self.token += 1
        looks = ()
        urls = (self.source.url, *(a.url for a in self.source.alternatives))
        self.asked = 0
        for place, answer in enumerate(answers):
            if looks and not ask_next(self.case(), looks):
                break
            self.asked += 1
            looks = (*looks, self._look(place, urls[place], answer))
        intent = decide(self.case(), looks)
        self._record(intent)
        return intent

    def until(self, moment, *answers):
        """Look whenever it is due until `moment` after now; all intents."""
        end, intents = self.now + moment, []
        while self.next_poll_at <= end:
            intents.append(self.poll(*answers))
        return intents

    def _look(self, place, url, answer):
        if isinstance(answer, FetchError):
            return Look(place, url, answer)
        if answer == "same":
            reading = self.before if self.memory.pending else None
            return Look(place, url, NotModified(url, url, self.now), reading, same=True, sha256=self.sha256)
        reading, status, final, body = answer
        capture = Capture(url, final or url, status, (("content-type", "text/html"),), body, self.now)
        return Look(place, url, capture, reading, sha256=hashlib.sha256(body).hexdigest())

    def _record(self, intent):
        self.memory, self.health, self.next_poll_at = intent.memory, intent.health, intent.next_poll_at
        if intent.told_text is not None:
            self.told = intent.told_text
        if intent.good:
            self.before = intent.current_text or self.before
            self.sha256 = intent.looks[intent.used].sha256


def good(*lines, final="", status=200, **more):
    reading = page(*(lines or LINES), **more)
    return reading, status, final, repr((reading, status)).encode()


def bad(status, *lines, title="", raw=b""):
    reading = page(*(lines or ("Sorry.",)), title=title)
    return reading, status, "", raw or repr((reading, status)).encode()


def unread(kind=ExtractKind.SCANNED, body=b"%PDF scan"):
    return ExtractError(kind, "no text"), 200, "", body


def failed(kind=FetchKind.TIMEOUT, **more):
    return FetchError(kind, "it did not answer", **more)


@pytest.fixture
def watch(lore):
    """A source with a settled baseline: five good looks over two days."""

    def make(**source):
        found = Watch(lore, **source)
        found.until(timedelta(days=3), good())
        return found

    return make


@pytest.fixture
def fresh(lore):
    return lambda **source: Watch(lore, **source)


@pytest.fixture
def say():
    """The makers of answers, for tests outside this file's import reach."""
    return type("Say", (), {
        "good": staticmethod(good), "bad": staticmethod(bad), "unread": staticmethod(unread),
        "failed": staticmethod(failed), "page": staticmethod(page), "LINES": LINES, "QUOTE": QUOTE, "URL": URL,
        "replace": staticmethod(replace),
    })  # fmt: skip
