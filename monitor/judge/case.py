"""One poll as it is judged: the case, the chosen look, the bare intent."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.judge.document import Known, Standing
from monitor.judge.goodlook import Setting
from monitor.judge.identity import Identity
from monitor.judge.lore import Lore
from monitor.judge.regions import Mapped
from monitor.model import (
    Capture,
    Citation,
    Extraction,
    Health,
    Look,
    Memory,
    NotModified,
    Outcome,
    PollIntent,
    PollOrder,
    Reason,
    Testimony,
    Trigger,
    WatchAs,
)
from monitor.text.language import language_of


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a poll is judged by. `told` and `before` are None before the baseline."""

    order: PollOrder
    citations: tuple[Citation, ...]
    lore: Lore
    started: datetime
    now: datetime
    told: Extraction | None = None
    before: Extraction | None = None
    testimonies: tuple[Testimony, ...] | None = None
    """What neighbours of the page said for this poll; None when nobody was asked."""
    outdated: tuple[Extraction, Extraction] | None = None
    """Before a technical step: the told and the last text as the old rules read them."""
    chosen: "list[tuple[tuple[Look, ...], Choice]]" = field(default_factory=list, init=False, repr=False, compare=False)
    """The looks that were weighed already, and what came of it: asked about and judged, they are weighed once."""

    @property
    def memory(self) -> Memory:
        return self.order.memory

    @property
    def relocated(self) -> bool:
        """The list names other addresses now than the one the known text came from."""
        source = self.order.source
        return bool(self.memory.address) and self.memory.address not in {
            source.url,
            *(a.url for a in source.alternatives),
        }

    def known(self, look: Look) -> Known:
        """What is known of the document at the address of this look."""
        m, source = self.memory, self.order.source
        media = m.media if look.url == m.address else ""
        if not media and not look.place and source.watch_as is WatchAs.PDF:
            media = "pdf"
        if self.relocated:
            return Known(media=media)
        return Known(self.before, media, m.language, m.final_url)

    @property
    def new(self) -> bool:
        """No good look yet."""
        return self.memory.good_looks == 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The look a poll is judged by, what it is, and (first look only) whether it is the cited document."""

    look: Look
    standing: Standing
    identity: Identity | None
    cited: Standing
    """How the cited address stands."""
    mapped: Mapped | None = None
    """The reading of the look as the map of the source parts it."""


def setting_of(case: Case, look: Look) -> Setting:
    """What stays the same while this look is judged."""
    reading = look.reading if isinstance(look.reading, Extraction) else None
    language = language_of(reading.text[:20_000], reading.declared_language) if reading else ""
    final = look.answer.final_url if isinstance(look.answer, Capture | NotModified) else look.url
    quotes = tuple(q for c in case.citations for q in c.quotes)
    return Setting(
        case.order.source,
        quotes,
        language,
        look.url,
        final,
        case.now,
        case.lore,
        case.order.sayings,
        case.testimonies or (),
    )


def intent_of(
    case: Case,
    looks: tuple[Look, ...],
    used: int,
    outcome: Outcome,
    reason: Reason,
    memory: Memory,
    health: Health,
    when: datetime,
    trigger: Trigger = Trigger.SCHEDULED,
) -> PollIntent:
    """An intent that only records the looks; the rest is filled in by `dataclasses.replace`."""
    return PollIntent(
        source_id=case.order.source.id,
        token=case.order.token,
        trigger=case.order.trigger,
        started_at=case.started,
        finished_at=case.now,
        outcome=outcome,
        reason=reason,
        looks=looks,
        used=used,
        good=False,
        memory=memory,
        health=health,
        next_poll_at=when,
        next_trigger=trigger,
    )
